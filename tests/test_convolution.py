"""The engine against a plain loop: every step, the whole map, and the predicted shape."""

import numpy as np
import pytest
from hypothesis import given, settings

from cnnstep import Convolution, Kernel, kernels, replay
from cnnstep.errors import CnnstepError, DataError, GeometryError
from tests.reference import convolve
from tests.strategies import cases

FIVE = np.array([[1, 2, 3, 0, 1], [4, 5, 6, 1, 2], [7, 8, 9, 2, 3], [1, 2, 3, 4, 5], [6, 7, 8, 5, 6]])
HALVES = np.array([[10, 10, 10, 0, 0, 0]] * 6)


def built(case):
    return Convolution(
        case.weights,
        case.stride,
        case.padding,
        case.dilation,
        case.groups,
        case.bias,
        axes=len(case.stride),
        pad_mode=case.mode,
        pad_value=case.pad_value,
    )


@settings(max_examples=250)
@given(cases())
def test_steps_map_and_loop_agree(case):
    convolution = built(case)
    walk = convolution.walk(case.x)
    expected = convolve(
        case.x,
        case.weights,
        case.stride,
        case.padding,
        case.dilation,
        case.groups,
        case.bias,
        case.mode,
        case.pad_value,
    )
    assert convolution.output_shape(case.x.shape) == expected.shape == walk.shape == walk.output.shape
    assert replay(walk).tolist() == expected.tolist()
    assert walk.output.tolist() == expected.tolist()


@settings(max_examples=100)
@given(cases(most_axes=2))
def test_every_step_is_whole(case):
    walk = built(case).walk(case.x)
    for step in walk:
        assert step.products.tolist() == (step.patch * step.weights).tolist()
        assert step.value == step.products.sum() + step.bias
        inside = [np.isin(w, range(n)) for w, n in zip(step.window, case.x.shape[1:], strict=True)]
        expected = ~np.logical_and.reduce(np.meshgrid(*inside, indexing="ij"))
        assert step.is_padding.tolist() == expected.tolist()


def test_worked_examples():
    assert Convolution(kernels["vertical"]).output(FIVE).tolist() == [[[-6, 12, 12], [-6, 8, 8], [-6, 6, 6]]]
    assert Convolution(kernels["vertical"]).output(HALVES).tolist() == [[[0, 30, 30, 0]] * 4]


def test_walk_is_a_sequence():
    walk = Convolution(kernels["vertical"]).walk(FIVE)
    assert len(walk) == 9
    assert walk[-1].index == walk[8].index == walk[0, 2, 2].index == walk[2, 2].index == (0, 2, 2)
    assert [step.number for step in walk[2:8:3]] == [2, 5]
    assert [step.value for step in walk] == walk.output.ravel().tolist()
    assert [step.value for step in reversed(walk[1:3])] == [12, 12]
    with pytest.raises(IndexError):
        walk[9]
    with pytest.raises(GeometryError, match="outside"):
        walk[0, 3, 0]
    with pytest.raises(GeometryError, match="outside"):
        walk[0, 0, 0, 0]


def test_steps_cannot_be_changed():
    step = Convolution(kernels["vertical"]).walk(FIVE)[0]
    for array in (step.patch, step.weights, step.products, step.is_padding):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_step_of_a_large_image_reads_its_window_only(monkeypatch):
    x = np.lib.stride_tricks.as_strided(np.uint8([7]), shape=(100_000, 100_000), strides=(0, 0))
    walk = Convolution(kernels["edge"]).walk(x)
    monkeypatch.setattr(type(walk.bound), "output", lambda _: pytest.fail("the whole map was computed"))
    assert len(walk) == 99_998**2
    assert walk[0, 99_997, 99_997].value == 0
    assert walk[-1].window == (range(99_997, 100_000), range(99_997, 100_000))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_plain_kernel_is_applied_to_every_channel_and_summed(channels):
    x = np.arange(channels * 30).reshape(channels, 5, 6)
    alone = [Convolution(kernels["sobel-x"]).output(channel) for channel in x]
    assert Convolution(kernels["sobel-x"]).output(x).tolist() == sum(alone).tolist()


def test_a_plain_kernel_serves_every_group():
    x = np.arange(90).reshape(3, 5, 6) ** 2 % 71
    depthwise = Convolution(kernels["edge"], groups=3).output(x)
    assert depthwise.tolist() == [Convolution(kernels["edge"]).output(channel)[0].tolist() for channel in x]


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int8, np.int16])
def test_small_weights_do_not_wrap(kind):
    """A constant with a hole is split as a constant and a rest; in the kernel's own type the rest would wrap."""
    x = np.arange(49).reshape(7, 7)
    weights = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=kind)
    assert (
        Convolution(weights).output(x).tolist()
        == convolve(x[None], weights.astype(int)[None, None], (1, 1), [(0, 0)] * 2).tolist()
    )


