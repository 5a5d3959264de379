"""`cnnstep kernels`."""

import click

from cnnstep.cli.base import Parsed
from cnnstep.cli.options import Shown, Source, cnnstep_command, saving_options, source_options
from cnnstep.cli.windows import kernel_words

EXAMPLES = (
    ("cnnstep kernels", "all of them"),
    ("cnnstep kernels edge", "one kernel and what its numbers add up to"),
    ("cnnstep kernels edge sample:picture", "what it does to a picture"),
)


@cnnstep_command("kernels", EXAMPLES, source_options, saving_options)
@click.argument("name", metavar="[KERNEL]", required=False, type=Parsed("KERNEL", str, kernel_words))
def command(name: str | None, source: Source) -> Shown:
    """Show the kernels there are, or one KERNEL, or what it does to INPUT."""
    from cnnstep.engine.kernels import names
    from cnnstep.inputs.kernels import fitted, read_kernel
    from cnnstep.views.reports import gallery

    if name is None:
        return gallery.kernels([read_kernel(each, axes=None) for each in names()])
    kernel = read_kernel(name, axes=None)
    if source.name is None:
        return gallery.kernel(kernel, None)
    return gallery.kernel(fitted(kernel, 2), source.changed(axes=2).read("").values)
