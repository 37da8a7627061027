"""Planes with one bit per variant, as bounds: where something surely holds, and where it possibly does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: must surely, must possibly, may surely, may possibly.
Quad = tuple[int, int, int, int]
ALL, NONE = -1, 0


@dataclass(frozen=True, slots=True)
class Range:
    """Where something surely holds and where it possibly does; a plane for each.

    >>> ~Range(0b01, 0b11) & Range(0b10, 0b10)
    Range(sure=0, possible=2)
    """

    sure: int
    possible: int

    def __and__(self, other: "Range") -> "Range":
        return Range(self.sure & other.sure, self.possible & other.possible)

    def __or__(self, other: "Range") -> "Range":
        return Range(self.sure | other.sure, self.possible | other.possible)

    def __invert__(self) -> "Range":
        return Range(~self.possible, ~self.sure)


YES, NO = Range(ALL, ALL), Range(NONE, NONE)


def always(holds: bool) -> Range:
    """The same in every variant."""
    return YES if holds else NO


def any_of(ranges: Iterable[Range]) -> Range:
    """Where at least one holds."""
    found = NO
    for one in ranges:
        found = found | one
    return found


def at_least(ranges: Iterable[Range], number: int) -> Range:
    """Where at least ``number`` hold."""
    reached = [YES] + [NO] * max(0, number)
    for one in ranges:
        for level in range(number, 0, -1):
            reached[level] = reached[level] | (reached[level - 1] & one)
    return reached[max(0, number)]


def union(planes: Iterable[int]) -> int:
    """The bits that are set in some plane."""
    found = NONE
    for plane in planes:
        found |= plane
    return found


def both(parts: Sequence[list[Quad]]) -> list[Quad]:
    """Where all hold, element by element."""
    found = parts[0]
    for part in parts[1:]:
        found = [(a & e, b & f, c & g, d & h) for (a, b, c, d), (e, f, g, h) in zip(found, part, strict=True)]
    return found


def either(parts: Sequence[list[Quad]]) -> list[Quad]:
    """Where some holds, element by element."""
    found = parts[0]
    for part in parts[1:]:
        found = [(a | e, b | f, c | g, d | h) for (a, b, c, d), (e, f, g, h) in zip(found, part, strict=True)]
    return found


def counted(quads: Sequence[Quad], number: int) -> Quad:
    """Where at least ``number`` hold."""
    must = at_least((Range(quad[0], quad[1]) for quad in quads), number)
    may = at_least((Range(quad[2], quad[3]) for quad in quads), number)
    return must.sure, must.possible, may.sure, may.possible
