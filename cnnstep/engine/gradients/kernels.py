"""Gradients of kernels: weight by weight, all that it met; or window by window, what each of them adds to all."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array, working_type
from cnnstep.engine.border import Border
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.gathers import Unbiased, Windowed, multipliable, total_of
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.kernels import Bank
from cnnstep.engine.scatters import Added, Scatter
from cnnstep.engine.steps import Bound, Index, Operation
from cnnstep.engine.transposed import TransposedConvolution
from cnnstep.geometry import Axis, Sizes
from cnnstep.geometry.numbering import number_of, place_of

NO_BORDER = Border()
COUNTED = {1: "channel,cell ", 2: "channel,row,column ", 3: "channel,frame,row,column "}
"""Axes of a kernel → how a weight is named behind its filter."""


def kernel(operation: Operation[Any], x: Any, by: str) -> Operation[Any]:
    """∂L/∂w of a convolution or a transposed one, weight by weight or window by window.

    It is that of the weights as they are laid out, (F, C/groups, *window): of a kernel that is given once and serves
    several channels each has its own, and that of the kernel is their sum.
    """
    kind = WindowsGradient if orders(by, "weight", "window") == "window" else KernelGradient
    return kind(operation, operation.bind(x), "kernel")


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """What met what: windows of `read` (C, *spatial) were multiplied by `factors` (F, *windows).

    A convolution reads x, and the factors are ∂L/∂y; a transposed one reads ∂L/∂y where it has added, and the factors
    are x. The weights are `shape` = (F, C/groups, *window), `divisors` what their products are divided by, and
    `is_turned` whether the kernel was turned before it was used.
    """

    read: Array
    factors: Array
    border: Border
    axes: tuple[Axis, ...]
    groups: int
    shape: tuple[int, ...]
    divisors: Array
    is_turned: bool

    def channel(self, f: int) -> int:
        """The first channel that filter f reads."""
        return f // (len(self.factors) // self.groups) * self.shape[1]

    def positions(self, place: Index) -> tuple[range, ...]:
        """The positions that one place of the kernel met, on each axis, window after window."""
        taps = [axis.kernel - 1 - k if self.is_turned else k for axis, k in zip(self.axes, place, strict=True)]
        starts = [axis.start(0) + tap * axis.dilation for axis, tap in zip(self.axes, taps, strict=True)]
        each = zip(self.axes, starts, self.factors.shape[1:], strict=True)
        return tuple(range(start, start + count * axis.stride, axis.stride) for axis, start, count in each)

    @property
    def dtype(self) -> np.dtype[Any]:
        """What every sum is exact in, before it is divided."""
        return working_type(self.read, self.factors.reshape(len(self.factors), -1), self.border.value)

    def total(self, factors: Array, filters: range) -> Array:
        """The gradient of some filters of one group, before it is divided: one product of matrices a kernel cell.

        `factors` are theirs, of the first windows along the first axis where there are not all of them.
        """
        first, dtype = self.channel(filters.start), self.dtype
        made = np.zeros((len(filters), *self.shape[1:]), dtype)
        flat = factors.reshape(len(filters), -1).astype(dtype)
        for place in np.ndindex(self.shape[2:]):
            rows, *others = self.positions(place)
            cells, _ = self.border.read(self.read[first : first + self.shape[1]], (rows[: factors.shape[1]], *others))
            made[(slice(None), slice(None), *place)] = flat @ cells.astype(dtype).reshape(self.shape[1], -1).T
        return made

    def output(self) -> Array:
        """The whole gradient."""
        each = len(self.factors) // self.groups
        groups = (range(first, first + each) for first in range(0, len(self.factors), each))
        made = np.concatenate([self.total(self.factors[filters.start : filters.stop], filters) for filters in groups])
        return made if (self.divisors == 1).all() else made / self.divisors


def _met(forward: Operation[Any], met: Any, g: Array) -> Met:
    """What a convolution, or a transposed one, multiplied."""
    if isinstance(forward, Convolution):
        each, groups = met.bank, met.sizes.groups
        divisors = np.array(each.divisors).reshape(-1, *(1,) * (each.weights.ndim - 1))
        return Met(met.x, g, met.border, met.axes, groups, each.weights.shape, divisors, forward.flip)
    assert isinstance(forward, TransposedConvolution)  # noqa: S101 - the table has no other
    axes = tuple(Axis(a.output, a.kernel, a.stride, a.before, a.after, a.dilation) for a in met.axes)
    divisors = _divisors(forward.bank, met.weights.ndim)
    return Met(g, met.x, NO_BORDER, axes, met.sizes.groups, met.weights.shape, divisors, forward.flip)


def _divisors(bank: Bank, axes: int) -> Array:
    """Those of a transposed convolution's weights (C, F/groups, *window): kernels that are shared are its filters."""
    divisors = np.array(bank.divisors)
    return divisors.reshape(1, -1, *(1,) * (axes - 2)) if bank.shared else divisors.reshape(-1, *(1,) * (axes - 1))


