"""Places in a network: `c3[5,3,4]` is a cell of a layer's output, `c3[*,3,4]` that cell of every channel."""

import re
from typing import Any, NamedTuple

from cnnstep.errors import NotationError, Setting
from cnnstep.notation.text import quoted

EVERY = "*"


class Address(NamedTuple):
    """A layer by its name or number, and a cell of its output, counted from 0; None is every place on an axis."""

    layer: str
    cell: tuple[Any, ...]


def is_address(text: str) -> bool:
    """Whether a word is meant as a cell of a layer: a name with brackets behind it."""
    return re.fullmatch(r"\s*[\w-]+\s*\[.*\]\s*", text) is not None


def address(text: str, name: str = "at", *, every: bool = False) -> Address:
    """Read `2[0,3,4]` or `c3[5,3,4]`; with `every` also `*` for a place. `name` is the setting, if it is one's."""
    place = r"\d{1,18}|\*" if every else r"\d{1,18}"
    match = re.fullmatch(rf"\s*([\w-]{{1,40}})\[\s*((?:{place})(?:\s*,\s*(?:{place}))*)\s*\]\s*", text)
    if not match:
        cell = "*,3,4" if every else "0,3,4"
        raise NotationError(
            " ".join(filter(None, (name, quoted(text), "is not a cell of a layer"))),
            ("write ", Setting(name, f"1[{cell}]") if name else f'"1[{cell}]"', " (layer, channel,row,column)"),
        )
    places = [None if word.strip() == EVERY else int(word) for word in match[2].split(",")]
    return Address(match[1].lower(), tuple(places))


def layer_name(text: str, name: str = "layer") -> str:
    """Read `3` or `c3`: a layer by its number or its name."""
    if not re.fullmatch(r"[\w-]{1,40}", text.strip()):
        raise NotationError(
            f"{name} {quoted(text)} is not a layer", ("write ", Setting(name, 1), ", or ", Setting(name, "c1"))
        )
    return text.strip().lower()
