"""`cnnstep activate`."""

from collections.abc import Mapping
from typing import Any

import click

from cnnstep.cli.base import TYPED, Parsed, numbers, whole
from cnnstep.cli.mending import line
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.cli.words import beside, words_of
from cnnstep.errors import NotationError
from cnnstep.notation.synonyms import ACTIVATIONS as SYNONYMS
from cnnstep.notation.synonyms import meant

EXAMPLES = (
    ('cnnstep activate "-6 12 12; -6 8 8" relu', "every cell through relu"),
    ("cnnstep activate sample:five tanh --at 0,1", "one cell, and the point on the curve"),
    ("cnnstep activate --curve sigmoid", "a function, its slope, and where it saturates"),
    ("cnnstep activate --curve sigmoid --depth 5", "what five layers leave of a gradient"),
    ("cnnstep activate --list", "all of them"),
)
FEW = 5
DEEPEST = 20
ACTIVATIONS = words_of("engine.activations", "RULES")
NAME = Parsed("NAME", lambda text: meant(text, ACTIVATIONS(), SYNONYMS), ACTIVATIONS)
SOFTMAX = ("softmax", "logsoftmax")
name_argument = click.argument("name", metavar="[NAME]", required=False, type=NAME)


@cnnstep_command("activate", EXAMPLES, asked_options, source_options, name_argument)
@click.option("--slope", type=numbers("slope", "A"), help="The slope below zero, for leaky-relu and prelu.")
@click.option("--alpha", type=numbers("alpha", "A"), help="How far elu goes below zero.")
@click.option("--curve", type=NAME, help="Draw a function and its slope.")
@click.option("--depth", type=whole("depth", 1), default=0, help="With --curve: so many layers of it in a row.")
@click.option("--list", "everything", is_flag=True, help="List all activations.")
def command(
    source: Source, name: str | None, curve: str | None, depth: int, everything: bool, **parameters: Any
) -> Shown:
    """Send every cell of INPUT through the activation NAME, relu unless you say otherwise.

    With --curve, INPUT are numbers whose points are marked on the curve.
    """
    from cnnstep.engine.activation import Activation
    from cnnstep.engine.activations import RULES
    from cnnstep.views.reports import activation_curve

    if curve:
        points = source.read("").values.ravel()[:FEW].tolist() if source.name else []
        return activation_curve.curve(curve, _one_parameter(curve, parameters, depth), points, depth)
    if everything:
        return activation_curve.table()
    if depth:
        raise NotationError("--depth goes with --curve", "write --curve sigmoid --depth 5")
    words = click.get_current_context().meta[TYPED]
    if softmax := next((word for word in words if word.lower() in SOFTMAX), None):
        others = [word for word in words if word != softmax]
        raise NotationError("softmax reads all cells at once: it is an operation", f"type {line('softmax', *others)}")
    source, name = beside(source, name, RULES, SYNONYMS)
    name = name or "relu"
    operation = Activation(name, _parameter(name, parameters))
    shown = source.read("sample:five")
    return viewed(operation.walk(shown.values), "activate", shown.channels)


def _parameter(name: str, given: Mapping[str, Any]) -> tuple[float, ...] | None:
    """What was given for this activation; the other's option is refused."""
    from cnnstep.engine.activations import RULES

    known = RULES[name].parameter if name in RULES else None
    for option, value in given.items():
        if value is not None and (known is None or known.name != option):
            takers = ", ".join(n for n, rule in RULES.items() if rule.parameter and rule.parameter.name == option)
            raise NotationError(f"{name} takes no --{option}", f"--{option} is for {takers}")
    return given[known.name] if known else None


def _one_parameter(name: str, given: Mapping[str, Any], depth: int) -> float:
    """The parameter of a curve, which has only one."""
    from cnnstep.engine.activation import Activation

    parameter, *others = Activation(name, _parameter(name, given)).parameters
    if others:
        raise NotationError(f"a curve has one parameter, not {1 + len(others)}", "give one number")
    if depth > DEEPEST:
        raise NotationError(f"--depth {depth} is more than {DEEPEST}", f"write --depth {DEEPEST} or less")
    return parameter
