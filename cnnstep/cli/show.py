"""`cnnstep show`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Ink, Parsed, echo_json, ink_options
from cnnstep.cli.options import reading_options, source_argument
from cnnstep.geometry import by
from cnnstep.inputs.how import Reading

if TYPE_CHECKING:
    from cnnstep.inputs.reading import Input

EXAMPLES = (
    ("cnnstep show sample:digit", "a digit, and the numbers in its middle"),
    ("cnnstep show image.png --at 60,80", "another place"),
    ("cnnstep show sample:flower --rgb", "red, green and blue apart"),
)


@click.command("show", cls=Command, examples=EXAMPLES)
@source_argument
@click.option("--at", type=Parsed("Y,X", notation.place), help="Show the numbers around row Y, column X, from 0.")
@reading_options
@ink_options
def command(source: str | None, at: tuple[int, ...] | None, reading: Reading, ink: Ink) -> None:
    """See INPUT as a computer does: the picture, its size and channels, and its numbers."""
    from cnnstep.errors import GeometryError, NotationError
    from cnnstep.inputs.reading import read
    from cnnstep.views.reports import image as levels

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
    if ink.json:
        echo_json(_document(shown.name, shown.values, at))
        return
    terminal = ink.terminal()
    terminal.show(levels.scene(shown.name, shown.values, shown.channels, at, _next(shown, at, reading)))


def _next(shown: "Input", at: tuple[int, ...] | None, reading: Reading) -> str:
    """What to add next; --rgb only where there are colours to see."""
    sizes = shown.values.shape[1:]
    offers = (tuple(n // part for n in sizes) for part in (3, 2))
    place = next((p for p in (*offers, (0,) * len(sizes)) if p != at), at or ())
    colours = ", --rgb (red, green and blue apart)" if shown.has_colours and not reading.rgb else ""
    conv = f"cnnstep conv {_typable(shown)} (what a window does to it)"
    return f"next: --at {_typed(place)} (another place){colours}, {conv}"


def _typable(shown: "Input") -> str:
    """The input's name where it can be typed as it is."""
    return shown.name if " " not in shown.name and shown.name != "stdin" else "INPUT"


def _typed(place: Iterable[int]) -> str:
    return ",".join(map(str, place))


def _document(name: str, values: Any, at: tuple[int, ...] | None) -> dict[str, Any]:
    from cnnstep.views.reports.image import flat, region

    rows, columns = region(values, at)
    sheet, _ = flat(values, at)
    return {
        "input": name,
        "channels": len(values),
        "size": list(values.shape[1:]),
        "type": str(values.dtype),
        "low": values.min().item(),
        "high": values.max().item(),
        "region": [[rows.shown.start, rows.shown.stop], [columns.shown.start, columns.shown.stop]],
        "values": sheet[:, rows.shown.start : rows.shown.stop, columns.shown.start : columns.shown.stop].tolist(),
    }
