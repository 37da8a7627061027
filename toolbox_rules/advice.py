"""Case -> Advice: every stage in turn, each a frozen value."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from toolbox_rules import network as n
from toolbox_rules.appraising import Basis
from toolbox_rules.assessing import THREATENING, Assessment, Assessor, Memo, assess, picked, prepare_assessor
from toolbox_rules.cases import Case, Elements, SetValue, Value, with_facts
from toolbox_rules.compiling import compile_rules
from toolbox_rules.disputing import Disputes, weigh_views
from toolbox_rules.evaluating import Facts, Lists
from toolbox_rules.forming import FormOutcome, FormTable, is_acceptable, tabled
from toolbox_rules.hashing import Receipt, facts_hash, shelf_hashes
from toolbox_rules.inference import Engine, Trace, infer, prepare, truth
from toolbox_rules.offering import Option, Reach, Sureness, held_conditions, prepare_options, reach, remedied
from toolbox_rules.planning import Effect, Plan, effect_of, make_plan
from toolbox_rules.problems import Problem, ToolboxError
from toolbox_rules.questions import Probe, Question, Summary, ask, prepare_probe
from toolbox_rules.ranking import ranked
from toolbox_rules.reading import Shelf
from toolbox_rules.requiring import Calendar, Conditions, require
from toolbox_rules.stating import Key
from toolbox_rules.trying import Change, Tried, measure_change, prepare_trial, set_to, try_growing, try_out
from toolbox_rules.weighing import Outcome, Remedies, Scales, prepare_scales, table_in_force, weigh


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that giving advice needs, worked out once from what was read.

    ``engine`` runs the rules on the case; ``trials``, always the native one, bounds what answers can lead to; ``basis``
    is what the many what-ifs behind questions and conditions rest on. ``settling`` are the conditions under which a
    mitigation that others need is so already; ``tests_known`` says that some rule asks whether a fact is known;
    ``deciding`` are the facts that the criteria and the exclusions rest on; ``hashes`` identify the rules and the
    knowledge.
    """

    shelf: Shelf
    engine: Engine
    trials: Engine
    basis: Basis
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
class Findings:
    """The advice as a value: everything that was found, without a word of text.

    ``in_recommended`` is what becomes of the case in the recommended form, when another one is proposed;
    ``disputes`` what the statements lead to, when these differ.
    """

    case: Case
    verdict: Verdict
    form: FormAdvice | None
    pitfalls: tuple[PitfallAdvice, ...]
    plan: Plan
    effect: Effect
    conditions: Conditions | None
    questions: tuple[Question, ...]
    reach: Reach
    in_recommended: FormOutcome | None
    disputes: Disputes | None
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
    assessor = prepare_assessor(shelf.rulebook, shelf.knowledge, shelf.weighing.spec.risk, engine)
    scales = prepare_scales(shelf.weighing, shelf.rulebook, network.rules)
    return Desk(
        shelf=shelf,
        engine=engine,
        trials=trials,
        basis=Basis(
            network=network,
            vocabulary=shelf.rulebook.vocabulary,
            assessor=assessor,
            scales=scales,
            options=options,
            constraints=tuple(f"never:{index}" for index in range(len(shelf.constraints))),
        ),
        assessor=assessor,
        scales=scales,
        unsuitable=picked(
            engine.position[node] for name, node in network.extra.items() if name.startswith("unsuitable:")
        ),
        options=options,
        settling=tuple(f"held:{name}" for name in held),
        probe=prepare_probe(network, shelf.rulebook.vocabulary),
        tests_known=any(isinstance(node, n.Given | n.Decided) for node in network.nodes),
        deciding=deciding,
        hashes=shelf_hashes(shelf),
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
    answered = partial(_answered, desk, case, trace)
    order = {verdict: at for table in shelf.weighing.spec.tables for at, verdict in enumerate(table.verdicts)}
    form = _form(desk, trace, situation.outcome)
    other = form.recommended if form and form.steps else None
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
        form=form,
        pitfalls=_pitfalls(desk, situation.assessments, projected.assessments),
        plan=plan,
        effect=effect_of(plan, situation.assessments, whole.assessments),
        conditions=None if undecided else _conditions(desk, case, situation, within),
        questions=ask(desk.probe, shelf.rulebook.vocabulary, trace, _summed_up(desk, situation), answered, order),
        reach=within,
        in_recommended=_in_form(desk, case, other, memo) if other else None,
        disputes=weigh_views(case, _judged(desk, situation, undecided), partial(_lead, desk, case, memo)),
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


def _situation(desk: Desk, trace: Trace, in_place: frozenset[str], memo: Memo) -> _Situation:
    """Assess and weigh."""
    assessments = assess(desk.assessor, trace, in_place, memo)
    outcome = weigh(desk.scales, trace, assessments, remedies_of(desk, trace, in_place, memo))
    if desk.tests_known and not trace.later:
        later = infer(desk.trials, trace.facts, trace.lists, later=True)
        outcome = _with_range(outcome, _situation(desk, later, in_place, memo).outcome)
    return _Situation(trace=trace, assessments=assessments, outcome=outcome)


def _with_range(outcome: Outcome, later: Outcome) -> Outcome:
    """An outcome with the range that another one has."""
    levels = zip(outcome.criteria, later.criteria, strict=True)
    criteria = tuple(replace(one, possible=other.possible) for one, other in levels)
    return replace(outcome, possible=later.possible, criteria=criteria)


def remedies_of(desk: Desk, trace: Trace, in_place: frozenset[str], memo: Memo) -> Remedies:
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


def _projected(desk: Desk, case: Case, measures: frozenset[str], memo: Memo) -> _Situation:
    trace = infer(desk.engine, *with_measures(desk, case, measures, given_wins=False))
    return _situation(desk, trace, measures, memo)


def _answered(desk: Desk, case: Case, trace: Trace, changes: Sequence[Change]) -> list[Tried]:
    """What each change alone leads to."""
    trial = prepare_trial(desk.basis, trace.facts, trace.lists, changes, in_place=case.in_place)
    return try_out(trial, [(at,) for at in range(len(changes))])


def _judged(desk: Desk, situation: _Situation, undecided: str | None) -> Summary:
    """An advice summed up, with the verdict that is given."""
    found = _summed_up(desk, situation)
    return found if undecided is None else replace(found, verdict=undecided)


def _lead(desk: Desk, case: Case, memo: Memo, given: Mapping[Key, Value]) -> Summary | None:
    """The advice on a case with some facts known; None when these contradict others."""
    case = with_facts(case, given)
    facts, lists = with_measures(desk, case, case.in_place, given_wins=True)
    trace = infer(desk.trials, facts, lists)
    if _contradictions(desk, case, trace):
        return None
    situation = _situation(desk, trace, case.in_place, memo)
    known = sum(_is_known(desk, name, facts, lists) for name in desk.deciding)
    return _judged(desk, situation, _undecided(desk, known, situation.outcome))


def trial(desk: Desk, case: Case, facts: Facts, lists: Lists, memo: Memo) -> Summary | None:
    """The outcome for a case on other facts, these with its measures in place; None when they contradict each other.

    The verdict is the one that the whole advice would give. ``memo`` is good for lists of one shape.
    """
    trace = infer(desk.trials, facts, lists)
    if any(trace.holds(f"never:{index}") == "true" for index in range(len(desk.shelf.constraints))):
        return None
    situation = _situation(desk, trace, case.in_place, memo)
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
                facts[name] = set_to(fact, facts.get(name), value, given_wins and name in case.facts)
            elif fact.list in lists:
                elements = lists[fact.list]
                items = tuple(
                    {**item, fact.key: set_to(fact, item.get(fact.key), value, given_wins and fact.key in item)}
                    for item in elements.items
                )
                lists[fact.list] = replace(elements, items=items)
    return facts, lists


def forms(desk: Desk, findings: Findings) -> FormTable | None:
    """The same case in every form, lightest first; None when the knowledge has no forms."""
    spec, form = desk.shelf.weighing.spec.form, findings.form
    if spec is None or form is None:
        return None
    memo, case = Memo(), findings.case
    order = desk.shelf.rulebook.vocabulary.facts[spec.proposed].order
    rows = tuple(_in_form(desk, case, name, memo, conditions=True) for name in order)
    firing = {one.rule for one in findings.trace.firings()}
    asked: dict[str, list[str]] = {}
    for rule in sorted(firing):
        for setting in desk.shelf.rulebook.rules[rule].settings:
            if setting.fact.name == spec.needed:
                for level in setting.values:
                    asked.setdefault(str(level), []).append(rule)
    return tabled(case.name, rows, form.proposed, form.recommended, asked, _verdicts(desk))


def _in_form(desk: Desk, case: Case, form: str, memo: Memo, conditions: bool = False) -> FormOutcome:
    """What becomes of a case when one form is proposed; whatever that brings with it only rules say."""
    spec = desk.shelf.weighing.spec
    assert spec.form is not None
    case = replace(case, facts={**case.facts, spec.form.proposed: form})
    facts, lists = with_measures(desk, case, case.in_place, given_wins=True)
    trace = infer(desk.trials, facts, lists)
    refused = [
        because for at, (_, because) in enumerate(desk.shelf.constraints) if trace.holds(f"never:{at}") == "true"
    ]
    if refused:
        return FormOutcome(form=form, refused=refused[0])
    situation = _situation(desk, trace, case.in_place, memo)
    within = _reach(desk, trace, case.in_place, case.planned)
    plan = make_plan(desk.shelf.knowledge, spec, within, situation.assessments)
    measures = case.in_place | case.planned | {item.mitigation for item in plan.items}
    whole = _projected(desk, case, measures, memo)
    known = sum(_is_known(desk, name, facts, lists) for name in desk.deciding)
    undecided = _undecided(desk, known, situation.outcome)
    table = next(table for table in spec.tables if table.id == whole.outcome.table)
    one = situation.assessments
    threatening = tuple(name for name in ranked(one, desk.shelf.knowledge) if one[name].state in THREATENING)
    excluding = (one for one in situation.outcome.arguments if one.stance == "excludes" and form in one.forms)
    return FormOutcome(
        form=form,
        verdict=undecided or situation.outcome.verdict,
        with_plan=whole.outcome.verdict,
        acceptable=is_acceptable(table, whole.outcome.verdict),
        threatening=threatening,
        risk_of=tuple(tuple(spec.risk.classes)[one[name].risk[0]] for name in threatening),
        risks=tuple(
            (risk, sum(one[name].risk[0] == at for name in threatening))
            for at, risk in reversed(list(enumerate(spec.risk.classes)))
        ),
        plan=plan,
        effect=effect_of(plan, one, whole.assessments),
        conditions=_conditions(desk, case, situation, within) if conditions and not undecided else None,
        excluded_by=tuple(one.rule for one in excluding),
    )


def _verdicts(desk: Desk) -> tuple[str, ...]:
    """The verdicts of all tables, worst first."""
    return tuple(verdict for table in desk.shelf.weighing.spec.tables for verdict in table.verdicts)


def _refuse_contradictions(desk: Desk, case: Case, trace: Trace) -> None:
    problems = _contradictions(desk, case, trace)
    if problems:
        raise ToolboxError(problems)


def _contradictions(desk: Desk, case: Case, trace: Trace) -> list[Problem]:
    """Facts that cannot go together, and measures in place against a fact that says the opposite."""
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
    return problems


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


def _conditions(desk: Desk, case: Case, situation: _Situation, within: Reach) -> Conditions | None:
    """What would bring the verdict to the aim of its table; None when it is there already."""
    doubtful = frozenset(name for name, one in situation.assessments.items() if one.state == "undetermined" and one.may)
    calendar, knowledge = _calendar(desk, situation), desk.shelf.knowledge
    with_more = _measures_tried(desk, case, within, doubtful)
    return require(desk.shelf.weighing, knowledge, situation.outcome, within, doubtful, calendar, with_more)


def _measures_tried(
    desk: Desk, case: Case, within: Reach, waived: frozenset[str]
) -> Callable[[frozenset[str], Sequence[str]], list[Tried]]:
    """What a set of measures beside those in place leads to, and then with one after another of further ones.

    ``waived`` pitfalls are no threat.
    """
    measures = sorted(case.in_place.union(within.available))
    changes = [measure_change(desk.basis, measure, case.lists) for measure in measures]
    trial = prepare_trial(desk.basis, case.facts, case.lists, changes, waived=waived, states=False)
    number = {measure: at for at, measure in enumerate(measures)}
    return lambda chosen, more: try_growing(
        trial, [number[one] for one in case.in_place | chosen], [number[one] for one in more]
    )


def _calendar(desk: Desk, situation: _Situation) -> Calendar:
    """Where the case stands, and how long the table that weighs it now goes on to do so."""
    name, trace = desk.shelf.weighing.spec.phase, situation.trace
    order, phase = desk.shelf.rulebook.vocabulary.facts[name].order, trace.facts.get(name)
    now = order.index(phase) if isinstance(phase, str) else None
    last = now or 0
    for at in range(last + 1, len(order)):
        later = infer(desk.trials, {**trace.facts, name: order[at]}, trace.lists)
        if table_in_force(desk.shelf.weighing, later).id != situation.outcome.table:
            break
        last = at
    return Calendar(phases=order, now=now, last=last)


# --- facts --------------------------------------------------------------------------------------------------------


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
