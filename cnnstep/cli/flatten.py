"""`cnnstep flatten`."""

from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Command, screen_options
from cnnstep.cli.options import asked_options, reading_options, source_argument
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.view import View

EXAMPLES = (
    ('cnnstep flatten "1 2 3; 4 5 6"', "rows, one after the other"),
    ("cnnstep flatten sample:flower --rgb --at 1000", "one cell of three channels, there and back"),
)


@click.command("flatten", cls=Command, examples=EXAMPLES)
@source_argument
@asked_options
@reading_options
@screen_options
def command(source: str | None, reading: Reading) -> "View":
    """Write INPUT as one long row: which cell goes where."""
    from cnnstep.engine.flatten import Flatten
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.registry import view_of
    from cnnstep.views.vocabulary import Vocabulary

    shown = read(source or "sample:five", reading)
    return view_of(Flatten().walk(shown.values), Vocabulary("flatten", shown.channels))
