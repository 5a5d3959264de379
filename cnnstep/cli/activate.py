"""`cnnstep activate`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Parsed, bundle, one, screen_options
from cnnstep.cli.options import asked_options, reading_options, source_argument
from cnnstep.errors import NotationError
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.report import Report
    from cnnstep.views.view import View

EXAMPLES = (
    ('cnnstep activate "-6 12 12; -6 8 8" relu', "every cell through relu"),
    ("cnnstep activate sample:five tanh --at 0,1", "one cell, and the point on the curve"),
    ("cnnstep activate --curve sigmoid", "a function, its slope, and where it saturates"),
    ("cnnstep activate --curve sigmoid --depth 5", "what five layers leave of a gradient"),
    ("cnnstep activate --list", "all of them"),
)
USUAL = "sample:five"
FEW = 5
DEEPEST = 20


def _words() -> list[str]:
    from cnnstep.engine.activations import RULES

    return list(RULES)


@dataclass(frozen=True, slots=True)
class Look:
    """The parameter, and what to look at instead of steps."""

    slope: tuple[float, ...] | None
    alpha: tuple[float, ...] | None
    curve: str | None
    depth: int
    everything: bool

    def parameter(self, name: str) -> tuple[float, ...] | None:
        """What was given for this activation; the other's option is refused."""
        from cnnstep.engine.activations import RULES

        given = {"slope": self.slope, "alpha": self.alpha}
        known = RULES[name].parameter if name in RULES else None
        for option, value in given.items():
            if value is not None and (known is None or known.name != option):
                takers = ", ".join(n for n, rule in RULES.items() if rule.parameter and rule.parameter.name == option)
                raise NotationError(f"{name} takes no --{option}", f"--{option} is for {takers}")
        return given[known.name] if known else None


def _numbers(name: str) -> Parsed:
    return Parsed("A", lambda text: notation.numbers(text, name))


look_options = bundle(
    "look",
    Look,
    click.option("--slope", type=_numbers("slope"), help="The slope below zero, for leaky-relu and prelu."),
    click.option("--alpha", type=_numbers("alpha"), help="How far elu goes below zero."),
    click.option("--curve", type=Parsed("NAME", str, _words), help="Draw a function and its slope."),
    click.option("--depth", type=one("depth", 1), default=0, help="With --curve: so many layers of it in a row."),
    click.option("--list", "everything", is_flag=True, help="List all activations."),
)  # fmt: skip


@click.command("activate", cls=Command, examples=EXAMPLES)
@source_argument
@click.argument("name", metavar="[NAME]", required=False, type=Parsed("NAME", str, _words))
@look_options
@asked_options
@reading_options
@screen_options
def command(source: str | None, name: str | None, look: Look, reading: Reading) -> "View | Report":
    """Send every cell of INPUT through the activation NAME, relu unless you say otherwise.

    With --curve, INPUT are numbers whose points are marked on the curve.
    """
    from cnnstep.engine.activation import Activation
    from cnnstep.engine.activations import RULES
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.registry import view_of
    from cnnstep.views.reports import activation_curve
    from cnnstep.views.vocabulary import Vocabulary

    if look.curve:
        points = read(source, reading).values.ravel()[:FEW].tolist() if source else []
        return activation_curve.curve(look.curve, _one_parameter(look, look.curve), points, look.depth)
    if look.everything:
        return activation_curve.table()
    if look.depth:
        raise NotationError("--depth goes with --curve", "write --curve sigmoid --depth 5")
    if name is None and source in RULES:
        source, name = None, source
    name = name or "relu"
    operation = Activation(name, look.parameter(name))
    shown = read(source or USUAL, reading)
    return view_of(operation.walk(shown.values), Vocabulary("activate", shown.channels))


def _one_parameter(look: Look, name: str) -> float:
    """The parameter of a curve, which has only one."""
    from cnnstep.engine.activation import Activation

    parameter, *others = Activation(name, look.parameter(name)).parameters
    if others:
        raise NotationError(f"a curve has one parameter, not {1 + len(others)}", "give one number")
    if look.depth > DEEPEST:
        raise NotationError(f"--depth {look.depth} is more than {DEEPEST}", f"write --depth {DEEPEST} or less")
    return parameter
