"""The whole map of a 12-megapixel image, against SciPy, OpenCV and PyTorch on the same numbers.

The peers get the types they like best: OpenCV 8-bit pixels with 16-bit results for integer kernels,
PyTorch float32 pixels (ready-made) for integers, and the type of the floats throughout. Where a result has
another type than ours, that is to the peer's advantage.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage, signal

from benchmarks.timing import best, ratio, row
from cnnstep import Convolution, kernels

Array: TypeAlias = NDArray[Any]

SHAPE = (3000, 4000)
BUILT_IN = ("edge", "sharpen", "sobel-x", "vertical", "log", "emboss", "box", "gaussian3", "gaussian5", "motion")


def main() -> None:
    """Print one row a kernel: our milliseconds, and how many times longer each peer takes."""
    pixels = np.random.default_rng(0).integers(0, 256, SHAPE, dtype=np.uint8)
    row("12 megapixels, one map", "cnnstep", "SciPy signal", "SciPy ndimage", "OpenCV", "PyTorch")
    for name in BUILT_IN:
        kernel = kernels[name]
        depth = cv2.CV_16S if kernel.divisor == 1 else cv2.CV_64F
        compare(f"{name}, on 8-bit pixels", pixels, kernel, kernel.weights / kernel.divisor, depth)
    rng = np.random.default_rng(1)
    for size in (3, 5, 11):
        weights = rng.integers(-5, 6, (size, size))
        compare(f"random integers {size}×{size}, on 8-bit", pixels, weights, weights, cv2.CV_32F)
    for kind, depth in ((np.float64, cv2.CV_64F), (np.float32, cv2.CV_32F)):
        floats = (pixels / 255).astype(kind)
        for size in (3, 5, 11):
            fractions = rng.normal(size=(size, size))
            compare(f"floats {size}×{size}, on {kind.__name__}", floats, fractions, fractions, depth)


def compare(label: str, x: Array, kernel: Any, weights: Array, depth: int) -> None:
    """Time one kernel everywhere."""
    convolution = Convolution(kernel)
    whole = weights.dtype.kind == "i"
    wide: Array = x.astype(np.int64 if whole and x.dtype == np.uint8 else np.result_type(x, np.float32))
    ours = best(lambda: convolution.output(x))
    peers: list[Callable[[], Any]] = [
        lambda: signal.correlate2d(wide, weights, mode="valid"),
        lambda: ndimage.correlate(wide, weights, mode="constant"),
        lambda: cv2.filter2D(x, depth, weights.astype(np.float64)),
    ]
    times = [ratio(best(peer, 3), ours) for peer in peers]
    row(label, f"{ours * 1000:.1f} ms", *times, ratio(best(torch_call(x, weights), 2), ours))


def torch_call(x: Array, weights: Array) -> Callable[[], Any]:
    """PyTorch's convolution: float32 for pixels, else the type as it is."""
    kind = np.result_type(x, np.float16)
    image, kernel = (torch.from_numpy(array.astype(kind))[None, None] for array in (x, weights))
    return lambda: torch.nn.functional.conv2d(image, kernel)


if __name__ == "__main__":
    main()
