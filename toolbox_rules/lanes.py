"""Many cases side by side -> packed planes: 64 cases to a word, the elements of their lists in slots.

A plane of a condition on the case has the shape (words,); of a condition on partners (slots, words), where slot 0
holds the first partner of every case; of a condition on pairs (slots, slots, words). An axis of length 1 stands for
any length, so that lifting a condition costs nothing. Bits of slots that a case does not fill mean nothing; whoever
counts over slots takes only those that are ``present``.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from toolbox_rules.network import Lists
from toolbox_rules.tables import Bits, Codes, Column, Numbers, Rows, Scalar, Table

Plane = npt.NDArray[np.uint64]
WORD = 64
NONE: Plane = np.zeros(1, np.uint64)
ALL: Plane = ~NONE


class Lanes:
    """Some rows of a table side by side, a whole number of words; rows past the last case are wholly unknown.

    ``target`` is where the ``count`` rows stand in the table. ``present`` has for each list the filled slots, ``open``
    the cases in which it may have more elements.
    """

    def __init__(self, table: Table, rows: Rows, lists: Iterable[str]) -> None:
        """Lay out the rows; ``rows`` are their numbers."""
        self.table = table
        self.count = len(rows)
        in_order = self.count and bool((np.diff(rows) == 1).all())
        self.target: slice | Rows = slice(int(rows[0]), int(rows[-1]) + 1) if in_order else rows
        self.rows = np.concatenate([rows, np.full(-len(rows) % WORD, table.count, np.intp)])
        self.slots: dict[str, Rows] = {}
        self.present: dict[str, Plane] = {}
        self.open: dict[str, Plane] = {}
        for name in lists:
            elements = table.lists[name]
            starts, sizes = elements.starts[self.rows], elements.sizes[self.rows]
            slot = np.arange(sizes.max(initial=0))[:, None]
            self.slots[name] = np.where(slot < sizes, starts + slot, elements.count)
            self.present[name] = pack(slot < sizes)
            self.open[name] = pack(~elements.complete[self.rows])
        self._kept: dict[tuple[str, object], Plane] = {}
        self._values: dict[str, npt.NDArray[Any]] = {}

    @property
    def words(self) -> int:
        """How many words a plane has."""
        return len(self.rows) // WORD

    def places(self, of: str | None) -> Rows:
        """Which rows of the table (or of the table of a list) stand in the lanes (and slots)."""
        return self.rows if of is None else self.slots[of]

    def column(self, fact: str) -> tuple[Column | None, str | None]:
        """A fact of the table, None when nothing is known of it, and the list that it is about."""
        owner = fact.partition(".")[0]
        if owner in self.table.lists:
            return self.table.lists[owner].columns.get(fact), owner
        return self.table.columns.get(fact), None

    def values(self, fact: str) -> npt.NDArray[Any]:
        """The codes or numbers of a fact in the lanes (and slots)."""
        found = self._values.get(fact)
        if found is None:
            column, of = self.column(fact)
            assert isinstance(column, Codes | Numbers)
            found = self._values[fact] = column.values.take(self.places(of))
        return found

    def kept(self, fact: str, what: object, make: Callable[[], Bits]) -> Plane:
        """A plane that several nodes share, packed once."""
        key = (fact, what)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = pack(make())
        return found

    def among(self, fact: str, words: Iterable[Scalar]) -> Plane:
        """Where a choice or text is known to be one of some words."""
        column, _ = self.column(fact)
        if not isinstance(column, Codes):
            return NONE
        codes = [code for code in map(column.code, words) if code >= 0]
        return any_of(self.kept(fact, code, partial(self._is, fact, code)) for code in codes)

    def _is(self, fact: str, code: int) -> Bits:
        found: Bits = self.values(fact) == code
        return found


def pack(bits: Bits) -> Plane:
    """Put 64 bits of the last axis into each word.

    >>> pack(np.arange(64) < 3)
    array([7], dtype=uint64)
    """
    return np.packbits(bits, axis=-1, bitorder="little").view(np.uint64)


def unpack(plane: Plane, shape: tuple[int, ...], count: int) -> npt.NDArray[np.uint8]:
    """The first ``count`` bits of a plane that stands for one of ``shape``, each a byte.

    >>> unpack(NONE + np.uint64(5), (1,), 4)
    array([1, 0, 1, 0], dtype=uint8)
    """
    whole = np.ascontiguousarray(np.broadcast_to(plane, shape))
    return np.unpackbits(whole.view(np.uint8), axis=-1, count=count, bitorder="little")


def at_least(planes: Iterable[Plane], number: int) -> Plane:
    """The bits that are set in at least ``number`` planes.

    >>> [int(word) for word in at_least([NONE + np.uint64(word) for word in (3, 5, 6)], 2)]
    [7]
    """
    reached = [ALL] + [NONE] * number
    for plane in planes:
        for level in range(number, 0, -1):
            reached[level] = reached[level] | (reached[level - 1] & plane)
    return reached[number]


def any_of(planes: Iterable[Plane]) -> Plane:
    """The bits that are set in some plane."""
    found = NONE
    for plane in planes:
        found = found | plane
    return found


def any_slot(plane: Plane) -> Plane:
    """The bits that are set in some slot of the last list."""
    found: Plane = np.bitwise_or.reduce(plane, axis=-2)
    return found


def bits_per_case(scopes: Iterable[Lists], sizes: Mapping[str, Rows]) -> npt.NDArray[np.float64]:
    """How many bits cases with lists of these sizes take in the widest plane.

    >>> bits_per_case([(), ("partners", "partners")], {"partners": np.array([0, 3])})
    array([1., 9.])
    """
    found: npt.NDArray[np.float64] = np.ones(1)
    for lists in scopes:
        found = np.maximum(found, prod((sizes[name].astype(np.float64) for name in lists), start=np.ones(1)))
    return found
