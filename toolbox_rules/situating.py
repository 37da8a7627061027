"""One run of the rules -> a situation: the state of every pitfall, the weighing, the form, and what is within reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from toolbox_rules import network as n
from toolbox_rules.assessing import Assessment, Memo, assess
from toolbox_rules.cases import Case, Elements, SetValue, Value
from toolbox_rules.evaluating import Facts, Lists
from toolbox_rules.findings import Desk, FormAdvice
from toolbox_rules.inference import Trace, infer, truth
from toolbox_rules.offering import Reach, Sureness, reach, remedied
from toolbox_rules.problems import Problem
from toolbox_rules.questions import Summary
from toolbox_rules.trying import set_to
from toolbox_rules.weighing import Outcome, Remedies, weigh


def undecided_verdict(desk: Desk, known: int, outcome: Outcome) -> str | None:
    """The verdict to give when nearly nothing is known and nothing that is known settles a criterion; else None."""
    spec = desk.shelf.weighing.spec.undecided
    if spec is None or not desk.deciding or known * 100 >= len(desk.deciding) * spec.below_percent:
        return None
    criteria = desk.shelf.weighing.spec.criteria
    levels = [criteria[one.criterion].levels[one.level] for one in outcome.criteria]
    settled = any(level.when is not None or level.pitfalls is not None for level in levels)
    return None if settled or outcome.verdict != outcome.by_table else spec.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What one run of the rules makes of a case: every pitfall, and the weighing."""

    trace: Trace
    assessments: Mapping[str, Assessment]
    outcome: Outcome


def situate(desk: Desk, trace: Trace, in_place: frozenset[str], memo: Memo) -> Situation:
    """Assess and weigh."""
    assessments = assess(desk.assessor, trace, in_place, memo)
    outcome = weigh(desk.scales, trace, assessments, remedies_of(desk, trace, in_place, memo))
    if desk.tests_known and not trace.later:
        later = infer(desk.trials, trace.facts, trace.lists, later=True)
        outcome = _with_range(outcome, situate(desk, later, in_place, memo).outcome)
    return Situation(trace=trace, assessments=assessments, outcome=outcome)


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
            within = reach_of(desk, trace, in_place, frozenset(), "certain" if certain else "possible")
            found = memo.remedied[key] = remedied(desk.options, within.available)
        return found

    return remedies


def reach_of(
    desk: Desk, trace: Trace, in_place: frozenset[str], planned: frozenset[str], sureness: Sureness = "likely"
) -> Reach:
    """What is within reach; an unknown phase is the first, or for certain the last."""
    spec = desk.shelf.weighing.spec
    phase = trace.facts.get(spec.phase)
    order = desk.shelf.rulebook.vocabulary.facts[spec.phase].order
    now = order.index(phase) if isinstance(phase, str) else len(order) - 1 if sureness == "certain" else 0
    return reach(desk.options, now, trace, in_place, planned, sureness)


def project(desk: Desk, case: Case, measures: frozenset[str], memo: Memo) -> Situation:
    trace = infer(desk.engine, *with_measures(desk, case, measures, given_wins=False))
    return situate(desk, trace, measures, memo)


def judged(desk: Desk, situation: Situation, undecided: str | None) -> Summary:
    """An advice summed up, with the verdict that is given."""
    found = summed_up(desk, situation)
    return found if undecided is None else replace(found, verdict=undecided)


def summed_up(desk: Desk, situation: Situation) -> Summary:
    """What a question can change of a situation."""
    form = form_of(desk, situation.trace, situation.outcome)
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


def contradictions(desk: Desk, case: Case, trace: Trace) -> list[Problem]:
    """Facts that cannot go together, and measures in place against a fact that says the opposite."""
    problems: list[Problem] = []
    for index, (_, because) in enumerate(desk.shelf.constraints):
        if trace.holds(f"never:{index}") == "true":
            names = leaf_facts(desk.engine.network, desk.engine.network.extra[f"never:{index}"])
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


def form_of(desk: Desk, trace: Trace, outcome: Outcome) -> FormAdvice | None:
    """The form that the need asks for, beside the proposed one; None when the knowledge has no forms."""
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


def leaf_facts(network: n.Network, start: int) -> set[str]:
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


def is_known(desk: Desk, name: str, facts: Facts, lists: Lists) -> bool:
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
