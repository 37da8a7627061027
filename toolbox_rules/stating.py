"""Who says what in a case -> what all who spoke agree on, and what is disputed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from toolbox_rules.conditions import Place, show
from toolbox_rules.problems import did_you_mean
from toolbox_rules.vocabulary import CASE_KEYS, EntityList, Vocabulary

Topic = TypeVar("Topic")
Value = TypeVar("Value")
#: A fact by its full name, and the name of the element that it is about; None for a fact of the case.
Key = tuple[str, str | None]
#: Names of elements by list, each with the keys of the facts that are given of it.
Named = Mapping[str, Mapping[str, frozenset[str]]]


class Wrong(Protocol):
    """Notes a mistake: its place, code and message, a hint, and whether the key at that place is meant."""

    def __call__(self, place: Place, code: str, message: str, hint: str | None = None, key: bool = False) -> None:
        """Note one mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReader(Generic[Value]):
    """Reads statements; ``facts`` reads the facts of one group or element, each with its place."""

    vocabulary: Vocabulary
    facts: Callable[[str, Mapping[str, object], Place], dict[str, tuple[Value, Place]]]
    wrong: Wrong
    unknown_key: Callable[[str, str, Place], None]

    def read(self, body: object, place: Place) -> Iterator[tuple[str, dict[Key, tuple[Value, Place]]]]:
        """Who says what, one statement at a time."""
        if body is not None and not isinstance(body, list | tuple):
            self.wrong(place, "TR203", f"expected a list, found {show(body)}")
            return
        for index, item in enumerate(body or ()):
            here = (*place, index)
            if not isinstance(item, Mapping):
                self.wrong(here, "TR203", f"each statement is a map with said_by and facts, not {show(item)}")
                continue
            names = [value for key, value in item.items() if self._means(key, "said_by")]
            if not names or names[0] is None:
                self.wrong(here, "TR203", "a statement says who says it", "add said_by: and a name")
                continue
            said: dict[Key, tuple[Value, Place]] = {}
            for written, value in item.items():
                if not self._means(written, "said_by"):
                    said |= self._part(str(written), value, (*here, str(written)))
            yield str(names[0]), said

    def _means(self, written: object, word: str) -> bool:
        return self.vocabulary.spellings.get("statements", {}).get(str(written).casefold()) == word

    def _part(self, written: str, value: object, place: Place) -> dict[Key, tuple[Value, Place]]:
        """Facts of one group, or of elements of one list."""
        key = self.vocabulary.spellings.get("", {}).get(written.casefold())
        if key in self.vocabulary.lists:
            return self._of_elements(self.vocabulary.lists[str(key)], value, place)
        if key is None or key in CASE_KEYS:
            self.unknown_key("statements", written, place)
        elif not isinstance(value, Mapping):
            self.wrong(place, "TR203", f"'{key}' is a map of facts, not {show(value)}")
        else:
            return {(f"{key}.{name}", None): found for name, found in self.facts(key, value, place).items()}
        return {}

    def _of_elements(self, entity: EntityList, body: object, place: Place) -> dict[Key, tuple[Value, Place]]:
        """Facts of elements in a statement; each element is called by its name."""
        if not isinstance(body, list | tuple):
            self.wrong(place, "TR203", f"expected a list, found {show(body)}")
            return {}
        said: dict[Key, tuple[Value, Place]] = {}
        for index, item in enumerate(body):
            here = (*place, index)
            found = self.facts(entity.name, item, here) if isinstance(item, Mapping) else {}
            name = found.pop("name", None)
            if name is None:
                message = f"in a statement each {entity.spec.element} is a map with its name and facts"
                self.wrong(here, "TR203", message, f"name the {entity.spec.element}")
                continue
            said |= {(f"{entity.name}.{key}", str(name[0])): one for key, one in found.items()}
        return said

    def gather(
        self,
        statements: Sequence[tuple[str, Mapping[Key, tuple[Value, Place]]]],
        given: frozenset[str],
        named: Named,
    ) -> dict[str, dict[Key, tuple[Value, Place]]]:
        """Everything that each speaker says, checked against what the case gives itself, and against itself."""
        speakers = {element for elements in named.values() for element in elements}
        said: dict[str, dict[Key, tuple[Value, Place]]] = {}
        for speaker, words in statements:
            own = said.setdefault(speaker, {})
            for key, (value, place) in words.items():
                self._check(key, place, given, named)
                if key in own and own[key][0] != value:
                    message = f"'{speaker}' says two things about '{key[0]}'"
                    self.wrong(place, "TR205", message, "keep one", key=True)
                own[key] = (value, place)
            if speakers and speaker not in speakers:
                at = next((place[:2] for _, place in words.values()), ())
                self.wrong(at, "TR207", f"no element is called '{speaker}'", did_you_mean(speaker, speakers))
        return said

    def _check(self, key: Key, place: Place, given: frozenset[str], named: Named) -> None:
        fact, element = key
        owner, name = fact.split(".")
        elements = named.get(owner, {})
        if element is not None and element not in elements:
            message = f"no element of {owner} is called '{element}'"
            self.wrong(place[:-1], "TR207", message, did_you_mean(element, elements))
        elif fact in given or (element is not None and name in elements[element]):
            self.wrong(place, "TR205", f"'{fact}' is given and also stated", "keep one", key=True)


def agreed(said: Mapping[str, Mapping[Topic, Value]]) -> dict[Topic, Value]:
    """What everybody who spoke about it says alike.

    >>> agreed({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {}})
    {'x': 1}
    """
    found: dict[Topic, Value] = {}
    split: set[Topic] = set()
    for words in said.values():
        for key, value in words.items():
            if found.setdefault(key, value) != value:
                split.add(key)
    return {key: value for key, value in found.items() if key not in split}


def disputed(said: Mapping[str, Mapping[Topic, Value]]) -> dict[str, dict[Topic, Value]]:
    """What is left of each speaker's words once everything agreed on is taken out; who has nothing left is left out.

    >>> disputed({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {}})
    {'a': {'y': 2}, 'b': {'y': 3}}
    """
    settled = agreed(said)
    left = {name: {key: value for key, value in words.items() if key not in settled} for name, words in said.items()}
    return {name: words for name, words in left.items() if words}
