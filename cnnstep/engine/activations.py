"""Activation functions as a table: each with its formula, its slope, its range and its use."""

from collections.abc import Callable
from functools import cache
from math import erf as exact_erf
from math import inf, pi, sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array

Function: TypeAlias = Callable[[Array, Any], Array]

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
LECUN = 1.7159
ROOT_2, ROOT_2_PI = sqrt(2), sqrt(2 * pi)
CUBIC = 0.044715


class Piece(NamedTuple):
    """The formula from `start` on, up to the next piece.

    `{x}` is the number, `{operand}` the number beside a sign or a power, `{minus}` its negative there; `{a}` is the
    parameter.
    """

    start: float
    formula: str


class Parameter(NamedTuple):
    """The number that an activation can be given: its name, and its usual value."""

    name: str
    usual: float


class Rule(NamedTuple):
    """A row of the table: f(x, a) and its slope f′(x, a), on arrays, and what people should know.

    `rational` functions also work on fractions, so that their values can be told exactly. Of a
    function of `one_pass` NumPy does the whole array faster than block by block.
    """

    formula: tuple[Piece, ...]
    slope_formula: str
    limits: tuple[str, str]
    use: str
    value: Function
    slope: Function
    parameter: Parameter | None = None
    rational: bool = False
    one_pass: bool = False


def sigmoid(x: Array) -> Array:
    """1 / (1 + e^(−x)); below −709, where e^(−x) overflows, 0."""
    with np.errstate(over="ignore"):
        result: Array = 1 / (1 + np.exp(-x))
    return result


def softplus(x: Array) -> Array:
    """ln(1 + e^x), without e^x of a large x: max(0, x) + ln(1 + e^(−|x|))."""
    result: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return result


def hardswish(x: Array) -> Array:
    """x·min(max(x + 3, 0), 6) / 6, from 3 on exactly x, and below −3 exactly 0."""
    bend = x * np.minimum(np.maximum(x + 3, 0), 6) / 6
    return np.where(x <= -3, 0, np.where(x >= 3, x, bend))


def mish_slope(x: Array) -> Array:
    """The derivative of mish: t + x·σ(x)·(1 − t²) with t = tanh(softplus(x))."""
    t = np.tanh(softplus(x))
    slope: Array = t + x * sigmoid(x) * (1 - t**2)
    return slope


ERF_END, ERF_STEP = 6, 1024


def erf(x: Array) -> Array:
    """The error function, by Taylor's series to the fourth power from the nearest of 12,289 nodes.

    With nodes 1/1024 apart the rest is below 10⁻¹⁶; the nodes themselves are Python's math.erf.
    """
    nodes, coefficients = _nodes()
    x = np.clip(x, -ERF_END, ERF_END)
    at = np.rint(x * ERF_STEP).astype(np.intp) + ERF_END * ERF_STEP
    d = x - nodes[at]
    result: Array = coefficients[4].take(at)
    for coefficient in coefficients[3::-1]:
        result *= d
        result += coefficient.take(at)
    return result


@cache
def _nodes() -> tuple[Array, list[Array]]:
    """Where erf is known, and there its value and Taylor coefficients."""
    nodes = np.arange(-ERF_END * ERF_STEP, ERF_END * ERF_STEP + 1) / ERF_STEP
    slope = 2 / sqrt(pi) * np.exp(-nodes * nodes)
    square = nodes * nodes
    values = np.array([exact_erf(node) for node in nodes])
    return nodes, [values, slope, -nodes * slope, (2 * square - 1) / 3 * slope, (3 - 2 * square) * nodes / 6 * slope]


def _normal(x: Array) -> Array:
    """Φ(x), the share of a normal distribution below x."""
    return (1 + erf(x / ROOT_2)) / 2


def _tanh_inner(x: Array) -> Array:
    return np.tanh(sqrt(2 / pi) * (x + CUBIC * x * x * x))


