"""What pictures are made of: cards, tags, arrows, and the entries of a legend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from toolbox_rules.drawing.measuring import width_of, wrapped
from toolbox_rules.drawing.picture import Area, Box, Curve, Point, Shape, Words
from toolbox_rules.drawing.placing import Size

INK: Final = "#1c2127"
QUIET: Final = "#56606b"
EDGE: Final = "#9aa4ae"
ARROW: Final = "#5f6b77"
TITLE: Final = 13.0
SMALL: Final = 11.0
_BAND, _PAD, _LINE = 8.0, 8.0, 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line below the title of a card; ``bold`` for what must be seen first."""

    text: str
    bold: bool = False
    colour: str = QUIET


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A box with a title and notes, a coloured band, and perhaps a tag that makes it stand out."""

    title: str
    notes: tuple[Note, ...]
    fill: str
    band: str
    tag: str | None = None
    about: str | None = None


def size_of(card: Card, width: float) -> Size:
    """How large a card of a given width is."""
    lines = [TITLE] * len(_title_lines(card, width)) + [SMALL] * sum(1 for _ in _note_lines(card, width))
    return Size(width=width, height=2 * _PAD + sum(size * _LINE for size in lines))


def draw_card(card: Card, x: float, y: float, width: float) -> Iterator[Shape]:
    """A card with its upper left corner at a place."""
    size = size_of(card, width)
    yield Box(
        x=x,
        y=y,
        width=width,
        height=size.height,
        fill=card.fill,
        stroke=INK if card.tag else EDGE,
        thickness=3 if card.tag else 1,
        radius=4,
        title=card.about,
    )
    yield Box(x=x + 2, y=y + 2, width=_BAND - 2, height=size.height - 4, fill=card.band)
    base = y + _PAD
    left = x + _BAND + _PAD
    for line in _title_lines(card, width):
        base += TITLE * _LINE
        yield Words(x=left, y=base - 4, text=line, size=TITLE, colour=INK, bold=True)
    for line, note in _note_lines(card, width):
        base += SMALL * _LINE
        yield Words(x=left, y=base - 3, text=line, size=SMALL, colour=note.colour, bold=note.bold)
    if card.tag:
        wide = width_of(card.tag, 10, bold=True) + 12
        yield Box(x=x + width - wide - 8, y=y - 8, width=wide, height=15, fill=INK, radius=3)
        yield Words(
            x=x + width - 8 - wide / 2, y=y + 3, text=card.tag, size=10, colour="#ffffff", bold=True, anchor="middle"
        )


def _title_lines(card: Card, width: float) -> tuple[str, ...]:
    return wrapped(card.title, width - _BAND - 2 * _PAD, TITLE, bold=True)


def _note_lines(card: Card, width: float) -> Iterator[tuple[str, Note]]:
    for note in card.notes:
        for line in wrapped(note.text, width - _BAND - 2 * _PAD, SMALL, note.bold):
            yield line, note


def draw_arrow(route: Sequence[Point], dashed: bool, title: str | None, colour: str = ARROW) -> Iterator[Shape]:
    """An arrow along some points, level where it leaves and where it arrives."""
    tip = route[-1]
    ahead = 1 if tip[0] >= route[-2][0] else -1
    points = [*route[:-1], (tip[0] - 7 * ahead, tip[1])]
    pieces = []
    for one, two in pairwise(points):
        half = (two[0] - one[0]) / 2
        pieces.append(((one[0] + half, one[1]), (two[0] - half, two[1]), two))
    yield Curve(start=points[0], pieces=tuple(pieces), colour=colour, dashed=dashed, title=title)
    back = tip[0] - 8 * ahead
    yield Area(points=(tip, (back, tip[1] - 4), (back, tip[1] + 4)), fill=colour)


def draw_text(
    lines: Sequence[str], x: float, y: float, size: float, colour: str = INK, bold: bool = False
) -> Iterator[Shape]:
    """Lines of text, the upper side of the first at ``y``."""
    for number, line in enumerate(lines, 1):
        yield Words(x=x, y=y + number * size * _LINE - size * 0.35, text=line, size=size, colour=colour, bold=bold)


def legend(entries: Sequence[tuple[str, Sequence[Shape]]], x: float, y: float) -> Iterator[Shape]:
    """Signs in a row, each with what it means behind it; a sign is drawn as if it stood at 0, 0, 30 wide, 14 high."""
    for words, sign in entries:
        yield from (moved(shape, x, y) for shape in sign)
        yield Words(x=x + 36, y=y + 11, text=words, size=SMALL, colour=INK)
        x += 36 + width_of(words, SMALL) + 24


def legend_width(entries: Sequence[tuple[str, Sequence[Shape]]]) -> float:
    """How wide a legend is."""
    return sum(36 + width_of(words, SMALL) + 24 for words, _ in entries)


def moved(shape: Shape, x: float, y: float) -> Shape:
    """The same shape, further to the right and down."""
    match shape:
        case Words() | Box():
            return replace(shape, x=shape.x + x, y=shape.y + y)
        case Curve():
            pieces = tuple(
                (_beyond(one, x, y), _beyond(two, x, y), _beyond(end, x, y)) for one, two, end in shape.pieces
            )
            return replace(shape, start=_beyond(shape.start, x, y), pieces=pieces)
        case Area():
            return replace(shape, points=tuple(_beyond(point, x, y) for point in shape.points))


def _beyond(point: Point, x: float, y: float) -> Point:
    return point[0] + x, point[1] + y


def signs(arrow_words: str, dashed_words: str, tag: str, tag_words: str) -> list[tuple[str, list[Shape]]]:
    """The entries of a legend that every picture has: both kinds of arrows, and the box that stands out."""
    whole = list(draw_arrow([(0, 7), (30, 7)], dashed=False, title=None))
    broken = list(draw_arrow([(0, 7), (30, 7)], dashed=True, title=None))
    box: list[Shape] = [Box(x=1, y=1, width=28, height=12, fill="#ffffff", stroke=INK, thickness=3, radius=3)]
    return [(arrow_words, whole), (dashed_words, broken), (f"{tag}: {tag_words}", box)]


def swatch(fill: str, band: str) -> list[Shape]:
    """A sign for a colour."""
    return [
        Box(x=1, y=1, width=28, height=12, fill=fill, stroke=EDGE, radius=3),
        Box(x=2, y=2, width=6, height=10, fill=band),
    ]
