"""A network and the facts of a case -> Room: every single step by which a fact can come to differ in a way that counts.

Of values that no condition tells apart only one is offered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, isfinite

from toolbox_rules import network as n
from toolbox_rules.cases import NO_ELEMENTS, SetValue, Value
from toolbox_rules.evaluating import Facts, Lists, compare
from toolbox_rules.varying import EFFORT, How, Kind, Place, Room, Step, value_at
from toolbox_rules.vocabulary import Fact, Vocabulary

# --- what conditions see of a fact --------------------------------------------------------------------------------


#: Of up to so many elements every sum of some of them counts as a value at which a condition can change.
MOST_SUMMED = 8


@dataclass(slots=True, kw_only=True)
class Sight:
    """How the conditions of a network look at one fact.

    ``compared`` are the facts that it is compared with, each with what is added to that one to get at this one.
    ``sums`` are the sums that it is a part of or compared with.
    """

    values: list[frozenset[n.Scalar]]
    bounds: list[float]
    members: set[str]
    largest: int
    compared: list[tuple[str, float]]
    sums: list[n.Sum]


def sights(network: n.Network) -> dict[str, Sight]:
    """Look up for every given fact which conditions see it."""
    seen: dict[str, Sight] = {}

    def sight(fact: str) -> Sight:
        return seen.setdefault(fact, Sight(values=[], bounds=[], members=set(), largest=0, compared=[], sums=[]))

    for node in network.nodes:
        match node:
            case n.Has():
                sight(node.fact).values.append(node.values)
            case n.NumberIs():
                sight(node.fact).bounds.append(node.bound)
            case n.Member():
                sight(node.fact).members.add(node.member)
            case n.SizeIs():
                sight(node.fact).members.update(node.members or ())
                sight(node.fact).largest = max(sight(node.fact).largest, 0 if node.members else node.bound)
            case n.Given():
                sight(node.fact)
            case n.Compared():
                sight(node.left).compared.append((node.right, node.plus))
                sight(node.right).compared.append((node.left, -node.plus))
            case n.Sum():
                for name in filter(None, (node.fact, node.other)):
                    sight(name).sums.append(node)
            case _:
                pass
    return seen


# --- steps --------------------------------------------------------------------------------------------------------


def room_of(
    network: n.Network,
    vocabulary: Vocabulary,
    facts: Facts,
    lists: Lists,
    within: Iterable[str],
    pinned: Mapping[str, object] | None = None,
    kinds: Iterable[Kind] = ("act", "answer"),
    every: bool = False,
) -> Room:
    """Find the steps from the facts of a case, for the facts ``within``.

    ``pinned`` are values that measures in place give to facts: no step undoes them. ``kinds`` are the kinds of step to
    offer. With ``every`` numbers get a value on both sides of each bound and at it, not only the nearest one for each
    way in which conditions can see them. Exact for numbers in comparisons with each other of up to three in a row.
    """
    finder = _Finder(vocabulary, facts, lists, sights(network), pinned or {}, every)
    wanted = set(kinds)
    steps = tuple(step for name in sorted(set(within)) for step in finder.steps(name) if step.kind in wanted)
    at: dict[Place, list[int]] = {}
    for number, step in enumerate(steps):
        at.setdefault(step.place, []).append(number)
    places = {place: tuple(numbers) for place, numbers in at.items()}
    return Room(vocabulary=vocabulary, facts=facts, lists=lists, steps=steps, at=places)


def turning_points(network: n.Network, room: Room, name: str) -> set[float]:
    """The values of a number at which some condition changes."""
    return _Finder(room.vocabulary, room.facts, room.lists, sights(network), {}, True).points(name, 2)


@dataclass(frozen=True, slots=True)
class _Finder:
    vocabulary: Vocabulary
    facts: Facts
    lists: Lists
    seen: Mapping[str, Sight]
    pinned: Mapping[str, object]
    every: bool

    def steps(self, name: str) -> Iterator[Step]:
        if name in self.lists and not self.lists[name].complete:
            yield Step(fact=name, element=None, how="close", value="", kind="answer", effort=1)
        fact = self.vocabulary.facts.get(name)
        if fact is None or fact.derived or name not in self.seen:
            return
        items = self.lists.get(str(fact.list), NO_ELEMENTS).items
        for element in [None] if fact.list is None else range(len(items)):
            known = value_at(self.vocabulary, self.facts, self.lists, (name, element))
            is_open = known is None or (isinstance(known, SetValue) and not known.complete)
            if is_open or self.every or fact.change != "never":
                kind: Kind = "answer" if is_open else "act"
                effort = 1 if is_open else EFFORT[fact.change]
                for how, value in self._ways(fact, known, element):
                    yield Step(fact=name, element=element, how=how, value=value, kind=kind, effort=effort)

    def _ways(
        self, fact: Fact, known: Value | None, element: int | None
    ) -> Iterator[tuple[How, str | bool | int | float]]:
        if fact.type in ("set", "names"):
            yield from self._set_ways(fact, known if isinstance(known, SetValue) else None, element)
            return
        for value in self._values(fact, known):
            if self._allowed(fact, known, value):
                yield "become", value

    def _allowed(self, fact: Fact, known: Value | None, value: Value) -> bool:
        """Whether a value goes together with the measures in place; these never lower an ordered fact."""
        if fact.name not in self.pinned:
            return True
        return fact.type == "ordered" and fact.order.index(str(value)) > fact.order.index(str(known))

    def _set_ways(self, fact: Fact, known: SetValue | None, element: int | None) -> Iterator[tuple[How, str]]:
        members = known.members if known else frozenset()
        closed = known is not None and known.complete
        if not closed:
            yield "close", ""
        pinned = self.pinned.get(fact.name, ())
        for member in self._members(fact, members, element):
            if member not in members:
                yield "add", member
            elif closed and not (isinstance(pinned, list) and member in pinned):
                yield "remove", member

    def _members(self, fact: Fact, now: frozenset[str], element: int | None) -> list[str]:
        """The members that conditions name; of the others as many as a test of the size can need."""
        sight = self.seen[fact.name]
        offered = fact.order if fact.type == "set" else self._names(fact, element)
        told = [one for one in offered if one in sight.members or (fact.type == "names" and sight.compared)]
        rest = [one for one in offered if one not in told]
        if not sight.largest:
            return told
        absent = [one for one in rest if one not in now][: sight.largest]
        return [*told, *(one for one in rest if one in now), *absent]

    def _names(self, fact: Fact, element: int | None) -> tuple[str, ...]:
        """The names of other elements, and what is named already."""
        of = self.lists.get(str(fact.spec.of))
        own = element if fact.list == fact.spec.of else None
        names = {str(item["name"]) for at, item in enumerate(of.items if of else ()) if "name" in item and at != own}
        known = value_at(self.vocabulary, self.facts, self.lists, (fact.name, element))
        return tuple(
            sorted(
                names | self.seen[fact.name].members | (set(known.members) if isinstance(known, SetValue) else set())
            )
        )

    # --- values ---------------------------------------------------------------------------------------------------

    def _values(self, fact: Fact, known: Value | None) -> Iterator[str | bool | int | float]:
        sight = self.seen[fact.name]
        match fact.type:
            case "boolean":
                yield from (value for value in (True, False) if value is not known)
            case "integer" | "number":
                yield from self._numbers(fact, known if isinstance(known, int | float) else None)
            case _:
                yield from self._words(sight, fact.order or self._texts(fact), known)

    def _words(self, sight: Sight, offered: Iterable[str], known: Value | None) -> Iterator[str]:
        """Of words that no condition tells apart the first; all of them where every value is asked for."""

        def look(value: Value) -> object:
            return value if self.every or sight.compared else tuple(value in values for values in sight.values)

        told = set() if known is None else {look(known)}
        for value in offered:
            if look(value) not in told:
                told.add(look(value))
                yield value

    def _texts(self, fact: Fact) -> list[str]:
        """The texts that conditions name, those of the facts that it is compared with, and one that is none of them."""
        sight = self.seen[fact.name]
        texts = {str(value) for values in sight.values for value in values}
        for other, _ in sight.compared:
            for value in self._present(other):
                texts |= set(value.members) if isinstance(value, SetValue) else {str(value)}
        return [*sorted(texts), "-"]

    def _present(self, name: str) -> list[Value]:
        fact = self.vocabulary.facts[name]
        if fact.list is None:
            return [self.facts[name]] if name in self.facts else []
        elements = self.lists.get(fact.list)
        return [item[fact.key] for item in (elements.items if elements else ()) if fact.key in item]

    def _numbers(self, fact: Fact, known: float | None) -> list[int | float]:
        points = sorted(self.points(fact.name, 2))
        whole = fact.type == "integer"
        around: set[float] = set(points)
        if whole:
            around = {floor(point) + step for point in points for step in (-1, 0, 1, 2)}
        else:
            around |= {(low + high) / 2 for low, high in pairwise(points)}
            ends = {points[0] - 1, points[-1] + 1, fact.spec.minimum, fact.spec.maximum}
            around |= {end for end in ends if end is not None}
        inside = [value for value in sorted(around) if _within(fact, value) and (not whole or value == int(value))]
        sight = self.seen[fact.name]
        if self.every or sight.compared or sight.sums:
            return [_tidy(value, whole) for value in inside if value != known]
        return [_tidy(value, whole) for value in _nearest_of_each(inside, sight.bounds, known)]

    def points(self, name: str, rounds: int) -> set[float]:
        """The numbers at which a condition changes; through comparisons also those of the other number."""
        sight = self.seen.get(name)
        if sight is None or self.vocabulary.facts[name].type not in ("integer", "number"):
            return set()
        found = set(sight.bounds) | self._rests(name)
        if rounds:
            for other, plus in sight.compared:
                there = self.points(other, rounds - 1)
                there |= {value for value in self._present(other) if isinstance(value, int | float)}
                found |= {value + plus for value in there}
        return found or {self.vocabulary.facts[name].spec.minimum or 0}  # any will do where only being known counts

    def _rests(self, name: str) -> set[float]:
        """For a number that is added up, or compared with a sum: where the sum of some elements meets its bound."""
        found: set[float] = set()
        for node in self.seen[name].sums:
            sums = self._sums(node)
            found |= {total - node.bound for total in sums} if node.other == name else set()
            if node.fact == name:
                others = [0] if node.other is None else self._present(node.other)
                bounds = {node.bound + other for other in others if isinstance(other, int | float)}
                found |= bounds | {bound - total for bound in bounds for total in sums}
        return found

    def _sums(self, node: n.Sum) -> set[float]:
        """What some of the elements can come to with the values that they have; of many elements only one or all."""
        items = self.lists.get(node.over, NO_ELEMENTS).items
        if node.fact is None:
            return set(range(len(items) + 1))
        fact = self.vocabulary.facts[node.fact]
        parts: list[set[float]] = []
        for item in items:
            value = item.get(fact.key)
            known = {float(value)} if isinstance(value, int | float) else {float(node.least), float(node.most)}
            parts.append({one for one in known if isfinite(one)} | {0})
        if len(parts) > MOST_SUMMED:
            whole = sum(max(part) for part in parts)
            return {0, whole, *(one for part in parts for one in (*part, *(whole - value for value in part)))}
        sums: set[float] = {0}
        for part in parts:
            sums = {total + one for total in sums for one in part}
        return sums


def _nearest_of_each(values: Sequence[float], bounds: Iterable[float], known: float | None) -> list[float]:
    """One value for each way in which bounds can see a number, the one closest to the present value."""
    tests = [(op, bound) for bound in sorted(set(bounds)) for op in ("ge", "gt")]

    def look(value: float) -> tuple[bool, ...]:
        return tuple(compare(value, op, bound) for op, bound in tests)  # type: ignore[arg-type]

    found: dict[tuple[bool, ...], float] = {}
    for value in values if known is None else sorted(values, key=lambda one: abs(one - known)):
        found.setdefault(look(value), value)
    if known is not None:
        found.pop(look(known), None)
    return sorted(found.values())


def _tidy(value: float, whole: bool) -> int | float:
    return int(value) if whole or value == int(value) else value


def _within(fact: Fact, value: float) -> bool:
    low, high = fact.spec.minimum, fact.spec.maximum
    return (low is None or value >= low) and (high is None or value <= high)
