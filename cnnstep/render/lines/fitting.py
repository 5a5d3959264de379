"""A scene on a screen that is not high enough: what matters least gives way first, and never the sum."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from cnnstep.render.lines.filling import Filling
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import SMALL, Line, Page
from cnnstep.views.page.columns import Columns, inside
from cnnstep.views.page.curve import Curve
from cnnstep.views.page.grid import Box, Grid
from cnnstep.views.page.roles import Importance, Role
from cnnstep.views.page.scene import Beside, Block, Gap, Mark, Panel, Picture, Scene, Words

Reduction: TypeAlias = Callable[[Scene, int], Scene]

LOWEST = {False: 3, True: 6}
"""Rows of a curve, and of one that is as wide as high."""
MULTIPLIED = 3


@dataclass(slots=True)
class Known:
    """What gave way the last time."""

    reductions: Sequence[Reduction] = ()
    filling: Filling = field(default_factory=Filling)


def fitted(scene: Scene, page: Page, height: int, known: Known | None = None) -> list[Line]:
    """The scene in at most `height` lines; `known` remembers what had to give way, and begins with that next time."""
    known = known or Known()
    scene = known.filling(scene, page, height)
    # what gave way for the step before gives way here too, even where all would fit: nothing comes and goes
    for reductions in (known.reductions, ()):
        drawn = reduced(scene, page, height, reductions)
        if len(drawn) <= height:
            return drawn
    known.reductions = _needed(scene, page, height)
    # of a sum that is still too long its end, where the value stands
    return reduced(scene, page, height, known.reductions)[-height:]


def reduced(scene: Scene, page: Page, height: int, reductions: Sequence[Reduction]) -> list[Line]:
    """The lines of the scene after these have given way, one after the other."""
    drawn = list(lines(scene, page))
    for give_way in reductions:
        scene = _given_way(scene, give_way, max(0, len(drawn) - height))
        drawn = list(lines(scene, page))
    return drawn


def _given_way(scene: Scene, give_way: Reduction, missing: int) -> Scene:
    """The scene with less, and as much less in each of its columns."""
    return give_way(inside(scene, lambda each: _given_way(each, give_way, missing)), missing)


def _needed(scene: Scene, page: Page, height: int) -> list[Reduction]:
    """As many reductions as it takes, the least important first; then without those that the others make needless."""
    # a later reduction can make an earlier one needless: where pictures go, numbers need not be cut. So what was found
    # is tried again without each, from the last one back; every try draws the scene, about 1 ms a screen
    found: list[Reduction] = []
    for give_way in REDUCTIONS:
        found.append(give_way)
        if len(reduced(scene, page, height, found)) <= height:
            break
    for give_way in list(reversed(found[:-1])):
        fewer = [each for each in found if each is not give_way]
        if len(reduced(scene, page, height, fewer)) <= height:
            found = fewer
    return found


def _keeping(is_kept: Callable[[Block], bool]) -> Reduction:
    """Only some of the blocks; columns are scenes of their own."""
    return lambda scene, _: Scene(tuple(b for b in scene.blocks if isinstance(b, Columns) or is_kept(b)))


def _each_row(scene: Scene, change: Callable[[Beside], Beside]) -> Scene:
    return Scene(tuple(change(block) if isinstance(block, Beside) else block for block in scene.blocks))


def pictures(share: float) -> Reduction:
    """Pictures and curves of a share of their size, but not too small to see anything."""

    def smaller(panel: Panel) -> Panel:
        if isinstance(panel, Picture):
            return panel._replace(columns=min(panel.columns, max(SMALL, round(panel.columns * share))))
        if isinstance(panel, Curve):
            return panel._replace(rows=min(panel.rows, max(LOWEST[panel.is_square], round(panel.rows * share))))
        return panel

    return lambda scene, _: _each_row(scene, lambda row: row._replace(panels=tuple(map(smaller, row.panels))))


def _short_grids(scene: Scene, missing: int) -> Scene:
    """Rows that are far from what the step is about."""
    return _each_row(scene, lambda row: row._replace(panels=tuple(_shorter(panel, missing) for panel in row.panels)))


def _shorter(panel: Panel, missing: int) -> Panel:
    if not isinstance(panel, Grid) or panel.focus is None:
        return panel
    rows, top, below = len(panel.cells), int(panel.focus.top), len(panel.cells) - int(panel.focus.bottom)
    last = rows - min(missing, below)
    first = min(missing - (rows - last), top)
    if (first, last) == (0, rows):
        return panel
    *boxes, focus = (Box(b.top - first, b.left, b.bottom - first, b.right) for b in (*panel.boxes, panel.focus))
    return panel._replace(
        cells=panel.cells[first:last],
        boxes=tuple(boxes),
        focus=focus,
        cut=panel.cut._replace(top=panel.cut.top or first > 0, bottom=panel.cut.bottom or last < rows),
        unread_rows=frozenset(row - first for row in panel.unread_rows if first <= row < last),
        origin=panel.origin and (None if panel.origin[0] is None else panel.origin[0] + first, panel.origin[1]),
    )


def _without(least: Importance) -> Reduction:
    """Without the blocks that matter less, and of a row the thumbnails and curves that matter less than its numbers."""

    def trimmed(row: Beside) -> Beside:
        kept = (p for p in row.panels if not isinstance(p, Picture | Curve) or p.importance >= least)
        return row._replace(panels=tuple(kept))

    def give_way(scene: Scene, _: int) -> Scene:
        kept = (block for block in scene.blocks if isinstance(block, Gap) or block.importance >= least)
        return _headed(_each_row(Scene(tuple(kept)), trimmed))

    return give_way


def _headed(scene: Scene) -> Scene:
    """A row whose captions stood above it gets them back where the row above is gone."""
    wide = [len(block.panels) if isinstance(block, Beside) else 0 for block in scene.blocks]
    changed = (
        block._replace(continues=block.continues and mine == above) if isinstance(block, Beside) else block
        for block, (above, mine) in zip(scene.blocks, pairwise((0, *wide)), strict=True)
    )
    return Scene(tuple(changed))


def _only_products(scene: Scene, _: int) -> Scene:
    """Of rows that multiply only what comes out, and what they are called."""
    return _each_row(scene, _products)


def _products(row: Beside) -> Beside:
    grids = [panel for panel in row.panels if isinstance(panel, Grid)]
    if len(grids) < MULTIPLIED:
        return row
    marks = [panel for panel in row.panels if isinstance(panel, Mark) and panel.role != Role.SIGN]
    before, after = ([mark for mark in marks if mark.follows == follows] for follows in (False, True))
    return row._replace(panels=(*before, grids[-1], *after))


def _few_rows(scene: Scene, missing: int) -> Scene:
    """Rows of panels, from the last one on, until enough is gone."""
    rows = [block for block in scene.blocks if isinstance(block, Beside)]
    gone = set[int]()
    while rows and missing > 0:
        row = rows.pop()
        # by identity: equal rows are not the same row, and arrays of pixels have no plain ==
        gone.add(id(row))
        missing -= max((len(p.cells) for p in row.panels if isinstance(p, Grid)), default=1) + 1
    return Scene(tuple(block for block in scene.blocks if id(block) not in gone))


def _brief(scene: Scene, _: int) -> Scene:
    """Everything, but the sentence with the value in as few lines as it can be told in."""
    return Scene(tuple(b._replace(lines=1) if isinstance(b, Words) else b for b in scene.blocks))


def _only_answer(scene: Scene, _: int) -> Scene:
    """The sentence with the value in as few lines as it can be told in."""
    answers = [b for b in scene.blocks if isinstance(b, Words | Columns) and b.importance == Importance.ANSWER]
    found = [b._replace(lines=1) if isinstance(b, Words) else b for b in answers]
    # where no words are an answer, what is left is better than an empty screen
    return Scene(tuple(found) or scene.blocks)


REDUCTIONS: tuple[Reduction, ...] = (
    _keeping(lambda block: not isinstance(block, Gap)),
    pictures(0.75),
    pictures(0.67),
    pictures(0),
    _short_grids,
    _keeping(lambda block: not isinstance(block, Words) or block.importance > Importance.NOTE),
    _short_grids,
    _without(Importance.MORE),
    _without(Importance.CONTEXT),
    _short_grids,
    _without(Importance.STEP),
    _brief,
    _only_products,
    _few_rows,
    _keeping(lambda block: isinstance(block, Words)),
    _only_answer,
)
"""What gives way, in this order: air, then what is told beside the step, then other channels, then where it lies."""
