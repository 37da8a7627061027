"""Reading YAML: what is a value, where it stands, and what is refused with which words."""

import json
import os
import pickle
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from toolbox_rules import documents
from toolbox_rules.documents import MAX_BYTES, MAX_DEPTH, MAX_PROBLEMS, parse_document, read_document
from toolbox_rules.problems import CODES, ToolboxError


def report(text: str, path: str = "x.yaml") -> str:
    """Return the report on a text that cannot be read, without its last line."""
    with pytest.raises(ToolboxError) as caught:
        parse_document(text, path)
    assert all(problem.code in CODES for problem in caught.value.problems)
    return str(caught.value).rpartition("\n")[0]


def file_report(path: Path) -> str:
    with pytest.raises(ToolboxError) as caught:
        read_document(path)
    return str(caught.value).rpartition("\n")[0]


def value(text: str) -> object:
    return parse_document(text, "x.yaml").value


# --- plain values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[(word, True) for word in ("true", "True", "TRUE")],
        *[(word, False) for word in ("false", "False", "FALSE")],
        *[(word, None) for word in ("null", "Null", "NULL", "~")],
        *[("12", 12), ("-3", -3), ("+4", 4), ("007", 7), ("0o17", 15), ("0x1F", 31)],
        *[("1.5", 1.5), (".5", 0.5), ("-.5", -0.5), ("1.", 1.0), ("1e3", 1000.0), ("1.5E-3", 0.0015)],
    ],
)
def test_a_plain_value_is_what_yaml_1_2_says(text: str, expected: object) -> None:
    found = value(f"[{text}]")
    assert isinstance(found, list)
    assert found == [expected]
    assert type(found[0]) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "N",
        "tRUE",
        "12:30",
        "2026-11-22",
        "1_000",
        "0b11",
        "0o9",
        "0x",
        "1e",
        "+",
        "1.2.3",
        ".",
        "inf",
        "nan",
        "=",
        "Köln",
    ],
)
def test_what_yaml_1_2_does_not_name_stays_text(text: str) -> None:
    assert value(f"a: {text}") == {"a": text}


@pytest.mark.parametrize("text", ["'12'", '"true"', "!!str 12", "|-\n  12", "'~'"])
def test_a_quoted_or_marked_value_is_text(text: str) -> None:
    assert isinstance(value(text), str)


def test_an_absent_value_is_none() -> None:
    assert value("a:\nb: [~]\nc: {d}") == {"a": None, "b": [None], "c": {"d": None}}


def test_a_key_is_text_whatever_it_looks_like() -> None:
    assert value("{true: a, 1: b, null: c, 1.5: d, no: e, '': f}") == {
        "true": "a",
        "1": "b",
        "null": "c",
        "1.5": "d",
        "no": "e",
        "": "f",
    }


def test_an_alias_repeats_the_value_it_refers_to() -> None:
    assert value("a: &x [1, {b: 2}]\nc: *x") == {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    document = parse_document("\ufeffa: 1", "x.yaml")
    assert document.value == {"a": 1}
    assert str(document.location(("a",), key=True)) == "x.yaml:1:1"


def test_the_parser_in_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, {b: two, 'c': ~}]\nd: *x\ne: |\n  text\n"
    fast = parse_document(text, "x.yaml")
    monkeypatch.setattr(documents, "_PARSER", yaml.SafeLoader)
    assert parse_document(text, "x.yaml") == fast


# --- places


TEXT = """\
# a rule
id: x
when:
  all:
    - regie.process: none
    - count: {of: partners, at_least: 3}
again: &again
  - "é"
once: *again
"""


@pytest.mark.parametrize(
    ("loc", "place"),
    [
        ((), "2:1"),
        (("id",), "2:5"),
        (("when",), "4:3"),
        (("when", "all"), "5:5"),
        (("when", "all", 0), "5:7"),
        (("when", "all", 0, "regie.process"), "5:22"),
        (("when", "all", 1, "count", "at_least"), "6:39"),
        (("once",), "9:7"),
        (("once", 0), "8:5"),
    ],
)
def test_a_value_is_found_at_its_place(loc: tuple[str | int, ...], place: str) -> None:
    assert str(parse_document(TEXT, "x.yaml").location(loc)) == f"x.yaml:{place}"


@pytest.mark.parametrize(
    ("loc", "place"),
    [
        (("when",), "3:1"),
        (("when", "all", 1, "count", "at_least"), "6:29"),
        (("when", "all", 1), "6:7"),
        ((), "2:1"),
    ],
)
def test_a_key_is_found_at_its_place(loc: tuple[str | int, ...], place: str) -> None:
    assert str(parse_document(TEXT, "x.yaml").location(loc, key=True)) == f"x.yaml:{place}"


