"""What a layer learns, before there are any numbers: names, shapes, and how they are drawn."""

from collections.abc import Mapping
from math import prod
from typing import NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.kernels import random_weights

Weights: TypeAlias = Mapping[str, Array]
"""Name → numbers of one layer: `weight`, `bias`."""

WEIGHT, BIAS = "weight", "bias"
DECIMALS = 4


class Parameter(NamedTuple):
    """The shape of some numbers that are learned.

    `fan_in` is how many inputs one output adds up where all are connected, which random numbers are
    drawn for; 0 begins at zeros. `mask` marks those that exist where some connections are missing;
    `given` are numbers that were written in the chain.
    """

    shape: tuple[int, ...]
    fan_in: int = 0
    mask: Array | None = None
    given: Array | None = None

    @property
    def learned(self) -> int:
        """How many numbers there are."""
        return prod(self.shape) if self.mask is None else int(self.mask.sum())

    def draw(self, seed: int) -> Array:
        """What the layer begins with: numbers that were given, random ones from the seed, or zeros."""
        if self.given is not None:
            return self.given
        if not self.fan_in:
            return np.zeros(self.shape, dtype=np.int64)
        values = random_weights(self.shape, seed, self.fan_in)
        if self.mask is None:
            return values
        connected = self.mask.reshape(len(values), -1).sum(axis=1).reshape(-1, *(1,) * (values.ndim - 1))
        fewer: Array = np.where(self.mask, values * np.sqrt(self.fan_in / connected), 0).round(DECIMALS)
        return fewer


Parameters: TypeAlias = Mapping[str, Parameter]
NONE: Parameters = {}


def draw(parameters: Parameters, seed: int) -> Weights:
    """All numbers of a layer, from one seed."""
    return {name: parameter.draw(seed) for name, parameter in parameters.items()}
