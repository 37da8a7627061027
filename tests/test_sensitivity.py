"""Sensitivity: what it says a fact changes, it changes; and what it says cannot matter, does not."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

from tests.laws.cases import Facts, answered, completed, some_facts
from tests.laws.choices import Choices, choices
from toolbox_rules import Toolbox, ToolboxError
from toolbox_rules.advice import find
from toolbox_rules.cases import Case, Elements, SetValue, Value, case_document
from toolbox_rules.findings import Findings
from toolbox_rules.nearing import Runs
from toolbox_rules.sensing import Effect, Lever, Leverage, Span, sense
from toolbox_rules.varying import Place

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
WIJKSTEUNPUNT = ROOT / "examples" / "cases" / "wijksteunpunt.yaml"


@cache
def shipped() -> Toolbox:
    return Toolbox.load()


@cache
def second() -> Toolbox:
    folder = ROOT / "tests" / "second_domain"
    return Toolbox.load(folder / "rules", folder / "knowledge")


def findings_of(toolbox: Toolbox, facts: Facts) -> Findings:
    case = Case(
        name=None,
        description=None,
        sources=(),
        facts=facts.facts,
        lists=facts.lists,
        in_place=frozenset(),
        planned=frozenset(),
        document=case_document({}),
        places={},
    )
    try:
        return find(toolbox._desk, case)
    except ToolboxError:
        assume(False)
        raise


def with_value(toolbox: Toolbox, facts: Facts, place: Place, value: Value) -> Facts:
    fact = toolbox.vocabulary.facts[place[0]]
    if fact.list is None:
        return replace(facts, facts={**facts.facts, fact.name: value})
    elements = facts.lists[fact.list]
    items = tuple({**item, fact.key: value} if at == place[1] else item for at, item in enumerate(elements.items))
    return replace(facts, lists={**facts.lists, fact.list: Elements(items=items, complete=elements.complete)})


# --- what a fact changes alone ------------------------------------------------------------------------------------


def an_other_value(choices: Choices, toolbox: Toolbox, name: str) -> Value:
    fact = toolbox.vocabulary.facts[name]
    match fact.type:
        case "boolean":
            return choices.among((True, False))
        case "integer":
            return choices.between(int(fact.spec.minimum or 0), 60)
        case "number":
            return choices.between(0, 100) / 2 + (fact.spec.minimum or 0)
        case "set":
            return SetValue(members=frozenset(choices.subset(fact.order)[:1]))
        case _:
            return choices.among(fact.order)


@given(choices())
@settings(max_examples=60, deadline=None)
def test_a_value_changes_what_sensitivity_says_and_nothing_else(choices: Choices) -> None:
    toolbox = shipped() if choices.once_in(5) else second()
    facts = some_facts(choices, toolbox.vocabulary, frozenset(toolbox.vocabulary.facts))
    findings = findings_of(toolbox, facts)
    leverage, runs = sense(toolbox._desk, findings), Runs(toolbox._desk, findings)
    levers = {(lever.fact, lever.element): lever for lever in leverage.levers}
    names = [
        name
        for name, fact in toolbox.vocabulary.facts.items()
        if not fact.derived and fact.type not in ("names", "text")
    ]
    for name in choices.shuffled(names)[:25]:
        fact = toolbox.vocabulary.facts[name]
        size = len(facts.lists.get(str(fact.list), Elements(items=())).items)
        for element in [None] if fact.list is None else range(size):
            value = an_other_value(choices, toolbox, name)
            before = (
                facts.facts.get(name) if element is None else facts.lists[str(fact.list)].items[element].get(fact.key)
            )
            if isinstance(value, SetValue) and isinstance(before, SetValue) and before.members:
                continue  # more than one step away
            after = with_value(toolbox, facts, (name, element), value)
            found = runs.outcome(after.facts, after.lists)
            if found is None or value == before:
                continue
            lever = levers.get((name, element))
            said = _said(lever, value) if lever else None
            changed = {one: state for one, (state, _) in found.states.items() if state != runs.now.states[one][0]}
            assert found.verdict == ((said and said.verdict) or runs.now.verdict), (name, value)
            assert changed == {one: then for one, _, then in (said.states if said else ())}, (name, value)


def _said(lever: Lever, value: Value) -> Effect | None:
    """The effect that is said of a value; None when it changes nothing."""
    for effect in lever.effects:
        if effect.span is not None:
            if isinstance(value, int | float) and within(effect.span, value):
                return effect
        elif effect.value == value:
            return effect
    return None


def within(span: Span, value: float) -> bool:
    low = span.low is None or value > span.low or (span.low_in and value == span.low)
    high = span.high is None or value < span.high or (span.high_in and value == span.high)
    return low and high


# --- what cannot matter -------------------------------------------------------------------------------------------


@given(choices())
@settings(max_examples=80, deadline=None)
def test_an_idle_fact_never_changes_the_verdict_whatever_the_other_answers_are(choices: Choices) -> None:
    toolbox = shipped() if choices.once_in(4) else second()
    names = frozenset(toolbox.vocabulary.facts)
    facts = some_facts(choices, toolbox.vocabulary, names)
    findings = findings_of(toolbox, facts)
    leverage, runs = sense(toolbox._desk, findings), Runs(toolbox._desk, findings)
    for _ in range(4):
        later = (completed if choices.once_in(2) else answered)(choices, toolbox.vocabulary, names, facts)
        before = Runs(toolbox._desk, findings).outcome(later.facts, later.lists)
        if before is None:
            continue
        for place in choices.shuffled(leverage.idle)[:12]:
            if place[0] in toolbox.vocabulary.lists or toolbox.vocabulary.facts[place[0]].type in ("names", "text"):
                continue
            other = with_value(toolbox, later, place, an_other_value(choices, toolbox, place[0]))
            after = Runs(toolbox._desk, findings).outcome(other.facts, other.lists)
            assert after is None or after.verdict == before.verdict, place
    del runs


@given(choices())
@settings(max_examples=30, deadline=None)
def test_every_unknown_fact_is_alone_together_or_idle_and_only_one_of_them(choices: Choices) -> None:
    toolbox = second()
    findings = findings_of(toolbox, some_facts(choices, toolbox.vocabulary, frozenset(toolbox.vocabulary.facts)))
    leverage = sense(toolbox._desk, findings)
    alone = [(lever.fact, lever.element) for lever in leverage.unknown()]
    every = [*alone, *leverage.together, *leverage.idle]
    assert len(every) == len(set(every))


# --- documented cases ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_the_questions_that_change_the_verdict_are_the_unknown_facts_that_can(path: Path) -> None:
    advice = shipped().advise(path)
    if advice.verdict.id == "undecided":
        return
    asked = {question.fact for question in advice.questions if question.changes_verdict}
    able = {lever.fact for lever in leverage_of(path).unknown()}
    # a question gives one answer for all partners at once, sensitivity for each of them
    assert {fact for fact in asked if not fact.startswith("partners")} == {
        fact for fact in able if not fact.startswith("partners")
    }


def leverage_of(path: Path) -> Leverage:
    return shipped().advise(path).sensitivity().leverage


def levers_of(path: Path) -> Mapping[str, Lever]:
    return {lever.fact: lever for lever in leverage_of(path).levers if lever.element is None}


def test_a_number_has_its_threshold() -> None:
    effects = levers_of(WIJKSTEUNPUNT)["data.systems"].effects
    opening = [effect for effect in effects if "ict-incompatible" in effect.opens]
    assert [effect.span for effect in opening] == [Span(low=3, low_in=True, high=None, high_in=True)]


def test_what_decides_the_verdict_comes_first() -> None:
    levers = leverage_of(WIJKSTEUNPUNT).levers
    first = [lever.changes_verdict for lever in levers]
    assert first == sorted(first, reverse=True)
    assert first[0]


def test_a_verdict_that_nothing_can_move_has_idle_unknowns_only() -> None:
    advice = shipped().advise(ROOT / "examples" / "cases" / "woonzorgcomplex-de-linde.yaml")
    assert advice.verdict.possible == (advice.verdict.id,)
    leverage = advice.sensitivity().leverage
    assert not leverage.unknown()
    assert not leverage.together
    assert leverage.idle


def test_one_conclusion_can_be_asked_for() -> None:
    found = shipped().advise(WIJKSTEUNPUNT).sensitivity()
    text = found.to_text("en", "subsidy-cliff")
    assert "from 60 months" in text
    assert "Kind of project" not in text
    assert "verdict" in found.to_dict()
    assert "<table>" in found._repr_html_()


def test_a_name_that_is_no_conclusion_is_refused() -> None:
    with pytest.raises(ToolboxError, match="did you mean 'regie-vacuum'"):
        shipped().advise(WIJKSTEUNPUNT).sensitivity().to_text("nl", "regie-vacuun")


def test_a_threshold_of_a_number_with_decimals_is_the_bound_of_the_rule() -> None:
    case = {
        "project": {"form": "joint-entity"},
        "funding": {"largest_percent": 30, "largest_kind": "task-based"},
        "partners": [{}],
    }
    levers = {lever.fact: lever for lever in shipped().advise(case).sensitivity().leverage.levers}
    opening = [one for one in levers["funding.largest_percent"].effects if "single-funder-dependence" in one.opens]
    assert [one.span for one in opening] == [Span(low=80, low_in=True, high=None, high_in=True)]
