"""`cnnstep net` once it is called: a table, a list, a whole network with an input, or one of its layers."""

from dataclasses import replace
from typing import Any

from cnnstep.cli.base import Ink, echo_json
from cnnstep.cli.deliver import deliver
from cnnstep.cli.options import Asked
from cnnstep.engine.activations import RULES
from cnnstep.errors import NotationError
from cnnstep.geometry import by
from cnnstep.inputs.how import Reading
from cnnstep.inputs.kernels import read_kernel
from cnnstep.inputs.reading import read
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.network import Run, assemble
from cnnstep.notation import bank_shape
from cnnstep.notation.chain import LayerWords, chain
from cnnstep.scenes.architecture import document, table
from cnnstep.scenes.explained import explain
from cnnstep.scenes.network import Told, show, show_layer
from cnnstep.scenes.scene import Role, Scene, Span, words


def show_table(name: str, shape: tuple[int, ...] | None, explained: int | None, seed: int, ink: Ink) -> None:
    """What the layers give, learn, cost and see, or one of them in arithmetic; a network with a name has a shape."""
    known = ARCHITECTURES.get(name)
    size = shape or (known.input if known else None)
    if size is None:
        raise NotationError("--explain needs to know what arrives", "add --in 1x32x32 (channels, rows, columns)")
    layers = assemble(_words(name), size, read_kernel, seed)
    told = name if known else "net"
    if ink.json:
        echo_json(document(told, layers))
        return
    terminal = ink.terminal()
    terminal.show(explain(told, layers, explained) if explained else table(told, layers))
    example = f"cnnstep net {name} sample:digit (run it)" if known else "an INPUT instead of --in (run it)"
    another = "" if explained else "--explain 1 (the arithmetic of a layer), "
    terminal.show(Scene((words(Span(f"next: {another}{example}", Role.HINT), indent=1),)))


def run(name: str, source: str | None, layer: int | None, seed: int, asked: Asked, reading: Reading, ink: Ink) -> None:
    """Send an input through a chain; a network with a name takes it in its own size."""
    known, chained = ARCHITECTURES.get(name), _words(name)
    if known and reading.resize is None:
        reading = replace(reading, resize=known.input[:0:-1])
    shown = read(source or "sample:five", reading)
    network = Run(assemble(chained, shown.values.shape, read_kernel, seed), shown.values)
    drawn = any(each.word == "dense" or bank_shape(each.settings.get("kernel", "")) for each in chained)
    notes = [f"random weights are drawn from seed {seed}: this network has learned nothing yet"] if drawn else []
    place: Any = asked.at
    if place and layer not in {None, place[0]}:
        raise NotationError(f"--layer {layer} and --at {place[0]}[…] name different layers", "leave --layer out")
    chosen, cell = place or (layer, None)
    deliver_network(network, Told(shown.name, shown.channels, notes), chosen, replace(asked, at=cell), ink)


def _words(name: str) -> list[LayerWords]:
    """The layers of a network with a name, or of a chain."""
    known = ARCHITECTURES.get(name)
    return chain(known.chain if known else name, RULES)


def list_networks(ink: Ink) -> None:
    """The networks that have a name."""
    if ink.json:
        echo_json({name: network._asdict() for name, network in ARCHITECTURES.items()})
        return
    rows = [
        words(Span(f"{name}   ", Role.TITLE), f"{by(network.input)}   {network.chain}   ({network.source})", indent=1)
        for name, network in ARCHITECTURES.items()
    ]
    ink.terminal().show(Scene((*rows, words(Span("next: cnnstep net lenet5", Role.HINT), indent=1))))


def deliver_network(run: Run, told: Told, layer: int | None, asked: Asked, ink: Ink) -> None:
    """Show the table and the maps; or step through a layer, the first unless another is named."""
    whole = layer is None and asked.steps is None and asked.view != "lines" and not asked.animate
    if whole:
        deliver(show(run, told), replace(asked, view="map"), ink)
    else:
        deliver(show_layer(run, layer or 1, told), asked, ink)
