"""`cnnstep why`."""

import click

from cnnstep.cli.base import Parsed, whole
from cnnstep.cli.options import Shown, Source, cell_options, cnnstep_command, network_argument, playing_options
from cnnstep.errors import NotationError
from cnnstep.notation.chain import INPUT
from cnnstep.notation.networks import Address

EXAMPLES = (
    ('cnnstep why lenet5 sample:digit "c3[5,3,4]"', "the sum, the window, the pixels that can reach it"),
    ('cnnstep why lenet5 sample:digit "softmax[3]" --deeper', "layer by layer, back to a pixel"),
    ('cnnstep why "conv vertical | relu" sample:five "c1[0,1,1]"', "a network of your own"),
)


@cnnstep_command("why", EXAMPLES, playing_options, cell_options("[INPUT] CELL", "c3[5,3,4]"))
@network_argument
@click.option("--deeper", is_flag=True, help="Back to a pixel, always to the largest contribution.")
@click.option("--weights", type=Parsed("FILE", str), help="What it has learned, in .npz or .safetensors.")
@click.option("--untrained", is_flag=True, help="Weights are drawn, also where lenet5 has learned them.")
@click.option("--seed", type=whole("seed", 0), help="Weights are drawn from it.")
def command(
    chain: str | None, cell_and_source: tuple[Address | None, Source], deeper: bool, weights: str | None,
    untrained: bool, seed: int | None,
) -> Shown:  # fmt: skip
    """Where a number of a network came from: CELL is c3[5,3,4], layer, channel, row, column, after its activation."""
    from cnnstep.cli.networks import NetworkInput
    from cnnstep.networks.layer import find
    from cnnstep.render.formats.progress import Waiting
    from cnnstep.views.networks.attribution import AttributionView

    cell, source = cell_and_source
    if chain is None or cell is None:
        raise NotationError("name a network and a cell", 'type cnnstep why lenet5 sample:digit "c3[5,3,4]"')
    if cell.layer == INPUT:
        pixel = f"{INPUT}[{','.join(map(str, cell.cell))}]"
        raise NotationError(f"{pixel} is a pixel: it comes from nowhere", 'ask for a layer: "c1[0,0,0]"')
    run, about = NetworkInput(
        chain, source, seed=seed or 0, weights=weights, untrained=untrained or seed is not None
    ).run()
    number = find(run.layers, cell.layer).last.number
    with Waiting("running the network") as line:
        run.through(number, line.say, itself=False)
        return AttributionView.of(run, number, cell.cell, about, is_deep=deeper)
