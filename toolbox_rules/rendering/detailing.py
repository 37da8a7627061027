"""What stands behind the first page: the pitfalls one by one, the plan, and how the verdict came about."""

from collections import Counter
from collections.abc import Iterator, Sequence

from toolbox_rules.assessing import STATES, THREATENING
from toolbox_rules.findings import PitfallAdvice
from toolbox_rules.planning import PlanItem
from toolbox_rules.proof import decisive_only
from toolbox_rules.rendering.disputing import disputes
from toolbox_rules.rendering.forms import plan_in_recommended
from toolbox_rules.rendering.opening import headline
from toolbox_rules.rendering.phrasing import Lack, lacks
from toolbox_rules.rendering.report import (
    Block,
    Heading,
    Item,
    Line,
    Row,
    Section,
    Span,
    Table,
    joined,
    line,
    listing,
    paragraph,
    section,
)
from toolbox_rules.rendering.telling import Story

_SHOWN_RULES = 3
_SHOWN_FACTS = 5


def details(story: Story) -> tuple[Section, ...]:
    """The pitfalls and the plan."""
    return (
        *_pitfalls(story),
        *_partly_covered(story),
        *_undetermined(story),
        *_plan(story),
        *_uncovered(story),
        *plan_in_recommended(story),
        *disputes(story),
    )


# --- the pitfalls -------------------------------------------------------------------------------------------------


def _pitfalls(story: Story) -> tuple[Section, ...]:
    say = story.say
    blocks: list[Block] = [paragraph(say.word("tally_intro")), tally(story)]
    for state in THREATENING:
        found = [one for one in story.findings.pitfalls if one.state == state]
        if found:
            blocks.append(Heading(say.word(f"group_{state}", number=len(found))))
            blocks += listing(_pitfall(story, one) for one in found)
    return section(say.word("pitfalls"), blocks)


def tally(story: Story) -> Table:
    """How many pitfalls stand in each state, with those that threaten by risk."""
    say = story.say
    classes = list(reversed(story.say.desk.shelf.weighing.spec.risk.classes))
    counts = Counter((one.state, one.risk) for one in story.findings.pitfalls)
    rows = []
    for state in STATES:
        total = sum(number for (of, _), number in counts.items() if of == state)
        by_risk = [str(counts[state, risk] or "–") if state in THREATENING else "" for risk in classes]
        rows.append(Row(tuple(line(cell) for cell in (say.word(f"means_{state}"), str(total), *by_risk))))
    columns = (say.word("state"), say.word("number"), *map(say.risk, classes))
    return Table(columns, tuple(rows))


def _pitfall(story: Story, pitfall: PitfallAdvice) -> Item:
    say = story.say
    notes: list[Line] = []
    for rule, subjects in story.rules_of(pitfall)[:_SHOWN_RULES]:
        spec = say.desk.shelf.rulebook.rules[rule].spec
        names = story.subjects(rule, subjects)
        about = line(Span(f"({names})", "quiet")) if names else ()
        notes.append(joined([line(story.because(rule, subjects)), about, story.support(spec.basis, spec.sources)]))
    missing = lacking(story, pitfall)
    if missing:
        notes.append(missing)
    if pitfall.partly_covered:
        notes.append(line(say.word("partly", measures=say.listed(say.measure(one) for one in pitfall.measures))))
    if pitfall.caused_by:
        causes = say.listed((say.pitfall(one) for one in pitfall.caused_by), at_most=3)
        notes.append(line(Span(say.word("caused_by", causes=causes), "quiet")))
    return Item(headline(story, pitfall, state=False), tuple(notes))


def lacking(story: Story, pitfall: PitfallAdvice) -> Line:
    """What the controls of a pitfall lack: what is not in order, and what is not known."""
    found: dict[Lack, None] = {}
    for one in pitfall.assessment.rules:
        proof = story.explainer.control(one) if one.state == pitfall.state else None
        if proof is not None:
            (control,) = decisive_only(proof).children
            found |= dict.fromkeys(lacks(story.say, control, proof))
    return joined(_lack(story, word, lack) for word, lack in _by_kind(found))


def _by_kind(found: dict[Lack, None]) -> Iterator[tuple[str, list[Lack]]]:
    for known, word in ((True, "not_in_order"), (False, "not_known")):
        if kind := [lack for lack in found if lack.known is known]:
            yield word, kind


def _lack(story: Story, word: str, found: Sequence[Lack]) -> Line:
    say = story.say
    subjects: dict[str, list[str]] = {}
    for lack in found:
        subjects.setdefault(lack.words, []).extend([lack.subject] if lack.subject else [])
    words = [f"{one} ({say.listed(names, at_most=3)})" if names else one for one, names in subjects.items()]
    return line(Span(f"{say.word(word)}: ", "strong"), "; ".join(words[:_SHOWN_FACTS]), ".")


def _partly_covered(story: Story) -> tuple[Section, ...]:
    say = story.say
    found = [
        one for one in story.findings.pitfalls if one.partly_covered and one.state in (*THREATENING, "undetermined")
    ]
    items = (
        Item(
            line(
                Span(say.pitfall(one.id), "strong"),
                ": ",
                say.listed(say.measure(measure) for measure in one.measures),
                ".",
            )
        )
        for one in found
    )
    return section(say.word("partly_covered"), listing(items))


