"""durable_rules: the case is one asserted fact, one rule per rule, the actions gather what is concluded."""

import itertools
import operator
from contextlib import suppress
from functools import reduce
from typing import Any

from durable.engine import MessageNotHandledException
from durable.lang import assert_fact, m, retract_fact, ruleset, when_all

from tests.benchmarks.neutral import Among, Case, Condition, Is, Number, Rule, Rulebase
from tests.benchmarks.peers.loaded import Loaded

NAME = "durable_rules"
CANNOT = (
    "1,000 rules on one fact: asserting it ends in error 303",
    "unknown facts: an absent fact is false",
    "chaining with negation: `none` fires at once, before other rules may conclude what it excludes",
)
_numbers = itertools.count()


def load(rulebase: Rulebase) -> Loaded:
    """Declare a ruleset; only conditions on attributes are written."""
    name = f"made{next(_numbers)}"
    found: set[str] = set()
    with ruleset(name):
        for rule in rulebase.rules:
            _declare(rule, found)
    facts = itertools.count()

    def run(attributes: dict[str, Any]) -> frozenset[str]:
        fact = {**attributes, "id": next(facts)}
        with suppress(MessageNotHandledException):  # what it calls a fact that no rule looks at
            assert_fact(name, fact)
        told = frozenset(found)
        found.clear()
        with suppress(MessageNotHandledException):
            retract_fact(name, fact)
        return told

    run({"none": True})  # what was declared is compiled when the first fact comes
    return Loaded(ready=_facts, run=run, flags=lambda told: told)


def _facts(case: Case) -> dict[str, Any]:
    return dict(case.attributes)


def _declare(rule: Rule, found: set[str]) -> None:
    @when_all(reduce(operator.and_, map(_part, rule.conditions)))  # type: ignore[untyped-decorator]
    def conclude(_: Any) -> None:
        found.add(rule.flag)


def _part(one: Condition) -> Any:
    match one:
        case Among(name, values):
            return reduce(operator.or_, [getattr(m, name) == value for value in values])
        case Is(name, value):
            return getattr(m, name) == value
        case Number(name, ">=", bound):
            return getattr(m, name) >= bound
        case Number(name, _, bound):
            return getattr(m, name) < bound
        case _:
            raise TypeError(one)
