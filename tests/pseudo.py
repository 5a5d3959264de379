"""A pseudo-terminal with someone who types, and an emulator that shows what stands on it."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

import pyte

PATIENCE = 20.0
QUIET = 0.15


class Screen(pyte.Screen):
    """An emulator that knows the other screen: its contents are dropped when it is left."""

    is_other = False

    def set_mode(self, *modes, **kwargs):
        if 1049 in modes:
            self.is_other = True
            self.erase_in_display(2)
            self.cursor_position()
        super().set_mode(*modes, **kwargs)

    def reset_mode(self, *modes, **kwargs):
        if 1049 in modes:
            self.is_other = False
            self.erase_in_display(2)
            self.cursor_position()
        super().reset_mode(*modes, **kwargs)


class Session:
    """`cnnstep` in a pseudo-terminal; `stdin` is a pipe with these bytes where it is given.

    Instead of cnnstep it may be Python `code`, or a `shell` with job control, in which $0 is Python.
    """

    def __init__(self, *args, columns=80, rows=24, environment=None, stdin=None, code=None, shell=None):
        self.screen = Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.sent = b""
        command = [sys.executable, *(["-c", code] if code else ["-m", "cnnstep"]), *args]
        command = ["/bin/bash", "-mc", shell, sys.executable] if shell else command
        reading, writing = os.pipe() if stdin is not None else (None, None)
        self.pid, self.handle = pty.fork()
        if self.pid == 0:  # pragma: no cover - the child
            if reading is not None:
                os.dup2(reading, 0)
                os.close(writing)
            self._size(1, columns, rows)
            kept = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES", "NO_COLOR"}}
            os.execve(command[0], command, {**kept, "TERM": "xterm-256color", **(environment or {})})
        if writing is not None:
            os.write(writing, stdin)
            os.close(writing)
            os.close(reading)
        self.before = termios.tcgetattr(self.handle)
        self.status = None

    @staticmethod
    def _size(handle, columns, rows):
        fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self._size(self.handle, columns, rows)
        self.screen.resize(rows, columns)
        os.kill(self.pid, signal.SIGWINCH)

    def calm(self):
        """What a shell does for a stopped program that could not: lines are edited and shown again."""
        termios.tcsetattr(self.handle, termios.TCSANOW, self.before)

    def hang_up(self):
        """Close the window."""
        os.close(self.handle)
        self.handle = None

    def type(self, keys):
        os.write(self.handle, keys if isinstance(keys, bytes) else keys.encode())

    def until(self, wanted):
        """Read until the screen shows the text, or, of a function, until it holds; then what stands there."""
        holds = wanted if callable(wanted) else lambda: wanted in self.text
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"never came: {wanted!r}\n{self.text}"
            self._pump(0.05)
        while self._pump(QUIET):
            pass
        return self.text

    def _pump(self, seconds):
        ready, _, _ = select.select([self.handle], [], [], seconds)
        if not ready:
            return False
        try:
            read = os.read(self.handle, 65536)
        except OSError:
            return False
        self.sent += read
        self.stream.feed(read)
        return bool(read)

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def ended(self):
        """Whether the process is over; its exit code, or minus the signal's number, is then in `status`."""
        if self.status is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def is_given_back(self):
        """The usual screen, a cursor, lines that are edited and shown while they are typed."""
        flags = termios.tcgetattr(self.handle)[3]
        cooked = flags & termios.ICANON and flags & termios.ECHO
        return not self.screen.is_other and not self.screen.cursor.hidden and bool(cooked)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            if not self.ended():
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        if self.handle is not None:
            os.close(self.handle)
