"""The largest curvature of a sum of squares, and with it the largest rate at which gradient descent is stable."""

from collections.abc import Callable
from math import inf, prod
from typing import TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array

Linear: TypeAlias = Callable[[Array], Array]

EXACT = 64
"""Weights up to which the matrix JᵀJ is made whole: as many passes forth and back as there are weights."""
TOLERANCE = 1e-3
"""How far JᵀJ·v may be from λ·v, beside λ, where λ is found by power iteration: an eigenvalue is then as near to λ."""
MOST_ITERATIONS = 1_000


def largest_eigenvalue(forward: Linear, backward: Linear, shape: tuple[int, ...]) -> float:
    """The largest eigenvalue of JᵀJ, where `forward` is v (of this shape) → J·v and `backward` its transpose.

    Up to 64 weights JᵀJ is made column by column, and its eigenvalues are exact but for rounding; beyond that by power
    iteration, to 1 in 1,000. Source: Golub & Van Loan, Matrix Computations, 8.2.
    """

    def product(v: Array) -> Array:
        return backward(forward(v.reshape(shape))).reshape(-1)

    size = prod(shape)
    if size > EXACT:
        return _by_power_iteration(product, size)
    whole = np.stack([product(unit) for unit in np.eye(size)])
    return max(0.0, float(np.linalg.eigvalsh((whole + whole.T) / 2)[-1]))


def stable_rate(curvature: float) -> float:
    """2 / λ: beyond it every update overshoots the minimum by more than it was away; infinite where nothing is curved.

    Along an eigenvector of the Hessian an update multiplies the distance to the minimum by 1 − rate·λ. Source: Le Cun
    et al., Efficient BackProp (1998), section 4.
    """
    return 2 / curvature if curvature > 2 / np.finfo(np.float64).max else inf


def _by_power_iteration(product: Linear, size: int) -> float:
    """Multiply by JᵀJ again and again: what is left points where it is largest."""
    v = np.random.default_rng(0).normal(size=size)  # not ones, which a kernel of differences may never leave
    value = 0.0
    for _ in range(MOST_ITERATIONS):
        v /= np.linalg.norm(v)
        multiplied = product(v)
        value = float(v @ multiplied)
        if np.linalg.norm(multiplied - value * v) <= TOLERANCE * value:
            break
        v = multiplied
    return value
