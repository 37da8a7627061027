"""Puts generated rulebases and cases to every executor and writes docs/agreement.md: python tests/agreement/run.py.

The whole language, with unknown facts: the generated function, the plain evaluator and experta. What CLIPS can express,
with every fact known: ours, CLIPS, experta written by hand and straight-line Python. Exit status 1 when two differ.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:  # run as a file, Python looks beside it only
    sys.path.insert(0, str(ROOT))

from tests.benchmarks.neutral import a_rulebase, some_cases  # noqa: E402
from tests.benchmarks.peers import clips_peer, experta_peer, ours, straight  # noqa: E402
from tests.laws.cases import some_facts  # noqa: E402
from tests.laws.choices import seeded  # noqa: E402
from tests.laws.conditions import a_book  # noqa: E402
from tests.test_engine_laws import engine_of, seen  # noqa: E402
from toolbox_rules.engines import experta  # noqa: E402
from toolbox_rules.evaluating import evaluate  # noqa: E402
from toolbox_rules.inference import infer  # noqa: E402

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


def whole_language(cases: int, seed: int) -> Outcome:
    """One rulebook of the whole language, and some cases with unknown facts."""
    choices = seeded(seed)
    book = a_book(choices)
    native = engine_of(book)
    other = experta.prepare(native.network)
    found = Outcome()
    for number in range(cases):
        case = some_facts(choices, book.words, seen(book))
        trace, on_experta = infer(native, case.facts, case.lists), infer(other, case.facts, case.lists)
        plain = evaluate(native.network, case.facts, case.lists)
        rails = {node: trace.rails(node) for node in native.position}
        differences = tuple(
            f"seed {seed}, case {number}, node {node}: {rails[node]}, plain {plain.rails(node)}, "
            f"experta {on_experta.rails(node)}"
            for node in rails
            if not rails[node] == tuple(map(int, plain.rails(node))) == on_experta.rails(node)
        )
        unknown = sum(must != may for must, may in rails.values())
        found += Outcome(1, len(rails), unknown, differences)
    return found


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
    whole = _gathered(partial(whole_language, chosen.cases), range(chosen.seed, chosen.seed + chosen.rulebases))
    known = _gathered(partial(all_known, chosen.cases), range(chosen.seed, chosen.seed + chosen.known))
    minutes = (time.perf_counter() - start) / 60
    page = chosen.output / "agreement.md"
    page.write_text("\n".join(_page(chosen, whole, known, minutes)) + "\n", encoding="utf-8")
    print(page.read_text(encoding="utf-8"))
    sys.exit(bool(whole.differences or known.differences))


def _gathered(one: Callable[[int], Outcome], seeds: Iterable[int]) -> Outcome:
    total = Outcome()
    with ProcessPoolExecutor(max_workers=os.cpu_count(), max_tasks_per_child=200) as pool:
        for outcome in pool.map(one, seeds, chunksize=10):
            total += outcome
    return total


def _page(chosen: argparse.Namespace, whole: Outcome, known: Outcome, minutes: float) -> Iterable[str]:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("toolbox-rules", "experta", "clipspy"))
    yield "# Agreement"
    yield ""
    yield f"Made by `python tests/agreement/run.py` on {date.today().isoformat()} in {minutes:.1f} minutes; {versions}."  # noqa: DTZ011
    yield "Every conclusion, every rule and every control is compared, for every element."
    yield ""
    yield "| compared | rulebases | cases | conclusions | of which unknown | differences |"
    yield "|---|---:|---:|---:|---:|---:|"
    yield _line("whole language, facts unknown: generated function, plain evaluator, experta", chosen.rulebases, whole)
    yield _line("every fact known: toolbox_rules, CLIPS, experta by hand, straight-line Python", chosen.known, known)
    if whole.differences or known.differences:
        yield from ["", *(f"- {difference}" for difference in (*whole.differences, *known.differences)[:20])]
    yield ""
    yield f"Rulebases follow from the seeds {chosen.seed} and up (`--seed`), so every line can be made again."


def _line(what: str, rulebases: int, one: Outcome) -> str:
    differences = len(one.differences) or "none"
    return f"| {what} | {rulebases:,} | {one.cases:,} | {one.compared:,} | {one.unknown:,} | {differences} |"


if __name__ == "__main__":
    main()
