"""Findings -> why this verdict, why a criterion stands where it does, why this form and no lighter or heavier one."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from toolbox_rules.assessing import Assessment, Memo
from toolbox_rules.findings import FormAdvice
from toolbox_rules.inference import Truth
from toolbox_rules.inquiry import Inquiry
from toolbox_rules.model import CriterionLevel, DecisionTable, PitfallTally
from toolbox_rules.proof import Proof, Reason, settling
from toolbox_rules.situating import remedies_of
from toolbox_rules.vocabulary import Fact
from toolbox_rules.weighing import ArgumentResult, CriterionResult, tallied


def verdict(inquiry: Inquiry, name: str) -> Proof:
    """Why a verdict was given, or why not: the table, the criteria and the arguments of rules about it.

    Of a verdict that was not given, each criterion says at what level it would have to stand.
    """
    found = inquiry.findings.verdict
    given = name == found.id
    spec = inquiry.desk.shelf.weighing.spec
    wanted = {} if given else _wanted(inquiry, name)
    criteria = tuple(criterion(inquiry, one.criterion, wanted.get(one.criterion)) for one in found.outcome.criteria)
    deciding = found.outcome.decisive if given else [one.name for one in criteria if one.truth != "true"]
    return Proof(
        kind="verdict",
        name=name,
        truth="true" if given else "unknown" if name in found.possible else "false",
        reason="derived",
        actual=found.id,
        text=spec.verdicts[name].label,
        children=(
            *_known(inquiry),
            *_tables(inquiry, name),
            *settling(criteria, lambda one: one.name in deciding),
            *_arguments(inquiry, name),
        ),
    )


def _known(inquiry: Inquiry) -> tuple[Proof, ...]:
    """That too little is known for a verdict, where that is so."""
    undecided, found = inquiry.desk.shelf.weighing.spec.undecided, inquiry.findings.verdict
    if undecided is None or found.id != undecided.verdict:
        return ()
    return (
        Proof(
            kind="tally",
            name="known",
            truth="false",
            reason="too-few",
            op="at_least",
            expected=f"{undecided.below_percent} percent",
            actual=f"{found.known} of {found.decisive}",
        ),
    )


def _tables(inquiry: Inquiry, name: str) -> tuple[Proof, ...]:
    """The decision table that was used, and those before it that do not apply; they decide which verdicts there are."""
    found = []
    for table in inquiry.desk.shelf.weighing.spec.tables:
        found.append(_table(inquiry, table))
        if table.id == inquiry.findings.verdict.outcome.table:
            break
    strange = name not in next(
        table.verdicts for table in inquiry.desk.shelf.weighing.spec.tables if table.id == found[-1].name
    )
    return tuple(replace(one, decisive=strange) for one in found)


def _table(inquiry: Inquiry, table: DecisionTable) -> Proof:
    shelf = inquiry.desk.shelf
    condition = shelf.weighing.conditions.get(f"table:{table.id}")
    children = () if condition is None else (inquiry.explainer.free(condition, shelf.weighing_document),)
    return Proof(
        kind="table",
        name=table.id,
        truth=children[0].truth if children else "true",
        reason=None if children else "remains",
        text=table.label,
        children=children,
    )


def _wanted(inquiry: Inquiry, verdict: str) -> Mapping[str, str]:
    """The levels that would give another verdict, with as few changes as possible, then by as few steps."""
    weighing, outcome = inquiry.desk.shelf.weighing, inquiry.findings.verdict.outcome
    orders = {one.criterion: tuple(weighing.spec.criteria[one.criterion].levels) for one in outcome.criteria}
    now = tuple(orders[one.criterion].index(one.level) for one in outcome.criteria)
    decisions = weighing.decisions[outcome.table]

    def distance(levels: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        steps = [abs(one - other) for one, other in zip(levels, now, strict=True)]
        return sum(map(bool, steps)), sum(steps), levels

    giving = [one for one in product(*(range(len(order)) for order in orders.values())) if decisions[one] == verdict]
    if not giving:
        return {}
    nearest = min(giving, key=distance)
    return {name: order[at] for (name, order), at in zip(orders.items(), nearest, strict=True)}


def _arguments(inquiry: Inquiry, name: str) -> tuple[Proof, ...]:
    """The rules that argue about a verdict; and, of the given one, those that rule out what the table says."""
    outcome = inquiry.findings.verdict.outcome
    verdicts = next(one.verdicts for one in inquiry.desk.shelf.weighing.spec.tables if one.id == outcome.table)
    above: tuple[str, ...] = ()
    if name == outcome.verdict:
        above = verdicts[verdicts.index(name) + 1 : verdicts.index(outcome.by_table) + 1]

    def excludes(one: ArgumentResult) -> bool:
        return one.stance == "excludes" and not {name, *above}.isdisjoint(one.verdicts)

    return tuple(
        _argument(inquiry, one.rule, one.stance, decisive=excludes(one))
        for one in outcome.arguments
        if name in one.verdicts or excludes(one)
    )


def _argument(inquiry: Inquiry, rule: str, stance: str, decisive: bool = True) -> Proof:
    proof = inquiry.explainer.rule(inquiry.desk.shelf.rulebook.rules[rule])
    return replace(proof, state=stance, decisive=decisive)


# --- criteria -----------------------------------------------------------------------------------------------------


def criterion(inquiry: Inquiry, name: str, wanted: str | None = None) -> Proof:
    """Why a criterion stands where it does; ``wanted`` is the level that another verdict asks for."""
    result = next(one for one in inquiry.findings.verdict.outcome.criteria if one.criterion == name)
    levels = inquiry.desk.shelf.weighing.spec.criteria[name].levels
    proofs = tuple(_level(inquiry, name, level, spec, result) for level, spec in levels.items())
    conditional = levels[result.level].when is not None or levels[result.level].pitfalls is not None
    return Proof(
        kind="criterion",
        name=name,
        truth=_stands(result, wanted),
        reason="derived",
        actual=result.level,
        expected=", ".join(result.possible),
        state=wanted,
        text=levels[result.level].because,
        location=inquiry.desk.shelf.weighing_document.location(("criteria", name), key=True),
        children=settling(proofs, lambda one: not conditional or one.name == result.level),
    )


def _stands(result: CriterionResult, wanted: str | None) -> Truth:
    if wanted is None:
        return "true" if len(result.possible) == 1 else "unknown"
    return "true" if result.level == wanted else "unknown" if wanted in result.possible else "false"


def _level(inquiry: Inquiry, criterion: str, name: str, level: CriterionLevel, result: CriterionResult) -> Proof:
    """One level of a criterion: its condition and its count of pitfalls, or that it is what remains."""
    shelf = inquiry.desk.shelf
    parts = []
    if level.when is not None:
        condition = shelf.weighing.conditions[f"criterion:{criterion}:{name}"]
        parts.append(inquiry.explainer.free(condition, shelf.weighing_document))
    if level.pitfalls is not None:
        parts.append(_tally(inquiry, level.pitfalls))
    truths = {part.truth for part in parts}
    found: Truth = "false" if "false" in truths else "unknown" if "unknown" in truths else "true"
    if not parts:
        found = "true" if result.level == name else "false"
    return Proof(
        kind="level",
        name=name,
        op=criterion,
        truth=found,
        reason=None if parts else "remains",
        location=shelf.weighing_document.location(("criteria", criterion, "levels", name), key=True),
        children=settling(tuple(parts), lambda part: found in ("true", part.truth)),
    )


def _tally(inquiry: Inquiry, tally: PitfallTally) -> Proof:
    """A count of threatening pitfalls of at least a risk, with each pitfall that counts or may come to count."""
    spec, findings = inquiry.desk.shelf.weighing.spec, inquiry.findings
    assessments = {one.id: one.assessment for one in findings.pitfalls}
    risk = tuple(spec.risk.classes).index(tally.risk)
    memo = Memo()
    remedies = remedies_of(inquiry.desk, findings.trace, findings.case.in_place, memo)
    must, may = tallied(tally, assessments, remedies, risk, both=True)
    healed = {} if tally.remedy is None else {certain: remedies(certain is tally.remedy) for certain in (True, False)}

    def counted(one: Assessment) -> Truth:
        def remedied(certain: bool) -> bool:
            return tally.remedy is None or (one.pitfall in healed[certain]) is tally.remedy

        if one.must and one.risk[0] >= risk and remedied(True):
            return "true"
        return "unknown" if one.may and one.risk[1] >= risk and remedied(False) else "false"

    elements = tuple(
        _counted(inquiry, name, counted(one)) for name, one in assessments.items() if one.may and one.risk[1] >= risk
    )
    found: Truth = "true" if must else "unknown" if may else "false"
    op, number = ("at_least", tally.at_least) if tally.at_least is not None else ("at_most", tally.at_most)
    bounds = [f"{word} {bound}" for word in ("at_least", "at_most") if (bound := getattr(tally, word)) is not None]
    low = sum(one.truth == "true" for one in elements)
    high = low + sum(one.truth == "unknown" for one in elements)
    few: Reason = "too-few" if op == "at_least" and number else "absent"
    return Proof(
        kind="tally",
        name=tally.risk,
        op={None: "threatening", True: "with-remedy", False: "without-remedy"}[tally.remedy],
        truth=found,
        reason=None if elements else few,
        expected=" ".join(bounds),
        actual=str(low) if low == high else f"{low} to {high}",
        children=settling(elements, lambda one: one.truth == "true" and (found == "true") is (op == "at_least")),
    )


def _counted(inquiry: Inquiry, pitfall: str, counts: Truth) -> Proof:
    """Whether a pitfall counts; one that does not has a measure within reach, or has none."""
    remedies = inquiry.remedies(pitfall) if inquiry.whole or counts == "false" else ()
    if counts != "false":
        remedies = tuple(replace(one, decisive=False) for one in remedies)
    proof = replace(inquiry.counted(pitfall), decisive=counts != "false" or not remedies)
    return Proof(kind="element", name="pitfall", subject=pitfall, truth=counts, children=(proof, *remedies))


# --- the form -----------------------------------------------------------------------------------------------------


def form(inquiry: Inquiry, found: FormAdvice, name: str | None = None) -> Proof:
    """Why a form is recommended, or why not; of the recommended one also why none just lighter or heavier.

    Without ``name`` it is about the recommended form, called ``form`` as long as there is none.
    """
    best, order = found.recommended, _forms(inquiry).order
    if name is None and best is None:
        whole = _needed(inquiry, order[0])
        return Proof(kind="form", name="form", truth="unknown", reason="unknown", actual="unknown", children=(whole,))
    asked = name or str(best)
    proof = _rung(inquiry, found, asked)
    if asked != best:
        return proof
    at = order.index(asked)
    between = order[at + 1 : order.index(found.needed) + 1]
    beside = dict.fromkeys((*order[max(0, at - 1) : at], *between, *order[at + 1 : at + 2]))
    return replace(proof, children=(*proof.children, *(_rung(inquiry, found, one) for one in beside)))


def _forms(inquiry: Inquiry) -> Fact:
    spec = inquiry.desk.shelf.weighing.spec.form
    assert spec is not None, "there is advice on the form only where there are forms"
    return inquiry.desk.shelf.rulebook.vocabulary.facts[spec.needed]


def _needed(inquiry: Inquiry, form: str) -> Proof:
    """Whether the need asks for a form at least, or for the lightest: for any other at all."""
    fact = _forms(inquiry)
    return inquiry.explainer.fact(fact) if form == fact.order[0] else inquiry.explainer.level(fact, form)


def _rung(inquiry: Inquiry, found: FormAdvice, name: str) -> Proof:
    """One form: whether it is the one, and the rules that ask for it, for a heavier one, or rule it out."""
    order = _forms(inquiry).order
    at, best = order.index(name), found.recommended
    excluding = tuple(
        _argument(inquiry, one.rule, one.stance)
        for one in inquiry.findings.verdict.outcome.arguments
        if one.stance == "excludes" and name in one.forms
    )
    lighter = best is not None and at < order.index(best)
    open_ended = at <= order.index(found.highest) and (best is None or at > order.index(found.needed))
    reason: Reason = "not-needed"
    if name == best:
        reason = "derived"
    elif excluding:
        reason = "excluded"
    elif open_ended:
        reason = "unknown"
    elif lighter:
        reason = "too-light"
    need = _needed(inquiry, str(best) if lighter else name)
    return Proof(
        kind="form",
        name=name,
        truth="true" if name == best else "unknown" if open_ended and not excluding else "false",
        reason=reason,
        actual=best or "unknown",
        state="proposed" if name == found.proposed else None,
        children=(*excluding, replace(need, decisive=not excluding or lighter)),
    )
