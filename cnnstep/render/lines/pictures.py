"""Pictures and curves as lines: two pixels a character in colour, one of a ramp without; curves in a frame."""

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.render.lines.page import Laid, Line, Page, Piece, Shade, Tone, character, laid, legend_line, width_of
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Curve, Picture, Series

TALLEST = 15
HALF = "▀"
SOLID = {(True, True): "█", (True, False): "▀", (False, True): "▄"}
DOTTED = "∙"
LEAST = 8


def lay_picture(picture: Picture, page: Page, most: int) -> Laid:
    """Lay a picture out as wide as it wants to be, at most `most` columns and 15 lines."""
    rows, columns = picture.size
    width = _picture_columns(picture, most)
    # a character is about twice as high as it is wide
    height = max(1, min(TALLEST, round(width * rows / columns / 2)))
    pixels = resampled(picture.pixels, 2 * height, width, peaks=picture.peaks)
    pairs = zip(pixels[::2], pixels[1::2], strict=True)
    body = [_characters(picture.palette, upper, lower, blocks=page.blocks) for upper, lower in pairs]
    if picture.box:
        _mark(body, picture.box, page)
    return laid(page.caption(picture.caption), body, [legend_line(picture.legend, page)] if picture.legend else [])


def picture_width(picture: Picture, page: Page, most: int) -> int:
    """How wide `lay_picture` will be, without drawing anything."""
    legend = width_of(legend_line(picture.legend, page)) if picture.legend else 0
    return max(_picture_columns(picture, most), legend, len(page.caption(picture.caption)))


def _picture_columns(picture: Picture, most: int) -> int:
    """How many columns a picture takes: as many as it wants, unless it would be too tall."""
    rows, columns = picture.size
    return max(1, min(picture.columns, most, round(TALLEST * 2 * columns / rows)))


def resampled(pixels: Array, rows: int, columns: int, *, peaks: bool) -> Array:
    """Shrink by means, or, where peaks must stay, by the value furthest from zero; enlarge by repetition."""
    for axis, wanted in enumerate((rows, columns)):
        size = pixels.shape[axis]
        edges = np.arange(wanted) * size // wanted
        if wanted >= size:
            pixels = pixels.take(edges, axis=axis)
        elif peaks:
            high, low = (extreme.reduceat(pixels, edges, axis=axis) for extreme in (np.maximum, np.minimum))
            pixels = np.where(high >= -low, high, low)
        else:
            counts = np.diff([*edges, size]).reshape([-1 if i == axis else 1 for i in range(pixels.ndim)])
            pixels = np.add.reduceat(pixels, edges, axis=axis) / counts
    return pixels


def _characters(palette: Palette, upper: Array, lower: Array, *, blocks: bool) -> Line:
    if not blocks:
        return [Piece(character(palette, shade)) for shade in _shades((upper + lower) / 2)]
    above, below = ([Tone(palette, shade) for shade in _shades(line)] for line in (upper, lower))
    return [Piece(HALF, back=back, fore=fore) for fore, back in zip(above, below, strict=True)]


def _shades(line: Array) -> list[Shade]:
    """One number a pixel, or red, green and blue."""
    return line.tolist() if line.ndim == 1 else [(r, g, b) for r, g, b in line.tolist()]


def _mark(body: list[Line], box: Box, page: Page) -> None:
    """Show where the window is: its corners, or one sign where it is smaller than that."""
    height, width = len(body), len(body[0])
    top, left = _at(box.top, height), _at(box.left, width)
    bottom, right = _at(box.bottom, height, 0.01), _at(box.right, width, 0.01)
    if bottom - top < 1 or right - left < 1:
        corners = {(top, left): "◆"}
    else:
        corners = {(top, left): "┏", (top, right): "┓", (bottom, left): "┗", (bottom, right): "┛"}
    for (row, column), sign in corners.items():
        body[row][column] = Piece(page.glyphs.fit(sign), Role.CURRENT, body[row][column].back)


def _at(fraction: float, size: int, before: float = 0) -> int:
    """Where a fraction lies among so many cells; `before` keeps an end out of the next cell."""
    return max(0, min(size - 1, int(fraction * size - before)))


def lay_curve(curve: Curve, page: Page, most: int) -> Laid:
    """Lay a curve out, at most `most` columns wide with the texts on its left: the second series is dotted."""
    fit, last = page.glyphs.fit, curve.rows - 1
    ends, width = _ends(curve, page), _curve_columns(curve, page, most)
    zero = None if curve.zero is None else last - _at(curve.zero, curve.rows)
    canvas = [[Piece(" ")] * width for _ in range(curve.rows)]
    if curve.middle is not None:
        for line in canvas:
            line[_at(curve.middle, width)] = Piece(fit("│"), Role.LABEL)
    if zero is not None:
        canvas[zero] = [Piece(fit("─"), Role.LABEL)] * width
    for number, series in enumerate(curve.series):
        _draw(series, canvas, page, solid=not number)
    for across, up in curve.points:
        canvas[last - _at(up, curve.rows)][_at(across, width)] = Piece(fit("◆"), Role.CURRENT)
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
        begin, end = (_at(part, width) for part in (curve.window[0], max(curve.window[0], curve.window[1] - 1e-9)))
        lines.append([Piece(" " * (margin + begin)), Piece("^" * (end - begin + 1), Role.CURRENT)])
    return [*lines, [Piece(" " * margin + text, Role.LABEL)]]
