"""The conditions of an advice in words: what has to be arranged, by whom, until when, and how one sees that it is."""

from collections.abc import Iterator

from toolbox_rules.rendering.opening import because_of
from toolbox_rules.rendering.report import Block, Item, Line, Section, Span, line, listing, paragraph, section
from toolbox_rules.rendering.telling import Story
from toolbox_rules.requiring import Conditions, Swap, Term


def conditions(story: Story) -> tuple[Section, ...]:
    """What is needed for the aim, ready to be put in a note; nothing when the aim is given already."""
    found, say = story.findings.conditions, story.say
    if found is None:
        return ()
    blocks: list[Block] = []
    aim = say.verdict(found.aim)
    if found.barred_by:
        blocks.append(paragraph(say.word("barred", verdict=aim)))
        blocks += listing(Item(because_of(story, rule)) for rule in found.barred_by)
    elif not found.reachable:
        blocks.append(paragraph(say.word("unreachable", verdict=aim)))
    if found.terms:
        blocks.append(paragraph(say.word("arrange")))
        blocks += listing((_term(story, found, one) for one in found.terms), numbered=True)
        blocks += _remarks(story, found)
    blocks += _assumptions(story, found)
    if found.unsettled:
        blocks.append(paragraph(say.counted(len(found.unsettled), "unsettled")))
    return section(say.word("conditions", verdict=aim), blocks)


def _term(story: Story, found: Conditions, term: Term) -> Item:
    say = story.say
    mitigation = say.desk.shelf.knowledge.mitigations[term.measure]
    notes = [
        _labelled(say.word("who"), say.of(mitigation.who)),
        _labelled(say.word("when"), say.phases(_in_time(story, term))),
        _labelled(say.word("met_when"), say.of(mitigation.sign)),
    ]
    if term.recheck is not None:
        notes.append(_labelled(say.word("recheck"), say.word("recheck_at", phase=say.phase(term.recheck))))
    instead = [one for one in found.swaps if one.leave == (term.measure,)]
    if instead:
        names = say.listed((say.listed(map(say.measure, one.take)) for one in instead), "or")
        notes.append(_labelled(say.word("or_instead"), names))
    return Item(_named_in_plan(story, term.measure), tuple(notes))


def _in_time(story: Story, term: Term) -> tuple[str, ...]:
    """The phases in which the measure can be taken before it is looked at again."""
    order = story.say.fact_named(story.say.desk.shelf.weighing.spec.phase).order
    last = len(order) if term.recheck is None else order.index(term.recheck)
    return tuple(phase for phase in term.phases if order.index(phase) <= last)


def _labelled(label: str, words: str) -> Line:
    return line(Span(f"{label}: ", "quiet"), words, "" if words.endswith((".", "?", "!")) else ".")


def _named_in_plan(story: Story, measure: str) -> Line:
    numbers = [at for at, item in enumerate(story.findings.plan.items, 1) if item.mitigation == measure]
    place = f" ({story.say.word('in_plan', number=numbers[0])})" if numbers else ""
    return line(Span(story.say.measure(measure), "strong"), Span(place, "quiet"))


def _remarks(story: Story, found: Conditions) -> Iterator[Block]:
    """Swaps of several measures at once, and what is not known or not listed."""
    say = story.say
    for swap in found.swaps:
        if len(swap.leave) > 1:
            yield paragraph(_swapped(story, swap))
    if not found.all_swaps:
        yield paragraph(say.word("more_swaps"))
    if any(term.recheck is None for term in found.terms):
        yield paragraph(say.word("no_recheck"))


def _swapped(story: Story, swap: Swap) -> str:
    leave, take = (story.say.listed(map(story.say.measure, names)) for names in (swap.leave, swap.take))
    return story.say.word("swap", leave=leave, take=take)


def _assumptions(story: Story, found: Conditions) -> Iterator[Block]:
    say = story.say
    if found.assumptions:
        alone = not (found.measures or found.barred_by)
        yield paragraph(say.word("assume_only" if alone else "assume"))
    criteria = say.desk.shelf.weighing.spec.criteria
    items = (
        Item(
            line(
                Span(say.criterion(one.criterion), "strong"),
                ": ",
                say.of(criteria[one.criterion].levels[one.needed].because),
            ),
            (line(Span(say.word("now", level=say.level(one.criterion, one.now)), "quiet")),),
        )
        for one in found.assumptions
    )
    yield from listing(items)
