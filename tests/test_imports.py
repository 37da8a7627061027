"""What importing the package loads, each in a Python of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("experta", "matplotlib", "networkx", "pandas", "pyarrow", "toolbox_rules.batch", "toolbox_rules.graphing")


def loaded(program: str) -> set[str]:
    """The modules that a program has loaded when it ends."""
    program += "\nimport sys\nprint(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return set(told.stdout.split())


@pytest.mark.parametrize(
    "program",
    [
        "import toolbox_rules",
        "from toolbox_rules import Toolbox\nToolbox.load('tests/small/rules', 'tests/small/knowledge').advise({})",
        "import toolbox_rules.cli",
    ],
)
def test_nothing_heavy_is_loaded_for_one_advice(program: str) -> None:
    assert not loaded(program).intersection(HEAVY)


def test_what_is_deferred_is_loaded_when_it_is_asked_for() -> None:
    program = "from toolbox_rules import deferred\nfor name in deferred.__all__: getattr(deferred, name)"
    assert loaded(program) >= {"networkx", "toolbox_rules.batch", "toolbox_rules.engines.experta"}
