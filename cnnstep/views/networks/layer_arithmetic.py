"""One layer of a network in arithmetic: its size, what it learns and costs, and what it sees, with its own numbers."""

from collections.abc import Sequence

from cnnstep.geometry import Axis, Field, by
from cnnstep.networks.layer_kinds import Sees
from cnnstep.networks.network import Layer
from cnnstep.networks.receptive_field import arriving, field_of
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.networks.table import fact
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, stack, words
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import grown_field


def report(name: str, layers: Sequence[Layer], layer: Layer) -> Report:
    """The row of a table in full."""
    head = f"{by(layer.input)} → {by(layer.output)}"
    title = words(Span(f"{name}, layer {layer.number}: {layer.text}   ", Role.TITLE), head, indent=1)
    row = WORDING[layer.word]
    parts = {
        "size": row.size(layer),
        "parameters": [row.parameters(layer)],
        "multiply-adds": [row.multiply_adds(layer)],
        "field": _field(layers, layer),
    }
    lines = [_line(label, text) for label, texts in parts.items() for text in texts]
    return Report(stack([title], lines), fact(layer, field_of(layers, layer.number)))


def _line(label: str, text: str) -> Block:
    return words(Span(f"{label:<15}", Role.LABEL), text)._replace(hang=17)


def _field(layers: Sequence[Layer], layer: Layer) -> list[str]:
    """How the field has grown through this layer, axis by axis, where all axes do the same once."""
    before, seen = arriving(layers, layer), field_of(layers, layer.number)
    if seen is None or before is None:
        return ["all: each output depends on everything that its inputs see"]
    if layer.kind.sees is Sees.CELL or layer.plan.sizes is None:
        return [f"{by([field.size for field in seen])}: each cell sees what its input cell sees"]
    return list(dict.fromkeys(_grown(*each) for each in zip(before, layer.plan.sizes.axes, strict=True)))


def _grown(before: Field, axis: Axis) -> str:
    size, jump = grown_field(before, axis)
    first = before.through(axis).first
    reaches = f"; the first one reaches {-first} into the padding" if first < 0 else ""
    return f"{size}, and neighbours look {jump} apart{reaches}"
