"""A report as plain text, 90 columns wide."""

import re
from collections.abc import Callable, Iterable, Iterator

from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.rendering.composing import compose
from toolbox_rules.rendering.report import (
    Block,
    Heading,
    Line,
    Listing,
    Paragraph,
    Report,
    Row,
    Section,
    Span,
    Style,
    Table,
    line,
)

WIDTH = 90
_INDENT = 2
_GAP = 2
_SPACE = re.compile(r"[ \t\r\n\f\v]+")

#: Makes a piece of text stand out; the text itself stays as it is.
Paint = Callable[[str, Style], str]


def unpainted(text: str, style: Style) -> str:
    """Leave a text as it is.

    >>> unpainted("high", "dire")
    'high'
    """
    del style
    return text


def to_text(findings: Findings, desk: Desk, lang: Lang, paint: Paint = unpainted) -> str:
    """An advice as text: the first page, then everything behind it."""
    return write(compose(findings, desk, lang), paint)


def write(report: Report, paint: Paint = unpainted) -> str:
    """A report as text; ``paint`` colours it for a terminal."""
    lines = _title(report.title)
    for section in report.first:
        lines += [(), *_section(section)]
    if report.rest:
        lines += [(), (), *_title(report.behind)]
    for section in report.rest:
        lines += [(), *_section(section)]
    return "\n".join("".join(paint(_printable(span.text), span.style) for span in one) for one in lines)


def _printable(text: str) -> str:
    """A text without characters that a terminal obeys."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _title(title: str) -> list[Line]:
    lines = wrapped(line(Span(title, "strong")), WIDTH)
    return [*lines, line("═" * max(map(_length, lines)))]


def _section(section: Section) -> Iterator[Line]:
    yield line(Span(section.title, "strong"))
    previous: Block | None = None
    for block in section.blocks:
        if _stands_apart(previous, block):
            yield ()
        yield from (_indented(one, _INDENT) for one in _block(block, WIDTH - _INDENT))
        previous = block


def _stands_apart(previous: Block | None, block: Block) -> bool:
    if previous is None or isinstance(previous, Heading):
        return False
    return isinstance(block, Heading | Table) or isinstance(previous, Table)


def _block(block: Block, width: int) -> Iterator[Line]:
    match block:
        case Paragraph(words):
            yield from wrapped(words, width)
        case Heading(text):
            yield line(Span(text, "strong"))
        case Listing(items, numbered):
            for at, item in enumerate(items, 1):
                mark = f"{at}. " if numbered else "- "
                yield from _hanging(mark, item.line, item.notes, width)
        case Table():
            yield from _table(block, width)


def _hanging(mark: str, first: Line, notes: Iterable[Line], width: int) -> Iterator[Line]:
    """Lines behind a mark; what follows stands below the text and not below the mark."""
    inner = width - len(mark)
    lines = [*wrapped(first, inner), *(part for note in notes for part in wrapped(note, inner))]
    for at, one in enumerate(lines):
        yield _indented(one, len(mark)) if at else (Span(mark), *one)


def _indented(words: Line, number: int) -> Line:
    return (Span(" " * number), *words) if words else ()


def wrapped(words: Line, width: int) -> list[Line]:
    """Break a line between words so that no part is wider than ``width``, unless one word is.

    >>> wrapped(line("one two three"), 8)
    [(Span(text='one two', ...),), (Span(text='three', ...),)]
    """
    lines: list[list[Span]] = [[]]
    room = width
    for word in _words(words):
        length = sum(len(span.text) for span in word)
        if lines[-1] and length + 1 > room:
            lines.append([])
            room = width
        elif lines[-1]:
            word[0] = Span(f" {word[0].text}", word[0].style) if lines[-1][-1].style == word[0].style else word[0]
            if not word[0].text.startswith(" "):
                word.insert(0, Span(" "))
            length += 1
        lines[-1] += word
        room -= length
    return [_merged(one) for one in lines]


def _words(words: Line) -> Iterator[list[Span]]:
    """The words of a line, each the spans that it is made of."""
    word: list[Span] = []
    for span in words:
        for at, part in enumerate(_SPACE.split(span.text)):
            if at and word:
                yield word
                word = []
            if part:
                word.append(Span(part, span.style))
    if word:
        yield word


def _merged(spans: Iterable[Span]) -> Line:
    found: list[Span] = []
    for span in spans:
        if found and found[-1].style == span.style:
            found[-1] = Span(found[-1].text + span.text, span.style)
        else:
            found.append(span)
    return tuple(found)


# --- tables -------------------------------------------------------------------------------------------------------


def _table(table: Table, width: int) -> Iterator[Line]:
    heading = Row(tuple(line(Span(name, "quiet")) for name in table.columns))
    widths = _widths([heading, *table.rows], width)
    yield from _row(heading, widths, width)
    for row in table.rows:
        yield from _row(row, widths, width)


def _widths(rows: list[Row], width: int) -> list[int]:
    """How wide each column is: what it needs, the widest ones giving way until all fit."""
    cells = [[_length(row.cells[at]) for row in rows] for at in range(len(rows[0].cells))]
    least = [max(_longest(row.cells[at]) for row in rows) for at in range(len(cells))]
    widths = [max(column) for column in cells]
    room = width - _GAP * (len(widths) - 1)
    while sum(widths) > room:
        giving = [at for at in range(len(widths)) if widths[at] > least[at]]
        if not giving:
            break
        widths[max(giving, key=lambda at: (widths[at], -at))] -= 1
    return widths


def _length(words: Line) -> int:
    return sum(len(span.text) for span in words)


def _longest(words: Line) -> int:
    return max((sum(len(span.text) for span in word) for word in _words(words)), default=0)


def _row(row: Row, widths: list[int], width: int) -> Iterator[Line]:
    cells = [wrapped(cell, size) for cell, size in zip(row.cells, widths, strict=True)]
    for at in range(max(map(len, cells))):
        parts: list[Span] = []
        for cell, size in zip(cells, widths, strict=True):
            here = cell[at] if at < len(cell) else ()
            parts += [*here, Span(" " * (size - _length(here) + _GAP))]
        yield _trimmed(parts)
    inset = widths[0] + _GAP
    for note in row.notes:
        yield from (_indented(one, inset) for one in wrapped(note, width - inset))


def _trimmed(spans: list[Span]) -> Line:
    while spans and not spans[-1].text.strip():
        spans.pop()
    return _merged(spans)
