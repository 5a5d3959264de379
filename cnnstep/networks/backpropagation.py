"""Backpropagation through a network for one input: the gradient of a number by every map and every parameter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from cnnstep.engine.activation import Activation
from cnnstep.engine.activations import RULES
from cnnstep.engine.arrays import Array
from cnnstep.engine.fast.graph import Graph
from cnnstep.engine.fast.layers import Passed
from cnnstep.engine.fast.training import cross_entropy
from cnnstep.engine.softmax import Softmax
from cnnstep.errors import GeometryError
from cnnstep.networks.forward import Forward

if TYPE_CHECKING:
    from cnnstep.networks.network import Network


@dataclass(frozen=True, slots=True, eq=False)
class Backpropagation:
    """What every node has made of an input, and the gradient of one number `value` by all that it depends on.

    Nodes are counted as everywhere: 0 is the input, the last one here gives the logits. `parameters` are ∂L/∂w by their
    full names, in the shapes of the weights. What the number does not depend on has a gradient of zeros.
    """

    value: float
    outputs: tuple[Array, ...]
    gradients: tuple[Array, ...]
    parameters: Mapping[str, Array]

    @property
    def logits(self) -> Array:
        """The numbers that the loss is computed from."""
        return self.outputs[-1].reshape(-1)

    @property
    def probabilities(self) -> Array:
        """softmax(logits)."""
        powers = np.exp(self.logits - self.logits.max())
        shares: Array = powers / powers.sum()
        return shares


class Differentiable(Forward):
    """A network in use, in float64: running averages, nothing dropped, and every layer able to go back."""

    goes_back = True


def logits_of(network: "Network") -> int:
    """The node that gives the logits: the last, or what a softmax at the end reads."""
    last = len(network.layers)
    return last - 1 if last > 1 and isinstance(network.operation(last), Softmax) else last


def of_loss(
    network: "Network", x: Array, target: int, weights: Mapping[str, Array] | None = None
) -> Backpropagation:  # fmt: skip
    """L = −ln softmax(logits)[target] and its gradients; `weights` may stand in for those of the network.

    Raises GeometryError for a target that is no class, and for a layer that has no gradient.
    """
    check_target(network, target)

    def start(logits: Array) -> tuple[float, Array]:
        return cross_entropy(logits, np.array([target]))

    return _through(network, x, start, weights)


def of_logit(network: "Network", x: Array, target: int) -> Backpropagation:
    """The logit of a class and its gradients: the logit, for a probability near 1 has a gradient near 0."""
    check_target(network, target)

    def start(logits: Array) -> tuple[float, Array]:
        upstream = np.zeros_like(logits)
        upstream[target] = 1
        return logits[target].item(), upstream

    return _through(network, x, start)


def loss_of(network: "Network", x: Array, target: int, weights: Mapping[str, Array]) -> float:
    """The loss with other weights: the forward pass alone."""
    forward = Differentiable(network, np.float64, weights)
    made = forward.graph(0).forward(x.astype(np.float64)[..., None], logits_of(network))
    return cross_entropy(made[-1].reshape(-1, 1), np.array([target]))[0]


def check_target(network: "Network", target: int) -> None:
    """Refuse a target that is no class of the network."""
    classes = prod(network.layers[logits_of(network) - 1].output)
    if classes < 2:
        raise GeometryError(
            "a network that gives one number has one class, whose cross-entropy is always 0",
            "end it with one unit for each class: dense 10",
        )
    if not 0 <= target < classes:
        raise GeometryError(
            f"target {target} is no class of {classes}, which count from 0", f"use a class from 0 to {classes - 1}"
        )


def _through(
    network: "Network", x: Array, start: Callable[[Array], tuple[float, Array]],
    weights: Mapping[str, Array] | None = None,
) -> Backpropagation:  # fmt: skip
    """Forward, then back from the gradient that `start` gives to the logits (classes, 1)."""
    graph = Differentiable(network, np.float64, weights).graph(0)
    made = graph.forward(x.astype(np.float64)[..., None], logits_of(network))
    outputs = tuple(each[..., 0].copy() for each in made)
    value, upstream = start(made[-1].reshape(-1, 1))
    arrived = _back(graph, upstream.reshape(made[-1].shape), made)
    gradients = tuple(
        arrived[number][..., 0] if number in arrived else np.zeros(each.shape) for number, each in enumerate(outputs)
    )
    parameters = {
        f"{layer.name}.{part}": node.layer.gradients.get(part, np.zeros(each.shape))
        for layer, node in zip(network.layers, graph.nodes, strict=True)
        for part, each in layer.plan.parameters.items()
        if not each.is_buffer
    }
    return Backpropagation(value, outputs, gradients, parameters)


def _back(graph: Graph, upstream: Array, made: list[Array]) -> dict[int, Array]:
    """The gradient of every node in `made`, also of those where nothing is learned; of readers they add up."""
    arrived = {len(made) - 1: upstream}
    for number in range(len(made) - 1, 0, -1):
        if number not in arrived:
            continue
        node = graph.nodes[number - 1]
        passed = Passed([made[each] for each in node.inputs], made[number], wanted=True)
        # a layer may write into what it is given, and rooms that it gives are its own
        parts = node.layer.backward(arrived[number].copy(), passed)
        for each, part in zip(node.inputs, parts, strict=True):
            if part is not None:
                arrived[each] = arrived[each] + part if each in arrived else part.copy()
    return arrived


def silent_channels(network: "Network", found: Backpropagation) -> dict[int, list[int]]:
    """Activation → its channels (or units) with derivative 0 in every cell: nothing comes back through them.

    f′(x) = 0 there for this input; a unit is dead where that is so for every input.
    """
    silent: dict[int, list[int]] = {}
    for layer in network.layers[: len(found.outputs) - 1]:
        operation = network.operation(layer.number)
        if not isinstance(operation, Activation):
            continue
        x = found.outputs[layer.inputs[0]]
        one, parameters = len(operation.parameters) == 1, np.asarray(operation.parameters, np.float64)
        parameter = operation.parameters[0] if one else parameters.reshape(-1, *(1,) * (x.ndim - 1))
        slopes = np.broadcast_to(RULES[operation.name].slope(x, parameter), x.shape)
        stopped = ~slopes.reshape(len(x), -1).any(axis=1)
        if stopped.any():
            silent[layer.number] = np.flatnonzero(stopped).tolist()
    return silent
