"""A goal in parts and the steps that facts can take -> the smallest sets of steps that reach it, proved smallest.

The search asks for the cheapest set that meets every clause found so far, and tries it. When it does not reach the
goal, clauses are learned from the parts that fail: as long as these steps are taken, and none of those, no other step
helps. Every set that reaches the goal meets every clause; so the first that does is the smallest (an implicit hitting
set search, with clauses that may also forbid steps). HiGHS proves each choice to be the cheapest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import Generic, TypeVar

from toolbox_rules.solving import Choice, NoSolutionError
from toolbox_rules.varying import Room

Steps = frozenset[int]
View = TypeVar("View")
#: Called with the number of changes that the search has come to, and how many sets it tried.
Progress = Callable[[int, int], None]
#: One change more outweighs any effort.
ONE_MORE = 10_000
#: Pairs are all tried as long as there are no more than this; so many sets stand in one plane.
MOST_PAIRS = 250_000
TOGETHER = 16_384
#: In so many orders clauses are looked for at once.
ORDERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[View]):
    """Something that must be so for the goal: the variants of a view that can reach it, and the steps that matter."""

    reached: Callable[[View], int]
    steps: Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[View]):
    """What is searched for.

    ``look`` gives the view of variants, from the planes of the variants that take each step and those that may take it.
    The ``parts`` together are the goal, the last of them the whole of it; ``reached`` runs one set of steps.
    """

    room: Room
    look: Callable[[Sequence[int], Sequence[int]], View]
    parts: Sequence[Part[View]]
    reached: Callable[[Steps], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far to search: sets to report, steps in a set, and sets to try."""

    sets: int = 20
    steps: int = 12
    tries: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The smallest sets that reach a goal, those of least effort first.

    No set of fewer than ``at_least`` steps reaches it; infinity when none does at all. ``complete`` says that every
    set of that size is here, or that there is none.
    """

    sets: tuple[Steps, ...]
    at_least: float
    complete: bool
    tried: int


def search(task: Task[View], bounds: Bounds, progress: Progress | None = None) -> Found:
    """Find the smallest sets of steps that reach a goal that does not hold yet."""
    room = task.room
    every = (1,) * len(room.steps)
    nothing = (0,) * len(every)
    out_of_reach = task.look(nothing, every)
    if not all(part.reached(out_of_reach) & 1 for part in task.parts):
        return Found(sets=(), at_least=inf, complete=True, tried=0)
    now = task.look(nothing, nothing)
    failing = [part for part in task.parts if not part.reached(now) & 1]
    for size in (1, 2):
        candidates = _candidates(task, failing, size)
        if candidates is None:
            continue
        sets = {room.closest(one, task.reached): None for one in _reaching(task, candidates)}
        if sets:
            complete = len(sets) <= bounds.sets
            return Found(sets=tuple(sets)[: bounds.sets], at_least=size, complete=complete, tried=len(candidates))
    found = _Search(task, failing, progress)
    found.learn(frozenset(), failing)
    return found.run(bounds)


def _candidates(task: Task[View], failing: Sequence[Part[View]], size: int) -> list[Steps] | None:
    """All sets of one or two steps that touch every part that fails, least effort first; None when too many."""
    steps = task.room.steps
    parts = [part.steps for part in failing]
    if size == 1:
        found = [frozenset({one}) for one in frozenset.intersection(*parts)]
    else:
        smallest = min(parts, key=len)
        if len(smallest) * len(steps) > MOST_PAIRS:
            return None
        pairs = {frozenset((one, other)) for one in smallest for other in range(len(steps)) if one != other}
        clashing = {frozenset(pair) for group in task.room.exclusive() for pair in combinations(group, 2)}
        found = [pair for pair in pairs - clashing if all(pair & part for part in parts)]
    return sorted(found, key=lambda one: (sum(steps[step].effort for step in one), sorted(one)))


def _reaching(task: Task[View], sets: Sequence[Steps]) -> Iterator[Steps]:
    """Those of some sets that reach the goal, all of them tried, many at once."""
    for start in range(0, len(sets), TOGETHER):
        some = sets[start : start + TOGETHER]
        planes = [0] * len(task.room.steps)
        for bit, one in enumerate(some):
            for step in one:
                planes[step] |= 1 << bit
        reached = task.parts[-1].reached(task.look(planes, planes))
        yield from (one for bit, one in enumerate(some) if reached >> bit & 1)


class _Search(Generic[View]):
    """The clauses found so far."""

    def __init__(self, task: Task[View], failing: Sequence[Part[View]], progress: Progress | None) -> None:
        """``failing`` are the parts that do not hold yet."""
        self.task = task
        self.failing = failing
        self.progress = progress
        count = len(task.room.steps)
        self.choice = Choice(names=[str(one) for one in range(count)])
        self.costs = {str(one): ONE_MORE + task.room.steps[one].effort for one in range(count)}
        for group in task.room.exclusive():
            self.choice.require({str(one): -1 for one in group}, -1)
        self.choice.require(dict.fromkeys(self.choice.names, 1), 2)  # every single step was tried

    def run(self, bounds: Bounds) -> Found:
        """Try the cheapest set left until it and all others of its size are found."""
        sets: list[Steps] = []
        size: float = 2
        for tried in range(1, bounds.tries + 1):
            try:
                names, _ = self.choice.cheapest(self.costs)
            except NoSolutionError:
                return Found(sets=tuple(sets), at_least=size if sets else inf, complete=True, tried=tried)
            chosen = frozenset(map(int, names))
            if sets and len(chosen) > size:
                return Found(sets=tuple(sets), at_least=size, complete=True, tried=tried)
            size = len(chosen)
            if self.progress is not None:
                self.progress(len(chosen), tried)
            if size > bounds.steps:
                return Found(sets=(), at_least=size, complete=False, tried=tried)
            if not self.task.reached(chosen):
                self.learn(chosen, self._failing(chosen))
            elif len(sets) == bounds.sets:
                return Found(sets=tuple(sets), at_least=size, complete=False, tried=tried)
            else:
                sets.append(self.task.room.closest(chosen, self.task.reached))
                self._forbid(chosen)
        return Found(sets=tuple(sets), at_least=size, complete=False, tried=bounds.tries)

    def _failing(self, chosen: Steps) -> list[Part[View]]:
        planes = [int(one in chosen) for one in range(len(self.task.room.steps))]
        view = self.task.look(planes, planes)
        whole = self.task.parts[-1]
        touched = (part for part in self.task.parts[:-1] if part in self.failing or part.steps & chosen)
        failing = [part for part in touched if not part.reached(view) & 1]
        if not failing and whole.reached(view) & 1:
            raise RuntimeError(f"two ways to work out one case disagree about {sorted(chosen)}")
        return failing or [whole]

    def learn(self, chosen: Steps, failing: Sequence[Part[View]]) -> None:
        """Learn from each part that fails what rules a set out."""
        lanes = []
        for part in failing:
            here = chosen & part.steps
            fixed = self._needed(part, here) if self._reaches(part, frozenset(), here) else frozenset()
            left = sorted(part.steps - here)
            for at in range(ORDERS if len(failing) == 1 else 1):
                turn = left[at * len(left) // ORDERS :] + left[: at * len(left) // ORDERS]
                lanes.append(_Lane(part, fixed, set(here - fixed), turn[:: -1 if at % 2 else 1], []))
        self._grow(lanes)
        for fixed, clause in {(lane.taken, frozenset(lane.kept)) for lane in lanes}:
            self._require(fixed, clause)

    def _require(self, taken: Steps, more: Steps) -> None:
        """Not all of these, or at least one of those."""
        weights = {str(one): -1 for one in taken} | {str(one): 1 for one in more}
        self.choice.require(weights, 1 - len(taken))

    def _forbid(self, found: Steps) -> None:
        """No set that contains one that was found, nor one that differs only in the value of a number."""
        alike = [other for one in found for other in self.task.room.alike(one)]
        self.choice.require({str(one): -1 for one in alike}, 1 - len(found))

    def _reaches(self, part: Part[View], taken: Steps, allowed: Steps) -> bool:
        view = self._look(dict.fromkeys(taken, 1), dict.fromkeys(allowed, 1))
        return bool(part.reached(view) & 1)

    def _look(self, taken: Mapping[int, int], allowed: Mapping[int, int]) -> View:
        count = range(len(self.task.room.steps))
        return self.task.look(
            [taken.get(one, 0) for one in count], [taken.get(one, 0) | allowed.get(one, 0) for one in count]
        )

    def _needed(self, part: Part[View], chosen: Steps) -> Steps:
        """A smallest part of a set that must be taken, the rest being free, for the goal to be out of reach."""
        fixed = chosen
        for one in sorted(chosen):
            if not self._reaches(part, fixed - {one}, chosen - fixed | {one}):
                fixed -= {one}
        return fixed

    def _grow(self, lanes: Sequence["_Lane[View]"]) -> None:
        """Free steps one by one as long as the goal stays out of reach, and keep back those that would change that.

        For every lane all beginnings are tried at once, and all lanes together.
        """
        busy = [lane for lane in lanes if lane.left]
        while busy:
            taken: dict[int, int] = {}
            allowed: dict[int, int] = {}
            width = 0
            for lane in busy:
                width = lane.lay_out(taken, allowed, width)
            view = self._look(taken, allowed)
            reached: dict[int, int] = {}
            for lane in busy:
                if id(lane.part) not in reached:
                    reached[id(lane.part)] = lane.part.reached(view)
                lane.advance(reached[id(lane.part)])
            busy = [lane for lane in busy if lane.left]


@dataclass(slots=True)
class _Lane(Generic[View]):
    """One order in which steps are freed: those taken and free, those left, and those kept back.

    ``start`` is where its variants stand; the first has nothing of what is left, the last all of it.
    """

    part: Part[View]
    taken: Steps
    free: set[int]
    left: list[int]
    kept: list[int]
    start: int = 0

    def lay_out(self, taken: dict[int, int], allowed: dict[int, int], start: int) -> int:
        """Put every beginning of what is left into a variant of its own."""
        self.start = start
        count = len(self.left) + 1
        everywhere = (1 << count) - 1 << start
        for at, step in enumerate(self.left, 1):
            allowed[step] = allowed.get(step, 0) | ((1 << count - at) - 1) << start + at
        for step in self.free:
            allowed[step] = allowed.get(step, 0) | everywhere
        for step in self.taken:
            taken[step] = taken.get(step, 0) | everywhere
        return start + count

    def advance(self, reached: int) -> None:
        """Free all steps before the first that brings the goal into reach, and keep that one back."""
        count = len(self.left) + 1
        mine = reached >> self.start & (1 << count) - 1
        first = (mine & -mine).bit_length() - 1 if mine else count
        self.free.update(self.left[: max(0, first - 1)])
        self.kept += self.left[max(0, first - 1) : first]
        self.left = self.left[first:]
