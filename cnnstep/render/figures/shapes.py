"""What a figure is made of: boxes with text, frames, pixels and plots, in units of which text is 16 high."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from cnnstep.render.theme import Colour
from cnnstep.views.page.roles import Reveals

DASH = 6.0
"""How long the dashes of a line are, and the gaps between them."""


class Label(NamedTuple):
    """Text in a box; `fill` and `edge` colour the box, `align` is l, m or r."""

    x: float
    y: float
    width: float
    height: float
    text: str
    ink: Colour
    size: float
    bold: bool = False
    align: str = "m"
    fill: Colour | None = None
    edge: Colour | None = None


class Frame(NamedTuple):
    """A hollow rectangle over what stands there, with another line of the colour of the ground around it."""

    x: float
    y: float
    width: float
    height: float
    ink: Colour
    thick: float
    ground: Colour


class Pixels(NamedTuple):
    """Colours (rows, columns, 3) as bytes, stretched over a box; `smooth` where they are a photo.

    `name` is how a page finds it.
    """

    x: float
    y: float
    width: float
    height: float
    colours: bytes
    size: tuple[int, int]
    smooth: bool = False
    name: str = ""


class Stroke(NamedTuple):
    """A line through points of a plot; what it encloses is filled where `filled`."""

    points: tuple[tuple[float, float], ...]
    ink: Colour
    thick: float = 2
    filled: bool = False
    dashed: bool = False
    reveals: Reveals = Reveals.NOTHING


class Plot(NamedTuple):
    """Strokes over each other, their points relative to the corner of the plot; `over` what stands there already."""

    x: float
    y: float
    width: float
    height: float
    strokes: tuple[Stroke, ...]
    over: bool = False


Shape: TypeAlias = Label | Frame | Pixels | Plot


class Part(NamedTuple):
    """Shapes that were laid out together: how wide and high, and for a panel where its body is."""

    width: float
    height: float
    shapes: Sequence[Any]
    body: tuple[float, float] = (0, 0)
    """Top and bottom of the body, between the caption and the notes."""
    sides: tuple[float, float] = (0, 0)
    """Left and right of the body."""
    focus: tuple[float, float, float, float] | None = None
    """Left, top, right and bottom of what is framed in it; None where nothing is."""


def moved(part: Part, x: float, y: float) -> tuple[Shape, ...]:
    """The shapes of a part that begins at (x, y)."""
    # each begins with its place; `_replace` would take three times as long, and a film moves a million of them
    return tuple(shape._make((shape[0] + x, shape[1] + y, *shape[2:])) for shape in part.shapes)


def stacked(parts: Iterable[Part]) -> Part:
    """Parts under each other."""
    shapes: list[Shape] = []
    widest = y = 0.0
    for part in parts:
        shapes += moved(part, 0, y)
        widest, y = max(widest, part.width), y + part.height
    return Part(widest, y, shapes, (0, y))
