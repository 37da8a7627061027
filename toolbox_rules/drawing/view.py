"""A graph together with its picture: one value that shows and saves itself in every form."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import networkx as nx

from toolbox_rules.drawing import exporting
from toolbox_rules.drawing.picture import Picture
from toolbox_rules.drawing.png import to_png
from toolbox_rules.drawing.svg import to_svg
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean

FORMS: Final = (".svg", ".png", ".graphml", ".json")


@dataclass(frozen=True, slots=True, eq=False)
class GraphView:
    """A graph of knowledge and its picture; shows itself as SVG in a notebook."""

    graph: "nx.MultiDiGraph[str]"
    picture: Picture

    def to_svg(self) -> str:
        """The picture as SVG, its texts as text."""
        return to_svg(self.picture)

    def to_png(self, scale: float = 2) -> bytes:
        """The picture as PNG, with ``scale`` dots for each pixel (extra ``analysis``)."""
        return to_png(self.picture, scale)

    def to_graphml(self) -> str:
        """The graph as GraphML."""
        return exporting.to_graphml(self.graph)

    def to_node_link(self) -> str:
        """The graph as node-link JSON."""
        return exporting.to_node_link(self.graph)

    def save(self, path: str | Path) -> Path:
        """Write a file in the form that its ending names: ``.svg``, ``.png``, ``.graphml`` or ``.json``.

        Raises ``ToolboxError`` (TR402) for another ending, and when PNG cannot be made.
        """
        path = Path(path)
        match path.suffix.lower():
            case ".svg":
                content = self.to_svg().encode()
            case ".png":
                content = self.to_png()
            case ".graphml":
                content = self.to_graphml().encode()
            case ".json":
                content = self.to_node_link().encode()
            case other:
                message = f"a graph cannot be written as '{other or path.name}'"
                hint = did_you_mean(other, FORMS) if other else None
                hint = hint or f"use one of: {', '.join(FORMS)}"
                raise ToolboxError([Problem(code="TR402", message=message, location=None, hint=hint)])
        path.write_bytes(content)
        return path

    def _repr_svg_(self) -> str:
        return self.to_svg()
