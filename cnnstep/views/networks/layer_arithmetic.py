"""What stands in several rows of `layer_wording.py`: weights, biases and windows counted, and batch normalisation."""

from math import prod
from typing import Any

from cnnstep.geometry import Sizes, TransposedAxis, by
from cnnstep.networks.layer import Layer
from cnnstep.networks.parameters import BIAS, WEIGHT
from cnnstep.networks.receptive_field import Fields
from cnnstep.views.wording.arithmetic import count


def sizes_of(layer: Layer) -> Sizes[Any]:
    """The sizes of a layer that has a window."""
    assert layer.plan.sizes  # noqa: S101 - of no other layers
    return layer.plan.sizes


def window_of(layer: Layer) -> tuple[int, ...]:
    """The size of its window."""
    return tuple(axis.kernel for axis in sizes_of(layer).axes)


def is_connected(layer: Layer) -> bool:
    """Whether its filters read only some channels each, by a table."""
    return WEIGHT in layer.plan.parameters and layer.plan.parameters[WEIGHT].mask is not None


def kernel_parameters(layer: Layer) -> str:
    """Weights and biases of filters: (5·5·6 + 1)·16."""
    sizes, window = sizes_of(layer), window_of(layer)
    filters, depth = sizes.filters or 1, (sizes.channels or 1) // sizes.groups
    if not is_connected(layer):
        return weights_and_biases(layer, "·".join(map(str, (*window, depth))), filters)
    weights = layer.plan.parameters[WEIGHT].learned
    connected = count(weights // prod(window), "connected channel")
    if not _has_bias(layer):
        return f"{'·'.join(map(str, window))}·{connected} = {count(weights, 'weight')}, no bias"
    return (
        f"{'·'.join(map(str, window))}·{connected} + {filters} = {layer.learned:,}: {count(weights, 'weight')} and"
        f" {_biases(filters)}"
    )


def _has_bias(layer: Layer) -> bool:
    return BIAS in layer.plan.parameters


def weights_and_biases(layer: Layer, inner: str, outputs: int) -> str:
    """`inner` weights for each of the outputs, and a bias if it has one."""
    weights = count(layer.plan.parameters[WEIGHT].learned, "weight")
    if not _has_bias(layer):
        return f"{inner}·{outputs:,} = {weights}, no bias"
    return f"({inner} + 1)·{outputs:,} = {layer.learned:,}: {weights} and {_biases(outputs)}"


def _biases(number: int) -> str:
    return "1 bias" if number == 1 else f"{number:,} biases"


def window_products(layer: Layer, noun: str = "filters") -> str:
    """Multiply-adds: 10·10 windows · 150 products · 16 filters."""
    sizes, total = sizes_of(layer), f"{layer.plan.multiply_adds:,}"
    # where kernels are added to the output, it is the cells of the input that are multiplied
    cells = "·".join(str(axis.input if isinstance(axis, TransposedAxis) else axis.output) for axis in sizes.axes)
    if is_connected(layer):
        return f"{cells} windows · {layer.plan.parameters[WEIGHT].learned:,} weights = {total}"
    return f"{cells} windows · {sizes.products:,} products · {sizes.filters:,} {noun} = {total}"


def filters_of(layer: Layer) -> str:
    """`16 filters of 6×5×5`."""
    sizes = sizes_of(layer)
    depth = (sizes.channels or 1) // sizes.groups
    shape = (depth, *window_of(layer)) if depth > 1 and not is_connected(layer) else window_of(layer)
    return f"{count(sizes.filters or 1, 'filter')} of {by(shape)}"


def learns_filters(layer: Layer) -> str:
    """Which filters it learns, and where they are used."""
    places = sizes_of(layer).windows
    shared = f", shared by all {places:,} positions" if places > 1 else ", used at a single position"
    bias = "and one bias each" if _has_bias(layer) else "without a bias"
    each = f"{filters_of(layer)} {bias}"
    if is_connected(layer):
        each = f"{filters_of(layer)} for each connected channel, {bias}"
    return f"{count(layer.learned, 'learnable parameter')}: {each}{shared}."


def learns_units(layer: Layer) -> str:
    """Weights of units: (400 + 1)·120."""
    inputs, units = prod(layer.input), layer.output[0]
    if not _has_bias(layer):
        sum_, each = f"{inputs:,}·{units:,}", "a weight for each input and no bias, for each unit"
    else:
        sum_, each = f"({inputs:,} + 1)·{units:,}", "a weight for each input and one bias, for each unit"
    return f"{count(layer.learned, 'learnable parameter')}: {sum_} = {layer.learned:,}, {each}; none is shared."


def is_training(layer: Layer) -> bool:
    """Whether the statistics are those of what arrives."""
    return bool(layer.settings.get("training"))


def channel_or_unit(layer: Layer) -> str:
    """What has a γ and a β of its own."""
    return "channel" if len(layer.input) > 1 else "unit"


def batch_size(layer: Layer) -> list[str]:
    """Why batch normalisation keeps the size."""
    each = "each number depends on all of its channel" if is_training(layer) else "each cell on its own"
    return [f"as it arrives: {each}"]


def normalises_a_batch(layer: Layer, _: Fields | None) -> str:
    """What batch normalisation does, in use or in training."""
    whose = channel_or_unit(layer)
    if is_training(layer):
        return f"Batch normalisation in training: each {whose} gets mean 0 and variance 1 over the batch, here of one."
    return (
        f"Batch normalisation: each {whose} is shifted and scaled by the running mean and variance of training, then by"
        " γ and β: one multiply-add a cell."
    )
