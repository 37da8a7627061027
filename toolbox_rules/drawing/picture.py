"""A picture as a value: shapes with their places, in pixels from the upper left corner."""

from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text; ``y`` is its base line, ``size`` the height of its letters."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    bold: bool = False
    anchor: Anchor = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle; ``title`` is shown when one points at it."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str | None = None
    thickness: float = 1
    radius: float = 0
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line of cubic Bezier pieces: the start, and for each piece two control points and an end."""

    start: Point
    pieces: tuple[tuple[Point, Point, Point], ...]
    colour: str
    thickness: float = 1.5
    dashed: bool = False
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A filled polygon, such as the head of an arrow."""

    points: tuple[Point, ...]
    fill: str


Shape = Words | Box | Curve | Area


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Shapes in the order in which they are painted; ``description`` says in words what one sees."""

    title: str
    description: str
    lang: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
