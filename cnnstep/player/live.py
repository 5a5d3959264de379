"""A live screen: what goes on is drawn anew and again, and keys are heeded between; it knows not what goes on."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from cnnstep.player.keys import Event, TerminalKeys, WindowsKeys, keyboard
from cnnstep.player.loop import ENDING, LOWEST, TOGETHER
from cnnstep.player.raw import RawTerminal, raw_terminal
from cnnstep.render.lines.fitting import Known, fitted
from cnnstep.render.lines.page import Line, Page, Piece
from cnnstep.render.screen import Screen
from cnnstep.render.terminal import NARROWEST, Terminal, terminal_size
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Scene

LEAVE = "ctrl-c"
"""What Ctrl-C is as a key."""


@dataclass(slots=True)
class Live:
    """A terminal that is ours, its keys, and what stands on it."""

    raw: RawTerminal
    keys: TerminalKeys | WindowsKeys
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
        size = terminal_size(self.out)
        if size != self._size or self._page is None:
            self._size, terminal = size, self.terminal()
            self._page = terminal.page._replace(width=max(NARROWEST, size[0]))
            self._screen = Screen(*size, terminal.styles)
        page, room = self._page, max(LOWEST, size[1]) - 1
        lines, fit = body(page, room)[:room], page.glyphs.fit
        last = [Piece(f" {fit(state)}  ", Role.TITLE), Piece(fit(told), Role.LABEL)]
        if codes := self._screen.draw([*lines, *[[] for _ in range(room - len(lines))], last]):
            self.out.write(codes.join(TOGETHER))
            self.out.flush()

    def pressed(self, seconds: float | None) -> list[Event]:
        """What comes of keys and mouse within so many seconds, or at all; a Ctrl-C is among them as `leave`."""
        found = self.keys.read(seconds)
        while names := self.raw.signals():
            if ending := next((name for name in names if name in ENDING), None):
                raise SystemExit(128 + signal.Signals[ending])
            if "SIGINT" in names:
                return [LEAVE]
            if "SIGTSTP" in names:
                self.raw.pause()
            elif "SIGCONT" in names:
                self.raw.take()
                self._size = (0, 0)
        if found is None:  # the terminal has gone
            raise SystemExit(128 + signal.SIGHUP)
        return found


@contextmanager
def live(terminal: Callable[[], Terminal], out: TextIO, *, mouse: bool = False) -> Iterator[Live]:
    """The terminal is ours until the block ends, with the mouse where that is wanted."""
    with keyboard() as handle, raw_terminal(out, handle, mouse=mouse) as raw:
        yield Live(raw, WindowsKeys() if handle is None else TerminalKeys(handle, raw.wake), terminal, out)