def test_biases_of_both_signs_do_not_wrap():
    walk = Convolution([Kernel([[21] * 3] * 3), Kernel([[20] * 3] * 3)], bias=[5, -3]).walk(np.zeros((3, 3), np.uint8))
    assert walk.output.ravel().tolist() == [step.value for step in walk] == [5, -3]


def test_extreme_weights_do_not_wrap():
    most = 2**63 - 1
    walk = Convolution([[most, most, most], [most, -most, most], [most] * 3]).walk(np.full((3, 3), 2))
    assert walk.output.item() == walk[0].value == 14 * most


def test_flip_is_true_convolution():
    signal = pytest.importorskip("scipy.signal")
    kernel = np.arange(6).reshape(2, 3)
    expected = signal.convolve2d(FIVE, kernel, mode="valid")
    assert Convolution(kernel, flip=True).output(FIVE)[0].tolist() == expected.tolist()


def test_a_divisor_divides_the_exact_sum_once():
    x = np.arange(36).reshape(6, 6) * 7
    walk = Convolution([kernels["box"], kernels["edge"]], bias=[0.5, 1]).walk(x)
    assert walk.output[0].tolist() == [
        [sum(x[i : i + 3, j : j + 3].ravel().tolist()) / 9 + 0.5 for j in range(4)] for i in range(4)
    ]
    assert replay(walk).tolist() == walk.output.tolist()
    assert walk[0].divisor == 9
    assert walk[1, 0, 0].divisor == 1


@pytest.mark.parametrize(
    ("x", "kernel", "dtype"),
    [
        (np.full((3, 3), 255, np.uint8), [[1] * 3] * 3, np.int16),
        (np.full((3, 3), 255, np.uint8), [[28] * 3] * 3, np.uint16),
        (np.full((3, 3), 255, np.uint8), [[200] * 3] * 3, np.int32),
        (np.full((3, 3), 255, np.uint8), [[-28] * 3] * 3, np.int32),
        (np.full((3, 3), 2**31 - 1), [[2**20] * 3] * 3, np.int64),
        (np.full((3, 3), 2**62), [[2**20] * 3] * 3, object),
        (np.full((3, 3), np.iinfo(np.int64).min), [[1] * 3] * 3, object),
        (np.full((3, 3), 2**64 - 1, np.uint64), [[-1] * 3] * 3, object),
    ],
    ids=["int16", "uint16", "int32", "int32 for signs", "int64", "beyond", "the smallest", "the largest"],
)
def test_integers_are_exact_in_the_smallest_type(x, kernel, dtype):
    walk = Convolution(kernel, bias=1).walk(x)
    assert walk.output.dtype == dtype
    exact = sum(int(a) * w for a, w in zip(x.ravel(), np.ravel(kernel).tolist(), strict=True)) + 1
    assert walk.output.item() == walk[0].value == exact


@pytest.mark.parametrize("shape", [(40, 50), (2, 40, 50), (7, 23, 9)])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_floats_agree_with_the_loop(shape, stride):
    rng = np.random.default_rng(3)
    x = rng.normal(size=shape)
    x3 = x if x.ndim == 3 else x[None]
    w = rng.normal(size=(5, len(x3), 3, 2))
    walk = Convolution(w, stride).walk(x)
    expected = convolve(x3, w, (stride,) * 2, [(0, 0)] * 2).astype(float)
    np.testing.assert_allclose(walk.output, expected, rtol=1e-12, atol=1e-12)
    assert walk[1, 2, 1].value == pytest.approx(expected[1, 2, 1], rel=1e-12, abs=1e-12)


def test_many_bands_and_threads_give_the_same_map(monkeypatch):
    from cnnstep.engine.fast import slabs, threads

    x = np.random.default_rng(1).integers(0, 256, (3, 301, 203), dtype=np.uint8)
    w = np.random.default_rng(2).integers(-5, 6, (4, 3, 5, 3))
    for mode in ("zeros", "reflect", "circular"):
        make = Convolution(w, (2, 1), ((3, 1), (2, 2)), (1, 2), pad_mode=mode)
        whole = make.output(x)
        monkeypatch.setattr(slabs, "SLAB_BYTES", 4000)
        monkeypatch.setattr(threads, "SERIAL_WORK", 0)
        assert np.array_equal(make.output(x), whole)
        monkeypatch.undo()


