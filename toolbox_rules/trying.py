"""Many variants of one case at once: what would be advised if some facts were different, or some measures in place.

A case with what may change about it becomes a circuit (``prepare_trial``), which is then run on any number of variants
at a time (``try_out``), one bit for each. Two ways to use it: many variants in one run (every answer to every question,
every pair of changes), or many runs that each depend on the one before (a search). Everything is as the plain advice on
the changed facts finds it; what can still become of it is not worked out, nor whether enough is known for a verdict.

    changes = [Change(values={("a.fact", None): True}), measure_change(basis, "a-measure", lists)]
    trial = prepare_trial(basis, facts, lists, changes)
    one, other, both = try_out(trial, [(0,), (1,), (0, 1)])
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from toolbox_rules.appraising import Appraisal, Basis
from toolbox_rules.assessing import STATES, State
from toolbox_rules.cases import SetValue, Value
from toolbox_rules.circuits import FALSE, TRUE, Circuit, Program, Wire, run
from toolbox_rules.evaluating import Facts, Lists
from toolbox_rules.unrolling import Place, Unrolled, Values
from toolbox_rules.vocabulary import Fact
from toolbox_rules.weighing import ArgumentResult, allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that may be different about a case.

    ``values`` are the new values of facts of the case (element None) or of one element; None makes a fact unknown.
    With a ``measure`` that measure is in place, with all that it sets.
    """

    values: Mapping[Place, Value | None]
    measure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one variant leads to.

    ``criteria`` are the levels by criterion; ``excluding`` the arguments that rule out verdicts or forms. ``changed``
    has the state and the possible risk (its number in the scale) of the pitfalls of which either is another than
    without any change. ``contradicts`` says that the facts of the variant contradict each other.
    """

    table: str
    criteria: Mapping[str, str]
    verdict: str
    form: str | None
    excluding: tuple[ArgumentResult, ...]
    contradicts: bool
    changed: Mapping[str, tuple[State, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A case on a circuit, ready to run; ``changes`` is how many changes there are to choose from.

    ``rivals`` are changes of which a variant makes one at most. ``deciding`` are the wires in doubt that outcomes rest
    on; ``known`` the outcomes worked out so far, by their values.
    """

    basis: Basis
    changes: int
    rivals: tuple[tuple[int, ...], ...]
    program: Program
    deciding: tuple[Wire, ...]
    criteria: Mapping[str, tuple[Wire, ...]]
    tables: tuple[Wire, ...]
    exclusions: tuple[tuple[ArgumentResult, Wire], ...]
    forms: tuple[tuple[Wire, Wire], ...]
    contradiction: Wire
    pitfalls: Mapping[str, tuple[tuple[Wire, ...], tuple[Wire, ...]]]
    known: dict[tuple[str, ...], Tried] = field(default_factory=dict)


def prepare_trial(
    basis: Basis,
    facts: Facts,
    lists: Lists,
    changes: Sequence[Change],
    *,
    in_place: frozenset[str] = frozenset(),
    waived: frozenset[str] = frozenset(),
    states: bool = True,
) -> Trial:
    """Put a case on a circuit, with the changes that variants will choose from.

    A variant gives a fact one new value at most; measures come on top of it, in the order of ``changes``, and only
    raise an ordered fact and only add to a set. Measures ``in_place`` are so in every variant; what they set has to
    stand in the facts. ``waived`` pitfalls count as no threat as long as they are undetermined. Without ``states``
    nothing is said of single pitfalls.
    """
    circuit = Circuit()
    wires = [circuit.add_input() for _ in changes]
    measures = dict.fromkeys(in_place, TRUE)
    for change, wire in zip(changes, wires, strict=True):
        if change.measure is not None:
            measures[change.measure] = circuit.any_of((wire, measures.get(change.measure, FALSE)))
    unrolled = Unrolled(basis.network, circuit, facts, lists, _varying(basis, circuit, facts, lists, changes, wires))
    appraisal = Appraisal(basis, unrolled, measures, waived)
    criteria = {name: appraisal.criterion(name) for name in basis.scales.order}
    tables, exclusions, forms = tuple(appraisal.tables()), tuple(appraisal.exclusions()), tuple(appraisal.forms())
    contradiction = appraisal.contradiction()
    pitfalls = {}
    for name in basis.assessor.rules if states else ():
        found = (appraisal.states(name), appraisal.risk_possible(name))
        if max(*found[0], *found[1]) > TRUE:
            pitfalls[name] = found
    wanted = [contradiction, *tables, *(wire for _, wire in exclusions)]
    wanted += [wire for both in forms for wire in both]
    wanted += [wire for levels in criteria.values() for wire in levels]
    deciding = tuple(dict.fromkeys(wire for wire in wanted if wire > TRUE))
    wanted += [wire for both in pitfalls.values() for part in both for wire in part]
    return Trial(
        basis=basis,
        changes=len(changes),
        rivals=_rivals(changes),
        program=circuit.program(wanted),
        deciding=deciding,
        criteria=criteria,
        tables=tables,
        exclusions=exclusions,
        forms=forms,
        contradiction=contradiction,
        pitfalls=pitfalls,
    )


