"""Where the gradient of one parameter came from: each place where it was used, and from there forward to the loss."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cnnstep.engine.activation import Activation
from cnnstep.engine.activations import RULES
from cnnstep.engine.arrays import Array
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.steps import Index
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.networks.backpropagation import Backpropagation
from cnnstep.networks.layer import Layer
from cnnstep.networks.network import Network
from cnnstep.networks.parameters import BIAS, WEIGHT

LARGE, TINY = 1.0, 1e-6
LINEAR = 1e-9


class Contribution(NamedTuple):
    """One place where a parameter was used: ∂L/∂w gets x · ∂L/∂y from it.

    `output` is the cell y of its layer, before the activation; `source` the cell that it was multiplied by, None where
    that is padding, or nothing as for a bias.
    """

    output: Index
    source: Index | None
    x: float
    upstream: float
    product: float


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """All places where one parameter was used: x and ∂L/∂y of each (kernel cells, *outputs), and where they stand."""

    x: Array
    upstream: Array
    divisor: float
    output: Index
    """What stands before the place in the output's index: the filter, or the unit."""
    source: Index | None = None
    """The cell that it always reads, of a dense layer."""
    channel: int | None = None
    """The channel that it reads, and below where in it."""
    positions: tuple[tuple[range, ...], ...] = ()
    """For each kernel cell the positions in the input, an axis each."""
    shape: Index = ()
    """The shape of the input."""

    @property
    def products(self) -> Array:
        """What each of them contributes."""
        products: Array = self.x * self.upstream / self.divisor
        return products

    def largest(self, most: int) -> list[Contribution]:
        """So many, the largest in magnitude first; those that are 0 contribute nothing."""
        products = self.products
        order = np.argsort(-np.abs(products), axis=None, kind="stable")[:most].tolist()
        return [self._at(number) for number in order if products.reshape(-1)[number]]

    def _at(self, number: int) -> Contribution:
        tap, *place = (int(each) for each in np.unravel_index(number, self.products.shape))
        x, g, product = (float(each[(tap, *place)]) for each in (self.x, self.upstream, self.products))
        return Contribution((*self.output, *place), self._source(tap, place), x, g, product)

    def _source(self, tap: int, place: list[int]) -> Index | None:
        if self.channel is None:
            return self.source
        cell = tuple(along[n] for along, n in zip(self.positions[tap], place, strict=True))
        inside = all(0 <= at < size for at, size in zip(cell, self.shape[1:], strict=True))
        return (self.channel, *cell) if inside else None


def find_parameter(layer: Layer, part: str, index: Index) -> str:
    """The full name of a parameter, checked; raises GeometryError for one that there is not."""
    learned = {name: each for name, each in layer.plan.parameters.items() if not each.is_buffer}
    if part not in learned:
        has = f"{layer.name} has {' and '.join(f'{layer.name}.{each}' for each in learned)}"
        raise GeometryError(
            f"{layer.name} learns no {part}", has if learned else f"{layer.text} learns nothing: name another layer"
        )
    shape = learned[part].shape
    name = f"{layer.name}.{part}"
    if len(index) != len(shape) or any(at >= size for at, size in zip(index, shape, strict=True)):
        raise GeometryError(
            f"{name}[{','.join(map(str, index))}] is outside of {name}, {by(shape)}, which counts from 0",
            f"the last one is {name}[{','.join(str(n - 1) for n in shape)}]",
        )
    mask = learned[part].mask
    if mask is not None and not mask[index]:
        raise GeometryError(f"{name}[{','.join(map(str, index))}] is not connected", "name another weight")
    return name


def uses(network: Network, found: Backpropagation, layer: Layer, part: str, index: Index) -> Uses | None:
    """The places where a parameter was used: a weight of a convolution or a dense layer, or a bias; None of others."""
    operation, g = network.operation(layer.number), found.gradients[layer.number]
    x = found.outputs[layer.inputs[0]]
    if part == BIAS and layer.word in {"conv", "subsample", "transposed", "dense"}:
        upstream = g[index][None]
        return Uses(np.ones_like(upstream), upstream, 1, index)
    if part == WEIGHT and isinstance(operation, Dense):
        unit, place = index
        source = tuple(int(each) for each in np.unravel_index(place, x.shape))
        return Uses(x[source][None], g[unit][None], 1, (unit,), source)
    if part == WEIGHT and isinstance(operation, Convolution):
        return _of_convolution(operation, x, g, index)
    return None


