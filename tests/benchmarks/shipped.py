"""The shipped rules and knowledge: loading, advice, plan, explanation, and the command line from a cold start."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from tests.benchmarks.measuring import Spread, in_process, side_by_side
from toolbox_rules.inference import infer
from toolbox_rules.planning import make_plan
from toolbox_rules.toolbox import Advice, Toolbox, shipped

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
IMPORTED = {"pyyaml": "yaml"}
#: What can be asked of an advice, and another one; each is to answer within 50 ms. A further question is a line here.
QUESTIONS: Mapping[str, Callable[[Advice, Advice], object]] = {
    "`why`": lambda one, _: one.why(one.pitfalls[0].id),
    "`why`, in words": lambda one, _: one.why(one.pitfalls[0].id).to_text(),
    "`why_not`, in words": lambda one, _: one.why_not(one.pitfalls[0].id).to_text(),
    "`why('verdict')`, in words": lambda one, _: one.why("verdict").to_text(),
    "`nearest`, for the largest pitfall": lambda one, _: one.nearest(one.pitfalls[0].id),
    "`nearest`, for a better verdict": lambda one, _: one.nearest("verdict=better"),
    "`sensitivity`": lambda one, _: one.sensitivity(),
    "`forms`, each with its conditions": lambda one, _: one.forms(),
    "`compare`": lambda one, other: one.compare(other),
    "`compare`, in words": lambda one, other: one.compare(other).to_text(),
}


@dataclass(frozen=True)
class Shipped:
    """What was measured, and how much there is of it; ``answers`` by question and case."""

    rules: int
    nodes: int
    pitfalls: int
    mitigations: int
    cases: int
    files: int
    loading: Mapping[str, Spread]
    stages: Mapping[str, Spread]
    slowest_plan: tuple[str, Spread]
    answers: Mapping[str, Mapping[str, Spread]]
    slowest_advice: tuple[str, Spread]
    cold: Mapping[str, Spread]


def measure(budget: float) -> Shipped:
    """Measure everything within about so many seconds."""
    toolbox = Toolbox.load()
    advices = [toolbox.advise(path) for path in CASES]
    files = [path for name in ("rules", "knowledge") for path in sorted(shipped(name).rglob("*.yaml"))]
    loading = side_by_side({"load": [Toolbox.load], "bare pass": [partial(_bare_pass, files)]}, budget / 3, 5)
    engine = advices[0].findings.trace.engine
    stages: dict[str, list[Callable[[], object]]] = {
        "the rules alone (`infer`)": [
            partial(infer, engine, one.findings.trace.facts, one.case.lists) for one in advices
        ],
        "the plan": [_planned(toolbox, one) for one in advices],
        "`advise`, whole": [partial(toolbox.advise, one.case) for one in advices],
        "`advise`, with reading the file": [partial(toolbox.advise, path) for path in CASES],
        "`to_text`": [one.to_text for one in advices],
        "`to_html`": [one.to_html for one in advices],
        "`to_json`, with texts": [partial(one.to_json, texts=True) for one in advices],
    }
    others = [advices[-1], *advices[:-1]]
    answers: dict[str, dict[str, list[Callable[[], object]]]] = {
        what: {path.stem: [partial(ask, one, other)] for path, one, other in zip(CASES, advices, others, strict=True)}
        for what, ask in QUESTIONS.items()
    }
    with TemporaryDirectory() as kept:
        starts = _cold_starts(kept)
        _warm(starts)
        cold = side_by_side(starts, budget / 3, 5)
    return Shipped(
        rules=len(toolbox.rules),
        nodes=len(engine.network.nodes),
        pitfalls=len(toolbox.knowledge.pitfalls),
        mitigations=len(toolbox.knowledge.mitigations),
        cases=len(CASES),
        files=len(files),
        loading=loading,
        stages=side_by_side(stages, budget / 3),
        slowest_plan=_slowest([_planned(toolbox, advice) for advice in advices]),
        slowest_advice=_slowest([partial(toolbox.advise, advice.case) for advice in advices]),
        answers={what: side_by_side(asked, 0.5) for what, asked in answers.items()},
        cold=cold,
    )


def _slowest(works: Sequence[Callable[[], object]]) -> tuple[str, Spread]:
    """The case for which some work, one for each case, takes longest."""
    return slowest({path.stem: side_by_side({"": [work]}, 0.5)[""] for path, work in zip(CASES, works, strict=True)})


def _bare_pass(files: list[Path]) -> None:
    for path in files:
        with path.open("rb") as file:
            yaml.load(file, Loader=yaml.CSafeLoader)


def _planned(toolbox: Toolbox, advice: Advice) -> Callable[[], object]:
    shelf, found = toolbox._desk.shelf, advice.findings
    assessments = {one.id: one.assessment for one in found.pitfalls}
    return partial(make_plan, shelf.knowledge, shelf.weighing.spec, found.reach, assessments)


def slowest(found: Mapping[str, Spread]) -> tuple[str, Spread]:
    """The case that took longest."""
    return max(found.items(), key=lambda item: item[1].median)


def _cold_starts(kept: str) -> dict[str, list[Callable[[], object]]]:
    """Commands and imports, each in a process of its own; ``kept`` is a folder for what the command keeps."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [dependency.split(">")[0].strip() for dependency in project["dependencies"]]
    imports = ", ".join(IMPORTED.get(name, name) for name in names)
    advise = "import sys; from toolbox_rules.cli import main; main(['advise', *sys.argv[1:]])"

    def first() -> None:
        with TemporaryDirectory(dir=kept) as empty:
            in_process("-c", advise, str(CASES[0]), TOOLBOX_RULES_CACHE=empty)

    return {
        "advise": [partial(in_process, "-c", advise, str(CASES[0]), TOOLBOX_RULES_CACHE=kept)],
        "advise, the first time": [first],
        "importing the package": [partial(in_process, "-c", "from toolbox_rules import Toolbox")],
        "importing its dependencies": [partial(in_process, "-c", f"import {imports}")],
        "starting Python": [partial(in_process, "-c", "pass")],
    }


def _warm(actions: Mapping[str, list[Callable[[], object]]]) -> None:
    """Do everything once, so that modules are compiled and what is kept is there."""
    for several in actions.values():
        for action in several:
            action()
