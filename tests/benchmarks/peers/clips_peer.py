"""CLIPS through clipspy: templates, one rule each, salience by layer so that absence is tested when it is final.

Conditions on partners are stated once, as rules of their own; ``exists`` lets a rule fire once however many facts
match. Facts are released by hand: clipspy 1.0.6 calls ``ReleaseFact`` with an argument too many, hides the error, and
so keeps every fact for ever and slows down with every case.
"""

from collections.abc import Mapping
from typing import Any

import clips

from tests.benchmarks.neutral import (
    BOOLEANS,
    CHOICES,
    LAYERS,
    NUMBERS,
    Among,
    Case,
    Condition,
    Count,
    Flag,
    Is,
    Number,
    Rivals,
    Rule,
    Rulebase,
    Value,
)
from tests.benchmarks.peers.loaded import Loaded

NAME = "CLIPS (clipspy)"
CANNOT = ("unknown facts: an absent fact is false",)
Slots = dict[str, Any]
READER = """(deffunction told () (bind ?all (create$)) (do-for-all-facts ((?f flag)) TRUE
    (bind ?all (create$ ?all ?f:name))) ?all)"""


def load(rulebase: Rulebase) -> Loaded:
    """Build the environment."""
    environment = clips.Environment()
    constructs = [*_templates(), *_rules(rulebase), READER]
    for construct in constructs:
        environment.build(construct)
    told = environment.find_function("told")
    release = clips.facts.lib.ReleaseFact
    case_template, partner_template = environment.find_template("case"), environment.find_template("partner")

    def run(facts: tuple[Slots, list[Slots]]) -> Any:
        environment.reset()
        release(case_template.assert_fact(**facts[0])._fact)
        for partner in facts[1]:
            release(partner_template.assert_fact(**partner)._fact)
        environment.run()
        return told()

    names = frozenset(rulebase.flags)
    return Loaded(ready=_facts, run=run, flags=lambda found: frozenset(map(str, found)) & names)


def _facts(case: Case) -> tuple[Slots, list[Slots]]:
    """Symbols and numbers by slot; asserting them by template is seven times faster than as text."""
    return _slots(case.attributes), [_slots(partner) for partner in case.partners]


def _slots(facts: Mapping[str, Value]) -> Slots:
    return {key: clips.Symbol(_word(value)) if isinstance(value, str | bool) else value for key, value in facts.items()}


def _word(value: object) -> str:
    return str(value).lower()


def _templates() -> list[str]:
    slots = " ".join(f"(slot {name})" for name in (*CHOICES, *BOOLEANS, *NUMBERS))
    return [
        f"(deftemplate case {slots})",
        "(deftemplate partner (slot id) (slot type) (slot market))",
        "(deftemplate flag (slot name))",
    ]


def _rules(rulebase: Rulebase) -> list[str]:
    about = rulebase.about_partners()
    found = [
        f"(defrule s{at} (declare (salience {LAYERS + 1}))"
        f" (exists {_on_partners(one)}) => (assert (flag (name s{at}))))"
        for at, one in enumerate(about)
    ]
    return found + [_rule(rule, about) for rule in rulebase.rules]


def _rule(rule: Rule, about: tuple[Condition, ...]) -> str:
    slots, flags = [], []
    for one in rule.conditions:
        match one:
            case Among(name, values):
                slots.append(f"({name} {'|'.join(values)})")
            case Is(name, value):
                slots.append(f"({name} {_word(value)})")
            case Number(name, op, bound):
                slots.append(f"({name} ?{name}&:({op} ?{name} {bound}))")
            case Flag(flag, True):
                flags.append(f"(flag (name {flag}))")
            case Flag(flag, False):
                flags.append(f"(not (flag (name {flag})))")
            case _:
                flags.append(f"(flag (name s{about.index(one)}))")
    when = " ".join([f"(case {' '.join(slots)})", *flags])
    salience = LAYERS - rule.layer
    return f"(defrule {rule.name} (declare (salience {salience})) {when} => (assert (flag (name {rule.flag}))))"


def _on_partners(one: Count | Rivals) -> str:
    match one:
        case Count(kind, number):
            patterns = [f"(partner (type {kind}) (id ?p0))"]
            patterns += [f"(partner (type {kind}) (id ?p{at}&:(> ?p{at} ?p{at - 1})))" for at in range(1, number)]
            return " ".join(patterns)
        case Rivals(kind, other):
            return f"(partner (type {kind}) (market ?m)) (partner (type {other}) (market ?m))"
