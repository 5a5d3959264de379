"""A scene on a screen that is not high enough: what matters least gives way first, and never the sum."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page
from cnnstep.render.lines.pieces import Line
from cnnstep.views.page.marks import Importance
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Block, Box, Curve, Gap, Grid, Mark, Panel, Picture, Scene, Words

Reduction: TypeAlias = Callable[[Scene, int], Scene]

SMALL = 10
LOW = 3
MULTIPLIED = 3


def fitted(scene: Scene, page: Page, height: int, known: "Known | None" = None) -> list[Line]:
    """The scene in at most `height` lines; `known` remembers what had to give way, and begins with that next time."""
    for given in (known.reductions if known else (), ()):
        drawn = _reduced(scene, page, height, given)
        if len(drawn) <= height:
            break
    if len(drawn) > height:
        found = _needed(scene, page, height)
        drawn = _reduced(scene, page, height, found)
        if known:
            known.reductions = found
    return drawn[-height:]  # of a sum that is still too long its end, where the value stands


@dataclass(slots=True)
class Known:
    """What gave way the last time."""

    reductions: Sequence[Reduction] = ()


def _reduced(scene: Scene, page: Page, height: int, reductions: Sequence[Reduction]) -> list[Line]:
    drawn = list(lines(scene, page))
    for give_way in reductions:
        scene = give_way(scene, max(0, len(drawn) - height))
        drawn = list(lines(scene, page))
    return drawn


def _needed(scene: Scene, page: Page, height: int) -> list[Reduction]:
    """As many reductions as it takes, the least important first; then without those that the others make needless."""
    found: list[Reduction] = []
    for give_way in REDUCTIONS:
        found.append(give_way)
        if len(_reduced(scene, page, height, found)) <= height:
            break
    for give_way in list(reversed(found[:-1])):
        fewer = [each for each in found if each is not give_way]
        if len(_reduced(scene, page, height, fewer)) <= height:
            found = fewer
    return found


def _no_gaps(scene: Scene, _: int) -> Scene:
    return Scene(tuple(block for block in scene.blocks if not isinstance(block, Gap)))


def _small_pictures(scene: Scene, _: int) -> Scene:
    return _each_panel(scene, _smaller)


def _smaller(panel: Panel) -> Panel:
    if isinstance(panel, Picture):
        return panel._replace(columns=min(panel.columns, SMALL))
    return panel._replace(rows=min(panel.rows, LOW)) if isinstance(panel, Curve) else panel


def _short_grids(scene: Scene, missing: int) -> Scene:
    """Rows that are far from what the step is about."""
    return _each_panel(scene, lambda panel: _shorter(panel, missing))


def _shorter(panel: Panel, missing: int) -> Panel:
    if not isinstance(panel, Grid) or panel.focus is None:
        return panel
    top, bottom = int(panel.focus.top), int(panel.focus.bottom)
    rows, below = len(panel.cells), len(panel.cells) - bottom
    last = rows - min(missing, below)
    first = min(missing - (rows - last), top)
    if (first, last) == (0, rows):
        return panel
    moved = [Box(b.top - first, b.left, b.bottom - first, b.right) for b in (*panel.boxes, panel.focus)]
    return panel._replace(
        cells=panel.cells[first:last],
        boxes=tuple(moved[:-1]),
        focus=moved[-1],
        cut=panel.cut._replace(top=panel.cut.top or first > 0, bottom=panel.cut.bottom or last < rows),
        unread_rows=frozenset(row - first for row in panel.unread_rows if first <= row < last),
        origin=panel.origin and (None if panel.origin[0] is None else panel.origin[0] + first, panel.origin[1]),
    )


def _without(least: Importance) -> Reduction:
    """Blocks and panels that matter less are left out."""

    def give_way(scene: Scene, _: int) -> Scene:
        kept = (block for block in scene.blocks if isinstance(block, Gap) or block.importance >= least)
        return _headed(Scene(tuple(_unburdened(block, least) for block in kept)))

    return give_way


def _unburdened(block: Block, least: Importance) -> Block:
    """A row without the thumbnails and curves that matter less than the numbers beside them."""
    if not isinstance(block, Beside):
        return block
    panels = tuple(p for p in block.panels if not isinstance(p, Picture | Curve) or p.importance >= least)
    return block._replace(panels=panels)


def _headed(scene: Scene) -> Scene:
    """A row whose captions stood above it gets them back where the row above is gone."""
    blocks: list[Block] = []
    for block in scene.blocks:
        above = blocks[-1] if blocks else None
        is_first = isinstance(block, Beside) and not (
            isinstance(above, Beside) and len(above.panels) == len(block.panels)
        )
        blocks.append(block._replace(continues=False) if isinstance(block, Beside) and is_first else block)
    return Scene(tuple(blocks))


def _no_notes(scene: Scene, _: int) -> Scene:
    return Scene(tuple(b for b in scene.blocks if not isinstance(b, Words) or b.importance > Importance.NOTE))


def _only_products(scene: Scene, _: int) -> Scene:
    """Of rows that multiply only what comes out, and what they are called."""
    return Scene(tuple(_products(block) if isinstance(block, Beside) else block for block in scene.blocks))


def _products(block: Beside) -> Beside:
    grids = [panel for panel in block.panels if isinstance(panel, Grid)]
    if len(grids) < MULTIPLIED:
        return block
    marks = [panel for panel in block.panels if isinstance(panel, Mark) and panel.role != Role.SIGN]
    before, after = ([mark for mark in marks if mark.follows == follows] for follows in (False, True))
    return block._replace(panels=(*before, grids[-1], *after))


def _few_rows(scene: Scene, missing: int) -> Scene:
    """Rows of panels, from the last one on, until enough is gone."""
    rows = [block for block in scene.blocks if isinstance(block, Beside)]
    heights = [max((len(p.cells) for p in row.panels if isinstance(p, Grid)), default=1) + 1 for row in rows]
    gone, found = set[int](), 0
    for row, height in zip(reversed(rows), reversed(heights), strict=True):
        if found < missing:
            gone.add(id(row))
            found += height
    return Scene(tuple(block for block in scene.blocks if id(block) not in gone))


def _only_words(scene: Scene, _: int) -> Scene:
    return Scene(tuple(block for block in scene.blocks if isinstance(block, Words)))


def _only_answer(scene: Scene, _: int) -> Scene:
    """The sentence with the value in as few lines as it can be told in."""
    found = [b._replace(lines=1) for b in scene.blocks if isinstance(b, Words) and b.importance == Importance.ANSWER]
    return Scene(tuple(found) or scene.blocks)


REDUCTIONS: tuple[Reduction, ...] = (
    _no_gaps,
    _small_pictures,
    _short_grids,
    _no_notes,
    _short_grids,
    _without(Importance.MORE),
    _without(Importance.CONTEXT),
    _short_grids,
    _without(Importance.STEP),
    _only_products,
    _few_rows,
    _only_words,
    _only_answer,
)
"""What gives way, in this order: air, then what is told beside the step, then other channels, then where it lies."""


def _each_panel(scene: Scene, change: Callable[[Panel], Panel]) -> Scene:
    return Scene(
        tuple(
            block._replace(panels=tuple(map(change, block.panels))) if isinstance(block, Beside) else block
            for block in scene.blocks
        )
    )
