"""A name -> the Proof for it: of a pitfall, fact, rule, verdict, criterion, form or measure, in one case."""

from collections.abc import Callable, Mapping
from functools import partial

from toolbox_rules import arguing, justifying
from toolbox_rules.explanation import Explainer
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.inquiry import Inquiry
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.proof import Proof

Prove = Callable[[], Proof]


def explain(desk: Desk, findings: Findings, name: str, whole: bool = True) -> Proof:
    """Explain one name: every derivation and every part, marked for whether it decides.

    Without ``whole`` the pitfalls that a verdict or criterion counts are only named.
    A name of two things is that of the first in this order: pitfall, fact, rule, verdict, criterion, measure, form; the
    kind before it says which is meant, as in ``measure:role-matrix``. Raises ``ToolboxError`` (TR210) when nothing has
    that name.
    """
    explainer = Explainer(desk.shelf.rulebook, findings.trace, findings.case)
    inquiry = Inquiry(desk=desk, findings=findings, explainer=explainer, whole=whole)
    kind, colon, plain = name.rpartition(":")
    for named, provers in _provers(inquiry).items():
        if plain in provers and (not colon or kind == named):
            return provers[plain]()
    names = {one: None for provers in _provers(inquiry).values() for one in provers}
    message, hint = f"nothing to explain is called '{name}'", did_you_mean(plain, names)
    raise ToolboxError([Problem(code="TR210", message=message, location=None, hint=hint)])


def _provers(inquiry: Inquiry) -> Mapping[str, Mapping[str, Prove]]:
    """By kind and name, what there is to explain; ``verdict`` and ``form`` are also names, of those that are given."""
    shelf, findings, explainer = inquiry.desk.shelf, inquiry.findings, inquiry.explainer
    spec, facts, rules = shelf.weighing.spec, shelf.rulebook.vocabulary.facts, shelf.rulebook.rules
    form = findings.form
    forms = facts[spec.form.needed].order if spec.form else ()
    return {
        "pitfall": {one: partial(inquiry.pitfall, one) for one in shelf.knowledge.pitfalls},
        "fact": {one: partial(explainer.fact, fact) for one, fact in facts.items() if fact.list is None},
        "rule": {one: partial(explainer.rule, rule) for one, rule in rules.items()},
        "verdict": {"verdict": partial(arguing.verdict, inquiry, findings.verdict.id)}
        | {one: partial(arguing.verdict, inquiry, one) for one in spec.verdicts},
        "criterion": {one: partial(arguing.criterion, inquiry, one) for one in spec.criteria},
        "measure": {one: partial(justifying.measure, inquiry, one) for one in shelf.knowledge.mitigations},
        "form": {}
        if form is None
        else {"form": partial(arguing.form, inquiry, form)}
        | {one: partial(arguing.form, inquiry, form, one) for one in forms},
    }
