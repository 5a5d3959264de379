"""`cnnstep normalize`."""

import click

from cnnstep.cli.base import number, numbers
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed

EXAMPLES = (
    ("cnnstep normalize sample:five", "mean, variance, and what becomes of the numbers"),
    ("cnnstep normalize sample:flower --rgb --scale 2 --shift 1", "three channels, each on its own"),
)


@cnnstep_command("normalize", EXAMPLES, asked_options, source_options)
@click.option("--scale", "--gamma", "scale", type=numbers("scale", "N"), default=(1,),
              help="Scale γ, which is learned: one number, or one a channel.  [default: 1]")  # fmt: skip
@click.option("--shift", "--beta", "shift", type=numbers("shift", "N"), default=(0,),
              help="Shift β, which is learned: one number, or one a channel.  [default: 0]")  # fmt: skip
@click.option("--epsilon", type=number("epsilon", "E"), default=1e-5,
              help="Keeps the division away from 0.  [default: 0.00001]")  # fmt: skip
def command(source: Source, scale: tuple[float, ...], shift: tuple[float, ...], epsilon: float) -> Shown:
    """Instance normalisation: each channel of INPUT gets mean 0 and variance 1, by its own statistics.

    Batch normalisation takes those of a whole batch in training, and running averages of them at inference.
    """
    from cnnstep.engine.normalization import Normalization

    shown = source.read("sample:five")
    walk = Normalization(scale, shift, epsilon).walk(shown.values)
    return viewed(walk, "instance normalisation", shown.channels)
