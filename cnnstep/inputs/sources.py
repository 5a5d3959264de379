"""Where an input comes from: a file, a sample, stdin, or the command line itself."""

import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote
from typing import IO
from warnings import catch_warnings, simplefilter

import numpy as np

from cnnstep.engine.arrays import Array, as_numbers
from cnnstep.errors import CnnstepError, DataError
from cnnstep.inputs.samples import PREFIX, sample_path
from cnnstep.notation import Matrices, is_literal, matrices, printable

NPY_MAGIC = b"\x93NUMPY"
MOST_EXACT = 2**63
STDIN = "stdin"
BOM = b"\xef\xbb\xbf"
LARGE = 1 << 20
LARGEST = 4 << 20
"""Bytes of a table: up to LARGEST, a second or two, each number is read on its own and told where it is wrong."""
TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".dat"}


def content(
    source: str, what: str = "the input", literal_error: type[CnnstepError] = DataError
) -> tuple[str, bytes | Matrices]:
    """Return the printable name and the content; a literal is parsed on the spot."""
    if source == "-":
        # what Python makes of a descriptor that is closed, as by <&-
        if sys.stdin is None:
            raise DataError("stdin is closed", "pipe something into it, or name a file")
        try:
            return STDIN, sys.stdin.buffer.read()
        except OSError as trouble:  # as in `cnnstep conv - 0> file`
            reason = trouble.strerror or trouble
            raise DataError(f"stdin cannot be read: {reason}", "pipe something into it, or name a file") from None
    if source.startswith(PREFIX):
        return printable(source), sample_path(source.removeprefix(PREFIX)).read_bytes()
    if (is_literal(source) or ";" in source) and not exists(source):
        return what, matrices(source, what, literal_error)
    name = printable(source)
    with access(name):
        return name, Path(source).read_bytes()


def opener(source: str, what: str) -> tuple[str, Callable[[], IO[bytes]]]:
    """Return the printable name, and what opens the content, as often as it is wanted: no file is read as a whole."""
    name, path = printable(source), Path(source)
    if source != "-" and not source.startswith(PREFIX) and exists(source) and path.is_file():

        def opened() -> IO[bytes]:
            with access(name):
                return path.open("rb")

        return name, opened
    name, data = content(source, what)
    if not isinstance(data, bytes):
        raise DataError(f"{printable(source)} is not a file of {what}", f"name a file of {what}")
    return name, lambda: io.BytesIO(data)


