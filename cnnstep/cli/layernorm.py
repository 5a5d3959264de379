"""`cnnstep layernorm`."""

from cnnstep.cli.normalization import Affine, affine_options
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed

EXAMPLES = (
    ('cnnstep layernorm "1 2 3 6"', "a row of numbers, stage by stage"),
    ("cnnstep layernorm sample:flower --rgb --at 1,9,14", "one cell: all channels share their statistics"),
    ('cnnstep layernorm "1 2 3" --scale "1 2 1" --shift "0 0 1"', "a scale and a shift for each cell"),
)


@cnnstep_command("layernorm", EXAMPLES, asked_options, source_options)
@affine_options("cell")
def command(source: Source, affine: Affine) -> Shown:
    """Layer normalisation: all of INPUT, its channels together, gets mean 0 and variance 1.

    Nothing depends on a batch, in training and at inference it is the same: usual in transformers.
    """
    from cnnstep.engine.normalization import Normalization

    shown = source.read("sample:five")
    walk = Normalization(*affine.settings, kind="layer").walk(shown.values)
    return viewed(walk, "layer normalisation", shown.channels)
