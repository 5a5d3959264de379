"""A depthwise-separable convolution: a kernel for each channel, then the channels mixed cell by cell."""

from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

from cnnstep.cli.windows import Window
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.kernels import Kernel, random_weights
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.inputs.kernels import read_weights
from cnnstep.inputs.reading import Input
from cnnstep.networks.layer import Layer
from cnnstep.networks.network import standing
from cnnstep.networks.run import Run
from cnnstep.notation import whole
from cnnstep.views.networks.network import About, NetworkView, layer_view
from cnnstep.views.view import View
from cnnstep.views.vocabulary import Chosen


@dataclass(frozen=True, eq=False, kw_only=True)
class SeparableView(NetworkView):
    """Two convolutions as a network; steps are those of the second."""

    without: ClassVar[str] = "pointwise"

    def choosing(self, chosen: Chosen) -> View:
        """The overview, unless steps are asked for."""
        if chosen == Chosen():
            return replace(self, chosen=Chosen(display="map"))
        return self.stepping().choosing(chosen)

    def stepping(self) -> View:
        """The second convolution, whose cells need no name of a layer."""
        return replace(layer_view(self.run, len(self.run.layers), self.about), address="{}")


def separable(shown: Input, window: Window, pointwise: str) -> View:
    """The two convolutions as a network, and what they save; --at names cells of the second."""
    depthwise = replace(window, depthwise=True, bias=(0,)).convolution(shown)
    between = depthwise.output_shape(shown.values.shape)
    weights = _weights(pointwise, between[0], window.seed)
    mixing = Convolution(Kernel(weights.reshape(*weights.shape, *(1,) * shown.axes)), bias=window.bias, axes=shown.axes)
    network = standing([("conv", "depthwise", depthwise), ("conv", "pointwise", mixing)], shown.values.shape)
    first, second = network.layers
    about = About(shown.name, shown.channels, [_saved(depthwise, first, second)])
    cell = ",".join(str(n // 2) for n in second.output)
    advice = f"--at {cell} (one cell), --depthwise without --pointwise (its first half)"
    return SeparableView.of(Run(network, shown.values), about, advice=advice)


def _weights(text: str, channels: int, seed: int) -> Any:
    """A row of weights for each filter, or so many filters from the seed."""
    if text.strip().isdecimal():
        return random_weights((whole(text, "pointwise"), channels), seed)
    weights = read_weights(text)
    if weights.ndim != 2 or weights.shape[1] != channels:
        raise GeometryError(
            f"pointwise weights of {by(weights.shape)} do not fit {channels} channels",
            f'give every filter {channels} numbers, such as "{" ".join(["1"] * channels)}"',
        )
    return weights


def _saved(depthwise: Convolution, first: Layer, second: Layer) -> str:
    """Multiplications of both, against one convolution that does it all."""
    window, cells = prod(depthwise.bank.window), prod(second.output[1:])
    channels, filters = first.output[0], second.output[0]
    both, full = cells * channels * (window + filters), cells * channels * window * filters
    return (
        f"multiplications: depthwise {cells * channels * window:,} + pointwise {cells * channels * filters:,}"
        f" = {both:,}; a full convolution takes {full:,}, {full / both:.3g} times as many"
    )
