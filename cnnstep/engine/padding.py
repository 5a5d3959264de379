"""Padding as an operation of its own: the input with cells around it."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_number, channels_and_size, channels_first
from cnnstep.engine.border import OUTSIDE, SOURCES, Border
from cnnstep.engine.gathers import Sized, SizedOperation
from cnnstep.engine.steps import Index, Source, Step
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import Axis, Padding, Sizes, sliding_axes, spread_padding


@dataclass(frozen=True, slots=True, eq=False)
class Pad(SizedOperation[Sized]):
    """Surround each channel with cells: y[c, i] = x[c, i − before] inside, and what the mode puts there outside.

    output = before + input + after. zeros, constant: 0, or `pad_value`. reflect: mirrored at the outermost cell,
    which is not repeated. replicate: the outermost cell. circular: the input again, from its other end.
    `padding` is a number, or (before, after) for each axis. `x` is (*spatial) or (C, *spatial), the output
    (C, *spatial). Integers stay integers.

    Raises GeometryError for negative padding, for a rule (same, full: there is no window that it could keep), and
    for padding that is wider than the mode has cells for. Source: PyTorch, torch.nn.functional.pad.
    """

    padding: Padding = 1
    pad_mode: str = "zeros"
    pad_value: float = 0
    _: KW_ONLY
    axes: int = 2
    border: Border = field(init=False, repr=False)
    noun: ClassVar[str] = "pad"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"padding": (), "pad_mode": tuple(SOURCES), "pad_value": ()}
    telling: ClassVar[tuple[str, ...]] = ("pad_mode", "pad_value")

    def __post_init__(self) -> None:
        if isinstance(self.padding, str):
            raise GeometryError(
                f"padding {self.padding} is a rule for windows, and here is none", ("use ", Setting("padding", 1))
            )
        spread_padding(self.padding, self.axes)
        object.__setattr__(self, "border", Border(self.pad_mode, as_number(self.pad_value, "the padding value")))

    def sizes(self, input_shape: Sequence[int]) -> Sizes[Axis]:
        """Axes and channels for an input of this shape, all checked: as those of a window of one cell."""
        channels, spatial = channels_and_size(input_shape, self.axes)
        axes = sliding_axes(spatial, 1, 1, self.padding)
        self.border.check(axes)
        return Sizes(axes, channels)

    def bind(self, x: ArrayLike) -> Sized:
        """Meet an input, and check that it fits."""
        values = channels_first(x, self.axes)
        return _Bound(values, self.sizes(values.shape), self.border)


@dataclass(frozen=True, slots=True, eq=False)
class Padded(Step):
    """One cell of the output: a copy of the input's cell at `source`, or the constant where that is None.

    `position` is where it stands in the input's own coordinates, which outside are negative, or too large.
    """

    position: Index
    source: Index | None

    @property
    def is_padding(self) -> bool:
        """Whether it stands outside the input."""
        return self.source != self.position

    def main_source(self, shape: Index) -> Source:
        """The cell that is copied; for a constant, which comes from none, the nearest one."""
        nearest = (min(max(0, place), size - 1) for place, size in zip(self.position, shape, strict=True))
        return Source(tuple(nearest) if self.source is None else self.source)

    def found(self) -> dict[str, Any]:
        """Where it stands, and which cell was copied."""
        source = None if self.source is None else list(self.source)
        return {"position": list(self.position), "is_padding": self.is_padding, "source": source}


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Sized):
    """Padding that has met its input."""

    x: Array
    sizes: Sizes[Axis]
    border: Border

    @property
    def grid(self) -> tuple[int, ...]:
        return (len(self.x), *self.sizes.output)

    @property
    def pads(self) -> bool:
        """Whether there is any padding."""
        return any(axis.before or axis.after for axis in self.axes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the input, or a wider one that also holds the constant."""
        value = self.border.value
        if not self.pads or self.x.dtype.kind == "f":
            return self.x.dtype
        if isinstance(value, float):
            return np.dtype(np.float64)
        wider = np.promote_types(self.x.dtype, np.min_scalar_type(value))
        fits = np.iinfo(self.x.dtype).min <= value <= np.iinfo(self.x.dtype).max
        # no machine integer holds both −1 and 2⁶³: Python's do
        return self.x.dtype if fits else wider if wider.kind in "iu" else np.dtype(object)

    def output(self) -> Array:
        if not self.pads:
            return self.x.copy()
        y = np.full(self.grid, self.border.value, self.dtype)
        y[(slice(None), *(slice(axis.before, axis.before + axis.input) for axis in self.axes))] = self.x
        for number, axis in enumerate(self.axes, 1):
            # each axis from what the axes before it have filled, so that corners are right too
            along = np.moveaxis(y, number, 0)
            around = [*range(-axis.before, 0), *range(axis.input, axis.input + axis.after)]
            sources = self.border.source(around, axis.input)
            filled = sources != OUTSIDE
            along[axis.before + np.array(around, dtype=np.intp)[filled]] = along[axis.before + sources[filled]]
        return y

    def step(self, number: int, index: Index) -> Padded:
        channel, *cell = index
        places = [axis.start(i) for axis, i in zip(self.axes, cell, strict=True)]
        each = zip(self.axes, places, strict=True)
        sources = [self.border.source([place], axis.input)[0].item() for axis, place in each]
        source = None if OUTSIDE in sources else (channel, *sources)
        value = self.border.value if source is None else self.x[source]
        return Padded(number, index, np.asarray(value, self.dtype).item(), (channel, *places), source)
