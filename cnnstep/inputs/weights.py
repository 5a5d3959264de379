"""Files of named arrays: .npz without pickles, and .safetensors."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from math import inf, prod
from typing import IO, Any, NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array, as_numbers, freeze
from cnnstep.errors import DataError
from cnnstep.inputs.sources import decoding, header, opener
from cnnstep.notation import printable

SUFFIX = ".npy"
ZIP_MAGIC = b"PK\x03\x04"
LENGTH = 8
# little-endian, as the format has them on every machine; of BF16 NumPy knows no type
TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1", "U8": "|u1",
}  # fmt: skip
"""The types of .safetensors. Source: the format's own description, huggingface/safetensors."""


Opener: TypeAlias = Callable[[], IO[bytes]]


class Archive(NamedTuple):
    """A file of named arrays: their shapes are known, their numbers are unpacked when they are wanted."""

    name: str
    shapes: Mapping[str, tuple[int, ...]]
    read: Callable[[str], Array]


def read_arrays(source: str) -> Archive:
    """The arrays of a file by their printable names; raises DataError for anything that is not numbers.

    Each is read from the file when it is wanted: of a large file nothing stands in memory twice.
    """
    name, opened = opener(source, "weights")
    with opened() as stream:
        found = _npz(opened, name) if stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC else _safetensors(opened, name)
    keys = {printable(key): key for key in found.shapes}
    shapes = {told: found.shapes[key] for told, key in keys.items()}

    def read(told: str) -> Array:
        values = as_numbers(found.read(keys[told]), f"{told} in {name}", single=inf)
        freeze(values)
        return values

    return Archive(name, shapes, read)


def _npz(opened: Opener, name: str) -> Archive:
    """Of an archive only the headers: a few kilobytes of it may unpack to gigabytes."""
    hint = "save plain arrays with numpy.savez"

    def read(key: str) -> Array:
        with decoding(name, hint), opened() as file, np.load(file, allow_pickle=False) as archive:
            return np.asarray(archive[key])

    with decoding(name, hint), opened() as file, zipfile.ZipFile(file) as archive:
        shapes = {}
        for member in archive.namelist():
            with archive.open(member) as stream:
                # np.load names the members of an archive without it
                shapes[member.removesuffix(SUFFIX)] = header(stream, name)
        return Archive(name, shapes, read)


class _Tensor(NamedTuple):
    """One array of a .safetensors file, and where in the file it lies."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    begin: int
    size: int


def _safetensors(opened: Opener, name: str) -> Archive:
    """A length of 8 bytes, a header in JSON, then the numbers as they lie in memory."""
    told, begin, end = _header(opened, name)
    found = {key: _tensor(key, each, begin, end, name) for key, each in told.items() if key != "__metadata__"}

    def read(key: str) -> Array:
        each = found[key]
        with decoding(f"{printable(key)} in {name}", "save it again"), opened() as stream:
            stream.seek(each.begin)
            return np.frombuffer(stream.read(each.size), each.dtype).reshape(each.shape)

    return Archive(name, {key: each.shape for key, each in found.items()}, read)


def _header(opened: Opener, name: str) -> tuple[dict[str, Any], int, int]:
    """What the header says, and where the numbers after it begin and end."""
    with opened() as stream:
        end = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        length = int.from_bytes(stream.read(LENGTH), "little")
        try:
            # the shortest header is {}, two bytes; a length beyond the file means that this is another format
            header = json.loads(stream.read(length)) if 1 < length <= end - LENGTH else None
        # ten thousand brackets in a row exhaust the stack of the JSON reader
        except (ValueError, RecursionError):
            header = None
    if not isinstance(header, dict):
        raise DataError(f"{name} is neither .npz nor .safetensors", "save plain arrays with numpy.savez")
    return header, LENGTH + length, end


def _tensor(key: str, told: Any, first: int, last: int, name: str) -> _Tensor:
    """Where one array lies; raises DataError for what the file does not hold."""
    with decoding(f"{printable(key)} in {name}", f"save it as float32: the types that are read are {', '.join(TYPES)}"):
        dtype, shape, (begin, end) = np.dtype(TYPES[told["dtype"]]), tuple(told["shape"]), told["data_offsets"]
        is_inside = 0 <= begin <= end <= last - first
        if min(shape, default=0) < 0 or not is_inside or prod(shape) * dtype.itemsize != end - begin:
            raise ValueError(shape)
        return _Tensor(dtype, shape, first + begin, end - begin)
