"""Scene to one part: blocks under each other, panels side by side."""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from math import fsum
from typing import Any, TypeAlias

from cnnstep.render.figures.curves import draw_curve
from cnnstep.render.figures.fonts import signed_text
from cnnstep.render.figures.grids import draw_grid
from cnnstep.render.figures.links import linked
from cnnstep.render.figures.pictures import draw_picture
from cnnstep.render.figures.shapes import Part, Shape, moved, stacked
from cnnstep.render.figures.tables import draw_table
from cnnstep.render.figures.words import DIGIT, NOTE, SIZE, draw_words, line
from cnnstep.render.lines.panels import units
from cnnstep.render.theme import Paper
from cnnstep.views.page.columns import Columns
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Gap, Mark, Panel, Picture, Scene, Words
from cnnstep.views.page.tables import Table

Drawn: TypeAlias = tuple[Panel, Part | None]

MARGIN = 28.0
BETWEEN = 40.0
CLOSE = 14.0
GAP = 16.0
UNDER = 8.0
MARK = 24.0
CAPTION = 4.0
WIDEST = 1080.0


def draw(scene: Scene, paper: Paper, width: float = WIDEST) -> Part:
    """Lay a scene out on a page that is at most `width` wide, with a margin around it."""
    whole = _laid(scene, paper, width)
    return Part(whole.width + 2 * MARGIN, whole.height + 2 * MARGIN, moved(whole, MARGIN, MARGIN))


def _laid(scene: Scene, paper: Paper, width: float) -> Part:
    """Blocks under each other."""
    parts: list[Part] = []
    for above, block in pairwise((Gap(), *scene.blocks)):
        kinds = {type(above), type(block)}
        is_close = Beside in kinds and Gap not in kinds
        parts += [_air(UNDER)] * is_close + [BLOCKS[type(block)](block, paper, width)]
    return stacked(parts)


def _air(height: float) -> Part:
    return Part(0, height, ())


def _beside(block: Beside, paper: Paper, width: float) -> Part:
    """Panels that are linked; else in a row, in several where one is too wide."""
    if block.links:
        parts = [DRAWN[type(panel)](panel, paper) for panel in block.drawn]
        return linked(parts, block.links, block.columns or len(parts), paper)
    # a sign waits for its row: how high it stands depends on the bodies beside it
    drawn = iter([DRAWN[type(panel)](panel, paper) if type(panel) in DRAWN else None for panel in block.drawn])
    rows: list[list[Drawn]] = [[]]
    for unit in units(block.drawn):
        more = [(panel, next(drawn)) for panel in unit]
        # an empty row takes any unit: one that is wider than the page would fit nowhere else
        if rows[-1] and _row([*rows[-1], *more], paper).width > width:
            rows.append([])
        rows[-1] += more
    return stacked([part for row in rows for part in (_air(GAP), _row(row, paper))][1:])


def _row(row: Sequence[Drawn], paper: Paper) -> Part:
    """Bodies begin on one line, or have one middle where signs stand between them; signs are drawn last."""
    tall = max((part.body[1] - part.body[0] for _, part in row if part), default=0.0)
    parts = [part or _mark(panel, paper, tall) for panel, part in row]
    signs = [isinstance(panel, Mark) for panel, _ in row]
    is_formula = any(isinstance(panel, Mark) and panel.role == Role.SIGN for panel, _ in row)
    levels = [fsum(part.body) / 2 if is_formula else part.body[0] for part in parts]
    downs = [max(levels) - level for level in levels]
    spaces = [0.0, *(CLOSE if a or b else BETWEEN for a, b in pairwise(signs))]
    shapes: list[Shape] = []
    x = height = 0.0
    for part, space, down in zip(parts, spaces, downs, strict=True):
        x += space
        shapes += moved(part, x, down)
        x, height = x + part.width, max(height, down + part.height)
    top = min(down + part.body[0] for part, down in zip(parts, downs, strict=True))
    return Part(x, height, shapes, (top, top + tall))


def _mark(mark: Any, paper: Paper, tall: float) -> Part:
    """A sign, a label or a total in the middle of the bodies beside it, its caption on the line of captions."""
    size = NOTE if mark.role == Role.LABEL else MARK if mark.role == Role.SIGN and len(mark.text) == 1 else SIZE
    sign = line(signed_text(mark.text) if mark.role == Role.TOTAL else mark.text, paper, mark.role, size)
    caption = line(mark.caption, paper, Role.LABEL, NOTE)
    wide = max(sign.width, caption.width, mark.width * size * DIGIT)
    top = caption.height + CAPTION if mark.caption else 0.0
    align = "r" if mark.follows else "l"
    middle = top + (max(tall, sign.height) - sign.height) / 2
    placed = [(label, 0.0) for label in caption.shapes] + [(label, middle) for label in sign.shapes]
    shapes = [label._replace(width=wide, align=align, y=y) for label, y in placed]
    return Part(wide, top + max(tall, sign.height), shapes, (top, top + tall))


def _columns(block: Columns, paper: Paper, width: float) -> Part:
    """Scenes side by side; one above the other where they are wider than the page."""
    parts = [_laid(scene, paper, width / len(block.scenes)) for scene in block.scenes]
    ends = list(accumulate((part.width + BETWEEN for part in parts), initial=0.0))
    if ends[-1] > 2 * width:
        return stacked(parts)
    shapes = [shape for part, x in zip(parts, ends, strict=False) for shape in moved(part, x, 0)]
    return Part(ends[-1] - BETWEEN, max(part.height for part in parts), shapes)


DRAWN: dict[type, Callable[[Any, Paper], Part]] = {Grid: draw_grid, Picture: draw_picture, Curve: draw_curve}
BLOCKS: dict[type, Callable[[Any, Paper, float], Part]] = {
    Words: draw_words,
    Beside: _beside,
    Table: lambda table, paper, _: draw_table(table, paper),
    Gap: lambda _, __, ___: _air(GAP),
    Columns: _columns,
}
