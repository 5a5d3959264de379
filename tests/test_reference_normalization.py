"""Normalisation against PyTorch. `make reference` installs it and runs this."""

import numpy as np
import pytest

from cnnstep import BatchNormalization, Normalization

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make reference` installs it")
functional = torch.nn.functional
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
