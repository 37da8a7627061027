"""The shipped rules and knowledge: loading, advice, plan, explanation, and the command line from a cold start."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from tests.benchmarks.measuring import Spread, in_process, side_by_side
from toolbox_rules.inference import infer
from toolbox_rules.planning import make_plan
from toolbox_rules.toolbox import Advice, Toolbox, shipped

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
IMPORTED = {"pyyaml": "yaml"}


@dataclass(frozen=True)
class Shipped:
    """What was measured, and how much there is of it."""

    rules: int
    nodes: int
    pitfalls: int
    mitigations: int
    cases: int
    files: int
    loading: Mapping[str, Spread]
    stages: Mapping[str, Spread]
    slowest_plan: tuple[str, Spread]
    cold: Mapping[str, Spread]


def measure(budget: float) -> Shipped:
    """Measure everything within about so many seconds."""
    toolbox = Toolbox.load()
    advices = [toolbox.advise(path) for path in CASES]
    files = [path for name in ("rules", "knowledge") for path in sorted(shipped(name).rglob("*.yaml"))]
    loading = side_by_side({"load": [Toolbox.load], "bare pass": [partial(_bare_pass, files)]}, budget / 3, 5)
    engine = advices[0].findings.trace.engine
    plans = {
        path.stem: side_by_side({"plan": [_planned(toolbox, advice)]}, 0.2)["plan"]
        for path, advice in zip(CASES, advices, strict=True)
    }
    stages: dict[str, list[Callable[[], object]]] = {
        "rules": [partial(infer, engine, one.findings.trace.facts, one.case.lists) for one in advices],
        "plan": [_planned(toolbox, one) for one in advices],
        "advice": [partial(toolbox.advise, one.case) for one in advices],
        "advice, from the file": [partial(toolbox.advise, path) for path in CASES],
        "explanation": [partial(one.why, one.pitfalls[0].id) for one in advices],
        "explanation in words": [partial(_told, one) for one in advices],
        "nearest change": [partial(one.nearest, one.pitfalls[0].id) for one in advices],
        "sensitivity": [one.sensitivity for one in advices],
    }
    return Shipped(
        rules=len(toolbox.rules),
        nodes=len(engine.network.nodes),
        pitfalls=len(toolbox.knowledge.pitfalls),
        mitigations=len(toolbox.knowledge.mitigations),
        cases=len(CASES),
        files=len(files),
        loading=loading,
        stages=side_by_side(stages, budget / 3),
        slowest_plan=max(plans.items(), key=lambda item: item[1].median),
        cold=side_by_side(_cold_starts(), budget / 3, 5),
    )


def _bare_pass(files: list[Path]) -> None:
    for path in files:
        with path.open("rb") as file:
            yaml.load(file, Loader=yaml.CSafeLoader)


def _planned(toolbox: Toolbox, advice: Advice) -> Callable[[], object]:
    shelf, found = toolbox._desk.shelf, advice.findings
    assessments = {one.id: one.assessment for one in found.pitfalls}
    return partial(make_plan, shelf.knowledge, shelf.weighing.spec, found.reach, assessments)


def _told(advice: Advice) -> str:
    return advice.why(advice.pitfalls[0].id).to_text()


def _cold_starts() -> dict[str, list[Callable[[], object]]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [dependency.split(">")[0].strip() for dependency in project["dependencies"]]
    imports = ", ".join(IMPORTED.get(name, name) for name in names)
    advise = (
        "from toolbox_rules.cli import main; import sys; sys.argv = ['toolbox-rules', 'advise', sys.argv[1]]; main()"
    )
    return {
        "advise": [partial(in_process, "-c", advise, str(CASES[0]))],
        "importing its dependencies": [partial(in_process, "-c", f"import {imports}")],
        "starting Python": [partial(in_process, "-c", "pass")],
    }
