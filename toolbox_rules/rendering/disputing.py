"""What is disputed in words: on the first page when it matters, and in full behind it."""

from collections.abc import Iterator

from toolbox_rules.disputing import Dispute, Disputes, Led, Position
from toolbox_rules.rendering.report import (
    Block,
    Item,
    Line,
    Row,
    Section,
    Span,
    Table,
    line,
    listing,
    paragraph,
    section,
)
from toolbox_rules.rendering.telling import Story

_SHOWN_VIEWS = 3
_SHOWN_FACTS = 2
_SHOWN_PITFALLS = 3


def disputes_in_short(story: Story) -> tuple[Section, ...]:
    """What the disagreement means for the verdict and the form; nothing when it changes neither."""
    found, say = story.findings.disputes, story.say
    if found is None or not _matters(found):
        return ()
    deciding = [_name(story, one.fact, one.element) for one in found.disputes if one.decides]
    blocks: list[Block] = [paragraph(say.word("disputed_depends" if not found.holds else "disputed_holds"))]
    blocks += listing(Item(line(words)) for words in _outcomes(story, found)) if not found.holds else ()
    if deciding:
        names = say.listed((f"'{name}'" for name in deciding), at_most=_SHOWN_FACTS)
        blocks.append(paragraph(say.word("disputed_decides", facts=names)))
    return section(say.word("disputed"), blocks)


def told_in_short(found: Disputes | None) -> bool:
    """Whether a disagreement changes the verdict or the form, so that it belongs on the first page."""
    return found is not None and _matters(found)


def _matters(found: Disputes) -> bool:
    return not found.holds or any(one.decides for one in found.disputes)


def _outcomes(story: Story, found: Disputes) -> Iterator[str]:
    """What the views lead to, those with the same outcome together."""
    say = story.say
    forms = {one.led.form for one in found.views if not one.led.refused}
    groups: dict[tuple[str | None, str | None, bool], list[str]] = {}
    for one in found.views:
        groups.setdefault((one.led.verdict, one.led.form, one.led.refused), []).append(one.said_by)
    for (verdict, form, refused), speakers in groups.items():
        names = say.listed(speakers, at_most=_SHOWN_VIEWS)
        if refused or verdict is None:
            yield say.word("view_refused", names=names)
        elif len(forms) > 1:
            form_name = say.form(form) if form else say.word("form_unknown")
            yield say.word("view_outcome_form", names=names, verdict=say.verdict(verdict), form=form_name)
        else:
            yield say.word("view_outcome", names=names, verdict=say.verdict(verdict))


# --- in full --------------------------------------------------------------------------------------------------------


def disputes(story: Story) -> tuple[Section, ...]:
    """Every disputed fact with who says what and what that changes, then each view as a whole."""
    found, say = story.findings.disputes, story.say
    if found is None:
        return ()
    verdicts = "views_hold" if found.holds else "disputed_depends"
    blocks: list[Block] = [
        paragraph(say.counted(len(found.disputes), "disputed_facts"), " ", say.word(verdicts)),
        *listing(_dispute(story, one) for one in found.disputes),
        paragraph(say.word("views_intro")),
        _views(story, found),
    ]
    if found.holds and not found.same_pitfalls:
        blocks.append(paragraph(say.word("views_differ_in_pitfalls")))
    return section(say.word("disputed_in_full"), blocks)


def _dispute(story: Story, one: Dispute) -> Item:
    say = story.say
    said = "; ".join(f"'{_value(story, one, position)}' ({say.listed(position.said_by)})" for position in one.positions)
    notes: list[Line] = []
    for position in one.positions if one.matters else ():
        effects = " ".join(_effects(story, position.led))
        label = Span(say.word("if_so", value=_value(story, one, position)), "quiet")
        notes.append(line(label, " ", effects or say.word("changes_nothing")))
    if not one.matters:
        notes.append(line(say.word("dispute_is_idle")))
    return Item(line(Span(_name(story, one.fact, one.element), "strong"), ": ", said), tuple(notes))


def _value(story: Story, one: Dispute, position: Position) -> str:
    return story.say.written(story.say.fact_named(one.fact), position.value)


def _name(story: Story, fact: str, element: str | None) -> str:
    label = story.say.fact(fact)
    return label if element is None else f"{label} ({element})"


def _effects(story: Story, led: Led) -> Iterator[str]:
    """What some facts lead to, as far as it differs from the advice in which they are unknown."""
    say, findings = story.say, story.findings
    if led.refused or led.verdict is None:
        yield say.word("refused")
        return
    if led.verdict != findings.verdict.id:
        yield say.word("becomes_verdict", verdict=say.verdict(led.verdict))
    if findings.form is not None and led.form != findings.form.recommended:
        yield say.word("becomes_form", form=say.form(led.form) if led.form else say.word("form_unknown"))
    if led.opens:
        yield say.word("becomes_open", pitfalls=_pitfalls(story, led.opens))
    if led.settles:
        yield say.word("becomes_settled", pitfalls=_pitfalls(story, led.settles))


def _pitfalls(story: Story, names: tuple[str, ...]) -> str:
    return story.say.listed(map(story.say.pitfall, names), at_most=_SHOWN_PITFALLS)


def _views(story: Story, found: Disputes) -> Table:
    say = story.say
    columns = [say.word("said_by"), say.word("verdict"), *([say.word("form_label")] if say.forms() else [])]
    rows = []
    for one in found.views:
        led = one.led
        cells = [line(Span(one.said_by, "strong")), line(say.verdict(led.verdict) if led.verdict else "–")]
        if say.forms():
            cells.append(line(say.form(led.form) if led.form else "–"))
        effects = [say.word("refused")] if led.refused else []
        if led.opens:
            effects.append(say.word("becomes_open", pitfalls=_pitfalls(story, led.opens)))
        if led.settles:
            effects.append(say.word("becomes_settled", pitfalls=_pitfalls(story, led.settles)))
        rows.append(Row(tuple(cells), (line(" ".join(effects)),) if effects else ()))
    return Table(tuple(columns), tuple(rows), say.word("pitfalls"))
