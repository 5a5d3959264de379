"""`cnnstep kernels`."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cnnstep.cli.base import Command, Ink, Parsed, echo_json, ink_options
from cnnstep.cli.options import kernel_words, reading_options, source_argument
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.engine.kernels import Kernel

EXAMPLES = (
    ("cnnstep kernels", "all of them"),
    ("cnnstep kernels edge", "one kernel and what its numbers add up to"),
    ("cnnstep kernels edge sample:picture", "what it does to a picture"),
)


@click.command("kernels", cls=Command, examples=EXAMPLES)
@click.argument("name", metavar="[KERNEL]", required=False, type=Parsed("KERNEL", str, kernel_words))
@source_argument
@reading_options
@ink_options
def command(name: str | None, source: str | None, reading: Reading, ink: Ink) -> None:
    """Show the kernels there are, or one KERNEL, or what it does to INPUT."""
    from cnnstep.engine.kernels import names
    from cnnstep.inputs.kernels import fitted, read_kernel
    from cnnstep.inputs.reading import read
    from cnnstep.views.reports import gallery

    listed = [read_kernel(each, axes=None) for each in ([name] if name else names())]
    if ink.json:
        echo_json({"kernels": [_document(kernel) for kernel in listed]})
        return
    picture = read(source, replace(reading, axes=2)).values if source else None
    chosen = fitted(listed[0], 2) if source else listed[0]
    scene = gallery.kernel(chosen, picture) if name else gallery.kernels(listed)
    ink.terminal().show(scene)


def _document(kernel: "Kernel") -> dict[str, Any]:
    return {
        "name": kernel.name,
        "weights": kernel.weights.tolist(),
        "divisor": kernel.divisor,
        "finds": kernel.meaning,
    }
