"""A draft of a question: the command that answers it, where in its document the answer stands, and what goes wrong."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from cnnstep.views.wording.numbers import signed

Line: TypeAlias = tuple[str, ...]
"""The words of a command."""
Wrong: TypeAlias = Line | str | Fraction | int
"""What a mistake leads to: the number of another command, another place in the same document, or a number."""


class Draft(NamedTuple):
    """What a topic draws; the numbers are still to be computed by the command.

    `path` and `also` say where the right numbers stand in the document of `line`; `figure` is the command whose step
    is shown without what `blank` leaves out, none where the whole question stands in words.
    """

    ask: str
    line: Line
    path: str
    wrong: Mapping[str, Wrong]
    hints: tuple[str, str, str]
    why: str
    places: int | None = None
    figure: Line = ()
    also: str = ""
    blank: str = "products"


def line(name: str, *words: str, **options: object) -> Line:
    """A command with options: True is a flag, None and False are left out, a list repeats its option."""
    told: list[str] = [name, *words]
    for option, value in options.items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None and each is not False:
                told += [f"--{option.replace('_', '-')}", *([] if each is True else [str(each)])]
    return tuple(told)


def said(number: Fraction | int) -> str:
    """A number in a sentence, with a proper minus sign: `−0.25`."""
    return signed(f"{float(number):g}")
