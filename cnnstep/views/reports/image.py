"""How a computer sees an image: the picture, its size, and the numbers of a region, channel by channel."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.views.page.roles import Palette, Role, Span
from cnnstep.views.page.scene import Beside, Block, Box, Cell, Cut, Grid, chunks, stack, words
from cnnstep.views.panels.grids import Extract, extract
from cnnstep.views.panels.overviews import overview
from cnnstep.views.panels.pictures import levels
from cnnstep.views.report import Report
from cnnstep.views.wording.numbers import extremes, formatter, short, signed

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
    height, width = sheet.shape[1:]
    box = Box(
        rows.shown.start / height, columns.shown.start / width, rows.shown.stop / height, columns.shown.stop / width
    )
    small = rows.whole and columns.whole
    frame_at = None if values.ndim < 4 else (at[0] if at else values.shape[1] // 2)
    wide = {2: 2 * WIDE, 3: WIDE}.get(values.ndim, WIDE // 2)
    whole = overview(values, NOUNS.get(values.ndim, "the picture"), wide, None if small else box, frame_at)
    labels = _labels(values, channels)[:FEW]
    frame = f"frame {frame_at}" if values.ndim == 4 else ""
    grids = [_numbers(sheet[c], label or frame, (rows, columns)) for c, label in enumerate(labels)]
    together = len(grids) == 1 and values.ndim == 3
    scene = stack(
        [_title(name, values)],
        [Beside((*whole, *grids) if together else tuple(whole))],
        [] if together else [Beside(tuple(grids))],
        list(_facts(values, channels)),
    )
    return Report(scene, _document(name, values, (rows, columns), sheet), hint)


def _document(name: str, values: Array, extracts: tuple[Extract, Extract], sheet: Array) -> dict[str, Any]:
    rows, columns = (range(each.shown.start, each.shown.stop) for each in extracts)
    low, high = extremes(values)
    return {
        "operation": "image",
        "name": name,
        "channels": len(values),
        "size": list(values.shape[1:]),
        "type": str(values.dtype),
        "low": low,
        "high": high,
        "region": [[rows.start, rows.stop], [columns.start, columns.stop]],
        "values": sheet[:, rows.start : rows.stop, columns.start : columns.stop].tolist(),
    }


def _title(name: str, values: Array) -> Block:
    low, high = (signed(short(end)) for end in extremes(values))
    channels, *sizes = values.shape
    depth = f"{channels} channel{'s' * (channels > 1)}"
    facts = [f"{name}", f"{by(sizes)} ({AXES[len(sizes)]})", depth, f"values {low} to {high}"]
    return words(Span("show   ", Role.TITLE), Span(chunks(facts)), indent=1)


def _labels(values: Array, channels: Sequence[str]) -> list[str]:
    if channels:
        return list(channels)
    return [""] if len(values) == 1 else [f"channel {number}" for number in range(len(values))]


def _numbers(values: Array, label: str, extracts: tuple[Extract, Extract]) -> Grid:
    rows, columns = extracts
    shown = values[rows.shown.start : rows.shown.stop, columns.shown.start : columns.shown.stop]
    text = formatter(shown.ravel().tolist())
    low, high = levels(values[None], values)
    cells = tuple(
        tuple(Cell(text(v), Role.INPUT, (v - low) / ((high - low) or 1)) for v in line) for line in shown.tolist()
    )
    top = rows.shown.start if len(values) > 1 else None
    origin = None if rows.whole and columns.whole else (top, columns.shown.start)
    cut = Cut(rows.cut_before, columns.cut_before, rows.cut_after, columns.cut_after)
    middle = Box(0, len(columns.shown) // 2, 1, len(columns.shown) // 2 + 1)
    return Grid(label or "its numbers", cells, cut=cut, focus=middle, palette=Palette.GREY, origin=origin)


def _facts(values: Array, channels: Sequence[str]) -> list[Block]:
    total = f"{by(values.shape)} = {values.size:,} numbers"
    if len(values) > FEW:
        total += f"; the first {FEW} of {len(values)} channels are shown"
    if values.dtype != np.uint8 or values.ndim == 2:
        return [words(total, indent=1)]
    what = "red, green and blue" if channels else "one grey"
    return [words(f"{total}: {what} a pixel, 0 is dark, 255 is bright", indent=1)]
