"""Case -> Advice: every stage in turn, each a frozen value."""

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from toolbox_rules import network as n
from toolbox_rules.assessing import THREATENING, Assessment, Assessor, Memo, assess, picked, prepare_assessor
from toolbox_rules.cases import Case, Elements, SetValue, Value
from toolbox_rules.compiling import compile_rules
from toolbox_rules.evaluating import Facts, Lists
from toolbox_rules.inference import Engine, Trace, infer, prepare, truth
from toolbox_rules.planning import (
    Effect,
    Option,
    Plan,
    Reach,
    Sureness,
    cheapest_towards,
    effect_of,
    held_conditions,
    make_plan,
    prepare_options,
    ranked,
    reach,
    remedied,
)
from toolbox_rules.problems import Problem, ToolboxError
from toolbox_rules.questions import Probe, Question, Summary, ask, prepare_probe
from toolbox_rules.reading import Shelf
from toolbox_rules.vocabulary import Fact
from toolbox_rules.weighing import Outcome, Remedies, Scales, Weighing, prepare_scales, weigh


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that giving advice needs, worked out once from what was read.

    ``engine`` runs the rules on the case; ``trials``, always the native one, the many what-ifs behind questions and
    conditions. ``settling`` are the conditions under which a mitigation that others need is so already; ``tests_known``
    says that some rule asks whether a fact is known; ``deciding`` are the facts that the criteria and the exclusions
    rest on; ``hashes`` identify the rules and the knowledge.
    """

    shelf: Shelf
    engine: Engine
    trials: Engine
    assessor: Assessor
    scales: Scales
    options: Mapping[str, Option]
    settling: tuple[str, ...]
    unsuitable: Callable[[tuple[int, ...]], Hashable]
    probe: Probe
    tests_known: bool
    deciding: tuple[str, ...]
    hashes: Mapping[str, str]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PitfallAdvice:
    """One pitfall in one case.

    ``risk`` is the class that is certain, ``risk_possible`` the highest it can still be. ``projected`` is the state
    once the planned measures are in place. ``subjects`` are the elements it is about; ``rules`` those that give the
    state; ``caused_by`` the threatening pitfalls that lead to it.
    """

    id: str
    state: str
    risk: str
    risk_possible: str
    severity: str
    likelihood: str
    partly_covered: bool
    projected: str
    subjects: tuple[int, ...]
    rules: tuple[str, ...]
    measures: tuple[str, ...]
    caused_by: tuple[str, ...]
    assessment: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of the weighing, now, with the planned measures, and with the whole plan.

    ``known`` of ``decisive`` is how many of the facts that decide it are known.
    """

    id: str
    outcome: Outcome
    projected: Outcome
    with_plan: Outcome
    known: int
    decisive: int

    @property
    def possible(self) -> tuple[str, ...]:
        """The verdicts that the unknown facts leave open, worst first."""
        return self.outcome.possible

    @property
    def provisional(self) -> bool:
        """Whether fewer than six in ten of the deciding facts are known."""
        return self.known * 10 < self.decisive * 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAdvice:
    """The lightest form that meets the need.

    ``recommended`` is None when nothing is known about the need. ``highest`` is the heaviest form that unknown facts
    may still ask for; ``steps`` how many rungs the proposed form stands above (or below) the recommended one.
    """

    proposed: str | None
    recommended: str | None
    needed: str
    highest: str
    excluded: tuple[str, ...]
    steps: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A criterion that no measure moves, and the level that it has to reach."""

    criterion: str
    now: str
    needed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What has to be arranged for the aim: the cheapest measures, and what must turn out well besides.

    ``assumptions`` are criteria that no measure moves far enough; ``unsettled`` pitfalls of which it is not known
    whether they threaten, and which have to turn out not to; ``barred_by`` rules that exclude the aim whatever is
    done, so that what they say has to change first. ``reachable`` is False when no set of measures leads to the aim
    even so.
    """

    aim: str
    reachable: bool
    measures: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    unsettled: tuple[str, ...]
    barred_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an advice was made from, so that it can be made again: SHA-256 of the facts, rules and knowledge."""

    facts: str
    rules: str
    knowledge: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The advice as a value: everything that was found, without a word of text."""

    case: Case
    verdict: Verdict
    form: FormAdvice | None
    pitfalls: tuple[PitfallAdvice, ...]
    plan: Plan
    effect: Effect
    conditions: Conditions | None
    questions: tuple[Question, ...]
    reach: Reach
    receipt: Receipt
    trace: Trace = field(repr=False)


