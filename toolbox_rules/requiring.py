"""The aim of the weighing -> the conditions: what has to be arranged for it, until when, and what could stand instead.

The cheapest set of measures with which the rules give the aim is found exactly. Other sets of the same effort and
number are given as swaps: what to leave out, and what to take instead. Every set is confirmed by the rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from toolbox_rules.knowledge import Knowledge
from toolbox_rules.offering import Reach
from toolbox_rules.planning import Grow, cheapest_towards, left_out
from toolbox_rules.solving import Choice, NoSolutionError
from toolbox_rules.trying import Tried
from toolbox_rules.weighing import Outcome, Weighing

MOST_SWAPS = 5
MOST_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A criterion that no measure moves, and the level that it has to reach."""

    criterion: str
    now: str
    needed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One measure of the conditions.

    ``phases`` are those in which it can still be taken, from the present one on. ``recheck`` is the phase at the end of
    which it must be looked at again at the latest: after it the measure comes too late, or another table weighs the
    case; when neither is ahead, the present phase. None when the present phase is not known.
    """

    measure: str
    phases: tuple[str, ...]
    recheck: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Other measures that do as well, for the same effort: ``take`` these and ``leave`` those."""

    leave: tuple[str, ...]
    take: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What has to be arranged for the aim: the cheapest measures, and what must turn out well besides.

    ``terms`` are the same measures with their moments. Of the ``swaps`` each stands by itself; ``all_swaps`` says that
    every other set of the same effort contains one of them, and is False when the search was cut off.
    ``assumptions`` are criteria that no measure moves far enough; ``unsettled`` pitfalls of which it is not known
    whether they threaten, and which have to turn out not to; ``barred_by`` rules that exclude the aim whatever is
    done, so that what they say has to change first. ``reachable`` is False when no set of measures leads to the aim
    even so.
    """

    aim: str
    reachable: bool
    measures: tuple[str, ...]
    terms: tuple[Term, ...]
    swaps: tuple[Swap, ...]
    all_swaps: bool
    assumptions: tuple[Assumption, ...]
    unsettled: tuple[str, ...]
    barred_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The phases in their order, the number of the present one (None when unknown), and of the last that the table in
    force still weighs."""

    phases: Sequence[str]
    now: int | None
    last: int


def require(
    weighing: Weighing,
    knowledge: Knowledge,
    outcome: Outcome,
    within: Reach,
    doubtful: frozenset[str],
    calendar: Calendar,
    with_more: Callable[[frozenset[str], Sequence[str]], list[Tried]],
) -> Conditions | None:
    """What would bring the verdict to the aim of its table; None when it is there already.

    ``with_more`` says what some measures lead to, and then one after another of further ones; ``doubtful`` pitfalls
    count as no threat there.
    """
    aim = next(table for table in weighing.spec.tables if table.id == outcome.table).aim
    if outcome.verdict == aim:
        return None
    (best,) = with_more(frozenset(within.available), ())
    assumed = _assumed(weighing, outcome.table, best, aim)
    barred = _excluding(best, aim)

    def reaches(after: Tried) -> bool:
        return not _excluding(after, aim) - barred and _decided(weighing, after, assumed) == aim

    def grow(measures: frozenset[str], more: Sequence[str]) -> Callable[[int], bool]:
        tried = with_more(measures, more)
        return lambda count: reaches(tried[count])

    names = tuple(sorted(within.available))
    chosen, choice = None, Choice(names=names)
    if assumed is not None:
        chosen = cheapest_towards(names, knowledge, weighing.spec, within, grow, choice)
    swaps, all_swaps = equally_cheap(choice, chosen, knowledge, weighing, within, grow) if chosen else ((), True)
    now = {one.criterion: one.level for one in outcome.criteria}
    return Conditions(
        aim=aim,
        reachable=chosen is not None,
        measures=tuple(sorted(chosen or ())),
        terms=tuple(moment(knowledge, calendar, one) for one in sorted(chosen or ())),
        swaps=swaps,
        all_swaps=all_swaps,
        assumptions=tuple(
            Assumption(criterion=name, now=now[name], needed=level) for name, level in (assumed or {}).items()
        ),
        unsettled=tuple(sorted(doubtful)),
        barred_by=tuple(sorted(barred)),
    )


# --- other sets of the same effort ----------------------------------------------------------------------------------


