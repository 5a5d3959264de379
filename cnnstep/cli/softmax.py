"""`cnnstep softmax`."""

from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Command, screen_options
from cnnstep.cli.options import asked_options, reading_options, source_argument
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.view import View

EXAMPLES = (
    ('cnnstep softmax "2 1 0.1"', "three logits, stage by stage"),
    ('cnnstep softmax "-1 0 1" --steps all', "all six stages"),
    ('cnnstep softmax "1000 1001"', "two classes; nothing overflows"),
)


@click.command("softmax", cls=Command, examples=EXAMPLES)
@source_argument
@asked_options
@reading_options
@screen_options
def command(source: str | None, reading: Reading) -> "View":
    """Turn the logits in INPUT into probabilities, stage by stage."""
    from cnnstep.engine.softmax import Softmax
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.registry import view_of
    from cnnstep.views.vocabulary import Vocabulary

    return view_of(Softmax().walk(read(source or "2 1 0.1", reading).values), Vocabulary("softmax"))
