"""`cnnstep dense`."""

import click

from cnnstep.cli.base import numbers, whole
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.errors import NotationError

EXAMPLES = (
    ('cnnstep dense "1 2 3" --weights "1 0 -1; 2 1 0"', "two units of three weights"),
    ("cnnstep dense sample:digit --units 10 --at 3", "one of ten units over a picture"),
    ('cnnstep dense "0.5 1 -1" --units 2 --seed 4 --bias "0.1 -0.1"', "seeded weights, one bias a unit"),
)


@cnnstep_command("dense", EXAMPLES, asked_options, source_options)
@click.option("--units", type=whole("units"), help="How many outputs.  [default: as many as rows of weights, or 10]")
@click.option("--weights", help="A row for each unit: a file, or a matrix.  [default: drawn from the seed]")
@click.option("--bias", type=numbers("bias", "B"), default=(0,), help="One number, or one a unit.  [default: 0]")
@click.option("--seed", type=whole("seed", 0), default=0, show_default=True, help="For weights that are drawn.")
def command(source: Source, units: int | None, weights: str | None, bias: tuple[float, ...], seed: int) -> Shown:
    """Connect every cell of INPUT to every unit: each unit is one weighted sum of all of them."""
    from cnnstep.engine.dense import Dense
    from cnnstep.engine.kernels import random_weights
    from cnnstep.inputs.kernels import read_weights

    x = source.read("sample:five").values
    given = read_weights(weights) if weights else random_weights((units or 10, x.size), seed)
    if units is not None and len(given) != units:
        raise NotationError(f"{len(given)} rows of weights are not {units} units", f"write --units {len(given)}")
    notes = [] if weights else [f"seed {seed}: untrained"]
    return viewed(Dense(given, bias).walk(x if max(x.shape) < x.size else x.ravel()), "dense", notes=notes)
