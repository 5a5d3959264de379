"""Training while it goes on: curves, filters, how fast, how long; and one update step by step."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.learning.data import Images
from cnnstep.learning.evaluation import scored
from cnnstep.learning.optimisers import OPTIMISERS
from cnnstep.learning.training import Trainer
from cnnstep.views.learning.training import curves, filters, percent
from cnnstep.views.page.roles import Importance, Role, Span
from cnnstep.views.page.scene import Block, Scene, beside, stack, words
from cnnstep.views.panels.curves import signal_curve
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.report import heading
from cnnstep.views.wording.numbers import short, signed

ROWS = 6
SHOWN = 6
MINUTE = 60


def scene(trainer: Trainer, name: str, losses: Sequence[float], speed: float) -> Scene:
    """Where it stands; `speed` is in images a second, 0 where it is not known yet."""
    left = (trainer.plan.epochs * trainer.epoch_updates - trainer.number) * trainer.plan.batch
    pace = f"{speed:,.0f} images a second, {_time(left / speed)} left" if speed else ""
    place = f"epoch {min(trainer.epoch, trainer.plan.epochs)} of {trainer.plan.epochs}, update {trainer.number:,}"
    head = heading(f"train   {name}", f"{place}   {pace}")._replace(importance=Importance.ANSWER)
    shown = filters(trainer)
    return stack([head], _curves(trainer, losses), [shown] if shown else [], _last(trainer, losses))


def _curves(trainer: Trainer, losses: Sequence[float]) -> list[Block]:
    """Those of both sets; before there is an epoch, the losses of the batches."""
    if trainer.history:
        return [curves(trainer.history, rows=ROWS)]
    return [beside(signal_curve(np.array(losses), "loss, batch by batch")._replace(rows=ROWS))] if losses else []


def _last(trainer: Trainer, losses: Sequence[float]) -> list[Block]:
    told = [f"loss of the last batch {losses[-1]:.4f}, rate {trainer.rate:.2g}"] if losses else []
    if trainer.history:
        last = trainer.history[-1]
        told.append(
            f"epoch {last.number}: {percent(last.train.accuracy)} of what it learns from,"
            f" {percent(last.validation.accuracy)} of the others"
        )
    return [words(each, indent=1, importance=Importance.STEP) for each in told]


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), MINUTE)
    return f"{minutes}:{rest:02}"


class Before(NamedTuple):
    """What stands before an update: its images, and the first array that learns with what is remembered of it."""

    number: int
    images: Images
    name: str
    weights: Array
    memory: Mapping[str, Array]
    rate: float

    @classmethod
    def of(cls, trainer: Trainer) -> "Before":
        """A copy."""
        name = next(iter(trainer.memory))
        memory = {part: each.copy() for part, each in trainer.memory[name].items()}
        return cls(trainer.number + 1, trainer.batch(), name, trainer.weights[name].copy(), memory, trainer.rate)


def update(trainer: Trainer, before: Before, loss: float) -> Scene:
    """The update that has just been made, for the weight of the first layer with the largest gradient."""
    gradient, after = trainer.gradients[before.name], trainer.weights[before.name]
    place = tuple(int(n) for n in np.unravel_index(int(np.abs(gradient).argmax()), gradient.shape))
    weight = f"{before.name}[{','.join(map(str, place))}]"
    old, new, g = (float(each[place]) for each in (before.weights, after, gradient))
    memory = trainer.memory[before.name]
    remembered = [
        f"{part} {signed(short(float(before.memory[part][place])))} → {signed(short(float(each[place])))}"
        for part, each in memory.items()
    ]
    lines = (
        ("1 forward", f"{len(before.images)} images, mean of −log p of the right class: loss {loss:.4f}"),
        ("2 backward", f"∂L/∂{weight} = {signed(short(g))}, the largest in magnitude of {gradient.size}"),
        (f"3 {trainer.plan.optimizer}", OPTIMISERS[trainer.plan.optimizer].formula),
        *(("   remembers", each) for each in remembered),
        ("4 update", f"{weight}: {signed(short(old))} → {signed(short(new))}, moved by {signed(short(new - old))}"),
        ("5 again", f"the same images, without dropout: loss {scored(trainer.forward, before.images).loss:.4f}"),
    )
    pictures = [
        input_picture(x, columns=10, caption=f"class {label}")
        for x, label in zip(before.images.x[:SHOWN], before.images.labels.tolist(), strict=False)
        if x.ndim == 3 and len(x) in {1, 3}
    ]
    head = heading(f"update {before.number:,}", f"rate {before.rate:.2g}, one weight of {before.name}")
    told = [words(Span(f"{name}   ", Role.LABEL), text, indent=1, importance=Importance.STEP) for name, text in lines]
    return stack([head], [beside(*pictures)] if pictures else [], told)
