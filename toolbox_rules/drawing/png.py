"""Picture -> PNG, painted by matplotlib (extra ``analysis``), which brings its own letters along."""

import importlib
from io import BytesIO
from typing import Any

from toolbox_rules.drawing.picture import Area, Box, Curve, Picture, Shape, Words
from toolbox_rules.problems import Problem, ToolboxError

_DOTS = 100
#: Letters of matplotlib are measured in points, ours in pixels.
_POINTS = 72 / _DOTS
_ALIGNED = {"start": "left", "middle": "center", "end": "right"}


def to_png(picture: Picture, scale: float = 2) -> bytes:
    """The picture as PNG; ``scale`` is the number of dots for each pixel.

    Raises ``ToolboxError`` (TR401) when matplotlib is not installed.
    """
    try:
        figures, patches, paths = map(importlib.import_module, _MODULES)
    except ImportError:
        hint = "install it with: pip install 'toolbox-rules[analysis]', or write SVG"
        message = "a picture as PNG needs matplotlib, which is not installed"
        raise ToolboxError([Problem(code="TR401", message=message, location=None, hint=hint)]) from None
    figure = figures.Figure(figsize=(picture.width / _DOTS, picture.height / _DOTS), dpi=_DOTS * scale)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, picture.width)
    axes.set_ylim(picture.height, 0)
    axes.set_axis_off()
    for order, shape in enumerate(picture.shapes):
        _paint(axes, shape, order, patches, paths.Path)
    written = BytesIO()
    figure.savefig(written, format="png", facecolor="white", metadata={"Software": None, "Title": picture.title})
    return written.getvalue()


_MODULES = ("matplotlib.figure", "matplotlib.patches", "matplotlib.path")


def _paint(axes: Any, shape: Shape, order: int, patches: Any, path: Any) -> None:
    match shape:
        case Words():
            axes.text(
                shape.x,
                shape.y,
                shape.text.replace("$", r"\$"),
                fontsize=shape.size * _POINTS,
                color=shape.colour,
                fontweight="bold" if shape.bold else "normal",
                ha=_ALIGNED[shape.anchor],
                va="baseline",
                family="DejaVu Sans",
                zorder=order,
            )
        case Box():
            rounded = f"round,pad=0,rounding_size={shape.radius}" if shape.radius else "square,pad=0"
            axes.add_patch(
                patches.FancyBboxPatch(
                    (shape.x, shape.y),
                    shape.width,
                    shape.height,
                    boxstyle=rounded,
                    facecolor=shape.fill,
                    edgecolor=shape.stroke or "none",
                    linewidth=shape.thickness * _POINTS if shape.stroke else 0,
                    zorder=order,
                )
            )
        case Curve():
            points = [shape.start, *(point for piece in shape.pieces for point in piece)]
            codes = [path.MOVETO, *[path.CURVE4] * (len(points) - 1)]
            axes.add_patch(
                patches.PathPatch(
                    path(points, codes),
                    facecolor="none",
                    edgecolor=shape.colour,
                    linewidth=shape.thickness * _POINTS,
                    linestyle=(0, (4, 3)) if shape.dashed else "solid",
                    zorder=order,
                )
            )
        case Area():
            axes.add_patch(patches.Polygon(shape.points, closed=True, facecolor=shape.fill, zorder=order))
