"""The engine against SciPy, and against PyTorch where it is installed (`make reference`)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from cnnstep import Convolution, kernels, replay
from cnnstep.geometry import sliding_axes, transposed_axes
from tests.strategies import cases
from tests.test_convolution import built

try:
    import torch
except ImportError:
    torch = None

needs_torch = pytest.mark.skipif(torch is None, reason="PyTorch is not installed; `make reference` installs it")
PICTURE = np.random.default_rng(5).integers(0, 256, (61, 83), dtype=np.uint8)
SCIPY_MODES = {"zeros": "constant", "reflect": "mirror", "replicate": "nearest", "circular": "wrap"}


@pytest.mark.parametrize("name", kernels)
def test_every_kernel_against_scipy(name):
    kernel = kernels[name]
    axes = kernel.weights.ndim
    x = {1: PICTURE[0], 2: PICTURE, 3: PICTURE[:60].reshape(5, 12, 83)}[axes].astype(np.int64)
    valid = signal.correlate(x, kernel.weights, mode="valid", method="direct") / kernel.divisor
    assert np.array_equal(Convolution(kernel, axes=axes).output(x)[0], valid)
    if all(side % 2 for side in kernel.weights.shape):  # of an even kernel the odd cell goes to the other side
        for ours, theirs in SCIPY_MODES.items():
            same = ndimage.correlate(x, kernel.weights, mode=theirs) / kernel.divisor
            assert np.array_equal(Convolution(kernel, padding="same", pad_mode=ours, axes=axes).output(x)[0], same)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_padding_rules_against_scipy(mode):
    rng = np.random.default_rng(6)
    x, w = rng.normal(size=(20, 30)), rng.normal(size=(3, 5))
    expected = signal.correlate2d(x, w, mode=mode)
    np.testing.assert_allclose(Convolution(w, padding=mode).output(x)[0], expected, rtol=1e-12, atol=1e-12)


def test_sound_and_volumes_against_scipy():
    rng = np.random.default_rng(7)
    sound, volume = rng.integers(-99, 99, 500), rng.integers(-99, 99, (9, 10, 11))
    w1, w3 = rng.integers(-9, 9, 7), rng.integers(-9, 9, (2, 3, 4))
    assert Convolution(w1, axes=1).output(sound)[0].tolist() == signal.correlate(sound, w1, mode="valid").tolist()
    expected = signal.correlate(volume, w3, mode="valid", method="direct")
    assert Convolution(w3, axes=3).output(volume)[0].tolist() == expected.tolist()


def torch_convolution(case):
    """PyTorch in float64, which is exact for these integers; its padding modes are applied by hand."""
    functional = torch.nn.functional
    x = torch.from_numpy(case.x.astype(np.float64))[None]
    sides = [cells for pair in reversed(case.padding) for cells in pair]
    if case.mode in {"zeros", "constant"}:
        x = functional.pad(x, sides, value=float(case.pad_value))
    elif case.mode == "reflect" and len(case.stride) == 3:
        x = torch.from_numpy(np.pad(x.numpy(), [(0, 0), (0, 0), *case.padding], mode="reflect"))
    else:
        x = functional.pad(x, sides, mode=case.mode)
    convolve = (functional.conv1d, functional.conv2d, functional.conv3d)[len(case.stride) - 1]
    weights, bias = torch.from_numpy(case.weights.astype(np.float64)), torch.tensor(case.bias, dtype=torch.float64)
    return convolve(x, weights, bias, case.stride, 0, case.dilation, case.groups)[0].numpy()


@needs_torch
@settings(max_examples=300)
@given(cases())
def test_convolution_against_pytorch(case):
    walk = built(case).walk(case.x)
    expected = torch_convolution(case)
    assert walk.output.tolist() == expected.tolist()
    assert replay(walk).tolist() == expected.tolist()


@needs_torch
@given(n=st.integers(1, 20), k=st.integers(1, 5), s=st.integers(1, 4), p=st.integers(0, 2), d=st.integers(1, 3))
def test_sizes_against_pytorch(n, k, s, p, d):
    x, w = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
    if n + 2 * p >= d * (k - 1) + 1:
        expected = torch.nn.functional.conv1d(x, w, None, s, p, d).shape[2]
        assert sliding_axes([n], k, s, p, d)[0].output == expected
        if p <= k // 2:
            pooled = torch.nn.functional.max_pool1d(x, k, s, p, d, ceil_mode=True).shape[2]
            assert sliding_axes([n], k, s, p, d, ceil=True)[0].output == pooled
    extra = max(s, d) - 1
    if (n - 1) * s + d * (k - 1) + 1 + extra > 2 * p:
        expected = torch.nn.functional.conv_transpose1d(x, w, None, s, p, extra, 1, d).shape[2]
        assert transposed_axes([n], k, s, p, d, extra)[0].output == expected


@needs_torch
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")  # about speed, not numbers
@given(n=st.integers(1, 30), k=st.integers(1, 9), d=st.integers(1, 3))
def test_same_with_stride_1_is_pytorchs(n, k, d):
    x = torch.arange(n, dtype=torch.float64)[None, None]
    w = torch.arange(1, k + 1, dtype=torch.float64)[None, None]
    expected = torch.nn.functional.conv1d(x, w, padding="same", dilation=d)[0].numpy()
    ours = Convolution(np.arange(1, k + 1), 1, "same", d, axes=1).output(np.arange(n))
    assert ours.tolist() == expected.tolist()


@needs_torch
def test_many_channels_against_pytorch():
    rng = np.random.default_rng(8)
    x, w = rng.normal(size=(16, 20, 21)), rng.normal(size=(24, 8, 3, 3))
    expected = torch.nn.functional.conv2d(torch.from_numpy(x)[None], torch.from_numpy(w), None, 2, 1, 1, 2)[0].numpy()
    np.testing.assert_allclose(Convolution(w, 2, 1, groups=2).output(x), expected, rtol=1e-11, atol=1e-11)
