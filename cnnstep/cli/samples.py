"""`cnnstep samples`."""

from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Command, screen_options
from cnnstep.cli.options import saving_options

if TYPE_CHECKING:
    from cnnstep.views.report import Report

EXAMPLES = (("cnnstep samples", "a thumbnail of each"), ("cnnstep conv sample:picture", "use one"))


@click.command("samples", cls=Command, examples=EXAMPLES)
@saving_options
@screen_options
def command() -> "Report":
    """List the pictures and matrices that come with cnnstep."""
    from cnnstep.inputs.how import Reading
    from cnnstep.inputs.reading import read
    from cnnstep.inputs.samples import PREFIX, SAMPLES
    from cnnstep.views.reports import gallery

    return gallery.samples(
        [
            (PREFIX, name, sample.meaning, read(PREFIX + name, Reading(rgb=sample.rgb)).values)
            for name, sample in SAMPLES.items()
        ]
    )
