"""The kinds of layers for learners: one row a word, its arithmetic and its two sentences, with the layer's numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from cnnstep.engine.activations import RULES
from cnnstep.geometry import by
from cnnstep.networks.layer import Layer
from cnnstep.networks.receptive_field import Fields
from cnnstep.views.networks.layer_arithmetic import (
    batch_size,
    channel_or_unit,
    filters_of,
    is_connected,
    is_training,
    kernel_parameters,
    learns_filters,
    learns_units,
    normalises_a_batch,
    sizes_of,
    weights_and_biases,
    window_of,
    window_products,
)
from cnnstep.views.wording.arithmetic import count, in_short


def _says(text: Any) -> Callable[..., Any]:
    """The same of every layer."""
    return lambda *_: text


NONE = _says("none")
NOT_LEARNED = _says("none: nothing here is learned")
LEARNS_NOTHING = _says("No learnable parameters.")
EACH_CELL = _says(["as it arrives: each cell on its own"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerWording:
    """A row of the table, for a word that `networks/layer_kinds.py` knows; a layer learns nothing unless it says so."""

    why: Callable[[Layer], str]
    """Why its output has its size, in a few signs."""
    size: Callable[[Layer], list[str]]
    """The arithmetic of its size, of its parameters, and of its multiply-adds."""
    parameters: Callable[[Layer], str] = NOT_LEARNED
    multiply_adds: Callable[[Layer], str] = NONE
    does: Callable[[Layer, Fields | None], str]
    """Two sentences: what it does, and what it learns."""
    learns: Callable[[Layer], str] = LEARNS_NOTHING
    again: Callable[[Layer], str] | None = None
    """What it does, in short, where the same word has been explained before."""
    learns_in: str = ""
    """What all parameters of its kind are called together: those in filters, in dense layers."""
    also_called: str = ""
    """Its name in papers, where its word does not say it."""
    gives_probabilities: bool = False


def sees(seen: Fields | None) -> str:
    """How much of the input a cell sees."""
    return "all" if seen is None else by([field.size for field in seen])


def _in_short(layer: Layer) -> list[str]:
    return in_short(sizes_of(layer).axes)


def _convolution(layer: Layer, seen: Fields | None) -> str:
    sizes = sizes_of(layer)
    is_one, channels = sizes.filters == 1, sizes.channels or 1
    reads = ""
    if is_connected(layer):
        reads = ", each over the channels it is connected with,"
    elif sizes.groups > 1:
        reads = f", each over {channels // sizes.groups} of the {channels} channels,"
    over = "input" if layer.inputs == (0,) else "feature map" if channels == 1 else "feature maps"
    return (
        f"{filters_of(layer)}{reads} {'slides' if is_one else 'slide'} over the {by(layer.input[1:])} {over} and"
        f" {'computes' if is_one else 'compute'} {count(sizes.filters or 1, 'feature map')} of {by(sizes.output)}"
        f" ({', '.join(_in_short(layer))}); each cell has a receptive field of {sees(seen)}."
    )


def _grown(layer: Layer) -> str:
    """`9 = 1 + 7 + 1`, of each axis that differs."""
    axes = (f"{a.output} = {a.before} + {a.input} + {a.after}" for a in sizes_of(layer).axes)
    return "  ".join(dict.fromkeys(axes))


def _scaled(layer: Layer) -> str:
    """`14 = 7·2`."""
    return "  ".join(dict.fromkeys(f"{a.output} = {a.input}·{a.factor}" for a in sizes_of(layer).axes))


def _stacked(layer: Layer) -> str:
    """`6 + 16 = 22`."""
    return f"{' + '.join(str(shape[0]) for shape in layer.shapes)} = {layer.output[0]}"


def _shrinks(layer: Layer, seen: Fields | None) -> str:
    """From which size to which, and what a cell sees then."""
    before, after = by(layer.input[1:]), by(layer.output[1:])
    maps = count(layer.input[0], "feature map")
    is_one = layer.input[0] == 1
    goes = f"{'stays' if is_one else 'stay'} {after}"
    if before != after:
        goes = f"{'goes' if is_one else 'go'} from {before} to {after}"
    return f"the {maps} {goes}, and each cell has a receptive field of {sees(seen)}."


def _pooling(keeps: str) -> LayerWording:
    return LayerWording(
        why=_short, size=_in_short,
        does=lambda layer, seen: f"Each {by(window_of(layer))} window keeps its {keeps}: {_shrinks(layer, seen)}",
        learns=lambda _: "No learnable parameters; a shift of the input by a pixel changes the output little.",
    )  # fmt: skip


def _short(layer: Layer) -> str:
    return "  ".join(_in_short(layer))


def _activation(name: str) -> LayerWording:
    low, high = RULES[name].limits

    def does(layer: Layer, _: Fields | None) -> str:
        if layer.kind.passes_on:
            return f"Each of the {prod(layer.input):,} values stays as it is."
        return (
            f"Each of the {prod(layer.input):,} values passes through a nonlinearity with the range {low} … {high};"
            " without one, stacked linear layers collapse into one."
        )

    return LayerWording(
        why=_says("each cell on its own"), size=EACH_CELL, does=does,
        again=lambda layer: f"Each of the {prod(layer.input):,} values passes through the same function, as before.",
    )  # fmt: skip


WORDING: dict[str, LayerWording] = {
    "conv": LayerWording(
        why=_short, size=_in_short, parameters=kernel_parameters, multiply_adds=window_products, does=_convolution,
        learns=learns_filters, learns_in="filters"),
    "maxpool": _pooling("largest value"),
    "avgpool": _pooling("mean"),
    "subsample": LayerWording(
        why=_short, size=_in_short,
        parameters=lambda layer: f"2·{layer.input[0]} = {layer.learned}: a coefficient and a bias for each channel",
        multiply_adds=lambda layer: window_products(layer, "maps"),
        does=lambda layer, seen: f"Each {by(window_of(layer))} window is added up, times a coefficient, plus a bias:"
                                 f" {_shrinks(layer, seen)}",
        learns=lambda layer: f"{count(layer.learned, 'learnable parameter')}: a coefficient and a bias for each feature"
                             " map.",
        learns_in="subsampling"),
    "transposed": LayerWording(
        why=_short, size=_in_short, parameters=kernel_parameters, multiply_adds=window_products,
        does=lambda layer, seen: f"Each cell, times {filters_of(layer)}, is added to a window of the"
                                 f" {by(layer.output[1:])} output; a cell there has a receptive field of {sees(seen)}.",
        learns=learns_filters, learns_in="filters", also_called="transposed convolution"),
    "pad": LayerWording(
        why=_grown, size=lambda layer: [_grown(layer)],
        does=lambda layer, _: f"Cells around each channel: {by(layer.input)} become {by(layer.output)}."),
    "upsample": LayerWording(
        why=_scaled, size=lambda layer: [_scaled(layer)],
        does=lambda layer, _: f"Each channel becomes larger, {by(layer.input[1:])} to {by(layer.output[1:])}, from"
                              " neighbouring cells and fixed weights."),
    "unpool": LayerWording(
        why=_says("the size before its max pooling"), size=_says(["as it was before the max pooling that it names"]),
        does=lambda layer, _: f"Each value goes back to where the maximum of its window stood: {by(layer.output)}, all"
                              " other cells are 0."),
    "add": LayerWording(
        why=_says("cell by cell"), size=_says(["as each of its inputs: cell by cell"]),
        does=lambda layer, _: f"{len(layer.inputs)} branches of {by(layer.output)} are added cell by cell: what one"
                              " computes is a correction of what another carries on.",
        learns=_says("No learnable parameters; the gradient reaches every branch unchanged.")),
    "concat": LayerWording(
        why=_stacked, size=lambda layer: [_stacked(layer)],
        does=lambda layer, _: f"The channels of {len(layer.inputs)} branches are stacked: {_stacked(layer)}."),
    "globalavgpool": _pooling("mean"),
    "globalmaxpool": _pooling("largest value"),
    "flatten": LayerWording(
        why=lambda layer: f"{layer.output[0]} = {'·'.join(map(str, layer.input))}",
        size=lambda layer: [f"{layer.output[0]:,} = {'·'.join(map(str, layer.input))}"],
        does=lambda layer, _: f"The {by(layer.input)} values become one vector of {layer.output[0]:,}; none of them"
                              " changes."),
    "dense": LayerWording(
        why=lambda layer: f"every unit reads all {prod(layer.input):,}",
        size=lambda layer: [f"{layer.output[0]}: one number a unit, whatever arrives"],
        parameters=lambda layer: weights_and_biases(layer, f"{prod(layer.input):,}", layer.output[0]),
        multiply_adds=lambda layer: f"{count(prod(layer.input), 'input')} · {count(layer.output[0], 'unit')} ="
                                    f" {layer.plan.multiply_adds:,}",
        does=lambda layer, _: f"Fully connected: each of {count(layer.output[0], 'unit')} is a weighted sum of all"
                              f" {count(prod(layer.input), 'input')}.",
        learns=learns_units, learns_in="dense layers"),
    "softmax": LayerWording(
        why=_says("probabilities"),
        size=lambda layer: [f"{layer.output[0]}: as many as arrive; each depends on all of them"],
        does=lambda layer, _: f"The {count(layer.output[0], 'logit')} become probabilities that add up to 1; the"
                              " largest stays the largest.",
        gives_probabilities=True),
    "dropout": LayerWording(
        why=_says("passes on: it drops only in training"), size=EACH_CELL,
        does=lambda layer, _: f"In training each value is set to 0 with probability {layer.settings['rate']:g}, and the"
                              " others are scaled up; at inference all of them pass.",
        learns=lambda _: "No learnable parameters; it regularises: no unit can rely on a few others."),
    "batchnorm": LayerWording(
        why=lambda layer: "batch normalisation: " + ("by this input" if is_training(layer) else "a·x + b a channel"),
        size=batch_size,
        parameters=lambda layer: f"2·{layer.learned // 2:,} = {layer.learned:,}: γ and β a {channel_or_unit(layer)};"
                                 f" {count(layer.buffers, 'buffer')}: running mean and variance",
        multiply_adds=lambda layer: "none" if is_training(layer) else
            f"{count(prod(layer.output), 'cell')} · 1 = {layer.plan.multiply_adds:,}: a·x + b",
        does=normalises_a_batch,
        learns=lambda layer: f"{count(layer.learned, 'learnable parameter')}: γ and β a {channel_or_unit(layer)};"
                             f" {count(layer.buffers, 'buffer')}: running mean and variance.",
        learns_in="normalisation", also_called="batch normalisation"),
    "layernorm": LayerWording(
        why=_says("layer normalisation: mean 0, variance 1 of all"),
        size=_says(["as it arrives; each number depends on all of them"]),
        parameters=lambda layer: f"2·{prod(layer.input):,} = {layer.learned:,}: γ and β a cell",
        does=lambda layer, _: f"Layer normalisation: all {prod(layer.input):,} values together get mean 0 and variance"
                              " 1, with the statistics of this input alone.",
        learns=lambda layer: f"{count(layer.learned, 'learnable parameter')}: γ and β a cell.",
        learns_in="normalisation", also_called="layer normalisation"),
    **dict.fromkeys(("instancenorm", "normalize"), LayerWording(
        why=_says("instance normalisation: mean 0, variance 1 a channel"),
        size=_says(["as it arrives; each number depends on all of its channel"]),
        parameters=lambda layer: f"2·{layer.learned // 2} = {layer.learned:,}: a scale γ and a shift β a channel",
        does=lambda *_: "Instance normalisation: each channel gets mean 0 and variance 1, with the statistics of this"
                        " input alone.",
        learns=lambda layer: f"{count(layer.learned, 'learnable parameter')}: a scale γ and a shift β a channel.",
        learns_in="normalisation", also_called="instance normalisation")),
    **{name: _activation(name) for name in RULES},
}  # fmt: skip
"""Word → how it is told."""
