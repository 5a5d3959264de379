"""The player: draws what changed, waits for keys or for time, until someone leaves."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

from cnnstep.player.frame import Frames
from cnnstep.player.keys import Keys, NoKeys, TerminalKeys, WindowsKeys, handle_for_keys
from cnnstep.player.taking import taken
from cnnstep.player.timeline import Timeline
from cnnstep.render.screen import Screen
from cnnstep.render.terminal import Terminal
from cnnstep.scenes.show import Show

TOGETHER = ("\x1b[?2026h", "\x1b[?2026l")
"""A terminal that knows these codes shows what stands between them at once."""
NARROWEST, LOWEST = 20, 3
USUAL = (80, 24)


def refusal(environment: Mapping[str, str], *, with_keys: bool) -> str:
    """Why nothing can be played here; empty where it can."""
    if not sys.stdout.isatty():
        return "the output is not a terminal"
    if environment.get("TERM") == "dumb":
        return "TERM=dumb has no cursor"
    if environment.get("JPY_PARENT_PID"):
        return "a notebook sends no keys"
    if environment.get("TTY_INTERACTIVE") == "0":
        return "TTY_INTERACTIVE=0 asks for a still screen"
    if with_keys and os.name != "nt" and handle_for_keys() is None:
        return "there is no terminal to read keys from"
    return ""


@dataclass(slots=True)
class Player:
    """Shows, how a terminal is opened that draws them, and where the timeline stands."""

    shows: Sequence[Show]
    terminal: Callable[[], Terminal]
    out: TextIO
    timeline: Timeline
    _is_stale: bool = True

    def play(self) -> Timeline:
        """Play with keys until someone leaves; return where."""
        handle = None if os.name == "nt" else handle_for_keys()
        return self._run(handle, lambda wake: WindowsKeys() if handle is None else TerminalKeys(handle, wake))

    def animate(self) -> Timeline:
        """Play once, without keys."""
        self.timeline = replace(self.timeline, is_playing=not self.timeline.is_at_end)
        return self._run(None, NoKeys)

    def _run(self, handle: int | None, keys: Callable[[int], Keys]) -> Timeline:
        try:
            with taken(self.out, handle, self._forget) as wake:
                self._loop(keys(wake))
        except KeyboardInterrupt:  # Ctrl-C leaves, as q does
            pass
        return self.timeline

    def _loop(self, keys: Keys) -> None:
        due: float | None = None
        draw = self._drawing()
        while True:
            if self._is_stale:
                self._is_stale, draw = False, self._drawing()
            draw(self.timeline)
            before = self.timeline
            if before.is_playing:
                due = due or time.monotonic() + 1 / before.speed
            elif isinstance(keys, NoKeys):
                keys.read(1 / before.speed)
                return
            pressed = keys.read(max(0.0, due - time.monotonic()) if before.is_playing and due else None)
            if pressed is None:
                return
            for key in pressed:
                self.timeline = self.timeline.press(key)
            if self.timeline.has_left:
                return
            if pressed and (self.timeline.is_playing, self.timeline.speed) != (before.is_playing, before.speed):
                due = None
            elif due and before.is_playing and time.monotonic() >= due:
                self.timeline, due = self.timeline.tick(), max(due + 1 / before.speed, time.monotonic())

    def _forget(self) -> None:
        """Nothing that stands on the screen can be relied on: it was resized, or was someone else's."""
        self._is_stale = True

    def _drawing(self) -> Callable[[Timeline], None]:
        """What draws on a screen of the size that the terminal has now."""
        terminal = self.terminal()
        columns, rows = _size(self.out)
        page = terminal.page._replace(width=max(NARROWEST, columns))
        frames, screen = Frames(self.shows, page, max(LOWEST, rows)), Screen(columns, rows, terminal.styles)

        def draw(timeline: Timeline) -> None:
            if codes := screen.draw(frames.lines(timeline)):
                self.out.write(codes.join(TOGETHER))
                self.out.flush()

        return draw


def _size(out: TextIO) -> tuple[int, int]:
    """Columns and rows of the terminal."""
    try:
        columns, rows = os.get_terminal_size(out.fileno())
    except OSError:
        return USUAL
    return columns or USUAL[0], rows or USUAL[1]
