"""Findings -> why a measure is in the plan, with the best plan without it; or why not, with the best plan with it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from toolbox_rules.assessing import THREATENING
from toolbox_rules.inquiry import Inquiry
from toolbox_rules.offering import Reach, useful_links, without
from toolbox_rules.planning import Plan, PlanItem, make_plan
from toolbox_rules.proof import Proof, Reason, settling


def measure(inquiry: Inquiry, name: str) -> Proof:
    """Why a measure is in the plan or not; what it does, and what the best plan is otherwise."""
    item = next((one for one in inquiry.findings.plan.items if one.mitigation == name), None)
    return _left_out(inquiry, name) if item is None else _chosen(inquiry, item)


# --- in the plan --------------------------------------------------------------------------------------------------


def _chosen(inquiry: Inquiry, item: PlanItem) -> Proof:
    """What a measure of the plan covers, what waits for it, what it waits for, and the best plan without it."""
    name, knowledge = item.mitigation, inquiry.desk.shelf.knowledge
    effects = tuple(
        replace(_effect(inquiry, name, pitfall), state="adds" if pitfall in item.adds else "shares")
        for pitfall in item.covers
    )
    waiting = tuple(
        replace(inquiry.measure(one.mitigation, "chosen"), op="needed-for", text=link.because)
        for one in inquiry.findings.plan.items
        for link in knowledge.mitigations[one.mitigation].needs
        if link.mitigation == name and name in one.after
    )
    children = settling((*effects, *waiting), lambda step: step.state == "adds" or step.op == "needed-for")
    return replace(
        inquiry.measure(name, "chosen"),
        state="planned" if item.planned else None,
        text=knowledge.mitigations[name].summary,
        basis=knowledge.mitigations[name].basis,
        sources=knowledge.mitigations[name].sources,
        children=(*children, *_needs(inquiry, name), _plan_without(inquiry, name)),
    )


def _effect(inquiry: Inquiry, measure: str, pitfall: str) -> Proof:
    """What a measure does for a pitfall, with why that one threatens or not."""
    link, proof = inquiry.link(measure, pitfall), inquiry.pitfall(pitfall)
    assert link is not None
    threatens = inquiry.advice_on(pitfall).state in THREATENING
    return Proof(
        kind="effect",
        name=pitfall,
        truth="true" if threatens else "unknown" if proof.truth == "unknown" else "false",
        op=link.coverage,
        text=link.because,
        basis=link.basis,
        sources=link.sources,
        children=(proof,),
    )


def _needs(inquiry: Inquiry, name: str) -> tuple[Proof, ...]:
    """What a measure waits for: in place, so already, in the plan, or out of reach."""
    reach = inquiry.findings.reach
    chosen = {one.mitigation for one in inquiry.findings.plan.items}

    def reason(need: str) -> Reason:
        if need in reach.in_place:
            return "in-place"
        if need in reach.held:
            return "derived"
        return "chosen" if need in chosen else "available" if need in reach.available else "needs"

    return tuple(
        replace(
            inquiry.measure(link.mitigation, reason(link.mitigation)), op="needs", text=link.because, decisive=False
        )
        for link in inquiry.desk.shelf.knowledge.mitigations[name].needs
    )


def _plan_without(inquiry: Inquiry, name: str) -> Proof:
    """The best plan when one measure is left out."""
    desk, findings = inquiry.desk, inquiry.findings
    other = _planned(inquiry, without(desk.options, findings.reach, name), None)
    return _beside(inquiry, other, "without")


def _planned(inquiry: Inquiry, within: Reach, including: str | None) -> Plan:
    shelf = inquiry.desk.shelf
    assessments = {one.id: one.assessment for one in inquiry.findings.pitfalls}
    return make_plan(shelf.knowledge, shelf.weighing.spec, within, assessments, including)


def _beside(inquiry: Inquiry, other: Plan, name: str) -> Proof:
    """Another plan beside the one that is advised: what it leaves open, what it adds and drops, and its effort."""
    plan = inquiry.findings.plan
    now = {one.mitigation for one in plan.items}
    then = {one.mitigation for one in other.items}
    worse = set(other.uncovered) - set(plan.uncovered)
    changes = (
        *(_open(pitfall, "uncovered") for pitfall in other.uncovered if pitfall in worse),
        *(_open(pitfall, "chosen") for pitfall in plan.uncovered if pitfall not in other.uncovered),
        *(_changed(inquiry, one.mitigation, "added") for one in other.items if one.mitigation not in now),
        *(_changed(inquiry, one.mitigation, "dropped") for one in plan.items if one.mitigation not in then),
    )
    return Proof(
        kind="plan",
        name=name,
        truth="false" if worse or other.effort > plan.effort else "true",
        reason="uncovered" if worse else "outweighed",
        op="effort",
        expected=str(plan.effort),
        actual=str(other.effort),
        children=changes,
    )


def _changed(inquiry: Inquiry, name: str, how: str) -> Proof:
    """A measure that another plan adds or drops."""
    if how == "added":
        return replace(inquiry.measure(name, "chosen"), op=how, truth="true")
    return replace(inquiry.measure(name, "outweighed"), op=how, truth="false")


def _open(pitfall: str, reason: Reason) -> Proof:
    """A pitfall about which another plan does too little (``uncovered``), or does enough (``chosen``)."""
    return Proof(
        kind="effect", name=pitfall, truth="true" if reason == "chosen" else "false", op="difference", reason=reason
    )


# --- not in the plan ----------------------------------------------------------------------------------------------


def _left_out(inquiry: Inquiry, name: str) -> Proof:
    """Why a measure is not in the plan: in place, out of reach, against nothing that threatens, or at its price."""
    mitigation = inquiry.desk.shelf.knowledge.mitigations[name]
    threats = [
        link.pitfall for link in useful_links(mitigation) if inquiry.advice_on(link.pitfall).state in THREATENING
    ]
    bars = tuple(_bars(inquiry, name))
    reason: Reason = "in-place"
    children: tuple[Proof, ...] = ()
    if bars and bars[0].reason is not None:
        reason, children = bars[0].reason, bars
    elif name not in inquiry.findings.case.in_place and threats:
        reason, children = "outweighed", _outweighed(inquiry, name, threats)
    elif name not in inquiry.findings.case.in_place:
        reason = "no-threat"
        children = tuple(_effect(inquiry, name, link.pitfall) for link in useful_links(mitigation))
    return replace(
        inquiry.measure(name, reason),
        truth="false",
        text=mitigation.summary,
        basis=mitigation.basis,
        sources=mitigation.sources,
        children=children,
    )


def _bars(inquiry: Inquiry, name: str) -> Iterator[Proof]:
    """What keeps a measure out of reach: the phase, its own condition, one in place, or what it needs."""
    reach = inquiry.findings.reach
    if name in reach.in_place or name in reach.available:
        return
    if name in reach.too_late:
        yield _too_late(inquiry, name)
    condition = inquiry.desk.shelf.knowledge.unsuitable.get(name)
    if condition is not None:
        document = inquiry.document("mitigations", name)
        proof = inquiry.explainer.free(condition, document)
        if proof.truth == "true":
            yield Proof(
                kind="exposure",
                name="unsuitable_when",
                truth="true",
                reason="unsuitable",
                text=inquiry.desk.shelf.knowledge.mitigations[name].not_when,
                location=document.location(("unsuitable_when",), key=True),
                children=(proof,),
            )
    for other in sorted(inquiry.desk.options[name].conflicts & reach.in_place):
        yield _conflict(inquiry, name, other)
    for need in _needs(inquiry, name):
        if need.reason == "needs":
            yield replace(need, decisive=True, children=tuple(_bars(inquiry, need.name)))


def _too_late(inquiry: Inquiry, name: str) -> Proof:
    """That the present phase is beyond the last in which a measure can be done."""
    phase = inquiry.desk.shelf.rulebook.vocabulary.facts[inquiry.desk.shelf.weighing.spec.phase]
    return Proof(
        kind="test",
        name=phase.name,
        truth="false",
        reason="too-late",
        op="at_most",
        expected=phase.order[inquiry.desk.options[name].last_phase],
        actual=str(inquiry.findings.trace.facts[phase.name]),
        location=inquiry.document("mitigations", name).location(("phases",), key=True),
        given_at=inquiry.explainer.evidence.given_at(phase),
    )


def _conflict(inquiry: Inquiry, name: str, other: str) -> Proof:
    """That a measure cannot go together with another one, in the words of whichever of the two says so."""
    mitigations = inquiry.desk.shelf.knowledge.mitigations
    said = {(one, link.mitigation): link.because for one in (name, other) for link in mitigations[one].conflicts}
    text = said.get((name, other)) or said.get((other, name))
    return replace(inquiry.measure(other, "conflicts"), op="conflicts", text=text)


def _outweighed(inquiry: Inquiry, name: str, threats: Iterable[str]) -> tuple[Proof, ...]:
    """What a measure would do, which measures of the plan do that, and the best plan that has it."""
    chosen = [one.mitigation for one in inquiry.findings.plan.items]
    against = [one for one in chosen if one in inquiry.desk.options[name].conflicts]
    other = _planned(inquiry, inquiry.findings.reach, name)
    return (
        *(_shared(inquiry, name, pitfall, chosen) for pitfall in threats),
        *(_conflict(inquiry, name, one) for one in against),
        *_needs(inquiry, name),
        _beside(inquiry, other, "with"),
    )


def _shared(inquiry: Inquiry, name: str, pitfall: str, chosen: Iterable[str]) -> Proof:
    """What a measure would do for a pitfall, and the measures of the plan that already do something about it."""
    others = tuple(
        replace(inquiry.measure(one, "chosen"), op=link.coverage, text=link.because)
        for one in chosen
        if (link := inquiry.link(one, pitfall)) is not None
    )
    reason: Reason | None = None if others else "uncovered"
    return replace(_effect(inquiry, name, pitfall), reason=reason, children=others)
