"""Taking a terminal, and giving it back as it was whatever happens: at the end, after an error, a signal, a pause.

While it is ours a signal interrupts nothing: it is noted, and wakes whoever waits.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TextIO

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""The other screen, no cursor, no wrapping."""
LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGWINCH")
IS_WINDOWS = os.name == "nt"


class Taken:
    """A terminal that is ours: another screen, and keys that come at once (`handle`; None: no keys)."""

    def __init__(self, out: TextIO, handle: int | None) -> None:
        self._out, self._handle = out, handle
        self._before: list[Any] | None = None
        self._noted: list[str] = []
        self.wake = -1
        """A file that a signal makes readable."""

    def take(self) -> None:
        """Begin: keys are not shown, and come without Enter."""
        if IS_WINDOWS:
            os.system("")  # noqa: S605, S607 - lets an old console understand codes
        elif self._handle is not None:
            import termios
            import tty

            self._before = termios.tcgetattr(self._handle)
            tty.setcbreak(self._handle)
        self._write(ENTER)

    def give(self) -> None:
        """All is as it was, and keys that came too late are forgotten; a terminal that has gone needs nothing."""
        if self._handle is not None and self._before is not None:
            import termios

            with suppress(termios.error):
                termios.tcsetattr(self._handle, termios.TCSAFLUSH, self._before)
            self._before = None
        with suppress(OSError):
            self._write(LEAVE)

    def pause(self) -> None:
        """Stop as Ctrl-Z stops anyone, and take the terminal again afterwards."""
        self.give()
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        self.take()

    def note(self, number: int, _: Any) -> None:
        """Handle a signal: remember its name."""
        self._noted.append(signal.Signals(number).name)

    def signals(self) -> list[str]:
        """The names of the signals that have come since the last time."""
        come, self._noted = self._noted, []
        return come

    def _write(self, codes: str) -> None:
        self._out.write(codes)
        self._out.flush()


@contextmanager
def taken(out: TextIO, handle: int | None) -> Iterator[Taken]:
    """The terminal is ours until the block ends; each thing that is changed is undone, the last one first."""
    terminal = Taken(out, handle)
    with ExitStack() as undo:
        if not IS_WINDOWS:
            terminal.wake = undo.enter_context(_woken())
        for name in NAMES:
            if number := getattr(signal, name, None):
                undo.callback(signal.signal, number, signal.signal(number, terminal.note))
        undo.callback(terminal.give)
        terminal.take()
        yield terminal


@contextmanager
def _woken() -> Iterator[int]:
    """A file that becomes readable when a signal comes."""
    waiting, woken = os.pipe()
    os.set_blocking(waiting, False)
    os.set_blocking(woken, False)
    former = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    try:
        yield waiting
    finally:
        signal.set_wakeup_fd(former)
        os.close(waiting)
        os.close(woken)
