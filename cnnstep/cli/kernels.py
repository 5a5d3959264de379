"""`cnnstep kernels`."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Command, Parsed, screen_options
from cnnstep.cli.options import kernel_words, reading_options, saving_options, source_argument
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.report import Report

EXAMPLES = (
    ("cnnstep kernels", "all of them"),
    ("cnnstep kernels edge", "one kernel and what its numbers add up to"),
    ("cnnstep kernels edge sample:picture", "what it does to a picture"),
)


@click.command("kernels", cls=Command, examples=EXAMPLES)
@click.argument("name", metavar="[KERNEL]", required=False, type=Parsed("KERNEL", str, kernel_words))
@source_argument
@reading_options
@saving_options
@screen_options
def command(name: str | None, source: str | None, reading: Reading) -> "Report":
    """Show the kernels there are, or one KERNEL, or what it does to INPUT."""
    from cnnstep.engine.kernels import names
    from cnnstep.inputs.kernels import fitted, read_kernel
    from cnnstep.inputs.reading import read
    from cnnstep.views.reports import gallery

    if name is None:
        return gallery.kernels([read_kernel(each, axes=None) for each in names()])
    kernel = read_kernel(name, axes=None)
    if source is None:
        return gallery.kernel(kernel, None)
    return gallery.kernel(fitted(kernel, 2), read(source, replace(reading, axes=2)).values)
