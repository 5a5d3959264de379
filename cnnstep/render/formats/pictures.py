"""Pictures: .png of one step, of the map, or of a network's panels; .svg of one scene."""

from typing import BinaryIO

import numpy as np
from PIL import Image, PngImagePlugin

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.render.figures.layout import draw
from cnnstep.render.figures.paint import Painter, picture
from cnnstep.render.figures.pictures import coloured
from cnnstep.render.figures.vectors import as_svg
from cnnstep.render.formats.job import Job
from cnnstep.render.formats.layers import panels
from cnnstep.views.page.roles import Palette
from cnnstep.views.panels.planes import slices
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import extremes

SHARP = 2.0
SMALLEST_SIDE = 64
WANTED_SIDE = 256


def png(job: Job, stream: BinaryIO) -> str:
    """The scene of one step; else the panels of a network, or the map."""
    if job.is_one_step:
        pixels, what = _scene(job)
    elif figures := job.view.figures():
        pixels = np.asarray(panels(figures, job.paper))
        what = count(len(figures), "panel")
    else:
        pixels, what = _map(job)
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Description", what)
    Image.fromarray(pixels).save(stream, format="PNG", pnginfo=about)
    return f"{what}, {pixels.shape[1]}×{pixels.shape[0]} pixels"


def svg(job: Job, stream: BinaryIO) -> str:
    """One scene as sharp vectors, its fonts inside."""
    paper = job.paper
    scene, what = job.one_scene()
    part = draw(scene, paper)
    size = job.look.canvas or (round(part.width), round(part.height))
    stream.write(as_svg(part, paper, size).encode())
    return f"{what}, {by(size)}"


def _scene(job: Job) -> tuple[Array, str]:
    """One step, in the canvas that was asked for or as large as it is, twice as sharp as a screen."""
    paper = job.paper
    ((_, _, step),) = job.frames
    part = draw(job.view.scene(step), paper)
    what = f"step {step.number + 1:,} of {len(job.walk):,}"
    if job.look.canvas is None:
        return picture(part, paper.ground, SHARP), what
    return Painter(job.look.canvas, paper.ground, SHARP).paint(part), what


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
