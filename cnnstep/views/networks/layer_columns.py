"""What a layer has made as a column of a diagram: its maps on one scale, a strip of units, or bars."""

from collections.abc import Collection, Sequence
from math import floor, log10

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.networks.layer import Layer
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.page.diagram import Bar, Bars, LayerColumn, Map, Maps, Strip
from cnnstep.views.page.roles import Palette
from cnnstep.views.panels.pictures import average, input_picture
from cnnstep.views.wording.cells import CellFormat
from cnnstep.views.wording.numbers import extremes, signed

FILM = 4
"""Axes of a film with its channels: one of its frames is drawn."""
MOST_MAPS = 16
MOST_BARS = 10
FEW = 2
"""Digits behind the first one of the largest answer."""
WRITTEN = 7
"""Rows and columns of maps whose numbers can be written into them."""
LISTED = 3
"""Names of layers in a block that are all listed; of more the first and the last."""


def input_column(x: Array, frame: int) -> LayerColumn:
    """The input: a picture as it is, other channels as maps, a list as a strip."""
    lines = (_shape(x.shape, frame), "parameters:")
    if x.ndim == 3 and len(x) in {1, 3}:
        picture = input_picture(x)
        texts = _texts(x)[0] if len(x) == 1 else ()
        return LayerColumn(0, "input", lines, Maps((Map(0, picture.pixels, picture.size, texts),), picture.palette))
    return LayerColumn(0, "input", lines, _maps(x, (), frame))


def layer_column(
    block: Sequence[Layer], output: Array, needed: Collection[int], frame: int, labels: Sequence[str] | None
) -> LayerColumn:
    """What the last layer of a block has made; channels that are `needed` are among those drawn.

    `labels` are names of classes, perhaps none, where that is the answer.
    """
    shown = block[-1]
    lines = (_shape(shown.output, frame), f"{sum(layer.learned for layer in block):,}")
    if output.ndim == 1 and (labels is not None or WORDING[shown.word].gives_probabilities):
        return LayerColumn(shown.number, _name(block), lines, _bars(output, shown, needed, labels or ()))
    return LayerColumn(shown.number, _name(block), lines, _maps(output, needed, frame))


def _shape(shape: Sequence[int], frame: int) -> str:
    """Its shape; of a film also which frame is drawn."""
    return f"{by(shape)}, frame {frame}" if len(shape) == FILM else by(shape)


def _name(block: Sequence[Layer]) -> str:
    """The names of what is counted in a block; of what is not, its word."""
    counted = [layer.name for layer in block if layer.title]
    ends = [layer.word for layer in block if WORDING[layer.word].gives_probabilities]
    if len(counted) > LISTED:
        counted = [f"{counted[0]} … {counted[-1]}"]
    return " → ".join([*([" ".join(counted)] if counted else []), *ends]) or block[0].word


def _chosen(many: int, most: int, needed: Collection[int]) -> list[int]:
    """The first few, in their order; the last of them give way to what is needed."""
    first = [number for number in range(min(many, most)) if number not in needed]
    return sorted([*sorted(needed)[:most], *first[: max(0, min(many, most) - len(needed))]])


def _shades(output: Array) -> tuple[Array, Palette]:
    """All numbers on one scale with 0 fixed: from −1 to 1 where there are signs, else from 0 to 1."""
    values = output.astype(np.float64)
    low, high = extremes(values)
    far = max(-low, high) or 1
    return values / far, Palette.DIVERGING if low < 0 else Palette.GREY


def _maps(output: Array, needed: Collection[int], frame: int) -> Maps | Strip:
    shades, palette = _shades(output)
    if output.ndim < 2 or output[0].size == 1:
        return Strip(shades.reshape(-1), palette, _written(output.reshape(-1, 1, 1)))
    if output.ndim == 2:
        shades = shades[:, None]
    elif output.ndim > 3:
        shades = shades[:, frame]
    drawn = _chosen(len(shades), MOST_MAPS, needed)
    size = (shades.shape[1], shades.shape[2])
    texts = _texts(output[drawn]) if output.ndim == len(size) + 1 else [()] * len(drawn)
    pairs = zip(drawn, texts, strict=True)
    maps = [Map(channel, average(shades[channel][None])[0], size, text) for channel, text in pairs]
    return Maps(tuple(maps), palette, len(shades) - len(drawn))


def _written(units: Array) -> tuple[str, ...]:
    """The numbers of a few units as text."""
    return tuple(row[0][0] for row in _texts(units) if row) if len(units) <= MOST_MAPS else ()


def _texts(values: Array) -> list[tuple[tuple[str, ...], ...]]:
    """The numbers of small maps (channels, rows, columns) as text, those of all maps alike; else nothing for each."""
    write = CellFormat.of(values.ravel().tolist()) if max(values.shape[1:]) <= WRITTEN else None
    if write is None or write.power:  # a power of ten would have to be told
        return [()] * len(values)
    return [tuple(tuple(map(write, row)) for row in each) for each in values.tolist()]


def _bars(output: Array, shown: Layer, needed: Collection[int], labels: Sequence[str]) -> Bars:
    """Probabilities between 0 and 1, or other answers; of many the largest."""
    values = [float(value) for value in output]
    order = sorted(range(len(values)), key=lambda number: -values[number])
    drawn = sorted([*needed, *(number for number in order if number not in needed)][:MOST_BARS])
    is_share = WORDING[shown.word].gives_probabilities
    low, high = (0.0, 1.0) if is_share else (min(0.0, *values), max(0.0, *values))
    digits = ".1%" if is_share else f".{max(0, FEW - floor(log10(max(high, -low) or 1)))}f"
    bars = [Bar(n, labels[n] if labels else str(n), values[n], signed(format(values[n], digits))) for n in drawn]
    chance = 1 / len(values) if is_share else None
    best = order[0] if values[order[0]] > values[order[-1]] else None
    return Bars(tuple(bars), (low, high), best, chance, len(values) - len(bars))
