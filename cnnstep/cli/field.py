"""`cnnstep field`."""

from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Command, Parsed, again, screen_options
from cnnstep.cli.options import cell_and_input, network_argument, reading_options, saving_options, words_argument
from cnnstep.errors import NotationError
from cnnstep.inputs.how import Reading
from cnnstep.notation.networks import input_shape

if TYPE_CHECKING:
    from cnnstep.views.report import Report

EXAMPLES = (
    ('cnnstep field lenet5 "c3[*,3,4]"', "what a cell of every map can see"),
    ('cnnstep field vgg16 "c5[*,0,30]" sample:picture', "on your picture"),
    ('cnnstep field "conv 8@3x3 | maxpool 2 | conv 8@3x3" "c3[*,2,2]" --in 1x16x16', "a network of your own"),
)


@click.command("field", cls=Command, examples=EXAMPLES)
@network_argument
@words_argument("CELL [INPUT]")
@click.option("--in", "shape", type=Parsed("CxHxW", input_shape), help="Channels, rows and columns of the input.")
@saving_options
@reading_options
@screen_options
def command(chain: str | None, words: tuple[str, ...], shape: tuple[int, ...] | None, reading: Reading) -> "Report":
    """What a cell of a network can see: the receptive field of CELL, such as c3[*,3,4], drawn on the input."""
    from cnnstep.cli.networks import NetworkInput
    from cnnstep.networks.network import find
    from cnnstep.views.networks import receptive_field

    cell, source = cell_and_input(words, "c3[*,3,4]", every=True)
    if chain is None or cell is None:
        raise NotationError("name a network and a cell", 'type cnnstep field lenet5 "c3[*,3,4]"')
    given = NetworkInput(chain, source, reading, shape)
    source, x = given.named()
    layers = given.described.layers(x.shape, given.seed)
    layer = find(layers, cell.layer).first
    others = [each for each in layers if each.name != layer.name and len(each.output) > 1] or [layers[-1]]
    other = next((each for each in reversed(others) if each.number < layer.number), others[-1])
    places = ",".join(["*", *["0"] * (len(other.output) - 1)])
    number = ",".join(str(place or 0) for place in cell.cell)
    hint = f'cnnstep field {again(chain)} "{other.name}[{places}]" (another)'
    why = f'cnnstep why {given.typed} "{layer.name}[{number}]" (its number)'
    report = receptive_field.report(given.described.name, x, layers, layer, cell.cell, source)
    return report.hinting(hint if shape else f"{hint}, {why}")
