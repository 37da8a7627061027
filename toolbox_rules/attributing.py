"""Two traces of the same rules -> why a conclusion differs: which rule came out otherwise, and because of which fact.

A condition that came out otherwise is followed down the network through everything else that did, to the facts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from toolbox_rules import network as n
from toolbox_rules.cases import NO_ELEMENTS
from toolbox_rules.evaluating import Evaluation, evaluate
from toolbox_rules.findings import Desk, Findings, PitfallAdvice
from toolbox_rules.inference import Trace
from toolbox_rules.vocabulary import Vocabulary

Kind = Literal["pitfall", "criterion", "verdict", "form", "measure"]
Part = Literal["exposure", "control", "aggravation", "condition", "argument", "measures", "pitfalls"]
MEASURES = "measures.in_place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason for a change of ``of``: a pitfall, criterion or measure, or the verdict or the form.

    ``rule`` is the rule of which ``part`` came out otherwise, because of ``facts`` that differ. ``pitfalls`` are those
    that a criterion counts or a measure is for, ``measures`` those in place that cover a pitfall.
    """

    kind: Kind
    of: str
    part: Part
    rule: str | None = None
    facts: tuple[str, ...] = ()
    pitfalls: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


class Attribution:
    """Follows differences between two traces down to the facts that ``changed``, by their full names."""

    def __init__(
        self, network: n.Network, vocabulary: Vocabulary, before: Trace, after: Trace, changed: frozenset[str]
    ) -> None:
        """Both traces are of the rules of the network."""
        self.vocabulary = vocabulary
        self.network = network
        self.before: Evaluation = evaluate(self.network, before.facts, before.lists)
        self.after: Evaluation = evaluate(self.network, after.facts, after.lists)
        self.changed = changed

    @cached_property
    def resized(self) -> frozenset[str]:
        """The lists with another number of elements: planes over them cannot be laid side by side."""
        sizes = (
            {name: len(one.lists.get(name, NO_ELEMENTS).items) for name in self.vocabulary.lists}
            for one in (self.before, self.after)
        )
        old, new = sizes
        return frozenset(name for name, size in old.items() if new[name] != size)

    def differs(self, node: int) -> bool:
        """Whether a node came out otherwise."""
        if self.resized.intersection(self.network.nodes[node].lists):
            return True
        return tuple(map(int, self.before.rails(node))) != tuple(map(int, self.after.rails(node)))

    def facts_behind(self, start: int) -> tuple[str, ...]:
        """The facts that made a node come out otherwise; none when it did not."""
        found: set[str] = set()
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            number = waiting.pop()
            if number in seen or not self.differs(number):
                continue
            seen.add(number)
            node = self.network.nodes[number]
            waiting += [*n.children_of(node), *self.network.supports.get(number, ())]
            found.update(self._named(node), self.changed & self.resized.intersection(node.lists))
        return tuple(sorted(found))

    def completed(self, lists: Iterable[str]) -> frozenset[str]:
        """Of some lists those of which it changed whether they are complete, as facts."""
        return self.changed & {f"{name}_complete" for name in lists}

    def _named(self, node: n.Node) -> Iterator[str]:
        """The changed facts that a node looks at itself; what only a measure can have set counts as the measure."""
        match node:
            case n.Has() | n.NumberIs() | n.Member() | n.SizeIs() | n.Given():
                looked_at = [node.fact]
            case n.Compared():
                looked_at = [node.left, node.right]
            case n.Tally() | n.Sum():
                yield from self.changed & {node.over, f"{node.over}_complete"}
                return
            case _:
                return
        known = self.changed & {name for fact in looked_at for name in self._names(fact)}
        yield from known or self.changed & {MEASURES}

    def _names(self, name: str) -> tuple[str, ...]:
        fact = self.vocabulary.facts[name]
        return (name,) if fact.list is None else (name, fact.list, f"{fact.list}_complete")


def attribute(found: Attribution, desk: Desk, before: Findings, after: Findings) -> tuple[Cause, ...]:
    """Why pitfalls, criteria, the verdict, the form and the measures of the plan differ."""
    changed = [
        (old, new)
        for old, new in zip(_by_id(before), _by_id(after), strict=True)
        if (old.state, old.risk) != (new.state, new.risk)
    ]
    return (
        *(cause for old, new in changed for cause in _pitfall(found, old, new)),
        *_criteria(found, desk, before, after),
        *_arguments(found, before, after),
        *_form(found, desk, before, after),
        *_measures(before, after, {old.id for old, _ in changed}),
    )


def _by_id(findings: Findings) -> list[PitfallAdvice]:
    return sorted(findings.pitfalls, key=lambda one: one.id)


