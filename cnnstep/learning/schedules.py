"""Schedules: the learning rate as a fraction of the first one, from how much of the training is done."""

from collections.abc import Callable
from math import cos, pi
from typing import NamedTuple

STEPS, FACTOR = 3, 0.1


class Schedule(NamedTuple):
    """A row: the fraction after a share of the training, from 0 to 1, and its formula."""

    factor: Callable[[float], float]
    formula: str


SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule(lambda _: 1.0, "rate"),
    "step": Schedule(lambda done: FACTOR ** int(STEPS * min(done, 1 - 1e-9)), "a tenth after each third"),
    "cosine": Schedule(lambda done: (1 + cos(pi * min(done, 1))) / 2, "rate·(1 + cos πt)/2: down to 0 along a cosine"),
}
"""Name → schedule. Source: Loshchilov, Hutter 2016: SGDR."""
