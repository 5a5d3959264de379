"""`cnnstep show`."""

from typing import TYPE_CHECKING, Any

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Ink, Parsed, echo_json, ink_options
from cnnstep.cli.options import reading_options, source_argument
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
    from cnnstep.scenes import levels

    shown = read(source or "sample:digit", reading)
    height, width = shown.values.shape[1:]
    if at is not None and len(at) != 2:
        raise NotationError(f"at {','.join(map(str, at))} is not a row and a column", "write --at 2,3")
    if at is not None and (at[0] >= height or at[1] >= width):
        raise GeometryError(
            f"{at[0]},{at[1]} is outside the {height}×{width} input, which counts from 0",
            f"the last pixel is --at {height - 1},{width - 1}",
        )
    if ink.json:
        echo_json(_document(shown.name, shown.values, at))
        return
    terminal = ink.terminal()
    terminal.show(levels.scene(shown.name, shown.values, shown.channels, at, _next(shown, at, reading)))


def _next(shown: "Input", at: tuple[int, ...] | None, reading: Reading) -> str:
    """What to add next; --rgb only where there are colours to see."""
    height, width = shown.values.shape[1:]
    place = next(p for p in ((height // 3, width // 3), (height // 2, width // 2), (0, 0)) if p != at)
    colours = ", --rgb (red, green and blue apart)" if shown.has_colours and not reading.rgb else ""
    return f"next: --at {place[0]},{place[1]} (another place){colours}, cnnstep conv (what a window does to it)"


def _document(name: str, values: Any, at: tuple[int, ...] | None) -> dict[str, Any]:
    from cnnstep.scenes.levels import region

    rows, columns = region(values, at)
    return {
        "input": name,
        "channels": len(values),
        "size": list(values.shape[1:]),
        "type": str(values.dtype),
        "low": values.min().item(),
        "high": values.max().item(),
        "region": [[rows.shown.start, rows.shown.stop], [columns.shown.start, columns.shown.stop]],
        "values": values[:, rows.shown.start : rows.shown.stop, columns.shown.start : columns.shown.stop].tolist(),
    }
