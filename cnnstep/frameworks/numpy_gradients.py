"""Gradients in NumPy, by their formulas: after the lines that went forward, whose windows and sums they use."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnnstep.frameworks.activations import ACTIVATIONS
from cnnstep.frameworks.formulas import CHANNEL, CONSTANTS
from cnnstep.frameworks.framework import loss_of
from cnnstep.frameworks.nodes import Lines, Node, written
from cnnstep.frameworks.numpy_words import IN, OUT, added, as_used, largest, padded, places_of, whole
from cnnstep.frameworks.windows import Sides, around, inside, reached, uncut


def _bias(node: Node) -> Lines:
    others = tuple(range(1, len(node.bound.output_shape)))
    return [f"gradient = np.sum(upstream, axis={written(others)})" if others else "gradient = upstream"]


def _as_given(node: Node) -> Lines:
    """The gradient of the kernel as it was given, from that of the kernel as it is used."""
    lines = [f"gradient = gradient / {node.divisor}"] if node.divisor else []
    axes = written(range(2, 2 + len(node.axes)))
    return [*lines, *([f"gradient = np.flip(gradient, {axes})"] if node.operation.flip else [])]


def _kernel(node: Node) -> Lines:
    axes, groups = len(node.axes), node.bound.sizes.groups
    out, window = OUT[:axes], IN[:axes]
    if groups == 1:
        summed = [f'gradient = np.einsum("f{out},c{out}{window}->fc{window}", upstream, windows, optimize=True)']
    else:
        summed = [
            f"grouped = upstream.reshape({groups}, -1, *upstream.shape[1:])",
            f'gradient = np.einsum("gf{out},gc{out}{window}->gfc{window}", grouped, windows, optimize=True)',
            "gradient = gradient.reshape(kernel.shape)",
        ]
    return [*summed, *_as_given(node)]


def _convolved(node: Node) -> Lines:
    axes, groups, kernel = len(node.axes), node.bound.sizes.groups, as_used(node)
    out, window, border = OUT[:axes], IN[:axes], node.bound.border
    arrives = f"upstream[:, {', '.join(out)}]"
    back = f"np.tensordot({arrives}, {kernel}, axes=1)"
    if groups > 1:
        grouped = f"{arrives}.reshape({groups}, -1), {kernel}_grouped"
        back = f'np.einsum("gf,gfc{window}->gc{window}", {grouped}).reshape(-1, *{kernel}.shape[2:])'
    return [
        "around = np.zeros(padded.shape)",
        "# every window gives its upstream value back, times the weights",
        f"for {', '.join(out)}{',' if axes == 1 else ''} in np.ndindex(upstream.shape[1:]):",
        f"    around[:, {places_of(node, out)}] += {back}",
        *unpadded(node, "around", around(node.axes), border.mode),
    ]


def unpadded(node: Node, made: str, sides: Sides, mode: str) -> Lines:
    """The gradient of a map, from that of the same with cells around it: copies give theirs to where they came from."""
    if mode in CONSTANTS:
        return [f"gradient = {made}[:, {inside(node.axes)}]"]
    places = padded(f"np.arange({node.x}.size).reshape({node.x}.shape)", sides, mode)
    return [
        f"places = {places}  # where each cell was copied from",
        f"gradient = np.zeros({node.x}.size)",
        f"np.add.at(gradient, places, {made})",
        f"gradient = gradient.reshape({node.x}.shape)",
    ]


def _pad(node: Node) -> Lines:
    return unpadded(node, "upstream", around(node.axes), node.bound.border.mode)


def _transposed(made: str) -> Callable[[Node], Lines]:
    """A loop over the cells that the kernel was added for."""

    def lines(node: Node) -> Lines:
        index, there = added(node)
        target = "kernel.shape" if made == _OF_KERNEL else f"{node.x}.shape"
        step = made.format(x=f"{node.x}[{index}]", there=f"around[{there}]", kernel=as_used(node), index=index)
        return [
            f"around = np.zeros({whole(node)})",
            f"around[:, {uncut(node.axes)}] = upstream",
            f"gradient = np.zeros({target})",
            f"for {index} in np.ndindex({node.x}.shape):",
            f"    {step}",
            *(_as_given(node) if made == _OF_KERNEL else []),
        ]

    return lines


_OF_KERNEL = "gradient[c] += {x} * {there}"
_OF_INPUT = "gradient[{index}] = np.sum({there} * {kernel}[c])"


SHARES: Mapping[str, Sequence[str]] = {
    "max": ("share = np.zeros(window.shape)", "share.flat[np.nanargmax(window)] = 1  # all to the first largest"),
    "min": ("share = np.zeros(window.shape)", "share.flat[np.nanargmin(window)] = 1  # all to the first smallest"),
    "average": ("share = ~np.isnan(window) / np.sum(~np.isnan(window))  # the same to every cell that counts",),
    "lp": (
        "share = np.sign(window) * (np.abs(window) / max(y[(c, *place)], 5e-324)) ** ({p} - 1)",
        "share = np.nan_to_num(share)",
    ),
    "median": (
        "cells = np.sort(window[~np.isnan(window)])",
        "share = np.zeros(window.shape)",
        "for middle in (cells[(cells.size - 1) // 2], cells[cells.size // 2]):",
        "    share.flat[np.flatnonzero(window == middle)[0]] += 0.5",
    ),
}
"""Kind of pooling → how a window shares what arrives."""


def _pooling(node: Node) -> Lines:
    shares = [f"    {line.format(p=float(node.operation.power))}" for line in SHARES[node.operation.kind]]
    strides, extents, dilations = (node.per_axis(name) for name in ("stride", "extent", "dilation"))
    return [
        "around = np.zeros(padded.shape)",
        "for c, *place in np.ndindex(y.shape):",
        "    window = windows[(c, *place)]",
        *shares,
        f"    here = [slice(i * s, i * s + e, d) for i, s, e, d in zip(place, {strides}, {extents}, {dilations})]",
        "    around[(c, *here)] += upstream[(c, *place)] * share",
        *unpadded(node, "around", reached(node.axes), "zeros"),
    ]


def _unpooling(node: Node) -> Lines:
    values, _ = node.inputs
    return [
        "around = np.zeros(padded.shape)",
        f"around[:, {inside(node.axes)}] = upstream",
        "last = {}  # of two windows with the same largest cell the later one has written it",
        f"for c, *place in np.ndindex({values}.shape):",
        *largest(node),
        "    last[(c, *cell)] = (c, *place)",
        f"gradient = np.zeros({values}.shape)",
        "for cell, place in last.items():",
        "    gradient[place] = around[cell]",
    ]


def _upsampling(node: Node) -> Lines:
    if not node.bound.is_linear:
        shape = [n for axis in node.axes for n in (axis.input, axis.factor)]
        copies = written(range(2, 2 + len(shape), 2))
        return [f"gradient = upstream.reshape({written([-1, *shape])}).sum(axis={copies})  # all copies of a cell"]
    lines = ["gradient = upstream"]
    for number, axis in enumerate(node.axes, 1):
        lines += [
            f"at = np.clip((np.arange({axis.output}) + 0.5) / {axis.factor} - 0.5, 0, {axis.input - 1})",
            "low = np.floor(at).astype(int)",
            f"weights = np.zeros(({axis.output}, {axis.input}))",
            "np.add.at(weights, (np.arange(at.size), low), 1 - (at - low))",
            f"np.add.at(weights, (np.arange(at.size), np.minimum(low + 1, {axis.input - 1})), at - low)",
            f"gradient = np.moveaxis(np.tensordot(gradient, weights, axes=({number}, 0)), -1, {number})",
        ]
    return lines


def _activation(node: Node) -> Lines:
    a = node.each("slope", len(node.shape) - 1) if node.operation.name == "prelu" else None
    value = a or repr(float(node.bound.parameters[0]))
    return [f"gradient = upstream * ({ACTIVATIONS[node.operation.name].slope.format(x=node.x, a=value)})"]


def _slope(node: Node) -> Lines:
    return _summed(node, "slope", f"upstream * np.minimum({node.x}, 0)", 0 if len(node.shape) > 1 else None)


def _summed(node: Node, part: str, terms: str, channel: int | None) -> Lines:
    """A sum over the cells that a number was used in: all of them, those of a channel, or one."""
    values = node.constants[node.named(part)].values
    if values.size == 1:
        return [f"gradient = np.sum({terms}).reshape(1)"]
    if values.ndim > 1 or len(node.shape) == 1:
        return [f"gradient = {terms}"]
    axes = tuple(axis for axis in range(len(node.shape)) if axis != channel)
    return [f"gradient = np.sum({terms}, axis={written(axes)})"]


def _dropout(node: Node) -> Lines:
    is_kept = "" if node.operation.inference else f" * kept / (1 - {float(node.operation.rate)!r})"
    return [f"gradient = upstream{is_kept}"]


def _softmax(node: Node) -> Lines:
    return [f"gradient = (y * (upstream - np.sum(upstream * y))).reshape({node.x}.shape)"]


def _normalized(part: str, terms: str) -> Callable[[Node], Lines]:
    def lines(node: Node) -> Lines:
        is_running = node.operation.noun == "batchnorm"
        channel = 0 if is_running else CHANNEL[node.operation.kind](len(node.shape))
        return _summed(node, part, terms, channel)

    return lines


def _normalization(node: Node) -> Lines:
    rank = len(node.shape)
    channel = CHANNEL[node.operation.kind](rank)
    cells = written([axis for axis in range(rank) if axis != channel])
    ones = rank - 1 - (channel or 0) if channel is not None else 0
    return [
        f"g = upstream * {node.each('scale', ones)}",
        f"told = np.mean(g, axis={cells}, keepdims=True) + z * np.mean(g * z, axis={cells}, keepdims=True)",
        f"gradient = (g - told) / np.sqrt(variance + {node.operation.epsilon})",
    ]


def _batchnorm(node: Node) -> Lines:
    scale, variance = (node.each(part, len(node.shape) - 1) for part in ("scale", "variance"))
    return [f"gradient = upstream * {scale} / np.sqrt({variance} + {node.operation.epsilon})"]


GRADIENTS: Mapping[tuple[str, str], Callable[[Any], Lines]] = {
    ("convolution", "kernel"): _kernel,
    ("convolution", "bias"): _bias,
    ("convolution", "input"): _convolved,
    ("transposed", "kernel"): _transposed(_OF_KERNEL),
    ("transposed", "bias"): _bias,
    ("transposed", "input"): _transposed(_OF_INPUT),
    ("dense", "weights"): lambda node: [f"gradient = np.outer(upstream, {node.x})"],
    ("dense", "bias"): _bias,
    ("dense", "input"): lambda node: [f"gradient = (weights.T @ upstream).reshape({node.x}.shape)"],
    ("pad", "input"): _pad,
    ("upsampling", "input"): _upsampling,
    ("pooling", "input"): _pooling,
    ("unpooling", "input"): _unpooling,
    ("activation", "input"): _activation,
    ("activation", "slope"): _slope,
    ("dropout", "input"): _dropout,
    ("flatten", "input"): lambda node: [f"gradient = upstream.reshape({node.x}.shape)"],
    ("softmax", "input"): _softmax,
    ("normalization", "scale"): _normalized("scale", "upstream * z"),
    ("normalization", "shift"): _normalized("shift", "upstream"),
    ("normalization", "input"): _normalization,
    ("batchnorm", "scale"): _normalized("scale", "upstream * z"),
    ("batchnorm", "shift"): _normalized("shift", "upstream"),
    ("batchnorm", "input"): _batchnorm,
    ("loss", "input"): lambda node: [f"{loss_of(node, 'gradient')}", "gradient = gradient * upstream"],
}
"""(operation, what it has a gradient of) → its formula."""
