"""Findings -> one JSON document, after the schema ``toolbox-rules/advice/1``.

Ids are those of the files, elements are numbered in the fixed order of the case, and everything that has no order of
its own is sorted, so that the same facts give the same bytes however they were written.
"""

import json
from collections.abc import Iterable

from toolbox_rules.cases import SetValue
from toolbox_rules.findings import Desk, Findings, PitfallAdvice
from toolbox_rules.inference import Firing
from toolbox_rules.questions import Question
from toolbox_rules.rendering.shape import (
    SCHEMA,
    Asked,
    Differences,
    Document,
    Effect,
    Elsewhere,
    Fired,
    Form,
    Judgement,
    Left,
    Made,
    Needed,
    Planned,
    RuleResult,
    Subject,
    Threatened,
    Use,
    Within,
)
from toolbox_rules.rendering.texts import texts_of
from toolbox_rules.rendering.values import facts_in, lists_in, value_of
from toolbox_rules.rulebook import Rule
from toolbox_rules.vocabulary import Fact


def to_dict(findings: Findings, desk: Desk, texts: bool = False) -> dict[str, object]:
    """An advice as plain data; ``texts`` adds the names and sentences in both languages."""
    plain = make(findings, desk, texts).model_dump(mode="json", by_alias=True)
    if not texts:
        del plain["texts"]
    return plain


def to_json(findings: Findings, desk: Desk, texts: bool = False) -> str:
    """The same as JSON text, indented."""
    return json.dumps(to_dict(findings, desk, texts), ensure_ascii=False, indent=2)


def json_schema() -> dict[str, object]:
    """The JSON Schema of the document."""
    schema = Document.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        **schema,
    }


def make(findings: Findings, desk: Desk, texts: bool = False) -> Document:
    """Make the document as a value."""
    maker, other = _Maker(findings, desk), findings.in_recommended
    return Document(
        case=findings.case.to_dict(),
        verdict=Judgement.model_validate(findings.verdict),
        form=None if findings.form is None else Form.model_validate(findings.form),
        pitfalls=tuple(map(maker.pitfall, findings.pitfalls)),
        plan=Planned.model_validate(findings.plan),
        effect=Left.model_validate(findings.effect),
        conditions=None if findings.conditions is None else Needed.model_validate(findings.conditions),
        questions=tuple(map(maker.question, findings.questions)),
        reach=Within.model_validate(findings.reach),
        in_recommended=None if other is None else Elsewhere.model_validate(other),
        disputes=None if findings.disputes is None else Differences.model_validate(findings.disputes),
        receipt=Made.model_validate(findings.receipt),
        trace=tuple(map(maker.fired, findings.trace.firings())),
        texts=texts_of(findings, desk) if texts else None,
    )


class _Maker:
    """Makes the parts that name elements of the case."""

    def __init__(self, findings: Findings, desk: Desk) -> None:
        self.trace = findings.trace
        self.rulebook = desk.shelf.rulebook

    def pitfall(self, one: PitfallAdvice) -> Threatened:
        deciding = [state for state in one.assessment.rules if state.state == one.state]
        rules = tuple(
            RuleResult(rule=state.rule, subject=self._subject(state.rule, state.subject), state=state.state)
            for state in one.assessment.rules
        )
        subjects = (self._subject(state.rule, state.subject) for state in deciding)
        return Threatened(
            id=one.id,
            state=one.assessment.state,
            risk=one.risk,
            risk_possible=one.risk_possible,
            severity=one.severity,
            likelihood=one.likelihood,
            certain=one.assessment.must,
            possible=one.assessment.may,
            partly_covered=one.partly_covered,
            projected=one.projected,
            subjects=tuple(dict.fromkeys(subject for subject in subjects if subject is not None)),
            rules=rules,
            measures=one.measures,
            caused_by=one.caused_by,
        )

    def question(self, question: Question) -> Asked:
        fact = self.rulebook.vocabulary.facts.get(question.fact)
        of = fact.list if fact is not None else None
        elements = tuple(self._element(of, at) for at in question.elements) if of else ()
        answers = tuple(Effect.model_validate(answer) for answer in question.answers)
        return Asked(fact=question.fact, elements=elements, answers=answers)

    def fired(self, firing: Firing) -> Fired:
        rule = self.rulebook.rules[firing.rule]
        return Fired(
            rule=firing.rule,
            subject=self._subject(firing.rule, firing.subject),
            stratum=firing.stratum,
            facts=tuple(self._uses(rule, firing.subject)),
        )

    def _uses(self, rule: Rule, subject: int | None) -> Iterable[Use]:
        """The facts that the exposure of a rule looks at; of other elements each one."""
        used: dict[tuple[str, int | None], Use] = {}
        for ref in facts_in(rule.when):
            fact = ref.fact
            if fact.list is None:
                numbers: Iterable[int | None] = (None,)
            elif fact.list == rule.list and ref.depth == 0:
                numbers = (subject,)
            else:
                elements = self.trace.lists.get(fact.list)
                numbers = range(len(elements.items)) if elements else ()
            for number in numbers:
                used[fact.name, number] = self._use(fact, number)
        for name in lists_in(rule.when):
            elements = self.trace.lists.get(name)
            value = len(elements.items) if elements else None
            used[name, None] = Use(fact=name, element=None, value=value, complete=bool(elements and elements.complete))
        return [used[key] for key in sorted(used, key=lambda key: (key[0], -1 if key[1] is None else key[1]))]

    def _use(self, fact: Fact, number: int | None) -> Use:
        value = value_of(self.trace, fact, number or 0)
        element = None if number is None or fact.list is None else self._element(fact.list, number)
        if isinstance(value, SetValue):
            return Use(fact=fact.name, element=element, value=tuple(sorted(value.members)), complete=value.complete)
        return Use(fact=fact.name, element=element, value=value, complete=value is not None)

    def _subject(self, rule: str, number: int | None) -> Subject | None:
        of = self.rulebook.rules[rule].list
        return None if of is None or number is None else self._element(of, number)

    def _element(self, of: str, number: int) -> Subject:
        if number < 0:
            return Subject(list=of, number=None, name=None)
        name = self.trace.lists[of].items[number].get("name")
        return Subject(list=of, number=number, name=None if name is None else str(name))
