"""Flatten, dense, softmax, dropout and normalisation against plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import Dense, Dropout, Flatten, Normalization, Softmax, replay
from cnnstep.errors import CnnstepError, GeometryError

SHAPES = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
ARRAYS = SHAPES.flatmap(lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(-99, 99)))


@given(ARRAYS)
def test_flatten(x):
    walk = Flatten().walk(x)
    assert walk.output.tolist() == replay(walk).tolist() == [x[i].item() for i in np.ndindex(x.shape)]
    assert walk.shape == Flatten().output_shape(x.shape)
    for step in walk:
        assert x[step.source] == step.value
        number = 0
        for index, size in zip(step.source, x.shape, strict=True):
            number = number * size + index
        assert (number,) == step.index


@given(ARRAYS, st.integers(1, 4), st.integers(0, 99))
def test_dense(x, units, seed):
    rng = np.random.default_rng(seed)
    weights, bias = rng.integers(-9, 9, (units, x.size)), rng.integers(-9, 9, units)
    walk = Dense(weights, bias).walk(x)
    expected = [
        sum(w * v for w, v in zip(row, x.ravel().tolist(), strict=True)) + b
        for row, b in zip(weights.tolist(), bias.tolist(), strict=True)
    ]
    assert walk.output.tolist() == replay(walk).tolist() == expected
    assert walk.shape == Dense(weights, bias).output_shape(x.shape)


LOGITS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30)


@given(LOGITS)
def test_softmax(logits):
    walk = Softmax().walk(logits)
    powers = [math.exp(z - max(logits)) for z in logits]
    expected = [power / math.fsum(powers) for power in powers]
    np.testing.assert_allclose(walk.output, expected, rtol=1e-12)
    assert replay(walk).tolist() == walk.output.tolist()
    assert [step.name for step in walk] == ["maximum", "shift", "exponential", "sum", "divide", "check"]
    assert walk[0].value == max(logits)
    assert walk[3].value == pytest.approx(math.fsum(powers))
    assert walk[5].value == pytest.approx(1)


def test_softmax_of_ten_thousand_large_logits():
    logits = np.random.default_rng(0).normal(size=10_000) * 1e4
    output = Softmax().output(logits)
    assert output.sum() == pytest.approx(1)
    assert output.argmax() == logits.argmax()
    assert Softmax().output([2, 1, 0.1]).round(3).tolist() == [0.659, 0.242, 0.099]


@given(ARRAYS, st.integers(0, 1000), st.sampled_from([0, 0.1, 0.5, 0.9]))
def test_dropout(x, seed, rate):
    walk = Dropout(rate, seed).walk(x)
    assert replay(walk).tolist() == walk.output.tolist()
    for step in walk:
        assert step.is_kept == (step.draw >= rate)
        assert step.value == (step.x / (1 - rate) if step.is_kept else 0) or math.isclose(
            step.value, step.x / (1 - rate)
        )
    assert Dropout(rate, seed, inference=True).output(x).tolist() == x.tolist()
    assert replay(Dropout(rate, seed, inference=True).walk(x)).tolist() == x.tolist()


def test_dropout_drops_about_its_rate_and_keeps_the_mean():
    x = np.ones((100, 1000))
    y = Dropout(0.3, 7).output(x)
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert not np.array_equal(y, Dropout(0.3, 8).output(x))
    assert np.array_equal(y, Dropout(0.3, 7).output(x))


@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5), st.integers(0, 99))
def test_normalize(channels, rows, columns, seed):
    rng = np.random.default_rng(seed)
    x, scale, shift = (
        rng.integers(-99, 99, (channels, rows, columns)),
        rng.normal(size=channels),
        rng.normal(size=channels),
    )
    walk = Normalization(scale, shift).walk(x)
    assert replay(walk).tolist() == walk.output.tolist()
    for c in range(channels):
        cells = x[c].ravel().tolist()
        mean = math.fsum(cells) / len(cells)
        variance = math.fsum((v - mean) ** 2 for v in cells) / len(cells)
        expected = [scale[c] * (v - mean) / math.sqrt(variance + 1e-5) + shift[c] for v in cells]
        np.testing.assert_allclose(walk.output[c].ravel(), expected, rtol=1e-9, atol=1e-9)
        assert walk[c, 0].value == pytest.approx(mean)
        assert walk[c, 1].value == pytest.approx(variance)


MISTAKES = {
    "dense inputs": (lambda: Dense([[1, 2]]).walk([1, 2, 3]), "2 weights a unit do not fit an input of 3 = 3 cells"),
    "dense shape": (lambda: Dense([1, 2]), "are not units × inputs"),
    "dense bias": (lambda: Dense([[1], [2]], [1, 2, 3]), "3 biases do not fit 2 units"),
    "softmax of a matrix": (lambda: Softmax().walk([[1, 2], [3, 4]]), "takes one list of numbers, not 2×2"),
    "rate": (lambda: Dropout(1), "rate must be from 0 to below 1"),
    "negative rate": (lambda: Dropout(-0.1), "rate must be from 0 to below 1"),
    "seed": (lambda: Dropout(0.5, -1), "seed must be 0 or more"),
    "epsilon": (lambda: Normalization(epsilon=0), "epsilon must be above 0"),
    "scales": (lambda: Normalization([1, 2, 3]).walk(np.ones((2, 2, 2))), "3 scales do not fit 2 channels"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_does_not_fit_is_refused(name):
    make, message = MISTAKES[name]
    with pytest.raises(GeometryError) as caught:
        make()
    assert message in caught.value.message
    assert caught.value.hint
    assert isinstance(caught.value, CnnstepError)
