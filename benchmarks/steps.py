"""Steps a second: a step costs its window, whatever the image."""

import numpy as np

from benchmarks.timing import best, ratio, row
from cnnstep import Convolution, kernels

STEPS = 2000


def main() -> None:
    """Print steps a second on a small matrix and on 12 megapixels, and their ratio."""
    rng = np.random.default_rng(0)
    small, large = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((60, 60), (3000, 4000)))
    row("steps", "60×60", "12 megapixels", "ratio")
    for name in ("edge", "gaussian5"):
        times = [best(lambda x=x, name=name: walk(x, name)) for x in (small, large)]  # type: ignore[misc]
        row(name, *(f"{STEPS / took:,.0f} a second" for took in times), ratio(times[1], times[0]))


def walk(x: np.ndarray, name: str) -> None:
    """Take steps one after another."""
    steps = Convolution(kernels[name]).walk(x)
    for number in range(STEPS):
        steps[number]


if __name__ == "__main__":
    main()
