"""Network + many cases side by side -> the (must, may) planes of the nodes that are asked for, and of no others."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from toolbox_rules import network as n
from toolbox_rules.lanes import ALL, NONE, WORD, Lanes, Plane, any_slot, at_least, pack, unpack
from toolbox_rules.tables import Bits, Codes, Members, Names, Numbers

Rails = tuple[Plane, Plane]
Some = TypeVar("Some", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Nodes to work out in this order; the derived ``bits`` among them start from nothing and, when ``cyclic``, the
    step is repeated until nothing changes. ``frees`` are the nodes that no later step looks at."""

    nodes: tuple[int, ...]
    bits: tuple[int, ...] = ()
    cyclic: bool = False
    frees: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What to work out for some nodes of a network, and nothing else; ``scopes`` are the lists that planes run over."""

    network: n.Network
    steps: tuple[Step, ...]
    scopes: frozenset[n.Lists]


def schedule(network: n.Network, wanted: Iterable[int]) -> Schedule:
    """Put what some nodes rest on in an order in which it can be worked out."""
    goals = set(wanted)
    needed = _closure(network, goals, through_derived=True)
    done: set[int] = set()
    steps: list[Step] = []
    for component in network.components:
        bits = tuple(bit for bit in component.nodes if bit in needed)
        if not bits:
            continue
        supports = {node for bit in bits for node in network.supports[bit]}
        below = sorted(_closure(network, supports, through_derived=False) - done - set(bits))
        inside: set[int] = set(bits) if component.cyclic else set()
        for node in below:  # a child has a lower number than its parent
            if not inside.isdisjoint(n.children_of(network.nodes[node])):
                inside.add(node)
        steps += [Step(nodes=(node,)) for node in below if node not in inside]
        inner = tuple(node for node in below if node in inside)
        steps.append(Step(nodes=inner, bits=bits, cyclic=component.cyclic))
        done.update(below, bits)
    steps += [Step(nodes=(node,)) for node in sorted(_closure(network, goals, through_derived=False) - done)]
    scopes = {network.nodes[node].lists for node in needed}
    return Schedule(network=network, steps=_freeing(network, steps, goals), scopes=frozenset(scopes))


def _closure(network: n.Network, start: Iterable[int], through_derived: bool) -> set[int]:
    found: set[int] = set()
    waiting = list(start)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += n.children_of(network.nodes[node])
            if through_derived:
                waiting += network.supports.get(node, ())
    return found


def _freeing(network: n.Network, steps: Sequence[Step], kept: set[int]) -> tuple[Step, ...]:
    last: dict[int, int] = {}
    for at, step in enumerate(steps):
        for node in step.nodes:
            last |= dict.fromkeys((node, *n.children_of(network.nodes[node])), at)
        for bit in step.bits:
            last |= dict.fromkeys((bit, *network.supports[bit]), at)
    frees: list[list[int]] = [[] for _ in steps]
    for node, at in last.items():
        if node not in kept:
            frees[at].append(node)
    return tuple(
        Step(nodes=step.nodes, bits=step.bits, cyclic=step.cyclic, frees=tuple(free))
        for step, free in zip(steps, frees, strict=True)
    )


# --- running a network --------------------------------------------------------------------------------------------


def run(plan: Schedule, lanes: Lanes) -> dict[int, Rails]:
    """The (must, may) planes of the nodes that the schedule was made for."""
    runner = _Run(plan.network, lanes)
    for step in plan.steps:
        runner.take(step)
    return runner.rails


class _Run:
    def __init__(self, network: n.Network, lanes: Lanes) -> None:
        self.network = network
        self.lanes = lanes
        self.rails: dict[int, Rails] = {}

    def take(self, step: Step) -> None:
        if step.cyclic:
            for bit in step.bits:
                empty = NONE.reshape((1,) * (len(self.network.nodes[bit].lists) + 1))
                self.rails[bit] = (empty, empty)
        changed = True
        while changed:
            for number in step.nodes:
                self.rails[number] = self._worked_out(self.network.nodes[number])
            new = {bit: self._supported(bit) for bit in step.bits}
            changed = step.cyclic and any(
                (old != now).any() for bit in step.bits for old, now in zip(self.rails[bit], new[bit], strict=True)
            )
            self.rails |= new
        for number in step.frees:
            del self.rails[number]

    def _supported(self, bit: int) -> Rails:
        must = may = NONE.reshape((1,) * (len(self.network.nodes[bit].lists) + 1))
        for support in self.network.supports[bit]:
            low, high = self.rails[support]
            must, may = must | low, may | high
        return must, may

    def _worked_out(self, node: n.Node) -> Rails:
        match node:
            case n.Not():
                must, may = self.rails[node.child]
                return ~may, ~must
            case n.And():
                must, may = self.rails[node.children[0]]
                for low, high in map(self.rails.__getitem__, node.children[1:]):
                    must, may = must & low, may & high
                return must, may
            case n.Or():
                must, may = self.rails[node.children[0]]
                for low, high in map(self.rails.__getitem__, node.children[1:]):
                    must, may = must | low, may | high
                return must, may
            case n.AtLeast():
                rails = [self.rails[child] for child in node.children]
                return at_least((low for low, _ in rails), node.number), at_least(
                    (high for _, high in rails), node.number
                )
            case n.Decided():
                must, may = self.rails[node.child]
                same = ~(must ^ may)
                return same, same
            case n.Lift():
                added = tuple(at for at in range(len(node.lists)) if at not in node.at)
                low, high = self.rails[node.child]
                return np.expand_dims(low, added), np.expand_dims(high, added)
            case n.Tally():
                return self._tallied(node)
            case n.Sum():
                return self._summed(node)
            case n.Derived():  # no rule concludes it; every other one is settled as a bit of a step
                return self._settled(False, node.lists)
            case _:
                return self._leaf(node)

    def _settled(self, value: bool, lists: n.Lists) -> Rails:
        plane = (ALL if value else NONE).reshape((1,) * (len(lists) + 1))
        return plane, plane

    def _unknown(self, lists: n.Lists) -> Rails:
        return self._settled(False, lists)[0], self._settled(True, lists)[0]

    def _tallied(self, node: n.Tally) -> Rails:
        present = self.lanes.present[node.over]
        must, may = (self._counted(plane & present, node.number) for plane in self.rails[node.child])
        return must, may | self.lanes.open[node.over]

    def _counted(self, plane: Plane, number: int) -> Plane:
        if number == 1:
            return any_slot(plane)
        slots = plane.shape[-2]
        none = np.zeros_like(plane, shape=(*plane.shape[:-2], plane.shape[-1]))
        return none if number > slots else at_least((plane[..., slot, :] for slot in range(slots)), number)

    def _summed(self, node: n.Sum) -> Rails:
        lanes = self.lanes
        present = lanes.present[node.over]
        low, high = (plane & present for plane in self.rails[node.child])
        must, may = (unpack(plane, plane.shape, len(lanes.rows)).astype(np.bool_) for plane in (low, high))
        value: npt.NDArray[np.float64] = np.ones(lanes.slots[node.over].shape)
        if node.fact is not None:
            column, _ = lanes.column(node.fact)
            value = lanes.values(node.fact) if column else np.full(value.shape, np.nan)
        unknown, open_ = np.isnan(value), ~lanes.table.lists[node.over].complete[lanes.rows]
        least, most = np.where(unknown, node.least, value), np.where(unknown, node.most, value)
        low_sum = _total(np.where(may & (must | (least < 0)), least, 0.0))
        high_sum = _total(np.where(may & (must | (most > 0)), most, 0.0))
        low_sum[np.broadcast_to(open_ & (node.least < 0), low_sum.shape)] = -np.inf
        high_sum[np.broadcast_to(open_ & (node.most > 0), high_sum.shape)] = np.inf
        bound: npt.NDArray[np.float64] = np.full(len(lanes.rows), float(node.bound))
        if node.other is not None:
            column, _ = lanes.column(node.other)
            bound += lanes.values(node.other) if column else np.nan
        doubt = pack(np.isnan(bound))
        return pack(_compare(low_sum, node.op, bound)) & ~doubt, pack(_compare(high_sum, node.op, bound)) | doubt

    # --- leaves ---------------------------------------------------------------------------------------------------

    def _leaf(self, node: n.Leaf) -> Rails:
        match node:
            case n.Constant():
                return self._settled(node.value, node.lists)
            case n.Same():
                slots = len(self.lanes.slots[node.lists[0]])
                same = np.where(np.eye(slots, dtype=np.bool_), ALL, NONE)[..., None]
                return same, same
            case n.Compared():
                return self._compared(node)
        lanes, fact = self.lanes, node.fact
        column, of = lanes.column(fact)
        if column is None:
            return self._settled(False, node.lists) if isinstance(node, n.Given) else self._unknown(node.lists)
        places = lanes.places(of)

        def kept(what: object, make: Callable[[], Bits]) -> Plane:
            return lanes.kept(fact, what, make)

        match column:
            case Codes():
                open_ = kept(-1, lambda: lanes.values(fact) == -1)
            case Numbers():
                open_ = kept("open", lambda: np.isnan(lanes.values(fact)))
            case _:
                open_ = kept("open", lambda: column.open().take(places))
        match node, column:
            case n.Given(), _:
                return ~open_, ~open_
            case n.Has(), Codes():
                must = self._settled(False, node.lists)[0] | lanes.among(fact, node.values)
            case n.NumberIs(), Numbers():
                must = kept((node.op, node.bound), lambda: _compare(lanes.values(fact), node.op, node.bound))
            case n.Member(), Members() | Names():
                must = kept(node.member, lambda: column.has(node.member).take(places))
            case n.SizeIs(), Members() | Names():
                must = kept((node.members, node.bound), lambda: (column.size(node.members) >= node.bound).take(places))
            case _:
                raise TypeError(f"{node} cannot look at {type(column).__name__}")
        return must, must | open_

    def _compared(self, node: n.Compared) -> Rails:
        left, left_of = self.lanes.column(node.left)
        right, right_of = self.lanes.column(node.right)
        if left is None or right is None:
            return self._unknown(node.lists)
        if isinstance(left, Codes) and isinstance(right, Codes) and len(left.words) <= WORD:
            return self._equal(node, left, right)
        one = _placed(self.lanes.places(left_of), node.left_at, len(node.lists))
        other = _placed(self.lanes.places(right_of), node.right_at, len(node.lists))
        match left, right:
            case Numbers(), Numbers():
                found = _compare(left.values.take(one), node.op, right.values.take(other) + node.plus)
            case Codes(), Codes():
                found = left.values.take(one) == right.recoding(left)[right.values.take(other)]
            case Codes(), Names():
                found = right.holds(other, left.recoding(right)[left.values.take(one)])
            case _:
                raise TypeError(f"{node} cannot look at {type(left).__name__} and {type(right).__name__}")
        nothing = left.open().take(one) | (right.open().take(other) & ~found)
        must = pack(found & ~nothing)
        return must, must | pack(nothing)

    def _equal(self, node: n.Compared, left: Codes, right: Codes) -> Rails:
        """Whether two facts have the same word: some word that both have."""
        lanes, depth = self.lanes, len(node.lists)

        def plane(fact: str, at: int | None, code: int) -> Plane:
            return _placed(lanes.kept(fact, code, lambda: lanes.values(fact) == code), at, depth)

        must = self._settled(False, node.lists)[0]
        for code, word in enumerate(left.words):
            if right.code(word) >= 0:
                must = must | (
                    plane(node.left, node.left_at, code) & plane(node.right, node.right_at, right.code(word))
                )
        unknown = plane(node.left, node.left_at, -1) | plane(node.right, node.right_at, -1)
        return must, must | unknown


def _placed(array: npt.NDArray[Some], at: int | None, depth: int) -> npt.NDArray[Some]:
    """A plane, or row numbers, of the list at a place (or of the case) with an axis for each list of a scope."""
    return np.expand_dims(array, tuple(axis for axis in range(depth) if axis != at))


def _compare(values: npt.NDArray[np.float64], op: n.Comparison, bound: npt.NDArray[np.float64] | float) -> Bits:
    found: Bits = values >= bound if op == "ge" else values > bound if op == "gt" else values == bound
    return found


def _total(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sums over slots, without rounding errors that would depend on the order (Neumaier); infinite if any is."""
    endless = np.isinf(values)
    total: npt.NDArray[np.float64] = np.zeros((*values.shape[:-2], values.shape[-1]))
    lost = total.copy()
    for slot in range(values.shape[-2]):
        value = np.where(endless[..., slot, :], 0.0, values[..., slot, :])
        whole = total + value
        lost += np.where(np.abs(total) >= np.abs(value), (total - whole) + value, (value - whole) + total)
        total = whole
    total += lost + np.where(endless, values, 0.0).sum(axis=-2)
    return total
