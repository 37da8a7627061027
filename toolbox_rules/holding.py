"""Which values facts can have in some variants of a case: each value with the variants that possibly have it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import or_
from typing import Any

from toolbox_rules import network as n
from toolbox_rules.cases import NO_ELEMENTS, SetValue, Value
from toolbox_rules.spanning import ALL, NONE, YES, Range, always, union
from toolbox_rules.varying import Place, Room


class Holdings:
    """The values of facts in some variants, worked out when asked for.

    ``taken`` and ``allowed`` hold for each step of the room the variants that take it, or may.
    """

    def __init__(self, room: Room, taken: Sequence[int], allowed: Sequence[int]) -> None:
        """Start with nothing worked out."""
        self.room = room
        self.taken = taken
        self.allowed = allowed
        self._options: dict[Place, list[tuple[Value | None, int]]] = {}
        self._orders: dict[Place, Ordered] = {}
        self._sets: dict[Place, tuple[dict[str, tuple[int, int]], tuple[int, int]]] = {}

    def options(self, place: Place) -> list[tuple[Value | None, int]]:
        """The values that a fact can have, each with the variants in which it possibly has it."""
        found = self._options.get(place)
        if found is None:
            numbers = self.room.at.get(place, ())
            found = [(self.room.value(place), ~union(self.taken[one] for one in numbers))]
            for number in numbers:
                others = union(self.taken[one] for one in numbers if one != number)
                found.append((self.room.steps[number].value, self.allowed[number] & ~others))
            self._options[place] = found
        return found

    def members(self, place: Place) -> tuple[dict[str, tuple[int, int]], tuple[int, int]]:
        """For each member of a set where it is surely and possibly in, and the same for whether there may be more."""
        found = self._sets.get(place)
        if found is None:
            value = self.room.value(place)
            known = value if isinstance(value, SetValue) else SetValue(members=frozenset(), complete=False)
            inside = dict.fromkeys(known.members, (ALL, ALL))
            numbers = self.room.at.get(place, ())
            for number in numbers:
                step = self.room.steps[number]
                if step.how == "add":
                    inside[str(step.value)] = (self.taken[number], self.allowed[number])
                elif step.how == "remove":
                    inside[str(step.value)] = (~self.allowed[number], ~self.taken[number])
            taken, allowed = (union(planes[one] for one in numbers) for planes in (self.taken, self.allowed))
            more = (NONE, NONE) if known.complete else (~allowed, ~taken)
            found = self._sets[place] = (inside, more)
        return found

    def open_ended(self, name: str) -> Range:
        """Where a list may have more elements."""
        elements = self.room.lists.get(name, NO_ELEMENTS)
        numbers = self.room.at.get((name, None), ())
        if elements.complete or not numbers:
            return always(not elements.complete)
        return Range(~self.allowed[numbers[0]], ~self.taken[numbers[0]])

    def among(self, fact: str, wanted: Callable[[Value | None], bool]) -> Range:
        """Where a fact of the case has one of some values."""
        return self.where((fact, None), wanted)

    def where(self, place: Place, wanted: Callable[[Value | None], bool]) -> Range:
        """Where a fact has one of some values."""
        true = false = NONE
        for value, plane in self.options(place):
            if wanted(value):
                true |= plane
            else:
                false |= plane
        return Range(~false, true)

    def known(self, place: Place) -> Range:
        """Where a fact is known; a set when nothing can be added, or when some member is known."""
        value = self.room.value(place)
        if isinstance(value, SetValue) or self.room.vocabulary.facts[place[0]].type in ("set", "names"):
            if isinstance(value, SetValue) and value.members:
                return YES
            surely, possibly = self.members(place)[1]
            return Range(~possibly, ~surely)
        return self.where(place, lambda one: one is not None)

    def ordered(self, place: Place) -> "Ordered":
        """The values that a fact can have, in their order."""
        found = self._orders.get(place)
        if found is None:
            options = [(value, plane) for value, plane in self.options(place) if value is not None]
            unknown = union(plane for value, plane in self.options(place) if value is None)
            options.sort(key=lambda option: option[0])  # type: ignore[arg-type, return-value]
            up = [NONE, *accumulate((plane for _, plane in options), or_)]
            down = [NONE, *accumulate((plane for _, plane in reversed(options)), or_)][::-1]
            values, planes = [value for value, _ in options], [plane for _, plane in options]
            found = self._orders[place] = Ordered(values, planes, up, down, unknown)
        return found


@dataclass(frozen=True, slots=True)
class Ordered:
    """The values of a fact, lowest first, with where it is one of the first, or of the last, so many."""

    values: Sequence[Any]
    planes: Sequence[int]
    up: Sequence[int]
    down: Sequence[int]
    unknown: int

    def against(self, left: Any, node: n.Compared) -> tuple[tuple[int, int], tuple[int, int]]:
        """For each rail, where a comparison with this fact holds for a value, and where it does not."""
        if left is None:
            return (NONE, ALL), (ALL, NONE)
        bound = left if isinstance(left, str) else left - node.plus
        first, last = bisect_left(self.values, bound), bisect_right(self.values, bound)
        match node.op:
            case "ge":
                holds, fails = self.up[last], self.down[last]
            case "gt":
                holds, fails = self.up[first], self.down[first]
            case _:
                holds, fails = union(self.planes[first:last]), self.up[first] | self.down[last]
        return (holds, fails | self.unknown), (holds | self.unknown, fails)
