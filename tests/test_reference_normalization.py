"""Normalisation and layers without bias against PyTorch. `make reference` installs it and runs this."""

import numpy as np
import pytest

from cnnstep import BatchNormalization, Normalization
from cnnstep.networks.forward import Forward
from cnnstep.networks.network import Network
from tests.test_forward import network_of

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make reference` installs it")
functional, nn = torch.nn.functional, torch.nn
RNG = np.random.default_rng(23)
SHAPES = [(2, 3, 6, 7), (4, 2, 5), (3, 2, 3, 4, 5)]


def tensor(values):
    return torch.from_numpy(np.asarray(values, dtype=float))


@pytest.mark.parametrize("shape", SHAPES)
def test_batch_normalisation_at_inference(shape):
    x, channels = RNG.normal(size=shape), shape[1]
    mean, scale, shift = (RNG.normal(size=channels) for _ in range(3))
    variance = RNG.random(channels)
    peer = functional.batch_norm(tensor(x), tensor(mean), tensor(variance), tensor(scale), tensor(shift))
    ours = np.stack([BatchNormalization(mean, variance, scale, shift).output(image) for image in x])
    np.testing.assert_allclose(ours, peer.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [(2, 3, 6, 7), (5, 1, 2, 2), (3, 2, 3, 4, 5)])
def test_batch_normalisation_in_training(shape):
    x, scale, shift = RNG.normal(size=shape), RNG.normal(size=shape[1]), RNG.normal(size=shape[1])
    peer = functional.batch_norm(tensor(x), None, None, tensor(scale), tensor(shift), training=True)
    ours = Normalization(scale, shift, kind="batch").output(x)
    np.testing.assert_allclose(ours, peer.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [(3, 6, 7), (11,), (2, 5)])
def test_layer_normalisation(shape):
    x, scale, shift = RNG.normal(size=shape), RNG.normal(size=shape), RNG.normal(size=shape)
    peer = functional.layer_norm(tensor(x), shape, tensor(scale), tensor(shift))
    ours = Normalization(scale, shift, kind="layer").output(x)
    np.testing.assert_allclose(ours, peer.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [(3, 6, 7), (2, 5), (2, 3, 4, 5)])
def test_instance_normalisation(shape):
    x, scale, shift = RNG.normal(size=shape), RNG.normal(size=shape[0]), RNG.normal(size=shape[0])
    peer = functional.instance_norm(tensor(x)[None], weight=tensor(scale), bias=tensor(shift))
    np.testing.assert_allclose(Normalization(scale, shift).output(x), peer[0].numpy(), rtol=1e-9, atol=1e-12)


def test_a_network_with_pytorchs_own_weights():
    """Its state_dict has our names behind our layers' names, and the count that we ignore."""
    chained = "conv 4@3x3 nobias | batchnorm | mish | flatten | dense 6 nobias | batchnorm | hardswish | layernorm"
    torch.manual_seed(1)
    peer = nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Mish(), nn.Flatten(), nn.Linear(36, 6, bias=False),
        nn.BatchNorm1d(6), nn.Hardswish(), nn.LayerNorm(6),
    )  # fmt: skip
    batch = torch.randn(16, 1, 5, 5)
    for _ in range(3):
        peer(batch)  # so that running averages are not what they begin with
    peer.eval()
    network = network_of(chained, (1, 5, 5))
    names = {"0": "c1", "1": "batchnorm", "4": "f2", "5": "batchnorm-2", "7": "layernorm"}
    given = {
        f"{names[number]}.{part}": values.double().numpy()
        for name, values in peer.state_dict().items()
        for number, _, part in [name.partition(".")]
        if part != "num_batches_tracked"
    }
    assert set(given) == set(network.weights)
    made = Forward(Network(network.layers, given=given))(batch.numpy())
    np.testing.assert_allclose(made, peer(batch).detach().numpy(), rtol=2e-4, atol=2e-5)
