"""A table of many cases on the batch engine, against the same cases one after another: rate, memory and growth."""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from tests.benchmarks.measuring import in_process, side_by_side, spread
from tests.benchmarks.neutral import BOOLEANS, CHOICES, MARKETS, NUMBERS, PARTNER_TYPES, Case, a_rulebase
from tests.benchmarks.peers import clips_peer, ours
from toolbox_rules.batch import infer_table
from toolbox_rules.compiling import compile_rules
from toolbox_rules.results import BatchResult

SAMPLE = 200
Columns = dict[str, Any]


@dataclass(frozen=True)
class Many:
    """One run over a table: seconds for all of it, MiB of the table and at most in use, seconds for one case alone.

    ``from_text`` are the seconds for the same table with every word written out, as plain numpy arrays of text.
    """

    rules: int
    cases: int
    seconds: float
    from_text: float
    table: float
    peak: float
    ours_alone: float
    clips_alone: float

    @property
    def rate(self) -> float:
        """Cases a second."""
        return self.cases / self.seconds


def measure(rules: int, cases: int) -> Many:
    """Measure in a process of its own, so that its memory is its own."""
    return Many(**json.loads(in_process("-m", "tests.benchmarks.many", str(rules), str(cases))))


def many_cases(number: int, seed: int = 1) -> tuple[Columns, Columns]:
    """Complete cases like those of ``neutral``, as columns, and their partners as another table."""
    choose = np.random.default_rng(seed)

    def words(values: tuple[str, ...], size: int) -> pa.DictionaryArray:
        codes = choose.integers(0, len(values), size, dtype=np.int8)
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(values))

    table: Columns = {f"case.{name}": words(values, number) for name, values in CHOICES.items()}
    table |= {f"case.{name}": choose.random(number) < 0.5 for name in BOOLEANS}
    table |= {f"case.{name}": choose.integers(0, 101, number, dtype=np.int32) for name in NUMBERS}
    sizes = choose.integers(3, 9, number)
    owners = np.repeat(np.arange(number), sizes)
    partners = {"case": owners, "type": words(PARTNER_TYPES, len(owners)), "market": words(MARKETS, len(owners))}
    return table, partners


def alone(table: Columns, partners: Columns, row: int) -> Case:
    """One row of the table as a case."""

    def value(column: Any, at: int) -> Any:
        return column[at].as_py() if isinstance(column, pa.Array) else column[at].item()

    attributes = {name.removeprefix("case."): value(column, row) for name, column in table.items()}
    found = np.flatnonzero(partners["case"] == row).tolist()
    elements = [
        {"id": at, **{key: value(partners[key], place) for key in ("type", "market")}} for at, place in enumerate(found)
    ]
    return Case(attributes, tuple(elements))


def _measure_here(rules: int, cases: int) -> Mapping[str, float]:
    rulebase = a_rulebase(rules)
    book = ours.read(ours.written(rulebase))
    network = compile_rules(book)
    table, partners = many_cases(cases)
    batch = partial(infer_table, network, book.vocabulary, table, {"partners": partners})
    sample = [alone(table, partners, row) for row in range(min(SAMPLE, cases))]
    peers = {peer.NAME: peer.load(rulebase) for peer in (ours, clips_peer)}
    found = batch()
    for row, case in enumerate(sample):
        held = frozenset(flag for flag in rulebase.flags if _holds(found, flag, row))
        for name, one in peers.items():
            if one.flags(one.run(one.ready(case))) != held:
                raise AssertionError(f"row {row}: {name} concludes something else")
    actions: dict[str, list[Callable[[], object]]] = {
        name: [partial(one.run, one.ready(case)) for case in sample] for name, one in peers.items()
    }
    seconds, rounds = [], []
    for _ in range(3):
        seconds.append(_timed(batch))
        rounds.append(side_by_side(actions, 0, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    text, text_partners = _written_out(table), _written_out(partners)
    return {
        "rules": rules,
        "cases": cases,
        "seconds": spread(seconds).median,
        "from_text": _timed(partial(infer_table, network, book.vocabulary, text, {"partners": text_partners})),
        "table": sum(column.nbytes for part in (table, partners) for column in part.values()) / 2**20,
        "peak": peak,
        "ours_alone": spread([one[ours.NAME].median for one in rounds]).median,
        "clips_alone": spread([one[clips_peer.NAME].median for one in rounds]).median,
    }


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _written_out(columns: Columns) -> Columns:
    def text(column: pa.DictionaryArray) -> Any:
        return np.array(column.dictionary.to_pylist())[column.indices.to_numpy()]

    return {
        name: text(column) if isinstance(column, pa.DictionaryArray) else column for name, column in columns.items()
    }


def _holds(found: BatchResult, flag: str, row: int) -> bool:
    name = f"concluded.{flag}"
    return name in found and bool(found[name][row] == 1)


if __name__ == "__main__":
    print(json.dumps(_measure_here(int(sys.argv[1]), int(sys.argv[2]))))