def set_up(shelf: Shelf, version: str, make_engine: Callable[[n.Network], Engine] = prepare) -> Desk:
    """Compile everything that was read; ``make_engine`` turns the network into what runs it."""
    extra = dict(shelf.weighing.conditions)
    extra |= {f"unsuitable:{key}": condition for key, condition in shelf.knowledge.unsuitable.items()}
    held = held_conditions(shelf.knowledge, shelf.rulebook.vocabulary)
    extra |= {f"held:{key}": condition for key, condition in held.items()}
    extra |= {f"never:{index}": condition for index, (condition, _) in enumerate(shelf.constraints)}
    network = compile_rules(shelf.rulebook, extra)
    trials = prepare(network)
    engine = trials if make_engine is prepare else make_engine(network)
    deciding = _deciding(shelf, network)
    options = prepare_options(shelf.knowledge, shelf.weighing.spec, shelf.rulebook.vocabulary)
    return Desk(
        shelf=shelf,
        engine=engine,
        trials=trials,
        assessor=prepare_assessor(shelf.rulebook, shelf.knowledge, shelf.weighing.spec.risk, engine),
        scales=prepare_scales(shelf.weighing, shelf.rulebook, network.rules),
        unsuitable=picked(
            engine.position[node] for name, node in network.extra.items() if name.startswith("unsuitable:")
        ),
        options=options,
        settling=tuple(f"held:{name}" for name in held),
        probe=prepare_probe(network, shelf.rulebook.vocabulary),
        tests_known=any(isinstance(node, n.Given | n.Decided) for node in network.nodes),
        deciding=deciding,
        hashes=_hashes(shelf),
        version=version,
    )


def find(desk: Desk, case: Case) -> Findings:
    """Work out the whole advice for a case.

    Raises ``ToolboxError`` when facts of the case contradict each other.
    """
    shelf = desk.shelf
    now_facts, now_lists = with_measures(desk, case, case.in_place, given_wins=True)
    trace = infer(desk.engine, now_facts, now_lists)
    _refuse_contradictions(desk, case, trace)
    memo = Memo()
    situation = _situation(desk, trace, case.in_place, memo)
    within = _reach(desk, trace, case.in_place, case.planned)
    projected = _projected(desk, case, case.in_place | case.planned, memo)
    plan = make_plan(shelf.knowledge, shelf.weighing.spec, within, situation.assessments)
    whole = _projected(desk, case, case.in_place | case.planned | {item.mitigation for item in plan.items}, memo)
    known = sum(_is_known(desk, name, now_facts, now_lists) for name in desk.deciding)
    undecided = _undecided(desk, known, situation.outcome)
    summarise = partial(_summary, desk, case, memo)
    order = {verdict: at for table in shelf.weighing.spec.tables for at, verdict in enumerate(table.verdicts)}
    return Findings(
        case=case,
        verdict=Verdict(
            id=undecided or situation.outcome.verdict,
            outcome=situation.outcome,
            projected=projected.outcome,
            with_plan=whole.outcome,
            known=known,
            decisive=len(desk.deciding),
        ),
        form=_form(desk, trace, situation.outcome),
        pitfalls=_pitfalls(desk, situation.assessments, projected.assessments),
        plan=plan,
        effect=effect_of(plan, situation.assessments, whole.assessments),
        conditions=None if undecided else _conditions(desk, case, situation, within, memo),
        questions=ask(desk.probe, shelf.rulebook.vocabulary, trace, _summed_up(desk, situation), summarise, order),
        reach=within,
        receipt=Receipt(facts=facts_hash(case), version=desk.version, **desk.hashes),
        trace=trace,
    )


