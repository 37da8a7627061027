"""What is wrong with a file, and where: the one form of every error."""

import contextlib
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # TR0xx: reading files
        "TR001": "the file does not exist",
        "TR002": "the path is not an ordinary file",
        "TR003": "the file is not UTF-8 text",
        "TR004": "the file is too large",
        "TR005": "the file is empty",
        "TR006": "the text is not YAML",
        "TR007": "values are nested too deeply",
        "TR008": "the file holds too many values, every alias counted in full",
        "TR009": "a key occurs twice in one mapping",
        "TR010": "a key is not text",
        "TR011": "a tag is not allowed",
        "TR012": "the file holds more than one document",
        "TR013": "a number is infinite, not a number, or too long",
        "TR014": "the file cannot be read",
        "TR015": "a merge key is not allowed",
        "TR016": "an alias refers to nothing, or to itself",
        # TR1xx: what rules and knowledge say
        "TR101": "the file does not have the shape of its kind",
        "TR102": "a fact, list, criterion or element that does not exist",
        "TR103": "a value that is not allowed here",
        "TR104": "a test that does not fit the type of the fact",
        "TR105": "a condition that is not put together well",
        "TR106": "a reference to something that does not exist",
        "TR107": "something is defined twice",
        "TR108": "the file name and the id differ",
        "TR109": "a conclusion depends on its own negation",
        "TR110": "a word of the language used as a name",
        "TR111": "a fact without a question",
        "TR112": "a file in the wrong place or with the wrong ending",
        "TR113": "a folder without rules",
        "TR114": "conclusions that do not go together",
        "TR115": "a claim without a source",
        "TR116": "sentences missing in one language",
        "TR117": "a decision table or risk table that is not sound",
        "TR118": "a measure that needs what it cannot have",
        # TR2xx: what cases say
        "TR201": "a case that is not a map",
        "TR202": "a key that the vocabulary does not have",
        "TR203": "a value that the vocabulary does not allow",
        "TR204": "a fact that only rules conclude",
        "TR205": "a fact that is given twice",
        "TR206": "two elements with the same name",
        "TR207": "a name that refers to nothing",
        "TR208": "a measure both in place and planned",
        "TR209": "facts that contradict each other",
        "TR210": "nothing to explain by that name",
        "TR401": "an optional extra that is not installed",
        "TR402": "a form in which a graph cannot be written",
        "TR403": "a page of the catalogue that is no longer as the files are",
        # TR3xx: the checks of knowledge that loads
        "TR301": "an example that does not come out as expected",
        "TR302": "a pitfall that no rule concludes",
        "TR303": "a pitfall with fewer than two mitigations, or a needless reason for that",
        "TR304": "a text that is too long for its reader",
        "TR305": "a fact that no rule looks at",
        "TR306": "a rule with examples in one direction only",
        "TR307": "a derived fact that no rule sets",
        "TR308": "a mitigation that can help nowhere",
        "TR309": "a derived fact that nothing looks at",
        "TR310": "sentences that are too long for their reader",
        "TR311": "two texts that say nearly the same",
        "TR312": "a text that is not translated",
        "TR313": "law or money without a year to look at it again",
        "TR314": "a year to look again that has passed",
        "TR315": "a source that nothing cites",
        "TR316": "a list of choices that no fact has",
    }
)
"""Every code a problem may carry, with its meaning in one line."""

_EXCERPT_WIDTH: Final = 120
_WORD_WIDTH: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place in a file; line and column count from 1, line 0 means the file as a whole.

    >>> str(Location(path="rules/x.yaml", line=6, column=7))
    'rules/x.yaml:6:7'
    """

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong; `excerpt` is the line of the file that `location` points at.

    >>> print(Problem(code="TR005", message="the file is empty", location=None, hint="add a rule"))
    error[TR005]: the file is empty; add a rule
    """

    code: str
    message: str
    location: Location | None
    hint: str | None = None
    excerpt: str | None = None

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        advice = f"; {self.hint}" if self.hint else ""
        headline = f"{place}error[{self.code}]: {self.message}{advice}"
        if self.location is None or self.excerpt is None:
            return headline
        return f"{headline}\n{_pointed_at(self.excerpt, self.location)}"


class ToolboxError(Exception):
    """Everything found wrong in one go, sorted by place; the text of the error is the whole report.

    >>> print(ToolboxError([Problem(code="TR005", message="the file is empty", location=None)]))
    error[TR005]: the file is empty
    1 error
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_reading_order))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.problems), _tally(self.problems)])


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that looks most like `word`, or None if none comes close.

    Letter case, spaces and underscores are no difference; the order of the candidates does not matter.

    >>> nearest("regie.proces", ["regie.process", "regie.policy"])
    'regie.process'
    >>> nearest("Joint_Team", ["joint-team", "joint-venture"])
    'joint-team'
    >>> nearest("budget", ["regie.process", "regie.policy"])
    """
    known = {_folded(candidate): candidate for candidate in sorted(candidates, reverse=True)}
    found = difflib.get_close_matches(_folded(word), sorted(known), n=1)
    return known[found[0]] if found else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Return the hint that offers the nearest candidate, or None if none comes close.

    >>> did_you_mean("regie.proces", ["regie.process", "regie.policy"])
    "did you mean 'regie.process'?"
    """
    best = nearest(word, candidates)
    return None if best is None else f"did you mean {quoted(best)}?"


def quoted(text: str) -> str:
    r"""Return `text` in quotes for a message: on one line, printable, at most 60 characters of it.

    >>> quoted("regie.process"), quoted("two\nlines")
    ("'regie.process'", "'two\\nlines'")
    """
    return repr(text if len(text) <= _WORD_WIDTH else text[: _WORD_WIDTH - 1] + "…")


def shown_path(path: Path) -> str:
    """Return `path` as it is shown: relative if below the current directory, with forward slashes.

    >>> shown_path(Path.cwd() / "rules" / "vocabulary.yaml")
    'rules/vocabulary.yaml'
    """
    if path.is_absolute():
        with contextlib.suppress(ValueError, OSError):  # elsewhere, or the current directory is gone
            path = path.relative_to(Path.cwd())
    return path.as_posix()


def _reading_order(problem: Problem) -> tuple[str, int, int, str, str]:
    place = problem.location or Location(path="", line=0, column=0)
    return place.path, place.line, place.column, problem.code, problem.message


def _tally(problems: tuple[Problem, ...]) -> str:
    files = {problem.location.path for problem in problems if problem.location}
    errors = _counted(len(problems), "error")
    return f"{errors} in {_counted(len(files), 'file')}" if files else errors


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _folded(word: str) -> str:
    return re.sub(r"[\s_]", "-", word.casefold())


def _pointed_at(excerpt: str, place: Location) -> str:
    """Return the line with its number and a caret below the column; a long line is cut around it."""
    start = max(0, place.column - _EXCERPT_WIDTH // 2) if len(excerpt) > _EXCERPT_WIDTH else 0
    window = excerpt[start : start + _EXCERPT_WIDTH]
    before = "…" if start else ""
    after = "…" if start + _EXCERPT_WIDTH < len(excerpt) else ""
    # A tab stays a tab below itself, so that the caret stands right whatever the width of a tab.
    padding = "".join("\t" if letter == "\t" else " " for letter in window[: place.column - 1 - start])
    line = "".join(
        letter if letter.isprintable() or letter == "\t" else "\N{REPLACEMENT CHARACTER}" for letter in window
    )
    number = f"{place.line:5}"
    return f"{number} | {before}{line}{after}\n{' ' * len(number)} | {' ' * len(before)}{padding}^"
