"""Generated facts for a rulebook: some given, some unknown, some sets and lists not complete; and later answers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.laws.choices import Choices
from tests.laws.vocabularies import NAMES
from toolbox_rules.cases import Case, Elements, SetValue, Value, case_document
from toolbox_rules.vocabulary import EntityList, Fact, Vocabulary

MOST = 3


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of one case."""

    facts: Mapping[str, Value]
    lists: Mapping[str, Elements]


def seen_by(raw: object, words: Vocabulary) -> frozenset[str]:
    """The facts that conditions, as they stand in YAML, name; generating others would only cost time."""
    named = set(_strings(raw))
    keys = {word.rpartition(".")[2] for word in named}
    return frozenset(
        fact.name for fact in words.facts.values() if (fact.key in keys if fact.list else fact.name in named)
    )


def _strings(raw: object) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, Mapping):
        for key, value in raw.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _strings(value)


def some_facts(choices: Choices, words: Vocabulary, seen: frozenset[str]) -> Facts:
    """Facts of which any may be unknown."""
    lists = {}
    for name, entity in words.lists.items():
        if not choices.once_in(5):
            items = choices.several(lambda entity=entity: _element(choices, entity, seen), 0, MOST)  # type: ignore[misc]
            lists[name] = Elements(items=tuple(items), complete=not choices.once_in(4))
    return Facts(facts=_facts(choices, words.facts.values(), None, seen), lists=lists)


def completed(choices: Choices, words: Vocabulary, seen: frozenset[str], start: Facts) -> Facts:
    """Every open question answered: no fact unknown, every set and list complete."""
    return _later(choices, words, seen, start, wholly=True)


def answered(choices: Choices, words: Vocabulary, seen: frozenset[str], start: Facts) -> Facts:
    """Some open questions answered, and some sets and lists made longer or complete."""
    return _later(choices, words, seen, start, wholly=False)


def _later(choices: Choices, words: Vocabulary, seen: frozenset[str], start: Facts, wholly: bool) -> Facts:
    lists = {}
    for name, entity in words.lists.items():
        old = start.lists.get(name)
        if old is None and not wholly and choices.once_in(2):
            continue
        items = [
            _facts(choices, entity.facts.values(), name, seen, item, wholly) for item in (old.items if old else ())
        ]
        if old is None or not old.complete:
            items += choices.several(lambda entity=entity: _element(choices, entity, seen, wholly), 0, 2)  # type: ignore[misc]
        complete = wholly or (old is not None and old.complete) or choices.once_in(2)
        lists[name] = Elements(items=tuple(items), complete=complete)
    facts = _facts(choices, words.facts.values(), None, seen, start.facts, wholly)
    return Facts(facts=facts, lists=lists)


def _element(choices: Choices, entity: EntityList, seen: frozenset[str], wholly: bool = False) -> dict[str, Value]:
    return _facts(choices, entity.facts.values(), entity.name, seen, {}, wholly)


def _facts(
    choices: Choices,
    facts: Iterable[Fact],
    of: str | None,
    seen: frozenset[str],
    before: Mapping[str, Value] | None = None,
    wholly: bool = False,
) -> dict[str, Value]:
    """Values for the facts of a case or an element, by name or key: those before, and more."""
    found = {}
    for fact in facts:
        if not fact.derived and fact.list == of and fact.name in seen:
            key = fact.name if of is None else fact.key
            value = _value(choices, fact, (before or {}).get(key), wholly)
            if value is not None:
                found[key] = value
    return found


def _value(choices: Choices, fact: Fact, before: Value | None, wholly: bool) -> Value | None:
    if isinstance(before, SetValue) and not before.complete:
        if not wholly and choices.once_in(2):
            return before
        more = choices.subset(fact.order or NAMES)
        return SetValue(members=before.members | set(more), complete=wholly or not choices.once_in(3))
    if before is not None:
        return before
    if not wholly and choices.once_in(3):
        return None
    minimum = -2 if fact.spec.minimum is None else int(fact.spec.minimum)
    match fact.type:
        case "boolean":
            return choices.among((True, False))
        case "integer":
            return choices.between(minimum, 4)
        case "number":
            return choices.among((1, 0, 1.5, 4, minimum))
        case "text":
            return choices.among(NAMES)
        case "set" | "names":
            members = frozenset(choices.subset(fact.order or NAMES))
            return SetValue(members=members, complete=wholly or not choices.once_in(3))
        case _:
            return choices.among(fact.order)


def as_case(found: Facts) -> Case:
    """A case with these facts, written nowhere."""
    return Case(
        name=None,
        description=None,
        sources=(),
        facts=found.facts,
        lists=found.lists,
        in_place=frozenset(),
        planned=frozenset(),
        document=case_document({}),
        places={},
    )