@pytest.mark.parametrize("loc", [("when", "any"), ("when", 0), ("when", "any", "deeper"), ("when", "any", "all")])
def test_what_does_not_exist_is_placed_where_it_would_belong(loc: tuple[str | int, ...]) -> None:
    document = parse_document(TEXT, "x.yaml")
    assert document.location(loc) == document.location(("when",))
    assert document.location(loc, key=True) == document.location(("when",), key=True)


def test_a_problem_shows_its_line() -> None:
    problem = parse_document(TEXT, "x.yaml").problem(
        ("when", "all", 0, "regie.process"), "TR102", "unknown fact", "leave it out", key=True
    )
    assert str(problem) == (
        "x.yaml:5:7: error[TR102]: unknown fact; leave it out\n    5 |     - regie.process: none\n      |       ^"
    )


def test_a_document_survives_pickling() -> None:
    document = parse_document(TEXT, "x.yaml")
    assert pickle.loads(pickle.dumps(document)) == document


# --- refused texts, word for word


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("", "x.yaml: error[TR005]: the file is empty"),
        ("# nothing yet\n", "x.yaml: error[TR005]: the file is empty"),
        ("---\n", "x.yaml: error[TR005]: the file is empty"),
        ("a: b\x00", "x.yaml:1:5: error[TR003]: the character U+0000 is not allowed in a text; remove it"),
        (
            "a:\nb: \u2028c",
            "x.yaml:2:4: error[TR003]: the character U+2028 is not allowed in a text; remove it",
        ),
        ("a:\n\t- b", "x.yaml:2:1: error[TR006]: a tab cannot be used here; indent with spaces"),
        ("a: |\n\tb", "x.yaml:2:1: error[TR006]: a tab cannot be used here; indent with spaces"),
        ("- a\nb: 1", "x.yaml:2:1: error[TR006]: expected '- ' for the next item; check the indentation"),
        ("a: - b", "x.yaml:1:4: error[TR006]: '- ' is not expected here; start the list on a new line"),
        ("a:\n  'open\nb: c", "x.yaml:2:3: error[TR006]: the quote that opens here is never closed"),
        ("a: [1,\n  2\n", "x.yaml:2:4: error[TR006]: expected ',' or ']' for the '[' on line 1"),
        ("a: {b: 1\nc: 2", "x.yaml:2:2: error[TR006]: expected ',' or '}' for the '{' on line 1"),
        ("a: ]", "x.yaml:1:4: error[TR006]: expected a value here"),
        ("a: >b\n", "x.yaml:1:5: error[TR006]: expected a new line here"),
        ("a: @b", "x.yaml:1:4: error[TR006]: a value cannot start with '@'; put it in quotes"),
        (
            "a: !b!c d",
            "x.yaml:1:4: error[TR006]: a tag is not allowed; put text that starts with '!' in quotes",
        ),
        ('a: "\\ud83d"', "x.yaml:1:7: error[TR006]: this escape is no character"),
        ("%YAML 2.0\n---\na", "x.yaml:1:1: error[TR006]: this is not YAML: found incompatible YAML document"),
        (
            "a: b: c",
            "x.yaml:1:5: error[TR006]: ': ' is not expected here; indent it, or quote the text",
        ),
        (
            "a: 'it's'",
            "x.yaml:1:8: error[TR006]: this does not fit what stands before it; check indentation and quotes",
        ),
        (
            " a: 1\nb: 2",
            "x.yaml:2:1: error[TR006]: this does not fit the text before it; check the indentation",
        ),
        (
            r'a: "C:\data"',
            r"x.yaml:1:7: error[TR006]: unknown escape; write '\\' for a backslash, or use single quotes",
        ),
        (
            "a: 1\nb: 2\na: 3",
            "x.yaml:3:1: error[TR009]: the key 'a' is already on line 1; keep one of the two",
        ),
        ("? \n: a", "x.yaml:1:2: error[TR010]: a key is missing here; put text before ':'"),
        ("&x a: 1", "x.yaml:1:1: error[TR010]: a key cannot have an anchor; leave out '&x'"),
        (
            "a: {{b}: c}",
            "x.yaml:1:5: error[TR010]: a key must be text; quote text that starts with '{', '[' or '*'",
        ),
        ("a: !!int 3", "x.yaml:1:4: error[TR011]: the tag '!!int' is not allowed; leave it out"),
        ("a: !!map {}", "x.yaml:1:4: error[TR011]: the tag '!!map' is not allowed; leave it out"),
        (
            "!!python/name:os.x",
            "x.yaml:1:1: error[TR011]: the tag '!!python/name:os.x' is not allowed; leave it out",
        ),
        (
            "a: 1\n---\nb: 2",
            "x.yaml:2:1: error[TR012]: a second document starts here; put it in a file of its own",
        ),
        ("a: .inf", "x.yaml:1:4: error[TR013]: '.inf' is not a number to reckon with; put text in quotes"),
        ("a: -.INF", "x.yaml:1:4: error[TR013]: '-.INF' is not a number to reckon with; put text in quotes"),
        ("a: .nan", "x.yaml:1:4: error[TR013]: '.nan' is not a number to reckon with; put text in quotes"),
        ("a: 1e999", "x.yaml:1:4: error[TR013]: '1e999' is not a number to reckon with; put text in quotes"),
        (
            "a:\n  <<: {}",
            "x.yaml:2:3: error[TR015]: the merge key '<<' is not allowed; write the entries out",
        ),
        ("a: *x", "x.yaml:1:4: error[TR016]: the alias '*x' comes before any '&x'; write the value out"),
        (
            "a: &x [*x]",
            "x.yaml:1:8: error[TR016]: the alias '*x' stands inside the value '&x'; write the value out",
        ),
    ],
)
def test_a_refused_text_is_told_what_is_wrong_and_where(text: str, headline: str) -> None:
    assert report(text).partition("\n")[0] == headline


