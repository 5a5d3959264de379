"""Random convolutions that fit: shapes, strides, paddings, dilations, groups, one to three axes."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

MODES = ("zeros", "constant", "reflect", "replicate", "circular")


class Case(NamedTuple):
    x: np.ndarray
    weights: np.ndarray
    stride: tuple
    padding: tuple
    dilation: tuple
    groups: int
    bias: tuple
    mode: str
    pad_value: int


@st.composite
def cases(draw, most_axes=3):
    axes = draw(st.integers(1, most_axes))
    largest = {1: 24, 2: 9, 3: 6}[axes]
    groups = draw(st.integers(1, 3))
    depth, per_group = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    mode = draw(st.sampled_from(MODES))
    spatial, kernel, stride, padding, dilation = [], [], [], [], []
    for _ in range(axes):
        n = draw(st.integers(2, largest))
        most_padding = {"reflect": n - 1, "circular": n}.get(mode, 3)
        sides = tuple(draw(st.integers(0, min(3, most_padding))) for _ in range(2))
        room = n + sum(sides)
        d = draw(st.integers(1, min(3, room)))
        k = draw(st.integers(1, min(4, (room - 1) // d + 1)))
        spatial.append(n), kernel.append(k), stride.append(draw(st.integers(1, 3)))
        padding.append(sides), dilation.append(d)
    dtype = draw(st.sampled_from([np.uint8, np.int8, np.int32]))
    low, high = (0, 255) if dtype == np.uint8 else (-128, 127)
    x = draw(hnp.arrays(dtype, (groups * depth, *spatial), elements=st.integers(low, high)))
    kind = draw(st.sampled_from([np.int64, np.int8, np.uint8, np.bool_]))
    weight = {np.uint8: st.integers(0, 9), np.bool_: st.booleans()}.get(kind, st.integers(-9, 9))
    weights = draw(hnp.arrays(kind, (groups * per_group, depth, *kernel), elements=weight))
    bias = tuple(draw(st.integers(-5, 5)) for _ in range(len(weights)))
    pad_value = draw(st.integers(-300, 300)) if mode == "constant" else 0
    return Case(x, weights, tuple(stride), tuple(padding), tuple(dilation), groups, bias, mode, pad_value)


@st.composite
def graphs(draw, most=14):
    """The nodes that each layer reads: any before it, mostly the one before."""
    inputs = []
    for number in range(draw(st.integers(1, most))):
        earlier = st.integers(0, number)
        others = draw(st.lists(earlier, max_size=draw(st.sampled_from([0, 0, 0, 1, 3]))))
        inputs.append((draw(st.one_of(st.just(number), earlier)), *others))
    return inputs
