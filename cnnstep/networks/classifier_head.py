"""Dense layers as convolutions: the same sums, which then slide over larger pictures too."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from cnnstep.engine.steps import Index
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import Head
from cnnstep.networks.network import Network
from cnnstep.networks.parameters import Weights
from cnnstep.notation.layers import LayerWords

MOST_WINDOW = 4_096


class Rewritten(NamedTuple):
    """A layer as it was, and the words it has become; none where it is gone."""

    layer: Layer
    words: LayerWords | None


def rewrite(layers: Sequence[Layer], words: Sequence[LayerWords]) -> list[Rewritten]:
    """Every dense layer on C×h×w as a convolution with an h×w kernel, the next ones as 1×1; flatten goes.

    Raises GeometryError where there is no dense layer, or none that stands on maps.
    """
    dense = [layer.number for layer in layers if layer.kind.head is Head.BECOMES_CONVOLUTION]
    if not dense:
        raise GeometryError("this network has no dense layer to rewrite", "end it with: flatten | dense 10")
    window: Index = ()
    made: list[Rewritten] = []
    for layer, each in zip(layers, words, strict=True):
        head = layer.kind.head
        if head in {Head.GOES, Head.BECOMES_CONVOLUTION}:
            window = window or layer.input[1:]
        if head is Head.GOES:
            made.append(Rewritten(layer, None))
        elif head is Head.BECOMES_CONVOLUTION:
            made.append(Rewritten(layer, _convolution(layer, window)))
            window = (1,) * len(window)
        elif head is Head.HAS_A_SIZE:
            raise _refused(layer, "has parameters for each cell, of which a larger picture has more")
        elif window and head is Head.STAYS_ON_CHANNELS and layer.number < dense[0]:
            raise _refused(layer, "has parameters for each number of a row, which maps do not have")
        elif window and (head is Head.REFUSED or (head is Head.ENDS and layer.number < dense[-1])):
            raise _refused(layer, "works on a whole row of numbers, which maps do not have")
        else:
            made.append(Rewritten(layer, each))
    return made


def renumbered(rewritten: Sequence[Rewritten]) -> list[LayerWords]:
    """The words of the layers that are left, with the nodes that each of them reads now."""
    now = {0: 0}
    found: list[LayerWords] = []
    for layer, words in rewritten:
        if words is None:
            now[layer.number] = now[layer.inputs[0]]
        else:
            found.append(words._replace(inputs=tuple(now[node] for node in words.inputs or layer.inputs)))
            now[layer.number] = len(found)
    return found


def _convolution(layer: Layer, window: Index) -> LayerWords:
    """A dense layer as a convolution whose kernels are as large as the maps that arrive."""
    if not window:
        raise _refused(layer, f"stands on one row of {by(layer.input)} numbers, not on maps")
    if prod(window) > MOST_WINDOW:
        raise _refused(layer, f"would become kernels of {by(window)}, which take too long")
    kernel = f"{layer.output[0]}@{'x'.join(map(str, window))}"
    nobias = {name: value for name, value in layer.settings.items() if name == "nobias"}
    return LayerWords("conv", {"kernel": kernel, **nobias}, " ".join(["conv", kernel, *nobias]))


def _refused(layer: Layer, why: str) -> GeometryError:
    return GeometryError(
        f"layer {layer.number} ({layer.brief}) {why}",
        "a classifier head is flatten, dense and activations, on maps",
    )


class Moved(Network):
    """A network whose weights are those of another in new places: (units, C·h·w), row-major, are (units, C, h, w)."""

    def __init__(self, network: Network, rewritten: Sequence[Rewritten], layers: Sequence[Layer]) -> None:
        super().__init__(layers, network.seed)
        self._theirs = network
        self._numbers = [each.layer.number for each in rewritten if each.words]

    @property
    def is_drawn(self) -> bool:
        """As in the network that they come from."""
        return self._theirs.is_drawn

    def weights_of(self, number: int) -> Weights:
        """Those of the layer that it was."""
        parameters = self.layers[number - 1].plan.parameters
        theirs = self._theirs.weights_of(self._numbers[number - 1])
        return {part: values.reshape(parameters[part].shape) for part, values in theirs.items()}
