"""Trace -> Proof: why something holds, why not, and what is still unknown, all steps down to given facts.

Every rule that bears on a question is there; those that do not decide are marked, not left out.
"""

from dataclasses import replace
from typing import Literal

from toolbox_rules import conditions as c
from toolbox_rules.assessing import STATES, Assessment, RuleState
from toolbox_rules.cases import NO_ELEMENTS, Case, Elements
from toolbox_rules.documents import Document
from toolbox_rules.evidence import Evidence, show_value
from toolbox_rules.examining import Examiner, Path
from toolbox_rules.inference import Trace, Truth
from toolbox_rules.model import Pitfall
from toolbox_rules.proof import Proof, Reason, settling
from toolbox_rules.relevance import Question, Useful, anything, conclusions_on, towards
from toolbox_rules.rulebook import Rule, Rulebook
from toolbox_rules.vocabulary import Fact

#: What a rule that runs over no list runs over.
ALONE = Elements(items=({},))
_NOWHERE: Path = frozenset()


class Explainer:
    """Explains one trace."""

    def __init__(self, rulebook: Rulebook, trace: Trace, case: Case) -> None:
        """Take the case along, for the places of its facts and the names of its elements."""
        self.rulebook = rulebook
        self.trace = trace
        self.evidence = Evidence(rulebook, trace, case)
        self._examiner = Examiner(self.evidence, self._concluded)
        self._by_fact: dict[str, list[Rule]] = {}
        for rule in rulebook.rules.values():
            for fact in dict.fromkeys(setting.fact.name for setting in rule.settings):
                self._by_fact.setdefault(fact, []).append(rule)
        # A conclusion is explained once, unless it came back in its own explanation: that depends on where it is asked.
        self._explained: dict[Question, Proof] = {}
        self._came_back = 0

    def pitfall(self, assessment: Assessment, pitfall: Pitfall) -> Proof:
        """Why a pitfall has its state: every rule that concludes it; those that give the state decide."""
        state = assessment.state
        rules = tuple(self.rule_state(one) for one in assessment.rules)
        return Proof(
            kind="pitfall",
            name=pitfall.id,
            truth=_threat(state),
            state=state,
            reason=_reason(state) if rules else "absent",
            text=pitfall.summary,
            basis=pitfall.basis,
            sources=pitfall.sources,
            children=settling(rules, lambda rule: rule.state == state),
        )

    def rule_state(self, state: RuleState) -> Proof:
        """What one rule makes of a pitfall, with its exposure, control and aggravations."""
        rule = self.rulebook.rules[state.rule]
        if state.subject == -1:
            return self._unnamed(rule, state)
        lists, bound = ([rule.list], {0: state.subject or 0}) if rule.list else ([], {})
        children = [self._part("exposure", rule, rule.when, ("when",), lists, bound)]
        if rule.unless is not None:
            control = self._part("control", rule, rule.unless, ("unless",), lists, bound)
            children.append(replace(control, decisive=children[0].truth != "false"))
        for index, condition in enumerate(rule.aggravated_by):
            proof = self._part("aggravation", rule, condition, ("aggravated_by", index), lists, bound)
            children.append(replace(proof, decisive=proof.truth == "true"))
        found = self._of_rule(rule, state.subject, state.state, tuple(children))
        controlled = any(child.truth == "true" for child in children if child.kind == "control")
        return replace(found, reason="covered") if state.state == "covered" and not controlled else found

    def control(self, state: RuleState) -> Proof | None:
        """A rule that makes a pitfall threaten, with its control and nothing else; None when it has none."""
        rule = self.rulebook.rules[state.rule]
        if rule.unless is None:
            return None
        lists, bound = ([rule.list], {0: state.subject or 0}) if rule.list else ([], {})
        part = self._part("control", rule, rule.unless, ("unless",), lists, bound)
        return self._of_rule(rule, state.subject, state.state, (part,))

    def _unnamed(self, rule: Rule, state: RuleState) -> Proof:
        """What a rule makes of an element that is not named: unknown, or ruled out by what it asks of the case."""
        premise = c.premise_of(rule.when)
        if state.state != "not-applicable" or premise is None or rule.list is None:
            return replace(self._of_rule(rule, state.subject, state.state, ()), reason="unknown")
        part = self._part("exposure", rule, premise, ("when",), [rule.list], {})
        return self._of_rule(rule, state.subject, state.state, (part,))

    def rule(self, rule: Rule) -> Proof:
        """Whether a rule that derives or argues holds, and why: for which elements, where it runs over a list."""
        return self._rule(rule, rule.when, None, _NOWHERE)

    def fact(self, fact: Fact) -> Proof:
        """Why a fact of the case has its value: given, unknown, or concluded by rules."""
        if fact.derived:
            return self._concluded(fact, None, (fact.name,), anything, _NOWHERE)
        value = self.trace.facts.get(fact.name)
        arranged = self.evidence.arranged(c.Ref(fact=fact, depth=None), {})
        return Proof(
            kind="fact",
            name=fact.name,
            truth="unknown" if value is None else "true",
            reason="unknown" if value is None else "arranged" if arranged else "given",
            actual=show_value(value),
            given_at=self.evidence.given_at(fact),
        )

    def level(self, fact: Fact, level: str) -> Proof:
        """Why an ordered derived fact reaches a level, or why it does not."""
        order = fact.order
        question = (fact.name, "at_least", level)
        proof = self._concluded(fact, None, question, lambda value: order.index(value) >= order.index(level), _NOWHERE)
        return replace(proof, kind="test", op="at_least", expected=level)

    def free(self, condition: c.Condition, document: Document) -> Proof:
        """A condition that stands on its own, such as that of a level of a criterion."""
        return self._examiner.condition(condition, document, [], {}, _NOWHERE)

    # --- parts of a rule --------------------------------------------------------------------------------------

    def _rule(self, rule: Rule, when: c.Condition, element: int | None, path: Path) -> Proof:
        """What a rule makes of its condition, for one element, or for all that it runs over."""
        lists = [rule.list] if rule.list else []
        elements = self.trace.lists.get(rule.list, NO_ELEMENTS) if rule.list else ALONE
        children = []
        for at in range(len(elements.items)) if element is None else [element]:
            bound = {0: at} if rule.list else {}
            proof = self._part("exposure", rule, when, ("when",), lists, bound, path)
            children.append(replace(proof, subject=self.evidence.label(rule.list, at)))
        truths = {child.truth for child in children}
        if element is None and not elements.complete:
            truths.add("unknown")
        found: Truth = "true" if "true" in truths else "unknown" if "unknown" in truths else "false"
        reason: Reason | None = None if children else "unknown" if found == "unknown" else "too-few"
        return replace(
            self._of_rule(rule, None, None, settling(tuple(children), lambda child: child.truth == found)),
            truth=found,
            reason=reason,
        )

    def _concluded(self, fact: Fact, element: int | None, question: Question, useful: Useful, path: Path) -> Proof:
        """Why a derived fact has the values that a question is about: the rules that conclude them."""
        if question in self._explained and question not in path:
            return self._explained[question]
        truths = [self.evidence.reached(fact, value, element) for value in conclusions_on(fact) if useful(value)]
        found: Truth = "true" if "true" in truths else "unknown" if "unknown" in truths else "false"
        actual = self.evidence.derived(fact, element)
        proof = Proof(kind="fact", name=fact.name, truth=found, reason="derived", actual=actual)
        if question in path:
            self._came_back += 1
            return replace(proof, reason="repeated")
        came_back = self._came_back
        rules = tuple(
            self._rule(rule, when, element if fact.list else None, path | {question})
            for rule in self._by_fact.get(fact.name, ())
            if (when := towards(rule, fact, useful)) is not None
        )
        if not rules:
            return replace(proof, reason="absent")
        proof = replace(proof, children=settling(rules, lambda rule: rule.truth == found))
        if came_back == self._came_back:
            self._explained[question] = proof
        return proof

    def _of_rule(self, rule: Rule, subject: int | None, state: str | None, children: tuple[Proof, ...]) -> Proof:
        return Proof(
            kind="rule",
            name=rule.id,
            truth=_threat(state),
            state=state,
            subject=self.evidence.label(rule.list, subject) if subject is not None else None,
            text=rule.spec.because,
            location=rule.document.location(("id",), key=True),
            basis=rule.spec.basis,
            sources=rule.spec.sources,
            children=children,
        )

    def _part(
        self,
        kind: Literal["exposure", "control", "aggravation"],
        rule: Rule,
        condition: c.Condition,
        place: c.Place,
        lists: list[str],
        bound: dict[int, int],
        path: Path = _NOWHERE,
    ) -> Proof:
        proof = self._examiner.condition(condition, rule.document, list(lists), bound, path)
        location = rule.document.location(place, key=True)
        return Proof(kind=kind, name=str(place[0]), truth=proof.truth, location=location, children=(proof,))


def _reason(state: str) -> Reason:
    return "covered" if state == "covered" else "not-applicable" if state == "not-applicable" else "derived"


def _threat(state: str | None) -> Truth:
    """Whether a state says that something threatens for certain."""
    return "true" if state == "open" else "false" if state in STATES[3:] else "unknown"
