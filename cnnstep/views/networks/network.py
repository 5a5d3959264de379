"""A network that has met its input: a table of its layers, thumbnails of what each makes, any layer's own screens."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import Windowed
from cnnstep.geometry import by
from cnnstep.networks.attribution import origin_of
from cnnstep.networks.network import upstream
from cnnstep.networks.receptive_field import fields
from cnnstep.networks.run import Run
from cnnstep.networks.weights import all_weights
from cnnstep.views.networks import layer_outputs as activations
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.networks.table import fact
from cnnstep.views.operations.registry import show_of
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Gap, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels import maps
from cnnstep.views.view import Figure, Layers, Origin, Show
from cnnstep.views.wording.numbers import extremes
from cnnstep.views.wording.titles import Names

COLUMNS = (
    Column("", 0, role=Role.LABEL, name="number"),
    Column("", 3, is_left=True, role=Role.LABEL, name="name"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("output", 2, is_left=True),
    Column("values", 4, is_left=True),
    Column("why this size", 5, is_left=True, role=Role.LABEL),
)


class Told(NamedTuple):
    """What is known of it all: the names of its input and of itself, and what there is to say about its weights."""

    name: str
    channels: Sequence[str] = ()
    notes: Sequence[str] = ()
    network: str = "net"


def show(run: Run, told: Told) -> Show:
    """Show the whole network: the walk is that of its last layer."""
    last = run.layers[-1]
    return Show(
        run.walk(last.number),
        "network",
        {"layers": _facts(run)},
        title=lambda _=None: _title(run, told),
        scene=lambda step: show_layer(run, last.number, told).scene(step),
        line=lambda step: show_layer(run, last.number, told).line(step),
        result=lambda: [*activations.thumbnails(run), maps.lines([*told.notes])],
        figures=lambda: [Figure(layer.text, _pictures(run.walk(layer.number).output)) for layer in run.layers],
        layers=lambda: layers_of(run, told, 1)._replace(is_whole=True),
        archives=_archives(run),
        hint=f"--why {_middle(run)} (where a number came from), --layer 1 (walk through a layer), --save panels.png",
    )


def _archives(run: Run) -> dict[str, Callable[[], dict[str, Array]]]:
    """Named arrays: what was learned, and what every layer makes of the input."""
    return {
        "weights": lambda: all_weights(run.network),
        "activations": lambda: {
            f"{layer.number}.{layer.name}.{layer.word}": run.walk(layer.number).output for layer in run.layers
        },
    }


def show_layer(run: Run, number: int, told: Told) -> Show:
    """Show one layer, as its own command would."""
    walk, layer = run.walk(number), run.layers[number - 1]
    kept = all(each.keeps_channels for each in upstream(run.layers, number)[:-1])
    channels = told.channels if kept and len(layer.input) > 1 else ()
    called = WORDING[layer.word].also_called
    names = Names(f"layer {number}: {layer.text}", layer.word, channels, notes=(called,) if called else ())
    return show_of(walk, names)._replace(
        address=f'"{number}[{{}}]"', layers=lambda: layers_of(run, told, number), archives=_archives(run)
    )


def layers_of(run: Run, told: Told, number: int) -> Layers:
    """All layers, to walk from one to the other."""
    shows = [show_layer(run, layer.number, told) for layer in run.layers]
    names = [f"layer {layer.number} of {len(run.layers)}" for layer in run.layers]
    return Layers(shows, names, number - 1, origin=lambda layer, step: _owes(run, layer, step))


def _owes(run: Run, layer: int, step: int) -> Origin:
    """What a step of a layer, both counted from 0, owes most to."""
    each = origin_of(run.layers[layer], run.walk(layer + 1)[step])
    place = ",".join(map(str, each.source))
    if not each.node:
        return Origin(f"input[{place}] counted most: a pixel")
    before, name = run.walk(each.node), run.network.name(each.node)
    visits = before.bound.grid == before.bound.places
    number = before.number(each.source) if visits else len(before) - 1
    told = (
        f"{name}[{place}], which counted most"
        if name != each.layer.name
        else f"its sum, before {run.layers[layer].word}"
    )
    return Origin(told, each.node - 1, number)


def _title(run: Run, told: Told) -> list[Block]:
    """A line for the input and one for each layer: number, words, output, its range, and why it has that size."""
    last = run.layers[-1].output
    head = words(Span(f"{told.network}   ", Role.TITLE), f"{told.name} {by(run.x.shape)} → {by(last)}", indent=1)
    rows: list[tuple[Any, ...]] = [("", "", "input", by(run.x.shape), activations.span(run.x), told.name)]
    for layer in run.layers:
        output = run.walk(layer.number).output
        why = WORDING[layer.word].why(layer)
        rows.append((str(layer.number), layer.title, layer.brief, by(layer.output), activations.span(output), why))
    return [head, Gap(), table(COLUMNS, rows)]


def _pictures(output: Array) -> Array:
    """An output as maps (channels, rows, columns)."""
    if output.ndim < 3 or output[0].size == 1:
        return activations.rows_of(output.reshape(-1))[None]
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
    first = run.layers[0]
    return f'"{first.name}[{",".join(str(n // 2) for n in first.output)}]"'
