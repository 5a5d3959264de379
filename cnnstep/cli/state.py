"""The command line that gives a view again after its settings or its numbers were changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cnnstep.cli.group import cli
from cnnstep.cli.group import view as viewed
from cnnstep.cli.lines import Line
from cnnstep.engine.activations import RULES
from cnnstep.engine.settings import adjustable, in_words, kernels_in_words, matrix_in_words
from cnnstep.errors import CnnstepError
from cnnstep.notation.synonyms import POOLINGS
from cnnstep.views.view import View

if TYPE_CHECKING:
    from cnnstep.engine.arrays import Array

MOST_TYPED = 200
"""Cells of an edited input that a command line still holds."""
PLANES = 3
SHOWING = ("--at", "--steps", "--play", "--animate")
"""What says which steps are shown, and how."""
WORDS = {*RULES, *POOLINGS, *POOLINGS.values()}
"""Words that are no input, though no option stands before them."""


def state(before: View, after: View, typed: Sequence[str]) -> list[str]:
    """The words of a command that gives `after`, where `typed` gave `before`; none where that cannot be typed."""
    name, *words = typed
    command = cli.get_command(click.Context(cli), name)
    options = command.params if command else []
    known = {spelled: each for each in options if isinstance(each, click.Option) for spelled in each.opts}
    flags = [spelled for spelled, option in known.items() if option.is_flag]
    line = Line.of(words, known.keys() - flags, flags).without(SHOWING)
    for setting in adjustable(after.operation, after.bound):
        old, new = (in_words(each.operation, setting, each.bound) for each in (before, after))
        if old != new:
            values = kernels_in_words(after.operation) if setting == "kernel" else [new]
            option = known.get(f"--{after.operation.called(setting).replace('_', '-')}")
            line = _with_setting(line, option, old, values)
    x = after.bound.input
    if not _same(before.bound.input, x):
        if x.size > MOST_TYPED or x.ndim > PLANES:
            return []
        line = _with_input(line, matrix_in_words(x))
    found = [name, *line.words]
    try:  # it is shown only where it does what it says
        shown = viewed(found)
    except CnnstepError:
        return []
    return found if isinstance(shown, View) and _same(shown.walk.output, after.walk.output) else []


def _same(a: "Array", b: "Array") -> bool:
    return a.shape == b.shape and bool((a == b).all())


def _with_setting(line: Line, option: click.Option | None, old: str, new: Sequence[str]) -> Line:
    """With another value of a setting: behind its option, or as a word where it has none."""
    names: list[str] = option.opts if option else []
    rest = Line(tuple(pair for pair in line.without(names).pairs if pair[0] or pair[1].lower() != old))
    if option is None:
        return rest.ending(*new)
    if option.is_flag:
        return rest.ending(*names[:1] * (list(new) == ["yes"]))
    return rest.ending(*(word for value in new for word in (names[0], value)))


def _with_input(line: Line, text: str) -> Line:
    """With this matrix as the input."""
    return Line((("", text), *(pair for pair in line.pairs if pair[0] or pair[1].lower() in WORDS)))
