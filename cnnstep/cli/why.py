"""`cnnstep why`."""

from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Parsed, number, whole
from cnnstep.cli.options import Shown, Source, cell_options, cnnstep_command, network_argument, playing_options
from cnnstep.cli.photographs import CELL_AND_SOURCE, raw_option
from cnnstep.errors import NotationError, Setting
from cnnstep.notation.chain import INPUT
from cnnstep.notation.networks import Address

if TYPE_CHECKING:
    from cnnstep.cli.networks import NetworkInput

EXAMPLES = (
    ('cnnstep why lenet5 sample:digit "c3[5,3,4]"', "the sum, the window, the pixels that can reach it"),
    ('cnnstep why lenet5 sample:digit "softmax[3]" --deeper', "layer by layer, back to a pixel"),
    ('cnnstep why lenet5 sample:digit "c1.weight[0,0,2,2]" --target 3', "where the gradient of a weight came from"),
    ('cnnstep why lenet5 sample:digit "f6.bias[3]" --target 3 --rate 0.1', "what an update makes of it"),
    ('cnnstep why "conv vertical | relu" sample:five "c1[0,1,1]"', "a network of your own"),
)
LARGEST_RATE = 1_000_000


@cnnstep_command(
    "why", EXAMPLES, playing_options, cell_options("[INPUT] CELL", "c3[5,3,4]", parts=True), raw_option(CELL_AND_SOURCE)
)
@network_argument
@click.option(
    "--deeper", is_flag=True, help="Back to a pixel, or from a weight to the loss: the largest contributions."
)
@click.option("--target", type=whole("target", 0), help="Of a weight: the class that is right, counted from 0.")
@click.option("--rate", type=number("rate", "R"), help="Of a weight: what an update with this learning rate does.")
@click.option("--weights", type=Parsed("FILE", str), help="What it has learned, in .npz or .safetensors.")
@click.option("--training", is_flag=True, help="Layers batchnorm take the statistics of INPUT, a batch of one.")
@click.option("--untrained", is_flag=True, help="Weights are drawn, also where lenet5 has learned them.")
@click.option("--seed", type=whole("seed", 0), help="Weights are drawn from it.")
def command(
    chain: str | None, cell_and_source: tuple[Address | None, Source], deeper: bool, target: int | None,
    rate: float | None, weights: str | None, training: bool, untrained: bool, seed: int | None,
) -> Shown:  # fmt: skip
    """Where a number of a network came from: CELL is c3[5,3,4], layer, channel, row, column, after its activation.

    Of c1.weight[0,0,2,2], as the weights are laid out, where its gradient came from.
    """
    from cnnstep.cli.networks import NetworkInput
    from cnnstep.networks.layer import find
    from cnnstep.render.formats.progress import Waiting
    from cnnstep.views.networks.attribution import AttributionView

    cell, source = cell_and_source
    if chain is None or cell is None:
        raise NotationError("name a network and a cell", 'type cnnstep why lenet5 sample:digit "c3[5,3,4]"')
    is_drawn = untrained or seed is not None
    given = NetworkInput(chain, source, seed=seed or 0, weights=weights, training=training, untrained=is_drawn)
    if cell.part:
        return _weight(given, cell, target, rate, deeper=deeper)
    if target is not None or rate is not None:
        raise NotationError("--target and --rate are about weights", 'ask for one: "c1.weight[0,0,2,2]"')
    if cell.layer == INPUT:
        pixel = f"{INPUT}[{','.join(map(str, cell.cell))}]"
        raise NotationError(f"{pixel} is a pixel: it comes from nowhere", 'ask for a layer: "c1[0,0,0]"')
    run, about = given.run()
    found = find(run.layers, cell.layer).last.number
    with Waiting("running the network") as line:
        run.through(found, line.say, itself=False)
        return AttributionView.of(run, found, cell.cell, about, is_deep=deeper)


def _weight(given: "NetworkInput", cell: Address, target: int | None, rate: float | None, *, deeper: bool) -> Shown:
    """The gradient of one parameter: where it came from."""
    from cnnstep.networks.backpropagation import of_loss
    from cnnstep.networks.layer import find
    from cnnstep.networks.weight_gradients import find_parameter
    from cnnstep.render.formats.progress import Waiting
    from cnnstep.views.networks.weight_gradients import Question, report

    if target is None:
        raise NotationError(
            "a gradient is that of a loss, which compares with a target",
            ("add ", Setting("target", 3), " (the class that is right)"),
        )
    if rate is not None and not 0 < rate <= LARGEST_RATE:
        raise NotationError(
            f"the rate must be above 0, and at most {LARGEST_RATE:,}, not {rate:g}", ("use ", Setting("rate", 0.1))
        )
    run, about = given.run()
    layer = find(run.layers, cell.layer).first
    find_parameter(layer, cell.part, cell.cell)
    run.check()
    with Waiting("backpropagation"):
        asked = Question(run.network, of_loss(run.network, run.x, target), about, layer, cell.part, cell.cell, target)
        shown = report(asked, rate, is_deep=deeper)
    more = [] if deeper else ["--deeper (forward to the loss)"]
    more += [] if rate else ["--rate 0.1 (an update)"]
    every = f"cnnstep gradients {given.typed} --target {target} (every layer)"
    return shown.hinting(", ".join([*more, every]))
