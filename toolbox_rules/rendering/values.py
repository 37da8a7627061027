"""A trace -> the value of any fact, given or concluded, and which facts a condition looks at."""

from collections.abc import Iterator

from toolbox_rules.cases import SetValue, Value
from toolbox_rules.conditions import Combination, Condition, Constant, MemberQuantified, Quantified, Ref, Test
from toolbox_rules.inference import Trace, truth
from toolbox_rules.vocabulary import Fact


def value_of(trace: Trace, fact: Fact, at: int = 0) -> Value | None:
    """The value of a fact, of element number ``at`` where it is a fact of elements; None when it is not known.

    A derived set holds the members that are certain; an ordered fact that can still turn out higher is not known.
    """
    if fact.derived:
        return _concluded(trace, fact, at)
    if fact.list is None:
        return trace.facts.get(fact.name)
    elements = trace.lists.get(fact.list)
    return elements.items[at].get(fact.key) if elements and 0 <= at < len(elements.items) else None


def _concluded(trace: Trace, fact: Fact, at: int) -> Value | None:
    lists = (fact.list,) if fact.list else ()

    def found(value: str) -> str:
        return truth(trace.derived(fact.name, value, lists), at)

    if fact.type == "boolean":
        return {"true": True, "false": False}.get(found("true"))
    states = {value: found(value) for value in fact.order}
    sure = [value for value, state in states.items() if state == "true"]
    if fact.type == "set":
        return SetValue(members=frozenset(sure), complete="unknown" not in states.values())
    higher = [value for value in fact.order[1:] if states[value] != "false"]
    certain = [value for value in fact.order[1:] if states[value] == "true"]
    return None if higher != certain else (certain or fact.order)[-1 if certain else 0]


def facts_in(condition: Condition) -> Iterator[Ref]:
    """Every fact that a condition tests or compares with, in the order in which it is written."""
    match condition:
        case Test():
            yield condition.ref
            if condition.other is not None:
                yield condition.other.ref
        case Combination():
            for part in condition.parts:
                yield from facts_in(part)
        case Quantified():
            yield from facts_in(condition.where)
        case MemberQuantified():
            yield condition.ref
            for _, branch in condition.branches:
                yield from facts_in(branch)
        case Constant():
            pass


def lists_in(condition: Condition) -> Iterator[str]:
    """Every list whose elements a condition speaks about."""
    match condition:
        case Combination():
            for part in condition.parts:
                yield from lists_in(part)
        case Quantified():
            yield condition.list
            yield from lists_in(condition.where)
        case MemberQuantified():
            for _, branch in condition.branches:
                yield from lists_in(branch)
        case _:
            pass
