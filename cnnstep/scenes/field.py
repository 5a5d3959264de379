"""What a cell of a network can see: its receptive field on the picture, how it has grown, where it hangs over."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.errors import GeometryError
from cnnstep.geometry import Axis, Field, by
from cnnstep.networks.fields import fields
from cnnstep.networks.network import Layer
from cnnstep.scenes.arithmetic import names
from cnnstep.scenes.numbers import signed
from cnnstep.scenes.pictures import input_picture
from cnnstep.scenes.roles import Role, Span
from cnnstep.scenes.scene import Beside, Block, Box, stack, words
from cnnstep.scenes.seen import PLANE
from cnnstep.scenes.sheet import Sheet
from cnnstep.scenes.tables import Column, table

Array: TypeAlias = NDArray[Any]
Place: TypeAlias = tuple[int | None, ...]

WIDE = 40
COLUMNS = (
    Column("", 0, is_left=True, role=Role.LABEL, name="name"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("field", 2, is_left=True),
    Column("jump", 3, is_left=True),
)


def sheet(network: str, x: Array, layers: Sequence[Layer], layer: Layer, cell: Place) -> Sheet:
    """The field of a cell, None in its place for every cell; raises GeometryError outside the layer."""
    places = _checked(layer, cell)
    told = ",".join("*" if place is None else str(place) for place in places)
    address = f"{layer.name}[{told}]"
    seen = fields(layers)[layer.number - 1]
    if seen is None or len(places) != x.ndim:
        head = words(Span(f"{address}   ", Role.TITLE), f"sees all of the {by(x.shape)} input", indent=1)
        return Sheet(stack([head]), {"operation": "field", "address": address, "field": None})
    ranges = [_positions(field, place, n) for field, place, n in zip(seen, places[1:], layer.output[1:], strict=True)]
    facts = [_fact(*each) for each in zip(seen, ranges, layer.output[1:], x.shape[1:], strict=True)]
    head = words(Span(f"{address} of {network}   ", Role.TITLE), _told(ranges, x.shape[1:]), indent=1)
    document = {
        "operation": "field",
        "address": address,
        "input": list(x.shape),
        "field": [[positions.start, positions.stop] for positions in ranges],
        "axes": facts,
    }
    edges = [words(text) for text in dict.fromkeys(_edges(names(len(seen)), facts))]
    return Sheet(stack([head], _picture(x, ranges), [_growth(layers[: layer.number])], edges), document)


def _checked(layer: Layer, cell: Place) -> Place:
    """A place for every axis; a missing channel means every one."""
    shape = layer.output
    places = (None,) * (len(shape) - len(cell)) + tuple(cell)
    if len(places) != len(shape) or any(p is not None and p >= n for p, n in zip(places, shape, strict=True)):
        told = ",".join("*" if place is None else str(place) for place in cell)
        raise GeometryError(
            f"{told} is outside the {by(shape)} output of {layer.name}, which counts from 0",
            f"the last cell is {layer.name}[{','.join(str(n - 1) for n in shape)}]",
        )
    return places


def _positions(field: Field, place: int | None, cells: int) -> range:
    """What one cell sees on an axis, or all of them together."""
    if place is not None:
        return field.positions(place)
    return range(field.positions(0).start, field.positions(cells - 1).stop)


def _told(ranges: Sequence[range], sizes: Sequence[int]) -> str:
    spans = [f"{axis} {r.start} to {r.stop - 1}" for axis, r in zip(names(len(ranges)), ranges, strict=True)]
    whole = by([len(r) for r in ranges])
    inside = np.prod([max(0, min(r.stop, n) - max(r.start, 0)) for r, n in zip(ranges, sizes, strict=True)])
    outside = int(np.prod([len(r) for r in ranges]) - inside)
    hangs = f", {outside:,} of them in the padding" if outside else ""
    return f"sees {signed(', '.join(spans))}: {whole} cells{hangs}"


def _fact(field: Field, seen: range, cells: int, size: int) -> dict[str, int]:
    """Sizes of an axis, and the padding that all layers together put around the input."""
    end = field.positions(cells - 1).stop
    return {
        "size": field.size,
        "jump": field.jump,
        "first": field.first,
        "padding_before": max(0, -field.first),
        "padding_after": max(0, end - size),
        "unseen_after": max(0, size - end),
        "outside": max(0, -seen.start) + max(0, seen.stop - size),
    }


def _edges(axes: Sequence[str], facts: Sequence[dict[str, int]]) -> list[str]:
    """The padding of all layers together, as the input sees it, and what no cell sees."""
    lines = []
    padding = [
        f"{fact['padding_before']} before and {fact['padding_after']} after the {axis}"
        for axis, fact in zip(axes, facts, strict=True)
        if fact["padding_before"] or fact["padding_after"]
    ]
    lines.append(
        f"effective padding, of all layers together: {', '.join(padding)}; what hangs over the edge reads padding"
        if padding
        else "no field hangs over the edge: these layers have no padding that reaches the input"
    )
    unseen = [f"{fact['unseen_after']} {axis}" for axis, fact in zip(axes, facts, strict=True) if fact["unseen_after"]]
    return [*lines, *([f"no cell sees the last {' and '.join(unseen)}"] if unseen else [])]


def _picture(x: Array, ranges: Sequence[range]) -> list[Block]:
    """The input with the field drawn on it."""
    if x.ndim != PLANE:
        return []
    (rows, columns), (high, wide) = ranges, x.shape[1:]
    box = Box(rows.start / high, columns.start / wide, rows.stop / high, columns.stop / wide)
    return [Beside((input_picture(x, box, columns=min(WIDE, wide), caption=f"input {by(x.shape)}"),))]


def _growth(layers: Sequence[Layer]) -> Block:
    """How field and jump have grown, layer by layer."""
    rows = []
    before = [Field() for _ in layers[0].input[1:]]
    for layer in layers:
        if layer.plan.sizes is None:
            continue
        axes = layer.plan.sizes.axes
        after = [field.through(axis) for field, axis in zip(before, axes, strict=True)]
        grown = dict.fromkeys(_grown(*each) for each in zip(before, axes, after, strict=True))
        sizes, jumps = (" and ".join(dict.fromkeys(text)) for text in zip(*grown, strict=True))
        rows.append((layer.name, layer.brief, sizes, jumps))
        before = after
    return table(COLUMNS, [*rows])


def _grown(before: Field, axis: Axis, after: Field) -> tuple[str, str]:
    return (
        f"{after.size} = {before.size} + ({axis.extent} − 1)·{before.jump}",
        f"{after.jump} = {before.jump}·{axis.stride}",
    )
