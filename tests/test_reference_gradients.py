"""Every gradient of the table against PyTorch's autograd. `make reference` installs it and runs this."""

import numpy as np
import pytest

from cnnstep.engine.gradients import GRADIENTS, INPUT
from cnnstep.engine.losses import CLASS
from tests.gradients import CASES
from tests.test_every_gradient import FIELDS, upstream

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make reference` installs it")
functional = torch.nn.functional
CONVOLVE = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}
MAX = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}
MODES = {
    "zeros": "constant",
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "replicate",
    "circular": "circular",
}
UPSAMPLE = {1: "linear", 2: "bilinear", 3: "trilinear"}
NAMES = {
    "relu": functional.relu, "relu6": functional.relu6, "leaky-relu": lambda x: functional.leaky_relu(x, 0.01),
    "selu": functional.selu, "gelu": functional.gelu, "gelu-tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu, "hardswish": functional.hardswish, "mish": functional.mish,
    "softplus": lambda x: functional.softplus(x, threshold=60), "sigmoid": torch.sigmoid,
    "hard-sigmoid": lambda x: torch.clamp(x / 6 + 0.5, 0, 1), "tanh": torch.tanh, "hard-tanh": functional.hardtanh,
    "elu": functional.elu, "identity": lambda x: x * 1, "step": lambda x: (x >= 0) + x * 0,
    "scaled-tanh": lambda x: 1.7159 * torch.tanh(2 * x / 3),
}  # fmt: skip


def sides(axes):
    """Padding as PyTorch takes it: the last axis first."""
    return [side for axis in reversed(axes) for side in (axis.before, axis.after)]


def of_convolution(case, x, made):
    operation = case.operation
    axes = operation.sizes(case.x.shape).axes
    w = made.get("kernel", torch.tensor(operation.bank.weights))
    b = made.get("bias", torch.tensor(operation.bias))
    settings = {"stride": [a.stride for a in axes], "dilation": [a.dilation for a in axes], "groups": operation.groups}
    return CONVOLVE[operation.axes](functional.pad(x[None], sides(axes)), w, b, **settings)[0]


def of_transposed(case, x, made):
    operation = case.operation
    axes = operation.sizes(case.x.shape).axes
    w = made.get("kernel", torch.tensor(operation.bank.weights))
    b = made.get("bias", torch.tensor(operation.bias))
    whole = TRANSPOSED[operation.axes](
        x[None], w, b, [a.stride for a in axes], 0, [a.output_padding for a in axes], operation.groups,
        [a.dilation for a in axes],
    )[0]  # fmt: skip
    return whole[(slice(None), *(slice(a.before, a.before + a.output) for a in axes))]


def of_pooling(case, x, _):
    """A window's cells as a row: its largest, its mean, its norm, its median."""
    operation, axes = case.operation, case.operation.sizes(case.x.shape).axes
    reach = [max(0, a.reach - a.before - a.input) for a in axes]
    around = [side for a, after in zip(reversed(axes), reversed(reach), strict=True) for side in (a.before, after)]
    wide = functional.pad(x, around, value=float("nan"))
    zeros = functional.pad(torch.zeros_like(x), sides(axes))
    zeros = functional.pad(zeros, [n for a, b in zip(reversed(wide.shape[1:]), reversed(zeros.shape[1:]), strict=True)
                                   for n in (0, a - b)], value=1.0)  # fmt: skip
    cells = []
    for index in np.ndindex(*(a.output for a in axes)):
        where = tuple(
            slice(i * a.stride, i * a.stride + a.extent, a.dilation) for i, a in zip(index, axes, strict=True)
        )
        every, hangs = wide[(slice(None), *where)].flatten(1), zeros[(slice(None), *where)].flatten(1)[0]
        found = every[:, ~torch.isnan(every[0])]
        count = int((hangs == 0).sum()) if operation.include_padding else found.shape[1]
        cells.append(reduced(operation, found, count))
    return torch.stack(cells, 1).reshape(len(x), *(a.output for a in axes))


def reduced(operation, found, count):
    if operation.kind in {"max", "min"}:
        return getattr(found, operation.kind)(1).values
    if operation.kind == "average":
        return found.sum(1) / count
    if operation.kind == "lp":
        return torch.linalg.vector_norm(found, operation.power, 1)
    ordered, n = found.sort(1).values, found.shape[1]
    return (ordered[:, (n - 1) // 2] + ordered[:, n // 2]) / 2


def of_unpooling(case, values, _):
    pooling = case.operation.pooling
    axes = pooling.sizes(case.x[1].shape).axes
    places = torch.tensor(case.operation.bind(case.x).switches())
    made = torch.zeros(len(values), case.x[1][0].size, dtype=torch.float64)
    for window in range(places.shape[1]):  # of several for one place the last stays
        made = made.scatter(1, places[:, window : window + 1], values.flatten(1)[:, window : window + 1])
    return made.reshape(case.x[1].shape), axes


def of_normalization(case, x, made):
    operation = case.operation
    scale = made.get("scale", torch.tensor(np.asarray(operation.scale, dtype=float)))
    shift = made.get("shift", torch.tensor(np.asarray(operation.shift, dtype=float)))
    axis = operation.bind(case.x).axis
    alike = [i for i in range(x.ndim) if i != axis]
    z = (x - x.mean(alike, keepdim=True)) / (x.var(alike, unbiased=False, keepdim=True) + operation.epsilon).sqrt()
    if axis is not None:
        shape = [-1 if i == axis else 1 for i in range(x.ndim)]
        scale, shift = (each.reshape(shape) if each.numel() > 1 else each for each in (scale, shift))
    return z * scale + shift


def of_batchnorm(case, x, made):
    operation, channels = case.operation, len(case.x)
    numbers = [made.get(n, torch.tensor(np.asarray(getattr(operation, n), dtype=float))).expand(channels)
               for n in ("mean", "variance", "scale", "shift")]  # fmt: skip
    return functional.batch_norm(x[None], *numbers, eps=operation.epsilon)[0]


def of_activation(case, x, made):
    operation = case.operation
    if operation.name == "prelu":
        slopes = made.get("slope", torch.tensor(operation.parameters, dtype=torch.float64))
        return functional.prelu(x[None], slopes)[0] if slopes.numel() > 1 else torch.where(x > 0, x, slopes * x)
    if operation.parameter is not None:
        return {"leaky-relu": functional.leaky_relu, "elu": functional.elu}[operation.name](x, operation.parameter)
    return NAMES[operation.name](x)


def of_loss(case, x, _):
    operation, target = case.operation, torch.tensor(np.asarray(case.operation.target))
    values = target.to(torch.float64)
    if operation.kind == "hinge":
        if target.ndim:
            return functional.relu(1 - values * x).mean().reshape(1)
        return (functional.relu(x - x[target] + 1).sum() - 1).reshape(1)
    is_class = CLASS in operation.rule.targets and not target.ndim
    made = {
        "cross-entropy": lambda: functional.cross_entropy(
            x[None], (target if is_class else values)[None], label_smoothing=operation.smoothing
        ),
        "binary-cross-entropy": lambda: functional.binary_cross_entropy_with_logits(x, values),
        "mse": lambda: functional.mse_loss(x, values), "sse": lambda: functional.mse_loss(x, values, reduction="sum"),
        "mae": lambda: functional.l1_loss(x, values), "huber": lambda: functional.huber_loss(x, values),
    }[operation.kind]()  # fmt: skip
    return made.reshape(1)


def of_pad(case, x, _):
    operation, axes = case.operation, case.operation.sizes(case.x.shape).axes
    value = {"value": float(operation.pad_value)} if MODES[operation.pad_mode] == "constant" else {}
    return functional.pad(x[None], sides(axes), mode=MODES[operation.pad_mode], **value)[0]


def of_upsampling(case, x, _):
    operation = case.operation
    mode = "nearest" if operation.kind == "nearest" else UPSAMPLE[operation.axes]
    corners = {} if mode == "nearest" else {"align_corners": False}
    size = operation.output_shape(case.x.shape)[1:]
    return functional.interpolate(x[None], size=size, mode=mode, **corners)[0]


def of_dense(case, x, made):
    operation = case.operation
    w = made.get("weights", torch.tensor(np.asarray(operation.weights)))
    return w @ x.flatten() + made.get("bias", torch.tensor(np.array(operation.bias)))


def of_dropout(case, x, _):
    mask = np.ones(case.x.shape) if case.operation.inference else case.operation.bind(case.x).kept()
    return x * torch.tensor(mask * case.operation.factor)


PEERS = {
    "convolution": of_convolution,
    "transposed": of_transposed,
    "dense": of_dense,
    "pooling": of_pooling,
    "unpooling": lambda case, x, made: of_unpooling(case, x[0], made)[0],
    "upsampling": of_upsampling,
    "pad": of_pad,
    "activation": of_activation,
    "dropout": of_dropout,
    "flatten": lambda _, x, __: x.flatten(),
    "addition": lambda _, x, __: sum(x),
    "concatenation": lambda _, x, __: torch.cat(x),
    "softmax": lambda _, x, __: functional.softmax(x, 0),
    "normalization": of_normalization,
    "batchnorm": of_batchnorm,
    "loss": of_loss,
}
"""Operation → the same in PyTorch, of a case, its input and what else requires a gradient."""


def test_every_operation_has_a_peer():
    assert set(PEERS) == set(CASES)


@pytest.mark.parametrize("noun", CASES)
def test_against_autograd(noun):
    if noun not in GRADIENTS:
        pytest.skip("its gradients are still to come")
    for name, case in CASES[noun]():
        given = case.x if isinstance(case.x, tuple) else (case.x,)
        x = tuple(torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in given)
        made = {of: parameter(case, of) for of in case.operation.learnable}
        y = PEERS[noun](case, x if isinstance(case.x, tuple) else x[0], made)
        ours = case.operation.output(case.x)
        np.testing.assert_allclose(y.detach().numpy(), ours.astype(float), rtol=1e-9, atol=1e-9, err_msg=name)
        g = upstream(ours.shape)
        y.backward(torch.tensor(g))
        for of in (*made, INPUT):
            found = case.operation.gradient(of, case.x).output(g).ravel().astype(float)
            leaves = [x[n] for n in case.varied] if of == INPUT else [made[of]]
            expected = np.concatenate([leaf.grad.numpy().ravel() for leaf in leaves])
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=f"{name}: {of}")


def parameter(case, of):
    """What is learned, as a tensor: as large as its gradient is."""
    operation = case.operation
    held = getattr(operation, FIELDS.get(of, of))
    held = operation.parameters if of == "slope" else held
    like = operation.gradient(of, case.x).output(upstream(operation.output(case.x).shape))
    value = np.broadcast_to(np.asarray(held, dtype=float).reshape(-1) if np.size(held) != 1 else held, like.size)
    return torch.tensor(value.reshape(like.shape).astype(float), requires_grad=True)


def test_a_tie_and_a_corner_are_theirs_too():
    x = torch.ones(1, 2, 2, requires_grad=True)
    MAX[2](x, 2).sum().backward()
    assert x.grad.tolist() == [[[1, 0], [0, 0]]]
    zero = torch.zeros(1, requires_grad=True)
    functional.relu(zero).sum().backward()
    assert zero.grad.tolist() == [0]
