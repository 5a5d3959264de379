"""Files of named arrays: .npz without pickles, and .safetensors."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array, as_numbers
from cnnstep.errors import DataError
from cnnstep.inputs.sources import content, decoding, header
from cnnstep.notation import printable

SUFFIX = ".npy"
ZIP_MAGIC = b"PK\x03\x04"
LENGTH = 8
# little-endian, as the format has them on every machine; of BF16 NumPy knows no type
TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1", "U8": "|u1",
}  # fmt: skip
"""The types of .safetensors. Source: the format's own description, huggingface/safetensors."""


class Archive(NamedTuple):
    """A file of named arrays: their shapes are known, their numbers are unpacked when they are wanted."""

    name: str
    shapes: Mapping[str, tuple[int, ...]]
    read: Callable[[str], Array]


def read_arrays(source: str) -> Archive:
    """The arrays of a file by their printable names; raises DataError for anything that is not numbers."""
    name, data = content(source, "the weights")
    if not isinstance(data, bytes):
        raise DataError(f"{printable(source)} is not a file of weights", "name an .npz or a .safetensors file")
    found = _npz(data, name) if data.startswith(ZIP_MAGIC) else _safetensors(data, name)
    keys = {printable(key): key for key in found.shapes}
    shapes = {told: found.shapes[key] for told, key in keys.items()}
    return Archive(name, shapes, lambda told: as_numbers(found.read(keys[told]), f"{told} in {name}"))


def _npz(data: bytes, name: str) -> Archive:
    """Of an archive only the headers: a few kilobytes of it may unpack to gigabytes."""
    hint = "save plain arrays with numpy.savez"

    def read(key: str) -> Array:
        with decoding(name, hint), np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return np.asarray(archive[key])

    with decoding(name, hint), zipfile.ZipFile(io.BytesIO(data)) as archive:
        shapes = {}
        for member in archive.namelist():
            with archive.open(member) as stream:
                # np.load names the members of an archive without it
                shapes[member.removesuffix(SUFFIX)] = header(stream, name)
        return Archive(name, shapes, read)


def _safetensors(data: bytes, name: str) -> Archive:
    """A length of 8 bytes, a header in JSON, then the numbers as they lie in memory."""
    try:
        length = int.from_bytes(data[:LENGTH], "little")
        # the shortest header is {}, two bytes; a length beyond the file means that this is another format
        header = json.loads(data[LENGTH : LENGTH + length]) if 1 < length <= len(data) - LENGTH else None
    # ten thousand brackets in a row exhaust the stack of the JSON reader
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise DataError(f"{name} is neither .npz nor .safetensors", "save plain arrays with numpy.savez")
    # slices of it are views: the numbers of a large file are not copied
    body = memoryview(data)[LENGTH + length :]
    arrays = {key: _tensor(key, told, body, name) for key, told in header.items() if key != "__metadata__"}
    return Archive(name, {key: array.shape for key, array in arrays.items()}, arrays.__getitem__)


def _tensor(key: str, told: Any, body: memoryview, name: str) -> Array:
    """One array of a .safetensors file, where it lies."""
    with decoding(f"{printable(key)} in {name}", f"save it as float32: the types that are read are {', '.join(TYPES)}"):
        dtype, shape, (begin, end) = np.dtype(TYPES[told["dtype"]]), told["shape"], told["data_offsets"]
        if min(shape, default=0) < 0 or not 0 <= begin <= end <= len(body):
            raise ValueError(shape)
        return np.frombuffer(body[begin:end], dtype).reshape(shape)
