"""Keras 3: a batch of one with channels last, (1, rows, columns, C), and keras.ops with every default written out."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from cnnstep.frameworks.formulas import CHANNEL, CONSTANTS, Dialect, blended, normalised, rooted
from cnnstep.frameworks.framework import Framework, activation_of, kernel_lines, loss_of, philox
from cnnstep.frameworks.nodes import Lines, Node, written
from cnnstep.frameworks.windows import Sides, around, is_any, parts, reached, uncut

TENSOR = "keras.ops.convert_to_tensor({})"


def _last(rank: int) -> str:
    """The order of axes, with a batch before them, that puts the channels last."""
    return written([0, *range(2, rank + 1), 1])


def _first(rank: int) -> str:
    """The order that puts them first again."""
    return written([0, rank, *range(1, rank)])


def _enter(h: str, x: str, rank: int) -> Lines:
    if rank == 1:
        return [f"{h} = {x}[None]  # a batch of one"]
    return [f"{h} = keras.ops.transpose({x}[None], {_last(rank)})  # a batch of one, channels last"]


def _leave(h: str, rank: int) -> str:
    return f"{h}[0]" if rank == 1 else f"keras.ops.transpose({h}, {_first(rank)})[0]"


def padded(h: str, sides: Sides, value: Any = "0.0") -> str:
    """The call that surrounds a map with a constant."""
    each = written([(0, 0), *sides, (0, 0)])
    return f'keras.ops.pad({h}, {each}, mode="constant", constant_values={value})'


def _surrounded(node: Node) -> Lines:
    """A map with the padding of its mode: what is no constant is copied from where the mode says."""
    border, h, read, lines = node.bound.border, node.output, node.x, []
    if border.mode in CONSTANTS:
        return [f"{h} = {padded(read, around(node.axes), float(border.value))}"]
    for number, axis in enumerate(node.axes, 1):
        if axis.before or axis.after:
            cells = border.source(range(-axis.before, axis.input + axis.after), axis.input).tolist()
            lines.append(f"{h} = keras.ops.take({read}, {cells}, axis={number})  # {border.mode}")
            read = h
    return lines or [f"{h} = {read}"]


def _layout(node: Node, then: str) -> tuple[Lines, str]:
    axes = range(2, 2 + len(node.axes))
    order = written([*axes, 1, 0])
    lines, kernel = kernel_lines(node, "keras.ops.flip({}, {})", f"keras.ops.transpose({{}}, {order})")
    lines[-1] += f"  # {then}"
    return lines, kernel


def _convolution(node: Node) -> Lines:
    is_padded, h = is_any(around(node.axes)), node.output
    before, kernel = _layout(node, "window, channels, filters")
    return [
        *before,
        *(_surrounded(node) if is_padded else []),
        f"{h} = keras.ops.conv(",
        f'    {h if is_padded else node.x}, {kernel}, strides={node.per_axis("stride")}, padding="valid",',
        f'    data_format="channels_last", dilation_rate={node.per_axis("dilation")},',
        f") + {node.named('bias')}",
    ]


def _transposed(node: Node) -> Lines:
    h = node.output
    before, kernel = _layout(node, "window, filters, channels")
    grown = [(0, max(0, a.before + a.output - ((a.input - 1) * a.stride + a.extent))) for a in node.axes]
    return [
        *before,
        f"{h} = keras.ops.conv_transpose(",
        f'    {node.x}, {kernel}, strides={node.per_axis("stride")}, padding="valid", output_padding=None,',
        f'    data_format="channels_last", dilation_rate={node.per_axis("dilation")},',
        ")",
        *([f"{h} = {padded(h, grown)}  # output padding"] if is_any(grown) else []),
        f"{h} = {h}[:, {uncut(node.axes)}] + {node.named('bias')}",
    ]


def _pool(node: Node, function: str, h: str) -> str:
    return (
        f"keras.ops.{function}(\n    {h}, pool_size={node.per_axis('kernel')}, strides={node.per_axis('stride')},"
        ' padding="valid", data_format="channels_last",\n)'
    )


def _extreme(sign: str) -> Callable[[Node], Lines]:
    """Max pooling; min pooling is that of the negative."""

    def lines(node: Node) -> Lines:
        sides, read = reached(node.axes), f"{sign}{node.x}"
        rim = f"{node.output} = {padded(read, sides, '-np.inf')}  # nothing stands there"
        made = f"{node.output} = {sign}{_pool(node, 'max_pool', node.output if is_any(sides) else read)}"
        return [rim, made] if is_any(sides) else [made]

    return lines


def _average(node: Node) -> Lines:
    """The mean of every window, over the share of its cells that count."""
    h, sides, ones = node.output, reached(node.axes), f"keras.ops.ones_like({node.x})"
    if not is_any(sides):
        return [f"{h} = {_pool(node, 'average_pool', node.x)}"]
    counted = padded(ones, sides)
    if node.operation.include_padding:
        padding, beyond = parts(node.axes)
        counted = padded(padded(ones, padding, "1.0"), beyond)
    return [
        f"counted = {counted}  # 1 where a cell counts",
        f"{h} = {padded(node.x, sides)}",
        f"{h} = {_pool(node, 'average_pool', h)} / {_pool(node, 'average_pool', 'counted')}",
    ]


def _lp(node: Node) -> Lines:
    p, size = float(node.operation.power), prod(axis.kernel for axis in node.axes)
    read = padded(f"keras.ops.abs({node.x}) ** {p}", reached(node.axes))
    total = f"{size} * {_pool(node, 'average_pool', node.output)}"
    return [f"{node.output} = {read}", f"total = {total}", rooted(node, "keras.ops.where")]


POOLS: Mapping[str, Callable[[Node], Lines]] = {
    "max": _extreme(""),
    "min": _extreme("-"),
    "average": _average,
    "lp": _lp,
}
"""Kind of pooling → its lines."""


def _upsampling(node: Node) -> Lines:
    lines, read = [], node.x
    for number, axis in enumerate(node.axes, 1):
        if node.bound.is_linear:
            lines += blended("keras.ops", TENSOR, (node.output, read), number, axis, 2 + len(node.axes))
        else:
            lines.append(f"{node.output} = keras.ops.repeat({read}, {axis.factor}, axis={number})")
        read = node.output
    return lines


def _row(node: Node) -> str:
    """All cells in one row, in the order channels, rows, columns, which is not that of a map with channels last."""
    rank = len(node.shape)
    return node.x if rank == 1 else f"keras.ops.reshape(keras.ops.transpose({node.x}, {_first(rank)}), (1, -1))"


def _map(node: Node) -> str:
    """Dropout's draws, laid out as the map."""
    return "kept" if len(node.shape) == 1 else "np.moveaxis(kept, 0, -1)"


