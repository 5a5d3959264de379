"""Where an input comes from: a file, a sample, stdin, or the command line itself."""

import io
import re
import sys
import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np

from cnnstep.engine.arrays import Array, as_numbers
from cnnstep.errors import CnnstepError, DataError
from cnnstep.inputs.samples import PREFIX, sample_path
from cnnstep.notation import Matrices, is_literal, matrices, printable

NPY_MAGIC = b"\x93NUMPY"
MOST_EXACT = 2**63
TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".dat"}


def content(
    source: str, what: str = "the input", literal_error: type[CnnstepError] = DataError
) -> tuple[str, bytes | Matrices]:
    """Return the printable name and the content; a literal is parsed on the spot."""
    if source == "-":
        if sys.stdin is None:
            raise DataError("stdin is closed", "pipe something into it, or name a file")
        return "stdin", sys.stdin.buffer.read()
    if source.startswith(PREFIX):
        return printable(source), sample_path(source.removeprefix(PREFIX)).read_bytes()
    if (is_literal(source) or ";" in source) and not exists(source):
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


def exists(source: str) -> bool:
    """Whether a file has this name."""
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def is_table(source: str, data: bytes) -> bool:
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


def text(data: bytes, name: str) -> str:
    """Decode bytes as UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise DataError(
            f"{name} is not text: byte {wrong.start} is 0x{data[wrong.start]:02x}", "save the table as UTF-8"
        ) from None


UNREADABLE = (
    ValueError, EOFError, OSError, MemoryError, SyntaxError, TypeError, KeyError, NotImplementedError, RuntimeError,
    OverflowError, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, tokenize.TokenError,
)  # fmt: skip
"""What NumPy and its helpers raise on files that are damaged."""


def unreadable(name: str, trouble: Exception, hint: str) -> DataError:
    """The one line about it."""
    reason = "it holds Python objects" if "pickle" in str(trouble) else "the file is damaged or cut short"
    return DataError(f"{name} cannot be read: {reason}", hint)


def npy(data: bytes, name: str) -> Array:
    """Load an array of numbers, never a pickle."""
    try:
        array: Array = np.load(io.BytesIO(data), allow_pickle=False)
    except UNREADABLE as trouble:
        raise unreadable(name, trouble, "save a plain numeric array with numpy.save") from None
    return as_numbers(array, name)


def table_array(table: Matrices, name: str) -> Array:
    """Make an array (channels, rows, columns) of a table; integers of more than 64 bits are refused."""
    values = np.array(table.channels)
    if values.dtype == object or _was_rounded(table, values):
        raise DataError(f"{name} holds an integer of more than 64 bits", "write it with a decimal point: 1e20")
    return values


def _was_rounded(table: Matrices, values: Array) -> bool:
    """NumPy makes floats of integers that fit no common 64-bit type."""
    if values.dtype != np.float64 or np.abs(values).max() < MOST_EXACT:
        return False
    return all(isinstance(cell, int) for rows in table.channels for row in rows for cell in row)
