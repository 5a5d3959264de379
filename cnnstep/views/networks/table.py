"""A network as a table: what each layer gives, learns, costs and sees."""

from collections.abc import Sequence
from typing import Any

from cnnstep.geometry import Axis, by
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.network import Layer
from cnnstep.networks.receptive_field import Fields, fields
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, chunks, stack, words
from cnnstep.views.page.tables import Bar, Column, table
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count

BAR = 10
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


def report(name: str, layers: Sequence[Layer], notes: Sequence[str] = ()) -> Report:
    """The layers in rows, totals, and what the columns mean."""
    learned, multiplied = sum(layer.learned for layer in layers), sum(layer.plan.multiply_adds for layer in layers)
    shape = layers[0].input
    rows: list[tuple[str | Bar, ...]] = [("", "", "input", by(shape), "", "", by([1] * len(shape[1:])), "", "1", "")]
    rows += [_row(layer, seen, learned) for layer, seen in zip(layers, fields(layers), strict=True)]
    rows.append(("", "", "total", "", "", f"{learned:,}", "", f"{multiplied:,}", "", ""))
    more: list[Block] = [words(note, indent=1) for note in notes]
    scene = stack([_head(name, layers)], [table(COLUMNS, rows, has_total=True)], more)
    return Report(scene, document(name, layers))


def listed() -> Report:
    """The networks that have a name."""
    rows: list[Block] = [
        words(Span(f"{name}   ", Role.TITLE), f"{by(network.input)}   {network.source}", indent=1)
        for name, network in ARCHITECTURES.items()
    ]
    named = [{"name": name, **network._asdict()} for name, network in ARCHITECTURES.items()]
    return Report(stack(rows), {"networks": named}, "cnnstep net lenet5")


def document(name: str, layers: Sequence[Layer]) -> dict[str, Any]:
    """The same for machines."""
    return {
        "operation": "network",
        "name": name,
        "input": list(layers[0].input),
        "layers": [fact(layer, seen) for layer, seen in zip(layers, fields(layers), strict=True)],
        "parameters": sum(layer.learned for layer in layers),
        "multiply_adds": sum(layer.plan.multiply_adds for layer in layers),
    }


def fact(layer: Layer, seen: Fields | None) -> dict[str, Any]:
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
        "multiply_adds": layer.plan.multiply_adds,
        "field": None if seen is None else [field._asdict() for field in seen],
    }


def _row(layer: Layer, seen: Fields | None, total: int) -> tuple[str | Bar, ...]:
    share = layer.learned / total if total else 0
    sizes = layer.plan.sizes
    return (
        str(layer.number),
        layer.title,
        layer.brief,
        by(layer.output),
        _window(sizes.axes) if sizes else "",
        f"{layer.learned:,}" if layer.learned else "",
        "all" if seen is None else by([field.size for field in seen]),
        f"{layer.plan.multiply_adds:,}" if layer.plan.multiply_adds else "",
        "" if seen is None or len(layer.output) == 1 else _once([field.jump for field in seen]),
        Bar(f"{share:.0%}", share) if layer.learned else "",
    )


def _window(axes: Sequence[Axis]) -> str:
    """`5×5/1/0`, with the dilation where there is one: `3×3/1/2 d2`."""
    padding = _once([axis.before for axis in axes])
    if any(axis.before != axis.after for axis in axes):
        padding = "×".join(dict.fromkeys(f"{axis.before}:{axis.after}" for axis in axes))
    dilation = _once([axis.dilation for axis in axes])
    told = f"{by([axis.kernel for axis in axes])}/{_once([axis.stride for axis in axes])}/{padding}"
    return f"{told} d{dilation}" if dilation != "1" else told


def _once(numbers: Sequence[int]) -> str:
    """One number where all axes have the same."""
    return str(numbers[0]) if len(set(numbers)) == 1 else by(numbers)


def _head(name: str, layers: Sequence[Layer]) -> Block:
    flow = f"{by(layers[0].input)} → {by(layers[-1].output)}"
    learned, multiplied = sum(layer.learned for layer in layers), sum(layer.plan.multiply_adds for layer in layers)
    told = chunks([flow, count(len(layers), "layer"), f"{learned:,} parameters", f"{multiplied:,} multiply-adds"])
    return words(Span(f"{name}   ", Role.TITLE), told, indent=1)
