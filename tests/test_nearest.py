"""Nearest changes: they do what they promise, no smaller set does, and what is out of reach is out of reach."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from math import inf
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

from tests.laws.cases import some_facts
from tests.laws.choices import Choices, choices, seeded
from tests.test_engine_laws import Situation, a_situation, seen
from toolbox_rules import Toolbox, ToolboxError
from toolbox_rules import network as n
from toolbox_rules.advice import find
from toolbox_rules.aiming import read_goal
from toolbox_rules.bounding import Variants, prepare_ground
from toolbox_rules.cases import Case, Elements, SetValue, Value, case_document
from toolbox_rules.evaluating import Facts, Lists
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.inference import infer
from toolbox_rules.nearing import Runs, approach, is_reached, show_change
from toolbox_rules.reaching import needs
from toolbox_rules.searching import Bounds, Found, Part, Steps, Task, search
from toolbox_rules.stepping import room_of
from toolbox_rules.varying import Room
from toolbox_rules.viewing import View

ROOT = Path(__file__).parents[1]
DE_LINDE = ROOT / "examples" / "cases" / "woonzorgcomplex-de-linde.yaml"
EXAMPLES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
LAW = settings(max_examples=150)
MANY = Bounds(sets=10_000, steps=4, tries=2_000)


@cache
def shipped() -> Toolbox:
    return Toolbox.load()


@cache
def second() -> Toolbox:
    folder = ROOT / "tests" / "second_domain"
    return Toolbox.load(folder / "rules", folder / "knowledge")


# --- variants of a case, against the engine -----------------------------------------------------------------------


def a_room(one: Situation) -> Room:
    return room_of(
        one.engine.network, one.book.words, one.case.facts, one.case.lists, seen(one.book) | {"parts", "sites"}
    )


def some_steps(choices: Choices, room: Room, most: int) -> Steps:
    """Some steps that can be taken together."""
    apart = {frozenset(pair) for group in room.exclusive() for pair in combinations(group, 2)}
    found: list[int] = []
    for _ in range(choices.between(0, most)):
        step = choices.below(len(room.steps))
        if step not in found and all(frozenset((step, other)) not in apart for other in found):
            found.append(step)
    return frozenset(found)


def planes(room: Room, sets: Sequence[Steps]) -> list[int]:
    return [sum((step in one) << bit for bit, one in enumerate(sets)) for step in range(len(room.steps))]


def exact(quad: tuple[int, int, int, int], bit: int) -> tuple[int, int]:
    ml, mh, yl, yh = (plane >> bit & 1 for plane in quad)
    assert (ml, yl) == (mh, yh)
    return ml, yl


@given(choices())
@LAW
def test_a_variant_has_the_rails_that_the_engine_gives_its_facts(choices: Choices) -> None:
    one = a_situation(choices)
    room = a_room(one)
    assume(room.steps)
    sets = [some_steps(choices, room, 4) for _ in range(3)]
    taken = planes(room, sets)
    variants = Variants(prepare_ground(one.engine.network, room), taken, taken)
    for bit, steps in enumerate(sets):
        trace = infer(one.engine, *room.taken(steps))
        for node in one.engine.position:
            must, may = trace.rails(node)
            for at, quad in enumerate(variants.rails(node)):
                assert exact(quad, bit) == (must >> at & 1, may >> at & 1), one.engine.network.nodes[node]


@given(choices())
@LAW
def test_what_steps_a_variant_allows_stays_within_its_bounds(choices: Choices) -> None:
    one = a_situation(choices)
    room = a_room(one)
    assume(room.steps)
    taken = some_steps(choices, room, 2)
    allowed = taken.union(choices.subset(range(len(room.steps))))
    variants = Variants(prepare_ground(one.engine.network, room), planes(room, [taken]), planes(room, [allowed]))
    more = some_steps(choices, room, 5) & allowed
    apart = [set(group) for group in room.exclusive()]
    assume(all(len((taken | more) & group) < 2 for group in apart))
    trace = infer(one.engine, *room.taken(sorted(taken | more)))
    for node in one.engine.position:
        must, may = trace.rails(node)
        for at, (ml, mh, yl, yh) in enumerate(variants.rails(node)):
            assert ml & 1 <= must >> at & 1 <= mh & 1
            assert yl & 1 <= may >> at & 1 <= yh & 1


# --- the search, against trying everything ------------------------------------------------------------------------


def flags(one: Situation) -> list[int]:
    return [node for what, node in one.engine.network.index.items() if isinstance(what, n.Derived) and not what.lists]


def search_for(one: Situation, room: Room, node: int, bounds: Bounds) -> Found:
    ground = prepare_ground(one.engine.network, room)

    def reached(steps: Steps) -> bool:
        return bool(infer(one.engine, *room.taken(sorted(steps))).rails(node)[0])

    part: Part[Variants] = Part(
        reached=lambda variants: variants.must(node).possible, steps=frozenset(range(len(room.steps)))
    )
    look = lambda taken, allowed: Variants(ground, taken, allowed)  # noqa: E731
    return search(Task(room=room, look=look, parts=[part], reached=reached), bounds)


def every_set(room: Room, size: int) -> Iterator[Steps]:
    apart = {frozenset(pair) for group in room.exclusive() for pair in combinations(group, 2)}
    for steps in combinations(range(len(room.steps)), size):
        if not any(frozenset(pair) in apart for pair in combinations(steps, 2)):
            yield frozenset(steps)


@given(choices())
@LAW
def test_the_search_finds_what_trying_every_set_finds(choices: Choices) -> None:
    check_search(choices, most=22)


def test_the_search_finds_what_trying_every_set_finds_very_often() -> None:
    sizes = [check_search(seeded(seed), most=14) for seed in range(600)]
    assert {1, 2, 3} <= set(sizes)


def check_search(choices: Choices, most: int) -> float | None:
    """Compare with all sets of up to three steps; the size of the smallest, None when there is nothing to compare."""
    one = a_situation(choices)
    room = a_room(one)
    conclusions = flags(one)
    if not conclusions or len(room.steps) > most:
        return None
    node = choices.among(conclusions)
    if infer(one.engine, *room.taken([])).rails(node)[0]:
        return None
    found = search_for(one, room, node, MANY)
    for size in range(1, 4):
        right = {steps for steps in every_set(room, size) if infer(one.engine, *room.taken(steps)).rails(node)[0]}
        if right:
            assert found.at_least == size
            assert set(found.sets) <= right
            for steps in right:  # only the value of a number may differ from one that is reported
                places = [frozenset(room.steps[step].place for step in other) for other in (steps, *found.sets)]
                assert places[0] in places[1:]
            return size
    assert found.at_least > 3
    return found.at_least


@given(choices())
@LAW
def test_no_single_value_that_a_fact_can_have_is_overlooked(choices: Choices) -> None:
    one = a_situation(choices)
    room = a_room(one)
    conclusions = flags(one)
    assume(conclusions)
    node = choices.among(conclusions)
    assume(not infer(one.engine, *room.taken([])).rails(node)[0])
    reached = any(infer(one.engine, facts, lists).rails(node)[0] for facts, lists in one_fact_otherwise(one))
    if reached:
        assert search_for(one, room, node, MANY).at_least == 1


def one_fact_otherwise(one: Situation) -> Iterator[tuple[Facts, Lists]]:
    """The facts with one of them at any value; sets are left as they are."""
    facts, lists = one.case.facts, one.case.lists
    for fact in one.book.words.facts.values():
        numbers: tuple[Value, ...] = tuple(
            value for value in (*range(-4, 9), 0.5, 1.25, 2.5) if (fact.spec.minimum or -9) <= value <= 4
        )
        if fact.type == "integer":
            numbers = tuple(value for value in numbers if isinstance(value, int))
        values = {"boolean": (True, False), "integer": numbers, "number": numbers}.get(fact.type, fact.order)
        if fact.derived or fact.type in ("set", "names", "text") or fact.name not in seen(one.book):
            continue
        for value in values:
            if fact.spec.minimum is not None and isinstance(value, int | float) and value < fact.spec.minimum:
                continue
            if fact.list is None:
                yield {**facts, fact.name: value}, lists
                continue
            elements = lists.get(fact.list, Elements(items=()))
            for at in range(len(elements.items)):
                items = tuple(
                    {**item, fact.key: value} if at == index else item for index, item in enumerate(elements.items)
                )
                yield facts, {**lists, fact.list: replace(elements, items=items)}


# --- goals of an advice -------------------------------------------------------------------------------------------


def a_case(choices: Choices, toolbox: Toolbox) -> Case:
    facts = some_facts(choices, toolbox.vocabulary, frozenset(toolbox.vocabulary.facts))
    return Case(
        name=None,
        description=None,
        sources=(),
        facts=facts.facts,
        lists=facts.lists,
        in_place=frozenset(choices.subset(sorted(toolbox.knowledge.mitigations)) if choices.once_in(3) else ()),
        planned=frozenset(),
        document=case_document({}),
        places={},
    )


def findings_of(toolbox: Toolbox, case: Case) -> Findings:
    try:
        return find(desk_of(toolbox), case)
    except ToolboxError:
        assume(False)
        raise


def desk_of(toolbox: Toolbox) -> Desk:
    return toolbox._desk


def goals(toolbox: Toolbox) -> list[str]:
    spec = desk_of(toolbox).shelf.weighing.spec
    return [*toolbox.knowledge.pitfalls, *spec.verdicts, "verdict=better", "verdict=worse"]


@given(choices())
@settings(max_examples=60, deadline=None)
def test_the_states_and_verdicts_of_variants_are_those_of_the_advice(choices: Choices) -> None:
    for toolbox in (second(), shipped()) if choices.once_in(5) else (second(),):
        desk = desk_of(toolbox)
        runs = Runs(desk, findings_of(toolbox, a_case(choices, toolbox)))
        room = runs.room([*toolbox.vocabulary.facts, *toolbox.vocabulary.lists], ("act", "answer"))
        sets = [frozenset(), some_steps(choices, room, 8)]
        taken = planes(room, sets)
        view = View(
            desk, Variants(prepare_ground(desk.engine.network, room), taken, taken), runs.findings.case.in_place
        )
        for bit, steps in enumerate(sets):
            after = runs.outcome(*room.taken(sorted(steps)))
            assert the_one([("yes", view.contradicts())], bit) == (after is None)
            if after is not None:
                assert the_one(view.verdicts().items(), bit) == after.verdict
                assert the_one(view.forms().items(), bit) == after.form
                for pitfall, (state, _) in after.states.items():
                    assert the_one(view.states(pitfall).items(), bit) == state


def the_one(ranges: object, bit: int) -> object:
    """The name that holds in a variant; for one name whether it does."""
    found = list(ranges)  # type: ignore[call-overload]
    assert all(there.sure >> bit & 1 == there.possible >> bit & 1 for _, there in found)
    names = [name for name, there in found if there.sure >> bit & 1]
    if len(found) == 1 and found[0][0] == "yes":
        return bool(names)
    assert len(names) == 1
    return names[0]


@given(choices())
@settings(max_examples=60, deadline=None)
def test_every_nearest_change_reaches_its_goal_and_no_smaller_set_of_steps_does(choices: Choices) -> None:
    toolbox = second()
    desk = desk_of(toolbox)
    findings = findings_of(toolbox, a_case(choices, toolbox))
    runs = Runs(desk, findings)
    words = choices.among(goals(toolbox))
    goal = read_goal(desk, words, runs.now)
    found = approach(desk, findings, words, bounds=MANY)
    assert found.holds == is_reached(desk, goal, runs.now, findings.trace)
    room = runs.room(needs(desk, goal)[-1].facts, ("act", "answer"))
    everything = runs.room([*toolbox.vocabulary.facts, *toolbox.vocabulary.lists], ("act", "answer"))

    def reached(some: Room, steps: Steps) -> bool:
        facts, lists = some.taken(sorted(steps))
        after = runs.outcome(facts, lists)
        return after is not None and is_reached(desk, goal, after, infer(desk.trials, facts, lists))

    if found.holds:
        return
    smallest = next((size for size in (1, 2) if any(reached(room, one) for one in every_set(room, size))), inf)
    size = inf if found.size is None else found.size
    assert size == smallest if smallest < inf else size > 2
    assert not any(reached(everything, one) for one in every_set(everything, 1)) or size == 1
    for one in found.found:
        assert sum(change.steps for change in one.changes) == found.size
        for change in one.changes:
            fact = toolbox.vocabulary.facts.get(change.fact)
            assert change.kind == "answer" or (fact is not None and fact.change != "never")


@given(choices())
@settings(max_examples=40, deadline=None)
def test_the_parts_of_a_goal_leave_out_nothing(choices: Choices) -> None:
    toolbox = shipped() if choices.once_in(5) else second()
    desk = desk_of(toolbox)
    findings = findings_of(toolbox, a_case(choices, toolbox))
    runs = Runs(desk, findings)
    room = runs.room([*toolbox.vocabulary.facts, *toolbox.vocabulary.lists], ("act", "answer"))
    taken = planes(room, [frozenset(), *(some_steps(choices, room, 12) for _ in range(20))])
    view = View(desk, Variants(prepare_ground(desk.engine.network, room), taken, taken), findings.case.in_place)
    for words in goals(toolbox):
        *parts, whole = needs(desk, read_goal(desk, words, runs.now))
        there = whole.holds(view).possible
        for part in parts:
            assert not there & ~part.holds(view).possible, words


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_a_change_of_a_documented_case_does_what_it_says(path: Path) -> None:
    toolbox = shipped()
    advice = toolbox.advise(path)
    for goal in ("regie-vacuum", "verdict=worse"):
        for one in advice.nearest(goal).changes[:3]:
            if any(change.element is not None or isinstance(change.after, SetValue | None) for change in one.changes):
                continue
            other = toolbox.advise(path, {change.fact: change.after for change in one.changes})
            assert other.verdict.id == one.verdict
            assert (other.form.recommended if other.form else None) == one.form
            compared = advice.compare(other).value
            assert (compared.opened, compared.closed) == (one.opens, one.closes)


# --- what it says -------------------------------------------------------------------------------------------------


def test_a_fact_that_no_measure_may_change_is_no_change_but_may_be_an_answer() -> None:
    toolbox = shipped()
    never = {name for name, fact in toolbox.vocabulary.facts.items() if fact.change == "never"}
    for mitigation in toolbox.knowledge.mitigations.values():
        assert not never & set(mitigation.sets), mitigation.id
    unknown = toolbox.advise({"need": {"complexity": "multiple"}, "partners": [{}]}).nearest("verdict=lighter-form")
    assert [[show_change(change) for change in one.changes] for one in unknown] == [
        ["need.answerable_by_one: unknown -> true"]
    ]
    known = toolbox.advise({"need": {"complexity": "multiple", "answerable_by_one": False}, "partners": [{}]})
    assert not known.nearest("verdict=lighter-form", by="acts").changes


def test_the_smallest_way_from_go_with_conditions_to_go_is_proved() -> None:
    found = shipped().advise(DE_LINDE).nearest("verdict=go")
    assert found.approach.complete
    assert {sum(change.steps for change in one.changes) for one in found} == {found.approach.size}
    assert {one.verdict for one in found} == {"go"}


def test_acts_and_answers_can_be_asked_for_apart() -> None:
    advice = shipped().advise(DE_LINDE, {"regie.process": "none"})
    assert {change.kind for one in advice.nearest("regie-vacuum", by="acts") for change in one.changes} == {"act"}
    assert advice.nearest("regie-vacuum", by="answers").approach.size is None


def test_a_search_that_is_cut_off_says_so() -> None:
    found = shipped().advise(DE_LINDE).nearest("verdict=go", bounds=Bounds(steps=3))
    assert (len(found), found.approach.complete) == (0, False)
    assert "The search went no further." in found.to_text("en")
    few = shipped().advise(DE_LINDE).nearest("verdict=go", bounds=Bounds(sets=1))
    assert "Here is one way. There may be more." in few.to_text("en")


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    shipped().advise(DE_LINDE).nearest("verdict=go", bounds=Bounds(sets=1), progress=lambda *how: told.append(how))
    assert [tried for _, tried in told] == list(range(1, len(told) + 1))
    assert [size for size, _ in told] == sorted(size for size, _ in told)


def test_an_unfinished_list_of_partners_is_something_to_learn() -> None:
    advice = shipped().advise({"partners": [{"type": "municipality"}], "partners_complete": False})
    shown = {
        show_change(change)
        for one in advice.nearest("too-many-for-shared-governance=not-applicable")
        for change in one.changes
    }
    assert "partners: complete" in shown


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ("regie-vacuun", "TR210: no goal is called 'regie-vacuun'; did you mean 'regie-vacuum'?"),
        ("verdict=goo", "TR210: no verdict of a goal is called 'goo'; did you mean 'go'?"),
        ("regie-vacuum=gon", "TR210: no state of a goal is called 'gon'; did you mean 'gone'?"),
        ("regie.process=none", "TR210: no goal is called 'regie.process'"),
    ],
)
def test_words_that_are_no_goal_are_refused(goal: str, message: str) -> None:
    with pytest.raises(ToolboxError) as raised:
        shipped().advise(DE_LINDE).nearest(goal)
    assert str(raised.value).startswith(f"error[{message[:5]}]{message[5:]}")


def test_a_derived_fact_can_be_a_goal() -> None:
    advice = shipped().advise(DE_LINDE)
    for goal, holds in (("situation.many_partners", True), ("need.form_needed=coordination", True)):
        found = advice.nearest(goal)
        assert found.approach.goal.kind == "fact"
        assert found.approach.goal.holds is holds


def test_the_changes_turn_into_data_and_tables() -> None:
    found = shipped().advise(DE_LINDE).nearest("regie-vacuum")
    plain = found.to_dict()
    assert plain["size"] == 1
    assert plain["changes"][0]["facts"] == [  # type: ignore[index]
        {
            "fact": "regie.process",
            "element": None,
            "from": "partner",
            "to": "disputed",
            "kind": "act",
            "effort": 1,
        }
    ]
    assert "| 1. |" in found.to_markdown("nl").replace("1\\.", "1.")
    assert "<table>" in found._repr_html_()
