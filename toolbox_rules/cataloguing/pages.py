"""One page for each pitfall, mitigation, rule and practice case, in both languages."""

import re
from collections.abc import Iterable, Iterator, Sequence

from toolbox_rules.cataloguing.crossing import Crossings
from toolbox_rules.cataloguing.wording import Wording, table
from toolbox_rules.model import CaseLink, MitigatesLink, MitigationLink, Pitfall, PitfallLink, Text
from toolbox_rules.rendering.markdown import escaped
from toolbox_rules.rulebook import Rule

_KEY = re.compile(r"[a-z_]+:")


def pitfall_page(name: str, say: Wording, crossings: Crossings) -> Iterator[str]:
    """What a pitfall is, how one sees it, what raises it, what it leads to and what helps."""
    pitfall = say.desk.shelf.knowledge.pitfalls[name]
    yield from [f"# {say.paired(pitfall.name)}", "", say.told(pitfall.summary), ""]
    yield from table(_pitfall_facts(pitfall, say))
    yield from _part(say.both("signs"), say.listed(pitfall.signs))
    yield from _part(say.both("rules_that_see_it"), (f"- {say.rule(rule)}" for rule in crossings.rules.get(name, ())))
    yield from _part(
        say.both("what_helps"),
        (
            f"- {say.mitigation(measure)} ({say.both(f'coverage_{link.coverage}')}): {say.inline(link.because)}"
            f" ({say.claim(link.basis, link.sources)})"
            for measure, link in crossings.helps.get(name, ())
        ),
    )
    if pitfall.few_mitigations is not None:
        yield from _part(say.both("few_mitigations"), [say.told(pitfall.few_mitigations)])
    for heading, links in (("leads_to_heading", pitfall.leads_to), ("aggravates_heading", pitfall.aggravates)):
        yield from _part(say.both(heading), _pitfall_links(links, say))
    yield from _part(say.both("caused_by"), (f"- {say.pitfall(cause)}" for cause in crossings.causes.get(name, ())))
    yield from _part(say.both("seen_in"), _case_links(pitfall.seen_in, say))
    cited = [*pitfall.sources, *_cited((*pitfall.leads_to, *pitfall.aggravates, *pitfall.seen_in))]
    yield from say.sources([*cited, *_cited(link for _, link in crossings.helps.get(name, ()))])


def _pitfall_facts(pitfall: Pitfall, say: Wording) -> Iterator[tuple[str, str]]:
    risk = say.desk.shelf.weighing.spec.risk
    yield say.both("name"), f"`{pitfall.id}`"
    yield say.both("topic"), say.choices("topic", [pitfall.topic])
    yield say.both("area"), say.choices("area", [pitfall.area])
    yield say.both("severity"), say.paired(risk.severity[pitfall.severity].label)
    yield say.both("likelihood"), say.paired(risk.likelihood[pitfall.likelihood].label)
    yield say.both("affects"), say.choices("affected", pitfall.affects)
    yield say.both("rests_on"), say.claim(pitfall.basis, pitfall.sources)
    yield from _review(pitfall.review, say)


def mitigation_page(name: str, say: Wording) -> Iterator[str]:
    """What a mitigation is, how one does it, for what it helps, and what goes before or against it."""
    one = say.desk.shelf.knowledge.mitigations[name]
    yield from [f"# {say.paired(one.name)}", "", say.told(one.summary), ""]
    facts = [
        (say.both("name"), f"`{one.id}`"),
        (say.both("kind"), say.both(f"kind_{one.kind}")),
        (say.both("effort"), say.paired(say.desk.shelf.weighing.spec.effort[one.effort].label)),
        (say.both("phases"), _phases(one.phases, say)),
        (say.both("who"), say.paired(one.who)),
        (say.both("sign_that_it_works"), say.inline(one.sign)),
        (say.both("rests_on"), say.claim(one.basis, one.sources)),
        *([(say.both("not_when"), say.inline(one.not_when))] if one.not_when else []),
        *_review(one.review, say),
    ]
    yield from table(facts)
    yield from _part(say.both("steps"), say.listed(one.steps))
    yield from _part(
        say.both("helps_against"),
        (
            f"- {say.pitfall(link.pitfall)} ({say.both(f'coverage_{link.coverage}')}): {say.inline(link.because)}"
            f" ({say.claim(link.basis, link.sources)})"
            for link in one.mitigates
        ),
    )
    yield from _part(say.both("needs_heading"), _measure_links(one.needs, say))
    yield from _part(say.both("conflicts_heading"), _measure_links(one.conflicts, say))
    yield from _part(say.both("helped_in"), _case_links(one.helped_in, say))
    yield from say.sources([*one.sources, *_cited((*one.mitigates, *one.helped_in))])


