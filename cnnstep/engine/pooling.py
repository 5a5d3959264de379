"""Pooling: a window of one channel becomes one number, without any weights."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import LARGEST_SINGLE, Array, as_number, channels_and_size, channels_first, outer
from cnnstep.engine.border import Border
from cnnstep.engine.gathers import Pooled, SizedOperation, Windowed
from cnnstep.engine.reductions import KINDS, counted, pool
from cnnstep.engine.steps import Index
from cnnstep.errors import GeometryError, Hint, Setting
from cnnstep.geometry import Axis, Padding, PerAxis, Sizes, at_least, sliding_axes, spread

NO_BORDER = Border()


@dataclass(frozen=True, slots=True, eq=False)
class Pooling(SizedOperation[Windowed]):
    """Slide a window over each channel on its own, and keep one number of it.

    max, min: the largest, the smallest. average: Σ / cells. lp: (Σ |x|^power)^(1/power). median: the
    middle of the sorted cells, or the mean of the two in the middle. The stride is the window's size
    unless it is given. Padding is nothing there: no cell to choose, none to count; with
    `include_padding` an average counts it as zeros. `whole` makes the window as large as the input.
    `x` is (*spatial) or (C, *spatial), the output (C, *spatial).

    Raises GeometryError where numbers do not fit, or a window would see nothing but padding.
    Source: PyTorch, torch.nn.MaxPool2d and AvgPool2d; ONNX, LpPool.
    """

    window: PerAxis = 2
    stride: PerAxis | None = None
    padding: Padding = 0
    dilation: PerAxis = 1
    kind: str = "max"
    _: KW_ONLY
    axes: int = 2
    ceil: bool = False
    include_padding: bool = False
    power: float = 2
    whole: bool = False
    noun: ClassVar[str] = "pooling"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "window": (), "stride": (), "padding": (), "dilation": (), "kind": tuple(KINDS), "ceil": (),
        "include_padding": (), "power": (),
    }  # fmt: skip
    telling: ClassVar[tuple[str, ...]] = ("kind", "include_padding")

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise GeometryError(f"no pooling is called {self.kind!r}", f"use one of {', '.join(KINDS)}")
        at_least(1, "window", spread(self.window, self.axes, "window"))
        if self.include_padding and self.kind != "average":
            raise GeometryError(
                f"{self.kind} pooling never counts padding",
                ("use ", Setting("include-padding", True), " with ", Setting("kind", "average")),
            )
        if as_number(self.power, "the power") < 1:
            raise GeometryError(f"power must be 1 or more, not {self.power}", ("use ", Setting("power", 2)))

    def facts(self) -> dict[str, Any]:
        """What it keeps of a window, and whether padding counts."""
        return SizedOperation.facts(self) | ({"power": self.power} if self.kind == "lp" else {})

    def sizes(self, input_shape: Sequence[int]) -> Sizes[Axis]:
        """Axes and channels for an input of this shape, all checked."""
        channels, spatial = channels_and_size(input_shape, self.axes)
        if self.whole:
            return Sizes(sliding_axes(spatial, spatial, spatial), channels)
        stride = self.window if self.stride is None else self.stride
        settings = (self.window, stride, self.padding, self.dilation)
        axes = sliding_axes(spatial, *settings, ceil=self.ceil, noun="window")
        for axis in axes:
            _check_reading(axis)
        return Sizes(axes, channels)

    def bind(self, x: ArrayLike) -> Windowed:
        """Meet an input, and check that it fits."""
        values = channels_first(x, self.axes, single=LARGEST_SINGLE)
        return _Bound(values, self.sizes(values.shape), self)


def _check_reading(axis: Axis) -> None:
    """Refuse padding in which a whole window would find nothing to choose."""
    if axis.before == axis.after == 0 and not axis.ceil:
        return
    blind = next((i for i in range(axis.output) if not _reads_input(axis, i)), None)
    if blind is not None:
        raise GeometryError(
            f"padding {axis.before}:{axis.after} leaves window {blind} of {axis.kernel}"
            f" (positions {', '.join(map(str, axis.window(blind)))}) without a single cell of the input",
            _mended(axis),
        )


def _mended(axis: Axis) -> Hint:
    """A padding, or a dilation, with which every window sees something."""
    paddings = [axis._replace(before=p, after=p) for p in range((axis.kernel - 1) // 2, -1, -1)]
    for mended in (*paddings, *(each._replace(dilation=1) for each in paddings)):
        if mended.output and all(_reads_input(mended, i) for i in range(mended.output)):
            plain = (" ", Setting("dilation", 1)) if mended.dilation < axis.dilation else ()
            return ("use ", Setting("padding", mended.before), *plain)
    return ("use ", Setting("window", 1), " ", Setting("padding", 0))


def _reads_input(axis: Axis, index: int) -> bool:
    """Whether a window reads any cell of the input."""
    window = axis.window(index)
    first = max(0, -(-(0 - window.start) // axis.dilation))
    return first < axis.kernel and 0 <= window[first] < axis.input


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Windowed):
    """A pooling that has met its input."""

    x: Array
    sizes: Sizes[Axis]
    pooling: Pooling
    border: Border = NO_BORDER

    @property
    def grid(self) -> tuple[int, ...]:
        return (len(self.x), *self.sizes.output)

    def output(self) -> Array:
        kind, power, include = self.pooling.kind, self.pooling.power, self.pooling.include_padding
        return pool(self.x, self.axes, kind, power, include_padding=include)

    def step(self, number: int, index: Index) -> Pooled:
        channel, *cell = index
        window = self.window(cell)
        patch, is_padding = self.region(slice(channel, channel + 1), window)
        each = zip(self.axes, window, strict=True)
        masks = [counted(axis, at, include_padding=self.pooling.include_padding) for axis, at in each]
        taking_part = outer(masks)[None]
        cells = patch[taking_part]
        kind = KINDS[self.pooling.kind]
        ranks = kind.chosen(cells.size)
        values = np.partition(cells, ranks)[ranks] if ranks else cells
        chosen = sorted({int(np.flatnonzero(cells == value)[0]) for value in values}) if ranks else []
        places = np.argwhere(taking_part)[chosen].tolist() if chosen else []
        return Pooled(
            number, index, kind.value(values.tolist(), self.pooling.power), range(channel, channel + 1), window, patch,
            is_padding, self.pooling.kind, taking_part, tuple(map(tuple, places)),
            int((cells == cells[chosen[0]]).sum()) if chosen else 0, cells.size, self.pooling.power,
        )  # fmt: skip
