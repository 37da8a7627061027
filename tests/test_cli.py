"""The command line: what it prints where, and with which exit status."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from toolbox_rules import Toolbox, checking, cli
from toolbox_rules.problems import Location, Problem

ROOT = Path(__file__).parents[1]
SMALL = ("--rules", str(ROOT / "tests/small/rules"), "--knowledge", str(ROOT / "tests/small/knowledge"))
TRIP = "name: Naar Köln\ntrip: {kilometres: 500, stage: planning}\ntyres: [{name: voor, worn: true}]\n"


class Answer(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def trip(tmp_path: Path) -> str:
    path = tmp_path / "trip.yaml"
    path.write_text(TRIP, encoding="utf-8")
    return str(path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> Answer:
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Answer(ended.value.code or 0, out, err)  # type: ignore[arg-type]

    return command


def small() -> Toolbox:
    return Toolbox.load(SMALL[1], SMALL[3])


# --- advise -----------------------------------------------------------------------------------------------------------


def test_advise_prints_what_the_library_says(run: Run, trip: str) -> None:
    advice = small().advise(trip)
    assert run("advise", trip, *SMALL) == (0, advice.to_text("nl") + "\n", "")
    assert run("advise", trip, "--lang", "en", *SMALL).out == advice.to_text("en") + "\n"
    assert run("advise", trip, "--format", "markdown", *SMALL).out == advice.to_markdown("nl") + "\n"
    assert run("advise", trip, "--format", "html", "--lang", "en", *SMALL).out == advice.to_html("en") + "\n"
    assert run("advise", trip, "--format", "json", *SMALL).out == advice.to_json() + "\n"
    assert run("advise", trip, "--format", "json", "--texts", *SMALL).out == advice.to_json(texts=True) + "\n"


def test_without_folders_the_shipped_rules_are_used(run: Run) -> None:
    case = str(ROOT / "examples/cases/wijksteunpunt.yaml")
    assert run("advise", case).out == Toolbox.load().advise(case).to_text("nl") + "\n"


def test_output_goes_to_a_file_which_is_overwritten(run: Run, trip: str, tmp_path: Path) -> None:
    target = tmp_path / "advice.txt"
    target.write_text("x" * 100_000, encoding="utf-8")
    assert run("advise", trip, "-o", str(target), *SMALL) == (0, "", "")
    assert target.read_bytes() == (small().advise(trip).to_text("nl") + "\n").encode()


@pytest.mark.parametrize(
    ("name", "why"), [("no-folder/advice.txt", "No such file or directory"), ("", "Is a directory")]
)
def test_a_file_that_cannot_be_written_is_named(run: Run, trip: str, tmp_path: Path, name: str, why: str) -> None:
    target = tmp_path / name
    message = f"{target}: error: the file cannot be written: {why}\n"
    assert run("advise", trip, "--output", str(target), *SMALL) == (1, "", message)


def test_a_case_that_does_not_exist_is_a_problem(run: Run) -> None:
    status, out, err = run("advise", "no-case.yaml", *SMALL)
    assert (status, out) == (1, "")
    assert err == "no-case.yaml: error[TR001]: the file does not exist\n1 error in 1 file\n"


def test_a_mistake_in_a_case_is_pointed_at(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "trip.yaml"
    path.write_text("trip: {kilometers: 5}\n", encoding="utf-8")
    status, _, err = run("advise", str(path), *SMALL)
    assert status == 1
    assert err.splitlines() == [
        f"{path}:1:8: error[TR202]: unknown key 'kilometers' of 'trip'; did you mean 'kilometres'?",
        "    1 | trip: {kilometers: 5}",
        "      |        ^",
        "1 error in 1 file",
    ]


def test_a_folder_that_does_not_exist_is_a_problem(run: Run, trip: str) -> None:
    status, _, err = run("advise", trip, "--rules", "no-rules")
    assert (status, err) == (1, "no-rules: error[TR001]: there is no such folder\n1 error in 1 file\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("advise",),
        ("advise", "case.yaml", "--lang", "de"),
        ("advise", "case.yaml", "--format", "pdf"),
        ("advise", "case.yaml", "--engine", "prolog"),
        ("advice", "case.yaml"),
        ("explain", "case.yaml"),
        ("what-if", "case.yaml"),
        ("what-if", "case.yaml", "--set", "regie.process"),
        ("what-if", "case.yaml", "--set", "=x"),
        ("check", "/"),
        (),
    ],
)
def test_a_wrong_call_ends_with_status_2_and_the_usage(run: Run, arguments: tuple[str, ...]) -> None:
    status, out, err = run(*arguments)
    assert status == 2
    assert "Usage: toolbox-rules" in out + err


# --- the other commands -----------------------------------------------------------------------------------------------


def test_explain_says_why_and_why_not(run: Run, trip: str) -> None:
    advice = small().advise(trip)
    assert run("explain", trip, "flat-tyre", *SMALL) == (0, advice.why("flat-tyre").to_text("nl") + "\n", "")
    why_not = run("explain", trip, "getting-lost", "--not", "--lang", "en", *SMALL)
    assert why_not.out == advice.why_not("getting-lost").to_text("en") + "\n"


def test_explain_cuts_to_size_and_takes_every_form(run: Run, trip: str) -> None:
    advice = small().advise(trip)
    shown = run("explain", trip, "getting-lost", "--depth", "1", "--all", "--lang", "en", *SMALL).out
    assert shown == advice.why("getting-lost", depth=1, everything=True).to_text("en") + "\n"
    why = advice.why("getting-lost")
    for form, words in (("markdown", why.to_markdown()), ("html", why.to_html()), ("json", why.to_json())):
        assert run("explain", trip, "getting-lost", "--format", form, *SMALL).out == words + "\n"
    assert run("explain", trip, "getting-lost", "--depth", "-1", *SMALL).status == 2


def test_explaining_what_does_not_exist_offers_the_nearest_name(run: Run, trip: str) -> None:
    message = "error[TR210]: nothing to explain is called 'flat-tire'; did you mean 'flat-tyre'?\n1 error\n"
    assert run("explain", trip, "flat-tire", *SMALL) == (1, "", message)


def test_what_if_prints_the_contrast_for_values_as_in_a_case_file(run: Run, trip: str) -> None:
    toolbox = small()
    before = toolbox.advise(trip)
    after = toolbox.advise(trip, {"car.spare": True, "trip.maps": ["paper"], "trip.kilometres": None})
    changes = ("--set", "car.spare=true", "--set", "trip.maps=[paper]", "--set", "trip.kilometres=")
    assert run("what-if", trip, *changes, *SMALL) == (0, before.compare(after).to_text("nl") + "\n", "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("car.sparing=true", "error[TR202]: no fact of a case is called 'car.sparing'; did you mean 'car.spare'?\n"),
        ("car.spare=maybe", "error[TR203]: 'car.spare' is true or false, not 'maybe'\n"),
        ("trip.maps=[paper", "--set trip.maps:1:7: error[TR006]: expected ',' or ']' for the '[' on line 1\n"),
    ],
)
def test_a_change_that_cannot_be_read_is_a_problem(run: Run, trip: str, change: str, message: str) -> None:
    status, out, err = run("what-if", trip, "--set", change, *SMALL)
    assert (status, out) == (1, "")
    assert message in err


def test_compare_prints_what_differs_between_two_cases_in_every_format(run: Run, trip: str, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(TRIP.replace("Köln", "Gent").replace("500", "5"), encoding="utf-8")
    contrast = small().advise(trip).compare(small().advise(other))
    assert run("compare", trip, str(other), *SMALL) == (0, contrast.to_text("nl") + "\n", "")
    assert run("compare", trip, str(other), "--format", "json", *SMALL).out == contrast.to_json() + "\n"
    assert run("compare", trip, str(other), "--format", "markdown", *SMALL).out == contrast.to_markdown("nl") + "\n"
    assert run("compare", trip, str(other), "--format", "html", *SMALL).out == contrast.to_html("nl") + "\n"


def test_check_counts_what_is_sound(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "check", lambda *_: ())
    assert run("check", str(ROOT / "tests/small")) == (
        0,
        "3 rules, 2 pitfalls, 1 mitigation, 1 practice case, 2 sources: sound\n",
        "",
    )


def test_check_prints_every_problem(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def check(*folders: object) -> tuple[Problem, ...]:
        seen.extend(folders)
        place = Location(path="rules/a.yaml", line=1, column=2)
        return (Problem(code="TR301", message="this is wrong", location=place),)

    monkeypatch.setattr(checking, "check", check)
    status, out, err = run("check", str(ROOT / "tests/small"), "--rules", "more")
    assert (status, out, err) == (1, "", "rules/a.yaml:1:2: error[TR301]: this is wrong\n1 error in 1 file\n")
    folders: tuple[object, ...] = [ROOT / "tests/small/rules", Path("more")], [ROOT / "tests/small/knowledge"], []
    assert seen == [*folders, date.today().year]  # noqa: DTZ011


def test_graph_prints_the_picture_of_a_case_or_of_everything(run: Run, trip: str) -> None:
    assert run("graph", trip, "--lang", "en", *SMALL) == (0, small().advise(trip).draw("en").to_svg() + "\n", "")
    assert run("graph", *SMALL) == (0, small().draw("nl").to_svg() + "\n", "")


def test_graph_writes_the_form_that_the_file_is_called_after(run: Run, trip: str, tmp_path: Path) -> None:
    target = tmp_path / "trip.graphml"
    assert run("graph", trip, *SMALL, "-o", str(target)) == (0, "", "")
    assert target.read_text(encoding="utf-8") == small().advise(trip).draw().to_graphml()


def test_graph_says_when_it_cannot_write(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "map.svg"
    message = f"{target}: error: the file cannot be written: No such file or directory\n"
    assert run("graph", *SMALL, "-o", str(target)) == (1, "", message)


def test_schema_prints_the_json_schema(run: Run) -> None:
    schema = json.loads(run("schema").out)
    assert schema["properties"]["schema"]["const"] == "toolbox-rules/advice/1"


def test_version_prints_the_version(run: Run) -> None:
    assert re.fullmatch(r"toolbox-rules [0-9]+\.[0-9]+\.[0-9]+\S*\n", run("--version").out)


def test_help_lists_the_commands(run: Run) -> None:
    status, out, _ = run("-h")
    assert status == 0
    assert {"advise", "explain", "what-if", "check", "schema"} <= set(out.split())


@pytest.mark.parametrize("told", ["off", ""])
def test_what_was_loaded_is_kept_where_the_environment_says(
    run: Run, trip: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLBOX_RULES_CACHE", told or str(tmp_path / "kept"))
    assert run("advise", trip, *SMALL) == run("advise", trip, *SMALL)
    assert len(list(tmp_path.glob("kept/*.pickle"))) == (0 if told == "off" else 1)


# --- terminals and pipes ----------------------------------------------------------------------------------------------


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "toolbox_rules.cli", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False)


def test_output_is_utf_8_whatever_the_locale(trip: str) -> None:
    done = process("advise", trip, *SMALL, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert done.stdout.decode("utf-8").startswith("Naar Köln\n═════════\n")


def test_a_pipe_that_closes_early_gives_no_traceback(trip: str) -> None:
    command = [sys.executable, "-m", "toolbox_rules.cli", "advise", trip, *SMALL]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 1


def test_a_terminal_gets_the_same_text_in_colour(run: Run, trip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run("advise", trip, *SMALL).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    painted = run("advise", trip, *SMALL).out
    assert painted != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("advise", trip, *SMALL).out == plain


def test_nearest_shows_the_smallest_changes(run: Run, trip: str) -> None:
    told = run("nearest", trip, "flat-tyre", *SMALL, "--lang", "en")
    assert (told.status, told.err) == (0, "")
    assert "no longer threatens." in told.out
    assert "One step is enough." in told.out
    plain = json.loads(run("nearest", trip, "flat-tyre", *SMALL, "--format", "json", "--ways", "1").out)
    assert plain["size"] == len(plain["changes"]) == 1
    assert "This is so already." in run("nearest", trip, "drive", *SMALL, "--lang", "en").out


def test_nearest_refuses_what_is_no_goal(run: Run, trip: str) -> None:
    told = run("nearest", trip, "flat-tire", *SMALL)
    assert told.status == 1
    assert "no goal is called 'flat-tire'; did you mean 'flat-tyre'?" in told.err


def test_sensitivity_shows_what_hangs_on_which_fact(run: Run, trip: str) -> None:
    told = run("sensitivity", trip, "flat-tyre", *SMALL, "--lang", "en", "--format", "markdown")
    assert (told.status, told.err) == (0, "")
    assert "# What hangs on which fact" in told.out
    assert "unknown" in json.loads(run("sensitivity", trip, *SMALL, "--format", "json").out)
