"""NumPy alone: windows as an array of their own, and sums over it."""

from math import prod

from cnnstep.frameworks.activations import NEEDS
from cnnstep.frameworks.formulas import CHANNEL, Dialect, blended, normalised
from cnnstep.frameworks.framework import Framework, activation_of, kernel_lines, loss_of, philox
from cnnstep.frameworks.nodes import Lines, Node, written
from cnnstep.frameworks.numpy_gradients import GRADIENTS
from cnnstep.frameworks.numpy_words import IN, OUT, added, largest, padded, whole
from cnnstep.frameworks.windows import around, inside, is_any, pooled, uncut


def windows(node: Node, read: str) -> Lines:
    """Every window of every channel: (channels, *output, *window), a view that copies nothing."""
    axes = range(1, 1 + len(node.axes))
    steps = ", ".join([f"::{axis.stride}" for axis in node.axes] + [f"::{axis.dilation}" for axis in node.axes])
    extents = written([axis.extent for axis in node.axes])
    return [
        f"windows = np.lib.stride_tricks.sliding_window_view({read}, {extents}, axis={written(axes)})",
        f"windows = windows[:, {steps}]  # strides, then dilation",
    ]


def convolution_windows(node: Node) -> Lines:
    """The padded input, and its windows."""
    border, sides = node.bound.border, around(node.axes)
    pad = padded(node.x, sides, border.mode, float(border.value)) if is_any(sides) else node.x
    return [f"padded = {pad}", *windows(node, "padded")]


def _convolution(node: Node) -> Lines:
    axes, groups, y = len(node.axes), node.bound.sizes.groups, node.output
    before, kernel = kernel_lines(node, "np.flip({}, {})")
    out, window = OUT[:axes], IN[:axes]
    bias = f"{node.named('bias')}.reshape({written((-1, *(1,) * axes))})"
    if groups == 1:
        summed = [f'{y} = np.einsum("c{out}{window},fc{window}->f{out}", windows, {kernel}, optimize=True)']
    else:
        summed = [
            f"windows = windows.reshape({groups}, -1, *windows.shape[1:])  # groups, channels of a group, ...",
            f"{kernel}_grouped = {kernel}.reshape({groups}, -1, *{kernel}.shape[1:])",
            f'{y} = np.einsum("gc{out}{window},gfc{window}->gf{out}", windows, {kernel}_grouped, optimize=True)',
            f"{y} = {y}.reshape(-1, *{y}.shape[2:])",
        ]
    return [*before, *convolution_windows(node), *summed, f"{y} = {y} + {bias}"]


def _transposed(node: Node) -> Lines:
    y, (index, there) = node.output, added(node)
    before, kernel = kernel_lines(node, "np.flip({}, {})")
    bias = f"{node.named('bias')}.reshape({written((-1, *(1,) * len(node.axes)))})"
    return [
        *before,
        f"{y} = np.zeros({whole(node)})",
        f"for {index} in np.ndindex({node.x}.shape):  # the kernel is added once for every cell",
        f"    {y}[{there}] += {node.x}[{index}] * {kernel}[c]",
        f"{y} = {y}[:, {uncut(node.axes)}] + {bias}",
    ]


REDUCTIONS = {
    "max": "np.nanmax({}, axis={})",
    "min": "np.nanmin({}, axis={})",
    "average": "np.nanmean({}, axis={})",
    "lp": "np.nansum(np.abs({}) ** {p}, axis={}) ** (1 / {p})",
    "median": "np.nanmedian({}, axis={})",
}
"""Kind of pooling → what it makes of windows, in which NaN stands where there is nothing."""


def pooling_windows(node: Node) -> Lines:
    """The padded input, and its windows."""
    lines, read = [], node.x
    for sides, value, told in pooled(node):
        lines.append(f"padded = {padded(read, sides, value=value)}  # {told}")
        read = "padded"
    return [*(lines or [f"padded = {node.x}"]), *windows(node, "padded")]


