"""What a peer gives back once it has loaded a rulebase."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.neutral import Case


@dataclass(frozen=True)
class Loaded:
    """A rulebase in one engine.

    ``ready`` puts a case in the form that the engine takes (never timed), ``run`` gives everything concluded (what is
    timed), ``flags`` reads the flags that hold from it (never timed).
    """

    ready: Callable[[Case], Any]
    run: Callable[[Any], Any]
    flags: Callable[[Any], frozenset[str]]
