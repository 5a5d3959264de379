"""Networks as text: files of layers with the input that they take, and the places in them.

`c3[5,3,4]` is a cell of a layer's output, `c3[*,3,4]` that cell of every channel.
"""

import re
from typing import Any, NamedTuple

from cnnstep.errors import Hint, NotationError, Setting, quoted, spelled
from cnnstep.notation import sizes
from cnnstep.notation.chain import Kinds, LayerWords, chain

COMMENT = "#"
EVERY = "*"
INPUT = "input"


def network(text: str, name: str, kinds: Kinds) -> tuple[list[LayerWords], tuple[int, ...] | None]:
    """Read lines of layers, and the shape of the input they are made for, if it is told: a line `input 1x32x32`.

    The end of a line ends a layer, as `|` does, and # begins a comment. A mistake is shown with its line.
    """
    layers: list[LayerWords] = []
    shapes: list[tuple[int, ...]] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition(COMMENT)[0].strip().strip("|").strip()
        if not words:
            continue
        try:
            if match := re.fullmatch(rf"{INPUT}\s+(\S+)", words, re.IGNORECASE):
                shapes.append(input_shape(match[1]))
            else:
                layers += chain(words, kinds)
        except NotationError as error:
            advice = spelled(error.advice, lambda setting: f"{INPUT} {setting.typed}")
            raise NotationError(f"{name}, line {number}: {error.message}", advice, error.pointer) from None
    if not layers:
        raise NotationError(f"{name} holds no layers", "write a layer a line: conv 6@5x5 tanh")
    if len(shapes) > 1:
        raise NotationError(f"{name} has {len(shapes)} lines of input", "leave one of them")
    return layers, shapes[0] if shapes else None


def input_shape(text: str) -> tuple[int, ...]:
    """`1x32x32`: channels, rows, columns."""
    try:
        shape = sizes(text, INPUT)
    except NotationError as error:
        raise NotationError(error.message, _example(32)) from None
    if len(shape) < 2:
        raise NotationError(f"{INPUT} {text} has no channels", _example(shape[0]))
    return shape


def _example(side: int) -> Hint:
    return ("write ", Setting("in", (1, side, side)), " (channels, rows, columns)")


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
