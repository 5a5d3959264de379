"""The gradients of a network: the mean cross-entropy of a batch, by every number that is learned."""

from math import fsum, prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cnnstep.engine.arrays import Array
from cnnstep.engine.fast.graph import Graph, Node, images_last
from cnnstep.engine.fast.training import Dropped, Normalization, cross_entropy
from cnnstep.engine.softmax import Softmax
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.networks.forward import Forward

if TYPE_CHECKING:
    from cnnstep.networks.network import Network


class Backward(Forward):
    """A network that learns: batch normalisation takes the statistics of the batch, and dropout drops.

    `weights` are live: an update in place, `weights[name] -= rate * gradients[name]`, is all that a step of gradient
    descent needs. Pass them to `Forward` to ask the same network for answers.
    """

    training = True

    def __init__(self, network: "Network", dtype: DTypeLike = np.float32, *, dropout: float = 0.0) -> None:
        super().__init__(network, dtype)
        self.dropout = dropout

    def _compiled(self, number: int) -> Graph:
        """With `dropout` that share of the cells is dropped before every dense layer, beside what the network drops."""
        graph = super()._compiled(number)
        if not self.dropout:
            return graph
        seed = self.network.seed + len(self.layers) * (number + 1)
        nodes = [
            Node(Dropped(node.layer, self.dropout, seed + layer.number), node.inputs)
            if layer.plan.parameters and len(layer.input) == 1 and len(layer.output) == 1
            else node
            for layer, node in zip(self.layers, graph.nodes, strict=True)
        ]
        return Graph(nodes)

    def gradients(self, batch: ArrayLike, labels: ArrayLike) -> tuple[float, dict[str, Array]]:
        """−Σ log p(label) / N and its gradients, by the names and in the shapes of the weights that are learned.

        p is the softmax of the logits: a softmax that ends the network is left out, and differentiated together with
        the logarithm (p − onehot). Raises GeometryError for another shape, and for labels that are no classes.
        """
        images = self.checked(batch)
        last = len(self.layers) - isinstance(self.network.operation(len(self.layers)), Softmax)
        right = _checked(labels, len(images), self.layers[last - 1].output)
        losses: list[float] = []
        found: dict[int, dict[str, Array]] = {}

        def learn(number: int, part: slice) -> None:
            graph = self.graph(number)
            made = graph.forward(images_last(images[part]), last)
            loss, gradient = cross_entropy(made[-1].reshape(-1, made[-1].shape[-1]), right[part])
            gradient /= len(images)
            graph.backward(gradient.reshape(made[-1].shape), made)
            losses.append(loss)
            _add(found.setdefault(number, {}), self._named(number))

        # the statistics of a batch are those of all its images
        self.each(learn, len(images), len(images) if self._normalizations() else None)
        total: dict[str, Array] = {}
        for number in sorted(found):
            _add(total, found[number])
        # in whatever order threads came to their ends, the sum is the same
        return fsum(losses) / len(images), total

    @property
    def statistics(self) -> dict[str, tuple[Array, Array]]:
        """Mean and variance of the last batch, of each layer whose running averages follow them, by its name."""
        each = self._normalizations().items()
        return {name: (layer.mean.reshape(-1), layer.variance.reshape(-1)) for name, layer in each}

    def _normalizations(self) -> dict[str, Normalization]:
        nodes = zip(self.layers, self.graph(0).nodes, strict=True)
        # an activation behind it has its name, too
        return {
            layer.name: node.layer
            for layer, node in nodes
            if isinstance(node.layer, Normalization) and node.layer.together
        }

    def _named(self, number: int) -> dict[str, Array]:
        """The gradients of a graph by their full names."""
        nodes = zip(self.layers, self.graph(number).nodes, strict=True)
        return {
            # what nothing depends on has got none
            f"{layer.name}.{part}": node.layer.gradients.get(part, np.zeros(each.shape, self.dtype))
            for layer, node in nodes
            for part, each in layer.plan.parameters.items()
            if not each.is_buffer
        }


def _add(total: dict[str, Array], more: dict[str, Array]) -> None:
    """Gradients of parts of a batch add up."""
    for name, gradient in more.items():
        if name in total:
            total[name] += gradient
        else:
            total[name] = gradient


def _checked(labels: ArrayLike, images: int, output: tuple[int, ...]) -> Array:
    """A class for each image."""
    values: Array = np.asarray(labels)
    classes = prod(output)
    if values.shape != (images,) or values.dtype.kind not in "iu":
        raise GeometryError(
            f"labels of {by(values.shape) or 'no axis'} in {values.dtype} are no class for each of {images} images",
            f"give {images} integers from 0 to {classes - 1}",
        )
    if not 0 <= values.min() <= values.max() < classes:
        raise GeometryError(
            f"labels from {values.min()} to {values.max()} are no classes of {classes}",
            f"give integers from 0 to {classes - 1}",
        )
    return values
