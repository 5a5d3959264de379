"""Panels of a descent: thumbnails, the loss as a curve, a piece of the error, weights before and after."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.learning.descent import Update
from cnnstep.views.page.curve import Curve, Point
from cnnstep.views.page.grid import Box, Cut, Grid
from cnnstep.views.page.roles import Importance, Reveals, Role
from cnnstep.views.page.scene import Mark, Panel
from cnnstep.views.panels.curves import SAMPLED, line, signal_curve
from cnnstep.views.panels.pictures import SMALL, input_picture, map_picture
from cnnstep.views.panels.printed import Printed
from cnnstep.views.panels.scales import Ends
from cnnstep.views.wording.learning import decimal, losses
from cnnstep.views.wording.numbers import exact, short

PIECE = (3, 3)
KERNEL = (5, 5)
ROW = 5
LOW = 5
MOST_WEIGHTS = 4
MOST = 3


class Piece(NamedTuple):
    """Rows and columns around a cell, and where in them it stands."""

    rows: range
    columns: range
    cell: Box
    cut: Cut

    @classmethod
    def around(cls, shape: Sequence[int], place: Sequence[int], most: Sequence[int]) -> "Piece":
        """At most so many of both, the cell in their middle where there is room."""
        starts = [max(0, min(at - n // 2, size - n)) for at, size, n in zip(place, shape, most, strict=True)]
        rows, columns = (range(a, min(a + n, size)) for a, n, size in zip(starts, most, shape, strict=True))
        cut = Cut(rows.start > 0, columns.start > 0, rows.stop < shape[0], columns.stop < shape[1])
        return cls(rows, columns, Box.cell(place[0] - rows.start, place[1] - columns.start), cut)

    def of(self, values: Array) -> Array:
        """These cells of a sheet, as a channel."""
        return values[None, self.rows.start : self.rows.stop, self.columns.start : self.columns.stop]


def thumbnail(values: Array, noun: str, place: Sequence[int], *, is_input: bool = False, reach: float = 0) -> Panel:
    """A map (channels, *spatial) small: a curve, a picture, or the frame of a film in which the place is.

    With `reach` its colours end there, so that it fades from update to update.
    """
    caption = f"{noun} {by(values.shape[1:])}"
    if values.ndim == 2:
        return signal_curve(values[0], caption)._replace(columns=SMALL, rows=LOW)
    if values.ndim == 4:
        frame = min(place[1], values.shape[1] - 1)
        values, caption = values[:, frame], f"{noun}, frame {frame}"
    if is_input:
        return input_picture(values, columns=SMALL, caption=caption)
    shown, scale = (values[0].clip(-reach, reach), (-reach, reach)) if reach else (values[0], None)
    return map_picture(shown, caption, columns=SMALL, scale=scale)._replace(legend=None)


def loss_curve(found: Sequence[float], at: int, columns: int, rows: int) -> Curve:
    """The loss before the first update and after each, with the point that the walk has come to."""
    up, across = Ends.of(*found), Ends(0, len(found) - 1)
    heights = up.share(np.array(found))
    drawn = np.interp(np.linspace(0, len(found) - 1, SAMPLED), np.arange(len(found)), heights)
    told = losses(found[at - 1], found[at]) if at < len(found) - 1 or at == 1 else short(found[at])
    return Curve(
        f"loss {told}", (line(drawn),), across.counts(MOST, "update"), up.scale(3),
        columns=columns, rows=rows, points=(Point(across.share(at), float(heights[at])),),
        importance=Importance.CONTEXT,
    )  # fmt: skip


def difference(step: Update, target: Array, place: Sequence[int]) -> tuple[Panel, ...]:
    """Prediction − target = error, around the largest error."""
    f, *cell = place
    lead = (f, *cell[:-2]) if len(cell) > 1 else (f,)
    sheets = [np.atleast_2d(values[lead]) for values in (step.prediction, target, step.error)]
    most = PIECE if len(cell) > 1 else (1, ROW)
    piece = Piece.around(sheets[0].shape, (0, *cell)[-2:], most)
    piece = piece._replace(cut=piece.cut._replace(top=False, bottom=False))  # the caption says where it is
    y, t, e = (Printed.of(piece.of(sheet)) for sheet in sheets)
    pairs = zip(y.read(0), t.read(0), e.read(0), strict=True)
    sign = "=" if all(a - b == c for a, b, c in pairs) else "≈"
    grids = [
        _grid(printed, caption, role, piece)
        for printed, caption, role in (
            (y, f"prediction y at {','.join(map(str, place if len(step.error) > 1 else cell))}", Role.OUTPUT),
            (t, "target t", Role.INPUT),
            (e, "error y − t", Role.PRODUCT),
        )
    ]
    panels = (grids[0], Mark("−"), grids[1], Mark(sign), grids[2])
    return tuple(panel._replace(importance=Importance.CONTEXT) for panel in panels)


def moved(step: Update, rate: float, told: str) -> tuple[Panel, ...]:
    """Old − rate·gradient = new, of the kernel in which a weight moves most."""
    lead, cell = step.weight[:-2] if len(step.weight) > 3 else step.weight[:-1], step.weight[-2:]
    sheets = [np.atleast_2d(values[lead]) for values in (step.before, step.gradient, step.after)]
    is_row = len(step.weight) == 3
    piece = Piece.around(sheets[0].shape, (0, cell[-1]) if is_row else cell, (1, ROW) if is_row else KERNEL)
    old, gradient, new = (Printed.of(piece.of(sheet)) for sheet in sheets)
    factor = exact(decimal(rate))
    numbers = zip(old.read(0), gradient.read(0), new.read(0), strict=True)
    sign = "=" if all(w - factor * g == after for w, g, after in numbers) else "≈"
    named = f"w, {told}" if told else "w"
    return (
        _grid(old, f"old {named}", Role.KERNEL, piece),
        Mark(f"− {decimal(rate)} ·"),
        _grid(gradient, "∂L/∂w", Role.PRODUCT, piece, Reveals.PRODUCTS),
        Mark(sign),
        _grid(new, "new w", Role.CURRENT, piece, Reveals.VALUE),
    )


def weights_grids(weights: Array, noun: str, channels: Sequence[str]) -> list[Grid]:
    """The first kernels of (F, C/groups, *window), all in one format."""
    filters, depth = weights.shape[:2]
    flat = weights.reshape(-1, *(weights.shape[2:] if weights.ndim > 3 else (1, weights.shape[2])))
    flat = flat.reshape(-1, *flat.shape[-2:])
    several = len(flat) > 1
    grids = []
    for number, sheet in enumerate(flat[:MOST_WEIGHTS]):
        named = channels[number] if filters == 1 and len(channels) == depth == len(flat) else str(number)
        piece = Piece.around(sheet.shape, (0, 0), tuple(min(n, 7) for n in sheet.shape))
        grid = _grid(Printed.of(piece.of(sheet)), f"{noun} {named if several else by(sheet.shape)}", Role.KERNEL, piece)
        grids.append(grid._replace(boxes=()))
    return grids


def _grid(printed: Printed, caption: str, role: Role, piece: Piece, reveals: Reveals = Reveals.NOTHING) -> Grid:
    grid = printed.grid(0, caption, role, reveals)
    return grid._replace(boxes=(piece.cell,), cut=piece.cut)
