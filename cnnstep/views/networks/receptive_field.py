"""What a cell of a network can see: its receptive field on the picture, how it has grown, where it hangs over."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.errors import GeometryError
from cnnstep.geometry import Field, by
from cnnstep.networks.network import Layer
from cnnstep.networks.receptive_field import fields, on_maps, seen_by
from cnnstep.views.networks.seen import PLANE, field_box
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.reports.sheet import Sheet
from cnnstep.views.wording.arithmetic import count, grown_field, names
from cnnstep.views.wording.numbers import signed

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
    number, stood = on_maps(layers, layer.number, places) if places != (None,) else (layer.number, places)
    seen, shape = seen_by(layers, number), layers[number - 1].output if number else x.shape
    if seen is None or len(stood) != x.ndim:
        return _everything(network, x, layers[:number], address)
    ranges = [_positions(field, place, n) for field, place, n in zip(seen, stood[1:], shape[1:], strict=True)]
    return _sheet(f"{address} of {network}", x, layers[:number], ranges, address)


def _everything(network: str, x: Array, layers: Sequence[Layer], address: str) -> Sheet:
    """A cell that may come from all that the maps before it see."""
    maps = [
        number for number, seen in enumerate(fields(layers), 1) if seen is not None and layers[number - 1].output[1:]
    ]
    last = maps[-1] if maps else 0
    seen = fields(layers)[last - 1] if last else tuple(Field() for _ in x.shape[1:])
    shape = layers[last - 1].output if last else x.shape
    ranges = [_positions(field, None, n) for field, n in zip(seen or (), shape[1:], strict=True)]
    inside = [range(max(0, r.start), min(n, r.stop)) for r, n in zip(ranges, x.shape[1:], strict=True)]
    return _sheet(f"{address} of {network}", x, layers[:last], inside, address, is_all=True)


def _sheet(
    title: str, x: Array, layers: Sequence[Layer], ranges: Sequence[range], address: str, *, is_all: bool = False
) -> Sheet:
    """The field in words and on the picture, how it has grown, and its edges."""
    seen = (fields(layers)[-1] if layers else None) or tuple(Field() for _ in x.shape[1:])
    shape = layers[-1].output if layers else x.shape
    facts = [_fact(*each) for each in zip(seen, ranges, shape[1:], x.shape[1:], strict=True)]
    whole = "everything that the maps before see: " if is_all else ""
    head = words(Span(f"{title}   ", Role.TITLE), f"sees {whole}{_told(ranges, x.shape[1:])}", indent=1)
    document = {
        "operation": "field",
        "address": address,
        "input": list(x.shape),
        "field": [[positions.start, positions.stop] for positions in ranges],
        "axes": facts,
    }
    edges = [words(text) for text in dict.fromkeys(_edges(names(len(seen)), facts))]
    return Sheet(stack([head], _picture(x, ranges), _growth(layers), edges), document)


def _checked(layer: Layer, cell: Place) -> Place:
    """A place for every axis; a missing channel means every one."""
    shape = layer.output
    places = (None,) * (len(shape) - len(cell)) + tuple(cell)
    missing = len(shape) - len(cell)
    if missing not in {0, 1} or any(p is not None and p >= n for p, n in zip(places, shape, strict=True)):
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
    return f"{signed(', '.join(spans))}: {whole} {'cells' if set(whole) - set('1×') else 'cell'}{hangs}"


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
    lost = [(fact["unseen_after"], axis.removesuffix("s")) for axis, fact in zip(axes, facts, strict=True)]
    unseen = [count(number, axis) for number, axis in lost if number]
    return [*lines, *([f"no cell sees the last {' and '.join(unseen)}"] if unseen else [])]


def _picture(x: Array, ranges: Sequence[range]) -> list[Block]:
    """The input with the field drawn on it."""
    if x.ndim != PLANE:
        return []
    return [
        Beside((input_picture(x, field_box(x, ranges), columns=min(WIDE, x.shape[2]), caption=f"input {by(x.shape)}"),))
    ]


def _growth(layers: Sequence[Layer]) -> list[Block]:
    """How field and jump have grown, layer by layer."""
    rows = []
    known = [tuple(Field() for _ in layers[0].input[1:]), *fields(layers)] if layers else []
    for layer, before in zip(layers, known, strict=False):
        if layer.plan.sizes and before:
            axes = zip(before, layer.plan.sizes.axes, strict=True)
            grown = dict.fromkeys(grown_field(field, axis) for field, axis in axes)
            sizes, jumps = (" and ".join(dict.fromkeys(text)) for text in zip(*grown, strict=True))
            rows.append((layer.name, layer.brief, sizes, jumps))
    return [table(COLUMNS, rows)] if rows else []
