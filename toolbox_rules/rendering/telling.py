"""What one advice says about its rules, elements and sources, with the facts of the case filled in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from toolbox_rules.explanation import Explainer
from toolbox_rules.findings import Findings, PitfallAdvice
from toolbox_rules.model import LinkBasis, Text
from toolbox_rules.proof import Proof
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.report import Line, Span, joined, line
from toolbox_rules.rendering.values import value_of
from toolbox_rules.rulebook import Rule
from toolbox_rules.vocabulary import Fact

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One advice and the voice to tell it in."""

    findings: Findings
    say: Voice
    explainer: Explainer

    # --- sentences of the authors -----------------------------------------------------------------------------

    def because(self, rule: str, subjects: Iterable[int] = ()) -> str:
        """The reason that a rule gives, with the facts of the case filled in; ``subjects`` are its elements."""
        found = self.say.desk.shelf.rulebook.rules[rule]
        return self.filled(found.spec.because, found, tuple(subjects))

    def of_proof(self, proof: Proof) -> str:
        """The author's sentence of a step of an explanation, for the element that the step is about."""
        if proof.text is None:
            return ""
        rule = self.say.desk.shelf.rulebook.rules[proof.name] if proof.kind == "rule" else None
        if rule is None or rule.list is None:
            return self.filled(proof.text, rule)
        elements = self.findings.trace.lists.get(rule.list)
        numbers = range(len(elements.items)) if elements else ()
        subjects = (at for at in numbers if self.element(str(rule.list), at) == proof.subject)
        return self.filled(proof.text, rule, tuple(subjects))

    def filled(self, text: Text, rule: Rule | None = None, subjects: tuple[int, ...] = ()) -> str:
        """A text with every ``{fact}`` in it replaced by its value."""
        words = self.say.of(text)

        def replacement(match: re.Match[str]) -> str:
            return self._value(match[1], words[match.end() :], rule, subjects)

        return _PLACEHOLDER.sub(replacement, words)

    def _value(self, name: str, rest: str, rule: Rule | None, subjects: tuple[int, ...]) -> str:
        lists = self.say.desk.shelf.rulebook.vocabulary.lists
        head, _, key = name.rpartition(".")
        if key == "count" and head in lists:
            return self._count(head)
        own = rule.list if rule is not None else None
        if own is not None and head in ("", lists[own].spec.element):
            fact = lists[own].facts[key]
            return self.say.listed(dict.fromkeys(self._shown(fact, at, rest) for at in subjects)) or self.say.word(
                "unknown"
            )
        return self._shown(self.say.fact_named(name), 0, rest)

    def _shown(self, fact: Fact, at: int, rest: str) -> str:
        if fact.key == "name" and fact.list is not None:
            return self.element(fact.list, at)
        value = value_of(self.findings.trace, fact, at)
        unit = "" if fact.spec.unit is None else self.say.of(fact.spec.unit)
        missing = bool(unit) and not rest.lstrip().startswith(unit)
        if value is None and fact.type in ("integer", "number"):
            return f"{self.say.word('unknown_number')} {unit}" if missing else self.say.word("unknown_number")
        return self.say.value(fact, value, unit=missing)

    def _count(self, name: str) -> str:
        elements = self.findings.trace.lists.get(name)
        if elements is None:
            return self.say.word("unknown_number")
        number = len(elements.items)
        return str(number) if elements.complete else self.say.word("at_least", value=number)

    # --- elements and sources ---------------------------------------------------------------------------------

    def element(self, list_name: str, at: int) -> str:
        """What an element of the case is called."""
        return self.say.element(list_name, at, self.findings.trace.lists.get(list_name))

    def rules_of(self, pitfall: PitfallAdvice) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The rules that give a pitfall its state, the likeliest first, each with the elements it holds for."""
        deciding = [one for one in pitfall.assessment.rules if one.state == pitfall.state]
        ordered = sorted(deciding, key=lambda one: -one.likelihood[0])
        return tuple(
            (rule, tuple(one.subject for one in deciding if one.rule == rule and one.subject is not None))
            for rule in dict.fromkeys(one.rule for one in ordered)
        )

    def subjects(self, rule: str, subjects: tuple[int, ...], at_most: int = 0) -> str:
        """The names of the elements that a rule holds for."""
        name = self.say.desk.shelf.rulebook.rules[rule].list
        return "" if name is None else self.say.listed((self.element(name, at) for at in subjects), at_most=at_most)

    def support(self, basis: LinkBasis, sources: Iterable[str]) -> Line:
        """What a claim rests on: its sources and how directly."""
        found = sorted(sources, key=in_register)
        if not found:
            return line(Span("[", "quiet"), Span(self.say.word("basis_unsourced"), "quiet"), Span("]", "quiet"))
        names = joined([line(Span(one, "source")) for one in found], ", ")
        return (Span(f"[{self.say.word(f'basis_{basis}')} ", "quiet"), *names, Span("]", "quiet"))


def story_of(findings: Findings, say: Voice) -> Story:
    """Make everything ready to tell an advice."""
    explainer = Explainer(say.desk.shelf.rulebook, findings.trace, findings.case)
    return Story(findings=findings, say=say, explainer=explainer)


def in_register(source: str) -> tuple[str | int, ...]:
    """The order of sources: letters as letters, numbers as numbers.

    >>> sorted(["W10", "W9b", "W9", "S1"], key=in_register)
    ['S1', 'W9', 'W9b', 'W10']
    """
    parts = re.split(r"([0-9]+)", source)
    return tuple(int(part) if at % 2 else part for at, part in enumerate(parts))
