"""A network: a table of its layers, thumbnails of what each makes, and any layer's own screens."""

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

from cnnstep.engine.activation import Activation
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.dropout import Dropout
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.gathers import Windowed
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.softmax import Softmax
from cnnstep.geometry import by
from cnnstep.networks.costs import fields
from cnnstep.networks.network import Layer, Run
from cnnstep.scenes import arithmetic, maps
from cnnstep.scenes.architecture import fact
from cnnstep.scenes.numbers import extremes, formatter, signed
from cnnstep.scenes.pictures import SMALL
from cnnstep.scenes.scene import Beside, Block, Panel, Picture, Role, Span, chunks, words
from cnnstep.scenes.show import Figure, Layers, Show
from cnnstep.scenes.shows import show_of
from cnnstep.scenes.titles import Names

Array: TypeAlias = NDArray[Any]

CHANNELS = 4
THUMBNAIL = 24


class Told(NamedTuple):
    """What is known of the network as a whole: its input's name, and what there is to say about its weights."""

    name: str
    channels: Sequence[str] = ()
    notes: Sequence[str] = ()


def _size(layer: Layer, bound: Any) -> str:  # noqa: ARG001 - as the others of the table
    return "  ".join(arithmetic.in_short(bound.axes))


WHY: dict[type, Callable[[Layer, Any], str]] = {
    Convolution: _size,
    Pooling: _size,
    Activation: lambda *_: "each cell on its own",
    Flatten: lambda layer, _: f"{layer.output[0]} = {'·'.join(map(str, layer.input))}",
    Dense: lambda layer, _: f"every unit reads all {prod(layer.input):,}",
    Dropout: lambda *_: "kept or dropped as while learning",
    Softmax: lambda *_: "probabilities",
    Normalization: lambda *_: "mean 0 and variance 1 a channel",
}
"""Operation → why its output has its size."""


def show(run: Run, told: Told) -> Show:
    """Show the whole network: the walk is that of its last layer."""
    last = run.layers[-1]
    return Show(
        run.walk(last.number),
        "network",
        {"layers": _facts(run)},
        title=lambda _=None: _table(run, told),
        scene=lambda step: show_layer(run, last.number, told).scene(step),
        line=lambda step: show_layer(run, last.number, told).line(step),
        result=lambda: [*_thumbnails(run), maps.lines([*told.notes])],
        figures=lambda: [Figure(layer.text, _pictures(run.walk(layer.number).output)) for layer in run.layers],
        layers=lambda: _layers(run, told, 1)._replace(is_whole=True),
        hint=f"--at {_middle(run)} (one cell), --layer 1 (walk through a layer), --save panels.png",
    )


def show_layer(run: Run, number: int, told: Told) -> Show:
    """Show one layer, as its own command would."""
    walk, layer = run.walk(number), run.layers[number - 1]
    channels = told.channels if layer.input[0] == len(told.channels) and len(layer.input) > 1 else ()
    names = Names(f"layer {number}: {layer.text}", layer.word, channels)
    return show_of(walk, names)._replace(address=f'"{number}[{{}}]"', layers=lambda: _layers(run, told, number))


def _layers(run: Run, told: Told, number: int) -> Layers:
    """All layers, to walk from one to the other."""
    shows = [show_layer(run, layer.number, told) for layer in run.layers]
    return Layers(shows, [f"layer {layer.number} of {len(run.layers)}" for layer in run.layers], number - 1)


def _table(run: Run, told: Told) -> list[Block]:
    """A line for the input and one for each layer: number, words, output, and why it has that size."""
    texts = ["input", *(layer.text for layer in run.layers)]
    sizes = [by(run.x.shape), *(by(layer.output) for layer in run.layers)]
    whys = [told.name, *(chunks([*_why(run, layer).split("  "), _range(run, layer)]) for layer in run.layers)]
    wide, most = max(map(len, texts)), max(map(len, sizes))
    return [
        words(
            Span(f"{number or '':>2}  ", Role.LABEL),
            Span(f"{text:<{wide}}  ", Role.TITLE if number else Role.PLAIN),
            Span(f"{size:<{most}}  ", Role.OUTPUT),
            Span(why, Role.LABEL),
            indent=1,
        )._replace(hang=4, table=True)
        for number, (text, size, why) in enumerate(zip(texts, sizes, whys, strict=True))
    ]


def _why(run: Run, layer: Layer) -> str:
    """The arithmetic of the output's size, or what the layer does to its cells."""
    return WHY[type(layer.operation)](layer, run.walk(layer.number).bound)


def _range(run: Run, layer: Layer) -> str:
    low, high = extremes(run.walk(layer.number).output)
    show = formatter([float(f"{end:.3g}") for end in (low, high)])
    return f"{signed(show(low))} … {signed(show(high))}" if low < high else f"only {signed(show(low))}"


def _thumbnails(run: Run) -> list[list[Block]]:
    """What every layer has made: numbers of small maps, pictures of large ones, a few channels of each."""
    rows: list[list[Block]] = []
    taken: list[Panel] = []
    for layer in run.layers:
        output = run.walk(layer.number).output
        if output.ndim == 1 and output.size <= maps.MOST_LISTED:
            rows += [[Beside(tuple(taken))]] if taken else []
            rows += maps.panels(output, f"{layer.number} {layer.word}", Names("", ""))
            taken = []
            continue
        panels = list(_panels(run, layer))
        if len(panels) > 1 or layer.output[1:] == ():
            rows += [[Beside(tuple(part))] for part in (taken, panels) if part]
            taken = []
        else:
            taken += panels
    return [*rows, [Beside(tuple(taken))]] if taken else rows


def _panels(run: Run, layer: Layer) -> Iterator[Panel]:
    output = run.walk(layer.number).output
    channels = output if output.ndim > 1 else output[None]
    columns = THUMBNAIL if len(channels) == 1 else SMALL
    for number, values in enumerate(channels[:CHANNELS]):
        caption = f"{layer.number} {layer.word} {by(output.shape)}" if number == 0 else f"channel {number}"
        panel = next(iter(maps.channel(values, caption, several=True)))
        yield (panel._replace(columns=columns, legend=None) if isinstance(panel, Picture) else panel)


def _pictures(output: Array) -> Array:
    """An output as maps (channels, rows, columns)."""
    if output.ndim < 3:
        return output.reshape(1, -1, output.shape[-1])
    return output if output.ndim == 3 else output[:, output.shape[1] // 2]


def _facts(run: Run) -> list[dict[str, Any]]:
    """Each layer for machines: what it is, costs and sees, its sizes, and the range of what it has made."""
    seen = fields(run.layers)
    facts = []
    for layer, field in zip(run.layers, seen, strict=True):
        bound = run.walk(layer.number).bound
        sizes = bound.sizes.as_dict() if isinstance(bound, Windowed) else {}
        low, high = extremes(run.walk(layer.number).output)
        facts.append({**fact(layer, field), "low": low, "high": high, "sizes": sizes})
    return facts


def _middle(run: Run) -> str:
    """A cell in the middle of the first layer's output."""
    shape = run.layers[0].output
    return f'"1[{",".join(str(n // 2) for n in shape)}]"'
