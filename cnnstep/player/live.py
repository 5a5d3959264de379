"""A terminal that is ours: what goes on is drawn anew and again, and keys are heeded between."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from cnnstep.player.keys import Event, NoKeys, TerminalKeys, WindowsKeys, keyboard
from cnnstep.player.raw import IS_WINDOWS, RawTerminal, raw_terminal
from cnnstep.render.lines.fitting import Known, fitted
from cnnstep.render.lines.page import Line, Page, Piece, no_pixels
from cnnstep.render.screen import Screen
from cnnstep.render.terminal import NARROWEST, Terminal, terminal_size
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Scene

TOGETHER = ("\x1b[?2026h", "\x1b[?2026l")
"""A terminal that knows these codes shows what stands between them at once."""
ENDING = ("SIGTERM", "SIGHUP", "SIGQUIT")
LOWEST = 3
LEAVE = "ctrl-c"
"""What Ctrl-C is as a key."""


def refusal(out: TextIO, environment: Mapping[str, str], *, with_keys: bool) -> str:
    """Why no terminal can be taken here; empty where one can."""
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
class Live:
    """A terminal that is ours, its keys, and what stands on it."""

    raw: RawTerminal
    keys: TerminalKeys | WindowsKeys | NoKeys
    terminal: Callable[[], Terminal]
    out: TextIO
    _size: tuple[int, int] = (0, 0)
    _screen: Screen = field(default_factory=lambda: Screen(1, 1))
    _page: Page | None = None

    def draw(self, scene: Scene, state: str, told: str) -> None:
        """The scene, and in the last line a state and what the keys do."""
        self.show(lambda page, room: fitted(scene, page, room, Known()), state, told)

    def show(self, body: Callable[[Page, int], list[Line]], state: str, told: str) -> None:
        """The lines that `body` makes for a page with room for so many, and the last line."""

        def lines(page: Page, rows: int) -> list[Line]:
            above, fit = body(page, rows - 1)[: rows - 1], page.glyphs.fit
            last = [Piece(f" {fit(state)}  ", Role.TITLE), Piece(fit(told), Role.LABEL)]
            return [*above, *[[] for _ in range(rows - 1 - len(above))], last]

        self.fill(lines)

    def fill(self, lines: Callable[[Page, int], list[Line]]) -> None:
        """The lines that are made for a page and so many rows; only what differs from what stands there is sent."""
        size = terminal_size(self.out)
        if size != self._size or self._page is None:
            self._size, terminal = size, self.terminal()
            # laid out no narrower than on any other output: `Screen` cuts off what is too much
            self._page = terminal.page._replace(width=max(NARROWEST, size[0]), cell=no_pixels)
            self._screen = Screen(*size, terminal.styles)
        if codes := self._screen.draw(lines(self._page, max(LOWEST, size[1]))):
            # `join` puts the codes between the two
            self.out.write(codes.join(TOGETHER))
            self.out.flush()

    def pressed(self, seconds: float | None) -> list[Event]:
        """What comes of keys and mouse within so many seconds, or at all; a Ctrl-C is among them as `leave`."""
        found = self.keys.read(seconds)
        # again after each: `pause` notes a SIGCONT itself, and `take` does where it was interrupted
        while names := self.raw.signals():
            if ending := next((name for name in names if name in ENDING), None):
                raise SystemExit(128 + signal.Signals[ending])
            if "SIGINT" in names:
                return [LEAVE]
            if "SIGTSTP" in names:
                self.raw.pause()
            elif "SIGCONT" in names:
                self.raw.take()
                self._size = (0, 0)  # nothing that stands there can be relied on
        if found is None:  # the terminal has gone, and with it whoever could see more
            raise SystemExit(128 + signal.SIGHUP)
        return found


@contextmanager
def live(
    terminal: Callable[[], Terminal], out: TextIO, *, has_keys: bool = True, mouse: bool = False
) -> Iterator[Live]:
    """The terminal is ours until the block ends, with keys, or without, and with the mouse where that is wanted."""
    with keyboard() as handle, raw_terminal(out, handle, mouse=mouse) as raw:
        keys = WindowsKeys() if handle is None else TerminalKeys(handle, raw.wake)
        yield Live(raw, keys if has_keys else NoKeys(raw.wake), terminal, out)
