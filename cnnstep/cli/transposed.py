"""`cnnstep transposed`."""

from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Command, numbers, screen_options
from cnnstep.cli.options import Window, asked_options, reading_options, source_argument, stamp_options
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.view import View

EXAMPLES = (
    ('cnnstep transposed "1 2; 3 4" --kernel "1 1; 1 1" --stride 2', "every cell becomes a square"),
    ('cnnstep transposed "1 2; 3 4" --kernel gaussian3 --stride 2 --at 1,1', "where stamps overlap"),
    ("cnnstep transposed sample:five --kernel box --stride 2 --padding 1 --output-padding 1", "twice as large"),
)


@click.command("transposed", cls=Command, examples=EXAMPLES)
@source_argument
@stamp_options
@click.option("--output-padding", type=numbers("output-padding", 0), default=(0,),
              help="Cells added at the end, to reach a size that the stride skips.  [default: 0]")  # fmt: skip
@asked_options
@reading_options
@screen_options
def command(source: str | None, window: Window, output_padding: tuple[int, ...], reading: Reading) -> "View":
    """Stamp the kernel once for every cell of INPUT, and add where stamps overlap.

    --at names an input cell, for each of them makes one step.
    """
    from cnnstep.cli.windows import matrix_wise, read_input, transposed_for
    from cnnstep.views.operations.registry import view_of
    from cnnstep.views.vocabulary import Vocabulary

    shown = read_input(source, window, reading)
    walk = transposed_for(shown, window, output_padding).walk(shown.values)
    return matrix_wise(view_of(walk, Vocabulary("transposed", shown.channels)), window)
