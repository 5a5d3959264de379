"""What is played and tried out: settings and numbers that change, what stood there before, answers: pure, a key in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from cnnstep.engine.steps import Index
from cnnstep.errors import CnnstepError
from cnnstep.player.editing import Editing
from cnnstep.player.modes import TYPING, Adjusting, Answering, Mode
from cnnstep.player.timeline import LEAVING, Timeline
from cnnstep.views.differences import differences
from cnnstep.views.view import View
from cnnstep.views.wording.numbers import short, signed

MOST_UNDONE = 100
LAYERED = "the layers after it rely on its settings: play it alone"
COMPARED = "each has its own settings: play one of them alone"
Judge: TypeAlias = Callable[[View, Any, str], tuple[bool, str]]
"""Whether an answer to a step's value is right, and what to say of it."""


@dataclass(frozen=True, slots=True)
class Session:
    """The views with their timeline, which mode it is in, and what stood there before each change."""

    views: tuple[View, ...]
    timeline: Timeline
    judge: Judge | None = None
    mode: Mode | None = None
    past: tuple["Session", ...] = ()
    said: str = ""
    """What has changed, old beside new, or why nothing has: until the next key."""

    @property
    def view(self) -> View:
        """The view that is shown."""
        return self.views[self.timeline.track]

    @property
    def step(self) -> Any:
        """The step that is shown."""
        return self.view.walk[self.timeline.step]

    def press(self, key: str) -> "Session":
        """What a key makes of it."""
        now = replace(self, said="")
        if now.mode and key not in LEAVING:
            return now.mode.press(key, now)
        if now.timeline.helps or now.timeline.typed:
            return now.moved(key)
        if now.timeline.hides and now.judge and now.view.walk.operation and key in TYPING | {"enter"}:
            return Answering().press(key, now)
        return OPENING[key](now) if key in OPENING else now.moved(key)

    def moved(self, key: str) -> "Session":
        """The timeline's own keys."""
        return replace(self, timeline=self.timeline.press(key), mode=None)

    def opened(self, mode: Callable[["Session"], Mode | None]) -> "Session":
        """In a mode, where there is anything to change."""
        if len(self.views) > 1:
            return replace(self, said=LAYERED)
        if self.view.walk.operation is None:
            return replace(self, said=COMPARED)
        found = mode(self)
        return replace(self, mode=found) if found else replace(self, said="there is nothing to change in this")

    def changed(self, make: Callable[[View], View], name: str, number: Callable[[View], str]) -> "Session":
        """With the view that is made of this one, at the same cell; the reason where it cannot be made.

        `name` is what is changed, `number` what it is in a view.
        """
        try:
            view = make(self.view)
            step = _same_cell(view, self.step.index)
            view.scene(view.walk[step])
        except CnnstepError as error:
            return replace(self, said=error.message)
        timeline = replace(self.timeline, walks=(view.walk,), steps=(step,), is_playing=False)
        now = replace(self, views=(view,), timeline=timeline, past=(*self.past, self)[-MOST_UNDONE:])
        old, new = (signed(short(each.step.value)) for each in (self, now))
        told = [f"{name} {number(self.view)} → {number(view)}", f"{view.cell(now.step)} {old} → {new}"]
        others = (each for each in differences((self.view, view)) if each.name != name)
        return replace(now, said="   ".join([*told, *(f"{each.name} {each.first} → {each.second}" for each in others)]))

    def undone(self) -> "Session":
        """What stood there before the last change."""
        if not self.past:
            return replace(self, said="nothing has been changed")
        before = self.past[-1]
        return replace(before, mode=self.mode, said="undone")


def _same_cell(view: View, index: Index) -> int:
    """The step of a cell, or of the nearest that there is."""
    grid = view.walk.shape
    if len(index) != len(grid):
        return 0
    return view.walk.number(tuple(min(at, n - 1) for at, n in zip(index, grid, strict=True)))


OPENING: dict[str, Callable[[Session], Session]] = {
    "x": lambda session: session.opened(Adjusting.of),
    "e": lambda session: session.opened(Editing.of),
    "u": Session.undone,
}
