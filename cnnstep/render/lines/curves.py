"""Curves as lines: eight dots a character, between an axis on the left and one below."""

from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

from cnnstep.render.lines.page import Laid, Line, Page, Piece, laid
from cnnstep.render.lines.pictures import place_in
from cnnstep.views.page.curve import Curve, Scale, Series
from cnnstep.views.page.roles import Role

DOWN, ALONG = 4, 2
"""Dots of a character."""
BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BRAILLE = 0x2800
UPPER = 0x01 | 0x08 | 0x02 | 0x10
FULL = 0xFF
LEAST = 8
BESIDE = 2
"""Columns right of a curve for the name of its axis."""


class Dots:
    """A sheet of characters, each of eight dots; in one character the dots of all that is drawn stand together."""

    def __init__(self, rows: int, columns: int, page: Page) -> None:
        self.rows, self.columns = rows, columns
        self._sign: Callable[[int], str] = _braille if page.glyphs.can_show(_braille(FULL)) else _plain
        self._masks = np.zeros((rows, columns), dtype=np.uint8)
        self._roles: dict[tuple[int, int], Role] = {}

    def column(self, across: int, low: int, high: int, role: Role) -> None:
        """The dots of one column of dots, from level to level, counted from below."""
        for level in range(max(low, 0), min(high, DOWN * self.rows - 1) + 1):
            row, down = divmod(DOWN * self.rows - 1 - level, DOWN)
            place = row, across // ALONG
            self._masks[place] |= BITS[down][across % ALONG]
            self._roles[place] = role

    def line(self, ends: Iterable[tuple[float, float]], role: Role) -> None:
        """Every second dot from one place to another, in fractions of the sheet."""
        wide, high = ALONG * self.columns, DOWN * self.rows
        (x0, y0), (x1, y1) = ((place_in(across, wide), place_in(up, high)) for across, up in ends)
        count = max(abs(x1 - x0), abs(y1 - y0), 1)
        for number in range(0, count + 1, 2):
            level = round(y0 + (y1 - y0) * number / count)
            self.column(round(x0 + (x1 - x0) * number / count), level, level, role)

    def pieces(self) -> list[list[Piece | None]]:
        """A piece for each character that has dots."""
        return [
            [Piece(self._sign(mask), self._roles[row, column]) if mask else None for column, mask in enumerate(masks)]
            for row, masks in enumerate(self._masks.tolist())
        ]


def _braille(mask: int) -> str:
    return chr(BRAILLE + mask)


def _plain(mask: int) -> str:
    """In ASCII: the upper half, the lower half, or both; full where most dots are."""
    if mask.bit_count() > ALONG * DOWN // 2 + 1:
        return "#"
    return ":" if mask & UPPER and mask & ~UPPER else "'" if mask & UPPER else "."


def lay_curve(curve: Curve, page: Page, most: int) -> Laid:
    """Lay a curve out, at most `most` columns wide with the texts on its left."""
    fit, width, margin = page.glyphs.fit, _columns(curve, page, most), _margin(curve, page)
    dots = Dots(curve.rows, width, page)
    for number, series in enumerate(curve.series):
        _draw(series, dots, solid=not number)
    zero = place_in(curve.up.zero or 0, DOWN * curve.rows)
    for stem in curve.stems:
        low, high = sorted((zero, place_in(stem.up, DOWN * curve.rows)))
        dots.column(place_in(stem.across, ALONG * width), low, high, stem.role)
    for point in curve.points:
        if point.drops:
            dots.line(((point.across, 0), (point.across, point.up)), Role.CURRENT)
            dots.line(((0, point.up), (point.across, point.up)), Role.CURRENT)
        if point.tangent:
            dots.line(point.tangent, Role.KERNEL)
    canvas = [
        [piece or under for piece, under in zip(drawn, grid, strict=True)]
        for drawn, grid in zip(dots.pieces(), _zeros(curve, width, page), strict=True)
    ]
    for stem in curve.stems:  # heads that would touch each other are left out
        if stem.role == Role.CURRENT or (stem.has_head and curve.apart * width > 1):
            sign = fit("◆" if stem.role == Role.CURRENT else "●")
            canvas[_row(stem.up, curve)][place_in(stem.across, width)] = Piece(sign, stem.role)
    for point in curve.points:
        canvas[_row(point.up, curve)][place_in(point.across, width)] = Piece(fit("◆"), Role.CURRENT)
    beside = {_row(tick.place, curve): fit(tick.text) for tick in curve.up.ticks}
    body = [
        [Piece(f"{beside.get(row, ''):>{margin}}{fit('┤' if row in beside else '│')}", Role.LABEL), *line]
        for row, line in enumerate(canvas)
    ]
    return laid(page.caption(curve.caption), body, _below(curve, margin + 1, width, page))


