"""The columns that come out of a table of cases: numbers with the words that they stand for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from toolbox_rules import network as n
from toolbox_rules.lanes import Lanes, unpack
from toolbox_rules.planes import Rails
from toolbox_rules.problems import did_you_mean
from toolbox_rules.tables import Bits, Table
from toolbox_rules.vocabulary import Fact, Vocabulary

Small = npt.NDArray[np.int8]


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """Columns of small numbers, one row for each case.

    A conclusion is 1 true, 0 false, -1 unknown; a column with ``categories`` holds the place of a word among them, or
    -1 for none. ``elements`` has for each list the conclusions about its elements, in the order of the related table.
    """

    count: int
    columns: Mapping[str, Small]
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    elements: Mapping[str, Mapping[str, Small]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Small:
        if name not in self.columns:
            raise KeyError(f"no column '{name}'; {did_you_mean(name, self.columns) or 'see `columns`'}")
        return self.columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def words(self, name: str) -> list[str | None]:
        """A column in words: its categories, or true, false and None for unknown."""
        words = self.categories.get(name, ("false", "true"))
        return [words[code] if code >= 0 else None for code in self[name].tolist()]

    def to_pandas(self) -> Any:
        """A DataFrame: categorical columns where there are categories, int8 for conclusions. Needs pandas."""
        pd: Any = import_module("pandas")
        frame: dict[str, Any] = dict(self.columns)
        for name, words in self.categories.items():
            frame[name] = pd.Categorical.from_codes(self.columns[name], categories=list(words), ordered=True)
        return pd.DataFrame(frame, index=pd.RangeIndex(self.count))

    def to_arrow(self) -> Any:
        """An Arrow table: dictionary columns where there are categories, int8 for conclusions. Needs pyarrow."""
        pa: Any = import_module("pyarrow")
        found = {}
        for name, values in self.columns.items():
            found[name] = pa.array(values)
            if name in self.categories:
                codes = pa.array(values, mask=values < 0)
                found[name] = pa.DictionaryArray.from_arrays(codes, list(self.categories[name]), ordered=True)
        return pa.table(found)


def conclusions(network: n.Network, vocabulary: Vocabulary) -> dict[str, tuple[str | None, int | None]]:
    """What can be concluded: by the name of its column the list it is about, and its node where rules look at it."""
    found: dict[str, tuple[str | None, int | None]] = {}
    for fact in vocabulary.facts.values():
        if fact.derived:
            lists = (fact.list,) if fact.list else ()
            for name, value in _values(fact):
                found[name] = (fact.list, network.index.get(n.Derived(lists, fact.name, value)))
    return found


def _values(fact: Fact) -> list[tuple[str, str]]:
    if fact.type == "boolean":
        return [(fact.name, "true")]
    sign, values = ("=", fact.order) if fact.type == "set" else (">=", fact.order[1:])
    return [(f"{fact.name}{sign}{value}", value) for value in values]


class Filling:
    """The columns that are filled, chunk by chunk."""

    def __init__(self, table: Table, wanted: Mapping[str, tuple[str | None, int | None]]) -> None:
        self.table = table
        self.wanted = wanted
        self.columns: dict[str, Small] = {}
        self.elements: dict[str, dict[str, Small]] = {name: {} for name in table.lists}
        for name, (of, _) in wanted.items():
            if of is None:
                self.columns[name] = np.zeros(table.count, np.int8)
            else:
                self.elements[of][name] = np.zeros(table.lists[of].count, np.int8)

    def write_conclusions(self, lanes: Lanes, rails: Mapping[int, Rails]) -> None:
        """Three values from two rails: 1 true, 0 false, -1 unknown."""
        for name, (of, node) in self.wanted.items():
            if node is None:
                continue
            slots = () if of is None else (len(lanes.slots[of]),)
            must, may = (unpack(plane, (*slots, lanes.words), len(lanes.rows)).view(np.int8) for plane in rails[node])
            values = must + must - may
            if of is None:
                self.columns[name][lanes.target] = values[: lanes.count]
            else:
                elements, places = self.table.lists[of], lanes.slots[of]
                filled = places < elements.count
                self.elements[of][name][elements.order[places[filled]]] = values[filled]

    def write(self, lanes: Lanes, found: Mapping[str, Small]) -> None:
        """Put a chunk of each column in its place."""
        for name, values in found.items():
            if name not in self.columns:
                self.columns[name] = np.full(self.table.count, -1, np.int8)
            self.columns[name][lanes.target] = values[: lanes.count]

    def mark(self, refused: Bits) -> None:
        """Take the results out of the rows that are refused."""
        if refused.any():
            for values in self.columns.values():
                values[refused] = -1
            for of, columns in self.elements.items():
                elements = self.table.lists[of]
                owners = np.repeat(refused, elements.sizes[: self.table.count])
                for values in columns.values():
                    values[elements.order[owners]] = -1
        self.columns["refused"] = refused.astype(np.int8)

    def result(self, categories: Mapping[str, tuple[str, ...]]) -> BatchResult:
        """The finished columns, in an order that does not depend on the cases."""
        empty = np.full(self.table.count, -1, np.int8)
        columns = {name: self.columns.get(name, empty) for name in categories}
        return BatchResult(
            count=self.table.count, columns=columns | self.columns, categories=categories, elements=self.elements
        )
