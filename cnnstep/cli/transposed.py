"""`cnnstep transposed`."""

import click

from cnnstep.cli.base import sizes
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.cli.windows import Window, transposed_options

EXAMPLES = (
    ('cnnstep transposed "1 2; 3 4" --kernel "1 1; 1 1" --stride 2', "every cell becomes a square"),
    ('cnnstep transposed "1 2; 3 4" --kernel gaussian3 --stride 2 --at 1,1', "where kernels overlap"),
    ("cnnstep transposed sample:five --kernel box --stride 2 --padding 1 --output-padding 1", "twice as large"),
)


@cnnstep_command("transposed", EXAMPLES, asked_options, source_options)
@transposed_options
@click.option("--output-padding", type=sizes("output-padding", 0), default=(0,),
              help="Cells added at the end, to reach a size that the stride skips.  [default: 0]")  # fmt: skip
def command(source: Source, window: Window, output_padding: tuple[int, ...]) -> Shown:
    """Add the kernel, times each cell of INPUT, to the output: where kernels overlap, their products are summed.

    --at names an input cell, for each of them makes one step.
    """
    shown = window.read(source)
    walk = window.transposed(shown, output_padding).walk(shown.values)
    return window.matrix_wise(viewed(walk, "transposed", shown.channels))
