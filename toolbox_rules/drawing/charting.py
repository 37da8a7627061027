"""Cards and the arrows between them -> a picture: what hangs together in columns, what stands alone below."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from toolbox_rules.drawing.marks import QUIET, TITLE, Card, draw_arrow, draw_card, draw_text, moved, size_of
from toolbox_rules.drawing.picture import Shape
from toolbox_rules.drawing.placing import Size, place

_GAP = 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """An arrow from one card to another; ``strong`` when the first leads to the second, else it makes it worse."""

    start: str
    end: str
    strong: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Cards in their places, from 0, 0 on."""

    shapes: tuple[Shape, ...]
    width: float
    height: float


def root_causes(names: Iterable[str], ties: Iterable[Tie]) -> frozenset[str]:
    """What leads to or worsens something else, and is itself caused by nothing, or only by what it causes."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(names))
    graph.add_edges_from((tie.start, tie.end) for tie in ties if tie.start != tie.end)
    whole = nx.condensation(graph)
    found: set[str] = set()
    for block, members in whole.nodes(data="members"):
        if not whole.in_degree(block) and (whole.out_degree(block) or len(members) > 1):
            found.update(members)
    return frozenset(found)


def chart(cards: Mapping[str, Card], ties: Sequence[Tie], card_width: float, alone: str, least_width: float) -> Chart:
    """Place and draw cards; ``alone`` is the heading of those without arrows, in rows at least ``least_width`` wide."""
    sizes = {name: size_of(card, card_width) for name, card in cards.items()}
    parts = [_drawn(names, cards, sizes, ties) for names in _components(ties)]
    whole = _packed(parts, max([least_width, *(part.width for part in parts)]))
    tied = {name for tie in ties for name in (tie.start, tie.end)}
    rest = [name for name in cards if name not in tied]
    if not rest:
        return whole
    shapes, top = list(whole.shapes), 0.0
    if parts:
        shapes += draw_text([alone], 0, whole.height + 34, TITLE, QUIET, bold=True)
        top = whole.height + 64
    for row in _rows(rest, whole.width, card_width):
        for at, name in enumerate(row):
            shapes += draw_card(cards[name], at * (card_width + _GAP), top, card_width)
        top += max(sizes[name].height for name in row) + _GAP
    return Chart(shapes=tuple(shapes), width=whole.width, height=top - _GAP)


def _components(ties: Sequence[Tie]) -> list[list[str]]:
    """What hangs together, the largest first."""
    graph: nx.Graph[str] = nx.Graph([(tie.start, tie.end) for tie in ties])
    return sorted((sorted(names) for names in nx.connected_components(graph)), key=lambda names: (-len(names), names))


def _drawn(names: Sequence[str], cards: Mapping[str, Card], sizes: Mapping[str, Size], ties: Sequence[Tie]) -> Chart:
    """Cards that hang together, in columns from causes to consequences; where both are said an arrow is whole."""
    within = {(tie.start, tie.end): tie for tie in sorted(ties, key=lambda tie: tie.strong) if tie.start in names}
    placed = place({name: sizes[name] for name in names}, within, gap=_GAP, between=64)
    shapes: list[Shape] = []
    for arrow, route in placed.routes.items():
        shapes += draw_arrow(route, dashed=not within[arrow].strong, title=within[arrow].title)
    for name, (x, y) in placed.corners.items():
        shapes += draw_card(cards[name], x, y, sizes[name].width)
    return Chart(shapes=tuple(shapes), width=placed.width, height=placed.height)


def _packed(parts: Sequence[Chart], width: float) -> Chart:
    """Charts side by side where they fit in the width, else below each other."""
    shapes: list[Shape] = []
    x = top = height = 0.0
    for part in parts:
        if x and x + part.width > width:
            x, top = 0.0, height + 1.5 * _GAP
        shapes += shifted(part.shapes, x, top)
        x += part.width + 4 * _GAP
        height = max(height, top + part.height)
    return Chart(shapes=tuple(shapes), width=width, height=height)


def _rows(names: Sequence[str], width: float, card_width: float) -> Iterator[Sequence[str]]:
    """As many in a row as fit."""
    each = max(1, int((width + _GAP) // (card_width + _GAP)))
    for at in range(0, len(names), each):
        yield names[at : at + each]


def shifted(shapes: Iterable[Shape], x: float, y: float) -> Iterator[Shape]:
    """Shapes further to the right and down."""
    return (moved(shape, x, y) for shape in shapes)
