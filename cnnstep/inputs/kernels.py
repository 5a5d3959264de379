"""From a name, a literal or a file to a kernel of so many axes."""

from math import isqrt
from pathlib import Path

from cnnstep import notation
from cnnstep.engine.arrays import Array
from cnnstep.engine.kernels import RANDOM, RECIPES, Kernel, named, random_kernel, random_weights
from cnnstep.errors import GeometryError, NotationError, Setting
from cnnstep.geometry import by, spread
from cnnstep.inputs.sources import NPY_MAGIC, content, exists, npy, table
from cnnstep.notation import Matrices, is_literal

PLANE = 2
LARGEST_SIZE = 16
SQUARES = {(1, 4), (1, 9), (1, 16), (1, 25), (1, 49)}
"""Shapes of one row whose numbers would fill a square."""
OFFERS: dict[int, tuple[str | Setting, ...]] = {
    1: (Setting("kernel", "1 0 -1"), ", ", Setting("kernel", "smooth"), " or ", Setting("axes", 2)),
    2: (Setting("axes", 3), ", with a film or a volume"),
}
"""Axes of an input → what to do about a kernel that has others."""


def read_kernel(source: str, seed: int = 0, axes: int | None = 2, depth: int = 1) -> Kernel:
    """Read a kernel: a name, a literal (with `/9` for a divisor), or a file (also (F, C, kh, kw)).

    `8@3x3` stands for 8 filters with weights drawn from the seed, for inputs of `depth` channels.
    A single row fits every number of axes; a matrix is one frame of a volume. Without `axes` the
    kernel stays as it is. Raises GeometryError for a kernel of more axes than there are.
    """
    if shape := notation.bank_shape(source):
        filters, window = shape
        return Kernel(random_weights((filters, depth, *spread(window, axes or 2, "kernel")), seed), 1, RANDOM)
    if source == RANDOM:
        return random_kernel(seed, (3,) * (axes or 2))
    kernel = _read(source)
    if axes == PLANE and is_literal(source) and ";" not in source:
        _check_meant(kernel)
    return fitted(kernel, axes) if axes else kernel


def _check_meant(kernel: Kernel) -> None:
    """Ask about a size where weights are expected, and about a row of numbers that would fill a square."""
    row = kernel.weights.ravel().tolist()
    side = isqrt(len(row))
    if len(row) == 1 and row[0] in range(2, LARGEST_SIZE) and kernel.divisor == 1:
        raise NotationError(
            f"is this kernel {row[0]}×{row[0]}, or one cell of {row[0]}?",
            ("write ", Setting("kernel", f"{row[0]}x{row[0]}"), " (drawn from a seed), or for one cell end it in ;"),
        )
    if kernel.weights.shape not in SQUARES:
        return
    over = f" /{kernel.divisor:g}" if kernel.divisor != 1 else ""
    square = "; ".join(" ".join(map(str, row[n : n + side])) for n in range(0, len(row), side))
    raise NotationError(
        f"is this kernel {side}×{side}, or one row of {len(row)}? Its rows end in ;",
        ("write ", Setting("kernel", square + over), ", or for one row end it in ;"),
    )


def read_weights(source: str) -> Array:
    """Read the weights of a dense layer, a row for each unit: a matrix, or a file."""
    name, data = content(source, "the weights", NotationError)
    if isinstance(data, bytes) and data.startswith(NPY_MAGIC):
        return npy(data, name)
    values, divisor = table(data, name)
    weights: Array = values[0]
    return weights if divisor == 1 else weights / divisor


def read_upstream(source: str, axes: int) -> Array:
    """Read an upstream gradient for an output of so many axes: an .npy file as it is, else a table or a matrix.

    A table has blocks, rows and columns; those of its first axes that are 1 and more than there should be fall off.
    """
    name, data = content(source, "the upstream gradient", NotationError)
    if isinstance(data, bytes) and data.startswith(NPY_MAGIC):
        return npy(data, name)
    values, divisor = table(data, name)
    while values.ndim > axes and len(values) == 1:
        values = values[0]
    return values if divisor == 1 else values / divisor


def fitted(kernel: Kernel, axes: int) -> Kernel:
    """Give a kernel the number of axes that it slides along."""
    weights = kernel.weights
    if axes == 1 and weights.ndim == 2 and len(weights) == 1:
        weights = weights[0]
    if axes == 3 and weights.ndim == 4 and len(weights) == 1:
        weights = weights[0]  # the blocks of a table are frames
    if 0 < weights.ndim < axes:
        weights = weights.reshape((1,) * (axes - weights.ndim) + weights.shape)
    if weights.ndim not in {axes, axes + 2}:
        name = f" {kernel.name}" if kernel.name else ""
        raise GeometryError(
            f"the kernel{name} of {by(weights.shape)} has {weights.ndim} axes, but the input has {axes}",
            ("use ", *OFFERS.get(axes, (Setting("kernel", "edge"),))),
        )
    return Kernel(weights, kernel.divisor, kernel.name, kernel.meaning)


def _read(source: str) -> Kernel:
    if source in RECIPES or not (Path(source).suffix or is_literal(source) or exists(source)):
        return named(source)
    name, data = content(source, "the kernel", NotationError)
    if isinstance(data, bytes) and data.startswith(NPY_MAGIC):
        return Kernel(npy(data, name), 1, name)
    weights, divisor = table(data, name)
    is_typed = isinstance(data, Matrices)
    return Kernel(weights[0] if len(weights) == 1 else weights[None], divisor, "" if is_typed else name)
