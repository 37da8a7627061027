"""The same rulebases in every engine: agreement first, then one case, loading and memory."""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType

from tests.benchmarks.measuring import Spread, in_process, resident, side_by_side
from tests.benchmarks.neutral import Case, a_rulebase, some_cases
from tests.benchmarks.peers import clips_peer, durable_peer, experta_peer, ours, straight, zen_peer
from tests.benchmarks.peers.loaded import Loaded

PEERS: Mapping[str, ModuleType] = {
    one.NAME: one for one in (ours, straight, clips_peer, zen_peer, experta_peer, durable_peer)
}
UNKNOWN = f"{ours.NAME}, a third unknown"
#: Beyond so many rules an engine takes longer than a run should.
LARGEST = {experta_peer.NAME: 300, durable_peer.NAME: 300}
#: What cannot express the whole rulebase takes part with conditions on attributes in one layer only.
PLAIN_ONLY = {durable_peer.NAME}


@dataclass(frozen=True)
class Row:
    """What was measured of one rulebase: one case by engine, seconds and MiB to load it by engine."""

    rules: int
    plain: bool
    one_case: Mapping[str, Spread]
    concluded: float
    loading: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)


class Disagreement(Exception):
    """Two engines conclude something else for the same case."""


def taking_part(rules: int, plain: bool) -> list[str]:
    """The engines that can express a rulebase and handle its size."""
    return [name for name in PEERS if rules <= LARGEST.get(name, rules) and (plain or name not in PLAIN_ONLY)]


def measure(rules: int, plain: bool, cases: int, budget: float) -> Row:
    """Measure one rulebase; raises ``Disagreement`` before anything is timed."""
    rulebase, made = a_rulebase(rules, plain=plain), some_cases(cases)
    loaded = {name: PEERS[name].load(rulebase) for name in taking_part(rules, plain)}
    concluded = _agreed(loaded, made)
    actions = {name: _actions(one, [one.ready(case) for case in made]) for name, one in loaded.items()}
    actions[UNKNOWN] = _actions(loaded[ours.NAME], _with_unknowns(made))
    return Row(rules, plain, side_by_side(actions, budget), concluded)


def _actions(loaded: Loaded, ready: Sequence[object]) -> list[Callable[[], object]]:
    return [partial(loaded.run, case) for case in ready]


def _with_unknowns(cases: list[Case]) -> list[object]:
    choose = random.Random(3)
    return [
        ours.given(case, frozenset(choose.sample(sorted(case.attributes), len(case.attributes) * 2 // 3)))
        for case in cases
    ]


def _agreed(loaded: Mapping[str, Loaded], cases: list[Case]) -> float:
    """The mean number of conclusions, once all engines give the same."""
    total = 0
    for number, case in enumerate(cases):
        told = {name: one.flags(one.run(one.ready(case))) for name, one in loaded.items()}
        expected = told[straight.NAME]
        for name, flags in told.items():
            if flags != expected:
                raise Disagreement(f"case {number}: {name} differs in {sorted(flags ^ expected)}")
        total += len(expected)
    return total / len(cases)


def load_apart(row: Row) -> None:
    """Load the rulebase of a row in a process of its own for each engine, and note seconds and MiB."""
    for name in taking_part(row.rules, row.plain):
        for _ in range(3 if row.rules <= 1000 else 1):
            told = in_process("-m", "tests.benchmarks.engines", name, str(row.rules), str(int(row.plain)))
            seconds, size = json.loads(told)
            row.loading[name] = min(seconds, row.loading.get(name, seconds))
            row.memory[name] = size


def _load_here(name: str, rules: int, plain: bool) -> None:
    PEERS[name].load(a_rulebase(10, plain=True))  # what an engine imports or sets up once is not counted
    rulebase = a_rulebase(rules, plain=plain)
    before, start = resident(), time.perf_counter()
    loaded = PEERS[name].load(rulebase)
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, resident() - before]))
    del loaded


if __name__ == "__main__":
    import sys

    _load_here(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1")