def _undecided(desk: Desk, known: int, outcome: Outcome) -> str | None:
    """The verdict to give when nearly nothing is known and nothing that is known settles a criterion; else None."""
    spec = desk.shelf.weighing.spec.undecided
    if spec is None or not desk.deciding or known * 100 >= len(desk.deciding) * spec.below_percent:
        return None
    criteria = desk.shelf.weighing.spec.criteria
    levels = [criteria[one.criterion].levels[one.level] for one in outcome.criteria]
    settled = any(level.when is not None or level.pitfalls is not None for level in levels)
    return None if settled or outcome.verdict != outcome.by_table else spec.verdict


# --- one run of the rules -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Situation:
    trace: Trace
    assessments: Mapping[str, Assessment]
    outcome: Outcome


def _situation(
    desk: Desk,
    trace: Trace,
    in_place: frozenset[str],
    memo: Memo,
    possible: bool = True,
    waived: frozenset[str] = frozenset(),
) -> _Situation:
    """Assess and weigh; ``waived`` pitfalls count as no threat as long as they are undetermined."""
    assessments = assess(desk.assessor, trace, in_place, memo)
    for name in waived:
        if assessments[name].state == "undetermined":
            assessments[name] = assessments[name]._replace(may=False)
    outcome = weigh(desk.scales, trace, assessments, _remedies(desk, trace, in_place, memo), possible)
    if possible and desk.tests_known and not trace.later:
        later = infer(desk.trials, trace.facts, trace.lists, later=True)
        outcome = _with_range(outcome, _situation(desk, later, in_place, memo, waived=waived).outcome)
    return _Situation(trace=trace, assessments=assessments, outcome=outcome)


def _with_range(outcome: Outcome, later: Outcome) -> Outcome:
    """An outcome with the range that another one has."""
    levels = zip(outcome.criteria, later.criteria, strict=True)
    criteria = tuple(replace(one, possible=other.possible) for one, other in levels)
    return replace(outcome, possible=later.possible, criteria=criteria)


def _remedies(desk: Desk, trace: Trace, in_place: frozenset[str], memo: Memo) -> Remedies:
    """The pitfalls for which something is within reach, worked out when asked for."""
    phase = trace.facts.get(desk.shelf.weighing.spec.phase)

    def remedies(certain: bool) -> frozenset[str]:
        ruled_out = desk.unsuitable(trace.may if certain else trace.must)
        held = tuple(map(trace.holds, desk.settling))
        key = (certain, phase, in_place, ruled_out, held)
        found = memo.remedied.get(key)
        if found is None:
            within = _reach(desk, trace, in_place, frozenset(), "certain" if certain else "possible")
            found = memo.remedied[key] = remedied(desk.options, within.available)
        return found

    return remedies


def _reach(
    desk: Desk, trace: Trace, in_place: frozenset[str], planned: frozenset[str], sureness: Sureness = "likely"
) -> Reach:
    """What is within reach; an unknown phase is the first, or for certain the last."""
    spec = desk.shelf.weighing.spec
    phase = trace.facts.get(spec.phase)
    order = desk.shelf.rulebook.vocabulary.facts[spec.phase].order
    now = order.index(phase) if isinstance(phase, str) else len(order) - 1 if sureness == "certain" else 0
    return reach(desk.options, now, trace, in_place, planned, sureness)


def _projected(
    desk: Desk,
    case: Case,
    measures: frozenset[str],
    memo: Memo,
    possible: bool = True,
    waived: frozenset[str] = frozenset(),
) -> _Situation:
    engine = desk.engine if possible else desk.trials
    trace = infer(engine, *with_measures(desk, case, measures, given_wins=False))
    return _situation(desk, trace, measures, memo, possible, waived)


