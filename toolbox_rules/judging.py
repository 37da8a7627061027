"""Rails of many cases -> states and risks of pitfalls, criteria and verdicts: ``assessing`` and ``weighing`` on planes.

Every question "does it stand at level k or above?" is a plane, so that the tables of the weighing become a few
operations on words; only the last step, the decision table, looks up a code for each case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from toolbox_rules import network as n
from toolbox_rules.assessing import STATES, Assessor
from toolbox_rules.lanes import ALL, NONE, Lanes, Plane, any_of, any_slot, at_least, unpack
from toolbox_rules.model import PitfallTally
from toolbox_rules.offering import FULL, Option
from toolbox_rules.planes import Rails
from toolbox_rules.weighing import Scales

Small = npt.NDArray[np.int8]
OPEN, EXPOSED, UNDETERMINED, COVERED, NOT_APPLICABLE = range(len(STATES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One pitfall: a plane for each state but the last, and for each risk class but the lowest whether it is reached.

    ``must`` and ``may`` are as in ``Assessment``.
    """

    states: tuple[Plane, ...]
    risk: tuple[Plane, ...]
    risk_possible: tuple[Plane, ...]
    must: Plane
    may: Plane


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subjects:
    """What one rule says for each of its subjects: its states, whether the pitfall can still be open, and how likely it
    makes it, by level."""

    states: tuple[Plane, ...]
    may: Plane
    low: tuple[Plane, ...]
    high: tuple[Plane, ...]


def judge(
    assessor: Assessor, pitfall: str, rails: Mapping[int, Rails], lanes: Lanes, in_place: Mapping[str, Plane]
) -> Judged:
    """Assess one pitfall in many cases."""
    full = any_of(in_place[one] for one in assessor.full[pitfall] if one in in_place)
    partial = any_of(in_place[one] for one in assessor.partial[pitfall] if one in in_place)
    levels = len(assessor.risks.likelihood)
    parts = [
        part
        for nodes, base in assessor.rules[pitfall]
        for part in _subjects(nodes, base, rails, lanes, full, partial, levels)
    ]
    found = [any_of(_any(part.states[state]) for part in parts) for state in range(NOT_APPLICABLE)]
    taken, strongest = NONE, []
    for plane in found:
        strongest.append(plane & ~taken)
        taken = taken | plane
    low, high = [], []
    for level in range(levels - 1):
        decisive = (any_of(map(np.bitwise_and, part.states, strongest)) & part.low[level] for part in parts)
        low.append(any_of(map(_any, decisive)))
        high.append(any_of([low[-1], *(_any(part.high[level]) for part in parts)]))
    severity = assessor.risks.severity[assessor.knowledge.pitfalls[pitfall].severity]
    row = assessor.risks.table[severity]
    return Judged(
        states=tuple(strongest),
        risk=_risk(row, low, len(assessor.risks.classes)),
        risk_possible=_risk(row, high, len(assessor.risks.classes)),
        must=found[OPEN],
        may=any_of(_any(part.may) for part in parts),
    )


def _subjects(
    nodes: n.RuleNodes,
    base: int,
    rails: Mapping[int, Rails],
    lanes: Lanes,
    full: Plane,
    partial: Plane,
    levels: int,
) -> list[_Subjects]:
    here = lanes.present[nodes.lists[0]] if nodes.lists else ALL
    must, may = rails[nodes.exposure]
    low_control, high_control = (NONE, NONE) if nodes.control is None else rails[nodes.control]
    must, may = must & here, may & here
    covered = must & (full | low_control)
    exposed = must & ~covered & high_control
    worse = [rails[node] for node in nodes.aggravations]
    low = _likelihood([one for one, _ in worse], base, partial, here, levels)
    high = _likelihood([one for _, one in worse], base, partial, here, levels)
    states = (must & ~covered & ~exposed, exposed, may & ~must, covered)
    parts = [_Subjects(states=states, may=may & ~(full | low_control), low=tuple(low), high=tuple(high))]
    if nodes.lists:
        unnamed = lanes.open[nodes.lists[0]]
        possible = unnamed if nodes.premise is None else unnamed & rails[nodes.premise][1]
        low = _likelihood([NONE] * len(worse), base, partial, unnamed, levels)
        high = _likelihood([ALL] * len(worse), base, partial, unnamed, levels)
        parts.append(
            _Subjects(states=(NONE, NONE, possible, NONE), may=possible & ~full, low=tuple(low), high=tuple(high))
        )
    return parts


