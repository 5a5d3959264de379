"""`cnnstep transposed`."""

import click

from cnnstep.cli.base import Command, Ink, ink_options, numbers
from cnnstep.cli.options import Asked, Window, asked_options, reading_options, source_argument, stamp_options
from cnnstep.inputs.how import Reading

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
@ink_options
def command(
    source: str | None, window: Window, output_padding: tuple[int, ...], asked: Asked, reading: Reading, ink: Ink
) -> None:
    """Stamp the kernel once for every cell of INPUT, and add where stamps overlap.

    --at names an input cell, for each of them makes one step.
    """
    from cnnstep.cli.deliver import deliver
    from cnnstep.cli.windows import matrix_wise, read_input, transposed_for
    from cnnstep.views.operations.transposed import show
    from cnnstep.views.wording.titles import Names

    shown = read_input(source, window, reading)
    operation = transposed_for(shown, window, output_padding)
    names = Names("transposed", "transposed", channels=shown.channels, filters=operation.bank.names)
    deliver(matrix_wise(show(operation.walk(shown.values), names), operation, window), asked, ink)
