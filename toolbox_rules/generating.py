"""Network -> the source of one straight-line function that runs it.

Every distinct condition becomes two assignments, one for each rail, without a branch on what a rule says. Names in the
function: ``a7`` and ``b7`` are the must and the may rail of node 7, ``e0`` the first list, ``i0`` its elements, ``n0``
their number, ``o0`` whether it may have more, ``F0`` a plane with every bit set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolbox_rules import network as n


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The source of the function ``run``, the constants it refers to, and the nodes whose rails it returns."""

    source: str
    constants: Mapping[str, Any]
    outputs: tuple[int, ...]


def generate(network: n.Network) -> Program:
    """Write the function that runs a network."""
    writer = _Writer(network)
    source = writer.function()
    return Program(source=source, constants=writer.constants, outputs=writer.outputs)


def outputs(network: n.Network) -> tuple[int, ...]:
    """The nodes that rules, conclusions and extra conditions stand on."""
    wanted = set(network.supports) | set(network.extra.values())
    for rule in network.rules:
        wanted.update(n.roots_of(rule))
    return tuple(sorted(wanted))


class _Writer:
    """Writes the function: first the leaves, fact by fact, then each derived node with all that it rests on."""

    def __init__(self, network: n.Network) -> None:
        self.network = network
        self.outputs = outputs(network)
        self.constants: dict[str, Any] = {"NODES": network.nodes}
        self._lines: list[str] = []
        self._indent = "    "
        self._done: set[int] = set()
        self._uses = self._counted_uses()
        self._list_names = sorted({name for node in self._uses for name in network.nodes[node].lists} | self._overs())

    def function(self) -> str:
        self._lines = ["def run(facts, lists, later=False):", "    get = facts.get"]
        for name in self._list_names:
            at = self._list(name)
            self._write(f"e{at} = lists.get({name!r}, NO)")
            self._write(
                f"i{at} = e{at}.items; n{at} = len(i{at}); o{at} = not e{at}.complete; F{at} = (1 << n{at}) - 1"
            )
        self._leaves()
        for component in self.network.components:
            self._component(component)
        for node in self.outputs:
            self._emit(node)
        for rail, name in (("a", "must"), ("b", "may")):
            self._write(f"{name} = ({''.join(self._expression(node, rail) + ', ' for node in self.outputs)})")
        self._write("return must, may")
        return "\n".join(self._lines) + "\n"

    def _write(self, line: str) -> None:
        self._lines.append(self._indent + line)

    def _list(self, name: str) -> int:
        return self._list_names.index(name)

    def _overs(self) -> set[str]:
        nodes = (self.network.nodes[node] for node in self._uses)
        return {node.over for node in nodes if isinstance(node, n.Tally | n.Sum)}

    def _counted_uses(self) -> dict[int, int]:
        """How often each node that matters is used."""
        uses: dict[int, int] = {}
        waiting = list(self.outputs)
        while waiting:
            number = waiting.pop()
            uses[number] = uses.get(number, 0) + 1
            if uses[number] == 1:
                waiting += n.children_of(self.network.nodes[number])
                waiting += self.network.supports.get(number, ())
        return uses

    # --- leaves -----------------------------------------------------------------------------------------------

    def _leaves(self) -> None:
        by_fact: dict[tuple[n.Lists, str], list[int]] = {}
        for number in sorted(self._uses):
            node = self.network.nodes[number]
            match node:
                case n.Has() | n.NumberIs() | n.Member() | n.SizeIs() | n.Given():
                    by_fact.setdefault((node.lists, node.fact), []).append(number)
                case n.Compared():
                    way = "paired" if len(node.lists) == 2 else "leaf"
                    self._write(f"a{number}, b{number} = {way}(NODES[{number}], facts, lists)")
                    self._done.add(number)
                case n.Same():
                    own = f"n{self._list(node.lists[0])}"
                    self._write(f"a{number} = b{number} = ((1 << {own} * ({own} + 1)) - 1) // ((2 << {own}) - 1)")
                    self._done.add(number)
                case n.Constant():
                    value = self._full(node.lists) if node.value else "0"
                    self._write(f"a{number} = b{number} = {value}")
                    self._done.add(number)
                case _:
                    pass
        for (lists, fact), numbers in sorted(by_fact.items()):
            (self._element_leaves if lists else self._case_leaves)(fact, numbers, lists)
            self._done.update(numbers)
        given = [number for number in sorted(self._uses) if isinstance(self.network.nodes[number], n.Given)]
        if given:
            self._write("if later:")
        for number in given:
            self._write(f"    b{number} = {self._full(self.network.nodes[number].lists)}")

    def _case_leaves(self, fact: str, numbers: list[int], lists: n.Lists) -> None:
        del lists
        nodes = [self.network.nodes[number] for number in numbers]
        if any(isinstance(node, n.Has) for node in nodes):
            self._finite(fact, numbers)
            return
        self._write(f"v = get({fact!r})")
        self._write("if v is None:")
        self._write("    " + " = ".join(f"a{number}" for number in numbers) + " = False")
        unknown = [f"b{number}" for number, node in zip(numbers, nodes, strict=True) if not isinstance(node, n.Given)]
        given = [f"b{number}" for number, node in zip(numbers, nodes, strict=True) if isinstance(node, n.Given)]
        if unknown:
            self._write("    " + " = ".join(unknown) + " = True")
        if given:
            self._write("    " + " = ".join(given) + " = False")
        self._write("else:")
        if any(isinstance(node, n.Member | n.SizeIs) for node in nodes):
            self._write("    s = v.members; u = not v.complete")
        for number, node in zip(numbers, nodes, strict=True):
            self._write("    " + self._known(number, node))

    def _known(self, number: int, node: n.Node) -> str:
        """The rails of a leaf whose fact is given."""
        match node:
            case n.NumberIs():
                return f"a{number} = b{number} = v {_OPERATOR[node.op]} {node.bound!r}"
            case n.Member():
                return f"a{number} = {node.member!r} in s; b{number} = a{number} or u"
            case n.SizeIs():
                return f"a{number} = {self._counted(number, node)} >= {node.bound}; b{number} = a{number} or u"
            case n.Given():
                both = "v is not None and getattr(v, 'complete', True)"
                return f"a{number} = b{number} = {both}"
            case n.Has():
                self.constants[f"V{number}"] = node.values
                return f"a{number} = b{number} = v in V{number}"
            case _:
                raise TypeError(node)

    def _counted(self, number: int, node: n.SizeIs) -> str:
        if node.members is None:
            return "len(s)"
        self.constants[f"M{number}"] = frozenset(node.members)
        return f"len(s & M{number})"

    def _finite(self, fact: str, numbers: list[int]) -> None:
        """All conditions on one choice at once: one look-up of its value gives their rails."""
        nodes = [self.network.nodes[number] for number in numbers]
        values = {value for node in nodes if isinstance(node, n.Has) for value in node.values}
        table: dict[object, tuple[bool, ...]] = {}
        for value in values:
            must = tuple(
                isinstance(node, n.Given) or (isinstance(node, n.Has) and value in node.values) for node in nodes
            )
            table[value] = must + must
        given = tuple(isinstance(node, n.Given) for node in nodes)
        table[None] = (False,) * len(nodes) + tuple(not known for known in given)
        name = f"T{numbers[0]}"
        self.constants[name] = table
        self.constants[f"{name}_other"] = given + given
        targets = ", ".join([f"a{number}" for number in numbers] + [f"b{number}" for number in numbers])
        self._write(f"{targets} = {name}.get(get({fact!r}), {name}_other)")

    def _element_leaves(self, fact: str, numbers: list[int], lists: n.Lists) -> None:
        at = self._list(lists[0])
        key = fact.split(".")[1]
        nodes = {number: self.network.nodes[number] for number in numbers}
        planes = [f"a{number}" for number in numbers]
        self._write(" = ".join([*planes, "unknown", "partly"]) + " = 0")
        sets = any(isinstance(node, n.Member | n.SizeIs) for node in nodes.values())
        choices = {number: node for number, node in nodes.items() if isinstance(node, n.Has)}
        if choices:
            self._write("planes = {}")
        self._write(f"for bit, e in zip(BITS, i{at}):")
        self._write(f"    v = e.get({key!r})")
        self._write("    if v is None:")
        self._write("        unknown |= bit")
        self._write("        continue")
        if sets:
            self._write("    s = v.members")
            self._write("    if not v.complete: partly |= bit")
        elif all(isinstance(node, n.Given) for node in nodes.values()):  # then nothing else tells whether it is a set
            self._write("    if not getattr(v, 'complete', True): partly |= bit")
        if choices:
            self._write("    planes[v] = planes.get(v, 0) | bit")
        for number, node in nodes.items():
            match node:
                case n.NumberIs():
                    self._write(f"    if v {_OPERATOR[node.op]} {node.bound!r}: a{number} |= bit")
                case n.Member():
                    self._write(f"    if {node.member!r} in s: a{number} |= bit")
                case n.SizeIs():
                    self._write(f"    if {self._counted(number, node)} >= {node.bound}: a{number} |= bit")
                case _:
                    pass
        for number, choice in choices.items():
            parts = [f"planes.get({value!r}, 0)" for value in sorted(choice.values, key=repr)]
            self._write(f"a{number} = {' | '.join(parts) or '0'}")
        for number, node in nodes.items():
            if isinstance(node, n.Given):
                self._write(f"a{number} = b{number} = F{at} & ~(unknown | partly)")
            else:
                self._write(f"b{number} = a{number} | unknown | partly")

    # --- inner nodes ------------------------------------------------------------------------------------------

    def _component(self, component: n.Component) -> None:
        if not component.cyclic:
            for bit in component.nodes:
                self._derive(bit)
            return
        names = [f"{rail}{bit}" for bit in component.nodes for rail in "ab"]
        self._write(" = ".join(names) + " = 0")
        self._done.update(component.nodes)
        self._write("while True:")
        self._indent += "    "
        self._write(f"before = ({', '.join(names)})")
        for bit in component.nodes:
            self._derive(bit)
        self._write(f"if before == ({', '.join(names)}): break")
        self._indent = self._indent[:-4]

    def _derive(self, bit: int) -> None:
        supports = self.network.supports[bit]
        for support in supports:
            self._emit(support)
        join = " | " if self.network.nodes[bit].lists else " or "
        for rail in "ab":
            parts = join.join(self._expression(support, rail) for support in supports)
            self._write(f"{rail}{bit} = {parts or '0'}")
        self._done.add(bit)

    def _emit(self, number: int) -> None:
        """Write what a node rests on, and the node itself unless it can stand inside its only user."""
        if number in self._done or self._is_inline(number):
            for child in n.children_of(self.network.nodes[number]) if number not in self._done else ():
                self._emit(child)
            return
        node = self.network.nodes[number]
        for child in n.children_of(node):
            self._emit(child)
        both = self._both(number, node)
        if both:
            self._write(f"a{number}, b{number} = {both}")
        else:
            self._write(f"a{number} = {self._formula(node, 'a')}; b{number} = {self._upper(number, node)}")
        self._done.add(number)

    def _is_inline(self, number: int) -> bool:
        node = self.network.nodes[number]
        return self._uses[number] == 1 and not node.lists and isinstance(node, n.And | n.Or | n.Not)

    def _expression(self, number: int, rail: str) -> str:
        if number not in self._done and self._is_inline(number):
            return f"({self._formula(self.network.nodes[number], rail)})"
        return f"{rail}{number}"

    def _upper(self, number: int, node: n.Node) -> str:
        """The may rail; what is dear to work out is the must rail again where nothing is unknown."""
        formula = self._formula(node, "b")
        if not isinstance(node, n.Lift | n.Tally) or not node.lists or not self.network.nodes[node.child].lists:
            return formula
        settled = f"a{node.child} == b{node.child}"
        if isinstance(node, n.Tally):
            settled = f"not o{self._list(node.over)} and {settled}"
        return f"a{number} if {settled} else {formula}"

    def _formula(self, node: n.Node, rail: str) -> str:
        other = "b" if rail == "a" else "a"
        match node:
            case n.And() | n.Or():
                word = ("and", "or") if not node.lists else ("&", "|")
                join = f" {word[isinstance(node, n.Or)]} "
                return join.join(self._expression(child, rail) for child in node.children)
            case n.Not():
                child = self._expression(node.child, other)
                return f"not {child}" if not node.lists else f"{self._full(node.lists)} & ~{child}"
            case n.AtLeast():
                parts = [self._expression(child, rail) for child in node.children]
                if not node.lists:
                    return f"{' + '.join(parts)} >= {node.number}"
                return f"at_least([{', '.join(parts)}], {node.number}, {self._full(node.lists)})"
            case n.Decided():
                child, may = self._expression(node.child, "a"), self._expression(node.child, "b")
                if rail == "b":
                    same = f"{child} == {may}" if not node.lists else f"{self._full(node.lists)} & ~({child} ^ {may})"
                    return f"{self._full(node.lists)} if later else {same}"
                return f"{child} == {may}" if not node.lists else f"{self._full(node.lists)} & ~({child} ^ {may})"
            case n.Lift() if not node.at:
                return f"{self._full(node.lists)} if {self._expression(node.child, rail)} else 0"
            case n.Lift() if node.at == (0,) and len(node.lists) == 2:
                return f"stretched({self._expression(node.child, rail)}, n{self._list(node.lists[1])})"
            case n.Lift() if node.at == (1,) and len(node.lists) == 2:
                return f"{self._expression(node.child, rail)} * {self._each(node.lists)}"
            case n.Lift():
                own = self._sizes(self.network.nodes[node.child].lists)
                return f"lifted({self._expression(node.child, rail)}, {own}, {node.at}, {self._sizes(node.lists)})"
            case n.Tally() if node.lists:
                at = self._list(node.over)
                count = f"tallied({self._expression(node.child, rail)}, n{at}, {node.number})"
                return count if rail == "a" else f"{self._full(node.lists)} if o{at} else {count}"
            case n.Tally():
                count = self._expression(node.child, rail)
                count = f"{count} != 0" if node.number == 1 else f"{count}.bit_count() >= {node.number}"
                return count if rail == "a" else f"o{self._list(node.over)} or {count}"
            case _:
                raise TypeError(node)

    def _both(self, number: int, node: n.Node) -> str | None:
        """Sums are rare: they are worked out by the plain evaluator from their child."""
        if not isinstance(node, n.Sum):
            return None
        self.constants["NETWORK"] = self.network
        parts = ", ".join(self._expression(node.child, rail) for rail in "ab")
        return f"one(NETWORK, {number}, facts, lists, {parts})"

    def _sizes(self, lists: n.Lists) -> str:
        return f"({''.join(f'n{self._list(name)}, ' for name in lists)})"

    def _size(self, lists: n.Lists) -> str:
        return " * ".join(f"n{self._list(name)}" for name in lists)

    def _each(self, lists: n.Lists) -> str:
        """The first pair of every element of the outer list; what is multiplied by it is repeated for each."""
        return f"({self._full(lists)} // (F{self._list(lists[1])} or 1))"

    def _full(self, lists: n.Lists) -> str:
        if not lists:
            return "True"
        if len(lists) == 1:
            return f"F{self._list(lists[0])}"
        return f"((1 << {self._size(lists)}) - 1)"


_OPERATOR = {"ge": ">=", "gt": ">", "eq": "=="}
