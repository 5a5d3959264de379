"""∂L/∂x of a convolution: window by window as it read, or cell by cell, the full convolution with the kernel turned.

And of a transposed convolution, which is a convolution.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.border import OUTSIDE, Border
from cnnstep.engine.convolution import BoundConvolution, Convolution
from cnnstep.engine.gathers import Unbiased
from cnnstep.engine.gradients import orders
from cnnstep.engine.gradients.folded import Folded
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.kernels import Bank, Kernel
from cnnstep.engine.steps import Bound, Index, Operation
from cnnstep.engine.transposed import TransposedConvolution
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import Axis, Sizes

NO_BORDER = Border()


def of_input(operation: Convolution, x: Any, by: str) -> Operation[Any]:
    """∂L/∂x of a convolution."""
    met: Any = operation.bind(x)
    if orders(by, "window", "cell") == "window":
        return InputGradient(operation, met, "input")
    if _folds(met):
        raise GeometryError(
            f"with {operation.pad_mode} padding several windows read one cell in several places",
            ("use ", Setting("by", "window")),
        )
    return InputGradientByCell(operation, met, "input")


def of_transposed(operation: TransposedConvolution, x: Any, by: str) -> Operation[Any]:
    """∂L/∂x of a transposed convolution."""
    orders(by, "cell")
    return TransposedInputGradient(operation, operation.bind(x), "input")


def _folds(met: BoundConvolution) -> bool:
    """Whether padding repeats cells of the input, so that their gradients come back to those cells."""
    outside = [range(-axis.before, 0) for axis in met.axes], [range(a.input, a.input + a.after) for a in met.axes]
    return any(
        (met.border.source(positions, axis.input) != OUTSIDE).any()
        for side in outside
        for positions, axis in zip(side, met.axes, strict=True)
    )


def divided(bank: Bank) -> Array:
    """The weights of a bank (F, C/groups, *window) as they are used: divided, where they have divisors."""
    divisors = np.array(bank.divisors).reshape(-1, *(1,) * (bank.weights.ndim - 1))
    return bank.weights if (divisors == 1).all() else bank.weights / divisors


@dataclass(frozen=True, slots=True, eq=False)
class InputGradient(Gradient):
    """∂L/∂x[c, o·stride − before + k·dilation] += w[f, c, k] · g[f, o]: a transposed convolution.

    One step is one upstream value, which adds the kernel, times itself, to what its window read. What lies in the
    padding is cut away, or added to the cells that the padding repeats.
    """

    noun: ClassVar[str] = "input gradient"
    order: ClassVar[str] = "window"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (F, *output)."""
        met: Any = self.met
        folds = _folds(met)
        padding = tuple((0, 0) if folds else (axis.before, axis.after) for axis in met.axes)
        back = TransposedConvolution(
            Kernel(divided(met.bank)),
            tuple(axis.stride for axis in met.axes),
            padding,
            tuple(axis.dilation for axis in met.axes),
            met.sizes.groups,
            output_padding=tuple(axis.leftover for axis in met.axes),
            axes=len(met.axes),
        ).bind(g)
        if not folds:
            return back
        whole = zip(back.sizes.axes, met.axes, strict=True)
        axes = tuple(axis._replace(before=a.before, after=a.after) for axis, a in whole)
        return Folded(g, back.sizes._replace(axes=axes), back, met.axes, met.border)


