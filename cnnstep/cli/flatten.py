"""`cnnstep flatten`."""

from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed

EXAMPLES = (
    ('cnnstep flatten "1 2 3; 4 5 6"', "rows, one after the other"),
    ("cnnstep flatten sample:flower --rgb --at 1000", "one cell of three channels, there and back"),
)


@cnnstep_command("flatten", EXAMPLES, asked_options, source_options)
def command(source: Source) -> Shown:
    """Write INPUT as one long row: which cell goes where."""
    from cnnstep.engine.flatten import Flatten

    shown = source.read("sample:five")
    return viewed(Flatten().walk(shown.values), "flatten", shown.channels)
