"""Findings -> Leverage: which fact can flip which conclusion, and which unknowns can still change the verdict.

Every fact is given every value that some condition tells apart, one at a time, all in one pass. Which unknowns can
change the verdict only together with others is bounded: what is left out cannot, whatever else turns out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from toolbox_rules.assessing import THREATENING
from toolbox_rules.bounding import Variants, prepare_ground
from toolbox_rules.cases import SetValue, Value
from toolbox_rules.deciding import live_facts
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Changeability
from toolbox_rules.nearing import Runs
from toolbox_rules.questions import Summary
from toolbox_rules.stepping import turning_points
from toolbox_rules.varying import How, Kind, Place, Room, Step, value_at
from toolbox_rules.viewing import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of numbers with one effect; None where it has no end, ``in`` says whether the bound belongs to it."""

    low: float | None
    low_in: bool
    high: float | None
    high_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one value of a fact, or one stretch of numbers, would change; None and empty where it changes nothing.

    ``value`` is the whole value then; ``how`` and ``member`` say what came or went of a set. ``states`` are the
    pitfalls that change, each with its state now and then.
    """

    how: How
    value: Value | None
    member: str | None
    span: Span | None
    verdict: str | None
    form: str | None
    states: tuple[tuple[str, str, str], ...]

    @property
    def opens(self) -> tuple[str, ...]:
        """The pitfalls that come to threaten."""
        return tuple(name for name, now, then in self.states if then in THREATENING and now not in THREATENING)

    @property
    def closes(self) -> tuple[str, ...]:
        """The pitfalls that no longer threaten."""
        return tuple(name for name, now, then in self.states if now in THREATENING and then not in THREATENING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """A fact of which some other value changes something, alone.

    ``answer``: it is unknown now, or not wholly known; ``act``: it is known as ``before``. ``change`` says how hard it
    is to make otherwise. A list of elements that may be longer has effects when it turns out to be complete.
    """

    fact: str
    element: int | None
    before: Value | None
    kind: Kind
    change: Changeability
    effects: tuple[Effect, ...]

    @property
    def changes_verdict(self) -> bool:
        """Whether it can change the verdict alone."""
        return any(effect.verdict for effect in self.effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leverage:
    """What hangs on which fact in one case.

    ``levers`` are the facts that can change something alone, what decides most first. ``together`` are unknown facts
    that can change the verdict only together with others, or of which it cannot be ruled out that they can. Every
    other unknown fact is in ``idle``: no answer to it changes the verdict, whatever the answers to others are.
    """

    now: Summary
    levers: tuple[Lever, ...]
    together: tuple[Place, ...]
    idle: tuple[Place, ...]

    def unknown(self) -> tuple[Lever, ...]:
        """The unknown facts that can change the verdict alone, what decides most first."""
        return tuple(lever for lever in self.levers if lever.kind == "answer" and lever.changes_verdict)


def sense(desk: Desk, findings: Findings) -> Leverage:
    """Find what hangs on which fact."""
    runs = Runs(desk, findings)
    vocabulary = desk.shelf.rulebook.vocabulary
    room = runs.room([*vocabulary.facts, *vocabulary.lists], ("act", "answer"), every=True)
    ground = prepare_ground(desk.engine.network, room)
    planes = [1 << at for at in range(len(room.steps))]
    view = View(desk, Variants(ground, planes, planes), findings.case.in_place)
    results = _Results.read(view, runs.now, len(room.steps))
    facts = {fact for fact, _ in room.at if fact in vocabulary.facts and vocabulary.facts[fact].type == "number"}
    points = {fact: turning_points(desk.engine.network, room, fact) for fact in facts}
    levers = [lever for place in room.at if (lever := _lever(room, place, results, points)) is not None]
    order = {verdict: at for table in desk.shelf.weighing.spec.tables for at, verdict in enumerate(table.verdicts)}
    levers.sort(key=lambda lever: _rank(lever, order, runs.now))
    alone = {(lever.fact, lever.element) for lever in levers if lever.changes_verdict}
    live = live_facts(view.desk, ground, findings.case.in_place, room)
    unknown = [place for place, numbers in room.at.items() if room.steps[numbers[0]].kind == "answer"]
    return Leverage(
        now=runs.now,
        levers=tuple(levers),
        together=tuple(place for place in unknown if place[0] in live and place not in alone),
        idle=tuple(place for place in unknown if place[0] not in live and place not in alone),
    )


# --- what each step leads to --------------------------------------------------------------------------------------

Outcome = tuple[str | None, str | None, tuple[tuple[str, str, str], ...]]
NOTHING: Outcome = (None, None, ())


@dataclass(frozen=True, slots=True)
class _Results:
    """What every step changes; None where it contradicts other facts."""

    of: Sequence[Outcome | None]

    @classmethod
    def read(cls, view: View, now: Summary, count: int) -> "_Results":
        """Take the planes of a view apart."""
        verdicts: list[str | None] = [None] * count
        forms: list[str | None] = [None] * count
        states: list[list[tuple[str, str, str]]] = [[] for _ in range(count)]
        for verdict, there in view.verdicts().items():
            for at in _bits(there.sure if verdict != now.verdict else 0, count):
                verdicts[at] = verdict
        for form, there in view.forms().items():
            for at in _bits(there.sure if form != now.form else 0, count):
                forms[at] = form or "none"
        for pitfall, (present, _) in now.states.items():
            for state, there in view.states(pitfall).items():
                for at in _bits(there.sure if state != present else 0, count):
                    states[at].append((pitfall, present, state))
        refused = view.contradicts().sure
        return cls(
            [None if refused >> at & 1 else (verdicts[at], forms[at], tuple(sorted(states[at]))) for at in range(count)]
        )


def _bits(plane: int, count: int) -> Iterator[int]:
    plane &= (1 << count) - 1
    while plane:
        low = plane & -plane
        yield low.bit_length() - 1
        plane ^= low


def _lever(room: Room, place: Place, results: _Results, points: Mapping[str, set[float]]) -> Lever | None:
    numbers = room.at[place]
    fact = room.vocabulary.facts.get(place[0])
    if fact is not None and fact.type in ("integer", "number"):
        effects = tuple(_spans(room, place, results, points.get(fact.name)))
    else:
        effects = tuple(_effects(room, numbers, results))
    if not effects:
        return None
    first = room.steps[numbers[0]]
    return Lever(
        fact=place[0],
        element=place[1],
        before=room.value(place) if fact is not None else None,
        kind=first.kind,
        change="easy" if fact is None else fact.change,
        effects=effects,
    )


def _effects(room: Room, numbers: Sequence[int], results: _Results) -> Iterator[Effect]:
    for number in numbers:
        step, outcome = room.steps[number], results.of[number]
        if outcome is not None and outcome != NOTHING:
            yield _effect(step, _value_after(room, number, step), outcome, None)


def _value_after(room: Room, number: int, step: Step) -> Value | None:
    if step.fact in room.lists:
        return None
    return value_at(room.vocabulary, *room.taken([number]), step.place)


def _effect(step: Step, value: Value | None, outcome: Outcome, span: Span | None) -> Effect:
    member = str(step.value) if step.how in ("add", "remove") and isinstance(value, SetValue) else None
    return Effect(
        how=step.how,
        value=value,
        member=member,
        span=span,
        verdict=outcome[0],
        form=outcome[1],
        states=outcome[2],
    )


def _spans(room: Room, place: Place, results: _Results, points: set[float] | None) -> Iterator[Effect]:
    """The effects of a number, each over the stretch of values that have it; whole numbers have no ``points``."""
    tried: list[tuple[float, Step | None, Outcome | None]] = []
    for number in room.at[place]:
        taken = room.steps[number]
        assert isinstance(taken.value, int | float)
        tried.append((taken.value, taken, results.of[number]))
    present = room.value(place)
    if isinstance(present, int | float):
        tried.append((present, None, NOTHING))
    tried.sort(key=lambda one: one[0])
    groups = [list(group) for _, group in groupby(tried, key=lambda one: one[2])]
    for at, group in enumerate(groups):
        step = next((one for _, one, _ in group if one is not None), None)
        outcome = group[0][2]
        if outcome is None or outcome == NOTHING or step is None:
            continue
        yield _effect(step, step.value, outcome, _span(groups, at, points))


def _span(groups: Sequence[Sequence[tuple[float, object, object]]], at: int, points: set[float] | None) -> Span:
    """From where to where: whole numbers change from one to the next, others at a value that was tried."""
    values = [value for value, _, _ in groups[at]]
    low = high = None
    low_in = high_in = True
    if at > 0:
        before = groups[at - 1][-1][0]
        low, low_in = (values[0], True) if points is None or values[0] in points else (before, False)
    if at + 1 < len(groups):
        after = groups[at + 1][0][0]
        high, high_in = (values[-1], True) if points is None or values[-1] in points else (after, False)
    return Span(low=low, low_in=low_in, high=high, high_in=high_in)


def _rank(lever: Lever, order: Mapping[str, int], now: Summary) -> tuple[object, ...]:
    """The verdict first, by how far it moves; then the form; then how many pitfalls open or close."""
    moved = [abs(order.get(one.verdict, 0) - order.get(now.verdict, 0)) + 1 for one in lever.effects if one.verdict]
    threats = {name for one in lever.effects for name in (*one.opens, *one.closes)}
    forms = {one.form for one in lever.effects if one.form}
    return (
        -max(moved, default=0),
        -len(forms),
        -len(threats),
        lever.fact,
        -1 if lever.element is None else lever.element,
    )
