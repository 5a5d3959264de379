"""As much of a view or a report as a terminal's rows hold, and how to see all of it."""

from typing import TYPE_CHECKING

from cnnstep.render.lines.filling import Filling, is_filling
from cnnstep.render.lines.fitting import REDUCTIONS, Reduction, fitted, pictures, reduced
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Line, Page, Piece
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Picture, Scene, hint
from cnnstep.views.page.tables import Table

if TYPE_CHECKING:
    from cnnstep.views.report import Report
    from cnnstep.views.view import View

EVERYTHING = "--all"
FEWEST = 3
"""Lines of the body, below which a screen is no screen."""


def screenful(shown: "View | Report", page: Page, rows: int) -> list[Line]:
    """The first steps that fit with what comes of them; else the first step and as much as there is room for.

    What is left out is said in the hint, which always stands at the end.
    """
    for candidate in shown.briefer():
        screens = list(candidate.screens())
        drawn = [line for scene in screens for line in lines(scene, page)]
        has_room = len(drawn) <= rows
        if has_room and not any(map(is_filling, screens)):
            return drawn
    is_whole = has_room and candidate is shown
    told = list(lines(Scene((hint(", ".join(filter(None, (candidate.hint, "" if is_whole else EVERYTHING)))),)), page))
    body = Scene(tuple(block for scene in candidate.scenes() for block in scene.blocks))
    room = max(FEWEST, rows - len(told))
    return [*(fitted if candidate.has_steps else beginning)(body, page, room), *told]


def beginning(body: Scene, page: Page, room: int) -> list[Line]:
    """What has no steps: without air, with smaller pictures, then without them; in the end its first lines."""
    body = Filling()(body, page, room)
    given_way: list[Reduction] = []
    for give_way in (None, *GIVING_WAY):
        given_way += [give_way] if give_way else []
        drawn = reduced(body, page, room, given_way)
        if len(drawn) <= room:
            return drawn
    left = len(drawn) - room + 1
    return [*drawn[: room - 1], [Piece(page.glyphs.fit(f" … {left} more lines"), Role.LABEL)]]


def _without_pictures(scene: Scene, _: int) -> Scene:
    """Of a table with pictures the table remains."""
    if not any(isinstance(block, Table) for block in scene.blocks):
        return scene
    blocks = (b for b in scene.blocks if not isinstance(b, Beside) or not any(isinstance(p, Picture) for p in b.panels))
    return Scene(tuple(blocks))


GIVING_WAY = (*REDUCTIONS[:3], *[pictures(0.8)] * 3, REDUCTIONS[3], _without_pictures)
