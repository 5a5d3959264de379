"""Keys and the mouse from a terminal: codes to names, with a time limit, whatever way they arrive."""

import os
import re
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import NamedTuple, TypeAlias

ALONE = 0.05
"""Seconds after which an Esc is an Esc, and not the beginning of an arrow."""
MOST = 1024
LONGEST = 0.25
"""Seconds between two looks around, where no signal can wake whoever waits."""

CODE = re.compile(rb"\x1b(?:\[(<?)|O)([0-9;]*)([A-Za-z~])")
MESSAGE = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[M[\x20-\xff]{3}")
"""What a terminal answers to questions that we did not ask, and a mouse in the old code, which ends at column 223."""
BEGUN = re.compile(rb"\x1b(?:\[M[\x20-\xff]{0,2}|(?:\[<?|O)[0-9;]*|\][^\x07\x1b]*\x1b?)?\Z")
OLD_MOUSE = b"\x1b[M"
POINTED = re.compile(rb"(\d{1,3});(\d{1,5});(\d{1,5})")
"""Button, column and row, both counted from 1, as xterm's mode 1006 tells them."""
MOVED, SHIFTS = 32, 4 + 8 + 16
"""Bits of a button: the mouse was moved; Shift, Alt and Ctrl, which change nothing here."""
LETTERS = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "Z": "backtab"}
NUMBERS = {"1": "home", "7": "home", "4": "end", "8": "end", "5": "pageup", "6": "pagedown"}
CONSOLE = {"H": "up", "P": "down", "K": "left", "M": "right", "G": "home", "O": "end", "I": "pageup", "Q": "pagedown"}
SIGNS = {
    "\r": "enter", "\n": "enter", "\t": "tab", " ": "space", "\x7f": "backspace", "\x08": "backspace",
    "\x03": "ctrl-c", "\x1b": "escape",
}  # fmt: skip


class Touch(Enum):
    """What the left button of a mouse does."""

    PRESS = "press"
    DRAG = "drag"
    RELEASE = "release"


class Mouse(NamedTuple):
    """The left button of the mouse, and the cell of the screen that it is over, counted from 0."""

    touch: Touch
    row: int
    column: int


Event: TypeAlias = str | Mouse
"""The name of a key, or what the mouse does."""


def decode(codes: bytes) -> tuple[list[Event], bytes]:
    """The keys that these bytes are, and what is left because it may be the beginning of another."""
    keys: list[Event] = []
    while codes:
        if found := MESSAGE.match(codes):
            codes = codes[found.end() :]
        elif codes.startswith(OLD_MOUSE) and BEGUN.match(codes):
            break
        elif found := CODE.match(codes):
            event = _mouse(found[2], found[3]) if found[1] else _key(found[2].decode(), found[3].decode())
            keys += [event] if event else []  # a code that is no key of ours is no key
            codes = codes[found.end() :]
        elif BEGUN.match(codes):
            break
        else:
            sign = chr(codes[0])
            keys += [SIGNS.get(sign, sign)] if sign in SIGNS or (sign.isprintable() and sign.isascii()) else []
            codes = codes[1:]
    return keys, codes


def _key(numbers: str, letter: str) -> str | None:
    return NUMBERS.get(numbers.partition(";")[0]) if letter == "~" else LETTERS.get(letter)


def _mouse(numbers: bytes, letter: bytes) -> Mouse | None:
    """The left button; of the others, of the wheel, and of nonsense nothing."""
    found = POINTED.fullmatch(numbers)
    if not found or letter not in b"Mm":
        return None
    button, column, row = map(int, found.groups())
    if button & ~(MOVED | SHIFTS):
        return None
    touch = Touch.RELEASE if letter == b"m" else Touch.DRAG if button & MOVED else Touch.PRESS
    return Mouse(touch, row - 1, column - 1)


class NoKeys:
    """No one presses a key: time passes, unless a signal wakes whoever waits (`wake`; -1: none can)."""

    def __init__(self, wake: int) -> None:
        self._wake = wake

    def read(self, seconds: float | None) -> list[Event]:
        """Wait, and return nothing."""
        if self._wake < 0:
            time.sleep(LONGEST if seconds is None else min(seconds, LONGEST))
        else:
            _wait([self._wake], self._wake, seconds)
        return []


class TerminalKeys:
    """Keys of a terminal that sends them at once; a signal wakes whoever waits."""

    def __init__(self, handle: int, wake: int) -> None:
        self._handle, self._wake = handle, wake
        self._rest = b""

    def read(self, seconds: float | None) -> list[Event] | None:
        """The keys that arrive within so many seconds; none after a signal, None at the end of the input."""
        ready = _wait([self._handle, self._wake], self._wake, ALONE if self._rest else seconds)
        if not ready:
            # what is left always begins with an Esc: no more of a code has come, so it was the key
            alone, self._rest = self._rest[:1], b""
            return ["escape"] if alone else []
        if self._handle not in ready:
            return []
        try:
            read = os.read(self._handle, MOST)
        except OSError:  # the terminal has gone
            return None
        if not read:
            return None
        keys, self._rest = decode(self._rest + read)
        return keys


def _wait(handles: list[int], wake: int, seconds: float | None) -> list[int]:
    """Which of them can be read; what a signal wrote is taken out."""
    ready, _, _ = select.select(handles, [], [], seconds)
    if wake in ready:
        with suppress(BlockingIOError):
            os.read(wake, MOST)
    return ready


class WindowsKeys:
    """Keys of a Windows console."""

    def read(self, seconds: float | None) -> list[Event]:
        """The key that arrives within so many seconds; none after a while, so that others can look around."""
        msvcrt = __import__("msvcrt")
        until = time.monotonic() + (LONGEST if seconds is None else min(seconds, LONGEST))
        while not msvcrt.kbhit():
            if time.monotonic() >= until:
                return []
            time.sleep(0.01)
        sign = msvcrt.getwch()
        # arrows and their like come as two characters, the first of them one of these
        name = CONSOLE.get(msvcrt.getwch()) if sign in "\x00\xe0" else SIGNS.get(sign, sign)
        return [name] if name else []


@contextmanager
def keyboard() -> Iterator[int | None]:
    """Where keys can be read: stdin, or the terminal itself where stdin is a pipe; None where there is none."""
    if sys.stdin is not None and sys.stdin.isatty():
        yield sys.stdin.fileno()
        return
    try:
        handle = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)
