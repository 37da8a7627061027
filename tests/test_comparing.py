"""Two advices compared: what differs, the same from both sides, and the reasons that the traces give."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.laws.cases import Facts, as_case, seen_by, some_facts
from tests.laws.choices import Choices, choices
from tests.laws.conditions import a_book
from toolbox_rules import Advice, Toolbox, ToolboxError
from toolbox_rules.attributing import Attribution
from toolbox_rules.comparing import Change, Comparison
from toolbox_rules.compiling import compile_rules
from toolbox_rules.inference import infer, prepare
from toolbox_rules.vocabulary import Vocabulary

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "second_domain"
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
LINDE = ROOT / "examples" / "cases" / "wijksteunpunt.yaml"
CAR = Toolbox.load(FOLDER / "rules", FOLDER / "knowledge")
#: The parts of a comparison that trade places when it is turned round.
TURNED = {"opened": "closed", "added": "dropped", "required": "released", "asked": "settled"}


@pytest.fixture(scope="module")
def shipped() -> Toolbox:
    return Toolbox.load()


# --- laws ---------------------------------------------------------------------------------------------------------


@given(choices())
@settings(max_examples=40)
def test_an_advice_does_not_differ_from_itself(choices: Choices) -> None:
    advice = an_advice(choices)
    if advice is not None:
        found = advice.compare(CAR.advise(advice.case)).value
        assert found.same_advice
        assert (found.facts, found.causes) == ((), ())


@given(choices())
@settings(max_examples=40)
def test_turned_round_a_comparison_says_the_reverse(choices: Choices) -> None:
    before, after = an_advice(choices), an_advice(choices)
    if before is not None and after is not None:
        there, back = before.compare(after).value, after.compare(before).value
        assert turned(there) == replace(back, undetermined=(), causes=())
        assert {(one.kind, one.of, one.facts) for one in there.causes} == {
            (one.kind, one.of, one.facts) for one in back.causes
        }


@given(choices())
@settings(max_examples=40)
def test_every_change_has_its_reason_and_every_reason_is_a_changed_fact(choices: Choices) -> None:
    before, after = an_advice(choices), an_advice(choices)
    if before is not None and after is not None:
        found = before.compare(after).value
        changed = {one.what for one in found.facts}
        for one in (*found.states, *found.risks):
            assert found.causes_of("pitfall", one.what)
        for level in found.criteria:
            assert found.causes_of("criterion", level.what)
        for cause in found.causes:
            assert cause.facts or cause.pitfalls or cause.measures
            assert set(cause.facts) <= changed


@given(choices())
@settings(max_examples=100)
def test_a_rule_that_comes_out_otherwise_does_so_because_of_facts_that_differ(choices: Choices) -> None:
    book = a_book(choices)
    engine = prepare(compile_rules(book.rulebook))
    seen = seen_by(list(book.raw.values()), book.words)
    old, new = (as_case(some_facts(choices, book.words, seen)) for _ in range(2))
    changed = {name for name in {*old.facts, *new.facts} if old.facts.get(name) != new.facts.get(name)}
    for name, entity in book.words.lists.items():
        if old.lists.get(name) != new.lists.get(name):
            changed |= {name, f"{name}_complete", *(fact.name for fact in entity.facts.values())}
    traces = [infer(engine, one.facts, one.lists) for one in (old, new)]
    found = Attribution(engine.network, book.words, traces[0], traces[1], frozenset(changed))
    for nodes in engine.network.rules:
        behind = found.facts_behind(nodes.exposure)
        assert set(behind) <= changed
        if traces[0].rails(nodes.exposure) != traces[1].rails(nodes.exposure):
            assert behind


def an_advice(choices: Choices) -> Advice | None:
    """Advice on a car about which anything may be known; None when its facts contradict each other."""
    words: Vocabulary = CAR.vocabulary
    facts: Facts = some_facts(choices, words, frozenset(words.facts))
    in_place = frozenset(choices.subset(sorted(CAR.knowledge.mitigations)))
    try:
        return CAR.advise(replace(as_case(facts), in_place=in_place))
    except ToolboxError:
        return None


def turned(found: Comparison) -> Comparison:
    """A comparison the other way round; what has become unclear cannot be told from it, nor the reasons."""
    names = {**TURNED, **{old: new for new, old in TURNED.items()}}
    values: dict[str, Any] = {one.name: getattr(found, names.get(one.name, one.name)) for one in fields(found)}
    values |= {"names": found.names[::-1], "undetermined": (), "causes": ()}
    return Comparison(**{name: back(value) for name, value in values.items()})


def back(value: object) -> Any:
    match value:
        case Change():
            return replace(value, before=value.after, after=value.before)
        case tuple():
            return tuple(map(back, value))
        case _:
            return value


# --- one thing at a time ------------------------------------------------------------------------------------------


def test_the_reason_is_the_fact_that_was_changed_and_the_rule_that_looks_at_it(shipped: Toolbox) -> None:
    before = shipped.advise(LINDE)
    found = before.compare(shipped.advise(LINDE, {"regie.process": "none"})).value
    assert [(one.what, one.before, one.after) for one in found.facts] == [("regie.process", None, "none")]
    state = next(one for one in found.states if one.what == "regie-vacuum")
    assert (state.before, state.after) == ("exposed", "open")
    causes = found.causes_of("pitfall", "regie-vacuum")
    assert ("nobody-directs-the-process", "control", ("regie.process",)) in [
        (one.rule, one.part, one.facts) for one in causes
    ]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_compared_with_itself_without_a_fact_gives_only_that_fact_as_reason(
    shipped: Toolbox, path: Path
) -> None:
    before = shipped.advise(path)
    known = sorted(before.case.facts) or ["project.phase"]
    name = known[len(known) // 2]
    found = before.compare(shipped.advise(path, {name: None})).value
    assert {one.what for one in found.facts} == {name} & {*before.case.facts}
    assert {fact for cause in found.causes for fact in cause.facts} <= {name}


def test_a_measure_in_place_is_the_reason_that_a_pitfall_is_covered() -> None:
    case = {"symptom": {"lights": "dim"}, "parts": [], "fuel": {"smell": False}, "car": {"place": "driveway"}}
    found = CAR.advise(case).compare(CAR.advise({**case, "measures": {"in_place": ["jump-start"]}})).value
    assert found.closed == ("flat-battery",)
    causes = found.causes_of("pitfall", "flat-battery")
    assert {fact for cause in causes for fact in cause.facts} == {"measures.in_place"}
    assert found.dropped == ("jump-start",)


def test_the_plain_data_carries_the_changes_and_their_reasons() -> None:
    case = {"symptom": {"lights": "dim"}, "battery": {"boosted": False}}
    data = CAR.advise(case).compare(CAR.advise(case, {"battery.boosted": True})).to_dict()
    assert data["schema"] == "toolbox-rules/comparison/1"
    assert data["closed"] == ["flat-battery"]
    assert data["causes"][0]["facts"] == ["battery.boosted"]
