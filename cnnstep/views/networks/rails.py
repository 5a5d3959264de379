"""The branches of a network as rails: each node in a lane, which it keeps for as long as someone has still to read it.

●        the input
●        c1
├─●      c2 reads c1, which goes on: a branch begins
│ ●      c3
●─╯      add c1: the branches join
"""

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from cnnstep.networks.layer import Layer, name_of
from cnnstep.views.page.rails import ACROSS, DOWNWARDS, NOTHING, Joint, Rail
from cnnstep.views.page.roles import Role
from cnnstep.views.page.tables import Column, Noted, Table, table

MOST_LANES = 16
"""So many are drawn beside each other; more would leave no room for the layers."""

PLACE = 1
RANK = 3
"""It stands behind the numbers of the layers, and goes before their costs do where there is no room."""

Inputs: TypeAlias = Sequence[tuple[int, ...]]
"""The nodes that each layer reads, counted from 1; 0 is the network's input."""


class Row(NamedTuple):
    """A node in its lane, the lanes that it reads, and which of all lanes are held before and after it."""

    lane: int
    reads: tuple[int, ...]
    before: frozenset[int]
    after: frozenset[int]


def branches(inputs: Inputs) -> bool:
    """Whether any layer reads something else than the one before it."""
    return any(reads != (number,) for number, reads in enumerate(inputs))


def lanes(inputs: Inputs) -> list[Row]:
    """A row for the input, and one for each layer.

    A node takes the leftmost lane that ends with it; where all that it reads goes on, it begins one to the right.
    """
    last = {node: number for number, reads in enumerate(inputs, 1) for node in reads}
    lane_of: dict[int, int] = {}
    rows: list[Row] = []
    held: frozenset[int] = frozenset()
    for number, reads in enumerate([(), *inputs]):
        ending = [lane_of[node] for node in reads if last[node] == number]
        beside = lane_of[reads[0]] + 1 if reads else 0
        lane = min(ending) if ending else next(each for each in count(beside) if each not in held)
        lane_of[number] = lane
        after = held.difference(ending) | ({lane} if number in last else set())
        rows.append(Row(lane, tuple(sorted({lane_of[node] for node in reads})), held, after))
        held = after
    return rows


def rails(inputs: Inputs) -> list[Rail]:
    """The rows as joints; none for a chain, and none for more lanes than fit beside each other."""
    rows = lanes(inputs) if branches(inputs) else []
    wide = max((row.lane for row in rows), default=0) + 1
    return [_joints(row, wide) for row in rows] if wide <= MOST_LANES else []


def _joints(row: Row, wide: int) -> Rail:
    """The lanes, and the line from the node to all that it reads, which passes over the others."""
    left, right = min((row.lane, *row.reads)), max((row.lane, *row.reads))
    joints: list[Joint] = []
    for lane in range(wide):
        ways = (Joint.UP if lane in row.before else NOTHING) | (Joint.DOWN if lane in row.after else NOTHING)
        if lane == row.lane or lane in row.reads:
            ways |= (Joint.LEFT if lane > left else NOTHING) | (Joint.RIGHT if lane < right else NOTHING)
        elif left < lane < right and ways != DOWNWARDS:
            ways = ACROSS
        joints.append(ways | (Joint.NODE if lane == row.lane else NOTHING))
        joints.append(ACROSS if left <= lane < right else NOTHING)
    return Rail(tuple(joints[:-1]))


def branching_table(
    columns: tuple[Column, ...], rows: Sequence[tuple[Any, ...]], layers: Sequence[Layer], *, has_total: bool = False
) -> Table:
    """A table of the input and the layers; where the network branches with rails, or with what each reads."""
    inputs = [layer.inputs for layer in layers]
    if not branches(inputs):
        return table(columns, rows, has_total=has_total)
    read = [" ".join(name_of(layers, node) for node in nodes) * (nodes != (n,)) for n, nodes in enumerate(inputs)]
    drawn: Sequence[Rail | str] = rails(inputs) or ["", *read]
    below = [column._replace(rank=column.rank + (column.rank >= RANK)) for column in columns]
    head = "" if isinstance(drawn[0], Rail) else "reads"
    rail = Column(head, RANK, is_left=True, role=Role.LABEL, name="branches")
    entries = [*drawn, *[""] * (len(rows) - len(drawn))]
    railed = [(*row[:PLACE], entry, *row[PLACE:]) for row, entry in zip(rows, entries, strict=True)]
    return table((*below[:PLACE], rail, *below[PLACE:]), railed, has_total=has_total)


def named(layer: Layer) -> str | Noted:
    """The words of a layer, and the names that it was given: `relu as a`."""
    return Noted(layer.brief, f"as {', '.join(layer.names)}") if layer.names else layer.brief
