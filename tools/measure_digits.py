"""Measure lenet5's weights on digits as people draw and photograph them: `python -m tools.measure_digits [w.npz]`.

The pictures are made of the validation digits by Pillow alone, apart from the augmentation that training uses: thinner
and thicker, 16 to 20 pixels high, soft and grey, off the middle of 28×28.
"""

import sys
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

import cnnstep
from cnnstep.inputs.datasets import digits

Array: TypeAlias = NDArray[Any]
SIDE, LARGE = 28, 128


def drawn(bitmap: Array, stroke: int, random: np.random.Generator) -> Array:
    """A bitmap of 32×32 as a soft grey picture of 28×28; `stroke` < 0 is thinner, > 0 thicker."""
    picture = Image.fromarray((bitmap * 255).astype(np.uint8)).resize((LARGE, LARGE), Image.Resampling.BICUBIC)
    if stroke:
        size = 2 * abs(stroke) + 1
        picture = picture.filter(ImageFilter.MinFilter(size) if stroke < 0 else ImageFilter.MaxFilter(size))
    height = int(random.integers(16, 21))
    small = np.asarray(picture.resize((height, height), Image.Resampling.LANCZOS), np.float64) / 255
    canvas = np.zeros((SIDE, SIDE))
    top, left = (int((SIDE - height) / 2 + random.integers(-3, 4)) for _ in range(2))
    top, left = (min(max(0, n), SIDE - height) for n in (top, left))
    canvas[top : top + height, left : left + height] = small
    return canvas * random.uniform(0.6, 1)


def main() -> None:
    """Print a share for each kind of picture."""
    network = cnnstep.network("lenet5", weights=sys.argv[1] if len(sys.argv) > 1 else None)
    found = digits().test
    assert found is not None  # noqa: S101 - it has one
    print(f"bitmaps 32×32: {accuracy(network, found.x, found.labels):.4f}")
    for stroke in (-5, -4, -3, -2, 0, 2, 3):
        random = np.random.default_rng(stroke + 10)
        pictures = np.stack([drawn(each, stroke, random) for each in found.x])
        padded = np.pad(pictures, ((0, 0), (2, 2), (2, 2)))
        print(f"28×28, stroke {stroke:+d}/4: {accuracy(network, padded, found.labels):.4f}")


def accuracy(network: Any, x: Array, labels: Array) -> float:
    """The share of right answers."""
    return float((network.output(x[:, None]).argmax(axis=1) == labels).mean())


if __name__ == "__main__":
    main()
