"""What became of the documented pitfalls of each case -> a bar chart as SVG, with the numbers in the bars."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from tests.backtest.scoring import Hit, Score

#: What is counted, its colour and the colour of its number.
PARTS: Final = (
    ("open", "#9c2f2f", "#ffffff"),
    ("exposed", "#d98032", "#1c1c1c"),
    ("undetermined, asked for", "#e8cf6a", "#1c1c1c"),
    ("undetermined, not asked for", "#d5d5d5", "#1c1c1c"),
    ("covered", "#8fb7a0", "#1c1c1c"),
    ("not applicable", "#6d7783", "#ffffff"),
)
BAR, ROW, UNIT, TOP, LETTER = 16, 22, 34, 64, 7.4


def part_of(hit: Hit) -> str:
    """Which part of the bar a documented pitfall belongs to."""
    if hit.state == "undetermined":
        return "undetermined, asked for" if hit.asked is not None else "undetermined, not asked for"
    return hit.state.replace("-", " ")


def draw(scores: Sequence[Score]) -> str:
    """The whole chart; one bar for each case."""
    left = 24 + round(LETTER * max((len(_label(score)) for score in scores), default=0))
    width = max(left + max((len(score.hits) for score in scores), default=0) * UNIT + 40, 980)
    height = TOP + len(scores) * ROW + 16
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"',
            f'  viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="12">',
            "<title>Documented pitfalls of each case, by what the advice makes of them</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *_legend(),
            *(line for at, score in enumerate(scores) for line in _bar(score, left, TOP + at * ROW)),
            "</svg>",
            "",
        ]
    )


def _legend() -> Iterator[str]:
    yield '<text x="16" y="22" font-size="14" font-weight="bold">Documented pitfalls by case: how many are ...</text>'
    x = 16
    for name, colour, _ in PARTS:
        yield f'<rect x="{x}" y="34" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 17}" y="44">{name}</text>'
        x += 40 + 7 * len(name)


def _label(score: Score) -> str:
    return f"{score.case} (holdout)" if score.documented.group == "holdout" else score.case


def _bar(score: Score, x: int, y: int) -> Iterator[str]:
    yield f'<text x="{x - 8}" y="{y + 12}" text-anchor="end">{escape(_label(score))}</text>'
    for (name, colour, ink), number in zip(PARTS, _counts(score.hits), strict=True):
        if number:
            title = f"<title>{name}: {number}</title>"
            yield f'<rect x="{x}" y="{y}" width="{number * UNIT}" height="{BAR}" fill="{colour}">{title}</rect>'
            place = f'x="{x + number * UNIT / 2:g}" y="{y + 12}"'
            yield f'<text {place} text-anchor="middle" fill="{ink}">{number}</text>'
        x += number * UNIT


def _counts(hits: Iterable[Hit]) -> list[int]:
    found = [part_of(hit) for hit in hits]
    return [found.count(name) for name, _, _ in PARTS]
