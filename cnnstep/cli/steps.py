"""Options of what has steps: which of them are shown, how they are played, what is left blank on paper."""

import click

from cnnstep import notation
from cnnstep.cli.base import Decorator, Parsed, under
from cnnstep.views.page.hiding import BLANKS

HEADING = "What to show"
VIEWS = ("full", "lines", "map")
PLAYING = under(
    HEADING,
    click.option("--play", is_flag=True, help="Step with the keys, forth and back; ? shows them."),
    click.option("--blank", type=click.Choice([*BLANKS]),
                 help="A worksheet: one step, with the value, its products or also the patch to fill in."),
)  # fmt: skip
ANIMATING = under(HEADING, click.option("--animate", is_flag=True, help="Play once, without keys."))


def which_steps(place: Parsed, meaning: str) -> tuple[Decorator, ...]:
    """`--at` for places of this kind, `--steps` and `--view`."""
    return under(
        HEADING,
        click.option("--at", type=place, help=meaning),
        click.option("--steps", type=Parsed("STEPS", notation.steps),
                     help="The first 5, a range 10:20, or all.  [default: 3, or 16 lines]"),
        click.option("--view", type=click.Choice(VIEWS), default="full", show_default=True,
                     help="A screen a step, a line a step, or only the map."),
    )  # fmt: skip
