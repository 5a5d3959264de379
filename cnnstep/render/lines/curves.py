"""Curves as lines: in a frame, two levels a character."""

import numpy as np

from cnnstep.render.lines.page import Laid, Line, Page, Piece, laid
from cnnstep.render.lines.pictures import place_in
from cnnstep.views.page.curve import Curve, Series
from cnnstep.views.page.roles import Role

SOLID = {(True, True): "█", (True, False): "▀", (False, True): "▄"}
DOTTED = "∙"
LEAST = 8


def lay_curve(curve: Curve, page: Page, most: int) -> Laid:
    """Lay a curve out, at most `most` columns wide with the texts on its left: the second series is dotted."""
    fit, last = page.glyphs.fit, curve.rows - 1
    ends, width = _ends(curve, page), _curve_columns(curve, page, most)
    zero = None if curve.zero is None else last - place_in(curve.zero, curve.rows)
    canvas = [[Piece(" ")] * width for _ in range(curve.rows)]
    if curve.middle is not None:
        for line in canvas:
            line[place_in(curve.middle, width)] = Piece(fit("│"), Role.LABEL)
    if zero is not None:
        canvas[zero] = [Piece(fit("─"), Role.LABEL)] * width
    for number, series in enumerate(curve.series):
        _draw(series, canvas, page, solid=not number)
    for across, up in curve.points:
        canvas[last - place_in(up, curve.rows)][place_in(across, width)] = Piece(fit("◆"), Role.CURRENT)
    # the ends stand last, so that they win where zero lies on the edge
    beside = {zero: "0", last: ends[1], 0: ends[0]}
    margin = len(ends[0])
    body = [[Piece(f"{beside.get(row, ''):>{margin}}{fit('│')}", Role.LABEL), *line] for row, line in enumerate(canvas)]
    return laid(page.caption(curve.caption), body, _below(curve, margin + 1, width, page))


def curve_width(curve: Curve, page: Page, most: int) -> int:
    """How wide `lay_curve` will be."""
    return max(len(_ends(curve, page)[0]) + 1 + _curve_columns(curve, page, most), len(page.caption(curve.caption)))


def _curve_columns(curve: Curve, page: Page, most: int) -> int:
    return max(LEAST, min(curve.columns, most - len(_ends(curve, page)[0]) - 2))


def _ends(curve: Curve, page: Page) -> tuple[str, str]:
    """What stands at the top and the bottom on the left, equally wide."""
    top, bottom = (page.glyphs.fit(text) for text in curve.left)
    width = max(len(top), len(bottom), 1)
    return top.rjust(width), bottom.rjust(width)


def _draw(series: Series, canvas: list[Line], page: Page, *, solid: bool) -> None:
    """Draw a series from level to level, two in a row of characters; what is dotted goes behind what is solid."""
    rows = len(canvas)
    for column, (low, high) in enumerate(zip(*_levels(series, len(canvas[0]), 2 * rows), strict=True)):
        for row in range(rows):
            upper = 2 * (rows - row) - 1
            touched = (low <= upper <= high, low <= upper - 1 <= high)
            if any(touched) and (solid or canvas[row][column].role != Role.OUTPUT):
                sign, role = (SOLID[touched], Role.OUTPUT) if solid else (DOTTED, Role.KERNEL)
                canvas[row][column] = Piece(page.glyphs.fit(sign), role)


def _levels(series: Series, width: int, levels: int) -> tuple[list[int], list[int]]:
    """For each column the lowest and the highest level that the curve has there, joined to its neighbours."""
    count = len(series.low)
    edges = np.arange(width) * count // width
    if count >= width:
        low, high = np.minimum.reduceat(series.low, edges), np.maximum.reduceat(series.high, edges)
    else:
        low, high = series.low[edges], series.high[edges]
    above, below = np.concatenate([low[:1], high[:-1]]), np.concatenate([high[:1], low[:-1]])
    # half of the way to each neighbour: so a steep curve has no gaps
    lowest = np.where(above < low, (low + above) / 2, low)
    highest = np.where(below > high, (high + below) / 2, high)
    first, last = (np.clip((part * levels).astype(int), 0, levels - 1).tolist() for part in (lowest, highest))
    return first, last


def _below(curve: Curve, margin: int, width: int, page: Page) -> list[Line]:
    """The ends of the horizontal axis, and under the curve where the window is."""
    first, last = (page.glyphs.fit(text) for text in curve.below)
    middle = "0" if curve.middle is not None else ""
    room = width - len(first) - len(last)
    text = first + middle.center(room) + last if room > len(middle) else first
    lines: list[Line] = []
    if curve.window:
        # a window that ends where a character begins must not mark that one too
        begin, end = (place_in(part, width) for part in (curve.window[0], max(curve.window[0], curve.window[1] - 1e-9)))
        lines.append([Piece(" " * (margin + begin)), Piece("^" * (end - begin + 1), Role.CURRENT)])
    return [*lines, [Piece(" " * margin + text, Role.LABEL)]]