def _pooling(node: Node) -> Lines:
    last = written([-n for n in range(len(node.axes), 0, -1)])
    made = REDUCTIONS[node.operation.kind].format("windows", last, p=float(node.operation.power))
    return [*pooling_windows(node), f"{node.output} = {made}"]


def _unpooling(node: Node) -> Lines:
    y, (values, x) = node.output, node.inputs
    return [
        *pooling_windows(node._replace(inputs=(x,), operation=node.operation.pooling)),
        f"{y} = np.zeros(padded.shape)",
        f"for c, *place in np.ndindex({values}.shape):",
        *largest(node),
        f"    {y}[(c, *cell)] = {values}[(c, *place)]",
        f"{y} = {y}[:, {inside(node.axes)}]",
    ]


def _pad(node: Node) -> Lines:
    border = node.bound.border
    return [f"{node.output} = {padded(node.x, around(node.axes), border.mode, float(border.value))}"]


def _upsampling(node: Node) -> Lines:
    y, lines, read = node.output, [], node.x
    for number, axis in enumerate(node.axes, 1):
        if node.bound.is_linear:
            lines += blended("np", "{}", (y, read), number, axis, 1 + len(node.axes))
        else:
            lines.append(f"{y} = np.repeat({read}, {axis.factor}, axis={number})")
        read = y
    return lines


def _activation(node: Node) -> Lines:
    return [
        *NEEDS.get(node.operation.name, ()),
        activation_of(node._replace(of=""), "numpy", "np", len(node.shape) - 1),
    ]


def _flatten(node: Node) -> Lines:
    return [f"{node.output} = {node.x}.reshape(-1)  # channels, rows, columns"]


def _dense(node: Node) -> Lines:
    row = "" if len(node.shape) == 1 else ".reshape(-1)"
    return [f"{node.output} = {node.named('weights')} @ {node.x}{row} + {node.named('bias')}"]


def _softmax(node: Node) -> Lines:
    y = node.output
    row = f".reshape({prod(node.shape)})"
    return [f"{y} = np.exp({node.x} - {node.x}.max()){'' if len(node.shape) == 1 else row}", f"{y} = {y} / {y}.sum()"]


def _normalization(node: Node) -> Lines:
    rank = len(node.shape)
    channel = CHANNEL[node.operation.kind](rank)
    cells = tuple(axis for axis in range(rank) if axis != channel)
    return normalised(node, Dialect("np", "np.mean({0}, axis={1}, keepdims=True)"), channel, cells)


def _batchnorm(node: Node) -> Lines:
    ones = len(node.shape) - 1
    mean, variance, scale, shift = (node.each(part, ones) for part in ("mean", "variance", "scale", "shift"))
    return [
        f"z = ({node.x} - {mean}) / np.sqrt({variance} + {node.operation.epsilon})",
        f"{node.output} = z * {scale} + {shift}",
    ]


def _gradient(node: Node, body: Lines) -> Lines:
    """The formula of the gradient; the body first, whose windows and sums it uses."""
    return [*body, "", *GRADIENTS[node.operation.noun, node.of](node)]


NUMPY = Framework(
    word="numpy",
    title="NumPy",
    needs="numpy",
    imports=("import numpy as np",),
    literal="np.array({}, dtype=np.float64)",
    enter=lambda *_: [],
    leave=lambda h, _: h,
    as_numpy="",
    gradient=_gradient,
    emitters={
        "convolution": _convolution,
        "transposed": _transposed,
        "pooling": _pooling,
        "unpooling": _unpooling,
        "pad": _pad,
        "upsampling": _upsampling,
        "activation": _activation,
        "flatten": _flatten,
        "dropout": philox,
        "dense": _dense,
        "addition": lambda node: [f"{node.output} = {' + '.join(node.inputs)}"],
        "concatenation": lambda node: [f"{node.output} = np.concatenate([{', '.join(node.inputs)}])"],
        "softmax": _softmax,
        "normalization": _normalization,
        "batchnorm": _batchnorm,
        "loss": lambda node: [loss_of(node, "numpy")],
    },
)
