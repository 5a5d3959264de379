"""`cnnstep field`."""

import click

from cnnstep.cli.base import Parsed
from cnnstep.cli.options import Shown, Source, cell_options, cnnstep_command, network_argument, saving_options
from cnnstep.cli.photographs import CELL_AND_SOURCE, raw_option
from cnnstep.errors import NotationError, again
from cnnstep.notation.networks import Address, input_shape

EXAMPLES = (
    ('cnnstep field lenet5 "c3[*,3,4]"', "what a cell of every map can see"),
    ('cnnstep field vgg16 "c5[*,0,30]" sample:picture', "on your picture"),
    ('cnnstep field "conv 8@3x3 | maxpool 2 | conv 8@3x3" "c3[*,2,2]" --in 1x16x16', "a network of your own"),
)


@cnnstep_command(
    "field",
    EXAMPLES,
    saving_options,
    cell_options("CELL [INPUT]", "c3[*,3,4]", every=True),
    raw_option(CELL_AND_SOURCE),
)
@network_argument
@click.option("--in", "shape", type=Parsed("CxHxW", input_shape), help="Channels, rows and columns of the input.")
def command(chain: str | None, cell_and_source: tuple[Address | None, Source], shape: tuple[int, ...] | None) -> Shown:
    """What a cell of a network can see: the receptive field of CELL, such as c3[*,3,4], drawn on the input."""
    from cnnstep.cli.networks import NetworkInput
    from cnnstep.networks.layer import find
    from cnnstep.views.networks import receptive_field

    cell, source = cell_and_source
    if chain is None or cell is None:
        raise NotationError("name a network and a cell", 'type cnnstep field lenet5 "c3[*,3,4]"')
    given = NetworkInput(chain, source, shape)
    name, x = given.named()
    layers = given.described.layers(x.shape, given.seed)
    layer = find(layers, cell.layer).first
    others = [each for each in layers if each.name != layer.name and len(each.output) > 1] or [layers[-1]]
    other = next((each for each in reversed(others) if each.number < layer.number), others[-1])
    places = ",".join(["*", *["0"] * (len(other.output) - 1)])
    number = ",".join(str(place or 0) for place in cell.cell)
    hint = f'cnnstep field {again(chain)} "{other.name}[{places}]" (another)'
    why = f'cnnstep why {given.typed} "{layer.name}[{number}]" (its number)'
    report = receptive_field.report(given.described.name, x, layers, layer, cell.cell, name)
    return report.hinting(hint if shape else f"{hint}, {why}")
