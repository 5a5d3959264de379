"""Where commands that chain operations end: the whole network, or one of its layers."""

from dataclasses import replace

from cnnstep.cli.base import Ink
from cnnstep.cli.deliver import deliver
from cnnstep.cli.options import Asked
from cnnstep.networks.network import Run
from cnnstep.scenes.network import Told, show, show_layer


def deliver_network(run: Run, told: Told, layer: int | None, asked: Asked, ink: Ink) -> None:
    """Show the table and the maps; or step through a layer, the first unless another is named."""
    whole = layer is None and asked.steps is None and asked.view != "lines" and not asked.animate
    if whole:
        deliver(show(run, told), replace(asked, view="map"), ink)
    else:
        deliver(show_layer(run, layer or 1, told), asked, ink)