def _undetermined(story: Story) -> tuple[Section, ...]:
    say = story.say
    names = [say.pitfall(one.id) for one in story.findings.pitfalls if one.state == "undetermined"]
    if not names:
        return ()
    return section(say.word("undetermined", number=len(names)), paragraph("; ".join(names), "."))


# --- the plan -----------------------------------------------------------------------------------------------------


def _plan(story: Story) -> tuple[Section, ...]:
    say, plan = story.say, story.findings.plan
    if not plan.items:
        return section(say.word("plan"), paragraph(say.word("no_measure" if story.findings.effect.left else "no_plan")))
    number = {item.mitigation: str(at) for at, item in enumerate(plan.items, 1)}
    columns = ("", *(say.word(name) for name in ("measure", "who", "effort", "when")))
    rows = tuple(_measure(story, item, number) for item in plan.items)
    effect = story.findings.effect
    intro = say.word("plan_intro", measures=len(plan.items), pitfalls=len(effect.settled))
    if effect.reduced:
        intro = f"{intro} {say.word('plan_reduces', pitfalls=say.listed(say.pitfall(one) for one in effect.reduced))}"
    if _all_doubtful(story):
        intro = f"{intro} {say.word('all_if_not_arranged')}"
    return section(_plan_heading(story), paragraph(intro), Table(columns, rows, say.word("against_and_sign")))


def _plan_heading(story: Story) -> str:
    """What the plan is for: when another form is recommended than the proposed one, there are two."""
    form = story.findings.form
    if story.findings.in_recommended is None or form is None or form.proposed is None:
        return story.say.word("plan")
    return story.say.word("plan_proposed", form=story.say.form(form.proposed))


def _all_doubtful(story: Story) -> bool:
    return all(item.only_exposed for item in story.findings.plan.items)


def _measure(story: Story, item: PlanItem, number: dict[str, str]) -> Row:
    say = story.say
    mitigation = say.desk.shelf.knowledge.mitigations[item.mitigation]
    cells = (
        line(number[item.mitigation]),
        line(Span(say.of(mitigation.name), "strong")),
        line(say.of(mitigation.who)),
        line(say.effort(mitigation.effort)),
        line(_when(story, mitigation.phases)),
    )
    return Row(cells, tuple(_measure_notes(story, item, number)))


def _measure_notes(story: Story, item: PlanItem, number: dict[str, str]) -> Iterator[Line]:
    say = story.say
    mitigation = say.desk.shelf.knowledge.mitigations[item.mitigation]
    links = [link for link in mitigation.mitigates if link.pitfall in item.covers]
    sources = {source for link in links for source in link.sources} | set(mitigation.sources)
    yield joined([line(say.of(mitigation.summary)), story.support(mitigation.basis, sources)])
    if item.covers:
        yield line(Span(f"{say.word('against')}: ", "quiet"), say.listed(say.pitfall(one) for one in item.covers), ".")
    yield line(Span(f"{say.word('sign')}: ", "quiet"), say.of(mitigation.sign))
    if remarks := " ".join(_remarks(story, item, number)):
        yield line(remarks)


def _remarks(story: Story, item: PlanItem, number: dict[str, str]) -> Iterator[str]:
    say = story.say
    if item.planned:
        yield say.word("already_planned")
    if item.only_exposed and not _all_doubtful(story):
        yield say.word("if_not_arranged")
    needing = [one.mitigation for one in story.findings.plan.items if item.mitigation in one.after]
    if needing and not item.covers:
        yield say.word("needed_for", measures=say.listed(number[one] for one in needing))
    if item.after:
        yield say.word("after", measures=say.listed(number[one] for one in item.after))


def _when(story: Story, phases: Sequence[str]) -> str:
    """The phases in which a measure fits, from the present one on, as spans of neighbouring phases."""
    say = story.say
    phase = say.desk.shelf.weighing.spec.phase
    order = say.fact_named(phase).order
    now = story.findings.trace.facts.get(phase)
    start = order.index(now) if isinstance(now, str) and now in order else 0
    return say.phases([name for at, name in enumerate(order) if name in phases and at >= start])


def _uncovered(story: Story) -> tuple[Section, ...]:
    left = story.findings.effect.left
    return section(story.say.word("uncovered"), listing(_left_open(story, one) for one in left))


def _left_open(story: Story, pitfall: str) -> Item:
    say, reach = story.say, story.findings.reach
    mitigations = say.desk.shelf.knowledge.mitigations
    notes: list[Line] = []
    for word, measures in (("too_late", reach.too_late), ("unsuitable", reach.unsuitable)):
        helping = [one for one in measures if any(link.pitfall == pitfall for link in mitigations[one].mitigates)]
        if helping:
            notes.append(line(say.word(word, measures=say.listed(say.measure(one) for one in helping))))
    found = next(one for one in story.findings.pitfalls if one.id == pitfall)
    return Item(headline(story, found), tuple(notes) or (line(say.word("no_measure")),))
