"""`--save NAME.SUFFIX`: the suffix decides what is written. A new format is one row here."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.engine.steps import Walk
from cnnstep.errors import NotationError, OutputError
from cnnstep.geometry import by
from cnnstep.notation import printable
from cnnstep.render.files import check_target, whole_file
from cnnstep.scenes.arithmetic import count
from cnnstep.scenes.numbers import extremes
from cnnstep.scenes.show import Figure, Show

Array: TypeAlias = NDArray[Any]

MOST_UNASKED = 100_000
SMALLEST_SIDE = 64
WANTED_SIDE = 256


class Job(NamedTuple):
    """What there is to save: the show, and the steps that were asked for (None: no one said)."""

    show: Show
    asked: Sequence[Any] | None

    @property
    def walk(self) -> Walk[Any, Any]:
        """The walk that is shown."""
        return self.show.walk


Writer: TypeAlias = Callable[[Job, BinaryIO], str]


class Format(NamedTuple):
    """A row of the table: what writes the file, and what must hold before it begins."""

    write: Writer
    check: Callable[[Job], None] = lambda _: None


def save(job: Job, targets: list[Path], *, force: bool) -> list[str]:
    """Write every target, and return a line about each; nothing is begun unless all of them can be."""
    formats = [_format(target) for target in targets]
    for number, (target, each) in enumerate(zip(targets, formats, strict=True)):
        if target in targets[:number]:
            raise NotationError(f"{printable(str(target))} is to be saved twice", "name every file once")
        check_target(target, force=force)
        each.check(job)
    reports = []
    for target, each in zip(targets, formats, strict=True):
        with whole_file(target, force=force) as stream:
            what = each.write(job, stream)
        reports.append(f"Wrote {printable(str(target))}: {what}")
    return reports


def _format(target: Path) -> Format:
    found = FORMATS.get(target.suffix.lower())
    if found is None:
        raise NotationError(
            f"{printable(str(target))} does not end in a format that can be saved",
            f"end the name in {', '.join(FORMATS)}",
        )
    return found


def _fits_npy(job: Job) -> None:
    if job.walk.output.dtype == object:
        raise OutputError("the output has integers of more than 64 bits, which .npy cannot hold", "save it as .csv")


def _npy(job: Job, stream: BinaryIO) -> str:
    output = job.walk.output
    np.save(stream, output, allow_pickle=False)
    return f"the output, {by(output.shape)}, {output.dtype}"


def _csv(job: Job, stream: BinaryIO) -> str:
    """Rows of numbers; a blank line between filters."""
    for number, channel in enumerate(_sheets(job.walk.output)):
        stream.write(b"\n" * bool(number))
        stream.writelines((",".join(map(repr, row.tolist())) + "\n").encode() for row in channel)
    return f"the output, {by(job.walk.output_shape)}"


def _png(job: Job, stream: BinaryIO) -> str:
    """The maps side by side, stretched over the palette; signs around zero in blue and orange."""
    from PIL import Image, PngImagePlugin

    if job.show.figures:
        return _panels(job.show.figures(), stream)
    output = job.walk.output.astype(np.float64)
    low, high = extremes(output)
    pixels = np.concatenate([_coloured(sheet, low, high) for sheet in _sheets(output)], axis=1)
    scale = 1 if max(pixels.shape[:2]) >= SMALLEST_SIDE else WANTED_SIDE // max(pixels.shape[:2])
    pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    ends = "blue … white for 0 … orange" if low < 0 else "black … white"
    enlarged = f", each cell {scale}×{scale} pixels" if scale > 1 else ""
    what = f"the output, {by(job.walk.output_shape)}, {low:g} … {high:g} as {ends}{enlarged}"
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Description", what)
    Image.fromarray(pixels).save(stream, format="PNG", pnginfo=about)
    return what


def _panels(figures: Sequence[Figure], stream: BinaryIO) -> str:
    """The maps of a network's layers side by side, under their titles."""
    from cnnstep.render.figures.layers import panels

    picture = panels(figures)
    picture.save(stream, format="PNG")
    return f"{count(len(figures), 'panel')}, {picture.width}×{picture.height} pixels"


def _sheets(output: Array) -> list[Array]:
    """Every channel, and every frame of a film, as rows and columns; a signal is one row."""
    wide = output.reshape(1, 1, -1) if output.ndim == 1 else output[:, None] if output.ndim == 2 else output
    return list(wide.reshape(-1, *wide.shape[-2:]))


def _coloured(channel: Array, low: float, high: float) -> Array:
    if low >= 0:
        return np.rint((channel - low) / ((high - low) or 1) * 255).astype(np.uint8)
    from cnnstep.render.palettes import colour
    from cnnstep.scenes.scene import Palette

    table = np.array([colour(Palette.DIVERGING, i / 127 - 1) for i in range(255)], dtype=np.uint8)
    coloured: Array = table[np.rint((channel / max(-low, high) + 1) * 127).astype(np.intp)]
    return coloured


def _says_which(job: Job) -> None:
    if job.asked is None and len(job.walk) > MOST_UNASKED:
        raise NotationError(
            f"{len(job.walk):,} steps are more than {MOST_UNASKED:,}", "say which: --steps 1000, --steps 500:900 or all"
        )


def _jsonl(job: Job, stream: BinaryIO) -> str:
    """One step a line, as they come."""
    steps = job.walk if job.asked is None else job.asked
    stream.writelines(json.dumps(step.as_dict(), allow_nan=False).encode() + b"\n" for step in steps)
    return f"{count(len(steps), 'step')}, one a line"


FORMATS: dict[str, Format] = {
    ".npy": Format(_npy, _fits_npy),
    ".csv": Format(_csv),
    ".png": Format(_png),
    ".jsonl": Format(_jsonl, _says_which),
}
