"""Panels that lead to each other: bands from the window to its products, from them to the cell that they make."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from math import fsum
from typing import NamedTuple, TypeAlias

from cnnstep.render.figures.shapes import Part, Plot, Shape, Stroke, moved
from cnnstep.render.theme import Paper

Corners: TypeAlias = tuple[float, float, float, float]

APART = 64.0
"""Between panels side by side: room for a band."""
UNDER = 26.0
THIN, HALO = 1.3, 4.0


class _Placed(NamedTuple):
    """A part and its corner."""

    part: Part
    x: float
    y: float

    @property
    def body(self) -> Corners:
        """Left, top, right and bottom of its body."""
        (left, right), (top, bottom) = self.part.sides, self.part.body
        return self.x + left, self.y + top, self.x + right, self.y + bottom

    @property
    def focus(self) -> Corners:
        """The same of what is framed in it, or of all of it."""
        if not self.part.focus:
            return self.body
        left, top, right, bottom = self.part.focus
        return self.x + left, self.y + top, self.x + right, self.y + bottom


def linked(parts: Sequence[Part], links: Iterable[tuple[int, int]], columns: int, paper: Paper) -> Part:
    """Parts in rows of so many columns, those of a row around one middle, with what leads from one to another."""
    placed = list(_placed(parts, columns))
    beside = [(a, b) for a, b in links if a // columns == b // columns]
    shapes: list[Shape] = [_band(placed[a], placed[b], paper) for a, b in beside]
    for part, x, y in placed:
        shapes += moved(part, x, y)
    shapes += (_leader(placed[a], placed[b], paper) for a, b in links if (a, b) not in beside)
    width, height = (max(getattr(p.part, side) + p[n] for p in placed) for n, side in ((1, "width"), (2, "height")))
    _, tops, _, bottoms = zip(*(each.body for each in placed), strict=True)
    return Part(width, height, shapes, (min(tops), max(bottoms)))


def _placed(parts: Sequence[Part], columns: int) -> Iterator[_Placed]:
    widths = [max(part.width for part in parts[column::columns]) for column in range(columns)]
    lefts = [0.0, *accumulate(width + APART for width in widths)]
    y = 0.0
    for first in range(0, len(parts), columns):
        row = parts[first : first + columns]
        middles = [fsum(part.body) / 2 for part in row]
        for part, left, width, middle in zip(row, lefts, widths, middles, strict=False):
            yield _Placed(part, left + (width - part.width) / 2, y + max(middles) - middle)
        y += max(part.height + max(middles) - middle for part, middle in zip(row, middles, strict=True)) + UNDER


def _band(source: _Placed, target: _Placed, paper: Paper) -> Plot:
    """From the corners of what is framed on the left to those on the right, as far as it lies between the two."""
    (_, top, begin, bottom), (end, upper, _, lower) = source.focus, target.focus
    left, right = source.x + source.part.width, target.body[0]  # not under a caption that is wider than its grid
    shares = [(x - begin) / (end - begin) for x in (left, right)]
    above, below = (
        [(x, first + (last - first) * share) for x, share in zip((left, right), shares, strict=True)]
        for first, last in ((top, upper), (bottom, lower))
    )
    y = min(down for _, down in above)
    above, below = ([(x - left, down - y) for x, down in edge] for edge in (above, below))
    fill = Stroke((*above, *reversed(below)), paper.named["lead"], 0, filled=True)
    rims = (Stroke(tuple(edge), paper.highlight, THIN, dashed=True) for edge in (above, below))
    return Plot(left, y, right - left, max(down for _, down in below), (fill, *rims))


def _leader(source: _Placed, target: _Placed, paper: Paper) -> Plot:
    """Lines from a place in a picture to the corners of what shows it large."""
    (left, _, right, bottom), (begin, top, end, _) = source.focus, target.body
    lines = (((left, bottom), (begin, top)), ((right, bottom), (end, top)))
    looks = ((paper.ground, HALO), (paper.highlight, THIN))
    return Plot(0, 0, 0, 0, tuple(Stroke(ends, ink, thick) for ink, thick in looks for ends in lines), over=True)
