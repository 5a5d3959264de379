"""Scenes on a canvas of exactly so many pixels: as large as they fit, in the layout that can be enlarged most."""

from collections.abc import Sequence
from typing import NamedTuple

from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.shapes import Part, moved
from cnnstep.render.theme import Paper
from cnnstep.views.page.scene import Scene

CANVAS = (960, 540)
LARGEST = 1.6
"""The most that a scene is enlarged on the usual canvas; on a larger one in proportion."""
WIDTHS = (1400.0, 1240.0, 1060.0, 880.0, 700.0, 520.0)
"""Where several are as good, the first, which breaks the fewest lines."""


class Canvas(NamedTuple):
    """Columns and rows of pixels, the paper, how wide scenes are laid out, and the room that all of them have."""

    size: tuple[int, int]
    paper: Paper
    width: float
    room: tuple[float, float]

    @classmethod
    def of(cls, scenes: Sequence[Scene], paper: Paper, size: tuple[int, int] | None) -> "Canvas":
        """The canvas on which these scenes are largest."""
        found = cls(size or CANVAS, paper, WIDTHS[0], _room(scenes, paper, WIDTHS[0]))
        few = scenes[:: max(1, len(scenes) - 1)]  # the first and the last are enough to choose by
        tried = [found._replace(width=width, room=_room(few, paper, width)) for width in WIDTHS]
        best = max(tried, key=lambda canvas: canvas.scale).width
        return found if best == found.width else found._replace(width=best, room=_room(scenes, paper, best))

    @property
    def scale(self) -> float:
        """Pixels a unit."""
        usual = min(a / b for a, b in zip(self.size, CANVAS, strict=True))
        return min(LARGEST * usual, *(a / b for a, b in zip(self.size, self.room, strict=True)))

    def part(self, scene: Scene) -> Part:
        """A scene in the middle of the canvas, in the place that all of them have."""
        drawn, (wide, high) = draw(scene, self.paper, self.width), (side / self.scale for side in self.size)
        left, top = ((side - room) / 2 for side, room in zip((wide, high), self.room, strict=True))
        return Part(wide, high, moved(drawn, left, top))


def _room(scenes: Sequence[Scene], paper: Paper, width: float) -> tuple[float, float]:
    """How wide and how high the largest of these scenes are in a layout."""
    parts = [draw(scene, paper, width) for scene in scenes]
    return max(part.width for part in parts), max(part.height for part in parts)
