"""The same operation with one setting changed: what a key of the player, or a lesson, does to what stands there."""

from dataclasses import replace
from typing import Any

from cnnstep.engine.kernels import KERNELS, Kernel
from cnnstep.engine.steps import Bound, Operation
from cnnstep.errors import GeometryError


def changed(operation: Operation[Any], name: str, change: float, bound: Bound) -> Operation[Any]:
    """The operation with the setting `name` moved by `change`; raises GeometryError with the reason where it cannot be.

    Numbers, one or one an axis, change by so much; words of a table and built-in kernels by so many rows;
    a switch turns. A size that a rule or a default has found is taken from `bound`, and changes from there.
    """
    if name not in operation.settings:
        listed = ", ".join(operation.settings) or "nothing"
        raise GeometryError(f"{operation.noun} has no setting {name} to change", f"it has {listed}")
    return replace(operation, **{name: _moved(operation, name, _current(operation, name, bound), change)})  # type: ignore[type-var]


def _current(operation: Operation[Any], name: str, bound: Bound) -> Any:
    """The setting as numbers, also where it was left out or given as a rule, such as `same`."""
    value = getattr(operation, name)
    axes: Any = getattr(bound, "axes", ())
    if name == "padding" and isinstance(value, str):
        return tuple((axis.before, axis.after) for axis in axes)
    if name in {"stride", "window"} and (value is None or getattr(operation, "whole", False)):
        return tuple(axis.stride if name == "stride" else axis.kernel for axis in axes)
    return getattr(bound, name) if value is None else value


def _moved(operation: Operation[Any], name: str, value: Any, change: float) -> Any:
    if isinstance(value, bool):
        return not value
    if name == "kernel":
        return _another_kernel(value, round(change))
    if isinstance(value, str):
        words = operation.settings[name]
        return words[(list(words).index(value) + round(change)) % len(words)]
    if isinstance(value, tuple | list):
        return tuple(_moved(operation, name, each, change) for each in value)
    return value + change


def _another_kernel(kernel: Any, by: int) -> Kernel:
    """A row of the table of kernels, so many rows on from this one, among those of as many axes."""
    known = kernel[0] if isinstance(kernel, list | tuple) and len(kernel) == 1 else kernel
    if not isinstance(known, Kernel) or known.name not in KERNELS:
        raise GeometryError("only a built-in kernel has a next one", f"take one of {', '.join(KERNELS)}")
    others = [each for each in KERNELS if KERNELS[each].weights.ndim == known.weights.ndim]
    return KERNELS[others[(others.index(known.name) + by) % len(others)]]
