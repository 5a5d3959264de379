"""Padding, upsampling and unpooling against SciPy, and PyTorch and ONNX where they are installed (`make reference`)."""

import numpy as np
import pytest
from scipy import ndimage

from cnnstep import Pad, Pooling, Unpooling, Upsampling

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def drawn(*shape):
    """The same numbers in whatever order the tests run."""
    return np.random.default_rng(7).normal(size=shape)


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_upsampling_against_scipy(axes, factor):
    x = drawn(*(4, 5, 3)[:axes])
    for kind, order in (("nearest", 0), ("linear", 1)):
        expected = ndimage.zoom(x, factor, order=order, mode="nearest", grid_mode=True)
        np.testing.assert_allclose(Upsampling(factor, kind, axes=axes).output(x)[0], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_upsampling_against_pytorch(axes, factor):
    torch = pytest.importorskip("torch")
    x = drawn(*(2, 4, 5, 3)[: axes + 1])
    for kind in ("nearest", LINEAR[axes]):
        more = {} if kind == "nearest" else {"align_corners": False}
        expected = torch.nn.Upsample(scale_factor=factor, mode=kind, **more)(torch.from_numpy(x)[None])[0].numpy()
        np.testing.assert_allclose(Upsampling(factor, kind, axes=axes).output(x), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["nearest", "linear"])
def test_upsampling_against_onnx(kind):
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    x = drawn(1, 2, 4, 5).astype(np.float32)
    more = {"nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"} if kind == "nearest" else {}
    node = onnx.helper.make_node("Resize", ["x", "", "scales"], ["y"], mode=kind, **more)
    typed = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in ("x", "scales", "y")]
    graph = onnx.helper.make_graph([node], "resize", typed[:2], typed[2:])
    scales = np.array([1, 1, 2, 3], dtype=np.float32)
    (expected,) = ReferenceEvaluator(onnx.helper.make_model(graph)).run(None, {"x": x, "scales": scales})
    np.testing.assert_allclose(Upsampling((2, 3), kind).output(x[0]), expected[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular", "constant"])
def test_padding_against_pytorch(mode):
    torch = pytest.importorskip("torch")
    x, value = drawn(1, 4, 6), 2.5 if mode == "constant" else 0
    expected = torch.nn.functional.pad(torch.from_numpy(x)[None], (2, 1, 0, 3), mode=mode, value=value or None)
    assert Pad(((0, 3), (2, 1)), mode, value).output(x).tolist() == expected[0].numpy().tolist()


@pytest.mark.parametrize("settings", [(2, 2, 0), (3, 3, 1)], ids=str)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_unpooling_against_pytorch(axes, settings):
    """Of windows that do not overlap: where they do, PyTorch does not say which value stays."""
    torch = pytest.importorskip("torch")
    x = drawn(*(2, 6, 8, 7)[: axes + 1])
    pool, unpool = (getattr(torch.nn.functional, f"max_{name}{axes}d") for name in ("pool", "unpool"))
    pooled, places = pool(torch.from_numpy(x)[None], *settings, return_indices=True)
    expected = unpool(pooled, places, *settings, output_size=x.shape[1:])[0].numpy()
    pooling = Pooling(*settings, axes=axes)
    assert Unpooling(pooling).output((pooling.output(x), x)).tolist() == expected.tolist()
