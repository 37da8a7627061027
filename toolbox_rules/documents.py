"""YAML text to plain values that know their place in it; strict, bounded, and the sole importer of yaml.

Plain values follow the core schema of YAML 1.2, so `no` and `12:30` are text. A key is always text: `1: a`
has the key "1". JSON is read as the YAML that it is.
"""

import codecs
import math
import re
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from toolbox_rules.problems import Location, Problem, ToolboxError, did_you_mean, quoted, shown_path

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 50
MAX_VALUES: Final = 100_000
MAX_PROBLEMS: Final = 100  # in one file; then reading it stops

# A mark is a line and a column, both from 0. A place mirrors a value: where it starts, and the places of its
# parts. Tuples, and no classes, because every value in a file has one.
_Mark: TypeAlias = tuple[int, int]
_Place: TypeAlias = tuple[_Mark, "dict[str, tuple[_Mark, _Place]] | list[_Place] | None"]
_Built: TypeAlias = tuple[object, _Place]

_WHOLE_FILE: Final[_Mark] = (-1, -1)

_PARSER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML can be built without libyaml
_TEXT_TAG: Final = "tag:yaml.org,2002:str"

_CONSTANTS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS: Final = frozenset("+-.0123456789")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEXADECIMAL: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAX_DIGITS: Final = 400  # more than the largest float has when written out

# What YAML calls unprintable, and the line breaks of YAML 1.1 that no editor counts as one.
_FORBIDDEN: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_SURROGATE_PAIR: Final = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")
_SURROGATE_PAIR_SAVING: Final = len(r"\ud83d\ude00") - len(r"\U0001f600")

_TAB: Final = "a tab cannot be used here; indent with spaces"
_UNCLOSED: Final = "the quote that opens here is never closed"
_TOO_DEEP: Final = f"values are nested more than {MAX_DEPTH} deep"
_SYNTAX: Final = {
    "exceeded maximum nesting depth": _TOO_DEEP,
    "mapping values are not allowed": "': ' is not expected here; indent it, or quote the text",
    "block sequence entries are not allowed": "'- ' is not expected here; start the list on a new line",
    "did not find expected key": "this does not fit what stands before it; check indentation and quotes",
    "did not find expected '-' indicator": "expected '- ' for the next item; check the indentation",
    "did not find expected ',' or ']'": "expected ',' or ']' for the '[' on line {start}",
    "did not find expected ',' or '}'": "expected ',' or '}}' for the '{{' on line {start}",
    "did not find expected node content": "expected a value here",
    "did not find expected <document start>": "this does not fit the text before it; check the indentation",
    "could not find expected ':'": "expected ':' after the key on line {start}",
    "found unexpected end of stream": _UNCLOSED,
    "found unknown escape character": "unknown escape; write '\\\\' for a backslash, or use single quotes",
    "found invalid Unicode character": "this escape is no character",
    "did not find expected comment or line break": "expected a new line here",
    "found a tab character": _TAB,
    "found undefined tag handle": "a tag is not allowed; put text that starts with '!' in quotes",
    "cannot start any token": "a value cannot start with {letter}; put it in quotes",
}


class _Finding(NamedTuple):
    mark: _Mark
    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    r"""The value of one YAML text, and the place of its every part, worked out again when it is asked for.

    >>> document = parse_document("regie:\n  process: none\n", "case.yaml")
    >>> document.value
    {'regie': {'process': 'none'}}
    """

    path: str
    value: object
    lines: tuple[str, ...] = field(repr=False)

    @cached_property
    def places(self) -> _Place:
        """Where the value and its parts start; without lines nothing has a place."""
        return _built(self.path, "\n".join(self.lines), self.lines)[0][1] if self.lines else (_WHOLE_FILE, None)

    def location(self, loc: tuple[str | int, ...], key: bool = False) -> Location:
        r"""Return where the value at `loc` starts, or its key; as much of `loc` as exists is followed.

        >>> document = parse_document("regie:\n  process: none\n", "case.yaml")
        >>> str(document.location(("regie", "process")))
        'case.yaml:2:12'
        >>> str(document.location(("regie", "process"), key=True))
        'case.yaml:2:3'
        >>> str(document.location(("regie", "policy"), key=True))
        'case.yaml:1:1'
        """
        return _location(self.path, self.lines, self._mark(loc, key))

    def problem(
        self, loc: tuple[str | int, ...], code: str, message: str, hint: str | None = None, key: bool = False
    ) -> Problem:
        r"""Return the problem at `loc`, with the line it stands on.

        >>> document = parse_document("regie:\n  proces: none\n", "case.yaml")
        >>> print(document.problem(("regie", "proces"), "TR102", "unknown fact", "leave it out", key=True))
        case.yaml:2:3: error[TR102]: unknown fact; leave it out
            2 |   proces: none
              |   ^
        """
        return _problem(self.path, self.lines, _Finding(self._mark(loc, key), code, message, hint))

    def _mark(self, loc: tuple[str | int, ...], key: bool) -> _Mark:
        place = self.places
        key_mark = place[0]
        for step in loc:
            match place[1], step:
                case dict() as entries, str() if step in entries:
                    key_mark, place = entries[step]
                case list() as items, int() if 0 <= step < len(items):
                    place = items[step]
                    key_mark = place[0]
                case _:
                    break
        return key_mark if key else place[0]


