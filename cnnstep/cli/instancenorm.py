"""`cnnstep instancenorm`, which `cnnstep normalize` is another word for."""

from cnnstep.cli.normalization import Affine, affine_options
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed

EXAMPLES = (
    ("cnnstep instancenorm sample:five", "mean, variance, and what becomes of the numbers"),
    ("cnnstep instancenorm sample:flower --rgb --scale 2 --shift 1", "three channels, each on its own"),
)


@cnnstep_command("instancenorm", EXAMPLES, asked_options, source_options)
@affine_options("channel")
def command(source: Source, affine: Affine) -> Shown:
    """Instance normalisation: each channel of INPUT gets mean 0 and variance 1, by its own statistics.

    Layer normalisation (cnnstep layernorm) takes those of all channels together, batch normalisation
    (cnnstep batchnorm) those of a whole batch in training, and running averages of them at inference.
    """
    from cnnstep.engine.normalization import Normalization

    shown = source.read("sample:five")
    walk = Normalization(*affine.settings).walk(shown.values)
    return viewed(walk, "instance normalisation", shown.channels)
