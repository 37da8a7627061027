"""The same rulebook on experta: Network -> a ``KnowledgeEngine`` class, with the two rails as facts.

Every node of the network has two classes of facts, one per rail, and every inner node the experta rules that declare
them, with a salience that follows the order in which nodes rest on each other. The leaves, which only look at the case,
are declared by ``reset``. What experta 1.9.4 does wrong is kept out of the way: ``EXISTS`` is a plain join, and the
agenda is that of ``matching``; ``tests/test_experta.py`` shows each defect.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from threading import Lock
from typing import Any, Literal

from toolbox_rules import inference
from toolbox_rules import network as n
from toolbox_rules.cases import NO_ELEMENTS, SetValue
from toolbox_rules.compiling import compile_rules
from toolbox_rules.engines.importing import import_experta
from toolbox_rules.engines.matching import matcher, strategy
from toolbox_rules.evaluating import Evaluation, Facts, Lists, Rails, evaluate, leaf_rails
from toolbox_rules.generating import outputs
from toolbox_rules.rulebook import Rulebook

Rail = Literal["must", "may"]
Key = int | tuple[int, int]
At = tuple[int, ...]
RAILS: tuple[Rail, Rail] = ("must", "may")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A rulebook in experta.

    ``engine`` is a class to use or to extend with rules; ``reset(facts=..., lists=...)`` gives it a case. Every
    conclusion becomes a fact of the classes ``conclusion`` (``fact``, ``value``, ``at``, ``rail``) and ``applies``
    (``rule``, ``at``, ``rail``), where ``at`` is the number of an element or None, and ``rail`` is "must" or "may".
    Rules that are added have salience 0 if they say nothing, and then see these facts when they are final. ``given``
    (``fact``, ``value``, ``at``), ``element`` (``list``, ``at``) and ``incomplete`` (``list``) say what the case gives.
    """

    engine: Any
    given: Any
    element: Any
    incomplete: Any
    conclusion: Any
    applies: Any
    rails: Callable[[Any], Mapping[int, Rails]] = field(repr=False)


def prepare(network: n.Network) -> inference.Engine:
    """The engine of a network that runs on experta; its traces are those of ``inference.prepare``.

    One case runs at a time. Pickled, it travels as the network and arrives as a native engine.

    Raises ``ToolboxError`` (TR401) when experta is not installed.
    """
    native = inference.prepare(network)
    translation = to_experta(network)
    engine, lock = translation.engine(), Lock()

    def run(facts: Facts, lists: Lists, later: bool = False) -> tuple[tuple[int, ...], tuple[int, ...]]:
        if later:
            return native.run(facts, lists, later)
        with lock:
            engine.reset(facts=facts, lists=lists)
            engine.run()
            found = translation.rails(engine)
        rails = [found.get(node, (0, 0)) for node in native.position]
        return tuple(must for must, _ in rails), tuple(may for _, may in rails)

    return replace(native, run=run)


def to_experta(book: n.Network | Rulebook) -> Translation:
    """Write a network, or the rules of a rulebook, as a ``KnowledgeEngine`` class and its ``Fact`` classes.

    Raises ``ToolboxError`` (TR401) when experta is not installed.
    """
    network = compile_rules(book) if isinstance(book, Rulebook) else book
    return _Writer(import_experta(), network).translation()


