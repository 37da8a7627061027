"""The first page of an advice: what a manager has to know, and nothing else."""

from collections.abc import Iterator

from toolbox_rules.assessing import THREATENING
from toolbox_rules.findings import FormAdvice, PitfallAdvice
from toolbox_rules.model import Mitigation
from toolbox_rules.proof import decisive_only
from toolbox_rules.rendering.asking import questions
from toolbox_rules.rendering.disputing import disputes_in_short
from toolbox_rules.rendering.forms import in_short
from toolbox_rules.rendering.phrasing import grounds
from toolbox_rules.rendering.report import TONES, Block, Item, Line, Section, Span, line, listing, paragraph, section
from toolbox_rules.rendering.telling import Story

TOP_PITFALLS = 3
TOP_MEASURES = 2
SHOWN_GROUNDS = 3


def first_page(story: Story) -> tuple[Section, ...]:
    """The verdict, the form, the pitfalls that threaten most, and the questions that could change the advice."""
    return (
        *_verdict(story),
        *_form(story),
        *disputes_in_short(story),
        *_threats(story),
        *questions(story),
    )


def title(story: Story) -> str:
    """What the advice is about."""
    return story.findings.case.name or story.say.word("unnamed")


# --- the verdict --------------------------------------------------------------------------------------------------


def _verdict(story: Story) -> tuple[Section, ...]:
    say, verdict = story.say, story.findings.verdict
    blocks: list[Block] = [paragraph(Span(sentence(story), "strong"))]
    known = "known_none" if not verdict.known else "known_provisional" if verdict.provisional else "known"
    given = verdict.id == verdict.outcome.verdict
    others = [say.verdict(one) for one in verdict.possible if given and one != verdict.id]
    doubt = [say.word(known, known=verdict.known, decisive=verdict.decisive)] if verdict.decisive else []
    if others:
        doubt.append(say.word("may_become", verdicts=say.listed(others, "or")))
    if given and verdict.with_plan.verdict != verdict.id:
        doubt.append(say.word("with_whole_plan", verdict=say.verdict(verdict.with_plan.verdict)))
    if doubt:
        blocks.append(paragraph(" ".join(doubt)))
    blocks += _obstacles(story)
    heading = "advice_provisional" if given and verdict.provisional else "advice"
    return section(say.word(heading, verdict=say.verdict(verdict.id)), blocks)


def _obstacles(story: Story) -> Iterator[Block]:
    """What stands in the way of the best verdict, and what no measure covers."""
    say, conditions = story.say, story.findings.conditions
    if conditions is not None and conditions.barred_by:
        reasons = "; ".join(_obstacle(story, one) for one in conditions.barred_by)
        yield paragraph(say.word("ruled_out", verdict=say.verdict(conditions.aim), reasons=reasons))
    beyond = [
        one.id for one in story.findings.pitfalls if one.id in story.findings.effect.left and _is_grave(story, one)
    ]
    if beyond:
        names = say.listed(map(say.pitfall, beyond), at_most=TOP_PITFALLS - 1)
        yield paragraph(say.word("beyond_plan", pitfalls=names))