def equally_cheap(
    choice: Choice,
    chosen: frozenset[str],
    knowledge: Knowledge,
    weighing: Weighing,
    within: Reach,
    grow: Grow,
) -> tuple[tuple[Swap, ...], bool]:
    """Other sets that reach the aim for the same effort and number, nearest first, and whether these are all.

    ``choice`` holds the needs that were found on the way to ``chosen``. A set that only combines swaps found before is
    left out.
    """
    names = choice.names
    prices = _efforts(names, knowledge, weighing, within)
    target = sum(prices[name] for name in chosen)
    nearest = {name: prices[name] * (len(names) + 1) + (name not in chosen) for name in names}
    _forbid(choice, leave=frozenset(), take=chosen)
    found: list[Swap] = []
    for _ in range(MOST_TRIES):
        try:
            other, _ = choice.cheapest(nearest)
        except NoSolutionError:
            return tuple(found), True
        if sum(prices[name] for name in other) > target:
            return tuple(found), True
        if len(found) == MOST_SWAPS:
            return tuple(found), False
        rest = [name for name in names if name not in other]
        reached = grow(other, rest)
        if reached(0):
            leave, take = chosen - other, other - chosen
            found.append(Swap(leave=tuple(sorted(leave)), take=tuple(sorted(take))))
            _forbid(choice, leave, take)
        else:
            choice.require(dict.fromkeys(sorted(left_out(other, rest, reached, grow)), 1), 1)
    return tuple(found), False


def _efforts(names: Sequence[str], knowledge: Knowledge, weighing: Weighing, within: Reach) -> dict[str, int]:
    """Effort first, then the number of measures; how well they are supported makes no difference here."""
    costs = {name: weighing.spec.effort[knowledge.mitigations[name].effort].cost for name in names}
    return {name: 0 if name in within.planned else costs[name] * (len(names) + 1) + 1 for name in names}


def _forbid(choice: Choice, leave: frozenset[str], take: frozenset[str]) -> None:
    """Rule out every set with all of ``take`` and nothing of ``leave``."""
    choice.require(dict.fromkeys(sorted(take), -1) | dict.fromkeys(sorted(leave), 1), 1 - len(take))


# --- moments --------------------------------------------------------------------------------------------------------


def moment(knowledge: Knowledge, calendar: Calendar, measure: str) -> Term:
    """When a measure can still be taken, and when to look at it again."""
    start = calendar.now or 0
    fits = knowledge.mitigations[measure].phases
    left = [at for at, phase in enumerate(calendar.phases) if phase in fits and at >= start]
    if calendar.now is None:
        recheck = None
    else:
        ahead = [at for at in (left[-1], calendar.last) if at < len(calendar.phases) - 1]
        recheck = calendar.phases[max(left[0], min(ahead, default=start))]
    return Term(measure=measure, phases=tuple(calendar.phases[at] for at in left), recheck=recheck)


# --- the table ------------------------------------------------------------------------------------------------------


def _assumed(weighing: Weighing, table: str, best: Tried, aim: str) -> dict[str, str] | None:
    """The criteria that stay too low even with every measure, each with the lowest level that will do."""
    names = list(weighing.spec.criteria)
    orders = [list(weighing.spec.criteria[name].levels) for name in names]
    reached = [order.index(best.criteria[name]) for order, name in zip(orders, names, strict=True)]
    top = [len(order) - 1 for order in orders]
    decisions = weighing.decisions[table]
    if decisions[tuple(top)] != aim:
        return None
    for at in range(len(names)):
        for level in range(reached[at], top[at] + 1):
            if decisions[(*top[:at], level, *top[at + 1 :])] == aim:
                top[at] = level
                break
    return {name: orders[at][top[at]] for at, name in enumerate(names) if top[at] > reached[at]}


def _decided(weighing: Weighing, after: Tried, assumed: Mapping[str, str] | None) -> str:
    levels = []
    for name, level in after.criteria.items():
        order = list(weighing.spec.criteria[name].levels)
        floor = order.index((assumed or {}).get(name, order[0]))
        levels.append(max(order.index(level), floor))
    return weighing.decisions[after.table][tuple(levels)]


def _excluding(after: Tried, verdict: str) -> frozenset[str]:
    """The rules that rule a verdict out."""
    return frozenset(one.rule for one in after.excluding if verdict in one.verdicts)
