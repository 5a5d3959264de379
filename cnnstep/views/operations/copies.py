"""Steps that copy a cell: the input with the cell that is read, and the output with the cell that is written."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnstep.engine.steps import Index
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.roles import Reveals, Span
from cnnstep.views.page.scene import NBSP, Block, Panel, Picture, Words, answer
from cnnstep.views.panels import maps
from cnnstep.views.wording.numbers import short, signed
from cnnstep.views.wording.sums import relation, stated


def copied(x: Any, near: Index, output: Grid, *, is_read: bool = True) -> list[list[Block]]:
    """The input x (C, *spatial) around the cell `near`, which is framed if it `is_read`; beside it the output.

    The frame is hidden with the value: whoever sees it reads the value there.
    """
    panels = [framed(panel) if is_read else _bare(panel) for panel in input_panels(x, near)]
    return maps.laid([*panels, output], is_signal=x.ndim == 2)


def framed(panel: Panel) -> Panel:
    """Its frame is hidden with the value: whoever sees it reads the value there."""
    return panel._replace(reveals=Reveals.WORKING) if isinstance(panel, Grid) else panel


def _bare(panel: Panel) -> Panel:
    if isinstance(panel, Grid):
        return panel._replace(boxes=())
    return panel._replace(box=None) if isinstance(panel, Picture) else panel


def copy_sentence(name: str, source: Index, value: float, lines: int) -> Words:
    """`y[0,1] = x[1,0] = 4`: the source is hidden with the value."""
    shown = short(value)
    sign = relation(Fraction(value), shown)
    read = Span(called("x", source), reveals=Reveals.WORKING)
    return stated(((Span(f"{name}{NBSP}= "), read, Span(f" {sign}{NBSP}"), answer(signed(shown))),), lines=lines)


def called(symbol: str, place: Sequence[int]) -> str:
    """`x[1,2]`, or `x[2,1,2]` in channel 2."""
    shown = place[1:] if len(place) > 1 and not place[0] else place
    return f"{symbol}[{','.join(map(str, shown))}]"
