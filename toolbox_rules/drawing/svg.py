"""Picture -> SVG; a text stays a text, so that it can be searched, copied and read aloud."""

from collections.abc import Iterator
from html import escape

from toolbox_rules.drawing.picture import Area, Box, Curve, Picture, Point, Shape, Words


def to_svg(picture: Picture) -> str:
    """The picture as one SVG document that stands alone."""
    width, height = _number(picture.width), _number(picture.height)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"',
            f'  role="img" lang="{picture.lang}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif">',
            f"<title>{escape(picture.title)}</title>",
            f"<desc>{escape(picture.description)}</desc>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *(line for shape in picture.shapes for line in _shape(shape)),
            "</svg>",
        ]
    )


def _shape(shape: Shape) -> Iterator[str]:
    match shape:
        case Words():
            bold = ' font-weight="bold"' if shape.bold else ""
            anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
            yield (
                f'<text x="{_number(shape.x)}" y="{_number(shape.y)}" font-size="{_number(shape.size)}"'
                f' fill="{shape.colour}"{bold}{anchor}>{escape(shape.text)}</text>'
            )
        case Box():
            stroke = f' stroke="{shape.stroke}" stroke-width="{_number(shape.thickness)}"' if shape.stroke else ""
            radius = f' rx="{_number(shape.radius)}"' if shape.radius else ""
            yield (
                f'<rect x="{_number(shape.x)}" y="{_number(shape.y)}" width="{_number(shape.width)}"'
                f' height="{_number(shape.height)}" fill="{shape.fill}"{stroke}{radius}{_titled("rect", shape.title)}'
            )
        case Curve():
            dashed = ' stroke-dasharray="6 4"' if shape.dashed else ""
            pieces = "".join(f" C{_point(one)} {_point(two)} {_point(end)}" for one, two, end in shape.pieces)
            yield (
                f'<path d="M{_point(shape.start)}{pieces}" fill="none" stroke="{shape.colour}"'
                f' stroke-width="{_number(shape.thickness)}"{dashed}{_titled("path", shape.title)}'
            )
        case Area():
            yield f'<polygon points="{" ".join(map(_point, shape.points))}" fill="{shape.fill}"/>'


def _titled(element: str, title: str | None) -> str:
    return "/>" if title is None else f"><title>{escape(title)}</title></{element}>"


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
