"""Activations in every framework, a row each; `{x}` is the variable that they read, `{a}` their parameter."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cnnstep.engine.activations import CUBIC, LECUN, SELU_ALPHA, SELU_SCALE


class Activation(NamedTuple):
    """A function in NumPy, its derivative there, and the function in PyTorch, Keras and JAX."""

    numpy: str
    slope: str
    torch: str
    keras: str
    jax: str


SIGMOID = "1 / (1 + np.exp(-{x}))"
SOFTPLUS = "np.maximum({x}, 0) + np.log1p(np.exp(-np.abs({x})))"
INNER = f"np.tanh(np.sqrt(2 / np.pi) * ({{x}} + {CUBIC} * {{x}} ** 3))"
NORMAL = "(1 + np.vectorize(erf)({x} / np.sqrt(2))) / 2"
LEAKY = "np.where({x} >= 0, {x}, {a} * {x})"
LEAKY_SLOPE = "np.where({x} >= 0, 1, {a})"
ACTIVATIONS: Mapping[str, Activation] = {
    "relu": Activation(
        "np.maximum({x}, 0)", "np.where({x} > 0, 1, 0)", "F.relu({x})", "keras.ops.relu({x})", "jax.nn.relu({x})"),
    "relu6": Activation(
        "np.minimum(np.maximum({x}, 0), 6)", "np.where(({x} > 0) & ({x} < 6), 1, 0)",
        "F.relu6({x})", "keras.ops.relu6({x})", "jax.nn.relu6({x})"),
    "leaky-relu": Activation(
        LEAKY, LEAKY_SLOPE, "F.leaky_relu({x}, negative_slope={a})",
        "keras.ops.leaky_relu({x}, negative_slope={a})", "jax.nn.leaky_relu({x}, negative_slope={a})"),
    "prelu": Activation(
        LEAKY, LEAKY_SLOPE, "torch.where({x} >= 0, {x}, {a} * {x})",
        "keras.ops.where({x} >= 0, {x}, {a} * {x})", "jnp.where({x} >= 0, {x}, {a} * {x})"),
    "elu": Activation(
        "np.where({x} >= 0, {x}, {a} * np.expm1(np.minimum({x}, 0)))",
        "np.where({x} >= 0, 1, {a} * np.exp(np.minimum({x}, 0)))",
        "F.elu({x}, alpha={a})", "keras.ops.elu({x}, alpha={a})", "jax.nn.elu({x}, alpha={a})"),
    "selu": Activation(
        f"{SELU_SCALE} * np.where({{x}} >= 0, {{x}}, {SELU_ALPHA} * np.expm1(np.minimum({{x}}, 0)))",
        f"{SELU_SCALE} * np.where({{x}} >= 0, 1, {SELU_ALPHA} * np.exp(np.minimum({{x}}, 0)))",
        "F.selu({x})", "keras.ops.selu({x})", "jax.nn.selu({x})"),
    "gelu": Activation(
        f"{{x}} * {NORMAL}", f"{NORMAL} + {{x}} * np.exp(-({{x}} ** 2) / 2) / np.sqrt(2 * np.pi)",
        'F.gelu({x}, approximate="none")', "keras.ops.gelu({x}, approximate=False)",
        "jax.nn.gelu({x}, approximate=False)"),
    "gelu-tanh": Activation(
        f"{{x}} * (1 + {INNER}) / 2",
        f"(1 + {INNER}) / 2 + {{x}} / 2 * (1 - {INNER} ** 2) * np.sqrt(2 / np.pi) * (1 + 3 * {CUBIC} * {{x}} ** 2)",
        'F.gelu({x}, approximate="tanh")', "keras.ops.gelu({x}, approximate=True)",
        "jax.nn.gelu({x}, approximate=True)"),
    "silu": Activation(
        "{x} / (1 + np.exp(-{x}))", f"(1 + {{x}} * (1 - {SIGMOID})) * {SIGMOID}",
        "F.silu({x})", "keras.ops.silu({x})", "jax.nn.silu({x})"),
    "hardswish": Activation(
        "{x} * np.minimum(np.maximum({x} + 3, 0), 6) / 6",
        "np.where({x} <= -3, 0, np.where({x} >= 3, 1, (2 * {x} + 3) / 6))",
        "F.hardswish({x})", "keras.ops.hard_silu({x})", "jax.nn.hard_swish({x})"),
    "mish": Activation(
        f"{{x}} * np.tanh({SOFTPLUS})",
        f"np.tanh({SOFTPLUS}) + {{x}} * {SIGMOID} * (1 - np.tanh({SOFTPLUS}) ** 2)",
        "F.mish({x})", "{x} * keras.ops.tanh(keras.ops.softplus({x}))", "jax.nn.mish({x})"),
    "softplus": Activation(
        SOFTPLUS, SIGMOID, "F.softplus({x}, beta=1, threshold=40)",
        "keras.ops.softplus({x})", "jax.nn.softplus({x})"),
    "sigmoid": Activation(
        SIGMOID, "1 / (1 + np.exp(-{x})) / (1 + np.exp({x}))",
        "torch.sigmoid({x})", "keras.ops.sigmoid({x})", "jax.nn.sigmoid({x})"),
    "hard-sigmoid": Activation(
        "np.minimum(np.maximum({x} + 3, 0), 6) / 6", "np.where(({x} > -3) & ({x} < 3), 1 / 6, 0)",
        "F.hardsigmoid({x})", "keras.ops.hard_sigmoid({x})", "jax.nn.hard_sigmoid({x})"),
    "tanh": Activation(
        "np.tanh({x})", "1 - np.tanh({x}) ** 2", "torch.tanh({x})", "keras.ops.tanh({x})", "jnp.tanh({x})"),
    "scaled-tanh": Activation(
        f"{LECUN} * np.tanh(2 * {{x}} / 3)", f"{LECUN} * 2 / 3 * (1 - np.tanh(2 * {{x}} / 3) ** 2)",
        f"{LECUN} * torch.tanh(2 * {{x}} / 3)", f"{LECUN} * keras.ops.tanh(2 * {{x}} / 3)",
        f"{LECUN} * jnp.tanh(2 * {{x}} / 3)"),
    "hard-tanh": Activation(
        "np.maximum(np.minimum({x}, 1), -1)", "np.where(({x} > -1) & ({x} < 1), 1, 0)",
        "F.hardtanh({x}, min_val=-1.0, max_val=1.0)", "keras.ops.hard_tanh({x})", "jax.nn.hard_tanh({x})"),
    "step": Activation(
        "np.where({x} >= 0, 1.0, 0.0)", "np.zeros({x}.shape)", "torch.where({x} >= 0, 1.0, 0.0) + 0 * {x}",
        "keras.ops.where({x} >= 0, 1.0, 0.0) + 0 * {x}", "jnp.where({x} >= 0, 1.0, 0.0) + 0 * {x}"),
    "identity": Activation("{x}", "np.ones({x}.shape)", "{x}", "{x}", "{x}"),
}  # fmt: skip
"""Name → its function. In the middle of relu6, hard-sigmoid and their like all four agree; their corners: `CORNERS`."""

NEEDS: Mapping[str, Sequence[str]] = {"gelu": ("from math import erf  # NumPy has none",)}
"""Name → what NumPy needs beside itself."""
CORNERS: Mapping[str, str] = {
    "relu6": "{np}.where(({x} > 0) & ({x} < 6), {x}, 6.0 * ({x} >= 6))",
    "leaky-relu": "{np}.where({x} >= 0, {x}, {a} * {x})",
    "elu": "{np}.where({x} >= 0, {x}, {a} * {np}.expm1({np}.where({x} >= 0, 0.0, {x})))",
    "selu": f"{SELU_SCALE} * {{np}}.where({{x}} >= 0, {{x}}, "
            f"{SELU_ALPHA} * {{np}}.expm1({{np}}.where({{x}} >= 0, 0.0, {{x}})))",
    "hardswish": "{np}.where({x} <= -3, 0.0 * {x}, {np}.where({x} >= 3, {x}, {x} * ({x} + 3) / 6))",
    "hard-sigmoid": "{np}.where(({x} > -3) & ({x} < 3), ({x} + 3) / 6, 1.0 * ({x} >= 3))",
    "hard-tanh": "{np}.where(({x} > -1) & ({x} < 1), {x}, 1.0 * ({x} >= 1) - 1.0 * ({x} <= -1))",
}  # fmt: skip
"""Name → how it is written where its derivative is asked for.

Frameworks choose other slopes in the corners: at 0 PyTorch gives leaky relu the slope below zero, cnnstep 1. Here
the corner belongs to the same side as in cnnstep's table.
"""
