"""What a network is: its name in the table of architectures, a file, or a chain; and networks for Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import as_numbers, freeze
from cnnstep.errors import GeometryError, NotationError, Setting, nearest, printable, quoted
from cnnstep.inputs.kernels import read_kernel
from cnnstep.inputs.sources import content, exists, text
from cnnstep.inputs.weights import read_arrays
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.foreign import OURS, Foreign
from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble
from cnnstep.networks.parameters import fitting
from cnnstep.notation.chain import chain
from cnnstep.notation.layers import LayerWords
from cnnstep.notation.networks import network as written
from cnnstep.notation.preprocessing import Preprocessing
from cnnstep.notation.pytorch import translated
from cnnstep.notation.synonyms import NETWORKS, meant

SUFFIX = ".cnn"
ALIKE = 0.6
"""How much like a name a text must be to be no chain, but that name."""


@dataclass(frozen=True)
class Described:
    """A network in words: what it is called, its layers, the input it is made for, and what to know of it.

    `preprocessing` is what becomes of a picture before it; `foreign` is what its weights are called in PyTorch;
    `weights` is a file with those that come with it.
    """

    name: str
    words: list[LayerWords]
    input: tuple[int, ...] | None = None
    preprocessing: Preprocessing | None = None
    notes: tuple[str, ...] = ()
    foreign: Foreign = OURS
    weights: str = ""

    def layers(self, shape: tuple[int, ...], seed: int = 0) -> list[Layer]:
        """Its layers for an input of this shape; raises the error of the layer that does not fit."""
        return assemble(self.words, shape, read_kernel, seed)

    def learned(self, layers: Sequence[Layer]) -> Mapping[str, Any] | None:
        """The weights that come with it, in float32; None where none do, or none for an input of this size."""
        if not self.weights or layers[0].input != self.input:
            return None
        with np.load(Path(__file__).parent / "weights" / self.weights, allow_pickle=False) as found:
            arrays = {name: found[name].astype(np.float32) for name in found.files}
        for each in arrays.values():
            freeze(each)
        return arrays

    def fitted(self, layers: Sequence[Layer], weights: Mapping[str, ArrayLike] | str | Path) -> Mapping[str, Any]:
        """The arrays that fit its layers, from a mapping or from a file, by our names whatever they are called there.

        Raises DataError for what is missing, strange, or of another shape.
        """
        if isinstance(weights, str | Path):
            found = read_arrays(str(weights))
            return fitting(layers, found.shapes, found.read, found.name, self.foreign)
        arrays = {name: as_numbers(values, name, single=inf) for name, values in weights.items()}
        shapes = {name: array.shape for name, array in arrays.items()}
        return fitting(layers, shapes, arrays.__getitem__, "weights", self.foreign)


def describe(words: str) -> Described:
    """A network with a name, a file, several lines as such a file has them, or a chain."""
    words = translated(words)
    if known := ARCHITECTURES.get(name := meant(words, ARCHITECTURES, NETWORKS)):
        layers = written(known.chain, words, KINDS).layers
        return Described(name, layers, known.input, known.preprocessing, known.notes, known.foreign, known.weights)
    if "\n" in words:
        return Described("net", *written(words, "the network", KINDS))
    if words.endswith(SUFFIX) or (Path(words).suffix and "|" not in words and exists(words)):
        return _from_file(words)
    try:
        return Described("net", chain(words, KINDS))
    except NotationError as error:
        if close := nearest(words.lower(), ARCHITECTURES, cutoff=ALIKE):
            told = f"did you mean {close}? there are {', '.join(ARCHITECTURES)}"
            raise NotationError(f"no network is called {quoted(words)}", told) from None
        raise error from None


def _from_file(path: str) -> Described:
    if not Path(path).is_file():
        raise NotationError(
            f"no such file: {printable(path)}",
            ("write one with a layer a line, or name a network: ", Setting("list", True)),
        )
    name, data = content(path, "the network", NotationError)
    return Described(name, *written(text(data, name) if isinstance(data, bytes) else "", name, KINDS))


def network(
    spec: str,
    input: Sequence[int] | None = None,  # noqa: A002 - the word of the notation
    weights: Mapping[str, ArrayLike] | str | Path | None = None,
    seed: int | None = None,
) -> Network:
    """A network in Python: a name (`resnet18`), a chain of layers, or a `.cnn` file.

        net = cnnstep.network("conv 4@3x3 padding 1 relu as a | conv 4@3x3 padding 1 | add a | relu", input=(1, 9, 9))
        net.output(batch)                     # (N, 1, 9, 9) → (N, 4, 9, 9), float32
        net.weights["c1.weight"].shape        # (4, 1, 3, 3), as PyTorch lays them out
        net.gradients(batch, labels)          # the loss, and its gradients by the names of the weights

    `input` is (channels, *spatial), the shape that the network is made for unless it is told. `weights` are arrays by
    their names, `c1.weight`, `c1.bias`, or by PyTorch's names of networks that it has too, or the name of a file of
    them (.npz, .safetensors); without them those that come with the network (`lenet5`
    knows handwritten digits), or drawn from `seed`, which draws others in any case. Pictures are
    not prepared: `output` takes numbers as they are. Raises CnnstepError for what does not parse or does not fit.
    """
    described = describe(spec)
    shape = described.input if input is None else tuple(input)
    if shape is None:
        raise GeometryError("what arrives at the first layer is not known", "give input=(1, 32, 32)")
    drawn_from = seed or 0
    layers = described.layers(shape, drawn_from)
    if weights is not None:
        return Network(layers, drawn_from, described.fitted(layers, weights))
    return Network(layers, drawn_from, described.learned(layers) if seed is None else None)