@contextmanager
def access(
    name: str,
    missing: str = "`cnnstep samples` lists pictures that come with cnnstep",
    folder: str = "name a picture or a table of numbers in it",
) -> Iterator[None]:
    """Whatever the system says of a file that cannot be opened, as DataError, with what to do instead."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"no such file: {name}", missing) from None
    except IsADirectoryError:
        raise DataError(f"{name} is a folder, not a file", folder) from None
    except (OSError, ValueError) as trouble:
        reason = getattr(trouble, "strerror", None) or str(trouble)
        raise DataError(f"{name} cannot be read: {reason}", "check the name and the permissions") from None


def exists(source: str) -> bool:
    """Whether a file has this name."""
    try:
        # a literal may be too long for a name (OSError), or hold a NUL (ValueError)
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def is_table(source: str, data: bytes) -> bool:
    """Text by its suffix; from stdin, or without a suffix, by being text that is not a PPM image."""
    path = sample_path(source.removeprefix(PREFIX)) if source.startswith(PREFIX) else Path(source)
    if path.suffix.lower() in TEXT_SUFFIXES:
        return True
    # P1 to P3 write their pixels as text, and would pass for a table
    if path.suffix or b"\0" in data or re.match(rb"P[1-7]\s", data):
        return False
    try:
        data[:4096].decode("utf-8")
    except UnicodeDecodeError as wrong:
        return wrong.start > 4000  # a character cut in half by the sniffing itself
    return True


def text(data: bytes, name: str, hint: str = "save the table as UTF-8") -> str:
    """Decode bytes as UTF-8."""
    try:
        # spreadsheets may put a byte-order mark first, which is no part of the first number
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise DataError(f"{name} is not text: byte {wrong.start} is 0x{data[wrong.start]:02x}", hint) from None


@contextmanager
def decoding(name: str, hint: str, spoken: type[Exception] | tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """The one place where whatever a decoder raises at damage becomes one line: DataError.

    Decoders meet damage with errors of every kind; only those that are `spoken` have words for people.
    """
    try:
        yield
    # ahead of the rest: it has its words already, and is an Exception itself
    except CnnstepError:
        raise
    except MemoryError:
        raise DataError(f"{name} does not fit in memory", "use a smaller one") from None
    except Exception as damage:  # noqa: BLE001 - a list of them has never been complete
        reason = str(damage) if isinstance(damage, spoken) else ""
        raise DataError(f"{name} cannot be read: {reason or 'the file is damaged or cut short'}", hint) from None


def header(stream: IO[bytes], name: str) -> tuple[int, ...]:
    """The shape that a `.npy` announces, before any of its numbers; pickles are refused."""
    version = np.lib.format.read_magic(stream)
    # version 3 is laid out as 2 is; only names of fields are encoded differently, and numbers have none
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    if dtype.hasobject:
        raise DataError(f"{name} cannot be read: it holds Python objects", "save plain numbers with numpy.save")
    return tuple(shape)


def npy(data: bytes, name: str) -> Array:
    """Load an array of numbers, never a pickle."""
    with decoding(name, "save a plain numeric array with numpy.save"):
        header(io.BytesIO(data), name)
        array: Array = np.load(io.BytesIO(data), allow_pickle=False)
    return as_numbers(array, name)


def table(data: bytes | Matrices, name: str) -> tuple[Array, float]:
    """A table of numbers, (channels, rows, columns), and what all of them are divided by."""
    if isinstance(data, Matrices):
        return _table_array(data, name), data.divisor
    if len(data) > LARGE and (plain := plain_table(data)) is not None:
        return plain, 1
    if len(data) > LARGEST:
        raise DataError(
            f"{name} is no plain table in its {len(data):,} bytes: beyond {LARGEST:,}, every row must have the same"
            " number of cells, and nothing but numbers in them",
            f"look at its beginning: head -n 1000 {'-' if name == STDIN else quote(name)} | cnnstep show -",
        )
    return table(matrices(text(data, name), name), name)


def plain_table(data: bytes) -> Array | None:
    """What NumPy's own reader makes of a table; None where it might take it for another than `matrices` does."""
    body = re.sub(rb"(?m)^[ \t]*#.*\n?", b"", data.removeprefix(BOM)).strip()
    separator = next((each for each in ";\t," if each.encode() in body.partition(b"\n")[0]), None)
    # a line such as 1 2; 3 4 is a whole matrix as it is typed, where semicolons end rows
    if not body or (separator == ";" and b"\n" not in body):
        return None
    blocks = re.split(rb"\n\s*\n", body)
    # integers first: as floats they would be rounded beyond 2⁵³
    for dtype in (np.int64, np.float64):
        with suppress(ValueError), catch_warnings():
            simplefilter("error", DeprecationWarning)  # no integer by way of a float
            values = np.stack([_block(block, dtype, separator) for block in blocks])
            return values if dtype is np.int64 or np.abs(values).max() < MOST_EXACT else None  # so NaN is none either
    return None


def _block(block: bytes, dtype: type, separator: str | None) -> Array:
    lines = io.TextIOWrapper(io.BytesIO(block), "utf-8")
    return np.loadtxt(lines, dtype, comments=None, delimiter=separator, ndmin=2)


def _table_array(table: Matrices, name: str) -> Array:
    """Make an array (channels, rows, columns) of a table; integers of more than 64 bits are refused.

    NumPy makes floats of integers that fit no common 64-bit type.
    """
    values = np.array(table.channels)
    is_large = values.dtype == np.float64 and np.abs(values).max() >= MOST_EXACT
    cells = (cell for rows in table.channels for row in rows for cell in row)
    if values.dtype == object or (is_large and all(isinstance(cell, int) for cell in cells)):
        raise DataError(f"{name} holds an integer of more than 64 bits", "write it with a decimal point: 1e20")
    return values
