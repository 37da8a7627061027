"""The documented collaborations: what stands beside the case files fits them, and fits the stories."""

from pathlib import Path

import pytest
import yaml

from toolbox_rules.toolbox import Toolbox

ROOT = Path(__file__).parent.parent
CASES = ROOT / "examples" / "cases"
DOCUMENTED = yaml.safe_load((ROOT / "tests" / "backtest" / "documented.yaml").read_text(encoding="utf-8"))["cases"]
BEFORE = {"go", "go-with-conditions", "lighter-form", "not-now", "undecided"}
AFTER = {"continue", "repair", "shrink", "hand-over", "end"}
STARTED = {"realisatie", "uitvoering", "exploitatie", "borging", "afbouw"}


@pytest.fixture(scope="module")
def shipped() -> Toolbox:
    return Toolbox.load()


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_case_has_a_case_file_and_a_story_with_the_same_outcome(shipped: Toolbox, name: str) -> None:
    assert (CASES / f"{name}.yaml").exists()
    assert shipped.knowledge.cases[name].outcome == DOCUMENTED[name]["outcome"]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_sensible_verdicts_fit_the_phase_of_the_case(name: str) -> None:
    case = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    started = case.get("project", {}).get("phase") in STARTED
    verdicts = set(DOCUMENTED[name]["verdicts"])
    assert verdicts
    assert verdicts <= (AFTER if started else BEFORE)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_pitfall_is_either_seen_or_a_threat(name: str) -> None:
    entry = DOCUMENTED[name]
    assert set(entry) == {"group", "topic", "outcome", "seen", "threat", "helped", "verdicts", "note"}
    assert not set(entry["seen"]) & set(entry["threat"])


def test_no_source_of_a_holdout_case_supports_the_knowledge_itself(shipped: Toolbox) -> None:
    names = [name for name, entry in DOCUMENTED.items() if entry["group"] == "holdout"]
    held = {source for name in names for source in shipped.knowledge.cases[name].sources}
    used = {
        source
        for item in (*shipped.knowledge.pitfalls.values(), *shipped.knowledge.mitigations.values())
        for source in _sources(item.model_dump())
    }
    assert held
    assert not held & used


def _sources(value: object) -> set[str]:
    match value:
        case dict():
            own = value.get("sources") or ()
            return {str(source) for source in own} | {source for inner in value.values() for source in _sources(inner)}
        case list() | tuple():
            return {source for inner in value for source in _sources(inner)}
    return set()
