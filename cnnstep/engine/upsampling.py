"""Upsampling: a larger map, each cell a copy of the nearest cell, or a weighted mean of its neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from math import gcd, prod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, channels_and_size, channels_first, magnitude, outer, working_type
from cnnstep.engine.border import Border
from cnnstep.engine.fast.slabs import SLAB_BYTES
from cnnstep.engine.fast.threads import run
from cnnstep.engine.gathers import SizedOperation, WeightedSum, Windowed, multipliable
from cnnstep.engine.steps import Index
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import PerAxis, ScaledAxis, Sizes, at_least, scaled_axes, spread

KINDS = ("nearest", "linear")
NAMES = {1: "linear", 2: "bilinear", 3: "trilinear"}
"""Axes → what linear upsampling is called along so many."""
NO_BORDER = Border()
EXACT = 2**53
"""Whole numbers below it are exact in float64, and so is the division that follows the sum."""


@dataclass(frozen=True, slots=True, eq=False)
class Upsampling(SizedOperation[Windowed]):
    """Make each channel `factor` times as large on every axis, without any weights that are learned.

    nearest: y[o] = x[⌊o / factor⌋], and integers stay integers.
    linear: y[o] = (1 − t)·x[⌊s⌋] + t·x[⌊s⌋ + 1], s = (o + ½) / factor − ½ kept inside the input, t = s − ⌊s⌋; along
    several axes the weights of all axes are multiplied. All weights are whole numbers over one divisor (9 3 3 1 / 16),
    so that a cell of integers is an exact sum, divided once: float64.
    `kind` may also be bilinear (2 axes) or trilinear (3). `x` is (*spatial) or (C, *spatial), the output (C, *spatial).

    Raises GeometryError for a factor that is no whole number from 1 on, or another kind.
    Source: PyTorch, torch.nn.Upsample with align_corners=False; ONNX, Resize with half_pixel.
    """

    factor: PerAxis = 2
    kind: str = "nearest"
    _: KW_ONLY
    axes: int = 2
    noun: ClassVar[str] = "upsampling"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"factor": (), "kind": KINDS}
    telling: ClassVar[tuple[str, ...]] = ("kind",)
    growing: ClassVar[str] = "factor"

    def __post_init__(self) -> None:
        at_least(1, "factor", spread(self.factor, self.axes, "factor"))
        if self.kind in set(NAMES.values()) - {NAMES.get(self.axes), "linear"}:
            (along,) = (axes for axes, name in NAMES.items() if name == self.kind)
            raise GeometryError(
                f"{self.kind} is linear along {along} axes, but there are {self.axes}",
                ("use ", Setting("kind", "linear")),
            )
        if self.kind not in {*KINDS, *NAMES.values()}:
            raise GeometryError(f"no upsampling is called {self.kind!r}", f"use {' or '.join(KINDS)}")
        object.__setattr__(self, "kind", "nearest" if self.kind == "nearest" else "linear")

    def sizes(self, input_shape: Sequence[int]) -> Sizes[ScaledAxis]:
        """Axes and channels for an input of this shape, all checked."""
        channels, spatial = channels_and_size(input_shape, self.axes)
        return Sizes(scaled_axes(spatial, self.factor, is_linear=self.kind == "linear"), channels)

    def bind(self, x: ArrayLike) -> Windowed:
        """Meet an input, and check that it fits."""
        values = channels_first(x, self.axes)
        return _Bound(values, self.sizes(values.shape), NO_BORDER)


class Taps(NamedTuple):
    """For each cell of the output along one axis: the two cells that it reads, and their weights."""

    low: Array
    high: Array
    weights: tuple[Array, Array]

    @classmethod
    def of(cls, axis: ScaledAxis, dtype: np.dtype[Any]) -> "Taps":
        """Those of a linear axis, the rule of ScaledAxis for all cells at once; a cell that is not read weighs 0."""
        whole = 2 * axis.factor
        # s in units of 1 / (2·factor), where it is a whole number
        at = np.clip(2 * np.arange(axis.output) + 1 - axis.factor, 0, whole * (axis.input - 1))
        low, rest = np.divmod(at, whole)
        share = rest * axis.divisor // whole
        return cls(low, low + (share > 0), ((axis.divisor - share).astype(dtype), share.astype(dtype)))

    def blended(self, x: Array, number: int, rows: slice = slice(None), first: int = 0) -> Array:
        """Weigh the cells of x along axis `number`, for some of the output; x begins at cell `first` of the input."""
        along = (-1, *(1,) * (x.ndim - 1 - number))
        low, high = (x.take(places[rows] - first, axis=number) for places in (self.low, self.high))
        a, b = (weights[rows].reshape(along) for weights in self.weights)
        low *= a
        high *= b
        low += high
        return low


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Windowed):
    """An upsampling that has met its input."""

    x: Array
    sizes: Sizes[ScaledAxis]
    border: Border

    @property
    def grid(self) -> tuple[int, ...]:
        return (len(self.x), *self.sizes.output)

    @property
    def divisor(self) -> int:
        return prod(axis.divisor for axis in self.axes)

    @property
    def is_linear(self) -> bool:
        return any(axis.is_linear for axis in self.axes)

    def output(self) -> Array:
        return self._linear() if self.is_linear else self._nearest()

    def _nearest(self) -> Array:
        """Each cell beside itself on every axis: the only copy is the output."""
        spread_out = self.x.reshape(len(self.x), *(n for axis in self.axes for n in (axis.input, 1)))
        repeated = (len(self.x), *(n for axis in self.axes for n in (axis.input, axis.factor)))
        return np.broadcast_to(spread_out, repeated).reshape(self.grid)

    def _linear(self) -> Array:
        """A few rows of the output at a time, axis after axis, the last first: two cells each instead of 2^axes."""
        y, dtype = np.empty(self.grid), self._working_type()
        taps = [Taps.of(axis, dtype) for axis in self.axes]
        height = max(SLAB_BYTES // (y[:, 0].size * y.itemsize), 4 * self.axes[0].factor)

        def fill(top: int) -> None:
            rows = slice(top, min(top + height, y.shape[1]))
            low, high = int(taps[0].low[rows][0]), int(taps[0].high[rows][-1])
            part = folded(self.x[:, low : high + 1].astype(dtype), taps, rows, low)
            # Python's integers make Python's floats, which fit
            np.true_divide(part, self.divisor, out=y[:, rows], casting="unsafe")

        run(fill, range(0, y.shape[1], height), y.size)
        return y

    def _working_type(self) -> np.dtype[Any]:
        """The smallest type in which the sum is exact, and its division too."""
        dtype = working_type(self.x, np.array([[self.divisor]]))
        exact = dtype.kind == "f" or magnitude(self.x) * self.divisor < EXACT
        return dtype if exact else np.dtype(object)

    def step(self, number: int, index: Index) -> WeightedSum:
        channel, *cell = index
        window = self.window(cell)
        patch, is_padding = self.region(slice(channel, channel + 1), window)
        each = [np.array(axis.weights(i)) for axis, i in zip(self.axes, cell, strict=True)]
        # at the edge 12 4 / 16 is 3 1 / 4, in the corner 16 / 16 is 1: cells that are not read stand in no fraction
        whole = outer(each)[None]
        common = gcd(self.divisor, *whole.ravel().tolist())
        weights, patch = multipliable(whole // common, patch)
        value = total(patch, each)
        if self.is_linear:
            value = value / self.divisor
        return WeightedSum(
            number, index, value, range(channel, channel + 1), window, patch, is_padding, weights, patch * weights,
            self.divisor // common, 0,
        )  # fmt: skip


def folded(part: Array, taps: Sequence[Taps], rows: slice, first: int) -> Array:
    """Weigh a part of the input along every axis, the last one first."""
    for number in range(len(taps), 1, -1):
        part = taps[number - 1].blended(part, number)
    return taps[0].blended(part, 1, rows, first)


def total(patch: Array, weights: Sequence[Array]) -> float:
    """The weighted sum of one window, (1, *window), added up in the order of `folded`: the same to the last bit."""
    for number in range(len(weights), 0, -1):
        cells = np.moveaxis(patch, number, 0)
        parts = [cell * weight for cell, weight in zip(cells, weights[number - 1].tolist(), strict=True)]
        patch = np.expand_dims(parts[0] + parts[1] if len(parts) > 1 else parts[0], number)
    value: float = patch.item()
    return value
