"""Pooling against a plain loop: every step, the whole map, the predicted shape."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import Pooling, replay
from cnnstep.errors import GeometryError
from tests.operations import pool, windows

FIVE = np.array([[1, 2, 3, 0, 1], [4, 5, 6, 1, 2], [7, 8, 9, 2, 3], [1, 2, 3, 4, 5], [6, 7, 8, 5, 6]])
KINDS = ("max", "min", "average", "lp", "median")


class Case(NamedTuple):
    x: np.ndarray
    window: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    kind: str
    ceil: bool
    include_padding: bool


@st.composite
def cases(draw):
    axes = draw(st.integers(1, 3))
    largest = {1: 20, 2: 8, 3: 5}[axes]
    spatial, window, stride, padding, dilation = [], [], [], [], []
    for _ in range(axes):
        n, d = draw(st.integers(1, largest)), draw(st.integers(1, 2))
        sides = (draw(st.integers(0, 2)), draw(st.integers(0, 2)))
        k = draw(st.integers(1, max(1, min(4, (n + sum(sides) - 1) // d + 1))))
        spatial.append(n), window.append(k), stride.append(draw(st.integers(1, 3)))
        padding.append(sides), dilation.append(d)
    dtype = draw(st.sampled_from([np.uint8, np.int8, np.int32]))
    low, high = (0, 255) if dtype == np.uint8 else (-128, 127)
    x = draw(hnp.arrays(dtype, (draw(st.integers(1, 3)), *spatial), elements=st.integers(low, high)))
    kind, ceil = draw(st.sampled_from(KINDS)), draw(st.booleans())
    axes_read = windows(spatial, window, stride, padding, dilation, ceil)
    assume(all(axes_read))
    for n, axis in zip(spatial, axes_read, strict=True):
        assume(all(any(0 <= p < n for p in positions) for positions in axis))
    include = kind == "average" and draw(st.booleans())
    return Case(x, tuple(window), tuple(stride), tuple(padding), tuple(dilation), kind, ceil, include)


@settings(max_examples=300)
@given(cases())
def test_steps_map_and_loop_agree(case):
    x, *rest, kind, ceil, include = case
    pooling = Pooling(*rest, kind, axes=x.ndim - 1, ceil=ceil, include_padding=include)
    walk = pooling.walk(x)
    expected = pool(x, kind, *rest, ceil, include)
    assert pooling.output_shape(x.shape) == expected.shape == walk.shape == walk.output.shape
    if kind == "lp":
        np.testing.assert_allclose(walk.output, expected.astype(float), rtol=1e-12)
        np.testing.assert_allclose(replay(walk).astype(float), expected.astype(float), rtol=1e-12)
    else:
        assert walk.output.tolist() == expected.tolist()
        assert replay(walk).tolist() == expected.tolist()


@settings(max_examples=100)
@given(cases())
def test_what_is_chosen_has_the_value(case):
    x, *rest, kind, ceil, include = case
    for step in Pooling(*rest, kind, axes=x.ndim - 1, ceil=ceil, include_padding=include).walk(x):
        assert step.divisor == step.counted.sum()
        if kind in {"max", "min"}:
            (place,) = step.chosen
            assert step.counted[place]
            assert step.patch[place] == step.value
            earlier = step.patch.ravel()[: np.ravel_multi_index(place, step.patch.shape)]
            counted = step.counted.ravel()[: len(earlier)]
            assert step.value not in earlier[counted].tolist()
            assert step.ties == (step.patch[step.counted] == step.value).sum()
        if not include:
            assert not step.counted[step.is_padding[None]].any()


def test_worked_examples():
    assert Pooling(2).output(FIVE).tolist() == [[[5, 6], [8, 9]]]
    assert Pooling(2, kind="average").output(FIVE).tolist() == [[[3, 2.5], [4.5, 4.5]]]
    assert Pooling(3, 2, ceil=True).output(np.arange(16).reshape(4, 4)).tolist() == [[[10, 11], [14, 15]]]
    assert Pooling(whole=True).output(FIVE).tolist() == [[[9]]]
    assert Pooling(whole=True, kind="average").output(FIVE).tolist() == [[[4.04]]]
    assert Pooling(2, padding=1, kind="average").output(np.full((2, 2), 8)).tolist() == [[[8, 8], [8, 8]]]
    counted = Pooling(2, padding=1, kind="average", include_padding=True).output(np.full((2, 2), 8))
    assert counted.tolist() == [[[2, 2], [2, 2]]]


def test_padding_of_a_maximum_is_nothing_and_not_zero():
    assert Pooling(3, 1, 1).output(np.full((2, 2), -5)).tolist() == [[[-5, -5], [-5, -5]]]
    assert Pooling(3, 1, 1, kind="min").output(np.full((2, 2), 5)).tolist() == [[[5, 5], [5, 5]]]
    assert Pooling(3, 1, 1).output(np.full((2, 2), -0.5)).tolist() == [[[-0.5, -0.5], [-0.5, -0.5]]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_large_maps_in_bands_are_the_same(kind, dtype):
    x = np.random.default_rng(3).integers(0, 200, (2, 700, 900)).astype(dtype)
    pooling = Pooling(3, 2, 1, kind=kind)
    walk = pooling.walk(x)
    for index in [(0, 0, 0), (1, 349, 449), (0, 170, 3), (1, 7, 448), (1, 200, 200)]:
        assert walk.output[index] == pytest.approx(walk[index].value, rel=1e-13)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Pooling(kind="mean"), "no pooling is called 'mean'"),
        (lambda: Pooling(0), "window must be 1 or more"),
        (lambda: Pooling(2, include_padding=True), "never counts padding"),
        (lambda: Pooling(2, kind="lp", power=0.5), "power must be 1 or more"),
        (lambda: Pooling(2, padding=2).walk(FIVE), "leaves window 0 of 2"),
        (lambda: Pooling(2, 1, 1, dilation=2).walk([[1]]), "without a single cell"),
        (lambda: Pooling(6).walk(FIVE), "a 6×6 window does not fit in a 5×5 input"),
        (lambda: Pooling(2).walk(np.zeros((1, 2, 3, 4))), "does not have 2 spatial axes"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(GeometryError) as caught:
        make()
    assert message in caught.value.message
    assert caught.value.hint
