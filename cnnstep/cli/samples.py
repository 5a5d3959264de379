"""`cnnstep samples`."""

import sys

import click

from cnnstep.cli.base import Command, Ink, echo_json, ink_options

EXAMPLES = (("cnnstep samples", "a thumbnail of each"), ("cnnstep conv sample:picture", "use one"))


@click.command("samples", cls=Command, examples=EXAMPLES)
@ink_options
def command(ink: Ink) -> None:
    """List the pictures and matrices that come with cnnstep."""
    from cnnstep.inputs.how import Reading
    from cnnstep.inputs.reading import read
    from cnnstep.inputs.samples import COLOURED, PREFIX, SAMPLES
    from cnnstep.render.terminal import Terminal
    from cnnstep.scenes import gallery

    listed = [(read(PREFIX + name, Reading(rgb=name in COLOURED)), sample.meaning) for name, sample in SAMPLES.items()]
    if ink.json:
        documents = [
            {
                "name": sample.name,
                "channels": len(sample.values),
                "size": list(sample.values.shape[1:]),
                "meaning": meaning,
            }
            for sample, meaning in listed
        ]
        echo_json({"samples": documents})
        return
    Terminal(sys.stdout, colour=ink.colour, ascii_only=ink.ascii_only).show(gallery.samples(listed))
