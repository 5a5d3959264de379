"""`cnnstep samples`."""

from cnnstep.cli.options import Shown, cnnstep_command, saving_options
from cnnstep.inputs import Reading

EXAMPLES = (("cnnstep samples", "a thumbnail of each"), ("cnnstep conv sample:picture", "use one"))


@cnnstep_command("samples", EXAMPLES, saving_options)
def command() -> Shown:
    """List the pictures and matrices that come with cnnstep."""
    from cnnstep.inputs.reading import read
    from cnnstep.inputs.samples import PREFIX, SAMPLES
    from cnnstep.views.reports import gallery

    return gallery.samples(
        [
            (PREFIX, name, sample.meaning, read(PREFIX + name, Reading(rgb=sample.rgb)).values)
            for name, sample in SAMPLES.items()
        ]
    )
