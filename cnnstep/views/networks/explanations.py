"""A network in words, a page to read from top to bottom; or one layer in arithmetic; with the network's own numbers."""

from collections.abc import Sequence
from math import prod

from cnnstep.geometry import Axis, Field, by
from cnnstep.networks.layer_kinds import Sees
from cnnstep.networks.network import Layer
from cnnstep.networks.receptive_field import Fields, arriving, field_of, fields
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.networks.table import document, fact
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, stack, words
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count, grown_field

CONV = "conv"


def in_words(name: str, layers: Sequence[Layer], notes: Sequence[str] = ()) -> Report:
    """What goes in and out, each layer in two sentences, then what is learned, and why it is built like this."""
    head = words(Span(name, Role.TITLE), f"   in words: {by(layers[0].input)} → {by(layers[-1].output)}", indent=1)
    known = [layer.word for layer in layers]
    told = [
        _paragraph(layer, seen, is_known=layer.word in known[: layer.number - 1])
        for layer, seen in zip(layers, fields(layers), strict=True)
    ]
    why: list[Block] = [words(text, indent=1) for text in (_opening(name, layers), *_reasons(layers), *notes)]
    opening, *reasons = why
    return Report(stack([head, opening], told, reasons), document(name, layers))


def _paragraph(layer: Layer, seen: Fields | None, *, is_known: bool) -> Block:
    """What the layer does and why its output has its size; what is learned, or that nothing is."""
    row = WORDING[layer.word]
    does = row.again(layer) if is_known and row.again else row.does(layer, seen)
    number = f"{layer.number:>2} "
    label = f"{layer.title} " if layer.title else ""
    title = Span(f"{label}{layer.brief}. ", Role.TITLE)
    return words(Span(number, Role.LABEL), title, f"{does} {row.learns(layer)}", indent=1)._replace(hang=3)


def _opening(name: str, layers: Sequence[Layer]) -> str:
    learned = sum(layer.learned for layer in layers)
    return (
        f"{name} turns an input of {by(layers[0].input)} = {prod(layers[0].input):,} numbers into"
        f" {by(layers[-1].output)}, in {count(len(layers), 'layer')} with {count(learned, 'learnable parameter')}."
    )


def _reasons(layers: Sequence[Layer]) -> list[str]:
    """Where the parameters are, why weights are shared, and why outputs look at a small part."""
    first = next((layer for layer in layers if layer.word == CONV), None)
    if first is None:
        return [_learned(layers)]
    inputs, outputs = prod(first.input), prod(first.output)
    shared = (
        "Why weights are shared: a pattern that is worth finding in one place is worth finding everywhere."
        f" {first.name} has {count(first.learned, 'parameter')}; a dense layer from its {inputs:,} inputs to its"
        f" {outputs:,} outputs would have {(inputs + 1) * outputs:,}, and would learn the same edge anew at every"
        " position."
    )
    small = (
        "Why each output depends on a small part of the input: neighbouring pixels are correlated, distant ones hardly."
        " Small kernels find local features, and each layer combines those of the layer before, so that receptive"
        " fields grow with depth."
    )
    return [_learned(layers), shared, small]


def _learned(layers: Sequence[Layer]) -> str:
    """How many parameters each kind of layer holds, and what is not learned."""
    learned: dict[str, int] = {}
    for layer in layers:
        where = WORDING[layer.word].learns_in
        learned[where] = learned.get(where, 0) + layer.learned
    told = ", ".join(f"{number:,} in {where}" for where, number in learned.items() if number) or "none"
    return (
        f"Learnable parameters: {told}. Hyperparameters: sizes, strides, which layers there are and which activations;"
        " they are chosen before training."
    )


def in_arithmetic(name: str, layers: Sequence[Layer], layer: Layer) -> Report:
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
