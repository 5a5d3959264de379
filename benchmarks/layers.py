"""Pooling and activations on 12 megapixels, and convolution of a minute of sound, against the same on the peers.

For pooling and sound each peer gets the numbers ready-made in the type it likes best: PyTorch float32
where ours are 8-bit pixels, float64 where ours are floats; scikit-image and SciPy the type as it is.
For activations everyone starts from the same array and gives float64 (relu of pixels: 8 bits).
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage, signal, special
from skimage.measure import block_reduce

from benchmarks.timing import best, ratio, row
from cnnstep import Activation, Convolution, Pooling, kernels

Array: TypeAlias = NDArray[Any]
Call: TypeAlias = Callable[[], Any]

SHAPE = (3000, 4000)
MINUTE = 60 * 44_100
F = torch.nn.functional
LEAKY, ALPHA = 0.01, 1.0


def main() -> None:
    """Print one row a layer: our milliseconds, and how many times longer each peer takes."""
    pixels = np.random.default_rng(0).integers(0, 256, SHAPE, dtype=np.uint8)
    row("12 megapixels, pooling", "cnnstep", "SciPy ndimage", "scikit-image", "PyTorch")
    for x, what in ((pixels, "8-bit"), (pixels / 255, "floats")):
        pooling(x, what)
    row("12 megapixels, activation", "cnnstep", "SciPy, NumPy", "PyTorch")
    for x, what in ((pixels, "8-bit"), (pixels / 128.0 - 1, "floats")):
        activations(x, what)
    row("a minute of sound, 1-D", "cnnstep", "SciPy signal", "SciPy ndimage", "PyTorch")
    sound(np.random.default_rng(1).integers(-20_000, 20_000, MINUTE).astype(np.int16))


def pooling(x: Array, what: str) -> None:
    """Max and average, side by side and overlapping."""
    image = tensor(x)[None, None]
    for window, stride in ((2, 2), (3, 2), (3, 1)):
        for kind, reduce, smooth, peer in (
            ("max", np.max, ndimage.maximum_filter, F.max_pool2d),
            ("average", np.mean, ndimage.uniform_filter, F.avg_pool2d),
        ):
            ours = best(lambda: Pooling(window, stride, kind=kind).output(x))  # noqa: B023 - called at once
            values = x if kind == "max" else x.astype(np.float64)
            scipy = ratio(best(lambda: smooth(values, size=window)[::stride, ::stride], 2), ours)  # noqa: B023
            blocks = "-"
            if window == stride:
                blocks = ratio(best(lambda: block_reduce(x, window, reduce), 2), ours)  # noqa: B023
            pytorch = ratio(best(lambda: peer(image, window, stride), 3), ours)  # noqa: B023
            row(f"{kind} {window}×{window} stride {stride}, {what}", f"{ours * 1000:.1f} ms", scipy, blocks, pytorch)


def activations(x: Array, what: str) -> None:
    """The usual functions, each against one line of SciPy or NumPy, from the same numbers to the same type."""
    image = torch.from_numpy(x)

    def floats() -> Array:
        return x.astype(np.float64, copy=False)

    def doubles() -> Any:
        return image.to(torch.float64)

    peers: dict[str, tuple[Call, Call]] = {
        "relu": (lambda: np.maximum(x, 0), lambda: F.relu(image)),
        "leaky-relu": (lambda: np.where((f := floats()) >= 0, f, LEAKY * f), lambda: F.leaky_relu(doubles(), LEAKY)),
        "elu": (lambda: np.where((f := floats()) >= 0, f, np.expm1(f)), lambda: F.elu(doubles(), ALPHA)),
        "sigmoid": (lambda: special.expit(floats()), lambda: torch.sigmoid(doubles())),
        "tanh": (lambda: np.tanh(floats()), lambda: torch.tanh(doubles())),
        "silu": (lambda: (f := floats()) * special.expit(f), lambda: F.silu(doubles())),
        "softplus": (lambda: np.logaddexp(0, floats()), lambda: F.softplus(doubles())),
        "gelu": (lambda: (f := floats()) * special.ndtr(f), lambda: F.gelu(doubles())),
    }
    for name, (plain, pytorch) in peers.items():
        ours = best(lambda: Activation(name).output(x))  # noqa: B023 - called at once
        times = [ratio(best(peer, 3), ours) for peer in (plain, pytorch)]
        row(f"{name}, {what}", f"{ours * 1000:.1f} ms", *times)


def sound(x: Array) -> None:
    """A short integer kernel, and a long one of floats."""
    long = np.hanning(101)
    for label, kernel, weights in (
        ("tone, 16 samples", kernels["tone"], kernels["tone"].weights / kernels["tone"].divisor),
        ("difference, 3 samples", kernels["difference"], kernels["difference"].weights),
        ("floats, 101 samples", long, long),
    ):
        wide = x.astype(np.float64)
        one, taps = tensor(wide)[None, None], tensor(weights)[None, None]
        ours = best(lambda: Convolution(kernel, axes=1).output(x))  # noqa: B023 - called at once
        peers: list[Call] = [
            lambda: signal.correlate(wide, weights, mode="valid", method="direct"),  # noqa: B023
            lambda: ndimage.correlate1d(wide, weights),  # noqa: B023
            lambda: F.conv1d(one, taps),  # noqa: B023
        ]
        row(label, f"{ours * 1000:.1f} ms", *(ratio(best(peer, 3), ours) for peer in peers))


def tensor(x: Array) -> Any:
    """Float32 for 8-bit pixels, float64 for the others."""
    return torch.from_numpy(x.astype(np.float32 if x.dtype == np.uint8 else np.float64))


if __name__ == "__main__":
    main()
