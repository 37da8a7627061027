"""Which conclusions on a derived fact bear on a test of it, and which part of a rule leads to them."""

from collections.abc import Callable
from dataclasses import replace

from toolbox_rules import conditions as c
from toolbox_rules.rulebook import Rule
from toolbox_rules.vocabulary import Fact

#: Whether a conclusion, one value of a fact, bears on what is asked.
Useful = Callable[[str], bool]
#: What is asked of a fact, to notice when it comes back in its own explanation.
Question = tuple[object, ...]


def conclusions_on(fact: Fact) -> tuple[str, ...]:
    """What rules can conclude of a derived fact, one by one."""
    return ("true",) if fact.type == "boolean" else fact.order if fact.type == "set" else fact.order[1:]


def question_of(test: c.Test, element: int | None) -> Question:
    """A test without its place."""
    other = test.other and (test.other.ref.fact.name, test.other.ref.depth, test.other.plus)
    return test.ref.fact.name, element, test.op, test.values, test.bound, test.members, other


def useful_for(test: c.Test) -> Useful:
    """Which conclusions on a derived fact bear on a test of it."""
    fact, values = test.ref.fact, test.values
    if test.other is not None or test.op in ("is", "equals", "known", "named") or fact.type == "boolean":
        return anything
    if test.op == "size":
        settled = int(values[0]) + (test.bound in ("above", "at_most")) <= 0
        members = () if settled else test.members or fact.order
        return lambda value: value in members
    if test.op in ("at_least", "at_most", "above", "below"):
        level = fact.order.index(str(values[0])) + (test.op in ("above", "at_most"))
        return lambda value: fact.order.index(value) >= level > 0
    if fact.type == "set" and test.op == "within":
        return lambda value: value not in values
    return lambda value: fact.type != "set" or value in values


def anything(_: str) -> bool:
    """Every conclusion bears on it."""
    return True


def towards(rule: Rule, fact: Fact, useful: Useful) -> c.Condition | None:
    """The condition under which a rule concludes something useful of a fact; None when it never does."""
    when, found = rule.when, False
    for setting in rule.settings:
        if setting.fact.name != fact.name:
            continue
        if any(map(useful, setting.values)):
            return rule.when
        if setting.each is not None and isinstance(when, c.Combination):
            each = setting.each
            branches = tuple(branch for branch in each.branches if useful(branch[0]))
            parts = tuple(replace(each, branches=branches) if part is each else part for part in when.parts)
            when, found = replace(when, parts=parts), found or bool(branches)
    return when if found else None