def _phases(names: Sequence[str], say: Wording) -> str:
    spec = say.desk.shelf.weighing.spec
    labels = [say.desk.shelf.rulebook.vocabulary.facts[spec.phase].values[name].label for name in names]
    nl, en = say.nl.listed(label.nl for label in labels), say.en.listed(label.en for label in labels)
    return say.paired(Text(nl=nl, en=en))


def rule_page(name: str, say: Wording, crossings: Crossings) -> Iterator[str]:
    """What a rule concludes, when, and why; its conditions as they stand in its file."""
    rule = say.desk.shelf.rulebook.rules[name]
    yield from [f"# {say.paired(rule.spec.title)}", "", say.told(rule.spec.because), ""]
    facts = [
        (say.both("name"), f"`{rule.id}`"),
        (say.both("concludes"), "<br>".join(_conclusions(rule, say))),
        (say.both("rests_on"), say.claim(rule.spec.basis, rule.spec.sources)),
        *_review(rule.spec.review, say),
    ]
    yield from table(facts)
    yield from ["", f"## {say.both('conditions_heading')}", "", "```yaml", *_conditions(rule), "```"]
    yield from _part(say.both("rests_on_rules"), (f"- {say.rule(one)}" for one in crossings.before.get(name, ())))
    yield from _part(say.both("used_by_rules"), (f"- {say.rule(one)}" for one in crossings.after.get(name, ())))
    yield from say.sources(rule.spec.sources)


def _conclusions(rule: Rule, say: Wording) -> Iterator[str]:
    for threat in rule.threats:
        yield say.pitfall(threat.pitfall)
    for setting in rule.settings:
        values = ", ".join(f"`{value}`" for value in setting.values)
        yield f"`{setting.fact.name}` ({say.paired(setting.fact.label)}){f': {values}' if values else ''}"
    for argument in rule.arguments:
        stance = say.both(f"argument_{argument.stance}")
        for verdict in argument.verdicts:
            yield f"{stance}: {say.paired(say.desk.shelf.weighing.spec.verdicts[verdict].label)}"
        for form in argument.forms:
            yield f"{stance}: {escaped(say.nl.form(form))} · {escaped(say.en.form(form))}"


def _conditions(rule: Rule) -> Iterator[str]:
    """The lines of the file that hold the conditions."""
    inside = False
    for line in rule.document.lines:
        if _KEY.match(line):
            inside = line.startswith(("for:", "when:", "unless:", "aggravated_by:"))
        if inside and line.strip():
            yield line


def case_page(name: str, say: Wording, crossings: Crossings) -> Iterator[str]:
    """The story of a practice case, and what was seen and helped in it."""
    case = say.desk.shelf.knowledge.cases[name]
    yield from [f"# {say.paired(case.name)}", "", say.told(case.summary), ""]
    facts = [(say.both("name"), f"`{case.id}`"), (say.both("outcome"), say.both(f"outcome_{case.outcome}"))]
    where_and_when = (("place", case.place), ("period", case.period))
    facts += [(say.both(key), escaped(value)) for key, value in where_and_when if value]
    yield from table(facts)
    yield from _part(say.both("learned"), say.listed(case.learned))
    for heading, links, link_to in (
        ("pitfalls_seen", crossings.seen.get(name, ()), say.pitfall),
        ("measures_that_helped", crossings.helped.get(name, ()), say.mitigation),
    ):
        yield from _part(
            say.both(heading),
            (
                f"- {link_to(other)}: {say.inline(link.because)} ({say.claim(link.basis, link.sources)})"
                for other, link in links
            ),
        )
    shown = (*crossings.seen.get(name, ()), *crossings.helped.get(name, ()))
    yield from say.sources([*case.sources, *_cited(link for _, link in shown)])


# --- parts of pages -----------------------------------------------------------------------------------------------


def _part(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading with lines, or nothing when there are none."""
    found = list(lines)
    if found:
        yield from ["", f"## {heading}", "", *found]


def _cited(links: Iterable[PitfallLink | CaseLink | MitigatesLink]) -> Iterator[str]:
    return (source for link in links for source in link.sources)


def _review(year: int | None, say: Wording) -> Iterator[tuple[str, str]]:
    if year is not None:
        yield say.both("review"), str(year)


def _pitfall_links(links: Iterable[PitfallLink], say: Wording) -> Iterator[str]:
    for link in links:
        claim = say.claim(link.basis, link.sources)
        yield f"- {say.pitfall(link.pitfall)}: {say.inline(link.because)} ({claim})"


def _measure_links(links: Iterable[MitigationLink], say: Wording) -> Iterator[str]:
    for link in links:
        yield f"- {say.mitigation(link.mitigation)}: {say.inline(link.because)}"


def _case_links(links: Iterable[CaseLink], say: Wording) -> Iterator[str]:
    for link in links:
        yield f"- {say.case(link.case)}: {say.inline(link.because)} ({say.claim(link.basis, link.sources)})"
