"""`cnnstep samples`."""

import click

from cnnstep.cli.base import Command, Ink, echo_json, ink_options

EXAMPLES = (("cnnstep samples", "a thumbnail of each"), ("cnnstep conv sample:picture", "use one"))


@click.command("samples", cls=Command, examples=EXAMPLES)
@ink_options
def command(ink: Ink) -> None:
    """List the pictures and matrices that come with cnnstep."""
    from cnnstep.inputs.how import Reading
    from cnnstep.inputs.reading import read
    from cnnstep.inputs.samples import PREFIX, SAMPLES
    from cnnstep.views.reports import gallery

    listed = [
        (PREFIX + name, sample.meaning, read(PREFIX + name, Reading(rgb=sample.rgb)).values)
        for name, sample in SAMPLES.items()
    ]
    if ink.json:
        documents = [
            {"name": name, "channels": len(values), "size": list(values.shape[1:]), "meaning": meaning}
            for name, meaning, values in listed
        ]
        echo_json({"samples": documents})
        return
    ink.terminal().show(gallery.samples(listed))
