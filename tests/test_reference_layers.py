"""Every operation but convolution, against SciPy, and against PyTorch where it is installed (`make reference`)."""

import numpy as np
import pytest
from scipy import ndimage, special

from cnnstep import Activation, Dense, Flatten, Normalization, Pooling, Softmax, TransposedConvolution

try:
    import torch
except ImportError:
    torch = None

needs_torch = pytest.mark.skipif(torch is None, reason="PyTorch is not installed; `make reference` installs it")
RNG = np.random.default_rng(11)
SHAPES = {1: (3, 40), 2: (3, 13, 18), 3: (2, 7, 8, 9)}
FILTERS = {"max": ndimage.maximum_filter, "min": ndimage.minimum_filter, "median": ndimage.median_filter}


@pytest.mark.parametrize("kind", FILTERS)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_pooling_against_scipy(kind, axes):
    x = RNG.integers(-99, 99, SHAPES[axes])
    ours = Pooling(3, 1, kind=kind, axes=axes).output(x)
    inside = (slice(None), *(slice(1, -1),) * axes)
    theirs = np.stack([FILTERS[kind](channel, size=3) for channel in x])[inside]
    assert ours.tolist() == theirs.tolist()


def test_average_against_scipy():
    x = RNG.normal(size=(20, 30))
    theirs = ndimage.uniform_filter(x, size=5)[2:-2, 2:-2]
    np.testing.assert_allclose(Pooling(5, 1, kind="average").output(x)[0], theirs, rtol=1e-9, atol=1e-12)


def test_softmax_and_activations_against_scipy():
    x = RNG.normal(size=500) * 20
    np.testing.assert_allclose(Softmax().output(x), special.softmax(x), rtol=1e-12)
    np.testing.assert_allclose(Activation("sigmoid").output(x), special.expit(x), rtol=1e-12)
    np.testing.assert_allclose(Activation("gelu").output(x), x * special.ndtr(x), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(Activation("softplus").output(x), np.logaddexp(0, x), rtol=1e-12)


def tensor(array):
    return torch.from_numpy(np.asarray(array, dtype=np.float64))[None]


SETTINGS = [
    {"window": 2}, {"window": 3, "stride": 2}, {"window": 3, "stride": 2, "padding": 1},
    {"window": 3, "stride": 2, "ceil": True}, {"window": 3, "stride": 3, "padding": 1, "ceil": True},
    {"window": 2, "stride": 3, "padding": 1, "ceil": True},
]  # fmt: skip


@needs_torch
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_pooling_against_pytorch(number, axes):
    settings = SETTINGS[number]
    x = RNG.integers(-99, 99, SHAPES[axes])
    functional = torch.nn.functional
    theirs = {key: settings[key] for key in ("stride", "padding") if key in settings}
    theirs["ceil_mode"] = settings.get("ceil", False)
    ours = Pooling(**settings, axes=axes)
    peer = getattr(functional, f"max_pool{axes}d")(tensor(x), settings["window"], **theirs)[0]
    assert ours.output(x).tolist() == peer.numpy().tolist()
    for include in (False, True):
        average = Pooling(**settings, axes=axes, kind="average", include_padding=include).output(x)
        peer = getattr(functional, f"avg_pool{axes}d")(
            tensor(x), settings["window"], **theirs, count_include_pad=include
        )[0]
        np.testing.assert_allclose(average, peer.numpy(), rtol=1e-12, atol=1e-12)


@needs_torch
def test_dilated_and_lp_pooling_against_pytorch():
    x = RNG.integers(0, 99, (2, 12, 15))
    peer = torch.nn.functional.max_pool2d(tensor(x), 3, 2, 1, dilation=2)[0]
    assert Pooling(3, 2, 1, dilation=2).output(x).tolist() == peer.numpy().tolist()
    peer = torch.nn.functional.lp_pool2d(tensor(x), 3.0, 2)[0]
    np.testing.assert_allclose(Pooling(2, kind="lp", power=3).output(x), peer.numpy(), rtol=1e-9)


@needs_torch
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize(
    "settings",
    [{}, {"stride": 2}, {"stride": 2, "padding": 1, "output_padding": 1}, {"stride": 3, "dilation": 2, "padding": 2}],
    ids=str,
)
def test_transposed_against_pytorch(settings, axes):
    x = RNG.integers(-9, 9, (4, *(5, 4, 3)[:axes]))
    w, bias = RNG.integers(-9, 9, (4, 3, *(3,) * axes)), RNG.integers(-9, 9, 6)
    ours = TransposedConvolution(w, groups=2, bias=bias, axes=axes, **settings).output(x)
    peer = getattr(torch.nn.functional, f"conv_transpose{axes}d")(
        tensor(x), tensor(w)[0], tensor(bias)[0], groups=2, **settings
    )
    assert ours.tolist() == peer[0].numpy().tolist()


PEERS = {
    "relu": "relu", "relu6": "relu6", "leaky-relu": "leaky_relu", "elu": "elu", "selu": "selu", "gelu": "gelu",
    "silu": "silu", "hardswish": "hardswish", "mish": "mish",
    "sigmoid": "sigmoid", "hard-sigmoid": "hardsigmoid", "tanh": "tanh", "hard-tanh": "hardtanh", "softplus": "softplus",
}  # fmt: skip


@needs_torch
@pytest.mark.parametrize("name", PEERS)
def test_activations_against_pytorch(name):
    x = RNG.normal(size=2000) * 6
    peer = getattr(torch.nn.functional, PEERS[name])(tensor(x))[0].numpy()
    np.testing.assert_allclose(Activation(name).output(x), peer, rtol=1e-6, atol=1e-8)


@needs_torch
def test_gelu_by_tanh_against_pytorch():
    x = RNG.normal(size=2000) * 6
    peer = torch.nn.functional.gelu(tensor(x), approximate="tanh")[0].numpy()
    np.testing.assert_allclose(Activation("gelu-tanh").output(x), peer, rtol=1e-9, atol=1e-13)


@needs_torch
def test_the_way_to_an_answer_against_pytorch():
    x = RNG.integers(0, 255, (3, 6, 7))
    w, bias = RNG.normal(size=(5, x.size)), RNG.normal(size=5)
    flat = torch.flatten(tensor(x), 1)
    assert Flatten().output(x).tolist() == flat[0].numpy().tolist()
    logits = torch.nn.functional.linear(flat, tensor(w)[0], tensor(bias)[0])
    np.testing.assert_allclose(Dense(w, bias).output(x), logits[0].numpy(), rtol=1e-9)
    np.testing.assert_allclose(Softmax().output(logits[0].numpy()), torch.softmax(logits, 1)[0].numpy(), rtol=1e-9)
    scale, shift = RNG.normal(size=3), RNG.normal(size=3)
    peer = torch.nn.functional.batch_norm(tensor(x), None, None, tensor(scale)[0], tensor(shift)[0], training=True)
    np.testing.assert_allclose(Normalization(scale, shift).output(x), peer[0].numpy(), rtol=1e-9, atol=1e-9)
