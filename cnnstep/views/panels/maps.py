"""The whole result after the steps: every number of a small map, a picture or a curve of a large one."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Block, Cell, Grid, Panel, Picture, words
from cnnstep.views.panels.curves import signal_curve
from cnnstep.views.panels.grids import WHOLE, legend, matrix, shader
from cnnstep.views.panels.pictures import SMALL, WIDE, map_picture
from cnnstep.views.wording.numbers import extremes, formatter, short, signed

FEW = 8
FRAMES = 3
A_ROW = 5
MOST_LISTED = 42


def panels(output: Array, noun: str, labels: Sequence[str] = ()) -> list[list[Block]]:
    """Every channel of an output (C, *spatial), or (N,), as rows of panels; `labels` are names of channels."""
    channels = output if output.ndim > 1 else output[None]
    several = len(channels) > 1
    found: list[Panel] = []
    for number, values in enumerate(channels[:FEW]):
        which = " ".join(["", str(number), *filter(None, labels[number : number + 1])]) if several else ""
        found += channel(values, f"{noun}{which} {by(values.shape)}", several=several)
    if output.ndim == 1 and output.size <= MOST_LISTED:
        return [[Beside((panel,)) for panel in _listed(output, f"{noun} {output.size}")]]
    if output.ndim < 3:
        return [[Beside((panel,))] for panel in found]
    return [[Beside(tuple(found))]]


def lines(texts: Iterable[str]) -> list[Block]:
    """One line each."""
    return [words(text, indent=1) for text in texts]


def _listed(values: Array, caption: str) -> list[Grid]:
    """A short list of numbers, a few in a row."""
    show, shade = formatter(values.tolist()), shader(values.tolist())
    least = max(len(show(value)) for value in values.tolist())
    rows = [values[i : i + A_ROW].tolist() for i in range(0, values.size, A_ROW)]
    return [
        Grid(caption if not i else "", (tuple(Cell(show(v), Role.OUTPUT, shade(v)) for v in row),), least=least)
        for i, row in enumerate(rows)
    ]


def whole(output: Array, noun: str, facts: Iterable[str], labels: Sequence[str] = ()) -> list[list[Block]]:
    """Every channel, then what there is to say, and how many channels are not shown."""
    return [*panels(output, noun, labels), [*lines(facts), *left_out(output, "map")]]


def left_out(output: Array, noun: str) -> list[Block]:
    """Say where not all channels are shown."""
    channels = len(output) if output.ndim > 1 else 1
    return lines([f"the first {FEW} of {channels} {noun}s are shown"] if channels > FEW else [])


def extent(output: Array) -> str:
    """The smallest and the largest number."""
    low, high = (signed(short(end)) for end in extremes(output))
    return f"values {low} to {high}"


def channel(values: Array, caption: str, *, several: bool) -> Iterator[Panel]:
    """One channel: a row or a curve, a grid or a picture, or some frames of a film."""
    if values.ndim == 1:
        yield _numbers(values[None], caption) if values.size <= WHOLE[1] else signal_curve(values, caption)
    elif values.ndim == 2:
        yield _plane(values, caption, WIDE if not several else max(SMALL, WIDE // 2 - 2))
    else:
        shown = np.unique(np.linspace(0, len(values) - 1, FRAMES).round().astype(int)).tolist()
        for number in shown:
            where = f"frame {number} of {caption}" if number == shown[0] else f"frame {number}"
            panel = _plane(values[number], where, SMALL)
            yield panel if number == shown[-1] or not isinstance(panel, Picture) else panel._replace(legend=None)


def _plane(values: Array, caption: str, columns: int) -> Panel:
    small = all(n <= most for n, most in zip(values.shape, WHOLE, strict=True))
    return _numbers(values, caption) if small else map_picture(values, caption, columns=columns)


def _numbers(values: Array, caption: str) -> Grid:
    grid = matrix(caption, values, Role.OUTPUT)
    low, high = extremes(values)
    return Grid(caption, grid.cells, legend=legend(low, high) if low < 0 else None)
