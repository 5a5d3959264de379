"""Occlusion: a patch of the input is covered, place after place, and the network asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import Array, frozen
from cnnstep.engine.steps import Bound, Index, Operation, Step
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import by
from cnnstep.networks.backpropagation import check_target
from cnnstep.networks.inspection import background, probabilities
from cnnstep.networks.network import Network

MOST_PRODUCTS = 40_000_000_000
TOGETHER = 256


@dataclass(frozen=True, slots=True, eq=False)
class Covered(Step):
    """One patch covered: the probability of the class is then `value`, `before` without it; `answer` is the class."""

    rows: range
    columns: range
    before: float
    answer: int

    def found(self) -> dict[str, Any]:
        """The patch, the probability of the uncovered picture, and the answer."""
        patch = [[each.start, each.stop] for each in (self.rows, self.columns)]
        return {"patch": patch, "before": self.before, "answer": self.answer}


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion(Operation[Bound]):
    """Cover every patch of `size`×`size` of a picture (C, H, W) and ask for the probability of class `target`.

    The output is (1, H − size + 1, W − size + 1). A patch is covered with the median of the picture's border, channel
    by channel: its background. `untrained` is the network beside which it is shown. Raises GeometryError for what is no
    picture, a patch that does not fit, a class that there is not, and for what would take too long.
    Source: Zeiler and Fergus, 2013, arXiv 1311.2901.
    """

    network: Network
    size: int
    target: int
    untrained: Network | None = None
    noun: ClassVar[str] = "occlusion"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {}
    telling: ClassVar[tuple[str, ...]] = ("size", "target")

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """One number for each place of the patch."""
        if len(input_shape) != 3 or not 1 <= self.size <= min(input_shape[1:]):
            raise GeometryError(
                f"a patch of {self.size}×{self.size} does not fit an input of {by(input_shape)}",
                "it takes a picture, and a patch that is no larger",
            )
        return (1, *(n - self.size + 1 for n in input_shape[1:]))

    def bind(self, x: ArrayLike) -> "Occluded":
        """Meet a picture, and ask the network about every place in batches."""
        values: Array = np.asarray(x)
        shape = self.output_shape(values.shape)
        check_target(self.network, self.target)
        products = shape[1] * shape[2] * sum(layer.plan.multiply_adds for layer in self.network.layers)
        if products > MOST_PRODUCTS:
            raise GeometryError(
                f"{by(shape[1:])} places take {products:,} multiply-adds; the most is {MOST_PRODUCTS:,}",
                ("use a smaller ", Setting("resize")),
            )
        found = probabilities_of(self.network, values, self.size)
        whole = probabilities(self.network, values[None])[0]
        other = None
        if self.untrained is not None:
            other = frozen(probabilities_of(self.untrained, values, self.size)[..., self.target])
        map_ = frozen(found[None, ..., self.target])
        return Occluded(values, self.size, float(whole[self.target]), map_, frozen(found.argmax(axis=-1)), other)


def probabilities_of(network: Network, x: Array, size: int) -> Array:
    """The probabilities of all classes with each patch covered: (rows, columns, classes)."""
    rows, columns = (n - size + 1 for n in x.shape[1:])
    places = [(row, column) for row in range(rows) for column in range(columns)]
    parts = []
    for start in range(0, len(places), TOGETHER):
        batch = [covered(x, *place, size) for place in places[start : start + TOGETHER]]
        parts.append(probabilities(network, np.stack(batch)))
    return np.concatenate(parts).reshape(rows, columns, -1)


def covered(x: Array, row: int, column: int, size: int) -> Array:
    """A picture with one patch covered by its background."""
    made = x.astype(np.float64)
    made[:, row : row + size, column : column + size] = background(x)[:, None, None]
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Occluded(Bound):
    """An occlusion that has met its picture: the probability of the class at each place, and the answers."""

    x: Array
    size: int
    before: float
    probabilities: Array
    answers: Array
    untrained: Array | None

    @property
    def grid(self) -> tuple[int, ...]:
        """The places of the patch."""
        return self.probabilities.shape

    def output(self) -> Array:
        """The probability of the class at every place."""
        return self.probabilities.copy()

    def facts(self) -> dict[str, Any]:
        """The sizes, and the probability of the whole picture."""
        return {**Bound.facts(self), "before": self.before, "untrained_map": self.untrained}

    def step(self, number: int, index: Index) -> Covered:
        """One place: what the network answered there."""
        _, row, column = index
        rows, columns = range(row, row + self.size), range(column, column + self.size)
        value, answer = self.probabilities[index].item(), int(self.answers[row, column])
        return Covered(number, index, value, rows, columns, self.before, answer)
