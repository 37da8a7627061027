"""Puts generated rulebases and cases to every executor and writes docs/agreement.md: python tests/agreement/run.py.

The whole language, with unknown facts: the generated function, the plain evaluator, experta, and the batch engine with
all cases in one table. The same on every shipped case. What CLIPS can express, with every fact known: ours, CLIPS,
experta written by hand and straight-line Python. Exit status 1 when two differ.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TypeVar
from unittest import mock

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:  # run as a file, Python looks beside it only
    sys.path.insert(0, str(ROOT))

from tests.benchmarks.neutral import a_rulebase, some_cases  # noqa: E402
from tests.benchmarks.peers import clips_peer, experta_peer, ours, straight  # noqa: E402
from tests.laws.cases import Facts, some_facts  # noqa: E402
from tests.laws.choices import seeded  # noqa: E402
from tests.laws.conditions import a_book  # noqa: E402
from tests.test_batch import TRUTH, alone, desk, stood, tabled  # noqa: E402
from tests.test_engine_laws import engine_of, seen  # noqa: E402
from toolbox_rules.batch import advise_table, infer_table  # noqa: E402
from toolbox_rules.cases import Case, read_case  # noqa: E402
from toolbox_rules.engines import experta  # noqa: E402
from toolbox_rules.evaluating import evaluate  # noqa: E402
from toolbox_rules.inference import Engine, Trace, infer, truth  # noqa: E402
from toolbox_rules.results import conclusions  # noqa: E402
from toolbox_rules.tabulating import _Reader  # noqa: E402
from toolbox_rules.vocabulary import Vocabulary  # noqa: E402

Some = TypeVar("Some")
PEERS = (ours, straight, clips_peer, experta_peer)
LARGEST = 120


@dataclass(frozen=True)
class Outcome:
    """How many cases and conclusions were compared, how many were unknown, and what differed."""

    cases: int = 0
    compared: int = 0
    unknown: int = 0
    differences: tuple[str, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.cases + other.cases,
            self.compared + other.compared,
            self.unknown + other.unknown,
            self.differences + other.differences,
        )


Pair = tuple[Outcome, Outcome]


def added(one: Pair, other: Pair) -> Pair:
    """Two outcomes of engines and two of tables together."""
    return one[0] + other[0], one[1] + other[1]


def whole_language(cases: int, seed: int) -> Pair:
    """One rulebook of the whole language, and some cases with unknown facts: one by one, and as a table."""
    choices = seeded(seed)
    book = a_book(choices)
    native = engine_of(book)
    made = [some_facts(choices, book.words, seen(book)) for _ in range(cases)]
    traces = [infer(native, case.facts, case.lists) for case in made]
    # Generated elements share names, and name others that are not there.
    with mock.patch.object(_Reader, "_check_names", return_value=None):
        table = _as_a_table(f"seed {seed}", native, book.words, made, traces)
    return _one_by_one(f"seed {seed}", native, traces), table


def shipped_cases() -> Pair:
    """Every shipped case with the shipped rules: one by one, and the whole advice as a table."""
    shelf = desk().shelf
    words = shelf.rulebook.vocabulary
    paths = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
    cases = [read_case(path, words, shelf.knowledge.spellings) for path in paths]
    traces = [infer(desk().engine, case.facts, case.lists) for case in cases]
    single = _one_by_one("shipped", desk().engine, traces)
    return single, _as_a_table("shipped", desk().engine, words, cases, traces) + _advised(cases)


def _one_by_one(name: str, native: Engine, traces: Sequence[Trace]) -> Outcome:
    """The generated function, the plain evaluator and experta, on every node that something stands on."""
    other = experta.prepare(native.network)
    found = Outcome()
    for number, trace in enumerate(traces):
        on_experta = infer(other, trace.facts, trace.lists)
        plain = evaluate(native.network, trace.facts, trace.lists)
        rails = {node: trace.rails(node) for node in native.position}
        differences = tuple(
            f"{name}, case {number}, node {node}: {rails[node]}, plain {plain.rails(node)}, "
            f"experta {on_experta.rails(node)}"
            for node in rails
            if not rails[node] == tuple(map(int, plain.rails(node))) == on_experta.rails(node)
        )
        unknown = sum(must != may for must, may in rails.values())
        found += Outcome(1, len(rails), unknown, differences)
    return found


def _as_a_table(
    name: str, native: Engine, words: Vocabulary, cases: Sequence[Facts | Case], traces: Sequence[Trace]
) -> Outcome:
    """The generated function and the batch engine, on every conclusion, for every element."""
    result = infer_table(native.network, words, *tabled(words, cases))
    compared = unknown = 0
    differences = []
    for column, (of, node) in conclusions(native.network, words).items():
        places = [(row, 0) for row in range(len(cases))] if of is None else stood(of, cases)
        values = result[column] if of is None else result.elements[of][column]
        for (row, place), value in zip(places, values.tolist(), strict=True):
            expected = TRUTH[truth((0, 0) if node is None else traces[row].rails(node), place)]
            compared += 1
            unknown += expected < 0
            if value != expected:
                differences.append(f"{name}, case {row}, {column} of {place}: {expected}, in a table {value}")
    return Outcome(len(cases), compared, unknown, tuple(differences))


def _advised(cases: Sequence[Case]) -> Outcome:
    """Verdict, form, criteria, and state and risk of every pitfall, now and with what is planned."""
    table, related = tabled(desk().shelf.rulebook.vocabulary, cases)
    table["measures.in_place"] = [sorted(case.in_place) for case in cases]
    table["measures.planned"] = [sorted(case.planned) for case in cases]
    result = advise_table(desk(), table, related, contradictions="mark", projected=True)
    shown: Mapping[str, list[str | None]] = {column: result.words(column) for column in result.categories}
    compared = 0
    differences = []
    for row, case in enumerate(cases):
        expected, _ = alone(case)
        for column, values in shown.items():
            compared += 1
            if values[row] != expected[column]:
                differences.append(f"shipped, case {row}, {column}: {expected[column]}, in a table {values[row]}")
    return Outcome(0, compared, 0, tuple(differences))


def all_known(cases: int, seed: int) -> Outcome:
    """One rulebase that CLIPS can express, and some complete cases."""
    rulebase = a_rulebase(5 + seed % LARGEST, seed)
    loaded = {peer.NAME: peer.load(rulebase) for peer in PEERS}
    found = Outcome()
    for number, case in enumerate(some_cases(cases, seed)):
        told = {name: one.flags(one.run(one.ready(case))) for name, one in loaded.items()}
        differences = tuple(
            f"seed {seed}, case {number}: {name} differs in {sorted(flags ^ told[ours.NAME])}"
            for name, flags in told.items()
            if flags != told[ours.NAME]
        )
        found += Outcome(1, len(rulebase.flags), 0, differences)
    return found


def main() -> None:
    """Compare as many as the arguments ask for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--rulebases", type=int, default=2500, help="of the whole language (default: %(default)s)")
    parser.add_argument("--known", type=int, default=250, help="rulebases for CLIPS (default: %(default)s)")
    parser.add_argument("--cases", type=int, default=4, help="cases for each (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", help="folder to write to (default: docs)")
    chosen = parser.parse_args()
    start = time.perf_counter()
    seeds = range(chosen.seed, chosen.seed + chosen.rulebases)
    whole = _gathered("rulebases", partial(whole_language, chosen.cases), seeds, (Outcome(), Outcome()), added)
    print("shipped cases ...", file=sys.stderr, flush=True)
    shipped = shipped_cases()
    seeds = range(chosen.seed, chosen.seed + chosen.known)
    known = _gathered("rulebases for CLIPS", partial(all_known, chosen.cases), seeds, Outcome(), Outcome.__add__)
    found = (*whole, *shipped, known)
    minutes = (time.perf_counter() - start) / 60
    page = chosen.output / "agreement.md"
    page.write_text("\n".join(_page(chosen, found, minutes)) + "\n", encoding="utf-8")
    print(page.read_text(encoding="utf-8"))
    sys.exit(any(one.differences for one in found))