def _summary(desk: Desk, case: Case, memo: Memo, facts: Facts, lists: Lists) -> Summary | None:
    trace = infer(desk.trials, facts, lists)
    if any(trace.holds(f"never:{index}") == "true" for index in range(len(desk.shelf.constraints))):
        return None
    return _summed_up(desk, _situation(desk, trace, case.in_place, memo, possible=False))


def trial(desk: Desk, case: Case, facts: Facts, lists: Lists, memo: Memo) -> Summary | None:
    """The outcome for a case on other facts, these with its measures in place; None when they contradict each other.

    The verdict is the one that the whole advice would give. ``memo`` is good for lists of one shape.
    """
    trace = infer(desk.trials, facts, lists)
    if any(trace.holds(f"never:{index}") == "true" for index in range(len(desk.shelf.constraints))):
        return None
    situation = _situation(desk, trace, case.in_place, memo, possible=False)
    known = sum(_is_known(desk, name, facts, lists) for name in desk.deciding)
    undecided = _undecided(desk, known, situation.outcome)
    summary = _summed_up(desk, situation)
    return replace(summary, verdict=undecided) if undecided else summary


def _summed_up(desk: Desk, situation: _Situation) -> Summary:
    form = _form(desk, situation.trace, situation.outcome)
    return Summary(
        verdict=situation.outcome.verdict,
        form=form.recommended if form else None,
        states={name: (one.state, one.risk[1]) for name, one in situation.assessments.items()},
    )


def with_measures(desk: Desk, case: Case, measures: Iterable[str], given_wins: bool) -> tuple[Facts, Lists]:
    """The facts once some measures are in place: each makes true what it sets, and never lowers an ordered fact.

    A fact of the elements of a list is set for every element. With ``given_wins`` a fact that the case gives stays as
    it is; otherwise the measures change it.
    """
    facts: dict[str, Value] = dict(case.facts)
    lists: dict[str, Elements] = dict(case.lists)
    vocabulary = desk.shelf.rulebook.vocabulary
    for measure in sorted(measures):
        for name, value in desk.shelf.knowledge.mitigations[measure].sets.items():
            fact = vocabulary.facts[name]
            if fact.list is None:
                facts[name] = _set_to(fact, facts.get(name), value, given_wins and name in case.facts)
            elif fact.list in lists:
                elements = lists[fact.list]
                items = tuple(
                    {**item, fact.key: _set_to(fact, item.get(fact.key), value, given_wins and fact.key in item)}
                    for item in elements.items
                )
                lists[fact.list] = replace(elements, items=items)
    return facts, lists


def _set_to(fact: Fact, known: Value | None, value: object, keep: bool) -> Value:
    """What a fact becomes when a measure sets it."""
    if isinstance(value, list):
        members = known.members if isinstance(known, SetValue) else frozenset()
        complete = known.complete if isinstance(known, SetValue) else False
        return SetValue(members=members | set(map(str, value)), complete=complete)
    if fact.type == "ordered" and isinstance(known, str):
        return max(known, str(value), key=fact.order.index)
    if keep and known is not None:
        return known
    assert isinstance(value, str | bool | int | float)
    return value


def _refuse_contradictions(desk: Desk, case: Case, trace: Trace) -> None:
    problems: list[Problem] = []
    for index, (_, because) in enumerate(desk.shelf.constraints):
        if trace.holds(f"never:{index}") == "true":
            names = _leaf_facts(desk.engine.network, desk.engine.network.extra[f"never:{index}"])
            place = next((case.places[name] for name in sorted(names) if name in case.places), ())
            hint = f"these facts contradict each other: {', '.join(sorted(names))}"
            problems.append(case.document.problem(place, "TR209", because.en.rstrip("."), hint, key=True))
    for measure in sorted(case.in_place):
        for name, value in desk.shelf.knowledge.mitigations[measure].sets.items():
            if isinstance(value, bool) and case.facts.get(name) is (not value):
                message = f"the measure '{measure}' is in place, and '{name}' is {str(not value).lower()}"
                hint = "a measure that is in place makes this fact the opposite; correct one of the two"
                problems.append(case.document.problem(case.places.get(name, ()), "TR209", message, hint, key=True))
    if problems:
        raise ToolboxError(problems)


