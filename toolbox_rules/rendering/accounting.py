"""How the verdict came about and what it rests on: the weighing, the practice cases, the sources, the receipt."""

from collections.abc import Iterable, Iterator, Sequence

from toolbox_rules.assessing import THREATENING
from toolbox_rules.model import CaseLink, Mitigation, Pitfall
from toolbox_rules.rendering.asking import question_item, top_questions
from toolbox_rules.rendering.opening import because_of
from toolbox_rules.rendering.report import (
    Block,
    Item,
    Line,
    Row,
    Section,
    Span,
    Style,
    Table,
    joined,
    line,
    listing,
    paragraph,
    section,
    spans,
)
from toolbox_rules.rendering.stipulating import conditions
from toolbox_rules.rendering.telling import Story, in_register
from toolbox_rules.weighing import ArgumentResult, CriterionResult

_SHOWN_QUESTIONS = 10
_SHOWN_CASES = 6
_HASH_LENGTH = 12


def account(story: Story) -> tuple[Section, ...]:
    """The conditions, the weighing, what is expected, the questions that are left, and the practice cases."""
    return (
        *conditions(story),
        *_weighing(story),
        *_expected(story),
        *_other_questions(story),
        *_practice(story),
    )


# --- the weighing -------------------------------------------------------------------------------------------------


def _weighing(story: Story) -> tuple[Section, ...]:
    say, outcome = story.say, story.findings.verdict.outcome
    table = next(one for one in say.desk.shelf.weighing.spec.tables if one.id == outcome.table)
    columns = tuple(say.word(name) for name in ("criterion", "stands_at", "can_become", "reason"))
    blocks: list[Block] = [
        paragraph(say.word("weighing_intro", table=say.of(table.label))),
        Table(columns, tuple(_criteria(story))),
    ]
    if outcome.by_table != outcome.verdict:
        blocks.append(paragraph(say.word("by_table", verdict=say.verdict(outcome.by_table))))
    blocks += listing(_arguments(story))
    return section(say.word("weighing"), blocks)


def _criteria(story: Story) -> Iterator[Row]:
    say, outcome = story.say, story.findings.verdict.outcome
    for one in outcome.criteria:
        spec = say.desk.shelf.weighing.spec.criteria[one.criterion]
        others = [say.level(one.criterion, level) for level in one.possible if level != one.level]
        stands_out: Style = "strong" if one.criterion in outcome.decisive else "plain"
        yield Row(
            (
                line(Span(say.of(spec.label), "strong")),
                line(Span(say.level(one.criterion, one.level), stands_out)),
                line(say.listed(others, "or") or "–"),
                line(say.of(spec.levels[one.level].because)),
            )
        )


def _arguments(story: Story) -> Iterator[Item]:
    """The rules that argue, each once: those that rule something out first, then those against, then those for."""
    order = ("excludes", "against", "for")
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for argument in sorted(story.findings.verdict.outcome.arguments, key=lambda one: order.index(one.stance)):
        if names := _matters(story, argument):
            stances = found.setdefault(argument.rule, {})
            stances[argument.stance] = (*stances.get(argument.stance, ()), *names)
    for rule, stances in found.items():
        spec = story.say.desk.shelf.rulebook.rules[rule].spec
        about = "; ".join(
            story.say.word(f"argues_{stance}", about=story.say.listed(dict.fromkeys(names)))
            for stance, names in stances.items()
        )
        support = story.support(spec.basis, spec.sources)
        yield Item(line(Span(f"{about[:1].upper()}{about[1:]}. ", "strong"), *because_of(story, rule), " ", *support))


def _matters(story: Story, argument: ArgumentResult) -> tuple[str, ...]:
    """What an argument is about, as far as it can still be the outcome: other tables have verdicts of their own."""
    say, outcome = story.say, story.findings.verdict.outcome
    table = next(one for one in say.desk.shelf.weighing.spec.tables if one.id == outcome.table)
    verdicts = [say.verdict(one) for one in argument.verdicts if one in (*table.verdicts, *outcome.possible)]
    return tuple(f"'{name}'" for name in (*verdicts, *map(say.form, argument.forms)))


def _expected(story: Story) -> tuple[Section, ...]:
    say, verdict = story.say, story.findings.verdict
    rows = [(say.word("now_label"), verdict.id, verdict.outcome.criteria)]
    if story.findings.reach.planned:
        rows.append((say.word("with_planned"), verdict.projected.verdict, verdict.projected.criteria))
    rows.append((say.word("with_plan"), verdict.with_plan.verdict, verdict.with_plan.criteria))
    if len({(name, *(one.level for one in criteria)) for _, name, criteria in rows}) == 1:
        blocks: list[Block] = [paragraph(say.word("no_change", verdict=say.verdict(verdict.id)))]
    else:
        blocks = [_comparison(story, rows)]
    moved = [one for one in story.findings.pitfalls if one.state in THREATENING and one.projected not in THREATENING]
    if moved:
        blocks.append(paragraph(say.word("planned_covers", pitfalls=say.listed(say.pitfall(one.id) for one in moved))))
    return section(say.word("expected"), blocks)


def _comparison(story: Story, rows: Iterable[tuple[str, str, tuple[CriterionResult, ...]]]) -> Table:
    say = story.say
    names = [one.criterion for one in story.findings.verdict.outcome.criteria]
    return Table(
        ("", say.word("verdict"), *map(say.criterion, names)),
        tuple(
            Row(
                (
                    line(label),
                    line(Span(say.verdict(verdict), "strong")),
                    *(line(say.level(one.criterion, one.level)) for one in criteria),
                )
            )
            for label, verdict, criteria in rows
        ),
    )


