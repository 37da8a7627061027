"""A name -> the Proof for it: of a pitfall, fact, rule, verdict, criterion, form or measure, in one case."""

from collections.abc import Callable

from toolbox_rules import arguing, justifying
from toolbox_rules.advice import Desk, Findings
from toolbox_rules.explanation import Explainer
from toolbox_rules.inquiry import Inquiry
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.proof import Proof

Prove = Callable[[], Proof]


def explain(desk: Desk, findings: Findings, name: str, whole: bool = True) -> Proof:
    """Explain one name: every derivation and every part, marked for whether it decides.

    Without ``whole`` the pitfalls that a verdict or criterion counts are only named.
    A name of two things is that of the first in this order: pitfall, fact, rule, ``verdict`` or a verdict, criterion,
    measure, ``form`` or a form. Raises ``ToolboxError`` (TR210) when nothing has that name.
    """
    explainer = Explainer(desk.shelf.rulebook, findings.trace, findings.case)
    inquiry = Inquiry(desk=desk, findings=findings, explainer=explainer, whole=whole)
    prove = _prover(inquiry, name)
    if prove is None:
        message, hint = f"nothing to explain is called '{name}'", did_you_mean(name, _names(desk, findings))
        raise ToolboxError([Problem(code="TR210", message=message, location=None, hint=hint)])
    return prove()


def _prover(inquiry: Inquiry, name: str) -> Prove | None:
    shelf, findings, explainer = inquiry.desk.shelf, inquiry.findings, inquiry.explainer
    facts, form = shelf.rulebook.vocabulary.facts, findings.form
    if name in shelf.knowledge.pitfalls:
        return lambda: inquiry.pitfall(name)
    if name in facts and facts[name].list is None:
        return lambda: explainer.fact(facts[name])
    if name in shelf.rulebook.rules:
        return lambda: explainer.rule(shelf.rulebook.rules[name])
    if name == "verdict" or name in shelf.weighing.spec.verdicts:
        return lambda: arguing.verdict(inquiry, findings.verdict.id if name == "verdict" else name)
    if name in shelf.weighing.spec.criteria:
        return lambda: arguing.criterion(inquiry, name)
    if name in shelf.knowledge.mitigations:
        return lambda: justifying.measure(inquiry, name)
    if form is not None and name in ("form", *_forms(inquiry.desk)):
        return lambda: arguing.form(inquiry, form, None if name == "form" else name)
    return None


def _forms(desk: Desk) -> tuple[str, ...]:
    spec = desk.shelf.weighing.spec.form
    return () if spec is None else desk.shelf.rulebook.vocabulary.facts[spec.needed].order


def _names(desk: Desk, findings: Findings) -> list[str]:
    shelf = desk.shelf
    return [
        *shelf.knowledge.pitfalls,
        *shelf.rulebook.vocabulary.case_fact_names(),
        *shelf.rulebook.rules,
        "verdict",
        *shelf.weighing.spec.verdicts,
        *shelf.weighing.spec.criteria,
        *shelf.knowledge.mitigations,
        *(("form", *_forms(desk)) if findings.form else ()),
    ]
