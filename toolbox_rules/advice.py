"""Case -> Advice: every stage in turn, each a frozen value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from toolbox_rules import network as n
from toolbox_rules.appraising import Basis
from toolbox_rules.assessing import THREATENING, Assessment, Memo, picked, prepare_assessor
from toolbox_rules.cases import Case, Value, with_facts
from toolbox_rules.compiling import compile_rules
from toolbox_rules.disputing import weigh_views
from toolbox_rules.evaluating import Facts, Lists
from toolbox_rules.findings import Desk, Findings, PitfallAdvice, Verdict
from toolbox_rules.forming import FormOutcome, FormTable, is_acceptable, tabled
from toolbox_rules.hashing import Receipt, facts_hash, shelf_hashes
from toolbox_rules.inference import Engine, Trace, infer, prepare
from toolbox_rules.offering import Reach, held_conditions, prepare_options
from toolbox_rules.planning import effect_of, make_plan
from toolbox_rules.problems import ToolboxError
from toolbox_rules.questions import Summary, ask, prepare_probe
from toolbox_rules.ranking import ranked
from toolbox_rules.reading import Shelf
from toolbox_rules.requiring import Calendar, Conditions, require
from toolbox_rules.situating import (
    Situation,
    contradictions,
    form_of,
    is_known,
    judged,
    leaf_facts,
    project,
    reach_of,
    situate,
    summed_up,
    undecided_verdict,
    with_measures,
)
from toolbox_rules.stating import Key
from toolbox_rules.trying import Change, Tried, measure_change, prepare_trial, try_growing, try_out
from toolbox_rules.weighing import prepare_scales, table_in_force


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
    situation = situate(desk, trace, case.in_place, memo)
    within = reach_of(desk, trace, case.in_place, case.planned)
    projected = project(desk, case, case.in_place | case.planned, memo)
    plan = make_plan(shelf.knowledge, shelf.weighing.spec, within, situation.assessments)
    whole = project(desk, case, case.in_place | case.planned | {item.mitigation for item in plan.items}, memo)
    known = sum(is_known(desk, name, now_facts, now_lists) for name in desk.deciding)
    undecided = undecided_verdict(desk, known, situation.outcome)
    answered = partial(_answered, desk, case, trace)
    order = {verdict: at for table in shelf.weighing.spec.tables for at, verdict in enumerate(table.verdicts)}
    form = form_of(desk, trace, situation.outcome)
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
        questions=ask(desk.probe, shelf.rulebook.vocabulary, trace, summed_up(desk, situation), answered, order),
        reach=within,
        in_recommended=_in_form(desk, case, other, memo) if other else None,
        disputes=weigh_views(case, judged(desk, situation, undecided), partial(_lead, desk, case, memo)),
        receipt=Receipt(facts=facts_hash(case), version=desk.version, **desk.hashes),
        trace=trace,
    )


# --- other facts, views and forms ---------------------------------------------------------------------------------


def _answered(desk: Desk, case: Case, trace: Trace, changes: Sequence[Change]) -> list[Tried]:
    """What each change alone leads to."""
    trial = prepare_trial(desk.basis, trace.facts, trace.lists, changes, in_place=case.in_place)
    return try_out(trial, [(at,) for at in range(len(changes))])


def _lead(desk: Desk, case: Case, memo: Memo, given: Mapping[Key, Value]) -> Summary | None:
    """The advice on a case with some facts known; None when these contradict others."""
    case = with_facts(case, given)
    facts, lists = with_measures(desk, case, case.in_place, given_wins=True)
    trace = infer(desk.trials, facts, lists)
    if contradictions(desk, case, trace):
        return None
    situation = situate(desk, trace, case.in_place, memo)
    known = sum(is_known(desk, name, facts, lists) for name in desk.deciding)
    return judged(desk, situation, undecided_verdict(desk, known, situation.outcome))


def trial(desk: Desk, case: Case, facts: Facts, lists: Lists, memo: Memo) -> Summary | None:
    """The outcome for a case on other facts, these with its measures in place; None when they contradict each other.

    The verdict is the one that the whole advice would give. ``memo`` is good for lists of one shape.
    """
    trace = infer(desk.trials, facts, lists)
    if any(trace.holds(f"never:{index}") == "true" for index in range(len(desk.shelf.constraints))):
        return None
    situation = situate(desk, trace, case.in_place, memo)
    known = sum(is_known(desk, name, facts, lists) for name in desk.deciding)
    undecided = undecided_verdict(desk, known, situation.outcome)
    summary = summed_up(desk, situation)
    return replace(summary, verdict=undecided) if undecided else summary


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
    situation = situate(desk, trace, case.in_place, memo)
    within = reach_of(desk, trace, case.in_place, case.planned)
    plan = make_plan(desk.shelf.knowledge, spec, within, situation.assessments)
    measures = case.in_place | case.planned | {item.mitigation for item in plan.items}
    whole = project(desk, case, measures, memo)
    known = sum(is_known(desk, name, facts, lists) for name in desk.deciding)
    undecided = undecided_verdict(desk, known, situation.outcome)
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
    problems = contradictions(desk, case, trace)
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


def _conditions(desk: Desk, case: Case, situation: Situation, within: Reach) -> Conditions | None:
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


def _calendar(desk: Desk, situation: Situation) -> Calendar:
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
    return tuple(sorted({fact for node in nodes for fact in leaf_facts(network, node)}))
