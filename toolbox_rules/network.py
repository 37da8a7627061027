"""The compiled network: every distinct condition of a rulebook is one node, shared by all rules that use it.

A node has two *rails*. ``must`` says the condition holds whatever the unknown facts turn out to be, ``may`` says it can
still hold; true is both, false is neither, unknown is ``may`` alone. Strong Kleene logic is then two ordinary
two-valued evaluations in which only ``Not`` swaps the rails.

``lists`` is the scope of a node: ``()`` for a condition on the case, ``("partners",)`` for one value per partner,
``("partners", "partners")`` for one per pair. A rail is a plane: an integer with one bit per element, the last list
running fastest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Lists = tuple[str, ...]
Scalar = str | bool | int | float
Comparison = Literal["ge", "gt", "eq"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A condition that is settled."""

    lists: Lists
    value: bool


@dataclass(frozen=True, slots=True)
class Has:
    """A choice, ordered choice, boolean or text that is one of ``values``."""

    lists: Lists
    fact: str
    values: frozenset[Scalar]


@dataclass(frozen=True, slots=True)
class NumberIs:
    """A number at least (``ge``), above (``gt``) or equal (``eq``) to ``bound``."""

    lists: Lists
    fact: str
    op: Comparison
    bound: int | float


@dataclass(frozen=True, slots=True)
class Member:
    """A set, or list of names, that has ``member``."""

    lists: Lists
    fact: str
    member: str


@dataclass(frozen=True, slots=True)
class SizeIs:
    """A set with at least ``bound`` members, counting only ``members`` where given."""

    lists: Lists
    fact: str
    members: tuple[str, ...] | None
    bound: int


@dataclass(frozen=True, slots=True)
class Given:
    """A fact that is known."""

    lists: Lists
    fact: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A number, text or name against another: ``left op right + plus``; ``at`` is a place in ``lists``, None the case.

    With ``op`` ``eq`` a text compared with names asks whether the text is among them.
    """

    lists: Lists
    left: str
    left_at: int | None
    op: Comparison
    right: str
    right_at: int | None
    plus: int | float


@dataclass(frozen=True, slots=True)
class Same:
    """The two elements of a pair are one and the same."""

    lists: Lists


@dataclass(frozen=True, slots=True)
class Derived:
    """A conclusion of rules: a flag (``value`` is "true"), a member of a set, or an ordered fact at least ``value``."""

    lists: Lists
    fact: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    lists: Lists
    child: int


@dataclass(frozen=True, slots=True)
class And:
    """All children hold."""

    lists: Lists
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some child holds."""

    lists: Lists
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``number`` children hold."""

    lists: Lists
    number: int
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """The child is not unknown."""

    lists: Lists
    child: int


@dataclass(frozen=True, slots=True)
class Lift:
    """The child repeated over more lists; ``at`` are the positions of its own lists in the wider scope."""

    lists: Lists
    child: int
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """At least ``number`` elements of ``over``, the last list of the child's scope, for which the child holds."""

    lists: Lists
    child: int
    over: str
    number: int


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of ``fact`` (or the count, where None) over the elements for which the child holds, against a bound.

    The bound is ``bound``, plus the number ``other`` of the case where one is named. What one element can add when
    nothing is known of it lies from ``least`` to ``most``.
    """

    lists: Lists
    child: int
    over: str
    fact: str | None
    op: Comparison
    bound: int | float
    other: str | None
    least: int | float
    most: int | float


Leaf = Constant | Has | NumberIs | Member | SizeIs | Given | Compared | Same
Node = Leaf | Derived | Not | And | Or | AtLeast | Decided | Lift | Tally | Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNodes:
    """Where one rule stands in the network; ``lists`` is () or the list that the rule runs over.

    ``premise`` is what the exposure asks of the case itself, whichever element it is about; None when that is nothing.
    Where it cannot hold, no element that is still to be named can be exposed.
    """

    rule: str
    lists: Lists
    exposure: int
    premise: int | None
    control: int | None
    aggravations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Derived nodes that are settled together; ``cyclic`` when they support each other."""

    nodes: tuple[int, ...]
    cyclic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A compiled rulebook.

    ``supports`` gives for each derived node the nodes of which any is enough; ``components`` lists the derived nodes
    in an order in which each rests only on earlier ones; ``strata`` numbers the rules (0 rests on no negated
    conclusion of a rule); ``extra`` are further conditions asked for by name.
    """

    nodes: tuple[Node, ...]
    index: Mapping[Node, int]
    supports: Mapping[int, tuple[int, ...]]
    components: tuple[Component, ...]
    rules: tuple[RuleNodes, ...]
    strata: Mapping[str, int]
    extra: Mapping[str, int]


def children_of(node: Node) -> tuple[int, ...]:
    """The nodes that a node is made of."""
    match node:
        case And() | Or() | AtLeast():
            return node.children
        case Not() | Decided() | Lift() | Tally() | Sum():
            return (node.child,)
        case _:
            return ()


def facts_of(node: Node) -> frozenset[str]:
    """The facts that a node itself looks at, not those of its children."""
    match node:
        case Has() | NumberIs() | Member() | SizeIs() | Given() | Derived():
            return frozenset({node.fact})
        case Compared():
            return frozenset({node.left, node.right})
        case Sum():
            return frozenset(name for name in (node.fact, node.other) if name is not None)
        case _:
            return frozenset()


def facts_below(network: Network, roots: Iterable[int]) -> frozenset[str]:
    """The facts that some conditions look at, given ones and derived ones, without what the derived ones rest on."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            found |= facts_of(network.nodes[at])
            waiting += children_of(network.nodes[at])
    return frozenset(found)


def roots_of(rule: RuleNodes) -> tuple[int, ...]:
    """The nodes of the conditions of a rule: exposure, its premise, control and aggravations."""
    return tuple(node for node in (rule.exposure, rule.premise, rule.control, *rule.aggravations) if node is not None)
