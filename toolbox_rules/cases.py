"""A case file, or a mapping of the same shape -> a Case: facts by full name, what is not given left out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from toolbox_rules.conditions import Place, show, value_problem
from toolbox_rules.documents import Document, read_document
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.stating import Key, StatementReader, agreed, disputed
from toolbox_rules.vocabulary import EntityList, Fact, Vocabulary

MAX_ELEMENTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValue:
    """The members of a set that are known; when not ``complete`` there may be more."""

    members: frozenset[str]
    complete: bool = True


Value = str | bool | int | float | SetValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """The known elements of a list, each its facts by key; when not ``complete`` there may be more."""

    items: tuple[Mapping[str, Value], ...]
    complete: bool = True


NO_ELEMENTS = Elements(items=(), complete=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one speaker says about facts that are disputed."""

    said_by: str
    facts: Mapping[Key, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The facts about one proposed collaboration; a fact that is absent is unknown.

    ``statements`` are about facts that are disputed, and so not known; what all who spoke agree on is simply a fact.

    Elements stand in a fixed order that does not depend on the order in which they were written; ``places`` says where
    each fact stands in ``document``, for facts of elements by list, number and key, such as ``partners.0.type``.
    """

    name: str | None
    description: str | None
    sources: tuple[str, ...]
    facts: Mapping[str, Value]
    lists: Mapping[str, Elements]
    in_place: frozenset[str]
    planned: frozenset[str]
    document: Document
    places: Mapping[str, Place]
    statements: tuple[Statement, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give the case back as plain data, in English keys and a fixed order; reading it gives the same case."""
        plain: dict[str, object] = {}
        if self.name is not None:
            plain["name"] = self.name
        if self.description is not None:
            plain["description"] = self.description
        if self.sources:
            plain["sources"] = list(self.sources)
        for fact, value in sorted(self.facts.items()):
            group, key = fact.split(".")
            _put(plain.setdefault(group, {}), key, value)
        for name, elements in sorted(self.lists.items()):
            items: list[dict[str, object]] = []
            for element in elements.items:
                item: dict[str, object] = {}
                for key, value in sorted(element.items()):
                    _put(item, key, value)
                items.append(item)
            plain[name] = items
            if not elements.complete:
                plain[f"{name}_complete"] = False
        measures = {"in_place": sorted(self.in_place), "planned": sorted(self.planned)}
        if any(measures.values()):
            plain["measures"] = {key: value for key, value in measures.items() if value}
        if self.statements:
            plain["statements"] = [_said(one) for one in self.statements]
        return plain


def _said(statement: Statement) -> dict[str, object]:
    """A statement as plain data."""
    plain: dict[str, object] = {"said_by": statement.said_by}
    elements: dict[tuple[str, str], dict[str, object]] = {}
    for (fact, element), value in sorted(statement.facts.items(), key=lambda one: (one[0][0], one[0][1] or "")):
        owner, key = fact.split(".")
        target = plain.setdefault(owner, {}) if element is None else elements.setdefault((owner, element), {})
        _put(target, key, value)
    for (owner, element), facts in elements.items():
        found = plain.setdefault(owner, [])
        assert isinstance(found, list)
        found.append({"name": element, **facts})
    return plain


def with_facts(case: Case, given: Mapping[Key, Value]) -> Case:
    """A case with some facts known, of the elements that carry the names."""
    lists = dict(case.lists)
    for (fact, element), value in given.items():
        owner, key = fact.split(".")
        if element is not None:
            items = ({**item, key: value} if item.get("name") == element else item for item in lists[owner].items)
            lists[owner] = replace(lists[owner], items=tuple(items))
    own = {fact: value for (fact, element), value in given.items() if element is None}
    return replace(case, facts={**case.facts, **own}, lists=lists)


def _put(target: object, key: str, value: Value) -> None:
    assert isinstance(target, dict)
    if isinstance(value, SetValue):
        target[key] = sorted(value.members)
        if not value.complete:
            target[f"{key}_complete"] = False
    else:
        target[key] = value


def read_case(source: str | Path | Mapping[str, object], vocabulary: Vocabulary, measures: Mapping[str, str]) -> Case:
    """Read a case from a file or a mapping.

    ``measures`` maps every spelling of a mitigation, in lower case, to its id. Raises ``ToolboxError`` with everything
    that is wrong.
    """
    document = case_document(source) if isinstance(source, Mapping) else read_document(Path(source))
    reader = _Reader(vocabulary=vocabulary, measures=measures, document=document, problems=[])
    case = reader.case(document.value)
    if reader.problems:
        raise ToolboxError(reader.problems)
    return case


def case_document(value: Mapping[str, object], path: str = "case") -> Document:
    """A document for a case that comes as a mapping: it has no lines."""
    return Document(path=path, value=value, lines=())


@dataclass(slots=True, kw_only=True)
class _Reader:
    vocabulary: Vocabulary
    measures: Mapping[str, str]
    document: Document
    problems: list[Problem]

    def case(self, value: object) -> Case:
        case = Case(
            name=None,
            description=None,
            sources=(),
            facts={},
            lists={},
            in_place=frozenset(),
            planned=frozenset(),
            document=self.document,
            places={},
        )
        if not isinstance(value, Mapping):
            self._wrong((), "TR201", f"a case is a map of groups of facts, found {show(value)}")
            return case
        facts: dict[str, Value] = {}
        lists: dict[str, Elements] = {}
        places: dict[str, Place] = {}
        complete: dict[str, bool] = {}
        given: set[str] = set()
        stated: tuple[object, Place] = (None, ())
        for written, body in value.items():
            key = self._key("", written)
            if key in given:
                self._twice(written, key, (written,))
                continue
            given |= {key} if key else set()
            if key is None:
                flag = self._complete_flag("", str(written), body, (str(written),))
                if flag is None:
                    self._unknown_key("", str(written), (str(written),))
                else:
                    complete[flag[0]] = flag[1]
            elif key in ("name", "description"):
                if body is not None and not isinstance(body, str):
                    self._wrong((written,), "TR203", f"`{key}` is text, not {show(body)}")
                else:
                    case = replace(case, name=body) if key == "name" else replace(case, description=body)
            elif key == "sources":
                if body is not None:
                    case = replace(case, sources=tuple(sorted(map(str, self._list(body, (written,))))))
            elif key == "statements":
                stated = (body, (written,))
            elif key == "measures":
                case = self._measures(case, body, (written,), places)
            elif key in self.vocabulary.lists:
                if body is not None and not self._is_unknown(body):
                    lists[key] = self._elements(self.vocabulary.lists[key], body, (written,), places)
                    places[key] = (written,)
            elif body is not None:
                self._group(key, body, (written,), facts, places)
        for key, flag_value in complete.items():
            lists[key] = replace(lists.get(key, NO_ELEMENTS), complete=flag_value)
        case = replace(case, facts=facts, lists=lists, places=places)
        return _ordered(self._stated(case, *stated))

    def _stated(self, case: Case, body: object, place: Place) -> Case:
        """Put what is stated into a case: what all agree on as facts, what is disputed as statements."""
        reader: StatementReader[Value] = StatementReader(
            vocabulary=self.vocabulary, facts=self._facts, wrong=self._wrong, unknown_key=self._unknown_key
        )
        named = {
            name: {str(item["name"]): frozenset(item) for item in one.items if "name" in item}
            for name, one in case.lists.items()
        }
        said = reader.gather(tuple(reader.read(body, place)), frozenset(case.facts), named)
        values = {name: {key: value for key, (value, _) in words.items()} for name, words in said.items()}
        left = tuple(Statement(said_by=name, facts=words) for name, words in sorted(disputed(values).items()))
        own = {key[0]: where for words in said.values() for key, (_, where) in words.items() if key[1] is None}
        return with_facts(replace(case, statements=left, places={**case.places, **own}), agreed(values))

    def _group(self, group: str, body: object, place: Place, facts: dict[str, Value], places: dict[str, Place]) -> None:
        if not isinstance(body, Mapping):
            self._wrong(place, "TR203", f"'{group}' is a map of facts, not {show(body)}")
            return
        for key, value in self._facts(group, body, place).items():
            facts[f"{group}.{key}"] = value[0]
            places[f"{group}.{key}"] = value[1]

    def _facts(self, owner: str, body: Mapping[str, object], place: Place) -> dict[str, tuple[Value, Place]]:
        """Read the facts of a group or an element."""
        found: dict[str, tuple[Value, Place]] = {}
        complete: dict[str, bool] = {}
        for written, value in body.items():
            here = (*place, str(written))
            key = self._key(owner, written)
            if key is None:
                flag = self._complete_flag(owner, str(written), value, here)
                if flag is None:
                    self._unknown_key(owner, str(written), here)
                else:
                    complete[flag[0]] = flag[1]
                continue
            fact = self.vocabulary.facts[f"{owner}.{key}"]
            if fact.derived:
                message = f"'{fact.name}' is concluded by rules; a case cannot give it"
                self._wrong(here, "TR204", message, "leave it out", key=True)
            elif key in found:
                self._twice(written, fact.name, here)
            elif value is not None and not self._is_unknown(value):
                read = self._value(fact, value, here)
                if read is not None:
                    found[key] = (read, here)
        for key, flag_value in complete.items():
            value, where = found.get(key, (SetValue(members=frozenset(), complete=False), place))
            if isinstance(value, SetValue):
                found[key] = (replace(value, complete=flag_value), where)
        return found

    def _value(self, fact: Fact, value: object, place: Place) -> Value | None:
        match fact.type:
            case "set" | "names":
                if not isinstance(value, list | tuple | set | frozenset):
                    hint = f"write [{value}]" if isinstance(value, str) else None
                    self._wrong(place, "TR203", f"'{fact.name}' is a list, not {show(value)}", hint)
                    return None
                items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
                members = [self._scalar(fact, item, (*place, index)) for index, item in enumerate(items)]
                return SetValue(members=frozenset(str(member) for member in members if member is not None))
            case _:
                return self._scalar(fact, value, place)

    def _scalar(self, fact: Fact, value: object, place: Place) -> str | bool | int | float | None:
        if isinstance(value, str):
            word = value.casefold()
            if fact.type == "boolean":
                for truth in (True, False):
                    if word in self.vocabulary.spellings[f"word:{str(truth).lower()}"]:
                        return truth
            elif fact.values:
                value = self.vocabulary.spellings[fact.name].get(word, value)
        problem = value_problem(fact, value)
        if problem is None:
            assert isinstance(value, str | bool | int | float)
            return value
        spellings = self.vocabulary.spellings.get(fact.name, {}) if fact.values else {}
        hint = did_you_mean(value, spellings) if isinstance(value, str) and spellings else None
        self._wrong(place, "TR203", problem[0], hint or problem[1])
        return None

    def _elements(self, entity: EntityList, body: object, place: Place, places: dict[str, Place]) -> Elements:
        read: list[tuple[dict[str, Value], dict[str, Place]]] = []
        raw = self._list(body, place)
        if len(raw) > MAX_ELEMENTS:
            self._wrong(place, "TR203", f"more than {MAX_ELEMENTS} {entity.name}")
            raw = raw[:MAX_ELEMENTS]
        for index, item in enumerate(raw):
            here = (*place, index)
            if not isinstance(item, Mapping):
                self._wrong(here, "TR203", f"each {entity.spec.element} is a map of facts, not {show(item)}")
                continue
            facts = self._facts(entity.name, item, here)
            values = {key: value for key, (value, _) in facts.items()}
            read.append((values, {key: where for key, (_, where) in facts.items()}))
        items = [item for item, _ in read]
        names = [str(item["name"]) for item in items if "name" in item]
        for index, name in enumerate(names):
            if name in names[:index]:
                self._wrong(
                    (*place, index), "TR206", f"two {entity.name} are called '{name}'", "give each its own name"
                )
        self._check_names(entity, items, names, place)
        read.sort(key=lambda one: _element_order(one[0]))
        for at, (_, found) in enumerate(read):
            places |= {f"{entity.name}.{at}.{key}": where for key, where in found.items()}
        return Elements(items=tuple(item for item, _ in read))

    def _check_names(self, entity: EntityList, items: list[dict[str, Value]], names: list[str], place: Place) -> None:
        for index, item in enumerate(items):
            for key, value in item.items():
                fact = entity.facts[key]
                if fact.type != "names" or fact.spec.of != entity.name or not isinstance(value, SetValue):
                    continue
                for name in sorted(value.members - set(names)):
                    hint = did_you_mean(name, names)
                    self._wrong((*place, index, key), "TR207", f"no {entity.spec.element} is called '{name}'", hint)

    def _measures(self, case: Case, body: object, place: Place, places: dict[str, Place]) -> Case:
        if not isinstance(body, Mapping):
            if body is not None:
                self._wrong(place, "TR203", f"`measures` is a map with in_place and planned, not {show(body)}")
            return case
        found: dict[str, frozenset[str]] = {"in_place": frozenset(), "planned": frozenset()}
        given: set[str] = set()
        for written, value in body.items():
            key = self._key("measures", written)
            if key in given:
                self._twice(written, key, (*place, written))
                continue
            given |= {key} if key else set()
            if key is None:
                self._unknown_key("measures", str(written), (*place, written))
            elif value is not None:
                found[key] = self._measure_ids(value, (*place, written))
                places[f"measures.{key}"] = (*place, written)
        for both in sorted(found["in_place"] & found["planned"]):
            message = f"the measure '{both}' is both in place and planned"
            self._wrong(place, "TR208", message, "it is one of the two")
        return replace(case, in_place=found["in_place"], planned=found["planned"])

    def _measure_ids(self, value: object, place: Place) -> frozenset[str]:
        found = set()
        for index, item in enumerate(self._list(value, place)):
            measure = self.measures.get(str(item).casefold())
            if measure is None:
                hint = did_you_mean(str(item), set(self.measures.values()))
                self._wrong((*place, index), "TR207", f"no measure is called {show(item)}", hint)
            else:
                found.add(measure)
        return frozenset(found)

    def _list(self, value: object, place: Place) -> list[object]:
        if isinstance(value, list | tuple):
            return list(value)
        self._wrong(place, "TR203", f"expected a list, found {show(value)}")
        return []

    def _key(self, table: str, written: object) -> str | None:
        if not isinstance(written, str):
            return None
        return self.vocabulary.spellings.get(table, {}).get(written.casefold())

    def _complete_flag(self, table: str, written: str, value: object, place: Place) -> tuple[str, bool] | None:
        """Read ``partners_complete: false``; None when the key is not of that form."""
        base, _, word = written.rpartition("_")
        if word.casefold() not in self.vocabulary.spellings["word:complete"]:
            return None
        key = self.vocabulary.spellings.get(table, {}).get(base.casefold())
        is_list = not table and key in self.vocabulary.lists
        fact = self.vocabulary.facts.get(f"{table}.{key}")
        if key is None or not (is_list or (fact is not None and fact.type in ("set", "names"))):
            return None
        for truth in (True, False):
            words = self.vocabulary.spellings[f"word:{str(truth).lower()}"]
            if value is truth or (isinstance(value, str) and value.casefold() in words):
                return key, truth
        self._wrong(place, "TR203", f"`{written}` is true or false, not {show(value)}")
        return key, True

    def _is_unknown(self, value: object) -> bool:
        return isinstance(value, str) and value.casefold() in self.vocabulary.spellings["word:unknown"]

    def _unknown_key(self, table: str, written: str, place: Place) -> None:
        spellings = self.vocabulary.spellings.get(table, {})
        where = f" of '{table}'" if table else ""
        hint = did_you_mean(written, spellings)
        if hint is None and not table:
            group, _, _ = written.partition(".")
            hint = f"nest it: {group}: {{...}}" if group in spellings else None
        self._wrong(place, "TR202", f"unknown key '{written}'{where}", hint, key=True)

    def _twice(self, written: str, name: str, place: Place) -> None:
        self._wrong(place, "TR205", f"'{written}' gives '{name}' a second time", "keep one", key=True)

    def _wrong(self, place: Place, code: str, message: str, hint: str | None = None, key: bool = False) -> None:
        self.problems.append(self.document.problem(place, code, message, hint=hint, key=key))


def _ordered(case: Case) -> Case:
    """The case with its elements in an order that does not depend on how they were written."""
    lists = {name: replace(one, items=tuple(sorted(one.items, key=_element_order))) for name, one in case.lists.items()}
    return replace(case, lists=lists)


def _element_order(element: Mapping[str, Value]) -> tuple[str, str]:
    plain: dict[str, object] = {}
    for key, value in element.items():
        _put(plain, key, value)
    return str(element.get("name", "")), json.dumps(plain, sort_keys=True)
