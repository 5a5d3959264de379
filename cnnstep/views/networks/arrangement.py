"""A run arranged in columns for a picture, and where a cell or a window of it stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cnnstep.engine.steps import Index
from cnnstep.geometry.numbering import place_of
from cnnstep.networks.layer import Layer
from cnnstep.networks.reading import Read
from cnnstep.networks.run import Run
from cnnstep.views.networks.blocks import blocks, stand_alone
from cnnstep.views.networks.layer_columns import FILM, input_column, layer_column
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.page.diagram import Bars, LayerColumn, Maps, Spot
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Palette


def cell_of(node: int, cell: Index) -> Read:
    """One cell, as a window of one cell."""
    return Read(node, [cell[0]], tuple(range(place, place + 1) for place in cell[1:]))


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The columns of a run; `pinned` nodes end one, and what is `needed` of nodes is among what is drawn."""

    run: Run
    pinned: Sequence[int]
    needed: Mapping[int, Read]
    labels: Sequence[str]

    @cached_property
    def layers(self) -> Sequence[Layer]:
        """All layers; of a network that is too large to run those up to the last that is pinned."""
        return self.run.layers[: max(self.pinned)] if self.pinned and self.run.excess() else self.run.layers

    @cached_property
    def _blocks(self) -> list[range]:
        return blocks(self.layers, self.pinned)

    @cached_property
    def _shown(self) -> list[list[Layer]]:
        """The layers of each block without the last ones where these pass on what they get: flatten."""
        found = []
        for block in self._blocks:
            layers = [self.run.layers[node - 1] for node in block if node]
            while len(layers) > 1 and layers[-1].kind.passes_on:
                layers.pop()
            found.append(layers)
        return found

    @cached_property
    def columns(self) -> tuple[LayerColumn, ...]:
        """What is drawn of each block."""
        return tuple(map(self._column, range(len(self._blocks))))

    @cached_property
    def arrows(self) -> tuple[tuple[int, int], ...]:
        """Which column reads which."""
        edges = ((node, layer.number) for layer in self.layers for node in layer.inputs)
        pairs = {(self.column(node), self.column(reader)) for node, reader in edges}
        return tuple(sorted((begin, end) for begin, end in pairs if begin != end))

    def column(self, node: int) -> int:
        """The column that a node stands in."""
        return next(number for number, block in enumerate(self._blocks) if node in block)

    def shows(self, node: int) -> bool:
        """Whether a column shows what this node gives, perhaps as it was before flatten."""
        layers = self._shown[self.column(node)]
        return not layers or node >= layers[-1].number

    def spots(self, read: Read) -> tuple[Spot, ...]:
        """Where it stands: on each of the maps that are drawn, or on units or bars."""
        read = self._before_flatten(read)
        column, (channels, *spatial) = self.column(read.node), self._shape(read.node)
        body = self.columns[column].body
        is_everything = len(read.channels) == channels and list(read.window) == list(map(range, spatial))
        if not isinstance(body, Maps):
            if is_everything and channels > 1:
                return (Spot(column),)
            drawn = [bar.number for bar in body.bars] if isinstance(body, Bars) else range(channels)
            return tuple(Spot(column, drawn.index(channel)) for channel in read.channels if channel in drawn)
        box = None if is_everything else _box(read.window, spatial)
        # the channels of a coloured picture are one map
        drawn = [each.channel for each in body.maps]
        wanted = {0} if body.palette == Palette.COLOUR else set(read.channels)
        return tuple(Spot(column, item, box) for item, channel in enumerate(drawn) if channel in wanted)

    def _shape(self, node: int) -> Index:
        return self.run.layers[node - 1].output if node else self.run.x.shape

    def _column(self, number: int) -> LayerColumn:
        block, layers = self._blocks[number], self._shown[number]
        wanted = {
            node: self._before_flatten(self.needed[node]) for node in block if node in self.needed and self.shows(node)
        }
        shape = self._shape(layers[-1].number if layers else 0)
        channels = {channel for read in wanted.values() if len(read.channels) < shape[0] for channel in read.channels}
        places = [read.window[0] for read in wanted.values() if len(read.window) == FILM - 1]
        frame = places[0][len(places[0]) // 2] if places else shape[1] // 2 if len(shape) == FILM else 0
        if not layers:
            return input_column(self.run.x, frame)
        # what nothing was learned for, such as pixels in a row, are no answers
        answers = any(layer.learned for layer in layers) or WORDING[layers[-1].word].gives_probabilities
        is_answer = block[-1] == len(self.run.layers) and answers
        column = layer_column(
            layers, self.run.output(layers[-1].number), channels, frame, self.labels if is_answer else None
        )
        if not stand_alone(self.layers, self.pinned):
            return column
        return column._replace(name=" ".join(filter(None, (layers[0].title, layers[0].brief))))

    def _before_flatten(self, read: Read) -> Read:
        """The same where it stood before it was written in a row."""
        layers = self._shown[self.column(read.node)]
        while layers and read.node > layers[-1].number:
            layer = self.run.layers[read.node - 1]
            before, whole = layer.inputs[0], layer.input
            if len(read.channels) == layer.output[0]:
                read = Read(before, range(whole[0]), tuple(map(range, whole[1:])))
            elif whole != layer.output:
                read = cell_of(before, place_of(read.channels[0], whole))
            else:
                read = read._replace(node=before)
        return read


def _box(window: Sequence[range], sizes: Sequence[int]) -> Box:
    """A window on the last two axes in fractions of their sizes; a signal is one row."""
    (top, bottom), (left, right) = ((0.0, 1.0), *_ends(window, sizes))[-2:]
    return Box(top, left, bottom, right)


def _ends(window: Sequence[range], sizes: Sequence[int]) -> list[tuple[float, float]]:
    return [(each[0] / size, (each[-1] + 1) / size) for each, size in zip(window, sizes, strict=True)]