def _other_questions(story: Story) -> tuple[Section, ...]:
    shown = top_questions(story)
    others = [one for one in story.findings.questions if one not in shown]
    heading = story.say.word("other_questions", number=min(_SHOWN_QUESTIONS, len(others)), total=len(others))
    return section(heading, listing(question_item(story, one) for one in others[:_SHOWN_QUESTIONS]))


# --- practice -----------------------------------------------------------------------------------------------------


def _practice(story: Story) -> tuple[Section, ...]:
    say = story.say
    knowledge = say.desk.shelf.knowledge
    pitfalls = [knowledge.pitfalls[one.id] for one in story.findings.pitfalls if one.state in THREATENING]
    measures = [knowledge.mitigations[item.mitigation] for item in story.findings.plan.items]
    seen: dict[str, list[Line]] = {}
    for word, links in (("seen", _links(pitfalls, "seen_in")), ("helped", _links(measures, "helped_in"))):
        for item, link in links:
            seen.setdefault(link.case, []).append(_seen(story, word, item, link))
    most = sorted(seen, key=lambda case: -len(seen[case]))[:_SHOWN_CASES]
    return section(say.word("practice"), listing(_case(story, case, seen[case][:3]) for case in most))


def _links(items: Iterable[Pitfall | Mitigation], part: str) -> Iterator[tuple[Pitfall | Mitigation, CaseLink]]:
    for item in items:
        for link in getattr(item, part):
            yield item, link


def _seen(story: Story, word: str, item: Pitfall | Mitigation, link: CaseLink) -> Line:
    say = story.say
    support = story.support(link.basis, link.sources)
    return line(Span(f"{say.word(word, name=say.of(item.name))}: ", "quiet"), say.of(link.because), " ", *support)


def _case(story: Story, name: str, notes: list[Line]) -> Item:
    say = story.say
    case = say.desk.shelf.knowledge.cases[name]
    where = ", ".join(filter(None, (case.place, case.period)))
    return Item(
        line(
            Span(say.of(case.name), "strong"),
            f" ({where}; " if where else " (",
            say.word(f"outcome_{case.outcome}"),
            ")",
        ),
        (line(say.of(case.summary)), *notes),
    )


# --- sources and receipt ------------------------------------------------------------------------------------------


def closing(story: Story, before: Iterable[Section]) -> tuple[Section, ...]:
    """What has to be checked, the sources that the sections before cite, and the receipt."""
    cited = sorted({span.text for span in spans(before) if span.style == "source"}, key=in_register)
    return (*_checks(story), *_sources(story, cited), *_receipt(story))


def _checks(story: Story) -> tuple[Section, ...]:
    """The pitfalls and measures of this advice whose knowledge rests on rules that change, by year of review."""
    say = story.say
    years: dict[int, dict[str, set[str]]] = {}
    for name, review, sources in _reviewed(story):
        years.setdefault(review, {}).setdefault(name, set()).update(sources)
    blocks: list[Block] = []
    for year, names in sorted(years.items()):
        blocks.append(paragraph(say.word("check_by", year=year)))
        blocks += listing(Item(line(f"{name}{_years(story, sources)}")) for name, sources in names.items())
    return section(say.word("checks"), blocks)


def _reviewed(story: Story) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """What has a year of review: its name, that year, and its sources."""
    say, findings = story.say, story.findings
    knowledge, rules = say.desk.shelf.knowledge, say.desk.shelf.rulebook.rules
    for one in findings.pitfalls:
        if one.state in THREATENING:
            pitfall = knowledge.pitfalls[one.id]
            found = [(pitfall.review, pitfall.sources)]
            found += [(rules[rule].spec.review, rules[rule].spec.sources) for rule in one.rules]
            yield from ((say.pitfall(one.id), review, sources) for review, sources in found if review is not None)
    for item in findings.plan.items:
        mitigation = knowledge.mitigations[item.mitigation]
        if mitigation.review is not None:
            yield say.of(mitigation.name), mitigation.review, mitigation.sources


def _years(story: Story, sources: Iterable[str]) -> str:
    say, register = story.say, story.say.desk.shelf.knowledge.sources
    known = sorted({str(register[source].year) for source in sources if register[source].year})
    return f" ({say.word('sources_from', years=say.listed(known))})" if known else f" ({say.word('sources_undated')})"


def _sources(story: Story, cited: Sequence[str]) -> tuple[Section, ...]:
    say, register = story.say, story.say.desk.shelf.knowledge.sources
    in_part = any(register[one].read == "excerpt" for one in cited)
    remark = [paragraph(say.word("read_in_part"))] if in_part else []
    return section(say.word("sources"), remark, listing(_source(story, one) for one in cited))


def _source(story: Story, name: str) -> Item:
    say = story.say
    source = say.desk.shelf.knowledge.sources[name]
    title = Span(source.title, link=source.url or next(iter(source.urls), None))
    origin = ", ".join(filter(None, (source.publisher, str(source.year) if source.year else say.word("no_year"))))
    return Item(line(Span(name, "register"), "* " if source.read == "excerpt" else " ", title, f" ({origin})"))


def _receipt(story: Story) -> tuple[Section, ...]:
    say, receipt = story.say, story.findings.receipt
    parts = (("facts", receipt.facts), ("rules", receipt.rules), ("knowledge", receipt.knowledge))
    words = [
        f"toolbox-rules {receipt.version}",
        *(f"{say.word(f'hash_{name}')} {value[:_HASH_LENGTH]}" for name, value in parts),
    ]
    text = joined([line(Span(one, "quiet")) for one in words], " · ")
    return section(say.word("receipt"), paragraph(say.word("receipt_intro")), paragraph(*text))
