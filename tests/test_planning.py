"""The plan, held against every set of measures that could have been chosen instead."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import pytest
from hypothesis import given, settings

from tests.laws.choices import Choices, choices, seeded
from toolbox_rules.assessing import Assessment
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.model import EffortSpec, Mitigation, Pitfall, PlanSpec, RiskSpec, Text, TextList, WeighingSpec
from toolbox_rules.offering import Option, Reach, without
from toolbox_rules.planning import Grow, Plan, cheapest_towards, make_plan
from toolbox_rules.ranking import ranked
from toolbox_rules.requiring import Calendar, Swap, equally_cheap, moment
from toolbox_rules.solving import Choice
from toolbox_rules.weighing import Weighing

TEXT = Text(nl="tekst", en="text")
SENTENCES = TextList(nl=("tekst",), en=("text",))
EFFORT = {"low": 1, "medium": 3, "high": 8}
SUPPORT = {"source": 0, "inferred": 1, "general": 2}
WEIGHING = WeighingSpec.model_construct(
    effort={name: EffortSpec(label=TEXT, cost=cost) for name, cost in EFFORT.items()},
    risk=RiskSpec.model_construct(classes=dict.fromkeys(("low", "medium", "high", "critical"))),
    plan=PlanSpec(take_away="high"),
)
LARGE = 2


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Pitfalls with their risks, measures, and what the case has already."""

    knowledge: Knowledge
    within: Reach
    assessments: Mapping[str, Assessment]

    def plan(self) -> Plan:
        return make_plan(self.knowledge, WEIGHING, self.within, self.assessments)


# --- one thing at a time ------------------------------------------------------------------------------------------


def test_a_large_risk_asks_for_the_measure_that_takes_it_away_though_two_smaller_ones_cost_less() -> None:
    measures = [a_measure("a", p0="partial"), a_measure("b", p0="partial"), a_measure("whole", "high", p0="full")]
    assert chosen(a_problem(measures, 1, [LARGE]).plan()) == {"whole"}
    assert chosen(a_problem(measures, 1, [LARGE - 1]).plan()) == {"a", "b"}
    assert chosen(a_problem(measures[:2], 1, [LARGE]).plan()) == {"a", "b"}


def test_one_measure_for_two_pitfalls_is_preferred_to_one_for_each() -> None:
    one = a_problem([a_measure("both", p0="full", p1="full"), a_measure("a", p0="full"), a_measure("b", p1="full")])
    assert chosen(one.plan()) == {"both"}


def test_less_effort_is_preferred_to_fewer_measures() -> None:
    measures = [a_measure("both", "medium", p0="full", p1="full"), a_measure("a", p0="full"), a_measure("b", p1="full")]
    assert chosen(a_problem(measures).plan()) == {"a", "b"}


def test_the_better_supported_of_two_equal_measures_is_chosen() -> None:
    one = a_problem([a_measure("a", basis="general", p0="full"), a_measure("b", basis="source", p0="full")])
    assert chosen(one.plan()) == {"b"}


def test_two_measures_that_each_reduce_a_pitfall_cover_it() -> None:
    plan = a_problem([a_measure("a", p0="partial"), a_measure("b", p0="partial")], pitfalls=1).plan()
    assert chosen(plan) == {"a", "b"}
    assert [item.adds for item in plan.items] == [("p0",), ("p0",)]


def test_one_measure_that_reduces_a_pitfall_leaves_it_uncovered_and_is_not_worth_its_effort() -> None:
    plan = a_problem([a_measure("a", p0="partial")], pitfalls=1).plan()
    assert (chosen(plan), plan.uncovered) == (set(), ("p0",))


def test_a_measure_in_place_that_reduces_a_pitfall_counts_half() -> None:
    measures = [a_measure("half", p0="partial"), a_measure("a", p0="partial"), a_measure("b", "high", p0="full")]
    assert chosen(a_problem(measures, 1, [LARGE - 1], in_place={"half"}).plan()) == {"a"}


