"""The back-test: what is documented is read strictly, and the figures say what they claim."""

from datetime import date
from pathlib import Path

import pytest

from tests.backtest import report
from tests.backtest.documented import Documented, read_documented
from tests.backtest.scoring import Score, observe_others, rules_citing_only, score_all
from tests.backtest.totals import Share, total
from toolbox_rules.problems import ToolboxError
from toolbox_rules.reading import Shelf, read

HERE = Path(__file__).parent
CAR = HERE / "second_domain"
ROOT = HERE.parent
CASES = {
    "dim-lights": "sources: [H1]\nsymptom: {lights: dim}\nfuel: {gauge: enough, smell: false}\n",
    "no-start": "symptom: {lights: bright}\nfuel: {gauge: empty, refuelled: false}\n",
}
DOCUMENTED = """
cases:
  no-start:
    group: holdout
    topic: fuel
    outcome: failed
    seen: [empty-tank]
    threat: [flat-battery]
    helped: [replace-starter, refuel]
    verdicts: [drive]
  dim-lights:
    group: development
    topic: power
    outcome: success
    seen: [flat-battery]
    threat: [worn-starter]
    helped: [new-battery]
    verdicts: [repair, tow]
    note: A week of frost.
"""


@pytest.fixture(scope="module")
def car() -> Shelf:
    return read([CAR / "rules"], [CAR / "knowledge"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "documented.yaml").write_text(DOCUMENTED, encoding="utf-8")
    (tmp_path / "cases").mkdir()
    for name, text in CASES.items():
        (tmp_path / "cases" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def scores(car: Shelf, folder: Path) -> dict[str, Score]:
    return {score.case: score for score in score_all(documented(car, folder), folder / "cases", car)}


def documented(car: Shelf, folder: Path) -> dict[str, Documented]:
    return dict(read_documented(folder / "documented.yaml", folder / "cases", car))


# --- reading ------------------------------------------------------------------------------------------------------


def test_cases_come_in_alphabetical_order(car: Shelf, folder: Path) -> None:
    assert list(documented(car, folder)) == ["dim-lights", "no-start"]


def test_unknown_names_are_told_together_each_with_the_nearest(
    car: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {
        "no-start:": "no-stat:",
        "seen: [empty-tank]": "seen: [empty-tan]",
        "[drive]": "[drife]",
        "refuel": "fuel",
    }
    text = DOCUMENTED.replace("threat: [worn-starter]", "threat: [flat-battery]")
    for old, new in changes.items():
        text = text.replace(old, new)
    (folder / "documented.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    with pytest.raises(ToolboxError) as caught:
        read_documented(Path("documented.yaml"), Path("cases"), car)
    assert [str(problem).splitlines()[0] for problem in caught.value.problems] == [
        "documented.yaml:3:3: error[TR106]: no case file is called 'no-stat.yaml'; did you mean 'no-start'?",
        "documented.yaml:7:12: error[TR106]: no pitfall is called 'empty-tan'; did you mean 'empty-tank'?",
        "documented.yaml:9:31: error[TR106]: no mitigation is called 'fuel'; did you mean 'refuel'?",
        "documented.yaml:10:16: error[TR106]: no verdict is called 'drife'; did you mean 'drive'?",
        "documented.yaml:16:14: error[TR107]: 'flat-battery' is named twice",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("group: holdout", "group: hold", "'hold' is not allowed here; did you mean 'holdout'?"),
        ("note:", "nota:", "unknown key 'nota'; did you mean 'note'?"),
        ("    topic: fuel\n", "", "missing key 'topic'"),
    ],
)
def test_a_file_of_another_shape_is_refused(car: Shelf, folder: Path, old: str, new: str, message: str) -> None:
    (folder / "documented.yaml").write_text(DOCUMENTED.replace(old, new), encoding="utf-8")
    with pytest.raises(ToolboxError) as caught:
        documented(car, folder)
    assert message in str(caught.value)


def test_a_file_without_cases_is_refused(car: Shelf, folder: Path) -> None:
    (folder / "documented.yaml").write_text("cases: {}\n", encoding="utf-8")
    with pytest.raises(ToolboxError, match="no case is documented; add one"):
        documented(car, folder)


@pytest.mark.parametrize("file", sorted((HERE / "backtest").glob("documented.yaml")), ids=lambda path: path.name)
def test_what_is_documented_in_this_checkout_can_be_read(file: Path) -> None:
    read_documented(file, ROOT / "examples" / "cases", read([ROOT / "rules"], [ROOT / "knowledge"]))


# --- the figures --------------------------------------------------------------------------------------------------


def test_a_hit_tells_state_place_and_question(scores: dict[str, Score]) -> None:
    seen = {
        (score.case, hit.pitfall): (hit.happened, hit.state, hit.place, hit.asked is not None)
        for score in scores.values()
        for hit in score.hits
    }
    assert seen == {
        ("dim-lights", "flat-battery"): (True, "exposed", 1, True),
        ("dim-lights", "worn-starter"): (False, "not-applicable", None, False),
        ("no-start", "empty-tank"): (True, "open", 1, False),
        ("no-start", "flat-battery"): (False, "not-applicable", None, False),
    }


def test_what_is_missed_has_the_first_reason_of_why_not(scores: dict[str, Score]) -> None:
    assert [hit.reason for hit in scores["no-start"].hits] == [
        None,
        "'The battery is flat' asks Weak power: yes; found: no",
    ]


def test_a_measure_is_in_the_plan_an_alternative_or_says_why_not(scores: dict[str, Score]) -> None:
    standings = {(score.case, one.mitigation): one.standing for score in scores.values() for one in score.measures}
    assert standings == {
        ("dim-lights", "new-battery"): "alternative",
        ("no-start", "refuel"): "plan",
        ("no-start", "replace-starter"): "nothing that it helps against threatens",
    }


def test_the_verdict_is_held_against_the_sensible_ones(scores: dict[str, Score]) -> None:
    assert {name: (score.verdict, score.verdict_fits) for name, score in scores.items()} == {
        "dim-lights": ("repair", True),
        "no-start": ("repair", False),
    }


def test_rules_of_the_cases_own_sources_cite_some_and_no_other(car: Shelf) -> None:
    assert rules_citing_only(car, frozenset({"H1"})) == {"battery-flat", "power-is-weak", "part-of-age"}


def test_a_hit_by_its_own_source_is_lost_without_the_rules_that_cite_it(scores: dict[str, Score]) -> None:
    dim, empty = scores["dim-lights"], scores["no-start"]
    assert [hit.own for hit in (*dim.hits, *empty.hits)] == [True, False, False, False]
    assert (dim.without_own, dim.without_topic) == (0, 0)
    assert (empty.without_own, empty.without_topic) == (1, 1)


def test_figures_add_up_over_cases(scores: dict[str, Score]) -> None:
    whole = total(scores.values())
    assert (whole.documented, whole.open, whole.threatening, whole.asked) == (4, Share(1, 4), Share(2, 4), Share(2, 4))
    assert (whole.top_ten, whole.top_documented, whole.verdicts) == (Share(2, 4), Share(2, 2), Share(1, 2))
    assert (whole.in_plan, whole.in_reach, whole.own) == (Share(1, 3), Share(2, 3), Share(1, 2))
    assert (whole.open_counts, whole.threat_counts) == ((0, 1), (1, 1))


@pytest.mark.parametrize(("share", "text"), [(Share(0, 0), "none"), (Share(1, 8), "13 % (1 of 8)")])
def test_a_share_reads_in_whole_percents(share: Share, text: str) -> None:
    assert str(share) == text


def test_a_share_just_below_an_aim_does_not_reach_it() -> None:
    assert Share(799, 1000).percent == 80
    assert not Share(799, 1000).reaches(80)
    assert Share(4, 5).reaches(80)


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_page_shows_aims_with_yes_or_no_and_flags_what_threatens_nowhere(
    car: Shelf, scores: dict[str, Score], tmp_path: Path
) -> None:
    page = report.write(tuple(scores.values()), (), car, tmp_path, date(2026, 11, 26)).read_text(encoding="utf-8")
    half = "50 % (2 of 4) | 50 % (1 of 2) | 50 % (1 of 2)"
    for line in (
        "| aim | all | development | holdout | met by all | met by holdout |",
        f"| documented pitfalls in the top ten: at least half | {half} | yes | yes |",
        "| open in a case: median below 12 | 0.5 (at most 1) | 0 (at most 0) | 1 (at most 1) | yes | yes |",
        "- no-start: **empty-tank**",
        "| dim-lights | success | repair, tow | repair | repair, drive | yes |",
        "| worn-starter | 0 | 0 | 1 | 0 | 1 | 1 | threatens nowhere |",
        "| smell-of-fuel | 0 | 1 | 1 | fires nowhere |",
    ):
        assert line in page.splitlines()


def test_the_page_flags_what_is_always_there(car: Shelf, scores: dict[str, Score], tmp_path: Path) -> None:
    page = report.write((scores["no-start"],), (), car, tmp_path, date(2026, 11, 26)).read_text(encoding="utf-8")
    flagged = "| worn-starter | 0 | 0 | 1 | 0 | 0 | 0 | **never not applicable**, threatens nowhere |"
    assert flagged in page.splitlines()


def test_cases_without_documentation_count_for_pitfalls_and_rules(car: Shelf, folder: Path) -> None:
    others = observe_others(["no-start"], folder / "cases", car)
    assert [one.states["flat-battery"] for one in others] == ["exposed"]
    assert [one.rules["power-is-weak"] for one in others] == ["fires"]


def test_the_same_day_gives_the_same_page_and_chart(car: Shelf, folder: Path) -> None:
    written = []
    for name in ("one", "two"):
        found = score_all(documented(car, folder), folder / "cases", car)
        page = report.write(found, observe_others(CASES, folder / "cases", car), car, folder / name, date(2026, 11, 26))
        written.append((page.read_bytes(), (folder / name / "backtest" / "cases.svg").read_bytes()))
    assert written[0] == written[1]
