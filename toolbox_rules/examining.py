"""A condition -> the steps that settle it: what each part asks, what was found, and whether it decides."""

from collections.abc import Callable, Mapping
from typing import Protocol

from toolbox_rules import conditions as c
from toolbox_rules.documents import Document
from toolbox_rules.evidence import Bound, Evidence, plain, show_value
from toolbox_rules.inference import Truth
from toolbox_rules.problems import Location
from toolbox_rules.proof import Proof, Reason, settling
from toolbox_rules.relevance import Question, Useful, anything, question_of, useful_for
from toolbox_rules.vocabulary import Fact

#: The questions that a step of an explanation is part of the answer to.
Path = frozenset[Question]


class Concluder(Protocol):
    """Explains why rules conclude what a question asks of a derived fact."""

    def __call__(self, fact: Fact, element: int | None, question: Question, useful: Useful, path: Path) -> Proof:
        """The fact with the rules that conclude it."""


class Examiner:
    """Explains conditions on one trace; how derived facts come about is asked of ``conclude``."""

    def __init__(self, evidence: Evidence, conclude: Concluder) -> None:
        """Take what is looked up and who explains conclusions."""
        self.evidence = evidence
        self.conclude = conclude

    def condition(
        self, condition: c.Condition, document: Document, lists: list[str], bound: Bound, path: Path
    ) -> Proof:
        """One condition, for the elements that its quantifiers are bound to."""
        found = self.evidence.truth(condition, lists, bound)
        location = document.location(condition.place, key=True)
        match condition:
            case c.Combination():
                children = tuple(self.condition(part, document, lists, bound, path) for part in condition.parts)
                return Proof(
                    kind="condition",
                    name=condition.kind,
                    truth=found,
                    reason=None if children else "derived",
                    expected=str(condition.number) if condition.number else None,
                    location=location,
                    children=settling(children, _decides(condition.kind, found)),
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
        bound: Bound,
        path: Path,
        found: Truth,
        location: Location,
    ) -> Proof:
        evidence, name = self.evidence, condition.list
        elements = evidence.trace.lists.get(name)
        inner = [*lists[: condition.depth], name]
        children = []
        for at in range(len(elements.items) if elements else 0):
            if condition.other_than is not None and bound.get(condition.other_than) == at:
                continue
            proof = self.condition(condition.where, document, inner, {**bound, condition.depth: at}, path)
            children.append(
                Proof(
                    kind="element",
                    name=name,
                    truth=proof.truth,
                    subject=evidence.label(name, at),
                    children=() if isinstance(condition.where, c.Constant) else (proof,),
                    reason="given" if isinstance(condition.where, c.Constant) else None,
                )
            )
        complete = elements is not None and elements.complete
        reason: Reason | None = None if children else "too-few" if complete else "unknown"
        return Proof(
            kind="quantifier",
            name=condition.kind,
            op=name,
            truth=found,
            reason=reason,
            expected=" ".join(f"{op} {_bound(value)}" for op, value in condition.bounds) or None,
            actual="unknown" if elements is None else _counted(children, complete),
            location=location,
            given_at=evidence.place_of(name),
            children=settling(tuple(children), _decides(condition.kind, found)),
        )

    def _over_members(
        self,
        condition: c.MemberQuantified,
        document: Document,
        lists: list[str],
        bound: Bound,
        path: Path,
        found: Truth,
        location: Location,
    ) -> Proof:
        fact = condition.ref.fact
        children = []
        for member, where in condition.branches:
            test = c.Test(ref=condition.ref, op="any_of", values=(member,), place=condition.place)
            has = self.evidence.truth(test, lists, bound)
            if has != "false":
                proof = self.condition(where, document, lists, bound, path)
                children.append(
                    Proof(
                        kind="element",
                        name=fact.name,
                        truth=_both(has, proof.truth),
                        subject=member,
                        children=(proof,),
                    )
                )
        return Proof(
            kind="quantifier",
            name=condition.kind,
            op=fact.name,
            truth=found,
            reason=None if children else "absent",
            expected=" ".join(f"{op} {value}" for op, value in condition.bounds) or None,
            location=location,
            given_at=None if fact.derived else self.evidence.given_at(fact),
            children=tuple(children),
        )

    def _test(self, test: c.Test, bound: Bound, path: Path, found: Truth, location: Location) -> Proof:
        fact, element = test.ref.fact, None if test.ref.depth is None else bound[test.ref.depth]
        children: tuple[Proof, ...] = ()
        given_at = None
        reason: Reason | None
        if fact.derived:
            why = self.conclude(fact, element, question_of(test, element), useful_for(test), path)
            actual, children, reason = why.actual, why.children, why.reason
        else:
            value = self.evidence.value(test.ref, bound)
            actual, given_at = show_value(value), self.evidence.given_at(fact, element)
            reason = self._found(test.ref, bound, found, known=value is not None)
        if test.other is not None and test.other.ref.fact.derived:
            other = test.other.ref
            at = None if other.depth is None else bound[other.depth]
            children = (*children, self.conclude(other.fact, at, (*question_of(test, element), at), anything, path))
        return Proof(
            kind="test",
            name=fact.name if test.ref.depth is None else fact.key,
            truth=found,
            reason=reason,
            op=test.bound or test.op if test.op != "size" else f"size {test.bound}",
            expected=self._expected(test, bound),
            actual=actual,
            location=location,
            given_at=given_at,
            children=children,
        )

    def _found(self, ref: c.Ref, bound: Bound, found: Truth, known: bool) -> Reason:
        """Why a test on a given fact comes out as it does."""
        if not known or found == "unknown":
            return "unknown"
        if found == "false":
            return "differs"
        return "arranged" if self.evidence.arranged(ref, bound) else "given"

    def _expected(self, test: c.Test, bound: Bound) -> str:
        if test.other is None:
            of = f" of {', '.join(test.members)}" if test.members else ""
            return ", ".join(map(plain, test.values)) + of
        other = test.other.ref
        at = None if other.depth is None else bound[other.depth]
        derived = other.fact.derived
        value = self.evidence.derived(other.fact, at) if derived else show_value(self.evidence.value(other, bound))
        plus = f" + {test.other.plus}" if test.other.plus else ""
        return f"{other.fact.name}{plus} ({value})"


