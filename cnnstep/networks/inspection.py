"""What a network has learned, asked of one input: saliency, Grad-CAM, ablation, sparsity, shifts of the input."""

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.fast.graph import images_first, images_last
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.networks.backpropagation import Differentiable, check_target, logits_of, of_logit
from cnnstep.networks.layer import Layer
from cnnstep.networks.network import Network
from cnnstep.networks.receptive_field import fields

ROUNDING = 1e-12
"""A share of a norm below which two maps are the same numbers."""

TOGETHER = 64


class Answer(NamedTuple):
    """What a network makes of an input: probabilities of its classes, and the output of every node up to the logits."""

    probabilities: Array
    outputs: tuple[Array, ...]

    @property
    def largest(self) -> int:
        """The class with the largest probability."""
        return int(self.probabilities.argmax())


def untrained(network: Network) -> Network | None:
    """The same layers with weights drawn from seed 0; None where nothing is drawn, or all is so already."""
    can_draw = any(each.fan_in for layer in network.layers for each in layer.plan.parameters.values())
    return None if network.is_drawn or not can_draw else Network(network.layers, 0)


def answer(network: Network, x: Array, change: Callable[[int, Array], None] | None = None) -> Answer:
    """Run the network in float64; `change` may write into the output of a node, by its number, before it is read."""
    nodes = Differentiable(network, np.float64).graph(0).nodes[: logits_of(network)]
    made = [x.astype(np.float64)[..., None]]
    for number, node in enumerate(nodes, 1):
        output = node.layer.forward(*(made[each] for each in node.inputs)).copy()
        if change:
            change(number, output[..., 0])
        made.append(output)
    return Answer(_shares(made[-1].reshape(-1, 1))[:, 0], tuple(each[..., 0] for each in made))


def probabilities(network: Network, batch: Array) -> Array:
    """The softmax of the logits of many inputs (N, *input), in float64: (N, classes)."""
    graph, last = Differentiable(network, np.float64).graph(0), logits_of(network)
    made = []
    for start in range(0, len(batch), TOGETHER):
        logits = graph.forward(images_last(batch[start : start + TOGETHER].astype(np.float64)), last)[-1]
        made.append(images_first(_shares(logits.reshape(-1, logits.shape[-1]))))
    return np.concatenate(made)


def _shares(logits: Array) -> Array:
    powers: Array = np.exp(logits - logits.max(axis=0))
    shares: Array = powers / powers.sum(axis=0)
    return shares


def saliency(network: Network, x: Array, target: int) -> Array:
    """|∂logit/∂x|, of several channels the largest: (*spatial). Source: Simonyan et al., 2013, arXiv 1312.6034."""
    magnitudes: Array = np.abs(of_logit(network, x, target).gradients[0]).max(axis=0)
    return magnitudes


class GradCam(NamedTuple):
    """The map relu(Σ α[k]·A[k]) over the channels of a layer, and their weights α[k], the means of ∂logit/∂A[k]."""

    map: Array
    weights: Array


def grad_cam(network: Network, x: Array, target: int, layer: Layer) -> GradCam:
    """Where a layer's maps speak for a class: relu(Σ over k of α[k]·A[k]), α[k] = mean of ∂logit/∂A[k].

    Raises GeometryError for a layer without maps, or with maps of one cell. Source: Selvaraju et al., 2017.
    """
    if len(layer.output) < 3 or prod(layer.output[1:]) == 1:
        maps = [each.name for each in network.layers[: layer.number] if prod(each.output[1:]) > 1]
        told = (
            f"its maps are {by(layer.output[1:])}" if len(layer.output) > 1 else f"it gives a list of {layer.output[0]}"
        )
        raise GeometryError(
            f"Grad-CAM on {layer.called} would be one blank square: {told}",
            ("use ", Setting("grad-cam", maps[-1])) if maps else "it needs a layer with maps",
        )
    found = of_logit(network, x, target)
    if layer.number >= len(found.outputs):
        raise GeometryError(f"{layer.called} stands behind the logits", "name a layer before them")
    weights: Array = found.gradients[layer.number].reshape(layer.output[0], -1).mean(axis=1)
    summed = np.tensordot(weights, found.outputs[layer.number], axes=1)
    return GradCam(np.maximum(summed, 0), weights)


