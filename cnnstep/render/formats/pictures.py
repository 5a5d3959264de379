"""Pictures: .png of one step, of the map, or of a network's panels, its maps under each other; .svg of one scene."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, PngImagePlugin

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.render.figures.paint import Painter, picture
from cnnstep.render.figures.pictures import coloured
from cnnstep.render.figures.shapes import Part, Shape
from cnnstep.render.figures.vectors import as_svg
from cnnstep.render.figures.words import TITLE, line
from cnnstep.render.files import whole_file
from cnnstep.render.formats.drawings import drawing
from cnnstep.render.formats.saving import Job
from cnnstep.render.theme import Paper
from cnnstep.views.layers import Figure
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.panels.planes import slices
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import Number, extremes, short, signed

SHARP = 2.0
SMALLEST_SIDE = 64
WANTED_SIDE = 256
PANEL = 300
GAP = 24
MOST_MAPS = 8


def png(job: Job, stream: BinaryIO) -> str:
    """A network, a step or a small walk as a figure; the panels of a network; of a large map a pixel for each cell."""
    figures = () if job.has_diagram or job.is_one_step else job.view.figures()
    if figures:
        pixels, what = _panels(figures, job.look.paper), count(len(figures), "panel")
    elif job.has_diagram or job.is_one_step or max(job.walk.output_shape[-2:]) < SMALLEST_SIDE:
        drawn = drawing(job)
        pixels, what = Painter(drawn.size, job.look.paper.ground, drawn.scale).paint(drawn.part), drawn.what
    else:
        pixels, what = _map(job)
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Description", what)
    Image.fromarray(pixels).save(stream, format="PNG", pnginfo=about)
    return f"{what}, {pixels.shape[1]}×{pixels.shape[0]} pixels"


def levels(pixels: Array, target: Path, *, force: bool) -> None:
    """Levels from 0 to 255 (rows, columns) as a grey .png, a pixel each; raises OutputError."""
    with whole_file(target, force=force) as stream:
        Image.fromarray(pixels).save(stream, format="PNG")


def svg(job: Job, stream: BinaryIO) -> str:
    """A figure as sharp vectors, its fonts inside: of a report as large as it is."""
    drawn = drawing(job)
    stream.write(as_svg(drawn.part, job.look.paper, drawn.size).encode())
    return f"{drawn.what}, {by(drawn.size)}"


def report(job: Job, stream: BinaryIO) -> str:
    """A report as pixels."""
    drawn = drawing(job)
    pixels = picture(drawn.part, job.look.paper.ground, SHARP)
    Image.fromarray(pixels).save(stream, format="PNG")
    return f"{drawn.what}, {pixels.shape[1]}×{pixels.shape[0]} pixels"


def _map(job: Job) -> tuple[Array, str]:
    """The maps side by side, stretched over the palette; signs around zero in blue and orange."""
    output = job.walk.output.astype(np.float64)
    low, high = extremes(output)
    pixels = np.concatenate([_stretched(each, low, high) for each in slices(output)], axis=1)
    scale = 1 if max(pixels.shape[:2]) >= SMALLEST_SIDE else WANTED_SIDE // max(pixels.shape[:2])
    ends = "blue … white for 0 … orange" if low < 0 else "black … white"
    enlarged = f", each cell {scale}×{scale}" if scale > 1 else ""
    what = f"the output, {by(job.walk.output_shape)}, {low:g} … {high:g} as {ends}{enlarged}"
    return pixels.repeat(scale, axis=0).repeat(scale, axis=1), what


def _stretched(channel: Array, low: float, high: float) -> Array:
    if low < 0:
        return coloured(Palette.DIVERGING, channel / max(-low, high))
    return np.rint((channel - low) / ((high - low) or 1) * 255).astype(np.uint8)


def _panels(figures: Sequence[Figure], paper: Paper) -> Array:
    """Draw every figure's maps, one under the other, in the magma palette from their lowest to their highest."""
    columns = [[_coloured(values, extremes(figure.maps)) for values in figure.maps[:MOST_MAPS]] for figure in figures]
    titles = [line(_title(figure), paper, Role.PLAIN, TITLE) for figure in figures]
    widths = [max(maps[0].shape[1], round(title.width) + 1) for maps, title in zip(columns, titles, strict=True)]
    top = round(titles[0].height) + GAP
    height = top + max(sum(image.shape[0] + GAP for image in column) for column in columns)
    shapes: list[Shape] = []
    placed: list[tuple[Array, int, int]] = []
    left = GAP
    for maps, width, title in zip(columns, widths, titles, strict=True):
        shapes += (shape._replace(x=left + (width - title.width) / 2, y=GAP / 2) for shape in title.shapes)
        tops = accumulate((image.shape[0] + GAP for image in maps), initial=top)
        placed += [(image, left + (width - image.shape[1]) // 2, y) for image, y in zip(maps, tops, strict=False)]
        left += width + GAP
    canvas = picture(Part(left, height, shapes), paper.ground, 1)
    for image, x, y in placed:
        canvas[y : y + image.shape[0], x : x + image.shape[1]] = image
    return canvas


def _title(figure: Figure) -> str:
    """What it is, its size, what is dark and what is bright, and how many maps are not drawn."""
    maps, (rows, columns) = figure.maps, figure.maps.shape[1:]
    low, high = (signed(short(end)) for end in extremes(maps))
    levels = f"{low} … {high}" if low != high else f"all {low}"
    more = f", {MOST_MAPS} of {len(maps)}" if len(maps) > MOST_MAPS else ""
    return f"{figure.title}, {rows}×{columns}, {levels}{more}"


def _coloured(values: Array, ends: tuple[Number, Number]) -> Array:
    """Colours of one map on the scale of its panel, enlarged by a whole factor until it is about as large as others."""
    floats, (low, high) = values.astype(np.float64), ends
    colours = coloured(Palette.MAGMA, (floats - low) / ((high - low) or 1))
    factor = max(1, PANEL // max(values.shape))
    return colours.repeat(factor, axis=0).repeat(factor, axis=1)