@dataclass(frozen=True, slots=True, eq=False)
class KernelGradient(Gradient):
    """∂L/∂w[f, c, k] = Σ over o of g[f, o] · x[c, o·stride − before + k·dilation] / divisor[f].

    One step is one weight: the cells that it met, times the upstream values of those outputs, added up. The output
    is (F, C/groups, *window), as the weights are. Of a transposed convolution the cells are those of ∂L/∂y that the
    weight was added to, and x what it was multiplied by; the weights are (C, F/groups, *window).
    """

    noun: ClassVar[str] = "kernel gradient"
    order: ClassVar[str] = "weight"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (F, *output)."""
        found = _met(self.forward, self.met, g)
        return _Weights(found.read, _sizes(found), found.border, found, g)


@dataclass(frozen=True, slots=True, eq=False)
class WindowsGradient(Gradient):
    """The same in the order of the forward pass: each window adds its patch, times its upstream value, to ∂L/∂w."""

    noun: ClassVar[str] = "kernel gradient by window"
    order: ClassVar[str] = "window"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (F, *output)."""
        found = _met(self.forward, self.met, g)
        return _Windows(found.read, _sizes(found), found, g)


def _sizes(found: Met) -> Sizes[Axis]:
    return Sizes(found.axes, len(found.read), len(found.factors), found.groups)


@dataclass(frozen=True, slots=True, eq=False)
class _Weights(Windowed):
    """The gradient of kernels with its upstream gradient, weight by weight."""

    x: Array
    sizes: Sizes[Axis]
    border: Border
    met: Met
    g: Array

    @property
    def grid(self) -> tuple[int, ...]:
        return self.met.shape

    @property
    def counted(self) -> str:
        return COUNTED[len(self.axes)]

    @property
    def input(self) -> Array:
        return self.g

    def facts(self) -> dict[str, Any]:
        return {"input": list(self.g.shape), "output": list(self.grid)}

    def output(self) -> Array:
        return self.met.output()

    def step(self, number: int, index: Index) -> Unbiased:
        f, c, *place = index
        channel, window = self.met.channel(f) + c, self.met.positions(tuple(place))
        channels = range(channel, channel + 1)
        patch, is_padding = self.region(slice(channel, channel + 1), window)
        weights, patch = multipliable(self.met.factors[f][None], patch)
        products = patch * weights
        total, divisor = total_of(products), np.broadcast_to(self.met.divisors, self.grid)[index].item()
        value = total / divisor if divisor != 1 else total
        return Unbiased(number, index, value, channels, window, patch, is_padding, weights, products, divisor, 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Windows(Scatter):
    """The gradient of kernels with its upstream gradient, window by window."""

    x: Array
    sizes: Sizes[Axis]
    met: Met
    g: Array

    @property
    def grid(self) -> tuple[int, ...]:
        return self.met.factors.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.met.shape

    @property
    def input(self) -> Array:
        return self.g

    def facts(self) -> dict[str, Any]:
        return {"input": list(self.g.shape), "output": list(self.output_shape)}

    def output(self) -> Array:
        return self.met.output()

    def step(self, number: int, index: Index) -> Added:
        f, *cell = index
        patch, factor = self._patch(f, self.window(cell)), self.met.factors[index].item()
        whole = patch.dtype.kind in "iuO" and isinstance(factor, int)
        weights = patch.astype(object if whole else np.float64)[None]
        filters, window = range(f, f + 1), tuple(map(range, patch.shape))
        before = self.partial(number, filters, window)
        inside = self.inside(window)
        return Added(number, index, factor, f, filters, window, inside, weights, weights * factor, before)

    def _patch(self, f: int, window: tuple[range, ...]) -> Array:
        """What filter f reads in a window, (C/groups, *window), as its kernel was given; divided as its products are.

        Of a kernel that was turned the patch is turned back.
        """
        first = self.met.channel(f)
        patch, _ = self.met.border.read(self.x[first : first + self.met.shape[1]], window)
        patch = np.flip(patch, tuple(range(1, patch.ndim))) if self.met.is_turned else patch
        divisors = np.broadcast_to(self.met.divisors, self.met.shape)[f]
        return patch if (divisors == 1).all() else patch / divisors

    def inside(self, window: Any) -> Array:
        return np.ones([len(positions) for positions in window], bool)

    def partial(self, number: int, filters: range, window: Any) -> Array:  # noqa: ARG002 - it is always all of it
        """The gradient of one filter before step `number`: of its windows only those that have been."""
        first = number_of((filters.start, *(0 for _ in self.grid[1:])), self.grid)
        factors = self.met.factors[filters.start : filters.stop]
        done = max(0, min(number - first, factors.size))
        rows = place_of(done, factors.shape[1:])[0] + 1 if done < factors.size else factors.shape[1]
        factors = factors[:, :rows].copy()
        factors.reshape(-1)[done:] = 0
        made = self.met.total(factors, filters)
        divisors = np.broadcast_to(self.met.divisors, self.met.shape)[filters.start : filters.stop]
        divided = made if (self.met.divisors == 1).all() else made / divisors
        exact: Array = divided.astype(object if divided.dtype.kind in "iuO" else np.float64)
        return exact
