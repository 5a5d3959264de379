"""`cnnstep net`."""

from typing import NamedTuple

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Ink, Parsed, bundle, ink_options, one
from cnnstep.cli.options import Asked, asked_with, reading_options, source_argument
from cnnstep.errors import NotationError
from cnnstep.inputs.how import Reading
from cnnstep.notation.chain import layer_place

EXAMPLES = (
    ('cnnstep net "conv edge same | relu | maxpool 2" sample:digit', "three layers on a picture"),
    ('cnnstep net "conv vertical | relu | maxpool 2 stride 2 | dense 1" sample:five', "small enough to see all"),
    ('cnnstep net "conv vertical | relu" sample:five --at "2[0,0,1]"', "one cell of layer 2"),
    ("cnnstep net lenet5", "what its layers give, learn, cost and see"),
    ("cnnstep net lenet5 sample:digit", "a digit through it"),
    ('cnnstep net "conv 4@3x3 relu | maxpool 2 | flatten | dense 3 | softmax" sample:digit --unit', "to probabilities"),
)


def _names() -> list[str]:
    from cnnstep.networks.architectures import ARCHITECTURES

    return list(ARCHITECTURES)


class Table(NamedTuple):
    """What is wanted instead of a run: a table for a shape, a layer of it in arithmetic, or the list of names."""

    shape: tuple[int, ...] | None
    explain: int | None
    everything: bool


table_options = bundle(
    "table",
    Table,
    click.option("--in", "shape", type=Parsed("CxHxW", lambda text: notation.sizes(text, "in")),
                 help="Only the table, for an input of so many channels, rows and columns."),
    click.option("--explain", type=one("explain", 1), metavar="N", help="The arithmetic of layer N of the table."),
    click.option("--list", "everything", is_flag=True, help="The networks that have a name."),
)  # fmt: skip


@click.command("net", cls=Command, examples=EXAMPLES)
@click.argument("chain", metavar="LAYERS", required=False, type=Parsed("LAYERS", str, _names))
@source_argument
@table_options
@click.option("--layer", type=one("layer", 1), help="Walk through one layer, counted from 1.")
@click.option("--seed", type=one("seed", 0), default=0, show_default=True, help="For weights that are drawn.")
@asked_with(Parsed("L[C,Y,X]", layer_place), "One cell: 2[0,3,4] is layer 2, channel 0, row 3, column 4.")
@reading_options
@ink_options
def command(
    chain: str | None,
    source: str | None,
    table: Table,
    layer: int | None,
    seed: int,
    asked: Asked,
    reading: Reading,
    ink: Ink,
) -> None:
    """Send INPUT through LAYERS, written between |, or through a network by its name, such as lenet5.

    Without INPUT, a name (or --in) shows what its layers give, learn, cost and see.

    A layer is: conv KERNEL or conv 6@5x5; maxpool 2; avgpool 2; globalavgpool; any activation by its
    name; flatten; dense 10; softmax; dropout 0.5; normalize. Windows take stride, padding (or same),
    dilation; conv and dense may end with an activation. Matrices stand in round brackets.
    """
    from cnnstep.cli import networks

    if table.everything or chain is None:
        networks.list_networks(ink)
    elif table.shape or table.explain or (source is None and chain in _names()):
        if source or asked.anything or layer:
            raise NotationError(
                "a table has no input and no steps", "leave out --in, or INPUT, --layer, --at and --save"
            )
        networks.show_table(chain, table.shape, table.explain, seed, ink)
    else:
        networks.run(chain, source, layer, seed, asked, reading, ink)
