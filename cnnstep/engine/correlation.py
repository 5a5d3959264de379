"""The whole map of a convolution at once: exact, band by band, every kernel cell one pass over a slab."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array, magnitude
from cnnstep.engine.bands import Bands
from cnnstep.engine.border import Border
from cnnstep.engine.kernels import Bank
from cnnstep.engine.passes import Plan, passes_for
from cnnstep.geometry import Axis
from cnnstep.geometry.axes import tap_views

MATRIX_PAIRS = 16
EIGHT_BYTES = 8


def working_type(x: Array, weights: Array, pad_value: float = 0, bias: Sequence[float] = (0,)) -> np.dtype[Any]:
    """The smallest type that no sum can overflow: 16, 32 or 64 bits, else Python's integers.

    |sum| ≤ max(|x|, |pad_value|) · Σ|weights| + |bias|. Anything with a fraction works in float64.
    """
    if "f" in {x.dtype.kind, weights.dtype.kind} or any(isinstance(n, float) for n in (pad_value, *bias)):
        return np.dtype(np.float64)
    # as Python integers: |−2⁶³| is no int64, nor need the sum of several weights be one
    totals = np.abs(weights.astype(object)).reshape(len(weights), -1).sum(axis=1)
    # each factor at least 1, so that the values and the weights themselves fit even where the others are all 0
    bound = max(_largest(x), abs(pad_value), 1) * max(int(totals.max()), 1) + max(map(abs, bias))
    positive = x.dtype.kind == "u" and weights.min() >= 0 and min(pad_value, *bias) >= 0
    # levels under a kernel that adds up to 256 reach 65,280: too much for int16, not for uint16, which is as narrow
    for candidate in (np.int16, np.uint16, np.int32, np.int64):
        if bound <= np.iinfo(candidate).max and (positive or candidate is not np.uint16):
            return np.dtype(candidate)
    return np.dtype(object)


def correlate(x: Array, bank: Bank, axes: Sequence[Axis], border: Border, groups: int, bias: Sequence[float]) -> Array:
    """Slide a bank of filters (F, C/groups, *kernel) over x (C, *spatial): y (F, *output).

    y[f, o] = Σ over c, k of w[f, c, k] · x[c, o·stride − before + k·dilation] / divisor[f] + bias[f]
    """
    whole = all(divisor == 1 for divisor in bank.divisors) and all(isinstance(b, int) for b in bias)
    # a bias that follows a division is added in float64, and need not fit the type of the sums
    dtype = working_type(x, bank.weights, border.value, bias if whole else (0,))
    shape = (len(bank.weights), *(axis.output for axis in axes))
    output = np.empty(shape, dtype if whole or dtype.kind == "O" else np.float64)
    bands = Bands(x, axes, border, dtype)
    plans = list(_plans(bank.weights, axes, groups, dtype))
    each = (-1, *(1,) * len(axes))
    divisors, biases = np.array(bank.divisors).reshape(each), np.array(bias).reshape(each)

    def fill(rows: range) -> None:
        slab = bands.slab(rows)
        for filters, channels, plan in plans:
            target = output[filters, rows.start : rows.stop]
            total = target if target.dtype == dtype else np.empty(target.shape, dtype)
            plan(slab[channels], total)
            if not whole:
                np.true_divide(total, divisors[filters], out=target)
            if any(bias):
                # biases are int64, which NumPy casts to uint16 only when told to; they fit, working_type counted them
                np.add(target, biases[filters], out=target, casting="unsafe")

    bands.each(shape[1], fill, prod(shape) * bank.weights[0].size)
    return output


def _plans(
    weights: Array, axes: Sequence[Axis], groups: int, dtype: np.dtype[Any]
) -> Iterator[tuple[slice, slice, Plan]]:
    """How the filters are computed: which of them, from which input channels, by which plan."""
    filters, depth = len(weights) // groups, weights.shape[1]
    # floats count 0 bytes: float64 is what the product works in. Integers of 8 bytes, and Python's, would be rounded
    by_matrix = filters * depth >= MATRIX_PAIRS and dtype.itemsize * (dtype.kind in "iuO") < EIGHT_BYTES
    for group in range(groups):
        channels = slice(group * depth, (group + 1) * depth)
        outputs = slice(group * filters, (group + 1) * filters)
        if by_matrix:
            yield outputs, channels, _matrix(weights[outputs], axes)
        else:
            for f in range(outputs.start, outputs.stop):
                yield slice(f, f + 1), channels, passes_for(weights[f], axes, dtype)


def _matrix(weights: Array, axes: Sequence[Axis]) -> Plan:
    """Many channels and filters: windows as columns, one matrix product (im2col).

    In float64, which is exact here: no sum of an int16 or int32 map comes near 2⁵³.
    """
    rows = weights.reshape(len(weights), -1).astype(np.float64)

    def run(slab: Array, out: Array) -> None:
        columns = np.empty((len(slab), weights[0, 0].size, *out.shape[1:]))
        for number, view in enumerate(tap_views(axes, out.shape[1:])):
            columns[:, number] = slab[(slice(None), *view)]
        out[...] = (rows @ columns.reshape(rows.shape[1], -1)).reshape(out.shape)

    return run


def _largest(x: Array) -> int:
    """The largest |x| there is, or could be in 8 and 16 bits."""
    # the limits of a narrow type cost no pass over the picture
    if x.dtype.itemsize <= 2:
        limits = np.iinfo(x.dtype)
        return max(abs(int(limits.min)), int(limits.max))
    return magnitude(x)
