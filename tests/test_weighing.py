"""The weighing: what a table must be, where criteria stand, and which verdicts are still possible.

The exact words about a table that is refused stand in ``tests/invalid/weighing``.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.laws.cases import Facts, answered, completed
from tests.laws.choices import Choices, choices
from toolbox_rules.advice import _refuse_contradictions, find, set_up
from toolbox_rules.assessing import Memo
from toolbox_rules.cases import Case, read_case
from toolbox_rules.findings import Desk
from toolbox_rules.inference import infer
from toolbox_rules.network import Given
from toolbox_rules.problems import ToolboxError
from toolbox_rules.reading import read
from toolbox_rules.situating import situate, with_measures
from toolbox_rules.weighing import Outcome

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
CAR = {"symptom": {"lights": "bright", "cranks": True}, "fuel": {"smell": False, "gauge": "enough"}, "parts": []}


@cache
def shipped() -> Desk:
    return set_up(read([ROOT / "rules"], [ROOT / "knowledge"]), "0")


@cache
def second() -> Desk:
    folder = ROOT / "tests" / "second_domain"
    return set_up(read([folder / "rules"], [folder / "knowledge"]), "0")


def outcome(case: Mapping[str, object]) -> Outcome:
    """What the second domain makes of a case."""
    shelf = second().shelf
    return find(second(), read_case(case, shelf.rulebook.vocabulary, shelf.knowledge.spellings)).verdict.outcome


def levels(found: Outcome) -> dict[str, str]:
    return {one.criterion: one.level for one in found.criteria}


# --- one thing at a time ------------------------------------------------------------------------------------------


def test_a_case_without_faults_gets_the_best_verdict() -> None:
    assert (outcome(CAR).verdict, levels(outcome(CAR))) == ("drive", {"safety": "safe", "faults": "bearable"})


def test_a_criterion_of_which_nothing_is_known_stands_at_what_remains_and_can_be_anything() -> None:
    safety = outcome({}).criteria[0]
    assert (safety.level, safety.possible) == ("unclear", ("unsafe", "unclear", "safe"))


def test_a_criterion_that_is_settled_can_be_nothing_else() -> None:
    assert [one.possible for one in outcome(CAR).criteria] == [("safe",), ("bearable",)]


def test_a_criterion_stands_at_the_worst_level_whose_condition_holds() -> None:
    case = {**CAR, "symptom": {"lights": "dim"}, "battery": {"boosted": False}}
    assert levels(outcome(case))["faults"] == "serious"


def test_a_high_risk_that_no_measure_within_reach_takes_away_makes_a_criterion_worst() -> None:
    starter = {"system": "starter", "age_years": 12, "tested": False}
    case = {**CAR, "symptom": {"lights": "bright", "cranks": False}, "parts": [starter]}
    assert levels(outcome({**case, "car": {"place": "workshop"}}))["faults"] == "serious"
    assert levels(outcome({**case, "car": {"place": "roadside"}}))["faults"] == "hopeless"


def test_what_may_turn_out_unsuitable_leaves_the_worst_level_possible() -> None:
    starter = {"system": "starter", "age_years": 12, "tested": False}
    found = outcome({**CAR, "symptom": {"lights": "bright", "cranks": False}, "parts": [starter]})
    assert (found.criteria[1].level, found.criteria[1].possible) == ("serious", ("hopeless", "serious"))
    assert found.possible == ("tow", "repair")


def test_an_argument_that_excludes_lowers_the_verdict_of_the_table() -> None:
    found = outcome({**CAR, "fuel": {"smell": True, "gauge": "enough"}})
    assert (found.by_table, found.verdict) == ("tow", "tow")
    assert [(one.rule, one.stance, one.verdicts) for one in found.arguments] == [
        ("smell-of-fuel", "excludes", ("drive", "repair"))
    ]


def test_a_decisive_criterion_is_one_that_can_change_the_verdict_by_one_step() -> None:
    assert outcome(CAR).decisive == ("safety", "faults")
    assert outcome({**CAR, "fuel": {"gauge": "enough"}}).decisive == ("safety",)


@pytest.mark.parametrize("desk", [shipped, second], ids=["shipped", "second domain"])
def test_a_table_decides_every_combination_and_never_a_better_one_worse(desk: object) -> None:
    weighing = desk().shelf.weighing  # type: ignore[operator]
    sizes = [range(len(criterion.levels)) for criterion in weighing.spec.criteria.values()]
    for table in weighing.spec.tables:
        decisions = weighing.decisions[table.id]
        assert set(decisions) == set(product(*sizes))
        for one, other in product(decisions, repeat=2):
            if all(a <= b for a, b in zip(one, other, strict=True)):
                assert table.verdicts.index(decisions[one]) <= table.verdicts.index(decisions[other])


# --- what is still possible ---------------------------------------------------------------------------------------


@given(choices())
@settings(max_examples=200)
def test_no_answers_give_a_verdict_that_was_not_among_the_possible_ones(choices: Choices) -> None:
    case = forgetful(choices, shipped(), choices.among(EXAMPLES))
    assert_within(choices, shipped(), case)


@given(choices())
@settings(max_examples=100)
def test_a_verdict_that_rests_on_what_is_not_known_is_not_the_only_one_possible(choices: Choices) -> None:
    """Rules that ask whether a fact is known let go of their conclusion when it is."""
    shelf = shipped().shelf
    words = shelf.rulebook.vocabulary
    case = read_case(choices.among(EXAMPLES), words, shelf.knowledge.spellings)
    whole = later(choices, shipped(), case)
    forgotten = set(choices.subset(asked_whether_known()))
    before = replace(whole, facts={name: value for name, value in whole.facts.items() if name not in forgotten})
    now, then = advised(shipped(), before), advised(shipped(), whole)
    if now is not None and then is not None:
        assert then.verdict in now.possible


@cache
def asked_whether_known() -> list[str]:
    nodes = shipped().engine.network.nodes
    return sorted({node.fact for node in nodes if isinstance(node, Given) and not node.lists})


@given(choices())
@settings(max_examples=200)
def test_the_second_domain_has_a_true_range_of_verdicts_too(choices: Choices) -> None:
    words = second().shelf.rulebook.vocabulary
    empty = read_case({}, words, {})
    start = answered(choices, words, frozenset(words.facts), Facts(facts={}, lists={}))
    measures = choices.subset(sorted(second().shelf.knowledge.mitigations))
    case = replace(empty, facts=start.facts, lists=start.lists, in_place=frozenset(measures))
    assert_within(choices, second(), case)


def assert_within(choices: Choices, desk: Desk, case: Case) -> None:
    """Answer what is open, all of it or a part, and see that the verdict is one that was possible."""
    before = advised(desk, case)
    if before is None:
        return
    after = advised(desk, later(choices, desk, case))
    assert after is not None
    assert after.verdict in before.possible
    assert set(after.possible) <= set(before.possible)


def advised(desk: Desk, case: Case) -> Outcome | None:
    """The outcome, or None where facts contradict each other."""
    trace = infer(desk.engine, *with_measures(desk, case, case.in_place, given_wins=True))
    try:
        _refuse_contradictions(desk, case, trace)
    except ToolboxError as error:
        assert {problem.code for problem in error.problems} == {"TR209"}
        return None
    return situate(desk, trace, case.in_place, Memo()).outcome


def forgetful(choices: Choices, desk: Desk, path: Path) -> Case:
    """An example of which some facts are forgotten."""
    shelf = desk.shelf
    case = read_case(path, shelf.rulebook.vocabulary, shelf.knowledge.spellings)
    often = choices.among((20, 5, 2))
    return replace(case, facts={name: value for name, value in case.facts.items() if not choices.once_in(often)})


def later(choices: Choices, desk: Desk, case: Case) -> Case:
    """The case with more answers, none of which contradicts what is known or a measure in place."""
    words = desk.shelf.rulebook.vocabulary
    known, lists = with_measures(desk, case, case.in_place, given_wins=True)
    start = Facts(facts=known, lists=lists)
    answer = choices.among((completed, answered))
    found = answer(choices, words, frozenset(words.facts), start)
    more = dict(found.facts)
    while broken := contradicted(desk, replace(case, facts=more, lists=found.lists)):
        taken_back = sorted(name for name in broken if more.get(name) != known.get(name))
        for name in taken_back:
            more.pop(name)
            if name in known:
                more[name] = known[name]
        if not taken_back:
            return case
    return replace(case, facts=more, lists=found.lists)


def contradicted(desk: Desk, case: Case) -> set[str]:
    """The facts that contradict each other."""
    trace = infer(desk.engine, *with_measures(desk, case, case.in_place, given_wins=True))
    broken = {at for at in range(len(desk.shelf.constraints)) if trace.holds(f"never:{at}") == "true"}
    never = [desk.shelf.rulebook.vocabulary.spec.constraints[at].never for at in broken]
    return {name for raw in never for name in desk.shelf.rulebook.vocabulary.facts if name in str(raw)}
