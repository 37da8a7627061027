"""Network + facts that may have several values -> a circuit: each node is a pair of wires for every element.

A fact of the case, or of one element, has its possible values, each with the wire that says it is the one. What does
not depend on them folds away, so that the circuit holds only what the variants of one case have in doubt.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import inf, isinf

from toolbox_rules import network as n
from toolbox_rules.cases import NO_ELEMENTS, Elements, SetValue, Value
from toolbox_rules.circuits import FALSE, TRUE, Circuit, Wire
from toolbox_rules.evaluating import Facts, Lists, compare, compared, one_fact

#: A fact of the case (None), or of the element with a number.
Place = tuple[str, int | None]
#: The values that a place may have; exactly one of their wires holds.
Values = Mapping[Value | None, Wire]
#: The (must, may) wires of a node, one of each for every element of its scope, the last list running fastest.
Wires = tuple[tuple[Wire, ...], tuple[Wire, ...]]
#: A sum without rounding errors; what is not bounded is infinite.
Total = Fraction | float


class Unrolled:
    """The nodes of one network on a circuit, for one case of which some facts may vary."""

    def __init__(
        self, network: n.Network, circuit: Circuit, facts: Facts, lists: Lists, varying: Mapping[Place, Values]
    ) -> None:
        """Settle every conclusion; the lists keep their elements whatever varies."""
        self.network = network
        self.circuit = circuit
        self.lists = lists
        self._facts = facts
        self._varying = varying
        self._found: dict[int, Wires] = {}
        for component in network.components:
            self._settle(component)

    def values(self, fact: str, element: int | None) -> Values:
        """The values that a fact may have."""
        found = self._varying.get((fact, element))
        if found is not None:
            return found
        if element is None:
            return {self._facts.get(fact): TRUE}
        owner, key = fact.split(".")
        return {self._elements(owner).items[element].get(key): TRUE}

    def wires(self, number: int) -> Wires:
        """The (must, may) wires of a node."""
        found = self._found.get(number)
        if found is None:
            found = self._found[number] = self._worked_out(self.network.nodes[number])
        return found

    def _settle(self, component: n.Component) -> None:
        """Work out derived nodes that rest on each other from nothing upwards: as often as there are bits, at most."""
        if not component.cyclic:
            self._found |= {bit: self._supported(bit) for bit in component.nodes}
            return
        before = dict(self._found)
        new = {bit: self._nothing(self.network.nodes[bit].lists) for bit in component.nodes}
        for _ in range(1 + 2 * sum(len(must) for must, _ in new.values())):
            self._found = {**before, **new}
            old, new = new, {bit: self._supported(bit) for bit in component.nodes}
            if new == old:
                break
        self._found = {**before, **new}

    def _supported(self, bit: int) -> Wires:
        lists = self.network.nodes[bit].lists
        supports = [self.wires(node) for node in self.network.supports[bit]]
        if len(supports) <= 1:
            return supports[0] if supports else self._nothing(lists)
        return self._both(self.circuit.any_of, supports)

    def _nothing(self, lists: n.Lists) -> Wires:
        return self._settled(FALSE, lists)

    def _settled(self, wire: Wire, lists: n.Lists) -> Wires:
        plane = (wire,) * self._size(lists)
        return plane, plane

    def _elements(self, name: str) -> Elements:
        return self.lists.get(name, NO_ELEMENTS)

    def _sizes(self, lists: n.Lists) -> list[int]:
        return [len(self._elements(name).items) for name in lists]

    def _size(self, lists: n.Lists) -> int:
        size = 1
        for one in self._sizes(lists):
            size *= one
        return size

    def _worked_out(self, node: n.Node) -> Wires:
        no, full = self.circuit.no, self._size(node.lists)
        match node:
            case n.And():
                parts = []
                for child in node.children:
                    parts.append(self.wires(child))
                    if not any(parts[-1][1]):  # what the others are makes no difference
                        return parts[-1]
                return self._both(self.circuit.all_of, parts)
            case n.Or():
                return self._both(self.circuit.any_of, [self.wires(child) for child in node.children])
            case n.Not():
                must, may = self.wires(node.child)
                return tuple(map(no, may)), tuple(map(no, must))
            case n.AtLeast():
                parts = [self.wires(child) for child in node.children]
                return self._both(lambda wires: self.circuit.at_least(wires, node.number), parts)
            case n.Decided():
                must, may = self.wires(node.child)
                same = tuple(self._same(low, high) for low, high in zip(must, may, strict=True))
                return same, same
            case n.Lift():
                return self._lifted(node)
            case n.Tally():
                low, high = ([self.circuit.at_least(row, node.number) for row in rows] for rows in self._rows(node))
                return tuple(low), tuple(high) if self._elements(node.over).complete else (TRUE,) * full
            case n.Sum():
                return self._summed(node)
            case n.Derived():  # no rule concludes it
                return self._nothing(node.lists)
            case _:
                return self._leaf(node)

    def _both(self, join: Callable[[Iterable[Wire]], Wire], parts: Sequence[Wires]) -> Wires:
        must = tuple(map(join, zip(*(low for low, _ in parts), strict=True)))
        if all(low is high for low, high in parts):
            return must, must
        may = tuple(map(join, zip(*(high for _, high in parts), strict=True)))
        return must, must if must == may else may

    def _same(self, must: Wire, may: Wire) -> Wire:
        circuit = self.circuit
        return circuit.any_of((circuit.all_of((must, may)), circuit.no(circuit.any_of((must, may)))))

    def _lifted(self, node: n.Lift) -> Wires:
        own = self._sizes(self.network.nodes[node.child].lists)
        sources = []
        for position in product(*map(range, self._sizes(node.lists))):
            source = 0
            for place, size in zip(node.at, own, strict=True):
                source = source * size + position[place]
            sources.append(source)
        must, may = self.wires(node.child)
        low = tuple(must[source] for source in sources)
        return low, low if must is may else tuple(may[source] for source in sources)

    def _rows(self, node: n.Tally | n.Sum) -> list[list[tuple[Wire, ...]]]:
        """The wires of the child for the elements to count, for each outer element; of must, then of may."""
        inner = len(self._elements(node.over).items)
        return [
            [plane[at * inner : (at + 1) * inner] for at in range(self._size(node.lists))]
            for plane in self.wires(node.child)
        ]

    # --- leaves -------------------------------------------------------------------------------------------------------

    def _leaf(self, node: n.Leaf) -> Wires:
        match node:
            case n.Constant():
                return self._settled(TRUE if node.value else FALSE, node.lists)
            case n.Same():
                size = self._sizes(node.lists)[0]
                same = tuple(TRUE if one == other else FALSE for one in range(size) for other in range(size))
                return same, same
            case n.Compared():
                return self._split([self._compared(node, at) for at in product(*map(range, self._sizes(node.lists)))])
        places: Iterable[int | None] = range(self._size(node.lists)) if node.lists else (None,)
        found = []
        for place in places:
            values = self.values(node.fact, place)
            if isinstance(node, n.Has) and len(values) > 1:  # by far the most
                found.append(self._among(node.values, values))
                continue
            found.append(self._chosen([(one_fact(node, value), wire) for value, wire in values.items()]))
        return self._split(found)

    def _among(self, wanted: frozenset[n.Scalar], values: Values) -> tuple[Wire, Wire]:
        """Whether a choice is one of some values."""
        wires = [wire for value, wire in values.items() if value in wanted]
        must = TRUE if len(wires) == len(values) else self.circuit.any_of(wires)
        return must, self.circuit.any_of((must, values[None])) if None in values else must

    def _compared(self, node: n.Compared, at: tuple[int, ...]) -> tuple[Wire, Wire]:
        left = self.values(node.left, None if node.left_at is None else at[node.left_at])
        right = self.values(node.right, None if node.right_at is None else at[node.right_at])
        if node.op == "eq" and not node.plus and not any(isinstance(other, SetValue) for other in right):
            return self._equal(left, right)
        rails = []
        for (one, wire), (other, also) in product(left.items(), right.items()):
            found = compared(one, other, node)
            rails.append((found, self.circuit.all_of((wire, also)) if found[1] else FALSE))
        return self._chosen(rails)

    def _equal(self, left: Values, right: Values) -> tuple[Wire, Wire]:
        """Whether two facts have the same value: some value that both have."""
        circuit = self.circuit
        must = circuit.any_of(
            [
                circuit.all_of((wire, right[value]))
                for value, wire in left.items()
                if value is not None and value in right
            ]
        )
        return must, circuit.any_of((must, left.get(None, FALSE), right.get(None, FALSE)))

    def _chosen(self, rails: Sequence[tuple[tuple[bool, bool], Wire]]) -> tuple[Wire, Wire]:
        """The wires of what has these rails, of which one is the case."""
        if len(rails) == 1:
            (must, may), _ = rails[0]
            return (TRUE if must else FALSE), (TRUE if may else FALSE)
        lows, highs = ([wire for one, wire in rails if one[rail]] for rail in (0, 1))
        low = TRUE if len(lows) == len(rails) else self.circuit.any_of(lows)
        if lows == highs:
            return low, low
        return low, TRUE if len(highs) == len(rails) else self.circuit.any_of(highs)

    def _split(self, rails: Sequence[tuple[Wire, Wire]]) -> Wires:
        must, may = tuple(low for low, _ in rails), tuple(high for _, high in rails)
        return must, must if must == may else may

    # --- sums ---------------------------------------------------------------------------------------------------------

    def _summed(self, node: n.Sum) -> Wires:
        lows, highs = self._rows(node)
        return self._split([self._compared_sum(node, low, high) for low, high in zip(lows, highs, strict=True)])

    def _compared_sum(self, node: n.Sum, must: Sequence[Wire], may: Sequence[Wire]) -> tuple[Wire, Wire]:
        """The least sum against the bound, and the greatest."""
        bounds = {0: TRUE} if node.other is None else self.values(node.other, None)
        rails: list[Wire] = []
        for highest in (False, True):
            totals = self._totals(node, must, may, highest)
            found = []
            for (total, wire), (other, also) in product(totals.items(), bounds.items()):
                if other is None:
                    holds = highest
                else:
                    assert isinstance(other, int | float)
                    holds = compare(self._ended(node, total, highest), node.op, node.bound + other)
                if holds:
                    found.append(self.circuit.all_of((wire, also)))
            rails.append(self.circuit.any_of(found))
        return rails[0], rails[1]

    def _ended(self, node: n.Sum, total: Total, highest: bool) -> float:
        """A sum with what elements that are not named may add."""
        if not self._elements(node.over).complete:
            if highest and node.most > 0:
                return inf
            if not highest and node.least < 0:
                return -inf
        return float(total)

    def _totals(self, node: n.Sum, must: Sequence[Wire], may: Sequence[Wire], highest: bool) -> dict[Total, Wire]:
        """The sums that there may be, each with the wire that says it is the one."""
        circuit = self.circuit
        totals: dict[Total, Wire] = {Fraction(0): TRUE}
        for at, (low, high) in enumerate(zip(must, may, strict=True)):
            values: Values = {1: TRUE} if node.fact is None else self.values(node.fact, at)
            adds: dict[Total, list[Wire]] = {Fraction(0): [circuit.no(high)]}
            for value, wire in values.items():
                assert value is None or isinstance(value, int | float)
                added = (node.most if highest else node.least) if value is None else value
                counts = high if (added > 0) == highest else low  # what can only make the sum worse must be certain
                rest = circuit.all_of((wire, high, circuit.no(counts)))
                adds.setdefault(Fraction(0), []).append(rest)
                adds.setdefault(added if isinf(added) else Fraction(added), []).append(
                    circuit.all_of((wire, high, counts))
                )
            new: dict[Total, list[Wire]] = {}
            for (total, wire), (added_, wires) in product(totals.items(), adds.items()):
                both = circuit.all_of((wire, circuit.any_of(wires)))
                if both != FALSE:
                    new.setdefault(total + added_, []).append(both)
            totals = {total: circuit.any_of(wires) for total, wires in new.items()}
        return totals
