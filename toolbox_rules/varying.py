"""The facts of a case and the steps away from them.

A step gives a fact another value, or a set one member more or less. A known fact is changed by an *act*; an unknown one
becomes known by an *answer*.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from toolbox_rules.cases import Elements, SetValue, Value
from toolbox_rules.evaluating import Facts, Lists
from toolbox_rules.vocabulary import Vocabulary

Place = tuple[str, int | None]
Kind = Literal["act", "answer"]
How = Literal["become", "add", "remove", "close"]
#: What one change costs; an answer costs no more than asking.
EFFORT = {"easy": 1, "hard": 3, "never": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of one fact, of the element with number ``element`` or of the case.

    ``become``: it gets ``value``. ``add`` and ``remove``: a set gets or loses the member ``value``. ``close``: a set of
    which more members were possible turns out to have no others. To add to such a set is an answer that names all.
    """

    fact: str
    element: int | None
    how: How
    value: str | bool | int | float
    kind: Kind
    effort: int

    @property
    def place(self) -> Place:
        """The fact and the element."""
        return self.fact, self.element


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The facts as they are, and the steps away from them; ``at`` gives the numbers of the steps of each place."""

    vocabulary: Vocabulary
    facts: Facts
    lists: Lists
    steps: tuple[Step, ...]
    at: Mapping[Place, tuple[int, ...]]

    def value(self, place: Place) -> Value | None:
        """The present value of a fact; None when it is unknown."""
        return value_at(self.vocabulary, self.facts, self.lists, place)

    def exclusive(self) -> Iterator[tuple[int, ...]]:
        """Groups of steps of which no two can be taken together."""
        for numbers in self.at.values():
            closing = [one for one in numbers if self.steps[one].how == "close"]
            if self.steps[numbers[0]].how == "become":
                yield numbers
            elif closing:
                yield from ((*closing, one) for one in numbers if one not in closing)

    def alike(self, number: int) -> tuple[int, ...]:
        """The steps that differ from one only in the value that they give to a number; itself among them."""
        step = self.steps[number]
        fact = self.vocabulary.facts.get(step.fact)
        return self.at[step.place] if fact is not None and fact.type in ("integer", "number") else (number,)

    def closest(self, numbers: frozenset[int], fits: Callable[[frozenset[int]], bool]) -> frozenset[int]:
        """Steps that fit, with numbers changed no further than needed, one after another."""
        found = numbers
        for number in sorted(numbers):
            present = self.value(self.steps[number].place) if len(self.alike(number)) > 1 else None
            if isinstance(present, int | float):
                nearer = sorted(self.alike(number), key=lambda one: (abs(float(self.steps[one].value) - present), one))
                found = next((one for other in nearer if fits(one := found - {number} | {other})), found)
        return found

    def taken(self, numbers: Iterable[int]) -> tuple[Facts, Lists]:
        """The facts after some steps."""
        facts: dict[str, Value] = dict(self.facts)
        lists: dict[str, Elements] = dict(self.lists)
        for number in numbers:
            step = self.steps[number]
            if step.fact in lists:
                lists[step.fact] = replace(lists[step.fact], complete=True)
                continue
            after = _after(value_at(self.vocabulary, facts, lists, step.place), step)
            fact = self.vocabulary.facts[step.fact]
            if step.element is None:
                facts[step.fact] = after
            else:
                elements = lists[str(fact.list)]
                items = list(elements.items)
                items[step.element] = {**items[step.element], fact.key: after}
                lists[str(fact.list)] = replace(elements, items=tuple(items))
        return facts, lists


def value_at(vocabulary: Vocabulary, facts: Facts, lists: Lists, place: Place) -> Value | None:
    """The value of a fact of the case or of one element; None when it is unknown."""
    name, element = place
    if element is None:
        return facts.get(name)
    fact = vocabulary.facts[name]
    return lists[str(fact.list)].items[element].get(fact.key)


def _after(before: Value | None, step: Step) -> Value:
    if step.how == "become":
        return step.value
    members = before.members if isinstance(before, SetValue) else frozenset()
    match step.how:
        case "add":
            members |= {str(step.value)}
        case "remove":
            members -= {str(step.value)}
    return SetValue(members=members)
