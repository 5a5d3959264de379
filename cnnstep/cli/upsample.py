"""`cnnstep upsample`."""

import click

from cnnstep.cli.base import sizes
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.cli.words import Word

KINDS = ("nearest", "linear", "bilinear", "trilinear")
EXAMPLES = (
    ('cnnstep upsample "1 2; 3 4"', "every cell becomes a square of four"),
    ('cnnstep upsample "1 2; 3 4" --kind bilinear --at 1,1', "a weighted mean of four neighbours"),
    ("cnnstep upsample sample:digit --factor 2x3 --kind bilinear --view map", "another factor on each axis"),
    ("cnnstep upsample sample:beep --factor 4 --kind linear --at 1000", "a sound"),
)


@cnnstep_command("upsample", EXAMPLES, asked_options, source_options)
@click.option("--factor", type=sizes("factor"), default=(2,), help="How many times as large, N or NxM.  [default: 2]")
@click.option("--kind", type=Word(KINDS), default="nearest", show_default=True,
              help="Copies, or means of neighbours: linear, of a picture bilinear, of a film trilinear.")  # fmt: skip
def command(source: Source, factor: tuple[int, ...], kind: str) -> Shown:
    """Make INPUT larger, without any weights that are learned: nearest copies cells, bilinear blends neighbours.

    Cells are squares whose middles are half a cell from the edge, as in PyTorch with align_corners=False.
    """
    from cnnstep.engine.upsampling import Upsampling

    shown = source.read("sample:five")
    return viewed(Upsampling(factor, kind, axes=shown.axes).walk(shown.values), "upsample", shown.channels)
