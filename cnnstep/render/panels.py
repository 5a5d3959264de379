"""Panels side by side: with wide gaps, narrow gaps, fewer columns, or under each other, as the page allows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cnnstep.render.grids import lay_grid, narrower
from cnnstep.render.page import Page
from cnnstep.render.pieces import Laid, Line, Piece, laid, padded
from cnnstep.scenes.scene import Beside, Grid, Mark, Panel, Picture, Role

MARGIN = 2
BETWEEN = 3
GAPS = (3, 2, 1)


def lay_beside(block: Beside, page: Page) -> Iterator[Line]:
    """Try wide gaps, then narrow ones, then fewer columns, then one unit under the other."""
    units = list(_units(block.panels))
    for gap in GAPS:
        row = [_lay(panel, page, gap) for unit in units for panel in unit]
        if _row_width(row, block.panels) <= page.width:
            yield from _row(row, block.panels)
            return
    panels = _shrunk(block.panels, page)
    row = [_lay(panel, page, 1) for panel in panels]
    if _row_width(row, panels) <= page.width:
        yield from _row(row, panels)
    else:
        yield from _stacked(units, page)


def _stacked(units: list[list[Panel]], page: Page) -> Iterator[Line]:
    """Fill line after line with as many units as fit."""
    taken: list[Panel] = []
    for unit in [*(_cropped(unit, page) for unit in units), []]:
        together = [*taken, *unit]
        if unit and _row_width([_lay(panel, page, 1) for panel in together], together) <= page.width:
            taken = together
            continue
        if taken:
            yield from _row([_lay(panel, page, 1) for panel in taken], taken)
            if unit:
                yield []
        taken = unit


def _units(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    """Keep a sign or a label with the panel after it, and a total with the panel before it."""
    unit: list[Panel] = []
    for panel in panels:
        opens = not isinstance(panel, Mark) or panel.role != Role.TOTAL
        if opens and any(not isinstance(p, Mark) for p in unit):
            yield unit
            unit = []
        unit = [*unit, panel]
    if unit:
        yield unit


def _shrunk(panels: Sequence[Panel], page: Page) -> list[Panel]:
    """Take columns away from the widest grids that have a focus, until the row fits or nothing is left to take."""
    current = list(panels)
    while _row_width([_lay(panel, page, 1) for panel in current], current) > page.width:
        widths = [(len(p.cells[0]), i) for i, p in enumerate(current) if isinstance(p, Grid) and narrower(p) != p]
        if not widths:
            break
        _, widest = max(widths)
        grid = current[widest]
        current[widest] = narrower(grid) if isinstance(grid, Grid) else grid
    return current


def _cropped(unit: list[Panel], page: Page) -> list[Panel]:
    """Cut columns off a unit that alone is wider than the page: around the focus first, then at the end."""
    unit = _shrunk(unit, page)
    while _row_width([_lay(panel, page, 1) for panel in unit], unit) > page.width:
        cut = [narrower(panel, least=1) if isinstance(panel, Grid) else panel for panel in unit]
        if cut == unit:
            break
        unit = cut
    return unit


def _lay(panel: Panel, page: Page, gap: int) -> Laid:
    if isinstance(panel, Grid):
        return lay_grid(panel, page, gap)
    if isinstance(panel, Picture):
        from cnnstep.render.pictures import lay_picture  # pictures need NumPy, words and grids do not

        return lay_picture(panel, page, page.width - 2 * MARGIN)
    sign = page.glyphs.fit(panel.text)
    sign = sign.rjust(panel.width) if panel.role == Role.TOTAL else sign.ljust(panel.width)
    caption = page.glyphs.fit(panel.caption).rjust(len(sign))
    return laid([Piece(caption, Role.LABEL)], [[Piece(sign, panel.role)]], [])


def _row_width(row: Sequence[Laid], panels: Sequence[Panel]) -> int:
    between = sum(_space(a, b) for a, b in pairwise(panels))
    return MARGIN + sum(part.width for part in row) + between


def _space(left: Panel, right: Panel) -> int:
    return 1 if isinstance(left, Mark) or isinstance(right, Mark) else BETWEEN


def _row(row: Sequence[Laid], panels: Sequence[Panel]) -> Iterator[Line]:
    """Set panels side by side: captions on one line, signs in the middle of the bodies."""
    height = max(len(part.body) for part in row)
    bodies = [
        _centred(part.body, height) if isinstance(panel, Mark) else [*part.body, *part.below]
        for part, panel in zip(row, panels, strict=True)
    ]
    spaces = [MARGIN, *(_space(a, b) for a, b in pairwise(panels))]
    if any(piece.text.strip() for part in row for piece in part.caption):
        yield _joined([part.caption for part in row], spaces, row)
    for number in range(max(map(len, bodies))):
        yield _joined([body[number] if number < len(body) else [] for body in bodies], spaces, row)


def _joined(parts: Sequence[Line], spaces: Sequence[int], row: Sequence[Laid]) -> Line:
    return [
        piece
        for part, space, panel in zip(parts, spaces, row, strict=True)
        for piece in (Piece(" " * space), *padded(part, panel.width))
    ]


def _centred(body: list[Line], height: int) -> list[Line]:
    return [[] for _ in range((height - 1) // 2)] + body