def _likelihood(worse: Sequence[Plane], base: int, partial: Plane, here: Plane, levels: int) -> list[Plane]:
    """For each level above the lowest whether it is reached: one step up for each aggravation, one down when partly
    covered."""

    def reached(steps: int) -> Plane:
        return ALL if steps <= 0 else NONE if steps > len(worse) else at_least(worse, steps)

    steps = [reached(level - base) for level in range(1, levels + 1)]
    return [here & ((one & ~partial) | (after & partial)) for one, after in pairwise(steps)]


def _any(plane: Plane) -> Plane:
    return any_slot(plane) if plane.ndim > 1 else plane


def _risk(row: Sequence[int], likelihood: Sequence[Plane], classes: int) -> tuple[Plane, ...]:
    """Whether each risk class above the lowest is reached, in a row of the table that never goes down."""
    found = []
    for risk in range(1, classes):
        first = next((level for level, reached in enumerate(row) if reached >= risk), len(row))
        found.append(ALL if first == 0 else NONE if first == len(row) else likelihood[first - 1])
    return tuple(found)


# --- measures within reach ----------------------------------------------------------------------------------------


def within_reach(
    options: Mapping[str, Option],
    phase: str,
    order: Sequence[str],
    unsuitable: Mapping[str, Plane],
    held: Mapping[str, Plane],
    lanes: Lanes,
    in_place: Mapping[str, Plane],
) -> dict[str, Plane]:
    """Where each mitigation may be within reach, as ``planning.reach`` finds it; ``order`` are the phases."""
    late = {last: lanes.among(phase, order[last + 1 :]) for last in {one.last_phase for one in options.values()}}
    available = {}
    for name, option in options.items():
        against = any_of(in_place[one] for one in option.conflicts if one in in_place)
        available[name] = ~(in_place.get(name, NONE) | late[option.last_phase] | against | unsuitable.get(name, NONE))
    needing = [name for name, option in options.items() if option.needs]
    changed = True
    while changed:
        changed = False
        for name in needing:
            kept = available[name]
            for need in options[name].needs:
                kept = kept & (available[need] | in_place.get(need, NONE) | held.get(need, NONE))
            changed |= bool((kept != available[name]).any())
            available[name] = kept
    return available


def remedied(
    options: Mapping[str, Option], available: Mapping[str, Plane], pitfalls: Iterable[str]
) -> dict[str, Plane]:
    """Where the measures within reach can together cover each pitfall."""
    helps: dict[str, list[Plane]] = {pitfall: [] for pitfall in pitfalls}
    for name, option in options.items():
        for pitfall, weight in option.weights:
            if pitfall in helps:
                helps[pitfall] += [available[name]] * weight
    return {pitfall: at_least(planes, FULL) for pitfall, planes in helps.items()}


# --- the weighing -------------------------------------------------------------------------------------------------


def stand(
    scales: Scales,
    criterion: str,
    holds: Mapping[str, Rails],
    judged: Mapping[str, Judged],
    remedies: Mapping[str, Plane],
    lanes: Lanes,
) -> Small:
    """The level at which a criterion stands, by number; ``holds`` are the conditions of the weighing by name."""
    spec = scales.weighing.spec
    levels = spec.criteria[criterion].levels
    order = tuple(levels)
    remains = remaining(scales, criterion)
    taken, found = NONE, np.full(len(lanes.rows), remains, np.int8)
    for at, level in enumerate(levels.values()):
        if at == remains:
            continue
        must = ALL
        if level.when is not None:
            must = holds[f"criterion:{criterion}:{order[at]}"][0]
        if level.pitfalls is not None:
            must = must & _tally(level.pitfalls, judged, remedies, tuple(spec.risk.classes))
        found[spread(must & ~taken, lanes)] = at
        taken = taken | must
    return found


