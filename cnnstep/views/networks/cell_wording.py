"""A chosen cell of a network in one sentence: what it reads, and what it sees of the input."""

from collections.abc import Sequence
from math import prod

from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.networks.attribution import Origin
from cnnstep.networks.reading import Read
from cnnstep.networks.run import Run
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import Number, short, signed

PICTURE = 3
"""Axes of a picture with its channels: its cells are pixels."""


def cell_sentence(run: Run, number: int, cell: Index, found: Sequence[Read], seen: Sequence[range] | None) -> str:
    """`c3[5,3,4] = 1 reads a 5×5 window of all 6 maps of s2, and sees 14×14 pixels of the input`."""
    what = " and ".join(_read(run, each) for each in found)
    sees = f", and sees {_seen(run.x.shape, seen)}" if found[0].node else ""
    return f"{called(run, number, cell)} = {number_of(run, number, cell)} reads {what}{sees}"


def path_sentence(run: Run, path: Sequence[Origin]) -> str:
    """`c3[5,3,4] = 1: its largest contributions lead back to input[0,7,12]`."""
    first, last = path[0], path[-1]
    head = f"{called(run, first.layer.number, first.cell)} = {signed(short(first.value))}"
    return f"{head}: its largest contributions lead back to {called(run, 0, last.source)}"


def called(run: Run, node: int, cell: Index) -> str:
    """`c3[5,3,4]`."""
    return f"{run.network.name(node)}[{','.join(map(str, cell))}]"


def number_of(run: Run, node: int, cell: Index) -> str:
    """The number in a cell."""
    value: Number = run.output(node)[cell].item()
    return signed(short(value))


def _read(run: Run, read: Read) -> str:
    """What is read of one node: all of it, a cell, or a window of its maps."""
    node, shape = read.node, run.layers[read.node - 1].output if read.node else run.x.shape
    channels, sizes = len(read.channels), [len(each) for each in read.window]
    is_everything = [channels, *sizes] == list(shape)
    while is_everything and node and run.layers[node - 1].kind.passes_on:
        node = run.layers[node - 1].inputs[0]
    name = run.network.name(node) if node else "the input"
    if is_everything:
        return f"all {prod(shape):,} numbers of {name}" if prod(shape) > 1 else f"the one number of {name}"
    if channels * prod(sizes) == 1:
        return called(run, read.node, (read.channels[0], *(each[0] for each in read.window)))
    window = f"a {by(sizes)} window of" if len(sizes) > 1 else f"a window of {count(sizes[0], 'cell')} of"
    if channels == shape[0]:
        return f"{window} {name}" if channels == 1 else f"{window} all {channels} maps of {name}"
    return f"{window} {name}[{read.channels[0]}]" if channels == 1 else f"{window} {channels} maps of {name}"


def _seen(shape: Index, seen: Sequence[range] | None) -> str:
    """How much of the input, and how much of that is padding."""
    cells = "pixels" if len(shape) == PICTURE else "cells"
    if seen is None:
        return "the whole input"
    if not all(seen):
        return "nothing of the input"
    inside = prod(max(0, min(r.stop, n) - max(r.start, 0)) for r, n in zip(seen, shape[1:], strict=True))
    outside = prod(map(len, seen)) - inside
    padding = f", {outside:,} of them in the padding" if outside else ""
    return f"{by([len(each) for each in seen])} {cells} of the input{padding}"