def _dense(node: Node) -> Lines:
    kernel = f"keras.ops.transpose({node.named('weights')})"
    return [
        f"{node.output} = {_row(node)}",
        f"{node.output} = {node.output} @ {kernel} + {node.named('bias')}  # kernel: inputs, units",
    ]


NORMALIZED = Dialect("keras.ops", "keras.ops.sum({0}, axis={1}, keepdims=True) / {2}", "keras.ops.moveaxis({}, 0, -1)")
"""Sums, since keras.ops.mean works in float32."""


def _normalization(node: Node) -> Lines:
    rank = len(node.shape)
    if node.is_batch:
        return normalised(node, NORMALIZED, 1, (0, 2, 3))
    channel = CHANNEL[node.operation.kind](rank)
    cells = tuple(range(1, rank)) if channel is not None else tuple(range(1, rank + 1))
    return normalised(node, NORMALIZED, None if channel is None else rank, cells)


def _batchnorm(node: Node) -> Lines:
    channels = node.shape[0]
    parts = [
        f"keras.ops.broadcast_to({node.named(part)}, ({channels},))" for part in ("mean", "variance", "shift", "scale")
    ]
    mean, variance, shift, scale = parts
    return [
        f"{node.output} = keras.ops.batch_normalization(",
        f"    {node.x}, {mean}, {variance}, axis=-1,",
        f"    offset={shift}, scale={scale}, epsilon={node.operation.epsilon},",
        ")",
    ]


def _gradient(node: Node, body: Lines) -> Lines:
    """Autograd of the backend, which is PyTorch's."""
    return [
        f"{node.leaf}.requires_grad_(True)  # a tensor of the backend, PyTorch",
        *body,
        "y.backward(upstream)",
        f"gradient = {node.leaf}.grad",
    ]


KERAS = Framework(
    word="keras",
    title="Keras",
    needs="keras, torch (its backend) and numpy",
    imports=(
        "import os", "", 'os.environ.setdefault("KERAS_BACKEND", "torch")',
        'os.environ.setdefault("KERAS_TORCH_DEVICE", "cpu")  # not every device has float64', "",
        "import keras", "import numpy as np", "",
        'keras.config.set_floatx("float64")',
    ),
    literal='keras.ops.convert_to_tensor({}, dtype="float64")',
    enter=_enter,
    leave=_leave,
    as_numpy="keras.ops.convert_to_numpy({})",
    gradient=_gradient,
    emitters={
        "convolution": _convolution,
        "transposed": _transposed,
        "pooling": lambda node: POOLS[node.operation.kind](node),
        "pad": _surrounded,
        "upsampling": _upsampling,
        "activation": lambda node: [activation_of(node, "keras", "keras.ops", 0)],
        "flatten": lambda node: [f"{node.output} = {_row(node)}  # channels, rows, columns"],
        "dropout": lambda node: philox(node, TENSOR.format(f"{_map(node)}.astype(np.float64)")),
        "dense": _dense,
        "addition": lambda node: [f"{node.output} = {' + '.join(node.inputs)}"],
        "concatenation": lambda node: [f"{node.output} = keras.ops.concatenate([{', '.join(node.inputs)}], axis=-1)"],
        "softmax": lambda node: [f"{node.output} = keras.ops.softmax({_row(node)}, axis=-1)"],
        "normalization": _normalization,
        "batchnorm": _batchnorm,
        "loss": lambda node: [loss_of(node, "keras")],
    },
)  # fmt: skip
