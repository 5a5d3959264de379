"""Whether a terminal has pixels, and how many a character has: it is asked, and nothing of its answer is left over."""

import atexit
import os
import re
import select
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import NamedTuple, TextIO, TypeAlias

Cell: TypeAlias = tuple[int, int]

SECONDS, SECONDS_AFAR = 0.25, 1.0
"""How long an answer may take; over a network longer. A terminal answers within a few milliseconds."""
MOST = 4096
ATTRIBUTES = b"\x1b[c"
"""Every terminal answers this (DA1), and in order: what was asked before it has been answered by then, or never is."""
QUESTIONS = b"\x1b[>q\x1b[16t" + ATTRIBUTES
"""Its name (XTVERSION), the size of a cell in pixels (XTWINOPS), what it can (DA1)."""
KITTY = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\" + ATTRIBUTES
"""Apart, and only to who has answered: what knows nothing of terminals would show it."""
ANSWER = re.compile(rb"\x1b\[\?([0-9;]*)c")
NAME = re.compile(rb"\x1bP>\|iTerm2")
CELL = re.compile(rb"\x1b\[6;([1-9]\d{0,3});([1-9]\d{0,3})t")
KITTY_IS_FINE = re.compile(rb"\x1b_Gi=31;OK\x1b\\")
SIXEL = b"4"

NOT_ASKED = {"TERM": {"", "dumb", "linux"}, "TERM_PROGRAM": {"Apple_Terminal"}}
"""What shows a question instead of answering it."""
BETWEEN = ("TMUX", "STY", "CI", "JPY_PARENT_PID", "INSIDE_EMACS")
"""Set where something stands between us and a terminal: it would take the pixels for itself, or for text."""


class Capabilities(NamedTuple):
    """The protocol in which it takes pixels, and the pixels of a cell (wide, high); None where that is not known."""

    protocol: str | None = None
    cell: Cell | None = None


def capabilities(out: TextIO, environment: Mapping[str, str]) -> Capabilities:
    """What a terminal says of itself; of what is none, or cannot be asked, nothing is known."""
    if not out.isatty() or any(environment.get(name) for name in BETWEEN):
        return Capabilities()
    if any(environment.get(name, "") in values for name, values in NOT_ASKED.items()):
        return Capabilities()
    if environment.get("TERM", "").startswith(("screen", "tmux")):
        return Capabilities()
    try:
        name = os.ttyname(out.fileno())
    except (OSError, ValueError, AttributeError):  # no file, or Windows, where no terminal has a name
        return Capabilities()
    return _asked_once(name, SECONDS_AFAR if environment.get("SSH_CONNECTION") else SECONDS)


@cache
def _asked_once(name: str, seconds: float) -> Capabilities:
    try:
        handle = os.open(name, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return Capabilities()
    try:
        return ask(handle, seconds)
    finally:
        os.close(handle)


def ask(handle: int, seconds: float) -> Capabilities:
    """What the terminal behind a handle answers within so many seconds, and nothing of it is left to be read."""
    with _listening(handle) as is_listening:
        if not is_listening:
            return Capabilities()
        told = _answer(handle, QUESTIONS, seconds)
        found = ANSWER.search(told)
        if not found:
            return Capabilities()
        cell = _cell(handle, told)
        if KITTY_IS_FINE.search(_answer(handle, KITTY, seconds)):
            return Capabilities("kitty", cell)
        if NAME.search(told):
            return Capabilities("iterm", cell)
        # sixels are as large as their pixels: without the size of a cell they would not fit their room
        return Capabilities("sixel" if cell and SIXEL in found[1].split(b";") else None, cell)


def _answer(handle: int, question: bytes, seconds: float) -> bytes:
    """All that comes up to the answer that every terminal gives."""
    os.write(handle, question)
    told, until = b"", time.monotonic() + seconds
    while not ANSWER.search(told) and len(told) < MOST:
        ready, _, _ = select.select([handle], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            _forget_later(handle)
            break
        told += os.read(handle, MOST)
    return told


def _cell(handle: int, told: bytes) -> Cell | None:
    """The size of a cell: as the terminal says, or the size of its window in pixels divided by its cells."""
    if found := CELL.search(told):
        return int(found[2]), int(found[1])
    import fcntl
    import struct
    import termios

    rows, columns, wide, high = struct.unpack("HHHH", fcntl.ioctl(handle, termios.TIOCGWINSZ, bytes(8)))
    return (wide // columns, high // rows) if rows and columns and wide >= columns and high >= rows else None


@contextmanager
def _listening(handle: int) -> Iterator[bool]:
    """Answers come at once and are not shown; False where someone has typed ahead, or another program has it."""
    import termios
    import tty

    if not is_in_front(handle):
        yield False
        return
    before = termios.tcgetattr(handle)
    try:
        tty.setcbreak(handle, termios.TCSANOW)
        yield not select.select([handle], [], [], 0)[0]  # what is typed belongs to whoever reads next
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)


def is_in_front(handle: int) -> bool:
    """Whether we have the terminal; where it knows no jobs we do."""
    try:
        return os.tcgetpgrp(handle) == os.getpgrp()
    except OSError:
        return True


def _forget_later(handle: int) -> None:
    """What is answered too late must not be typed at the prompt: it is dropped at the end."""
    import termios

    again = os.dup(handle)

    def forget() -> None:
        with suppress(OSError, termios.error):
            if is_in_front(again):
                termios.tcflush(again, termios.TCIFLUSH)
        os.close(again)

    atexit.register(forget)
