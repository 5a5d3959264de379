"""Normalisation by the input's own statistics: mean 0 and variance 1, then a scale and a shift."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_number, as_numbers, cells, frozen, one_each, working_type
from cnnstep.engine.stages import Stage, Staged
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError, NotationError, Setting, did_you_mean
from cnnstep.geometry import by

PICTURE = 3
BATCH = "batch"
EPSILON = 1e-5
"""Source: PyTorch's layers."""
KINDS: dict[str, Callable[[int], int | None]] = {
    "instance": lambda axes: 0 if axes > 1 else None,
    "layer": lambda _: None,
    BATCH: lambda axes: 1 if axes > PICTURE else 0 if axes else None,
}
"""What shares its statistics: the number of axes → which of them has the channels; None where all is one.

Instance: each channel alone. Layer: everything. Batch: each channel over all images, N×C×H×W; of fewer axes a batch of
one. Sources: Ulyanov, Vedaldi, Lempitsky 2016; Ba, Kiros, Hinton 2016; Ioffe & Szegedy 2015.
"""
Each: TypeAlias = float | Array
"""One number for a whole group, or one for each of its cells."""


@dataclass(frozen=True, slots=True, eq=False)
class Normalization(Operation[Staged]):
    """Normalisation by the input's own statistics: y = scale · (x − mean) / √(variance + epsilon) + shift.

    `kind` says what shares a mean and a variance (which divides by the number of cells): each channel
    of `x` (C, *spatial) with "instance", all of it with "layer", and with "batch" each channel over all
    images of `x` (N, C, H, W), as batch normalisation does in training; one row of numbers is one
    channel, or with "batch" a number a channel. `scale` (γ) and `shift` (β) are one number, or one a
    channel; with "layer" one, or one for each cell of `x`. The output has the shape of `x`.

    Raises NotationError for another kind, GeometryError where they do not fit, or where a channel of a
    batch has one number only. Source: PyTorch, torch.nn.InstanceNorm2d, LayerNorm, BatchNorm2d.
    """

    scale: ArrayLike = 1
    shift: ArrayLike = 0
    epsilon: float = EPSILON
    kind: str = "instance"
    noun: ClassVar[str] = "normalization"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"scale": (), "shift": (), "epsilon": ()}
    telling: ClassVar[tuple[str, ...]] = ("kind", "epsilon")

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            hint = f"{did_you_mean(str(self.kind), KINDS)}a kind is one of {', '.join(KINDS)}"
            raise NotationError(f"no normalisation is called {self.kind!r}", hint)
        for name, value in (("scale", self.scale), ("shift", self.shift)):
            object.__setattr__(self, name, frozen(as_numbers(value, f"the {name}")))
        check_epsilon(self.epsilon)

    def bind(self, x: ArrayLike) -> Staged:
        """Meet an input, and check that it fits."""
        values = cells(x)
        axis = KINDS[self.kind](values.ndim)
        groups = values.reshape(1, *(values.shape or (1,))) if axis is None else np.moveaxis(values, axis, 0)
        if self.kind == BATCH and groups[0].size == 1:
            raise GeometryError(
                f"each channel of {by(values.shape)} has one number, whose variance is 0",
                "the statistics of a batch need more images, or rows and columns",
            )
        scale, shift = self._each(self.scale, "scales", groups), self._each(self.shift, "shifts", groups)
        return _Bound(groups, axis, values.shape, scale, shift, self.epsilon)

    def _each(self, values: ArrayLike, what: str, groups: Array) -> Sequence[Each]:
        """γ or β of each group: a number, or as many as it has cells."""
        numbers, cell_each = np.asarray(values), groups[0].shape
        if self.kind != "layer" or numbers.size == 1:
            each: list[float] = one_each(numbers, what, len(groups), "channel").tolist()
            return each
        if numbers.shape not in {cell_each, (groups[0].size,)}:
            raise GeometryError(
                f"{what} of {by(numbers.shape)} do not fit an input of {by(cell_each)}",
                "give one, or one for each cell",
            )
        return [numbers.reshape(cell_each)]


def check_epsilon(epsilon: float) -> None:
    """Refuse what could leave a division by 0."""
    if as_number(epsilon, "epsilon") <= 0:
        raise GeometryError(f"epsilon must be above 0, not {epsilon}", ("use ", Setting("epsilon", EPSILON)))


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Staged):
    """A normalisation that has met its input, laid out as (groups that share statistics, *cells)."""

    x: Array
    axis: int | None
    shape: tuple[int, ...]
    scale: Sequence[Each]
    shift: Sequence[Each]
    epsilon: float
    known: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Mean and variance of the groups that have been looked at."""

    stages: ClassVar[tuple[str, ...]] = ("mean", "variance", "normalise", "scale", "shift")
    output_stage: ClassVar[str] = "shift"

    @property
    def input(self) -> Array:
        return self.as_it_came(self.x)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.shape

    @property
    def counted(self) -> str:
        return "channel,row,column " if self.axis == 1 else Staged.counted.fget(self)  # type: ignore[attr-defined]

    def as_it_came(self, groups: Array) -> Array:
        """Groups that share statistics, laid out as the input was."""
        return groups.reshape(self.shape) if self.axis is None else np.moveaxis(groups, 0, self.axis)

    def output(self) -> Array:
        output = self.x.astype(np.float64)
        for number in range(len(output)):  # in place: no second array as large as the image
            group, (mean, variance) = output[number], self.moments(number)
            group -= mean
            group /= sqrt(variance + self.epsilon)
            group *= self.scale[number]
            group += self.shift[number]
        return np.ascontiguousarray(self.as_it_came(output))

    def moments(self, number: int) -> tuple[float, float]:
        """Mean and variance of a group, exact for integers before the last rounding."""
        if number not in self.known:
            group = self.x[number]
            if group.dtype.kind == "f":
                first = group.reshape(-1)[0]
                mean = (first + (group - first).mean()).item()  # of equal numbers exactly that number
            else:
                total = group.sum(dtype=working_type(group, np.broadcast_to(np.int64(1), (1, group.size))))
                mean = int(total) / group.size
            # the mean is taken away first: mean of squares − square of the mean would lose the digits both share
            squares = group.astype(np.float64)
            squares -= mean
            squares *= squares
            self.known[number] = mean, squares.mean().item()
        return self.known[number]

    def row(self, index: Index) -> tuple[Index, Index]:
        if self.axis is None:
            return (0,), index
        return (index[self.axis],), (*index[: self.axis], *index[self.axis + 1 :])

    def step(self, number: int, index: Index) -> Stage:
        group, stage = index
        x, scale, shift = self.x[group], self.scale[group], self.shift[group]
        mean, variance = self.moments(group)
        changes: tuple[Callable[[Array], Array], ...] = (
            lambda a: (a.astype(np.float64) - mean) / sqrt(variance + self.epsilon),
            lambda a: a * scale,
            lambda a: a + shift,
        )
        made = [x]
        for change in changes[: max(0, stage - 1)]:
            made.append(change(made[-1]))
        before, after = (made[-2], made[-1]) if len(made) > 1 else (x, None)
        settings: dict[str, Any] = {"mean": mean, "variance": variance, "epsilon": self.epsilon}
        settings |= {"scale": scale, "shift": shift}
        found = (mean, variance)[stage] if after is None else after.reshape(-1)[-1].item()
        name, channel = self.stages[stage], None if self.axis is None else group
        is_output = name == self.output_stage
        return Stage(number, index, found, name, channel, before, after, settings, is_output, axis=self.axis or 0)
