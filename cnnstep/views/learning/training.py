"""A network that learns: a line an epoch, and what came of it, with the curves of both sets."""

from collections.abc import Sequence
from itertools import chain
from math import log, prod
from typing import NamedTuple

import numpy as np

from cnnstep.learning.training import Epoch, Plan, Trainer
from cnnstep.views.page.curve import Curve, Series
from cnnstep.views.page.roles import Importance, Role, Span
from cnnstep.views.page.scene import Block, Scene, beside, stack, words
from cnnstep.views.page.tables import Column, Table, table
from cnnstep.views.panels.curves import BINS
from cnnstep.views.panels.curves import line as line_of
from cnnstep.views.panels.pictures import map_picture
from cnnstep.views.panels.scales import Ends
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count

OVERFITS, BY_HEART = 0.05, 0.95
"""So much better on what it has learned from is named overfitting."""
MUCH_WORSE = 1.5
MOST_FILTERS = 6
MOST = 3
ROWS, COLUMNS = 7, 27
HEADS = (
    Column("epoch", 0, role=Role.LABEL),
    Column("loss", 1),
    Column("accuracy", 1),
    Column("validation loss", 0),
    Column("validation accuracy", 0, role=Role.TOTAL),
    Column("rate", 2),
)


class Trained(NamedTuple):
    """What was trained, on what, how far it came, and whether it was ended before."""

    name: str
    data: str
    trainer: Trainer
    was_ended: bool = False


def percent(share: float) -> str:
    """`97.3 %`."""
    return f"{100 * share:.1f} %"


def line(epoch: Epoch, epochs: int) -> str:
    """One epoch."""
    wide = len(str(epochs))
    return (
        f" epoch {epoch.number:>{wide}}/{epochs}   loss {epoch.train.loss:.4f}   {percent(epoch.train.accuracy):>7}"
        f"   validation {epoch.validation.loss:.4f}   {percent(epoch.validation.accuracy):>7}   rate {epoch.rate:.2g}"
    )


def curves(history: Sequence[Epoch], columns: int = COLUMNS, rows: int = ROWS) -> Block:
    """Loss and accuracy of both sets, epoch by epoch: learned from as a line, validation dotted."""
    losses = [[each.train.loss, each.validation.loss] for each in history]
    shares = [[100 * each.train.accuracy, 100 * each.validation.accuracy] for each in history]
    across = Ends(history[0].number, max(history[-1].number, history[0].number + 1))
    drawn = (
        ("loss (validation dotted)", losses, Ends.of(*chain(*losses))),
        ("accuracy in % (validation dotted)", shares, Ends(min(99.0, *chain(*shares)), 100)),
    )
    return beside(
        *(
            Curve(
                caption, tuple(_series(column, ends) for column in zip(*values, strict=True)),
                across.counts(MOST, "epoch"), ends.scale(4), rows=rows, columns=columns, importance=Importance.ANSWER,
            )
            for caption, values, ends in drawn
        )
    )  # fmt: skip


def _series(values: Sequence[float], ends: Ends) -> Series:
    """Values as heights between two ends, in many bins."""
    places = np.linspace(0, max(1, len(values) - 1), BINS)
    return line_of(np.interp(places, np.arange(len(values)), ends.share(np.array(values))))


def filters(trainer: Trainer) -> Block | None:
    """The filters of the first layer that has some, as pictures on one scale."""
    name = next((name for name, each in trainer.weights.items() if each.ndim == 4 and each[0, 0].size > 1), None)
    if name is None:
        return None
    bank = trainer.weights[name]
    far = float(np.abs(bank).max()) or 1.0
    planes = (each[0].astype(np.float64) for each in bank[:MOST_FILTERS])
    captions = [f"{name} 0", *map(str, range(1, MOST_FILTERS))]
    shown = (map_picture(*each, columns=9, scale=(-far, far)) for each in zip(planes, captions, strict=False))
    return beside(*(each._replace(legend=None) for each in shown))


def film_frame(trainer: Trainer) -> Scene:
    """One frame of a film: the filters of the first layer after an epoch, and the curves so far."""
    shown, epoch = filters(trainer), trainer.history[-1]
    return stack(
        [heading(f"epoch {epoch.number}", f"validation {percent(epoch.validation.accuracy)}")],
        [curves(trainer.history)],
        [shown] if shown else [],
    )


