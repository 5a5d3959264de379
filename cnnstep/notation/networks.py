"""Networks as text: files of layers with the input that they take, and the places in them.

`c3[5,3,4]` is a cell of a layer's output, `c3[*,3,4]` that cell of every channel.
"""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from cnnstep.errors import Hint, NotationError, Setting, quoted, spelled
from cnnstep.notation import sizes
from cnnstep.notation.chain import AS, BLOCK, END, INPUT, PREPROCESS, Block, Wiring, block_of, parts
from cnnstep.notation.layers import Kinds, LayerWords
from cnnstep.notation.preprocessing import Preprocessing, preprocessing

COMMENT = "#"
EVERY = "*"


class Written(NamedTuple):
    """What a file of layers says: the layers; if told, also the input they are made for, and how that is prepared."""

    layers: list[LayerWords]
    input: tuple[int, ...] | None = None
    preprocessing: Preprocessing | None = None


def network(text: str, name: str, kinds: Kinds) -> Written:
    """Read lines of layers, and the shape of the input they are made for, if it is told: a line `input 1x32x32`.

    A line `preprocess mean 0.5 std 0.25 order bgr` says what becomes of a picture's levels before. The end of a line
    ends a layer, as `|` does, and # begins a comment. A mistake is shown with its line.
    """
    reader = _Reader(Wiring(kinds))
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition(COMMENT)[0].strip().strip("|").strip()
        try:
            reader.take(words)
        except NotationError as error:
            advice = spelled(error.advice, lambda setting: f"{INPUT} {setting.typed}")
            raise NotationError(f"{name}, line {number}: {error.message}", advice, error.pointer) from None
    if reader.block:
        raise NotationError(f"the block {reader.block.name} in {name} has no end", f"end it with a line: {END}")
    if not reader.wiring.layers:
        raise NotationError(f"{name} holds no layers", "write a layer a line: conv 6@5x5 tanh")
    return Written(reader.wiring.layers, reader.input, reader.preprocessing)


@dataclass
class _Reader:
    """Line after line of a file; `block` is the one whose lines are being read."""

    wiring: Wiring
    input: tuple[int, ...] | None = None
    preprocessing: Preprocessing | None = None
    block: Block | None = None

    def take(self, words: str) -> None:
        """Read one line without its comment."""
        first, _, rest = words.partition(" ")
        first = first.lower()
        if first == INPUT and rest and rest.strip().split()[0].lower() != AS:
            self._input(rest.strip())
        elif first == PREPROCESS:
            self._preprocess(rest)
        elif first == BLOCK:
            if self.block:
                raise NotationError(f"the block {self.block.name} has no end yet", f"write {END} before the next one")
            self.block = block_of(words, {*self.wiring.kinds, *self.wiring.blocks})
        elif first == END:
            self._end()
        elif words and self.block:
            self.block = self.block._replace(parts=(*self.block.parts, *parts(words)))
        elif words:
            for part in parts(words):
                self.wiring.take(part)

    def _input(self, text: str) -> None:
        if self.input is not None:
            raise NotationError("the input is told twice", "leave one of the lines")
        self.input = input_shape(text)
        self._check()

    def _preprocess(self, text: str) -> None:
        if self.preprocessing is not None:
            raise NotationError(f"{PREPROCESS} is told twice", "leave one of the lines")
        self.preprocessing = preprocessing(text)
        self._check()

    def _check(self) -> None:
        """Both lines are about the same channels."""
        if self.input and self.preprocessing:
            self.preprocessing.check(self.input[0])

    def _end(self) -> None:
        if self.block is None:
            raise NotationError(f"{END} without a block before it", f"begin one with: {BLOCK} basic(F, S)")
        if not self.block.parts:
            raise NotationError(f"the block {self.block.name} is empty", "write its layers before end")
        self.wiring.blocks[self.block.name] = self.block
        self.block = None


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
    """A layer by its name or number, and a cell of its output, counted from 0; None is every place on an axis.

    With a `part` it is a cell of what the layer learns: `c1.weight[0,0,2,2]`, `f6.bias[3]`.
    """

    layer: str
    cell: tuple[Any, ...]
    part: str = ""


def is_address(text: str) -> bool:
    """Whether a word is meant as a cell of a layer: a name with brackets behind it."""
    return re.fullmatch(r"\s*[\w-]+(\.\w+)?\s*\[.*\]\s*", text) is not None


def address(text: str, name: str = "at", *, every: bool = False, parts: bool = False) -> Address:
    """Read `2[0,3,4]` or `c3[5,3,4]`; with `every` also `*` for a place, with `parts` also `c1.weight[0,0,2,2]`.

    `name` is the setting, if it is one's.
    """
    place = r"\d{1,18}|\*" if every else r"\d{1,18}"
    part = r"(?:\.\w{1,40})?" if parts else ""
    match = re.fullmatch(
        rf"\s*([\w-]{{1,40}})(?P<part>{part})\[\s*(?P<cell>(?:{place})(?:\s*,\s*(?:{place}))*)\s*\]\s*", text
    )
    if not match:
        cell = "*,3,4" if every else "0,3,4"
        raise NotationError(
            " ".join(filter(None, (name, quoted(text), "is not a cell of a layer"))),
            ("write ", Setting(name, f"1[{cell}]") if name else f'"1[{cell}]"', " (layer, channel,row,column)"),
        )
    places = [None if word.strip() == EVERY else int(word) for word in match["cell"].split(",")]
    return Address(match[1].lower(), tuple(places), match["part"].lower().lstrip("."))


def layer_name(text: str, name: str = "layer") -> str:
    """Read `3` or `c3`: a layer by its number or its name."""
    if not re.fullmatch(r"[\w-]{1,40}", text.strip()):
        raise NotationError(
            f"{name} {quoted(text)} is not a layer", ("write ", Setting(name, 1), ", or ", Setting(name, "c1"))
        )
    return text.strip().lower()
