"""Pictures that fill a screen: as high as everything that stands around them lets them be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page
from cnnstep.views.page.columns import Columns, inside
from cnnstep.views.page.roles import Importance
from cnnstep.views.page.scene import Beside, Block, Gap, Picture, Scene

WIDE = 1000
LEAST, ENOUGH = 3, 12
"""Lines of a picture: in which one still sees something, and for which numbers around it and air are given up."""


@dataclass(slots=True)
class Filling:
    """What gave way for pictures, and how high they were the last time: nothing comes and goes from step to step."""

    cuts: int = 0
    most: int = WIDE

    def __call__(self, scene: Scene, page: Page, height: int) -> Scene:
        """The scene in `height` lines, with the pictures that fill it as high as that allows."""
        if not is_filling(scene):
            return scene
        for number, cut in enumerate(CUTS):
            scene = _each(scene, cut)
            if number < self.cuts:
                continue
            low, higher = (len(list(lines(_sized(scene, size), page))) for size in (LEAST, LEAST + 1))
            # where pictures stand under each other, a line more for each is several lines more
            size = LEAST + max(0, height - low) // max(1, higher - low)
            if size >= ENOUGH:
                break
        self.cuts, self.most = number, min(self.most, size)
        return _sized(scene, self.most)


def is_filling(scene: Scene) -> bool:
    """Whether it has pictures that are to be as large as there is room."""
    return any(
        any(map(is_filling, block.scenes)) if isinstance(block, Columns) else _fills(block) for block in scene.blocks
    )


def _fills(block: Block) -> bool:
    return isinstance(block, Beside) and all(isinstance(panel, Picture) and panel.fills for panel in block.panels)


def _sized(scene: Scene, size: int) -> Scene:
    """With pictures of so many lines, as wide as that makes them or the page allows."""

    def larger(block: Block) -> Block:
        if not isinstance(block, Beside) or not _fills(block):
            return block
        return Beside(
            tuple(p._replace(columns=WIDE, lines=size) if isinstance(p, Picture) else p for p in block.panels)
        )

    return _each(scene, lambda blocks: list(map(larger, blocks)))


def _each(scene: Scene, change: Callable[[Sequence[Block]], list[Block]]) -> Scene:
    """The scene, and those that stand in its columns, with other blocks; of gaps that meet one is left."""
    blocks = change(inside(scene, lambda each: _each(each, change)).blocks)
    return Scene(tuple(b for a, b in pairwise((Gap(), *blocks)) if not (isinstance(a, Gap) and isinstance(b, Gap))))


def _last(blocks: Sequence[Block]) -> list[Block]:
    """Of several rows of pictures the last: it shows what all steps have found."""
    others = [block for block in blocks if _fills(block)][:-1]
    # by identity: arrays of pixels have no plain ==
    return [block for block in blocks if not any(block is other for other in others)]


def _without_surroundings(blocks: Sequence[Block]) -> list[Block]:
    """Without numbers that lie around the window: the pictures show where it is."""
    return [b for b in blocks if _fills(b) or not isinstance(b, Beside) or b.importance > Importance.NOTE]


def _airless(blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if not isinstance(block, Gap)]


CUTS = (_last, _without_surroundings, _airless)
