"""`cnnstep evaluate`."""

import click

from cnnstep.cli.base import Parsed, whole
from cnnstep.cli.options import Shown, cnnstep_command, network_argument, saving_options
from cnnstep.errors import again
from cnnstep.notation.networks import input_shape

EXAMPLES = (
    ("cnnstep evaluate lenet5 digits", "946 digits that it has not learned from"),
    ("cnnstep evaluate lenet5 mnist.npz", "images of your own"),
    ("cnnstep evaluate lenet5 digits --weights w.npz", "what you have trained"),
    ("cnnstep evaluate lenet5 digits --json", "accuracy and confusion for machines"),
)


@cnnstep_command("evaluate", EXAMPLES, saving_options)
@network_argument
@click.argument("data", metavar="[DATA]", required=False, type=Parsed("DATA", str))
@click.option("--weights", type=Parsed("FILE", str), help="What it has learned: .npz or .safetensors.")
@click.option(
    "--untrained", is_flag=True, help="Weights that are drawn, also where trained ones come with the network."
)
@click.option("--in", "shape", type=Parsed("CxHxW", input_shape), help="The input, where the images should be padded.")
@click.option("--seed", type=whole("seed", 0), help="For weights that are drawn.")
def command(
    chain: str | None, data: str | None, weights: str | None, untrained: bool, shape: tuple[int, ...] | None,
    seed: int | None,
) -> Shown:  # fmt: skip
    """How well LAYERS, a network, knows the images in DATA: accuracy, confusion, its clearest mistakes.

    DATA is digits (those kept to validate with), .npz with x and y, IDX as MNIST has it, a folder with a folder a
    class, or CSV with the label first. Of data that has a part to test with, that part is taken.
    """
    from cnnstep.cli.training import Learning
    from cnnstep.learning.evaluation import evaluated
    from cnnstep.networks.forward import Forward
    from cnnstep.notation import printable
    from cnnstep.render.formats.progress import Waiting
    from cnnstep.views.learning.evaluation import Evaluated, report

    data = data or "digits"
    learning = Learning.of(chain or "lenet5", data, shape, seed or 0)
    found = learning.read.test or learning.read.train
    images = learning.images(found)
    network = learning.network(seed or 0, weights, untrained=untrained or seed is not None)
    with Waiting("running the network"):
        answers = evaluated(Forward(network), images)
    notes = ["random weights: this network has learned nothing yet"] if network.is_drawn else []
    if not notes and weights is None:
        notes = [f"with the weights that come with {learning.described.name}; --untrained shows it before that"]
    name = again(chain or "lenet5")
    shown = report(Evaluated(learning.described.name, printable(data), images, answers, found.classes, notes))
    return shown.hinting(f"cnnstep explain {name} (its layers in words), cnnstep train {name} {again(data)}")