def read_document(path: Path) -> Document:
    """Return the document in the file at `path`; raise ToolboxError with everything that is wrong with it."""
    shown = shown_path(path)
    content = _content(path, shown)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _failure(shown, "TR003", "the file is UTF-16", "save it as UTF-8")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise _undecodable(shown, content, error.start) from None
    return parse_document(text, shown)


def parse_document(text: str, path: str) -> Document:
    """Return the document in `text`, whose locations name `path`; raise ToolboxError like `read_document`.

    >>> parse_document("open: yes\\nfrom: 12:30\\nmonths: [12, 1.5, ~]", "case.yaml").value
    {'open': 'yes', 'from': '12:30', 'months': [12, 1.5, None]}
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES:
        raise _failure(path, "TR004", *_TOO_LARGE)
    if forbidden := _FORBIDDEN.search(text):
        raise _unprintable(path, text, forbidden.start())
    lines = tuple(text.splitlines())
    (value, _), findings = _built(path, text, lines)
    if findings:
        raise ToolboxError(_problem(path, lines, finding) for finding in findings)
    return Document(path=path, value=value, lines=lines)


# --- the file


_TOO_LARGE: Final = (f"the file is larger than {MAX_BYTES // 1024} KiB", "split it")


def _content(path: Path, shown: str) -> bytes:
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise _failure(shown, "TR002", "this is a directory, not a file")
        if not stat.S_ISREG(state.st_mode):
            raise _failure(shown, "TR002", "this is a pipe, socket or device, not an ordinary file")
        if state.st_size > MAX_BYTES:
            raise _failure(shown, "TR004", *_TOO_LARGE)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + len(codecs.BOM_UTF8) + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _failure(shown, "TR001", "the file does not exist", _neighbour(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        reason = error.strerror if isinstance(error, OSError) else None
        raise _failure(shown, "TR014", f"the file cannot be read: {reason or error}") from None


def _neighbour(path: Path) -> str | None:
    try:
        return did_you_mean(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return None


def _undecodable(shown: str, content: bytes, position: int) -> ToolboxError:
    before = _LINE_BREAK.split(content[:position].decode())
    place = Location(path=shown, line=len(before), column=len(before[-1]) + 1)
    message = f"byte 0x{content[position]:02x} is not UTF-8 text"
    return ToolboxError([Problem(code="TR003", message=message, location=place, hint="save the file as UTF-8")])


def _unprintable(path: str, text: str, position: int) -> ToolboxError:
    before = _LINE_BREAK.split(text[:position])
    message = f"the character U+{ord(text[position]):04X} is not allowed in a text"
    finding = _Finding((len(before) - 1, len(before[-1])), "TR003", message, "remove it")
    return ToolboxError([_problem(path, tuple(_LINE_BREAK.split(text)), finding)])


def _failure(path: str, code: str, message: str, hint: str | None = None) -> ToolboxError:
    return ToolboxError([_problem(path, (), _Finding(_WHOLE_FILE, code, message, hint))])


# --- places


def _problem(path: str, lines: tuple[str, ...], finding: _Finding) -> Problem:
    line = finding.mark[0]
    return Problem(
        code=finding.code,
        message=finding.message,
        location=_location(path, lines, finding.mark),
        hint=finding.hint,
        excerpt=lines[line] if 0 <= line < len(lines) else None,
    )


def _location(path: str, lines: tuple[str, ...], mark: _Mark) -> Location:
    line, column = mark
    if _is_json(path) and 0 <= line < len(lines) and r"\u" in lines[line]:
        for pair in _SURROGATE_PAIR.finditer(lines[line]):
            column += _SURROGATE_PAIR_SAVING if pair.start(2) < column else 0
    return Location(path=path, line=line + 1, column=column + 1)


def _is_json(path: str) -> bool:
    return path.lower().endswith(".json")


def _as_one_escape(pair: re.Match[str]) -> str:
    r"""Return the surrogate pair \ud83d\ude00, which JSON has and YAML has not, as \U0001f600."""
    high, low = int(pair[2][2:6], 16), int(pair[2][8:12], 16)
    return f"{pair[1]}\\U{0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00):08x}"


# --- the value


class _Stop(Exception):
    """Reading further is of no use, or unsafe."""


class _Anchored(NamedTuple):
    built: _Built
    values: int
    height: int


def _built(path: str, text: str, lines: tuple[str, ...]) -> tuple[_Built, list[_Finding]]:
    builder = _Builder(_SURROGATE_PAIR.sub(_as_one_escape, text) if _is_json(path) else text)
    built: _Built = None, (_WHOLE_FILE, None)
    try:
        built = builder.document()
    except _Stop:
        pass
    except yaml.YAMLError as error:
        builder.findings.append(_syntax_finding(error, lines))
    return built, builder.findings


class _Builder:
    """Builds one value in one pass over the parser's events, so that every limit is noticed in time."""

    def __init__(self, text: str) -> None:
        self.findings: list[_Finding] = []
        self._next_event = _PARSER(text).get_event
        self._anchors: dict[str, _Anchored | None] = {}  # None while the value is being built
        self._values = 0
        self._deepest = 0

    def document(self) -> _Built:
        self._next_event()  # the stream starts
        start = self._next_event()
        root = start if type(start) is StreamEndEvent else self._next_event()
        if root is start or (type(root) is ScalarEvent and not root.value and root.implicit[0]):
            self._stop(_WHOLE_FILE, "TR005", "the file is empty")
        built = self._value(root, 1)
        self._next_event()  # the document ends
        if type(after := self._next_event()) is not StreamEndEvent:
            self._find(_mark(after), "TR012", "a second document starts here", "put it in a file of its own")
        return built

    def _value(self, event: Any, depth: int) -> _Built:
        self._count(event, 1)
        if type(event) is AliasEvent:
            return self._aliased(event, depth)
        if event.anchor is None:
            return self._unnamed(event, depth)
        return self._anchored(event, depth)

    def _unnamed(self, event: Any, depth: int) -> _Built:
        if type(event) is ScalarEvent:
            return self._scalar(event), (_mark(event), None)
        self._descend(event, depth)
        if event.tag is not None:
            self._refuse_tag(event)
        return self._mapping(event, depth) if type(event) is MappingStartEvent else self._sequence(event, depth)

    def _sequence(self, start: Any, depth: int) -> _Built:
        items: list[object] = []
        places: list[_Place] = []
        while type(event := self._next_event()) is not SequenceEndEvent:
            value, place = self._value(event, depth + 1)
            items.append(value)
            places.append(place)
        return items, (_mark(start), places)

    def _mapping(self, start: Any, depth: int) -> _Built:
        entries: dict[str, object] = {}
        places: dict[str, tuple[_Mark, _Place]] = {}
        while type(event := self._next_event()) is not MappingEndEvent:
            key = self._key(event)
            value, place = self._value(self._next_event(), depth + 1)
            if key in places:
                message = f"the key {quoted(key)} is already on line {places[key][0][0] + 1}"
                self._find(_mark(event), "TR009", message, "keep one of the two")
            elif key is not None:
                entries[key] = value
                places[key] = (_mark(event), place)
        return entries, (_mark(start), places)

    def _key(self, event: Any) -> str | None:
        if type(event) is not ScalarEvent:
            self._stop(
                _mark(event),
                "TR010",
                "a key must be text",
                "quote text that starts with '{', '[' or '*'",
            )
        if event.anchor is not None:
            self._find(_mark(event), "TR010", "a key cannot have an anchor", f"leave out '&{event.anchor}'")
        if event.tag is not None:
            self._refuse_tag(event)
        elif event.implicit[0] and event.value in ("", "<<"):
            self._refuse_key(event)
            return None
        key: str = event.value
        return key

    def _scalar(self, event: Any) -> object:
        text: str = event.value
        if event.tag is not None:
            self._refuse_tag(event)
        elif event.implicit[0]:
            if text in _CONSTANTS:
                return _CONSTANTS[text]
            if text[0] in _NUMBER_STARTS:
                return self._number(event, text)
        return text

    def _number(self, event: Any, text: str) -> object:
        number = _number(text)
        if number is None:
            self._find(_mark(event), "TR013", f"{quoted(text)} is not a number to reckon with", "put text in quotes")
        return number

    def _anchored(self, event: Any, depth: int) -> _Built:
        values, deepest = self._values, self._deepest
        self._anchors[event.anchor], self._deepest = None, depth - 1
        built = self._unnamed(event, depth)
        self._anchors[event.anchor] = _Anchored(built, self._values - values, self._deepest - depth + 1)
        self._deepest = max(self._deepest, deepest)
        return built

    def _aliased(self, event: Any, depth: int) -> _Built:
        name, mark = event.anchor, _mark(event)
        anchored = self._anchors.get(name)
        if anchored is None:
            inside = name in self._anchors
            reason = f"stands inside the value '&{name}'" if inside else f"comes before any '&{name}'"
            self._find(mark, "TR016", f"the alias '*{name}' {reason}", "write the value out")
            return None, (mark, None)
        self._count(event, anchored.values)
        self._descend(event, depth + anchored.height - 1)
        return anchored.built[0], (mark, anchored.built[1][1])

    def _count(self, event: Any, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            message = f"more than {MAX_VALUES:,} values, with every alias counted in full"
            self._stop(_mark(event), "TR008", message, "split the file")

    def _descend(self, event: Any, depth: int) -> None:
        self._deepest = max(self._deepest, depth)
        if depth > MAX_DEPTH:
            self._stop(_mark(event), "TR007", _TOO_DEEP)

    def _refuse_tag(self, event: Any) -> None:
        if event.tag != _TEXT_TAG or type(event) is not ScalarEvent:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._find(_mark(event), "TR011", f"the tag {quoted(tag)} is not allowed", "leave it out")

    def _refuse_key(self, event: Any) -> None:
        if event.value:
            self._find(_mark(event), "TR015", "the merge key '<<' is not allowed", "write the entries out")
        else:
            self._find(_mark(event), "TR010", "a key is missing here", "put text before ':'")

    def _find(self, mark: _Mark, code: str, message: str, hint: str | None = None) -> None:
        self.findings.append(_Finding(mark, code, message, hint))
        if len(self.findings) == MAX_PROBLEMS:
            raise _Stop

    def _stop(self, mark: _Mark, code: str, message: str, hint: str | None = None) -> NoReturn:
        self._find(mark, code, message, hint)
        raise _Stop


def _mark(event: Any) -> _Mark:
    mark = event.start_mark
    return mark.line, mark.column


def _number(text: str) -> int | float | str | None:
    """Return the number a plain value is, the text itself if it is none, None if it cannot be held."""
    if _NOT_FINITE.fullmatch(text):
        return None
    if _FLOAT.fullmatch(text) or _OCTAL_OR_HEXADECIMAL.fullmatch(text):
        return _held(text) if len(text) <= _MAX_DIGITS else None
    return text


def _held(text: str) -> int | float | None:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if text[1] in "ox":
        return int(text, base=0)
    number = float(text)
    return number if math.isfinite(number) else None


def _syntax_finding(error: yaml.YAMLError, lines: tuple[str, ...]) -> _Finding:
    problem = str(getattr(error, "problem", None) or error)
    here, start = (_corner(getattr(error, name, None), lines) for name in ("problem_mark", "context_mark"))
    letter = lines[here[0]][here[1] : here[1] + 1] if 0 <= here[0] < len(lines) else ""
    known = (sentence for part, sentence in _SYNTAX.items() if part in problem)
    sentence = _TAB if letter == "\t" else next(known, "this is not YAML: {problem}")
    message = sentence.format(problem=problem, start=start[0] + 1, letter=quoted(letter))
    code = "TR007" if sentence is _TOO_DEEP else "TR006"
    return _Finding(start if sentence is _UNCLOSED else here, code, message)


def _corner(mark: Any, lines: tuple[str, ...]) -> _Mark:
    if not mark:
        return _WHOLE_FILE
    # The parser counts the end of the text as a line of its own.
    return (mark.line, mark.column) if mark.line < len(lines) else (len(lines) - 1, len(lines[-1]))
