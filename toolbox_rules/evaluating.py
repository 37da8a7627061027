"""What every node of a network means: the plain evaluator, one node at a time.

``inference`` runs generated code that must give the same rails; explanation asks this evaluator for the parts that the
generated code does not keep. Tests hold the two against each other.
"""

import math
from collections.abc import Mapping
from itertools import product

from toolbox_rules import network as n
from toolbox_rules.cases import NO_ELEMENTS, Elements, SetValue, Value

Rails = tuple[int, int]
Facts = Mapping[str, Value]
Lists = Mapping[str, Elements]
UNKNOWN = (False, True)


def evaluate(network: n.Network, facts: Facts, lists: Lists, later: bool = False) -> "Evaluation":
    """Settle every conclusion of a network for one case; with ``later`` as ``inference.infer`` has it."""
    evaluation = Evaluation(network, facts, lists, later=later)
    for component in network.components:
        evaluation.settle(component)
    return evaluation


class Evaluation:
    """The rails of the nodes of one network for one case, worked out when asked for."""

    def __init__(
        self,
        network: n.Network,
        facts: Facts,
        lists: Lists,
        known: Mapping[int, Rails] | None = None,
        later: bool = False,
    ) -> None:
        """Start with nothing worked out but the nodes that are already known."""
        self.network = network
        self.facts = facts
        self.lists = lists
        self.later = later
        self._rails: dict[int, Rails] = dict(known or {})

    def settle(self, component: n.Component) -> None:
        """Work out derived nodes that rest on each other: the least conclusions, from nothing upwards."""
        if not component.cyclic:
            self._rails |= {bit: self._supported(bit) for bit in component.nodes}
            return
        before = dict(self._rails)
        new = dict.fromkeys(component.nodes, (0, 0))
        while True:
            self._rails = {**before, **new}
            settled, new = new, {bit: self._supported(bit) for bit in component.nodes}
            if new == settled:
                return

    def rails(self, number: int) -> Rails:
        """The (must, may) planes of a node."""
        found = self._rails.get(number)
        if found is None:
            found = self._rails[number] = self._worked_out(self.network.nodes[number])
        return found

    def size(self, lists: n.Lists) -> int:
        """How many elements, or tuples of elements, a scope has."""
        size = 1
        for name in lists:
            size *= len(self.elements(name).items)
        return size

    def elements(self, name: str) -> Elements:
        """The known elements of a list."""
        return self.lists.get(name, NO_ELEMENTS)

    def _supported(self, bit: int) -> Rails:
        must = may = 0
        for node in self.network.supports[bit]:
            low, high = self.rails(node)
            must |= low
            may |= high
        return must, may

    def _worked_out(self, node: n.Node) -> Rails:
        full = (1 << self.size(node.lists)) - 1
        match node:
            case n.Constant():
                return (full, full) if node.value else (0, 0)
            case n.Not():
                must, may = self.rails(node.child)
                return full & ~may, full & ~must
            case n.And():
                rails = [self.rails(child) for child in node.children]
                must = may = full
                for low, high in rails:
                    must, may = must & low, may & high
                return must, may
            case n.Or():
                must = may = 0
                for low, high in (self.rails(child) for child in node.children):
                    must, may = must | low, may | high
                return must, may
            case n.AtLeast():
                rails = [self.rails(child) for child in node.children]
                return (
                    at_least([low for low, _ in rails], node.number, full),
                    at_least([high for _, high in rails], node.number, full),
                )
            case n.Decided():
                must, may = self.rails(node.child)
                same = full & ~(must ^ may)
                return same, full if self.later else same
            case n.Given() if self.later:
                return leaf_rails(node, self.facts, self.lists)[0], full
            case n.Lift():
                return self._lifted(node)
            case n.Tally():
                return self._tallied(node, full)
            case n.Sum():
                return self._summed(node)
            case n.Derived():
                return (0, 0)  # no rule concludes it
            case _:
                return leaf_rails(node, self.facts, self.lists)

    def _lifted(self, node: n.Lift) -> Rails:
        low, high = self.rails(node.child)
        own = self._sizes(self.network.nodes[node.child].lists)
        return lifted(low, own, node.at, self._sizes(node.lists)), lifted(high, own, node.at, self._sizes(node.lists))

    def _tallied(self, node: n.Tally, full: int) -> Rails:
        low, high = self.rails(node.child)
        elements = self.elements(node.over)
        inner, size = len(elements.items), self.size(node.lists)
        may = tallied(high, inner, size, node.number) if elements.complete else full
        return tallied(low, inner, size, node.number), may

    def _summed(self, node: n.Sum) -> Rails:
        low, high = self.rails(node.child)
        elements = self.elements(node.over)
        inner = len(elements.items)
        other = 0 if node.other is None else self.facts.get(node.other)
        must = may = 0
        for bit in range(self.size(node.lists)):
            if other is None:
                one = UNKNOWN
            else:
                assert isinstance(other, int | float)
                parts = [(low >> bit * inner + at & 1, high >> bit * inner + at & 1) for at in range(inner)]
                one = _compare_range(*_total(node, parts, elements), node.op, node.bound + other)
            must |= one[0] << bit
            may |= one[1] << bit
        return must, may

    def _sizes(self, lists: n.Lists) -> tuple[int, ...]:
        return tuple(len(self.elements(name).items) for name in lists)