def report(trained: Trained) -> Report:
    """What was learned, epoch by epoch."""
    trainer, history = trained.trainer, trained.trainer.history
    told = [
        f"{trained.data}: {count(len(trainer.train), 'image')} to learn from, {len(trainer.validation):,} to validate",
        settings(trainer.plan, trainer.epoch_updates),
    ]
    shown = filters(trainer)
    scene = stack(
        [
            heading(f"train   {trained.name}", f"{parameters(trainer):,} parameters"),
            *(words(each, indent=1) for each in told),
        ],
        [curves(history)] if history else [],
        [shown] if shown else [],
        [words(Span(each, role), indent=1) for role, each in _findings(trained)],
    )
    return Report(scene, document(trained), rows=rows(history))


def parameters(trainer: Trainer) -> int:
    """How many numbers are learned."""
    return int(np.sum([layer.learned for layer in trainer.network.layers]))


def settings(plan: Plan, updates: int) -> str:
    """How it learns, in a line."""
    extra = [("decay", plan.decay), ("dropout", plan.dropout)]
    return ", ".join([
        f"{plan.optimizer} at rate {plan.first_rate:g} ({plan.schedule})",
        f"{count(updates, 'update')} an epoch with {plan.batch} images each",
        *(f"{name} {value:g}" for name, value in extra if value),
        f"changes: {plan.augment}", f"seed {plan.seed}",
    ])  # fmt: skip


def _findings(trained: Trained) -> list[tuple[Role, str]]:
    """How well it knows both sets, and what the gap between them says."""
    trainer = trained.trainer
    if not trainer.history:
        return [(Role.LABEL, "no epoch has come to its end")]
    last = trainer.history[-1]
    best = max(trainer.history, key=lambda each: each.validation.accuracy)
    shares = percent(last.train.accuracy), percent(last.validation.accuracy)
    told = f"epoch {last.number}: right are {shares[0]} of the images that it learns from, {shares[1]} of the others"
    found = [(Role.TOTAL, told)]
    if trained.was_ended:
        found.append((Role.LABEL, f"ended after update {trainer.number:,}, as asked; --resume goes on from there"))
    gap = last.train.accuracy - last.validation.accuracy
    if gap > OVERFITS:
        remedies = {
            "more images": True,
            "--augment light": trainer.plan.augment == "none",
            "--augment strong": trainer.plan.augment == "light",
            "--decay 0.01": not trainer.plan.decay,
            "--dropout 0.5 with more epochs": not trainer.plan.dropout,
        }
        helping = ", ".join(name for name, helps in remedies.items() if helps)
        heart = ", and knows what it learns from by heart" * (last.train.accuracy > BY_HEART)
        found.append((Role.LABEL, f"a gap of {100 * gap:.1f} points between the curves: it overfits{heart}"))
        found.append((Role.LABEL, f"what narrows it: {helping}"))
    guessing = log(prod(trainer.network.layers[-1].output))
    if not last.train.loss <= MUCH_WORSE * guessing:
        told = f"its loss is far above {guessing:.2f}, that of guessing: the updates are too large"
        found.append((Role.LABEL, f"{told}; try --rate {trainer.plan.smaller_rate:g}"))
    if best.validation.accuracy > last.validation.accuracy:
        found.append((Role.LABEL, f"best in validation: epoch {best.number}, {percent(best.validation.accuracy)}"))
    return found


def rows(history: Sequence[Epoch]) -> Table:
    """A row an epoch."""
    return table(HEADS, [(e.number, *map(repr, (*e.train, *e.validation, e.rate))) for e in history])


def document(trained: Trained) -> dict[str, object]:
    """The same for machines."""
    trainer, plan = trained.trainer, trained.trainer.plan
    return {
        "operation": "train", "network": trained.name, "data": trained.data, "images": len(trainer.train),
        "validation_images": len(trainer.validation), "parameters": parameters(trainer),
        "optimizer": plan.optimizer, "learning_rate": plan.first_rate, "schedule": plan.schedule, "decay": plan.decay,
        "dropout": plan.dropout, "augment": plan.augment, "batch": plan.batch, "seed": plan.seed,
        "updates": trainer.number,
        "epochs": [
            {"epoch": e.number, **e.train._asdict(), "validation_loss": e.validation.loss,
             "validation_accuracy": e.validation.accuracy, "learning_rate": e.rate}
            for e in trainer.history
        ],
    }  # fmt: skip
