"""What a cell of a network can see: its receptive field on the picture, how it has grown, where it hangs over."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, TypeAlias

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Index
from cnnstep.geometry import Field, by
from cnnstep.networks.layer import Layer, name_of
from cnnstep.networks.layer_kinds import Sees
from cnnstep.networks.network import upstream
from cnnstep.networks.receptive_field import field_of, on_branch, on_maps, seen_by
from cnnstep.networks.run import Run
from cnnstep.notation.chain import INPUT
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Block, Panel, beside, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import input_picture, with_padding
from cnnstep.views.panels.planes import fractions
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import grown_field, names, reach

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
    ranges = seen_by(run.layers, *on_branch(run.layers, *on_maps(run.layers, number, cell)))
    box = fractions(ranges, run.x.shape[1:]) if ranges and all(ranges) else None
    told = by([len(each) for each in ranges]) if ranges else "all"
    yield with_padding(input_picture(run.x, box, columns=columns, caption=f"{name} sees {told}"))


def report(network: str, x: Array, layers: Sequence[Layer], layer: Layer, cell: Place, source: str = INPUT) -> Report:
    """The field of a cell, None in its place for every cell; raises GeometryError outside the layer."""
    places = _checked(layer, cell)
    address = f"{layer.name}[{','.join('*' if place is None else str(place) for place in places)}]"
    number, ranges, is_all = _seen(x, layers, layer, places)
    seen, whole_map = field_of(layers, number) or (), seen_by(layers, number, (None,) * x.ndim) or ()
    facts = [_fact(*each) for each in zip(seen, ranges, whole_map, x.shape[1:], strict=True)]
    whole = "everything that the feature maps before it see: " * is_all
    head = heading(f"{address} of {network}", f"sees {whole}{_told(ranges, x.shape[1:])}")
    document = {
        "operation": "field",
        "address": address,
        "input": list(x.shape),
        "field": [[positions.start, positions.stop] for positions in ranges],
        "axes": facts,
    }
    picture: list[Block] = []
    if x.ndim == PLANE:
        box, columns = fractions(ranges, x.shape[1:]) if all(ranges) else None, min(WIDE, x.shape[2])
        picture = [beside(with_padding(input_picture(x, box, columns=columns, caption=f"{source} {by(x.shape)}")))]
    edges = [words(text) for text in dict.fromkeys(_edges(names(len(seen)), facts, x.shape[1:]))]
    return Report(stack([head], picture, _growth(layers, number), edges), document)


def _seen(x: Array, layers: Sequence[Layer], layer: Layer, places: Place) -> tuple[int, Sequence[range], bool]:
    """The node on maps that the cell stands on, the positions it sees, and whether these are all that maps see."""
    number, cell = on_maps(layers, layer.number, places) if places != (None,) else (layer.number, places)
    if len(cell) == x.ndim and (ranges := seen_by(layers, *on_branch(layers, number, cell))):
        return on_branch(layers, number, cell)[0], ranges, False
    maps = [each.number for each in upstream(layers, number) if field_of(layers, each.number) and each.output[1:]]
    number = maps[-1] if maps else 0
    found = seen_by(layers, number, (None,) * x.ndim) or ()
    return number, [range(max(0, r.start), min(n, r.stop)) for r, n in zip(found, x.shape[1:], strict=True)], True


def _checked(layer: Layer, cell: Place) -> Place:
    """A place for every axis; a missing channel means every one."""
    shape = layer.output
    missing = len(shape) - len(cell)
    places = (None,) * missing + tuple(cell)
    if missing not in {0, 1} or any(p is not None and p >= n for p, n in zip(places, shape, strict=True)):
        raise layer.outside(cell)
    return places


def _told(ranges: Sequence[range], sizes: Sequence[int]) -> str:
    if not all(ranges):
        return "nothing of the input: only biases reach it"
    insides = [range(max(0, r.start), min(r.stop, n)) for r, n in zip(ranges, sizes, strict=True)]
    parts = zip(names(len(ranges)), insides, ranges, strict=True)
    spans = [reach(axis, inside, len(r) - len(inside), " to ") for axis, inside, r in parts]
    cells, inside = (prod(map(len, each)) for each in (ranges, insides))
    padding = f", {cells - inside:,} of them in the padding" if cells > inside else ""
    return f"{', '.join(spans)}: {by([len(r) for r in ranges])} {'cell' if cells == 1 else 'cells'}{padding}"


def _fact(field: Field, seen: range, whole: range, size: int) -> dict[str, Any]:
    """Sizes of an axis, and the padding that all layers together put around the input; `whole` is all of it."""
    return {
        **field.as_dict(),
        "padding_before": max(0, -whole.start),
        "padding_after": max(0, whole.stop - size),
        "unseen_after": max(0, size - whole.stop),
        "outside": max(0, -seen.start) + max(0, seen.stop - size),
    }


def _edges(axes: Sequence[str], facts: Sequence[dict[str, Any]], sizes: Sequence[int]) -> Iterator[str]:
    """The padding of all layers together, as the input sees it, and what no cell sees."""
    padding, unseen = [], []
    for axis, fact, size in zip(axes, facts, sizes, strict=True):
        before, after = fact["padding_before"], fact["padding_after"]
        padding += [f"{before} before and {after} after the {axis}"] if before or after else []
        unseen += [f"the last {fact['unseen_after']} of {size} {axis}"] if fact["unseen_after"] else []
    effective = f"effective padding, of all layers together: {', '.join(padding)}; a field that reaches into it"
    yield f"{effective} sees less" if padding else "no receptive field reaches into padding"
    if unseen:
        yield f"no cell sees {' and '.join(unseen)}"


def _growth(layers: Sequence[Layer], number: int) -> list[Block]:
    """How field and jump have grown, layer by layer; where branches join, what each of them sees."""
    rows = []
    for layer in upstream(layers, number):
        before = [field_of(layers, node) for node in layer.inputs]
        if len(before) > 1 and (after := field_of(layers, layer.number)):
            rows.append((layer.name, layer.brief, _together(layers, layer), _once([str(each.jump) for each in after])))
        elif before[0] and layer.kind.sees is Sees.WINDOW and layer.plan.sizes:
            grown = [grown_field(*each) for each in zip(before[0], layer.plan.sizes.axes, strict=True)]
            sizes, jumps = map(_once, zip(*grown, strict=True))
            rows.append((layer.name, layer.brief, sizes, jumps))
    return [table(COLUMNS, rows)] if rows else []


def _together(layers: Sequence[Layer], layer: Layer) -> str:
    """`8: c4 sees 8, a 3`."""
    seen = [field_of(layers, node) or () for node in (layer.number, *layer.inputs)]
    whole, *each = (_once([str(field.size) for field in fields]) for fields in seen)
    first, *others = (name_of(layers, node) for node in layer.inputs)
    return f"{whole}: {', '.join([f'{first} sees {each[0]}', *map(' '.join, zip(others, each[1:], strict=True))])}"


def _once(texts: Sequence[str]) -> str:
    """One text where all axes have the same."""
    return " and ".join(dict.fromkeys(texts))