def test_a_measure_comes_with_what_it_needs_and_after_it() -> None:
    measures = [a_measure("a", needs=["z"], p0="full"), a_measure("z")]
    plan = a_problem(measures, pitfalls=1).plan()
    assert [item.mitigation for item in plan.items] == ["z", "a"]
    assert plan.items[1].after == ("z",)


def test_a_measure_need_not_wait_for_what_is_so_already() -> None:
    measures = [a_measure("a", needs=["z"], p0="full"), a_measure("z")]
    assert chosen(a_problem(measures, pitfalls=1, held={"z"}).plan()) == {"a"}


def test_measures_that_conflict_are_never_chosen_together() -> None:
    measures = [a_measure("a", conflicts=["b"], p0="full"), a_measure("b", p1="full")]
    plan = a_problem(measures, risks=[1, 2]).plan()
    assert (chosen(plan), plan.uncovered) == ({"b"}, ("p0",))


def test_one_high_risk_outweighs_any_number_of_lower_ones() -> None:
    lower = {f"p{at}": "full" for at in range(1, 6)}
    measures = [a_measure("a", conflicts=["b"], p0="full"), a_measure("b", **lower)]
    assert chosen(a_problem(measures, risks=[3, 2, 2, 2, 2, 2]).plan()) == {"a"}


def test_of_pitfalls_of_equal_risk_the_ones_of_least_effort_are_covered() -> None:
    measures = [a_measure("a", "high", conflicts=["b"], p0="full"), a_measure("b", p1="full")]
    assert chosen(a_problem(measures, risks=[2, 2]).plan()) == {"b"}


def test_of_the_same_risk_open_pitfalls_come_first_then_by_weight_then_likely_ones() -> None:
    exposed = threat("p0", 1)._replace(state="exposed", severity=1, likelihood=(2, 2))
    same = {
        "p0": exposed._replace(severity=0),
        "p1": exposed._replace(severity=3, likelihood=(0, 3)),
        "p2": exposed,
        "p3": exposed._replace(state="open", severity=0, likelihood=(1, 1)),
        "p4": exposed._replace(risk=(2, 2), severity=0),
    }
    named = {name: one._replace(pitfall=name) for name, one in same.items()}
    assert ranked(named, a_problem([], pitfalls=5).knowledge) == ("p4", "p3", "p2", "p1", "p0")


def test_a_measure_that_is_planned_already_costs_nothing_more() -> None:
    measures = [a_measure("a", "high", p0="full"), a_measure("b", "low", p0="full")]
    plan = a_problem(measures, pitfalls=1, planned={"a"}).plan()
    assert (chosen(plan), plan.effort) == ({"a"}, 0)


def test_a_link_that_was_tested_without_effect_does_not_cover() -> None:
    one = a_problem([a_measure("a", link_basis="no-effect", p0="full")], pitfalls=1)
    assert one.plan().uncovered == ("p0",)


def test_without_anything_that_threatens_there_is_no_plan() -> None:
    assert a_problem([a_measure("a", p0="full")], pitfalls=0).plan() == Plan(items=(), effort=0, uncovered=())


# --- against every other choice -----------------------------------------------------------------------------------


@given(choices())
@settings(max_examples=150)
def test_no_other_set_of_measures_covers_more_or_costs_less(choices: Choices) -> None:
    one = any_problem(choices)
    plan = one.plan()
    assert permitted(one, chosen(plan))
    assert value(one, chosen(plan)) == max(value(one, other) for other in sets(one))
    assert set(plan.uncovered) == set(one.assessments) - covered(one, chosen(plan))
    assert plan.effort == -value(one, chosen(plan))[-3]


@given(choices())
@settings(max_examples=150)
def test_each_measure_comes_after_what_it_needs_and_adds_what_it_alone_covers(choices: Choices) -> None:
    one = any_problem(choices)
    plan = one.plan()
    done: set[str] = set()
    for item in plan.items:
        assert set(item.after) <= done
        done.add(item.mitigation)
        without = covered(one, chosen(plan) - {item.mitigation})
        assert set(item.adds) == covered(one, chosen(plan)) - without


