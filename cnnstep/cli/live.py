"""Training on a terminal: the live screen, and what its keys do."""

import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cnnstep.learning.training import Trainer
from cnnstep.player.keys import Event
from cnnstep.player.live import LEAVE, Live, live, refusal
from cnnstep.render.terminal import Terminal
from cnnstep.views.learning.live import Before, scene, update
from cnnstep.views.page.scene import Scene

INTERVAL = 0.1
"""Seconds between drawings."""
RECENT = 50
"""So many updates are what the speed is measured by."""
ENDS = {LEAVE, "q", "escape"}
KEYS = "p pause  s one update  Ctrl-C end after this batch, and save"


def is_possible() -> bool:
    """Whether a live screen can be shown here."""
    return not refusal(sys.stdout, os.environ, with_keys=True)


@dataclass(slots=True)
class LiveTraining:
    """What the trainer tells after every update; True to go on."""

    live: Live
    name: str
    clock: Callable[[], float]
    losses: list[float] = field(default_factory=list)
    is_paused: bool = False
    was_ended: bool = False
    _before: Before | None = None
    _shown: Scene | None = None
    _drawn: float = 0.0
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))

    def __call__(self, trainer: Trainer, loss: float) -> bool:
        """Draw what is due, heed keys, and wait while it is paused."""
        self.losses.append(loss)
        self._times.append(self.clock())
        self._shown = update(trainer, self._before, loss) if self._before else None
        self._before = None
        if self.is_paused or self.clock() - self._drawn >= INTERVAL:
            self._draw(trainer)
        goes_on = self._heed(trainer, self.live.pressed(0))
        while self.is_paused and goes_on and not self._before:
            self._draw(trainer)
            goes_on = self._heed(trainer, self.live.pressed(None))
        self.was_ended = not goes_on
        return goes_on

    def _heed(self, trainer: Trainer, keys: Sequence[Event]) -> bool:
        """Do what the keys ask for; False where that is to end."""
        for key in keys:
            if key in ENDS:
                return False
            if key == "p":
                self.is_paused = not self.is_paused
                self._times.clear()
            elif key == "s":
                self.is_paused, self._before = True, Before.of(trainer)
                return True
        return True

    def _draw(self, trainer: Trainer) -> None:
        passed = self._times[-1] - self._times[0] if len(self._times) > 1 else 0.0
        speed = (len(self._times) - 1) * trainer.plan.batch / passed if passed and not self.is_paused else 0.0
        state = "paused" if self.is_paused else "learning"
        self.live.draw(self._shown or scene(trainer, self.name, self.losses, speed), state, KEYS)
        self._drawn = self.clock()


def train(trainer: Trainer, name: str, terminal: Callable[[], Terminal], seen: Callable[[Trainer], None]) -> bool:
    """Train on the live screen; `seen` is told of each epoch. Returns whether it was ended before."""
    from time import monotonic

    with live(terminal, sys.stdout) as screen:
        told = LiveTraining(screen, name, monotonic)
        for _ in trainer.epochs(told):
            seen(trainer)
    return told.was_ended
