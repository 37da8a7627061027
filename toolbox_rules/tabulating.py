"""A table of many cases -> Table: every fact as an array, every value checked; all problems are reported at once.

Columns are called by the full name of a fact, ``regie.process``. A set is a column of lists, or a column of booleans
for each member, ``funding.streams=wmo``. Elements of lists stand in tables of their own, related by the column
``case``. What is missing is unknown; see ``read_table``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toolbox_rules.cases import MAX_ELEMENTS
from toolbox_rules.columns import Coded, Listed, coded, columns_of, is_missing, listed, numbers, raw_values
from toolbox_rules.conditions import show, value_problem
from toolbox_rules.headings import MEASURES, Headings, Parts
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.tables import (
    Bits,
    Codes,
    Column,
    ElementTable,
    Members,
    Names,
    Numbers,
    Rows,
    Scalar,
    Table,
    codes_of,
    reordered,
)
from toolbox_rules.vocabulary import NAME, Fact, Vocabulary

MOST_PROBLEMS = 50
MOST_IN_COLUMN = 5
LARGEST = 2**53


def read_table(
    vocabulary: Vocabulary,
    measures: Mapping[str, str],
    table: Any,
    related: Mapping[str, Any] | None = None,
    key: str = "case",
) -> Table:
    """Check a table and turn it into arrays.

    The ``key`` column of a related table holds the row number of its case, from 0; or, when the table of cases has a
    ``key`` column, the value found there. ``partners_complete`` says for each case whether its partners are all there
    are; when it is missing they are if the case has any, and otherwise the list is unknown.
    ``funding.streams_complete`` does the same for a set: by default a list that is given is complete, and a set given
    by columns for its members is complete in the rows where every member that exists is known. A measure without a
    column is not in place.

    ``measures`` maps every spelling of a mitigation, in lower case, to its id. Raises ``ToolboxError`` with everything
    that is wrong; rows are numbered from 0.
    """
    columns, count = columns_of(table)
    problems: list[Problem] = []
    headings = Headings(vocabulary=vocabulary, measures=measures, problems=problems)
    reader = _Reader(vocabulary=vocabulary, measures=measures, key=key, headings=headings, problems=problems)
    keys = columns.pop(key, None)
    parts = reader.headings.sorted_out("", columns)
    found = reader.facts("", parts, count)
    lists = reader.lists(dict(related or {}), parts, keys, count)
    in_place = {group: reader.measured(group, parts, count) for group in MEASURES}
    reader.finish(in_place)
    return Table(count=count, columns=found, lists=lists, measures=in_place)


@dataclass(slots=True, kw_only=True)
class _Reader:
    vocabulary: Vocabulary
    measures: Mapping[str, str]
    key: str
    headings: Headings
    problems: list[Problem]

    def finish(self, measures: Mapping[str, Mapping[str, Bits]]) -> None:
        one, other = (measures[group] for group in MEASURES)
        for measure in sorted(set(one) & set(other)):
            rows = np.flatnonzero(one[measure] & other[measure])
            self._wrong("measures", rows, "TR208", f"the measure '{measure}' is both in place and planned")
        if self.problems:
            left = len(self.problems) - MOST_PROBLEMS
            more = [Problem(code="TR203", message=f"... and {left} problems more", location=None)] if left > 0 else []
            raise ToolboxError(self.problems[:MOST_PROBLEMS] + more)

    # --- facts ----------------------------------------------------------------------------------------------------

    def facts(self, owner: str, parts: Parts, count: int) -> dict[str, Column]:
        """Every fact that the table gives."""
        found: dict[str, Column] = {}
        for name, fact in self.vocabulary.facts.items():
            given = name in parts.whole or name in parts.members or name in parts.complete
            if not given or (fact.list or "") != owner:
                continue
            if fact.derived:
                message = f"column '{name}': '{name}' is concluded by rules; a table cannot give it"
                self.problems.append(Problem(code="TR204", message=message, location=None, hint="leave it out"))
            elif fact.type in ("set", "names"):
                found[name] = self._set(fact, parts, count)
            elif name in parts.complete:
                self.headings.unknown(owner, f"{name}_complete")
            elif fact.type in ("integer", "number"):
                found[name] = Numbers(np.append(self._numbers(fact, parts.whole[name]), np.nan))
            else:
                found[name] = self._codes(fact, parts.whole[name])
        return found

    def _codes(self, fact: Fact, column: Any) -> Codes:
        return codes_of(*self._read(fact, coded(column, exact=fact.type == "boolean"), None))

    def _read(self, fact: Fact, found: Coded, rows: Rows | None) -> tuple[npt.NDArray[np.int64], tuple[Scalar, ...]]:
        """The codes of allowed values, -1 for the rest, and these values; ``rows`` are the rows of the codes."""
        words: dict[Scalar, int] = {}
        if fact.type not in ("text", "names"):
            allowed: tuple[Scalar, ...] = fact.order or (False, True)
            words = {word: code for code, word in enumerate(allowed)}
        meanings = np.full(len(found.words) + 1, -1, np.int64)
        wrong: list[tuple[int, str, str | None]] = []
        for code, word in enumerate(found.words):
            if is_missing(word):
                continue
            meaning, problem = self._meaning(fact, word)
            if problem is not None:
                wrong.append((code, *problem))
            elif meaning is not None:
                meanings[code] = words.setdefault(meaning, len(words))
        for code, message, hint in wrong[:MOST_IN_COLUMN]:
            at = np.flatnonzero(found.codes == code)
            self._wrong(f"column '{fact.name}'", at if rows is None else np.unique(rows[at]), "TR203", message, hint)
        return meanings[found.codes], tuple(words)

    def _meaning(self, fact: Fact, word: object) -> tuple[Scalar | None, tuple[str, str | None] | None]:
        """What a word stands for, spelled as in a case file; None when it says that nothing is known."""
        spellings = self.vocabulary.spellings
        if isinstance(word, str):
            folded = word.casefold()
            if folded in spellings["word:unknown"]:
                return None, None
            if fact.type == "boolean":
                truth = [value for value in (True, False) if folded in spellings[f"word:{str(value).lower()}"]]
                word = truth[0] if truth else word
            elif fact.values:
                word = spellings[fact.name].get(folded, word)
        problem = value_problem(fact, word)
        if problem is not None:
            hint = did_you_mean(word, spellings[fact.name]) if isinstance(word, str) and fact.values else None
            return None, (problem[0], hint or problem[1])
        assert isinstance(word, str | bool | int | float)
        return word, None

    def _numbers(self, fact: Fact, column: Any) -> npt.NDArray[np.float64]:
        values = numbers(column)
        if isinstance(values, list):
            values = self._number_by_number(fact, values)
        whole = fact.type == "integer"
        low, high = (-np.inf if fact.spec.minimum is None else fact.spec.minimum), fact.spec.maximum
        wrong = (values < low) | (values > (np.inf if high is None else high)) | np.isinf(values)
        if whole:
            wrong |= (values != np.floor(values)) & ~np.isnan(values) | (np.abs(values) > LARGEST)
        for value in np.unique(values[wrong])[:MOST_IN_COLUMN].tolist():
            as_read = int(value) if whole and value == value // 1 and np.isfinite(value) else value
            problem = value_problem(fact, as_read) or (f"{show(value)} is too large a number", None)
            self._wrong(f"column '{fact.name}'", np.flatnonzero(values == value), "TR203", *problem)
        return values

    def _number_by_number(self, fact: Fact, values: list[object]) -> npt.NDArray[np.float64]:
        found = np.full(len(values), np.nan)
        wrong: dict[str, tuple[list[int], str | None]] = {}
        for row, value in enumerate(values):
            if is_missing(value):
                continue
            plain = value.item() if isinstance(value, np.generic) else value
            if isinstance(plain, int | float) and not isinstance(plain, bool):
                found[row] = plain if abs(plain) < 1e300 else np.inf
                continue
            _, problem = self._meaning(fact, plain)
            if problem is not None:
                wrong.setdefault(problem[0], ([], problem[1]))[0].append(row)
        for message, (rows, hint) in list(wrong.items())[:MOST_IN_COLUMN]:
            self._wrong(f"column '{fact.name}'", np.array(rows), "TR203", message, hint)
        return found

    # --- sets -----------------------------------------------------------------------------------------------------

    def _flags(self, name: str, column: Any) -> npt.NDArray[np.int64]:
        """A column of booleans: 1, 0, or -1 where missing."""
        fact = Fact(name=name, key=name, type="boolean", derived=False, list=None, values={}, scale=None, spec=NAME)
        return self._read(fact, coded(column, exact=True), None)[0]

    def _set(self, fact: Fact, parts: Parts, count: int) -> Members | Names:
        name = fact.name
        if name in parts.members:
            flags = {member: self._flags(f"{name}={member}", column) for member, column in parts.members[name].items()}
            complete = np.full(count, set(flags) == set(fact.values))
            for values in flags.values():
                complete &= values >= 0
            has = {member: np.append(values == 1, False) for member, values in flags.items()}
            return Members(has, self._completed(name, parts, complete))
        found = listed(parts.whole[name]) if name in parts.whole else _nothing(count)
        for row, value in list(found.wrong.items())[:MOST_IN_COLUMN]:
            hint = f"write [{value}]" if isinstance(value, str) else None
            self._wrong(f"column '{name}'", np.array([row]), "TR203", f"'{name}' is a list, not {show(value)}", hint)
        complete = self._completed(name, parts, ~found.missing)
        codes, words = self._read(fact, found.items, found.rows)
        rows, codes = found.rows[codes >= 0], codes[codes >= 0]
        if fact.type == "names":
            keys = np.unique(rows * max(1, len(words)) + codes)
            return Names(keys, tuple(map(str, words)), complete)
        members: dict[str, Bits] = {}
        for code, member in enumerate(words):
            members[str(member)] = np.zeros(count + 1, np.bool_)
            members[str(member)][rows[codes == code]] = True
        return Members(members, complete)

    def _completed(self, name: str, parts: Parts, complete: Bits) -> Bits:
        if name in parts.complete:
            said = self._flags(f"{name}_complete", parts.complete[name])
            complete = np.where(said < 0, complete, said == 1)
        return np.append(complete, False)

    def measured(self, group: str, parts: Parts, count: int) -> dict[str, Bits]:
        """Where each measure is in place, or planned."""
        has = {
            measure: np.append(self._flags(f"{group}={measure}", column) == 1, False)
            for measure, column in parts.members.get(group, {}).items()
        }
        if group in parts.complete:
            self.headings.unknown("", f"{group}_complete")
        if group not in parts.whole:
            return has
        found = listed(parts.whole[group])
        for row, value in list(found.wrong.items())[:MOST_IN_COLUMN]:
            self._wrong(f"column '{group}'", np.array([row]), "TR203", f"expected a list, found {show(value)}")
        for code, word in enumerate(found.items.words):
            rows = found.rows[found.items.codes == code]
            measure = self.measures.get(str(word).casefold())
            if measure is None:
                hint = did_you_mean(str(word), set(self.measures.values()))
                self._wrong(f"column '{group}'", rows, "TR207", f"no measure is called {show(word)}", hint)
            else:
                has.setdefault(measure, np.zeros(count + 1, np.bool_))[rows] = True
        return has

    # --- lists ----------------------------------------------------------------------------------------------------

    def lists(self, related: dict[str, Any], parts: Parts, keys: Any, count: int) -> dict[str, ElementTable]:
        """Every list, also those that nothing is known of."""
        tables: dict[str, Any] = {}
        for written, table in related.items():
            name = self.vocabulary.spellings.get("", {}).get(written.casefold())
            if name not in self.vocabulary.lists:
                hint = did_you_mean(written, self.vocabulary.lists)
                self.problems.append(
                    Problem(code="TR202", message=f"no list is called '{written}'", location=None, hint=hint)
                )
            else:
                self.headings.once(tables, str(name), written, table)
        return {name: self._elements(name, tables.get(name), parts, keys, count) for name in self.vocabulary.lists}

    def _elements(self, name: str, table: Any, parts: Parts, keys: Any, count: int) -> ElementTable:
        columns, rows = ({}, 0) if table is None else columns_of(table)
        if name in parts.whole:
            self.headings.unknown("", name)
        owners = self._owners(name, columns.pop(self.key, None), rows, keys, count)
        order = np.argsort(owners, kind="stable")
        sizes = np.bincount(owners[owners >= 0], minlength=count + 1)
        for row in np.flatnonzero(sizes > MAX_ELEMENTS)[:MOST_IN_COLUMN].tolist():
            self._wrong("the table of cases", np.array([row]), "TR203", f"more than {MAX_ELEMENTS} {name}")
        before = len(self.problems)
        found = self.facts(name, self.headings.sorted_out(name, columns), rows)
        if len(self.problems) == before:
            self._check_names(name, found, owners)
        taken = np.append(order, rows)
        return ElementTable(
            count=rows,
            columns={fact: reordered(column, taken) for fact, column in found.items()},
            starts=np.cumsum(sizes) - sizes,
            sizes=sizes,
            complete=self._completed(name, parts, sizes[:count] > 0),
            order=order,
        )

    def _owners(self, name: str, column: Any, rows: int, keys: Any, count: int) -> Rows:
        """The case of each element; -1 where there is none."""
        owners = np.full(rows, -1, np.intp)
        if column is None:
            if rows:
                message = f"the table '{name}' has no column '{self.key}' that says which case each row belongs to"
                self.problems.append(Problem(code="TR202", message=message, location=None))
            return owners
        values = raw_values(column)
        if keys is None and values.dtype.kind in "iu":
            owners = np.where((values >= 0) & (values < count), values, -1).astype(np.intp)
            return self._all_found(name, values, owners)
        own = np.arange(count) if keys is None else raw_values(keys)
        if len(own) and own.dtype.kind in "iu" and values.dtype.kind in "iu":
            order = np.argsort(own, kind="stable")
            at = order[np.minimum(np.searchsorted(own, values, sorter=order), count - 1)]
            owners = np.where(own[at] == values, at, -1)
            twice = np.flatnonzero(np.diff(own[order]) == 0)
            repeated = order[twice + 1]
        else:
            places: dict[object, int] = {}
            repeated = np.array(
                [row for row, one in enumerate(own.tolist()) if places.setdefault(one, row) != row], np.intp
            )
            owners = np.array([places.get(one, -1) for one in values.tolist()], np.intp).reshape(rows)
        if repeated.size:
            self._wrong(f"column '{self.key}'", repeated, "TR206", "a key that another case has too")
        return self._all_found(name, values, owners)

    def _all_found(self, name: str, values: npt.NDArray[Any], owners: Rows) -> Rows:
        lost = np.flatnonzero(owners < 0)
        if lost.size:
            value = values[lost[0]]
            message = "the key is missing" if is_missing(value) else f"no case has the key {value!r}"
            self._wrong(f"table '{name}', column '{self.key}'", lost, "TR207", message)
        return owners

    def _check_names(self, of: str, found: Mapping[str, Column], owners: Rows) -> None:
        """Elements of a case have different names, and name no elements that the case does not have."""
        named = [fact for fact, column in found.items() if isinstance(column, Names)]
        if f"{of}.name" not in found and not named:
            return
        names = found.get(f"{of}.name")
        codes = names.values[:-1] if isinstance(names, Codes) else np.full(len(owners), -1)
        words = names.words if isinstance(names, Codes) else ()
        base = max(1, len(words))
        keys = np.where(codes >= 0, owners * base + codes, -1)
        order = np.argsort(keys, kind="stable")
        twice = order[1:][(np.diff(keys[order]) == 0) & (keys[order][1:] >= 0)]
        if twice.size:
            message = f"two {of} of one case are called '{words[codes[twice[0]]]}'"
            self._wrong(f"table '{of}', column 'name'", twice, "TR206", message, "give each its own name")
        for fact, column in found.items():
            if not isinstance(column, Names) or self.vocabulary.facts[fact].spec.of != of:
                continue
            rows, meant = np.divmod(column.keys, max(1, len(column.words)))
            own = np.array([*(names.code(word) if isinstance(names, Codes) else -1 for word in column.words), -1])[
                meant
            ]
            lost = (own < 0) | ~np.isin(owners[rows] * base + own, keys)
            if lost.any():
                message = f"no {self.vocabulary.lists[of].spec.element} of the case is called"
                first = column.words[meant[lost][0]]
                self._wrong(f"table '{of}', column '{fact}'", rows[lost], "TR207", f"{message} '{first}'")

    def _wrong(self, where: str, rows: npt.NDArray[Any], code: str, message: str, hint: str | None = None) -> None:
        if len(rows) == 0:
            return
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        text = f"{where}, row {int(rows[0])}{more}: {message}"
        self.problems.append(Problem(code=code, message=text, location=None, hint=hint))


def _nothing(count: int) -> Listed:
    return Listed(np.zeros(0, np.intp), Coded(np.zeros(0, np.int64), ()), np.ones(count, np.bool_), {})
