"""`cnnstep gradients`."""

import click

from cnnstep.cli.base import Parsed, whole
from cnnstep.cli.options import Shown, Source, cnnstep_command, network_argument, saving_options, source_options
from cnnstep.cli.photographs import raw_option
from cnnstep.errors import NotationError, Setting, again

EXAMPLES = (
    ("cnnstep gradients lenet5 sample:digit --target 3", "from the loss back to the pixels"),
    ('cnnstep gradients "conv 4@3x3 relu | maxpool 2 | dense 3" sample:five --target 1', "a network of your own"),
    ("cnnstep gradients resnet sample:digit --target 3", "branches: gradients of all readers add up"),
    ('cnnstep why lenet5 sample:digit "c1.weight[0,0,2,2]" --target 3', "where one gradient came from"),
)


@cnnstep_command("gradients", EXAMPLES, saving_options, source_options, raw_option())
@network_argument
@click.option("--target", type=whole("target", 0), help="The class that is right, counted from 0.")
@click.option("--weights", type=Parsed("FILE", str), help="What it has learned, in .npz or .safetensors.")
@click.option("--labels", type=Parsed("FILE", str), help="Names of the classes, one a line.")
@click.option("--training", is_flag=True, help="Layers batchnorm take the statistics of INPUT, a batch of one.")
@click.option("--untrained", is_flag=True, help="Weights are drawn, also where lenet5 has learned them.")
@click.option("--seed", type=whole("seed", 0), help="Weights are drawn from it.")
def command(
    chain: str | None, source: Source, target: int | None, weights: str | None, labels: str | None, training: bool,
    untrained: bool, seed: int | None,
) -> Shown:  # fmt: skip
    """Backpropagation through a network: the loss of INPUT, and its gradient layer by layer, from the end."""
    from cnnstep.cli.networks import NetworkInput
    from cnnstep.networks.backpropagation import of_loss
    from cnnstep.render.formats.progress import Waiting
    from cnnstep.views.networks import gradients

    if chain is None:
        raise NotationError("name a network", "type cnnstep gradients lenet5 sample:digit --target 3")
    if target is None:
        raise NotationError(
            "a loss compares with a target", ("add ", Setting("target", 3), " (the class that is right)")
        )
    is_drawn = untrained or seed is not None
    given = NetworkInput(chain, source, None, seed or 0, weights, training, labels, untrained=is_drawn)
    run, about = given.run()
    run.check()
    with Waiting("backpropagation"):
        found = of_loss(run.network, run.x, target)
    first = next(iter(found.parameters), None)
    places = ",".join("0" * found.parameters[first].ndim) if first else ""
    why = f'cnnstep why {given.typed} "{first}[{places}]" --target {target} (where one came from), ' if first else ""
    hint = f"{why}cnnstep net {again(chain)} (what its layers are)"
    return gradients.report(run.network, found, target, about).hinting(hint)
