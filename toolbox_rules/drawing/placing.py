"""Boxes and arrows between them -> where everything stands: columns from causes to consequences.

The method of Sugiyama, Tagawa and Toda (1981): break circles, give each box a column behind everything that leads to
it, order the boxes in a column so that few arrows cross, then straighten the arrows. An arrow that passes a column gets
a place of its own there, so that no arrow runs through a box.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_SWEEPS: Final = 24
_LANE: Final = 10.0
Arrow = tuple[str, str]
# A box by its name, or a place of an arrow in a column that it passes: the arrow and the column.
_Spot = str | tuple[str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a box is."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where boxes stand, by their upper left corners, and the points along which each arrow runs, start to end."""

    corners: Mapping[str, tuple[float, float]]
    routes: Mapping[Arrow, tuple[tuple[float, float], ...]]
    width: float
    height: float


def place(
    sizes: Mapping[str, Size], arrows: Iterable[Arrow], gap: float = 16, between: float = 70, lanes: float = _LANE
) -> Placement:
    """Place boxes in columns; the same boxes and arrows always give the same places.

    ``gap`` is kept between boxes in a column, ``between`` between columns, ``lanes`` between arrows that pass one.
    """
    wanted = sorted({(start, end) for start, end in arrows if start != end})
    forward = _without_circles(sorted(sizes), wanted)
    column = _columns(sorted(sizes), [arrow for arrow, _ in forward.values()])
    chains = {arrow: _chain(along, column) for arrow, (along, _) in forward.items()}
    order = _ordered(_initial(column, chains), _neighbours(chains))
    heights = {spot: sizes[spot].height if isinstance(spot, str) else lanes for spots in order for spot in spots}
    middles = _straightened(order, heights, _neighbours(chains), gap)
    widths = [max((sizes[spot].width for spot in spots if isinstance(spot, str)), default=0) for spots in order]
    lefts = [sum(widths[:at]) + between * at for at in range(len(widths))]
    corners = {name: (lefts[column[name]], middles[name] - sizes[name].height / 2) for name in sizes}
    ports = _ports(chains, middles, sizes)
    routes = {}
    for arrow, chain in chains.items():
        points: list[tuple[float, float]] = [(lefts[column[_box(chain[0])]] + sizes[_box(chain[0])].width, 0.0)]
        for spot in chain[1:-1]:
            left = lefts[spot[2]] if not isinstance(spot, str) else 0.0
            points += [(left, middles[spot]), (left + widths[int(spot[2])], middles[spot])]
        points.append((lefts[column[_box(chain[-1])]], 0.0))
        points[0], points[-1] = (points[0][0], ports[arrow][0]), (points[-1][0], ports[arrow][1])
        routes[arrow] = tuple(points if forward[arrow][1] else reversed(points))
    return Placement(
        corners=corners,
        routes=routes,
        width=(lefts[-1] + widths[-1]) if widths else 0,
        height=max((middles[spot] + heights[spot] / 2 for spot in heights), default=0),
    )


def _box(spot: _Spot) -> str:
    assert isinstance(spot, str)
    return spot


def _without_circles(names: Sequence[str], arrows: Sequence[Arrow]) -> dict[Arrow, tuple[Arrow, bool]]:
    """For each arrow the way it counts, and whether that is its own: one that closes a circle counts the other way."""
    after: dict[str, list[str]] = {name: [] for name in names}
    for start, end in arrows:
        after[start].append(end)
    into = {end for _, end in arrows}
    done: set[str] = set()
    backward: set[Arrow] = set()
    for root in sorted(names, key=lambda name: (name in into, name)):
        path: list[tuple[str, int]] = [(root, 0)] if root not in done else []
        on_path = {root}
        while path:
            name, at = path.pop()
            if at == len(after[name]):
                done.add(name)
                on_path.discard(name)
                continue
            path.append((name, at + 1))
            following = after[name][at]
            if following in on_path:
                backward.add((name, following))
            elif following not in done:
                path.append((following, 0))
                on_path.add(following)
    return {(one, two): ((two, one), False) if (one, two) in backward else ((one, two), True) for one, two in arrows}


def _columns(names: Sequence[str], arrows: Iterable[Arrow]) -> dict[str, int]:
    """The column of each box: one behind the last of those that lead to it; causes stand close to what they cause."""
    arrows = sorted(set(arrows))
    column = dict.fromkeys(names, 0)
    for _ in names:
        for start, end in arrows:
            column[end] = max(column[end], column[start] + 1)
    after = {name: [column[end] for start, end in arrows if start == name] for name in names}
    into = {end for _, end in arrows}
    for name in names:
        if name not in into and after[name]:
            column[name] = min(after[name]) - 1
    return column


def _chain(arrow: Arrow, column: Mapping[str, int]) -> tuple[_Spot, ...]:
    start, end = arrow
    passed = range(column[start] + 1, column[end])
    return (start, *((start, end, at) for at in passed), end)