#: By a kind of condition and whether it holds: the truth of the parts that settle it. Of the others all parts do.
_SETTLED_BY: Mapping[tuple[str, Truth], Truth] = {
    ("all", "false"): "false",
    ("all", "unknown"): "unknown",
    ("any", "true"): "true",
    ("any", "unknown"): "unknown",
    ("some", "true"): "true",
    ("some", "unknown"): "unknown",
    ("none", "false"): "true",
    ("none", "unknown"): "unknown",
    ("every", "false"): "false",
    ("every", "unknown"): "unknown",
    ("count", "true"): "true",
}


def _decides(kind: str, found: Truth) -> Callable[[Proof], bool]:
    settled_by = _SETTLED_BY.get((kind, found))
    return lambda child: settled_by in (None, child.truth)


def _counted(children: list[Proof], complete: bool) -> str:
    holding = sum(child.truth == "true" for child in children)
    unsure = sum(child.truth == "unknown" for child in children)
    actual = f"{holding}" if not unsure else f"{holding} to {holding + unsure}"
    return actual if complete else f"{actual} or more"


def _both(one: Truth, other: Truth) -> Truth:
    truths = {one, other}
    return "false" if "false" in truths else "unknown" if "unknown" in truths else "true"


def _bound(value: int | float | c.Other) -> str:
    if not isinstance(value, c.Other):
        return str(value)
    return value.ref.fact.name + (f" + {value.plus}" if value.plus else "")
