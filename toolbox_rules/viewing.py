"""Variants of a case -> where each state of a pitfall, each verdict and each form stands.

What ``assessing``, ``weighing`` and ``advice`` make of one case, here as bounds for many. Tests hold the two against
each other, and whatever is reported from here is first run again by those.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from toolbox_rules import network as n
from toolbox_rules.assessing import STATES
from toolbox_rules.bounding import Variants
from toolbox_rules.cases import NO_ELEMENTS
from toolbox_rules.findings import Desk
from toolbox_rules.model import DecisionTable, PitfallTally
from toolbox_rules.network import RuleNodes
from toolbox_rules.offering import FULL
from toolbox_rules.spanning import NO, YES, Range, always, any_of, at_least


@dataclass(frozen=True, slots=True)
class View:
    """Some variants of a case, with the measures in place, as a desk sees them."""

    desk: Desk
    variants: Variants
    in_place: frozenset[str]
    _remedied: dict[bool, Mapping[str, Range]] = field(default_factory=dict)

    # --- pitfalls -------------------------------------------------------------------------------------------------

    def states(self, pitfall: str) -> dict[str, Range]:
        """Where a pitfall has each state: of several rules and subjects the strongest counts."""
        full = always(bool(self.desk.assessor.full[pitfall] & self.in_place))
        some: dict[str, Range] = dict.fromkeys(STATES, NO)
        for nodes, _ in self.desk.assessor.rules[pitfall]:
            for at in self._subjects(nodes):
                must, may, low, high = self._rails(nodes, at)
                held = full | low
                one = {"undetermined": may & ~must, "covered": must & held}
                one |= {"open": must & ~held & ~high, "exposed": must & ~held & high}
                some = {state: there | one.get(state, NO) for state, there in some.items()}
            if nodes.lists:
                some["undetermined"] = some["undetermined"] | self._unnamed(nodes)
        taken = NO
        for state in STATES[:-1]:
            some[state], taken = some[state] & ~taken, taken | some[state]
        return {**some, STATES[-1]: ~taken}

    def threatens(self, pitfall: str) -> Range:
        """Where a pitfall is open or exposed."""
        full = always(bool(self.desk.assessor.full[pitfall] & self.in_place))
        found = NO
        for nodes, _ in self.desk.assessor.rules[pitfall]:
            for at in self._subjects(nodes):
                must, _, low, _ = self._rails(nodes, at)
                found = found | (must & ~(full | low))
        return found

    def _subjects(self, nodes: RuleNodes) -> range:
        lists = self.variants.room.lists
        return range(len(lists.get(nodes.lists[0], NO_ELEMENTS).items)) if nodes.lists else range(1)

    def _unnamed(self, nodes: RuleNodes) -> Range:
        """Where an element that is not named can still be exposed."""
        room = YES if nodes.premise is None else self.variants.may(nodes.premise)
        return self.variants.held.open_ended(nodes.lists[0]) & room

    def _rails(self, nodes: RuleNodes, at: int) -> tuple[Range, Range, Range, Range]:
        """Whether the exposure must and may hold, and the control."""
        must, may = self.variants.must(nodes.exposure, at), self.variants.may(nodes.exposure, at)
        if nodes.control is None:
            return must, may, NO, NO
        return must, may, self.variants.must(nodes.control, at), self.variants.may(nodes.control, at)

    def _tallied(self, pitfall: str, risk: int, certain: bool) -> Range:
        """Where a pitfall of at least some risk is open for certain, or still can be."""
        assessor = self.desk.assessor
        row = assessor.risks.table[assessor.risks.severity[assessor.knowledge.pitfalls[pitfall].severity]]
        needed = next((level for level, reached in enumerate(row) if reached >= risk), None)
        if needed is None:
            return NO
        full = bool(assessor.full[pitfall] & self.in_place)
        partial = bool(assessor.partial[pitfall] & self.in_place)
        there = likely = NO
        for nodes, base in assessor.rules[pitfall]:
            steps = needed - (base - partial)
            for at in self._subjects(nodes):
                must, may, low, high = self._rails(nodes, at)
                held = always(full) | low
                rails = self.variants.must if certain else self.variants.may
                reached = YES if needed == 0 else at_least((rails(one, at) for one in nodes.aggravations), steps)
                if certain:
                    there = there | (must & ~held & ~high & reached)
                else:
                    there, likely = there | (may & ~held), likely | reached
            if nodes.lists and not certain:
                more = self.variants.held.open_ended(nodes.lists[0])
                there = there | (self._unnamed(nodes) & always(not full))
                likely = likely | (more & always(needed == 0 or len(nodes.aggravations) >= steps))
        return there if certain else there & likely

    # --- the weighing ---------------------------------------------------------------------------------------------

    def verdicts(self) -> dict[str, Range]:
        """Where each verdict is given."""
        spec = self.desk.shelf.weighing.spec
        levels = [self.levels(name) for name in spec.criteria]
        barred = self._barred(forms=False)
        found = dict.fromkeys(spec.verdicts, NO)
        before, agreed = NO, NO
        for table in spec.tables:
            holds = self._holds(table)
            by_table = self._by_table(table, levels, holds & ~before)
            before = before | holds
            for verdict, there in _allowed(table, by_table, barred).items():
                found[verdict] = found[verdict] | there
                agreed = agreed | (there & by_table[verdict])
        return self._with_undecided(found, levels, agreed)

    def applies(self, tables: Collection[str]) -> Range:
        """Where one of some decision tables applies: the first whose condition holds, else the last."""
        found, before = NO, NO
        for table in self.desk.shelf.weighing.spec.tables:
            holds = self._holds(table)
            found = found | (holds & ~before if table.id in tables else NO)
            before = before | holds
        return found

    def _holds(self, table: DecisionTable) -> Range:
        last = table is self.desk.shelf.weighing.spec.tables[-1]
        return YES if table.when is None or last else self.variants.must(self._extra(f"table:{table.id}"))

    def levels(self, criterion: str) -> list[Range]:
        """Where a criterion stands at each of its levels."""
        found: list[Range] = []
        taken, remaining = NO, 0
        for at, (name, level) in enumerate(self.desk.shelf.weighing.spec.criteria[criterion].levels.items()):
            if level.when is None and level.pitfalls is None:
                remaining = at
                found.append(NO)
                continue
            must = YES if level.when is None else self.variants.must(self._extra(f"criterion:{criterion}:{name}"))
            if level.pitfalls is not None:
                must = must & self._tally(level.pitfalls)
            found.append(must & ~taken)
            taken = taken | must
        found[remaining] = ~taken
        return found

    def _tally(self, tally: PitfallTally) -> Range:
        def counted(certain: bool) -> Iterator[Range]:
            return (self.counts(pitfall, tally, certain) for pitfall in self.desk.assessor.rules)

        must = YES
        if tally.at_least is not None:
            must = at_least(counted(certain=True), tally.at_least)
        if tally.at_most is not None:
            must = must & ~at_least(counted(certain=False), tally.at_most + 1)
        return must

    def counts(self, pitfall: str, tally: PitfallTally, certain: bool) -> Range:
        """Where a tally counts a pitfall, for certain or possibly."""
        there = self._tallied(pitfall, tuple(self.desk.shelf.weighing.spec.risk.classes).index(tally.risk), certain)
        if tally.remedy is None or not there.possible:
            return there
        healed = self._remedies(certain is tally.remedy).get(pitfall, NO)
        return there & (healed if tally.remedy else ~healed)

    def _by_table(self, table: DecisionTable, levels: list[list[Range]], here: Range) -> dict[str, Range]:
        """Where each verdict follows from the rows of a table."""
        decisions = self.desk.shelf.weighing.decisions[table.id]
        found = dict.fromkeys(table.verdicts, NO)

        def walk(chosen: tuple[int, ...], there: Range) -> None:
            if not there.possible:
                return
            if len(chosen) == len(levels):
                found[decisions[chosen]] = found[decisions[chosen]] | there
                return
            for at, level in enumerate(levels[len(chosen)]):
                walk((*chosen, at), there & level)

        walk((), here)
        return {verdict: Range(self._surely(here, found, verdict), there.possible) for verdict, there in found.items()}

    @staticmethod
    def _surely(here: Range, found: Mapping[str, Range], verdict: str) -> int:
        """Where the table applies for certain and no other verdict can follow."""
        others = any_of(there for other, there in found.items() if other != verdict)
        return here.sure & ~others.possible

    def _barred(self, forms: bool) -> dict[str, Range]:
        """Where each verdict, or each form, is ruled out."""
        found: dict[str, Range] = {}
        for nodes, arguments in self.desk.scales.argued:
            for one in arguments:
                for name in (one.forms if forms else one.verdicts) if one.stance == "excludes" else ():
                    found[name] = found.get(name, NO) | self.fires(nodes)
        return found

    def fires(self, nodes: RuleNodes) -> Range:
        """Where the exposure of a rule holds, for some element where it runs over a list."""
        return any_of(self.variants.must(nodes.exposure, at) for at in self._subjects(nodes))

    def _with_undecided(self, found: dict[str, Range], levels: list[list[Range]], agreed: Range) -> dict[str, Range]:
        """No verdict where few deciding facts are known, no criterion is settled and nothing is ruled out."""
        spec = self.desk.shelf.weighing.spec
        few = self.few_known()
        if spec.undecided is None or not few.possible:
            return found
        settled = NO
        for name, one in zip(spec.criteria, levels, strict=True):
            for level, there in zip(spec.criteria[name].levels.values(), one, strict=True):
                if level.when is not None or level.pitfalls is not None:
                    settled = settled | there
        nothing = few & ~settled & agreed
        found = {verdict: there & ~nothing for verdict, there in found.items()}
        return {**found, spec.undecided.verdict: found[spec.undecided.verdict] | nothing}

    def few_known(self) -> Range:
        """Where too few of the deciding facts are known for a verdict."""
        spec = self.desk.shelf.weighing.spec.undecided
        if spec is None or not self.desk.deciding:
            return NO
        needed = -(-len(self.desk.deciding) * spec.below_percent // 100)
        return ~at_least(map(self._known, self.desk.deciding), needed)

    def _known(self, name: str) -> Range:
        lists = self.variants.room.lists
        vocabulary = self.desk.shelf.rulebook.vocabulary
        if name in vocabulary.lists:
            return ~self.variants.held.open_ended(name)
        fact = vocabulary.facts[name]
        if fact.list is None:
            return self.variants.held.known((name, None))
        elements = lists.get(fact.list, NO_ELEMENTS)
        found = ~self.variants.held.open_ended(fact.list)
        for at, item in enumerate(elements.items):
            found = found & (YES if fact.key in item else self.variants.held.known((name, at)))
        return found

    # --- measures within reach, forms, contradictions -------------------------------------------------------------

    def _remedies(self, certain: bool) -> Mapping[str, Range]:
        """Where something is within reach for each pitfall, certainly or possibly."""
        found = self._remedied.get(certain)
        if found is None:
            available = self._available(certain)
            helps: dict[str, list[Range]] = {}
            for name, there in available.items():
                for pitfall, weight in self.desk.options[name].weights:
                    helps.setdefault(pitfall, []).extend([there] * weight)
            found = {pitfall: at_least(ranges, FULL) for pitfall, ranges in helps.items()}
            self._remedied[certain] = found
        return found

    def _available(self, certain: bool) -> dict[str, Range]:
        """Where each measure is within reach: not too late, not unsuitable, with what it needs."""
        options = self.desk.options
        available, held = {}, dict.fromkeys(self.in_place, YES)
        for name, option in options.items():
            if name in self.in_place:
                continue
            there = ~self._too_late(option.last_phase, certain) & always(not option.conflicts & self.in_place)
            if option.conditional:
                node = self._extra(f"unsuitable:{name}")
                there = there & ~(self.variants.may(node) if certain else self.variants.must(node))
            available[name] = there
            if option.settles:
                node = self._extra(f"held:{name}")
                held[name] = self.variants.must(node) if certain else self.variants.may(node)
        changed = True
        while changed:
            changed = False
            for name, there in available.items():
                kept = there
                for need in options[name].needs:
                    kept = kept & (available.get(need, NO) | held.get(need, NO))
                changed |= kept != there
                available[name] = kept
        return available

    def _too_late(self, last: int, certain: bool) -> Range:
        """Where the phase is past the last in which a measure fits; an unknown one is the first, or for certain the
        last."""
        phase = self.desk.shelf.weighing.spec.phase
        order = self.desk.shelf.rulebook.vocabulary.facts[phase].order
        late = frozenset(order[last + 1 :])
        unknown = certain and bool(late)
        return self.variants.held.among(phase, lambda value: unknown if value is None else value in late)

    def forms(self) -> dict[str | None, Range]:
        """Where each form is recommended; None is none yet."""
        spec = self.desk.shelf.weighing.spec.form
        if spec is None:
            return {None: YES}
        order = self.desk.shelf.rulebook.vocabulary.facts[spec.needed].order
        nodes = [self.desk.engine.network.index.get(n.Derived((), spec.needed, form)) for form in order]
        must = [YES, *(NO if node is None else self.variants.must(node) for node in nodes[1:])]
        may = [NO, *(NO if node is None else self.variants.may(node) for node in nodes[1:])]
        barred = self._barred(forms=True)
        found: dict[str | None, Range] = dict.fromkeys(order, NO)
        higher = NO
        unclear = ~any_of(must[1:]) & any_of(may[1:])
        for level in reversed(range(len(order))):
            left, higher = must[level] & ~higher & ~unclear, higher | must[level]
            for form in reversed(order[: level + 1]):
                out = barred.get(form, NO)
                found[form], left = found[form] | (left & ~out), left & out
            found[order[level]] = found[order[level]] | left
        return {**found, None: unclear}

    def contradicts(self) -> Range:
        """Where facts contradict each other."""
        shelf = self.desk.shelf
        return any_of(self.variants.must(self._extra(f"never:{at}")) for at in range(len(shelf.constraints)))

    def _extra(self, name: str) -> int:
        return self.desk.engine.network.extra[name]


def _allowed(table: DecisionTable, by_table: Mapping[str, Range], barred: Mapping[str, Range]) -> dict[str, Range]:
    """Where each verdict is the best, no better than by the table, that nothing rules out; the worst if all are."""
    found = dict.fromkeys(table.verdicts, NO)
    passed = NO
    for verdict in reversed(table.verdicts):
        out = barred.get(verdict, NO)
        here = by_table[verdict] | passed
        found[verdict], passed = here & ~out, here & out
    worst = table.verdicts[0]
    found[worst] = found[worst] | passed
    return found


def criterion_nodes(desk: Desk) -> Iterable[int]:
    """The nodes that the verdict rests on directly."""
    kinds = ("criterion:", "table:", "unsuitable:", "held:")
    yield from (node for name, node in desk.engine.network.extra.items() if name.startswith(kinds))
    yield from (nodes.exposure for nodes, _ in desk.scales.argued)
