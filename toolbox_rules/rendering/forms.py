"""The same case in every form -> a report: one table, and why not one form lighter or heavier."""

from collections.abc import Iterator

from toolbox_rules.assessing import THREATENING
from toolbox_rules.findings import Desk
from toolbox_rules.forming import FormOutcome, FormTable, WhyNot
from toolbox_rules.model import Lang
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.report import (
    Block,
    Heading,
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
from toolbox_rules.rendering.telling import Story

_SHOWN = 4


def form_report(found: FormTable, desk: Desk, lang: Lang) -> Report:
    """Put the forms side by side, in words."""
    say = Voice(desk=desk, lang=lang)
    title = say.word("forms_of", name=found.name or say.word("unnamed"))
    first = (
        *section(say.word("forms"), _intro(say, found), _table(say, found)),
        *_why_not(say, "not_lighter", found.lighter),
        *_why_not(say, "not_heavier", found.heavier),
    )
    return Report(title=title, first=first)


def _intro(say: Voice, found: FormTable) -> Iterator[Block]:
    if found.recommended is None:
        yield paragraph(say.word("form_need_unknown"))
        return
    yield paragraph(Span(say.word("recommended_form", form=say.form(found.recommended)), "strong"))
    row = found.row(found.recommended)
    if found.needed is not None and found.needed != found.recommended:
        yield paragraph(say.word("needed_unacceptable", form=say.form(found.needed)))
    elif not row.acceptable:
        yield paragraph(say.word("none_acceptable"))


def _table(say: Voice, found: FormTable) -> Table:
    classes = tuple(reversed(say.desk.shelf.weighing.spec.risk.classes))
    labels = ("stands_at", "with_plan_short", "effort_short", "conditions_short")
    columns = (say.word("form_label"), *map(say.risk, classes), *map(say.word, labels))
    return Table(columns, tuple(_row(say, found, one) for one in found.rows), say.word("differences"))


def _row(say: Voice, found: FormTable, one: FormOutcome) -> Row:
    name = line(Span(say.form(one.form), "strong" if one.form == found.recommended else "plain"))
    notes = _notes(say, found, one)
    if one.refused is not None:
        return Row((name, *[line("–")] * (4 + len(say.desk.shelf.weighing.spec.risk.classes))), notes)
    cells = [line(str(number) if number else "–") for _, number in one.risks]
    now, then = (line(say.verdict(verdict)) if verdict else () for verdict in (one.verdict, one.with_plan))
    effort = str(one.plan.effort) if one.plan else "–"
    return Row((name, *cells, now, then, line(effort), line(_conditions(say, one))), notes)


def _conditions(say: Voice, one: FormOutcome) -> str:
    """How many measures the conditions have."""
    if one.conditions is None:
        return "–"
    return str(len(one.conditions.measures)) if one.conditions.reachable else say.word("not_enough_alone")


def _notes(say: Voice, found: FormTable, one: FormOutcome) -> tuple[Line, ...]:
    marks = (("is_recommended", found.recommended), ("is_proposed", found.proposed))
    notes = [say.word(word) for word, form in marks if form == one.form]
    if one.excluded_by:
        notes.append(say.word("form_ruled_out", rules=say.listed(map(say.rule, one.excluded_by))))
    if one.refused is not None:
        notes.append(say.of(one.refused))
    lines = [line(Span(" ".join(notes), "quiet"))] if notes else []
    for word, pitfalls in (("form_opens", one.opens), ("form_settles", one.settles)):
        if pitfalls:
            names = say.listed(map(say.pitfall, pitfalls), at_most=_SHOWN)
            lines.append(line(Span(f"{say.word(word)}: ", "quiet"), names, "."))
    return tuple(lines)


def _why_not(say: Voice, heading: str, why: WhyNot | None) -> tuple[Section, ...]:
    if why is None:
        return ()
    reasons = tuple(_reasons(say, why)) or (say.word("no_gain"),)
    items = listing(Item(line(one)) for one in reasons)
    return section(say.word(heading, form=say.form(why.form)), items)


def _reasons(say: Voice, why: WhyNot) -> Iterator[str]:
    if why.refused is not None:
        yield say.of(why.refused)
    if why.excluded_by:
        yield say.word("form_ruled_out", rules=say.listed(map(say.rule, why.excluded_by)))
    if why.needed_by:
        yield say.word("need_asks", rules=say.listed(f"'{say.rule(one)}'" for one in why.needed_by))
    if why.beyond_need:
        yield say.word("beyond_need")
    if why.unacceptable:
        yield say.word("not_acceptable")
    elif why.worse:
        yield say.word("worse_outcome")
    if why.opens:
        yield say.word("opens_up", pitfalls=say.listed(map(say.pitfall, why.opens), at_most=_SHOWN))
    if why.riskier:
        yield say.word("riskier", pitfalls=say.listed(map(say.pitfall, why.riskier), at_most=_SHOWN))
    if why.settles:
        yield say.word("would_settle", pitfalls=say.listed(map(say.pitfall, why.settles), at_most=_SHOWN))
    if why.effort:
        yield say.word("more_effort" if why.effort > 0 else "less_effort", number=abs(why.effort))


# --- within an advice -----------------------------------------------------------------------------------------------


def in_short(story: Story) -> str | None:
    """What choosing the recommended form instead of the proposed one would mean, in a sentence for the first page."""
    found, say = story.findings.in_recommended, story.say
    if found is None or found.plan is None or found.with_plan is None:
        return None
    now, verdict = len(_threatening(story)), say.verdict(found.with_plan)
    if now == len(found.threatening):
        return say.word("form_instead_alike", verdict=verdict)
    return say.word("form_instead", before=now, after=len(found.threatening), verdict=verdict)


def plan_in_recommended(story: Story) -> tuple[Section, ...]:
    """The plan for the recommended form, beside the plan for the proposed one: what it leaves out and what it adds."""
    found, say = story.findings.in_recommended, story.say
    if found is None or found.plan is None or found.with_plan is None:
        return ()
    own, here = ({item.mitigation for item in plan.items} for plan in (found.plan, story.findings.plan))
    numbers = {item.mitigation: at for at, item in enumerate(story.findings.plan.items, 1)}
    word = "form_plan_alike" if own == here else "form_plan_intro"
    blocks: list[Block] = [paragraph(say.word(word, verdict=say.verdict(found.with_plan)))]
    same, less = (sorted(one, key=numbers.__getitem__) for one in (own & here, here - own))
    parts = (
        ("form_plan_more", [item.mitigation for item in found.plan.items if item.mitigation not in here]),
        ("form_plan_less", less),
        ("form_plan_same", same),
    )
    for heading, measures in parts if own != here else ():
        if measures:
            blocks.append(Heading(say.word(heading)))
            blocks += listing(Item(_numbered(say, one, numbers.get(one))) for one in measures)
    gone = [name for name in _threatening(story) if name not in found.threatening]
    more = [name for name in found.threatening if name not in _threatening(story)]
    for word, names in (("form_settles_instead", gone), ("form_opens_instead", more)):
        if names:
            blocks.append(paragraph(say.word(word, pitfalls=say.listed(map(say.pitfall, names)))))
    efforts = {"number": found.plan.effort, "other": story.findings.plan.effort}
    blocks.append(paragraph(say.word("form_plan_effort", **efforts)))
    return section(say.word("form_plan", form=say.form(found.form)), blocks)


def _numbered(say: Voice, measure: str, number: int | None) -> Line:
    place = f" ({say.word('in_plan', number=number)})" if number else ""
    return line(say.measure(measure), Span(place, "quiet"))


def _threatening(story: Story) -> list[str]:
    return [one.id for one in story.findings.pitfalls if one.state in THREATENING]
