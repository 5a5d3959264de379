"""What a network is: its name in the table, a file, or a chain; and the input that it meets."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cnnstep.engine.activations import RULES
from cnnstep.errors import GeometryError, NotationError
from cnnstep.geometry import by
from cnnstep.inputs.how import Reading
from cnnstep.inputs.kernels import read_kernel
from cnnstep.inputs.reading import Input, read
from cnnstep.inputs.sources import content, exists, text
from cnnstep.inputs.weights import read_arrays
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.network import Layer, Network, assemble
from cnnstep.networks.weights import fitting
from cnnstep.notation import printable
from cnnstep.notation.chain import LayerWords, chain
from cnnstep.notation.networks import network
from cnnstep.scenes.arithmetic import count

SUFFIX = ".cnn"
COLOURS = 3
SAMPLES = {1: "sample:digit", COLOURS: "sample:picture"}
ANY = "sample:five"
PLANE = 2
ARRAYS = ".npy"
"""Files whose channels stand where they are."""


@dataclass(frozen=True)
class Described:
    """A network in words: what it is called, its layers, the input it is made for, and what to know of it."""

    name: str
    words: list[LayerWords]
    input: tuple[int, ...] | None = None
    notes: tuple[str, ...] = ()

    def layers(self, shape: tuple[int, ...], seed: int) -> list[Layer]:
        """Its layers for an input of this shape; what does not fit is told with the shape it is made for."""
        try:
            return assemble(self.words, shape, read_kernel, seed)
        except GeometryError as error:
            if self.input is None or self.input == shape:
                raise
            raise GeometryError(
                f"{error.message}; {by(shape)} arrived at layer 1", f"{self.name} is made for {by(self.input)}"
            ) from None

    def network(self, layers: list[Layer], seed: int, weights: str | None) -> Network:
        """The layers with weights from a file, or drawn."""
        return Network(layers, seed, _fitting(layers, weights) if weights else None)

    def read(self, source: str | None, reading: Reading) -> Input:
        """The input: a network that is made for a size gets it in that size, levels from 0 to 1."""
        if self.input is None:
            return read(source or ANY, reading)
        channels, *size = self.input
        source = source or SAMPLES.get(channels, ANY)
        if reading.resize is None and len(size) == PLANE:
            reading = replace(reading, resize=(size[1], size[0]))
        if channels == COLOURS and not source.lower().endswith(ARRAYS):
            reading = replace(reading, rgb=True)
        return read(source, reading).levelled()

    def laid(self, shown: Input) -> tuple[Any, bool]:
        """The numbers as the network takes them, and whether they are many images: one axis more, or many grey ones."""
        x, made_for = shown.values, self.input
        if made_for is None or (len(made_for) == x.ndim and made_for[0] == len(x)):
            return x, False
        if x.ndim == len(made_for) and made_for[0] == 1 and not shown.channels:
            return x[:, None], True
        if x.ndim == len(made_for) + 1 and x.shape[1] == made_for[0]:
            return x, True
        raise GeometryError(
            f"{shown.name} is {by(x.shape)}, but {self.name} takes {by(made_for)}, or N of them",
            f"give it {count(made_for[0], 'channel')}" + (", without --rgb" if made_for[0] == 1 else ""),
        )


def describe(words: str) -> Described:
    """A network with a name, a file, or a chain."""
    if known := ARCHITECTURES.get(words.lower()):
        return Described(words.lower(), chain(known.chain, RULES), known.input, known.notes)
    if words.endswith(SUFFIX) or (Path(words).suffix and "|" not in words and exists(words)):
        name, data = content(words, "the network", NotationError)
        if not isinstance(data, bytes):
            raise NotationError(f"{printable(words)} is not a file", "name a file with a layer a line: my.cnn")
        found = network(text(data, name), name, RULES)
        return Described(name, found.layers, found.input)
    return Described("net", chain(words, RULES))


def _fitting(layers: list[Layer], source: str) -> dict[str, Any]:
    name, arrays = read_arrays(source)
    return fitting(layers, arrays, name)
