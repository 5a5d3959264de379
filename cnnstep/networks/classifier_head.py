"""Dense layers as convolutions: the same sums, which then slide over larger pictures too."""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from cnnstep.engine.normalization import Normalization
from cnnstep.engine.softmax import Softmax
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.networks.network import Layer, Network
from cnnstep.networks.parameters import WEIGHT
from cnnstep.notation.chain import LayerWords

if TYPE_CHECKING:
    from cnnstep.engine.arrays import Array

MOST_CELLS = 4_096


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
    last = dense[-1].number
    made: list[Rewritten] = []
    for layer, each in zip(layers, words, strict=True):
        if layer.word == "flatten":
            window = window or layer.input[1:]
            made.append(Rewritten(layer, None))
        elif layer.word == "dense":
            window = window or layer.input[1:]
            if not window:
                raise _refused(layer, f"stands on one row of {by(layer.input)} numbers, not on maps")
            if prod(window) > MOST_CELLS:
                raise _refused(layer, f"would become kernels of {by(window)}, which take too long")
            text = f"conv {layer.output[0]}@{'x'.join(map(str, window))}"
            made.append(Rewritten(layer, LayerWords("conv", {"kernel": text.removeprefix("conv ")}, text)))
            window = (1,) * len(window)
        elif window and (layer.plan.kind is Normalization or (layer.plan.kind is Softmax and layer.number < last)):
            raise _refused(layer, "works on a whole row of numbers, which maps do not have")
        else:
            made.append(Rewritten(layer, each))
    return made


def _refused(layer: Layer, why: str) -> GeometryError:
    return GeometryError(
        f"layer {layer.number} ({layer.brief}) {why}", "a tail is maps, flatten, dense layers and activations"
    )


def moved(network: Network, rewritten: Sequence[Rewritten], layers: Sequence[Layer]) -> Network:
    """The weights in their new places: (units, C·h·w) in row-major order are (units, C, h, w)."""
    given: dict[str, Array] = {}
    for was, layer in zip([each.layer for each in rewritten if each.words], layers, strict=True):
        for part, values in network.weights(was.number).items():
            shape = layer.plan.parameters[part].shape if part == WEIGHT else values.shape
            given[f"{layer.name}.{part}"] = values.reshape(shape)
    return Network(layers, network.seed, given)
