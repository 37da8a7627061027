"""What ``check`` finds in knowledge that loads, each with its exact words: one folder of ``tests/unsound`` for each.

``sound.yaml`` holds the edits that make the second domain sound. ``edits.yaml`` of a folder then makes one mistake, and
``expected.txt`` is what is said about it in 2026.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from tests.test_invalid import change
from toolbox_rules.checking import check
from toolbox_rules.problems import CODES, Problem, ToolboxError

HERE = Path(__file__).parent
UNSOUND = HERE / "unsound"
MISTAKES = sorted(found.parent.name for found in UNSOUND.glob("*/expected.txt"))
TANK = "knowledge/pitfalls/empty-tank.yaml"
Edit = dict[str, str]


@pytest.fixture(autouse=True)
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second domain, made sound, in the current folder."""
    shutil.copytree(HERE / "second_domain", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    apply(UNSOUND / "sound.yaml")


def apply(edits: Path) -> None:
    for edit in yaml.safe_load(edits.read_text(encoding="utf-8")):
        change(Path(edit["file"]), edit)


def replace(file: str, old: str, new: str) -> None:
    change(Path(file), {"replace": old, "with": new})


def found(cases: Iterable[Path] = (), year: int | None = 2026) -> tuple[Problem, ...]:
    return check([Path("rules")], [Path("knowledge")], tuple(cases), year)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_finding_is_told_in_these_words(mistake: str) -> None:
    apply(UNSOUND / mistake / "edits.yaml")
    assert f"{ToolboxError(found())}\n" == (UNSOUND / mistake / "expected.txt").read_text(encoding="utf-8")


def test_every_code_of_the_checks_has_a_finding_that_shows_it() -> None:
    shown = "".join((UNSOUND / mistake / "expected.txt").read_text(encoding="utf-8") for mistake in MISTAKES)
    assert [code for code in CODES if code.startswith("TR3") and f"error[{code}]" not in shown] == []


def test_sound_knowledge_gives_no_findings() -> None:
    assert found() == ()


def test_knowledge_that_does_not_load_gives_the_problems_of_loading() -> None:
    replace(TANK, "area: tank", "area: tink")
    assert [problem.message for problem in found()] == ["no area is called 'tink'"]


def test_a_case_that_cannot_be_read_is_found() -> None:
    Path("case.yaml").write_text("fuel: {gauge: emty}\n", encoding="utf-8")
    assert [problem.message for problem in found([Path("case.yaml")])] == ["'emty' is not a value of 'fuel.gauge'"]


def test_a_source_may_be_background_or_cited_by_a_case() -> None:
    more = "  F2: {title: A forum, kind: website, read: excerpt}\n"
    more += "  F3: {title: A forum, kind: website, read: excerpt, background: true}\n"
    replace("knowledge/sources.yaml", "sources:\n", f"sources:\n{more}")
    Path("case.yaml").write_text("sources: [F2]\n", encoding="utf-8")
    assert found([Path("case.yaml")]) == ()


def test_a_derived_fact_that_a_reason_shows_is_used() -> None:
    tank = "rules/fuel/tank-nearly-empty.yaml"
    replace(tank, "  - finding.suspects: fuel\n", "")
    replace(tank, "nl: Zonder brandstof slaat de motor niet aan.", "nl: 'Verdacht is {finding.suspects}.'")
    replace(tank, "en: Without fuel the engine does not fire.", "en: 'Under suspicion is {finding.suspects}.'")
    assert found() == ()


def test_short_sentences_around_a_long_one_are_allowed() -> None:
    long = (
        "De lampen branden zwak en de starter tikt alleen maar en er gebeurt verder helemaal niets meer als je draait."
    )
    replace(TANK, "nl: Er is geen brandstof meer.", f"nl: {long} Je staat stil.")
    assert found() == ()


@pytest.mark.parametrize(("year", "late"), [(2025, 0), (2026, 0), (2027, 1), (None, 0)])
def test_a_year_to_look_again_is_late_from_the_next_year_on(year: int | None, late: int) -> None:
    replace(TANK, "affects: [driver]\n", "affects: [driver]\nreview: 2026\n")
    assert len(found(year=year)) == late
