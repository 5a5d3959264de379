"""`cnnstep net`."""

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnnstep.cli.base import Parsed, bundle, whole
from cnnstep.cli.options import Asked, Shown, Source, cnnstep_command, network_argument, source_options, step_options
from cnnstep.cli.photographs import raw_option
from cnnstep.errors import NotationError, again
from cnnstep.notation.networks import address, input_shape, layer_name

if TYPE_CHECKING:
    from cnnstep.cli.networks import NetworkInput

EXAMPLES = (
    ("cnnstep net lenet5", "what its layers give, learn, cost and see"),
    ("cnnstep net lenet5 sample:digit", "a digit through it"),
    ('cnnstep net "conv edge same | relu | maxpool 2" sample:digit', "three layers on a picture"),
    ('cnnstep net "conv vertical | relu | maxpool 2 stride 2 | dense 1" sample:five', "small enough to see all"),
    ('cnnstep net "conv vertical | relu" sample:five --at "2[0,0,1]"', "one cell of layer 2"),
    ('cnnstep net "conv 4@3x3 relu | maxpool 2 | flatten | dense 3 | softmax" sample:digit --unit', "to probabilities"),
    ('cnnstep net "conv 4@3x3 same relu as a | conv 4@3x3 same | add a | relu" sample:digit', "a residual block"),
    ('cnnstep why lenet5 sample:digit "c3[5,3,4]"', "where a number came from"),
)
EVERY = "*"
PANELS = ".png"
"""What panels are saved as."""
BATCH = "--batch"


class Wanted(NamedTuple):
    """What is to be known of a network; the last four are commands of their own now."""

    shape: tuple[int, ...] | None
    as_conv: bool
    everything: bool
    layer: str | None
    weights: str | None
    training: bool
    labels: str | None
    names: bool
    seed: int | None
    batch: int
    untrained: bool
    panels: bool
    explain: str | None
    field: str | None
    why: str | None
    deeper: bool

    def moved(self, chain: str, source: str | None) -> str:
        """The line that asks the same question today; empty where nothing has moved."""
        inputs = [source] if source else []
        size = [f"--in={'x'.join(map(str, self.shape))}"] if self.shape else []
        if self.why:
            return again("cnnstep", "why", chain, *inputs, self.why, *["--deeper"] * self.deeper)
        if self.field:
            return again("cnnstep", "field", chain, self.field, *inputs, *size)
        if self.explain:
            return again("cnnstep", "explain", chain, *([self.explain] if self.explain != EVERY else []), *size)
        return again("cnnstep", "why", chain, *inputs, "c1[0,0,0]", "--deeper") if self.deeper else ""


wanted_options = bundle(
    "wanted",
    Wanted,
    click.option("--in", "shape", type=Parsed("CxHxW", input_shape),
                 help="Only the table, for an input of so many channels, rows and columns."),
    click.option("--as-conv", is_flag=True, help="Its dense layers as convolutions, and a map of answers."),
    click.option("--list", "everything", is_flag=True, help="The networks that have a name."),
    click.option("--layer", type=Parsed("LAYER", layer_name), help="Walk through one layer: 3, or by its name, c3."),
    click.option("--weights", type=Parsed("FILE", str),
                 help="What it has learned: arrays c1.weight, c1.bias … in .npz or .safetensors."),
    click.option("--training", is_flag=True, help="Layers batchnorm take the statistics of INPUT, a batch of one."),
    click.option("--labels", type=Parsed("FILE", str), help="Names of the classes, one a line."),
    click.option("--names", is_flag=True, help="Only the names and shapes of its weights, also as PyTorch has them."),
    click.option("--seed", type=whole("seed", 0), help="Weights are drawn from it."),
    click.option("--batch", type=whole("batch"), default=1, help="The table's costs for N images.  [default: 1]"),
    click.option("--untrained", is_flag=True, help="Weights are drawn, also where lenet5 has learned them."),
    click.option("--panels", is_flag=True, help="Save a titled panel for each layer, in magma, as .png."),
    click.option("--explain", is_flag=False, flag_value=EVERY, hidden=True),
    click.option("--field", hidden=True),
    click.option("--why", hidden=True),
    click.option("--deeper", is_flag=True, hidden=True),
)  # fmt: skip


