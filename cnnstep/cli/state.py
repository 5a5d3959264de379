"""The command line that gives a view again after its settings or its numbers were changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from cnnstep.cli.group import cli
from cnnstep.cli.group import view as viewed
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
    line = Line(known, tuple(words)).without(SHOWING)
    for setting in adjustable(after.operation, after.bound):
        old, new = (in_words(each.operation, setting, each.bound) for each in (before, after))
        if old != new:
            values = kernels_in_words(after.operation) if setting == "kernel" else [new]
            line = line.with_setting(after.operation.called(setting), old, values)
    x = after.bound.input
    if not _same(before.bound.input, x):
        if x.size > MOST_TYPED or x.ndim > PLANES:
            return []
        line = line.with_input(matrix_in_words(x))
    found = [name, *line.words]
    try:  # it is shown only where it does what it says
        shown = viewed(found)
    except CnnstepError:
        return []
    return found if isinstance(shown, View) and _same(shown.walk.output, after.walk.output) else []


def _same(a: "Array", b: "Array") -> bool:
    return a.shape == b.shape and bool((a == b).all())


@dataclass(frozen=True, slots=True)
class Line:
    """Words of a command line, and the options that may be among them."""

    options: Mapping[str, click.Option]
    words: tuple[str, ...]

    def without(self, spelled: Sequence[str]) -> "Line":
        """Without these options and their values."""
        return replace(self, words=tuple(word for option, word in self._pairs() if option not in spelled))

    def with_setting(self, setting: str, old: str, new: Sequence[str]) -> "Line":
        """With another value of a setting: behind its option, or as a word where it has none."""
        spelled = f"--{setting.replace('_', '-')}"
        option = self.options.get(spelled)
        rest = tuple(word for word in self.without(option.opts if option else ()).words if word.lower() != old)
        if option is None:
            return replace(self, words=(*rest, *new))
        if option.is_flag:
            return replace(self, words=(*rest, *([spelled] if new == ["yes"] else [])))
        return replace(self, words=(*rest, *(word for value in new for word in (spelled, value))))

    def with_input(self, text: str) -> "Line":
        """With this matrix as the input."""
        kept = (word for option, word in self._pairs() if option or word.lower() in WORDS)
        return replace(self, words=(text, *kept))

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Each word with the option that it spells or is the value of; with nothing where it stands alone."""
        taking = ""
        for word in self.words:
            name, equals, _ = word.partition("=")
            option = self.options.get(name)
            yield taking or (name if option else ""), word
            taking = name if option and not taking and not option.is_flag and not equals else ""