def _of_convolution(operation: Convolution, x: Array, g: Array, index: Index) -> Uses:
    """Of tied weights, as in a subsampling, every cell of the kernel."""
    sizes = operation.sizes(x.shape)
    bank = operation.bank.for_channels(len(x), sizes.groups)
    per_group = len(g) // sizes.groups
    first, *behind = index
    channel = first // per_group * bank.weights.shape[1] + (behind[0] if behind else 0)
    taps = [tuple(behind[1:])] if behind else [*np.ndindex(bank.weights.shape[2:])]
    positions = tuple(
        tuple(
            range(start, start + axis.output * axis.stride, axis.stride)
            for axis, start in ((a, a.start(0) + k * a.dilation) for a, k in zip(sizes.axes, tap, strict=True))
        )
        for tap in taps
    )
    read = [operation.border.read(x[channel : channel + 1], each)[0][0] for each in positions]
    upstream = np.broadcast_to(g[first], (len(taps), *g.shape[1:]))
    return Uses(np.stack(read), upstream, bank.divisors[first], (first,), None, channel, positions, x.shape)


def updated(weights: Mapping[str, Array], found: Backpropagation, rate: float) -> dict[str, Array]:
    """What becomes of all that is learned: w − rate · ∂L/∂w."""
    return {
        name: each - rate * found.parameters[name] if name in found.parameters else each
        for name, each in weights.items()
    }


class Passing(NamedTuple):
    """A cell on the way to the loss: ∂L/∂cell, and the cell that reads it through which most of that comes.

    It is `factor` · `upstream`: the derivative of `reached`, a cell of node `node`, by this one, and ∂L/∂reached.
    `parts` is how many cells there are that read it. Of a logit `node` is 0: the loss reads it.
    """

    number: int
    cell: Index
    gradient: float
    node: int = 0
    reached: Index = ()
    factor: float = 1
    upstream: float = 0
    parts: int = 0


def forward_trail(network: Network, found: Backpropagation, number: int, cell: Index) -> Iterator[Passing]:
    """From a cell of layer `number` forward to a logit, always along the largest part of its gradient."""
    last = len(found.outputs) - 1
    while True:
        gradient = float(found.gradients[number][cell])
        best = _largest_part(network, found, number, cell) if number < last else None
        if best is None:
            yield Passing(number, cell, gradient)
            return
        yield best._replace(gradient=gradient)
        number, cell = best.node, best.reached


def _largest_part(network: Network, found: Backpropagation, number: int, cell: Index) -> Passing | None:
    parts, best = 0, None
    for layer in network.layers[: len(found.outputs) - 1]:
        if number not in layer.inputs:
            continue
        factors = _derivative(network, found, layer, number, cell)
        upstream = found.gradients[layer.number]
        shares = factors * upstream
        parts += int(np.count_nonzero(factors))
        place = tuple(int(n) for n in np.unravel_index(np.abs(shares).argmax(), shares.shape))
        if shares[place] and (best is None or abs(shares[place]) > abs(best.factor * best.upstream)):
            best = Passing(number, cell, 0, layer.number, place, float(factors[place]), float(upstream[place]))
    return best and best._replace(parts=parts)


def _derivative(network: Network, found: Backpropagation, layer: Layer, number: int, cell: Index) -> Array:
    """∂y/∂cell of every y of a layer: of what is linear exactly, of what bends from a very small step."""
    operation, inputs = network.operation(layer.number), [found.outputs[each] for each in layer.inputs]
    if isinstance(operation, Activation):
        x, parameters = inputs[0], operation.parameters
        parameter = parameters[0] if len(parameters) == 1 else parameters[cell[0]]
        alone = np.zeros(x.shape)
        alone[cell] = RULES[operation.name].slope(x[cell][None], parameter)[0]
        return alone

    def apart(step: float) -> Array:
        made = []
        for moved in (step, -step):
            arrived = [each.copy() if node == number else each for node, each in zip(layer.inputs, inputs, strict=True)]
            for node, each in zip(layer.inputs, arrived, strict=True):
                if node == number:
                    each[cell] += moved
            made.append(operation.output(arrived[0] if len(arrived) == 1 else tuple(arrived)))
        difference: Array = (made[0] - made[1]) / (2 * step)
        return difference.reshape(layer.output)

    wide = apart(LARGE)
    return wide if np.allclose(wide, apart(2 * LARGE), rtol=LINEAR, atol=LINEAR) else apart(TINY)
