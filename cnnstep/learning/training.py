"""Training: a network, images, and one update of the weights after the other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.fast.threads import single_blas
from cnnstep.errors import CnnstepError, DataError, GeometryError, Setting
from cnnstep.learning.augmentation import AMOUNTS, changed
from cnnstep.learning.data import Images
from cnnstep.learning.evaluation import Score, scored
from cnnstep.learning.optimisers import OPTIMISERS, move
from cnnstep.learning.schedules import SCHEDULES
from cnnstep.networks.backward import Backward
from cnnstep.networks.forward import Forward
from cnnstep.networks.network import Network
from cnnstep.networks.parameters import RUNNING_MEAN, RUNNING_VARIANCE

BUFFERS = (RUNNING_MEAN, RUNNING_VARIANCE)
FOLLOWS = 0.1
"""How far running statistics follow those of a batch. Source: torch.nn.BatchNorm2d, momentum."""
MOST_SCORED = 2_000
"""So many of the images that are learned from are scored after an epoch."""
UPDATE, EPOCH, HISTORY = "training.update", "training.updates_an_epoch", "training.history"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a network learns: `rate` None is the optimiser's own."""

    epochs: int = 20
    batch: int = 32
    rate: float | None = None
    optimizer: str = "adam"
    schedule: str = "cosine"
    decay: float = 0.0
    dropout: float = 0.0
    augment: str = "light"
    seed: int = 0

    def __post_init__(self) -> None:
        rules = (
            ("rate", self.first_rate, self.first_rate > 0, "above 0"),
            ("decay", self.decay, self.decay >= 0, "0 or more"),
            ("dropout", self.dropout, 0 <= self.dropout < 1, "from 0 to below 1"),
        )
        for name, value, holds, told in rules:
            if not holds:
                raise GeometryError(f"{name} must be {told}, not {value:g}", ("leave out ", Setting(name)))

    @property
    def first_rate(self) -> float:
        """The rate of the first update."""
        return OPTIMISERS[self.optimizer].rate if self.rate is None else self.rate

    @property
    def smaller_rate(self) -> float:
        """A rate to try where this one is too large: a tenth of it, and at most the optimiser's own."""
        return float(f"{min(self.first_rate / 10, OPTIMISERS[self.optimizer].rate):.1g}")


class Epoch(NamedTuple):
    """What an epoch came to: the mean loss of its batches, then both sets scored after it."""

    number: int
    batches: float
    rate: float
    train: Score
    validation: Score


class DivergedError(CnnstepError):
    """The loss is no number any more."""


