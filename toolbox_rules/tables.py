"""Many cases as arrays: the codes, numbers or members of every fact, and the elements of every list.

Columns have one row more than there are cases (or elements): the last is wholly unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from toolbox_rules.vocabulary import Fact, Vocabulary

Rows = npt.NDArray[np.intp]
Bits = npt.NDArray[np.bool_]
Scalar = str | bool | int | float


@dataclass(frozen=True)
class Codes:
    """A boolean, choice or text of every row as its number in ``words``, -1 where it is unknown."""

    values: npt.NDArray[np.signedinteger[Any]]
    words: tuple[Scalar, ...]

    @cached_property
    def _places(self) -> dict[Scalar, int]:
        return {word: code for code, word in enumerate(self.words)}

    def code(self, word: Scalar) -> int:
        """The number of a word, -1 for one that occurs nowhere."""
        return self._places.get(word, -1)

    def open(self) -> Bits:
        """Where it is unknown."""
        return self.values < 0

    def recoding(self, other: "Codes | Names") -> npt.NDArray[np.int64]:
        """The number in another column of every word; -2 for one that it does not have, and at the end -1."""
        codes = [other.code(word) for word in self.words]
        return np.array([*(code if code >= 0 else -2 for code in codes), -1], np.int64)


@dataclass(frozen=True)
class Numbers:
    """A number of every row, NaN where it is unknown."""

    values: npt.NDArray[np.float64]

    def open(self) -> Bits:
        """Where it is unknown."""
        return np.isnan(self.values)


@dataclass(frozen=True)
class Members:
    """The members of a set that are known, one plain row of booleans each; not ``complete`` when there may be more."""

    members: Mapping[str, Bits]
    complete: Bits

    def open(self) -> Bits:
        """Where there may be more members."""
        return ~self.complete

    def has(self, member: str) -> Bits:
        """Where a member is in the set."""
        return self.members.get(member, np.zeros_like(self.complete))

    def size(self, members: tuple[str, ...] | None) -> npt.NDArray[np.int64]:
        """How many members, or how many of some members, are in the set."""
        chosen = self.members if members is None else dict.fromkeys(members)
        return sum((self.has(member).astype(np.int64) for member in chosen), np.zeros(len(self.complete), np.int64))


@dataclass(frozen=True)
class Names:
    """The names in a list of names, as sorted ``keys``: row times the number of words, plus the code of the word."""

    keys: npt.NDArray[np.int64]
    words: tuple[str, ...]
    complete: Bits

    @cached_property
    def _places(self) -> dict[Scalar, int]:
        return {word: code for code, word in enumerate(self.words)}

    def code(self, word: Scalar) -> int:
        """The number of a name, -1 for one that occurs nowhere."""
        return self._places.get(word, -1)

    def open(self) -> Bits:
        """Where there may be more names."""
        return ~self.complete

    def has(self, member: str) -> Bits:
        """Where a name is in the list."""
        return self.size((member,)) > 0

    def size(self, members: tuple[str, ...] | None) -> npt.NDArray[np.int64]:
        """How many names, or how many of some names, are in the list."""
        base = max(1, len(self.words))
        keys = self.keys
        if members is not None:
            keys = keys[np.isin(keys % base, [code for code in map(self.code, members) if code >= 0])]
        return np.bincount(keys // base, minlength=len(self.complete)).astype(np.int64)

    def holds(self, rows: Rows, codes: npt.NDArray[np.int64]) -> Bits:
        """Whether the list of a row has the name with a code."""
        keys = rows * max(1, len(self.words)) + codes
        at = np.searchsorted(self.keys, keys)
        found: Bits = np.append(self.keys, -1)[at] == np.where(codes >= 0, keys, -2)
        return found


Column = Codes | Numbers | Members | Names


@dataclass(frozen=True, kw_only=True)
class ElementTable:
    """The elements of one list for all cases, those of a case side by side; ``order`` is where each stood before.

    ``starts``, ``sizes`` and ``complete`` have an entry for each case and one for the wholly unknown case.
    """

    count: int
    columns: Mapping[str, Column]
    starts: Rows
    sizes: Rows
    complete: Bits
    order: Rows


@dataclass(frozen=True, kw_only=True)
class Table:
    """Many cases; ``measures`` are those in place and planned, each by its id."""

    count: int
    columns: Mapping[str, Column]
    lists: Mapping[str, ElementTable]
    measures: Mapping[str, Mapping[str, Bits]]


def codes_of(codes: npt.NDArray[np.signedinteger[Any]], words: tuple[Scalar, ...]) -> Codes:
    """Codes in as few bytes as they need, with the unknown row at the end."""
    kind = np.int8 if len(words) < 2**7 else np.int16 if len(words) < 2**15 else np.int32
    return Codes(np.append(codes, -1).astype(kind), words)


def reordered(column: Column, order: Rows) -> Column:
    """The rows of a column in another order, the unknown one last."""
    match column:
        case Codes():
            return Codes(column.values[order], column.words)
        case Numbers():
            return Numbers(column.values[order])
        case Members():
            return Members({member: has[order] for member, has in column.members.items()}, column.complete[order])
        case Names():
            base = max(1, len(column.words))
            place = np.argsort(order, kind="stable")
            keys = np.sort(place[column.keys // base] * base + column.keys % base)
            return Names(keys, column.words, column.complete[order])


def known_of(vocabulary: Vocabulary, table: Table, name: str) -> Bits:
    """Where a fact is known, as ``advice`` counts: for every element where it is a fact of elements.

    A set is known when it is complete or some member of it is; a list when it is complete.
    """
    nothing = np.zeros(table.count, np.bool_)
    if name in vocabulary.lists:
        return table.lists[name].complete[:-1]
    of = vocabulary.facts[name].list
    column = (table.lists[of] if of else table).columns.get(name)
    if of is None:
        return nothing if column is None else _known(column)[:-1]
    elements = table.lists[of]
    known = np.zeros(elements.count, np.bool_) if column is None else _known(column)[:-1]
    owners = np.repeat(np.arange(table.count + 1), elements.sizes)
    lacking = np.bincount(owners[~known], minlength=table.count + 1)[:-1] > 0
    return elements.complete[:-1] & ~lacking


def _known(column: Column) -> Bits:
    match column:
        case Members() | Names():
            return column.complete | (column.size(None) > 0)
        case _:
            return ~column.open()


# --- measures -----------------------------------------------------------------------------------------------------


def with_measures(
    vocabulary: Vocabulary,
    sets: Mapping[str, Mapping[str, object]],
    table: Table,
    measures: Mapping[str, Bits],
    given_wins: bool,
) -> Table:
    """The facts once some measures are in place, as ``advice.with_measures`` gives them.

    ``sets`` says for each measure what it sets; a fact of elements is set for every element of a case.
    """
    columns = {"": dict(table.columns)} | {name: dict(one.columns) for name, one in table.lists.items()}
    owners = {name: np.repeat(np.arange(table.count + 1), one.sizes) for name, one in table.lists.items()}
    for measure in sorted(measures):
        for name, value in sets[measure].items():
            fact = vocabulary.facts[name]
            where = measures[measure]
            given = table.columns.get(name)
            if fact.list:
                where = np.append(where[owners[fact.list]], False)
                given = table.lists[fact.list].columns.get(name)
            found = columns[fact.list or ""]
            if isinstance(value, list):
                found[name] = _joined(fact, found.get(name), where, list(map(str, value)))
                continue
            if given_wins and given is not None and fact.type != "ordered":
                where = where & given.open()
            found[name] = _set(fact, found.get(name), where, value)
    lists = {name: replace(one, columns=columns[name]) for name, one in table.lists.items()}
    return replace(table, columns=columns[""], lists=lists)


def _set(fact: Fact, old: Column | None, where: Bits, value: object) -> Column:
    if fact.type in ("integer", "number"):
        assert isinstance(value, int | float)
        numbers = old.values if isinstance(old, Numbers) else np.full(len(where), np.nan)
        return Numbers(np.where(where, float(value), numbers))
    assert isinstance(value, str | bool)
    words: tuple[Scalar, ...] = old.words if isinstance(old, Codes) else fact.order or (False, True)
    codes = old.values[:-1] if isinstance(old, Codes) else np.full(len(where) - 1, -1, np.int64)
    if value not in words:
        words = (*words, value)
    code = words.index(value)
    if fact.type == "ordered":
        return codes_of(np.where(where[:-1], np.maximum(codes, code), codes), words)
    return codes_of(np.where(where[:-1], code, codes), words)


def _joined(fact: Fact, old: Column | None, where: Bits, more: Iterable[str]) -> Column:
    nothing = np.zeros(len(where), np.bool_)
    if fact.type == "set":
        members = dict(old.members) if isinstance(old, Members) else {}
        for member in more:
            members[member] = members.get(member, nothing) | where
        return Members(members, old.complete if isinstance(old, Members) else nothing)
    names = old if isinstance(old, Names) else Names(np.zeros(0, np.int64), (), nothing)
    words = tuple(dict.fromkeys([*names.words, *more]))
    rows, codes = np.divmod(names.keys, max(1, len(names.words)))
    added = [np.flatnonzero(where) * len(words) + words.index(name) for name in more]
    return Names(np.unique(np.concatenate([rows * len(words) + codes, *added])), words, names.complete)