def test_a_refused_text_is_shown_with_a_caret() -> None:
    assert report("a: 1\nb: [c\nd: *e") == (
        "x.yaml:3:2: error[TR006]: expected ',' or ']' for the '[' on line 2\n    3 | d: *e\n      |  ^"
    )


def test_all_problems_of_a_text_are_told_at_once() -> None:
    with pytest.raises(ToolboxError) as caught:
        parse_document("a: .nan\na: !x 1\nb: *c\nd: 'open", "x.yaml")
    assert [problem.code for problem in caught.value.problems] == [
        "TR013",
        "TR009",
        "TR011",
        "TR016",
        "TR006",
    ]


def test_reading_stops_after_a_hundred_problems() -> None:
    with pytest.raises(ToolboxError) as caught:
        parse_document("a: b\n" * 5000, "x.yaml")
    assert len(caught.value.problems) == MAX_PROBLEMS


# --- bounds


LAUGHS = "a: &a [" + "x, " * 10 + "]\n"
LAUGHS += "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "TR007"),
        ("- " * 100_000, "TR007"),
        ("{a: " * 100_000, "TR007"),
        ("[[], " * 100_000, "TR007"),
        ("a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30, "TR007"),
        ("[" + "1," * 200_000 + "]", "TR008"),
        (LAUGHS, "TR008"),
        ("x" * (MAX_BYTES + 1), "TR004"),
        ("? " * 100_000, "TR010"),
        ("9" * 5000, "TR013"),
        ("0x" + "f" * 5000, "TR013"),
    ],
)
def test_a_text_that_is_out_of_bounds_is_refused_at_once(text: str, code: str) -> None:
    started = time.perf_counter()
    assert f"error[{code}]" in report(text)
    assert time.perf_counter() - started < 5


def test_nesting_up_to_the_bound_is_read() -> None:
    assert value("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_an_alias_counts_as_deep_as_it_reaches() -> None:
    deep = "[" * 25 + "]" * 25
    assert value(f"a: &a {deep}\nb: {'[' * 24}*a{']' * 24}")
    assert "error[TR007]: values are nested more than 50 deep" in report(f"a: &a {deep}\nb: {'[' * 25}*a{']' * 25}")


# --- files


def test_a_file_is_read_and_named_relative_to_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "rules" / "x.yaml"
    path.parent.mkdir()
    path.write_bytes(b"\xef\xbb\xbfa: \xc3\xa9\r\nb: 2\r\n")
    document = read_document(path)
    assert document.value == {"a": "é", "b": 2}
    assert str(document.location(("b",))) == "rules/x.yaml:2:4"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"a: 1\nb: caf\xe9\n",
            "x.yaml:2:7: error[TR003]: byte 0xe9 is not UTF-8 text; save the file as UTF-8",
        ),
        (
            "a: 1".encode("utf-16"),
            "x.yaml: error[TR003]: the file is UTF-16; save it as UTF-8",
        ),
        (
            b"\x89PNG\r\n\x1a\n",
            "x.yaml:1:1: error[TR003]: byte 0x89 is not UTF-8 text; save the file as UTF-8",
        ),
        (b"", "x.yaml: error[TR005]: the file is empty"),
    ],
)
def test_a_file_that_is_not_text_is_told_so(here: Path, content: bytes, expected: str) -> None:
    (here / "x.yaml").write_bytes(content)
    assert file_report(Path("x.yaml")) == expected


