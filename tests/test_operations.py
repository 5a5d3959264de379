"""What holds for every operation: shapes that are predicted, values that are frozen, whole ranges of numbers."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstep import (
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Normalization,
    Pad,
    Pooling,
    Softmax,
    TransposedConvolution,
    Upsampling,
    replay,
)
from cnnstep.errors import CnnstepError
from cnnstep.networks.network import standing
from cnnstep.networks.run import Run

MAKE = {
    "convolution": lambda x: Convolution(np.ones((1,) * (x.ndim - 1), dtype=int), axes=x.ndim - 1, bias=2),
    "pooling": lambda x: Pooling(1, axes=x.ndim - 1),
    "average": lambda x: Pooling(2, 1, "same", kind="average", axes=x.ndim - 1),
    "median": lambda x: Pooling(3, 2, 1, kind="median", axes=x.ndim - 1),
    "transposed": lambda x: TransposedConvolution(np.ones((2,) * (x.ndim - 1), dtype=int), 2, axes=x.ndim - 1),
    "pad": lambda x: Pad(((1, 2),), "replicate", axes=x.ndim - 1),
    "nearest": lambda x: Upsampling(2, axes=x.ndim - 1),
    "linear": lambda x: Upsampling(3, "linear", axes=x.ndim - 1),
    "relu": lambda _: Activation("relu"),
    "gelu": lambda _: Activation("gelu"),
    "flatten": lambda _: Flatten(),
    "dense": lambda x: Dense(np.ones((2, x.size), dtype=int)),
    "dropout": lambda _: Dropout(0.5, 3),
    "batchnorm": lambda _: BatchNormalization(3, 4, 2, 1),
    "layernorm": lambda _: Normalization(2, 1, kind="layer"),
    "normalize": lambda _: Normalization(2, 1),
}
every = pytest.mark.parametrize("name", MAKE)
SHAPES = st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple)


@every
@given(SHAPES)
def test_the_predicted_shape_is_the_real_one(name, shape):
    x = np.arange(math.prod(shape)).reshape(shape)
    operation = MAKE[name](x)
    walk = operation.walk(x)
    assert operation.output_shape(shape) == walk.output_shape == walk.output.shape == replay(walk).shape


def test_also_of_one_row():
    for operation in (
        Softmax(),
        Normalization(),
        Normalization(kind="layer"),
        BatchNormalization(1, 2),
        Flatten(),
        Dropout(),
        Activation("tanh"),
        Dense(np.ones((3, 5))),
    ):
        walk = operation.walk(np.arange(5))
        assert operation.output_shape((5,)) == walk.output_shape == walk.output.shape
        assert replay(walk).tolist() == walk.output.tolist()


def arrays(value):
    """Every array that a value holds, also inside the values that it holds."""
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if isinstance(inner, np.ndarray):
            yield field.name, inner
        elif dataclasses.is_dataclass(inner):
            yield from arrays(inner)


@every
def test_values_are_frozen(name):
    x = np.arange(2 * 5 * 5).reshape(2, 5, 5)
    before = x.copy()
    operation = MAKE[name](x)
    walk = operation.walk(x)
    assert not walk.output.flags.writeable
    for holder in (operation, *walk[:6]):
        for field, array in arrays(holder):
            theirs = field == "kernel"  # what was handed in; the operation works with its own copy
            assert theirs or not array.flags.writeable, (name, type(holder).__name__, field)
    operation.output(x)[...] = 0
    assert x.tolist() == before.tolist()


WHOLE = st.sampled_from([np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.int64, np.uint64]).flatmap(
    lambda dtype: hnp.arrays(dtype, (1, 2, 2))
)


@given(WHOLE)
def test_sums_of_the_whole_range_do_not_wrap(x):
    numbers = x.ravel().tolist()
    assert Pooling(2, kind="average").output(x).item() == sum(numbers) / 4
    assert Pooling(2).output(x).item() == max(numbers)
    assert Pooling(2, kind="min").output(x).item() == min(numbers)
    assert Pooling(whole=True, kind="average").walk(x)[0].value == sum(numbers) / 4
    mean = sum(numbers) / 4
    walk = Normalization().walk(x)
    assert walk[0, 0].value == mean
    assert walk[0, 1].value == pytest.approx(sum((v - mean) ** 2 for v in numbers) / 4, rel=1e-9, abs=1e-9)
    relu = Activation("relu").walk(x)
    assert [step.value for step in relu] == [max(0, v) for v in numbers]
    assert [int(v) for v in relu.output.ravel().tolist()] == [max(0, v) for v in numbers]
    for name in ("hard-sigmoid", "scaled-tanh", "gelu", "silu", "hard-tanh"):
        for step in Activation(name).walk(x):
            assert math.isfinite(step.value)
            assert -10 <= step.slope <= 10


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=5))
def test_softmax_of_huge_integers_keeps_neighbours_apart(logits):
    powers = [math.exp(max(z - max(logits), -1000)) for z in logits]
    expected = [power / math.fsum(powers) for power in powers]
    np.testing.assert_allclose(Softmax().output(np.array(logits)), expected, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("power", [1, 2, 3, 2.5, 100, 300, 1000])
@pytest.mark.parametrize("scale", [1e-3, 1, 255, 1e6])
def test_lp_neither_overflows_nor_vanishes(power, scale):
    x = np.array([[1.0, 2.0], [3.0, 4.0]]) * scale
    expected = 4 * scale * math.fsum((v / 4) ** power for v in (1, 2, 3, 4)) ** (1 / power)
    walk = Pooling(2, kind="lp", power=power).walk(x)
    assert walk[0].value == pytest.approx(expected, rel=1e-9)
    assert walk.output.item() == pytest.approx(expected, rel=1e-9)


@every
def test_nothing_is_no_input(name):
    with pytest.raises(CnnstepError) as caught:
        MAKE[name](np.ones((2, 3, 3))).walk(np.ones((0, 3, 3)))
    assert caught.value.hint


class Spy(Flatten):
    """An operation whose whole output must not be asked for."""

    def bind(self, x):
        bound = super().bind(x)

        class Bound:
            grid = bound.grid
            places = bound.places
            visits, counted = "output", ""
            visit = bound.visit
            output_shape = bound.output_shape

            def output(self):
                raise AssertionError("the whole output was computed")

        return Bound()


def test_a_cell_of_a_layer_runs_no_layer_whole_but_those_before():
    x = np.arange(4.0).reshape(1, 2, 2)
    run = Run(standing([("flatten", "flatten", Spy())] * 2, x.shape), x)
    assert run.walk(1).at((3,))[0].value == 3
    with pytest.raises(AssertionError, match="whole output"):
        run.walk(2)
