"""What the layers of a network see of its input: receptive fields, axis by axis."""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, TypeAlias

from cnnstep.geometry import AnyAxis, Axis, Field
from cnnstep.geometry.numbering import place_of
from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import Sees
from cnnstep.networks.network import upstream

Fields: TypeAlias = tuple[Field, ...]


def fields(layers: Sequence[Layer]) -> list[Fields | None]:
    """The receptive field of each layer's cells, axis by axis; None where a cell sees the whole input."""
    return _known(layers)[1:]


def field_of(layers: Sequence[Layer], number: int) -> Fields | None:
    """What cells of a node, counted from 1, see; those of node 0, the input, themselves."""
    return _known(layers)[number]


def arriving(layers: Sequence[Layer], layer: Layer) -> Fields | None:
    """What the cells that a layer reads see: those of its first input, before its own window."""
    return _known(layers)[layer.inputs[0]]


def _known(layers: Sequence[Layer]) -> list[Fields | None]:
    """What the cells of each node see; those of a single row have no axes to look along."""
    known: list[Fields | None] = [tuple(Field() for _ in layers[0].input[1:]) or None]
    for layer in layers:
        with layer.to_blame():
            each = [_through(known[node], layer, n) for n, node in enumerate(layer.inputs)]
            known.append(_union(each, layer.output[1:]))
    return known


def _union(each: Sequence[Fields | None], cells: Sequence[int]) -> Fields | None:
    """The smallest field that holds these, of so many cells; everything, where one of them is everything."""
    told = [fields for fields in each if fields is not None]
    if len(told) < len(each):
        return None
    return reduce(lambda some, more: tuple(a.union(b, n) for a, b, n in zip(some, more, cells, strict=True)), told)


def _through(seen: Fields | None, layer: Layer, position: int) -> Fields | None:
    """The field of cells that read one of their inputs, counted from 0, whose cells see this."""
    if layer.kind.sees is Sees.CELL or seen is None:
        return seen
    if layer.kind.sees is Sees.EVERYTHING:
        return None
    ways = layer.plan.ways(position)
    if not ways:
        raise TypeError(f"{layer.word} sees a window, but its plan has no sizes")
    for axes in ways:
        seen = tuple(each.through(axis) for each, axis in zip(seen, axes, strict=True))
    return seen


def seen_by(layers: Sequence[Layer], number: int, cell: Sequence[int | None]) -> tuple[range, ...] | None:
    """The input positions that a cell of a node on maps sees, axis by axis, from the first to the last.

    None in a place is every cell of the axis. Those outside the input are padding: where windows read padding of maps,
    as many positions as the cells would see that stand there. A map that was upsampled has none. None where a cell sees
    the whole input.
    """
    if field_of(layers, number) is None:
        return None
    shape = layers[number - 1].output if number else layers[0].input
    cells = [range(n) if at is None else range(at, at + 1) for at, n in zip(cell[1:], shape[1:], strict=True)]
    above = upstream(layers, number) if number else []
    found = []
    for axis, (each, size) in enumerate(zip(cells, layers[0].input[1:], strict=True)):
        inside = _traced(above, axis, each, is_padded=False)
        outside = (at for at in _traced(above, axis, each, is_padded=True) if not 0 <= at < size)
        seen = {*inside, *outside}
        found.append(range(min(seen), max(seen) + 1) if seen else range(0))
    return tuple(found)


def _traced(above: Sequence[Layer], axis: int, cells: Iterable[int], *, is_padded: bool) -> set[int]:
    """What cells of the last of these layers see on an axis, counted from 0, back from layer to layer."""
    reached = {above[-1].number if above else 0: set(cells)}
    for layer in reversed(above):
        found = reached.pop(layer.number)
        for position, node in enumerate(layer.inputs):
            places = found
            for axes in reversed(layer.plan.ways(position) if layer.kind.sees is Sees.WINDOW else ()):
                places = _read(axes[axis], places, is_padded=is_padded)
            reached.setdefault(node, set()).update(places)
    return reached.get(0, set())


def _read(way: AnyAxis, cells: set[int], *, is_padded: bool) -> set[int]:
    """The positions that cells read, also in the padding; of what is upsampled only those that there are."""
    is_whole = isinstance(way, Axis) and is_padded
    taps = {tap for cell in cells if is_whole or 0 <= cell < way.output for tap in way.taps(cell)}
    return taps if is_whole else {tap for tap in taps if 0 <= tap < way.input}


def on_branch(layers: Sequence[Layer], number: int, cell: Any) -> tuple[int, Any]:
    """The node and the cell that a cell of stacked channels was, in the branch that it comes from.

    Layers that work cell by cell are passed on the way; of every channel it is the stack itself.
    """
    found, at = (number, cell), number
    while at and len(cell) > 1 and cell[0] is not None and layers[at - 1].kind.sees is Sees.CELL:
        layer = layers[at - 1]
        if len(layer.inputs) == 1:
            at = layer.inputs[0]
            continue
        if not layer.kind.stacks:
            break
        at, cell = stacked_from(layer, cell)
        found = (at, cell)
    return found


def stacked_from(layer: Layer, cell: Any) -> tuple[int, Any]:
    """Of a cell of stacked channels the node that its channel comes from, and its cell there."""
    channel = cell[0]
    for node, shape in zip(layer.inputs, layer.shapes, strict=True):
        if channel < shape[0]:
            return node, (channel, *cell[1:])
        channel -= shape[0]
    raise IndexError(f"channel {cell[0]} is not among those of {layer.text}")


def on_maps(layers: Sequence[Layer], number: int, cell: Any) -> tuple[int, Any]:
    """The node, 0 for the input, and the cell on maps that a cell in a row was, before flatten."""
    while len(cell) == 1 and number:
        layer = layers[number - 1]
        if layer.kind.sees is not Sees.CELL or len(layer.inputs) > 1:
            break
        cell = place_of(cell[0], layer.input) if len(layer.input) > 1 else cell
        number = layer.inputs[0]
    return number, cell
