"""What there is to save."""

from pathlib import Path
from typing import Any, NamedTuple

from cnnstep.engine.steps import Walk
from cnnstep.render.figures.paper import DARK, WHITE, Paper
from cnnstep.render.look import Look
from cnnstep.views.frames import Frames, frames_of
from cnnstep.views.page.scene import Scene, stack
from cnnstep.views.report import Report
from cnnstep.views.view import View


class Job(NamedTuple):
    """A view to save, how it is to look, and the name of the file."""

    view: View
    look: Look = Look()
    target: Path = Path()

    @property
    def walk(self) -> Walk[Any, Any]:
        """The walk that is shown."""
        return self.view.walk

    @property
    def frames(self) -> Frames:
        """The steps that were asked for, or all."""
        return frames_of(self.view)

    @property
    def archive(self) -> str | None:
        """Which of the view's named arrays the target's name speaks of."""
        return next((name for name in self.view.archives if name in self.target.stem.lower()), None)

    @property
    def is_one_step(self) -> bool:
        """Whether exactly one step was asked for."""
        asked = self.view.asked
        return asked is not None and len(asked) == 1

    @property
    def paper(self) -> Paper:
        """White, or dark."""
        return DARK if self.look.dark else WHITE

    def one_scene(self) -> tuple[Scene, str]:
        """The first step that is shown; of what shows none, the whole result; and what it is."""
        steps = self.view.steps
        if not len(steps):
            return stack(self.view.title(), *self.view.result()), "the whole"
        return self.view.scene(steps[0]), f"step {steps[0].number + 1:,} of {len(self.walk):,}"


class Print(NamedTuple):
    """A report to save, how it is to look, and the name of the file."""

    report: Report
    look: Look = Look()
    target: Path = Path()

    @property
    def paper(self) -> Paper:
        """White, or dark."""
        return DARK if self.look.dark else WHITE
