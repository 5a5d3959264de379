"""The other operations written as plainly as they can be. They share no code with the engine."""

import math
from itertools import product

import numpy as np


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
