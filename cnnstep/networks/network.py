"""A network: layers in a row, checked against an input, run layer by layer."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

from cnnstep.engine.steps import Operation, Walk
from cnnstep.errors import CnnstepError, GeometryError
from cnnstep.geometry import by
from cnnstep.networks.layers import Arrival, KernelReader, build, check_place
from cnnstep.notation.chain import LayerWords

Array: TypeAlias = NDArray[Any]

MOST_CELLS = 500_000_000


class Layer(NamedTuple):
    """One layer: its number, counted from 1, its words, its operation, and the shapes on both sides."""

    number: int
    word: str
    text: str
    operation: Operation[Any]
    input: tuple[int, ...]
    output: tuple[int, ...]


def assemble(
    chain: Sequence[LayerWords], shape: tuple[int, ...], read_kernel: KernelReader, seed: int = 0
) -> list[Layer]:
    """Build every layer for what arrives from the one before; the first gets `shape`, (C, *spatial).

    Raises the error of the layer that does not fit, with its number and its words. Layer n draws its
    random weights from seed + n − 1, so that no two are alike.
    """
    layers: list[Layer] = []
    for number, words in enumerate(chain, 1):
        arrival = Arrival(shape, read_kernel, seed + number - 1)
        with named(number, words.text):
            check_place(words, arrival)
        with named(number, words.text, words.pointer):
            operation = build(words, arrival)
        with named(number, words.text):
            output = operation.output_shape(shape)
            if prod(output) > MOST_CELLS:
                raise GeometryError(
                    f"its {by(output)} output has {prod(output):,} cells; the most is {MOST_CELLS:,}",
                    "use a smaller input: --resize 300x300",
                )
        layers.append(Layer(number, words.word, words.text, operation, shape, output))
        shape = output
    return layers


@contextmanager
def named(number: int, text: str, pointer: tuple[str, int, int] | None = None) -> Iterator[None]:
    """Say in which layer something went wrong, and point at the word that is to blame."""
    try:
        yield
    except CnnstepError as error:
        hint = re.sub(r"--([a-z]+)", r"\1", error.hint)  # settings of a chain have no dashes
        raise type(error)(f"layer {number} ({text}): {error.message}", hint, pointer) from None


class Run:
    """A network that meets its input, layer after layer, and no further than is asked for."""

    def __init__(self, layers: Sequence[Layer], x: Array) -> None:
        self.layers = layers
        self.x = x
        self._walks: list[Walk[Any, Any]] = []

    @property
    def walks(self) -> list[Walk[Any, Any]]:
        """The walk of every layer, over what the layer before has made."""
        return [self.walk(layer.number) for layer in self.layers]

    def walk(self, number: int) -> Walk[Any, Any]:
        """The walk of a layer, counted from 1; the layers before it are run whole, those after it not."""
        last = self.layers[-1]
        if not 1 <= number <= last.number:
            raise GeometryError(
                f"there is no layer {number}: the network has {len(self.layers)}, counted from 1",
                f'use --layer {last.number}, or --at "{last.number}[{",".join("0" * len(last.output))}]"',
            )
        while len(self._walks) < number:
            layer = self.layers[len(self._walks)]
            with named(layer.number, layer.text):
                x = self._walks[-1].output if self._walks else self.x
                self._walks.append(layer.operation.walk(x))
        return self._walks[number - 1]
