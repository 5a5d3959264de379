"""`cnnstep softmax`."""

from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed

EXAMPLES = (
    ('cnnstep softmax "2 1 0.1"', "three logits, stage by stage"),
    ('cnnstep softmax "-1 0 1" --view lines', "all six stages"),
    ('cnnstep softmax "1000 1001"', "two classes; nothing overflows"),
)


@cnnstep_command("softmax", EXAMPLES, asked_options, source_options)
def command(source: Source) -> Shown:
    """Turn the logits in INPUT into probabilities, stage by stage."""
    from cnnstep.engine.softmax import Softmax

    return viewed(Softmax().walk(source.read("2 1 0.1").values), "softmax")
