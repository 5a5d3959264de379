"""JAX: a batch of one, (1, C, rows, columns), and jax.lax with the layout of every axis written out."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnstep.frameworks.formulas import CHANNEL, CONSTANTS, MODES, Dialect, normalised, rooted
from cnnstep.frameworks.framework import Framework, activation_of, kernel_lines, loss_of, philox
from cnnstep.frameworks.nodes import Lines, Node, written
from cnnstep.frameworks.windows import Sides, around, is_any, parts, pooled, reached

SPACE = {1: "W", 2: "HW", 3: "DHW"}
"""Spatial axes → their letters in `dimension_numbers`."""


def padded(x: str, sides: Sides, mode: str = "zeros", value: Any = "0.0") -> str:
    """The call that surrounds a map, neither its batch nor its channels: modes as NumPy calls them."""
    told = f", constant_values={value if value != 'nan' else 'jnp.nan'}" if mode in CONSTANTS else ""
    return f'jnp.pad({x}, {written([(0, 0), (0, 0), *sides])}, mode="{MODES.get(mode, mode)}"{told})'


def _correlated(node: Node, h: str, kernel: str, dilation: str, sides: Sides) -> Lines:
    """A convolution of `h`, whose cells stand `dilation` apart."""
    space, bias = SPACE[len(node.axes)], f"{node.named('bias')}.reshape({written((-1, *(1,) * len(node.axes)))})"
    stride = written([1 for _ in node.axes]) if dilation != written([1 for _ in node.axes]) else node.per_axis("stride")
    return [
        f"{node.output} = lax.conv_general_dilated(",
        f"    {h}, {kernel}, window_strides={stride}, padding={written(sides)},",
        f"    lhs_dilation={dilation}, rhs_dilation={node.per_axis('dilation')},",
        f'    dimension_numbers=("NC{space}", "OI{space}", "NC{space}"),',
        f"    feature_group_count={node.bound.sizes.groups},",
        f") + {bias}",
    ]


def _convolution(node: Node) -> Lines:
    sides, border, ones = around(node.axes), node.bound.border, written([1 for _ in node.axes])
    before, kernel = kernel_lines(node, "jnp.flip({}, {})")
    if border.mode == "zeros":
        return [*before, *_correlated(node, node.x, kernel, ones, sides)]
    pad = f"{node.output} = {padded(node.x, sides, border.mode, float(border.value))}"
    return [*before, pad, *_correlated(node, node.output, kernel, ones, [(0, 0) for _ in sides])]


def _transposed(node: Node) -> Lines:
    axes, groups = len(node.axes), node.bound.sizes.groups
    each, kernel = node.shape[0] // groups, node.named("kernel")
    order = ".swapaxes(0, 1)" if groups == 1 else (
        f".reshape({groups}, {each}, *{kernel}.shape[1:]).swapaxes(1, 2).reshape(-1, {each}, *{kernel}.shape[2:])"
    )  # fmt: skip
    turned = f"jnp.flip({{}}, {written(range(2, 2 + axes))}){order}"
    before, kernel = kernel_lines(node, "jnp.flip({}, {})", turned)
    told = f"# as a convolution of cells that stand {node.per_axis('stride')} apart, with the kernel turned"
    sides = [(a.extent - 1 - a.before, a.output - (a.input - 1) * a.stride - 1 + a.before) for a in node.axes]
    return [told, *before, *_correlated(node, node.x, kernel, node.per_axis("stride"), sides)]


def _reduced(node: Node, h: str, start: str, function: str, sides: Sides) -> str:
    """A reduction of every window."""
    sizes = [written([1, 1, *(getattr(a, name) for a in node.axes)]) for name in ("kernel", "stride", "dilation")]
    window, strides, dilation = sizes
    return (
        f"lax.reduce_window(\n    {h}, {start}, lax.{function}, window_dimensions={window}, window_strides={strides},\n"
        f"    padding={written([(0, 0), (0, 0), *sides])}, window_dilation={dilation},\n)"
    )


def _extreme(start: str, function: str) -> Callable[[Node], Lines]:
    return lambda node: [f"{node.output} = {_reduced(node, node.x, start, function, reached(node.axes))}"]


def _average(node: Node) -> Lines:
    ones, y, counted = f"jnp.ones({node.x}.shape)", node.output, reached(node.axes)
    if node.operation.include_padding and is_any(counted):
        padding, counted = parts(node.axes)
        ones = padded(ones, padding, value="1.0") + "  # padding counts"
    return [
        f"count = {ones}",
        f"count = {_reduced(node, 'count', '0.0', 'add', counted)}",
        f"{y} = {_reduced(node, node.x, '0.0', 'add', reached(node.axes))} / count",
    ]


def _lp(node: Node) -> Lines:
    p = float(node.operation.power)
    total = _reduced(node, f"jnp.abs({node.x}) ** {p}", "0.0", "add", reached(node.axes))
    return [f"total = {total}", rooted(node, "jnp.where")]


def _median(node: Node) -> Lines:
    """By windows that are gathered, with NaN where there is nothing."""
    lines, read, h, axes = [], node.x, node.output, len(node.axes)
    for sides, value, told in pooled(node):
        lines.append(f"{h} = {padded(read, sides, value=value)}  # {told}")
        read = h
    for number, axis in enumerate(node.axes):
        places = f"jnp.arange({axis.output})[:, None] * {axis.stride} + jnp.arange({axis.kernel}) * {axis.dilation}"
        # each axis becomes two: windows, and places in the window
        lines.append(f"{h} = jnp.take({read}, {places}, axis={2 + 2 * number})")
        read = h
    window = written([3 + 2 * number for number in range(axes)])
    return [*lines, f"{h} = jnp.nanmedian({h}, axis={window})"]


POOLS: Mapping[str, Callable[[Node], Lines]] = {
    "max": _extreme("-jnp.inf", "max"),
    "min": _extreme("jnp.inf", "min"),
    "average": _average,
    "lp": _lp,
    "median": _median,
}
"""Kind of pooling → its lines."""


def _pad(node: Node) -> Lines:
    border = node.bound.border
    return [f"{node.output} = {padded(node.x, around(node.axes), border.mode, float(border.value))}"]


def _upsampling(node: Node) -> Lines:
    lines, read = [], node.x
    if node.bound.is_linear:
        shape = written([1, node.shape[0], *(axis.output for axis in node.axes)])
        return [f'{node.output} = jax.image.resize({read}, {shape}, method="linear", antialias=False)']
    for number, axis in enumerate(node.axes, 2):
        lines.append(f"{node.output} = jnp.repeat({read}, {axis.factor}, axis={number})")
        read = node.output
    return lines


def _flatten(node: Node) -> Lines:
    return [f"{node.output} = {node.x}.reshape(1, -1)  # channels, rows, columns"]


def _dense(node: Node) -> Lines:
    row = "" if len(node.shape) == 1 else ".reshape(1, -1)"
    return [f"{node.output} = {node.x}{row} @ {node.named('weights')}.T + {node.named('bias')}"]


def _normalization(node: Node) -> Lines:
    rank, words = len(node.shape), Dialect("jnp", "jnp.mean({0}, axis={1}, keepdims=True)")
    channel = CHANNEL[node.operation.kind](rank)
    behind = 0 if node.is_batch else 1  # the axis of the batch
    cells = tuple(axis + behind for axis in range(rank) if axis != channel)
    return normalised(node, words, None if channel is None else channel + behind, cells)


def _batchnorm(node: Node) -> Lines:
    mean, variance, scale, shift = (
        node.each(part, len(node.shape) - 1) for part in ("mean", "variance", "scale", "shift")
    )
    return [
        f"{node.output} = ({node.x} - {mean}) / jnp.sqrt({variance} + {node.operation.epsilon}) * {scale} + {shift}"
    ]


def _gradient(node: Node, body: Lines) -> Lines:
    """The gradient of a function of one variable: L, each output times what arrives there."""
    return [
        "",
        f"def loss({node.leaf}):",
        *(f"    {line}" for line in body),
        "    return jnp.sum(y * upstream), y",
        "",
        "",
        f"(_, y), gradient = jax.value_and_grad(loss, has_aux=True)({node.leaf})",
    ]


JAX = Framework(
    word="jax",
    title="JAX",
    needs="jax and numpy",
    imports=(
        "import jax", "import jax.numpy as jnp", "import numpy as np", "from jax import lax", "",
        'jax.config.update("jax_enable_x64", True)  # float64: JAX takes float32 unless it is told',
    ),
    literal="jnp.array({}, dtype=jnp.float64)",
    enter=lambda h, x, _: [f"{h} = {x}[None]  # a batch of one"],
    leave=lambda h, _: f"{h}[0]",
    as_numpy="np.asarray({})",
    gradient=_gradient,
    emitters={
        "convolution": _convolution,
        "transposed": _transposed,
        "pooling": lambda node: POOLS[node.operation.kind](node),
        "pad": _pad,
        "upsampling": _upsampling,
        "activation": lambda node: [activation_of(node, "jax", "jnp", len(node.shape) - 1)],
        "flatten": _flatten,
        "dropout": philox,
        "dense": _dense,
        "addition": lambda node: [f"{node.output} = {' + '.join(node.inputs)}"],
        "concatenation": lambda node: [f"{node.output} = jnp.concatenate([{', '.join(node.inputs)}], axis=1)"],
        "softmax": lambda node: [f"{node.output} = jax.nn.softmax({node.x}.reshape(1, -1), axis=1)"],
        "normalization": _normalization,
        "batchnorm": _batchnorm,
        "loss": lambda node: [loss_of(node, "jax")],
    },
)  # fmt: skip