def _initial(column: Mapping[str, int], chains: Mapping[Arrow, tuple[_Spot, ...]]) -> list[list[_Spot]]:
    order: list[list[_Spot]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for name in sorted(column):
        order[column[name]].append(name)
    for chain in sorted(set(chains.values()), key=str):
        for spot in chain[1:-1]:
            if not isinstance(spot, str) and spot not in order[spot[2]]:
                order[spot[2]].append(spot)
    return order


def _neighbours(chains: Mapping[Arrow, tuple[_Spot, ...]]) -> tuple[dict[_Spot, list[_Spot]], dict[_Spot, list[_Spot]]]:
    """What stands before and after each spot, along all arrows."""
    before: dict[_Spot, list[_Spot]] = {}
    after: dict[_Spot, list[_Spot]] = {}
    for chain in chains.values():
        for one, two in pairwise(chain):
            after.setdefault(one, []).append(two)
            before.setdefault(two, []).append(one)
    return before, after


def _ordered(
    order: list[list[_Spot]], neighbours: tuple[dict[_Spot, list[_Spot]], dict[_Spot, list[_Spot]]]
) -> list[list[_Spot]]:
    """Sweep back and forth, each spot to the middle of its neighbours, and keep the order with the fewest crossings."""
    best, fewest = [list(spots) for spots in order], _crossings(order, neighbours[1])
    for sweep in range(_SWEEPS):
        towards = neighbours[sweep % 2]
        columns = range(1, len(order)) if sweep % 2 == 0 else range(len(order) - 2, -1, -1)
        for at in columns:
            beside = order[at - 1] if sweep % 2 == 0 else order[at + 1]
            place = {spot: number for number, spot in enumerate(beside)}
            mean = {
                spot: sum(found) / len(found) if (found := [place[one] for one in towards.get(spot, ())]) else number
                for number, spot in enumerate(order[at])
            }
            order[at].sort(key=lambda spot: mean[spot])
        crossings = _crossings(order, neighbours[1])
        if crossings < fewest:
            best, fewest = [list(spots) for spots in order], crossings
    return best


def _crossings(order: Sequence[Sequence[_Spot]], after: Mapping[_Spot, Sequence[_Spot]]) -> int:
    crossings = 0
    for spots, following in pairwise(order):
        place = {spot: number for number, spot in enumerate(following)}
        ends = [sorted(place[end] for end in after.get(spot, ())) for spot in spots]
        for at, upper in enumerate(ends):
            for lower in ends[at + 1 :]:
                crossings += sum(high > low for high in upper for low in lower)
    return crossings


def _straightened(
    order: Sequence[Sequence[_Spot]],
    heights: Mapping[_Spot, float],
    neighbours: tuple[dict[_Spot, list[_Spot]], dict[_Spot, list[_Spot]]],
    gap: float,
) -> dict[_Spot, float]:
    """The middle of each spot: as close to its neighbours as the order and the gaps allow."""
    middles: dict[_Spot, float] = {}
    for spots in order:
        y = 0.0
        for spot in spots:
            middles[spot] = y + heights[spot] / 2
            y += heights[spot] + gap
    before, after = neighbours
    for sweep in range(_SWEEPS):
        columns = order if sweep % 2 == 0 else order[::-1]
        for spots in columns:
            wanted = []
            for spot in spots:
                beside = [*before.get(spot, ()), *after.get(spot, ())]
                wanted.append(sum(middles[one] for one in beside) / len(beside) if beside else middles[spot])
            apart = [
                (heights[one] + heights[two]) / 2 + (gap if isinstance(one, str) or isinstance(two, str) else 0)
                for one, two in pairwise(spots)
            ]
            middles.update(zip(spots, spread(wanted, apart), strict=True))
    top = min((middles[spot] - heights[spot] / 2 for spot in middles), default=0)
    return {spot: middle - top for spot, middle in middles.items()}


def spread(wanted: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Places in a row that keep their distances and are, in squares, as near as possible to the wanted ones.

    Isotonic regression: neighbours that are too close move together, as one block.

    >>> spread([0, 0, 9], [4, 4])
    [-2.0, 2.0, 9.0]
    """
    offsets = [sum(apart[:at]) for at in range(len(wanted))]
    blocks: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        total, number = place - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / number:
            more, count = blocks.pop()
            total, number = total + more, number + count
        blocks.append((total, number))
    levels = [total / number for total, number in blocks for _ in range(number)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _ports(
    chains: Mapping[Arrow, tuple[_Spot, ...]], middles: Mapping[_Spot, float], sizes: Mapping[str, Size]
) -> dict[Arrow, tuple[float, float]]:
    """Where each arrow leaves its box and enters the other: one below another, in the order in which they part."""
    ends: dict[tuple[str, int], list[tuple[float, Arrow]]] = {}
    for arrow, chain in chains.items():
        ends.setdefault((_box(chain[0]), 0), []).append((middles[chain[1]], arrow))
        ends.setdefault((_box(chain[-1]), 1), []).append((middles[chain[-2]], arrow))
    found: dict[Arrow, list[float]] = {arrow: [0.0, 0.0] for arrow in chains}
    for (name, side), arrows in ends.items():
        step = min(_LANE, (sizes[name].height - 16) / max(1, len(arrows)))
        for number, (_, arrow) in enumerate(sorted(arrows)):
            found[arrow][side] = middles[name] + (number - (len(arrows) - 1) / 2) * step
    return {arrow: (start, end) for arrow, (start, end) in found.items()}
