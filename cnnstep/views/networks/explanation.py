"""A network in words to read from top to bottom, or one layer of it in arithmetic."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from cnnstep.geometry import AnyAxis, Field, by
from cnnstep.networks.layer import Layer, name_of
from cnnstep.networks.layer_kinds import Sees
from cnnstep.networks.receptive_field import Fields, arriving, field_of, fields, seen_by
from cnnstep.views.networks.layer_wording import WORDING, sees
from cnnstep.views.networks.table import document, fact
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, stack, words
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count, grown_field, memory

CONV = "conv"


def in_words(name: str, layers: Sequence[Layer], notes: Sequence[str] = ()) -> Report:
    """What goes in and out, each layer in two sentences, then what is learned, and why it is built like this."""
    head = words(Span(name, Role.TITLE), f"   in words: {by(layers[0].input)} → {by(layers[-1].output)}", indent=1)
    known = [layer.word for layer in layers]
    told = [
        _paragraph(layers, layer, seen, is_known=layer.word in known[: layer.number - 1])
        for layer, seen in zip(layers, fields(layers), strict=True)
    ]
    learned = count(sum(layer.learned for layer in layers), "learnable parameter")
    opening = (
        f"{name} turns an input of {by(layers[0].input)} = {prod(layers[0].input):,} numbers into"
        f" {by(layers[-1].output)}, in {count(len(layers), 'layer')} with {learned}."
    )
    reasons = [words(text, indent=1) for text in (*_reasons(layers), *notes)]
    return Report(stack([head, words(opening, indent=1)], told, reasons), document(name, layers))


def _paragraph(layers: Sequence[Layer], layer: Layer, seen: Fields | None, *, is_known: bool) -> Block:
    """What the layer does and why its output has its size; what is learned, or that nothing is."""
    row = WORDING[layer.word]
    does = row.again(layer) if is_known and row.again else row.does(layer, seen)
    number, title = Span(f"{layer.number:>2} ", Role.LABEL), f"{layer.title} " * bool(layer.title) + layer.brief
    names = "".join(f" as {name}" for name in layer.names)
    reads = [name_of(layers, node) for node in layer.inputs] if layer.inputs != (layer.number - 1,) else []
    told = names + f", reads {', '.join(reads)}" * bool(reads) + ". "
    noted = Span(told, Role.LABEL if reads or names else Role.TITLE)
    return words(number, Span(title, Role.TITLE), noted, f"{does} {row.learns(layer)}", indent=1)._replace(hang=3)


def _arrives(layers: Sequence[Layer], layer: Layer) -> str:
    """The shape of what it reads; by its name where that is not what stands before it."""
    if layer.inputs == (layer.number - 1,):
        return by(layer.input)
    told = zip(layer.inputs, layer.shapes, strict=True)
    return ", ".join(f"{name_of(layers, node)} {by(shape)}" for node, shape in told)


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
    title = heading(f"{name}, layer {layer.number}: {layer.text}", f"{_arrives(layers, layer)} → {by(layer.output)}")
    row, facts = WORDING[layer.word], fact(layer, field_of(layers, layer.number))
    parts = {
        "size": row.size(layer),
        "parameters": [row.parameters(layer)],
        "multiply-adds": [row.multiply_adds(layer)],
        "FLOPs": [_flops(facts["multiply_adds"], facts["flops"])],
        "float32": _memory(layer, facts),
        "field": _field(layers, layer),
    }
    lines = [
        words(Span(f"{label:<15}", Role.LABEL), text)._replace(hang=15, is_labelled=True)
        for label, texts in parts.items()
        for text in texts
    ]
    return Report(stack([title], lines), facts)


def _flops(multiplied: int, flops: int) -> str:
    """Two for each multiply-add; what else a layer computes is not counted."""
    return f"2·{multiplied:,} = {flops:,}" if multiplied else "none: two for each multiply-add"


def _memory(layer: Layer, facts: Mapping[str, Any]) -> list[str]:
    """Bytes of what it gives, and of what it learns."""
    given = "·".join(map(str, layer.output))
    texts = [f"output {given}·4 bytes = {memory(facts['activation_bytes'])}"]
    if layer.learned:
        texts.append(f"parameters {layer.learned:,}·4 bytes = {memory(facts['parameter_bytes'])}")
    return texts


def _field(layers: Sequence[Layer], layer: Layer) -> list[str]:
    """How the field has grown through this layer, axis by axis, where all axes do the same once."""
    before, seen = arriving(layers, layer), field_of(layers, layer.number)
    if len(layer.inputs) > 1:
        each = [f"{name_of(layers, node)} {sees(field_of(layers, node))}" for node in layer.inputs]
        return [f"{sees(seen)}: what its inputs see together, {', '.join(each)}"]
    if seen is None or before is None:
        return ["all: each output depends on everything that its inputs see"]
    if layer.kind.sees is Sees.CELL or layer.plan.sizes is None:
        return [f"{by([field.size for field in seen])}: each cell sees what its input cell sees"]
    first = seen_by(layers, layer.number, (None, *[0] * len(seen))) or ()
    return list(dict.fromkeys(_grown(*each) for each in zip(before, layer.plan.sizes.axes, first, strict=True)))


def _grown(before: Field, axis: AnyAxis, first: range) -> str:
    size, jump = grown_field(before, axis)
    reaches = f"; the first one reaches {-first.start} into the padding" if first.start < 0 else ""
    return f"{size}, and neighbours look {jump} apart{reaches}"
