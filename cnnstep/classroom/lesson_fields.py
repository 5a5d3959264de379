"""The `name: value` lines of a lesson's file: its front matter, and its questions."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from shlex import split
from typing import Any, NamedTuple

from cnnstep.classroom.lessons import Command, Exercise, NamedMistake, Place
from cnnstep.errors import did_you_mean, quoted
from cnnstep.views.page.hiding import LEVELS

ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
FIELD = re.compile(r"([a-z]+):(?:\s+(.*))?")
ARROW = " => "
SMALL = re.compile(r"\d{1,3}")
HIDES = {"value": 1, "products": len(LEVELS) - 1}
"""What a question may hide of what it shows, and at which level that is."""


class Line(NamedTuple):
    """A line of the file, and where it stands."""

    text: str
    place: Place


def command(text: str, place: Place) -> Command:
    """A command line, with or without the program's name; which commands there are is the program's business."""
    try:
        typed = split(text)
    except ValueError:
        raise place.fault("a quotation mark is open", "close it") from None
    typed = typed[1:] if typed[:1] == ["cnnstep"] else typed
    if not typed:
        raise place.fault("there is no command", "write one: conv --at 0,0")
    return Command(tuple(typed), f"cnnstep {text.removeprefix('cnnstep ').strip()}", place)


def _whole(text: str, place: Place) -> int:
    if not SMALL.fullmatch(text):
        raise place.fault(f"{quoted(text)} is no whole number", "write one: 12")
    return int(text)


def _id(text: str, place: Place) -> str:
    if not ID.fullmatch(text):
        raise place.fault(f"{quoted(text)} is no id", "write letters, digits and hyphens: edges-2")
    return text


def _path(text: str, place: Place) -> str:
    if not text or " " in text:
        raise place.fault(f"{quoted(text)} is no path in a document", "write steps.0.value")
    return text


def _plain(text: str, place: Place) -> str:
    if not text:
        raise place.fault("there is nothing after the colon", "write what is meant, or leave the line out")
    return text


def _hidden(text: str, place: Place) -> int:
    if text not in HIDES:
        raise place.fault(f"{quoted(text)} cannot be hidden", f"write {' or '.join(HIDES)}")
    return HIDES[text]


def _mistake(text: str, place: Place) -> NamedMistake:
    """`COMMAND => NAME`, `COMMAND => PATH => NAME`, or `CHOICE => NAME`; without a path that of the key."""
    source, *path, name = (part.strip() for part in text.split(ARROW)) if ARROW in text else ("", "")
    if not source or not name or len(path) > 1:
        raise place.fault("a mistake needs a command and a name", "write mistake: conv --flip => you flipped it")
    leads = int(source) if SMALL.fullmatch(source) else command(source, place)
    return NamedMistake(leads, path[0] if path else "", name, place)


Reader = Callable[[str, Place], Any]
HEAD: dict[str, Reader] = {"id": _id, "title": _plain, "minutes": _whole, "quiz": _plain}
ASKED: dict[str, Reader] = {
    "id": _id, "ask": _plain, "of": command, "key": _path, "places": _whole, "mistake": _mistake, "hint": _plain,
    "why": _plain, "choice": _plain, "show": command, "hide": _hidden,
}  # fmt: skip
"""What may stand in the front matter and in a question, and what reads it."""
LISTS = {"mistake": "mistakes", "hint": "hints", "choice": "choices"}
"""What may stand there several times, and the name of all of them."""
NEEDED = ({"id", "title", "minutes"}, {"id", "ask", "key", "why"})


@dataclass(frozen=True, slots=True)
class Fields:
    """`name: value` lines; a line that begins with a space goes on with the value above it."""

    place: Place
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, lines: Sequence[Line], known: dict[str, Reader], place: Place) -> "Fields":
        """The values, each read as its name demands; raises DataError with the line of what is wrong or missing."""
        fields = cls(place)
        for name, text, where in _joined(lines):
            if name not in known:
                raise where.fault(f"there is no {quoted(name)} here", f"{did_you_mean(name, known)}{', '.join(known)}")
            fields.put(name, known[name](text, where), where)
        needed = next(each for each in NEEDED if each <= set(known))
        for name in sorted(needed - set(fields.values)):
            raise place.fault(f"{name} is missing", f"add a line {name}: …")
        return fields

    def put(self, name: str, value: Any, where: Place) -> None:
        """Keep a value; only what is a list may come twice."""
        if name in LISTS:
            self.values[LISTS[name]] = (*self.values.get(LISTS[name], ()), value)
        elif name in self.values:
            raise where.fault(f"{name} is said twice", "leave one of them out")
        else:
            self.values[name] = value


def _joined(lines: Sequence[Line]) -> Iterator[tuple[str, str, Place]]:
    found: list[tuple[str, list[str], Place]] = []
    for text, place in filter(lambda line: line.text, lines):
        match = FIELD.fullmatch(text)
        if text[0] == " " and found:
            found[-1][1].append(text.strip())
        elif match:
            found.append((match[1], [match[2] or ""], place))
        else:
            raise place.fault(f"{quoted(text)} is no line of name: value", "write ask: How wide is it?")
    return iter([(name, " ".join(filter(None, texts)).strip(), place) for name, texts, place in found])


def question(lines: Sequence[Line], place: Place) -> Exercise:
    """The question in a fenced block."""
    values = Fields.read(lines, ASKED, place).values
    choices = values.get("choices", ())
    if choices and not (
        "of" not in values and SMALL.fullmatch(values["key"]) and 1 <= int(values["key"]) <= len(choices)
    ):
        raise place.fault("the key of choices is the number of one of them", "write key: 1, and leave out of:")
    if not choices and "of" not in values:
        raise place.fault("of is missing", "add a line of: conv --at 0,0, the command that the key is computed from")
    hide = values.get("hide", 0)
    mistakes = tuple(m if m.path else m._replace(path=values["key"]) for m in values.pop("mistakes", ()))
    show = values.pop("show", values.get("of") if hide else None)
    return Exercise(**{"of": None, **values}, mistakes=mistakes, show=show, place=place)
