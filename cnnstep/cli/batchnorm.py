"""`cnnstep batchnorm`."""

import click

from cnnstep.cli.base import numbers
from cnnstep.cli.normalization import Affine, affine_options
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.errors import DataError, NotationError, Setting

EXAMPLES = (
    ("cnnstep batchnorm", "the first lesson: μ = 4, σ² = 4, γ = 3, β = 1"),
    ("cnnstep batchnorm --at 2,2", "one cell, in its stages and all at once"),
    ('cnnstep batchnorm sample:flower --rgb --mean "200 150 90" --variance 900', "a mean for each channel"),
    ("cnnstep batchnorm sample:five --training", "by the statistics of the batch itself, here of one"),
)
LESSON = {"mean": (4,), "variance": (4,), "scale": (3,), "shift": (1,)}
"""Numbers near those of sample:five, whose root is whole but for ε."""
UNTRAINED = {"mean": (0,), "variance": (1,), "scale": (1,), "shift": (0,)}
FILM, ARRAYS = 4, ".npy"


@cnnstep_command("batchnorm", EXAMPLES, asked_options, source_options)
@click.option("--mean", type=numbers("mean", "N"),
              help="Running mean μ: one number, or one a channel.  [default: 0; 4 in the lesson]")  # fmt: skip
@click.option("--variance", type=numbers("variance", "N"),
              help="Running variance σ²: one number, or one a channel.  [default: 1; 4 in the lesson]")  # fmt: skip
@click.option(
    "--training", is_flag=True, help="By the mean and variance of INPUT itself; a .npy of four axes is N×C×H×W."
)
@affine_options("channel", ("1; 3 in the lesson", "0; 1 in the lesson"))
def command(
    source: Source, mean: tuple[float, ...] | None, variance: tuple[float, ...] | None, training: bool, affine: Affine
) -> Shown:
    """Batch normalisation: γ·(x − μ) / √(σ² + ε) + β for each cell of INPUT, with the numbers of its channel.

    At inference μ and σ² are running averages of what passed in training. With --training they are
    those of the batch itself, each channel over all images, rows and columns.
    """
    from cnnstep.engine.batch_normalization import BatchNormalization
    from cnnstep.engine.normalization import BATCH, Normalization

    if training:
        _refuse(mean=mean, variance=variance)
        shown = source.read("sample:five")
        if shown.axes == FILM - 1 and not str(source.name).lower().endswith(ARRAYS):
            raise DataError(f"{shown.name} is a film, not a batch of pictures", "give an .npy of N×C×H×W")
        walk = Normalization(*affine.settings, kind=BATCH).walk(shown.values)
        return viewed(walk, "batch normalisation in training", shown.channels)
    shown = source.read("sample:five")
    given = {"mean": mean, "variance": variance, "scale": affine.scale, "shift": affine.shift}
    usual = UNTRAINED if source.name else LESSON
    settings = {name: usual[name] if value is None else value for name, value in given.items()}
    made = BatchNormalization(**settings, epsilon=affine.epsilon)
    return viewed(made.walk(shown.values), "batch normalisation", shown.channels)


def _refuse(**given: tuple[float, ...] | None) -> None:
    """The statistics of training are those of the batch: none can be given."""
    for name, value in given.items():
        if value is not None:
            raise NotationError(
                f"in training the {name} is that of the batch itself, and none is given",
                ("leave out ", Setting(name), ", or ", Setting("training", True)),
            )