@given(choices())
@settings(max_examples=150)
def test_the_cheapest_way_to_an_aim_is_the_cheapest_of_all_sets(choices: Choices) -> None:
    one = any_problem(choices)
    enough = [frozenset(choices.subset(one.within.available)) for _ in range(choices.between(0, 4))]

    def reaches(measures: frozenset[str]) -> bool:
        return any(goal <= measures for goal in enough)

    found = cheapest_towards(
        one.within.available, one.knowledge, WEIGHING, one.within, growing(reaches), Choice(names=one.within.available)
    )
    possible = [price(one, other) for other in sets(one) if reaches(frozenset(other))]
    assert (found is None) is (not possible)
    if found is not None:
        assert permitted(one, found)
        assert reaches(found)
        assert price(one, found) == min(possible)


@given(choices())
@settings(max_examples=80)
def test_the_plan_that_must_have_a_measure_is_the_best_of_all_that_have_it(choices: Choices) -> None:
    one = any_problem(choices)
    for name in one.within.available:
        having = [value(one, other) for other in sets(one) if name in other]
        if having:
            plan = make_plan(one.knowledge, WEIGHING, one.within, one.assessments, including=name)
            assert name in chosen(plan)
            assert permitted(one, chosen(plan))
            assert value(one, chosen(plan)) == max(having)


@given(choices())
@settings(max_examples=80)
def test_the_plan_without_a_measure_is_the_best_of_all_that_lack_it(choices: Choices) -> None:
    one = any_problem(choices)
    options = {name: option(item) for name, item in one.knowledge.mitigations.items()}
    for name in one.within.available:
        left = replace(one, within=without(options, one.within, name))
        plan = left.plan()
        assert permitted(one, chosen(plan))
        assert value(left, chosen(plan)) == max(value(left, other) for other in sets(one) if name not in other)


def option(measure: Mitigation) -> Option:
    """A measure as a choice, with what it needs."""
    return Option(
        last_phase=0,
        conflicts=frozenset(),
        needs=frozenset(needs_of(measure)),
        settles=False,
        conditional=False,
        weights=(),
    )


@given(choices())
@settings(max_examples=150)
def test_every_other_set_of_the_same_effort_contains_a_swap_and_every_swap_is_such_a_set(choices: Choices) -> None:
    one = any_problem(choices)
    if not one.within.available:
        return
    enough = [frozenset(choices.some(one.within.available)) for _ in range(choices.between(1, 5))]

    def reaches(measures: frozenset[str]) -> bool:
        return any(goal <= measures for goal in enough)

    choice = Choice(names=one.within.available)
    best = cheapest_towards(one.within.available, one.knowledge, WEIGHING, one.within, growing(reaches), choice)
    if not best:
        return
    weighing = Weighing(spec=WEIGHING, conditions={}, decisions={})
    swaps, complete = equally_cheap(choice, best, one.knowledge, weighing, one.within, growing(reaches))
    alike = {frozenset(other) for other in sets(one) if reaches(frozenset(other))}
    alike = {other for other in alike if effort(one, other) == effort(one, best) and not best <= other}
    assert {(best - set(swap.leave)) | set(swap.take) for swap in swaps} <= alike
    without = [other for other in alike if not any(_contains(other, swap) for swap in swaps)]
    assert not (complete and without)


def growing(reaches: Callable[[frozenset[str]], bool]) -> Grow:
    return lambda chosen, more: lambda count: reaches(chosen.union(more[:count]))


def effort(one: Problem, measures: Iterable[str]) -> tuple[int, int]:
    new = [name for name in measures if name not in one.within.planned]
    return sum(EFFORT[one.knowledge.mitigations[name].effort] for name in new), len(new)


def _contains(measures: frozenset[str], swap: Swap) -> bool:
    return set(swap.take) <= measures and not measures & set(swap.leave)


