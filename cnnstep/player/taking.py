"""Taking a terminal, and giving it back as it was whatever happens: at the end, after an error, a signal, a pause."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""The other screen, no cursor, no wrapping."""
LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"


class Taken:
    """A terminal that is ours: another screen, and keys that come at once (`handle`; None: no keys)."""

    def __init__(self, out: TextIO, handle: int | None) -> None:
        self._out, self._handle = out, handle
        self._before: list[Any] | None = None

    def take(self) -> None:
        """Begin; Ctrl-C and Ctrl-Z still work."""
        if self._handle is not None:
            import termios
            import tty

            self._before = termios.tcgetattr(self._handle)
            tty.setcbreak(self._handle)
        self._write(ENTER)

    def give(self) -> None:
        """All is as it was; a terminal that has gone needs nothing."""
        with suppress(OSError):
            self._write(LEAVE)
        if self._handle is not None and self._before is not None:
            import termios

            with suppress(termios.error):
                termios.tcsetattr(self._handle, termios.TCSADRAIN, self._before)
            self._before = None

    def _write(self, codes: str) -> None:
        self._out.write(codes)
        self._out.flush()


@contextmanager
def taken(out: TextIO, handle: int | None, redraw: Callable[[], None]) -> Iterator[int]:
    """The terminal is ours; yields a file that a signal makes readable. `redraw` is called when all must be drawn."""
    terminal = Taken(out, handle)
    waiting, woken = os.pipe()
    os.set_blocking(waiting, False)
    os.set_blocking(woken, False)
    handlers = _handlers(terminal, redraw)
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    former = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    try:
        terminal.take()
        yield waiting
    finally:
        terminal.give()
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(waiting)
        os.close(woken)


def _handlers(terminal: Taken, redraw: Callable[[], None]) -> dict[int, Any]:
    """What each signal does; those that this system has."""

    def leave(number: int, _: Any) -> NoReturn:
        raise SystemExit(128 + number)

    def resize(*_: Any) -> None:
        redraw()

    def pause(number: int, _: Any) -> None:
        """Stop as anyone would who has never heard of the signal, and take the terminal again afterwards."""
        terminal.give()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, pause)
        terminal.take()
        redraw()

    wanted = {"SIGTERM": leave, "SIGHUP": leave, "SIGWINCH": resize, "SIGTSTP": pause}
    return {getattr(signal, name): handler for name, handler in wanted.items() if hasattr(signal, name)}
