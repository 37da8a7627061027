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
    tied = {name for tie in ties for name in (tie.start, tie.end)}
    sizes = {name: size_of(card, card_width) for name, card in cards.items()}
    strong = {(tie.start, tie.end): tie.strong for tie in sorted(ties, key=lambda tie: tie.strong)}
    titles = {(tie.start, tie.end): tie.title for tie in sorted(ties, key=lambda tie: tie.strong)}
    placed = place({name: size for name, size in sizes.items() if name in tied}, strong, gap=_GAP, between=84)
    shapes: list[Shape] = []
    for arrow, route in placed.routes.items():
        shapes += draw_arrow(route, dashed=not strong[arrow], title=titles[arrow])
    for name, (x, y) in placed.corners.items():
        shapes += draw_card(cards[name], x, y, card_width)
    width = max(placed.width, least_width)
    height = placed.height
    rest = [name for name in cards if name not in tied]
    if rest:
        top = height + 34 if tied else 0.0
        if tied:
            shapes += draw_text([alone], 0, top, TITLE, QUIET, bold=True)
            top += 30
        rows = _rows({name: sizes[name] for name in rest}, width, card_width)
        for row in rows:
            for at, name in enumerate(row):
                shapes += draw_card(cards[name], at * (card_width + _GAP), top, card_width)
            top += max(sizes[name].height for name in row) + _GAP
        height = top - _GAP
    return Chart(shapes=tuple(shapes), width=width, height=height)


def _rows(sizes: Mapping[str, Size], width: float, card_width: float) -> Iterator[list[str]]:
    """As many in a row as fit."""
    names = list(sizes)
    each = max(1, int((width + _GAP) // (card_width + _GAP)))
    for at in range(0, len(names), each):
        yield names[at : at + each]


def shifted(shapes: Iterable[Shape], x: float, y: float) -> Iterator[Shape]:
    """Shapes further to the right and down."""
    return (moved(shape, x, y) for shape in shapes)
