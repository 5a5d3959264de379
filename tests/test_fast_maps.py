"""Whole maps of fractions as banded products: against plain loops, in both types, with every setting."""

import numpy as np
import pytest

from cnnstep import Convolution, Pooling, kernels
from cnnstep.engine.fast import banded, threads
from cnnstep.engine.fast.banded import is_banded
from cnnstep.geometry import Axis
from tests.reference import convolve

SETTINGS = {
    "3×3": ((1, 9, 12), (1, 1, 3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "tall blocks": ((1, 41, 7), (1, 1, 11, 5), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "stride": ((1, 23, 20), (1, 1, 5, 4), (2, 3), ((2, 2), (1, 1)), (1, 1), 1),
    "dilation and stride": ((1, 30, 31), (1, 1, 4, 5), (3, 2), ((1, 2), (3, 0)), (2, 3), 1),
    "channels": ((3, 13, 13), (2, 3, 5, 5), (1, 1), ((4, 0), (0, 4)), (1, 1), 1),
    "groups": ((4, 12, 11), (4, 2, 4, 5), (1, 2), ((1, 1), (2, 2)), (1, 1), 2),
    "as columns": ((8, 12, 11), (8, 8, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
}


@pytest.fixture(autouse=True)
def small_maps_too(monkeypatch):
    monkeypatch.setattr(banded, "LARGE", 1)


def test_small_maps_are_added_up_alike_on_every_machine(monkeypatch):
    weights = np.random.default_rng(0).normal(size=(1, 5, 5))
    assert is_banded(weights, [Axis(20, 5)] * 2, np.dtype(float))
    monkeypatch.undo()
    assert not is_banded(weights, [Axis(20, 5)] * 2, np.dtype(float))
    assert is_banded(weights, [Axis(400, 5)] * 2, np.dtype(float))


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_maps_are_those_of_plain_loops(name, dtype):
    shape, kernel, stride, padding, dilation, groups = SETTINGS[name]
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=shape).astype(dtype), rng.normal(size=kernel)
    bias = rng.normal(size=kernel[0])
    map_ = Convolution(w, stride, padding, dilation, groups, bias).output(x)
    assert map_.dtype == dtype
    expected = convolve(x, w, stride, padding, dilation, groups).astype(float) + bias.reshape(-1, 1, 1)
    exact = 1e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(map_, expected, rtol=exact, atol=exact)


def test_columns_of_zeros_and_kernels_of_zeros():
    x = np.random.default_rng(0).normal(size=(1, 20, 20))
    w = np.random.default_rng(1).normal(size=(9, 9))
    w[:, ::2] = 0
    assert is_banded(w[None], [Axis(20, 9)] * 2, x.dtype)
    np.testing.assert_allclose(
        Convolution(w).output(x), convolve(x, w[None, None], (1, 1), [(0, 0)] * 2).astype(float), atol=1e-12
    )
    assert not Convolution(np.zeros((3, 3))).output(x).any()


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_fractions_beside_every_kind_of_padding(mode):
    x, w = np.random.default_rng(0).normal(size=(9, 10)), np.random.default_rng(1).normal(size=(5, 5))
    walk = Convolution(w, padding=3, pad_mode=mode, pad_value=0.5 * (mode == "constant")).walk(x)
    np.testing.assert_allclose(walk.output.ravel(), [step.value for step in walk], rtol=1e-11, atol=1e-13)


def test_single_precision_ends_where_it_would_overflow():
    x = np.full((4, 4), 1e29, np.float32)
    assert Convolution(np.full((2, 2), 1e6)).output(x).dtype == np.float32
    for made in (
        Convolution(np.full((2, 2), 1e20)).output(x),
        Convolution(np.ones((2, 2)), bias=1e39).output(x),
        Convolution(np.ones((2, 2))).output(x * np.float32(1e9)),
    ):
        assert made.dtype == np.float64
        assert np.isfinite(made).all()


def test_steps_of_single_precision_are_those_of_double():
    x = np.random.default_rng(0).random((6, 6)).astype(np.float32)
    walk, double = Convolution(kernels["gaussian5"]).walk(x), Convolution(kernels["gaussian5"]).walk(x.astype(float))
    assert [step.value for step in walk] == [step.value for step in double]
    np.testing.assert_allclose(walk.output, double.output, rtol=1e-6)


@pytest.mark.parametrize("kind", ["max", "min", "average", "lp", "median"])
def test_pooling_of_single_precision(kind):
    x = np.random.default_rng(0).normal(size=(2, 9, 9)).astype(np.float32)
    pooled, double = (Pooling(3, 2, 1, kind=kind).output(each) for each in (x, x.astype(float)))
    assert pooled.dtype == np.float32
    assert double.dtype == np.float64
    np.testing.assert_allclose(pooled, double, rtol=1e-6)


@pytest.fixture
def several(monkeypatch):
    monkeypatch.setattr(threads, "SERIAL_WORK", 0)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")


def test_blas_has_one_thread_while_ours_run_and_its_own_after(several):
    if (blas := threads._openblas()) is None:
        pytest.skip("another BLAS")
    before, seen = blas[0](), []
    threads.run(lambda _: seen.append(blas[0]()), range(7), 1, blas=True)
    assert seen == [1] * 7
    with threads.single_blas(), threads.single_blas():
        pass
    assert blas[0]() == before


def test_what_a_part_raises_arrives(several):
    with pytest.raises(ZeroDivisionError):
        threads.run(lambda n: 1 // n, [1, 0, 2], 1)


def test_a_blas_that_cannot_be_told_keeps_the_cores_to_itself(several, monkeypatch):
    import threading

    monkeypatch.setattr(threads, "_openblas", lambda: None)
    seen = []
    threads.run(lambda _: seen.append(threading.current_thread()), range(3), 1, blas=True)
    assert seen == [threading.main_thread()] * 3


@pytest.mark.parametrize(("asked", "cores"), [("1", 1), ("5", 5)])
def test_threads_as_many_as_openmp_is_told(monkeypatch, asked, cores):
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert threads.cores() == cores


@pytest.mark.parametrize("asked", ["", "0", "many", "²", "4,2"])
def test_what_openmp_would_not_read_is_not_there(monkeypatch, asked):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    all_cores = threads.cores()
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert threads.cores() == all_cores
