"""A network before it runs, as a table: what its layers give, learn, cost and see."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from cnnstep.geometry import FLOAT32, FLOPS, AnyAxis, ScaledAxis, by
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.layer import Layer
from cnnstep.networks.receptive_field import Fields, fields
from cnnstep.views.networks.layer_wording import sees
from cnnstep.views.networks.rails import branching_table, named
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Block, chunks, stack, words
from cnnstep.views.page.tables import Bar, Column, Entry
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count, in_units

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
    rows: list[tuple[str | int | Entry, ...]] = [
        ("", "", "input", by(shape), "", "", by([1] * len(shape[1:])), "", "1", "")
    ]
    rows += [_row(layer, seen, learned, batch) for layer, seen in zip(layers, fields(layers), strict=True)]
    rows.append(("", "", "total", "", "", learned, "", multiplied, "", ""))
    more = [words(note, indent=1) for note in notes]
    buffers = [count(facts["buffers"], "buffer")] if facts["buffers"] else []
    costs = [count(len(layers), "layer"), f"{learned:,} parameters", *buffers, f"{multiplied:,} multiply-adds"]
    images = f"{count(batch, 'image')} of " if batch > 1 else ""
    head = heading(name, chunks([f"{images}{by(shape)} → {by(layers[-1].output)}", *costs]))
    return Report(stack([head, *_costs(facts)], [branching_table(COLUMNS, rows, layers, has_total=True)], more), facts)


def _costs(facts: Mapping[str, Any]) -> Iterator[Block]:
    """FLOPs, by their convention, and memory: what is learned, and what all layers give."""
    yield words(f"{facts['flops']:,} FLOPs = 2·{facts['multiply_adds']:,} (papers may mean multiply-adds)", indent=3)
    learned, given = (in_units(facts[f"{name}_bytes"]) for name in ("parameter", "activation"))
    yield words(f"float32: parameters {learned}, activations {given} (input + outputs)", indent=3)


def listed() -> Report:
    """The networks that have a name."""
    rows = [heading(name, f"{by(network.input)}   {network.source}") for name, network in ARCHITECTURES.items()]
    told = ("chain", "input", "source", "notes")
    named = [
        {"name": name, **{each: getattr(network, each) for each in told}} for name, network in ARCHITECTURES.items()
    ]
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
        "names": list(layer.names),
        "layer": layer.text,
        "inputs": list(layer.inputs),
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


def _row(layer: Layer, seen: Fields | None, total: int, batch: int) -> tuple[str | int | Entry, ...]:
    share = layer.learned / total if total else 0
    sizes = layer.plan.sizes
    return (
        str(layer.number),
        layer.title,
        named(layer),
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
