"""What the commands of normalisation share: γ, β and ε."""

from typing import NamedTuple

import click

from cnnstep.cli.base import Decorator, bundle, number, numbers


class Affine(NamedTuple):
    """A scale γ and a shift β, none where they were not given, and ε."""

    scale: tuple[float, ...] | None
    shift: tuple[float, ...] | None
    epsilon: float

    @property
    def settings(self) -> tuple[tuple[float, ...], tuple[float, ...], float]:
        """With the numbers that γ and β begin with in training."""
        return self.scale or (1,), self.shift or (0,), self.epsilon


def affine_options(each: str, usual: tuple[str, str] = ("1", "0")) -> Decorator:
    """γ and β, one number, or one for `each` of what there are several of."""
    return bundle(
        "affine",
        Affine,
        click.option("--scale", "--gamma", "scale", type=numbers("scale", "N"),
                     help=f"Scale γ, which is learned: one number, or one a {each}.  [default: {usual[0]}]"),
        click.option("--shift", "--beta", "shift", type=numbers("shift", "N"),
                     help=f"Shift β, which is learned: one number, or one a {each}.  [default: {usual[1]}]"),
        click.option("--epsilon", type=number("epsilon", "E"), default=1e-5,
                     help="Keeps the division away from 0.  [default: 0.00001]"),
    )  # fmt: skip
