"""Every built-in architecture against PyTorch: shapes, walks and batches. `make reference` installs it and runs this."""

import numpy as np
import pytest

from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.backward import Backward
from cnnstep.networks.forward import Forward
from cnnstep.networks.run import Run
from tests.test_forward import network_of
from tests.test_origins import SMALL

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make reference` installs it")
functional = torch.nn.functional


def tensors(weights):
    """Weight and bias, as they are where PyTorch is to tell their gradients."""
    each = (weights[part] for part in ("weight", "bias"))
    return [v if torch.is_tensor(v) else torch.from_numpy(np.array(v, dtype=float)) for v in each]


def conv(layer, weights, x):
    rows, columns = layer.plan.sizes.axes
    padded = functional.pad(x, (columns.before, columns.after, rows.before, rows.after))
    return functional.conv2d(padded, *tensors(weights), (rows.stride, columns.stride), groups=layer.plan.sizes.groups)


def subsample(_, weights, x):
    each = [values.reshape(-1, 1, 1) for values in tensors(weights)]
    return 4 * functional.avg_pool2d(x, 2) * each[0] + each[1]


def dense(_, weights, x):
    return functional.linear(x, *tensors(weights))


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


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("images", [1, 5, 33])
def test_pytorch_agrees_on_every_gradient(name, images):
    network = network_of(ARCHITECTURES[name].chain, SMALL[name])
    backward = Backward(network, np.float64)
    for node in backward.graph(0).nodes + backward.graph(1).nodes:
        node.layer.rate = 0  # of dropout
    random = np.random.default_rng(0)
    batch, labels = random.normal(size=(images, *SMALL[name])), random.integers(0, network.layers[-1].output[0], images)
    loss, found = backward.gradients(batch, labels)
    theirs = {name: torch.tensor(values, requires_grad=True) for name, values in backward.weights.items()}
    x = torch.from_numpy(batch)
    for layer in network.layers[: -1 if network.layers[-1].word == "softmax" else None]:
        x = MODULES[layer.word](layer, {part: theirs[f"{layer.name}.{part}"] for part in layer.plan.parameters}, x)
    expected = functional.cross_entropy(x, torch.from_numpy(labels))
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-10)
    for key, gradient in found.items():
        connected = next(n for n in network.layers if key in (f"{n.name}.weight", f"{n.name}.bias"))
        mask = connected.plan.parameters[key.rpartition(".")[2]].mask
        theirs_there = theirs[key].grad.numpy() if mask is None else theirs[key].grad.numpy() * mask
        np.testing.assert_allclose(gradient, theirs_there, rtol=1e-6, atol=1e-12)


NORMS = {
    "batchnorm": lambda n, w, b: functional.batch_norm(n, None, None, w, b, training=True),
    "instancenorm": lambda n, w, b: functional.instance_norm(n, weight=w, bias=b),
    "layernorm": lambda n, w, b: functional.layer_norm(n, n.shape[1:], w, b),
}


@pytest.mark.parametrize("word", NORMS)
def test_pytorch_agrees_on_normalisation(word):
    network = network_of(f"{word} | flatten | dense 3", (3, 4, 5))
    backward = Backward(network, np.float64)
    random = np.random.default_rng(0)
    batch, labels = random.normal(size=(40, 3, 4, 5)), random.integers(0, 3, 40)
    loss, found = backward.gradients(batch, labels)
    theirs = {name: torch.tensor(values, requires_grad=True) for name, values in backward.weights.items()}
    x = NORMS[word](torch.from_numpy(batch), theirs[f"{word}.weight"], theirs[f"{word}.bias"])
    expected = functional.cross_entropy(
        functional.linear(x.flatten(1), theirs["f1.weight"], theirs["f1.bias"]), torch.from_numpy(labels)
    )
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-10)
    for key, gradient in found.items():
        np.testing.assert_allclose(gradient, theirs[key].grad.numpy(), rtol=1e-6, atol=1e-12)
