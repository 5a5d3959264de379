"""What there is to save."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cnnstep.engine.steps import Walk
from cnnstep.render.look import Look
from cnnstep.views.frames import Takes, takes_of
from cnnstep.views.page.scene import Scene, stack
from cnnstep.views.sequence import Story
from cnnstep.views.view import Show


class Job(NamedTuple):
    """A story to save: its show, its steps, its view; and the look."""

    story: Story
    look: Look = Look()
    target: Path = Path()

    @property
    def show(self) -> Show:
        """The show."""
        return self.story.show

    @property
    def walk(self) -> Walk[Any, Any]:
        """The walk that is shown."""
        return self.show.walk

    @property
    def asked(self) -> Sequence[Any] | None:
        """The steps that were asked for; None where no one said."""
        return self.story.asked

    @property
    def takes(self) -> Takes:
        """The steps that were asked for, or all."""
        return takes_of(self.story)

    @property
    def archive(self) -> str | None:
        """Which of the show's named arrays the target's name speaks of."""
        return next((name for name in self.show.archives if name in self.target.stem.lower()), None)

    @property
    def is_one_step(self) -> bool:
        """Whether exactly one step was asked for."""
        return self.asked is not None and len(self.asked) == 1

    def one_scene(self) -> tuple[Scene, str]:
        """The first step that is shown; of what shows none, the whole result; and what it is."""
        steps = self.story.steps
        if not len(steps):
            return stack(self.show.title(), *self.show.result()), "the whole"
        return self.show.scene(steps[0]), f"step {steps[0].number + 1:,} of {len(self.walk):,}"
