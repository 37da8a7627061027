"""How problems read, and which name is offered for a mistaken one."""

import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolbox_rules.problems import (
    CODES,
    Location,
    Problem,
    ToolboxError,
    did_you_mean,
    nearest,
    quoted,
    shown_path,
)


def problem(
    path: str = "a.yaml", line: int = 1, column: int = 1, code: str = "TR102", excerpt: str | None = None
) -> Problem:
    place = Location(path=path, line=line, column=column)
    return Problem(code=code, message="unknown fact", location=place, excerpt=excerpt)


def test_an_error_shows_place_code_message_hint_line_and_caret() -> None:
    error = ToolboxError(
        [
            Problem(
                code="TR102",
                message="unknown fact 'regie.proces'",
                location=Location(path="rules/regie/x.yaml", line=6, column=5),
                hint="did you mean 'regie.process'?",
                excerpt="    regie.proces: none",
            )
        ]
    )
    assert str(error) == (
        "rules/regie/x.yaml:6:5: error[TR102]: unknown fact 'regie.proces'; did you mean 'regie.process'?\n"
        "    6 |     regie.proces: none\n"
        "      |     ^\n"
        "1 error in 1 file"
    )


def test_a_problem_of_a_whole_file_names_no_line() -> None:
    assert str(problem(line=0, column=0)) == "a.yaml: error[TR102]: unknown fact"


def test_a_problem_without_a_place_names_no_file() -> None:
    error = ToolboxError([Problem(code="TR102", message="unknown fact", location=None)] * 2)
    assert str(error) == "error[TR102]: unknown fact\nerror[TR102]: unknown fact\n2 errors"


def test_problems_are_sorted_by_path_line_column_and_code() -> None:
    ordered = [
        problem("a.yaml", 2, 9),
        problem("a.yaml", 10, 1),
        problem("a.yaml", 10, 2, "TR001"),
        problem("a.yaml", 10, 2, "TR002"),
        problem("b.yaml", 1, 1),
    ]
    assert ToolboxError(reversed(ordered)).problems == tuple(ordered)


def test_the_last_line_counts_errors_and_files() -> None:
    error = ToolboxError([problem("a.yaml"), problem("b.yaml", 1), problem("b.yaml", 2)])
    assert str(error).endswith("\n3 errors in 2 files")


def test_the_caret_stands_below_its_column_behind_tabs() -> None:
    assert str(problem(column=3, excerpt="\ta: b")).splitlines()[1:] == ["    1 | \ta: b", "      | \t ^"]


def test_a_long_line_is_cut_around_the_caret() -> None:
    _, line, caret = str(problem(column=501, excerpt="a" * 500 + "X" + "a" * 500)).splitlines()
    assert len(line) < 140
    assert line[caret.index("^")] == "X"


def test_a_character_that_a_terminal_obeys_is_not_printed() -> None:
    assert "\x1b" not in str(problem(excerpt="\x1b[31mred"))


def test_an_error_survives_pickling() -> None:
    error = ToolboxError([problem(excerpt="x")])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_well_formed_and_has_a_meaning_of_one_line(code: str) -> None:
    assert re.fullmatch(r"TR[0-9]{3}", code)
    assert CODES[code] == CODES[code].strip().rstrip(".")
    assert "\n" not in CODES[code]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("regie.proces", "regie.process"),
        ("REGIE.POLICY", "regie.policy"),
        ("Joint Team", "joint-team"),
        ("joint_team", "joint-team"),
        ("xyz", None),
    ],
)
def test_the_nearest_name_is_offered_and_only_if_it_is_near(word: str, found: str | None) -> None:
    assert nearest(word, ["regie.process", "regie.policy", "joint-team"]) == found


@given(st.text(), st.lists(st.text()))
def test_the_order_of_the_names_does_not_change_the_offer(word: str, names: list[str]) -> None:
    assert nearest(word, names) == nearest(word, reversed(names))


@given(st.lists(st.text(), min_size=1))
def test_a_name_that_exists_is_its_own_nearest_up_to_case_and_spacing(names: list[str]) -> None:
    found = nearest(names[0], names)
    assert found is not None
    assert re.sub(r"[\s_]", "-", found.casefold()) == re.sub(r"[\s_]", "-", names[0].casefold())


def test_nothing_near_gives_no_hint() -> None:
    assert did_you_mean("xyz", ["regie.process"]) is None


def test_a_quoted_text_stays_on_one_short_line() -> None:
    assert quoted("a\nb") == r"'a\nb'"
    assert len(quoted("a" * 1000)) == 62


def test_a_path_below_the_current_directory_is_shown_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "rules" / "x.yaml") == "rules/x.yaml"


def test_a_path_elsewhere_is_shown_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert shown_path(tmp_path / "x.yaml") == (tmp_path / "x.yaml").as_posix()
