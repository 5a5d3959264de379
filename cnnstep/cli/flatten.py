"""`cnnstep flatten`."""

import click

from cnnstep.cli.base import Command, Ink, ink_options
from cnnstep.cli.options import Asked, asked_options, reading_options, source_argument
from cnnstep.inputs.how import Reading

EXAMPLES = (
    ('cnnstep flatten "1 2 3; 4 5 6"', "rows, one after the other"),
    ("cnnstep flatten sample:flower --rgb --at 1000", "one cell of three channels, there and back"),
)


@click.command("flatten", cls=Command, examples=EXAMPLES)
@source_argument
@asked_options
@reading_options
@ink_options
def command(source: str | None, asked: Asked, reading: Reading, ink: Ink) -> None:
    """Write INPUT as one long row: which cell goes where."""
    from cnnstep.cli.deliver import deliver
    from cnnstep.engine.flatten import Flatten
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.flattened import show_flatten
    from cnnstep.views.wording.titles import Names

    shown = read(source or "sample:five", reading)
    names = Names("flatten", "flatten", channels=shown.channels)
    deliver(show_flatten(Flatten().walk(shown.values), names), asked, ink)
