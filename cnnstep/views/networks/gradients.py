"""Backpropagation through a network as a table, from the loss back to the input, and a thumbnail of each gradient."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.networks.backpropagation import Backpropagation, logits_of, silent_channels
from cnnstep.networks.layer import Layer
from cnnstep.networks.network import Network
from cnnstep.views.networks.network import About
from cnnstep.views.networks.outputs import rows_of
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Panel, beside, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import SMALL, map_picture
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import short, signed

VANISHED = 1e-3
"""Where the gradient of the first weights is so small beside that of the last, the first hardly learn."""
EXPLODED = 1e3
FEW = 8
COLUMNS = (
    Column("", 0, role=Role.LABEL, name="number"),
    Column("", 3, is_left=True, role=Role.LABEL, name="name"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("output", 2, is_left=True),
    Column("mean |∂|", 3, meaning="mean |∂|, largest: of |∂L/∂output|"),
    Column("largest", 4),
    Column("∂w mean", 5, role=Role.KERNEL, meaning="∂w, ∂b: of |∂L/∂weight|, |∂L/∂bias|"),
    Column("largest", 5, role=Role.KERNEL, name="largest |∂L/∂weight|"),
    Column("∂b", 6, role=Role.KERNEL, meaning="∂b: the largest"),
    Column("weight", 7, is_left=True, role=Role.KERNEL),
)


class Size(NamedTuple):
    """How large a gradient is: of its numbers' magnitudes the mean, and the largest."""

    mean: float
    largest: float

    @classmethod
    def of(cls, gradient: Array) -> "Size":
        """That of all its numbers."""
        magnitudes = np.abs(gradient)
        return cls(float(magnitudes.mean()), float(magnitudes.max()))

    @property
    def texts(self) -> tuple[str, str]:
        """Two digits of each: they are compared by their powers of ten."""
        return few(self.mean), few(self.largest)


def few(value: float) -> str:
    """Two digits: 0.024, 3.1e−07."""
    return signed(f"{value:.2g}")


def report(network: Network, found: Backpropagation, target: int, about: About) -> Report:
    """The loss, then every layer from the last to the first, what stops gradients, and a thumbnail of each."""
    layers = network.layers[: len(found.gradients) - 1]
    told = findings(network, found)
    untrained = "untrained " * network.is_drawn
    head = heading(f"{untrained}{about.network}", f"{about.name}, target {_class(target, about.labels)}")
    notes = [*told, *_left_out(network, found), *about.notes]
    scene = stack(
        [head, _loss(found, target)],
        [table(COLUMNS, [*_rows(layers, found)])],
        [words(text, indent=1) for text in notes],
        [beside(*_thumbnails(layers, found))],
    )
    return Report(scene, _document(layers, found, target, about, told))


def findings(network: Network, found: Backpropagation) -> list[str]:
    """Where gradients vanish or explode from layer to layer, and which units nothing comes back through."""
    told = [*_scales(network, found)]
    for number, channels in silent_channels(network, found).items():
        layer = network.layers[number - 1]
        which = ", ".join(map(str, channels[:FEW])) + " …" * (len(channels) > FEW)
        noun = "channel" if len(layer.output) > 1 else "unit"
        told.append(
            f"layer {number} ({layer.word}): {len(channels)} of {count(layer.output[0], noun)} let nothing back,"
            f" f′(x) = 0 in every cell ({which}); dead, if so for every input"
        )
    return told


def _scales(network: Network, found: Backpropagation) -> Iterator[str]:
    """The weights of the first layer that learns against those of the last."""
    sizes = {
        layer.name: Size.of(found.parameters[f"{layer.name}.weight"])
        for layer in network.layers
        if f"{layer.name}.weight" in found.parameters
    }
    for name in [name for name, size in sizes.items() if not size.largest]:
        yield f"∂L/∂{name}.weight is 0: {name} learns nothing from this input"
    if len(sizes) < 2:
        return
    (first, one), *_, (last, other) = sizes.items()
    ratio = one.largest / other.largest if other.largest else 1
    if 0 < ratio < VANISHED:
        yield f"the gradient vanishes: the largest of {first} is {few(ratio)} times that of {last}"
    elif ratio > EXPLODED:
        yield f"the gradient explodes: the largest of {first} is {few(ratio)} times that of {last}"


def _class(target: int, labels: Sequence[str]) -> str:
    return f"{target}: {labels[target]}" if target < len(labels) else str(target)