class Trainer:
    """A network that learns from images: `update` does one step, `epochs` all of them.

    The order of the images and their changes are drawn from the seed and the number of the epoch or update, so that
    training goes on from a saved state as it would have gone on by itself; only dropout draws anew.
    """

    def __init__(self, network: Network, train: Images, validation: Images, plan: Plan) -> None:
        self.network, self.train, self.validation, self.plan = network, train, validation, plan
        self.backward = Backward(network, dropout=plan.dropout)
        self.forward = Forward(network, weights=self.backward.weights)
        row = OPTIMISERS[plan.optimizer]
        learned = {name: each for name, each in self.weights.items() if not name.endswith(BUFFERS)}
        self.memory = {name: {part: np.zeros_like(each) for part in row.memory} for name, each in learned.items()}
        self.number = 0
        self.history: list[Epoch] = []
        self.gradients: dict[str, Array] = {}
        """Those of the last update."""
        self._order = np.zeros(0, np.int64)
        self._few = train.at(slice(None, None, -(-len(train) // MOST_SCORED)))

    @property
    def weights(self) -> Any:
        """The weights by name; each update changes them in place."""
        return self.backward.weights

    @property
    def epoch_updates(self) -> int:
        """How many updates an epoch has."""
        return -(-len(self.train) // self.plan.batch)

    @property
    def epoch(self) -> int:
        """The number of the epoch that is going on, from 1."""
        return self.number // self.epoch_updates + 1

    @property
    def rate(self) -> float:
        """The learning rate of the next update."""
        done = self.number / (self.epoch_updates * max(1, self.plan.epochs))
        return self.plan.first_rate * SCHEDULES[self.plan.schedule].factor(done)

    def batch(self) -> Images:
        """The images of the next update, changed as the plan says."""
        place = self.number % self.epoch_updates
        if not place or not len(self._order):
            self._order = np.random.default_rng((self.plan.seed, self.epoch)).permutation(len(self.train))
        images = self.train.at(self._order[place * self.plan.batch : (place + 1) * self.plan.batch])
        random = np.random.default_rng((self.plan.seed, 1, self.number))
        return Images(changed(images.x, AMOUNTS[self.plan.augment], random), images.labels)

    def update(self) -> float:
        """One update, w ← w − rate·Δ for every array; returns the loss before it. Raises DivergedError."""
        images, rate = self.batch(), self.rate
        # BLAS on one thread: small products are slower on two, and their sums would depend on how many there are
        with single_blas(), np.errstate(all="ignore"):  # what overflows is told below
            loss, gradients = self.backward.gradients(images.x, images.labels)
            if not isfinite(loss) or not all(np.isfinite(each.sum()) for each in gradients.values()):
                raise self._diverged(loss, gradients)
            self.number, self.gradients = self.number + 1, gradients
            for name, gradient in gradients.items():
                decay = self.plan.decay if gradient.ndim > 1 else 0.0  # biases and scales do not decay
                memory = self.memory[name]
                move(
                    self.plan.optimizer,
                    self.weights[name],
                    gradient,
                    memory,
                    rate=rate,
                    decay=decay,
                    update=self.number,
                )
        self._follow(len(images))
        return loss

    def epochs(self, seen: Callable[["Trainer", float], bool] = lambda *_: True) -> Iterator[Epoch]:
        """Every epoch that is left; after each update `seen` is told its loss, and says whether to go on."""
        losses: list[float] = []
        while not self.is_over:
            number, rate = self.epoch, self.rate
            losses.append(self.update())
            goes_on = seen(self, losses[-1])
            if self.number % self.epoch_updates == 0 or not goes_on:
                with np.errstate(all="ignore"):  # the last update may have been the one that is too large
                    scores = [scored(self.forward, each) for each in (self._few, self.validation)]
                if not isfinite(scores[0].loss + scores[1].loss):
                    raise self._diverged(scores[0].loss, self.gradients)
                self.history.append(Epoch(number, fsum(losses) / len(losses), rate, *scores))
                losses = []
                yield self.history[-1]
            if not goes_on:
                return

    def state(self) -> dict[str, Array]:
        """The weights by their names, and beside them what `resume` needs."""
        rows = [(e.number, e.batches, e.rate, *e.train, *e.validation) for e in self.history]
        history = np.array(rows, np.float64).reshape(-1, 7)
        counts = {UPDATE: np.array(self.number), EPOCH: np.array(self.epoch_updates)}
        return {**self.weights, **self._remembered(), **counts, HISTORY: history}

    def _remembered(self) -> dict[str, Array]:
        """What the optimiser remembers, by names that say whose it is: `training.adam.m.c1.weight`."""
        begin = f"training.{self.plan.optimizer}"
        each = ((name, part, values) for name, parts in self.memory.items() for part, values in parts.items())
        return {f"{begin}.{part}.{name}": values for name, part, values in each}

    def restore(self, saved: Mapping[str, Array], source: str) -> None:
        """Go on from a `state`: raises DataError for one that lacks what this optimiser remembers."""
        wanted = self._remembered()
        missing = [name for name in (*wanted, UPDATE, EPOCH, HISTORY) if name not in saved]
        wrong = missing or [name for name, each in wanted.items() if saved[name].shape != each.shape]
        if wrong:
            raise DataError(
                f"{source} has no {wrong[0]} that fits: it is not the state of a training by {self.plan.optimizer}",
                ("take its weights alone: ", Setting("from", source)),
            )
        if int(saved[EPOCH]) != self.epoch_updates:
            raise DataError(
                f"{source} had {saved[EPOCH]} updates an epoch, and here are {self.epoch_updates}: with other images or"
                " another batch, it is another training",
                ("take its weights alone: ", Setting("from", source)),
            )
        for name, each in wanted.items():
            each[...] = saved[name]
        self.number = int(saved[UPDATE])
        epochs = [Epoch(int(n), b, r, Score(*s[:2]), Score(*s[2:])) for n, b, r, *s in saved[HISTORY].tolist()]
        self.history = [each for each in epochs if each.number < self.epoch]  # one that was cut short goes on

    @property
    def is_over(self) -> bool:
        """Whether every epoch is done."""
        return self.number >= self.plan.epochs * self.epoch_updates

    def _follow(self, images: int) -> None:
        """Running statistics ← 0.9 · themselves + 0.1 · those of the batch; its variance by n − 1."""
        for name, (mean, variance) in self.backward.statistics.items():
            cells = images * self._cells(name)
            unbiased = variance * (cells / max(1, cells - 1))
            for part, each in ((RUNNING_MEAN, mean), (RUNNING_VARIANCE, unbiased)):
                running = self.weights.get(f"{name}.{part}")
                if running is not None:
                    running += running.dtype.type(FOLLOWS) * (each - running)

    def _cells(self, name: str) -> int:
        layer = next(layer for layer in self.network.layers if layer.name == name and layer.plan.parameters)
        return int(np.prod(layer.output[1:]))

    def _diverged(self, loss: float, gradients: dict[str, Array]) -> DivergedError:
        """The first array whose numbers or gradients are none, and a smaller rate."""
        names = [name for name in gradients if not np.isfinite(gradients[name].sum() + self.weights[name].sum())]
        layer = (names or [max(gradients, key=lambda name: float(np.abs(gradients[name]).max()))])[0]
        return DivergedError(
            f"epoch {self.epoch}, update {self.number}: the loss is {loss:g}, and {layer} holds no numbers any more",
            ("the steps are too large: ", Setting("rate", self.plan.smaller_rate)),
        )
