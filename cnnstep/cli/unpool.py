"""`cnnstep unpool`."""

from typing import Any

import click

from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.cli.pool import sliding_options

EXAMPLES = (
    ("cnnstep unpool", "each maximum back to where it stood"),
    ("cnnstep unpool sample:digit --view map", "what pooling leaves of a digit"),
    ('cnnstep unpool sample:five --values "1 2; 3 4" --at 1,1', "other values, as a decoder puts them back"),
    ("cnnstep unpool sample:five --window 3 --stride 1", "windows that share their maxima"),
)


@cnnstep_command("unpool", EXAMPLES, asked_options, source_options)
@sliding_options
@click.option("--values", help="What is put back: a file, or a matrix.  [default: the pooled values]")
def command(source: Source, window: tuple[int, ...] | None, values: str | None, **settings: Any) -> Shown:
    """Max-pool INPUT, and put the pooled values back to where they stood: every other cell is 0.

    --at names a cell of the pooled map, for each of them makes one step.
    """
    from cnnstep.engine.pooling import Pooling
    from cnnstep.engine.unpooling import Unpooling

    shown = source.read("sample:five")
    pooling = Pooling(window or 2, axes=shown.axes, **settings)
    read = Source(values).changed(axes=shown.axes).read("").values if values else None
    walk = Unpooling(pooling).walk((pooling.output(shown.values) if read is None else read, shown.values))
    return viewed(walk, "unpool", shown.channels, ["values of your own"] if values else [])
