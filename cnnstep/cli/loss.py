"""`cnnstep loss`."""

from typing import Any

import click

from cnnstep.cli.base import Parsed, number
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.cli.words import is_bare, words_of
from cnnstep.errors import NotationError
from cnnstep.notation import numbers
from cnnstep.notation.synonyms import LOSSES as SYNONYMS
from cnnstep.notation.synonyms import meant

EXAMPLES = (
    ("cnnstep loss", "which losses there are, and what each is for"),
    ('cnnstep loss "2 1 0.1" --target 0', "cross-entropy of three logits, where class 0 is right"),
    ('cnnstep loss "2 1 0.1" --target "0.8 0.1 0.1"', "probabilities as the target"),
    ('cnnstep loss "3 5 4" --target "1 5 6" --kind mse', "the mean squared error"),
    ("cnnstep loss --curve cross-entropy", "the loss against the probability of the right class"),
)
KINDS = words_of("engine.losses", "LOSSES")
KIND = Parsed("KIND", lambda text: meant(text, KINDS(), SYNONYMS), KINDS)
LESSONS = {
    "class": ("2 1 0.1", 0),
    "truths": ("2 -1 0.5", (1, 0, 1)),
    "signs": ("2 -1 0.5", (1, -1, 1)),
    "values": ("3 5 4", (1, 5, 6)),
}
"""What a loss compares with → predictions and a target, where none are told."""
CROSS_ENTROPY = "cross-entropy"


def target(text: str) -> Any:
    """A class, one whole number, or a list of numbers."""
    found = numbers(text.strip().strip("[]"), "target")
    return found[0] if len(found) == 1 else found


@cnnstep_command("loss", EXAMPLES, asked_options, source_options)
@click.option("--target", type=Parsed("T", target), help="A class, counted from 0, or a list of numbers.")
@click.option("--kind", type=KIND, default=CROSS_ENTROPY, show_default=True, help="Which loss; mse, mae, hinge …")
@click.option(
    "--smoothing", type=number("smoothing", "E"), default=0, help="Share of a class that goes to all of them."
)
@click.option("--delta", type=number("delta", "D"), default=1, help="Where huber turns from a square to a line.")
@click.option("--curve", type=KIND, help="Draw a loss and its derivative.")
def command(source: Source, target: Any, kind: str, smoothing: float, delta: float, curve: str | None) -> Shown:
    """How wrong the predictions in INPUT are: one number, and its gradient, stage by stage.

    Of cross-entropy, binary-cross-entropy and hinge INPUT are logits, of the others values. The gradient says how
    each prediction should change. Without anything it lists the kinds.
    """
    from cnnstep.engine.loss import LossFunction
    from cnnstep.engine.losses import LOSSES
    from cnnstep.views.reports import lists, loss_curve

    if is_bare(click.get_current_context()):
        return lists.losses()
    for option, value, usual, owner in (("smoothing", smoothing, 0, CROSS_ENTROPY), ("delta", delta, 1, "huber")):
        if value != usual and kind != owner:
            raise NotationError(f"--{option} is for {owner}, not for {kind}", f"leave it out, or use --kind {owner}")
    if curve:
        if source.name or target is not None or kind != CROSS_ENTROPY:
            raise NotationError(
                "--curve draws a loss, and takes nothing beside it", f"type cnnstep loss --curve {curve}"
            )
        LossFunction(curve)  # knows which there are
        return loss_curve.curve(curve)
    if source.name is None and target is None and kind in LOSSES:
        name, target = LESSONS[LOSSES[kind].targets[0]]
        source = source._replace(name=name)
    if target is None:
        raise NotationError("a loss compares with a target", 'add --target 0 (a class), or --target "1 0 0"')
    walk = LossFunction(kind, target, smoothing, delta).walk(source.read("").values)
    return viewed(walk, "loss")