@pytest.mark.parametrize(
    ("now", "last", "fits", "phases", "recheck"),
    [
        (1, 2, "abcde", "bcde", "c"),  # after c another table weighs it
        (1, 2, "ab", "b", "b"),  # after b it is too late
        (1, 4, "abcde", "bcde", "b"),  # nothing changes any more: at the end of the present phase
        (1, 2, "de", "de", "d"),  # it cannot be done before d
        (None, 2, "abc", "abc", None),  # nobody knows where the case stands
    ],
)
def test_a_condition_is_checked_again_before_it_is_too_late(
    now: int | None, last: int, fits: str, phases: str, recheck: str | None
) -> None:
    measure = Mitigation.model_construct(id="m", phases=tuple(fits))
    knowledge = Knowledge(
        pitfalls={}, mitigations={"m": measure}, cases={}, sources={}, unsuitable={}, documents={}, spellings={}
    )
    term = moment(knowledge, Calendar(phases="abcde", now=now, last=last), "m")
    assert ("".join(term.phases), term.recheck) == (phases, recheck)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_knowledge_stands_does_not_matter(seed: int) -> None:
    one = any_problem(seeded(seed))
    turned = Knowledge(
        pitfalls=dict(reversed(list(one.knowledge.pitfalls.items()))),
        mitigations=dict(reversed(list(one.knowledge.mitigations.items()))),
        cases={},
        sources={},
        unsuitable={},
        documents={},
        spellings={},
    )
    assert make_plan(turned, WEIGHING, one.within, dict(reversed(list(one.assessments.items())))) == one.plan()


def chosen(plan: Plan) -> set[str]:
    return {item.mitigation for item in plan.items}


def sets(one: Problem) -> Iterator[set[str]]:
    """Every permitted set of measures."""
    for number in range(len(one.within.available) + 1):
        yield from (set(some) for some in combinations(one.within.available, number) if permitted(one, some))


def permitted(one: Problem, measures: Iterable[str]) -> bool:
    """Whether measures have what they need, and none conflicts with another."""
    some = set(measures)
    items = [one.knowledge.mitigations[name] for name in some]
    return all(
        needs_of(item) <= some | one.within.in_place | one.within.held
        and not {link.mitigation for link in item.conflicts} & some
        for item in items
    )


def covered(one: Problem, measures: Iterable[str]) -> set[str]:
    """The threatening pitfalls that measures cover, with those in place."""
    found = set()
    for pitfall in one.assessments:
        if one.assessments[pitfall].risk[0] >= LARGE and takes_away(
            one, pitfall, (*one.within.available, *one.within.left_out)
        ):
            found |= {pitfall} if takes_away(one, pitfall, measures) else set()
            continue
        standing = min(1, weight(one, pitfall, one.within.in_place))
        if weight(one, pitfall, measures) + standing >= 2:
            found.add(pitfall)
    return found


def takes_away(one: Problem, pitfall: str, measures: Iterable[str]) -> bool:
    links = [link for name in measures for link in one.knowledge.mitigations[name].mitigates]
    return any(link.pitfall == pitfall and link.coverage == "full" for link in links)


def weight(one: Problem, pitfall: str, measures: Iterable[str]) -> int:
    links = [link for name in measures for link in one.knowledge.mitigations[name].mitigates]
    return sum(2 if link.coverage == "full" else 1 for link in links if link.pitfall == pitfall)


def value(one: Problem, measures: Iterable[str]) -> tuple[int, ...]:
    """How good a set is: how many pitfalls of each risk it covers, the highest first, then how little it costs."""
    risks = [one.assessments[pitfall].risk[0] for pitfall in covered(one, measures)]
    return (*(risks.count(risk) for risk in (3, 2, 1, 0)), *(-part for part in price(one, measures)))


def price(one: Problem, measures: Iterable[str]) -> tuple[int, int, int]:
    """Effort, number, and how weakly supported; a measure that is planned costs the least that there is."""
    new = [one.knowledge.mitigations[name] for name in measures if name not in one.within.planned]
    planned = len(set(measures) & one.within.planned)
    effort = sum(EFFORT[item.effort] for item in new)
    return effort, len(new), sum(SUPPORT[item.basis] for item in new) + planned


# --- making problems ----------------------------------------------------------------------------------------------