@dataclass(frozen=True, slots=True, eq=False)
class InputGradientByCell(Gradient):
    """∂L/∂x[c, i] = Σ over f, k of w[f, c, k] · g[f, o] where o·stride − before + k·dilation = i.

    The full convolution with the kernel turned by 180°: over ∂L/∂y, with stride − 1 zeros between its cells.
    """

    noun: ClassVar[str] = "input gradient by cell"
    order: ClassVar[str] = "cell"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (F, *output)."""
        met: Any = self.met
        holes = tuple(axis.stride for axis in met.axes)
        read = np.zeros((len(g), *((n - 1) * s + 1 for n, s in zip(g.shape[1:], holes, strict=True))), g.dtype)
        read[(slice(None), *(slice(None, None, s) for s in holes))] = g
        axes = tuple(_full(axis) for axis in met.axes)
        sizes = Sizes(axes, len(g), None, met.sizes.groups)  # its outputs are channels, not filters
        whole = InputGradient(self.forward, met, self.of).meet(g).output
        return Correlated(read, sizes, _turned(met), NO_BORDER, [0] * len(met.x), g, holes, whole)


def _full(axis: Axis) -> Axis:
    """The axis of the full convolution that leads back; a padding that was wider than it is a cut."""
    reach = axis.extent - 1
    size = (axis.output - 1) * axis.stride + 1
    before, after = reach - axis.before, reach - axis.after + axis.leftover
    return Axis(size, axis.kernel, 1, before, after, axis.dilation)


def _turned(met: BoundConvolution) -> Bank:
    """Filters and channels change places within their groups, and each kernel is turned: (C, F/groups, *window)."""
    weights, groups = divided(met.bank), met.sizes.groups
    split = weights.reshape(groups, len(weights) // groups, *weights.shape[1:])
    swapped = np.flip(split.swapaxes(1, 2), tuple(range(3, split.ndim)))
    laid = np.ascontiguousarray(swapped.reshape(-1, *swapped.shape[2:]))
    return Bank(laid, (1,) * len(laid), ("",) * len(laid), shared=False)


@dataclass(frozen=True, slots=True, eq=False)
class TransposedInputGradient(Gradient):
    """∂L/∂x[c, i] = Σ over f, k of w[c, f, k] · g[f, i·stride − before + k·dilation]: the convolution itself."""

    noun: ClassVar[str] = "transposed input gradient"
    order: ClassVar[str] = "cell"

    def meet(self, g: Array) -> Bound:
        """Meet an upstream gradient (F, *output)."""
        met: Any = self.met
        weights, shape = met.weights, met.x.shape
        axes = tuple(Axis(a.output, a.kernel, a.stride, a.before, a.after, a.dilation) for a in met.axes)
        bank = Bank(weights, (1,) * len(weights), ("",) * len(weights), shared=False)
        over = BoundConvolution(g, Sizes(axes, len(g), len(weights), met.sizes.groups), bank, NO_BORDER, [0] * shape[0])
        # an output padding that dilation allows may hold one more window than there were cells
        kept = (slice(None), *map(slice, shape[1:]))
        fewer = [a._replace(after=a.after - (a.output - n) * a.stride) for a, n in zip(axes, shape[1:], strict=True)]
        sizes = over.sizes._replace(axes=tuple(fewer), filters=None)
        return Correlated(g, sizes, bank, NO_BORDER, [0] * shape[0], g, (1,) * len(axes), lambda: over.output()[kept])


@dataclass(frozen=True, slots=True, eq=False)
class Correlated(BoundConvolution):
    """A convolution over an upstream gradient `g`, with zeros between its cells where `holes` are larger than 1.

    `whole` makes its output another way, which is faster.
    """

    g: Array
    holes: tuple[int, ...]
    whole: Callable[[], Array]

    @property
    def input(self) -> Array:
        """The upstream gradient, without zeros between its cells."""
        return self.g

    def output(self) -> Array:
        """The whole gradient."""
        return self.whole()

    def step(self, number: int, index: Index) -> Unbiased:
        """One cell of the gradient."""
        step = BoundConvolution.step(self, number, index)
        return Unbiased(*(getattr(step, each.name) for each in fields(step)))

    def facts(self) -> dict[str, Any]:
        """Sizes without costs."""
        return {"input": list(self.g.shape), "output": list(self.grid)}

    def region(self, channels: slice, window: Any) -> tuple[Array, Array]:
        """As everywhere; the zeros between the cells count as padding."""
        patch, is_padding = self.border.read(self.x[channels], window)
        for number, (positions, hole) in enumerate(zip(window, self.holes, strict=True)):
            between = np.asarray(positions) % hole != 0
            is_padding = is_padding | between.reshape(-1, *(1,) * (len(self.holes) - 1 - number))
        return patch, is_padding