def lifted(plane: int, own: tuple[int, ...], at: tuple[int, ...], sizes: tuple[int, ...]) -> int:
    """A plane over lists of sizes ``own`` repeated over lists of ``sizes``, of which ``at`` are its own.

    >>> bin(lifted(0b10, (2,), (0,), (2, 3))), bin(lifted(0b10, (2,), (1,), (3, 2)))
    ('0b111000', '0b101010')
    """
    found = 0
    for bit, position in enumerate(product(*map(range, sizes))):
        source = 0
        for place, size in zip(at, own, strict=True):
            source = source * size + position[place]
        found |= (plane >> source & 1) << bit
    return found


def tallied(plane: int, inner: int, size: int, number: int) -> int:
    """For each of ``size`` outer elements whether at least ``number`` of its ``inner`` ones are set in a plane.

    >>> bin(tallied(0b110_100, 3, 2, 2))
    '0b10'
    """
    mask = (1 << inner) - 1
    found = 0
    for bit in range(size):
        found |= ((plane >> bit * inner & mask).bit_count() >= number) << bit
    return found


def at_least(planes: list[int], number: int, full: int) -> int:
    """The bits that are set in at least ``number`` planes."""
    reached = [full] + [0] * number
    for plane in planes:
        for level in range(number, 0, -1):
            reached[level] |= reached[level - 1] & plane
    return reached[number]


def leaf_rails(node: n.Leaf, facts: Facts, lists: Lists) -> Rails:
    """The rails of a node that looks at facts."""
    sets = [lists.get(name, NO_ELEMENTS).items for name in node.lists]
    must = may = 0
    for bit, elements in enumerate(product(*sets)):
        one = _leaf(node, facts, elements)
        must |= one[0] << bit
        may |= one[1] << bit
    if isinstance(node, n.Same):
        size = len(sets[0])
        must = may = sum(1 << at * (size + 1) for at in range(size))
    return must, may


def _leaf(node: n.Leaf, facts: Facts, elements: tuple[Facts, ...]) -> tuple[bool, bool]:
    match node:
        case n.Constant():
            return node.value, node.value
        case n.Same():
            return UNKNOWN
        case n.Compared():
            left = _fact(node.left, node.left_at, facts, elements)
            right = _fact(node.right, node.right_at, facts, elements)
            return compared(left, right, node)
        case _:
            return one_fact(node, _fact(node.fact, 0 if node.lists else None, facts, elements))


def _fact(name: str, at: int | None, facts: Facts, elements: tuple[Facts, ...]) -> Value | None:
    return facts.get(name) if at is None else elements[at].get(name.split(".")[1])


def one_fact(node: n.Has | n.NumberIs | n.Member | n.SizeIs | n.Given, value: Value | None) -> tuple[bool, bool]:
    """The rails of a test of one fact that has a value, None when it is unknown."""
    if isinstance(node, n.Given):
        given = value is not None and not (isinstance(value, SetValue) and not value.complete)
        return given, given
    if value is None:
        return UNKNOWN
    match node, value:
        case n.Has(), str() | int() | float():
            found = value in node.values
            return found, found
        case n.NumberIs(), int() | float():
            found = compare(value, node.op, node.bound)
            return found, found
        case n.Member(), SetValue():
            found = node.member in value.members
            return found, found or not value.complete
        case n.SizeIs(), SetValue():
            counted = value.members if node.members is None else value.members.intersection(node.members)
            reached = len(counted) >= node.bound
            return reached, reached or not value.complete
        case _:
            raise TypeError(f"{node} cannot look at {value!r}")


def compared(left: Value | None, right: Value | None, node: n.Compared) -> tuple[bool, bool]:
    """The rails of a comparison of two values, None where one is unknown."""
    if left is None or right is None:
        return UNKNOWN
    if isinstance(right, SetValue):
        found = left in right.members
        return found, found or not right.complete
    if isinstance(left, str) or isinstance(right, str):
        return left == right, left == right
    assert not isinstance(left, SetValue)
    found = compare(left, node.op, right + node.plus)
    return found, found


def _total(node: n.Sum, parts: list[tuple[int, int]], elements: Elements) -> tuple[float, float]:
    """The least and the greatest sum; what one element adds lies between none and its value where it is uncertain."""
    low: list[float] = []
    high: list[float] = []
    for (must, may), element in zip(parts, elements.items, strict=True):
        if not may:
            continue
        value = 1 if node.fact is None else element.get(node.fact.split(".")[1])
        assert value is None or isinstance(value, int | float)
        least, most = (node.least, node.most) if value is None else (value, value)
        low.append(least if must or least < 0 else 0)
        high.append(most if must or most > 0 else 0)
    if not elements.complete:
        low.append(-math.inf if node.least < 0 else 0)
        high.append(math.inf if node.most > 0 else 0)
    return math.fsum(low), math.fsum(high)  # exact, so that 0.7 + 0.1 + 0.2 is 1


def _compare_range(low: float, high: float, op: n.Comparison, bound: float) -> tuple[bool, bool]:
    return compare(low, op, bound), compare(high, op, bound)


def compare(value: float, op: n.Comparison, bound: float) -> bool:
    """``value op bound``."""
    match op:
        case "ge":
            return value >= bound
        case "gt":
            return value > bound
        case _:
            return value == bound
