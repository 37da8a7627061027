"""Trace -> Proof: why something holds, why not, and what is still unknown, all steps down to given facts.

The truth of every part is read from the same network that the engine ran, so the two cannot disagree.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from toolbox_rules import conditions as c
from toolbox_rules.assessing import STATES, Assessment, RuleState
from toolbox_rules.building import Builder
from toolbox_rules.cases import NO_ELEMENTS, Case, Elements, SetValue, Value
from toolbox_rules.documents import Document
from toolbox_rules.evaluating import Evaluation
from toolbox_rules.inference import Trace, Truth, truth
from toolbox_rules.lowering import Lowering
from toolbox_rules.model import Text
from toolbox_rules.problems import Location
from toolbox_rules.rulebook import Rule, Rulebook
from toolbox_rules.vocabulary import Fact

Kind = Literal[
    "pitfall",
    "verdict",
    "criterion",
    "rule",
    "exposure",
    "control",
    "aggravation",
    "condition",
    "quantifier",
    "element",
    "test",
    "fact",
]
#: Why a leaf is as it is: the closed set of reasons.
Reason = Literal["given", "derived", "unknown", "absent", "differs", "too-few", "covered", "not-applicable", "repeated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One step of an explanation.

    ``name`` is an id, a fact or the word of a condition (``all``, ``some`` ...); ``expected`` and ``actual`` are what a
    test asks and finds (values as they stand in a case file); ``state`` is that of a pitfall or a rule; ``text`` the
    author's sentence; ``location`` where the step stands in the rules, or in the case file for a given fact.
    """

    kind: Kind
    name: str
    truth: Truth
    reason: Reason | None = None
    op: str | None = None
    expected: str | None = None
    actual: str | None = None
    state: str | None = None
    text: Text | None = None
    subject: str | None = None
    location: Location | None = None
    sources: tuple[str, ...] = ()
    children: tuple["Proof", ...] = ()

    def leaves(self) -> Iterator["Proof"]:
        """The steps that rest on nothing further."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


#: The questions that a step of an explanation is part of the answer to.
Path = frozenset[tuple[object, ...]]
Useful = Callable[[str], bool]
#: What a rule that runs over no list runs over.
ALONE = Elements(items=({},))


class Explainer:
    """Explains one trace."""

    def __init__(self, rulebook: Rulebook, trace: Trace, case: Case) -> None:
        """Take the case along, for the places of its facts and the names of its elements."""
        network = trace.engine.network
        self.rulebook = rulebook
        self.trace = trace
        self.case = case
        self._builder = Builder(nodes=list(network.nodes), index=dict(network.index))
        self._evaluation: Evaluation = trace.evaluation()
        self._by_fact: dict[str, list[Rule]] = {}
        for rule in rulebook.rules.values():
            for setting in rule.settings:
                self._by_fact.setdefault(setting.fact.name, []).append(rule)

    def pitfall(self, assessment: Assessment, name: str, because: Text) -> Proof:
        """Why a pitfall has its state: the rules that give it, or all its rules when it does not apply."""
        strongest = assessment.state
        shown = [state for state in assessment.rules if state.state == strongest]
        return Proof(
            kind="pitfall",
            name=name,
            truth="true" if strongest == "open" else "false" if strongest in STATES[3:] else "unknown",
            state=strongest,
            reason="covered" if strongest == "covered" else "not-applicable" if strongest == "not-applicable" else None,
            text=because,
            children=tuple(self.rule_state(state) for state in shown),
        )

    def rule_state(self, state: RuleState) -> Proof:
        """What one rule makes of a pitfall, with its exposure, control and aggravations."""
        rule = self.rulebook.rules[state.rule]
        subject = self._label(rule.list, state.subject) if rule.list and state.subject is not None else None
        bound = {0: state.subject} if state.subject is not None else {}
        if state.subject == -1:
            reason: Reason = "unknown" if state.state == "undetermined" else "not-applicable"
            return replace(self._of_rule(rule, subject, state.state, ()), reason=reason)
        lists = [rule.list] if rule.list else []
        children = [self._part("exposure", rule, rule.when, ("when",), lists, bound)]
        if rule.unless is not None and children[0].truth != "false":
            children.append(self._part("control", rule, rule.unless, ("unless",), lists, bound))
        for index, condition in enumerate(rule.aggravated_by):
            proof = self._part("aggravation", rule, condition, ("aggravated_by", index), lists, bound)
            if proof.truth == "true":
                children.append(proof)
        return self._of_rule(rule, subject, state.state, tuple(children))

    def rule(self, rule: Rule) -> Proof:
        """Whether a rule that derives or argues holds, and why: for which elements, where it runs over a list."""
        return self._rule(rule, rule.when, None, frozenset())

    def fact(self, fact: Fact) -> Proof:
        """Why a fact of the case has its value: given, unknown, or concluded by rules."""
        if not fact.derived:
            value = self.trace.facts.get(fact.name)
            return Proof(
                kind="fact",
                name=fact.name,
                truth="unknown" if value is None else "true",
                reason="unknown" if value is None else "given",
                actual=show_value(value),
                location=self._place(fact.name),
            )
        return self._concluded(fact, None, (fact.name,), lambda _: True, frozenset())

    def free(self, condition: c.Condition, document: Document, name: str) -> Proof:
        """A condition that stands on its own, such as that of a level of a criterion."""
        proof = self.condition(condition, document, [], {}, frozenset())
        return Proof(kind="exposure", name=name, truth=proof.truth, location=proof.location, children=(proof,))

    # --- parts of a rule --------------------------------------------------------------------------------------

    def _rule(self, rule: Rule, when: c.Condition, element: int | None, path: Path) -> Proof:
        """What a rule makes of its condition, for one element, or for all that it runs over."""
        lists = [rule.list] if rule.list else []
        elements = self.trace.lists.get(rule.list, NO_ELEMENTS) if rule.list else ALONE
        children = []
        for at in range(len(elements.items)) if element is None else [element]:
            bound = {0: at} if rule.list else {}
            proof = self._part("exposure", rule, when, ("when",), lists, bound, path)
            children.append(replace(proof, subject=self._label(rule.list, at)))
        truths = {child.truth for child in children}
        if element is None and not elements.complete:
            truths.add("unknown")
        found: Truth = "true" if "true" in truths else "unknown" if "unknown" in truths else "false"
        reason: Reason | None = None if children else "unknown" if found == "unknown" else "too-few"
        deciding = tuple(child for child in children if child.truth == found) or tuple(children)
        return replace(self._of_rule(rule, None, None, deciding), truth=found, reason=reason)

    def _concluded(
        self, fact: Fact, element: int | None, question: tuple[object, ...], useful: Useful, path: Path
    ) -> Proof:
        """Why a derived fact has the values that a question is about: the rules that conclude them."""
        truths = [self._reached(fact, value, element) for value in _conclusions(fact) if useful(value)]
        proof = Proof(
            kind="fact",
            name=fact.name,
            truth="true" if "true" in truths else "unknown" if "unknown" in truths else "false",
            reason="derived",
            actual=self._derived(fact, element),
        )
        if question in path:
            return replace(proof, reason="repeated")
        rules = [
            self._rule(rule, when, element if fact.list else None, path | {question})
            for rule in self._by_fact.get(fact.name, ())
            if (when := _towards(rule, fact, useful)) is not None
        ]
        if not rules:
            return replace(proof, reason="absent")
        return replace(proof, children=tuple(one for one in rules if one.truth == proof.truth) or tuple(rules))

    def _of_rule(self, rule: Rule, subject: str | None, state: str | None, children: tuple[Proof, ...]) -> Proof:
        return Proof(
            kind="rule",
            name=rule.id,
            truth="true" if state == "open" else "false" if state in STATES[3:] else "unknown",
            state=state,
            subject=subject,
            text=rule.spec.because,
            location=rule.document.location(("id",), key=True),
            sources=rule.spec.sources,
            children=children,
        )

    def _part(
        self,
        kind: Kind,
        rule: Rule,
        condition: c.Condition,
        place: c.Place,
        lists: list[str],
        bound: dict[int, int],
        path: Path = frozenset(),
    ) -> Proof:
        proof = self.condition(condition, rule.document, list(lists), bound, path)
        return Proof(
            kind=kind,
            name=str(place[0]),
            truth=proof.truth,
            location=rule.document.location(place, key=True),
            children=(proof,),
        )

    def condition(
        self, condition: c.Condition, document: Document, lists: list[str], bound: dict[int, int], path: Path
    ) -> Proof:
        """One condition, for the elements that its quantifiers are bound to."""
        found = self._truth(condition, lists, bound)
        location = document.location(condition.place, key=True)
        match condition:
            case c.Combination():
                children = tuple(self.condition(part, document, lists, bound, path) for part in condition.parts)
                expected = str(condition.number) if condition.number else None
                return Proof(
                    kind="condition",
                    name=condition.kind,
                    truth=found,
                    expected=expected,
                    location=location,
                    children=_telling(condition.kind, found, children),
                )
            case c.Constant():
                return Proof(
                    kind="test", name="member", truth=found, reason="given", actual=condition.text, location=location
                )
            case c.Quantified():
                return self._quantified(condition, document, lists, bound, path, found, location)
            case c.MemberQuantified():
                return self._over_members(condition, document, lists, bound, path, found, location)
            case c.Test():
                return self._test(condition, bound, path, found, location)

    def _quantified(
        self,
        condition: c.Quantified,
        document: Document,
        lists: list[str],
        bound: dict[int, int],
        path: Path,
        found: Truth,
        location: Location,
    ) -> Proof:
        elements = self.trace.lists.get(condition.list)
        inner = [*lists[: condition.depth], condition.list]
        children = []
        for at in range(len(elements.items) if elements else 0):
            if condition.other_than is not None and bound.get(condition.other_than) == at:
                continue
            proof = self.condition(condition.where, document, inner, {**bound, condition.depth: at}, path)
            children.append(
                Proof(
                    kind="element",
                    name=condition.list,
                    truth=proof.truth,
                    subject=self._label(condition.list, at),
                    children=() if isinstance(condition.where, c.Constant) else (proof,),
                    reason="given" if isinstance(condition.where, c.Constant) else None,
                )
            )
        holding = sum(child.truth == "true" for child in children)
        unsure = sum(child.truth == "unknown" for child in children)
        actual = f"{holding}" if not unsure else f"{holding} to {holding + unsure}"
        if elements is None:
            actual = "unknown"
        elif not elements.complete:
            actual = f"{actual} or more"
        reason: Reason | None = None
        if not children:
            reason = "unknown" if elements is None or not elements.complete else "too-few"
        return Proof(
            kind="quantifier",
            name=condition.kind,
            op=condition.list,
            truth=found,
            reason=reason,
            expected=" ".join(f"{op} {_bound(value)}" for op, value in condition.bounds) or None,
            actual=actual,
            location=location,
            children=tuple(children),
        )

    def _over_members(
        self,
        condition: c.MemberQuantified,
        document: Document,
        lists: list[str],
        bound: dict[int, int],
        path: Path,
        found: Truth,
        location: Location,
    ) -> Proof:
        children = []
        for member, where in condition.branches:
            has = self._truth(
                c.Test(ref=condition.ref, op="any_of", values=(member,), place=condition.place), lists, bound
            )
            if has == "false":
                continue
            proof = self.condition(where, document, lists, bound, path)
            truths = {has, proof.truth}
            both: Truth = "false" if "false" in truths else "unknown" if "unknown" in truths else "true"
            children.append(
                Proof(kind="element", name=condition.ref.fact.name, truth=both, subject=member, children=(proof,))
            )
        return Proof(
            kind="quantifier",
            name=condition.kind,
            op=condition.ref.fact.name,
            truth=found,
            reason=None if children else "absent",
            expected=" ".join(f"{op} {value}" for op, value in condition.bounds) or None,
            location=location,
            children=tuple(children),
        )

    def _test(self, test: c.Test, bound: dict[int, int], path: Path, found: Truth, location: Location) -> Proof:
        fact, element = test.ref.fact, None if test.ref.depth is None else bound[test.ref.depth]
        children: tuple[Proof, ...] = ()
        reason: Reason | None
        if fact.derived:
            why = self._concluded(fact, element, _question(test, element), _useful(test), path)
            actual, children, reason = why.actual, why.children, why.reason
        else:
            value = self._value(test.ref, bound)
            doubt = value is None or found == "unknown"
            actual, reason = show_value(value), "unknown" if doubt else "given" if found == "true" else "differs"
        if test.other is not None and test.other.ref.fact.derived:
            other = test.other.ref
            at = None if other.depth is None else bound[other.depth]
            question = (*_question(test, element), at)
            children = (*children, self._concluded(other.fact, at, question, lambda _: True, path))
        return Proof(
            kind="test",
            name=fact.name if test.ref.depth is None else fact.key,
            truth=found,
            reason=reason,
            op=test.bound or test.op if test.op != "size" else f"size {test.bound}",
            expected=self._expected(test, bound),
            actual=actual,
            location=location,
            children=children,
        )

    def _expected(self, test: c.Test, bound: dict[int, int]) -> str:
        if test.other is None:
            of = f" of {', '.join(test.members)}" if test.members else ""
            return ", ".join(map(_plain, test.values)) + of
        other = test.other.ref
        at = None if other.depth is None else bound[other.depth]
        value = self._derived(other.fact, at) if other.fact.derived else show_value(self._value(other, bound))
        plus = f" + {test.other.plus}" if test.other.plus else ""
        return f"{other.fact.name}{plus} ({value})"

    # --- looking things up ------------------------------------------------------------------------------------

    def _truth(self, condition: c.Condition, lists: list[str], bound: dict[int, int]) -> Truth:
        lowering = Lowering(builder=self._builder, lists=list(lists))
        number, dims = lowering.lower(condition)
        at = 0
        for dim in dims:
            at = at * len(self.trace.lists.get(lists[dim], NO_ELEMENTS).items) + bound[dim]
        self._extend()
        return truth(self._evaluation.rails(number), at)

    def _extend(self) -> None:
        """Let the evaluation see nodes that only an explanation asks for, such as one member of a set."""
        if len(self._builder.nodes) > len(self._evaluation.network.nodes):
            self._evaluation.network = replace(self._evaluation.network, nodes=tuple(self._builder.nodes))

    def _value(self, ref: c.Ref, bound: dict[int, int]) -> Value | None:
        if ref.depth is None:
            return self.trace.facts.get(ref.fact.name)
        items = self.trace.lists.get(str(ref.fact.list), NO_ELEMENTS).items
        return items[bound[ref.depth]].get(ref.fact.key)

    def _reached(self, fact: Fact, value: str, element: int | None) -> Truth:
        return truth(self.trace.derived(fact.name, value, (fact.list,) if fact.list else ()), element or 0)

    def _derived(self, fact: Fact, element: int | None = None) -> str:
        reached = {value: self._reached(fact, value, element) for value in _conclusions(fact)}
        match fact.type:
            case "boolean":
                return reached["true"]
            case "set":
                sure = [value for value, found in reached.items() if found == "true"]
                return ", ".join(sure) + (" (perhaps more)" if "unknown" in reached.values() else "") or "none"
            case _:
                low = [fact.order[0], *(value for value, found in reached.items() if found == "true")][-1]
                high = [fact.order[0], *(value for value, found in reached.items() if found != "false")][-1]
                return low if low == high else f"{low} to {high}"

    def _label(self, list_name: str | None, at: int | None) -> str | None:
        return None if list_name is None else element_label(self.case, list_name, at, self.rulebook)

    def _place(self, fact: str) -> Location | None:
        place = self.case.places.get(fact)
        return None if place is None else self.case.document.location(place, key=True)


def element_label(case: Case, list_name: str, at: int | None, rulebook: Rulebook) -> str:
    """What an element is called: its name, or the word for it and its number."""
    word = rulebook.vocabulary.lists[list_name].spec.element
    if at is None or at < 0:
        return f"another {word}"
    name = case.lists[list_name].items[at].get("name")
    return str(name) if name is not None else f"{word} {at + 1}"


def _conclusions(fact: Fact) -> tuple[str, ...]:
    """What rules can conclude of a derived fact, one by one."""
    return ("true",) if fact.type == "boolean" else fact.order if fact.type == "set" else fact.order[1:]


def _question(test: c.Test, element: int | None) -> tuple[object, ...]:
    """A test without its place, to notice when it comes back in its own explanation."""
    other = test.other and (test.other.ref.fact.name, test.other.ref.depth, test.other.plus)
    return test.ref.fact.name, element, test.op, test.values, test.bound, test.members, other


def _useful(test: c.Test) -> Useful:
    """Which conclusions on a derived fact bear on a test of it."""
    fact, values = test.ref.fact, test.values
    if test.other is not None or test.op in ("is", "equals", "known") or fact.type == "boolean":
        return lambda _: True
    if test.op == "size":
        settled = int(values[0]) + (test.bound in ("above", "at_most")) <= 0
        members = () if settled else test.members or fact.order
        return lambda value: value in members
    if test.op in ("at_least", "at_most", "above", "below"):
        level = fact.order.index(str(values[0])) + (test.op in ("above", "at_most"))
        return lambda value: fact.order.index(value) >= level > 0
    if fact.type == "set" and test.op == "within":
        return lambda value: value not in values
    return lambda value: fact.type != "set" or value in values


def _towards(rule: Rule, fact: Fact, useful: Useful) -> c.Condition | None:
    """The condition under which a rule concludes something useful of a fact; None when it never does."""
    when, found = rule.when, False
    for setting in rule.settings:
        if setting.fact.name != fact.name:
            continue
        if any(map(useful, setting.values)):
            return rule.when
        if setting.each is not None and isinstance(when, c.Combination):
            each = setting.each
            branches = tuple(branch for branch in each.branches if useful(branch[0]))
            parts = tuple(replace(each, branches=branches) if part is each else part for part in when.parts)
            when, found = replace(when, parts=parts), found or bool(branches)
    return when if found else None


def show_value(value: Value | None) -> str:
    """A value as it stands in a case file.

    >>> show_value(SetValue(members=frozenset({"wmo", "wlz"}), complete=False)), show_value(None)
    ('wlz, wmo (perhaps more)', 'unknown')
    """
    match value:
        case None:
            return "unknown"
        case SetValue():
            return _members(sorted(value.members), value.complete)
        case _:
            return _plain(value)


def _members(members: list[str], complete: bool) -> str:
    if not members:
        return "none" if complete else "unknown"
    return ", ".join(members) + ("" if complete else " (perhaps more)")


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bound(value: int | float | c.Other) -> str:
    if not isinstance(value, c.Other):
        return str(value)
    return value.ref.fact.name + (f" + {value.plus}" if value.plus else "")


def _telling(kind: str, found: Truth, children: tuple[Proof, ...]) -> tuple[Proof, ...]:
    """The parts that settle a combination: the ones that hold for an ``any``, the ones that do not for an ``all``."""
    if kind == "any" and found == "true":
        return tuple(child for child in children if child.truth == "true")
    if kind == "all" and found == "false":
        return tuple(child for child in children if child.truth == "false")
    return children
