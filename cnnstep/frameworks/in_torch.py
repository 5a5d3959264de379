"""PyTorch: a batch of one, (1, C, rows, columns), and torch.nn.functional with every default written out."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnstep.frameworks.formulas import CONSTANTS, rooted
from cnnstep.frameworks.framework import Framework, activation_of, kernel_lines, loss_of, philox
from cnnstep.frameworks.nodes import Lines, Node, written
from cnnstep.frameworks.windows import Sides, around, inside, is_any, is_even, pooled, reached, uncut

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
MODES = {"zeros": "constant"}
"""What PyTorch calls a padding mode, where that is another name."""


def padded(h: str, sides: Sides, mode: str = "zeros", value: Any = "0.0") -> str:
    """The call that surrounds a map; its numbers begin with the last axis."""
    each = written([cells for pair in reversed(sides) for cells in pair])
    told = f", value={value if value != 'nan' else 'torch.nan'}" if mode in CONSTANTS else ""
    return f'F.pad({h}, {each}, mode="{MODES.get(mode, mode)}"{told})'


def _convolution(node: Node) -> Lines:
    sides, border, h = around(node.axes), node.bound.border, node.output
    native = border.mode == "zeros" and is_even(sides)
    padding = written([a if native else 0 for a, _ in sides])
    apart = [] if native else [f"{h} = {padded(node.x, sides, border.mode, float(border.value))}"]
    before, kernel = kernel_lines(node, "torch.flip({}, dims={})")
    return [
        *before, *apart,
        f"{h} = F.conv{len(node.axes)}d(",
        f"    {h if apart else node.x}, {kernel}, bias={node.named('bias')}, stride={node.per_axis('stride')},",
        f"    padding={padding}, dilation={node.per_axis('dilation')}, groups={node.bound.sizes.groups},",
        ")",
    ]  # fmt: skip


def _transposed(node: Node) -> Lines:
    sides, h, groups = around(node.axes), node.output, node.bound.sizes.groups
    native = is_even(sides)
    before, kernel = kernel_lines(node, "torch.flip({}, dims={})")
    return [
        *before,
        f"{h} = F.conv_transpose{len(node.axes)}d(",
        f"    {node.x}, {kernel}, bias={node.named('bias')}, stride={node.per_axis('stride')},",
        f"    padding={written([a if native else 0 for a, _ in sides])},",
        f"    output_padding={node.per_axis('output_padding')}, groups={groups}, dilation={node.per_axis('dilation')},",
        ")",
        *([] if native else [f"{h} = {h}[:, :, {uncut(node.axes)}]  # the padding, which cuts away more on one side"]),
    ]


def _extreme(sign: str) -> Callable[[Node], Lines]:
    """Max pooling; min pooling is that of the negative."""

    def lines(node: Node) -> Lines:
        h, sides, axes = node.output, reached(node.axes), len(node.axes)
        rim = f"{h} = {padded(f'{sign}{node.x}', sides, value='-torch.inf')}  # nothing stands there"
        read = h if is_any(sides) else f"{sign}{node.x}"
        return [
            *([rim] if is_any(sides) else []),
            f"{h} = {sign}F.max_pool{axes}d(",
            f"    {read}, kernel_size={node.per_axis('kernel')}, stride={node.per_axis('stride')}, padding=0,",
            f"    dilation={node.per_axis('dilation')}, ceil_mode=False, return_indices=False,",
            ")",
        ]

    return lines


def _average(node: Node) -> Lines:
    sides, axes = around(node.axes), len(node.axes)
    halves = all(before <= axis.kernel // 2 for (before, _), axis in zip(sides, node.axes, strict=True))
    dilated = any(axis.dilation > 1 for axis in node.axes)
    if dilated or not halves or not is_even(sides) or reached(node.axes) != sides:
        return _of_windows("torch.nanmean({}, dim=-1)")(node)
    return [
        f"{node.output} = F.avg_pool{axes}d(",
        f"    {node.x}, kernel_size={node.per_axis('kernel')}, stride={node.per_axis('stride')},",
        f"    padding={written([before for before, _ in sides])}, ceil_mode=False,",
        f"    count_include_pad={node.operation.include_padding},",
        ")",
    ]


def _of_windows(function: str, name: str = "") -> Callable[[Node], Lines]:
    """A function of the cells of every window, on the last axis; NaN where there is nothing."""

    def lines(node: Node) -> Lines:
        made, read, h = [], node.x, node.output
        for sides, value, told in pooled(node):
            made.append(f"{h} = {padded(read, sides, value=value)}  # {told}")
            read = h
        taken = "".join(f".unfold({n}, {axis.extent}, {axis.stride})" for n, axis in enumerate(node.axes, 2))
        made.append(f"{h} = {read}{taken}")
        if any(axis.dilation > 1 for axis in node.axes):
            made.append(f"{h} = {h}[..., {', '.join(f'::{axis.dilation}' for axis in node.axes)}]")
        made.append(f"{h} = {h}.flatten({2 + len(node.axes)})  # the cells of every window, one after another")
        return [*made, f"{name or h} = {function.format(h, p=float(getattr(node.operation, 'power', 2)))}"]

    return lines


POOLS: Mapping[str, Callable[[Node], Lines]] = {
    "max": _extreme(""),
    "min": _extreme("-"),
    "average": _average,
    "lp": lambda node: [
        *_of_windows("torch.nansum(torch.abs({}) ** {p}, dim=-1)", "total")(node),
        rooted(node, "torch.where"),
    ],
    "median": _of_windows("torch.nanquantile({}, 0.5, dim=-1)"),
}
"""Kind of pooling → its lines. PyTorch's torch.median is the lower of two in the middle, its lp_pool has no padding."""


