"""Ranges of a number: every number lies in one, all of one range change the same, and they read as people speak."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.laws.choices import Choices, choices
from toolbox_rules import Toolbox
from toolbox_rules.advice import find
from toolbox_rules.cases import read_case
from toolbox_rules.model import FactSpec, Lang
from toolbox_rules.network import Compared, NumberIs
from toolbox_rules.questions import Answer, Question
from toolbox_rules.ranges import Range, cuts_of, ranges_between
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.trying import Change, Tried, prepare_trial, try_out
from toolbox_rules.vocabulary import Fact

EXAMPLES = sorted((Path(__file__).parent.parent / "examples" / "cases").glob("*.yaml"))


@cache
def toolbox() -> Toolbox:
    """The shipped rules and knowledge."""
    return Toolbox.load()


def a_number(kind: str = "number", minimum: float | None = None, maximum: float | None = None) -> Fact:
    spec = FactSpec.model_validate(
        {
            "type": kind,
            "label": {"nl": "deel", "en": "part"},
            "minimum": minimum,
            "maximum": maximum,
            "unit": {"nl": "procent", "en": "percent"},
        }
    )
    return Fact(name="a.part", key="part", type=spec.type, derived=False, list=None, values={}, scale=None, spec=spec)


@given(choices())
@settings(max_examples=300)
def test_every_number_lies_in_one_range_and_no_threshold_parts_a_range(choices: Choices) -> None:
    kind = choices.among(("integer", "number"))
    fact = a_number(kind, choices.among((None, 0, 2)), choices.among((None, 6)))
    step = 1 if kind == "integer" else 0.25
    tests = choices.several(
        lambda: NumberIs((), "a.part", choices.among(("ge", "gt", "eq")), choices.between(-4, 32) / 4), 1, 4
    )
    ranges = ranges_between(fact, {cut for test in tests for cut in cuts_of(test, "a.part", {}) or ()})
    low, high = fact.spec.minimum, fact.spec.maximum
    for at in range(-20, 60):
        value = at * step
        if (low is None or value >= low) and (high is None or value <= high):
            homes = [inside for one, inside in ranges if one.has(value)]
            assert len(homes) == 1
            assert [_holds(test, value) for test in tests] == [_holds(test, homes[0]) for test in tests]
    assert all(one.has(inside) for one, inside in ranges)


def _holds(test: NumberIs, value: float) -> bool:
    return value >= test.bound if test.op == "ge" else value > test.bound if test.op == "gt" else value == test.bound


def test_a_comparison_with_another_number_is_a_threshold_once_that_is_known() -> None:
    test = Compared((), "a.end", None, "ge", "a.start", None, 2)
    assert cuts_of(test, "a.end", {"a.start": 10}) == ((12, 0),)
    assert cuts_of(test, "a.start", {"a.end": 10}) == ((8, 1),)
    assert cuts_of(test, "a.end", {}) == ()
    assert cuts_of(Compared(("b",), "b.end", 0, "ge", "a.start", None, 2), "a.start", {}) is None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_number_in_the_range_of_an_answer_changes_what_the_answer_says(path: Path) -> None:
    desk = toolbox()._desk
    findings = find(desk, read_case(path, toolbox().vocabulary, desk.shelf.knowledge.spellings))
    trace = findings.trace
    before = {one.id: one.state for one in findings.pitfalls}
    for question in findings.questions:
        for answer in question.answers:
            if answer.range is None:
                continue
            changes = [
                _given(question, value) for value in _numbers_in(toolbox().vocabulary.facts[question.fact], answer)
            ]
            assert changes
            trial = prepare_trial(desk.basis, trace.facts, trace.lists, changes, in_place=findings.case.in_place)
            for tried in try_out(trial, [(at,) for at in range(len(changes))]):
                if not tried.contradicts:
                    assert _opened_and_settled(tried, before) == (answer.opens, answer.settles)
                    assert answer.verdict in (None, tried.verdict)
                    assert answer.form in (None, tried.form)


def _numbers_in(fact: Fact, answer: Answer) -> list[float]:
    steps = (0, 1) if fact.type == "integer" else (0, 0.5, 0.999, 1)
    numbers = {bound + step for bound in range(151) for step in steps}
    most = 150 if fact.spec.maximum is None else fact.spec.maximum
    return sorted(value for value in numbers if answer.range and answer.range.has(value) and value <= most)


def _given(question: Question, value: float) -> Change:
    return Change(values=dict.fromkeys(((question.fact, at) for at in question.elements or (None,)), value))


def _opened_and_settled(tried: Tried, before: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    after = {name: state for name, (state, _) in tried.changed.items() if state != before[name]}
    return tuple(sorted(name for name, state in after.items() if state in ("open", "exposed"))), tuple(
        sorted(name for name, state in after.items() if state in ("covered", "not-applicable"))
    )


@pytest.mark.parametrize(
    ("kind", "one", "nl", "en"),
    [
        ("number", Range(below=30), "minder dan 30 procent", "less than 30 percent"),
        ("number", Range(at_least=30), "30 procent of meer", "30 percent or more"),
        ("number", Range(at_least=20, below=30), "20 tot 30 procent", "20 to less than 30 percent"),
        (
            "number",
            Range(above=20, at_most=30),
            "meer dan 20 en hooguit 30 procent",
            "more than 20 and at most 30 percent",
        ),
        (
            "number",
            Range(above=2.5, below=3),
            "meer dan 2,5 en minder dan 3 procent",
            "more than 2.5 and less than 3 percent",
        ),
        ("number", Range(at_most=0), "0 procent", "0 percent"),
        ("number", Range(), "elke waarde", "any value"),
        ("integer", Range(above=2), "meer dan 2 procent", "more than 2 percent"),
        ("integer", Range(above=2, below=6), "3 tot en met 5 procent", "3 to 5 percent"),
        ("integer", Range(at_least=2, below=3), "2 procent", "2 percent"),
        ("integer", Range(below=1), "0 procent", "0 percent"),
    ],
)
def test_a_range_reads_as_people_speak(kind: str, one: Range, nl: str, en: str) -> None:
    fact = a_number(kind, minimum=0)
    languages: tuple[tuple[Lang, str], ...] = (("nl", nl), ("en", en))
    for lang, words in languages:
        assert Voice(desk=toolbox()._desk, lang=lang).range(fact, one) == words
