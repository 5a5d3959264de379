"""`cnnstep softmax`."""

import click

from cnnstep.cli.base import Command, Ink, ink_options
from cnnstep.cli.options import Asked, asked_options, reading_options, source_argument
from cnnstep.inputs.how import Reading

EXAMPLES = (
    ('cnnstep softmax "2 1 0.1"', "three logits, stage by stage"),
    ('cnnstep softmax "-1 0 1" --steps all', "all six stages"),
    ('cnnstep softmax "1000 1001"', "two classes; nothing overflows"),
)


@click.command("softmax", cls=Command, examples=EXAMPLES)
@source_argument
@asked_options
@reading_options
@ink_options
def command(source: str | None, asked: Asked, reading: Reading, ink: Ink) -> None:
    """Turn the logits in INPUT into probabilities, stage by stage."""
    from cnnstep.cli.deliver import deliver
    from cnnstep.engine.softmax import Softmax
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.stage_words import SOFTMAX
    from cnnstep.views.operations.stages import show
    from cnnstep.views.wording.titles import Names

    walk = Softmax().walk(read(source or "2 1 0.1", reading).values)
    deliver(show(walk, Names("softmax", "softmax"), SOFTMAX, {}), asked, ink)
