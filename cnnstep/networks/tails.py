"""Dense layers as convolutions: the same sums, which then slide over larger pictures too."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.networks.network import Layer, Network
from cnnstep.networks.parameters import WEIGHT
from cnnstep.notation.chain import LayerWords

Array: TypeAlias = NDArray[Any]


class Rewritten(NamedTuple):
    """A layer as it was, and the words it has become; none where it is gone."""

    layer: Layer
    words: LayerWords | None


def rewrite(layers: Sequence[Layer], words: Sequence[LayerWords]) -> list[Rewritten]:
    """Every dense layer on C×h×w as a convolution with an h×w kernel, the next ones as 1×1; flatten goes.

    Raises GeometryError where there is no dense layer, or none that stands on maps.
    """
    dense = [layer for layer in layers if layer.word == "dense"]
    if not dense:
        raise GeometryError("this network has no dense layer to rewrite", "end it with: flatten | dense 10")
    window: tuple[int, ...] | None = None
    made: list[Rewritten] = []
    for layer, each in zip(layers, words, strict=True):
        if layer.word == "flatten" and len(layer.input) > 1:
            window = layer.input[1:]
            made.append(Rewritten(layer, None))
        elif layer.word == "dense":
            window = layer.input[1:] or window
            if window is None:
                raise GeometryError(
                    f"layer {layer.number} ({layer.text}) stands on one row of {by(layer.input)} numbers, not on maps",
                    "begin with channels and space: --in 1x32x32",
                )
            text = f"conv {layer.output[0]}@{'x'.join(map(str, window))}"
            settings = {"kernel": text.removeprefix("conv ")}
            made.append(Rewritten(layer, LayerWords("conv", settings, text)))
            window = (1,) * len(window)
        else:
            made.append(Rewritten(layer, each))
    return made


def moved(network: Network, rewritten: Sequence[Rewritten], layers: Sequence[Layer], seed: int = 0) -> Network:
    """The weights in their new places: (units, C·h·w) in row-major order are (units, C, h, w)."""
    given: dict[str, Array] = {}
    for was, layer in zip([each.layer for each in rewritten if each.words], layers, strict=True):
        for part, values in network.weights(was.number).items():
            shape = layer.plan.parameters[part].shape if part == WEIGHT else values.shape
            given[f"{layer.name}.{part}"] = values.reshape(shape)
    return Network(layers, seed, given)
