"""`cnnstep pad`."""

from typing import Any

import click

from cnnstep import notation
from cnnstep.cli.base import Parsed
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.cli.windows import PAD_MODE, PAD_VALUE

EXAMPLES = (
    ("cnnstep pad", "a frame of zeros, one cell wide"),
    ("cnnstep pad sample:five --padding 2 --pad-mode reflect --at 0,0", "mirrored at the edge"),
    ('cnnstep pad "1 2 3; 4 5 6" --padding 0:1x1:2 --pad-value 9', "each side on its own"),
    ("cnnstep pad sample:picture --padding 40 --pad-mode circular --view map", "a picture that goes on"),
)


@cnnstep_command("pad", EXAMPLES, asked_options, source_options)
@click.option("--padding", "--p", "-p", "padding", type=Parsed("P", notation.padding), default=((1, 1),),
              help="Cells around the input: N, NxM, or before:after for an axis.  [default: 1]")  # fmt: skip
@PAD_MODE
@PAD_VALUE
def command(source: Source, padding: Any, pad_mode: str | None, pad_value: float | None) -> Shown:
    """Surround INPUT with cells, as a convolution with --padding does before it slides.

    Every cell of the result is a copy of a cell of INPUT, or a constant.
    """
    from cnnstep.engine.padding import Pad

    shown = source.read("sample:five")
    mode = pad_mode or ("zeros" if pad_value is None else "constant")
    walk = Pad(padding, mode, pad_value or 0, axes=shown.axes).walk(shown.values)
    return viewed(walk, "pad", shown.channels)
