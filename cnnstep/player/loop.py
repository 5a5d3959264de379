"""The player: draws what changed, waits for keys or for time, until someone leaves."""

import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TextIO

from cnnstep.player.frame import PlayerScreen
from cnnstep.player.keys import NoKeys, TerminalKeys, WindowsKeys, keyboard
from cnnstep.player.raw import IS_WINDOWS, RawTerminal, raw_terminal
from cnnstep.player.session import Session
from cnnstep.render.screen import Screen
from cnnstep.render.terminal import NARROWEST, Terminal, terminal_size

TOGETHER = ("\x1b[?2026h", "\x1b[?2026l")
"""A terminal that knows these codes shows what stands between them at once."""
ENDING = ("SIGTERM", "SIGHUP", "SIGQUIT")
LOWEST = 3


def refusal(out: TextIO, environment: Mapping[str, str], *, with_keys: bool) -> str:
    """Why nothing can be played here; empty where it can."""
    if not out.isatty():
        return "the output is not a terminal"
    if environment.get("TERM") == "dumb":
        return "TERM=dumb has no cursor"
    if environment.get("JPY_PARENT_PID"):
        return "a notebook sends no keys"
    if environment.get("TTY_INTERACTIVE") == "0":
        return "TTY_INTERACTIVE=0 asks for a still screen"
    with keyboard() as handle:
        if with_keys and handle is None and not IS_WINDOWS:
            return "there is no terminal to read keys from"
    return ""


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
        with keyboard() as handle, raw_terminal(self.out, handle) as terminal:
            keys = WindowsKeys() if handle is None else TerminalKeys(handle, terminal.wake)
            self._loop(terminal, NoKeys(terminal.wake) if once else keys, once=once)
        return self.session

    def _loop(self, terminal: RawTerminal, keys: TerminalKeys | WindowsKeys | NoKeys, *, once: bool) -> None:
        canvas = Canvas(self)
        due: float | None = None
        while not self.session.timeline.has_left:
            canvas.draw(self.session)
            before = self.session.timeline
            if before.is_playing or once:
                due = due or time.monotonic() + 1 / before.speed
            pressed = keys.read(max(0.0, due - time.monotonic()) if due else None)
            if not self._heeds(terminal, canvas):
                return
            if pressed is None:  # the terminal has gone, and with it whoever could see more
                raise SystemExit(128 + signal.SIGHUP)
            for key in pressed:
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

    def _heeds(self, terminal: RawTerminal, canvas: "Canvas") -> bool:
        """Do what signals ask for; False where that is to leave."""
        # again after each: `pause` notes a SIGCONT itself, and `take` does where it was interrupted
        while names := terminal.signals():
            if "SIGINT" in names:
                return False
            if ending := next((name for name in names if name in ENDING), None):
                raise SystemExit(128 + signal.Signals[ending])
            if "SIGTSTP" in names:
                terminal.pause()
            elif "SIGCONT" in names:
                terminal.take()
                canvas.size = (0, 0)  # nothing that stands there can be relied on
        return True


class Canvas:
    """The terminal's screen; drawn anew when its size is another, or someone else has been there."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self.size = (0, 0)

    def draw(self, session: Session) -> None:
        """Send what differs from what stands there."""
        size = terminal_size(self._player.out)
        if size != self.size:
            columns, rows = self.size = size
            terminal = self._player.terminal()
            # laid out no narrower than on any other output: `Screen` cuts off what is too much
            page = terminal.page._replace(width=max(NARROWEST, columns))
            self._frames = PlayerScreen(page, max(LOWEST, rows))
            self._screen = Screen(columns, rows, terminal.styles)
        if codes := self._screen.draw(self._frames.lines(session)):
            # `join` puts the codes between the two
            self._player.out.write(codes.join(TOGETHER))
            self._player.out.flush()
