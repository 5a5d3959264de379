"""What the layers of a network have made: numbers of small maps, thumbnails of others, bars of probabilities."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.networks.network import Layer
from cnnstep.networks.run import Run
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, Panel, Picture, words
from cnnstep.views.page.tables import Bar, Column, table
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import WHOLE
from cnnstep.views.panels.pictures import SMALL, map_picture
from cnnstep.views.wording.numbers import extremes, formatter, signed

CHANNELS = 4
FEW = 2
STRIP = 30
MOST_BARS = 10
LONGEST = 40


def thumbnails(run: Run) -> list[list[Block]]:
    """What every layer has made, with its activation, a few channels of each."""
    rows: list[list[Block]] = []
    taken: list[Panel] = []
    for layer in _shown(run):
        made = _layer(run, layer)
        if isinstance(made, list) and len(made) == 1:
            taken += made
            continue
        rows += [[Beside(tuple(taken))]] if taken else []
        taken = []
        rows.append([Beside(tuple(made))] if isinstance(made, list) else list(made))
    return [*rows, [Beside(tuple(taken))]] if taken else rows


def span(output: Array) -> str:
    """The range of some numbers: `−1 … 1`."""
    low, high = extremes(output)
    show = formatter([float(f"{end:.3g}") for end in (low, high)])
    return f"{signed(show(low))} … {signed(show(high))}" if low < high else f"only {signed(show(low))}"


def _shown(run: Run) -> Iterator[Layer]:
    """Every layer of a few numbers; of larger ones what stands after the activation. Flatten shows nothing new."""
    for _, group in groupby(run.layers, key=lambda layer: layer.name):
        layers = [layer for layer in group if layer.word != "flatten"]
        yield from layers if all(map(_is_small, layers)) else layers[-1:]


def _is_small(layer: Layer) -> bool:
    """Whether all of its numbers can be shown."""
    shape = layer.output
    return (
        len(shape) == len(WHOLE) + 1 and shape[0] <= FEW and all(n <= m for n, m in zip(shape[1:], WHOLE, strict=True))
    )


def _layer(run: Run, layer: Layer) -> list[Panel] | tuple[Block, ...]:
    """Panels to stand in a row, or blocks of their own."""
    output = run.walk(layer.number).output
    caption = (
        f"{layer.name} {layer.word} {by(output.shape)}" if _is_small(layer) else f"{layer.name} {by(output.shape)}"
    )
    if WORDING[layer.word].gives_probabilities:
        return tuple(bars(output, caption))
    if output.ndim == 1 and output.size <= maps.MOST_LISTED:
        return tuple(block for part in maps.panels(output, layer.name) for block in part)
    if output.ndim > 3 or _is_small(layer):
        return list(_numbers(output, caption))
    if output.ndim < 3 or output[0].size == 1:
        return [_strip(output.reshape(-1), caption)]
    return list(_pictures(output, layer.name))


def _numbers(output: Array, caption: str) -> Iterator[Panel]:
    for number, values in enumerate(output[:CHANNELS]):
        panel = next(iter(maps.channel(values, caption if number == 0 else f"channel {number}", several=True)))
        yield panel._replace(legend=None) if isinstance(panel, Picture) else panel


def _pictures(output: Array, name: str) -> Iterator[Panel]:
    """A few maps on one scale, so that their shades can be compared."""
    scale = extremes(output)
    for number, values in enumerate(output[:CHANNELS]):
        more = f" +{len(output) - CHANNELS}" if number == CHANNELS - 1 and len(output) > CHANNELS else ""
        size = f" {by(output.shape)}" if number == 0 else ""
        text = f"{name}[{number}]{size}{more}"
        picture = map_picture(values, text, columns=min(SMALL, values.shape[1]), scale=scale)
        yield picture._replace(legend=None)


def _strip(values: Array, caption: str) -> Picture:
    """A long row of numbers as a picture."""
    rows = rows_of(values)
    return map_picture(rows, caption, columns=rows.shape[1])._replace(legend=None)


def rows_of(values: Array) -> Array:
    """A long row of numbers broken into rows; what is missing at the end is 0."""
    columns = min(STRIP, values.size)
    filled = np.zeros(-(-values.size // columns) * columns)
    filled[: values.size] = values
    return filled.reshape(-1, columns)


def bars(probabilities: Array, caption: str) -> Iterator[Block]:
    """Probabilities as bars, in the order of the classes; of many, the largest."""
    values = probabilities.reshape(-1).tolist()
    order = sorted(range(len(values)), key=lambda number: -values[number])
    chosen = sorted(order[:MOST_BARS]) if len(values) <= MOST_BARS else order[:MOST_BARS]
    which = f", the {MOST_BARS} largest" if len(values) > MOST_BARS else ""
    yield words(Span(f"{caption}{which}", Role.LABEL), indent=1)
    columns = (
        Column("", 0, role=Role.LABEL, name="class"),
        Column("", 1, name="probability"),
        Column("", 2, bar=LONGEST, name="bar"),
    )
    most = max(values) or 1
    yield table(
        columns,
        [
            (str(number), f"{values[number]:.4f}", Bar("", values[number] / most, _role(number == order[0])))
            for number in chosen
        ],
    )
    best = order[0]
    yield words(f"the largest is class {best}, with {values[best]:.2%}", indent=1)


def _role(is_largest: bool) -> Role:
    return Role.TOTAL if is_largest else Role.OUTPUT
