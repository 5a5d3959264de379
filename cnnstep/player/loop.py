"""The player: draws what changed, waits for keys or for time, until someone leaves."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TextIO

from cnnstep.player.frame import PlayerScreen
from cnnstep.player.live import Live, live
from cnnstep.player.session import Session
from cnnstep.render.terminal import Terminal


@dataclass(slots=True)
class Player:
    """How a terminal is opened that draws them, and where the session stands."""

    terminal: Callable[[], Terminal]
    out: TextIO
    session: Session

    def play(self, *, once: bool = False) -> Session:
        """Play with keys until someone leaves, or `once` without: the last step stays as long as the others."""
        if once:
            timeline = self.session.timeline
            timeline = replace(timeline, is_playing=not timeline.is_at_end, has_keys=False)
            self.session = replace(self.session, timeline=timeline)
        with live(self.terminal, self.out, has_keys=not once) as screen:
            self._loop(screen, once=once)
        return self.session

    def _loop(self, screen: Live, *, once: bool) -> None:
        # the last one alone: how wide numbers have been holds for one page
        drawn = lru_cache(maxsize=1)(PlayerScreen)
        due: float | None = None
        while not self.session.timeline.has_left:
            screen.fill(lambda page, rows: drawn(page, rows).lines(self.session))
            before = self.session.timeline
            if before.is_playing or once:
                due = due or time.monotonic() + 1 / before.speed
            for key in screen.pressed(max(0.0, due - time.monotonic()) if due else None):
                if isinstance(key, str):
                    self.session = self.session.press(key)
            now = self.session.timeline
            if (now.is_playing, now.speed) != (before.is_playing, before.speed):
                due = None
            elif due and time.monotonic() >= due:
                if once and not before.is_playing:
                    return
                # from when it was due, so that drawing does not slow it; from now where that is past: no race
                self.session = replace(self.session, timeline=now.tick())
                due = max(due + 1 / before.speed, time.monotonic())