class _Writer:
    """Writes the rules node by node, each after the nodes that it rests on."""

    def __init__(self, experta: Any, network: n.Network) -> None:
        self.experta = experta
        self.network = network
        self.given, self.element, self.incomplete, self.conclusion, self.applies = (
            type(name, (experta.Fact,), {}) for name in ("Given", "Element", "Incomplete", "Conclusion", "Applies")
        )
        self._classes: dict[tuple[Key, Rail], Any] = {}
        self._meanings: dict[Any, tuple[Key, Rail]] = {}
        self._rules: list[tuple[list[Any], Callable[..., None]]] = []
        self._leaves: list[int] = []
        self._done: set[int] = set()
        self._exposures: dict[int, list[str]] = {}
        for rule in network.rules:
            self._exposures.setdefault(rule.exposure, []).append(rule.rule)

    def translation(self) -> Translation:
        for component in self.network.components:
            self._done.update(component.nodes)
            if component.cyclic and self._turns(component):
                self._settle(component)
                continue
            for bit in component.nodes:
                for support in self.network.supports[bit]:
                    self._emit(support)
            for bit in component.nodes:
                self._any(bit, self.network.supports[bit])
        for node in outputs(self.network):
            self._emit(node)
        return Translation(
            engine=self._engine(),
            given=self.given,
            element=self.element,
            incomplete=self.incomplete,
            conclusion=self.conclusion,
            applies=self.applies,
            rails=self._rails,
        )

    def _engine(self) -> Any:
        experta = self.experta
        last = len(self._rules)
        methods = {
            f"rule_{at}": experta.Rule(*patterns, salience=last - at)(conclude)
            for at, (patterns, conclude) in enumerate(self._rules)
        }
        first_facts = self._first_facts

        def the_case(self: Any, facts: Facts, lists: Lists) -> Iterator[Any]:
            self.case = (facts, lists)
            yield from first_facts(facts, lists)

        parts = {"__matcher__": matcher(), "__strategy__": strategy()}
        members = {**methods, **parts, "the_case": experta.DefFacts()(the_case)}
        return type("Rules", (experta.KnowledgeEngine,), members)

    # --- facts ------------------------------------------------------------------------------------------------

    def _class(self, key: Key, rail: Rail) -> Any:
        """The class of the facts that say where a node holds, or a step towards it."""
        found = self._classes.get((key, rail))
        if found is None:
            name = f"{rail.title()}{key if isinstance(key, int) else f'{key[0]}Step{key[1]}'}"
            found = self._classes[key, rail] = type(name, (self.experta.Fact,), {})
            self._meanings[found] = key, rail
        return found

    def _facts(self, key: Key, rail: Rail, at: At) -> Iterator[Any]:
        """What is declared when a node holds at a place: its own fact, and those for the rules of others."""
        yield self._class(key, rail)(**{f"x{place}": number for place, number in enumerate(at)})
        if isinstance(key, tuple):
            return
        node = self.network.nodes[key]
        subject = at[0] if at else None
        if isinstance(node, n.Derived):
            yield self.conclusion(fact=node.fact, value=node.value, at=subject, rail=rail)
        for rule in self._exposures.get(key, ()):
            yield self.applies(rule=rule, at=subject, rail=rail)

    def _first_facts(self, facts: Facts, lists: Lists) -> Iterator[Any]:
        for name, value in facts.items():
            yield self.given(fact=name, value=_plain(value), at=None)
        for name in self._list_names():
            elements = lists.get(name, NO_ELEMENTS)
            for at, element in enumerate(elements.items):
                yield self.element(list=name, at=at)
                for key, value in element.items():
                    yield self.given(fact=f"{name}.{key}", value=_plain(value), at=at)
            if not elements.complete:
                yield self.incomplete(list=name)
        for number in self._leaves:
            node = self.network.nodes[number]
            for rail, plane in zip(RAILS, leaf_rails(node, facts, lists), strict=True):  # type: ignore[arg-type]
                for place in _places(plane, _sizes(node.lists, lists)):
                    yield from self._facts(number, rail, place)

    def _list_names(self) -> list[str]:
        names = {name for node in self.network.nodes for name in node.lists}
        return sorted(names | {node.over for node in self.network.nodes if isinstance(node, n.Tally | n.Sum)})

    def _rails(self, engine: Any) -> dict[int, Rails]:
        """The planes of every node that holds somewhere, after a run."""
        _, lists = engine.case
        planes: dict[tuple[Key, Rail], int] = {}
        for fact in engine.facts.values():
            meaning = self._meanings.get(type(fact))
            if meaning is not None and isinstance(meaning[0], int):
                sizes = _sizes(self.network.nodes[meaning[0]].lists, lists)
                planes[meaning] = planes.get(meaning, 0) | 1 << _bit(fact, sizes)
        return {
            key: (planes.get((key, "must"), 0), planes.get((key, "may"), 0))
            for key, _ in planes
            if isinstance(key, int)
        }

    # --- rules ------------------------------------------------------------------------------------------------

    def _emit(self, number: int) -> None:
        if number in self._done:
            return
        self._done.add(number)
        node = self.network.nodes[number]
        for child in n.children_of(node):
            self._emit(child)
        match node:
            case n.And():
                for rail in RAILS:
                    self._write(number, rail, [self._pattern(child, rail, node.lists) for child in node.children])
            case n.Or():
                self._any(number, node.children)
            case n.Not():
                for rail, other in zip(RAILS, reversed(RAILS), strict=True):
                    self._write(number, rail, self._absent(node.child, other, node.lists))
            case n.Decided():
                for rail in RAILS:
                    self._write(number, rail, [self._pattern(node.child, "must", node.lists)])
                    self._write(number, rail, self._absent(node.child, "may", node.lists))
            case n.AtLeast():
                self._at_least(number, node)
            case n.Lift():
                self._lift(number, node)
            case n.Tally():
                self._tally(number, node)
            case n.Sum():
                self._sum(number, node)
            case n.Derived():
                pass
            case _:
                self._leaves.append(number)

    def _write(self, key: Key, rail: Rail, patterns: list[Any], names: tuple[str, ...] | None = None) -> None:
        """A rule that declares a node wherever its patterns match; ``names`` are the variables of the place."""
        if names is None:
            assert isinstance(key, int)
            names = _names(len(self.network.nodes[key].lists))

        def conclude(engine: Any, **bound: int) -> None:
            engine.declare(*self._facts(key, rail, tuple(bound[name] for name in names)))

        self._rules.append((patterns, conclude))

    def _any(self, number: int, children: tuple[int, ...]) -> None:
        lists = self.network.nodes[number].lists
        for rail in RAILS:
            for child in children:
                self._write(number, rail, [self._pattern(child, rail, lists)])

    def _lift(self, number: int, node: n.Lift) -> None:
        others = [self._there(name, place) for place, name in enumerate(node.lists) if place not in node.at]
        names = tuple(f"x{place}" for place in node.at)
        for rail in RAILS:
            self._write(number, rail, [*others, self._match(node.child, rail, names)])

    def _tally(self, number: int, node: n.Tally) -> None:
        for rail in RAILS:
            self._counted(number, rail, node.child, node.number)
        open_list = self.incomplete(list=node.over)
        self._write(number, "may", [open_list, *self._everywhere(node.lists)])

    def _at_least(self, number: int, node: n.AtLeast) -> None:
        """As a tally over the children, which are numbered to that end."""
        names = _names(len(node.lists))
        for rail in RAILS:
            for number_of_child, child in enumerate(node.children):
                self._numbered((number, 0), rail, self._match(child, rail, names), names, number_of_child)
            self._counted(number, rail, (number, 0), node.number)

    def _numbered(self, key: Key, rail: Rail, pattern: Any, names: tuple[str, ...], place: int) -> None:
        def conclude(engine: Any, **bound: int) -> None:
            engine.declare(*self._facts(key, rail, (*(bound[name] for name in names), place)))

        self._rules.append(([pattern], conclude))

    def _counted(self, number: int, rail: Rail, child: Key, wanted: int) -> None:
        """Step by step: an element is the so-manieth when one before it is the so-manieth less one."""
        outer = _names(len(self.network.nodes[number].lists))
        reached = child
        for step in range(2, wanted + 1):
            later, earlier = (
                self._match(key, rail, (*outer, name)) for key, name in ((child, "last"), (reached, "before"))
            )
            test = self.experta.TEST(lambda before, last: before < last)
            self._write((number, step), rail, [later, earlier, test], (*outer, "last"))
            reached = (number, step)
        self._write(number, rail, [self._match(reached, rail, (*outer, "last"))])

    def _sum(self, number: int, node: n.Sum) -> None:
        """Experta does not add up; the sum is worked out by the plain evaluator once its elements are known."""

        def conclude(engine: Any) -> None:
            facts, lists = engine.case
            known = {node.child: self._rails(engine).get(node.child, (0, 0))}
            rails = Evaluation(self.network, facts, lists, known).rails(number)
            for rail, plane in zip(RAILS, rails, strict=True):
                for at in _places(plane, _sizes(node.lists, lists)):
                    engine.declare(*self._facts(number, rail, at))

        self._rules.append(([self.experta.InitialFact()], conclude))

    def _turns(self, component: n.Component) -> bool:
        """Whether a circle runs through negations (an even number) or a sum: what only grows may then fall first."""
        bits, known = set(component.nodes), dict.fromkeys(component.nodes, True)

        def rests(number: int) -> bool:
            if number not in known:
                inside = [rests(child) for child in n.children_of(self.network.nodes[number])]
                known[number] = any(inside)
            return known[number]

        for bit in component.nodes:
            for support in self.network.supports[bit]:
                rests(support)
        turning = (n.Not, n.Decided, n.Sum)
        return any(
            isinstance(self.network.nodes[at], turning) for at, inside in known.items() if inside and at not in bits
        )

    def _settle(self, component: n.Component) -> None:
        """Declare what a circle concludes as the plain evaluator finds it; experta cannot take back a conclusion."""

        def conclude(engine: Any) -> None:
            facts, lists = engine.case
            evaluation = evaluate(self.network, facts, lists)
            for bit in component.nodes:
                sizes = _sizes(self.network.nodes[bit].lists, lists)
                for rail, plane in zip(RAILS, evaluation.rails(bit), strict=True):
                    for at in _places(plane, sizes):
                        engine.declare(*self._facts(bit, rail, at))

        self._rules.append(([self.experta.InitialFact()], conclude))

    # --- patterns ---------------------------------------------------------------------------------------------

    def _pattern(self, child: int, rail: Rail, lists: n.Lists) -> Any:
        return self._match(child, rail, _names(len(lists)))

    def _match(self, key: Key, rail: Rail, names: tuple[str, ...]) -> Any:
        """A fact of a node, its places bound to variables."""
        bound = {f"x{place}": getattr(self.experta.MATCH, name) for place, name in enumerate(names)}
        return self._class(key, rail)(**bound)

    def _absent(self, child: int, rail: Rail, lists: n.Lists) -> list[Any]:
        return [*self._everywhere(lists), self.experta.NOT(self._pattern(child, rail, lists))]

    def _everywhere(self, lists: n.Lists) -> list[Any]:
        return [self._there(name, place) for place, name in enumerate(lists)]

    def _there(self, name: str, place: int) -> Any:
        return self.element(list=name, at=getattr(self.experta.MATCH, f"x{place}"))


def _names(depth: int) -> tuple[str, ...]:
    return tuple(f"x{place}" for place in range(depth))


def _plain(value: object) -> object:
    return value.members if isinstance(value, SetValue) else value


def _sizes(names: n.Lists, lists: Lists) -> tuple[int, ...]:
    return tuple(len(lists.get(name, NO_ELEMENTS).items) for name in names)


def _places(plane: int, sizes: tuple[int, ...]) -> Iterator[At]:
    """The places of the bits that are set, the last list running fastest."""
    return (at for bit, at in enumerate(product(*map(range, sizes))) if plane >> bit & 1)


def _bit(fact: Mapping[str, int], sizes: tuple[int, ...]) -> int:
    bit = 0
    for place, size in enumerate(sizes):
        bit = bit * size + fact[f"x{place}"]
    return bit