def ablated(network: Network, x: Array, layer: Layer, channel: int) -> Answer:
    """The answer with one channel or unit of a layer's output set to 0; raises GeometryError for one there is not."""
    if not 0 <= channel < layer.output[0]:
        raise GeometryError(
            f"{layer.called} has no channel {channel}: it has {layer.output[0]}, counted from 0",
            f"the last one is {layer.called}[{layer.output[0] - 1}]",
        )
    if layer.number >= logits_of(network):
        raise GeometryError(
            f"{layer.called} gives the logits: nothing reads its channels", "ablate one of an earlier layer"
        )

    def silence(number: int, output: Array) -> None:
        if number == layer.number:
            output[channel] = 0

    return answer(network, x, silence)


def sparsity(outputs: Sequence[Array]) -> list[float]:
    """Which share of the numbers is 0, node by node."""
    return [float((each == 0).mean()) for each in outputs]


def background(x: Array) -> Array:
    """The median of the border of each channel: what a picture stands on."""
    flat = x.reshape(len(x), *x.shape[1:])
    ends = [np.take(flat, at, axis=axis).reshape(len(x), -1) for axis in range(1, x.ndim) for at in (0, -1)]
    found: Array = np.median(np.concatenate(ends, axis=1), axis=1)
    return found


def shifted(x: Array, by_cells: Sequence[int], fill: Array | float = 0) -> Array:
    """Maps (C, *spatial) moved by so many cells along each axis; what comes in is `fill`, one number a channel."""
    moved = np.empty_like(x)
    moved[...] = np.reshape(fill, (-1, *(1,) * (x.ndim - 1))) if np.ndim(fill) else fill
    into, out_of = (
        tuple(slice(max(0, s * d), min(n, n + s * d)) for d, n in zip(by_cells, x.shape[1:], strict=True))
        for s in (1, -1)
    )
    moved[(slice(None), *into)] = x[(slice(None), *out_of)]
    return moved


class Moved(NamedTuple):
    """How the maps of a layer went with a shift of the input.

    `cells` is the shift in cells of this layer; `difference` is |f(shifted x) − shifted f(x)| / |f(x)|, 0 where the
    maps moved with the input exactly, None where the shift is no whole number of cells or there are no maps.
    """

    layer: Layer
    cells: tuple[float, ...] | None
    difference: float | None


def equivariance(network: Network, before: Answer, after: Answer, shift: Sequence[int]) -> list[Moved]:
    """Layer by layer, whether the maps moved as the input did."""
    found = []
    seen = fields(network.layers)
    for layer in network.layers[: len(before.outputs) - 1]:
        seen_here = seen[layer.number - 1]
        if seen_here is None or len(layer.output) < 2 or prod(layer.output[1:]) == 1:
            found.append(Moved(layer, None, None))
            continue
        cells = tuple(float(d / axis.jump) for d, axis in zip(shift, seen_here, strict=True))
        found.append(Moved(layer, cells, _apart(before, after, layer.number, cells)))
    return found


def _apart(before: Answer, after: Answer, number: int, cells: Sequence[float]) -> float | None:
    if not all(each.is_integer() for each in cells):
        return None
    old, new = before.outputs[number], after.outputs[number]
    whole = [int(each) for each in cells]
    if any(abs(each) >= size for each, size in zip(whole, old.shape[1:], strict=True)):
        return None
    inside = shifted(np.ones_like(old), whole) > 0  # what came in at the edge is compared with nothing
    size = float(np.linalg.norm(old))
    apart = float(np.linalg.norm((new - shifted(old, whole))[inside])) / size if size else 0.0
    # the last bits of a function depend on the processor and on where a number lies in memory
    return apart if apart > ROUNDING else 0.0


def checked(network: Network, x: Array, target: int | None) -> int:
    """The class that is explained: the one that was asked for, or the network's answer."""
    if target is None:
        return answer(network, x).largest
    check_target(network, target)
    return target
