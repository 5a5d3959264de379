"""Losses in every framework, a row each: of predictions x and a `target` to one number."""

from collections.abc import Mapping
from typing import NamedTuple


class Loss(NamedTuple):
    """A loss in NumPy, its gradient there, and the loss in PyTorch, Keras and JAX.

    `{n}` is how many predictions there are, `{delta}` the setting of huber, `{right}` the class that is right.
    """

    numpy: str
    gradient: str
    torch: str
    keras: str
    jax: str


POWERS = "np.exp(x - x.max())"
SOFTMAX = f"{POWERS} / {POWERS}.sum()"
LOG_SUM = f"x.max() + np.log({POWERS}.sum())"
LOSSES: Mapping[str, Loss] = {
    "cross-entropy": Loss(
        f"np.sum(target * ({LOG_SUM} - x))", f"{SOFTMAX} * target.sum() - target",
        'F.cross_entropy(x[None], target[None], weight=None, reduction="mean", label_smoothing=0.0)',
        "-keras.ops.sum(target * keras.ops.log_softmax(x, axis=-1))",
        "-jnp.sum(target * jax.nn.log_softmax(x, axis=-1))"),
    "binary-cross-entropy": Loss(
        "np.mean(np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x))))",
        "(1 / (1 + np.exp(-x)) - target) / {n}",
        'F.binary_cross_entropy_with_logits(x, target, weight=None, pos_weight=None, reduction="mean")',
        "keras.ops.sum(keras.ops.softplus(x) - x * target) / {n}",
        "jnp.mean(jax.nn.softplus(x) - x * target)"),
    "mse": Loss(
        "np.mean((x - target) ** 2)", "2 * (x - target) / {n}", 'F.mse_loss(x, target, reduction="mean")',
        "keras.ops.sum((x - target) ** 2) / {n}", "jnp.mean((x - target) ** 2)"),
    "sse": Loss(
        "np.sum((x - target) ** 2)", "2 * (x - target)", 'F.mse_loss(x, target, reduction="sum")',
        "keras.ops.sum((x - target) ** 2)", "jnp.sum((x - target) ** 2)"),
    "mae": Loss(
        "np.mean(np.abs(x - target))", "np.sign(x - target) / {n}", 'F.l1_loss(x, target, reduction="mean")',
        "keras.ops.sum(keras.ops.abs(x - target)) / {n}", "jnp.mean(jnp.where(x == target, 0.0, jnp.abs(x - target)))"),
    "huber": Loss(
        "np.mean(np.where(np.abs(x - target) <= {delta}, (x - target) ** 2 / 2, "
        "{delta} * (np.abs(x - target) - {delta} / 2)))",
        "np.clip(x - target, -{delta}, {delta}) / {n}",
        'F.huber_loss(x, target, reduction="mean", delta={delta})',
        "keras.ops.sum(keras.ops.where(keras.ops.abs(x - target) <= {delta}, (x - target) ** 2 / 2, "
        "{delta} * (keras.ops.abs(x - target) - {delta} / 2))) / {n}",
        "jnp.mean(jnp.where(jnp.abs(x - target) <= {delta}, (x - target) ** 2 / 2, "
        "{delta} * (jnp.abs(x - target) - {delta} / 2)))"),
    "hinge": Loss(
        "np.sum(np.maximum(0, x - x[{right}] + 1)) - 1",
        "np.where(target == 1, 1 - np.sum(x - x[{right}] + 1 > 0), x - x[{right}] + 1 > 0)",
        'F.multi_margin_loss(x, torch.tensor({right}), p=1, margin=1.0, weight=None, reduction="sum") * {n}',
        "keras.ops.sum(keras.ops.relu(x - x[{right}] + 1)) - 1",
        "jnp.sum(jax.nn.relu(x - x[{right}] + 1)) - 1"),
    "binary-hinge": Loss(
        "np.mean(np.maximum(0, 1 - target * x))", "np.where(1 - target * x > 0, -target, 0) / {n}",
        "F.relu(1 - target * x).mean()", "keras.ops.sum(keras.ops.relu(1 - target * x)) / {n}",
        "jnp.mean(jax.nn.relu(1 - target * x))"),
}  # fmt: skip
"""Kind → loss. The hinge of the right class with itself is 1, which the sums subtract again."""