def curve_width(curve: Curve, page: Page, most: int) -> int:
    """How wide `lay_curve` will be."""
    body = _margin(curve, page) + 1 + _columns(curve, page, most)
    return max(body + _beside(curve.across), len(page.caption(curve.caption)))


def _columns(curve: Curve, page: Page, most: int) -> int:
    # a character is about twice as high as it is wide
    wanted = 2 * curve.rows + 1 if curve.is_square else curve.columns
    return max(LEAST, min(wanted, most - _margin(curve, page) - 1 - _beside(curve.across)))


def _beside(across: Scale) -> int:
    return 1 + len(across.name) if across.name else 0


def _margin(curve: Curve, page: Page) -> int:
    """How wide the numbers on the left are."""
    return max(1, *(len(page.glyphs.fit(text)) for text in (curve.room, *(tick.text for tick in curve.up.ticks))))


def _row(up: float, curve: Curve) -> int:
    """The row of characters in which a height lies."""
    return curve.rows - 1 - place_in(up, curve.rows)


def _zeros(curve: Curve, width: int, page: Page) -> list[Line]:
    """Lines where x and y are 0."""
    canvas = [[Piece(" ")] * width for _ in range(curve.rows)]
    if curve.across.zero is not None:
        for line in canvas:
            line[place_in(curve.across.zero, width)] = Piece(page.glyphs.fit("│"), Role.LABEL)
    if curve.up.zero is not None:
        canvas[_row(curve.up.zero, curve)] = [Piece(page.glyphs.fit("─"), Role.LABEL)] * width
    return canvas


def _draw(series: Series, dots: Dots, *, solid: bool) -> None:
    """A series from level to level in each column of dots, a solid one two dots thick."""
    begin, end = (round(ALONG * dots.columns * part) for part in series.ends)
    levels = _levels(series, max(1, end - begin), DOWN * dots.rows)
    for across, (low, high) in enumerate(zip(*levels, strict=True), begin):
        if solid:
            dots.column(across, low, high + (low == high), Role.OUTPUT)
        elif across % ALONG:
            dots.column(across, low, high, Role.KERNEL)


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
    """Where the window is, then the axis with its numbers and its name."""
    lines: list[Line] = []
    if curve.window and not curve.stems:
        # a window that ends where a character begins must not mark that one too
        begin, end = (place_in(part, width) for part in (curve.window[0], max(curve.window[0], curve.window[1] - 1e-9)))
        lines.append([Piece(" " * (margin + begin)), Piece("^" * (end - begin + 1), Role.CURRENT)])
    if not curve.across.ticks:
        return lines
    marks, texts = ["─"] * width, ""
    for place, begin, shown in _numbers(curve.across, width, page):
        marks[place], texts = "┴", f"{texts:<{begin}}{shown}"
    if curve.across.name or curve.is_square:  # a low curve without a name saves the line
        axis = page.glyphs.fit("└" + "".join(marks))
        lines.append([Piece(f"{' ' * (margin - 1)}{axis} {curve.across.name}", Role.LABEL)])
    return [*lines, [Piece(" " * margin + texts, Role.LABEL)]]


def _numbers(scale: Scale, width: int, page: Page) -> list[tuple[int, int, str]]:
    """Where ticks are, where their numbers begin, and the numbers: all, or every second, third … so that none touch."""
    places = [place_in(tick.place, width) for tick in scale.ticks]
    texts = [page.glyphs.fit(tick.text) for tick in scale.ticks]
    begins = [max(0, min(at - (len(text) - 1) // 2, width - len(text))) for at, text in zip(places, texts, strict=True)]
    found = list(zip(places, begins, texts, strict=True))
    kept = next((n for n, tick in enumerate(scale.ticks) if tick.place == scale.zero), len(found) - 1)
    for every in range(1, len(found)):
        some = found[kept % every :: every]
        if all(begin + len(text) < after for (_, begin, text), (_, after, _) in pairwise(some)):
            return some
    return found[kept : kept + 1]
