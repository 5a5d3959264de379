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
LARGEST_SINGLE = 1e30  # of what is added up in float32, which ends at 3.4e38


def as_numbers(values: ArrayLike, what: str, *, single: float = 0) -> Array:
    """An array of integers or float64; text, complex numbers, NaN and infinity are refused.

    float32 with no number beyond `single` stays as it is: half the memory, and faster.
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
    largest = max(-float(array.min()), float(array.max())) if array.size else 0
    if not (single and array.dtype == np.float32 and largest <= single):
        array = array.astype(np.float64, copy=False)
    if not largest <= LARGEST:  # also false for NaN
        where = tuple(map(int, np.argwhere(~(np.abs(array, dtype=np.float64) <= LARGEST))[0]))
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


def working_type(x: Array, weights: Array, pad_value: float = 0, bias: Sequence[float] = (0,)) -> np.dtype[Any]:
    """The smallest type that no sum can overflow: 16, 32 or 64 bits, else Python's integers.

    |sum| ≤ max(|x|, |pad_value|) · Σ|weights| + |bias|. Anything with a fraction works in float64.
    """
    if "f" in {x.dtype.kind, weights.dtype.kind} or any(isinstance(n, float) for n in (pad_value, *bias)):
        return np.dtype(np.float64)
    # as Python integers: |−2⁶³| is no int64, nor need the sum of several weights be one
    totals = np.abs(weights.astype(object)).reshape(len(weights), -1).sum(axis=1)
    # each factor at least 1, so that the values and the weights themselves fit even where the others are all 0
    bound = max(_largest(x), abs(pad_value), 1) * max(int(totals.max()), 1) + max(map(abs, bias))
    positive = x.dtype.kind == "u" and weights.min() >= 0 and min(pad_value, *bias) >= 0
    # levels under a kernel that adds up to 256 reach 65,280: too much for int16, not for uint16, which is as narrow
    for candidate in (np.int16, np.uint16, np.int32, np.int64):
        if bound <= np.iinfo(candidate).max and (positive or candidate is not np.uint16):
            return np.dtype(candidate)
    return np.dtype(object)


def _largest(x: Array) -> int:
    """The largest |x| there is, or could be in 8 and 16 bits."""
    # the limits of a narrow type cost no pass over the picture
    if x.dtype.itemsize <= 2:
        limits = np.iinfo(x.dtype)
        return max(abs(int(limits.min)), int(limits.max))
    return magnitude(x)


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


def channels_first(x: ArrayLike, axes: int, *, single: float = 0) -> Array:
    """The input as (C, *spatial)."""
    values = as_numbers(x, "the input", single=single)
    channels_and_size(values.shape, axes)
    values = values[None] if values.ndim == axes else values
    return values if len(values) else cells(values)


def outer(parts: Sequence[Array]) -> Array:
    """The product of one number, or truth, from each axis: (a,), (b,) … become (a, b, …)."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole[..., None] * part
    return whole
