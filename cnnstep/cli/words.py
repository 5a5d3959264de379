"""What stands on a command line in other words than ours, or in more of them."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cnnstep.cli.lines import Line
from cnnstep.inputs.samples import named
from cnnstep.notation.synonyms import NONE, meant

if TYPE_CHECKING:
    from cnnstep.cli.options import Source

NUMBER = r"[\[(]*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[\])]*,?"


def joined(args: Sequence[str], takes_value: Collection[str]) -> list[str]:
    """The arguments, with numbers beside each other in one; what follows an option that takes a value stays alone."""
    words: list[str] = []
    is_open = False
    for option, arg in Line.of(args, takes_value).pairs:
        is_number = not option and re.fullmatch(NUMBER, arg) is not None
        if is_number and is_open:
            words[-1] += f" {arg}"
        else:
            words.append(arg)
        is_open = is_number
    return words


class Word(click.Choice):  # type: ignore[type-arg]  # generic since click 8.2
    """One of a few words, also as other libraries write it."""

    def __init__(self, words: Sequence[str], also: Mapping[str, str] = NONE) -> None:
        super().__init__(words)
        self._also = also

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Our word."""
        return super().convert(meant(value, self.choices, self._also), param, ctx)


def words_of(module: str, table: str, prefix: str = "") -> Callable[[], list[str]]:
    """The words of a table, for completion: its module is loaded when a shell asks."""
    return lambda: [prefix + word for word in getattr(import_module(f"cnnstep.{module}"), table)]


def beside(
    source: "Source", word: str | None, known: Collection[str], also: Mapping[str, str]
) -> "tuple[Source, str | None]":
    """INPUT, and the word of a table that stands beside it: in either order, alone, or not at all."""
    first = meant(source.name or "", known, also)
    second = word and meant(word, known, also)
    if first not in known or second in known:
        return source, second
    return source._replace(name=word and named(word)), first


def is_bare(ctx: click.Context) -> bool:
    """Whether nothing was asked but how to write on the screen."""
    screen = {param.name for param in ctx.command.params if getattr(param, "heading", "") == "Screen"}
    told = (name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE)
    return screen.issuperset(told)