def _unpooling(node: Node) -> Lines:
    h, (values, x), axes = node.output, node.inputs, node.axes
    sides = reached(axes)
    size = written([a.input + sum(side) for a, side in zip(axes, sides, strict=True)])
    return [
        f"{h} = {padded(x, sides, value='-torch.inf')}",
        f"_, places = F.max_pool{len(axes)}d(",
        f"    {h}, kernel_size={node.per_axis('kernel')}, stride={node.per_axis('stride')}, padding=0,",
        f"    dilation={node.per_axis('dilation')}, ceil_mode=False, return_indices=True,",
        ")",
        f"{h} = torch.zeros({h}.shape[:2] + {size}, dtype=torch.float64).flatten(2)",
        f"{h} = {h}.scatter(2, places.flatten(2), {values}.flatten(2)).reshape({h}.shape[:2] + {size})",
        f"{h} = {h}[:, :, {inside(axes)}]",
    ]


def _pad(node: Node) -> Lines:
    border = node.bound.border
    return [f"{node.output} = {padded(node.x, around(node.axes), border.mode, float(border.value))}"]


def _upsampling(node: Node) -> Lines:
    factor = written([float(axis.factor) for axis in node.axes])
    mode = LINEAR[len(node.axes)] if node.bound.is_linear else "nearest"
    corners = ", align_corners=False" if node.bound.is_linear else ""
    return [f'{node.output} = F.interpolate({node.x}, scale_factor={factor}, mode="{mode}"{corners})']


def _dense(node: Node) -> Lines:
    row = f"torch.flatten({node.x}, start_dim=1)" if len(node.shape) > 1 else node.x
    return [f"{node.output} = F.linear({row}, {node.named('weights')}, bias={node.named('bias')})"]


def _layer(node: Node) -> Lines:
    shape = written(node.shape)
    scale, shift = (f"{node.named(part)}.expand({shape})" for part in ("scale", "shift"))
    return [
        f"{node.output} = F.layer_norm(",
        f"    {node.x}, normalized_shape={shape}, weight={scale}, bias={shift}, eps={node.operation.epsilon},",
        ")",
    ]


def _instance(node: Node) -> Lines:
    channels = node.shape[0] if len(node.shape) > 1 else 1
    scale, shift = (f"{node.named(part)}.expand({channels})" for part in ("scale", "shift"))
    read = node.x if len(node.shape) > 1 else f"{node.x}[:, None]"
    out = "" if len(node.shape) > 1 else "[:, 0]"
    return [
        f"{node.output} = F.instance_norm(",
        f"    {read}, running_mean=None, running_var=None, weight={scale}, bias={shift},",
        f"    use_input_stats=True, momentum=0.1, eps={node.operation.epsilon},",
        f"){out}",
    ]


def _batch(node: Node) -> Lines:
    """By the statistics of the batch, or by running averages where there are any."""
    channels = node.shape[1] if node.is_batch else node.shape[0]
    given = node.operation.noun == "batchnorm"
    parts = ("scale", "shift", *(("mean", "variance") if given else ()))
    scale, shift, *running = (f"{node.named(part)}.expand({channels})" for part in parts)
    mean, variance = running or ("None", "None")
    return [
        f"{node.output} = F.batch_norm(",
        f"    {node.x}, running_mean={mean}, running_var={variance},",
        f"    weight={scale}, bias={shift}, training={not given}, momentum=0.1, eps={node.operation.epsilon},",
        ")",
    ]


NORMALIZATIONS: Mapping[str, Callable[[Node], Lines]] = {"layer": _layer, "instance": _instance, "batch": _batch}


def _gradient(node: Node, body: Lines) -> Lines:
    """Autograd: the body once forward, then back."""
    return [f"{node.leaf}.requires_grad_(True)", *body, "y.backward(upstream)", f"gradient = {node.leaf}.grad"]


TORCH = Framework(
    word="torch",
    title="PyTorch",
    needs="torch and numpy",
    imports=("import numpy as np", "import torch", "import torch.nn.functional as F"),
    literal="torch.tensor({}, dtype=torch.float64)",
    enter=lambda h, x, _: [f"{h} = {x}[None]  # a batch of one"],
    leave=lambda h, _: f"{h}[0]",
    as_numpy="{}.detach().numpy()",
    gradient=_gradient,
    emitters={
        "convolution": _convolution,
        "transposed": _transposed,
        "pooling": lambda node: POOLS[node.operation.kind](node),
        "unpooling": _unpooling,
        "pad": _pad,
        "upsampling": _upsampling,
        "activation": lambda node: [activation_of(node, "torch", "torch", len(node.shape) - 1)],
        "flatten": lambda node: [f"{node.output} = torch.flatten({node.x}, start_dim=1)  # channels, rows, columns"],
        "dropout": lambda node: philox(node, "torch.from_numpy(kept)"),
        "dense": _dense,
        "addition": lambda node: [f"{node.output} = {' + '.join(node.inputs)}"],
        "concatenation": lambda node: [f"{node.output} = torch.cat(({', '.join(node.inputs)}), dim=1)"],
        "softmax": lambda node: [f"{node.output} = torch.softmax({node.x}.flatten(1), dim=1)"],
        "normalization": lambda node: NORMALIZATIONS[node.operation.kind](node),
        "batchnorm": _batch,
        "loss": lambda node: [loss_of(node, "torch")],
    },
)
