"""All knowledge -> one large picture: every pitfall with what it leads to and the measures that help against it."""

from collections.abc import Mapping
from typing import Final

from toolbox_rules.drawing.charting import chart, root_causes, shifted
from toolbox_rules.drawing.marks import INK, QUIET, SMALL, Card, Note, draw_text, legend, legend_width, signs, swatch
from toolbox_rules.drawing.picture import Picture, Shape, Words
from toolbox_rules.drawing.surroundings import ties_between
from toolbox_rules.findings import Desk
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.model import Lang
from toolbox_rules.offering import useful_links
from toolbox_rules.rendering.naming import Voice

FULL, PARTIAL = "●", "○"
_CARD, _EDGE = 250.0, 28.0
#: Fill and band of each topic in turn; the word stands on every card as well.
_COLOURS: Final = (
    ("#eef3fb", "#4b77be"),
    ("#fdf1e7", "#d97b29"),
    ("#edf6ee", "#4f9a5b"),
    ("#fbeded", "#b84a4a"),
    ("#f4effa", "#8059b0"),
    ("#f6f1ec", "#8a6343"),
    ("#fcedf5", "#c8609c"),
    ("#f1f3f5", "#6a7580"),
    ("#f8f7e6", "#a8a12a"),
    ("#e9f6f8", "#2c9bab"),
    ("#f3efe0", "#5c5a2f"),
    ("#eaf7f3", "#2d7a63"),
)


def whole_map(desk: Desk, lang: Lang) -> Picture:
    """Every pitfall as a card with its measures, from causes to consequences."""
    say, knowledge = Voice(desk=desk, lang=lang), desk.shelf.knowledge
    order = _topics(desk)
    names = tuple(sorted(knowledge.pitfalls, key=lambda name: (order.index(knowledge.pitfalls[name].topic), name)))
    ties = ties_between(names, knowledge, lang)
    causes = root_causes(names, ties)
    helps = _helps(knowledge, say)
    cards = {name: _card(name, name in causes, desk, say, helps) for name in names}
    topics = [topic for topic in order if any(one.topic == topic for one in knowledge.pitfalls.values())]
    first = [
        *signs(say.word("leads_to"), say.word("aggravates"), say.word("cause"), say.word("cause_means")),
        *((say.word(word), _dot(dot)) for word, dot in (("map_full", FULL), ("map_partial", PARTIAL))),
    ]
    second = [(say.choice("topic", topic), swatch(*_colour(desk, topic))) for topic in topics]
    drawn = chart(cards, ties, _CARD, say.word("alone"), max(legend_width(first), legend_width(second)))
    title = say.word("picture_map")
    described = say.word(
        "picture_map_described", number=len(names), topics=len(topics), measures=len(knowledge.mitigations)
    )
    return Picture(
        title=title,
        description=described,
        lang=lang,
        width=drawn.width + 2 * _EDGE,
        height=130 + drawn.height + _EDGE,
        shapes=(
            *draw_text([title], _EDGE, 14, 22, INK, bold=True),
            *legend(first, _EDGE, 54),
            *legend(second, _EDGE, 80),
            *shifted(drawn.shapes, _EDGE, 130),
        ),
    )


def _topics(desk: Desk) -> tuple[str, ...]:
    return tuple(desk.shelf.rulebook.vocabulary.spec.choices["topic"].values)


def _colour(desk: Desk, topic: str) -> tuple[str, str]:
    return _COLOURS[_topics(desk).index(topic) % len(_COLOURS)]


def _dot(dot: str) -> list[Shape]:
    return [Words(x=22, y=11, text=dot, size=SMALL, colour=INK)]


def _helps(knowledge: Knowledge, say: Voice) -> Mapping[str, tuple[str, ...]]:
    """For each pitfall its measures by name, with a sign for how much they do: those that take it away first."""
    found: dict[str, list[tuple[bool, str]]] = {}
    for mitigation in knowledge.mitigations.values():
        for link in useful_links(mitigation):
            found.setdefault(link.pitfall, []).append((link.coverage != "full", say.of(mitigation.name)))
    return {
        pitfall: tuple(f"{PARTIAL if partial else FULL} {name}" for partial, name in sorted(measures))
        for pitfall, measures in found.items()
    }


def _card(name: str, root: bool, desk: Desk, say: Voice, helps: Mapping[str, tuple[str, ...]]) -> Card:
    pitfall = desk.shelf.knowledge.pitfalls[name]
    fill, band = _colour(desk, pitfall.topic)
    return Card(
        title=say.of(pitfall.name),
        notes=(
            Note(text=say.choice("topic", pitfall.topic), bold=True, colour=QUIET),
            *(Note(text=words, colour=INK) for words in helps.get(name, ())),
        ),
        fill=fill,
        band=band,
        tag=say.word("cause") if root else None,
        about=say.of(pitfall.summary),
    )
