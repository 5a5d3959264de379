"""The other operations written as plainly as they can be. They share no code with the engine."""

import math
from fractions import Fraction
from itertools import product

import numpy as np

from tests.reference import outside


def windows(sizes, window, stride, padding, dilation, ceil):
    """For each output cell: the positions it reads on each axis. PyTorch's rule, counted out."""
    axes = []
    for n, k, s, (before, after), d in zip(sizes, window, stride, padding, dilation, strict=True):
        starts, start = [], -before
        while start + d * (k - 1) < n + after:
            starts.append(start)
            start += s
        if ceil and starts and starts[-1] + d * (k - 1) < n + after - 1 and start < n:
            starts.append(start)  # it hangs over the end, but begins in the input or the padding before it
        axes.append([[start + d * tap for tap in range(k)] for start in starts])
    return axes


def pool(x, kind, window, stride, padding, dilation, ceil=False, include_padding=False, power=2):
    """x (C, *spatial): y (C, *output) of Python numbers."""
    axes = windows(x.shape[1:], window, stride, padding, dilation, ceil)
    y = np.zeros((len(x), *map(len, axes)), dtype=object)
    for c in range(len(x)):
        for cell in product(*(range(len(axis)) for axis in axes)):
            found, zeros = [], 0
            for place in product(*(axis[i] for axis, i in zip(axes, cell, strict=True))):
                if all(0 <= p < n for p, n in zip(place, x.shape[1:], strict=True)):
                    found.append(x[(c, *place)].item())
                elif all(-b <= p < n + a for p, n, (b, a) in zip(place, x.shape[1:], padding, strict=True)):
                    zeros += 1
            y[(c, *cell)] = reduced(kind, found, zeros if include_padding else 0, power)
    return y


def reduced(kind, found, zeros, power):
    if kind == "max":
        return max(found)
    if kind == "min":
        return min(found)
    if kind == "average":
        return sum(found) / (len(found) + zeros)
    if kind == "lp":
        return math.fsum(abs(v) ** power for v in found) ** (1 / power)
    found = sorted(found)
    return (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2


def transpose(x, w, stride, padding, dilation, output_padding, groups, bias):
    """x (C, *spatial), w (C, F/groups, *kernel): every cell stamps the kernel."""
    sizes = [
        (n - 1) * s - before - after + d * (k - 1) + extra + 1
        for n, k, s, (before, after), d, extra in zip(
            x.shape[1:], w.shape[2:], stride, padding, dilation, output_padding, strict=True
        )
    ]
    per_group = w.shape[1]
    y = np.zeros((per_group * groups, *sizes), dtype=object)
    for f in range(len(y)):
        y[f] = bias[f]
    for c in range(len(x)):
        group = c // (len(x) // groups)
        for f, cell in product(range(per_group), product(*map(range, x.shape[1:]))):
            for tap in product(*map(range, w.shape[2:])):
                place = [
                    i * s - before + t * d
                    for i, t, s, (before, _), d in zip(cell, tap, stride, padding, dilation, strict=True)
                ]
                if all(0 <= p < n for p, n in zip(place, sizes, strict=True)):
                    y[(group * per_group + f, *place)] += x[(c, *cell)].item() * w[(c, f, *tap)].item()
    return y


def pad(x, sides, mode, value=0):
    """x (C, *spatial), sides [(before, after)]: every cell of the output looked up by itself."""
    sizes = [before + n + after for n, (before, after) in zip(x.shape[1:], sides, strict=True)]
    y = np.zeros((len(x), *sizes), dtype=object)
    for c, *cell in product(range(len(x)), *map(range, sizes)):
        places = [outside(i - b, n, mode, value) for i, (b, _), n in zip(cell, sides, x.shape[1:], strict=True)]
        constants = [constant for source, constant in places if source is None]
        y[(c, *cell)] = constants[0] if constants else x[(c, *(source for source, _ in places))].item()
    return y


def upsample(x, factors, is_linear):
    """x (C, *spatial): every cell of the output by its definition, in fractions."""
    sizes = [n * f for n, f in zip(x.shape[1:], factors, strict=True)]
    y = np.zeros((len(x), *sizes), dtype=object)
    for c, *cell in product(range(len(x)), *map(range, sizes)):
        taps = [
            blend(o, n, f) if is_linear else [(o // f, 1)] for o, n, f in zip(cell, x.shape[1:], factors, strict=True)
        ]
        for each in product(*taps):
            y[(c, *cell)] += math.prod(w for _, w in each) * Fraction(x[(c, *(place for place, _ in each))].item())
    return y


def blend(o, n, f):
    """The cells that output cell o reads along one axis, each with its weight."""
    s = min(max((o + Fraction(1, 2)) / f - Fraction(1, 2), 0), n - 1)
    i, t = math.floor(s), s - math.floor(s)
    return [(i, 1 - t), (min(i + 1, n - 1), t)]


def unpool(values, x, window, stride, padding, dilation, ceil=False):
    """Each value in the cell where its window of x has its first maximum: y, and that cell for every window."""
    axes = windows(x.shape[1:], window, stride, padding, dilation, ceil)
    y, switches = np.zeros(x.shape, dtype=object), {}
    for index in np.ndindex(values.shape):
        c, *cell = index
        read = product(*(axis[i] for axis, i in zip(axes, cell, strict=True)))
        inside = [place for place in read if all(0 <= p < n for p, n in zip(place, x.shape[1:], strict=True))]
        switches[index] = (c, *max(inside, key=lambda place: x[(c, *place)]))
        y[switches[index]] = values[index].item()
    return y, switches
