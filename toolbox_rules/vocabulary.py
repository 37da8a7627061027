"""The vocabulary, resolved: every fact by its full name, with its allowed values and its spellings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from toolbox_rules.documents import Document
from toolbox_rules.model import Changeability, FactSpec, FactType, ListSpec, Text, ValueSpec, VocabularySpec
from toolbox_rules.problems import Problem, did_you_mean

#: Words of the condition language; no fact of an element may be called like one.
KEYWORDS = frozenset({"all", "any", "not", "at_least", "some", "every", "none", "count", "total"})
#: Keys that every case file knows, whatever the vocabulary says.
CASE_KEYS = ("name", "description", "sources", "measures", "statements")
WORDS = (*CASE_KEYS, "in_place", "planned", "said_by", "complete", "unknown", "true", "false")
#: Words that are keys within a part of the case.
INNER = {"in_place": "measures", "planned": "measures", "said_by": "statements"}
NAME = FactSpec(type="text", label=Text(nl="Naam", en="Name"), change="never")
BOOLEANS = ("false", "true")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact: ``regie.process`` of the case, or ``partners.type`` of each element of a list.

    ``values`` are the allowed values in their order, empty for numbers, texts and names.
    """

    name: str
    key: str
    type: FactType
    derived: bool
    list: str | None
    values: Mapping[str, ValueSpec]
    scale: str | None
    spec: FactSpec

    @property
    def order(self) -> tuple[str, ...]:
        """The allowed values, lowest first where they are ordered."""
        return tuple(self.values)

    @property
    def label(self) -> Text:
        """What the fact is called."""
        return self.spec.label

    @property
    def change(self) -> Changeability:
        """How hard it is to change."""
        return self.spec.change


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityList:
    """A list of entities and the facts of each element, by key."""

    name: str
    spec: ListSpec
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything a case can say.

    ``spellings`` maps a place (``""``, a group, a list, or a fact's full name) to the spellings that are understood
    there, in lower case, each to the one key or value that it means.
    """

    spec: VocabularySpec
    facts: Mapping[str, Fact]
    lists: Mapping[str, EntityList]
    spellings: Mapping[str, Mapping[str, str]]

    def case_fact_names(self) -> tuple[str, ...]:
        """The names of the facts about the case as a whole."""
        return tuple(name for name, fact in self.facts.items() if fact.list is None)


def resolve_vocabulary(spec: VocabularySpec, document: Document) -> tuple[Vocabulary, list[Problem]]:
    """Give every fact its full name and values; report what does not fit together."""
    problems: list[Problem] = []
    facts: dict[str, Fact] = {}
    lists: dict[str, EntityList] = {}
    for group, body in spec.groups.items():
        for key, fact in body.facts.items():
            facts[f"{group}.{key}"] = _fact(group, key, fact, None, spec, document, problems)
    for name, entity in spec.lists.items():
        own = {"name": _fact(name, "name", NAME, name, spec, document, problems)}
        for key, fact in entity.facts.items():
            place = ("lists", name, "facts", key)
            if key in KEYWORDS or key == "name":
                problems.append(document.problem(place, "TR110", f"'{key}' cannot name a fact", key=True))
            own[key] = _fact(name, key, fact, name, spec, document, problems)
        if name in spec.groups:
            problems.append(document.problem(("lists", name), "TR107", f"'{name}' is already a group", key=True))
        lists[name] = EntityList(name=name, spec=entity, facts=own)
        facts |= {fact.name: fact for fact in own.values()}
    spellings = _spellings(spec, facts, document, problems)
    return Vocabulary(spec=spec, facts=facts, lists=lists, spellings=spellings), problems


def _fact(
    owner: str,
    key: str,
    spec: FactSpec,
    of_list: str | None,
    vocabulary: VocabularySpec,
    document: Document,
    problems: list[Problem],
) -> Fact:
    place = ("groups" if of_list is None else "lists", owner, "facts", key)

    def problem(code: str, message: str, hint: str | None = None, *more: str) -> None:
        problems.append(document.problem((*place, *more), code, message, hint=hint, key=not more))

    values: Mapping[str, ValueSpec] = {}
    scale: str | None = None
    if spec.type in ("choice", "ordered", "set"):
        if spec.values is not None:
            values, scale = spec.values, f"{owner}.{key}"
        elif spec.of in vocabulary.choices:
            values, scale = vocabulary.choices[spec.of].values, spec.of
        elif spec.of is not None:
            hint = did_you_mean(spec.of, vocabulary.choices)
            problem("TR106", f"no list under `choices:` is called '{spec.of}'", hint, "of")
        else:
            kind = "an ordered choice" if spec.type == "ordered" else f"a {spec.type}"
            problem("TR106", f"{kind} needs `values:`, or `of:` with the name of a list under `choices:`")
        if spec.type == "ordered" and spec.of in vocabulary.choices and not vocabulary.choices[spec.of].ordered:
            problem("TR104", f"an ordered fact needs a list that is ordered; '{spec.of}' is not", None, "of")
    elif spec.type == "names" and spec.of not in vocabulary.lists:
        problem("TR106", "names need `of:` with the name of a list under `lists:`", None)
    if spec.derived and spec.type not in ("boolean", "set", "ordered"):
        problem(
            "TR104",
            f"a derived fact is a boolean, a set or an ordered choice, not a {spec.type}",
            None,
            "type",
        )
    if not spec.derived and spec.question is None and spec is not NAME:
        problem("TR111", f"the fact '{owner}.{key}' has no question")
    return Fact(
        name=f"{owner}.{key}",
        key=key,
        type=spec.type,
        derived=spec.derived,
        list=of_list,
        values=values,
        scale=scale,
        spec=spec,
    )


def _spellings(
    spec: VocabularySpec, facts: Mapping[str, Fact], document: Document, problems: list[Problem]
) -> dict[str, dict[str, str]]:
    """Collect what may be written for each key and value, in lower case."""
    tables: dict[str, dict[str, str]] = {}

    def add(table: str, word: str, meaning: str, place: tuple[str | int, ...]) -> None:
        known = tables.setdefault(table, {}).setdefault(word.casefold(), meaning)
        if known != meaning:
            problems.append(
                document.problem(
                    place, "TR107", f"'{word}' already means '{known}' here, it cannot mean '{meaning}'", key=True
                )
            )

    def add_all(table: str, meaning: str, words: Iterable[str], place: tuple[str | int, ...]) -> None:
        for word in words:
            add(table, word, meaning, place)

    for word in WORDS:
        table = "" if word in CASE_KEYS else INNER.get(word, f"word:{word}")
        add_all(table, word, (word, *spec.words.get(word, ())), ("words", word))
    add_all("name", "name", ("name", *spec.words.get("name", ())), ("words", "name"))
    for group, body in spec.groups.items():
        add_all("", group, (group, *body.aliases), ("groups", group))
    for name, entity in spec.lists.items():
        add_all("", name, (name, *entity.aliases), ("lists", name))
    for fact in facts.values():
        owner = fact.name.split(".")[0]
        place = ("groups" if fact.list is None else "lists", owner, "facts", fact.key)
        extra = spec.words.get("name", ()) if fact.key == "name" and fact.list else ()
        add_all(owner, fact.key, (fact.key, *fact.spec.aliases, *extra), place)
        for value in fact.values:
            add(fact.name, value, value, place)
        for value, meaning in fact.values.items():
            add_all(fact.name, value, {meaning.nl, meaning.en, *meaning.aliases}, (*place, "values", value))
    return tables