@pytest.mark.parametrize("dtype", [bool, np.float16, np.float32])
def test_other_types_become_numbers(dtype):
    x = np.array([[1, 0], [1, 1]], dtype=dtype)
    assert Convolution([[1, 1], [1, 1]]).output(x).tolist() == [[[3]]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convolution(np.ones((5, 5))).walk(np.ones((3, 3))), "a 5×5 kernel does not fit in a 3×3 input"),
        (lambda: Convolution([[1]], stride=0), "stride must be 1 or more, not 0"),
        (lambda: Convolution([[1]], dilation=0), "dilation must be 1 or more, not 0"),
        (lambda: Convolution([[1]], padding=-1), "padding must be 0 or more, not -1"),
        (lambda: Convolution([[1]], padding="some"), "'some' is no rule"),
        (lambda: Convolution([[1]], groups=0), "groups must be 1 or more, not 0"),
        (lambda: Convolution([[1]], groups=2).walk(np.ones((3, 4, 4))), "2 groups do not divide 3 channels"),
        (
            lambda: Convolution(np.ones((3, 1, 2, 2)), groups=2).walk(np.ones((2, 4, 4))),
            "2 groups do not divide 3 filters",
        ),
        (lambda: Convolution(np.ones((1, 2, 2, 2))).walk(np.ones((3, 4, 4))), "filters of 2 channels"),
        (lambda: Convolution([kernels["edge"], kernels["log"]]), "filter 2 is 5×5, but filter 1 is 3×3"),
        (lambda: Convolution([[1]], bias=[1, 2]).walk(FIVE), "2 biases do not fit 1 filter"),
        (lambda: Convolution(np.ones((2, 2, 2))), "a kernel of shape 2×2×2 has 3 axes"),
        (lambda: Convolution([[1]]).walk([1, 2]), "does not have 2 spatial axes"),
        (lambda: Convolution([[1]], pad_mode="mirror"), "no padding mode 'mirror'"),
        (
            lambda: Convolution([[1]], padding=5, pad_mode="reflect").walk(FIVE),
            "reflect padding 5 is too wide for 5 cells",
        ),
        (lambda: Convolution([[1]], padding=6, pad_mode="circular").walk(FIVE), "circular padding 6 is too wide"),
        (lambda: Convolution([[1, 2], [3]]), "ragged"),
        (lambda: Convolution(np.full((1, 1), 2**64 - 1, np.uint64)), "needs more than 63 bits"),
        (lambda: Kernel([[1]], divisor=0), "the divisor must not be 0"),
        (lambda: Kernel([[1]], divisor=float("nan")), "the divisor holds nan"),
        (lambda: Convolution([[1]], pad_mode="constant", pad_value=float("nan")), "the padding value holds nan"),
        (lambda: Convolution([[1]], pad_mode="reflect", pad_value=7), "a padding value of 7 needs the mode constant"),
        (lambda: Convolution([[1]], stride=(1.5, 1)), "stride must be whole numbers, not 1.5"),
        (lambda: Convolution([[1]], padding=0.5), "padding must be whole numbers, not 0.5"),
        (lambda: Convolution([["a"]]), "not numbers"),
        (lambda: Convolution([[1]]).walk([[1.0, float("nan")]]), r"nan at \[0, 1\]"),
        (lambda: Convolution([[1]]).walk([[float("inf")]]), r"inf at \[0, 0\]"),
        (lambda: Convolution([[1]], stride=(1, 2, 3)), "3 numbers, but there are 2 spatial axes"),
        (lambda: Convolution([[1]]).walk(np.ones((0, 3))), "in must be 1 or more, not 0"),
    ],
)
def test_what_does_not_fit_is_refused_before_the_first_step(make, message):
    with pytest.raises(CnnstepError, match=message) as caught:
        make()
    assert isinstance(caught.value, (GeometryError, DataError))
    assert caught.value.hint


def test_numbers_of_numpy_are_numbers():
    walk = Convolution([[1]], np.int64(2), np.int64(1), pad_mode="constant", pad_value=np.float32(0.5)).walk(FIVE)
    assert walk.output[0, 0, 0] == walk[0].value == 0.5


def test_nothing_can_be_changed_from_outside():
    bias = np.array([1.0])
    convolution = Convolution([[1]], bias=bias)
    bias[0] = 9
    assert convolution.output([[1]]).item() == 2
    with pytest.raises(ValueError, match="read-only"):
        convolution.walk(FIVE).output[...] = 0


def test_a_kernel_keeps_its_own_copy():
    weights = np.ones((2, 2), dtype=int)
    kernel = Kernel(weights)
    weights[...] = 9
    assert kernel.weights.tolist() == [[1, 1], [1, 1]]
