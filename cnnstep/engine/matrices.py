"""The same operation as one matrix product: the patches as rows, and the sparse matrix of the whole."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.steps import Operation
from cnnstep.errors import GeometryError, Setting
from cnnstep.geometry import by

MOST_INPUTS = 400
MOST_OUTPUTS = 400
SIGNAL = 2


def operator(operation: Operation[Any], shape: Sequence[int]) -> tuple[Array, Array]:
    """The matrix M (outputs, inputs) and the constant b (outputs,) of y = M·x + b, x and y in row-major order.

    Column i is what a 1 in cell i and 0 everywhere else brings about, without the constant. That of a
    transposed convolution is the transpose of that of the convolution with the same settings.
    Raises GeometryError for inputs or outputs of more than 400 cells.
    """
    inputs, output = prod(shape), operation.output_shape(shape)
    if inputs > MOST_INPUTS or prod(output) > MOST_OUTPUTS:
        raise GeometryError(
            f"the matrix of {by(shape)} → {by(output)} has {prod(output):,}×{inputs:,} cells; it is shown up to"
            f" {MOST_OUTPUTS}×{MOST_INPUTS}",
            ("use a smaller input: ", Setting("crop", (0, 0, 16, 1) if len(shape) == SIGNAL else (0, 0, 8, 8))),
        )
    constant = operation.output(np.zeros(shape, dtype=np.int64)).ravel()
    linear = replace(operation, bias=0)  # type: ignore[type-var]  # every operation is a dataclass
    nothing = linear.output(np.zeros(shape, dtype=np.int64)).ravel()
    units = np.eye(inputs, dtype=np.int64).reshape(-1, *shape)
    columns = [linear.output(unit).ravel() - nothing for unit in units]
    return np.stack(columns, axis=1), constant
