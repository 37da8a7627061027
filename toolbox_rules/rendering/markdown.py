"""A report as Markdown (CommonMark, with tables as on GitHub and in notebooks)."""

import re
from collections.abc import Iterator

from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.rendering.composing import compose
from toolbox_rules.rendering.report import Block, Heading, Item, Line, Listing, Paragraph, Report, Section, Span, Table

_BREAK = "  \n"


def to_markdown(findings: Findings, desk: Desk, lang: Lang) -> str:
    """An advice as Markdown: the same content in the same order as the text."""
    return write(compose(findings, desk, lang))


def write(report: Report) -> str:
    """A report as Markdown."""
    parts = [f"# {escaped(report.title)}"]
    for section in report.first:
        parts += _section(section, 2)
    if report.rest:
        parts += ["---", f"## {escaped(report.behind)}"]
    for section in report.rest:
        parts += _section(section, 3)
    return "\n\n".join(parts)


def escaped(text: str) -> str:
    r"""A text on one line in which no character is a sign of Markdown.

    >>> escaped("a_b *c*"), escaped("R&D <b>")
    ('a\\_b \\*c\\*', 'R&amp;D \\<b>')
    """
    plain = re.sub(r"[\r\n]+", " ", text).replace("&", "&amp;")
    return re.sub(r"([\\`*_\[\]<|#$~])", r"\\\1", plain)


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(section.title)}"
    for block in section.blocks:
        yield _block(block, level)


def _block(block: Block, level: int) -> str:
    match block:
        case Paragraph(words):
            return _start(_line(words))
        case Heading(text):
            return f"{'#' * (level + 1)} {escaped(text)}"
        case Listing(items, numbered):
            return "\n".join(_item(item, f"{at}." if numbered else "-") for at, item in enumerate(items, 1))
        case Table():
            return _table(block)


def _item(item: Item, mark: str) -> str:
    lines = [_line(item.line), *map(_line, item.notes)]
    below = " " * (len(mark) + 1)
    return f"{mark} " + f"{_BREAK}{below}".join(_start(one) for one in lines)


def _table(table: Table) -> str:
    """A table; lines below a row become a column of their own."""
    has_notes = any(row.notes for row in table.rows)
    columns = [*map(escaped, table.columns), *([escaped(table.notes)] if has_notes else [])]
    rows = [
        [*map(_line, row.cells), *(["<br>".join(map(_line, row.notes))] if has_notes else [])] for row in table.rows
    ]
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _line(words: Line) -> str:
    return "".join(map(_span, words)).strip()


def _span(span: Span) -> str:
    text = escaped(span.text)
    if span.link is not None and span.link.startswith(("https://", "http://")):
        address = re.sub(r"[<>\s]", "", span.link)
        return f"[{text}](<{address}>)"
    if span.style not in ("strong", "register") or not text.strip():
        return text
    # A mark of emphasis only counts next to a letter: spaces go outside of it.
    inner = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}**{inner}**{after}"


def _start(text: str) -> str:
    """A line that is not taken for an item of a list or a rule because of how it starts."""
    return re.sub(r"^([0-9]*)([-+=.)])", r"\1\\\2", text)
