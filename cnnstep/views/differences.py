"""What differs between two views: settings, sizes and costs, in a learner's words."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from cnnstep.geometry import by
from cnnstep.views.view import View

SHAPES = ("input", "output", "kernel")
"""Facts whose equal numbers are those of axes, not one for all of them."""
PLAIN = ("windows", "products", "unread")
"""Facts that follow from the others."""
NAMES = {
    "multiply_adds": "multiply-adds", "pad_mode": "padding mode", "pad_value": "padding value",
    "output_padding": "output padding", "flip": "kernel flipped", "include_padding": "padding counted",
}  # fmt: skip
"""Facts that a learner knows by other words."""
WORDS = {True: "yes", False: "no"}
LONGEST = 24
"""Facts that take more signs than this are told in each view, not above both."""


class Difference(NamedTuple):
    """A fact, and what it is in either view."""

    name: str
    first: str
    second: str


def differences(views: Sequence[View]) -> list[Difference]:
    """The facts that both have and that differ, numbers and words alone."""
    first, second = (view.facts() for view in views)
    told = (
        Difference(NAMES.get(name, name), *(_told(fact, is_shape=name in SHAPES) for fact in (fact, second.get(name))))
        for name, fact in first.items()
        if name not in PLAIN
    )
    return [each for each in told if each.first and each.second and each.first != each.second]


def _told(fact: Any, *, is_shape: bool) -> str:
    """A short fact as text, one number for all axes where they are the same; nothing where it is long.

    Of layers, which have facts of their own, it is how many there are.
    """
    if isinstance(fact, list) and any(isinstance(each, Mapping) for each in fact):
        fact = len(fact)
    elif isinstance(fact, list):
        numbers = np.asarray(fact).reshape(-1).tolist()
        is_one = not is_shape and all(number == numbers[0] for number in numbers)
        fact = numbers[0] if is_one and numbers else by(numbers) if all(isinstance(n, int) for n in numbers) else None
    if isinstance(fact, bool):
        return WORDS[fact]
    text = f"{fact:,}" if isinstance(fact, int) else str(fact) if isinstance(fact, str | float) else ""
    return text if len(text) <= LONGEST else ""
