"""Choices to generate with: made by Hypothesis, so that what fails is made small, or by a seed, to try very many."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

Some = TypeVar("Some")
Key = TypeVar("Key")
Raw = dict[str, object]


@dataclass(frozen=True)
class Choices:
    """Makes every choice out of one: a number from 0 up to, not including, another. The lowest is the simplest."""

    below: Callable[[int], int]

    def among(self, options: Sequence[Some]) -> Some:
        """One of some options, the simplest first."""
        return options[self.below(len(options))]

    def once_in(self, number: int) -> bool:
        """True once in so many times."""
        return self.below(number) == number - 1

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def several(self, make: Callable[[], Some], low: int, high: int) -> list[Some]:
        """From low to high times what is made."""
        return [make() for _ in range(self.between(low, high))]

    def subset(self, options: Sequence[Some]) -> list[Some]:
        """Some of the options, or none."""
        return [option for option in options if self.once_in(2)]

    def some(self, options: Sequence[Some]) -> list[Some]:
        """Some of the options, at least one."""
        return self.subset(options) or [self.among(options)]

    def shuffled(self, options: Sequence[Some]) -> list[Some]:
        """The options in another order."""
        left, found = list(options), []
        while left:
            found.append(left.pop(self.below(len(left))))
        return found

    def reordered(self, options: Mapping[Key, Some]) -> dict[Key, Some]:
        """The same mapping, written in another order."""
        return {key: options[key] for key in self.shuffled(list(options))}


@cache
def _up_to(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)


@st.composite
def choices(draw: Callable[[st.SearchStrategy[int]], int]) -> Choices:
    """Choices made by Hypothesis."""
    return Choices(lambda number: draw(_up_to(number)) if number > 1 else 0)


def seeded(seed: int) -> Choices:
    """Choices that follow from a number."""
    return Choices(random.Random(seed).randrange)