def _is_grave(story: Story, pitfall: PitfallAdvice) -> bool:
    return story.say.tone(pitfall.risk) in TONES[len(TONES) // 2 :]


def _obstacle(story: Story, rule: str) -> str:
    """The title of a rule, with the members of the sets that it concludes from, such as who is missing."""
    proof = decisive_only(story.explainer.rule(story.say.desk.shelf.rulebook.rules[rule]))
    found = [
        f"{story.say.of(fact.label)}: {value}"
        for fact, value in grounds(story.say, proof)
        if fact.derived and fact.type == "set"
    ]
    return f"{story.say.rule(rule)} ({'; '.join(found)})" if found else story.say.rule(rule)


def sentence(story: Story) -> str:
    """The verdict in one sentence, with what decides it."""
    template = story.say.desk.shelf.weighing.spec.verdicts[story.findings.verdict.id].sentence
    return story.say.of(template).replace("{reason}", _reason(story))


def _reason(story: Story) -> str:
    outcome = story.findings.verdict.outcome
    if outcome.by_table != outcome.verdict:
        excluding = [
            one.rule for one in outcome.arguments if one.stance == "excludes" and outcome.by_table in one.verdicts
        ]
        if excluding:
            return _as_clause(story.because(excluding[0]), _proper(story))
    criteria = story.say.desk.shelf.weighing.spec.criteria
    levels = {one.criterion: one.level for one in outcome.criteria}
    decisive = outcome.decisive[:2] or _worst(story)
    return story.say.listed(story.say.of(criteria[name].levels[levels[name]].because) for name in decisive)


def _worst(story: Story) -> tuple[str, ...]:
    """The criterion that stands lowest of those that do not stand at their best level; the first if all do."""
    criteria = story.say.desk.shelf.weighing.spec.criteria
    heights: dict[str, float] = {}
    for one in story.findings.verdict.outcome.criteria:
        levels = list(criteria[one.criterion].levels)
        heights[one.criterion] = levels.index(one.level) / (len(levels) - 1)
    return (min(heights, key=lambda name: heights[name]),)


def _as_clause(words: str, proper: frozenset[str]) -> str:
    """The first sentence as it stands behind a colon: no full stop, and a small letter unless it starts with a name.

    >>> _as_clause("De dienst moet blijven. Het geld stopt.", frozenset({"Wmo"}))
    'de dienst moet blijven'
    """
    first = words.split(". ", maxsplit=1)[0].rstrip(".")
    return first if first.split(" ", 1)[0] in proper or first[:2].isupper() else first[:1].lower() + first[1:]


def _proper(story: Story) -> frozenset[str]:
    """Labels of one word that carry a capital, such as the names of laws."""
    choices = story.say.desk.shelf.rulebook.vocabulary.spec.choices.values()
    labels = (story.say.of(value.label) for choice in choices for value in choice.values.values())
    return frozenset(label for label in labels if " " not in label and len(label) <= 4)


# --- the form -----------------------------------------------------------------------------------------------------


def _form(story: Story) -> tuple[Section, ...]:
    form, say = story.findings.form, story.say
    if form is None:
        return ()
    name = say.form(form.recommended) if form.recommended else say.word("form_unknown")
    return section(say.word("form", form=name), paragraph(" ".join(_form_sentences(story, form))))


def _form_sentences(story: Story, form: FormAdvice) -> Iterator[str]:
    say = story.say
    proposed = say.form(form.proposed) if form.proposed else None
    if form.recommended is None:
        yield say.word("form_need_unknown")
        if form.highest != say.forms()[-1]:
            yield say.word("form_no_heavier", highest=say.form(form.highest))
        if proposed:
            yield say.word("form_proposed", form=proposed)
        return
    if form.recommended == form.needed:
        yield say.word("form_lightest")
    else:
        yield say.word("form_excluded", form=say.form(form.needed))
    if form.steps and proposed:
        yield say.counted(abs(form.steps), "form_heavier" if form.steps > 0 else "form_lighter", form=proposed)
        if short := in_short(story):
            yield short
    else:
        yield say.word("form_as_proposed" if proposed else "form_not_proposed")
    if form.highest != form.needed:
        yield say.word("form_may_become", highest=say.form(form.highest))


# --- the pitfalls -------------------------------------------------------------------------------------------------


def _threats(story: Story) -> tuple[Section, ...]:
    say = story.say
    threatening = [one for one in story.findings.pitfalls if one.state in THREATENING]
    if not threatening:
        return section(say.word("threats"), paragraph(say.word("no_threats")))
    rest = len(threatening) - TOP_PITFALLS
    heading = say.word("threats_of", shown=TOP_PITFALLS, number=len(threatening)) if rest > 0 else say.word("threats")
    return section(heading, listing((_threat(story, one) for one in threatening[:TOP_PITFALLS]), numbered=True))


def _threat(story: Story, pitfall: PitfallAdvice) -> Item:
    say = story.say
    rule, subjects = story.rules_of(pitfall)[0]
    notes = [line(story.because(rule, subjects))]
    if subjects:
        names = story.subjects(rule, subjects, at_most=TOP_PITFALLS)
        notes[0] = line(story.because(rule, subjects), " ", Span(f"({names})", "quiet"))
    notes.append(line(Span(f"{say.word('do')}: ", "strong"), *remedy(story, pitfall.id)))
    return Item(headline(story, pitfall), tuple(notes))


def headline(story: Story, pitfall: PitfallAdvice, state: bool = True) -> Line:
    """The name of a pitfall, its risk and, unless it stands among its like, its state."""
    say = story.say
    return line(
        Span(say.pitfall(pitfall.id), "strong"),
        " (",
        Span(say.word("risk", risk=say.risk(pitfall.risk)), say.tone(pitfall.risk)),
        f", {say.word(f'state_{pitfall.state}')})" if state else ")",
    )


def remedy(story: Story, pitfall: str) -> Line:
    """What the plan does about a pitfall, and who does it."""
    say = story.say
    mitigations = say.desk.shelf.knowledge.mitigations
    covering = [item.mitigation for item in story.findings.plan.items if pitfall in item.covers]
    if not covering:
        return line(say.word("no_measure"))
    measures = sorted(covering, key=lambda one: (pitfall, "full") not in _coverage(mitigations[one]))
    shown = [_who(story, one) for one in measures[:TOP_MEASURES]]
    more = len(measures) - len(shown)
    effect = story.findings.effect
    word = "not_enough" if pitfall in effect.left else "only_smaller" if pitfall in effect.reduced else None
    enough = f" {say.word(word)}" if word else ""
    return line("; ".join(shown), f" {say.word('and_more', number=more)}" if more else "", ".", enough)


def _coverage(mitigation: Mitigation) -> set[tuple[str, str]]:
    return {(link.pitfall, link.coverage) for link in mitigation.mitigates}


def _who(story: Story, measure: str) -> str:
    mitigation = story.say.desk.shelf.knowledge.mitigations[measure]
    return f"{story.say.of(mitigation.name)} ({story.say.of(mitigation.who)})"


# --- reasons of rules ----------------------------------------------------------------------------------------------


def because_of(story: Story, rule: str) -> Line:
    """Why a rule that argues holds: its reason, and the concluded facts that it names."""
    proof = decisive_only(story.explainer.rule(story.say.desk.shelf.rulebook.rules[rule]))
    facts = [f"{story.say.of(fact.label)}: {value}" for fact, value in grounds(story.say, proof)]
    about = Span(f" ({'; '.join(facts[:SHOWN_GROUNDS])})" if facts else "", "quiet")
    return line(story.because(rule), about)