def any_problem(choices: Choices) -> Problem:
    pitfalls = [f"p{at}" for at in range(choices.between(1, 5))]
    names = [f"m{at}" for at in range(choices.between(1, 7))]
    measures = []
    for at, name in enumerate(names):
        links = {pitfall: choices.among(("full", "partial")) for pitfall in choices.subset(pitfalls)}
        measures.append(
            a_measure(
                name,
                choices.among(("low", "medium", "high")),
                needs=[choices.among(names[:at])] if at and choices.once_in(3) else [],
                conflicts=[choices.among(names[:at])] if at and choices.once_in(3) else [],
                basis=choices.among(("source", "inferred", "general")),
                **links,
            )
        )
    standing = {name for name in names if choices.once_in(6) and not any(measures[names.index(name)].needs)}
    return a_problem(
        measures,
        risks=[choices.between(0, 3) for _ in pitfalls],
        in_place={name for name in standing if "full" not in links_of(measures[names.index(name)])},
        planned={name for name in names if choices.once_in(6)},
        held={name for name in names if choices.once_in(6)} - standing,
    )


def links_of(measure: Mitigation) -> set[str]:
    return {link.coverage for link in measure.mitigates}


def a_problem(
    measures: list[Mitigation],
    pitfalls: int = 2,
    risks: list[int] | None = None,
    in_place: Iterable[str] = (),
    planned: Iterable[str] = (),
    held: Iterable[str] = (),
) -> Problem:
    """Pitfalls that all threaten, numbered from p0, of the risks given or else all the same."""
    items = {measure.id: measure for measure in measures}
    standing = frozenset(in_place)
    against = {link.mitigation for name in standing for link in items[name].conflicts}
    available = {
        name
        for name, item in items.items()
        if name not in standing | against and not {link.mitigation for link in item.conflicts} & standing
    }
    had = standing | frozenset(held)
    while without := {name for name in available if not needs_of(items[name]) <= available | had}:
        available -= without
    names = [f"p{at}" for at in range(pitfalls if risks is None else len(risks))]
    return Problem(
        knowledge=Knowledge(
            pitfalls={name: a_pitfall(name) for name in names},
            mitigations=items,
            cases={},
            sources={},
            unsuitable={},
            documents={},
            spellings={},
        ),
        within=Reach(
            available=tuple(sorted(available)),
            in_place=standing,
            held=frozenset(held),
            planned=frozenset(planned) & available,
            too_late=(),
            unsuitable=(),
        ),
        assessments={name: threat(name, risk) for name, risk in zip(names, risks or [2] * pitfalls, strict=True)},
    )


def needs_of(measure: Mitigation) -> set[str]:
    return {link.mitigation for link in measure.needs}


def threat(pitfall: str, risk: int) -> Assessment:
    return Assessment(
        pitfall=pitfall,
        state="open",
        partly_covered=False,
        severity=risk,
        likelihood=(0, 0),
        risk=(risk, risk),
        must=True,
        may=True,
        rules=(),
        measures=(),
    )


def a_pitfall(name: str) -> Pitfall:
    return Pitfall(
        id=name,
        name=TEXT,
        summary=TEXT,
        signs=SENTENCES,
        area="area",
        topic="topic",
        severity="serious",
        likelihood="likely",
        affects=(),
        basis="general",
    )


def a_measure(
    name: str,
    effort: str = "low",
    needs: Iterable[str] = (),
    conflicts: Iterable[str] = (),
    basis: str = "general",
    link_basis: str = "general",
    **covers: str,
) -> Mitigation:
    """A measure, and for each pitfall that it does something about ``full`` or ``partial``."""
    links = [
        {"pitfall": pitfall, "coverage": coverage, "because": TEXT, "basis": link_basis}
        for pitfall, coverage in covers.items()
    ]
    return Mitigation.model_validate(
        {
            "id": name,
            "kind": "measure",
            "name": TEXT,
            "summary": TEXT,
            "steps": SENTENCES,
            "effort": effort,
            "phases": ["phase"],
            "who": TEXT,
            "sign": TEXT,
            "mitigates": links or [{"pitfall": "other", "coverage": "full", "because": TEXT, "basis": "general"}],
            "needs": [{"mitigation": other, "because": TEXT} for other in needs],
            "conflicts": [{"mitigation": other, "because": TEXT} for other in conflicts],
            "basis": basis,
        }
    )
