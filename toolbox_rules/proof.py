"""The one tree of every explanation, and its size: only what decides, so many rules deep, shared parts once.

A tree shares parts that are the same. Whoever walks it step by step meets them each time; ``identify`` tells which.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import is_
from typing import Literal

from toolbox_rules.inference import Truth
from toolbox_rules.model import LinkBasis, Text
from toolbox_rules.problems import Location

#: What a step is about.
Kind = Literal[
    "pitfall",
    "verdict",
    "table",
    "criterion",
    "level",
    "tally",
    "form",
    "measure",
    "effect",
    "plan",
    "rule",
    "exposure",
    "control",
    "aggravation",
    "condition",
    "quantifier",
    "element",
    "test",
    "fact",
]

#: Why a step is as it is: the closed set of reasons. Every step without steps below it has one.
Reason = Literal[
    # of facts and tests
    "given",  # the case gives it
    "arranged",  # a measure in place makes it so
    "derived",  # rules conclude it, or it follows from what stands below
    "unknown",  # the case does not say
    "absent",  # no rule can conclude it, or there is nothing to look at
    "differs",  # the case gives another value
    "too-few",  # there are not enough elements, facts or pitfalls
    "repeated",  # it comes back in its own explanation, and supports nothing by itself
    # of pitfalls, criteria and forms
    "covered",  # its control holds, or a measure in place takes it away
    "not-applicable",  # no rule finds it possible here
    "remains",  # the level that is left when no condition of another holds
    "too-light",  # the need asks for a heavier form
    "not-needed",  # a lighter form meets the need
    "excluded",  # a rule rules it out
    # of measures and plans
    "chosen",  # it is in the plan
    "available",  # it is within reach
    "in-place",  # it is arranged already
    "too-late",  # the phases in which it can be done are over
    "unsuitable",  # its own condition says that it does not fit
    "conflicts",  # it cannot go together with another measure
    "needs",  # it waits for another measure
    "no-threat",  # nothing that it helps against threatens
    "outweighed",  # the plan does as much or more for less
    "uncovered",  # too little would be done about it
    # of how the tree is shown
    "cut",  # what it rests on lies deeper than was asked for
    "elsewhere",  # it has an explanation of its own
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One step of an explanation.

    ``name`` is an id, a fact or the word of a condition (``all``, ``some`` ...); ``expected`` and ``actual`` are what
    is asked and found (values as they stand in a case file); ``state`` is that of a pitfall or a rule; ``text`` the
    author's sentence; ``location`` where the step stands in the rules or knowledge, ``given_at`` where the case gives
    the fact. ``decisive`` says whether the step helps to settle the one above it: what does not is kept, for whoever
    wants to see every derivation.
    """

    kind: Kind
    name: str
    truth: Truth
    reason: Reason | None = None
    decisive: bool = True
    op: str | None = None
    expected: str | None = None
    actual: str | None = None
    state: str | None = None
    text: Text | None = None
    subject: str | None = None
    location: Location | None = None
    given_at: Location | None = None
    basis: LinkBasis | None = None
    sources: tuple[str, ...] = ()
    children: tuple["Proof", ...] = ()

    def steps(self) -> Iterator["Proof"]:
        """This step and every step below it."""
        yield self
        for child in self.children:
            yield from child.steps()

    def leaves(self) -> Iterator["Proof"]:
        """The steps that rest on nothing further."""
        return (step for step in self.steps() if not step.children)


def settling(children: tuple[Proof, ...], decides: Callable[[Proof], bool]) -> tuple[Proof, ...]:
    """The same steps, marked for whether they decide; when none does by itself, all do together."""
    marks = [decides(child) for child in children]
    if all(marks) or not any(marks):
        return children
    return tuple(child if mark else replace(child, decisive=False) for child, mark in zip(children, marks, strict=True))


def decisive_only(proof: Proof, keep: int = 0) -> Proof:
    """Leave out every step that does not decide the one above it; not in the first ``keep`` levels below the top."""
    return _rebuilt(proof, lambda step: tuple(child for child in step.children if child.decisive), keep)


def limited(proof: Proof, depth: int) -> Proof:
    """Show only so many rules deep: 0 leaves out every rule, 1 what the rules rest on that they conclude from others.

    A step whose grounds are left out has the reason ``cut``.
    """
    known: dict[tuple[int, int], Proof] = {}

    def cut(step: Proof, left: int) -> Proof:
        found = known.get((id(step), left))
        if found is None:
            below = tuple(
                cut(child, left - (child.kind == "rule")) for child in step.children if child.kind != "rule" or left > 0
            )
            reason = "cut" if step.children and not below else step.reason
            found = known[id(step), left] = replace(step, children=below, reason=reason)
        return found

    return cut(proof, depth)


def _rebuilt(proof: Proof, below: Callable[[Proof], tuple[Proof, ...]], keep: int) -> Proof:
    """The same tree with other steps below each step; what is shared stays shared."""
    known: dict[int, Proof] = {}

    def rebuild(step: Proof, level: int) -> Proof:
        if level < keep:
            return replace(step, children=tuple(rebuild(child, level + 1) for child in step.children))
        found = known.get(id(step))
        if found is None:
            children = tuple(rebuild(child, level + 1) for child in below(step))
            same = len(children) == len(step.children) and all(map(is_, children, step.children))
            found = known[id(step)] = step if same else replace(step, children=children)
        return found

    return rebuild(proof, 0)


# --- what is the same ---------------------------------------------------------------------------------------------


def identify(proof: Proof) -> Mapping[int, str]:
    """An id for every step by its ``id()``: the same for steps that say the same, whenever they are made.

    It is the hash of the step and everything below it; lines of files do not count.
    """
    found: dict[int, str] = {}

    def name(step: Proof) -> str:
        known = found.get(id(step))
        if known is None:
            paths = [place.path if place else "" for place in (step.location, step.given_at)]
            said = (step.kind, step.name, step.truth, step.reason, step.decisive, step.op, step.expected, step.actual)
            below = [name(child) for child in step.children]
            content = repr((*said, step.state, step.subject, *paths, *below))
            known = found[id(step)] = hashlib.sha256(content.encode()).hexdigest()[:12]
        return known

    name(proof)
    return found


def grounds(step: Proof, names: Mapping[int, str]) -> tuple[str, ...]:
    """What a step rests on, by the ids of the steps below it; nothing for one that is never told apart.

    Two steps with the same grounds need one telling: a concluded fact, a rule or a pitfall that comes again.
    """
    told_apart = step.kind in ("test", "fact", "rule", "pitfall")
    return tuple(names[id(child)] for child in step.children) if told_apart else ()


def repeated(proof: Proof, names: Mapping[int, str]) -> Mapping[tuple[str, ...], int]:
    """The grounds that come more than once, numbered from 1 in the order in which they are first told."""
    counts: dict[tuple[str, ...], int] = {}
    waiting = [proof]
    while waiting:
        step = waiting.pop()
        below = grounds(step, names)
        if below:
            counts[below] = counts.get(below, 0) + 1
            if counts[below] > 1:
                continue
        waiting += reversed(step.children)
    several = [below for below, number in counts.items() if number > 1]
    return {below: at for at, below in enumerate(several, 1)}
