"""A walk told from its first screen to its last: some steps, then the whole result."""

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

from cnnstep.engine.steps import Step, Walk
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.views.page.scene import Gap, Scene, stack
from cnnstep.views.view import Show

MOST_CELLS = 500_000_000
BLANK = Scene((Gap(),))


class View(NamedTuple):
    """How many steps are shown when no one says, how each looks, and whether lines stand between them."""

    unasked: int | None
    scene: Callable[[Show, Step], Scene]
    spaced: bool


VIEWS = {
    "full": View(None, lambda show, step: show.scene(step), spaced=True),
    "lines": View(16, lambda show, step: show.line(step), spaced=False),
    "map": View(0, lambda show, step: show.scene(step), spaced=True),
}


class Story(NamedTuple):
    """What is told: the show, the steps that were asked for (None: no one said), and the view."""

    show: Show
    asked: Sequence[Any] | None = None
    view: str = "full"

    @property
    def tells_all(self) -> bool:
        """Whether the whole result stands at the end."""
        return self.asked is None or VIEWS[self.view].unasked == 0

    @property
    def steps(self) -> Sequence[Any]:
        """The steps that were asked for, or the first ones."""
        unasked = VIEWS[self.view].unasked
        first = self.show.first if unasked is None else unasked
        return self.show.walk[:first] if self.asked is None or unasked == 0 else self.asked

    def scenes(self) -> Iterator[Scene]:
        """Every screen in its order."""
        view, steps = VIEWS[self.view], self.steps
        if not view.spaced:
            yield Scene((*self.show.title(), Gap()))
        for position, step in enumerate(steps):
            if position and view.spaced:
                yield BLANK
            yield view.scene(self.show, step)
        if self.tells_all:
            if len(steps):
                yield BLANK
            yield stack([] if len(steps) else self.show.title(), *self.show.result())


def check_size(walk: Walk[Any, Any]) -> None:
    """Refuse a whole map that would fill the memory, before anything is shown or written."""
    cells = prod(walk.output_shape)
    if cells > MOST_CELLS:
        raise GeometryError(
            f"the whole {by(walk.output_shape)} map has {cells:,} cells; the most is {MOST_CELLS:,}",
            ("look at one cell with ", Setting("at", (0, 0)), ", or use a smaller ", Setting("padding")),
        )
