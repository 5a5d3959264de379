"""Dropout: some cells are set to zero while a network learns, and the rest are scaled up."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.random import Philox
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, as_number, cells
from cnnstep.engine.gathers import Elementwise, Mapped
from cnnstep.engine.steps import Index, Operation
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import at_least

AT_ONCE = 4
"""Philox draws four numbers at a time, and can begin at any of them: a step needs only its own."""
UNIT = 2.0**-64
SEEDS = 2**64


@dataclass(frozen=True, slots=True, eq=False)
class Dropped(Mapped):
    """One cell, kept and scaled, or dropped; `draw` is its random number from 0 to 1."""

    draw: float
    is_kept: bool
    factor: float

    def found(self) -> dict[str, Any]:
        """The draw, and what became of the cell."""
        return Mapped.found(self) | {"draw": self.draw, "is_kept": self.is_kept, "factor": self.factor}


@dataclass(frozen=True, slots=True)
class Dropout(Operation[Elementwise]):
    """Drop each cell with probability `rate`: y = x / (1 − rate) where it is kept, else 0.

    Every cell draws a number from 0 to 1, the same for the same `seed`, and is kept if the number is
    not below the rate. The scale keeps the average what it was. At inference nothing happens: y = x.
    `x` may have any shape; the output has the same. Source: PyTorch, torch.nn.Dropout.

    Raises GeometryError for a rate that is not from 0 to below 1.
    """

    rate: float = 0.5
    seed: int = 0
    _: KW_ONLY
    inference: bool = False
    noun: ClassVar[str] = "dropout"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"rate": (), "seed": (), "inference": ()}
    telling: ClassVar[tuple[str, ...]] = ("rate", "seed", "inference")

    def __post_init__(self) -> None:
        if not 0 <= as_number(self.rate, "the rate") < 1:
            raise GeometryError(f"rate must be from 0 to below 1, not {self.rate}", ("use ", Setting("rate", 0.5)))
        at_least(0, "seed", [self.seed])
        if self.seed >= SEEDS:
            raise GeometryError(f"seed must be below 2^64, not {self.seed}", ("use ", Setting("seed", 1)))

    @property
    def factor(self) -> float:
        """What is kept is multiplied by this."""
        return 1 if self.inference or not self.rate else 1 / (1 - self.rate)

    def bind(self, x: ArrayLike) -> Elementwise:
        """Meet an input, and check that it fits."""
        return _Bound(cells(x), self)


@dataclass(frozen=True, slots=True, eq=False)
class _Bound(Elementwise):
    """A dropout that has met its input."""

    x: Array
    dropout: Dropout

    def output(self) -> Array:
        if self.dropout.inference:
            return self.x.copy()
        return np.where(self.kept(), self.x * self.dropout.factor, 0)

    def kept(self) -> Array:
        draws = Philox(key=self.dropout.seed).random_raw(self.x.size) * UNIT
        return (draws >= self.dropout.rate).reshape(self.x.shape)

    def step(self, number: int, index: Index) -> Dropped:
        x, rate, factor = self.cell(index), self.dropout.rate, self.dropout.factor
        source = Philox(key=self.dropout.seed).advance(number // AT_ONCE)
        draw = source.random_raw(AT_ONCE)[number % AT_ONCE].item() * UNIT
        is_kept = self.dropout.inference or draw >= rate
        return Dropped(number, index, x * factor if is_kept else 0, index, x, draw, is_kept, factor)
