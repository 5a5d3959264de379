"""Where a window lies: the input around it, the whole input small, and the map as far as it has come."""

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

from cnnstep.engine.gathers import Gather
from cnnstep.engine.steps import Step
from cnnstep.geometry import AnyAxis, Axis
from cnnstep.views.page.curve import Curve, Scale
from cnnstep.views.page.roles import Importance
from cnnstep.views.page.scene import Block, Panel, Picture, beside
from cnnstep.views.panels import maps
from cnnstep.views.panels.curves import signal_curve
from cnnstep.views.panels.extracts import MOST_SHOWN, WHOLE
from cnnstep.views.panels.grids import input_grid, map_grid
from cnnstep.views.panels.pictures import SMALL, filling, input_picture, map_so_far
from cnnstep.views.panels.planes import Plane, planes
from cnnstep.views.panels.signals import aligned, is_cut, read_and_made, wholes
from cnnstep.views.view import View

SHORT = 6
LOW = 2
PLANE = 3
"""Axes of channels, rows and columns."""
MOST_PICTURED = 1 << 24
"""Cells of an output that is computed whole to show one step: about a second."""


def surroundings(
    walk: Any, step: Gather, caption: str, *, read: str = "input", empty_padding: bool = False
) -> list[list[Block]]:
    """The input around a window, where that is in the whole, and the map as far as it has come, with its caption."""
    channel, (plane, *_) = step.channels.start, planes(walk, step)
    which = f", channel {channel}" if len(walk.bound.x) > 1 else ""
    captions = f"{read} {plane.size}{which}", caption
    if is_slid(walk.bound.axes):
        return _signal(walk, step, plane, captions, read=read, empty_padding=empty_padding)
    is_signal = len(walk.bound.axes) == 1
    most = SHORT if is_signal and is_large(plane.axes) else MOST_SHOWN  # a long patch stands there anyway
    panels: list[Panel] = []
    if all(axis.extent <= most for axis in plane.axes):
        panels.append(input_grid(plane, captions[0], empty_padding=empty_padding))
    output = map_grid(walk, step, caption)
    if is_photo(walk):
        seen = input_picture(walk.bound.x[channel : channel + 1], plane.box, caption=f"{read} {plane.size}")
        return photo(walk, step, seen, caption, [*panels, output])
    if is_large(plane.axes) or not panels:
        panels.append(overview(walk, step, plane, read=read))
    return maps.laid([*panels, output], is_signal=is_signal)


def is_slid(axes: Sequence[AnyAxis]) -> bool:
    """Whether a window slides over a signal, so that what it makes has a place in time."""
    return len(axes) == 1 and isinstance(axes[0], Axis)


def _signal(
    walk: Any, step: Gather, plane: Plane, captions: tuple[str, str], *, read: str, empty_padding: bool
) -> list[list[Block]]:
    """What is read and what is made on one axis: numbers, or where there are many stems and the whole wave."""
    axis = plane.axes[1]
    if axis.reach <= WHOLE[1]:
        around = input_grid(plane, captions[0], empty_padding=empty_padding)
        return [[beside(row)] for row in aligned(around, map_grid(walk, step, captions[1]), axis)]
    made = f"{captions[1]} {walk.shape[-1]}"
    curves = read_and_made(walk, step, plane, (captions[0], made), empty_padding=empty_padding)
    small = signal_overview(walk, step, plane, read)._replace(room=curves[0].room, across=Scale())
    return [[beside(curve) for curve in ((small, *curves) if is_cut(plane) else curves)]]


def whole_output(view: View, before: Picture | None = None) -> list[list[Block]]:
    """The whole output beside what stands `before` it, and what there is to say; of a long signal below the input."""
    axes = view.bound.axes
    if not is_slid(axes) or axes[0].reach <= WHOLE[1]:
        return maps.whole(view.walk.output, view.output_noun, view.remarks(), view.labels, before)
    curves = wholes(view.bound.x, view.walk.output, axes[0], (view.vocabulary.input, view.output_noun))
    return [[beside(curve) for curve in curves], maps.lines(view.remarks())]


def signal_overview(walk: Any, step: Gather, plane: Plane, read: str) -> Curve:
    """The whole signal, low, with the window's place."""
    channel = step.channels.start
    ends = (max(0.0, plane.box.left), min(1.0, plane.box.right))
    signal = "signal" if read == "input" else read
    what = f"channel {channel}" if len(walk.bound.x) > 1 else signal
    return signal_curve(walk.bound.x[channel], f"{what} of {plane.size} samples", ends)._replace(rows=LOW)


def photo(walk: Any, step: Step, seen: Picture, caption: str, numbers: Iterable[Panel]) -> list[list[Block]]:
    """What is seen of the input beside the map as far as it has come; below them the numbers around the window."""
    around = (panel._replace(importance=Importance.NOTE) for panel in numbers)
    return [[beside(*filling(seen, map_so_far(walk, step, caption)))], [beside(*around)]]


def is_photo(walk: Any) -> bool:
    """Whether an input and a map of rows and columns are both too large for numbers, and the map can be computed."""
    sizes = (walk.bound.x.shape, walk.output_shape)
    return all(len(size) == PLANE and is_large_plane(size[1:]) for size in sizes) and prod(sizes[1]) <= MOST_PICTURED


def overview(walk: Any, step: Gather, plane: Plane, columns: int = SMALL, read: str = "input") -> Panel:
    """The whole input, small, with the window's place."""
    channel = step.channels.start
    if len(walk.bound.axes) == 1:
        return signal_overview(walk, step, plane, read)
    x = walk.bound.x[channel : channel + 1]
    if plane.frame is None:
        caption = "" if read == "input" else f"{read} {plane.size}"
        return input_picture(x, plane.box, columns=columns, caption=caption)
    frame = min(max(plane.frame, 0), x.shape[1] - 1)
    caption = f"frame {plane.frame}" + (" (padding)" if frame != plane.frame else "")
    return input_picture(x[:, frame], plane.box, columns=columns, caption=caption)


def map_caption(walk: Any, step: Step, noun: str) -> str:
    """`feature map of filter 1`, `pooled map of channel 2, frame 3`."""
    of = ("channel" if walk.bound.sizes.filters is None else "filter") if walk.shape[0] > 1 else ""
    parts = [f"{of} {step.index[0]}"] * bool(of)
    parts += [f"frame {step.index[1]}"] * (len(walk.bound.axes) == 3)
    return f"{noun} of {', '.join(parts)}" if parts else noun


def is_large(axes: Sequence[Axis]) -> bool:
    """Whether a screen has no room for all of an input."""
    return is_large_plane([axis.input for axis in axes])


def is_large_plane(sizes: Sequence[int]) -> bool:
    """Whether a screen has no room for so many rows and columns of numbers."""
    return any(size > most for size, most in zip(sizes, WHOLE, strict=True))
