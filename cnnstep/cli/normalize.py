"""`cnnstep normalize`."""

from typing import TYPE_CHECKING

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Parsed, screen_options
from cnnstep.cli.options import asked_options, reading_options, source_argument
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.view import View

EXAMPLES = (
    ("cnnstep normalize sample:five", "mean, variance, and what becomes of the numbers"),
    ("cnnstep normalize sample:flower --rgb --scale 2 --shift 1", "three channels, each on its own"),
)


def _numbers(name: str) -> Parsed:
    return Parsed("N", lambda text: notation.numbers(text, name))


@click.command("normalize", cls=Command, examples=EXAMPLES)
@source_argument
@click.option("--scale", "--gamma", "scale", type=_numbers("scale"), default=(1,),
              help="Scale γ, which is learned: one number, or one a channel.  [default: 1]")  # fmt: skip
@click.option("--shift", "--beta", "shift", type=_numbers("shift"), default=(0,),
              help="Shift β, which is learned: one number, or one a channel.  [default: 0]")  # fmt: skip
@click.option("--epsilon", type=Parsed("E", lambda text: notation.one_number(text, "epsilon")), default=1e-5,
              help="Keeps the division away from 0.  [default: 0.00001]")  # fmt: skip
@asked_options
@reading_options
@screen_options
def command(
    source: str | None, scale: tuple[float, ...], shift: tuple[float, ...], epsilon: float, reading: Reading
) -> "View":
    """Instance normalisation: each channel of INPUT gets mean 0 and variance 1, by its own statistics.

    Batch normalisation takes those of a whole batch in training, and running averages of them at inference.
    """
    from cnnstep.engine.normalization import Normalization
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.registry import view_of
    from cnnstep.views.vocabulary import Vocabulary

    shown = read(source or "sample:five", reading)
    walk = Normalization(scale, shift, epsilon).walk(shown.values)
    return view_of(walk, Vocabulary("instance normalisation", shown.channels))
