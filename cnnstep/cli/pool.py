"""`cnnstep pool`."""

from collections.abc import Callable
from typing import Any

import click

from cnnstep import notation
from cnnstep.cli.base import Parsed, number, sizes
from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.cli.words import Word, beside
from cnnstep.errors import NotationError, did_you_mean, quoted
from cnnstep.notation.synonyms import POOLINGS

KINDS = ("max", "average", "min", "lp", "median")
EXAMPLES = (
    ("cnnstep pool", "the largest of every 2x2 window"),
    ("cnnstep pool sample:digit average", "the mean instead"),
    ("cnnstep pool sample:five --window 3 --stride 2 --ceil", "a window that hangs over the edge"),
    ("cnnstep pool sample:flower --rgb --global --kind average", "one number a channel"),
    ("cnnstep pool sample:beep --window 100", "a sound"),
)
kind_argument = click.argument("word", metavar="[KIND]", required=False, type=Parsed("KIND", str, lambda: list(KINDS)))
SLIDING = (
    click.option("--window", "--kernel", "--k", "-k", "window", type=sizes("window"),
                 help="The window's size.  [default: 2]"),
    click.option("--stride", "--s", "-s", "stride", type=sizes("stride"),
                 help="Cells from one window to the next.  [default: the window's size]"),
    click.option("--padding", "--p", "-p", "padding", type=Parsed("P", notation.padding), default=((0, 0),),
                 help="Nothing around the input: N, NxM, before:after, same or valid.  [default: 0]"),
    click.option("--dilation", "--d", "-d", "dilation", type=sizes("dilation"), default=(1,),
                 help="Cells from one window cell to the next.  [default: 1]"),
    click.option("--ceil", is_flag=True, help="Round the size up (PyTorch's ceil_mode)."),
)  # fmt: skip
"""A window that slides over each channel."""


def sliding_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options."""
    for each in reversed(SLIDING):
        function = each(function)
    return function


@cnnstep_command("pool", EXAMPLES, asked_options, source_options, kind_argument)
@click.option("--kind", type=Word(KINDS, POOLINGS), help="What is kept.  [default: max]")
@sliding_options
@click.option("--include-padding", is_flag=True, help="An average counts padding as zeros.")
@click.option("--power", type=number("power", "P"), help="For --kind lp.  [default: 2]")
@click.option("--global", "whole", is_flag=True, help="One window over all: one number a channel.")
def command(
    source: Source, word: str | None, window: tuple[int, ...] | None, kind: str | None, power: float | None,
    whole: bool, **settings: Any,
) -> Shown:  # fmt: skip
    """Pool INPUT: of every window, and in every channel on its own, keep one number.

    The windows stand side by side unless --stride says otherwise.
    """
    from cnnstep.engine.pooling import Pooling

    source, word = beside(source, word, KINDS, POOLINGS)
    if word is not None and word not in KINDS:
        raise NotationError(
            f"no pooling is called {quoted(word)}", f"{did_you_mean(word, KINDS)}there are {', '.join(KINDS)}"
        )
    if kind and word:
        raise NotationError(f"{word} and --kind {kind} are two kinds", "leave one of them out")
    kind = kind or word or "max"
    if whole and (window or settings["stride"]):
        raise NotationError("--global is one window over all", "leave --window and --stride out")
    if power is not None and kind != "lp":
        raise NotationError(f"--power is for --kind lp, not {kind}", "leave --power out, or use --kind lp")
    shown = source.read("sample:five")
    settings["power"] = 2 if power is None else power
    pooling = Pooling(window or 2, kind=kind, axes=shown.axes, whole=whole, **settings)
    return viewed(pooling.walk(shown.values), f"pool {kind}", shown.channels, ["global"] if whole else [])