def _gathered(
    what: str, one: Callable[[int], Some], seeds: Sequence[int], total: Some, add: Callable[[Some, Some], Some]
) -> Some:
    """Spread over the processors; how far it is goes to stderr."""
    with ProcessPoolExecutor(max_workers=os.cpu_count(), max_tasks_per_child=200) as pool:
        for done, outcome in enumerate(pool.map(one, seeds, chunksize=10), 1):
            total = add(total, outcome)
            if done % max(1, len(seeds) // 20) == 0:
                print(f"{done:,} of {len(seeds):,} {what}", file=sys.stderr, flush=True)
    return total


def _page(chosen: argparse.Namespace, found: Sequence[Outcome], minutes: float) -> Iterable[str]:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("toolbox-rules", "experta", "clipspy"))
    whole, table, shipped, shipped_table, known = found
    yield "# Agreement"
    yield ""
    yield f"Made by `python tests/agreement/run.py` on {date.today().isoformat()} in {minutes:.1f} minutes; {versions}."  # noqa: DTZ011
    yield "One case at a time every conclusion, every rule and every control is compared, for every element. In a table"
    yield "it is every conclusion, for every element; for shipped cases also verdict, form, criteria, and the state and"
    yield "risk of every pitfall."
    yield ""
    yield "| compared | rulebases | cases | conclusions | of which unknown | differences |"
    yield "|---|---:|---:|---:|---:|---:|"
    yield _line("whole language, facts unknown: generated function, plain evaluator, experta", chosen.rulebases, whole)
    yield _line("the same in one table: generated function, batch engine", chosen.rulebases, table)
    yield _line("every shipped case: generated function, plain evaluator, experta", 1, shipped)
    yield _line("every shipped case in one table: generated function, batch engine", 1, shipped_table)
    yield _line("every fact known: toolbox_rules, CLIPS, experta by hand, straight-line Python", chosen.known, known)
    differences = [difference for one in found for difference in one.differences]
    if differences:
        yield from ["", *(f"- {difference}" for difference in differences[:20])]
    yield ""
    yield f"Rulebases follow from the seeds {chosen.seed} and up (`--seed`), so every line can be made again."


def _line(what: str, rulebases: int, one: Outcome) -> str:
    differences = len(one.differences) or "none"
    return f"| {what} | {rulebases:,} | {one.cases:,} | {one.compared:,} | {one.unknown:,} | {differences} |"


if __name__ == "__main__":
    main()
