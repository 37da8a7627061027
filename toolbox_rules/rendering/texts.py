"""The names and sentences that a JSON document can carry, in both languages, by id."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from toolbox_rules.assessing import STATES
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Text
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.opening import sentence
from toolbox_rules.rendering.telling import Story, in_register, story_of
from toolbox_rules.rendering.words import WORDS


class Named(BaseModel):
    """The texts of one id."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PitfallTexts(Named):
    """A pitfall."""

    name: Text
    summary: Text


class MitigationTexts(Named):
    """A mitigation: who takes it, and the sign that it works."""

    name: Text
    summary: Text
    who: Text
    sign: Text


class RuleTexts(Named):
    """A rule, its reason filled in with the facts of the case, and the sources it rests on."""

    title: Text
    because: Text
    basis: str
    sources: tuple[str, ...]


class LevelTexts(Named):
    """A level of a criterion."""

    label: Text
    because: Text


class CriterionTexts(Named):
    """A criterion."""

    label: Text
    question: Text
    levels: dict[str, LevelTexts]


class FactTexts(Named):
    """A fact, or a whole list."""

    label: Text
    question: Text | None


class SourceTexts(Named):
    """A source; ``read`` says how much of it was read."""

    title: str
    publisher: str | None
    year: int | None
    read: str


class Texts(Named):
    """Everything that the document names, in words."""

    sentence: Text
    verdicts: dict[str, Text]
    forms: dict[str, Text]
    criteria: dict[str, CriterionTexts]
    risks: dict[str, Text]
    states: dict[str, Text]
    pitfalls: dict[str, PitfallTexts]
    mitigations: dict[str, MitigationTexts]
    rules: dict[str, RuleTexts]
    facts: dict[str, FactTexts]
    sources: dict[str, SourceTexts]


def texts_of(findings: Findings, desk: Desk) -> Texts:
    """Gather the texts for everything that the document of an advice names."""
    stories = tuple(story_of(findings, Voice(desk=desk, lang=lang)) for lang in ("nl", "en"))
    spec, knowledge = desk.shelf.weighing.spec, desk.shelf.knowledge
    forms = desk.shelf.rulebook.vocabulary.facts[spec.form.needed].values if spec.form else {}
    rules = {name: _rule(stories, name) for name in _rules(findings)}
    cited = {source for rule in rules.values() for source in rule.sources}
    return Texts(
        sentence=_both(sentence(story) for story in stories),
        verdicts={name: one.label for name, one in sorted(spec.verdicts.items())},
        forms={name: one.label for name, one in forms.items()},
        criteria={
            name: CriterionTexts(
                label=one.label,
                question=one.question,
                levels={
                    level: LevelTexts(label=body.label, because=body.because) for level, body in one.levels.items()
                },
            )
            for name, one in spec.criteria.items()
        },
        risks={name: one.label for name, one in spec.risk.classes.items()},
        states={state: WORDS[f"means_{state}"] for state in STATES},
        pitfalls={
            name: PitfallTexts(name=one.name, summary=one.summary) for name, one in sorted(knowledge.pitfalls.items())
        },
        mitigations={name: _mitigation(desk, name) for name in _mitigations(findings)},
        rules=rules,
        facts={name: _fact(desk, name) for name in sorted({one.fact for one in findings.questions})},
        sources={name: _source(desk, name) for name in sorted(cited, key=in_register)},
    )


def _both(words: Iterable[str]) -> Text:
    nl, en = words
    return Text(nl=nl, en=en)


def _rules(findings: Findings) -> list[str]:
    """The rules that give pitfalls their state, that argue, that bar the aim, and that hold."""
    found = {rule for one in findings.pitfalls for rule in one.rules}
    found |= {one.rule for one in findings.verdict.outcome.arguments}
    found |= set(findings.conditions.barred_by) if findings.conditions else set()
    found |= {one.rule for one in findings.trace.firings()}
    return sorted(found)


def _rule(stories: Iterable[Story], name: str) -> RuleTexts:
    both = tuple(stories)
    findings = both[0].findings
    subjects = tuple(one.subject for one in findings.trace.firings() if one.rule == name and one.subject is not None)
    spec = both[0].say.desk.shelf.rulebook.rules[name].spec
    because = _both(story.because(name, subjects) for story in both)
    return RuleTexts(title=spec.title, because=because, basis=spec.basis, sources=spec.sources)


def _mitigations(findings: Findings) -> list[str]:
    found = {item.mitigation for item in findings.plan.items} | findings.reach.in_place | findings.reach.planned
    if findings.conditions is not None:
        found |= {*findings.conditions.measures, *(one for swap in findings.conditions.swaps for one in swap.take)}
    if findings.in_recommended is not None and findings.in_recommended.plan is not None:
        found |= {item.mitigation for item in findings.in_recommended.plan.items}
    return sorted(found)


def _mitigation(desk: Desk, name: str) -> MitigationTexts:
    one = desk.shelf.knowledge.mitigations[name]
    return MitigationTexts(name=one.name, summary=one.summary, who=one.who, sign=one.sign)


def _fact(desk: Desk, name: str) -> FactTexts:
    vocabulary = desk.shelf.rulebook.vocabulary
    spec = vocabulary.lists[name].spec if name in vocabulary.lists else vocabulary.facts[name].spec
    return FactTexts(label=spec.label, question=spec.question)


def _source(desk: Desk, name: str) -> SourceTexts:
    one = desk.shelf.knowledge.sources[name]
    return SourceTexts(title=one.title, publisher=one.publisher, year=one.year, read=one.read)
