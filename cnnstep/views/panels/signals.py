"""A window on a long signal: what it reads and what it makes above each other, on one axis of time."""

from collections.abc import Iterable
from math import ceil
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import Gather
from cnnstep.geometry import Axis
from cnnstep.views.page.curve import Curve, Scale, Series, Stem
from cnnstep.views.page.grid import Grid, Track
from cnnstep.views.page.roles import Importance, Reveals, Role
from cnnstep.views.panels.curves import SAMPLED, WIDE, signal_curve
from cnnstep.views.panels.grids import MOST_FOR_WIDTH
from cnnstep.views.panels.planes import Plane
from cnnstep.views.panels.scales import Ends
from cnnstep.views.wording.numbers import extremes

SHOWN = 48
FEW = 4
AROUND = 8
MOST_ACROSS, MOST_UP = 6, 3
READ_ROWS, MADE_ROWS = 4, 3
NEW, OLD = (Role.CURRENT, Reveals.VALUE), (Role.OUTPUT, Reveals.EARLIER)


def centre(axis: Axis, cell: int) -> float:
    """Where on the input the middle of a window lies: between two samples where it reads an even number of them."""
    return axis.start(cell) + (axis.extent - 1) / 2


def around(axis: Axis, window: range) -> range:
    """The samples that are shown, padding among them: all, or those around the window."""
    whole = range(-axis.before, max(axis.input + axis.after, window.stop))
    size = max(SHOWN, axis.extent + 2 * AROUND)
    if len(whole) <= size:
        return whole
    first = max(whole.start, min((window[0] + window[-1] - size) // 2 + 1, whole.stop - size))
    return range(first, first + size)


def aligned(read: Grid, made: Grid, axis: Axis) -> tuple[Grid, Grid]:
    """Both rows on one axis: each output cell, as wide as the stride, under the middle of its window."""
    first = centre(axis, made.first[1]) - read.first[1] + (1 - axis.stride) / 2
    columns = len(read.cells[0]), len(made.cells[0])
    before, under = max(0.0, -first), max(0.0, first)
    length = ceil(max(before + columns[0], under + axis.stride * columns[1]))
    least = max(read.least, made.least, *(len(cell.text) for cell in (*read.cells[0], *made.cells[0])))
    tracks = Track(before, 1, length), Track(under, axis.stride, length)
    above, below = (row._replace(least=least, track=track) for row, track in zip((read, made), tracks, strict=True))
    return above, below


def is_cut(plane: Plane) -> bool:
    """Whether only the samples around the window are shown."""
    return len(around(plane.axes[1], plane.window[1])) < plane.axes[1].reach


def read_and_made(
    walk: Any, step: Gather, plane: Plane, captions: tuple[str, str], *, empty_padding: bool = False
) -> tuple[Curve, Curve]:
    """The wave with the window as a band and its samples as stems; below it the output so far.

    Every output sample stands under the middle of its window.
    """
    axis, window = plane.axes[1], plane.window[1]
    shown = around(axis, window)
    across = Ends(shown.start - 0.5, shown.stop - 0.5)
    values, is_padding = (found[0] for found in plane.read(range(1), shown))
    read = Ends.of(*_floats(extremes(walk.bound.x[step.channels.start])), *_floats(extremes(values)))
    made = {k: centre(axis, k) for k in range(step.index[-1] + 1) if shown.start <= centre(axis, k) <= shown.stop - 1}
    output = {k: float(walk[walk.number((*step.index[:-1], k))].value) for k in made}
    known = walk.output[step.index[:-1]] if len(walk) <= MOST_FOR_WIDTH else np.array([*output.values()])
    up = Ends.of(*_floats(extremes(known)))
    samples = ((n, float(values[n - shown.start]), is_padding[n - shown.start]) for n in window)
    above = (
        Stem(across.share(n), read.share(value), Role.PADDING if padded else Role.WINDOW)
        for n, value, padded in samples
        if not (padded and empty_padding)
    )
    below = (
        Stem(across.share(made[k]), up.share(value), *NEW if k == step.index[-1] else OLD)
        for k, value in output.items()
    )
    scales = read.scale(MOST_UP, line=True), up.scale(MOST_UP, line=True)
    usual = Curve("", (), Scale(), Scale(), columns=WIDE, room=_widest(scales), importance=Importance.CONTEXT)
    cut = f", samples {shown.start:,} to {shown.stop - 1:,}" if is_cut(plane) else ""
    return (
        usual._replace(
            caption=captions[0] + cut, rows=READ_ROWS, up=scales[0], stems=tuple(above),
            series=_wave(values[~is_padding], shown, axis, across, read),
            window=(across.share(window[0] - 0.5), across.share(window[-1] + 0.5)),
        ),
        usual._replace(
            caption=captions[1], rows=MADE_ROWS, up=scales[1], stems=tuple(below), across=across.scale(MOST_ACROSS)
        ),
    )  # fmt: skip


def _widest(scales: Iterable[Scale]) -> str:
    """The longest number on the left of curves that are to line up."""
    return max((tick.text for scale in scales for tick in scale.ticks), key=len)


def wholes(x: Array, output: Array, axis: Axis, nouns: tuple[str, str]) -> list[Curve]:
    """All of an input (C, N) and of its output (F, N) under each other, on one axis of time."""
    ends = centre(axis, 0), centre(axis, axis.output - 1)
    across = Ends(min(0.0, ends[0]), max(axis.input - 1.0, ends[1], 1.0))
    curves = []
    for channels, noun, (first, last) in ((x, nouns[0], (0, axis.input - 1)), (output, nouns[1], ends)):
        for number, values in enumerate(channels[:FEW]):
            which = f"{noun} {number}" if len(channels) > 1 else noun
            curves.append(
                signal_curve(values, f"{which} {values.size}", ends=(across.share(first), across.share(last)))
            )
    room = _widest(curve.up for curve in curves)
    found = [curve._replace(room=room, rows=READ_ROWS, across=Scale()) for curve in curves]
    return [*found[:-1], found[-1]._replace(across=across.scale(MOST_ACROSS))]


def _wave(values: Array, shown: range, axis: Axis, across: Ends, up: Ends) -> tuple[Series, ...]:
    """A line through the samples of the input, without its padding."""
    first, last = max(shown.start, 0), min(shown.stop, axis.input) - 1
    if last <= first:
        return ()
    places = np.linspace(first, last, SAMPLED)
    heights = up.share(np.interp(places, np.arange(first, last + 1), values.astype(np.float64)))
    return (Series(heights, heights, (across.share(first), across.share(last))),)


def _floats(pair: tuple[Any, Any]) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])
