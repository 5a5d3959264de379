"""A network in words: a page to read from top to bottom, every sentence with the network's own numbers."""

from collections.abc import Callable, Sequence
from math import prod

from cnnstep.engine.activation import Activation
from cnnstep.engine.activations import RULES
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.dropout import Dropout
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.softmax import Softmax
from cnnstep.geometry import Axis, Sizes, by
from cnnstep.networks.network import Layer
from cnnstep.networks.parameters import WEIGHT
from cnnstep.networks.receptive_field import Fields, fields
from cnnstep.views.networks.seen import sees
from cnnstep.views.networks.table import document
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, stack, words
from cnnstep.views.reports.sheet import Sheet
from cnnstep.views.wording.arithmetic import count, in_short

CONV = "conv"
Teller = Callable[[Layer, Fields | None], tuple[str, str]]


def sheet(name: str, layers: Sequence[Layer], notes: Sequence[str] = ()) -> Sheet:
    """What goes in and out, each layer in two sentences, then what is learned, and why it is built like this."""
    head = words(Span(name, Role.TITLE), f"   in words: {by(layers[0].input)} → {by(layers[-1].output)}", indent=1)
    known = [layer.word for layer in layers]
    told = [
        _paragraph(layer, seen, is_known=layer.word in known[: layer.number - 1])
        for layer, seen in zip(layers, fields(layers), strict=True)
    ]
    why: list[Block] = [words(text, indent=1) for text in (_opening(name, layers), *_reasons(layers), *notes)]
    opening, *reasons = why
    return Sheet(stack([head, opening], told, reasons), document(name, layers))


def _paragraph(layer: Layer, seen: Fields | None, *, is_known: bool) -> Block:
    """What the layer does and why its output has its size; what is learned, or that nothing is."""
    tell = _bent_again if is_known and layer.plan.kind is Activation else TELLERS[layer.plan.kind]
    does, learns = tell(layer, seen)
    number = f"{layer.number:>2} "
    label = f"{layer.title} " if layer.title else ""
    return words(
        Span(number, Role.LABEL), Span(f"{label}{layer.brief}. ", Role.TITLE), f"{does} {learns}", indent=1
    )._replace(hang=3)


def _opening(name: str, layers: Sequence[Layer]) -> str:
    learned = sum(layer.learned for layer in layers)
    return (
        f"{name} turns an input of {by(layers[0].input)} = {prod(layers[0].input):,} numbers into"
        f" {by(layers[-1].output)}, in {count(len(layers), 'layer')} with {learned:,} learned numbers."
    )


def _sizes(layer: Layer) -> Sizes[Axis]:
    assert layer.plan.sizes  # noqa: S101 - only of layers with windows
    return layer.plan.sizes


def _convolution(layer: Layer, seen: Fields | None) -> tuple[str, str]:
    sizes = _sizes(layer)
    kernel, filters = by([axis.kernel for axis in sizes.axes]), sizes.filters or 1
    channels = f", through all {sizes.channels} channels at once," if (sizes.channels or 1) > 1 else ""
    weight = layer.plan.parameters.get(WEIGHT)
    if weight is not None and weight.mask is not None:
        channels = ", each through the channels it is connected with,"
    elif sizes.groups > 1:
        channels = f", each through {(sizes.channels or 1) // sizes.groups} of the {sizes.channels} channels,"
    over = "input" if layer.number == 1 else "maps" if layer.input[0] > 1 else "map"
    slides = "slides" if filters == 1 else "slide"
    does = (
        f"{count(filters, 'filter')} of {kernel}{channels} {slides} over the {by(layer.input[1:])} {over} and"
        f" {'writes' if filters == 1 else 'write'} {count(filters, 'map')} of {by(sizes.output)}"
        f" ({', '.join(in_short(sizes.axes))}); every number in them sees {sees(seen)} of the input."
    )
    places = f"the same in all {sizes.windows:,} places" if sizes.windows > 1 else "used in a single place"
    return does, f"Learned are the filters and a bias each, {layer.learned:,} numbers, {places}."


def _shrinks(layer: Layer) -> str:
    """From which size to which."""
    before, after = by(layer.input[1:]), by(layer.output[1:])
    maps = count(layer.input[0], "map")
    if before == after:
        return f"the {maps} {'stays' if layer.input[0] == 1 else 'stay'} {after}"
    return f"the {maps} {'goes' if layer.input[0] == 1 else 'go'} from {before} to {after}"


