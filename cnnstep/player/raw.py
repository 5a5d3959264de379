"""Taking a terminal, and giving it back as it was whatever happens: at the end, after an error, a signal, a pause.

While it is ours a signal interrupts nothing: it is noted, and wakes whoever waits.
"""

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TextIO

from cnnstep.render.capabilities import is_in_front

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""The other screen, no cursor, no wrapping."""
LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
MOUSE = "\x1b[?1002h\x1b[?1006h"
"""Tell where a button is pressed, held and released; a terminal without a mouse does not mind."""
NO_MOUSE = "\x1b[?1006l\x1b[?1002l"
# that SIGWINCH wakes is all it is for: the size is read before every drawing
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGCONT", "SIGWINCH")
IS_WINDOWS = os.name == "nt"


class RawTerminal:
    """A terminal that is ours: another screen, keys that come at once (`handle`; None: no keys), perhaps the mouse."""

    def __init__(self, out: TextIO, handle: int | None, *, mouse: bool = False) -> None:
        self._out, self._handle = out, handle
        self._has_mouse = mouse and handle is not None
        self._is_taken = False
        self._before: list[Any] = []
        self._noted: list[str] = []
        self.wake = -1
        """A file that a signal makes readable."""

    def take(self) -> None:
        """Begin, or begin again after a stop: keys are not shown, come without Enter, and the first ones are kept."""
        try:
            self._set_raw()
        except InterruptedError:  # first what came, for a background process may be stopped here; then again
            self._noted.append("SIGCONT")
            return
        # before the codes: where writing them fails, the mode is given back all the same
        self._is_taken = True
        self._write(ENTER + MOUSE * self._has_mouse)

    def give(self) -> None:
        """All is as it was, and keys that came too late are forgotten; a terminal that has gone needs nothing."""
        if not self._is_taken:
            return
        if self._has_mouse:  # before the mode, so that what it has still told is forgotten with the keys
            with suppress(OSError):
                self._write(NO_MOUSE)
        if self._handle is not None and self._before:
            _restore(self._handle, self._before)
        self._is_taken, self._before = False, []
        with suppress(OSError):
            self._write(LEAVE)

    def pause(self) -> None:
        """Give it back, and stop as Ctrl-Z stops anyone; whoever continues us notes a SIGCONT."""
        self.give()
        # our own handler would only note it: nothing but the default stops a process
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        self._noted.append("SIGCONT")  # also where nobody has job control, so that nothing has stopped

    def note(self, number: int, _: Any) -> None:
        """Handle a signal: remember its name."""
        self._noted.append(signal.Signals(number).name)

    def signals(self) -> list[str]:
        """The names of the signals that have come since the last time."""
        come, self._noted = self._noted, []
        return come

    def _set_raw(self) -> None:
        """Raises OSError where the terminal has gone."""
        if IS_WINDOWS:
            os.system("")  # noqa: S605, S607 - lets an old console understand codes
        elif self._handle is not None:
            import termios
            import tty

            try:
                # the first mode counts: after a SIGSTOP nothing has been given back, and what is found may be ours
                self._before = self._before or termios.tcgetattr(self._handle)
                # cbreak leaves Ctrl-C and Ctrl-Z to be signals; the default of `when` would drop keys typed already
                tty.setcbreak(self._handle, termios.TCSANOW)
            except termios.error as trouble:
                # termios.error is no OSError; with EINTR this one becomes an InterruptedError, which `take` awaits
                raise OSError(*trouble.args) from None

    def _write(self, codes: str) -> None:
        self._out.write(codes)
        self._out.flush()


def _restore(handle: int, mode: list[Any]) -> None:
    """Give a terminal its mode back, and forget what was typed; while another program has it that would stop us."""
    import termios

    if not is_in_front(handle):
        return
    try:
        termios.tcsetattr(handle, termios.TCSAFLUSH, mode)
    except termios.error as trouble:
        if trouble.args[0] == errno.EINTR:
            _restore(handle, mode)


@contextmanager
def raw_terminal(out: TextIO, handle: int | None, *, mouse: bool = False) -> Iterator[RawTerminal]:
    """The terminal is ours until the block ends; each thing that is changed is undone, the last one first."""
    terminal = RawTerminal(out, handle, mouse=mouse)
    with ExitStack() as undo:
        if not IS_WINDOWS:
            terminal.wake = undo.enter_context(_woken())
        for name in NAMES:
            if number := getattr(signal, name, None):
                undo.callback(signal.signal, number, signal.signal(number, terminal.note))
        # noted before it is taken, for taking may fail halfway
        undo.callback(terminal.give)
        terminal.take()
        yield terminal


@contextmanager
def _woken() -> Iterator[int]:
    """A file that becomes readable when a signal comes."""
    waiting, woken = os.pipe()
    # Python wants it so of what it writes to; and whoever empties the pipe must not wait for more
    os.set_blocking(waiting, False)
    os.set_blocking(woken, False)
    # a full pipe wakes as well as one byte does, and a warning would land on the screen
    former = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    try:
        yield waiting
    finally:
        signal.set_wakeup_fd(former)
        os.close(waiting)
        os.close(woken)
