"""The whole map of a convolution at once, slab by slab; integers are exact."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array, working_type
from cnnstep.engine.border import Border
from cnnstep.engine.fast.banded import banded, is_banded
from cnnstep.engine.fast.passes import Plan, passes_for
from cnnstep.engine.fast.slabs import Bands
from cnnstep.geometry import Axis
from cnnstep.geometry.axes import tap_views

MATRIX_PAIRS = 16
EIGHT_BYTES = 8
MOST_SINGLE = 1e7
"""Numbers of float32 are below 1e30 where they come in; times weights that add up to this, no sum overflows."""


def correlate(
    x: Array,
    weights: Array,
    divisors: Sequence[float],
    axes: Sequence[Axis],
    border: Border,
    groups: int,
    bias: Sequence[float],
) -> Array:
    """Slide filters (F, C/groups, *kernel) over x (C, *spatial): y (F, *output), in float32 where x is.

    y[f, o] = Σ over c, k of w[f, c, k] · x[c, o·stride − before + k·dilation] / divisor[f] + bias[f]
    """
    whole = all(divisor == 1 for divisor in divisors) and all(isinstance(b, int) for b in bias)
    # a bias that follows a division is added in float64, and need not fit the type of the sums
    dtype = _single(x, weights, border, bias) or working_type(x, weights, border.value, bias if whole else (0,))
    shape = (len(weights), *(axis.output for axis in axes))
    output = np.empty(shape, dtype if whole or dtype.kind in "fO" else np.float64)
    bands = Bands(x, axes, border, dtype)
    plans = list(_plans(weights, axes, groups, dtype))
    each = (-1, *(1,) * len(axes))
    divided, biases = np.array(divisors).reshape(each), np.array(bias).reshape(each)

    def fill(rows: range) -> None:
        slab = bands.slab(rows)
        for filters, channels, plan in plans:
            target = output[filters, rows.start : rows.stop]
            total = target if target.dtype == dtype else np.empty(target.shape, dtype)
            plan(slab[channels], total)
            if not whole:
                np.true_divide(total, divided[filters], out=target)
            if any(bias):
                # biases are int64, which NumPy casts to uint16 only when told to; they fit, working_type counted them
                np.add(target, biases[filters], out=target, casting="unsafe")

    bands.each(shape[1], fill, prod(shape) * weights[0].size, blas=dtype.kind == "f")
    return output


def _single(x: Array, weights: Array, border: Border, bias: Sequence[float]) -> np.dtype[Any] | None:
    """float32 for pictures of float32, if no sum can leave it."""
    sums = np.abs(weights, dtype=np.float64).reshape(len(weights), -1).sum(axis=1)
    fits = x.dtype == np.float32 and max(sums.max(), abs(border.value), *map(abs, bias)) <= MOST_SINGLE
    return x.dtype if fits else None


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
            yield outputs, channels, _matrix(weights[outputs], axes, dtype)
        else:
            for f in range(outputs.start, outputs.stop):
                plan = banded if is_banded(weights[f], axes, dtype) else passes_for
                yield slice(f, f + 1), channels, plan(weights[f], axes, dtype)


def _matrix(weights: Array, axes: Sequence[Axis], dtype: np.dtype[Any]) -> Plan:
    """Many channels and filters: windows as columns, one matrix product (im2col).

    Integers in float64, which is exact here: no sum of an int16 or int32 map comes near 2⁵³.
    """
    rows = weights.reshape(len(weights), -1).astype(dtype if dtype.kind == "f" else np.float64)

    def run(slab: Array, out: Array) -> None:
        columns = np.empty((len(slab), weights[0, 0].size, *out.shape[1:]), rows.dtype)
        for number, view in enumerate(tap_views(axes, out.shape[1:])):
            columns[:, number] = slab[(slice(None), *view)]
        out[...] = (rows @ columns.reshape(rows.shape[1], -1)).reshape(out.shape)

    return run
