"""A name -> the Proof for it: of a pitfall, a fact, a rule or a verdict, in one case."""

from dataclasses import replace

from toolbox_rules.advice import Desk, Findings
from toolbox_rules.assessing import THREATENING
from toolbox_rules.explanation import Explainer, Proof
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean


def explain(desk: Desk, findings: Findings, name: str, whole: bool) -> Proof:
    """Explain one name; ``whole`` shows every rule that could conclude it, not only those that decide.

    Raises ``ToolboxError`` (TR210) when nothing has that name.
    """
    shelf = desk.shelf
    explainer = Explainer(shelf.rulebook, findings.trace, findings.case)
    if name in shelf.knowledge.pitfalls:
        assessment = next(one.assessment for one in findings.pitfalls if one.id == name)
        proof = explainer.pitfall(assessment, name, shelf.knowledge.pitfalls[name].summary)
        if not whole:
            return proof
        return replace(proof, children=tuple(explainer.rule_state(state) for state in assessment.rules))
    if name in shelf.rulebook.vocabulary.facts and shelf.rulebook.vocabulary.facts[name].list is None:
        return explainer.fact(shelf.rulebook.vocabulary.facts[name])
    if name in shelf.rulebook.rules:
        return explainer.rule(shelf.rulebook.rules[name])
    if name == "verdict" or name in shelf.weighing.spec.verdicts:
        return _verdict(desk, findings, explainer, findings.verdict.id if name == "verdict" else name)
    known = [
        *shelf.knowledge.pitfalls,
        *shelf.rulebook.vocabulary.case_fact_names(),
        *shelf.rulebook.rules,
        *shelf.weighing.spec.verdicts,
        "verdict",
    ]
    message = f"nothing to explain is called '{name}'"
    raise ToolboxError([Problem(code="TR210", message=message, location=None, hint=did_you_mean(name, known))])


def _verdict(desk: Desk, findings: Findings, explainer: Explainer, name: str) -> Proof:
    """The criteria of the verdict, and the arguments of rules about it."""
    outcome = findings.verdict.outcome
    spec = desk.shelf.weighing.spec
    criteria = []
    for one in outcome.criteria:
        level = spec.criteria[one.criterion].levels[one.level]
        criteria.append(
            Proof(
                kind="criterion",
                name=one.criterion,
                truth="true" if len(one.possible) == 1 else "unknown",
                reason="derived",
                actual=one.level,
                expected=", ".join(one.possible),
                state="decisive" if one.criterion in outcome.decisive else None,
                text=level.because,
                children=(
                    *_grounds(desk, explainer, one.criterion, one.level),
                    *_counted(desk, findings, one.criterion),
                ),
            )
        )
    arguments = [
        replace(explainer.rule(desk.shelf.rulebook.rules[one.rule]), state=one.stance)
        for one in outcome.arguments
        if name in one.verdicts
    ]
    given = name == findings.verdict.id
    return Proof(
        kind="verdict",
        name=name,
        truth="true" if given else "unknown" if name in outcome.possible else "false",
        reason="derived",
        actual=findings.verdict.id,
        text=spec.verdicts[name].label,
        children=(*criteria, *arguments),
    )


def _grounds(desk: Desk, explainer: Explainer, criterion: str, level: str) -> tuple[Proof, ...]:
    """The condition of the level that a criterion stands at, or of the levels that it does not reach."""
    weighing = desk.shelf.weighing
    levels = weighing.spec.criteria[criterion].levels
    shown = [level] if levels[level].when is not None else [one for one in levels if levels[one].when is not None]
    document = desk.shelf.weighing_document
    return tuple(explainer.free(weighing.conditions[f"criterion:{criterion}:{one}"], document, one) for one in shown)


def _counted(desk: Desk, findings: Findings, criterion: str) -> tuple[Proof, ...]:
    """The threatening pitfalls that a criterion counts, without their own grounds."""
    levels = desk.shelf.weighing.spec.criteria[criterion].levels.values()
    classes = tuple(desk.shelf.weighing.spec.risk.classes)
    bounds = [classes.index(level.pitfalls.risk) for level in levels if level.pitfalls is not None]
    if not bounds:
        return ()
    return tuple(
        Proof(
            kind="pitfall",
            name=one.id,
            truth="true" if one.state == "open" else "unknown",
            state=one.state,
            reason="derived",
            actual=one.risk,
        )
        for one in findings.pitfalls
        if one.state in THREATENING and one.assessment.risk[0] >= min(bounds)
    )
