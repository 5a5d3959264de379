"""The whole result after the steps: every number of a small map, a picture or a curve of a large one."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.views.page.grid import Cell, Grid
from cnnstep.views.page.roles import Importance, Reveals, Role
from cnnstep.views.page.scene import Beside, Block, Mark, Panel, Picture, beside, words
from cnnstep.views.panels.curves import signal_curve
from cnnstep.views.panels.extracts import WHOLE
from cnnstep.views.panels.grids import legend, matrix, shader
from cnnstep.views.panels.pictures import SMALL, WIDE, filling, map_picture, spread
from cnnstep.views.panels.printed import Printed
from cnnstep.views.wording.cells import CellFormat
from cnnstep.views.wording.numbers import extremes, short, signed

FEW = 8
A_ROW = 5
FINE = 4  # decimals in a column, which has room for small shares
MOST_LISTED = 42


class Listed(NamedTuple):
    """Numbers with their label, what they are, and what they give away."""

    label: str
    values: Array
    role: Role
    reveals: Reveals = Reveals.NOTHING


def panels(output: Array, noun: str, labels: Sequence[str] = (), before: Picture | None = None) -> list[list[Block]]:
    """Every channel of an output (C, *spatial), or (N,), as rows of panels; `labels` are names of channels.

    One map that is a picture is to be as large as there is room, beside what stands `before` it.
    """
    channels = output if output.ndim > 1 else output[None]
    several = len(channels) > 1
    found: list[Panel] = []
    for number, values in enumerate(channels[:FEW]):
        which = " ".join(["", str(number), *filter(None, labels[number : number + 1])]) if several else ""
        found += channel(values, f"{noun}{which} {by(values.shape)}", several=several)
    if output.ndim == 1 and output.size <= MOST_LISTED:
        return [[beside(panel) for panel in _listed(output, f"{noun} {output.size}")]]
    if len(found) == 1 and isinstance(found[0], Picture):
        return [[beside(*filling(*([before] if before else []), found[0]))]]
    return laid(found, is_signal=output.ndim < 3)


def laid(panels: Sequence[Panel], *, is_signal: bool) -> list[list[Block]]:
    """Panels beside each other; of a signal under each other, for a row needs all of the width.

    Of two grids what is framed in the first leads to what is framed in the second.
    """
    if is_signal:
        return [[beside(panel)] for panel in panels]
    leads = len(panels) == 2 and all(isinstance(panel, Grid) and panel.boxes for panel in panels)
    return [[Beside(tuple(panels), links=((0, 1),) * leads)]]


def rows(listed: Sequence[Listed]) -> list[tuple[Mark, Grid]]:
    """Lists of numbers under each other, each with its label; the columns line up."""
    printed = [Printed.of(each.values.reshape(1, -1)) for each in listed]
    least, wide = max(each.width for each in printed), max(len(each.label) for each in listed)
    return [
        (Mark(line.label, Role.LABEL, width=wide), each.grid(0, "", line.role, line.reveals)._replace(least=least))
        for each, line in zip(printed, listed, strict=True)
    ]


def columns(caption: str, head: str, places: Iterable[str], listed: Sequence[Listed]) -> Grid:
    """A table: places under their head, and a column for each list of numbers, every one in its own format."""
    found = [[Cell(text, Role.LABEL) for text in (head, *places)]]
    for label, values, role, reveals in listed:
        numbers = values.tolist()
        show = CellFormat.of(numbers, least=FINE)
        cells = (Cell(text, role, None, reveals) for text in map(show, numbers))
        found.append([Cell(show.caption(label), Role.LABEL), *cells])
    return Grid(caption, tuple(zip(*found, strict=True)), importance=Importance.STEP)


def lines(texts: Iterable[str]) -> list[Block]:
    """One line each."""
    return [words(text, indent=1) for text in texts]


def _listed(values: Array, caption: str) -> list[Grid]:
    """A short list of numbers, a few in a row."""
    numbers = values.tolist()
    show, shade = CellFormat.of(numbers), shader(numbers)
    cells = tuple(Cell(show(value), Role.OUTPUT, shade(value)) for value in numbers)
    least = max(len(cell.text) for cell in cells)
    return [
        Grid("" if i else show.caption(caption), (cells[i : i + A_ROW],), least=least)
        for i in range(0, len(cells), A_ROW)
    ]


def whole(
    output: Array, noun: str, facts: Iterable[str], labels: Sequence[str] = (), before: Picture | None = None
) -> list[list[Block]]:
    """Every channel, then what there is to say, and how many channels are not shown."""
    left_out = [f"the first {FEW} of {len(output)} maps are shown"] if output.ndim > 1 and len(output) > FEW else []
    return [*panels(output, noun, labels, before), lines([*facts, *left_out])]


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
        shown = spread(len(values))
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
