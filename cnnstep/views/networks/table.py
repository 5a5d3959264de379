"""A network before it runs: as a table, in words to read from top to bottom, or one layer of it in arithmetic."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from cnnstep.geometry import FLOAT32, FLOPS, AnyAxis, Axis, Field, ScaledAxis, by
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import Sees
from cnnstep.networks.receptive_field import Fields, arriving, field_of, fields
from cnnstep.views.networks.layer_wording import WORDING, sees
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, chunks, stack, words
from cnnstep.views.page.tables import Bar, Column, table
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count, grown_field, in_units, memory

CONV = "conv"
BAR = 10
COSTS = ("buffers", "parameters", "multiply_adds", "flops", "parameter_bytes", "activation_bytes")
COLUMNS = (
    Column("", 0, role=Role.LABEL, name="number"),
    Column("", 4, is_left=True, role=Role.LABEL, name="name"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("output", 2, is_left=True),
    Column("k/s/p", 8, is_left=True, meaning="k/s/p: kernel, stride, padding"),
    Column("parameters", 3),
    Column("field", 5, meaning="field: receptive field"),
    Column("multiply-adds", 6),
    Column("jump", 7, meaning="jump: cells between neighbours"),
    Column("share", 9, bar=BAR, meaning="share: of all parameters"),
)


def report(name: str, layers: Sequence[Layer], notes: Sequence[str] = (), batch: int = 1) -> Report:
    """The layers in rows, totals, and what the columns mean; multiply-adds are those of all images of a batch."""
    facts, shape = document(name, layers, batch), layers[0].input
    learned, multiplied = facts["parameters"], facts["multiply_adds"]
    rows: list[tuple[str | int | Bar, ...]] = [
        ("", "", "input", by(shape), "", "", by([1] * len(shape[1:])), "", "1", "")
    ]
    rows += [_row(layer, seen, learned, batch) for layer, seen in zip(layers, fields(layers), strict=True)]
    rows.append(("", "", "total", "", "", learned, "", multiplied, "", ""))
    more = [words(note, indent=1) for note in notes]
    buffers = [count(facts["buffers"], "buffer")] if facts["buffers"] else []
    costs = [count(len(layers), "layer"), f"{learned:,} parameters", *buffers, f"{multiplied:,} multiply-adds"]
    images = f"{count(batch, 'image')} of " if batch > 1 else ""
    head = heading(name, chunks([f"{images}{by(shape)} → {by(layers[-1].output)}", *costs]))
    return Report(stack([head, *_costs(facts)], [table(COLUMNS, rows, has_total=True)], more), facts)


def _costs(facts: Mapping[str, Any]) -> Iterator[Block]:
    """FLOPs, by their convention, and memory: what is learned, and what all layers give."""
    yield words(f"{facts['flops']:,} FLOPs = 2·{facts['multiply_adds']:,} (papers may mean multiply-adds)", indent=3)
    learned, given = (in_units(facts[f"{name}_bytes"]) for name in ("parameter", "activation"))
    yield words(f"float32: parameters {learned}, activations {given} (input + outputs)", indent=3)


def listed() -> Report:
    """The networks that have a name."""
    rows = [heading(name, f"{by(network.input)}   {network.source}") for name, network in ARCHITECTURES.items()]
    named = [{"name": name, **network._asdict()} for name, network in ARCHITECTURES.items()]
    return Report(stack(rows), {"networks": named}, "cnnstep net lenet5")


def document(name: str, layers: Sequence[Layer], batch: int = 1) -> dict[str, Any]:
    """The same for machines; activations are the input and what every layer gives, as if none worked in place."""
    rows = [fact(layer, seen, batch) for layer, seen in zip(layers, fields(layers), strict=True)]
    totals = {cost: sum(row[cost] for row in rows) for cost in COSTS}
    totals["activation_bytes"] += FLOAT32 * batch * prod(layers[0].input)
    return {
        "operation": "network",
        "name": name,
        "input": list(layers[0].input),
        "layers": rows,
        **totals,
        "batch": batch,
    }


def fact(layer: Layer, seen: Fields | None, batch: int = 1) -> dict[str, Any]:
    """What a layer is, costs and sees; no field where a cell sees the whole input."""
    sizes = layer.plan.sizes
    windows = sizes.as_dict() if sizes else {}
    return {
        "number": layer.number,
        "name": layer.name,
        "layer": layer.text,
        "input": list(layer.input),
        "output": list(layer.output),
        **{key: windows[key] for key in ("kernel", "stride", "padding", "dilation") if key in windows},
        "parameters": layer.learned,
        "buffers": layer.buffers,
        "multiply_adds": batch * layer.plan.multiply_adds,
        "flops": FLOPS * batch * layer.plan.multiply_adds,
        "parameter_bytes": FLOAT32 * (layer.learned + layer.buffers),
        "activation_bytes": FLOAT32 * batch * prod(layer.output),
        "field": None if seen is None else [field.as_dict() for field in seen],
    }


def _row(layer: Layer, seen: Fields | None, total: int, batch: int) -> tuple[str | int | Bar, ...]:
    share = layer.learned / total if total else 0
    sizes = layer.plan.sizes
    return (
        str(layer.number),
        layer.title,
        layer.brief,
        by(layer.output),
        _window(sizes.axes) if sizes else "",
        layer.learned or "",
        sees(seen),
        batch * layer.plan.multiply_adds or "",
        "" if seen is None or len(layer.output) == 1 else _once([field.jump for field in seen]),
        Bar(f"{share:.0%}", share) if layer.learned else "",
    )


def _window(axes: Sequence[AnyAxis]) -> str:
    """`5×5/1/0`, with the dilation where there is one: `3×3/1/2 d2`; of upsampling `×2`."""
    windows = [axis for axis in axes if not isinstance(axis, ScaledAxis)]
    if not windows:
        return f"×{_once([axis.factor for axis in axes if isinstance(axis, ScaledAxis)])}"
    padding = _once([axis.before for axis in windows])
    if any(axis.before != axis.after for axis in windows):
        padding = "×".join(dict.fromkeys(f"{axis.before}:{axis.after}" for axis in windows))
    dilation = _once([axis.dilation for axis in windows])
    told = f"{by([axis.kernel for axis in windows])}/{_once([axis.stride for axis in windows])}/{padding}"
    return f"{told} d{dilation}" if dilation != "1" else told


def _once(numbers: Sequence[int | Fraction]) -> str:
    """One number where all axes have the same."""
    texts = list(map(str, numbers))
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


def in_words(name: str, layers: Sequence[Layer], notes: Sequence[str] = ()) -> Report:
    """What goes in and out, each layer in two sentences, then what is learned, and why it is built like this."""
    head = words(Span(name, Role.TITLE), f"   in words: {by(layers[0].input)} → {by(layers[-1].output)}", indent=1)
    known = [layer.word for layer in layers]
    told = [
        _paragraph(layer, seen, is_known=layer.word in known[: layer.number - 1])
        for layer, seen in zip(layers, fields(layers), strict=True)
    ]
    learned = count(sum(layer.learned for layer in layers), "learnable parameter")
    opening = (
        f"{name} turns an input of {by(layers[0].input)} = {prod(layers[0].input):,} numbers into"
        f" {by(layers[-1].output)}, in {count(len(layers), 'layer')} with {learned}."
    )
    reasons = [words(text, indent=1) for text in (*_reasons(layers), *notes)]
    return Report(stack([head, words(opening, indent=1)], told, reasons), document(name, layers))


def _paragraph(layer: Layer, seen: Fields | None, *, is_known: bool) -> Block:
    """What the layer does and why its output has its size; what is learned, or that nothing is."""
    row = WORDING[layer.word]
    does = row.again(layer) if is_known and row.again else row.does(layer, seen)
    number, title = Span(f"{layer.number:>2} ", Role.LABEL), f"{layer.title} " * bool(layer.title) + f"{layer.brief}. "
    return words(number, Span(title, Role.TITLE), f"{does} {row.learns(layer)}", indent=1)._replace(hang=3)


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
    title = heading(f"{name}, layer {layer.number}: {layer.text}", f"{by(layer.input)} → {by(layer.output)}")
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
        words(Span(f"{label:<15}", Role.LABEL), text)._replace(hang=17)
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
