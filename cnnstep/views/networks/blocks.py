"""Which layers stand in one column of a network's picture: a layer with its activation, or a block of layers."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import Sees

MOST = 9
"""Columns that have room beside each other with their names, shapes and parameters."""
FEW = 3
"""Layers of a network that is small enough for a column each, with its words."""


def stand_alone(layers: Sequence[Layer], pinned: Collection[int]) -> bool:
    """Whether each layer has a column: of a small network without a chosen cell."""
    return len(layers) <= FEW and not pinned


def blocks(layers: Sequence[Layer], pinned: Collection[int] = ()) -> list[range]:
    """The nodes of each column, the input, 0, alone; every node of `pinned` ends a column.

    Unless there are few, a layer is taken together with what works on it cell by cell. Where that makes too many
    columns, layers of one size are a block, with the pooling that ends it; then neighbours, the shortest blocks first.
    What is read from afar ends a column, unless only merging neighbours is left.
    """
    read = _readers(layers)
    ends = [*range(len(layers) + 1)] if stand_alone(layers, pinned) else _finest(layers, pinned, read)
    if len(ends) > MOST:
        ends = _repaired(layers, _by_size(layers, ends, pinned, read))
    while len(ends) > MOST and (shortest := _shortest(ends, pinned, read)):
        ends.remove(shortest)
    return [range(begin + 1, end + 1) for begin, end in zip((-1, *ends), ends, strict=False)]


def _readers(layers: Sequence[Layer]) -> dict[int, list[int]]:
    """The layers that read a node."""
    read: dict[int, list[int]] = defaultdict(list)
    for layer in layers:
        for node in layer.inputs:
            read[node].append(layer.number)
    return read


def _finest(layers: Sequence[Layer], pinned: Collection[int], read: dict[int, list[int]]) -> list[int]:
    """The last node of each column, with as many columns as there are layers that are counted or join."""
    ends = [0]
    for layer in layers:
        before = layer.number - 1
        belongs = not layer.kind.letter and layer.kind.sees is not Sees.WINDOW and layer.inputs == (before,)
        if belongs and before and before not in pinned and read[before] == [layer.number]:
            ends.pop()
        ends.append(layer.number)
    return ends


def _by_size(
    layers: Sequence[Layer], ends: list[int], pinned: Collection[int], read: dict[int, list[int]]
) -> list[int]:
    """The ends of blocks: layers of one size, and a pooling that nothing goes around."""
    kept = ends[:2]
    is_pooled = False
    for end in ends[2:]:
        last, first = layers[kept[-1] - 1], layers[kept[-1]]
        pools = "window" in first.settings and read[last.number] == [first.number]  # of a window, not of all
        is_alike = last.output[1:] == layers[end - 1].output[1:] != () and not is_pooled
        joins = (pools or is_alike) and last.number not in pinned
        is_pooled = joins and pools
        if joins:
            kept.pop()
        kept.append(end)
    return kept


def _repaired(layers: Sequence[Layer], ends: list[int]) -> list[int]:
    """With an end behind every node that is read from another column."""
    found = set(ends)
    edges = [(node, layer.number) for layer in layers for node in layer.inputs]
    while cut := {node for node, reader in edges if any(node < end < reader for end in found)} - found:
        found |= cut
    return sorted(found)


def _shortest(ends: Sequence[int], pinned: Collection[int], read: dict[int, list[int]]) -> int | None:
    """The end between the two neighbours that have fewest nodes together; rather one that nothing farther reads."""
    # not the last one: the answer stands alone
    inner = [each for each in zip(ends, ends[1:], ends[2:-1], strict=False) if each[1] not in pinned]
    if not inner:
        return None
    return min((max(read[end], default=0) > after, after - before, end) for before, end, after in inner)[-1]
