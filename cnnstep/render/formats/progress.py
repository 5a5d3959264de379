"""A sign of life: what takes longer than two seconds says so on a terminal, and takes its line away again."""

import sys
from collections.abc import Callable, Iterator, Sequence
from shutil import get_terminal_size
from threading import Lock, Timer
from typing import Any, Self, TypeVar

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds."""


class Waiting:
    """While it lasts, a line on stderr says what is waited for: only where someone can see it, only after a while.

    A clock of its own writes the line, so that what takes long need not look at one.
    """

    def __init__(self, what: str, timer: Callable[..., Any] = Timer) -> None:
        self._what, self._shown, self._is_over, self._lock = what, "", False, Lock()
        self._timer = timer(PATIENCE, self._begin) if sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        if self._timer:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()
        with self._lock:
            self._is_over = True
            self._write("")

    def say(self, what: str) -> None:
        """Say from now on what is being done."""
        with self._lock:
            self._what = what
            if self._shown:
                self._write(what)

    def _begin(self) -> None:
        with self._lock:
            if not self._is_over:
                self._write(self._what)

    def _write(self, what: str) -> None:
        """Put a line in place of the one that stands there, no longer than the terminal is wide."""
        line = f" {what} ..."[: get_terminal_size().columns - 1] if what else ""
        if line != self._shown:
            sys.stderr.write(f"\r{line.ljust(len(self._shown))}\r{line}")
            sys.stderr.flush()
            self._shown = line


def watched(steps: Sequence[T], what: str = "saving") -> Iterator[T]:
    """The steps one by one; after a while a line says how many are done."""
    with Waiting(what) as line:
        for number, step in enumerate(steps):
            line.say(f"{what}: {100 * number // len(steps)} % of {len(steps):,}")
            yield step


def awaited(parts: Iterator[T], what: str) -> Iterator[T]:
    """The parts one by one; a line stands while one of them is made, and is gone when it is handed on."""
    while True:
        with Waiting(what):
            part = next(parts, None)
        if part is None:
            return
        yield part
