"""`cnnstep train`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cnnstep.cli.base import TYPED, Parsed, ScreenOptions, bundle, number, whole
from cnnstep.cli.mending import line
from cnnstep.cli.options import Asked, Shown, cnnstep_command, network_argument, saving_options
from cnnstep.cli.words import words_of
from cnnstep.errors import NotationError, Setting, again, did_you_mean
from cnnstep.notation.networks import input_shape

if TYPE_CHECKING:
    from cnnstep.cli.training import Learning
    from cnnstep.learning.data import Images
    from cnnstep.learning.training import Trainer

EXAMPLES = (
    ("cnnstep train lenet5 --save w.npz", "handwriting, from noise to 97 %"),
    ("cnnstep evaluate lenet5 digits --weights w.npz", "how well it knows other digits"),
    ("cnnstep train lenet5 --samples 50 --augment none", "too few images: it overfits"),
    ('cnnstep train "conv 8@5x5 relu | maxpool 4 | flatten | dense 10" --epochs 3', "a network of your own"),
    ("cnnstep train lenet5 --data mnist.npz --epochs 5", "images of your own"),
)


def _named(what: str, table: str, name: str) -> Parsed:
    """A word of a table; a near miss is told with the word that was meant."""
    words = words_of(table, name)

    def parse(text: str) -> str:
        from cnnstep.notation import quoted

        if text not in words():
            raise NotationError(
                f"no {what} is called {quoted(text)}", f"{did_you_mean(text, words())}there are {', '.join(words())}"
            )
        return text

    return Parsed(what.upper(), parse, words)


def _plan(**values: Any) -> dict[str, Any]:
    return values


plan_options = bundle(
    "plan",
    _plan,
    click.option("--epochs", type=whole("epochs"), default=20, show_default=True, help="How often it sees all images."),
    click.option("--batch", type=whole("batch"), default=32, show_default=True, help="Images an update."),
    click.option("--rate", type=number("rate", "R"), help="The learning rate.  [default: the optimiser's]"),
    click.option("--optimizer", "--optimiser", "optimizer",
                 type=_named("optimizer", "learning.optimisers", "OPTIMISERS"), default="adam", show_default=True,
                 help="sgd, momentum, nesterov, rmsprop, adam or adamw."),
    click.option("--schedule", type=_named("schedule", "learning.schedules", "SCHEDULES"), default="cosine",
                 show_default=True, help="How the rate falls: constant, step or cosine."),
    click.option("--decay", type=number("decay", "D"), default=0, help="Weight decay: small weights are preferred."),
    click.option("--dropout", type=number("dropout", "R"), default=0,
                 help="The share of cells that is dropped before dense layers."),
    click.option("--augment", type=_named("augment", "learning.augmentation", "AMOUNTS"), default="light",
                 show_default=True, help="How far images are changed: none, light or strong."),
    click.option("--seed", type=whole("seed", 0), default=0, show_default=True, help="For all that is drawn."),
)  # fmt: skip


@cnnstep_command("train", EXAMPLES, saving_options)
@network_argument
@click.option("--data", type=Parsed("DATA", str), default="digits", show_default=True,
              help="Images: .npz, IDX as MNIST has it, a folder with a folder a class, or CSV.")  # fmt: skip
@click.option("--samples", type=whole("samples"), help="Learn from so many images only.")
@click.option("--from", "start", type=Parsed("FILE", str), help="Go on from these weights instead of noise.")
@click.option("--resume", type=Parsed("FILE", str), help="Go on with a training that was saved as .npz.")
@click.option("--in", "shape", type=Parsed("CxHxW", input_shape), help="The input, where the images should be padded.")
@plan_options
def command(
    asked: Asked, chain: str | None, data: str, samples: int | None, start: str | None, resume: str | None,
    shape: tuple[int, ...] | None, plan: dict[str, Any],
) -> Shown:  # fmt: skip
    """Train LAYERS, a network's name, a chain or a .cnn file, to know images: from noise, epoch by epoch.

    Without --data it learns the handwritten digits that come with cnnstep. --save w.npz is for --weights, --from and
    --resume; --save history.csv, curve.svg and filters.gif show how it went.
    """
    from cnnstep.cli.training import Learning
    from cnnstep.learning.training import Plan, Trainer
    from cnnstep.render.files import check_target
    from cnnstep.render.formats import TRAININGS
    from cnnstep.render.formats.saving import format_of

    if start and resume:
        raise NotationError("--from takes weights, --resume a whole training", "leave one of them out")
    for target in asked.save:  # before it learns, not after
        format_of(target, TRAININGS)
        check_target(target, force=asked.force)
    if chain is None:
        words = click.get_current_context().meta[TYPED]
        raise NotationError("name the network that is to learn", f"type {line('train', 'lenet5', *words)}")
    learning = Learning.of(chain, data, shape, plan["seed"])
    train, validation = _parts(learning, samples, plan["seed"])
    trainer = Trainer(learning.network(plan["seed"], start or resume), train, validation, Plan(**plan))
    if resume:
        _resume(trainer, resume)
    return _trained(learning, data, trainer, asked)


def _parts(learning: "Learning", samples: int | None, seed: int) -> "tuple[Images, Images]":
    """What is learned from and what is validated with."""
    from cnnstep.learning.data import few, split

    train = learning.images(learning.read.train)
    train, validation = (
        split(train, seed) if learning.read.test is None else (train, learning.images(learning.read.test))
    )
    return (few(train, samples, seed) if samples else train), validation


def _resume(trainer: "Trainer", path: str) -> None:
    from cnnstep.inputs.weights import read_arrays

    archive = read_arrays(path)
    trainer.restore({name: archive.read(name) for name in archive.shapes}, archive.name)
    if trainer.is_over:
        done = trainer.plan.epochs
        raise NotationError(f"{archive.name} has learned for {done} epochs", ("add ", Setting("epochs", 2 * done)))


def _trained(learning: "Learning", data: str, trainer: "Trainer", asked: Asked) -> Shown:
    """Train, and report."""
    from dataclasses import replace

    from cnnstep.notation import printable
    from cnnstep.views.learning import training as views

    name, frames = learning.described.name, []
    was_ended = _run(trainer, name, asked, lambda each: frames.append(views.film_frame(each)))
    report = views.report(views.Trained(name, printable(data), trainer, was_ended))
    weights = next((str(target) for target in asked.save if target.suffix == ".npz"), None)
    kept = f"cnnstep evaluate {again(name, data)} --weights {again(weights)}" if weights else "--save w.npz (keep it)"
    return replace(report, arrays=trainer.state(), film=tuple(frames), hint=kept)


def _run(trainer: "Trainer", name: str, asked: Asked, seen: Callable[["Trainer"], None]) -> bool:
    """Every epoch: on a terminal with a live screen, in a pipe with a line each; True where it was ended before."""
    from cnnstep.cli import live
    from cnnstep.cli.training import ending
    from cnnstep.views.learning.training import line

    params = click.get_current_context().params
    is_quiet = asked.to_stdout or params["json"]
    if not is_quiet and live.is_possible():
        screen = ScreenOptions(json=False, colour=params["colour"], ascii_only=params["ascii_only"])
        return live.train(trainer, name, screen.terminal, seen)
    with ending() as stop:
        for epoch in trainer.epochs(lambda *_: not stop.asked):
            seen(trainer)
            if not is_quiet:
                click.echo(line(epoch, trainer.plan.epochs))
    return stop.asked
