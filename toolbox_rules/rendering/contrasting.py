"""The differences between two advices -> a report: first the facts, then what follows from them, each with its reason.

Of one case with other facts it says what changes; two cases stand side by side in tables, with only what differs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from toolbox_rules.attributing import Cause
from toolbox_rules.comparing import STATEMENTS, Change, Comparison
from toolbox_rules.findings import Desk
from toolbox_rules.model import Lang
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.report import (
    Block,
    Item,
    Line,
    Report,
    Row,
    Section,
    Span,
    Table,
    line,
    listing,
    paragraph,
    section,
)

_SHOWN_FACTS = 3
_SHOWN_CAUSES = 2


@dataclass(frozen=True, slots=True)
class _Pair:
    """One thing that differs: its label, both values in words, and reasons."""

    label: str
    before: str
    after: str
    notes: tuple[Line, ...] = ()


def contrast(comparison: Comparison, desk: Desk, lang: Lang) -> Report:
    """Put what differs into words."""
    teller = _Teller(comparison, Voice(desk=desk, lang=lang))
    say = teller.say
    title = say.word("contrast_of", **teller.named()) if comparison.of_two_cases else say.word("contrast")
    if comparison.same_advice and not comparison.facts:
        return Report(title=title, first=section(say.word("outcome"), paragraph(say.word("nothing_differs"))))
    return Report(title=title, first=tuple(teller.sections()))


class _Teller:
    """Tells one comparison in one language."""

    def __init__(self, comparison: Comparison, say: Voice) -> None:
        self.found = comparison
        self.say = say

    def _known(self, name_of: Callable[[str], str], name: str) -> str:
        """What something is called; an advice that was made before can name what is there no longer."""
        try:
            return name_of(name)
        except KeyError:
            return self.say.word("no_longer_known", name=name)

    def pitfall(self, name: str) -> str:
        """The name of a pitfall."""
        return self._known(self.say.pitfall, name)

    def measure(self, name: str) -> str:
        """The name of a measure."""
        return self._known(self.say.measure, name)

    def named(self) -> dict[str, str]:
        """What the two cases are called."""
        names = (name or self.say.word("unnamed") for name in self.found.names)
        return dict(zip(("before", "after"), names, strict=True))

    def sections(self) -> Iterator[Section]:
        say, found = self.say, self.found
        moved = [one for one in found.states if one.what not in {*found.opened, *found.closed}]
        yield from section(say.word("changed_facts"), self._pairs(map(self._fact, found.facts)))
        yield from section(say.word("outcome"), self._outcome())
        yield from section(self._heading("opened"), listing(map(self._pitfall, found.opened)))
        yield from section(self._heading("closed"), listing(map(self._pitfall, found.closed)))
        yield from section(say.word("other_states"), self._pairs(self._states(moved)))
        yield from section(say.word("other_risks"), self._pairs(self._risks()))
        yield from section(self._heading("added"), listing(map(self._measure, found.added)))
        yield from section(self._heading("dropped"), listing(map(self._measure, found.dropped)))
        yield from section(self._heading("required"), self._names(self.measure, found.required))
        yield from section(self._heading("released"), self._names(self.measure, found.released))
        yield from section(self._heading("asked"), self._names(self._question, found.asked))
        yield from section(self._heading("settled"), self._names(self._question, found.settled))

    def _heading(self, name: str) -> str:
        return self.say.word(f"{name}_of", **self.named()) if self.found.of_two_cases else self.say.word(name)

    def _pairs(self, pairs: Iterable[_Pair]) -> Iterator[Block]:
        """What differs as sentences, or as a table when there are two cases."""
        shown = tuple(pairs)
        if not shown:
            return
        if not self.found.of_two_cases:
            words = ((one, self.say.word("from_to", before=one.before, after=one.after)) for one in shown)
            yield from listing(Item(line(Span(one.label, "strong"), ": ", text), one.notes) for one, text in words)
            return
        rows = (Row((line(one.label), line(one.before), line(one.after)), one.notes) for one in shown)
        yield Table(("", *self.named().values()), tuple(rows), self.say.word("reason"))

    def _names(self, name: Callable[[str], str], ids: Iterable[str]) -> Iterator[Block]:
        yield from listing(Item(line(name(one))) for one in ids)

    # --- the outcome ----------------------------------------------------------------------------------------------

    def _outcome(self) -> Iterator[Block]:
        say, found = self.say, self.found
        pairs = [self._moved(say.word("verdict"), found.verdict, say.verdict, "verdict")]
        pairs += [self._moved(say.word("with_plan"), found.with_plan, say.verdict)]
        pairs += [self._moved(say.word("form_label"), found.form, say.form, "form")]
        for change in found.criteria:
            label, criterion = self._known(say.criterion, change.what), change.what
            pairs.append(self._moved(label, change, lambda level, of=criterion: say.level(of, level), "criterion"))  # type: ignore[misc]
        pairs += [self._moved(say.word("effort_of_plan"), found.effort, str)]
        shown = [one for one in pairs if one is not None]
        yield from self._pairs(shown)
        if not shown:
            yield paragraph(say.word("same_outcome"))
        elif found.verdict is None:
            yield paragraph(say.word("same_verdict"))

    def _moved(
        self, label: str, change: Change | None, name: Callable[[str], str], kind: str | None = None
    ) -> _Pair | None:
        if change is None:
            return None
        values = (change.before, change.after)
        before, after = (self._known(name, one) if one else self.say.word("not_clear") for one in values)
        causes = self.found.causes_of(kind, change.what if kind == "criterion" else "") if kind else ()
        return _Pair(label, before, after, self._reasons(causes))

    # --- pitfalls and measures ------------------------------------------------------------------------------------

    def _pitfall(self, name: str) -> Item:
        return Item(line(Span(self.pitfall(name), "strong")), self._reasons(self.found.causes_of("pitfall", name)))

    def _states(self, changes: Iterable[Change]) -> Iterator[_Pair]:
        for one in changes:
            before, after = (self.say.word(f"state_{state}") if state else "–" for state in (one.before, one.after))
            causes = self.found.causes_of("pitfall", one.what)
            yield _Pair(self.pitfall(one.what), before, after, self._reasons(causes))

    def _risks(self) -> Iterator[_Pair]:
        for one in self.found.risks:
            causes = self.found.causes_of("pitfall", one.what)
            before, after = (self._known(self.say.risk, risk or "") for risk in (one.before, one.after))
            yield _Pair(self.pitfall(one.what), before, after, self._reasons(causes))

    def _measure(self, name: str) -> Item:
        pitfalls = [pitfall for cause in self.found.causes_of("measure", name) for pitfall in cause.pitfalls]
        against = self.say.listed(map(self.pitfall, pitfalls))
        notes = (line(Span(f"{self.say.word('against')}: ", "quiet"), against, "."),) if pitfalls else ()
        return Item(line(Span(self.measure(name), "strong")), notes)

    def _question(self, fact: str) -> str:
        lists = self.say.desk.shelf.rulebook.vocabulary.lists
        return self.say.group(fact) if fact in lists else self._known(self.say.fact, fact)

    # --- reasons --------------------------------------------------------------------------------------------------

    def _reasons(self, causes: Sequence[Cause]) -> tuple[Line, ...]:
        """Why something changed, each set of facts once, with the rules that look at them."""
        groups: dict[tuple[str, ...], list[Cause]] = {}
        for cause in causes:
            groups.setdefault((*cause.facts, *cause.pitfalls, *cause.measures), []).append(cause)
        lines = [self._reason(group) for group in list(groups.values())[:_SHOWN_CAUSES]]
        return tuple(one for one in lines if one)

    def _reason(self, group: Sequence[Cause]) -> Line:
        say, cause = self.say, group[0]
        if cause.pitfalls:
            return line(say.word("because_pitfalls", pitfalls=say.listed(map(self.pitfall, cause.pitfalls), at_most=3)))
        if cause.measures:
            return line(say.word("because_measures", measures=say.listed(map(self.measure, cause.measures), at_most=3)))
        changes = [self._clause(fact) for fact in cause.facts]
        rules = dict.fromkeys(say.rule(one.rule) for one in group if one.rule is not None)
        about = say.word("by_rules", rules=say.listed((f"'{rule}'" for rule in rules), at_most=2)) if rules else ""
        if not changes:
            return line(Span(about, "quiet"))
        words = say.listed(changes, at_most=_SHOWN_FACTS)
        word = "differs_for" if self.found.of_two_cases else "because_changed"
        return line(say.word(word, changes=words), Span(f" ({about})" if about else "", "quiet"))

    def _clause(self, fact: str) -> str:
        """One changed fact within a reason."""
        pairs = [self._fact(one) for one in self.found.facts if one.what == fact]
        if len(pairs) > 1 or self.found.of_two_cases or fact in self.say.desk.shelf.rulebook.vocabulary.lists:
            return f"'{pairs[0].label.partition(' (')[0]}'"
        return self.say.word("clause", fact=pairs[0].label, before=pairs[0].before, after=pairs[0].after)

    # --- facts ----------------------------------------------------------------------------------------------------

    def _fact(self, change: Change) -> _Pair:
        say, vocabulary = self.say, self.say.desk.shelf.rulebook.vocabulary
        values = (change.before, change.after)
        of = f" ({change.element})" if change.element is not None else ""
        if change.what in vocabulary.facts:
            fact = say.fact_named(change.what)
            before, after = (say.word("unknown") if one is None else say.written(fact, one) for one in values)
            return _Pair(f"{say.of(fact.label)}{of}", before, after)
        if change.what in vocabulary.lists:
            return _Pair(f"{say.group(change.what)}{of}", *self._present(change))
        if change.what == STATEMENTS:
            before, after = map(self._stated, values)
            return _Pair(say.word("says", speaker=change.element), before, after)
        head, _, part = change.what.partition(".")
        if head == "measures":
            before, after = (
                say.listed(map(self.measure, one.split(", "))) if one else say.word("none") for one in values
            )
            return _Pair(say.word(f"measures_{part}"), before, after)
        group = say.group(change.what.removesuffix("_complete"))
        before, after = (say.word("yes" if one else "no") for one in values)
        return _Pair(say.word("list_complete", group=group), before, after)

    def _stated(self, said: str | None) -> str:
        """What a speaker says about disputed facts."""
        parts = [part.partition(": ") for part in (said or "").split("; ") if part]
        words = []
        for name, _, value in parts:
            fact, _, element = name.partition(" ")
            label = f"{self.say.fact(fact)} {element}".strip()
            words.append(f"{label}: {self.say.written(self.say.fact_named(fact), value)}")
        return "; ".join(words) or self.say.word("none")

    def _present(self, change: Change) -> tuple[str, str]:
        """Whether a named element is there; elements without names are only told to differ."""
        if change.element is not None:
            before, after = (
                self.say.word("present" if one else "not_present") for one in (change.before, change.after)
            )
            return before, after
        return self._number(change.before), self._number(change.after)

    def _number(self, elements: str | None) -> str:
        """How many elements without a name there are, of which the facts differ."""
        numbers = [int(part.partition(" x ")[0]) for part in (elements or "").split("; ") if part]
        return self.say.word("unnamed_elements", number=sum(numbers))
