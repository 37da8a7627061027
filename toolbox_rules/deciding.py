"""The facts that can still matter to the verdict when any answers come: a bound that leaves out none that can.

All open questions are left free at once. From the verdict the walk goes down the network, past every node that is
settled whatever the answers are. A list that may get more elements counts as free, and nothing below it is passed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from toolbox_rules import network as n
from toolbox_rules.bounding import Ground, Variants, facts_of
from toolbox_rules.cases import NO_ELEMENTS
from toolbox_rules.findings import Desk
from toolbox_rules.model import DecisionTable
from toolbox_rules.network import RuleNodes
from toolbox_rules.reaching import facts_below
from toolbox_rules.spanning import Range
from toolbox_rules.varying import Room
from toolbox_rules.viewing import View


def live_facts(desk: Desk, ground: Ground, in_place: frozenset[str], room: Room) -> frozenset[str]:
    """The unknown facts, and lists that may get more elements, that can matter to the verdict in some combination."""
    growing = frozenset(name for name in room.vocabulary.lists if not room.lists.get(name, NO_ELEMENTS).complete)
    nothing = [0] * len(room.steps)
    answers = [int(step.kind == "answer") for step in room.steps]
    variants = Variants(ground, nothing, answers, growing)
    walk = _Walk(View(desk, variants, in_place), growing)
    for node in walk.starts():
        walk.down(node)
    return frozenset(walk.found)


@dataclass(slots=True)
class _Walk:
    view: View
    growing: frozenset[str]
    found: set[str] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)

    @property
    def desk(self) -> Desk:
        return self.view.desk

    @property
    def network(self) -> n.Network:
        return self.view.desk.engine.network

    # --- the weighing ---------------------------------------------------------------------------------------------

    def starts(self) -> Iterator[int]:
        """The nodes that can matter to the verdict: of tables, criteria and exclusions."""
        desk, spec = self.desk, self.desk.shelf.weighing.spec
        if self.view.few_known().possible & 1:
            self.found.update(desk.deciding)
        tables = self._tables()
        if len(tables) > 1:
            yield from (node for name, node in self.network.extra.items() if name.startswith("table:"))
        for rule, arguments in desk.scales.argued:
            if any(one.stance == "excludes" and one.verdicts for one in arguments):
                yield from self._rule(rule, [rule.exposure])
        possible = [self._levels(name) for name in spec.criteria]
        for at, name in enumerate(spec.criteria):
            if any(self._matters(table, possible, at) for table in tables):
                yield from self._criterion(name)

    def _tables(self) -> list[DecisionTable]:
        tables = self.desk.shelf.weighing.spec.tables
        return [table for table in tables if self.view.applies({table.id}).possible & 1]

    def _levels(self, criterion: str) -> list[int]:
        """The levels at which a criterion can come to stand."""
        levels = self.desk.shelf.weighing.spec.criteria[criterion].levels
        counts = any(level.pitfalls is not None for level in levels.values())
        if counts and any(set(rule.lists) & self.growing for rule in self.network.rules):
            return list(range(len(levels)))
        return [at for at, there in enumerate(self.view.levels(criterion)) if there.possible & 1]

    def _matters(self, table: DecisionTable, possible: list[list[int]], at: int) -> bool:
        """Whether the level of a criterion makes a difference for some levels of the others."""
        decisions = self.desk.shelf.weighing.decisions[table.id]
        others = [levels if index != at else levels[:1] for index, levels in enumerate(possible)]
        for levels in product(*others):
            verdicts = {decisions[(*levels[:at], level, *levels[at + 1 :])] for level in possible[at]}
            if len(verdicts) > 1:
                return True
        # a criterion that is settled by an answer can also turn "no verdict yet" into a verdict
        return len(possible[at]) > 1 and bool(self.view.few_known().possible & 1)

    def _criterion(self, name: str) -> Iterator[int]:
        spec = self.desk.shelf.weighing.spec
        for level, body in spec.criteria[name].levels.items():
            if body.when is not None:
                yield self.network.extra[f"criterion:{name}:{level}"]
            if body.pitfalls is None:
                continue
            certain = body.pitfalls.at_least is not None
            possibly = body.pitfalls.at_most is not None
            for pitfall in self.desk.assessor.rules:
                ways = [way for way, used in ((True, certain), (False, possibly)) if used]
                open_ = any(set(rule.lists) & self.growing for rule, _ in self.desk.assessor.rules[pitfall])
                if open_ or any(_is_open(self.view.counts(pitfall, body.pitfalls, way)) for way in ways):
                    yield from self._pitfall(pitfall)
                    yield from self._remedies(body.pitfalls.remedy is not None)

    def _pitfall(self, pitfall: str) -> Iterator[int]:
        for rule, _ in self.desk.assessor.rules[pitfall]:
            yield from self._rule(rule, n.roots_of(rule))

    def _rule(self, rule: RuleNodes, nodes: Iterable[int]) -> Iterator[int]:
        """The nodes of a rule; below those of one that may run over more elements everything counts."""
        if set(rule.lists) & self.growing:
            self.found |= facts_below(self.network, nodes) | set(rule.lists)
        else:
            yield from nodes

    def _remedies(self, wanted: bool) -> Iterator[int]:
        if wanted:
            extra = self.network.extra.items()
            yield from (node for name, node in extra if name.startswith(("unsuitable:", "held:")))
            self.found.add(self.desk.shelf.weighing.spec.phase)

    # --- the network ----------------------------------------------------------------------------------------------

    def down(self, start: int) -> None:
        """Follow what a node rests on, past what is settled."""
        waiting = [start]
        while waiting:
            number = waiting.pop()
            if number in self.seen or not self._is_live(number):
                continue
            self.seen.add(number)
            node = self.network.nodes[number]
            self.found.update(facts_of(node))
            below = [*n.children_of(node), *self.network.supports.get(number, ())]
            if isinstance(node, n.Tally | n.Sum) and node.over in self.growing:
                self.found |= facts_below(self.network, below)
            else:
                waiting += below

    def _is_live(self, number: int) -> bool:
        quads = self.view.variants.rails(number)
        return any(_is_open(Range(ml, mh)) or _is_open(Range(yl, yh)) for ml, mh, yl, yh in quads)


def _is_open(there: Range) -> bool:
    return there.sure & 1 != there.possible & 1
