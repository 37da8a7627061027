"""Two advices -> what changed between them: facts, outcome, pitfall by pitfall, measure by measure, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from toolbox_rules.assessing import THREATENING
from toolbox_rules.attributing import Attribution, Cause, attribute
from toolbox_rules.cases import NO_ELEMENTS, Case, Elements, Statement, Value
from toolbox_rules.evidence import show_value
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.stating import Key

#: What a speaker says about disputed facts, in place of the name of a fact; the speaker stands for the element.
STATEMENTS = "statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that differs: ``before`` and ``after`` as they stand in the advice, None where it is not there.

    ``element`` is the name of the element that a fact is about.
    """

    what: str
    before: str | None
    after: str | None
    element: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What of an advice is compared; it can be made from an advice in JSON as well.

    ``risks`` are those of the pitfalls that threaten. ``measures`` are those of the plan, ``conditions`` those that the
    aim asks for, ``questions`` the facts that are asked for.
    """

    name: str | None
    facts: Mapping[Key, str]
    verdict: str
    with_plan: str
    form: str | None
    criteria: Mapping[str, str]
    states: Mapping[str, str]
    risks: Mapping[str, str]
    measures: frozenset[str]
    effort: int
    conditions: frozenset[str]
    questions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The differences from one advice to another.

    ``names`` are those of the two cases.
    ``opened`` are pitfalls that threaten only after, ``closed`` only before, ``undetermined`` those of which it has
    become unclear. ``states`` are all changes of state, ``risks`` those of the risk of what threatens before and after.
    ``added`` and ``dropped`` are measures of the plan, ``required`` and ``released`` those of the conditions, ``asked``
    and ``settled`` the facts that are asked for. ``causes`` say why; there are none when the rules differ.
    """

    names: tuple[str | None, str | None]
    facts: tuple[Change, ...]
    verdict: Change | None
    with_plan: Change | None
    form: Change | None
    criteria: tuple[Change, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    undetermined: tuple[str, ...]
    states: tuple[Change, ...]
    risks: tuple[Change, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    effort: Change | None
    required: tuple[str, ...]
    released: tuple[str, ...]
    asked: tuple[str, ...]
    settled: tuple[str, ...]
    causes: tuple[Cause, ...] = ()

    @property
    def of_two_cases(self) -> bool:
        """Whether two cases are compared, and not one case with other facts."""
        return self.names[0] != self.names[1]

    @property
    def same_advice(self) -> bool:
        """Whether nothing of the advice differs, whatever the facts are."""
        parts = (self.verdict, self.with_plan, self.form, self.effort, *self.criteria, *self.states, *self.risks)
        names = (self.added, self.dropped, self.required, self.released, self.asked, self.settled)
        return not any(parts) and not any(names)

    def causes_of(self, kind: str, name: str = "") -> tuple[Cause, ...]:
        """Why one pitfall, criterion or measure changed, or the verdict or the form."""
        return tuple(one for one in self.causes if (one.kind, one.of) == (kind, name))


def compare(before: Findings, after: Findings, desk: Desk) -> Comparison:
    """Say what differs between two advices, each with its reasons when the same rules gave them."""
    found = differences(outline(before), outline(after))
    if {before.receipt.rules, after.receipt.rules} != {desk.hashes["rules"]}:
        return found
    changed = frozenset(one.what for one in found.facts)
    network = desk.trials.network
    attribution = Attribution(network, desk.shelf.rulebook.vocabulary, before.trace, after.trace, changed)
    return replace(found, causes=attribute(attribution, desk, before, after))


def differences(old: Outline, new: Outline) -> Comparison:
    """What differs between two outlines, without reasons."""
    states = [(name, old.states.get(name), new.states.get(name)) for name in sorted({*old.states, *new.states})]
    risky = sorted(old.risks.keys() & new.risks.keys())
    return Comparison(
        names=(old.name, new.name),
        facts=_fact_changes(old.facts, new.facts),
        verdict=_change("verdict", old.verdict, new.verdict),
        with_plan=_change("with_plan", old.with_plan, new.with_plan),
        form=_change("form", old.form, new.form),
        criteria=_changes(old.criteria, new.criteria, {*old.criteria, *new.criteria}),
        opened=tuple(name for name, was, now in states if now in THREATENING and was not in THREATENING),
        closed=tuple(name for name, was, now in states if was in THREATENING and now not in THREATENING),
        undetermined=tuple(name for name, was, now in states if now == "undetermined" != was),
        states=_changes(old.states, new.states, {*old.states, *new.states}),
        risks=_changes(old.risks, new.risks, risky),
        added=tuple(sorted(new.measures - old.measures)),
        dropped=tuple(sorted(old.measures - new.measures)),
        effort=_change("effort", str(old.effort), str(new.effort)),
        required=tuple(sorted(new.conditions - old.conditions)),
        released=tuple(sorted(old.conditions - new.conditions)),
        asked=tuple(sorted(new.questions - old.questions)),
        settled=tuple(sorted(old.questions - new.questions)),
    )


def outline(findings: Findings) -> Outline:
    """What of an advice is compared."""
    verdict, conditions = findings.verdict, findings.conditions
    return Outline(
        name=findings.case.name,
        facts=facts_of(findings.case),
        verdict=verdict.id,
        with_plan=verdict.with_plan.verdict,
        form=findings.form.recommended if findings.form else None,
        criteria={one.criterion: one.level for one in verdict.outcome.criteria},
        states={one.id: one.state for one in findings.pitfalls},
        risks={one.id: one.risk for one in findings.pitfalls if one.state in THREATENING},
        measures=frozenset(item.mitigation for item in findings.plan.items),
        effort=findings.plan.effort,
        conditions=frozenset(conditions.measures if conditions else ()),
        questions=frozenset(one.fact for one in findings.questions),
    )


# --- facts ----------------------------------------------------------------------------------------------------------


def facts_of(case: Case) -> dict[Key, str]:
    """The facts of a case by name and element, each as it stands in a case file.

    Elements without a name stand together under the name of their list.
    """
    flat: dict[Key, str] = {(name, None): show_value(value) for name, value in case.facts.items()}
    for name, elements in case.lists.items():
        flat |= _elements(name, elements)
    for kind, measures in (("in_place", case.in_place), ("planned", case.planned)):
        if measures:
            flat[f"measures.{kind}", None] = ", ".join(sorted(measures))
    for one in case.statements:
        flat[STATEMENTS, one.said_by] = "; ".join(_stated(one))
    return flat


def _stated(statement: Statement) -> list[str]:
    """What a speaker says about disputed facts."""
    facts = sorted(statement.facts.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    return [f"{fact}{f' ({element})' if element else ''}: {show_value(value)}" for (fact, element), value in facts]


def _elements(name: str, elements: Elements) -> Iterator[tuple[Key, str]]:
    if elements.complete is not NO_ELEMENTS.complete:
        yield (f"{name}_complete", None), "true"
    unnamed = Counter(_written(item) for item in elements.items if "name" not in item)
    if unnamed:
        yield (name, None), "; ".join(f"{number} x {{{item}}}" for item, number in sorted(unnamed.items()))
    for item in elements.items:
        if "name" in item:
            element = str(item["name"])
            yield (name, element), element
            yield from (((f"{name}.{key}", element), show_value(value)) for key, value in item.items() if key != "name")


def _written(item: Mapping[str, Value]) -> str:
    return ", ".join(f"{key}: {show_value(value)}" for key, value in sorted(item.items()))


def _fact_changes(before: Mapping[Key, str], after: Mapping[Key, str]) -> tuple[Change, ...]:
    """The facts that differ; of an element that is there only once its presence alone."""
    found = []
    for key in sorted({*before, *after}, key=lambda key: (key[0], key[1] or "")):
        what, element = key
        present = (what.partition(".")[0], element)
        partial = element is not None and key != present and not (present in before and present in after)
        if not partial and before.get(key) != after.get(key):
            found.append(Change(what=what, before=before.get(key), after=after.get(key), element=element))
    return tuple(found)


def _changes(before: Mapping[str, str], after: Mapping[str, str], names: Iterable[str]) -> tuple[Change, ...]:
    changes = (_change(name, before.get(name), after.get(name)) for name in sorted(names))
    return tuple(change for change in changes if change is not None)


def _change(what: str, before: str | None, after: str | None) -> Change | None:
    return None if before == after else Change(what=what, before=before, after=after)
