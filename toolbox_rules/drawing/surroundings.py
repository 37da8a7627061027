"""Advice -> what threatens the case and what the plan does about it, as a graph and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx

from toolbox_rules.assessing import THREATENING
from toolbox_rules.drawing.charting import Chart, Tie, chart, root_causes, shifted
from toolbox_rules.drawing.marks import (
    INK,
    QUIET,
    SMALL,
    TITLE,
    Card,
    Note,
    draw_text,
    legend,
    legend_width,
    signs,
    swatch,
)
from toolbox_rules.drawing.measuring import wrapped
from toolbox_rules.drawing.picture import Box, Picture, Shape, Words
from toolbox_rules.findings import Desk, Findings, PitfallAdvice
from toolbox_rules.graphing import build_graph
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.model import Lang
from toolbox_rules.rendering.naming import Voice

#: The most pitfalls that are drawn; those of the lowest risk are left out first, and the picture says so.
SHOWN: Final = 25
_CARD, _PANEL, _EDGE, _LEAST_HEIGHT = 224.0, 270.0, 24.0, 640.0
#: Fill and band by how strongly a risk stands out; the word stands on the card as well.
_FILLS: Final = {
    "calm": ("#eef5ef", "#7fa98b"),
    "mild": ("#fdf8e3", "#dcbc3f"),
    "grave": ("#fdeedd", "#e08a3c"),
    "dire": ("#fbe4e4", "#b23535"),
}


def threatening(findings: Findings) -> tuple[PitfallAdvice, ...]:
    """The pitfalls that are open or exposed, what threatens most first."""
    return tuple(one for one in findings.pitfalls if one.state in THREATENING)


def ties_between(names: Sequence[str], knowledge: Knowledge, lang: Lang) -> tuple[Tie, ...]:
    """Which of some pitfalls lead to others of them, or make them worse."""
    found = []
    for name in names:
        pitfall = knowledge.pitfalls[name]
        for links, strong in ((pitfall.aggravates, False), (pitfall.leads_to, True)):
            for link in links:
                if link.pitfall in names and link.pitfall != name:
                    title = link.because.in_language(lang)
                    found.append(Tie(start=name, end=link.pitfall, strong=strong, title=title))
    return tuple(found)


def case_graph(findings: Findings, desk: Desk) -> "nx.MultiDiGraph[str]":
    """The part of the knowledge graph around a case: what threatens, the plan, and every edge between these.

    Pitfalls also carry their ``state``, their ``risk`` and whether they are a ``root_cause`` (``true`` or ``false``),
    measures their ``place`` in the plan, from 1. Every attribute is text.
    """
    names = [one.id for one in threatening(findings)]
    causes = root_causes(names, ties_between(names, desk.shelf.knowledge, "en"))
    plan = {f"mitigation:{item.mitigation}": at for at, item in enumerate(findings.plan.items, 1)}
    whole = build_graph(desk.shelf.knowledge, desk.shelf.rulebook)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(whole.subgraph([*(f"pitfall:{name}" for name in names), *plan]))
    for one in threatening(findings):
        root = "true" if one.id in causes else "false"
        graph.nodes[f"pitfall:{one.id}"].update(state=one.state, risk=one.risk, root_cause=root)
    for measure, at in plan.items():
        graph.nodes[measure]["place"] = str(at)
    return graph


def case_picture(findings: Findings, desk: Desk, lang: Lang) -> Picture:
    """What threatens a case, from causes to consequences, with the plan beside it."""
    return _CasePicture(findings=findings, desk=desk, say=Voice(desk=desk, lang=lang)).picture()


@dataclass(frozen=True, slots=True, kw_only=True)
class _CasePicture:
    findings: Findings
    desk: Desk
    say: Voice

    def picture(self) -> Picture:
        say = self.say
        all_threats = threatening(self.findings)
        threats = all_threats[:SHOWN]
        ties = ties_between([one.id for one in threats], self.desk.shelf.knowledge, say.lang)
        causes = root_causes([one.id for one in threats], ties)
        cards = {one.id: self._card(one, one.id in causes) for one in threats}
        entries = self._entries(threats)
        drawn = chart(cards, ties, _CARD, say.word("alone"), max(3 * _CARD + 36, legend_width(entries) - _PANEL))
        panel = self._panel(threats, max(drawn.height, _LEAST_HEIGHT))
        width = _EDGE + drawn.width + 40 + panel.width + _EDGE
        title = say.word("picture_case", name=self.findings.case.name or say.word("unnamed"))
        heading = wrapped(title, width - 2 * _EDGE, 20, bold=True)
        down = 26.0 * (len(heading) - 1)
        more = len(all_threats) - len(threats)
        below = [say.word("no_threats")] if not threats else [say.word("not_drawn", number=more)] if more else []
        top = 96.0
        foot = top + drawn.height + 24
        bottom = max(foot + 20 * len(below), top + panel.height)
        return Picture(
            title=title,
            description=self._description(threats, causes),
            lang=say.lang,
            width=width,
            height=bottom + down + _EDGE,
            shapes=(
                *draw_text(heading, _EDGE, 14, 20, INK, bold=True),
                *legend(entries, _EDGE, 52 + down),
                *shifted(drawn.shapes, _EDGE, top + down),
                *draw_text(below, _EDGE, foot - 8 + down, SMALL, QUIET),
                *shifted(panel.shapes, _EDGE + drawn.width + 40, top + down),
            ),
        )

    def _entries(self, threats: Sequence[PitfallAdvice]) -> list[tuple[str, list[Shape]]]:
        """The legend, with the risks that occur, highest first."""
        say, classes = self.say, tuple(self.desk.shelf.weighing.spec.risk.classes)
        risks = sorted({one.risk for one in threats}, key=classes.index, reverse=True)
        return [
            *signs(say.word("leads_to"), say.word("aggravates"), say.word("cause"), say.word("cause_means")),
            *((say.word("risk", risk=say.risk(risk)), swatch(*_FILLS[say.tone(risk)])) for risk in risks),
        ]

    def _card(self, one: PitfallAdvice, root: bool) -> Card:
        say = self.say
        fill, band = _FILLS[say.tone(one.risk)]
        numbers = [str(at) for at, item in enumerate(self.findings.plan.items, 1) if one.id in item.covers]
        measures = say.word("by_number", numbers=", ".join(numbers)) if numbers else say.word("no_measure_short")
        return Card(
            title=say.pitfall(one.id),
            notes=(
                Note(text=say.word("risk", risk=say.risk(one.risk)), bold=True, colour=INK),
                Note(text=say.word(f"state_{one.state}")),
                Note(text=measures, colour=INK),
            ),
            fill=fill,
            band=band,
            tag=say.word("cause") if root else None,
            about=say.of(self.desk.shelf.knowledge.pitfalls[one.id].summary),
        )

    def _panel(self, threats: Sequence[PitfallAdvice], height: float) -> Chart:
        """The plan for what is drawn: each measure with its number, effort and who takes it, in columns."""
        say = self.say
        shapes = list(draw_text([say.word("plan_panel")], 0, -24, TITLE, INK, bold=True))
        drawn = {one.id for one in threats}
        entries = [
            self._measure(at, item.mitigation)
            for at, item in enumerate(self.findings.plan.items, 1)
            if not item.covers or drawn & set(item.covers)
        ]
        if not entries:
            shapes += draw_text(wrapped(say.word("plan_empty"), _PANEL, SMALL), 0, 0, SMALL, QUIET)
        x = y = lowest = 0.0
        for entry in entries:
            if y and y + entry.height > height:
                x, y = x + _PANEL + 24, 0.0
            shapes += shifted(entry.shapes, x, y)
            y += entry.height
            lowest = max(lowest, y)
        return Chart(shapes=tuple(shapes), width=x + _PANEL, height=lowest)

    def _measure(self, at: int, name: str) -> Chart:
        """One measure of the plan."""
        spec = self.desk.shelf.knowledge.mitigations[name]
        title = wrapped(self.say.of(spec.name), _PANEL - 34, TITLE, bold=True)
        notes = wrapped(f"{self.say.effort(spec.effort)} · {self.say.of(spec.who)}", _PANEL - 34, SMALL)
        below = len(title) * TITLE * 1.3
        return Chart(
            shapes=(
                Box(x=0, y=0, width=24, height=18, fill="#e6ebf1", stroke="#8795a5", radius=9),
                Words(x=12, y=13, text=str(at), size=SMALL, colour=INK, bold=True, anchor="middle"),
                *draw_text(title, 34, -1, TITLE, INK, bold=True),
                *draw_text(notes, 34, below - 1, SMALL, QUIET),
            ),
            width=_PANEL,
            height=below + len(notes) * SMALL * 1.3 + 12,
        )

    def _description(self, threats: Sequence[PitfallAdvice], causes: frozenset[str]) -> str:
        """The picture in one sentence, for who cannot see it."""
        say = self.say
        roots = say.listed(say.pitfall(one.id) for one in threats if one.id in causes) or say.word("none")
        return say.word("picture_described", number=len(threats), causes=roots, measures=len(self.findings.plan.items))
