"""`cnnstep explain`."""

import click

from cnnstep.cli.base import Parsed
from cnnstep.cli.options import Shown, Source, cnnstep_command, network_argument, saving_options
from cnnstep.errors import NotationError, again
from cnnstep.notation.networks import input_shape, layer_name

EXAMPLES = (
    ("cnnstep explain lenet5", "every layer in words, as a page to read"),
    ("cnnstep explain lenet5 c3", "one layer in arithmetic: size, parameters, costs, field"),
    ('cnnstep explain "conv 8@3x3 relu | maxpool 2 | dense 10" --in 1x16x16', "a network of your own"),
)


@cnnstep_command("explain", EXAMPLES, saving_options)
@network_argument
@click.argument("layer", metavar="[LAYER]", required=False, type=Parsed("LAYER", layer_name))
@click.option("--in", "shape", type=Parsed("CxHxW", input_shape), help="Channels, rows and columns of the input.")
def command(chain: str | None, layer: str | None, shape: tuple[int, ...] | None) -> Shown:
    """A network in words, or one LAYER of it in arithmetic."""
    from cnnstep.cli.networks import NetworkInput, further
    from cnnstep.networks.layer import find
    from cnnstep.views.networks.explanation import in_arithmetic, in_words

    if chain is None:
        raise NotationError("name a network to explain", "type cnnstep explain lenet5")
    given = NetworkInput(chain, Source(), shape)
    layers, name = given.layers(), given.described.name
    run = further(given, layers)
    if layer is not None:
        return in_arithmetic(name, layers, find(layers, layer).first).hinting(run)
    one = f"cnnstep explain {again(chain)} {layers[0].name}{given.size} (the arithmetic of a layer)"
    return in_words(name, layers, given.described.notes).hinting(f"{one}, {run}")
