"""The wires of a network -> wires for states, risks, criteria and exclusions: ``assessing`` and ``weighing`` on a circuit.

What is worked out is what a plain what-if needs: where things stand, not what they can still become.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from toolbox_rules import network as n
from toolbox_rules.assessing import Assessor
from toolbox_rules.circuits import FALSE, TRUE, Circuit, Wire
from toolbox_rules.model import PitfallTally
from toolbox_rules.planning import FULL, Option
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
class PitfallWires:
    """One pitfall: a wire for each state but the last, and for each risk class but the lowest whether it is reached.

    ``risk`` is what is certain and ``risk_possible`` what still can be; ``must`` and ``may`` are as in ``Assessment``.
    """

    states: tuple[Wire, ...]
    risk: tuple[Wire, ...]
    risk_possible: tuple[Wire, ...]
    must: Wire
    may: Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What one rule says of one subject: a wire per state, and per level above the lowest how likely it makes it."""

    states: tuple[Wire, Wire, Wire, Wire]
    may: Wire
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
        self._pitfalls: dict[str, PitfallWires] = {}

    def holds(self, name: str) -> tuple[Wire, Wire]:
        """The (must, may) wires of an extra condition of the network."""
        (must,), (may,) = self.unrolled.wires(self.basis.network.extra[name])
        return must, may

    def contradiction(self) -> Wire:
        """Whether facts contradict each other."""
        return self.circuit.any_of([self.holds(name)[0] for name in self.basis.constraints])

    # --- pitfalls -----------------------------------------------------------------------------------------------------

    def pitfall(self, name: str) -> PitfallWires:
        """Where one pitfall stands."""
        found = self._pitfalls.get(name)
        if found is None:
            found = self._pitfalls[name] = self._assessed(name)
        return found

    def _assessed(self, pitfall: str) -> PitfallWires:
        circuit, assessor = self.circuit, self.basis.assessor
        full = circuit.any_of([self._in_place.get(one, FALSE) for one in assessor.full[pitfall]])
        partial = circuit.any_of([self._in_place.get(one, FALSE) for one in assessor.partial[pitfall]])
        subjects = [
            subject for nodes, base in assessor.rules[pitfall] for subject in self._subjects(nodes, base, full, partial)
        ]
        found = [circuit.any_of([one.states[state] for one in subjects]) for state in range(4)]
        strongest = [
            circuit.all_of((wire, circuit.no(circuit.any_of(found[:at])))) if wire else FALSE
            for at, wire in enumerate(found)
        ]
        low: list[Wire] = []
        high: list[Wire] = []
        for level in range(len(assessor.risks.likelihood) - 1):
            decisive = [
                circuit.all_of((state, top, one.low[level]))
                for one in subjects
                if one.low[level]
                for state, top in zip(one.states, strongest, strict=True)
                if state and top
            ]
            low.append(circuit.any_of(decisive))
            high.append(circuit.any_of([low[-1], *(one.high[level] for one in subjects)]))
        may = circuit.any_of([one.may for one in subjects])
        if pitfall in self._waived:
            may = circuit.all_of((may, circuit.no(strongest[2])))
        row = assessor.risks.table[assessor.risks.severity[assessor.knowledge.pitfalls[pitfall].severity]]
        return PitfallWires(
            states=tuple(strongest),
            risk=self._risk(row, low),
            risk_possible=self._risk(row, high),
            must=found[0],
            may=may,
        )

    def _subjects(self, nodes: n.RuleNodes, base: int, full: Wire, partial: Wire) -> list[_Subject]:
        circuit = self.circuit
        exposure = self.unrolled.wires(nodes.exposure)
        control = ((FALSE,), (FALSE,)) if nodes.control is None else self.unrolled.wires(nodes.control)
        worse = [self.unrolled.wires(node) for node in nodes.aggravations]
        plain = self._likelihood([], base, partial) if not worse else None
        found = []
        for at, (must, may) in enumerate(zip(*exposure, strict=True)):
            low = plain or self._likelihood([one[at] for one, _ in worse], base, partial)
            high = plain or self._likelihood([one[at] for _, one in worse], base, partial)
            if may == FALSE:
                found.append(_Subject(states=(FALSE, FALSE, FALSE, FALSE), may=FALSE, low=low, high=high))
                continue
            low_control, high_control = (FALSE, FALSE) if nodes.control is None else (control[0][at], control[1][at])
            held = circuit.any_of((full, low_control))
            threatens = circuit.all_of((must, circuit.no(held)))
            exposed = circuit.all_of((threatens, high_control))
            open_ = circuit.all_of((threatens, circuit.no(high_control)))
            doubtful = circuit.all_of((may, circuit.no(must)))
            found.append(
                _Subject(
                    states=(open_, exposed, doubtful, circuit.all_of((must, held))),
                    may=circuit.any_of((threatens, circuit.all_of((doubtful, circuit.no(held))))),
                    low=low,
                    high=high,
                )
            )
        elements = self.unrolled.lists.get(nodes.lists[0]) if nodes.lists else None
        if nodes.lists and (elements is None or not elements.complete):  # an element that is not named
            found.append(
                _Subject(
                    states=(FALSE, FALSE, TRUE, FALSE),
                    may=circuit.no(full),
                    low=self._likelihood([FALSE] * len(worse), base, partial),
                    high=self._likelihood([TRUE] * len(worse), base, partial),
                )
            )
        return found

    def _likelihood(self, worse: Sequence[Wire], base: int, partial: Wire) -> list[Wire]:
        """For each level above the lowest whether it is reached: one step up for each aggravation, one down when partly
        covered."""
        circuit = self.circuit
        found = []
        for level in range(1, len(self.basis.assessor.risks.likelihood)):
            reached = circuit.at_least(worse, level - base)
            if partial and reached:
                after = circuit.at_least(worse, level - base + 1)
                reached = circuit.all_of((reached, circuit.any_of((after, circuit.no(partial)))))
            found.append(reached)
        return found

    def _risk(self, row: Sequence[int], likelihood: Sequence[Wire]) -> tuple[Wire, ...]:
        """Whether each risk class above the lowest is reached, in a row of the table that never goes down."""
        found = []
        for risk in range(1, len(self.basis.assessor.risks.classes)):
            first = next((level for level, reached in enumerate(row) if reached >= risk), len(row))
            found.append(TRUE if first == 0 else FALSE if first == len(row) else likelihood[first - 1])
        return tuple(found)

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
                one = self.pitfall(name)
                reached = (one.risk if certain else one.risk_possible)[risk - 1] if risk else TRUE
                wire = self.circuit.all_of((one.must if certain else one.may, reached))
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
        helps: list[Wire] = []
        for name, option in self.basis.options.items():
            for helped, weight in option.weights:
                if helped == pitfall:
                    helps += [available[name]] * weight
        return self.circuit.at_least(helps, FULL)

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
        """For each phase whether the present one is after it; an unknown phase is the first, or for certain the last."""
        phase = self.basis.scales.weighing.spec.phase
        order = self.basis.vocabulary.facts[phase].order
        unknown = len(order) - 1 if certain else 0
        now = [
            (order.index(value) if isinstance(value, str) else unknown, wire)
            for value, wire in self.unrolled.values(phase, None).items()
        ]
        return [self.circuit.any_of([wire for at, wire in now if at > last]) for last in range(len(order))]
