"""The same operation with one setting or one number changed, and a setting as it is typed."""

from collections.abc import Iterator
from dataclasses import replace
from math import floor, log10
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.kernels import KERNELS, Kernel
from cnnstep.engine.steps import Bound, Index, Operation
from cnnstep.errors import GeometryError

EXACT = 2**53
DIGITS = 12
"""Of a fraction that has changed: what lies beyond is rounding."""
SIZES = frozenset({"stride", "dilation", "window", "output_padding", "factor"})
"""Settings that are typed as sizes: `2`, `2x3`."""


def changed(operation: Operation[Any], name: str, change: float, bound: Bound) -> Operation[Any]:
    """The operation with the setting `name` moved by `change`; raises GeometryError with the reason where it cannot be.

    Numbers, one or one an axis, change by so much; words of a table and built-in kernels by so many rows;
    a switch turns. A size that a rule or a default has found is taken from `bound`, and changes from there.
    """
    if name not in operation.settings:
        listed = ", ".join(operation.settings) or "nothing"
        raise GeometryError(f"{operation.noun} has no setting {name} to change", f"it has {listed}")
    value = _current(operation, name, bound)
    if value is None:
        raise GeometryError(f"{operation.noun} has no {operation.called(name)} here", "change another setting")
    others = operation.resetting.get(name, {})
    return replace(operation, **others, **{name: _moved(operation, name, value, change)})  # type: ignore[type-var]


def unit(operation: Operation[Any], name: str, bound: Bound) -> float:
    """How far one key moves a setting: by 1, or of a fraction by 1 in its first digit: 0.5 to 0.6, 0.003 to 0.004."""
    value = _current(operation, name, bound)
    is_fraction = isinstance(value, float) and not value.is_integer()
    return 10.0 ** floor(log10(abs(value))) if is_fraction and abs(value) < 1 else 1


def _current(operation: Operation[Any], name: str, bound: Bound) -> Any:
    """The setting as numbers, also where it was left out or given as a rule, such as `same`."""
    value = getattr(operation, name)
    axes: Any = getattr(bound, "axes", ())
    if name == "padding" and isinstance(value, str):
        return tuple((axis.before, axis.after) for axis in axes)
    if name in {"stride", "window"} and (value is None or getattr(operation, "whole", False)):
        return tuple(axis.stride if name == "stride" else axis.kernel for axis in axes)
    return getattr(bound, name, None) if value is None else value


def adjustable(operation: Operation[Any], bound: Bound) -> list[str]:
    """The settings that it has here."""
    return [name for name in operation.settings if _current(operation, name, bound) is not None]


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
    if isinstance(value, float):
        return float(f"{value + change:.{DIGITS}g}")
    return value + change


def _another_kernel(kernel: Any, by: int) -> Kernel:
    """A row of the table of kernels, so many rows on from this one, among those of as many axes."""
    known = kernel[0] if isinstance(kernel, list | tuple) and len(kernel) == 1 else kernel
    if not isinstance(known, Kernel) or known.name not in KERNELS:
        raise GeometryError("only a built-in kernel has a next one", f"take one of {', '.join(KERNELS)}")
    others = [each for each in KERNELS if KERNELS[each].weights.ndim == known.weights.ndim]
    return KERNELS[others[(others.index(known.name) + by) % len(others)]]


def in_words(operation: Operation[Any], name: str, bound: Bound) -> str:
    """The setting as it is typed: `2`, `2x3`, `0:1`, `vertical`, `1 0; 0 1 /9`; yes or no of a switch."""
    if name == "kernel":
        return ", ".join(kernels_in_words(operation))
    value = _current(operation, name, bound)
    if name == "padding":
        pairs = [(n, n) if isinstance(n, int) else n for n in (value if isinstance(value, tuple) else (value,))]
        return _one_an_axis([str(a) if a == b else f"{a}:{b}" for a, b in pairs])
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    numbers = [f"{each:g}" for each in np.ravel(value).tolist()]
    return _one_an_axis(numbers) if name in SIZES else ",".join(numbers if len(set(numbers)) > 1 else numbers[:1])


def kernels_in_words(operation: Any) -> list[str]:
    """Each kernel of an operation: its name, or its numbers."""
    value = operation.kernel
    listed = value if isinstance(value, list | tuple) and value and isinstance(value[0], Kernel) else [value]
    return [text for each in listed for text in _filters(each if isinstance(each, Kernel) else Kernel(each))]


def _filters(kernel: Kernel) -> Iterator[str]:
    """The name of a kernel, or a text for each of its filters."""
    if kernel.name:
        yield kernel.name
        return
    divisor = f" /{kernel.divisor:g}" if kernel.divisor != 1 else ""
    for weights in kernel.weights if kernel.weights.ndim > 3 else [kernel.weights]:
        yield matrix_in_words(weights) + divisor


def matrix_in_words(values: Array) -> str:
    """Numbers (rows, columns) or (channels, rows, columns) as they are typed."""
    planes = values if values.ndim > 2 else values[None]
    return ";; ".join("; ".join(" ".join(f"{n!r}" for n in row) for row in np.atleast_2d(p).tolist()) for p in planes)


def _one_an_axis(texts: list[str]) -> str:
    return "x".join(texts if len(set(texts)) > 1 else texts[:1])


def editable(operation: Operation[Any]) -> tuple[str, ...]:
    """What numbers of it can be replaced: those of its input, and what it learns; none where it has no gradients."""
    from cnnstep.engine.gradients import GRADIENTS, INPUT

    return (INPUT, *operation.learnable) if INPUT in GRADIENTS.get(operation.noun, {}) else ()


def with_number(
    operation: Operation[Any], bound: Bound, of: str, cell: Index, value: float
) -> tuple[Operation[Any], Any]:
    """The operation and its input, with one number of the input or of what is learned replaced.

    Whole numbers stay whole where all are. Raises GeometryError and DataError where the operation refuses the number.
    """
    from cnnstep.engine.gradients.numeric import variable

    if of == "input":
        x = np.array(bound.input, dtype=bound.input.dtype if isinstance(value, int) else np.float64)
        x[cell] = value
        return operation, bound.giving(x)
    values, varied = variable(operation, of, bound.given)
    numbers = np.array(values)
    numbers[cell] = value
    made, given = varied(_whole(numbers))
    if of != "kernel":
        return made, given
    divisors = {*getattr(operation, "bank").divisors}  # noqa: B009 - of an operation that has a kernel
    # the numbers that stand on the screen, before they are divided
    if len(divisors) == 1:
        made = replace(made, kernel=Kernel(_whole(numbers), divisors.pop()))  # type: ignore[type-var]  # a dataclass
    return made, given


def _whole(numbers: Array) -> Array:
    """Integers, where all of them are."""
    is_whole = bool((numbers == np.rint(numbers)).all()) and float(np.abs(numbers).max()) < EXACT
    return numbers.astype(np.int64) if is_whole else numbers
