"""What an advice looks like before it is text, Markdown or HTML: sections of paragraphs, lists and tables.

Everything that is said is decided here once; the writers only print it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

#: How a piece of text stands out: ``source`` refers to a source, ``register`` is its entry in the list of them. The
#: last four are degrees of risk, from the lowest class to the highest.
Style = Literal["plain", "strong", "quiet", "source", "register", "calm", "mild", "grave", "dire"]
TONES: tuple[Style, ...] = ("calm", "mild", "grave", "dire")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style; ``link`` is a web address that it leads to."""

    text: str
    style: Style = "plain"
    link: str | None = None


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    line: Line


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, with lines that belong below it."""

    line: Line
    notes: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    items: tuple[Item, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, with lines that belong below it."""

    cells: tuple[Line, ...]
    notes: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``notes`` is the heading of the lines below each row, where these need a column of their own."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: str = ""


Block = Paragraph | Heading | Listing | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading of its own."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report: what stands on the first page, and what stands behind it under the heading ``behind``."""

    title: str
    first: tuple[Section, ...]
    rest: tuple[Section, ...] = ()
    behind: str = ""


def line(*parts: str | Span) -> Line:
    """Make a line of texts and spans, without those that are empty.

    >>> line("risk ", Span("high", "grave"))
    (Span(text='risk ', style='plain', link=None), Span(text='high', style='grave', link=None))
    """
    spans_of = (Span(part) if isinstance(part, str) else part for part in parts)
    return tuple(span for span in spans_of if span.text)


def paragraph(*parts: str | Span) -> Paragraph:
    """Make a paragraph of texts and spans."""
    return Paragraph(line(*parts))


def listing(items: Iterable[Item], numbered: bool = False) -> tuple[Listing, ...]:
    """Make a list, or nothing at all when there are no items."""
    found = tuple(items)
    return (Listing(found, numbered),) if found else ()


def joined(lines: Iterable[Line], between: str = " ") -> Line:
    """Put lines behind each other.

    >>> joined([line("one"), (), line("two")])
    (Span(text='one', style='plain', link=None), Span(text=' ', style='plain', link=None), Span(text='two', ...))
    """
    found: list[Span] = []
    for one in lines:
        if one and found:
            found.append(Span(between))
        found += one
    return tuple(found)


def section(title: str, *blocks: Block | Iterable[Block]) -> tuple[Section, ...]:
    """Make a section, or nothing at all when it has no content."""
    found: list[Block] = []
    for one in blocks:
        if isinstance(one, Paragraph | Heading | Listing | Table):
            found.append(one)
        else:
            found += one
    return (Section(title, tuple(found)),) if found else ()


def spans(sections: Iterable[Section]) -> Iterator[Span]:
    """Every span of some sections, in reading order."""
    for part in sections:
        for block in part.blocks:
            for one in _lines(block):
                yield from one


def _lines(block: Block) -> Iterator[Line]:
    match block:
        case Paragraph(one):
            yield one
        case Listing(items):
            for item in items:
                yield from (item.line, *item.notes)
        case Table(_, rows):
            for row in rows:
                yield from (*row.cells, *row.notes)
        case Heading():
            pass
