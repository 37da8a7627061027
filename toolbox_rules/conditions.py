"""Typed conditions, each part knowing its place in the file; and what a fact may hold.

A condition says nothing about how it is evaluated; ``lowering`` gives it a place in the network.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from toolbox_rules.problems import did_you_mean
from toolbox_rules.vocabulary import Fact

Place = tuple[str | int, ...]
Value = str | bool | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A fact in reach: of the case (``depth`` None) or of the element that the quantifier at ``depth`` runs over."""

    fact: Fact
    depth: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another fact to compare with, ``plus`` an offset (steps for ordered choices)."""

    ref: Ref
    plus: int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test on one fact.

    ``values`` holds the literal operands; ``other`` stands instead of them; ``bound`` is the test on a size.
    """

    ref: Ref
    op: str
    values: tuple[Value, ...] = ()
    other: Other | None = None
    bound: str | None = None
    members: tuple[str, ...] | None = None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A part that is settled when the rule is read, such as a test on the member that a set runs over."""

    value: bool
    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """``all``, ``any``, ``not`` or ``at_least`` (of which ``number`` must hold) over parts."""

    kind: str
    parts: tuple["Condition", ...]
    number: int = 0
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantified:
    """A statement over the elements of a list; ``depth`` numbers the element it introduces.

    ``bounds`` are the comparisons of a count or total; ``fact`` is what a total adds up.
    """

    kind: str
    list: str
    depth: int
    where: "Condition"
    other_than: int | None = None
    bounds: tuple[tuple[str, int | float | Other], ...] = ()
    fact: Fact | None = None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberQuantified:
    """A statement over the members of a set fact, one branch for each value the set can hold."""

    kind: str
    ref: Ref
    branches: tuple[tuple[str, "Condition"], ...]
    bounds: tuple[tuple[str, int | float], ...] = ()
    place: Place


Condition = Test | Constant | Combination | Quantified | MemberQuantified


def premise_of(condition: Condition) -> Condition | None:
    """What a condition on the element of a rule asks of the case itself; None when that is nothing.

    Where it cannot hold, no element can meet the condition, whatever is known of it.
    """
    if not _is_about_element(condition):
        return condition
    if not isinstance(condition, Combination) or condition.kind not in ("all", "any"):
        return None
    parts = tuple(part for one in condition.parts if (part := premise_of(one)) is not None)
    if not parts or (condition.kind == "any" and len(parts) < len(condition.parts)):
        return None
    return replace(condition, parts=parts)


def _is_about_element(condition: Condition) -> bool:
    """Whether a condition looks at the element that a rule is about, which has depth 0."""
    match condition:
        case Test():
            return condition.ref.depth == 0 or (condition.other is not None and condition.other.ref.depth == 0)
        case Combination():
            return any(map(_is_about_element, condition.parts))
        case Quantified():
            others = (value for _, value in condition.bounds if isinstance(value, Other))
            looks = condition.other_than == 0 or any(other.ref.depth == 0 for other in others)
            return looks or _is_about_element(condition.where)
        case MemberQuantified():
            return condition.ref.depth == 0 or any(_is_about_element(where) for _, where in condition.branches)
        case Constant():
            return False


def value_problem(fact: Fact, value: object) -> tuple[str, str | None] | None:
    """Say what is wrong with one value of a fact, with a hint; None when it is allowed."""
    match fact.type:
        case "boolean":
            return None if isinstance(value, bool) else (f"'{fact.name}' is true or false, not {show(value)}", None)
        case "integer" | "number":
            kind = int if fact.type == "integer" else int | float
            if isinstance(value, bool) or not isinstance(value, kind):
                return f"'{fact.name}' is {article(fact.type)}, not {show(value)}", None
            if not math.isfinite(value):
                return f"'{fact.name}' is a number, not {show(value)}", None
            low, high = fact.spec.minimum, fact.spec.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                limits = (
                    f"at least {low}" if high is None else f"at most {high}" if low is None else f"from {low} to {high}"
                )
                return f"'{fact.name}' must be {limits}, not {show(value)}", None
            return None
        case "text" | "names":
            return None if isinstance(value, str) else (f"'{fact.name}' is text, not {show(value)}", None)
        case _:
            if isinstance(value, str) and value in fact.values:
                return None
            hint = did_you_mean(value, fact.values) if isinstance(value, str) else None
            few = len(fact.values) <= 12
            return f"{show(value)} is not a value of '{fact.name}'", hint or (
                f"use one of: {', '.join(fact.values)}" if few else None
            )


def show(value: object) -> str:
    """Say a YAML value in a few words, for messages."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value[:40]}'"
        case list():
            return "a list" if value else "an empty list"
        case Mapping():
            return "a map" if value else "an empty map"
        case _:
            return str(value)


def article(kind: str) -> str:
    """A type in words, for messages."""
    words = {
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "text": "text",
        "choice": "a choice",
        "ordered": "an ordered choice",
        "set": "a set of choices",
        "names": "a list of names",
    }
    return words[kind]
