"""How far someone has come: a file to which each event is added as one line, so that nothing is ever lost."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from cnnstep.errors import OutputError, printable

NAME = "progress.jsonl"
BINARY = getattr(os, "O_BINARY", 0)  # on Windows, where a line would end in two signs
FOLDERS = {
    "darwin": ("", ("Library", "Application Support")),
    "win32": ("LOCALAPPDATA", ("AppData", "Local")),
    "linux": ("XDG_STATE_HOME", (".local", "state")),
}
"""Of each system the variable that says where state is kept, and the folder of the home where it says nothing."""


def state_folder(environment: Mapping[str, str], home: Path, system: str = sys.platform) -> Path:
    """Where this user's state is kept."""
    variable, parts = FOLDERS.get(system, FOLDERS["linux"])
    wished = Path(environment.get(variable, ""))
    return (wished if wished.is_absolute() else home.joinpath(*parts)) / "cnnstep"


class Kind(StrEnum):
    """What can happen in a lesson."""

    SEEN = "seen"
    RIGHT = "right"
    WRONG = "wrong"
    SKIPPED = "skipped"
    MARKED = "marked"
    UNMARKED = "unmarked"
    DONE = "done"
    RESET = "reset"


class Event(NamedTuple):
    """What happened on a screen, counted from 1; of an answer the question, what was typed, and the hints before it."""

    lesson: str
    kind: Kind
    screen: int = 0
    question: str = ""
    typed: str = ""
    hints: int = 0


@dataclass(slots=True)
class Progress:
    """The events of one user, those of the file and those since; `trouble` is said once, where the file refuses."""

    path: Path
    events: list[Event] = field(default_factory=list)
    trouble: OutputError | None = None

    @classmethod
    def read(cls, path: Path) -> "Progress":
        """What the file holds; lines that are no events, as one that a full disk has cut off, are passed over."""
        try:
            lines = path.read_bytes().split(b"\n") if path.is_file() else []
        except OSError:
            lines = []
        return cls(path, list(_events(lines)))

    def add(self, event: Event) -> None:
        """Remember an event, and add it to the file; where that is refused `trouble` says why."""
        self.events.append(event)
        line = json.dumps({name: value for name, value in event._asdict().items() if value})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _append(self.path, line.encode() + b"\n")
        except OSError as refused:
            reason = refused.strerror or refused
            self.trouble = OutputError(
                f"progress is not kept: {printable(str(self.path))}: {reason}", "the lesson goes on without"
            )

    def of(self, lesson: str) -> list[Event]:
        """The events of one lesson since it was last begun anew."""
        found: list[Event] = []
        for event in self.events:
            if event.lesson == lesson:
                found = [] if event.kind is Kind.RESET else [*found, event]
        return found

    def lessons(self) -> list[str]:
        """The lessons that have been begun."""
        return [name for name in dict.fromkeys(event.lesson for event in self.events) if self.of(name)]


def _events(lines: list[bytes]) -> Iterator[Event]:
    for line in lines:
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            told: Any = json.loads(line)
            event = Event(**{**told, "kind": Kind(told["kind"])})
            if all(isinstance(value, kind) for value, kind in zip(event, KINDS, strict=True)):
                yield event


KINDS = (str, Kind, int, str, str, int)
"""What the parts of an event are."""


def _append(path: Path, line: bytes) -> None:
    """Add one line with one write, so that those of two lessons at once never mix; after one that was cut off anew."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | BINARY, 0o600)
    try:
        end = os.lseek(handle, 0, os.SEEK_END)
        is_cut = end > 0 and os.lseek(handle, end - 1, os.SEEK_SET) >= 0 and os.read(handle, 1) != b"\n"
        written = b"\n" * is_cut + line
        if os.write(handle, written) < len(written):
            raise OSError(0, "no space is left")
    finally:
        os.close(handle)


class Standing(NamedTuple):
    """Where someone stands in a lesson, and what has become of its questions."""

    screen: int
    right: frozenset[str]
    skipped: frozenset[str]
    marks: tuple[int, ...]
    is_ended: bool

    @classmethod
    def of(cls, events: list[Event]) -> "Standing":
        """By what has happened: a question that was once right stays right."""
        right = frozenset(event.question for event in events if event.kind is Kind.RIGHT)
        skipped = frozenset(event.question for event in events if event.kind is Kind.SKIPPED)
        marks: dict[int, None] = {}
        for event in events:
            if event.kind is Kind.MARKED:
                marks[event.screen] = None
            elif event.kind is Kind.UNMARKED:
                marks.pop(event.screen, None)
        seen = next((event.screen for event in reversed(events) if event.screen), 0)
        ended = any(event.kind is Kind.DONE for event in events)
        return cls(seen, right, skipped - right, tuple(sorted(marks)), ended)
