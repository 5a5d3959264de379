"""`cnnstep show`."""

from collections.abc import Iterable, Sequence

import click

from cnnstep import notation
from cnnstep.cli.base import Parsed
from cnnstep.cli.options import Shown, Source, cnnstep_command, saving_options, source_options
from cnnstep.errors import GeometryError, NotationError
from cnnstep.geometry import by

EXAMPLES = (
    ("cnnstep show sample:digit", "a digit, and the numbers in its middle"),
    ("cnnstep show image.png --at 60,80", "another place"),
    ("cnnstep show sample:flower --rgb", "red, green and blue apart"),
)


@cnnstep_command("show", EXAMPLES, source_options, saving_options)
@click.option("--at", type=Parsed("Y,X", notation.place), help="Show the numbers around row Y, column X, from 0.")
def command(source: Source, at: tuple[int, ...] | None) -> Shown:
    """See INPUT as a computer does: the picture, its size and channels, and its numbers."""
    from cnnstep.views.reports import image

    shown = source.read("sample:digit")
    sizes = shown.values.shape[1:]
    if at is not None and len(at) != len(sizes):
        what = {1: "a sample", 2: "a row and a column", 3: "a frame, a row and a column"}[len(sizes)]
        raise NotationError(f"at {','.join(map(str, at))} is not {what}", f"write --at {_typed(n // 2 for n in sizes)}")
    if at is not None and any(i >= n for i, n in zip(at, sizes, strict=True)):
        raise GeometryError(
            f"{_typed(at)} is outside the {by(sizes)} input, which counts from 0",
            f"the last {'pixel' if len(sizes) > 1 else 'sample'} is --at {_typed(n - 1 for n in sizes)}",
        )
    name = shown.name if " " not in shown.name and shown.name != "stdin" else "INPUT"  # what can be typed as it is
    colours = ", --rgb (red, green and blue apart)" if shown.has_colours and not source.reading.rgb else ""
    hint = f"--at {_another(at, sizes)} (another place){colours}, cnnstep conv {name} (what a window does to it)"
    return image.report(shown.name, shown.values, shown.channels, at, hint)


def _another(at: tuple[int, ...] | None, sizes: Sequence[int]) -> str:
    offers = (tuple(n // part for n in sizes) for part in (3, 2))
    return _typed(next((p for p in (*offers, (0,) * len(sizes)) if p != at), at or ()))


def _typed(place: Iterable[int]) -> str:
    return ",".join(map(str, place))
