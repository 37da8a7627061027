"""Open questions in words, each with what its answers would change."""

from collections.abc import Iterable, Iterator

from toolbox_rules.questions import Answer, Question
from toolbox_rules.ranges import joined
from toolbox_rules.rendering.disputing import told_in_short
from toolbox_rules.rendering.report import Item, Section, Span, line, listing, paragraph, section
from toolbox_rules.rendering.telling import Story

TOP_QUESTIONS = 3
_SHOWN_ANSWERS = 3
_SHOWN_PITFALLS = 1
_SHOWN_ELEMENTS = 4


def questions(story: Story) -> tuple[Section, ...]:
    """The questions that matter most, for the first page."""
    shown = top_questions(story)
    items = listing(question_item(story, one) for one in shown)
    remark = [] if any(map(_changes_advice, shown)) else [paragraph(story.say.word("questions_minor"))]
    return section(story.say.word("questions"), remark, items) if shown else ()


def top_questions(story: Story) -> tuple[Question, ...]:
    """The questions for the first page: those that can change the verdict or the form come first.

    When no answer alone changes the advice, two are enough; so they are where the page also tells what is disputed.
    """
    at_most = TOP_QUESTIONS - told_in_short(story.findings.disputes)
    most = sorted(story.findings.questions, key=lambda one: not _changes_advice(one))[:at_most]
    return tuple(most if any(map(_changes_advice, most)) else most[: TOP_QUESTIONS - 1])


def _changes_advice(question: Question) -> bool:
    """Whether an answer changes the verdict or the form; of a whole list that is not given it is taken to be so."""
    return not question.answers or any(answer.verdict or answer.form for answer in question.answers)


def question_item(story: Story, question: Question) -> Item:
    """A question, and what its answers would change."""
    say = story.say
    vocabulary = say.desk.shelf.rulebook.vocabulary
    if question.fact in vocabulary.lists:
        words = say.of(vocabulary.lists[question.fact].spec.question)
        return Item(line(Span(words, "strong")), (line(say.word("answer_list")),))
    fact = say.fact_named(question.fact)
    text = say.of(fact.spec.question or fact.label)
    names = [story.element(str(fact.list), at) for at in question.elements]
    about = f" ({say.listed(names, at_most=_SHOWN_ELEMENTS)})" if names else ""
    return Item(line(Span(text, "strong"), about), (line(" ".join(_effects(story, question))),))


def _effects(story: Story, question: Question) -> Iterator[str]:
    """What answers change, one sentence for all answers that change the same; what matters most comes first."""
    say = story.say
    kinds = (
        ("answer_verdict", {one: say.verdict(one.verdict) for one in question.answers if one.verdict}),
        ("answer_form", {one: say.form(one.form) for one in question.answers if one.form and not one.verdict}),
    )
    told = False
    for word, effects in kinds:
        for effect in dict.fromkeys(effects.values()):
            told = True
            yield _effect(story, question, word, effect, [one for one, after in effects.items() if after == effect])
    if not told:
        yield from _pitfall_effects(story, question)


def _pitfall_effects(story: Story, question: Question) -> Iterator[str]:
    """The pitfalls that most answers open, and those that most answers settle."""
    opens, settles = (_commonest(question, part) for part in ("opens", "settles"))
    if opens and settles and opens[1] == settles[1]:
        names = _names(story, opens[0]), _names(story, settles[0])
        yield story.say.word(
            "answer_both", answers=_quoted(story, question, opens[1]), opens=names[0], settles=names[1]
        )
        return
    for word, found in (("answer_opens", opens), ("answer_settles", settles)):
        if found:
            yield _effect(story, question, word, _names(story, found[0]), found[1])


def _commonest(question: Question, part: str) -> tuple[tuple[str, ...], list[Answer]] | None:
    groups: dict[tuple[str, ...], list[Answer]] = {}
    for answer in question.answers:
        groups.setdefault(getattr(answer, part), []).append(answer)
    groups.pop((), None)
    return max(groups.items(), key=lambda group: (len(group[1]), group[0]), default=None)


def _names(story: Story, pitfalls: Iterable[str]) -> str:
    return story.say.listed(map(story.say.pitfall, pitfalls), at_most=_SHOWN_PITFALLS)


def _effect(story: Story, question: Question, word: str, effect: str, answers: Iterable[Answer]) -> str:
    return story.say.word(word, answers=_quoted(story, question, answers), effect=effect)


def _quoted(story: Story, question: Question, answers: Iterable[Answer]) -> str:
    """The answers as a reader would give them; of numbers that stand for no range only some stand for all between."""
    say = story.say
    fact = say.fact_named(question.fact)
    given = list(answers)
    ranges = joined(answer.range for answer in given if answer.range is not None)
    if ranges:
        return say.listed([f"'{say.range(fact, one)}'" for one in ranges], "or", _SHOWN_ANSWERS)
    quoted = [f"'{say.written(fact, answer.value)}'" for answer in given]
    if fact.type in ("integer", "number"):
        return say.word("for_example", values=say.listed([quoted[0], quoted[-1]][: len(quoted)], "or"))
    return say.listed(quoted, "or", _SHOWN_ANSWERS)
