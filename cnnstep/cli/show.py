"""`cnnstep show`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Parsed, screen_options
from cnnstep.cli.options import reading_options, saving_options, source_argument
from cnnstep.geometry import by
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.inputs.reading import Input
    from cnnstep.views.report import Report

EXAMPLES = (
    ("cnnstep show sample:digit", "a digit, and the numbers in its middle"),
    ("cnnstep show image.png --at 60,80", "another place"),
    ("cnnstep show sample:flower --rgb", "red, green and blue apart"),
)


@click.command("show", cls=Command, examples=EXAMPLES)
@source_argument
@click.option("--at", type=Parsed("Y,X", notation.place), help="Show the numbers around row Y, column X, from 0.")
@reading_options
@saving_options
@screen_options
def command(source: str | None, at: tuple[int, ...] | None, reading: Reading) -> "Report":
    """See INPUT as a computer does: the picture, its size and channels, and its numbers."""
    from cnnstep.errors import GeometryError, NotationError
    from cnnstep.inputs.reading import read
    from cnnstep.views.reports import image

    shown = read(source or "sample:digit", reading)
    sizes = shown.values.shape[1:]
    if at is not None and len(at) != len(sizes):
        what = {1: "a sample", 2: "a row and a column", 3: "a frame, a row and a column"}[len(sizes)]
        raise NotationError(f"at {','.join(map(str, at))} is not {what}", f"write --at {_typed(n // 2 for n in sizes)}")
    if at is not None and any(i >= n for i, n in zip(at, sizes, strict=True)):
        raise GeometryError(
            f"{_typed(at)} is outside the {by(sizes)} input, which counts from 0",
            f"the last {'pixel' if len(sizes) > 1 else 'sample'} is --at {_typed(n - 1 for n in sizes)}",
        )
    return image.report(shown.name, shown.values, shown.channels, at, _next(shown, at, reading))


def _next(shown: "Input", at: tuple[int, ...] | None, reading: Reading) -> str:
    """What to add next; --rgb only where there are colours to see."""
    sizes = shown.values.shape[1:]
    offers = (tuple(n // part for n in sizes) for part in (3, 2))
    place = next((p for p in (*offers, (0,) * len(sizes)) if p != at), at or ())
    colours = ", --rgb (red, green and blue apart)" if shown.has_colours and not reading.rgb else ""
    conv = f"cnnstep conv {_typable(shown)} (what a window does to it)"
    return f"--at {_typed(place)} (another place){colours}, {conv}"


def _typable(shown: "Input") -> str:
    """The input's name where it can be typed as it is."""
    return shown.name if " " not in shown.name and shown.name != "stdin" else "INPUT"


def _typed(place: Iterable[int]) -> str:
    return ",".join(map(str, place))