# --- the parts of the advice --------------------------------------------------------------------------------------


def _pitfalls(
    desk: Desk, now: Mapping[str, Assessment], projected: Mapping[str, Assessment]
) -> tuple[PitfallAdvice, ...]:
    risk = desk.shelf.weighing.spec.risk
    classes, likelihoods, severities = tuple(risk.classes), tuple(risk.likelihood), tuple(risk.severity)
    causes = desk.shelf.knowledge.causes()
    found = []
    for name in ranked(now, desk.shelf.knowledge):
        one = now[name]
        deciding = [rule for rule in one.rules if rule.state == one.state]
        found.append(
            PitfallAdvice(
                id=name,
                state=one.state,
                risk=classes[one.risk[0]],
                risk_possible=classes[one.risk[1]],
                severity=severities[one.severity],
                likelihood=likelihoods[one.likelihood[0]],
                partly_covered=one.partly_covered,
                projected=projected[name].state,
                subjects=tuple(rule.subject for rule in deciding if rule.subject is not None),
                rules=tuple(dict.fromkeys(rule.rule for rule in deciding)),
                measures=one.measures,
                caused_by=tuple(cause for cause in causes[name] if now[cause].state in THREATENING),
                assessment=one,
            )
        )
    return tuple(found)


def _form(desk: Desk, trace: Trace, outcome: Outcome) -> FormAdvice | None:
    spec = desk.shelf.weighing.spec.form
    if spec is None:
        return None
    order = desk.shelf.rulebook.vocabulary.facts[spec.needed].order
    low = high = 0
    for level, form in enumerate(order[1:], 1):
        found = truth(trace.derived(spec.needed, form))
        low, high = (level if found == "true" else low), (level if found != "false" else high)
    excluded = {form for one in outcome.arguments if one.stance == "excludes" for form in one.forms}
    allowed = [level for level in range(low + 1) if order[level] not in excluded]
    best = allowed[-1] if allowed else low
    proposed = trace.facts.get(spec.proposed)
    unknown = low == 0 and high > 0
    return FormAdvice(
        proposed=proposed if isinstance(proposed, str) else None,
        recommended=None if unknown else order[best],
        needed=order[low],
        highest=order[high],
        excluded=tuple(form for form in order if form in excluded),
        steps=order.index(proposed) - best if isinstance(proposed, str) and not unknown else None,
    )


def _conditions(desk: Desk, case: Case, situation: _Situation, within: Reach, memo: Memo) -> Conditions | None:
    """What would bring the verdict to the aim of its table; None when it is there already."""
    weighing, outcome = desk.shelf.weighing, situation.outcome
    table = next(table for table in weighing.spec.tables if table.id == outcome.table)
    if outcome.verdict == table.aim:
        return None
    doubtful = frozenset(name for name, one in situation.assessments.items() if one.state == "undetermined" and one.may)

    def weighed(measures: frozenset[str]) -> Outcome:
        return _projected(desk, case, case.in_place | measures, memo, possible=False, waived=doubtful).outcome

    best = weighed(frozenset(within.available))
    assumed = _assumed(weighing, table.id, best, table.aim)
    barred = _excluding(best, table.aim)

    def reaches(measures: frozenset[str]) -> bool:
        after = weighed(measures)
        return not _excluding(after, table.aim) - barred and _decided(weighing, after, assumed) == table.aim

    chosen = None
    if assumed is not None:
        names = tuple(sorted(within.available))
        chosen = cheapest_towards(names, desk.shelf.knowledge, weighing.spec, within, reaches)
    now = {one.criterion: one.level for one in outcome.criteria}
    return Conditions(
        aim=table.aim,
        reachable=chosen is not None,
        measures=tuple(sorted(chosen or ())),
        assumptions=tuple(
            Assumption(criterion=name, now=now[name], needed=level) for name, level in (assumed or {}).items()
        ),
        unsettled=tuple(sorted(doubtful)),
        barred_by=tuple(sorted(barred)),
    )


