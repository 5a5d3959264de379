"""A network that has met its input: a table of its layers, thumbnails of what each makes, any layer's own view."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.joins import Copied, Summed
from cnnstep.engine.steps import Index, Step
from cnnstep.engine.walks import Walk
from cnnstep.errors import NotationError, Setting
from cnnstep.geometry import by
from cnnstep.geometry.numbering import full_place
from cnnstep.networks.attribution import origin_of
from cnnstep.networks.layer import find
from cnnstep.networks.network import upstream
from cnnstep.networks.receptive_field import fields
from cnnstep.networks.run import Run
from cnnstep.views.layers import Figure, Layers, Origin
from cnnstep.views.networks import outputs
from cnnstep.views.networks.diagram import cell_diagram, network_diagram
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.networks.rails import branches, branching_table, named
from cnnstep.views.networks.table import fact
from cnnstep.views.operations import view_of
from cnnstep.views.page.roles import Importance, Role
from cnnstep.views.page.scene import Block, Gap, Scene, Words
from cnnstep.views.page.tables import Column
from cnnstep.views.panels import maps
from cnnstep.views.report import heading
from cnnstep.views.view import View
from cnnstep.views.vocabulary import Chosen, Vocabulary
from cnnstep.views.wording.numbers import extremes
from cnnstep.views.wording.sums import LINES

COLUMNS = (
    Column("", 0, role=Role.LABEL, name="number"),
    Column("", 3, is_left=True, role=Role.LABEL, name="name"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("output", 2, is_left=True),
    Column("values", 4, is_left=True),
    Column("why this size", 5, is_left=True, role=Role.LABEL),
)


class About(NamedTuple):
    """What is known of it all: the names of its input and of itself, and what there is to say about its weights."""

    name: str
    channels: Sequence[str] = ()
    notes: Sequence[str] = ()
    network: str = "net"
    typed: str = "LAYERS INPUT"
    """The network and its input as they would be typed again."""
    labels: Sequence[str] = ()
    """The names of the classes."""


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkView(View):
    """The whole network: the walk is that of its last layer."""

    run: Run
    about: About
    shows: Callable[[Run, Sequence[str]], list[list[Block]]] = outputs.thumbnails
    """What it shows of what the layers have made, below their table."""
    has_panels: bool = False
    """Whether a picture of it has a titled panel for each layer."""

    @classmethod
    def of(cls, run: Run, about: About, advice: str = "") -> "NetworkView":
        """The view of a run, all of whose layers are run."""
        first, last = run.layers[0], run.layers[-1]
        middle = ",".join(str(n // 2) for n in first.output)
        why = f'cnnstep why {about.typed} "{first.name}[{middle}]" (where a number came from)'
        return cls(
            run.walk(last.number),
            Vocabulary(about.network, about.channels),
            run=run,
            about=about,
            layers=lambda: layers_of(run, about, 1)._replace(is_whole=True),
            diagram=lambda: network_diagram(run, about),
            archives=_archives(run),
            advice=advice or f"{why}, --layer 1 (walk through a layer), --save net.png",
        )

    def choosing(self, chosen: Chosen) -> View:
        """Steps are those of a layer; else the whole is shown."""
        if chosen.at is not None or chosen.steps is not None or chosen.display == "lines":
            return self.stepping().choosing(chosen)
        self.walk.check_size()
        return replace(self, chosen=Chosen(display="map"))

    def stepping(self) -> View:
        """Its first layer."""
        return layer_view(self.run, 1, self.about)

    def briefer(self) -> Iterator[View]:
        """Itself, then with the answer alone, then with the answer in a line."""
        yield from (replace(self, shows=shows) for shows in (self.shows, outputs.answer, outputs.in_short))

    def facts(self) -> dict[str, Any]:
        """Its layers: what each is, costs and sees, and the range of what it has made."""
        facts = []
        for layer, field in zip(self.run.layers, fields(self.run.layers), strict=True):
            low, high = extremes(self.run.walk(layer.number).output)
            sizes = layer.plan.sizes.as_dict() if layer.plan.sizes else {}
            facts.append({**fact(layer, field), "low": low, "high": high, "sizes": sizes})
        labels, answer = self.about.labels, self.walk.output.reshape(-1)
        label = labels[int(answer.argmax())] if len(labels) == answer.size else None
        is_list = len(self.walk.output_shape) == 1
        return {
            "operation": "network",
            "layers": facts,
            "answer": int(answer.argmax()) if is_list else None,
            "label": label,
        }

    def with_panels(self) -> "NetworkView":
        """The view whose picture has a panel for each layer."""
        return replace(self, has_panels=True, diagram=None)

    def figures(self) -> Sequence[Figure]:
        """The maps of every layer, where panels are asked for."""
        layers = self.run.layers if self.has_panels else ()
        return [Figure(layer.text, outputs.planes_of(self.run.walk(layer.number).output)) for layer in layers]

    def title(self, step: Step | None = None) -> list[Block]:  # noqa: ARG002 - the same for every step
        """A line for the input and one for each layer: number, words, output, its range, and why it has that size."""
        run, name = self.run, self.about.name
        head = heading(self.about.network, f"{name} {by(run.x.shape)} → {by(run.layers[-1].output)}")
        rows: list[tuple[Any, ...]] = [("", "", "input", by(run.x.shape), outputs.span(run.x), name)]
        for layer in run.layers:
            span, why = outputs.span(run.walk(layer.number).output), WORDING[layer.word].why(layer)
            rows.append((str(layer.number), layer.title, named(layer), by(layer.output), span, why))
        return [head._replace(importance=Importance.STEP), Gap(), branching_table(COLUMNS, rows, run.layers)]

    def scene(self, step: Step) -> Scene:
        """That of its last layer."""
        return layer_view(self.run, len(self.run.layers), self.about).scene(step)

    def sentence(self, step: Step, lines: int = LINES) -> Words:
        """That of its last layer."""
        return layer_view(self.run, len(self.run.layers), self.about).sentence(step, lines)

    def result(self) -> list[list[Block]]:
        """What every layer has made, and what there is to say."""
        return [*self.shows(self.run, self.about.labels), maps.lines(self.about.notes)]


def network_view(run: Run, about: About, layer: str | None, chosen: Chosen, say: Callable[[str], None]) -> View:
    """The whole network; or the steps of a layer: of the one that is named, alone or with a cell, else of the first.

    `chosen.at` is an address. `say` is told which layer is being run. Raises NotationError for two layers at once.
    """
    named = find(run.layers, layer).first if layer else None
    at = chosen.at and find(run.layers, chosen.at.layer).first
    if named and at and named != at:
        raise NotationError(
            f"layer {layer} and the cell {chosen.at.layer}[…] name different layers", ("leave out ", Setting("layer"))
        )
    meant = at or named
    if meant is None and chosen.steps is None and chosen.display != "lines":
        run.through(len(run.layers), say, itself=True)
        return NetworkView.of(run, about).choosing(Chosen())
    number = meant.number if meant else 1
    run.through(number, say, itself=chosen.at is None and chosen.steps is None)
    view = layer_view(run, number, about).choosing(chosen._replace(at=chosen.at and chosen.at.cell))
    if not chosen.at or view.bound.places != view.walk.output_shape:
        return view
    cell = full_place(chosen.at.cell, view.walk.output_shape, view.output_noun)
    return replace(view, diagram=lambda: cell_diagram(run, about, number, cell))


def _archives(run: Run) -> Mapping[str, Callable[[], Mapping[str, Array]]]:
    """Named arrays: what was learned, and what every layer makes of the input."""
    return {
        "weights": lambda: run.network.weights,
        "activations": lambda: {
            f"{layer.number}.{layer.name}.{layer.word}": run.walk(layer.number).output for layer in run.layers
        },
    }


def layer_view(run: Run, number: int, about: About) -> View:
    """The view of one layer, as its own command would show it."""
    walk, layer = run.walk(number), run.layers[number - 1]
    kept = all(each.keeps_channels for each in upstream(run.layers, number)[:-1])
    channels = about.channels if kept and len(layer.input) > 1 else ()
    called = WORDING[layer.word].also_called
    vocabulary = Vocabulary(f"layer {number}: {layer.text}", channels, [called] if called else [])
    view = view_of(walk, vocabulary._replace(inputs=[run.network.name(node) for node in layer.inputs]))
    address, layers = f'"{number}[{{}}]"', lambda: layers_of(run, about, number)
    return replace(view, address=address, layers=layers, archives=_archives(run))


def layers_of(run: Run, about: About, number: int) -> Layers:
    """All layers, to walk from one to the other; where the network branches each is told with what it reads."""
    views = [layer_view(run, layer.number, about) for layer in run.layers]
    names = [f"layer {layer.number} of {len(run.layers)}" for layer in run.layers]
    reads: Sequence[str] = ()
    if branches([layer.inputs for layer in run.layers]):
        read = (", ".join(dict.fromkeys(map(run.network.name, layer.inputs))) for layer in run.layers)
        reads = [f"reads {each}" for each in read]
    return Layers(views, names, number - 1, origin=lambda layer, step: _origin(run, layer, step), reads=reads)


def _origin(run: Run, layer: int, number: int) -> Origin:
    """The largest contribution to a step of a layer, both counted from 0."""
    step = run.walk(layer + 1)[number]
    if isinstance(step, WeightedSum) and not step.products.any():
        return Origin(f"all {step.products.size:,} products are 0: nothing contributes")
    if isinstance(step, Summed) and not any(step.terms):
        return Origin(f"all {len(step.terms)} terms are 0: nothing contributes")
    each = origin_of(run.layers[layer], step)
    source = f"{run.network.name(each.node)}[{','.join(map(str, each.source))}]"
    if not each.node:
        return Origin(f"{source} is {_part(step)}: a pixel")
    is_own_sum = run.layers[each.node - 1].name == each.layer.name
    told = f"its sum, before {each.layer.word}" if is_own_sum else f"{source}, {_part(step)}"
    return Origin(told, each.node - 1, _step_for(run.walk(each.node), each.source))


def _step_for(walk: Walk[Any, Any], cell: Index) -> int:
    """The step that shows a cell of the output; where steps add to it, the one that adds most."""
    if walk.shape == walk.output_shape:
        return walk.number(cell)
    step = walk.made_of(cell)
    return walk.number(step.main_source(walk.shape).cell) if isinstance(step, WeightedSum) else len(walk) - 1


def _part(step: Step) -> str:
    """What the source of a step is to it."""
    if isinstance(step, Copied):
        return "which is copied"
    if isinstance(step, Summed):
        return f"its largest term{f' ({max(step.shares):.0%})' if step.shares else ''}"
    return "its largest contribution"
