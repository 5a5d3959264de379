"""Whole scenes side by side, for what is compared."""

from typing import TYPE_CHECKING, NamedTuple

from cnnstep.views.page.roles import Importance

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnstep.views.page.scene import Scene


class Columns(NamedTuple):
    """Scenes side by side, each laid out in its own width; one above the other where that is too narrow."""

    scenes: tuple["Scene", ...]
    importance: Importance = Importance.ANSWER


def inside(scene: "Scene", change: "Callable[[Scene], Scene]") -> "Scene":
    """The same scene, with a change made to each one that stands in its columns."""
    changed = (
        block._replace(scenes=tuple(map(change, block.scenes))) if isinstance(block, Columns) else block
        for block in scene.blocks
    )
    return scene._replace(blocks=tuple(changed))
