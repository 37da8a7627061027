"""Times several things side by side: in rounds, each in turn, so that noise of the machine hits all alike."""

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Spread:
    """Seconds: the median and the quartiles around it, and how often it was measured."""

    low: float
    median: float
    high: float
    number: int


def spread(seconds: list[float]) -> Spread:
    """Summarise what was measured."""
    if len(seconds) < 2:
        return Spread(seconds[0], seconds[0], seconds[0], 1)
    low, median, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return Spread(low, median, high, len(seconds))


def side_by_side(actions: Mapping[str, list[Callable[[], object]]], budget: float, least: int = 3) -> dict[str, Spread]:
    """Measure each action of each list, round after round, until the budget in seconds is spent.

    In a round each list runs once from beginning to end, and every round starts with another list. Taking turns after
    every single action would measure how fast the caches of the processor are refilled.
    """
    names = list(actions)
    found: dict[str, list[float]] = {name: [] for name in names}
    stop = time.perf_counter() + budget
    rounds = 0
    gc.collect()
    while rounds < least or time.perf_counter() < stop:
        names.append(names.pop(0))
        for name in names:
            for action in actions[name]:
                start = time.perf_counter()
                action()
                found[name].append(time.perf_counter() - start)
        rounds += 1
    return {name: spread(found[name]) for name in actions}


def in_process(*arguments: str, **environment: str) -> str:
    """What Python prints for these arguments, in a process of its own.

    It keeps compiled modules, as Python does where nobody tells it not to.
    """
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    told = subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**inherited, **environment},
    )
    return told.stdout


def resident() -> float:
    """The memory of this process in MiB, where the system says so."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * 4096 / 2**20
