"""`cnnstep inspect`."""

import re
from typing import TYPE_CHECKING, NamedTuple

import click

from cnnstep import notation
from cnnstep.cli.base import Parsed, bundle, whole
from cnnstep.cli.options import Shown, Source, cnnstep_command, network_argument, source_options, step_options, viewed
from cnnstep.cli.photographs import raw_option
from cnnstep.errors import GeometryError, NotationError, Setting, again, quoted
from cnnstep.geometry import by
from cnnstep.notation.networks import Address, address, layer_name

if TYPE_CHECKING:
    from cnnstep.networks.run import Run
    from cnnstep.views.networks.network import About

EXAMPLES = (
    ("cnnstep inspect lenet5 sample:digit --filters", "the filters, in numbers and as pictures"),
    ("cnnstep inspect lenet5 sample:digit --saliency", "which pixels change the answer"),
    ("cnnstep inspect lenet5 sample:digit --grad-cam c3", "where the maps of c3 speak for it"),
    ("cnnstep inspect lenet5 sample:digit --occlude 5", "how the answer falls where a patch is covered"),
    ('cnnstep inspect lenet5 sample:digit --ablate "c1[2]"', "the answer without one filter"),
    ("cnnstep inspect lenet5 sample:digit --shift 0,4", "what moves with the picture, and what does not"),
    ("cnnstep inspect lenet5 --shift all", "how many digits it still knows when all are moved"),
    ("cnnstep inspect resnet sample:digit --sparsity", "how many numbers relu makes 0"),
)

OTHERS = "--saliency, --grad-cam LAYER, --occlude 5, --filters, --sparsity, --shift 0,4"


ALL: tuple[int, ...] = ()
"""Of `--shift all`: no shift of its own."""
DIGIT = (1, 32, 32)
FARTHEST = 8


def shift(text: str) -> tuple[int, ...]:
    """Read `0,4` or `-3`: cells along each axis, down and to the right; or `all`."""
    if text.strip() == "all":
        return ALL
    if not re.fullmatch(r"\s*[-−]?\d{1,6}\s*(,\s*[-−]?\d{1,6}\s*)*", text):
        raise NotationError(
            f"shift {quoted(text)} is not rows,columns", ("write ", Setting("shift", "0,4"), ", or all")
        )
    return tuple(int(each.replace("−", "-")) for each in text.split(","))


class Wanted(NamedTuple):
    """What is to be known: one of these."""

    filters: bool
    saliency: bool
    grad_cam: str | None
    occlude: int | None
    ablate: Address | None
    sparsity: bool
    shift: tuple[int, ...] | None

    @property
    def one(self) -> str:
        """Which of them; the filters, where nothing is asked."""
        asked = [name for name, value in self._asdict().items() if value is not None and value is not False]
        if len(asked) > 1:
            first, second = (f"--{name.replace('_', '-')}" for name in asked[:2])
            raise NotationError(f"{first} and {second} are two questions", "ask one at a time")
        return asked[0] if asked else "filters"


place_options = step_options(Parsed("Y,X", notation.place), "Of --occlude: where the patch begins, from 0.")
wanted_options = bundle(
    "wanted",
    Wanted,
    click.option("--filters", is_flag=True, help="The filters: of one channel in numbers, others by channel."),
    click.option("--saliency", is_flag=True, help="|∂logit/∂x| for each pixel."),
    click.option("--grad-cam", type=Parsed("LAYER", layer_name), help="Where the maps of a layer speak for the class."),
    click.option("--occlude", type=whole("occlude"), help="Cover every patch of NxN, and see how the answer falls."),
    click.option(
        "--ablate", type=Parsed("CELL", lambda text: address(text, "ablate")), help="Set a channel, c1[2], to 0."
    ),
    click.option("--sparsity", is_flag=True, help="Which share of each layer's numbers is 0."),
    click.option(
        "--shift",
        type=Parsed("DY,DX", shift),
        help="Move the input, and see what moves with it; all: the accuracy on digits, by shift.",
    ),
)


