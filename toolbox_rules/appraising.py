"""The wires of a network -> wires for states, risks and criteria: ``assessing`` and ``weighing`` on a circuit.

What is worked out is what a plain what-if needs: where things stand, not what they can still become.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from toolbox_rules import network as n
from toolbox_rules.assessing import Assessor
from toolbox_rules.circuits import FALSE, TRUE, Wire
from toolbox_rules.model import PitfallTally
from toolbox_rules.offering import FULL, Option
from toolbox_rules.unrolling import Unrolled
from toolbox_rules.vocabulary import Vocabulary
from toolbox_rules.weighing import ArgumentResult, Scales


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an advice rests on beside the case, worked out once; ``constraints`` are the names of what never holds."""

    network: n.Network
    vocabulary: Vocabulary
    assessor: Assessor
    scales: Scales
    options: Mapping[str, Option]
    constraints: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What one rule says of one subject: the rails of its exposure, of its control and of what makes it more likely
    than its ``base``; ``whole`` says that no measure in place makes it less likely."""

    must: Wire
    may: Wire
    held: Wire
    holdable: Wire
    base: int
    whole: Wire
    low: Sequence[Wire]
    high: Sequence[Wire]


class Appraisal:
    """States, criteria and exclusions of one unrolled case, each worked out when asked for.

    ``in_place`` has a wire for every mitigation that may be in place; ``waived`` pitfalls count as no threat as long as
    they are undetermined.
    """

    def __init__(
        self, basis: Basis, unrolled: Unrolled, in_place: Mapping[str, Wire], waived: frozenset[str] = frozenset()
    ) -> None:
        """Start with nothing worked out."""
        self.basis = basis
        self.unrolled = unrolled
        self.circuit = unrolled.circuit
        self._in_place = in_place
        self._waived = waived
        self._found: dict[tuple[str, str, int], list[_Subject]] = {}

    def holds(self, name: str) -> tuple[Wire, Wire]:
        """The (must, may) wires of an extra condition of the network."""
        (must,), (may,) = self.unrolled.wires(self.basis.network.extra[name])
        return must, may

    def contradiction(self) -> Wire:
        """Whether facts contradict each other."""
        return self.circuit.any_of([self.holds(name)[0] for name in self.basis.constraints])

    # --- pitfalls -----------------------------------------------------------------------------------------------------

    def states(self, pitfall: str) -> tuple[Wire, ...]:
        """For each state but the last whether some rule gives it; the strongest counts."""
        all_of, no = self.circuit.all_of, self.circuit.no
        free = no(self._in_place_any(self.basis.assessor.full[pitfall]))
        subjects = [one for one in self._subjects(pitfall) if one.may]
        parts = (
            [all_of((one.must, free, no(one.holdable))) for one in subjects],
            [all_of((one.must, free, one.holdable, no(one.held))) for one in subjects],
            [all_of((one.may, no(one.must))) for one in subjects],
            [all_of((one.must, no(all_of((free, no(one.held)))))) for one in subjects],
        )
        return tuple(map(self.circuit.any_of, parts))

    def risk_possible(self, pitfall: str) -> tuple[Wire, ...]:
        """For each risk class above the lowest whether the pitfall can reach it."""
        return tuple(self._risky(pitfall, risk, False) for risk in range(1, len(self.basis.assessor.risks.classes)))

    def _risky(self, pitfall: str, risk: int, certain: bool) -> Wire:
        """Whether the risk reaches a class: that it can be, or that the pitfall is open and it is for certain."""
        circuit, risks = self.circuit, self.basis.assessor.risks
        row = risks.table[risks.severity[self.basis.assessor.knowledge.pitfalls[pitfall].severity]]
        first = next((level for level, reached in enumerate(row) if reached >= risk), len(row))  # it never goes down
        if first == len(row):
            return FALSE
        if not certain:
            subjects = self._subjects(pitfall)
            if first == 0 or any(one.base >= first and one.whole == TRUE for one in subjects):
                return TRUE
            return circuit.any_of([self._likely(one, one.high, first) for one in subjects])
        free = circuit.no(self._in_place_any(self.basis.assessor.full[pitfall]))
        opens = [
            circuit.all_of(
                (one.must, free, circuit.no(one.holdable), self._likely(one, one.low, first) if first else TRUE)
            )
            for one in self._subjects(pitfall, certain=True)
            if one.must
        ]
        return circuit.any_of(opens)

    def _threat(self, pitfall: str, risk: int) -> Wire:
        """Whether the pitfall can be open, at a risk that can reach a class."""
        circuit = self.circuit
        free = circuit.no(self._in_place_any(self.basis.assessor.full[pitfall]))
        may = circuit.any_of([circuit.all_of((one.may, free, circuit.no(one.held))) for one in self._subjects(pitfall)])
        if pitfall in self._waived:
            open_, exposed, undetermined, _ = self.states(pitfall)
            waived = circuit.all_of((undetermined, circuit.no(circuit.any_of((open_, exposed)))))
            may = circuit.all_of((may, circuit.no(waived)))
        return circuit.all_of((may, self._risky(pitfall, risk, False) if risk else TRUE))

    def _in_place_any(self, measures: Iterable[str]) -> Wire:
        return self.circuit.any_of([self._in_place[one] for one in measures if one in self._in_place])

    def _subjects(self, pitfall: str, certain: bool = False) -> list[_Subject]:
        """The subjects of the rules for a pitfall; ``certain`` leaves out rules that are exposed for none of them."""
        return [
            one
            for nodes, base in self.basis.assessor.rules[pitfall]
            if not certain or any(self.unrolled.wires(nodes.exposure)[0])
            for one in self._kept(pitfall, nodes, base)
        ]

    def _kept(self, pitfall: str, nodes: n.RuleNodes, base: int) -> list[_Subject]:
        key = (pitfall, nodes.rule, base)
        found = self._found.get(key)
        if found is None:
            whole = self.circuit.no(self._in_place_any(self.basis.assessor.partial[pitfall]))
            found = self._found[key] = self._of_rule(nodes, base, whole)
        return found

    def _of_rule(self, nodes: n.RuleNodes, base: int, whole: Wire) -> list[_Subject]:
        exposures = self.unrolled.wires(nodes.exposure)
        none = (FALSE,) * len(exposures[0])
        controls = (none, none) if nodes.control is None else self.unrolled.wires(nodes.control)
        worse = [self.unrolled.wires(node) for node in nodes.aggravations]
        rails = [
            (*four, [one[at] for one, _ in worse], [one[at] for _, one in worse])
            for at, four in enumerate(zip(*exposures, *controls, strict=True))
        ]
        elements = self.unrolled.lists.get(nodes.lists[0]) if nodes.lists else None
        if nodes.lists and (elements is None or not elements.complete):  # an element that is not named
            possible = TRUE if nodes.premise is None else self.unrolled.wires(nodes.premise)[1][0]
            rails.append((FALSE, possible, FALSE, FALSE, [FALSE] * len(worse), [TRUE] * len(worse)))
        return [
            _Subject(must=must, may=may, held=held, holdable=holdable, base=base, whole=whole, low=low, high=high)
            for must, may, held, holdable, low, high in rails
        ]

    def _likely(self, one: _Subject, worse: Sequence[Wire], level: int) -> Wire:
        """Whether a level of likelihood is reached: one step up for each aggravation, one down when partly covered."""
        circuit = self.circuit
        reached = circuit.at_least(worse, level - one.base)
        if reached == FALSE or one.whole == TRUE:
            return reached
        after = circuit.at_least(worse, level - one.base + 1)
        return circuit.all_of((reached, circuit.any_of((after, one.whole))))

    # --- the weighing -------------------------------------------------------------------------------------------------

    def criterion(self, name: str) -> tuple[Wire, ...]:
        """For each level of a criterion whether it stands there."""
        levels = self.basis.scales.weighing.spec.criteria[name].levels
        circuit = self.circuit
        taken, found, remains = FALSE, [], 0
        for at, (level, spec) in enumerate(levels.items()):
            if spec.when is None and spec.pitfalls is None:
                remains = at
                found.append(FALSE)
                continue
            must = TRUE if spec.when is None else self.holds(f"criterion:{name}:{level}")[0]
            if spec.pitfalls is not None and must != FALSE:
                must = circuit.all_of((must, self._tally(spec.pitfalls)))
            found.append(circuit.all_of((must, circuit.no(taken))))
            taken = circuit.any_of((taken, must))
        found[remains] = circuit.no(taken)
        return tuple(found)

    def _tally(self, tally: PitfallTally) -> Wire:
        """Whether a count of pitfalls holds for certain."""
        risk = tuple(self.basis.scales.weighing.spec.risk.classes).index(tally.risk)

        def counted(certain: bool) -> list[Wire]:
            found = []
            for name in self.basis.assessor.rules:
                wire = self._risky(name, risk, True) if certain else self._threat(name, risk)
                if tally.remedy is not None and wire != FALSE:
                    healed = self._remedied(name, certain is tally.remedy)
                    wire = self.circuit.all_of((wire, healed if tally.remedy else self.circuit.no(healed)))
                found.append(wire)
            return found

        low = TRUE if tally.at_least is None else self.circuit.at_least(counted(True), tally.at_least)
        high = TRUE
        if tally.at_most is not None:
            high = self.circuit.no(self.circuit.at_least(counted(False), tally.at_most + 1))
        return self.circuit.all_of((low, high))

    def tables(self) -> list[Wire]:
        """For each decision table whether it is the one that applies."""
        found: list[Wire] = []
        for table in self.basis.scales.weighing.spec.tables:
            holds = TRUE if table.when is None else self.holds(f"table:{table.id}")[0]
            found.append(self.circuit.all_of((holds, self.circuit.no(self.circuit.any_of(found)))))
        return found

    def exclusions(self) -> list[tuple[ArgumentResult, Wire]]:
        """The arguments that can rule out a verdict or a form, with whether they stand."""
        found = []
        for nodes, arguments in self.basis.scales.argued:
            barring = [one for one in arguments if one.stance == "excludes"]
            if barring:
                stands = self.circuit.any_of(self.unrolled.wires(nodes.exposure)[0])
                found += [(one, stands) for one in barring]
        return found

    def forms(self) -> list[tuple[Wire, Wire]]:
        """For each form but the lightest whether it must, and may, be needed; none when there are no forms."""
        spec = self.basis.scales.weighing.spec.form
        found: list[tuple[Wire, Wire]] = []
        for level in self.basis.vocabulary.facts[spec.needed].order[1:] if spec else ():
            node = self.basis.network.index.get(n.Derived((), spec.needed if spec else "", level))
            if node is None:
                found.append((FALSE, FALSE))
            else:
                (must,), (may,) = self.unrolled.wires(node)
                found.append((must, may))
        return found

    # --- measures within reach ----------------------------------------------------------------------------------------

    def _remedied(self, pitfall: str, certain: bool) -> Wire:
        """Whether measures within reach can together cover a pitfall."""
        available = self._certain if certain else self._possible
        helps = [available[name] for name in self._helping.get(pitfall, ())]
        return self.circuit.at_least(helps, FULL)

    @cached_property
    def _helping(self) -> dict[str, list[str]]:
        """The mitigations of each pitfall, as often as each counts."""
        found: dict[str, list[str]] = {}
        for name, option in self.basis.options.items():
            for pitfall, weight in option.weights:
                found.setdefault(pitfall, []).extend([name] * weight)
        return found

    @cached_property
    def _certain(self) -> dict[str, Wire]:
        return self._within_reach(certain=True)

    @cached_property
    def _possible(self) -> dict[str, Wire]:
        return self._within_reach(certain=False)

    def _within_reach(self, certain: bool) -> dict[str, Wire]:
        """Whether each mitigation is within reach, as ``planning.reach`` finds it: for certain, or at best."""
        circuit = self.circuit
        late = self._late(certain)
        available, had = {}, {}
        for name, option in self.basis.options.items():
            here = self._in_place.get(name, FALSE)
            barring = [here, late[option.last_phase]]
            barring += [self._in_place.get(one, FALSE) for one in option.conflicts]
            if option.conditional:
                barring.append(self.holds(f"unsuitable:{name}")[certain])
            available[name] = circuit.no(circuit.any_of(barring))
            held = self.holds(f"held:{name}")[not certain] if option.settles else FALSE
            had[name] = circuit.any_of((here, held))
        needing = [name for name, option in self.basis.options.items() if option.needs]
        for _ in needing:
            kept = {name: self._with_needs(name, available, had) for name in needing}
            if all(available[name] == wire for name, wire in kept.items()):
                break
            available |= kept
        return available

    def _with_needs(self, name: str, available: Mapping[str, Wire], had: Mapping[str, Wire]) -> Wire:
        needs: Iterable[str] = self.basis.options[name].needs
        either = [self.circuit.any_of((available[need], had[need])) for need in needs]
        return self.circuit.all_of((available[name], *either))

    def _late(self, certain: bool) -> list[Wire]:
        """For each phase whether the present one is later; an unknown phase is the first, or for certain the last."""
        phase = self.basis.scales.weighing.spec.phase
        order = self.basis.vocabulary.facts[phase].order
        unknown = len(order) - 1 if certain else 0
        now = [
            (order.index(value) if isinstance(value, str) else unknown, wire)
            for value, wire in self.unrolled.values(phase, None).items()
        ]
        return [self.circuit.any_of([wire for at, wire in now if at > last]) for last in range(len(order))]
