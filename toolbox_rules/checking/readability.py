"""Texts fit their reader: not too long, in short sentences, in both languages, and said once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from toolbox_rules.conditions import Place
from toolbox_rules.documents import Document
from toolbox_rules.problems import Problem, quoted
from toolbox_rules.reading import Shelf

#: The most letters that a reader gets to see at once, by key.
LENGTHS: Final[Mapping[str, int]] = {
    "name": 70,
    "title": 70,
    "summary": 240,
    "because": 280,
    "steps": 200,
    "signs": 200,
    "sign": 200,
    "who": 120,
    "question": 160,
    "few_mitigations": 240,
}
#: The most words that the sentences of one text may have on average, by language.
SENTENCES: Final[Mapping[str, int]] = {"nl": 20}
#: Texts of fewer words are labels: they may be the same in both languages, and in two places.
_SENTENCE: Final = 6
#: How many of the words of two texts together they must share, in percents, to be nearly the same.
_ALIKE: Final = 85
#: What is read apart from the rest, so that saying it twice says nothing new.
_SAID_ONCE: Final = frozenset({"name", "title", "summary", "because"})
_END: Final = re.compile(r"(?<=[.!?:;])\s+")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    """One text for readers: its place, the key that says what it is, and its language."""

    document: Document
    place: Place
    key: str
    lang: str
    text: str

    def problem(self, code: str, message: str, hint: str) -> Problem:
        return self.document.problem(self.place, code, message, hint)


def check_texts(shelf: Shelf) -> Iterator[Problem]:
    """Length, sentences, translation and repetition of every text."""
    passages = [one for document in shelf.documents.values() for one in _passages(document, document.value, ())]
    for one in passages:
        yield from _too_long(one)
        yield from _long_sentences(one)
        yield from _untranslated(one)
    yield from _repeated(passages)


def _passages(document: Document, value: object, place: Place) -> Iterator[_Passage]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _passages(document, part, (*place, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _passages(document, part, (*place, index))
    elif isinstance(value, str) and (lang := next((step for step in place if step in ("nl", "en")), None)):
        before = [step for step in place[: place.index(lang)] if isinstance(step, str)]
        yield _Passage(document=document, place=place, key=before[-1] if before else "", lang=str(lang), text=value)


def _too_long(one: _Passage) -> Iterator[Problem]:
    limit = next((LENGTHS[step] for step in reversed(one.place) if isinstance(step, str) and step in LENGTHS), None)
    if limit is not None and len(one.text) > limit:
        yield one.problem("TR304", f"this text has {len(one.text)} letters, of at most {limit}", "say it shorter")


def _long_sentences(one: _Passage) -> Iterator[Problem]:
    limit = SENTENCES.get(one.lang)
    numbers = [number for sentence in _END.split(one.text) if (number := len(sentence.split()))]
    if limit is not None and numbers and sum(numbers) > limit * len(numbers):
        words = f"{sum(numbers) / len(numbers):.0f}"
        message = f"the sentences of this text have {words} words on average, of at most {limit}"
        yield one.problem("TR310", message, "make two sentences of one")


def _untranslated(one: _Passage) -> Iterator[Problem]:
    if one.lang != "en" or len(_words(one.text)) < _SENTENCE:
        return
    other: object = one.document.value
    for step in one.place:
        step = "nl" if step == "en" else step  # noqa: PLW2901
        other = other[step] if isinstance(other, dict | list) else None  # type: ignore[index]
    if other == one.text:
        yield one.problem("TR312", "this text is the same in both languages", "translate it")


def _repeated(passages: list[_Passage]) -> Iterator[Problem]:
    """Texts of one kind that say nearly the same in other words, or in the same; each is held against earlier ones."""
    earlier: dict[tuple[str, str], list[tuple[_Passage, frozenset[str]]]] = {}
    for one in passages:
        words = _words(one.text)
        if one.lang != "nl" or one.key not in _SAID_ONCE or len(words) < _SENTENCE:
            continue
        kind = one.key, one.document.path.split("/")[0]
        for other, others in earlier.setdefault(kind, []):
            if len(words & others) * 100 >= _ALIKE * len(words | others):
                place = other.document.location(other.place)
                message = f"this says nearly the same as {place}: {quoted(other.text)}"
                yield one.problem("TR311", message, "say what is particular here, or make one of the two")
                break
        earlier[kind].append((one, words))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
