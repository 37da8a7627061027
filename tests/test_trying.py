"""Many variants at once: each is what the plain advice says of the changed facts alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.laws.cases import Facts, some_facts
from tests.laws.choices import Choices, choices, seeded
from tests.laws.conditions import a_book
from tests.test_batch import a_case
from tests.test_engine_laws import seen
from toolbox_rules.advice import set_up
from toolbox_rules.assessing import Memo, assess
from toolbox_rules.cases import Case, Elements, SetValue, Value, read_case
from toolbox_rules.circuits import TRUE, Circuit, run
from toolbox_rules.compiling import compile_rules
from toolbox_rules.evaluating import evaluate
from toolbox_rules.findings import Desk
from toolbox_rules.inference import infer
from toolbox_rules.model import PitfallTally
from toolbox_rules.questions import _change, _unknown_in
from toolbox_rules.reading import read
from toolbox_rules.situating import form_of, remedies_of, with_measures
from toolbox_rules.trying import Change, Trial, Tried, measure_change, prepare_trial, set_to, try_growing, try_out
from toolbox_rules.unrolling import Place, Unrolled
from toolbox_rules.weighing import weigh

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
FOLDERS = {"shipped": ROOT, "second domain": ROOT / "tests" / "second_domain", "small": ROOT / "tests" / "small"}


@cache
def desk(name: str = "shipped") -> Desk:
    """Rules and knowledge, with everything worked out."""
    return set_up(read([FOLDERS[name] / "rules"], [FOLDERS[name] / "knowledge"]), "0")


# --- the plain way: one variant after another ---------------------------------------------------------------------


def changed(one: Desk, start: Facts, changes: Sequence[Change], variant: Sequence[int]) -> Facts:
    """The facts of one variant."""
    facts, items = dict(start.facts), {name: [dict(item) for item in of.items] for name, of in start.lists.items()}
    chosen = [changes[at] for at in sorted(variant)]
    for change in sorted(chosen, key=lambda each: each.measure is not None):
        for (name, at), value in change.values.items():
            fact = one.basis.vocabulary.facts[name]
            target, key = (facts, name) if at is None else (items[str(fact.list)][at], fact.key)
            after = value if change.measure is None else set_to(fact, target.get(key), value)
            target.pop(key, None)
            if after is not None:
                target[key] = after
    lists = {name: replace(of, items=tuple(items[name])) for name, of in start.lists.items()}
    return Facts(facts=facts, lists=lists)


def alone(one: Desk, found: Facts, in_place: frozenset[str], waived: frozenset[str]) -> tuple[Tried, Mapping[str, Any]]:
    """What the engine for one case says of a variant, and the state and risk of every pitfall."""
    trace, memo = infer(one.trials, found.facts, found.lists), Memo()
    assessments = assess(one.assessor, trace, in_place, memo)
    for name in waived:
        if assessments[name].state == "undetermined":
            assessments[name] = assessments[name]._replace(may=False)
    outcome = weigh(one.scales, trace, assessments, remedies_of(one, trace, in_place, memo), possible=False)
    form = form_of(one, trace, outcome)
    tried = Tried(
        table=outcome.table,
        criteria={each.criterion: each.level for each in outcome.criteria},
        verdict=outcome.verdict,
        form=form.recommended if form else None,
        excluding=tuple(each for each in outcome.arguments if each.stance == "excludes"),
        contradicts=any(trace.holds(name) == "true" for name in one.basis.constraints),
        changed={},
    )
    return tried, {name: (each.state, each.risk[1]) for name, each in assessments.items()}


def check(
    one: Desk,
    start: Facts,
    changes: Sequence[Change],
    variants: Sequence[Sequence[int]],
    in_place: frozenset[str] = frozenset(),
    waived: frozenset[str] = frozenset(),
) -> Trial:
    """Hold every variant against the plain way."""
    trial = prepare_trial(one.basis, start.facts, start.lists, changes, in_place=in_place, waived=waived)
    _, before = alone(one, start, in_place, waived)
    for variant, tried in zip(variants, try_out(trial, variants), strict=True):
        taken = in_place | {name for at in variant if (name := changes[at].measure) is not None}
        expected, states = alone(one, changed(one, start, changes, variant), taken, waived)
        assert {**before, **tried.changed} == states
        assert all(before[name] != after for name, after in tried.changed.items())
        assert replace(tried, changed={}) == expected
    return trial


# --- on shipped knowledge -----------------------------------------------------------------------------------------


def a_change(choices: Choices, one: Desk, start: Facts) -> Change:
    """A measure, or new values for some facts of the case and of elements; None takes one back."""
    measures = sorted(one.shelf.knowledge.mitigations)
    if choices.once_in(3):
        return measure_change(one.basis, choices.among(measures), start.lists)
    words = one.basis.vocabulary
    known = frozenset(choices.subset(sorted(name for name in words.facts if choices.once_in(8))))
    other = some_facts(choices, words, known)
    values: dict[Place, Value | None] = {}
    for name in sorted(known):
        fact = words.facts[name]
        if fact.derived or fact.type == "names" or fact.key == "name":
            continue
        if fact.list is None:
            values[name, None] = other.facts.get(name)
        elif fact.list in start.lists and fact.list in other.lists:
            for at, (item, _) in enumerate(
                zip(other.lists[fact.list].items, start.lists[fact.list].items, strict=False)
            ):
                values[name, at] = item.get(fact.key)
    return Change(values=values)


def some_variants(choices: Choices, changes: Sequence[Change], count: int) -> list[list[int]]:
    """Sets of changes that do not give one fact two values."""
    found = []
    for _ in range(count):
        variant: list[int] = []
        touched: set[Place] = set()
        for at in choices.shuffled(range(len(changes)))[: choices.between(0, 4)]:
            places = set(changes[at].values) if changes[at].measure is None else set()
            if not places & touched:
                variant.append(at)
                touched |= places
        found.append(variant)
    return found


def check_any(choices: Choices, one: Desk, case: Case) -> None:
    facts, lists = with_measures(one, case, case.in_place, given_wins=True)
    start = Facts(facts=facts, lists=lists)
    changes = [a_change(choices, one, start) for _ in range(choices.between(0, 8))]
    waived = frozenset(choices.subset(sorted(one.shelf.knowledge.pitfalls))) if choices.once_in(2) else frozenset()
    check(one, start, changes, some_variants(choices, changes, choices.between(0, 6)), case.in_place, waived)


@given(choices())
@settings(max_examples=100)
def test_every_variant_is_the_advice_on_the_changed_facts(choices: Choices) -> None:
    one = desk(choices.among(tuple(FOLDERS)))
    check_any(choices, one, a_case(choices, one.basis.vocabulary, sorted(one.shelf.knowledge.mitigations)))


@given(choices())
@settings(max_examples=100)
def test_so_it_is_however_pitfalls_count_for_a_criterion(choices: Choices) -> None:
    one = desk(choices.among(tuple(FOLDERS)))
    spec = one.shelf.weighing.spec
    tally = PitfallTally(
        risk=choices.among(tuple(spec.risk.classes)),
        remedy=choices.among((True, False, None)),
        at_least=choices.among((None, 1, 2, 4)),
        at_most=choices.among((None, 0, 1, 3)),
    )
    criteria = {
        name: criterion.model_copy(
            update={
                "levels": {
                    key: level if level.pitfalls is None else level.model_copy(update={"pitfalls": tally})
                    for key, level in criterion.levels.items()
                }
            }
        )
        for name, criterion in spec.criteria.items()
    }
    weighing = replace(one.shelf.weighing, spec=spec.model_copy(update={"criteria": criteria}))
    scales = replace(one.scales, weighing=weighing)
    other = replace(one, scales=scales, basis=replace(one.basis, scales=scales))
    check_any(choices, other, a_case(choices, one.basis.vocabulary, sorted(one.shelf.knowledge.mitigations)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_answer_and_every_measure_of_an_example_is_as_alone(path: Path) -> None:
    one = desk()
    words = one.basis.vocabulary
    case = read_case(path, words, one.shelf.knowledge.spellings)
    facts, lists = with_measures(one, case, case.in_place, given_wins=True)
    trace = infer(one.trials, facts, lists)
    changes = [
        _change(words.facts[name], value, unknown, trace)
        for name, values in one.probe.values.items()
        if (unknown := _unknown_in(words.facts[name], trace)) is not None
        for value in values
    ]
    changes += [measure_change(one.basis, name, lists) for name in sorted(one.shelf.knowledge.mitigations)]
    check(one, Facts(facts=facts, lists=lists), changes, [(at,) for at in range(len(changes))], case.in_place)


def test_growing_is_one_change_more_each_time() -> None:
    one = desk()
    case = read_case(EXAMPLES[0], one.basis.vocabulary, one.shelf.knowledge.spellings)
    measures = sorted(one.shelf.knowledge.mitigations)[:30]
    trial = prepare_trial(
        one.basis, case.facts, case.lists, [measure_change(one.basis, name, case.lists) for name in measures]
    )
    grown = try_growing(trial, (20, 3), tuple(range(4, 20)))
    assert grown == try_out(trial, [(20, 3, *range(4, end)) for end in range(4, 21)])


def test_two_values_for_one_fact_are_refused() -> None:
    one = desk()
    changes = [Change(values={("funding.coordination_paid", None): value}) for value in (True, False)]
    trial = prepare_trial(one.basis, {}, {}, changes)
    assert len(try_out(trial, [(0,), (1,), ()])) == 3
    with pytest.raises(ValueError, match="a variant gives one fact two values"):
        try_out(trial, [(0,), (0, 1)])


# --- on generated rulebooks ---------------------------------------------------------------------------------------


@given(choices())
@settings(max_examples=200)
def test_every_node_of_a_generated_rulebook_is_that_of_each_variant_alone(choices: Choices) -> None:
    check_nodes(choices)


@pytest.mark.parametrize("seed", range(60))
def test_every_node_of_a_seeded_rulebook_is_that_of_each_variant_alone(seed: int) -> None:
    check_nodes(seeded(seed))


def check_nodes(choices: Choices) -> None:
    """Facts differ in some places from variant to variant; which variant it is, is the input of the circuit."""
    book = a_book(choices)
    network, named = compile_rules(book.rulebook), seen(book)
    start = some_facts(choices, book.words, named)
    variants = [
        _elsewhere(choices, start, some_facts(choices, book.words, named)) for _ in range(choices.between(1, 5))
    ]
    circuit = Circuit()
    inputs = [circuit.add_input() for _ in variants]
    values: dict[Place, dict[Value | None, int]] = {}
    for place in dict.fromkeys(place for one in [start, *variants] for place in _places(one)):
        found: dict[Value | None, list[int]] = {}
        for one, wire in zip(variants, inputs, strict=True):
            found.setdefault(_places(one).get(place), []).append(wire)
        values[place] = {value: TRUE if len(found) == 1 else circuit.any_of(wires) for value, wires in found.items()}
    unrolled = Unrolled(network, circuit, start.facts, start.lists, values)
    wires = [unrolled.wires(node) for node in range(len(network.nodes))]
    program = circuit.program({wire for both in wires for plane in both for wire in plane})
    planes = run(program, [1 << at for at in range(len(variants))], len(variants))
    for at, one in enumerate(variants):
        single = evaluate(network, one.facts, one.lists)
        for node, both in enumerate(wires):
            rails = tuple(sum((planes[wire] >> at & 1) << bit for bit, wire in enumerate(plane)) for plane in both)
            assert rails == tuple(map(int, single.rails(node))), network.nodes[node]


def _elsewhere(choices: Choices, start: Facts, other: Facts) -> Facts:
    """The start with some facts as they are in the other; the lists keep their elements."""
    facts = {name: value for name, value in start.facts.items() if not choices.once_in(3)}
    facts |= {name: value for name, value in other.facts.items() if name not in facts and choices.once_in(2)}
    lists = {}
    for name, of in start.lists.items():
        others = other.lists[name].items if name in other.lists else ()
        items = [
            {**item, **(others[at] if at < len(others) and choices.once_in(2) else {})}
            for at, item in enumerate(of.items)
        ]
        lists[name] = Elements(items=tuple(items), complete=of.complete)
    return Facts(facts=facts, lists=lists)


def _places(one: Facts) -> dict[Place, Value | None]:
    found: dict[Place, Value | None] = {(name, None): value for name, value in one.facts.items()}
    for name, of in one.lists.items():
        found |= {(f"{name}.{key}", at): value for at, item in enumerate(of.items) for key, value in item.items()}
    return found


def test_a_sum_without_bounds_and_a_set_that_grows_keep_their_meaning() -> None:
    """What is not known of an element may add any amount; an unknown set joined by a measure stays open."""
    words = desk().basis.vocabulary
    fact = next(fact for fact in words.facts.values() if fact.type == "set" and fact.list is None)
    grown = set_to(fact, None, [fact.order[0]])
    assert grown == SetValue(members=frozenset({fact.order[0]}), complete=False)
    assert set_to(fact, SetValue(members=frozenset({fact.order[1]})), grown) == SetValue(
        members=frozenset(fact.order[:2]), complete=True
    )
