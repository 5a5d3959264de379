"""Instance normalisation: each channel gets mean 0 and variance 1 by its own statistics, then a scale and a shift."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_number, as_numbers, cells, frozen, one_each
from cnnstep.engine.correlation import working_type
from cnnstep.engine.stages import Stage, Staged
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError, Setting


@dataclass(frozen=True, slots=True, eq=False)
class Normalization(Operation[Staged]):
    """Instance normalisation of each channel: y = scale · (x − mean) / √(variance + epsilon) + shift.

    Mean and variance are those of the channel's own cells (the variance divides by their number). Batch
    normalisation takes those of a batch in training, the same for a batch of one image, and running
    averages at inference. `scale` (γ) and `shift` (β) are one number, or one a channel. `x` is
    (C, *spatial), or one row of numbers; the output too.

    Raises GeometryError where they do not fit. Source: Ulyanov, Vedaldi, Lempitsky 2016; PyTorch,
    torch.nn.InstanceNorm2d.
    """

    scale: ArrayLike = 1
    shift: ArrayLike = 0
    epsilon: float = 1e-5
    noun: ClassVar[str] = "normalization"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"scale": (), "shift": (), "epsilon": ()}
    telling: ClassVar[tuple[str, ...]] = ("epsilon",)

    def __post_init__(self) -> None:
        for name, value in (("scale", self.scale), ("shift", self.shift)):
            object.__setattr__(self, name, frozen(as_numbers(value, f"the {name}")).reshape(-1))
        if as_number(self.epsilon, "epsilon") <= 0:
            raise GeometryError(f"epsilon must be above 0, not {self.epsilon}", ("use ", Setting("epsilon", 1e-05)))

    def bind(self, x: ArrayLike) -> Staged:
        """Meet an input, and check that it fits."""
        values = cells(x)
        channels = values if values.ndim > 1 else values.reshape(1, -1)
        scale = one_each(self.scale, "scales", len(channels), "channel")
        shift = one_each(self.shift, "shifts", len(channels), "channel")
        return _Bound(channels, values.shape, scale.tolist(), shift.tolist(), self.epsilon)


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Staged):
    """An instance normalisation that has met its input."""

    x: Array
    shape: tuple[int, ...]
    scale: list[float]
    shift: list[float]
    epsilon: float
    known: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Mean and variance of the channels that have been looked at."""

    stages: ClassVar[tuple[str, ...]] = ("mean", "variance", "normalise", "scale", "shift")
    output_stage: ClassVar[str] = "shift"

    @property
    def input(self) -> Array:
        return self.x.reshape(self.shape)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.shape

    def output(self) -> Array:
        output = self.x.astype(np.float64)
        for number in range(len(output)):  # in place: no second array as large as the image
            channel, (mean, variance) = output[number], self._moments(number)
            channel -= mean
            channel /= sqrt(variance + self.epsilon)
            channel *= self.scale[number]
            channel += self.shift[number]
        return output.reshape(self.shape)

    def _moments(self, number: int) -> tuple[float, float]:
        """Mean and variance of a channel, exact for integers before the last rounding."""
        if number not in self.known:
            channel = self.x[number]
            if channel.dtype.kind == "f":
                first = channel.reshape(-1)[0]
                mean = (first + (channel - first).mean()).item()  # of equal numbers exactly that number
            else:
                total = channel.sum(dtype=working_type(channel, np.broadcast_to(np.int64(1), (1, channel.size))))
                mean = int(total) / channel.size
            # the mean is taken away first: mean of squares − square of the mean would lose the digits both share
            squares = channel.astype(np.float64)
            squares -= mean
            squares *= squares
            self.known[number] = mean, squares.mean().item()
        return self.known[number]

    def step(self, number: int, index: Index) -> Stage:
        channel, stage = index
        x, scale, shift = self.x[channel], self.scale[channel], self.shift[channel]
        mean, variance = self._moments(channel)
        changes: tuple[Callable[[Array], Array], ...] = (
            lambda a: (a.astype(np.float64) - mean) / sqrt(variance + self.epsilon),
            lambda a: a * scale,
            lambda a: a + shift,
        )
        made = [x]
        for change in changes[: max(0, stage - 1)]:
            made.append(change(made[-1]))
        before, after = (made[-2], made[-1]) if len(made) > 1 else (x, None)
        settings = {"mean": mean, "variance": variance, "epsilon": self.epsilon, "scale": scale, "shift": shift}
        found = (mean, variance)[stage] if after is None else after.reshape(-1)[-1].item()
        name, whose = self.stages[stage], channel if len(self.shape) > 1 else None
        return Stage(number, index, found, name, whose, before, after, settings, name == self.output_stage)
