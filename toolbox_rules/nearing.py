"""Findings and a goal -> the nearest changes: the smallest sets of changed facts that reach it, each run again.

The number of changes counts first, then their effort. Exact: no smaller set reaches the goal, and all of the smallest
size are found, or the answer says that the search was cut off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isinf
from typing import Literal

from toolbox_rules.advice import trial
from toolbox_rules.aiming import Goal, read_goal
from toolbox_rules.assessing import THREATENING, Memo
from toolbox_rules.bounding import Variants, prepare_ground
from toolbox_rules.cases import SetValue, Value
from toolbox_rules.evaluating import Facts, Lists
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.inference import Trace, infer, truth
from toolbox_rules.questions import Summary, show
from toolbox_rules.reaching import Need, needs
from toolbox_rules.searching import Bounds, Part, Progress, Steps, Task, search
from toolbox_rules.stepping import room_of
from toolbox_rules.varying import Kind, Place, Room, Step, value_at
from toolbox_rules.viewing import View

#: Which steps may be taken: changing what is known, learning what is not, or both.
By = Literal["both", "acts", "answers"]
KINDS: Mapping[By, tuple[Kind, ...]] = {"both": ("act", "answer"), "acts": ("act",), "answers": ("answer",)}
BOUNDS = Bounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """One fact that becomes otherwise, of the element with number ``element`` or of the case.

    An ``act`` changes what is known from ``before`` to ``after``; with an ``answer`` it was not (wholly) known.
    ``fact`` may be a list of elements that turns out to be complete; then both values are None. ``steps`` is how many
    changes it counts for: each member of a set that comes or goes is one.
    """

    fact: str
    element: int | None
    before: Value | None
    after: Value | None
    kind: Kind
    steps: int
    effort: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestChange:
    """One smallest set of changes, and what comes of it when the rules run on it.

    ``verdict`` and ``form`` are those that it gives; ``opens`` are the pitfalls that then
    threaten and do not now, ``closes`` the other way round.
    """

    changes: tuple[FactChange, ...]
    effort: int
    verdict: str
    form: str | None
    opens: tuple[str, ...]
    closes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """How a goal can be reached.

    ``holds`` says that it is reached already. ``size`` is the number of changes of every set in ``found``; without any,
    no set of fewer than ``size`` reaches the goal, and with ``size`` None no set of changes of facts does.
    ``complete`` says that the search was not cut off.
    """

    goal: Goal
    by: By
    now: Summary
    holds: bool
    size: int | None
    found: tuple[NearestChange, ...]
    complete: bool
    tried: int


def approach(
    desk: Desk,
    findings: Findings,
    words: str,
    by: By = "both",
    bounds: Bounds = BOUNDS,
    progress: Progress | None = None,
) -> Approach:
    """Find the nearest changes that reach a goal, in the words of ``aiming.read_goal``.

    Raises ``ToolboxError`` for words that are no goal.
    """
    runs = Runs(desk, findings)
    goal = read_goal(desk, words, runs.now)
    wanted = needs(desk, goal)
    if is_reached(desk, goal, runs.now, findings.trace):
        return Approach(goal=goal, by=by, now=runs.now, holds=True, size=0, found=(), complete=True, tried=0)
    room = runs.room(wanted[-1].facts, KINDS[by])
    ground = prepare_ground(desk.engine.network, room)

    def look(taken: Sequence[int], allowed: Sequence[int]) -> View:
        return View(desk, Variants(ground, taken, allowed), findings.case.in_place)

    def run_again(steps: Steps) -> bool:
        facts, lists = room.taken(sorted(steps))
        after = runs.outcome(facts, lists)
        return after is not None and is_reached(desk, goal, after, infer(desk.trials, facts, lists))

    task = Task(room=room, look=look, parts=[_part(room, need) for need in wanted], reached=run_again)
    found = search(task, bounds, progress)
    changes = [_nearest(room, steps, runs) for steps in found.sets if run_again(steps)]
    return Approach(
        goal=goal,
        by=by,
        now=runs.now,
        holds=False,
        size=None if isinf(found.at_least) else int(found.at_least),
        found=tuple(sorted(changes, key=_in_order)),
        complete=found.complete,
        tried=found.tried,
    )


class Runs:
    """The advice on one case, run again on other facts."""

    def __init__(self, desk: Desk, findings: Findings) -> None:
        """Start from the facts as they are, with the measures that are in place."""
        self.desk = desk
        self.findings = findings
        self._memos: dict[tuple[bool, ...], Memo] = {}
        now = self.outcome(findings.trace.facts, findings.trace.lists)
        assert now is not None  # a case that contradicts itself gets no findings
        self.now = now

    def outcome(self, facts: Facts, lists: Lists) -> Summary | None:
        """What the rules and the weighing make of other facts; None when these contradict each other."""
        shape = tuple(elements.complete for _, elements in sorted(lists.items()))
        memo = self._memos.setdefault(shape, Memo())
        return trial(self.desk, self.findings.case, facts, lists, memo)

    def room(self, within: Iterable[str], kinds: Iterable[Kind], every: bool = False) -> Room:
        """The steps away from the facts as they are; none undoes a measure in place."""
        desk, trace = self.desk, self.findings.trace
        mitigations = desk.shelf.knowledge.mitigations
        pinned = {
            name: value
            for measure in sorted(self.findings.case.in_place)
            for name, value in mitigations[measure].sets.items()
        }
        vocabulary = desk.shelf.rulebook.vocabulary
        return room_of(desk.engine.network, vocabulary, trace.facts, trace.lists, within, pinned, kinds, every)


def is_reached(desk: Desk, goal: Goal, after: Summary, trace: Trace) -> bool:
    """Whether what the rules make of a case is what a goal asks for."""
    match goal.kind:
        case "pitfall":
            return after.states[goal.name][0] in goal.values
        case "verdict":
            return after.verdict in goal.values
        case "form":
            return after.form in goal.values
    fact = desk.shelf.rulebook.vocabulary.facts[goal.name]
    value = goal.values[0]
    found = "true" if fact.type == "ordered" and value == fact.order[0] else truth(trace.derived(fact.name, value))
    above = fact.order[fact.order.index(value) + 1 :] if fact.type == "ordered" else ()
    higher = {truth(trace.derived(fact.name, one)) for one in above}
    if goal.holds:
        return found == "true" and higher <= {"false"}
    return found == "false" or "true" in higher


def _part(room: Room, need: Need) -> Part[View]:
    steps = frozenset(number for number, step in enumerate(room.steps) if step.fact in need.facts)
    return Part(reached=lambda view: need.holds(view).possible, steps=steps)


def _nearest(room: Room, steps: Steps, runs: Runs) -> NearestChange:
    facts, lists = room.taken(sorted(steps))
    after = runs.outcome(facts, lists)
    assert after is not None
    places: dict[Place, list[Step]] = {}
    for number in sorted(steps):
        places.setdefault(room.steps[number].place, []).append(room.steps[number])
    return NearestChange(
        changes=tuple(_change(room, place, taken, facts, lists) for place, taken in places.items()),
        effort=sum(room.steps[number].effort for number in steps),
        verdict=after.verdict,
        form=after.form,
        opens=_threatening(after, runs.now),
        closes=_threatening(runs.now, after),
    )


def _change(room: Room, place: Place, steps: Sequence[Step], facts: Facts, lists: Lists) -> FactChange:
    is_fact = place[0] in room.vocabulary.facts
    return FactChange(
        fact=place[0],
        element=place[1],
        before=room.value(place) if is_fact else None,
        after=value_at(room.vocabulary, facts, lists, place) if is_fact else None,
        kind=steps[0].kind,
        steps=len(steps),
        effort=sum(step.effort for step in steps),
    )


def _threatening(after: Summary, before: Summary) -> tuple[str, ...]:
    """The pitfalls that threaten in one outcome and not in the other."""
    return tuple(
        sorted(
            name
            for name, (state, _) in after.states.items()
            if state in THREATENING and before.states[name][0] not in THREATENING
        )
    )


def _in_order(one: NearestChange) -> tuple[int, list[tuple[str, int, str]]]:
    """By effort, then by what is changed."""
    return one.effort, [
        (part.fact, -1 if part.element is None else part.element, show_change(part)) for part in one.changes
    ]


def show_change(change: FactChange) -> str:
    """A change as facts and values stand in a case file.

    >>> show_change(FactChange(fact="a.b", element=None, before=False, after=True, kind="act", steps=1, effort=1))
    'a.b: false -> true'
    """
    if change.after is None:
        return f"{change.fact}: complete"
    where = change.fact if change.element is None else change.fact.replace(".", f"[{change.element}].")
    before = "unknown" if change.before is None else shown(change.before)
    return f"{where}: {before} -> {shown(change.after)}"


def shown(value: Value) -> str:
    """A value as it stands in a case file, and whether a set may have more members."""
    return show(value) + ("" if not isinstance(value, SetValue) or value.complete else " (perhaps more)")
