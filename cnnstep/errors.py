"""What can go wrong, said in one line with the numbers, and a hint that would work."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from shlex import quote
from typing import TypeAlias

LONGEST = 80
"""Signs of what is quoted."""
COMMAS = frozenset({"at", "crop"})
"""Settings whose numbers are places; those of the others are sizes: `3x5`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in a hint, and a value that would do: True of a flag, None where any value is meant.

    How it is spelled is the caller's business: `--stride 2`, `stride 2`, `stride=2`.
    """

    name: str
    value: str | float | tuple[int, ...] | None = None

    @property
    def text(self) -> str:
        """The value as one word of a command line: `2`, `3x5`, `0,0,16,1`, `1 0 -1`; nothing for a flag."""
        if self.value is None or self.value is True:
            return ""
        if isinstance(self.value, tuple):
            return ("," if self.name in COMMAS else "x").join(map(str, self.value))
        return str(self.value)

    @property
    def typed(self) -> str:
        """The same as it is typed: `"1 0 -1"`."""
        return again(self.text) if self.text else ""


Hint: TypeAlias = str | tuple[str | Setting, ...]
Spelling: TypeAlias = Callable[[Setting], str]


def spelled(hint: Hint, spelling: Spelling) -> str:
    """A hint as text, each setting as its reader would write it."""
    parts = (hint,) if isinstance(hint, str) else hint
    return "".join(part if isinstance(part, str) else spelling(part) for part in parts)


def as_option(setting: Setting) -> str:
    """`--stride 2`, `--unit`."""
    return f"--{setting.name} {setting.typed}".rstrip()


def in_python(setting: Setting) -> str:
    """`stride=2`."""
    name = setting.name.replace("-", "_")
    return name if setting.value is None else f"{name}={setting.value!r}"


def again(*words: str) -> str:
    """Words as they would be typed again: in double quotes, as every shell takes them, where they need any.

    Between those `$`, `` ` `` and `!` would still mean something: a word with them stands in single ones.
    """
    return " ".join(map(_typed, words))


def _typed(word: str) -> str:
    if re.fullmatch(r"[\w./:=@,+-]+", word):
        return word
    return quote(word) if re.search(r'["$`!]|\\(\\|$)', word) else f'"{word}"'


def nearest(name: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """The name that is nearest; empty where none is as much alike as `cutoff` says."""
    from difflib import get_close_matches  # only a mistake needs it

    return "".join(get_close_matches(name, list(known), n=1, cutoff=cutoff))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The name that is nearest, as the beginning of a hint; empty where none is near."""
    close = nearest(name, known)
    return f"did you mean {close}? " if close else ""


def printable(text: str) -> str:
    r"""Text from outside, made harmless: what is not printable becomes `\xNN`, `\uNNNN` or `\UNNNNNNNN`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def quoted(text: str) -> str:
    """Text from outside between quotes, made harmless, and no longer than what is read at a glance."""
    shown = printable(text)
    return f"'{shown}'" if len(shown) <= LONGEST else f"'{shown[:LONGEST]}…'"


class CnnstepError(Exception):
    """Anything a user can mend: `message` names the numbers, `hint` says what would work, in Python's words.

    `advice` is the hint with its settings as data. `pointer` is a text, and where in it the wrong word
    begins and how long it is.
    """

    exit_code = 1

    def __init__(self, message: str, hint: Hint = "", pointer: tuple[str, int, int] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice: tuple[str | Setting, ...] = (hint,) if isinstance(hint, str) else hint
        self.hint = spelled(hint, in_python)
        self.pointer = pointer


class GeometryError(CnnstepError):
    """Sizes that do not fit each other: a kernel larger than its input, groups that do not divide."""


class DataError(CnnstepError):
    """An input that cannot be read as numbers: a damaged image, a ragged table, NaN."""


class OutputError(CnnstepError):
    """A file that cannot be written: it exists already, the disk is full, its suffix is unknown."""


class NotationError(CnnstepError):
    """Words that do not parse: a stride of `two`, a padding of `1:`."""

    exit_code = 2
