"""`cnnstep pool`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Parsed, bundle, numbers, screen_options
from cnnstep.cli.options import asked_options, reading_options, source_argument
from cnnstep.errors import NotationError
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.views.view import View

KINDS = ("max", "average", "min", "lp", "median")
EXAMPLES = (
    ("cnnstep pool", "the largest of every 2x2 window"),
    ("cnnstep pool sample:digit --kind average", "the mean instead"),
    ("cnnstep pool sample:five --window 3 --stride 2 --ceil", "a window that hangs over the edge"),
    ("cnnstep pool sample:flower --rgb --global --kind average", "one number a channel"),
    ("cnnstep pool sample:beep --window 100", "a sound"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a window slides, and what it keeps."""

    kind: str
    window: tuple[int, ...] | None
    stride: tuple[int, ...] | None
    padding: Any
    dilation: tuple[int, ...]
    ceil: bool
    include_padding: bool
    power: float | None
    whole: bool

    def __post_init__(self) -> None:
        if self.whole and (self.window or self.stride):
            raise NotationError("--global is one window over all", "leave --window and --stride out")
        if self.power is not None and self.kind != "lp":
            raise NotationError(f"--power is for --kind lp, not {self.kind}", "leave --power out, or use --kind lp")


pooling_options = bundle(
    "settings",
    Settings,
    click.option("--kind", type=click.Choice(KINDS), default="max", show_default=True, help="What is kept."),
    click.option("--window", "--kernel", "--k", "window", type=numbers("window"),
                 help="The window's size.  [default: 2]"),
    click.option("--stride", "--s", "stride", type=numbers("stride"),
                 help="Cells from one window to the next.  [default: the window's size]"),
    click.option("--padding", "--p", "padding", type=Parsed("P", notation.padding), default=((0, 0),),
                 help="Nothing around the input: N, NxM, before:after, same or valid.  [default: 0]"),
    click.option("--dilation", "--d", "dilation", type=numbers("dilation"), default=(1,),
                 help="Cells from one window cell to the next.  [default: 1]"),
    click.option("--ceil", is_flag=True, help="Round the size up (PyTorch's ceil_mode)."),
    click.option("--include-padding", is_flag=True, help="An average counts padding as zeros."),
    click.option("--power", type=Parsed("P", lambda text: notation.one_number(text, "power")),
                 help="For --kind lp.  [default: 2]"),
    click.option("--global", "whole", is_flag=True, help="One window over all: one number a channel."),
)  # fmt: skip


@click.command("pool", cls=Command, examples=EXAMPLES)
@source_argument
@pooling_options
@asked_options
@reading_options
@screen_options
def command(source: str | None, settings: Settings, reading: Reading) -> "View":
    """Pool INPUT: of every window, and in every channel on its own, keep one number.

    The windows stand side by side unless --stride says otherwise.
    """
    from cnnstep.engine.pooling import Pooling
    from cnnstep.inputs.reading import read
    from cnnstep.views.operations.registry import view_of
    from cnnstep.views.vocabulary import Vocabulary

    shown = read(source or "sample:five", reading)
    pooling = Pooling(
        settings.window or 2,
        settings.stride,
        settings.padding,
        settings.dilation,
        settings.kind,
        axes=shown.axes,
        ceil=settings.ceil,
        include_padding=settings.include_padding,
        power=2 if settings.power is None else settings.power,
        whole=settings.whole,
    )
    notes = ["global"] if settings.whole else []
    return view_of(pooling.walk(shown.values), Vocabulary(f"pool {settings.kind}", shown.channels, notes))
