"""What a page must know so that the numbers of a small walk can be changed in it: what every step reads."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf, prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.border import Border
from cnnstep.engine.gathers import Unbiased
from cnnstep.render.markup import shaded
from cnnstep.views.frames import Frames
from cnnstep.views.operations.activation import ActivationView
from cnnstep.views.operations.dense import FEW, DenseView
from cnnstep.views.operations.pooling import PoolingView
from cnnstep.views.operations.stages import FEW as FEW_LOGITS
from cnnstep.views.operations.stages import SoftmaxView
from cnnstep.views.operations.weighted_sum import MOST_CHANNELS, WeightedSumView
from cnnstep.views.page.roles import Palette
from cnnstep.views.panels.extracts import WHOLE
from cnnstep.views.view import View

if TYPE_CHECKING:
    from cnnstep.geometry import Axis

Changes: TypeAlias = dict[str, Any]

MOST_STEPS = 500
LARGEST = 1e6
WIDEST_WINDOW = 5
PLANE = 2
SHADES = 201
POOLINGS = ("max", "min", "average")
FUNCTIONS = ("relu", "relu6", "leaky-relu", "elu", "silu", "softplus", "sigmoid", "tanh")
"""Those that the script of the page knows too."""


def changes(frames: Frames) -> Changes | None:
    """Numbers, and where each step reads; None of a walk that is too large, shown in part, or of another kind."""
    (view, steps), *others = frames.parts
    kind = KINDS.get(type(view))
    if others or kind is None or len(steps) != view.walk.total or len(steps) > MOST_STEPS:
        return None
    x = view.bound.x
    if not (x.dtype.kind in "iu" or x.dtype == np.float64) or not np.abs(x.astype(np.float64)).max() <= LARGEST:
        return None
    made = kind(view)
    if made is None:
        return None
    names = [view.cell(step) for step in steps]
    pairs = [shaded(Palette.DIVERGING, shade) for shade in np.linspace(-1, 1, SHADES).tolist()]
    return {"x": x.ravel().tolist(), "isFloat": x.dtype.kind == "f", "names": names, "shades": pairs, **made}


def _convolution(view: View) -> Changes | None:
    bound = view.bound
    windows = _windows(view, bound.border)
    filters, depth, *window = bound.bank.weights.shape
    if windows is None or depth > MOST_CHANNELS:
        return None
    each = filters // bound.sizes.groups
    starts = [number // each * depth for number in range(filters)]
    return {
        **windows, "kind": "sum", "depth": depth, "starts": starts, "columns": window[-1],
        **_weights(view, bound.bank.weights.reshape(filters, -1), bound.bias, bound.bank.divisors),
    }  # fmt: skip


def _dense(view: View) -> Changes | None:
    bound = view.bound
    units, inputs = bound.weights.shape
    if inputs > FEW or units > WHOLE[1]:
        return None
    return {
        "kind": "sum", "depth": 1, "starts": [0] * units, "columns": inputs, "size": inputs, "group": units,
        "windows": [list(range(inputs))], "ring": [], "edge": 0,
        **_weights(view, bound.weights, bound.bias.tolist(), [1] * units),
    }  # fmt: skip


def _weights(view: View, weights: Array, bias: Sequence[float], divisors: Sequence[float]) -> Changes:
    return {
        "weights": weights.tolist(), "bias": list(bias), "divisors": list(divisors),
        "isBiased": not isinstance(view.walk[0], Unbiased),
    }  # fmt: skip


def _pooling(view: View) -> Changes | None:
    bound, channels = view.bound, len(view.bound.x)
    windows = _windows(view, bound.border)
    if windows is None or bound.pooling.kind not in POOLINGS:
        return None
    cells = prod(view.walk.shape[1:])
    counted = [np.flatnonzero(step.counted).tolist() for step in view.walk[:cells]]
    return {
        **windows, "kind": "pool", "way": bound.pooling.kind, "depth": 1, "starts": list(range(channels)),
        "columns": bound.axes[-1].kernel, "counted": counted,
    }  # fmt: skip


def _windows(view: View, border: Border) -> Changes | None:
    """What each window reads of one channel, by its number there; −1 is outside, where `edge` stands."""
    axes: Sequence[Axis] = view.bound.axes
    if len(axes) != PLANE or any(
        axis.ceil or axis.before + axis.input + axis.after > most or axis.kernel > WIDEST_WINDOW
        for axis, most in zip(axes, WHOLE, strict=True)
    ):
        return None
    size = [axis.input for axis in axes]
    numbered = np.arange(prod(size)).reshape(1, *size)
    outside = replace(border, mode="constant", value=-1) if border.mode in {"zeros", "constant"} else border

    def read(window: Sequence[range]) -> list[int]:
        return [int(place) for place in outside.read(numbered, window)[0].ravel()]

    cells = view.walk.shape[1:]
    return {
        "size": prod(size), "group": prod(cells), "edge": border.value,
        "windows": [read(view.bound.window(cell)) for cell in np.ndindex(*cells)],
        "ring": read([range(-axis.before, axis.input + axis.after) for axis in axes]),
    }  # fmt: skip


def _activation(view: View) -> Changes | None:
    assert isinstance(view, ActivationView)  # noqa: S101 - as the table says
    bound, rule, shape = view.bound, view.rule, view.walk.shape
    rows, columns = ((1, 1, *shape))[-PLANE:]
    if bound.name not in FUNCTIONS or len(bound.parameters) > 1 or rows > WHOLE[0] or columns > WHOLE[1]:
        return None
    pieces = [(None if piece.start == -inf else piece.start, piece.formula) for piece in rule.formula]
    return {
        "kind": "activation", "function": bound.name, "parameter": bound.parameters[0], "pieces": pieces,
        "group": rows * columns, "ring": list(range(rows * columns)),
    }  # fmt: skip


def _softmax(view: View) -> Changes | None:
    assert isinstance(view, SoftmaxView)  # noqa: S101 - as the table says
    if view.bound.x.ndim != 1 or view.bound.x.size > FEW_LOGITS:
        return None
    formulas = [view.wording[name].formula for name in view.bound.stages]
    return {"kind": "softmax", "formulas": formulas, "ring": list(range(view.bound.x.size)), "group": 1}


KINDS: dict[type[View], Callable[[View], Changes | None]] = {
    WeightedSumView: _convolution,
    DenseView: _dense,
    PoolingView: _pooling,
    ActivationView: _activation,
    SoftmaxView: _softmax,
}
