"""Whatever holds numbers, as an array that an operation can trust."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnstep.errors import DataError, GeometryError, Setting
from cnnstep.geometry import by

Array: TypeAlias = NDArray[Any]

MOST_CELLS = 500_000_000
"""Cells of the largest map that is made: 4 GB of numbers of 64 bits."""
LARGEST = 1e100  # squared and added up, this is still far from where float64 overflows


def as_numbers(values: ArrayLike, what: str, *, single: bool = False) -> Array:
    """An array of integers or float64; text, complex numbers, NaN and infinity are refused.

    With `single` float32 stays as it is: half the memory, for numbers that are kept long before they are used.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise DataError(f"{what} is ragged: its rows differ in length", "give every row the same length") from None
    if array.dtype == bool:
        # NumPy adds truths by `or`, and refuses to subtract them
        return array.astype(np.int8)
    if array.dtype.kind in "iu":
        return array
    if array.dtype == object and all(isinstance(value, int) for value in array.flat):
        raise DataError(
            f"{what} holds integers of more than 64 bits",
            ("use smaller numbers, or floats: ", Setting("unit", True)),
        )
    if array.dtype.kind != "f":
        raise DataError(f"{what} holds {array.dtype} values, not numbers that fit 64 bits", "use integers or floats")
    if not (single and array.dtype == np.float32):
        array = array.astype(np.float64, copy=False)
    # as Python's own, which hold LARGEST; the comparison is also false for NaN
    if array.size and not max(-float(array.min()), float(array.max())) <= LARGEST:
        # float32 has no LARGEST: what is not finite is all that can be wrong there
        wrong = ~np.isfinite(array) if array.dtype == np.float32 else ~(np.abs(array) <= LARGEST)
        where = tuple(map(int, np.argwhere(wrong)[0]))
        raise DataError(
            f"{what} holds {array[where]} at {list(where)}", f"replace NaN, infinity and numbers beyond {LARGEST:g}"
        )
    return array


def as_number(value: Any, what: str) -> float:
    """One Python number, whole where it is an integer; refused like those of an array."""
    array = as_numbers(value, what)
    if array.ndim:
        raise DataError(f"{what} has the shape {by(array.shape)}", "give one number")
    number: float = array.item()
    return number


def cells(x: ArrayLike) -> Array:
    """The input as an array with at least one cell."""
    values = as_numbers(x, "the input")
    if not values.size:
        raise DataError(f"the input of shape {by(values.shape)} is empty", "give it at least one number")
    return values


def magnitude(x: Array) -> int:
    """The largest |x| of whole numbers."""
    return max(abs(int(x.min())), abs(int(x.max())))


def freeze(values: Array) -> None:
    """Let nothing change this array any more, nor what it is a view of."""
    values.flags.writeable = False
    if isinstance(values.base, np.ndarray):
        freeze(values.base)


def frozen(values: Array) -> Array:
    """A copy that cannot be changed; the array itself where nothing can change it anyway."""
    if _is_fixed(values):
        return values
    kept = values.copy()
    kept.flags.writeable = False
    return kept


def _is_fixed(values: Array) -> bool:
    """Whether neither it nor an array that it is a view of can be written to."""
    owner = values.base
    return not values.flags.writeable and (not isinstance(owner, np.ndarray) or _is_fixed(owner))


def one_each(values: ArrayLike, what: str, count: int, whose: str) -> Array:
    """One number for all, or one for each of `count` filters, units or channels."""
    numbers = np.asarray(values)
    if numbers.size not in {1, count}:
        raise GeometryError(
            f"{numbers.size} {what} do not fit {count} {whose}{'s' * (count > 1)}",
            f"give one, or one for each {whose}",
        )
    return np.broadcast_to(numbers.reshape(-1), count)


def channels_and_size(shape: Sequence[int], axes: int) -> tuple[int, tuple[int, ...]]:
    """Channels and spatial sizes of an input that is (*spatial) or (C, *spatial)."""
    if len(shape) not in {axes, axes + 1}:
        raise GeometryError(
            f"an input of shape {by(shape) or 'nothing'} does not have {axes} spatial axes",
            f"give {axes} axes, or {axes + 1} with the channels first",
        )
    return (shape[0] if len(shape) > axes else 1), tuple(shape[-axes:])


def channels_first(x: ArrayLike, axes: int) -> Array:
    """The input as (C, *spatial)."""
    values = as_numbers(x, "the input")
    channels_and_size(values.shape, axes)
    values = values[None] if values.ndim == axes else values
    return values if len(values) else cells(values)


def outer(parts: Sequence[Array]) -> Array:
    """The product of one number, or truth, from each axis: (a,), (b,) … become (a, b, …)."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole[..., None] * part
    return whole
