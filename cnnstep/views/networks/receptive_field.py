"""What a cell of a network can see: its receptive field on the picture, how it has grown, where it hangs over."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import TypeAlias

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Index
from cnnstep.geometry import Field, by
from cnnstep.networks.layer_kinds import Sees
from cnnstep.networks.network import Layer, upstream
from cnnstep.networks.receptive_field import arriving, field_of, on_maps
from cnnstep.networks.run import Run
from cnnstep.notation.networks import INPUT
from cnnstep.views.networks.layer_wording import sees
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, Box, Panel, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import grown_field, names
from cnnstep.views.wording.numbers import signed

Place: TypeAlias = tuple[int | None, ...]

PLANE = 3
"""Axes of a picture with its channels."""
WIDE = 40
COLUMNS = (
    Column("", 0, is_left=True, role=Role.LABEL, name="name"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("field", 2, is_left=True),
    Column("jump", 3, is_left=True),
)


def receptive_field_picture(run: Run, number: int, cell: Index, columns: int) -> Iterator[Panel]:
    """The input with what can reach a cell drawn on it."""
    if run.x.ndim != PLANE:
        return
    name = run.network.name(number)
    number, cell = on_maps(run.layers, number, cell)
    seen = field_of(run.layers, number)
    ranges = [field.positions(place) for field, place in zip(seen, cell[1:], strict=True)] if seen else None
    box = field_box(run.x, ranges) if ranges else None
    yield input_picture(run.x, box, columns=columns, caption=f"{name} sees {sees(seen)}")


def field_box(x: Array, ranges: Sequence[range]) -> Box:
    """Rows and columns of the input in fractions of its sides."""
    (rows, columns), (high, wide) = ranges, x.shape[1:]
    return Box(rows.start / high, columns.start / wide, rows.stop / high, columns.stop / wide)


def report(
    network: str, x: Array, layers: Sequence[Layer], layer: Layer, cell: Place, source: str = INPUT
) -> Report:  # fmt: skip
    """The field of a cell, None in its place for every cell; raises GeometryError outside the layer."""
    places = _checked(layer, cell)
    address = f"{layer.name}[{','.join('*' if place is None else str(place) for place in places)}]"
    number, ranges, is_all = _seen(x, layers, layer, places)
    seen, shape = field_of(layers, number) or (), _shape(x, layers, number)
    facts = [_fact(*each) for each in zip(seen, ranges, shape[1:], x.shape[1:], strict=True)]
    whole = "everything that the feature maps before it see: " * is_all
    title = Span(f"{address} of {network}   ", Role.TITLE)
    head = words(title, f"sees {whole}{_told(ranges, x.shape[1:])}", indent=1)
    document = {
        "operation": "field",
        "address": address,
        "input": list(x.shape),
        "field": [[positions.start, positions.stop] for positions in ranges],
        "axes": facts,
    }
    picture = _picture(x, ranges, f"{source} {by(x.shape)}")
    edges = [words(text) for text in dict.fromkeys(_edges(names(len(seen)), facts, x.shape[1:]))]
    return Report(stack([head], picture, _growth(layers, number), edges), document)


def _seen(x: Array, layers: Sequence[Layer], layer: Layer, places: Place) -> tuple[int, list[range], bool]:
    """The node on maps that the cell stands on, the positions it sees, and whether these are all that maps see."""
    number, cell = on_maps(layers, layer.number, places) if places != (None,) else (layer.number, places)
    is_all = field_of(layers, number) is None or len(cell) != x.ndim
    if is_all:
        maps = [each.number for each in upstream(layers, number) if field_of(layers, each.number) and each.output[1:]]
        number, cell = maps[-1] if maps else 0, (None,) * x.ndim
    cells = zip(field_of(layers, number) or (), cell[1:], _shape(x, layers, number)[1:], strict=True)
    ranges = [_positions(*each) for each in cells]
    if is_all:
        ranges = [range(max(0, r.start), min(n, r.stop)) for r, n in zip(ranges, x.shape[1:], strict=True)]
    return number, ranges, is_all


def _shape(x: Array, layers: Sequence[Layer], number: int) -> Index:
    return layers[number - 1].output if number else x.shape


def _checked(layer: Layer, cell: Place) -> Place:
    """A place for every axis; a missing channel means every one."""
    shape = layer.output
    missing = len(shape) - len(cell)
    places = (None,) * missing + tuple(cell)
    if missing not in {0, 1} or any(p is not None and p >= n for p, n in zip(places, shape, strict=True)):
        raise layer.outside(cell)
    return places


def _positions(field: Field, place: int | None, cells: int) -> range:
    """What one cell sees on an axis, or all of them together."""
    if place is not None:
        return field.positions(place)
    return range(field.positions(0).start, field.positions(cells - 1).stop)


def _told(ranges: Sequence[range], sizes: Sequence[int]) -> str:
    spans = [f"{axis} {r.start} to {r.stop - 1}" for axis, r in zip(names(len(ranges)), ranges, strict=True)]
    inside = prod(max(0, min(r.stop, n) - max(r.start, 0)) for r, n in zip(ranges, sizes, strict=True))
    cells = prod(len(r) for r in ranges)
    padding = f", {cells - inside:,} of them in the padding" if cells > inside else ""
    return f"{signed(', '.join(spans))}: {by([len(r) for r in ranges])} {'cell' if cells == 1 else 'cells'}{padding}"


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


def _edges(axes: Sequence[str], facts: Sequence[dict[str, int]], sizes: Sequence[int]) -> Iterator[str]:
    """The padding of all layers together, as the input sees it, and what no cell sees."""
    padding = [
        f"{fact['padding_before']} before and {fact['padding_after']} after the {axis}"
        for axis, fact in zip(axes, facts, strict=True)
        if fact["padding_before"] or fact["padding_after"]
    ]
    yield (
        f"effective padding, of all layers together: {', '.join(padding)}; a field that reaches into it sees less"
        if padding
        else "no receptive field reaches into padding"
    )
    unseen = [
        f"the last {fact['unseen_after']} of {size} {axis}"
        for axis, fact, size in zip(axes, facts, sizes, strict=True)
        if fact["unseen_after"]
    ]
    if unseen:
        yield f"no cell sees {' and '.join(unseen)}"


def _picture(x: Array, ranges: Sequence[range], caption: str) -> list[Block]:
    """The input with the field drawn on it."""
    if x.ndim != PLANE:
        return []
    return [Beside((input_picture(x, field_box(x, ranges), columns=min(WIDE, x.shape[2]), caption=caption),))]


def _growth(layers: Sequence[Layer], number: int) -> list[Block]:
    """How field and jump have grown, layer by layer."""
    rows = []
    for layer in upstream(layers, number):
        before = arriving(layers, layer)
        if before and layer.kind.sees is Sees.WINDOW and layer.plan.sizes:
            axes = zip(before, layer.plan.sizes.axes, strict=True)
            grown = dict.fromkeys(grown_field(field, axis) for field, axis in axes)
            sizes, jumps = (" and ".join(dict.fromkeys(text)) for text in zip(*grown, strict=True))
            rows.append((layer.name, layer.brief, sizes, jumps))
    return [table(COLUMNS, rows)] if rows else []
