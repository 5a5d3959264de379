"""Maps side by side as a picture, each under its title: the panels of a network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.render.glyphs import Glyphs
from cnnstep.render.palettes import colour
from cnnstep.scenes.scene import Palette
from cnnstep.scenes.show import Figure

if TYPE_CHECKING:
    from PIL import Image

Array: TypeAlias = NDArray[Any]

SIDE = 300
GAP = 24
TITLE = 20
LINE = 34
MOST_MAPS = 8
SHADES = 256


def panels(figures: Sequence[Figure]) -> "Image.Image":
    """Draw every figure's maps, one under the other, in the magma palette from their lowest to their highest."""
    from PIL import Image, ImageDraw, ImageFont

    columns = [[_coloured(values) for values in figure.maps[:MOST_MAPS]] for figure in figures]
    titles = [_title(figure) for figure in figures]
    font = ImageFont.load_default(TITLE)
    widths = [
        max(column[0].shape[1], int(font.getlength(title)) + 1) for column, title in zip(columns, titles, strict=True)
    ]
    height = max(sum(image.shape[0] + GAP for image in column) for column in columns)
    canvas = Image.new("RGB", (sum(widths) + GAP * (len(widths) + 1), LINE + GAP + height), "white")
    draw = ImageDraw.Draw(canvas)
    left = GAP
    for column, width, title in zip(columns, widths, titles, strict=True):
        draw.text((left + width / 2, GAP // 2), title, fill="black", font=font, anchor="ma")
        top = LINE + GAP // 2
        for image in column:
            canvas.paste(Image.fromarray(image), (left + (width - image.shape[1]) // 2, top))
            top += image.shape[0] + GAP
        left += width + GAP
    return canvas


def _title(figure: Figure) -> str:
    rows, columns = figure.maps.shape[1:]
    return Glyphs("ascii").fit(f"{figure.title}, {rows}×{columns}")


def _coloured(values: Array) -> Array:
    """Colours of one map, enlarged by a whole factor until it is about as large as the others."""
    floats = values.astype(np.float64)
    low, high = floats.min(), floats.max()
    table = np.array([colour(Palette.MAGMA, i / (SHADES - 1)) for i in range(SHADES)], dtype=np.uint8)
    shades = np.rint((floats - low) / ((high - low) or 1) * (SHADES - 1)).astype(np.intp)
    factor = max(1, SIDE // max(values.shape))
    enlarged: Array = table[shades].repeat(factor, axis=0).repeat(factor, axis=1)
    return enlarged
