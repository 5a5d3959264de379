"""From what was typed to an array (channels, rows, columns)."""

import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.engine.arrays import as_numbers
from cnnstep.engine.kernels import ALIASES, RANDOM, RECIPES, Kernel, named, random_kernel
from cnnstep.errors import CnnstepError, DataError, NotationError
from cnnstep.geometry import by
from cnnstep.inputs.how import Reading
from cnnstep.inputs.samples import PREFIX, sample_path
from cnnstep.notation import Matrices, is_literal, matrices, printable

Array: TypeAlias = NDArray[Any]

NPY_MAGIC = b"\x93NUMPY"
MOST_EXACT = 2**63
TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".dat"}


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An input by its printable name: values (channels, rows, columns), and whether --rgb would show more."""

    name: str
    values: Array
    has_colours: bool


def read(source: str, reading: Reading | None = None) -> Input:
    """Read a file, `sample:NAME`, a literal matrix, or `-` for stdin.

    The content decides what it is: `.npy`, an image, or a table of numbers. Raises DataError.
    """
    how = reading or Reading()
    name, data = _bytes(source)
    values, has_colours = _values(source, name, data, rgb=how.rgb)
    if how.rgb and len(values) != 3:
        raise DataError(f"{name} has no colours: it is {by(values.shape)}", "leave --rgb out")
    values = _resized(_cropped(values, name, how.crop), how.resize)
    if how.unit:
        values = _to_unit(values, name)
    values.flags.writeable = False
    return Input(name, values, has_colours)


def read_kernel(source: str, seed: int = 0) -> Kernel:
    """Read a kernel: a name, a literal (with `/9` for a divisor), or a file (also (F, C, kh, kw))."""
    if source == RANDOM:
        return random_kernel(seed)
    if source in RECIPES or source in ALIASES:
        return named(source)
    if not Path(source).suffix and not is_literal(source) and not _exists(source):
        return named(source)
    name, data = _bytes(source, "the kernel", NotationError)
    if isinstance(data, bytes) and data.startswith(NPY_MAGIC):
        return Kernel(_npy(data, name), 1, name)
    table = data if isinstance(data, Matrices) else matrices(_text(data, name), name)
    weights = _array(table, name)
    return Kernel(weights[0] if len(weights) == 1 else weights[None], table.divisor, "" if table is data else name)


def _values(source: str, name: str, data: bytes | Matrices, *, rgb: bool) -> tuple[Array, bool]:
    if isinstance(data, bytes) and data.startswith(NPY_MAGIC):
        return _three_axes(_npy(data, name), name), False
    if isinstance(data, bytes) and _is_table(source, data):
        data = matrices(_text(data, name), name)
    if isinstance(data, Matrices):
        values = _array(data, name)
        return (values if data.divisor == 1 else values / data.divisor), False
    from cnnstep.inputs.images import decode

    values, has_colours = decode(data, name, rgb=rgb)
    return as_numbers(values, name), has_colours


def _bytes(
    source: str, what: str = "the input", literal_error: type[CnnstepError] = DataError
) -> tuple[str, bytes | Matrices]:
    """Return the printable name and the content; a literal is parsed on the spot."""
    if source == "-":
        if sys.stdin is None:
            raise DataError("stdin is closed", "pipe something into it, or name a file")
        return "stdin", sys.stdin.buffer.read()
    if source.startswith(PREFIX):
        return printable(source), sample_path(source.removeprefix(PREFIX)).read_bytes()
    if (is_literal(source) or ";" in source) and not _exists(source):
        return what, matrices(source, what, literal_error)
    name = printable(source)
    try:
        return name, Path(source).read_bytes()
    except FileNotFoundError:
        raise DataError(f"no such file: {name}", "`cnnstep samples` lists pictures that come with cnnstep") from None
    except IsADirectoryError:
        raise DataError(f"{name} is a folder, not a file", "name a picture or a table of numbers in it") from None
    except (OSError, ValueError) as trouble:
        reason = getattr(trouble, "strerror", None) or str(trouble)
        raise DataError(f"{name} cannot be read: {reason}", "check the name and the permissions") from None


def _exists(source: str) -> bool:
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def _is_table(source: str, data: bytes) -> bool:
    """Text by its suffix; from stdin, or without a suffix, by being text that is not a PPM image."""
    path = sample_path(source.removeprefix(PREFIX)) if source.startswith(PREFIX) else Path(source)
    if path.suffix.lower() in TEXT_SUFFIXES:
        return True
    if path.suffix or b"\0" in data or re.match(rb"P[1-7]\s", data):
        return False
    try:
        data[:4096].decode("utf-8")
    except UnicodeDecodeError as wrong:
        return wrong.start > 4000  # a character cut in half by the sniffing itself
    return True


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise DataError(
            f"{name} is not text: byte {wrong.start} is 0x{data[wrong.start]:02x}", "save the table as UTF-8"
        ) from None


def _npy(data: bytes, name: str) -> Array:
    try:
        array: Array = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError, SyntaxError, TypeError) as trouble:
        reason = "it holds Python objects" if "pickle" in str(trouble) else "the file is damaged or cut short"
        raise DataError(f"{name} cannot be read: {reason}", "save a plain numeric array with numpy.save") from None
    return as_numbers(array, name)


def _array(table: Matrices, name: str) -> Array:
    values = np.array(table.channels)
    if values.dtype == object or _was_rounded(table, values):
        raise DataError(f"{name} holds an integer of more than 64 bits", "write it with a decimal point: 1e20")
    return values


def _was_rounded(table: Matrices, values: Array) -> bool:
    """NumPy makes floats of integers that fit no common 64-bit type."""
    if values.dtype != np.float64 or np.abs(values).max() < MOST_EXACT:
        return False
    return all(isinstance(cell, int) for rows in table.channels for row in rows for cell in row)


def _three_axes(values: Array, name: str) -> Array:
    if values.ndim > 3 or not values.size:
        raise DataError(
            f"{name} has the shape {by(values.shape) or 'of one number'}",
            "an input is rows×columns, or channels×rows×columns",
        )
    return values.reshape((1,) * (3 - values.ndim) + values.shape)


def _cropped(values: Array, name: str, crop: Sequence[int] | None) -> Array:
    if crop is None:
        return values
    x, y, width, height = crop
    rows, columns = values.shape[1:]
    if x + width > columns or y + height > rows:
        raise DataError(
            f"crop {x},{y},{width},{height} reaches column {x + width} and row {y + height},"
            f" but {name} has {columns} columns and {rows} rows",
            f"use --crop 0,0,{min(width, columns)},{min(height, rows)}",
        )
    return values[:, y : y + height, x : x + width]


def _resized(values: Array, size: Sequence[int] | None) -> Array:
    if size is None:
        return values
    from cnnstep.inputs.images import resample

    return resample(values, *size)


def _to_unit(values: Array, name: str) -> Array:
    low, high = values.min(), values.max()
    if low < 0 or high > 255:
        raise DataError(f"{name} holds {low} to {high}, not levels of 0 to 255", "leave --unit out")
    return values / 255
