"""Files of named arrays: .npz without pickles, and .safetensors."""

import io
import json
import zipfile
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array, as_numbers
from cnnstep.errors import DataError
from cnnstep.inputs.sources import UNREADABLE, content, unreadable
from cnnstep.notation import printable

MOST_BYTES = 4 << 30
ZIP_MAGIC = b"PK\x03\x04"
LENGTH = 8
TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1", "U8": "|u1",
}  # fmt: skip
"""The types of .safetensors. Source: the format's own description, huggingface/safetensors."""


def read_arrays(source: str) -> tuple[str, dict[str, Array]]:
    """The printable name of a file, and its arrays by name; raises DataError for anything that is not numbers."""
    name, data = content(source, "the weights")
    if not isinstance(data, bytes):
        raise DataError(f"{printable(source)} is not a file of weights", "name an .npz or a .safetensors file")
    found = _npz(data, name) if data.startswith(ZIP_MAGIC) else _safetensors(data, name)
    return name, {printable(key): as_numbers(values, f"{printable(key)} in {name}") for key, values in found.items()}


def _npz(data: bytes, name: str) -> dict[str, Array]:
    try:
        size = sum(member.file_size for member in zipfile.ZipFile(io.BytesIO(data)).infolist())
        if size > MOST_BYTES:
            raise DataError(f"{name} unpacks to {size:,} bytes; the most is {MOST_BYTES:,}", "use float32 numbers")
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {key: np.asarray(archive[key]) for key in archive.files}
    except UNREADABLE as trouble:
        raise unreadable(name, trouble, "save plain arrays with numpy.savez") from None


def _safetensors(data: bytes, name: str) -> dict[str, Array]:
    """A length of 8 bytes, a header in JSON, then the numbers as they lie in memory."""
    try:
        length = int.from_bytes(data[:LENGTH], "little")
        header = json.loads(data[LENGTH : LENGTH + length]) if 1 < length <= len(data) - LENGTH else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise DataError(f"{name} is neither .npz nor .safetensors", "save plain arrays with numpy.savez")
    body = data[LENGTH + length :]
    return {key: _tensor(key, told, body, name) for key, told in header.items() if key != "__metadata__"}


def _tensor(key: str, told: Any, body: bytes, name: str) -> Array:
    """One array of a .safetensors file."""
    try:
        dtype, shape, (begin, end) = np.dtype(TYPES[told["dtype"]]), told["shape"], told["data_offsets"]
        length = prod(shape) * dtype.itemsize if min(shape, default=0) >= 0 else -1
        found = body[begin:end] if 0 <= begin <= end <= len(body) and length == end - begin else b"?"
        return np.frombuffer(found, dtype, count=prod(shape)).reshape(shape)
    except (KeyError, TypeError, ValueError, OverflowError):
        kinds = ", ".join(TYPES)
        raise DataError(
            f"{printable(key)} in {name} is damaged, or not of a type that is read ({kinds})", "save it as float32"
        ) from None