def _tally(
    tally: PitfallTally, judged: Mapping[str, Judged], remedies: Mapping[str, Plane], classes: Sequence[str]
) -> Plane:
    """Where a count of pitfalls holds for certain."""
    risk = classes.index(tally.risk)

    def counted(pitfall: str, open_: Plane, reached: Sequence[Plane]) -> Plane:
        plane = open_ & (reached[risk - 1] if risk else ALL)
        if tally.remedy is None:
            return plane
        return plane & (remedies[pitfall] if tally.remedy else ~remedies[pitfall])

    must = ALL
    if tally.at_least is not None and tally.at_least > 0:
        must = at_least([counted(name, one.must, one.risk) for name, one in judged.items()], tally.at_least)
    if tally.at_most is not None:
        may = [counted(name, one.may, one.risk_possible) for name, one in judged.items()]
        must = must & (~at_least(may, tally.at_most + 1) if tally.at_most >= 0 else NONE)
    return must


def decide(
    scales: Scales,
    levels: Sequence[Small],
    holds: Mapping[str, Rails],
    barred: Mapping[str, Plane],
    few: npt.NDArray[np.bool_],
    lanes: Lanes,
) -> Small:
    """The verdict of each case, by its number in the weighing's list of verdicts.

    No verdict is given where ``few`` deciding facts are known, no criterion is settled and nothing is ruled out.
    """
    spec = scales.weighing.spec
    verdicts = tuple(spec.verdicts)
    found = np.full(len(lanes.rows), -1, np.int8)
    for table in spec.tables:
        holding = spread(ALL if table.when is None else holds[f"table:{table.id}"][0], lanes)
        rows = np.flatnonzero((found < 0) & holding)
        if not rows.size:
            continue
        decisions = np.zeros(tuple(len(order) for order in scales.order.values()), np.int8)
        for combination, verdict in scales.weighing.decisions[table.id].items():
            decisions[combination] = table.verdicts.index(verdict)
        top = decisions[tuple(level[rows] for level in levels)]
        free = [~spread(barred.get(verdict, NONE), lanes)[rows] for verdict in table.verdicts]
        best = highest(top, free, np.zeros_like(top))
        found[rows] = np.array([verdicts.index(verdict) for verdict in table.verdicts], np.int8)[best]
        if spec.undecided is not None:
            settled = [level[rows] != remaining(scales, name) for level, name in zip(levels, scales.order, strict=True)]
            doubtful = few[rows] & (best == top) & ~np.logical_or.reduce(settled)
            found[rows[doubtful]] = verdicts.index(spec.undecided.verdict)
    return found


def remaining(scales: Scales, criterion: str) -> int:
    """The number of the level that a criterion stands at when no condition of a level holds."""
    levels = scales.weighing.spec.criteria[criterion].levels.values()
    return next(at for at, level in enumerate(levels) if level.when is None and level.pitfalls is None)


def highest(top: Small, free: Sequence[npt.NDArray[np.bool_]], otherwise: Small) -> Small:
    """The highest number up to ``top`` that is free; ``otherwise`` when there is none."""
    found = otherwise.copy()
    for at, is_free in enumerate(free):
        found[is_free & (at <= top)] = at
    return found


def excluded(scales: Scales, rails: Mapping[int, Rails], lanes: Lanes, forms: bool) -> dict[str, Plane]:
    """Where each verdict, or each form, is ruled out."""
    found: dict[str, Plane] = {}
    for nodes, arguments in scales.argued:
        for one in arguments:
            for name in (one.forms if forms else one.verdicts) if one.stance == "excludes" else ():
                must = rails[nodes.exposure][0]
                must = any_slot(must & lanes.present[nodes.lists[0]]) if nodes.lists else must
                found[name] = found.get(name, NONE) | must
    return found


def spread(plane: Plane, lanes: Lanes) -> npt.NDArray[np.bool_]:
    """One boolean for each lane of a plane of cases."""
    return unpack(plane, (lanes.words,), len(lanes.rows)).view(np.bool_)
