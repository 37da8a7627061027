"""Threatening pitfalls + mitigations -> the plan: the set of measures that covers them at least effort.

Enough is done about a pitfall by one measure that takes it away, or by two that each reduce it; about a large risk
(``plan.take_away`` of the weighing) two that reduce it will do only where nothing within reach takes it away. The plan
is chosen in two steps, both solved to proved optimality: first do enough about as much as possible, higher risks before
any number of lower ones; then, among all sets that do, take the one of least effort, then the fewest measures, then the
best supported. Whether a pitfall is then gone or only smaller is for the rules to say (``Effect``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from toolbox_rules.assessing import THREATENING, Assessment
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.model import WeighingSpec
from toolbox_rules.offering import FULL, Reach, useful_links, weight_of
from toolbox_rules.ranking import ranked
from toolbox_rules.solving import Choice, NoSolutionError

#: From a set of measures and more that join it one after another: whether the aim is reached once so many have joined.
Grow = Callable[[frozenset[str], Sequence[str]], Callable[[int], bool]]
_SUPPORT = {"source": 0, "inferred": 1, "general": 2, "no-effect": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """One measure of the plan.

    ``covers`` are the threatening pitfalls that it takes away or reduces; ``adds`` those that would stay uncovered
    without it. ``only_exposed`` says that every one of them is exposed, not open: it is needed unless it turns out to
    be arranged. ``planned`` says that the case plans it already. ``after`` are measures of the plan to take first.
    """

    mitigation: str
    covers: tuple[str, ...]
    adds: tuple[str, ...]
    only_exposed: bool
    planned: bool
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The measures, first things first, and what stays open although the plan is carried out."""

    items: tuple[PlanItem, ...]
    effort: int
    uncovered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What is left of the threatening pitfalls once the whole plan is in place, as the rules then see it.

    ``settled`` threaten no longer; ``reduced`` still do, and the plan does enough about them to make them smaller;
    about those ``left`` too little can be done.
    """

    settled: tuple[str, ...]
    reduced: tuple[str, ...]
    left: tuple[str, ...]


def make_plan(
    knowledge: Knowledge,
    weighing: WeighingSpec,
    within: Reach,
    assessments: Mapping[str, Assessment],
    including: str | None = None,
) -> Plan:
    """Choose the measures for the pitfalls that are open or exposed.

    The plan holds the measure ``including``, one that is within reach, in any case.
    """
    targets = {one.pitfall: one for one in assessments.values() if one.state in THREATENING}
    helps = _helps(knowledge, weighing, within, targets)
    wanted = {measure for weights in helps.values() for measure in weights} | ({including} if including else set())
    names = sorted(_closed(wanted, knowledge, within))
    covered_names = {pitfall: f"covered {pitfall}" for pitfall in sorted(targets)}
    choice = Choice(names=[*names, *covered_names.values()])
    for pitfall, variable in covered_names.items():
        already = FULL - _standing(knowledge, within.in_place, pitfall)
        choice.require({**helps[pitfall], variable: -max(already, 1)}, 0)
    constrain(choice, names, knowledge, within)
    if including in names:
        choice.require({including: 1}, 1)
    base = len(targets) + 1
    gains = {variable: -(base ** targets[pitfall].risk[0]) for pitfall, variable in covered_names.items()}
    try:
        best, _ = choice.cheapest(gains)
    except NoSolutionError:
        best = frozenset()
    for risk in {one.risk[0] for one in targets.values()}:  # as many of each risk, be it other ones
        alike = [variable for pitfall, variable in covered_names.items() if targets[pitfall].risk[0] == risk]
        choice.require(dict.fromkeys(alike, 1), len(best.intersection(alike)))
    chosen, _ = choice.cheapest(costs(names, knowledge, weighing, within))
    uncovered = tuple(pitfall for pitfall, variable in covered_names.items() if variable not in chosen)
    return _plan(knowledge, weighing, within, targets, helps, frozenset(names) & chosen, uncovered)


def effect_of(plan: Plan, now: Mapping[str, Assessment], then: Mapping[str, Assessment]) -> Effect:
    """Compare what threatens now with what threatens with the whole plan in place."""
    targets = sorted(name for name, one in now.items() if one.state in THREATENING)
    still = [name for name in targets if then[name].state in THREATENING]
    return Effect(
        settled=tuple(name for name in targets if name not in still),
        reduced=tuple(name for name in still if name not in plan.uncovered),
        left=tuple(name for name in plan.uncovered if name in still),
    )


def constrain(choice: Choice, names: Iterable[str], knowledge: Knowledge, within: Reach) -> None:
    """A measure comes with what it needs, and never with what it conflicts with."""
    known = set(names)
    pairs = set()
    for measure in sorted(known):
        for need in knowledge.mitigations[measure].needs:
            if need.mitigation in known and need.mitigation not in within.held:
                choice.require({need.mitigation: 1, measure: -1}, 0)
        for conflict in knowledge.mitigations[measure].conflicts:
            pairs.add(tuple(sorted((measure, conflict.mitigation))))
    for one, other in sorted(pairs):
        if one in known and other in known:
            choice.require({one: -1, other: -1}, -1)


def costs(names: Iterable[str], knowledge: Knowledge, weighing: WeighingSpec, within: Reach) -> dict[str, int]:
    """What each measure costs: its effort, then one for being a measure, then how weakly it is supported.

    A measure that is planned already costs nothing more.
    """
    return {
        name: 1
        if name in within.planned
        else weighing.effort[knowledge.mitigations[name].effort].cost * 10_000
        + 100
        + _SUPPORT[knowledge.mitigations[name].basis]
        for name in names
    }


def cheapest_towards(
    names: tuple[str, ...],
    knowledge: Knowledge,
    weighing: WeighingSpec,
    within: Reach,
    grow: Grow,
    choice: Choice,
) -> frozenset[str] | None:
    """The cheapest set of measures that reaches the aim, None when not even all together do.

    ``choice`` is one between ``names``; what is found to be needed is added to it.
    Adding measures must not lead away from the aim. Every set that falls short is grown until adding any further
    measure would reach the aim; the aim then needs one of those left out. The cheapest set that meets all such needs
    found so far is tried next, so the first that reaches the aim is the cheapest of all.
    """
    if not grow(frozenset(), names)(len(names)):
        return None
    constrain(choice, names, knowledge, within)
    prices = costs(names, knowledge, weighing, within)
    while True:
        try:
            chosen, _ = choice.cheapest(prices)
        except NoSolutionError:
            return None
        rest = [name for name in names if name not in chosen]
        reached = grow(chosen, rest)
        if reached(0):
            return chosen
        choice.require(dict.fromkeys(sorted(left_out(chosen, rest, reached, grow)), 1), 1)


def left_out(chosen: frozenset[str], rest: Sequence[str], reached: Callable[[int], bool], grow: Grow) -> set[str]:
    """What has to stay out when as many measures as possible are added, in halves, without reaching the aim."""
    found: set[str] = set()
    done = 0  # how many of the rest ``reached`` starts from
    waiting = [(0, len(rest))] if rest else []
    while waiting:
        start, end = waiting.pop()
        if not reached(end - done):
            continue
        if end - start > 1:
            middle = start + (end - start) // 2
            waiting += [(middle, end), (start, middle)]
            continue
        found.add(rest[start])
        done = end
        reached = grow(chosen.union(rest[:end]) - found, rest[end:])
    return found


def _helps(
    knowledge: Knowledge, weighing: WeighingSpec, within: Reach, targets: Mapping[str, Assessment]
) -> dict[str, dict[str, int]]:
    """What each measure does for each pitfall; about a large one only what takes it away, if that is within reach."""
    helps: dict[str, dict[str, int]] = {pitfall: {} for pitfall in targets}
    for measure in (*within.available, *within.left_out):
        for link in useful_links(knowledge.mitigations[measure]):
            if link.pitfall in helps:
                helps[link.pitfall][measure] = weight_of(link)
    classes = tuple(weighing.risk.classes)
    large = len(classes) if weighing.plan is None else classes.index(weighing.plan.take_away)
    for pitfall, weights in helps.items():
        least = FULL if targets[pitfall].risk[0] >= large and FULL in weights.values() else 1
        helps[pitfall] = {
            measure: weight for measure, weight in weights.items() if weight >= least and measure not in within.left_out
        }
    return helps


def _standing(knowledge: Knowledge, in_place: frozenset[str], pitfall: str) -> int:
    """How far measures in place cover a pitfall already."""
    links = (link for one in in_place for link in useful_links(knowledge.mitigations[one]) if link.pitfall == pitfall)
    return min(FULL - 1, sum(map(weight_of, links)))


def _closed(measures: set[str], knowledge: Knowledge, within: Reach) -> set[str]:
    """Add what the measures need."""
    closed: set[str] = set()
    waiting = sorted(measures)
    while waiting:
        measure = waiting.pop()
        if measure not in closed and measure in within.available:
            closed.add(measure)
            needs = (link.mitigation for link in knowledge.mitigations[measure].needs)
            waiting += [need for need in needs if need not in within.held]
    return closed


def _plan(
    knowledge: Knowledge,
    weighing: WeighingSpec,
    within: Reach,
    targets: Mapping[str, Assessment],
    helps: Mapping[str, Mapping[str, int]],
    measures: frozenset[str],
    uncovered: tuple[str, ...],
) -> Plan:
    total = {
        pitfall: sum(weights.get(one, 0) for one in measures) + _standing(knowledge, within.in_place, pitfall)
        for pitfall, weights in helps.items()
    }
    urgency = {pitfall: at for at, pitfall in enumerate(ranked(targets, knowledge))}
    items: dict[str, PlanItem] = {}
    for measure in sorted(measures):
        covers = sorted((pitfall for pitfall in targets if measure in helps[pitfall]), key=urgency.__getitem__)
        adds = [pitfall for pitfall in covers if total[pitfall] >= FULL > total[pitfall] - helps[pitfall][measure]]
        items[measure] = PlanItem(
            mitigation=measure,
            covers=tuple(covers),
            adds=tuple(adds),
            only_exposed=bool(covers) and all(targets[pitfall].state == "exposed" for pitfall in covers),
            planned=measure in within.planned,
            after=tuple(
                sorted(link.mitigation for link in knowledge.mitigations[measure].needs if link.mitigation in measures)
            ),
        )
    effort = sum(
        weighing.effort[knowledge.mitigations[one].effort].cost for one in measures if one not in within.planned
    )
    return Plan(
        items=_in_order(items, urgency), effort=effort, uncovered=tuple(sorted(uncovered, key=urgency.__getitem__))
    )


def _in_order(items: Mapping[str, PlanItem], urgency: Mapping[str, int]) -> tuple[PlanItem, ...]:
    """First the measures for the most urgent pitfalls; what another measure needs comes before it."""
    ordered: dict[str, PlanItem] = {}

    def first(item: PlanItem) -> None:
        for needed in item.after:
            if needed not in ordered and needed != item.mitigation:
                first(items[needed])
        ordered.setdefault(item.mitigation, item)

    def key(item: PlanItem) -> tuple[int, str]:
        return min((urgency[pitfall] for pitfall in item.covers), default=len(urgency)), item.mitigation

    for item in sorted(items.values(), key=key):
        first(item)
    return tuple(ordered.values())
