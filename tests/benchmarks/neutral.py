"""A rulebase and its cases in a form that belongs to no engine, generated from a seed.

Twenty attributes of the case, a list of partners, and flags concluded in three layers: a rule may use flags of lower
layers, also their absence, so that every rulebase is stratified.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

CHOICES = {f"kind{at}": tuple(f"k{at}v{value}" for value in range(5)) for at in range(8)}
BOOLEANS = tuple(f"yes{at}" for at in range(6))
NUMBERS = tuple(f"num{at}" for at in range(6))
PARTNER_TYPES = ("city", "housing", "care", "welfare", "insurer", "client")
MARKETS = ("north", "south", "west")
LAYERS = 3
Value = str | bool | int


@dataclass(frozen=True)
class Among:
    """A choice is one of some values."""

    attribute: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Is:
    """A boolean has a value."""

    attribute: str
    value: bool


@dataclass(frozen=True)
class Number:
    """A number is at least, or below, a bound."""

    attribute: str
    op: Literal[">=", "<"]
    bound: int


@dataclass(frozen=True)
class Flag:
    """A conclusion of a lower layer holds, or does not."""

    flag: str
    holds: bool


@dataclass(frozen=True)
class Count:
    """At least so many partners of one type."""

    type: str
    number: int


@dataclass(frozen=True)
class Rivals:
    """A partner of one type works in the same market as another partner of another type: a join."""

    one: str
    other: str


Condition = Among | Is | Number | Flag | Count | Rivals


@dataclass(frozen=True)
class Rule:
    """All conditions hold, so the flag does."""

    name: str
    layer: int
    conditions: tuple[Condition, ...]
    flag: str


@dataclass(frozen=True)
class Rulebase:
    """Rules, lowest layer first; ``layers`` gives the layer of each flag."""

    rules: tuple[Rule, ...]
    layers: Mapping[str, int]

    @property
    def flags(self) -> tuple[str, ...]:
        """Everything that can be concluded."""
        return tuple(self.layers)

    def about_partners(self) -> tuple[Count | Rivals, ...]:
        """Each distinct condition on partners, in a fixed order; a writer may state it once for all rules."""
        found = {one for rule in self.rules for one in rule.conditions if isinstance(one, Count | Rivals)}
        return tuple(sorted(found, key=repr))

    def by_flag(self) -> Iterator[tuple[str, list[Rule]]]:
        """The flags, lowest layer first, with the rules that conclude each."""
        rules: dict[str, list[Rule]] = {flag: [] for flag in self.layers}
        for rule in self.rules:
            rules[rule.flag].append(rule)
        yield from rules.items()


@dataclass(frozen=True)
class Case:
    """A value for every attribute, and all partners."""

    attributes: Mapping[str, Value]
    partners: tuple[Mapping[str, Value], ...]


def a_rulebase(number: int, seed: int = 1, plain: bool = False) -> Rulebase:
    """A rulebase of so many rules; ``plain`` keeps to conditions on attributes, in one layer."""
    choose = random.Random(f"{number} {seed} {plain}")
    shares = (1.0,) if plain else (0.5, 0.3, 0.2)
    below: list[str] = []
    rules: list[Rule] = []
    layers: dict[str, int] = {}
    for layer, share in enumerate(shares, 1):
        count = max(1, round(number * share)) if layer < len(shares) else number - len(rules)
        flags = [f"f{layer}x{at}" for at in range(max(1, count * 2 // 3))]
        layers |= dict.fromkeys(flags, layer)
        for at in range(count):
            conditions = _conditions(choose, below, plain)
            rules.append(Rule(f"r{layer}x{at}", layer, conditions, flags[at % len(flags)]))
        below = below + flags
    return Rulebase(tuple(rules), layers)


def _conditions(choose: random.Random, below: Sequence[str], plain: bool) -> tuple[Condition, ...]:
    names = choose.sample((*CHOICES, *BOOLEANS, *NUMBERS), choose.choice((1, 2) if below else (2, 3, 4)))
    found = [_on_attribute(choose, name) for name in names]
    if not plain and choose.random() < 0.2:
        found.append(_on_partners(choose))
    if below:
        used = choose.sample(below, min(len(below), choose.choice((1, 2))))
        found += [Flag(flag, choose.random() < 0.6) for flag in used]
    return tuple(found)


def _on_attribute(choose: random.Random, name: str) -> Condition:
    if name in CHOICES:
        return Among(name, tuple(sorted(choose.sample(CHOICES[name], choose.choice((1, 2, 3))))))
    if name in BOOLEANS:
        return Is(name, choose.random() < 0.5)
    return Number(name, choose.choice((">=", "<")), choose.randrange(10, 91))


def _on_partners(choose: random.Random) -> Condition:
    if choose.random() < 0.5:
        return Count(choose.choice(PARTNER_TYPES), choose.choice((1, 2, 3)))
    one, other = choose.sample(PARTNER_TYPES, 2)
    return Rivals(one, other)


def some_cases(number: int, seed: int = 1) -> list[Case]:
    """Complete cases, of three to eight partners."""
    choose = random.Random(f"cases {seed}")
    return [_a_case(choose) for _ in range(number)]


def _a_case(choose: random.Random) -> Case:
    attributes: dict[str, Value] = {name: choose.choice(values) for name, values in CHOICES.items()}
    attributes |= {name: choose.random() < 0.5 for name in BOOLEANS}
    attributes |= {name: choose.randrange(101) for name in NUMBERS}
    partners: list[Mapping[str, Value]] = [
        {"id": at, "type": choose.choice(PARTNER_TYPES), "market": choose.choice(MARKETS)}
        for at in range(choose.randrange(3, 9))
    ]
    return Case(attributes, tuple(partners))