def _pitfall(found: Attribution, old: PitfallAdvice, new: PitfallAdvice) -> Iterator[Cause]:
    """The rules that gave or give a pitfall its state and came out otherwise, and the measures that cover it."""
    rules = {nodes.rule: nodes for nodes in found.network.rules}
    for rule in sorted({*old.rules, *new.rules}):
        nodes = rules[rule]
        controls = [] if nodes.control is None else [nodes.control]
        parts: tuple[tuple[Part, Iterable[int]], ...] = (
            ("exposure", [nodes.exposure]),
            ("control", controls),
            ("aggravation", nodes.aggravations),
        )
        for part, numbers in parts:
            facts = {fact for number in numbers for fact in found.facts_behind(number)}
            facts |= found.completed(nodes.lists) if part == "exposure" else frozenset()
            if facts:
                yield Cause(kind="pitfall", of=old.id, part=part, rule=rule, facts=tuple(sorted(facts)))
    measures = set(old.measures) ^ set(new.measures)
    if measures:
        yield Cause(kind="pitfall", of=old.id, part="measures", facts=(MEASURES,), measures=tuple(sorted(measures)))


def _criteria(found: Attribution, desk: Desk, before: Findings, after: Findings) -> Iterator[Cause]:
    """What conditions of levels came out otherwise, and which pitfalls count that did not, or no longer."""
    spec = desk.shelf.weighing.spec
    levels = {one.criterion: one.level for one in after.verdict.outcome.criteria}
    for one in before.verdict.outcome.criteria:
        if levels[one.criterion] == one.level:
            continue
        bodies = spec.criteria[one.criterion].levels
        names = (f"criterion:{one.criterion}:{level}" for level, body in bodies.items() if body.when is not None)
        facts = {fact for name in names for fact in found.facts_behind(found.network.extra[name])}
        if facts:
            yield Cause(kind="criterion", of=one.criterion, part="condition", facts=tuple(sorted(facts)))
        bounds = [tuple(spec.risk.classes).index(body.pitfalls.risk) for body in bodies.values() if body.pitfalls]
        pitfalls = _counted(before, min(bounds)) ^ _counted(after, min(bounds)) if bounds else set()
        if pitfalls:
            counted = tuple(sorted({name for name, _ in pitfalls}))
            yield Cause(kind="criterion", of=one.criterion, part="pitfalls", pitfalls=counted)
        elif any(body.pitfalls is not None and body.pitfalls.remedy is not None for body in bodies.values()):
            measures = set(before.reach.available) ^ set(after.reach.available)
            yield Cause(kind="criterion", of=one.criterion, part="measures", measures=tuple(sorted(measures)))


def _counted(findings: Findings, risk: int) -> set[tuple[str, bool]]:
    """The pitfalls of at least a risk, with whether they certainly threaten or may still do so."""
    all_of = [one.assessment for one in findings.pitfalls]
    certain = {(one.pitfall, True) for one in all_of if one.must and one.risk[0] >= risk}
    return certain | {(one.pitfall, False) for one in all_of if one.may and one.risk[1] >= risk}


def _arguments(found: Attribution, before: Findings, after: Findings) -> Iterator[Cause]:
    """The rules that exclude a verdict or a form only before or only after."""
    for kind, part in (("verdict", "verdicts"), ("form", "forms")):
        old, new = (
            {one.rule for one in findings.verdict.outcome.arguments if one.stance == "excludes" and getattr(one, part)}
            for findings in (before, after)
        )
        for nodes in found.network.rules:
            if nodes.rule in old ^ new:
                facts = found.facts_behind(nodes.exposure)
                yield Cause(kind=kind, of="", part="argument", rule=nodes.rule, facts=facts)  # type: ignore[arg-type]


def _form(found: Attribution, desk: Desk, before: Findings, after: Findings) -> Iterator[Cause]:
    """The rules about the form that is needed that came out otherwise."""
    spec = desk.shelf.weighing.spec.form
    if spec is None or before.form is None or after.form is None or before.form.recommended == after.form.recommended:
        return
    for nodes in found.network.rules:
        rule = desk.shelf.rulebook.rules[nodes.rule]
        facts = found.facts_behind(nodes.exposure)
        if facts and any(setting.fact.name == spec.needed for setting in rule.settings):
            yield Cause(kind="form", of="", part="exposure", rule=nodes.rule, facts=facts)


def _measures(before: Findings, after: Findings, changed: set[str]) -> Iterator[Cause]:
    """The changed pitfalls that a measure is for that is in one plan and not in the other."""
    plans = [{item.mitigation: set(item.covers) for item in one.plan.items} for one in (before, after)]
    for one, other in ((plans[0], plans[1]), (plans[1], plans[0])):
        for measure in sorted(one.keys() - other.keys()):
            if pitfalls := one[measure] & changed:
                yield Cause(kind="measure", of=measure, part="pitfalls", pitfalls=tuple(sorted(pitfalls)))
