"""Nodes, each distinct one once, with what is settled simplified away."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from toolbox_rules import network as n


@dataclass(slots=True, kw_only=True)
class Builder:
    """Adds nodes, each distinct one once, and simplifies what is settled."""

    nodes: list[n.Node] = field(default_factory=list)
    index: dict[n.Node, int] = field(default_factory=dict)

    def add(self, node: n.Node) -> int:
        """Give the number of a node, adding it where it is new."""
        number = self.index.get(node)
        if number is None:
            number = self.index[node] = len(self.nodes)
            self.nodes.append(node)
        return number

    def constant(self, value: bool, lists: n.Lists = ()) -> int:
        """A settled node."""
        return self.add(n.Constant(lists, value))

    def negate(self, child: int) -> int:
        """The opposite of a node."""
        node = self.nodes[child]
        match node:
            case n.Not():
                return node.child
            case n.Constant():
                return self.constant(not node.value, node.lists)
            case _:
                return self.add(n.Not(node.lists, child))

    def combine(self, kind: type[n.And] | type[n.Or], children: Iterable[int], lists: n.Lists = ()) -> int:
        """``And`` or ``Or`` of nodes with the same scope, flattened, in a fixed order, without repeats."""
        ends = kind is n.Or
        flat: set[int] = set()
        for child in children:
            node = self.nodes[child]
            lists = node.lists
            if isinstance(node, n.Constant):
                if node.value is ends:
                    return child
            elif isinstance(node, kind):
                flat.update(node.children)
            else:
                flat.add(child)
        if not flat:
            return self.constant(not ends, lists)
        return flat.pop() if len(flat) == 1 else self.add(kind(lists, tuple(sorted(flat))))

    def at_least(self, number: int, children: Iterable[int], lists: n.Lists = ()) -> int:
        """At least ``number`` of some nodes; the same node may count more than once."""
        kept = []
        for child in children:
            node = self.nodes[child]
            lists = node.lists
            if not isinstance(node, n.Constant):
                kept.append(child)
            elif node.value:
                number -= 1
        if number <= 0 or number > len(kept):
            return self.constant(number <= 0, lists)
        if number == 1:
            return self.combine(n.Or, kept, lists)
        if number == len(kept):
            return self.combine(n.And, kept, lists)
        return self.add(n.AtLeast(lists, number, tuple(sorted(kept))))

    def lift(self, child: int, at: tuple[int, ...], lists: n.Lists) -> int:
        """Repeat a node over a wider scope."""
        node = self.nodes[child]
        if node.lists == lists:
            return child
        if isinstance(node, n.Constant):
            return self.constant(node.value, lists)
        return self.add(n.Lift(lists, child, at))