def test_a_missing_file_offers_its_neighbour(here: Path) -> None:
    (here / "wijksteunpunt.yaml").touch()
    assert file_report(Path("wijksteunput.yaml")) == (
        "wijksteunput.yaml: error[TR001]: the file does not exist; did you mean 'wijksteunpunt.yaml'?"
    )


@pytest.mark.usefixtures("here")
def test_a_file_in_a_missing_directory_does_not_exist() -> None:
    assert file_report(Path("no/x.yaml")) == "no/x.yaml: error[TR001]: the file does not exist"


def test_a_directory_is_no_file(here: Path) -> None:
    assert file_report(here / ".") == ".: error[TR002]: this is a directory, not a file"


@pytest.mark.usefixtures("here")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes in the file system")
def test_a_pipe_is_refused_and_not_waited_for() -> None:
    os.mkfifo("x.yaml")
    assert file_report(Path("x.yaml")) == (
        "x.yaml: error[TR002]: this is a pipe, socket or device, not an ordinary file"
    )


@pytest.mark.usefixtures("here")
@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the system has no sockets in the file system")
def test_a_socket_is_refused() -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("x.yaml")
        assert "error[TR002]" in file_report(Path("x.yaml"))


def test_a_huge_file_is_refused_unread(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (here / "x.yaml").open("wb") as file:
        file.truncate(50 * MAX_BYTES)
    monkeypatch.setattr(Path, "open", None)
    assert file_report(Path("x.yaml")) == "x.yaml: error[TR004]: the file is larger than 1024 KiB; split it"


def test_a_file_that_may_not_be_read_says_why(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (here / "x.yaml").touch()
    monkeypatch.setattr(Path, "open", refuse)
    assert file_report(Path("x.yaml")) == "x.yaml: error[TR014]: the file cannot be read: Permission denied"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["x" * 5000, "x\0.yaml"])
def test_a_path_that_no_file_can_have_is_refused(name: str) -> None:
    assert "error[TR014]: the file cannot be read: " in file_report(Path(name))


# --- laws


SYNTAX = st.text(st.sampled_from(list(" \n\t:-[]{},&*!|>'\"%@`#?~.01aé\\<\U0001f600")), max_size=60)


@given(st.text() | SYNTAX)
@example("%YAML 1.1\n--- a")
@example("\ud800")
def test_any_text_is_either_read_or_refused_with_problems(text: str) -> None:
    try:
        document = parse_document(text, "x.yaml")
    except ToolboxError as error:
        assert error.problems
        assert str(error)
    else:
        assert pickle.loads(pickle.dumps(document)) == document


@given(content=st.binary() | SYNTAX.map(str.encode))
def test_any_file_is_either_read_or_refused_with_problems(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        read_document(path)
    except ToolboxError as error:
        assert str(error)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(max_size=20), values),
    max_leaves=12,
)


def leaves(value: object, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    match value:
        case dict():
            for key, part in value.items():
                yield from leaves(part, (*loc, key))
        case list():
            for index, part in enumerate(value):
                yield from leaves(part, (*loc, index))
        case _:
            yield loc, value


@given(VALUES, st.sampled_from([None, 2, "\t"]))
@example({"a": "\U0001f600", "b": "\\\U0001f600 \\ud83d\\ude00"}, None)
def test_what_json_writes_is_read_back(written: object, indent: int | str | None) -> None:
    found = parse_document(json.dumps(written, indent=indent), "x.json").value
    assert json.dumps(found) == json.dumps(written)


@given(VALUES, st.sampled_from([None, 2, "\t"]))
@example(["\U0001f600\U0001f600", {"\U0001f600": [1, "\U0001f600"]}, 2], None)
def test_every_place_points_at_the_text_of_the_value_and_of_its_key(written: object, indent: int | str | None) -> None:
    text = json.dumps(written, indent=indent)
    document = parse_document(text, "x.json")

    def text_at(loc: tuple[str | int, ...], key: bool = False) -> str:
        place = document.location(loc, key)
        return text.split("\n")[place.line - 1][place.column - 1 :]

    for loc, leaf in leaves(written):
        assert text_at(loc).startswith(json.dumps(leaf))
        if loc and isinstance(loc[-1], str):
            assert text_at(loc, key=True).startswith(json.dumps(loc[-1]))


@given(st.lists(st.text(st.characters(categories=["L", "So"]), min_size=1), min_size=1, unique=True))
def test_a_column_counts_characters_of_every_script(words: list[str]) -> None:
    document = parse_document(f"[{', '.join(repr(word) for word in words)}]", "x.yaml")
    for index, word in enumerate(words):
        column = document.location((index,)).column
        assert document.lines[0][column:].startswith(word)