@cnnstep_command("inspect", EXAMPLES, place_options, source_options, raw_option(), wanted_options)
@network_argument
@click.option("--target", type=whole("target", 0), help="The class to explain.  [default: the network's answer]")
@click.option("--weights", type=Parsed("FILE", str), help="What it has learned, in .npz or .safetensors.")
@click.option("--untrained", is_flag=True, help="Weights are drawn, also where lenet5 has learned them.")
@click.option("--seed", type=whole("seed", 0), help="Weights are drawn from it.")
def command(
    chain: str | None, source: Source, wanted: Wanted, target: int | None, weights: str | None, untrained: bool,
    seed: int | None,
) -> Shown:  # fmt: skip
    """What a network has learned, asked of INPUT; beside it the same of the untrained network, drawn from seed 0."""
    from cnnstep.cli.networks import NetworkInput
    from cnnstep.networks.inspection import checked
    from cnnstep.render.formats.progress import Waiting

    if chain is None:
        raise NotationError("name a network", "type cnnstep inspect lenet5 sample:digit --saliency")
    question = wanted.one
    is_drawn = untrained or seed is not None
    if wanted.shift == ALL:
        _check_alone(source, target)
        return _over_shifts(chain, seed or 0, weights, is_drawn=is_drawn)
    given = NetworkInput(chain, source, seed=seed or 0, weights=weights, untrained=is_drawn)
    run, about = given.run()
    run.check()
    with Waiting("running the network"):
        return _shown(question, wanted, run, about, checked(run.network, run.x, target))


def _shown(question: str, wanted: Wanted, run: "Run", about: "About", target: int) -> Shown:
    from cnnstep.networks.layer import find
    from cnnstep.networks.occlusion import Occlusion
    from cnnstep.views.networks import filters, inspection, shifts

    asked = inspection.Inspected(run.network, run.x, about, target)
    others = f"cnnstep inspect {about.typed} {OTHERS}"
    if wanted.occlude is not None:
        notes = [f"on {about.name}"]
        operation = Occlusion(run.network, wanted.occlude, target, asked.beside)
        return viewed(operation.walk(run.x), f"{'untrained ' * run.network.is_drawn}{about.network}", notes=notes)
    if wanted.grad_cam is not None:
        return inspection.grad_cam(asked, find(run.layers, wanted.grad_cam).last).hinting(others)
    if wanted.ablate is not None:
        layer = find(run.layers, wanted.ablate.layer).last
        if len(wanted.ablate.cell) != 1:
            raise NotationError(
                "a whole channel is ablated, not a cell", ("use ", Setting("ablate", f"{layer.called}[0]"))
            )
        return inspection.ablation(asked, layer, wanted.ablate.cell[0]).hinting(others)
    if wanted.shift is not None:
        return shifts.shift(asked, wanted.shift).hinting(others)
    simple = {"filters": filters.filters, "saliency": inspection.saliency, "sparsity": inspection.sparsity}
    return simple[question](asked).hinting(others)


def _check_alone(source: Source, target: int | None) -> None:
    """Refuse what --shift all has no use for: it asks about the digits that come with cnnstep, each with its class."""
    for name, value in (("INPUT", source.name), ("--target", target)):
        if value is not None:
            raise NotationError(
                f"--shift all asks about digits that come with cnnstep, and takes no {name}",
                (f"leave out {name}, or move one input: ", Setting("shift", "0,4")),
            )


def _over_shifts(chain: str, seed: int, weights: str | None, *, is_drawn: bool) -> Shown:
    """The accuracy on the digits that are kept to validate with, moved further and further."""
    from cnnstep.cli.training import Learning
    from cnnstep.learning.shifting import over_shifts
    from cnnstep.networks.inspection import untrained
    from cnnstep.render.formats.progress import Waiting
    from cnnstep.views.learning import shifts

    learning = Learning.of(chain, "digits", None, seed)
    name, shape = learning.described.name, learning.layers[0].input
    if shape != DIGIT:
        raise GeometryError(
            f"the digits are {by(DIGIT)}, and {name} takes {by(shape)}", "name a network for 1×32×32: lenet5"
        )
    images = learning.images(learning.read.test or learning.read.train)
    network = learning.network(seed, weights, untrained=is_drawn)
    beside = untrained(network)
    with Waiting("running the network on moved digits"):
        networks = [network, *([beside] if beside else [])]
        found = over_shifts(networks, images, [(each, each) for each in range(FARTHEST + 1)])
    shown = shifts.Shifted(name, "digits", images, found, beside is None)
    return shifts.report(shown).hinting(
        f"cnnstep inspect {again(chain)} sample:digit --shift 0,4 (one digit, its maps)"
    )
