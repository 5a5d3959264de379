"""`cnnstep net` once it is called: a table, a page of words, a whole network with an input, or one of its layers."""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cnnstep.cli.base import Ink, echo_json
from cnnstep.cli.deliver import deliver, deliver_sheet
from cnnstep.cli.described import Described, describe
from cnnstep.cli.options import Asked
from cnnstep.cli.sheets import answers_of, sheet_of
from cnnstep.errors import NotationError
from cnnstep.geometry import by
from cnnstep.inputs.how import Reading
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.names import find
from cnnstep.networks.network import Layer
from cnnstep.networks.run import Run
from cnnstep.render.formats.saving import SHEETS
from cnnstep.scenes import why
from cnnstep.scenes.network import Told, show, show_layer
from cnnstep.scenes.roles import Role, Span
from cnnstep.scenes.scene import Scene, words
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
    looks = wanted.field or wanted.as_conv
    tells = wanted.shape or wanted.explain or (question.source is None and described.input and not _wants_run(question))
    if looks or tells:
        _check_sheet(question, has_input=bool(looks))
        deliver_sheet(sheet_of(question, described), question.asked, question.ink)
    else:
        _run(question, described)


def _wants_run(question: Question) -> bool:
    """Whether something was asked for that only a network with an input has."""
    asked, wanted = question.asked, question.wanted
    only_runs = any(target.suffix.lower() not in SHEETS for target in asked.save)
    return bool(wanted.layer or wanted.weights or wanted.why or only_runs or asked.has_steps)


def _check_sheet(question: Question, *, has_input: bool) -> None:
    """Refuse what a sheet has no use for, and two sheets at once."""
    wanted = question.wanted
    named = [
        name
        for name, value in zip(SHOWN, (wanted.explain, wanted.field, wanted.as_conv, wanted.why), strict=True)
        if value
    ]
    if len(named) > 1:
        raise NotationError(f"{' and '.join(named)} are two questions", "ask one after the other")
    if question.asked.has_steps or wanted.layer or (not has_input and (question.source or wanted.weights)):
        without = "--in and --explain, or INPUT, --layer, --at and --weights"
        raise NotationError("a table has no input and no steps", f"leave out {without}")


SHOWN = ("--explain", "--field", "--as-conv", "--why")


def _run(question: Question, described: Described) -> None:
    """Send an input through a network, or many of them."""
    asked, wanted = question.asked, question.wanted
    shown = described.read(question.source, question.reading)
    x, is_batch = described.laid(shown)
    layers = described.layers(x.shape[is_batch:], wanted.seed)
    network = described.network(layers, wanted.seed, wanted.weights)
    notes = [f"random weights are drawn from seed {wanted.seed}: this network has learned nothing yet"]
    told = Told(shown.name, shown.channels, notes if network.is_drawn else [], described.name)
    if is_batch:
        deliver_sheet(answers_of(question, network, shown.name, x, list(told.notes)), asked, question.ink)
        return
    run = Run(network, x)
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
