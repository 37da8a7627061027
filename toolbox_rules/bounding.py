"""Many variants of one case -> what must and may hold in each, as bounds where a variant leaves facts free.

A variant takes some steps and *allows* others. A plane is an integer with one bit per variant. For each rail of a node
there are two planes: where it is surely set whatever allowed steps are taken, and where it possibly is. A variant that
allows nothing is one case, and the two are the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from toolbox_rules import network as n
from toolbox_rules.cases import NO_ELEMENTS, Value
from toolbox_rules.evaluating import compare, leaf_rails
from toolbox_rules.holding import Holdings
from toolbox_rules.spanning import ALL, NONE, Quad, Range, at_least, both, counted, either
from toolbox_rules.varying import Place, Room


@dataclass(frozen=True, slots=True)
class Ground:
    """A network on the facts of a room, ready to run; ``settled`` are the nodes that no step can touch."""

    network: n.Network
    room: Room
    component: Mapping[int, n.Component]
    settled: dict[int, list[Quad]] = field(default_factory=dict)
    moving: set[int] = field(default_factory=set)
    truths: dict[tuple[int, Value | None], tuple[bool, bool]] = field(default_factory=dict)


def prepare_ground(network: n.Network, room: Room) -> Ground:
    """Find which nodes some step can touch."""
    component = {node: one for one in network.components for node in one.nodes}
    facts = {fact for fact, _ in room.at}
    moving = {number for number, node in enumerate(network.nodes) if not facts.isdisjoint(facts_of(node))}
    users: dict[int, list[int]] = {}
    for number, node in enumerate(network.nodes):
        for child in (*n.children_of(node), *network.supports.get(number, ())):
            users.setdefault(child, []).append(number)
    waiting = list(moving)
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in moving:
                moving.add(user)
                waiting.append(user)
    return Ground(network=network, room=room, component=component, moving=moving)


def facts_of(node: n.Node) -> tuple[str, ...]:
    """The facts, and lists that may have more elements, that a node itself looks at."""
    match node:
        case n.Has() | n.NumberIs() | n.Member() | n.SizeIs() | n.Given():
            return (node.fact,)
        case n.Compared():
            return (node.left, node.right)
        case n.Sum():
            return tuple(name for name in (node.over, node.fact, node.other) if name)
        case n.Tally():
            return (node.over,)
        case _:
            return ()


class Variants:
    """Some variants of a case; the rails of a node are worked out when asked for."""

    def __init__(
        self, ground: Ground, taken: Sequence[int], allowed: Sequence[int], growing: frozenset[str] = frozenset()
    ) -> None:
        """``taken`` and ``allowed`` hold for each step of the room the variants that take it, or may.

        Lists that are ``growing`` may get any elements more: whatever counts over them may come to hold.
        """
        self._growing = growing
        self.ground = ground
        self.room = ground.room
        self.held = Holdings(ground.room, taken, allowed)
        self._rails: dict[int, list[Quad]] = {}
        self._settling = 0  # how many cycles are under way, in which nothing is final yet

    def must(self, node: int, at: int = 0) -> Range:
        """Where a node holds whatever the unknown facts are, for one element of its list."""
        quad = self.rails(node)[at]
        return Range(quad[0], quad[1])

    def may(self, node: int, at: int = 0) -> Range:
        """Where a node can still hold."""
        quad = self.rails(node)[at]
        return Range(quad[2], quad[3])

    def rails(self, number: int) -> list[Quad]:
        """The planes of a node, one for each element (or tuple of elements) of its scope."""
        ground = self.ground
        found = self._rails.get(number)
        if found is None and not self._growing:
            found = ground.settled.get(number)
        if found is None:
            component = ground.component.get(number)
            if component is not None:
                self._settle(component)
                found = self._rails[number]
            else:
                found = self._rails[number] = self._worked_out(number, ground.network.nodes[number])
            if number not in ground.moving and not self._settling and not self._growing:
                ground.settled[number] = found
        return found

    def _settle(self, component: n.Component) -> None:
        if not component.cyclic:
            self._rails |= {bit: self._supported(bit) for bit in component.nodes}
            return
        self._settling += 1
        before = dict(self._rails)
        new = {bit: [(NONE,) * 4] * self._size(self.ground.network.nodes[bit].lists) for bit in component.nodes}
        while True:
            self._rails = {**before, **new}
            settled, new = new, {bit: self._supported(bit) for bit in component.nodes}
            if new == settled:
                self._settling -= 1
                return

    def _supported(self, bit: int) -> list[Quad]:
        nothing: list[Quad] = [(NONE,) * 4] * self._size(self.ground.network.nodes[bit].lists)
        return either([nothing, *(self.rails(node) for node in self.ground.network.supports[bit])])

    def _size(self, lists: n.Lists) -> int:
        size = 1
        for name in lists:
            size *= len(self.room.lists.get(name, NO_ELEMENTS).items)
        return size

    def _worked_out(self, number: int, node: n.Node) -> list[Quad]:
        match node:
            case n.Constant():
                return [(ALL,) * 4 if node.value else (NONE,) * 4] * self._size(node.lists)
            case n.Not():
                return [(~yh, ~yl, ~mh, ~ml) for ml, mh, yl, yh in self.rails(node.child)]
            case n.And():
                return both([self.rails(child) for child in node.children])
            case n.Or():
                return either([self.rails(child) for child in node.children])
            case n.AtLeast():
                parts = zip(*(self.rails(child) for child in node.children), strict=True)
                return [counted(quads, node.number) for quads in parts]
            case n.Decided():
                return [(ml | ~yh, mh | ~yl, ml | ~yh, mh | ~yl) for ml, mh, yl, yh in self.rails(node.child)]
            case n.Lift():
                return self._lifted(node)
            case n.Tally():
                return self._tallied(node)
            case n.Sum():
                return self._summed(node)
            case n.Derived():
                return [(NONE,) * 4] * self._size(node.lists)
            case n.Same():
                size = self._size(node.lists[:1])
                return [(ALL,) * 4 if one == other else (NONE,) * 4 for one in range(size) for other in range(size)]
            case n.Compared():
                return [self._compared(node, elements) for elements in self._elements(node.lists)]
            case _:
                return [self._seen(number, node, at[0] if at else None) for at in self._elements(node.lists)]

    def _elements(self, lists: n.Lists) -> list[tuple[int, ...]]:
        return list(product(*(range(self._size((name,))) for name in lists)))

    def _lifted(self, node: n.Lift) -> list[Quad]:
        child = self.rails(node.child)
        sizes = [self._size((name,)) for name in self.ground.network.nodes[node.child].lists]
        found = []
        for elements in self._elements(node.lists):
            source = 0
            for place, size in zip(node.at, sizes, strict=True):
                source = source * size + elements[place]
            found.append(child[source])
        return found

    def _tallied(self, node: n.Tally) -> list[Quad]:
        child, inner = self.rails(node.child), self._size((node.over,))
        more = self.held.open_ended(node.over)
        found = []
        for outer in range(self._size(node.lists)):
            ml, mh, yl, yh = counted(child[outer * inner : (outer + 1) * inner], node.number)
            found.append((ml, mh, yl | more.sure, yh | more.possible))
        return [(ml, ALL, ml, ALL) for ml, *_ in found] if node.over in self._growing else found

    # --- leaves ---------------------------------------------------------------------------------------------------

    def _seen(self, number: int, node: n.Has | n.NumberIs | n.Member | n.SizeIs | n.Given, at: int | None) -> Quad:
        place = (node.fact, at)
        if self.room.vocabulary.facts[node.fact].type in ("set", "names"):
            return self._set_seen(node, place)
        true, false = [NONE, NONE], [NONE, NONE]
        for value, plane in self.held.options(place):
            for rail, holds in enumerate(self._truth(number, node, value)):
                (true if holds else false)[rail] |= plane
        return ~false[0], true[0], ~false[1], true[1]

    def _truth(self, number: int, node: n.Leaf, value: Value | None) -> tuple[bool, bool]:
        """What a condition on one fact says of a value."""
        key = (number, value)
        found = self.ground.truths.get(key)
        if found is None:
            assert not isinstance(node, n.Constant | n.Same | n.Compared)
            facts = {} if value is None else {node.fact: value}
            must, may = leaf_rails(_on_case(node), facts, {})
            found = self.ground.truths[key] = (bool(must), bool(may))
        return found

    def _set_seen(self, node: n.Leaf, place: Place) -> Quad:
        inside, more = self.held.members(place)
        match node:
            case n.Member():
                one = inside.get(node.member, (NONE, NONE))
            case n.SizeIs():
                wanted = inside if node.members is None else node.members
                counted = [Range(*inside[member]) for member in wanted if member in inside]
                reached = at_least(counted, node.bound)
                one = (reached.sure, reached.possible)
            case _:  # whether it is given
                return ~more[1], ~more[0], ~more[1], ~more[0]
        return one[0], one[1], one[0] | more[0], one[1] | more[1]

    def _compared(self, node: n.Compared, elements: tuple[int, ...]) -> Quad:
        left = (node.left, None if node.left_at is None else elements[node.left_at])
        right = (node.right, None if node.right_at is None else elements[node.right_at])
        if self.room.vocabulary.facts[node.right].type in ("set", "names"):
            return self._named(left, right)
        true, false = [NONE, NONE], [NONE, NONE]
        ordered = self.held.ordered(right)
        for one, here in self.held.options(left):
            for rail, (holds, fails) in enumerate(ordered.against(one, node)):
                true[rail] |= here & holds
                false[rail] |= here & fails
        return ~false[0], true[0], ~false[1], true[1]

    def _named(self, left: Place, right: Place) -> Quad:
        """Whether a text is among some names."""
        inside, more = self.held.members(right)
        must_not = must = may_not = may = NONE
        for value, plane in self.held.options(left):
            surely, possibly = (NONE, NONE) if value is None else inside.get(str(value), (NONE, NONE))
            must |= plane & possibly
            must_not |= plane & ~surely
            may |= plane if value is None else plane & (possibly | more[1])
            may_not |= NONE if value is None else plane & ~(surely | more[0])
        return ~must_not, must, ~may_not, may

    # --- sums -----------------------------------------------------------------------------------------------------

    def _summed(self, node: n.Sum) -> list[Quad]:
        child, inner = self.rails(node.child), self._size((node.over,))
        if node.over in self._growing:
            return [(NONE, ALL, NONE, ALL)] * self._size(node.lists)
        return [self._sum(node, child[outer * inner : (outer + 1) * inner]) for outer in range(self._size(node.lists))]

    def _sum(self, node: n.Sum, rails: Sequence[Quad]) -> Quad:
        """The least and the greatest sum, for every combination of values that a variant can have."""
        sums: dict[tuple[float, float], int] = {(0.0, 0.0): ALL}
        for at, quad in enumerate(rails):
            sums = _added(sums, self._parts(node, quad, at))
        more = self.held.open_ended(node.over)
        low, high = (float("-inf") if node.least < 0 else 0.0), (float("inf") if node.most > 0 else 0.0)
        sums = _added(sums, [(low, high, more.possible), (0.0, 0.0, ~more.sure)])
        others = [(0, ALL)] if node.other is None else self.held.options((node.other, None))
        true, false = [NONE, NONE], [NONE, NONE]
        for (low, high), plane in sums.items():
            for other, there in others:
                for rail, total in enumerate((low, high)):
                    assert other is None or isinstance(other, int | float)
                    holds = bool(rail) if other is None else compare(round(total, 9), node.op, node.bound + other)
                    (true if holds else false)[rail] |= plane & there
        return ~false[0], true[0], ~false[1], true[1]

    def _parts(self, node: n.Sum, quad: Quad, at: int) -> list[tuple[float, float, int]]:
        """What one element can add at least and at most."""
        ml, mh, yl, yh = quad
        values = [(1, ALL)] if node.fact is None else self.held.options((node.fact, at))
        found: list[tuple[float, float, int]] = [(0.0, 0.0, ~yl)]
        for value, plane in values:
            assert value is None or isinstance(value, int | float)
            least, most = (node.least, node.most) if value is None else (value, value)
            found.append((float(least), float(most), plane & mh))
            found.append((float(min(least, 0)), float(max(most, 0)), plane & ~ml & yh))
        return found


def _on_case(node: n.Has | n.NumberIs | n.Member | n.SizeIs | n.Given) -> n.Leaf:
    """The same condition on the case, to ask what it says of one value."""
    match node:
        case n.Has():
            return n.Has((), node.fact, node.values)
        case n.NumberIs():
            return n.NumberIs((), node.fact, node.op, node.bound)
        case _:
            return n.Given((), node.fact)


def _added(
    sums: Mapping[tuple[float, float], int], parts: Iterable[tuple[float, float, int]]
) -> dict[tuple[float, float], int]:
    found: dict[tuple[float, float], int] = {}
    for low, high, there in parts:
        for (least, most), plane in sums.items():
            both = plane & there
            if both:
                key = (least + low, most + high)
                found[key] = found.get(key, NONE) | both
    return found
