"""What a framework is told of an operation: the names that it reads and writes, and the numbers that it works with."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Index, Operation
from cnnstep.engine.transposed import TransposedConvolution


class Constant(NamedTuple):
    """Numbers of an operation: what their axes are, and what a file of weights calls them."""

    values: Array
    axes: str
    stored: str = ""


Constants: TypeAlias = Mapping[str, Constant]
Lines: TypeAlias = list[str]


class Node(NamedTuple):
    """An operation that has met its input, with the variables that it reads and writes.

    `shapes` are those of what it reads, channels first. `of` is what a gradient is asked of; empty where none is.
    """

    operation: Any
    bound: Any
    inputs: tuple[str, ...]
    output: str
    shapes: tuple[Index, ...]
    prefix: str = ""
    of: str = ""

    @property
    def x(self) -> str:
        """The variable that it reads, or the first of them."""
        return self.inputs[0]

    @property
    def shape(self) -> Index:
        """The shape of what it reads."""
        return self.shapes[0]

    @property
    def axes(self) -> Sequence[Any]:
        """Its spatial axes."""
        axes: Sequence[Any] = self.bound.axes
        return axes

    @property
    def is_batch(self) -> bool:
        """Whether what it reads is a batch already, and not one image of it."""
        return getattr(self.operation, "kind", "") == "batch" and len(self.shape) > IMAGE

    @property
    def leaf(self) -> str:
        """The variable that a gradient is asked of."""
        return self.x if self.of == "input" else self.named(self.of)

    @property
    def constants(self) -> dict[str, Constant]:
        """Its numbers by the variables that hold them."""
        known = CONSTANTS.get(self.operation.noun)
        return {f"{self.prefix}{name}": each for name, each in known(self).items()} if known else {}

    @property
    def divisor(self) -> str:
        """What its kernels are divided by: a number, the variable of one for each filter, or nothing."""
        several = set(_divisors(self).ravel().tolist())
        return self.named("divisor") if len(several) > 1 else "" if several == {1} else repr(several.pop())

    def named(self, part: str) -> str:
        """The variable of one of its numbers: `kernel`, in a network `c1_kernel`."""
        return f"{self.prefix}{part}"

    def per_axis(self, name: str) -> str:
        """A setting of all axes as a tuple: `(2, 2)`."""
        return written([getattr(axis, name) for axis in self.axes])

    def each(self, part: str, ones: int, laid: str = "{}") -> str:
        """The variable of a number for each channel, laid out before axes of 1; of one for each cell as `laid` says."""
        name = self.named(part)
        values = self.constants[name].values
        if values.ndim > 1:
            return laid.format(name)
        return name if values.size == 1 or not ones else f"{name}.reshape({written((-1, *(1,) * ones))})"


IMAGE = 3
CELLS = {1: "columns", 2: "rows, columns", 3: "frames, rows, columns"}
"""Spatial axes → what they are called."""


def written(values: Sequence[Any]) -> str:
    """A tuple as Python has it."""
    return f"({', '.join(map(str, values))}{',' * (len(values) == 1)})"


def in_ascii(shape: Index) -> str:
    """`1x28x28`."""
    return "x".join(map(str, shape)) or "one number"


def axes_told(axes: int) -> str:
    """What the axes of a map are, for a comment."""
    return f"channels, {CELLS[axes - 1]}" if axes - 1 in CELLS else ""


def _convolution(node: Node) -> Constants:
    """The kernels as they were given: what turns and divides them stands in the script."""
    weights = node.bound.bank.weights
    kernel = np.flip(weights, tuple(range(2, weights.ndim))) if node.operation.flip else weights
    groups = node.bound.sizes.groups
    depth = "channels of a group" if groups > 1 else "channels"
    laid = Constant(kernel, f"filters, {depth}, {CELLS[len(node.axes)]}", "weight")
    return {"kernel": laid, **_divided(node), **_bias(node.bound.bias)}


def _transposed(node: Node) -> Constants:
    bank, shape = node.operation.bank, node.bound.weights.shape
    # before they are divided; a kernel that is shared serves every channel
    weights = np.broadcast_to(bank.weights[:, 0], shape) if bank.shared else bank.weights
    kernel = np.flip(weights, tuple(range(2, weights.ndim))) if node.operation.flip else weights
    depth = "filters of a group" if node.bound.sizes.groups > 1 else "filters"
    laid = Constant(kernel, f"channels, {depth}, {CELLS[len(node.axes)]}", "weight")
    return {"kernel": laid, **_divided(node), **_bias(node.bound.bias)}


def _divisors(node: Node) -> Array:
    """What every kernel is divided by, laid out beside the kernels."""
    is_transposed = isinstance(node.operation, TransposedConvolution)
    bank = node.operation.bank if is_transposed else node.bound.bank
    ones = (1,) * len(node.axes)
    first = (1, -1) if is_transposed and bank.shared else (-1, 1)
    return np.array(bank.divisors).reshape(*first, *ones)


def _divided(node: Node) -> Constants:
    """The divisors, where kernels have different ones."""
    divisors = _divisors(node)
    return {"divisor": Constant(divisors, "")} if len(set(divisors.ravel().tolist())) > 1 else {}


def _bias(values: Any) -> Constants:
    return {"bias": Constant(np.asarray(values).reshape(-1), "one for each filter", "bias")}


def _dense(node: Node) -> Constants:
    bias = Constant(node.bound.bias, "one for each unit", "bias")
    return {"weights": Constant(node.bound.weights, "units, inputs", "weight"), "bias": bias}


def _normalization(node: Node) -> Constants:
    parts = (("scale", "weight"), ("shift", "bias"))
    return {part: Constant(_natural(node, part), "", stored) for part, stored in parts}


def _batchnorm(node: Node) -> Constants:
    parts = (("mean", "running_mean"), ("variance", "running_var"), ("scale", "weight"), ("shift", "bias"))
    return {part: Constant(_natural(node, part), "", stored) for part, stored in parts}


def _natural(node: Node, part: str) -> Array:
    """One number, one for each channel, or, of a layer normalisation, one for each cell."""
    values = np.asarray(getattr(node.operation, part))
    is_cells = getattr(node.operation, "kind", "") == "layer" and values.size > 1
    return values.reshape(node.shape) if is_cells else values.reshape(-1)


def _activation(node: Node) -> Constants:
    return {"slope": Constant(np.array(node.bound.parameters), "")} if node.operation.name == "prelu" else {}


def _loss(node: Node) -> Constants:
    return {"target": Constant(node.bound.t, "what each prediction is compared with")}


CONSTANTS: Mapping[str, Callable[[Node], Constants]] = {
    "convolution": _convolution,
    "transposed": _transposed,
    "dense": _dense,
    "normalization": _normalization,
    "batchnorm": _batchnorm,
    "activation": _activation,
    "loss": _loss,
}
"""What an operation calls itself → its numbers."""


def single(operation: Operation[Any], bound: Any, of: str = "") -> Node:
    """The node of an operation that stands alone: it reads x, of several inputs x1, x2 …, and writes y."""
    given = bound.given if isinstance(bound.given, tuple) else (bound.given,)
    names = ("x",) if len(given) == 1 else tuple(f"x{number}" for number in range(1, len(given) + 1))
    return Node(operation, bound, names, "y", tuple(np.shape(each) for each in given), of=of)