def _assumed(weighing: Weighing, table: str, best: Outcome, aim: str) -> dict[str, str] | None:
    """The criteria that stay too low even with every measure, each with the lowest level that will do."""
    names = list(weighing.spec.criteria)
    orders = [list(weighing.spec.criteria[name].levels) for name in names]
    reached = [order.index(one.level) for order, one in zip(orders, best.criteria, strict=True)]
    top = [len(order) - 1 for order in orders]
    decisions = weighing.decisions[table]
    if decisions[tuple(top)] != aim:
        return None
    for at in range(len(names)):
        for level in range(reached[at], top[at] + 1):
            if decisions[(*top[:at], level, *top[at + 1 :])] == aim:
                top[at] = level
                break
    return {name: orders[at][top[at]] for at, name in enumerate(names) if top[at] > reached[at]}


def _decided(weighing: Weighing, outcome: Outcome, assumed: Mapping[str, str] | None) -> str:
    levels = []
    for one in outcome.criteria:
        order = list(weighing.spec.criteria[one.criterion].levels)
        floor = order.index((assumed or {}).get(one.criterion, order[0]))
        levels.append(max(order.index(one.level), floor))
    return weighing.decisions[outcome.table][tuple(levels)]


def _excluding(outcome: Outcome, verdict: str) -> frozenset[str]:
    """The rules that rule a verdict out."""
    return frozenset(one.rule for one in outcome.arguments if one.stance == "excludes" and verdict in one.verdicts)


# --- facts and hashes ---------------------------------------------------------------------------------------------


def _deciding(shelf: Shelf, network: n.Network) -> tuple[str, ...]:
    nodes = [node for name, node in network.extra.items() if name.startswith(("criterion:", "table:"))]
    nodes += [
        rule.exposure
        for rule in network.rules
        if any(one.stance == "excludes" and one.verdicts for one in shelf.rulebook.rules[rule.rule].arguments)
    ]
    return tuple(sorted({fact for node in nodes for fact in _leaf_facts(network, node)}))


def _leaf_facts(network: n.Network, start: int) -> set[str]:
    """The given facts, and lists, that a node rests on."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        node = network.nodes[number]
        waiting += [*n.children_of(node), *network.supports.get(number, ())]
        match node:
            case n.Has() | n.NumberIs() | n.Member() | n.SizeIs() | n.Given():
                found.add(node.fact)
            case n.Compared():
                found |= {node.left, node.right}
            case n.Tally() | n.Sum():
                found.add(node.over)
            case _:
                pass
    return found


def _is_known(desk: Desk, name: str, facts: Facts, lists: Lists) -> bool:
    """Whether a fact is known, for every element where it is a fact of elements."""
    vocabulary = desk.shelf.rulebook.vocabulary
    if name in vocabulary.lists:
        return name in lists and lists[name].complete
    fact = vocabulary.facts[name]
    if fact.list is None:
        value = facts.get(name)
        return value is not None and not (isinstance(value, SetValue) and not value.complete and not value.members)
    elements = lists.get(fact.list)
    return elements is not None and elements.complete and all(fact.key in item for item in elements.items)


def facts_hash(case: Case) -> str:
    """SHA-256 of the facts of a case, the same for every order and spelling in which they were written.

    What the case is called, and what it says about its sources, is no fact.
    """
    plain = {key: value for key, value in case.to_dict().items() if key not in ("name", "description", "sources")}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _hashes(shelf: Shelf) -> dict[str, str]:
    """SHA-256 over the values of the files; comments, layout and places do not count."""
    used = {document.path for document in shelf.knowledge.documents.values()}
    rules: list[str] = []
    knowledge: list[str] = []
    for path, document in shelf.documents.items():
        is_knowledge = path in used or path.endswith("sources.yaml")
        (knowledge if is_knowledge else rules).append(json.dumps(document.value, ensure_ascii=False))
    return {
        name: hashlib.sha256("\n".join(sorted(values)).encode()).hexdigest()
        for name, values in (("rules", rules), ("knowledge", knowledge))
    }
