"""`cnnstep net`."""

from dataclasses import replace
from typing import Any

import click

from cnnstep.cli.base import Command, Ink, Parsed, ink_options, one
from cnnstep.cli.options import Asked, asked_with, reading_options, source_argument
from cnnstep.errors import NotationError
from cnnstep.inputs.how import Reading
from cnnstep.notation import bank_shape
from cnnstep.notation.chain import layer_place

EXAMPLES = (
    ('cnnstep net "conv edge same | relu | maxpool 2" sample:digit', "three layers on a picture"),
    ('cnnstep net "conv vertical | relu | maxpool 2 stride 2 | dense 1" sample:five', "small enough to see all"),
    ('cnnstep net "conv vertical | relu" sample:five --at "2[0,0,1]"', "one cell of layer 2"),
    ('cnnstep net "conv 4@3x3 relu | maxpool 2 | flatten | dense 3 | softmax" sample:digit --unit', "to probabilities"),
)


@click.command("net", cls=Command, examples=EXAMPLES)
@click.argument("chain", metavar="LAYERS")
@source_argument
@click.option("--layer", type=one("layer", 1), help="Walk through one layer, counted from 1.")
@click.option("--seed", type=one("seed", 0), default=0, show_default=True, help="For weights that are drawn.")
@asked_with(Parsed("L[C,Y,X]", layer_place), "One cell: 2[0,3,4] is layer 2, channel 0, row 3, column 4.")
@reading_options
@ink_options
def command(
    chain: str, source: str | None, layer: int | None, seed: int, asked: Asked, reading: Reading, ink: Ink
) -> None:
    """Send INPUT through LAYERS, written between |.

    A layer is: conv KERNEL or conv 6@5x5; maxpool 2; avgpool 2; globalavgpool; any activation by its
    name; flatten; dense 10; softmax; dropout 0.5; normalize. Windows take stride, padding (or same),
    dilation; conv and dense may end with an activation. Matrices stand in round brackets.
    """
    from cnnstep.cli.networks import deliver_network
    from cnnstep.engine.activations import RULES
    from cnnstep.inputs.kernels import read_kernel
    from cnnstep.inputs.reading import read
    from cnnstep.networks.network import Run, assemble
    from cnnstep.notation.chain import chain as parse
    from cnnstep.scenes.network import Told

    words = parse(chain, RULES)
    shown = read(source or "sample:five", reading)
    run = Run(assemble(words, shown.values.shape, read_kernel, seed), shown.values)
    drawn = any(each.word == "dense" or bank_shape(each.settings.get("kernel", "")) for each in words)
    notes = [f"random weights are drawn from seed {seed}: this network has learned nothing yet"] if drawn else []
    place: Any = asked.at
    if place and layer not in {None, place[0]}:
        raise NotationError(f"--layer {layer} and --at {place[0]}[…] name different layers", "leave --layer out")
    chosen, cell = place or (layer, None)
    deliver_network(run, Told(shown.name, shown.channels, notes), chosen, replace(asked, at=cell), ink)