def _varying(
    basis: Basis, circuit: Circuit, facts: Facts, lists: Lists, changes: Sequence[Change], wires: Sequence[Wire]
) -> dict[Place, Values]:
    """The values that each changing fact may have."""
    plain: dict[Place, list[tuple[Value | None, Wire]]] = {}
    adding: dict[Place, list[tuple[Value | None, Wire]]] = {}
    for change, wire in zip(changes, wires, strict=True):
        for place, value in change.values.items():
            (plain if change.measure is None else adding).setdefault(place, []).append((value, wire))
    found: dict[Place, Values] = {}
    for name, element in dict.fromkeys([*plain, *adding]):
        known = facts.get(name) if element is None else _of_element(lists, name, element)
        steps = plain.get((name, element), ())
        parts: dict[Value | None, list[Wire]] = {known: [circuit.no(circuit.any_of([wire for _, wire in steps]))]}
        for value, wire in steps:
            parts.setdefault(value, []).append(wire)
        for value, wire in adding.get((name, element), ()):
            before, parts = parts, {}
            for one, holding in before.items():
                holds = circuit.any_of(holding)
                parts.setdefault(one, []).append(circuit.all_of((holds, circuit.no(wire))))
                after = set_to(basis.vocabulary.facts[name], one, value)
                parts.setdefault(after, []).append(circuit.all_of((holds, wire)))
        found[name, element] = {value: circuit.any_of(holding) for value, holding in parts.items()}
    return found


def _rivals(changes: Sequence[Change]) -> tuple[tuple[int, ...], ...]:
    """The changes that give a value to the same fact, so that no variant can make two of them."""
    touching: dict[Place, list[int]] = {}
    for at, change in enumerate(changes):
        for place in change.values if change.measure is None else ():
            touching.setdefault(place, []).append(at)
    return tuple({tuple(rivals): None for rivals in touching.values() if len(rivals) > 1})


def _of_element(lists: Lists, name: str, element: int) -> Value | None:
    owner, key = name.split(".")
    return lists[owner].items[element].get(key)


def set_to(fact: Fact, known: Value | None, value: object, keep: bool = False) -> Value:
    """What a fact becomes when a measure sets it; with ``keep`` a known value stays, but for more members of a set."""
    if isinstance(value, list | SetValue):
        more = value.members if isinstance(value, SetValue) else frozenset(map(str, value))
        members = known.members if isinstance(known, SetValue) else frozenset()
        return SetValue(members=members | more, complete=isinstance(known, SetValue) and known.complete)
    if fact.type == "ordered" and isinstance(known, str):
        return max(known, str(value), key=fact.order.index)
    if keep and known is not None:
        return known
    assert isinstance(value, str | bool | int | float)
    return value


def measure_change(basis: Basis, measure: str, lists: Lists) -> Change:
    """The change that a measure makes: it is in place, and what it sets is so, for every element of a list."""
    values: dict[Place, Value | None] = {}
    for name, value in basis.assessor.knowledge.mitigations[measure].sets.items():
        fact = basis.vocabulary.facts[name]
        places = [None] if fact.list is None else range(len(lists[fact.list].items)) if fact.list in lists else ()
        values |= dict.fromkeys(((name, place) for place in places), set_to(fact, None, value))
    return Change(values=values, measure=measure)


# --- running --------------------------------------------------------------------------------------------------------


def try_out(trial: Trial, variants: Sequence[Iterable[int]]) -> list[Tried]:
    """What each variant leads to; a variant is the numbers of the changes that it makes.

    Raises ``ValueError`` for a variant that gives one fact two values.
    """
    planes = [0] * trial.changes
    for at, variant in enumerate(variants):
        for change in variant:
            planes[change] |= 1 << at
    return _tried(trial, planes, len(variants))


