"""`cnnstep dropout`."""

from typing import TYPE_CHECKING

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Parsed, one, screen_options
from cnnstep.cli.options import asked_options, reading_options, source_argument
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.view import View

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
@screen_options
def command(source: str | None, rate: float, seed: int, inference: bool, reading: Reading) -> "View":
    """Drop cells of INPUT by chance, and scale the rest, as a network does while it learns."""
    from cnnstep.engine.dropout import Dropout
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.registry import view_of
    from cnnstep.views.vocabulary import Vocabulary

    shown = read(source or "sample:five", reading)
    notes = [] if inference else [f"seed {seed}"]
    walk = Dropout(rate, seed, inference=inference).walk(shown.values)
    return view_of(walk, Vocabulary("dropout", shown.channels, notes))