def _subsampling(layer: Layer, seen: Fields | None) -> tuple[str, str]:
    window = by([axis.kernel for axis in _sizes(layer).axes])
    does = (
        f"Of every {window} window the sum is kept, times one coefficient, plus a bias: {_shrinks(layer)}, and every"
        f" number now sees {sees(seen)} of the input."
    )
    return does, f"Learned are just these two numbers a map, {layer.learned} in all."


def _pooling(layer: Layer, seen: Fields | None) -> tuple[str, str]:
    window = by([axis.kernel for axis in _sizes(layer).axes])
    keeps = "largest number" if "max" in layer.word else "mean"
    does = (
        f"Of every {window} window only the {keeps} is kept: {_shrinks(layer)}, and every number now sees"
        f" {sees(seen)} of the input."
    )
    return does, "Nothing is learned: the rule is fixed, and a shift by a pixel changes little."


def _activation(layer: Layer, _: Fields | None) -> tuple[str, str]:
    if layer.word == "identity":
        return f"Every one of the {prod(layer.input):,} numbers stays as it is.", "Nothing is learned."
    low, high = RULES[layer.word].limits
    does = (
        f"Every one of the {prod(layer.input):,} numbers is bent on its own into {low} … {high}: without a bend,"
        " layers of sums in a row would be no more than one such layer."
    )
    return does, "Nothing is learned: the curve is fixed."


def _bent_again(layer: Layer, _: Fields | None) -> tuple[str, str]:
    return f"Every one of the {prod(layer.input):,} numbers is bent on its own, as before.", "Nothing is learned."


def _flatten(layer: Layer, _: Fields | None) -> tuple[str, str]:
    does = f"The {by(layer.input)} numbers are written in one row of {layer.output[0]:,}; none of them changes."
    return does, "Nothing is learned."


def _dense(layer: Layer, _: Fields | None) -> tuple[str, str]:
    inputs, units = prod(layer.input), layer.output[0]
    does = f"Each of {count(units, 'unit')} adds up all {inputs:,} inputs, each times a weight of its own."
    learns = (
        f"Learned are ({inputs:,} + 1)·{units:,} = {layer.learned:,} numbers: here nothing is shared, and every output"
        " depends on everything before it."
    )
    return does, learns


def _softmax(layer: Layer, _: Fields | None) -> tuple[str, str]:
    does = (
        f"The {layer.output[0]:,} numbers become shares of 1, which can be read as probabilities: the largest stays the"
        " largest."
    )
    return does, "Nothing is learned."


def _dropout(layer: Layer, _: Fields | None) -> tuple[str, str]:
    rate = layer.text.split()[-1]
    does = f"While the network learns, each number is set to 0 with probability {rate}; later all of them pass."
    return does, "Nothing is learned: it only keeps units from relying on each other."


def _normalization(layer: Layer, _: Fields | None) -> tuple[str, str]:
    does = "Each channel is moved to mean 0 and variance 1, which keeps numbers in the range where learning works."
    return does, f"Learned are a scale and a shift for each channel, {layer.learned:,} numbers."


TELLERS: dict[type, Teller] = {
    Convolution: lambda layer, seen: (_subsampling if layer.word == "subsample" else _convolution)(layer, seen),
    Pooling: _pooling,
    Activation: _activation,
    Flatten: _flatten,
    Dense: _dense,
    Softmax: _softmax,
    Dropout: _dropout,
    Normalization: _normalization,
}
"""Operation → its two sentences."""


def _reasons(layers: Sequence[Layer]) -> list[str]:
    """Why weights are shared, and why outputs look at a small part, with the first convolution's numbers."""
    shares = {"filters": CONV, "dense layers": "dense", "subsampling": "subsample", "normalisation": "normalize"}
    learned = {where: sum(layer.learned for layer in layers if layer.word == word) for where, word in shares.items()}
    told = ", ".join(f"{number:,} numbers in {where}" for where, number in learned.items() if number) or "nothing"
    what = (
        f"What is learned: {told}. What is fixed: the sizes, the strides, which layers there are and which activations;"
        " all of that was chosen before any learning."
    )
    first = next((layer for layer in layers if layer.word == CONV), None)
    if first is None:
        return [what]
    inputs, outputs = prod(first.input), prod(first.output)
    shared = (
        f"Why weights are shared: what is worth finding in one corner is worth finding everywhere. {first.name} learns"
        f" {first.learned:,} numbers; a dense layer from its {inputs:,} inputs to its {outputs:,} outputs would learn"
        f" {(inputs + 1) * outputs:,}, and would have to learn the same edge again in every place."
    )
    small = (
        "Why each output depends on a small part of the input: neighbouring pixels belong together, distant ones"
        " seldom do. Small windows find small things, and each layer looks at what the layer before has found, so that"
        " later ones see more."
    )
    return [what, shared, small]
