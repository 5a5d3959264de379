"""Arrays of a step that print alike: patch, weights and products, slice by slice."""

from fractions import Fraction
from typing import Any, NamedTuple

from cnnstep.engine.arrays import Array
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.roles import PARTS, Importance, Part, Reveals, Role
from cnnstep.views.panels import planes
from cnnstep.views.panels.extracts import beginning, cut_at_end
from cnnstep.views.panels.grids import Shader, input_cells, matrix, shader
from cnnstep.views.wording.cells import CellFormat


class Printed(NamedTuple):
    """An array (channels, *window) as flat pieces that print alike, and how wide their widest number is."""

    pieces: Array
    show: CellFormat
    width: int
    shade: Shader

    @classmethod
    def of(cls, array: Array, *, has_brackets: bool = False) -> "Printed":
        """The array with the format of what can be shown of it."""
        pieces = planes.slices(array)
        values = beginning(pieces).ravel().tolist()
        show = CellFormat.of(values)
        return cls(pieces, show, max(len(show(v)) for v in values) + 2 * has_brackets, shader(values))

    def grid(self, number: int, caption: str, role: Role, reveals: Reveals = Reveals.NOTHING) -> Grid:
        """One piece."""
        grid = matrix(caption, self.pieces[number], role, show=self.show, least=self.width, reveals=reveals)
        return grid._replace(importance=Importance.STEP, part=PARTS.get(role, Part.NOTHING))

    def patch(self, number: int, caption: str, is_padding: Array, *, empty_padding: bool = False) -> Grid:
        """One piece of what a window reads; padding told apart from data."""
        values, padding = beginning(self.pieces[number]), beginning(is_padding)
        cells = input_cells(values, padding, self.show, Role.WINDOW, empty_padding=empty_padding)
        return Grid(
            self.show.caption(caption),
            cells,
            cut=cut_at_end(is_padding),
            least=self.width,
            importance=Importance.STEP,
            part=Part.PATCH,
        )

    def heat(self, number: int, grid: Grid) -> Grid:
        """A grid of one piece as colours, on the scale of all pieces."""
        lines = zip(grid.cells, beginning(self.pieces[number]).tolist(), strict=True)
        cells = (tuple(c._replace(shade=self.shade(v)) for c, v in zip(*line, strict=True)) for line in lines)
        return grid._replace(cells=tuple(cells), is_heat=True)

    def read(self, number: int, cells: Any = ...) -> list[Fraction | float]:
        """What stands on the screen for one piece, or for some of its cells."""
        return [self.show.read(v) for v in beginning(self.pieces[number])[cells].ravel().tolist()]
