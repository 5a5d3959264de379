"""What a window reads where it hangs over the edge of its input."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.engine.arrays import Array, outer
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import Axis

Positions: TypeAlias = NDArray[np.intp]

OUTSIDE = -1


def _constant(positions: Positions, size: int) -> Positions:
    inside = (positions >= 0) & (positions < size)
    return np.where(inside, positions, np.intp(OUTSIDE))


def _reflect(positions: Positions, size: int) -> Positions:
    # one cell alone has a period of 0, by which nothing can be divided
    period = max(1, 2 * (size - 1))
    folded = np.abs(positions) % period
    sources: Positions = np.minimum(folded, period - folded)
    return sources


SOURCES: dict[str, Callable[[Positions, int], Positions]] = {
    "zeros": _constant,
    "constant": _constant,
    "reflect": _reflect,
    "replicate": lambda positions, size: np.clip(positions, 0, size - 1),
    "circular": lambda positions, size: positions % size,
}
"""Padding mode → which input cell stands at a position: -1 for none (PyTorch's `padding_mode`)."""

WIDEST: dict[str, int] = {"reflect": -1, "circular": 0}
"""Padding may be as wide as the input plus this; the other modes have no limit (PyTorch's rule)."""


@dataclass(frozen=True, slots=True)
class Border:
    """A padding mode and, for `constant`, its value."""

    mode: str = "zeros"
    value: float = 0

    def __post_init__(self) -> None:
        if self.mode not in SOURCES:
            raise GeometryError(f"no padding mode {self.mode!r}", f"use one of {', '.join(SOURCES)}")
        if self.value and self.mode != "constant":
            raise GeometryError(
                f"a padding value of {self.value} needs the mode constant", ("use ", Setting("pad-mode", "constant"))
            )

    def check(self, axes: Sequence[Axis]) -> None:
        """Refuse padding that reaches further than the mode has cells for."""
        for axis in axes:
            widest = axis.input + WIDEST.get(self.mode, axis.padded)
            if max(axis.before, axis.after) > widest:
                raise GeometryError(
                    f"{self.mode} padding {max(axis.before, axis.after)} is too wide for {axis.input} cells",
                    ("use ", Setting("padding", widest), " or less, or ", Setting("pad-mode", "replicate")),
                )

    def source(self, positions: Sequence[int], size: int) -> Positions:
        """Input cells at the positions, -1 where a constant stands."""
        return SOURCES[self.mode](np.asarray(positions, dtype=np.intp), size)

    def read(self, x: Array, window: Sequence[Sequence[int]]) -> tuple[Array, Array]:
        """Return the values of x (channels first) in the window, and which of its cells are padding."""
        sizes = x.shape[1:]
        sources = [self.source(positions, size) for positions, size in zip(window, sizes, strict=True)]
        patch = x[np.ix_(np.arange(x.shape[0]), *sources)]
        nothing = ~outer([source != OUTSIDE for source in sources])
        if nothing.any():
            # the value need not fit the type of x: 300 among levels of 8 bits
            whole = isinstance(self.value, int) and patch.dtype.kind in "iu"
            patch = np.where(nothing, self.value, patch.astype(object if whole else np.float64))
        inside = [(np.asarray(p) >= 0) & (np.asarray(p) < size) for p, size in zip(window, sizes, strict=True)]
        return patch, ~outer(inside)