def _gelu_tanh_slope(x: Array, _: Any) -> Array:
    t = _tanh_inner(x)
    slope: Array = (1 + t) / 2 + x / 2 * (1 - t**2) * sqrt(2 / pi) * (1 + 3 * CUBIC * x**2)
    return slope


LEAKY = Rule(
    (Piece(-inf, "{a}·{operand}"), Piece(0, "{x}")), "1 where x ≥ 0, else a", ("−∞", "∞"),
    "relu that still learns below zero",
    lambda x, a: np.maximum(x, 0) + a * np.minimum(x, 0),
    lambda x, a: np.where(x >= 0, 1, a), Parameter("slope", 0.01), rational=True,
)  # fmt: skip
RULES: dict[str, Rule] = {
    "relu": Rule(
        (Piece(-inf, "max(0, {x})"),), "1 where x > 0, else 0", ("0", "∞"),
        "the usual choice in hidden layers: cheap, and its slope does not fade",
        lambda x, _: np.maximum(x, 0), lambda x, _: (x > 0) * 1, rational=True, one_pass=True),
    "relu6": Rule(
        (Piece(-inf, "min(6, max(0, {x}))"),), "1 between 0 and 6, else 0", ("0", "6"),
        "relu that stops at 6, so that few bits hold it: small devices (MobileNet)",
        lambda x, _: np.minimum(np.maximum(x, 0), 6), lambda x, _: ((x > 0) & (x < 6)) * 1, rational=True),
    "leaky-relu": LEAKY,
    "prelu": LEAKY._replace(
        use="leaky relu whose slope a is learned, one for all channels or one a channel",
        parameter=Parameter("slope", 0.25)),
    "elu": Rule(
        (Piece(-inf, "{a}·(e^{operand} − 1)"), Piece(0, "{x}")), "1 where x ≥ 0, else a·e^x", ("−a", "∞"),
        "relu with a smooth bend, so that outputs average nearer to zero",
        lambda x, a: np.maximum(x, 0) + a * np.expm1(np.minimum(x, 0)),
        lambda x, a: np.where(x >= 0, 1, a * np.exp(np.minimum(x, 0))), Parameter("alpha", 1)),
    "selu": Rule(
        (Piece(-inf, "1.0507·1.6733·(e^{operand} − 1)"), Piece(0, "1.0507·{operand}")),
        "1.0507 where x ≥ 0, else 1.0507·1.6733·e^x", ("−1.7581", "∞"),
        "elu scaled so that deep dense networks keep mean 0 and variance 1 by themselves",
        lambda x, _: SELU_SCALE * (np.maximum(x, 0) + SELU_ALPHA * np.expm1(np.minimum(x, 0))),
        lambda x, _: SELU_SCALE * np.where(x >= 0, 1, SELU_ALPHA * np.exp(np.minimum(x, 0)))),
    "gelu": Rule(
        (Piece(-inf, "{operand}·(1 + erf({x} / √2)) / 2"),), "Φ(x) + x·φ(x)", ("−0.17", "∞"),
        "the usual choice in transformers: x times the share of a normal distribution below x",
        lambda x, _: x * _normal(x), lambda x, _: _normal(x) + x * np.exp(-(x**2) / 2) / ROOT_2_PI),
    "gelu-tanh": Rule(
        (Piece(-inf, "{operand}·(1 + tanh(0.7979·({x} + 0.0447·{operand}³))) / 2"),),
        "that of gelu, nearly", ("−0.17", "∞"),
        "gelu by tanh, which is cheaper and off by less than 0.001",
        lambda x, _: x * (1 + _tanh_inner(x)) / 2, _gelu_tanh_slope),
    "silu": Rule(
        (Piece(-inf, "{operand} / (1 + e^{minus})"),), "σ(x)·(1 + x·(1 − σ(x)))", ("−0.278", "∞"),
        "x times its own sigmoid (also called swish): relu with a smooth bend",
        lambda x, _: x * sigmoid(x), lambda x, _: sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
    "hardswish": Rule(
        (Piece(-inf, "0"), Piece(-3, "{operand}·({x} + 3) / 6"), Piece(3, "{x}")),
        "(2·x + 3) / 6 between −3 and 3, else 0 below and 1 above", ("−0.375", "∞"),
        "silu without powers of e, for small devices (MobileNetV3)",
        lambda x, _: hardswish(x), lambda x, _: np.where(x <= -3, 0, np.where(x >= 3, 1, (2 * x + 3) / 6)),
        rational=True),
    "mish": Rule(
        (Piece(-inf, "{operand}·tanh(ln(1 + e^{operand}))"),), "t + x·σ(x)·(1 − t²), with t = tanh(softplus(x))",
        ("−0.309", "∞"),
        "x times the tanh of its softplus: near silu, in detectors (YOLOv4)",
        lambda x, _: x * np.tanh(softplus(x)), lambda x, _: mish_slope(x)),
    "softplus": Rule(
        (Piece(-inf, "ln(1 + e^{operand})"),), "σ(x)", ("0", "∞"),
        "a smooth relu that is never 0: for what must be positive, such as a variance",
        lambda x, _: softplus(x), lambda x, _: sigmoid(x)),
    "sigmoid": Rule(
        (Piece(-inf, "1 / (1 + e^{minus})"),), "σ(x)·(1 − σ(x))", ("0", "1"),
        "a probability of yes or no at the output; in hidden layers its slope, at most 1/4, fades",
        lambda x, _: sigmoid(x), lambda x, _: sigmoid(x) * sigmoid(-x)),
    "hard-sigmoid": Rule(
        (Piece(-inf, "0"), Piece(-3, "({x} + 3) / 6"), Piece(3, "1")), "1/6 between −3 and 3, else 0", ("0", "1"),
        "sigmoid in three straight pieces, for small devices (MobileNetV3)",
        lambda x, _: np.minimum(np.maximum(x + 3, 0), 6) / 6, lambda x, _: np.where((x > -3) & (x < 3), 1 / 6, 0),
        rational=True),
    "tanh": Rule(
        (Piece(-inf, "(e^{operand} − e^{minus}) / (e^{operand} + e^{minus})"),), "1 − tanh²(x)", ("−1", "1"),
        "like sigmoid, but around zero: in recurrent cells and older networks",
        lambda x, _: np.tanh(x), lambda x, _: 1 - np.tanh(x) ** 2, one_pass=True),
    "scaled-tanh": Rule(
        (Piece(-inf, "1.7159·tanh(2·{operand} / 3)"),), "1.7159·(2/3)·(1 − tanh²(2x/3))", ("−1.7159", "1.7159"),
        "LeNet's (1998): f(1) = 1 and f(−1) = −1, with the strongest bend there",
        lambda x, _: LECUN * np.tanh(2 * x / 3), lambda x, _: LECUN * 2 / 3 * (1 - np.tanh(2 * x / 3) ** 2)),
    "hard-tanh": Rule(
        (Piece(-inf, "max(−1, min(1, {x}))"),), "1 between −1 and 1, else 0", ("−1", "1"),
        "tanh in three straight pieces",
        lambda x, _: np.maximum(np.minimum(x, 1), -1), lambda x, _: ((x > -1) & (x < 1)) * 1, rational=True),
    "step": Rule(
        (Piece(-inf, "0"), Piece(0, "1")), "0 everywhere, so that nothing can be learned through it", ("0", "1"),
        "the first artificial neurons (1943): yes or no, here yes from 0 on",
        lambda x, _: (x >= 0) * 1, lambda x, _: np.zeros_like(x), rational=True),
    "identity": Rule(
        (Piece(-inf, "{x}"),), "1", ("−∞", "∞"),
        "nothing: the output of a network that predicts a number",
        lambda x, _: x, lambda x, _: np.ones_like(x), rational=True),
}  # fmt: skip
"""Name → rule. Sources: PyTorch's torch.nn pages; LeCun et al. 1998 (scaled-tanh); Hendrycks & Gimpel 2016 (gelu);
Howard et al. 2019 (hardswish); Misra 2019 (mish)."""
