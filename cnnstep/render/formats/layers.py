"""Maps side by side as a picture, each under its title: the panels of a network."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from cnnstep.engine.arrays import Array
from cnnstep.render.figures.paint import picture
from cnnstep.render.figures.paper import Paper
from cnnstep.render.figures.pictures import coloured
from cnnstep.render.figures.shapes import Part, Shape
from cnnstep.render.figures.words import TITLE, line
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.view import Figure
from cnnstep.views.wording.numbers import extremes, short, signed

SIDE = 300
GAP = 24
MOST_MAPS = 8


def panels(figures: Sequence[Figure], paper: Paper) -> Image.Image:
    """Draw every figure's maps, one under the other, in the magma palette from their lowest to their highest."""
    columns = [[_coloured(values) for values in figure.maps[:MOST_MAPS]] for figure in figures]
    titles = [line(_title(figure), paper, Role.PLAIN, TITLE) for figure in figures]
    widths = [max(maps[0].shape[1], round(title.width) + 1) for maps, title in zip(columns, titles, strict=True)]
    top = round(titles[0].height) + GAP
    height = top + max(sum(image.shape[0] + GAP for image in column) for column in columns)
    shapes: list[Shape] = []
    pasted: list[tuple[Array, int, int]] = []
    left = GAP
    for maps, width, title in zip(columns, widths, titles, strict=True):
        shapes += (shape._replace(x=left + (width - title.width) / 2, y=GAP / 2) for shape in title.shapes)
        below = top
        for image in maps:
            pasted.append((image, left + (width - image.shape[1]) // 2, below))
            below += image.shape[0] + GAP
        left += width + GAP
    canvas = Image.fromarray(picture(Part(left, height, shapes), paper.ground, 1))
    for image, x, y in pasted:
        canvas.paste(Image.fromarray(image), (x, y))
    return canvas


def _title(figure: Figure) -> str:
    """What it is, its size, what is dark and what is bright, and how many maps are not drawn."""
    maps, (rows, columns) = figure.maps, figure.maps.shape[1:]
    low, high = (signed(short(end)) for end in extremes(maps))
    levels = f"{low} … {high}" if low != high else f"all {low}"
    more = f", {MOST_MAPS} of {len(maps)}" if len(maps) > MOST_MAPS else ""
    return f"{figure.title}, {rows}×{columns}, {levels}{more}"


def _coloured(values: Array) -> Array:
    """Colours of one map, enlarged by a whole factor until it is about as large as the others."""
    floats = values.astype(np.float64)
    low, high = floats.min(), floats.max()
    colours = coloured(Palette.MAGMA, (floats - low) / ((high - low) or 1))
    factor = max(1, SIDE // max(values.shape))
    return colours.repeat(factor, axis=0).repeat(factor, axis=1)
