"""Batch normalisation, of one image: each channel is moved to mean 0 and variance 1, then scaled and shifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnstep.engine.arrays import as_number, as_numbers
from cnnstep.engine.stages import Stage, Staged
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Normalization(Operation[Staged]):
    """Normalise each channel: y = scale · (x − mean) / √(variance + epsilon) + shift.

    Mean and variance are those of the channel's own cells (the variance divides by their number), as
    batch normalisation does while it learns from a batch of one image. `scale` (γ) and `shift` (β)
    are one number, or one a channel. `x` is (C, *spatial), the output too.

    Raises GeometryError where they do not fit. Source: Ioffe & Szegedy 2015; PyTorch, torch.nn.BatchNorm2d.
    """

    scale: ArrayLike = 1
    shift: ArrayLike = 0
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        for name, value in (("scale", self.scale), ("shift", self.shift)):
            object.__setattr__(self, name, np.array(as_numbers(value, f"the {name}")).reshape(-1))
        if as_number(self.epsilon, "epsilon") <= 0:
            raise GeometryError(f"epsilon must be above 0, not {self.epsilon}", "use --epsilon 0.00001")

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of the input."""
        return tuple(input_shape)

    def bind(self, x: ArrayLike) -> Staged:
        """Meet an input, and check that it fits."""
        return _Bound.of(self, x)


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Staged):
    """A normalisation that has met its input."""

    x: Array
    scale: list[float]
    shift: list[float]
    epsilon: float
    stages: ClassVar[tuple[str, ...]] = ("mean", "variance", "normalise", "scale", "move")

    @classmethod
    def of(cls, operation: Normalization, x: ArrayLike) -> "_Bound":
        values = as_numbers(x, "the input")
        if values.ndim < 2:
            values = values.reshape(1, -1)
        each = []
        for name, numbers in (("scales", np.asarray(operation.scale)), ("shifts", np.asarray(operation.shift))):
            if numbers.size not in {1, len(values)}:
                raise GeometryError(
                    f"{numbers.size} {name} do not fit {len(values)} channel{'s' * (len(values) > 1)}",
                    "give one, or one for each channel",
                )
            each.append(np.broadcast_to(numbers, len(values)).tolist())
        return cls(values, each[0], each[1], operation.epsilon)

    def blank(self) -> Array:
        return np.zeros(self.x.shape, dtype=object)

    def output(self) -> Array:
        channels = []
        for number, channel in enumerate(self.x):
            mean, variance = _moments(channel)
            normal = (channel - mean) / sqrt(variance + self.epsilon)
            channels.append(normal * self.scale[number] + self.shift[number])
        return np.stack(channels)

    def step(self, number: int, index: Index) -> Stage:
        channel, stage = index
        x, scale, shift = self.x[channel], self.scale[channel], self.shift[channel]
        mean, variance = _moments(x)
        normal = (x - mean) / sqrt(variance + self.epsilon)
        before, after, value = (
            (x, None, mean),
            (x, None, variance),
            (x, normal, 0.0),
            (normal, normal * scale, 0.0),
            (normal * scale, normal * scale + shift, 0.0),
        )[stage]
        settings = {"mean": mean, "variance": variance, "epsilon": self.epsilon, "scale": scale, "shift": shift}
        found = value if after is None else after.reshape(-1)[-1].item()
        return Stage(number, index, found, self.stages[stage], channel, before, after, settings)


def _moments(channel: Array) -> tuple[float, float]:
    """Mean and variance of all cells, exact for integers before the last rounding."""
    if channel.dtype.kind in "iu":
        total = int(channel.sum(dtype=np.int64)) if channel.size < 1 << 31 else fsum(channel.ravel().tolist())
        mean = total / channel.size
    else:
        mean = channel.mean().item()
    return mean, ((channel - mean) ** 2).mean().item()