@cnnstep_command(
    "net",
    EXAMPLES,
    step_options(
        Parsed("L[C,Y,X]", address),
        "One step: 2[0,3,4] is layer 2 (or c1[…] by its name, before its activation), channel, row, column.",
    ),
    source_options,
    raw_option(),
)
@network_argument
@wanted_options
def command(chain: str | None, source: Source, wanted: Wanted, asked: Asked) -> Shown:
    """Send INPUT through LAYERS, written between |, or through a network by its name, such as lenet5.

    Without INPUT, a name (or --in) shows what its layers give, learn, cost and see. Where a number comes
    from, what a cell sees and what a layer is for: cnnstep why, cnnstep field, cnnstep explain.

    A layer is: conv KERNEL or conv 6@5x5; transposed 4@2x2; maxpool 2; avgpool 2; globalavgpool; subsample
    2; upsample 2; unpool p; pad 1; any activation by its name; flatten; dense 10; softmax; dropout 0.5;
    batchnorm; layernorm; instancenorm. Windows take stride, padding (or same), dilation; conv and dense take
    nobias, and may end with an activation. Matrices stand in round brackets.
    Branches: "... as a" names what stands there, "from a" goes back to it, "add a" and "concat a" join it.
    LAYERS may also be a file, my.cnn, with a layer a line, comments after #, and a line: input 1x32x32; there
    "block b(F)" ... "end" names some lines, which "b 16" then stands for.
    """
    if line := wanted.moved(chain or "lenet5", source.name):
        raise NotationError("this question is a command of its own", f"type {line}")
    from cnnstep.cli import networks
    from cnnstep.views.networks.table import listed

    told = _given(source, wanted, asked)
    if chain is None or wanted.everything:
        _refuse("--list" if wanted.everything else "the list", told)
        return listed()
    given = networks.NetworkInput(
        chain,
        source,
        wanted.shape,
        wanted.seed or 0,
        wanted.weights,
        wanted.training,
        wanted.labels,
        untrained=wanted.untrained or wanted.seed is not None,
    )
    return _answer(given, wanted, asked, told)


def _answer(given: "NetworkInput", wanted: Wanted, asked: Asked, told: dict[str, Any]) -> Shown:
    """The rewritten network, its table, or its run: what was asked, or what the network's own size suggests."""
    from cnnstep.cli import networks
    from cnnstep.render.formats import REPORTS
    from cnnstep.render.formats.progress import Waiting
    from cnnstep.views.networks.network import NetworkView, network_view
    from cnnstep.views.report import Report
    from cnnstep.views.vocabulary import Chosen

    if wanted.names:
        _refuse("--names", told)
        return networks.names_of(given)
    if wanted.as_conv:
        _refuse("--as-conv", told, "INPUT", "--weights")
        return networks.as_convolutions(given)
    if wanted.panels:
        _refuse("--panels", told, "INPUT", "--weights", "--training", "--labels")
        if not any(target.suffix.lower() == PANELS for target in asked.save):
            raise NotationError("--panels is about a file", f"add --save panels{PANELS}")
    only_runs = any(target.suffix.lower() not in REPORTS for target in asked.save)
    if wanted.shape or (given.described.input and not only_runs and not _others(told, BATCH)):
        _refuse("the table", told, BATCH)
        return networks.table_of(given, wanted.batch)
    _check_runs(given, told[BATCH])
    met = given.run() if asked.has_steps or wanted.layer or wanted.panels else given.run_or_predict()
    if isinstance(met, Report):
        return met
    with Waiting("running the network") as waiting:
        view = network_view(*met, wanted.layer, Chosen(asked.at, asked.steps, asked.view), waiting.say)
    return view.with_panels() if wanted.panels and isinstance(view, NetworkView) else view


def _given(source: Source, wanted: Wanted, asked: Asked) -> dict[str, Any]:
    """What not every question takes."""
    return {
        "INPUT": source.name,
        "--weights": wanted.weights,
        "--training": wanted.training,
        "--labels": wanted.labels,
        "--layer": wanted.layer,
        "--at, --steps or --view": asked.at or asked.steps or asked.view != "full",
        "--play or --animate": asked.play or asked.animate,
        BATCH: wanted.batch if wanted.batch > 1 else None,
    }


def _others(given: dict[str, Any], *taken: str) -> list[str]:
    """The names of what was given beside what a question takes."""
    return [name for name, value in given.items() if value and name not in taken]


def _refuse(question: str, given: dict[str, Any], *taken: str) -> None:
    """Raise NotationError for what a question does not take."""
    if extra := _others(given, *taken):
        others = " and ".join(extra)
        raise NotationError(f"{question} takes no {extra[0]}", f"leave out {others}, or ask without {question}")


def _check_runs(given: "NetworkInput", batch: int | None) -> None:
    """Refuse a batch where the network runs."""
    if batch:
        raise NotationError("--batch is for the table, and this runs the network on one input", given.table(batch))
