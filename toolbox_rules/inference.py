"""Network + the facts of one case -> Trace: what must and what may hold.

The network is turned once into one straight-line function (``generating``). Running it is all that happens for a case.
"""

import marshal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import MAGIC_NUMBER
from typing import Any, Literal

from toolbox_rules import network as n
from toolbox_rules.cases import MAX_ELEMENTS, NO_ELEMENTS, Case, SetValue, Value
from toolbox_rules.evaluating import (
    Evaluation,
    Facts,
    Lists,
    Rails,
    at_least,
    compare,
    evaluate,
    leaf_rails,
    lifted,
)
from toolbox_rules.generating import generate

Truth = Literal["true", "false", "unknown"]
Run = Callable[[Facts, Lists, bool], tuple[tuple[int, ...], tuple[int, ...]]]
BITS = tuple(1 << at for at in range(MAX_ELEMENTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A network with the function generated from it; ``position`` says where a node stands in what it returns.

    ``code`` is the function compiled, for the Python that compiled it, and ``constants`` what it refers to.
    """

    network: n.Network
    position: Mapping[int, int]
    constants: Mapping[str, Any] = field(repr=False)
    code: bytes = field(repr=False)
    run: Run

    def __reduce__(self) -> tuple[Callable[..., "Engine"], tuple[object, ...]]:
        """Travel with the compiled function; another Python generates it again."""
        return _arrived, (MAGIC_NUMBER, self.network, self.position, self.constants, self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One rule that holds, about one element (its number in the list) or the case, and the stratum it ran in."""

    rule: str
    subject: int | None
    stratum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything concluded for one case; whatever else is asked is worked out from the same network.

    With ``later`` what must and may hold bounds what any answers can lead to.
    """

    engine: Engine
    facts: Facts
    lists: Lists
    must: tuple[int, ...]
    may: tuple[int, ...]
    later: bool = False

    def rails(self, node: int) -> Rails:
        """The (must, may) planes of a node that rules or conclusions stand on."""
        at = self.engine.position[node]
        return int(self.must[at]), int(self.may[at])

    def holds(self, name: str) -> Truth:
        """Whether an extra condition, compiled under a name, holds."""
        return truth(self.rails(self.engine.network.extra[name]))

    def derived(self, fact: str, value: str, lists: n.Lists = ()) -> Rails:
        """Whether a derived fact has a value: a flag "true", a member of a set, an ordered fact at least a level."""
        node = self.engine.network.index.get(n.Derived(lists, fact, value))
        return (0, 0) if node is None else self.rails(node)

    def firings(self) -> tuple[Firing, ...]:
        """Every rule whose exposure holds, in the order of its name, once per element it holds for."""
        strata = self.engine.network.strata
        found = []
        for rule in self.engine.network.rules:
            must, _ = self.rails(rule.exposure)
            found += [
                Firing(rule=rule.rule, subject=at if rule.lists else None, stratum=strata[rule.rule])
                for at in range(must.bit_length())
                if must >> at & 1
            ]
        return tuple(found)

    def evaluation(self) -> Evaluation:
        """The plain evaluation of the same network on the same facts, for every node."""
        return evaluate(self.engine.network, self.facts, self.lists, self.later)


def truth(rails: Rails, at: int = 0) -> Truth:
    """One bit of two rails as a word.

    >>> truth((1, 1)), truth((0, 0)), truth((0, 1))
    ('true', 'false', 'unknown')
    """
    return "true" if rails[0] >> at & 1 else "unknown" if rails[1] >> at & 1 else "false"


def infer(engine: Engine, facts: Facts, lists: Lists, later: bool = False) -> Trace:
    """Run the rules on the facts of one case.

    Only a test whether a fact is known can turn from true to false by an answer. With ``later`` such a test counts as
    unknown as long as the fact is, so that what must and may hold bounds what any answers can lead to.
    """
    must, may = engine.run(facts, lists, later)
    return Trace(engine=engine, facts=facts, lists=lists, must=must, may=may, later=later)


def infer_case(engine: Engine, case: Case) -> Trace:
    """Run the rules on a case as it was given."""
    return infer(engine, case.facts, case.lists)


def prepare(network: n.Network) -> Engine:
    """Generate the function that runs a network."""
    program = generate(network)
    code = compile(program.source, "<network>", "exec")
    position = {node: at for at, node in enumerate(program.outputs)}
    return _assembled(network, position, program.constants, marshal.dumps(code))


def _arrived(
    magic: bytes, network: n.Network, position: Mapping[int, int], constants: Mapping[str, Any], code: bytes
) -> Engine:
    return _assembled(network, position, constants, code) if magic == MAGIC_NUMBER else prepare(network)


def _assembled(network: n.Network, position: Mapping[int, int], constants: Mapping[str, Any], code: bytes) -> Engine:
    space: dict[str, Any] = {**constants, "NO": NO_ELEMENTS, "BITS": BITS, "at_least": at_least, "leaf": leaf_rails}
    space |= {"lifted": lifted, "paired": _paired, "stretched": _stretched, "tallied": _tallied, "one": _one}
    exec(marshal.loads(code), space)  # noqa: S102 - the function was generated from checked nodes
    return Engine(network=network, position=position, constants=constants, code=code, run=space["run"])


def _paired(node: n.Compared, _: Facts, lists: Lists) -> Rails:
    """A comparison between the elements of two lists, once for each two values that they have."""
    outer, inner = (lists.get(name, NO_ELEMENTS).items for name in node.lists)
    keys = [name.split(".")[1] for name in (node.left, node.right)]
    if node.left_at == 1:
        keys.reverse()
    columns: dict[Value | None, int] = {}
    for bit, element in zip(BITS, inner, strict=False):
        value = element.get(keys[1])
        columns[value] = columns.get(value, 0) | bit
    rows: dict[Value | None, Rails] = {}
    must = may = shift = 0
    for element in outer:
        value = element.get(keys[0])
        row = rows.get(value)
        if row is None:
            row = rows[value] = _row(node, value, columns)
        must |= row[0] << shift
        may |= row[1] << shift
        shift += len(inner)
    return must, may


def _row(node: n.Compared, outer: Value | None, columns: Mapping[Value | None, int]) -> Rails:
    must = may = 0
    for inner, bits in columns.items():
        left, right = (outer, inner) if node.left_at == 0 else (inner, outer)
        possible = True
        if left is None or right is None:
            found = False
        elif isinstance(right, SetValue):
            found, possible = left in right.members, not right.complete
        elif isinstance(left, int | float) and isinstance(right, int | float):
            found = possible = compare(left, node.op, right + node.plus)
        else:
            found = possible = left == right
        must |= bits if found else 0
        may |= bits if found or possible else 0
    return must, may


def _stretched(plane: int, times: int) -> int:
    """A plane with every bit so many times.

    >>> bin(_stretched(0b101, 2))
    '0b110011'
    """
    return int(f"{plane:b}".replace("1", "1" * times).replace("0", "0" * times), 2) if plane and times else 0


def _tallied(plane: int, inner: int, number: int) -> int:
    """For each outer element whether at least ``number`` of its ``inner`` ones are set in a plane.

    >>> bin(_tallied(0b110_100, 3, 2))
    '0b10'
    """
    found = 0
    while plane:
        at = (plane.bit_length() - 1) // inner
        block = plane >> at * inner
        plane ^= block << at * inner
        if block.bit_count() >= number:
            found |= 1 << at
    return found


def _one(network: n.Network, number: int, facts: Facts, lists: Lists, low: int, high: int) -> Rails:
    """The rails of one node, given those of its child."""
    (child,) = n.children_of(network.nodes[number])
    return Evaluation(network, facts, lists, {child: (int(low), int(high))}).rails(number)
