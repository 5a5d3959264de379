"""A network as one picture: columns from the input to the answer, arrows, and what a chosen cell reads."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from cnnstep.views.page.grid import Box, Legend
from cnnstep.views.page.roles import Palette

MOST_CELLS = 32
"""Cells of a row."""
NO_MARGINS = Box(0, 0, 0, 0)


class Spot(NamedTuple):
    """A place in a diagram: a column, counted from 0, one of its maps, units or bars, and a box on that map.

    None is all of it. The box is in fractions of the map's sides, and may lie outside them: in the padding.
    """

    column: int
    item: int | None = None
    box: Box | None = None


class Link(NamedTuple):
    """A line from what is read to the cell that reads it."""

    source: Spot
    target: Spot


Mark: TypeAlias = Spot | Link


class Map(NamedTuple):
    """One channel: shades (rows, columns), or (rows, columns, 3), and how many rows and columns it has.

    `texts` are its numbers, where it is small; they are written where there is room.
    """

    channel: int
    shades: Any
    size: tuple[int, int]
    texts: tuple[tuple[str, ...], ...] = ()

    @property
    def is_signal(self) -> bool:
        """Whether it is drawn as a curve: a row too long for cells."""
        return self.size[0] == 1 and self.size[1] > MOST_CELLS


class Maps(NamedTuple):
    """Channels of a layer, all on one scale; so many `more` are not drawn.

    `margins` are how far boxes reach out of them on each side, in fractions of it: as much padding is drawn.
    """

    maps: tuple[Map, ...]
    palette: Palette
    more: int = 0
    margins: Box = NO_MARGINS


class Strip(NamedTuple):
    """Numbers in a row, a shade each; `texts` are the numbers, where they are few."""

    shades: Any
    palette: Palette
    texts: tuple[str, ...] = ()


class Bar(NamedTuple):
    """One answer: which one, what it is called, its value, and the value as text."""

    number: int
    name: str
    value: float
    text: str


class Bars(NamedTuple):
    """Answers as bars between two ends of a scale; `chance` is what guessing would give, `best` the largest answer.

    So many `more` are not drawn.
    """

    bars: tuple[Bar, ...]
    ends: tuple[float, float]
    best: int | None = None
    chance: float | None = None
    more: int = 0


class LayerColumn(NamedTuple):
    """What a layer, or a block of them, has made: the number of the node, its name, the lines under it, its values."""

    node: int
    name: str
    lines: tuple[str, ...]
    body: Maps | Strip | Bars


class Diagram(NamedTuple):
    """A picture of a network.

    `title`, the `source` of the input, the `answer` and the `status` of the weights stand above the columns. `arrows`
    are pairs of columns, one of which reads the other. `marks` stand in the order of a film, and `sentence`
    tells them. Only the first `drawn` columns are drawn, where that is a number; the others keep their room.
    """

    title: str
    source: str
    answer: str
    status: str
    columns: tuple[LayerColumn, ...]
    arrows: tuple[tuple[int, int], ...]
    legends: tuple[Legend, ...] = ()
    marks: tuple[tuple[Mark, ...], ...] = ()
    sentence: str = ""
    drawn: int | None = None

    @property
    def told(self) -> str:
        """What went in and what came out."""
        return f"{self.source} {self.answer}"

    def growing(self) -> Iterator["Diagram"]:
        """How it comes about, from the input on: column by column, or mark by mark where a cell is chosen."""
        if self.marks:
            yield from (self._replace(marks=self.marks[:n]) for n in range(len(self.marks) + 1))
        else:
            yield from (self._replace(drawn=n) for n in range(1, len(self.columns) + 1))
