"""Every built-in architecture against PyTorch: shapes, walks and batches. `make reference` installs it and runs this."""

import numpy as np
import pytest

from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.forward import Forward
from cnnstep.networks.run import Run
from tests.test_forward import network_of
from tests.test_origins import SMALL

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make reference` installs it")
functional = torch.nn.functional


def conv(layer, weights, x):
    rows, columns = layer.plan.sizes.axes
    padded = functional.pad(x, (columns.before, columns.after, rows.before, rows.after))
    weight, bias = (torch.from_numpy(np.array(weights[part], dtype=float)) for part in ("weight", "bias"))
    return functional.conv2d(padded, weight, bias, (rows.stride, columns.stride), groups=layer.plan.sizes.groups)


def subsample(_, weights, x):
    each = [torch.from_numpy(np.array(weights[part], dtype=float)).reshape(-1, 1, 1) for part in ("weight", "bias")]
    return 4 * functional.avg_pool2d(x, 2) * each[0] + each[1]


def dense(_, weights, x):
    return functional.linear(
        x, *(torch.from_numpy(np.array(weights[part], dtype=float)) for part in ("weight", "bias"))
    )


def pool(function):
    return lambda layer, _, x: function(x, layer.plan.sizes.axes[0].kernel, layer.plan.sizes.axes[0].stride)


MODULES = {
    "conv": conv,
    "subsample": subsample,
    "dense": dense,
    "maxpool": pool(functional.max_pool2d),
    "avgpool": pool(functional.avg_pool2d),
    "flatten": lambda _, __, x: x.flatten(1),
    "relu": lambda _, __, x: functional.relu(x),
    "tanh": lambda _, __, x: torch.tanh(x),
    "scaled-tanh": lambda _, __, x: 1.7159 * torch.tanh(2 / 3 * x),
    "dropout": lambda _, __, x: x,
    "softmax": lambda _, __, x: functional.softmax(x, 1),
}


@pytest.mark.parametrize("name", SMALL)
def test_pytorch_agrees_on_every_architecture(name):
    network = network_of(ARCHITECTURES[name].chain, SMALL[name])
    batch = np.random.default_rng(0).normal(size=(2, *SMALL[name])).astype(np.float32)
    x = torch.from_numpy(batch).double()
    for layer in network.layers:
        x = MODULES[layer.word](layer, network.weights_of(layer.number), x)
        assert tuple(x.shape[1:]) == layer.output
    expected = x.numpy()
    np.testing.assert_allclose(Forward(network)(batch), expected, rtol=2e-4, atol=1e-6)
    walked = Run(network, batch[0].astype(np.float64)).walk(len(network.layers)).output
    np.testing.assert_allclose(walked, expected[0], rtol=1e-9, atol=1e-12)
