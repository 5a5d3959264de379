"""A network as a file: the notation of chains over several lines, with comments, and the input that it takes."""

import re
from typing import NamedTuple

from cnnstep.errors import Hint, NotationError, Setting, spelled
from cnnstep.notation.chain import Kinds, LayerWords, chain
from cnnstep.notation.settings import sizes

COMMENT = "#"
INPUT = "input"


class Description(NamedTuple):
    """Layers in words, and the shape of the input they are made for, if it is told."""

    layers: list[LayerWords]
    input: tuple[int, ...] | None = None


def network(text: str, name: str, kinds: Kinds) -> Description:
    """Read lines of layers; the end of a line ends a layer, as `|` does, and # begins a comment.

    A line `input 1x32x32` says what the network takes. A mistake is shown with its line.
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
    return Description(layers, shapes[0] if shapes else None)


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
