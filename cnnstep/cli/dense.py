"""`cnnstep dense`."""

from typing import TYPE_CHECKING

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Parsed, one, screen_options
from cnnstep.cli.options import asked_options, reading_options, source_argument
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.view import View

EXAMPLES = (
    ('cnnstep dense "1 2 3" --weights "1 0 -1; 2 1 0"', "two units of three weights"),
    ("cnnstep dense sample:digit --units 10 --at 3", "one of ten units over a picture"),
    ('cnnstep dense "0.5 1 -1" --units 2 --seed 4 --bias "0.1 -0.1"', "seeded weights, one bias a unit"),
)


@click.command("dense", cls=Command, examples=EXAMPLES)
@source_argument
@click.option("--units", type=one("units"), help="How many outputs.  [default: as many as rows of weights, or 10]")
@click.option("--weights", help="A row for each unit: a file, or a matrix.  [default: drawn from the seed]")
@click.option("--bias", type=Parsed("B", lambda text: notation.numbers(text, "bias")), default=(0,),
              help="One number, or one a unit.  [default: 0]")  # fmt: skip
@click.option("--seed", type=one("seed", 0), default=0, show_default=True, help="For weights that are drawn.")
@asked_options
@reading_options
@screen_options
def command(
    source: str | None, units: int | None, weights: str | None, bias: tuple[float, ...], seed: int, reading: Reading
) -> "View":
    """Connect every cell of INPUT to every unit: each unit is one weighted sum of all of them."""
    from cnnstep.engine.dense import Dense
    from cnnstep.engine.kernels import random_weights
    from cnnstep.errors import NotationError
    from cnnstep.inputs.kernels import read_weights
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.registry import view_of
    from cnnstep.views.vocabulary import Vocabulary

    shown = read(source or "sample:five", reading)
    given = read_weights(weights) if weights else random_weights((units or 10, shown.values.size), seed)
    if units is not None and len(given) != units:
        raise NotationError(f"{len(given)} rows of weights are not {units} units", f"write --units {len(given)}")
    notes = [] if weights else [f"seed {seed}: untrained"]
    values = shown.values if max(shown.values.shape) < shown.values.size else shown.values.ravel()
    return view_of(Dense(given, bias).walk(values), Vocabulary("dense", notes=notes))