def try_growing(trial: Trial, start: Iterable[int], more: Sequence[int]) -> list[Tried]:
    """What some changes lead to, and then each time with one change more: one variant more than there are ``more``."""
    count = len(more) + 1
    full = (1 << count) - 1
    planes = [0] * trial.changes
    for at, change in enumerate(more, 1):
        planes[change] = full >> at << at
    for change in start:
        planes[change] = full
    return _tried(trial, planes, count)


def _tried(trial: Trial, planes: Sequence[int], count: int) -> list[Tried]:
    """One variant for each bit of the planes of the changes, and one beyond them that changes nothing."""
    for rivals in trial.rivals:
        taken = 0
        for change in rivals:
            if taken & planes[change]:
                raise ValueError("a variant gives one fact two values")
            taken |= planes[change]
    found = run(trial.program, planes, count + 1)
    changed: dict[int, dict[str, tuple[State, int]]] = {}
    for pitfall, (states, risk) in trial.pitfalls.items():
        for at, after in _differing([found[wire] for wire in states], [found[wire] for wire in risk], count):
            changed.setdefault(at, {})[pitfall] = after
    return [
        outcome if at not in changed else replace(outcome, changed=changed[at])
        for at, outcome in enumerate(_outcomes(trial, found, count))
    ]


def _differing(states: Sequence[int], risk: Sequence[int], count: int) -> Iterator[tuple[int, tuple[State, int]]]:
    """The variants in which a pitfall stands elsewhere than without any change (the last bit), and where."""
    full = (1 << count + 1) - 1
    differ = 0
    for plane in (*states, *risk):
        differ |= plane ^ full if plane >> count else plane
    before = _standing(states, risk, count)
    while differ:
        at = differ.bit_length() - 1
        differ ^= 1 << at
        after = _standing(states, risk, at)
        if after != before:
            yield at, after


def _standing(states: Sequence[int], risk: Sequence[int], at: int) -> tuple[State, int]:
    """The strongest state that some rule gives in a variant, and the class that the risk can reach."""
    state = next((number for number, plane in enumerate(states) if plane >> at & 1), len(STATES) - 1)
    return STATES[state], sum(plane >> at & 1 for plane in risk)


def _outcomes(trial: Trial, found: Sequence[int], count: int) -> list[Tried]:
    """The outcome of each variant, worked out once for all that agree in what it rests on."""
    columns = [f"{found[wire]:0{count + 1}b}"[:0:-1] for wire in trial.deciding]
    known, outcomes = trial.known, []
    for row in zip(*columns, strict=True) if columns else [()] * count:
        one = known.get(row)
        if one is None:
            one = known[row] = _outcome(
                trial, {TRUE, *(wire for wire, bit in zip(trial.deciding, row, strict=True) if bit == "1")}
            )
        outcomes.append(one)
    return outcomes


def _outcome(trial: Trial, holding: set[Wire]) -> Tried:
    """What follows when of the deciding wires just these hold."""
    weighing, names = trial.basis.scales.weighing, trial.basis.scales.order
    table = next(one for one, wire in zip(weighing.spec.tables, trial.tables, strict=True) if wire in holding)
    levels = tuple(next(at for at, wire in enumerate(wires) if wire in holding) for wires in trial.criteria.values())
    excluding = tuple(argument for argument, wire in trial.exclusions if wire in holding)
    barred = frozenset(verdict for one in excluding for verdict in one.verdicts)
    return Tried(
        table=table.id,
        criteria={name: names[name][level] for name, level in zip(trial.criteria, levels, strict=True)},
        verdict=allowed(table, weighing.decisions[table.id][levels], barred),
        form=_form(trial, holding, {form for one in excluding for form in one.forms}),
        excluding=excluding,
        contradicts=trial.contradiction in holding,
        changed={},
    )


def _form(trial: Trial, holding: set[Wire], excluded: set[str]) -> str | None:
    """The lightest form that meets the need and is not ruled out; None when nothing is known about the need."""
    spec = trial.basis.scales.weighing.spec.form
    if spec is None:
        return None
    order = trial.basis.vocabulary.facts[spec.needed].order
    low, high = (
        max((level for level, both in enumerate(trial.forms, 1) if both[rail] in holding), default=0) for rail in (0, 1)
    )
    if low == 0 and high > 0:
        return None
    return next((order[level] for level in range(low, -1, -1) if order[level] not in excluded), order[low])
