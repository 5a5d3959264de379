"""A convolution written as plainly as it can be, to hold the engine against. It shares no code with it."""

from itertools import product

import numpy as np


def outside(position, size, mode, pad_value):
    """Where a position outside the input is read from, or (None, value)."""
    if 0 <= position < size:
        return position, None
    if mode == "reflect":
        while not 0 <= position < size:
            position = -position if position < 0 else 2 * (size - 1) - position
        return position, None
    if mode == "replicate":
        return (0 if position < 0 else size - 1), None
    if mode == "circular":
        while position < 0:
            position += size
        while position >= size:
            position -= size
        return position, None
    return None, (pad_value if mode == "constant" else 0)


def convolve(x, w, stride, padding, dilation=None, groups=1, bias=None, mode="zeros", pad_value=0):
    """x (C, *spatial), w (F, C/groups, *kernel), padding [(before, after)]: y (F, *output) of Python numbers."""
    spatial, kernel = x.shape[1:], w.shape[2:]
    dilation = dilation or [1] * len(spatial)
    sizes = []
    for n, k, s, (before, after), d in zip(spatial, kernel, stride, padding, dilation, strict=True):
        count, start = 0, -before
        while start + d * (k - 1) < n + after:
            count += 1
            start += s
        sizes.append(count)
    y = np.zeros((len(w), *sizes), dtype=object)
    per_group = len(w) // groups
    for f in range(len(w)):
        first = (f // per_group) * w.shape[1]
        for cell in product(*map(range, sizes)):
            total = 0
            for c in range(w.shape[1]):
                for tap in product(*map(range, kernel)):
                    value, place = None, []
                    for axis, n in enumerate(spatial):
                        position = cell[axis] * stride[axis] - padding[axis][0] + tap[axis] * dilation[axis]
                        source, constant = outside(position, n, mode, pad_value)
                        if source is None:
                            value = constant
                        place.append(source)
                    if value is None:
                        value = x[(first + c, *place)].item()
                    total += value * w[(f, c, *tap)].item()
            y[(f, *cell)] = total + (bias[f] if bias is not None else 0)
    return y
