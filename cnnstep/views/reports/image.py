"""How a computer sees an image: the picture, its size, and the numbers of a region, channel by channel."""

from collections.abc import Sequence

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.views.page.grid import Box, Cell, Grid
from cnnstep.views.page.roles import Palette, Role
from cnnstep.views.page.scene import Block, beside, chunks, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.extracts import Extract, cut_of, extract
from cnnstep.views.panels.pictures import levels, overview
from cnnstep.views.panels.planes import fractions
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.cells import CellFormat
from cnnstep.views.wording.numbers import extremes

NOUNS = {2: "the signal", 4: "the film"}
AXES = {1: "samples", 2: "rows×columns", 3: "frames×rows×columns"}
REGION = (8, 8)
REGION_FILM = (4, 8)
REGION_RGB = (6, 4)
WIDE = 32
FEW = 8


def flat(values: Array, at: Sequence[int] | None) -> tuple[Array, list[int]]:
    """Rows and columns of an input (C, *spatial), and the place in them: a signal is a row, of a film one frame."""
    place = list(at) if at is not None else [n // 2 for n in values.shape[1:]]
    if values.ndim == 2:
        return values[:, None], [0, *place]
    return (values, place) if values.ndim == 3 else (values[:, place[0]], place[1:])


def region(values: Array, at: Sequence[int] | None) -> tuple[Extract, Extract]:
    """The rows and columns to show: around `at`, or around the middle."""
    is_film = values.ndim == 4
    values, at = flat(values, at)
    sizes = values.shape[1:]
    most = REGION_FILM if is_film else REGION if len(values) == 1 else REGION_RGB
    rows, columns = (
        extract(range(n), range(i, i + 2), limit, limit // 2 - 1) for n, i, limit in zip(sizes, at, most, strict=True)
    )
    return rows, columns


def report(name: str, values: Array, channels: Sequence[str], at: Sequence[int] | None, hint: str) -> Report:
    """The picture with the region's place, the region's numbers, and what they mean."""
    rows, columns = region(values, at)
    sheet, _ = flat(values, at)
    small = rows.whole and columns.whole
    box = None if small else fractions((rows.shown, columns.shown), sheet.shape[1:])
    frame_at = None if values.ndim < 4 else (at[0] if at else values.shape[1] // 2)
    wide = {2: 2 * WIDE, 3: WIDE}.get(values.ndim, WIDE // 2)
    whole = overview(values, NOUNS.get(values.ndim, "the picture"), wide, box, frame_at)
    labels = _labels(values, channels)[:FEW]
    frame = f"frame {frame_at}" if values.ndim == 4 else ""
    shown = sheet[:, rows.shown.start : rows.shown.stop, columns.shown.start : columns.shown.stop]
    grids = [_numbers(shown[c], label or frame, rows, columns, sheet[c]) for c, label in enumerate(labels)]
    together = len(grids) == 1 and values.ndim == 3
    panels = [[beside(*whole, *grids)]] if together else [[beside(*whole)], [beside(*grids)]]
    (low, high), (channel_count, *sizes) = extremes(values), values.shape
    size = f"{by(sizes)} ({AXES[len(sizes)]})"
    title = heading(
        "show", chunks([name, size, f"{channel_count} channel{'s' * (channel_count > 1)}", maps.extent(values)])
    )
    document = {
        "operation": "image",
        "name": name,
        "channels": channel_count,
        "size": sizes,
        "type": str(values.dtype),
        "low": low,
        "high": high,
        "region": [[each.shown.start, each.shown.stop] for each in (rows, columns)],
        "values": shown.tolist(),
    }
    return Report(stack([title], *panels, [_facts(values, channels)]), document, hint)


def _labels(values: Array, channels: Sequence[str]) -> list[str]:
    if channels:
        return list(channels)
    return [""] if len(values) == 1 else [f"channel {number}" for number in range(len(values))]


def _numbers(shown: Array, label: str, rows: Extract, columns: Extract, values: Array) -> Grid:
    """The numbers that are shown, shaded on the scale of all of them."""
    text = CellFormat.of(shown.ravel().tolist())
    low, high = levels(values[None], values)
    cells = tuple(
        tuple(Cell(text(v), Role.INPUT, (v - low) / ((high - low) or 1)) for v in line) for line in shown.tolist()
    )
    top = rows.shown.start if len(values) > 1 else None
    origin = None if rows.whole and columns.whole else (top, columns.shown.start)
    focus, cut = Box.cell(0, len(columns.shown) // 2), cut_of(rows, columns)
    return Grid(text.caption(label or "its numbers"), cells, cut=cut, focus=focus, palette=Palette.GREY, origin=origin)


def _facts(values: Array, channels: Sequence[str]) -> Block:
    total = f"{by(values.shape)} = {values.size:,} numbers"
    if len(values) > FEW:
        total += f"; the first {FEW} of {len(values)} channels are shown"
    if values.dtype != np.uint8 or values.ndim == 2:
        return words(total, indent=1)
    what = "red, green and blue" if channels else "one grey"
    return words(f"{total}: {what} a pixel, 0 is dark, 255 is bright", indent=1)
