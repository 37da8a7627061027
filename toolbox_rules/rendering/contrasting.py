"""The differences between two advices -> a report."""

from collections.abc import Callable, Iterable

from toolbox_rules.advice import Desk
from toolbox_rules.comparing import Change, Comparison
from toolbox_rules.model import Lang
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.report import Item, Listing, Report, Span, line, listing, paragraph, section


def contrast(comparison: Comparison, desk: Desk, lang: Lang) -> Report:
    """Put what differs into words."""
    say = Voice(desk=desk, lang=lang)
    verdict, form = comparison.verdict, comparison.form
    outcome = [
        paragraph(Span(f"{say.word('verdict')}: ", "strong"), _moved(say, verdict, say.verdict)),
        paragraph(Span(f"{say.word('form_label')}: ", "strong"), _moved(say, form, say.form)),
    ]
    states = [one for one in comparison.states if one.what not in (*comparison.opened, *comparison.closed)]
    return Report(
        title=say.word("contrast"),
        first=(
            *section(say.word("changed_facts"), listing(_fact(say, one) for one in comparison.facts)),
            *section(say.word("outcome"), outcome),
            *section(say.word("opened"), _names(map(say.pitfall, comparison.opened))),
            *section(say.word("closed"), _names(map(say.pitfall, comparison.closed))),
            *section(say.word("other_states"), listing(_state(say, one) for one in states)),
            *section(say.word("added"), _names(map(say.measure, comparison.added))),
            *section(say.word("dropped"), _names(map(say.measure, comparison.dropped))),
        ),
    )


def _moved(say: Voice, change: Change | None, name: Callable[[str], str]) -> str:
    if change is None:
        return say.word("same")
    before, after = (name(one) if one else say.word("not_clear") for one in (change.before, change.after))
    return say.word("from_to", before=before, after=after)


def _names(names: Iterable[str]) -> tuple[Listing, ...]:
    return listing(Item(line(name)) for name in names)


def _state(say: Voice, change: Change) -> Item:
    before, after = (say.word(f"state_{one}") for one in (change.before, change.after))
    return Item(line(Span(say.pitfall(change.what), "strong"), ": ", say.word("from_to", before=before, after=after)))


def _fact(say: Voice, change: Change) -> Item:
    vocabulary = say.desk.shelf.rulebook.vocabulary
    if change.what in vocabulary.facts:
        fact = say.fact_named(change.what)
        values = [
            say.written(fact, one) if one is not None else say.word("unknown") for one in (change.before, change.after)
        ]
        return _changed(say, say.of(fact.label), values)
    if change.what in vocabulary.lists:
        return Item(line(Span(say.group(change.what), "strong"), ": ", say.word("other_elements")))
    head, _, part = change.what.partition(".")
    if head == "measures":
        measures = [one.split(", ") if one else [] for one in (change.before, change.after)]
        return _changed(say, say.word(f"measures_{part}"), [_measures(say, one) for one in measures])
    return _changed(say, change.what, [one or say.word("unknown") for one in (change.before, change.after)])


def _measures(say: Voice, names: Iterable[str]) -> str:
    return say.listed(map(say.measure, names)) or say.word("none")


def _changed(say: Voice, label: str, values: list[str]) -> Item:
    return Item(line(Span(label, "strong"), ": ", say.word("from_to", before=values[0], after=values[1])))
