"""`cnnstep activate`."""

from dataclasses import dataclass

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Ink, Parsed, bundle, echo_json, ink_options, one
from cnnstep.cli.options import Asked, asked_options, reading_options, source_argument
from cnnstep.errors import NotationError
from cnnstep.inputs.how import Reading

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
@ink_options
def command(source: str | None, name: str | None, look: Look, asked: Asked, reading: Reading, ink: Ink) -> None:
    """Send every cell of INPUT through the activation NAME, relu unless you say otherwise.

    With --curve, INPUT are numbers whose points are marked on the curve.
    """
    from cnnstep.cli.deliver import deliver
    from cnnstep.engine.activation import Activation
    from cnnstep.engine.activations import RULES
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.activation import show
    from cnnstep.views.wording.titles import Names

    if look.everything or look.curve:
        if asked.has_steps or asked.save:
            raise NotationError(
                "a curve and a list have no steps", "leave out --at, --steps, --view, --save and --play"
            )
        _look(source, look, reading, ink)
        return
    if look.depth:
        raise NotationError("--depth goes with --curve", "write --curve sigmoid --depth 5")
    if name is None and source in RULES:
        source, name = None, source
    name = name or "relu"
    operation = Activation(name, look.parameter(name))
    shown = read(source or USUAL, reading)
    names = Names("activate", "activation", channels=shown.channels)
    deliver(show(operation.walk(shown.values), names, name), asked, ink)


def _look(source: str | None, look: Look, reading: Reading, ink: Ink) -> None:
    """The table, or one curve."""
    from cnnstep.views.operations import activation as activated

    if look.curve is None:
        if ink.json:
            echo_json({"activations": [activated.document(name) for name in _words()]})
        else:
            ink.terminal().show(activated.table())
        return
    from cnnstep.engine.activation import Activation
    from cnnstep.inputs.reading import read
    from cnnstep.views.reports import activation_curve as slopes

    parameter, *others = Activation(look.curve, look.parameter(look.curve)).parameters
    if others:
        raise NotationError(f"a curve has one parameter, not {1 + len(others)}", "give one number")
    if look.depth > DEEPEST:
        raise NotationError(f"--depth {look.depth} is more than {DEEPEST}", f"write --depth {DEEPEST} or less")
    points = read(source, reading).values.ravel()[:FEW].tolist() if source else []
    if ink.json:
        echo_json(slopes.document(look.curve, parameter, points, look.depth))
    else:
        ink.terminal().show(slopes.scene(look.curve, parameter, points, look.depth))
