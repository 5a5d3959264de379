"""`cnnstep net` once it is called: a table, a page of words, a whole network with an input, or one of its layers."""

from dataclasses import replace

from cnnstep.cli.base import Ink, echo_json
from cnnstep.cli.deliver import deliver, deliver_sheet
from cnnstep.cli.described import Described, describe
from cnnstep.cli.options import Asked
from cnnstep.cli.questions import Question
from cnnstep.cli.sheets import SHEETS_OF, answers_of
from cnnstep.errors import NotationError
from cnnstep.geometry import by
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.names import find
from cnnstep.networks.network import Layer
from cnnstep.networks.run import Run
from cnnstep.notation.networks import INPUT
from cnnstep.views.networks import attribution as why
from cnnstep.views.networks.network import Told, show, show_layer
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Scene, words


def answer(question: Question) -> None:
    """The list, a sheet, or a run."""
    described = describe(question.chain) if question.chain and not question.wanted.everything else None
    kind = question.kind(has_size=bool(described and described.input))
    if described is None:
        list_networks(question.ink)
    elif kind in SHEETS_OF:
        deliver_sheet(SHEETS_OF[kind](question, described), question.asked, question.ink)
    else:
        _run(question, described)


def _run(question: Question, described: Described) -> None:
    """Send an input through a network, or many of them."""
    asked, wanted = question.asked, question.wanted
    shown = described.read(question.source, question.reading, wanted.seed)
    x, is_batch = described.laid(shown)
    layers = described.layers(x.shape[is_batch:], wanted.seed, is_typed=question.source is not None)
    network = described.network(layers, wanted.seed, wanted.weights)
    notes = [*described.size_notes(x.shape[is_batch:])]
    if network.is_drawn:
        notes.append(f"random weights are drawn from seed {wanted.seed}: this network has learned nothing yet")
    told = Told(shown.name, shown.channels, notes, described.name)
    if is_batch:
        deliver_sheet(answers_of(question, network, shown.name, x, notes), asked, question.ink)
        return
    run = Run(network, x)
    if wanted.why:
        _why(run, told, question)
        return
    layer = find(layers, wanted.layer).first if wanted.layer else None
    place = asked.at
    at = find(layers, place.layer).first if place else layer
    if layer and at != layer:
        apart = f"--layer {wanted.layer} and --at {place.layer}[…] name different layers"
        raise NotationError(apart, "leave --layer out")
    deliver_network(run, told, at, replace(asked, at=place.cell if place else None), question.ink)


def _why(run: Run, told: Told, question: Question) -> None:
    """Where a number came from; of a layer with an activation, what stands after it."""
    asked, place = question.asked, question.wanted.why
    assert place is not None  # noqa: S101 - asked for it
    if place.layer == INPUT:
        pixel = f"{INPUT}[{','.join(map(str, place.cell))}]"
        raise NotationError(f"{pixel} is a pixel: it comes from nowhere", 'ask for a layer: --why "c1[0,0,0]"')
    number = find(run.layers, place.layer).last.number
    cell = place.cell
    shown = why.show(run, number, cell, told, deeper=question.wanted.deeper)
    deliver(shown, replace(asked, at=cell), question.ink)


def list_networks(ink: Ink) -> None:
    """The networks that have a name."""
    if ink.json:
        echo_json({name: network._asdict() for name, network in ARCHITECTURES.items()})
        return
    rows = [
        words(Span(f"{name}   ", Role.TITLE), f"{by(network.input)}   {network.source}", indent=1)
        for name, network in ARCHITECTURES.items()
    ]
    ink.terminal().show(Scene((*rows, words(Span("next: cnnstep net lenet5", Role.HINT), indent=1))))


def deliver_network(run: Run, told: Told, layer: Layer | None, asked: Asked, ink: Ink) -> None:
    """Show the table and the maps; or step through a layer, the first unless another is named."""
    whole = layer is None and asked.steps is None and asked.view != "lines" and not asked.animate
    if whole:
        deliver(show(run, told), replace(asked, view="map"), ink)
    else:
        deliver(show_layer(run, layer.number if layer else 1, told), asked, ink)
