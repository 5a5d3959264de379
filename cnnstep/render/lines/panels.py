"""Panels side by side: with wide gaps, narrow gaps, fewer columns, or under each other, as the page allows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from cnnstep.render.lines.grids import grid_width, lay_grid, narrower
from cnnstep.render.lines.page import SMALL, Laid, Line, Page, Piece, laid, padded
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.scene import Beside, Mark, Panel, Picture

MARGIN = 2
BETWEEN = 3
GAPS = (3, 2, 1)
NEAR = 0.1
"""Pictures whose shapes differ by less are drawn in one shape: a map lacks a few rows and columns of its input."""


def lay_beside(block: Beside, page: Page) -> Iterator[Line]:
    """Try wide gaps, then narrow ones, then fewer columns, then one unit under the other."""
    panels = _alike(block.drawn, page)
    for gap in GAPS:
        if _width(panels, page, gap) <= page.width:
            return _row(panels, page, gap)
    # wide gaps and pictures are given up before any column is: numbers matter more than air, and than what shows them
    for gap in GAPS:
        smaller = _smaller(panels, page, gap)
        if _width(smaller, page, gap) <= page.width:
            return _row(smaller, page, gap)
    for gap in GAPS[1:]:
        fewer = _shrunk(panels, page, gap)
        if _width(fewer, page, gap) <= page.width:
            return _row(fewer, page, gap)
    return _stacked(list(units(panels)), page)


def _alike(panels: Sequence[Panel], page: Page) -> list[Panel]:
    """Pictures that fill a row: equally wide, and of one shape where they nearly are."""
    filling = [panel for panel in panels if isinstance(panel, Picture) and panel.fills]
    if not filling:
        return list(panels)
    high, wide = filling[0].size
    near = [abs(p.size[0] * wide - p.size[1] * high) < NEAR * p.size[1] * high for p in filling]
    share = (page.width - MARGIN - BETWEEN * (len(filling) - 1)) // len(filling)
    # captions and legends may be wider than a narrow page's share
    while True:
        found: list[Panel] = [
            p._replace(columns=min(p.columns, share), size=(high, wide) if is_near else p.size)
            for p, is_near in zip(filling, near, strict=True)
        ]
        share -= 1
        if share < SMALL or _width(found, page, GAPS[0]) <= page.width:
            return found


def _smaller(panels: Sequence[Panel], page: Page, gap: int) -> list[Panel]:
    """A picture beside numbers as narrow as they need it, but not too small to see anything."""
    pictures = [panel for panel in panels if isinstance(panel, Picture)]
    if len(pictures) != 1 or not any(isinstance(panel, Grid) for panel in panels):
        return list(panels)
    columns = max(SMALL, _panel_width(pictures[0], page, gap) - _width(panels, page, gap) + page.width)
    return [panel._replace(columns=columns) if isinstance(panel, Picture) else panel for panel in panels]


def _stacked(units: list[list[Panel]], page: Page) -> Iterator[Line]:
    """Fill line after line with as many units as fit."""
    gap = GAPS[-1]
    taken: list[Panel] = []
    # the empty unit at the end lets out what is still held
    for unit in [*(_cropped(unit, page, gap) for unit in units), []]:
        if unit and _width([*taken, *unit], page, gap) <= page.width:
            taken = [*taken, *unit]
            continue
        if taken:
            yield from _row(taken, page, gap)
            if unit:
                yield []
        taken = unit


def units(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    """Keep a sign or a label with the panel after it, and what follows a panel with that panel."""
    unit: list[Panel] = []
    for panel in panels:
        opens = not isinstance(panel, Mark) or not panel.follows
        if opens and any(not isinstance(p, Mark) for p in unit):
            yield unit
            unit = []
        unit = [*unit, panel]
    if unit:
        yield unit


def _shrunk(panels: Sequence[Panel], page: Page, gap: int) -> list[Panel]:
    """Take columns away from the widest grids that have a focus, until the row fits or nothing is left to take."""
    current = list(panels)
    while _width(current, page, gap) > page.width:
        spare = {i: fewer for i, p in enumerate(current) if isinstance(p, Grid) and (fewer := narrower(p)) != p}
        if not spare:
            break
        # one column at a time: grids side by side lose alike, instead of one of them everything
        widest = max(spare, key=lambda i: len(spare[i].cells[0]))
        current[widest] = spare[widest]
    return current


def _cropped(unit: list[Panel], page: Page, gap: int) -> list[Panel]:
    """Cut columns off a unit that alone is wider than the page: around the focus first, then at the end."""
    unit = _shrunk(unit, page, gap)
    while _width(unit, page, gap) > page.width:
        cut = [narrower(panel, least=1) if isinstance(panel, Grid) else panel for panel in unit]
        if cut == unit:
            break
        unit = cut
    return unit


def _width(panels: Sequence[Panel], page: Page, gap: int) -> int:
    """How wide the panels are side by side."""
    between = sum(_space(a, b) for a, b in pairwise(panels))
    return MARGIN + sum(_panel_width(panel, page, gap) for panel in panels) + between


def _panel_width(panel: Panel, page: Page, gap: int) -> int:
    if isinstance(panel, Grid):
        return grid_width(panel, page, gap)
    if isinstance(panel, Mark):
        # measured as it will be written: a stand-in such as ~= is wider than its sign
        return max(panel.width, len(page.glyphs.fit(panel.text)), len(page.glyphs.fit(panel.caption)))
    from cnnstep.render.lines.curves import curve_width  # they need NumPy, words and grids do not
    from cnnstep.render.lines.pictures import picture_width

    most = page.width - 2 * MARGIN
    return curve_width(panel, page, most) if isinstance(panel, Curve) else picture_width(panel, page, most)


def _lay(panel: Panel, page: Page, gap: int) -> Laid:
    if isinstance(panel, Grid):
        return lay_grid(panel, page, gap)
    if isinstance(panel, Mark):
        fitted = page.glyphs.fit(panel.text)
        sign = (fitted.rjust if panel.follows else fitted.ljust)(panel.width)
        return laid(page.glyphs.fit(panel.caption).rjust(len(sign)), [[Piece(sign, panel.role)]], [])
    from cnnstep.render.lines.curves import lay_curve
    from cnnstep.render.lines.pictures import lay_picture

    most = page.width - 2 * MARGIN
    return lay_curve(panel, page, most) if isinstance(panel, Curve) else lay_picture(panel, page, most)


def _space(left: Panel, right: Panel) -> int:
    return 1 if isinstance(left, Mark) or isinstance(right, Mark) else BETWEEN


def _row(panels: Sequence[Panel], page: Page, gap: int) -> Iterator[Line]:
    """Set panels side by side: captions on one line, signs in the middle of the bodies."""
    row = [_lay(panel, page, gap) for panel in panels]
    # of the bodies alone: notes below a panel must not pull a sign off the middle of the numbers
    height = max(len(part.body) for part in row)
    bodies: list[list[Line]] = [
        [[]] * ((height - 1) // 2) + part.body if isinstance(panel, Mark) else part.body + part.below
        for part, panel in zip(row, panels, strict=True)
    ]
    spaces = [MARGIN, *(_space(a, b) for a, b in pairwise(panels))]
    if any(piece.text.strip() for part in row for piece in part.caption):
        yield _joined([part.caption for part in row], spaces, row)
    for parts in zip_longest(*bodies, fillvalue=[]):
        yield _joined(parts, spaces, row)


def _joined(parts: Sequence[Line], spaces: Sequence[int], row: Sequence[Laid]) -> Line:
    return [
        piece
        for part, space, panel in zip(parts, spaces, row, strict=True)
        for piece in (Piece(" " * space), *padded(part, panel.width))
    ]
