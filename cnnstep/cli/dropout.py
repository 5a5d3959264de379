"""`cnnstep dropout`."""

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Ink, Parsed, ink_options, one
from cnnstep.cli.options import Asked, asked_options, reading_options, source_argument
from cnnstep.inputs.how import Reading

EXAMPLES = (
    ("cnnstep dropout sample:five --rate 0.5 --seed 1", "half of the cells, by chance"),
    ("cnnstep dropout sample:five --inference", "when the network is used"),
)


@click.command("dropout", cls=Command, examples=EXAMPLES)
@source_argument
@click.option("--rate", type=Parsed("R", lambda text: notation.one_number(text, "rate")), default=0.5,
              help="How likely a cell is dropped, from 0 to below 1.  [default: 0.5]")  # fmt: skip
@click.option("--seed", type=one("seed", 0), default=0, show_default=True, help="Another seed drops other cells.")
@click.option("--inference", is_flag=True, help="As when the network is used: nothing happens.")
@asked_options
@reading_options
@ink_options
def command(
    source: str | None, rate: float, seed: int, inference: bool, asked: Asked, reading: Reading, ink: Ink
) -> None:
    """Drop cells of INPUT by chance, and scale the rest, as a network does while it learns."""
    from cnnstep.cli.deliver import deliver
    from cnnstep.engine.dropout import Dropout
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.flattened import show_dropout
    from cnnstep.views.wording.titles import Names

    shown = read(source or "sample:five", reading)
    walk = Dropout(rate, seed, inference=inference).walk(shown.values)
    names = Names("dropout", "dropout", channels=shown.channels, notes=[] if inference else [f"seed {seed}"])
    deliver(show_dropout(walk, names, rate, inference=inference), asked, ink)
