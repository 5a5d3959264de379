"""`cnnstep net`."""

import click

from cnnstep.cli.base import Command, Ink, Parsed, bundle, ink_options, one
from cnnstep.cli.options import Asked, asked_with, reading_options, source_argument
from cnnstep.cli.questions import EVERY, Question, Wanted
from cnnstep.inputs.how import Reading
from cnnstep.notation.addresses import address, layer_name
from cnnstep.notation.networks import input_shape

EXAMPLES = (
    ("cnnstep net lenet5", "what its layers give, learn, cost and see"),
    ("cnnstep net lenet5 sample:digit", "a digit through it"),
    ('cnnstep net lenet5 sample:digit --why "c3[5,3,4]"', "where a number came from"),
    ('cnnstep net "conv edge same | relu | maxpool 2" sample:digit', "three layers on a picture"),
    ('cnnstep net "conv vertical | relu | maxpool 2 stride 2 | dense 1" sample:five', "small enough to see all"),
    ('cnnstep net "conv vertical | relu" sample:five --at "2[0,0,1]"', "one cell of layer 2"),
    ('cnnstep net "conv 4@3x3 relu | maxpool 2 | flatten | dense 3 | softmax" sample:digit --unit', "to probabilities"),
)


def _names() -> list[str]:
    from cnnstep.networks.architectures import ARCHITECTURES

    return list(ARCHITECTURES)


wanted_options = bundle(
    "wanted",
    Wanted,
    click.option("--in", "shape", type=Parsed("CxHxW", input_shape),
                 help="Only the table, for an input of so many channels, rows and columns."),
    click.option("--explain", is_flag=False, flag_value=EVERY,
                 type=Parsed("[LAYER]", lambda text: text if text == EVERY else layer_name(text, "explain")),
                 help="The arithmetic of a layer of the table; without LAYER, all of it in words."),
    click.option("--field", type=Parsed("L[*,Y,X]", lambda text: address(text, "field", every=True)),
                 help="What a cell can see: the receptive field of c3[*,3,4], drawn on the picture."),
    click.option("--as-conv", is_flag=True, help="Its dense layers as convolutions, and a map of answers."),
    click.option("--list", "everything", is_flag=True, help="The networks that have a name."),
    click.option("--layer", type=Parsed("LAYER", layer_name), help="Walk through one layer: 3, or by its name, c3."),
    click.option("--why", type=Parsed("L[C,Y,X]", lambda text: address(text, "why")),
                 help="Where a number came from: the sum, the window, the pixels that can reach c3[5,3,4]."),
    click.option("--deeper", is_flag=True, help="With --why: back to a pixel, always to what contributes most."),
    click.option("--weights", type=Parsed("FILE", str),
                 help="What it has learned: arrays c1.weight, c1.bias … in .npz or .safetensors."),
    click.option("--seed", type=one("seed", 0), default=0, show_default=True, help="For weights that are drawn."),
)  # fmt: skip


@click.command("net", cls=Command, examples=EXAMPLES)
@click.argument("chain", metavar="LAYERS", required=False, type=Parsed("LAYERS", str, _names))
@source_argument
@wanted_options
@asked_with(
    Parsed("L[C,Y,X]", address),
    "One step: 2[0,3,4] is layer 2 (or c1[…] by its name, before its activation), channel, row, column.",
)
@reading_options
@ink_options
def command(chain: str | None, source: str | None, wanted: Wanted, asked: Asked, reading: Reading, ink: Ink) -> None:
    """Send INPUT through LAYERS, written between |, or through a network by its name, such as lenet5.

    Without INPUT, a name (or --in) shows what its layers give, learn, cost and see.

    A layer is: conv KERNEL or conv 6@5x5; maxpool 2; avgpool 2; globalavgpool; subsample 2; any activation
    by its name; flatten; dense 10; softmax; dropout 0.5; normalize. Windows take stride, padding (or same),
    dilation; conv and dense may end with an activation. Matrices stand in round brackets. LAYERS may also
    be a file, my.cnn, with a layer a line, comments after #, and a line: input 1x32x32.
    """
    from cnnstep.cli import networks

    networks.answer(Question(chain, source, wanted, asked, reading, ink))
