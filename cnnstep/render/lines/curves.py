"""A curve as lines: two heights a character, the second curve dotted, a frame of axes with their ends."""

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.lines.page import Page
from cnnstep.render.lines.pieces import Laid, Line, Piece, laid
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Curve, Series

SOLID = {(True, True): "█", (True, False): "▀", (False, True): "▄"}
DOTTED = "∙"
LEAST = 8


def lay_curve(curve: Curve, page: Page, most: int) -> Laid:
    """Lay a curve out, at most `most` columns wide with the texts on its left."""
    left = _left(curve, page)
    width = _columns(curve, page, most)
    canvas = [[Piece(" ")] * width for _ in range(curve.rows)]
    _axes(canvas, curve, page)
    for number, series in enumerate(curve.series):
        low, high = _heights(series, width, 2 * curve.rows)
        for column in range(width):
            for row in range(curve.rows):
                upper, lower = (2 * (curve.rows - row) - i for i in (1, 2))
                touched = (low[column] <= upper <= high[column], low[column] <= lower <= high[column])
                if any(touched) and (number == 0 or not _is_drawn(canvas[row][column])):
                    sign = SOLID[touched] if number == 0 else DOTTED
                    canvas[row][column] = Piece(page.glyphs.fit(sign), Role.OUTPUT if number == 0 else Role.KERNEL)
    for across, up in curve.points:
        row = curve.rows - 1 - _at(up, curve.rows)
        canvas[row][_at(across, width)] = Piece(page.glyphs.fit("◆"), Role.CURRENT)
    body = [[Piece(_margin(curve, row, left, page), Role.LABEL), *line] for row, line in enumerate(canvas)]
    return laid([Piece(page.caption(curve.caption), Role.LABEL)], body, _below(curve, len(left[0]), width, page))


def curve_width(curve: Curve, page: Page, most: int) -> int:
    """How wide `lay_curve` will be."""
    return max(len(_left(curve, page)[0]) + 1 + _columns(curve, page, most), len(page.caption(curve.caption)))


def _columns(curve: Curve, page: Page, most: int) -> int:
    return max(LEAST, min(curve.columns, most - len(_left(curve, page)[0]) - 2))


def _left(curve: Curve, page: Page) -> tuple[str, str]:
    top, bottom = (page.glyphs.fit(text) for text in curve.left)
    width = max(len(top), len(bottom), 1)
    return top.rjust(width), bottom.rjust(width)


def _margin(curve: Curve, row: int, left: tuple[str, str], page: Page) -> str:
    zero = _zero_row(curve)
    text = left[0] if row == 0 else left[1] if row == curve.rows - 1 else "0" if row == zero else ""
    return text.rjust(len(left[0])) + page.glyphs.fit("│")


def _zero_row(curve: Curve) -> int | None:
    return None if curve.zero is None else curve.rows - 1 - _at(curve.zero, curve.rows)


def _axes(canvas: list[Line], curve: Curve, page: Page) -> None:
    """Draw y = 0 and x = 0 under the curves."""
    if curve.middle is not None:
        for line in canvas:
            line[_at(curve.middle, len(line))] = Piece(page.glyphs.fit("│"), Role.LABEL)
    if (zero := _zero_row(curve)) is not None:
        canvas[zero] = [Piece(page.glyphs.fit("─"), Role.LABEL) for _ in canvas[zero]]


def _heights(series: Series, width: int, levels: int) -> tuple[Array, Array]:
    """For each column the lowest and the highest level that the curve has there, joined to its neighbours."""
    count = len(series.low)
    edges = np.arange(width) * count // width
    if count >= width:
        low, high = np.minimum.reduceat(series.low, edges), np.maximum.reduceat(series.high, edges)
    else:
        low, high = series.low[edges], series.high[edges]
    before = np.concatenate([low[:1], high[:-1]]), np.concatenate([high[:1], low[:-1]])
    low, high = (
        np.minimum(low, np.where(before[0] < low, (low + before[0]) / 2, low)),
        np.maximum(high, np.where(before[1] > high, (high + before[1]) / 2, high)),
    )
    return tuple(np.clip((part * levels).astype(int), 0, levels - 1) for part in (low, high))


def _is_drawn(piece: Piece) -> bool:
    return piece.role == Role.OUTPUT


def _below(curve: Curve, left: int, width: int, page: Page) -> list[Line]:
    """The ends of the horizontal axis, and under it where the window is."""
    first, last = (page.glyphs.fit(text) for text in curve.below)
    middle = "0" if curve.middle is not None else ""
    room = width - len(first) - len(last)
    text = first + middle.center(room) + last if room > len(middle) else first
    lines: list[Line] = []
    if curve.window:
        begin, end = (_at(part, width) for part in (curve.window[0], max(curve.window[0], curve.window[1] - 1e-9)))
        lines.append([Piece(" " * (left + 1 + begin)), Piece("^" * (end - begin + 1), Role.CURRENT)])
    return [*lines, [Piece(" " * (left + 1) + text, Role.LABEL)]]


def _at(fraction: float, size: int) -> int:
    return max(0, min(size - 1, int(fraction * size)))
