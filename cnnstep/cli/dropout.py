"""`cnnstep dropout`."""

import click

from cnnstep.cli.base import number, whole
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed

EXAMPLES = (
    ("cnnstep dropout sample:five --rate 0.5 --seed 1", "half of the cells, by chance"),
    ("cnnstep dropout sample:five --inference", "when the network is used"),
)


@cnnstep_command("dropout", EXAMPLES, asked_options, source_options)
@click.option("--rate", type=number("rate", "R"), default=0.5,
              help="How likely a cell is dropped, from 0 to below 1.  [default: 0.5]")  # fmt: skip
@click.option("--seed", type=whole("seed", 0), default=0, show_default=True, help="Another seed drops other cells.")
@click.option("--inference", is_flag=True, help="As when the network is used: nothing happens.")
def command(source: Source, rate: float, seed: int, inference: bool) -> Shown:
    """Drop cells of INPUT by chance, and scale the rest, as a network does while it learns."""
    from cnnstep.engine.dropout import Dropout

    shown = source.read("sample:five")
    walk = Dropout(rate, seed, inference=inference).walk(shown.values)
    return viewed(walk, "dropout", shown.channels, [] if inference else [f"seed {seed}"])
