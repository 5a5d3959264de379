"""Batches as matrix products: the same answers as the walks, image by image, and as PyTorch."""

import json

import numpy as np
import pytest

from cnnstep.engine.convolution import Convolution
from cnnstep.engine.kernels import Kernel
from cnnstep.errors import GeometryError
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.forward import Forward
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble, standing
from cnnstep.networks.run import Run
from cnnstep.notation.chain import chain
from tests.test_origins import SMALL

CHAINS = {
    "stride and padding": ("conv 3@3x5 stride 2x1 padding 1x2 | relu", (2, 9, 11)),
    "uneven padding": ("conv 2@2x2 same | conv 2@3x3 padding 0:2x1:0", (1, 6, 7)),
    "dilation": ("conv 2@3x3 dilation 2x1 | conv 2@1x2 dilation 1x3", (2, 9, 9)),
    "dilated tiles": ("conv 2@3x3 dilation 2", (1, 12, 12)),
    "groups": ("conv 4@3x3 groups 2 | conv 8@3x3 groups 4 same", (2, 8, 8)),
    "depthwise": ("conv 1@3x3 depthwise | conv edge depthwise", (3, 8, 8)),
    "connected": ("conv 2@3x3 reads 0+2,1", (3, 6, 6)),
    "divisor": ("conv gaussian3", (1, 6, 6)),
    "pools": ("maxpool 3x2 stride 2x3 | avgpool 2 stride 1", (2, 9, 11)),
    "pools over the edge": ("maxpool 2 same | avgpool 3 stride 2 padding 1 | maxpool 2 ceil", (2, 7, 7)),
    "dilated pool": ("maxpool 2 stride 1 dilation 3 | globalavgpool", (2, 9, 9)),
    "pool of one": ("avgpool 1 | tanh", (1, 3, 3)),
    "subsampling": ("subsample 2 scaled-tanh", (3, 6, 6)),
    "activations": ("gelu | leaky-relu 0.2 | softplus | sigmoid", (2, 4, 4)),
    "batch normalisation": ("conv 3@3x3 nobias | batchnorm | flatten | dense 4 nobias | batchnorm", (2, 4, 4)),
    "layer normalisation": ("layernorm | flatten | layernorm", (2, 4, 4)),
    "batch normalisation of a signal": ("conv (1 0 -1) | batchnorm", (1, 12)),
    "normalisation": ("normalize | dropout 0.5 | flatten | dense 3 | softmax", (2, 4, 4)),
    "dense alone": ("dense 4 relu | dense 2", (2, 3, 4)),
    "in place first": ("tanh | relu", (1, 4, 4)),
    "a signal": ("conv (1 0 -1) | relu | maxpool 2", (1, 12)),
    "a film": ("conv frame-difference | maxpool 1x2x2", (1, 4, 6, 6)),
}


def network_of(chained, shape):
    return Network(assemble(chain(chained, KINDS), shape, read_kernel))


def agree(network, shape, images=3):
    batch = np.random.default_rng(0).normal(size=(images, *shape)).astype(np.float32)
    answers = Forward(network)(batch)
    assert answers.dtype == np.float32
    for image, answer in zip(batch, answers, strict=True):
        walk = Run(network, image.astype(np.float64)).walk(len(network.layers))
        np.testing.assert_allclose(answer, walk.output, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", CHAINS)
def test_batches_are_images_one_by_one(name):
    chained, shape = CHAINS[name]
    agree(network_of(chained, shape), shape)


@pytest.mark.parametrize("name", SMALL)
def test_architectures(name):
    agree(network_of(ARCHITECTURES[name].chain, SMALL[name]), SMALL[name], 2)


def test_a_border_that_is_not_zero_goes_image_by_image():
    operation = Convolution(Kernel(np.ones((3, 3))), 1, 1, pad_mode="reflect")
    agree(standing([("conv", "reflecting", operation)], (1, 5, 5)), (1, 5, 5))


def test_answers_stay_when_the_next_batch_comes_and_batches_stay_as_they_are():
    network = network_of("tanh | conv 2@3x3", (1, 5, 5))
    forward = Forward(network)
    first = np.random.default_rng(0).normal(size=(200, 1, 5, 5)).astype(np.float32)
    kept = first.copy()
    answers = forward(first)
    copy = answers.copy()
    forward(first * 2)
    np.testing.assert_array_equal(answers, copy)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_allclose(forward(first[150:]), answers[150:], rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 1, 4, 5), (0, 1, 5, 5), (5, 5), (1, 5, 5)])
def test_a_batch_of_another_shape(shape):
    with pytest.raises(GeometryError) as caught:
        Forward(network_of("conv 2@3x3", (1, 5, 5)))(np.zeros(shape))
    assert "1×5×5" in caught.value.message
    assert caught.value.hint


def test_many_images_get_a_row_each(run, tmp_path):
    network = network_of(ARCHITECTURES["lenet5"].chain, (1, 32, 32))
    images = np.random.default_rng(0).random((30, 1, 32, 32))
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "grey.npy", images[:, 0])
    told = json.loads(run("net", "lenet5", str(tmp_path / "images.npy"), "--untrained", "--json").stdout)
    expected = Forward(network)(images)
    assert told["classes"] == expected.argmax(axis=1).tolist()
    np.testing.assert_allclose(told["answers"], expected)
    grey = json.loads(run("net", "lenet5", str(tmp_path / "grey.npy"), "--untrained", "--json").stdout)
    assert grey["classes"] == told["classes"]
    saved = ("--untrained", "--save", str(tmp_path / "a.csv"))
    assert run("net", "lenet5", str(tmp_path / "images.npy"), *saved).exit_code == 0
    rows = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 31
    assert [int(row.split(",")[1]) for row in rows[1:]] == told["classes"]


@pytest.mark.parametrize(
    ("shape", "args", "said"),
    [
        ((4, 2, 32, 32), (), "4×2×32×32, but lenet5 takes 1×32×32, or N of them"),
        ((4, 1, 32, 32), ("--at", "1[0,0,0]"), "holds 4 images, and steps are those of one"),
        ((4, 1, 32, 32), ("--layer", "c1"), "holds 4 images"),
    ],
)
def test_batches_that_do_not_fit(run, tmp_path, shape, args, said):
    np.save(tmp_path / "x.npy", np.zeros(shape))
    result = run("net", "lenet5", str(tmp_path / "x.npy"), *args)
    assert result.exit_code in {1, 2}
    assert said in result.stderr
