"""`cnnstep net` once it is called: a table, a page of words, a whole network with an input, or one of its layers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cnnstep.cli.base import Ink, echo_json
from cnnstep.cli.deliver import deliver, deliver_sheet
from cnnstep.cli.described import Described, describe
from cnnstep.cli.options import Asked
from cnnstep.errors import NotationError
from cnnstep.geometry import by
from cnnstep.inputs.how import Reading
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.names import find
from cnnstep.networks.network import Layer
from cnnstep.networks.run import Run
from cnnstep.render.formats.saving import SHEETS
from cnnstep.scenes import architecture, explained, why
from cnnstep.scenes.network import Told, show, show_layer
from cnnstep.scenes.roles import Role, Span
from cnnstep.scenes.scene import Scene, words
from cnnstep.scenes.sheet import Sheet
from cnnstep.scenes.trails import INPUT

if TYPE_CHECKING:
    from cnnstep.cli.net import Wanted


class Question(NamedTuple):
    """What was typed."""

    chain: str | None
    source: str | None
    wanted: "Wanted"
    asked: Asked
    reading: Reading
    ink: Ink


def answer(question: Question) -> None:
    """The list, a sheet, or a run."""
    wanted = question.wanted
    if wanted.everything or question.chain is None:
        list_networks(question.ink)
        return
    if wanted.deeper and not wanted.why:
        raise NotationError("--deeper goes with --why", 'add --why "c1[0,0,0]"')
    described = describe(question.chain)
    if wanted.shape or wanted.explain or (question.source is None and described.input and not _wants_run(question)):
        _check_table(question)
        deliver_sheet(_sheet(question, described), question.asked, question.ink)
    else:
        _run(question, described)


def _wants_run(question: Question) -> bool:
    """Whether something was asked for that only a network with an input has."""
    asked, wanted = question.asked, question.wanted
    only_runs = any(target.suffix.lower() not in SHEETS for target in asked.save)
    return bool(wanted.layer or wanted.weights or wanted.why or only_runs or asked.has_steps)


def _check_table(question: Question) -> None:
    if question.source or question.asked.has_steps or question.wanted.layer or question.wanted.weights:
        raise NotationError(
            "a table has no input and no steps", "leave out --in and --explain, or INPUT, --layer, --at and --weights"
        )


def _sheet(question: Question, described: Described) -> Sheet:
    """What the layers give, learn, cost and see, or one of them in arithmetic; a network with a name has a shape."""
    size, wanted = question.wanted.shape or described.input, question.wanted
    if size is None:
        raise NotationError("--explain needs to know what arrives", "add --in 1x32x32 (channels, rows, columns)")
    layers = described.layers(size, wanted.seed)
    example = f"cnnstep net {question.chain} {SOURCES.get(size[0], 'INPUT')} (run it)"
    example = example if described.input else "an INPUT instead of --in (run it)"
    if wanted.explain is None:
        another = "--explain (all of it in words), --explain 1 (the arithmetic of a layer), "
        return architecture.sheet(described.name, layers, described.notes)._replace(hint=f"{another}{example}")
    return explained.sheet(described.name, layers, find(layers, wanted.explain)[0])._replace(hint=example)


SOURCES: Mapping[int, str] = {1: "sample:digit", 3: "sample:picture"}
"""Channels → an input to try."""


def _run(question: Question, described: Described) -> None:
    """Send an input through a network."""
    asked, wanted = question.asked, question.wanted
    shown = described.read(question.source, question.reading)
    layers = described.layers(shown.values.shape, wanted.seed)
    network = described.network(layers, wanted.seed, wanted.weights)
    notes = [f"random weights are drawn from seed {wanted.seed}: this network has learned nothing yet"]
    told = Told(shown.name, shown.channels, notes if network.is_drawn else [], described.name)
    run = Run(network, shown.values)
    if wanted.why:
        _why(run, told, question)
        return
    layer = find(layers, wanted.layer)[0] if wanted.layer else None
    place = asked.at
    at = find(layers, place.layer)[0] if place else layer
    if layer and at != layer:
        apart = f"--layer {wanted.layer} and --at {place.layer}[…] name different layers"
        raise NotationError(apart, "leave --layer out")
    deliver_network(run, told, at, replace(asked, at=place.cell if place else None), question.ink)


def _why(run: Run, told: Told, question: Question) -> None:
    """Where a number came from; of a layer with an activation, what stands after it."""
    asked, place = question.asked, question.wanted.why
    assert place is not None  # noqa: S101 - asked for it
    if asked.at or asked.steps or asked.view != "full" or question.wanted.layer:
        raise NotationError("--why asks for one number", "leave out --at, --steps, --view and --layer")
    if place.layer == INPUT:
        pixel = f"{INPUT}[{','.join(map(str, place.whole_cell))}]"
        raise NotationError(f"{pixel} is a pixel: it comes from nowhere", 'ask for a layer: --why "c1[0,0,0]"')
    number = find(run.layers, place.layer)[1].number
    cell = place.whole_cell
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