def _loss(found: Backpropagation, target: int) -> Block:
    """The loss, and where the way back begins."""
    probability = short(float(found.probabilities[target]))
    told = f"L = −ln p[{target}] = −ln {probability} ≈ {signed(short(found.value))}"
    return words(Span(told, Role.TOTAL), "; back from ∂L/∂logits = p − onehot", indent=1)


def classes_note(network: Network) -> list[str]:
    """What counts as a class, where the network gives maps."""
    output = network.layers[logits_of(network) - 1].output
    if prod(output[1:]) == 1:
        return []
    return [f"the output {by(output)} is no list of classes: each of its {prod(output):,} cells counts as one"]


def _left_out(network: Network, found: Backpropagation) -> Iterator[str]:
    """What training does otherwise than this one pass."""
    yield from classes_note(network)
    if len(found.outputs) <= len(network.layers):
        yield f"softmax (layer {len(network.layers)}) is differentiated together with the loss"
    if any(layer.buffers for layer in network.layers):
        yield "batch normalisation by its running averages; in training it takes those of a batch"


def _rows(layers: Sequence[Layer], found: Backpropagation) -> Iterator[tuple[str | int, ...]]:
    """From the last layer to the input."""
    for layer in reversed(layers):
        size = Size.of(found.gradients[layer.number])
        weight, bias = (found.parameters.get(f"{layer.name}.{part}") for part in ("weight", "bias"))
        # an activation has the name of its layer, and no parameters
        learned = Size.of(weight).texts if layer.learned and weight is not None else ("", "")
        last = few(Size.of(bias).largest) if layer.learned and bias is not None else ""
        shape = by(weight.shape) if layer.learned and weight is not None else ""
        yield (str(layer.number), layer.title, layer.brief, by(layer.output), *size.texts, *learned, last, shape)
    size = Size.of(found.gradients[0])
    yield ("", "", "input", by(found.gradients[0].shape), *size.texts, "", "", "", "")


def _thumbnails(layers: Sequence[Layer], found: Backpropagation) -> Iterator[Panel]:
    """The map with the largest gradient of every layer, and the largest kernel; from the end."""
    for layer in reversed(layers):
        is_bent = any(each.name == layer.name for each in layers[layer.number :])
        if not layer.kind.passes_on and not is_bent:  # the gradient before an activation looks nearly the same
            yield _picture(found.gradients[layer.number], f"∂{layer.called}")
        if layer.learned and f"{layer.name}.weight" in found.parameters:
            yield _picture(found.parameters[f"{layer.name}.weight"], f"∂{layer.name}.weight")
    yield _picture(found.gradients[0], "∂input")


def _picture(gradient: Array, name: str) -> Panel:
    """The plane of a gradient in which its largest number stands; lists in rows."""
    if gradient.ndim < 3 or gradient[0].size == 1:
        plane = gradient if gradient.ndim == 2 else rows_of(gradient.reshape(-1))
        return map_picture(plane, f"{name} {by(gradient.shape)}", columns=min(30, plane.shape[1]))._replace(legend=None)
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)[:-2]
    plane = gradient[place]
    caption = f"{name}[{','.join(map(str, place))}] {by(plane.shape)}"
    return map_picture(plane, caption, columns=min(SMALL, plane.shape[1]))._replace(legend=None)


def _document(
    layers: Sequence[Layer], found: Backpropagation, target: int, about: About, told: Sequence[str]
) -> dict[str, Any]:
    """Every layer from the last to the first, as on the screen."""
    return {
        "operation": "gradients", "network": about.network, "input": about.name, "target": target, "loss": found.value,
        "probabilities": found.probabilities,
        "layers": [_fact(layer, found) for layer in reversed(layers)],
        "input_gradient": _sized("input", found.gradients[0]), "findings": list(told),
    }  # fmt: skip


def _fact(layer: Layer, found: Backpropagation) -> Mapping[str, Any]:
    parts = [f"{layer.name}.{part}" for part, each in layer.plan.parameters.items() if not each.is_buffer]
    return {
        "number": layer.number, "layer": layer.text, **_sized(layer.called, found.gradients[layer.number]),
        "parameters": [_sized(name, found.parameters[name]) for name in parts],
    }  # fmt: skip


def _sized(name: str, gradient: Array) -> dict[str, Any]:
    size = Size.of(gradient)
    return {
        "name": name,
        "shape": list(gradient.shape),
        "mean": size.mean,
        "largest": size.largest,
        "gradient": gradient,
    }
