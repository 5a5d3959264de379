"""The numeric gradient: how L changes when one number changes a little, for any operation that has gradients."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import frexp
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.kernels import Kernel
from cnnstep.engine.steps import Index, Operation

SMALLEST = -13
"""ε is 2⁻¹³, a power of two: whole numbers with ε added are exact, and so is what linear operations make of them."""
BITS = 33

Varied = tuple[Array, Callable[[Array], tuple[Operation[Any], Any]]]
"""Numbers, and the operation with its input where they are others."""


def numeric(
    operation: Operation[Any], of: str, x: Any, g: Array, cells: Iterable[Index], epsilon: float | None = None
) -> Array:
    """(L(w + ε) − L(w − ε)) / 2ε in float64, for some cells w of the input, or of what is learned.

    L = Σ g·y. `g` has the shape of the output y; the cells are places in the gradient. The error is that of a central
    difference, O(ε²), and the rounding of L over ε.
    """
    values, varied = variable(operation, of, x)
    step = epsilon_of(values) if epsilon is None else epsilon
    weights = g.astype(np.float64)

    def loss(cell: Index, change: float) -> float:
        moved = values.copy()
        moved[cell] += change
        changed, given = varied(moved)
        return float((weights * changed.output(given)).sum())

    return np.array([(loss(cell, step) - loss(cell, -step)) / (2 * step) for cell in cells])


def epsilon_of(values: Array) -> float:
    """2⁻¹³, or more for numbers so large that it would drown in them."""
    largest = float(np.abs(values).max()) if values.size else 0.0
    return 2.0 ** max(SMALLEST, frexp(largest)[1] - BITS)


def variable(operation: Operation[Any], of: str, x: Any) -> Varied:
    """What is varied, as float64 in the shape of its gradient, and how the operation is made with it."""
    if of == "input":
        bound = operation.bind(x)
        return np.asarray(bound.input, np.float64), lambda moved: (operation, bound.giving(moved))
    if of == "kernel":
        return _kernel(operation, x)
    met = operation.gradient(of, x)
    shape = met.walk(np.ones(operation.bind(x).output_shape)).output_shape
    values = np.broadcast_to(np.asarray(getattr(operation, of), np.float64), shape)
    return values, lambda moved: (replace(operation, **{of: moved}), x)  # type: ignore[type-var]  # it is a dataclass


def _kernel(operation: Any, x: Any) -> Varied:
    """The weights as they are laid out for the input's channels, before they are divided and turned."""
    met, bank = operation.bind(x), operation.bank
    if operation.noun == "convolution":
        laid, divisors = met.bank.weights, np.array(met.bank.divisors)
        divisors = divisors.reshape(-1, *(1,) * (laid.ndim - 1))
    else:
        laid, divisors = met.weights, np.array(bank.divisors)
        lead = (1, -1) if bank.shared else (-1, 1)
        divisors = divisors.reshape(*lead, *(1,) * (laid.ndim - 2))
        laid = laid * divisors
    turned = np.flip(laid, tuple(range(2, laid.ndim))) if operation.flip else laid
    return turned.astype(np.float64), lambda moved: (replace(operation, kernel=Kernel(moved / divisors)), x)
