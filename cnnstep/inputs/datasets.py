"""Images with labels: the shipped digits, .npz, IDX as MNIST has it, a folder a class, CSV with the label first."""

import gzip
from collections.abc import Callable, Mapping
from math import inf, prod
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from cnnstep.engine.arrays import Array, as_numbers
from cnnstep.errors import DataError, Setting, printable
from cnnstep.geometry import by
from cnnstep.inputs.samples import folder
from cnnstep.inputs.sources import content, decoding, table
from cnnstep.inputs.weights import Archive, read_arrays

DIGITS = "digits"
SIDE = 32
IDX_MAGIC, GZIP_MAGIC, ZIP_MAGIC = b"\0\0", b"\x1f\x8b", b"PK"
IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
"""Source: the description of the MNIST files, by LeCun, Cortes and Burges."""
NAMES = (("x", "y"), ("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"))
TESTS = (("x_test", "y_test"), ("test_images", "test_labels"), ("x_validation", "y_validation"))
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm"}


class Labelled(NamedTuple):
    """Images as they lie in a file, (N, …), a label each, and what the classes are called, if they are."""

    name: str
    x: Array
    labels: Array
    classes: tuple[str, ...] = ()


class Read(NamedTuple):
    """What there is to learn from, and what its makers keep apart to test with, if they do."""

    train: Labelled
    test: Labelled | None = None


def read_images(source: str) -> Read:
    """`digits`, an .npz, an IDX file of images, a folder, or a CSV: by what it is. Raises DataError."""
    if source == DIGITS:
        return digits()
    path, name = Path(source), printable(source)
    if not path.exists():
        raise DataError(
            f"no such file: {name or 'an empty name'}", ("leave ", Setting("data"), " out for the digits that are here")
        )
    if path.is_dir():
        return _folder(path, name)
    with path.open("rb") as stream:
        magic = stream.read(2)
    return next((read for begins, read in KINDS.items() if magic == begins), _csv)(path, name)


def digits() -> Read:
    """1,934 handwritten digits of 32×32 to learn from and 946 to validate with, 0 and 1.

    Source: E. Alpaydin and C. Kaynak, 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.
    """
    with np.load(folder() / "digits.npz", allow_pickle=False) as found:
        parts = [
            Labelled(DIGITS, np.unpackbits(found[f"{part}_bits"], axis=1).reshape(-1, SIDE, SIDE).astype(np.float32),
                     found[f"{part}_labels"].astype(np.int64))
            for part in ("train", "validation")
        ]  # fmt: skip
    return Read(*parts)


def _npz(path: Path, name: str) -> Read:
    archive = read_arrays(str(path))
    parts = [_pair(archive, pairs) for pairs in (NAMES, TESTS)]
    if parts[0] is None:
        there = ", ".join(f"{key} {by(shape)}" for key, shape in archive.shapes.items()) or "nothing"
        raise DataError(f"{name} has no arrays x and y; it has {there}", "name the images x and the labels y")
    return Read(parts[0], parts[1])


def _pair(archive: Archive, names: tuple[tuple[str, str], ...]) -> Labelled | None:
    found = next((pair for pair in names if set(pair) <= set(archive.shapes)), None)
    return found and _checked(archive.name, *map(archive.read, found))


def _idx(path: Path, _: str) -> Read:
    """A file of images, and beside it the one of labels; train-… also has t10k-… beside it."""
    return Read(_idx_pair(path), _other(path, "train", "t10k"))


def _other(path: Path, ours: str, theirs: str) -> Labelled | None:
    other = path.with_name(path.name.replace(ours, theirs))
    return _idx_pair(other) if other != path and other.exists() else None


def _idx_pair(path: Path) -> Labelled:
    name = printable(str(path))
    labels = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    if labels == path or not labels.exists():
        raise DataError(
            f"{name} has no labels beside it: {printable(labels.name)} is missing",
            "name the file of images, as train-images-idx3-ubyte, with train-labels-idx1-ubyte beside it",
        )
    return _checked(name, _idx_array(path), _idx_array(labels))


def _idx_array(path: Path) -> Array:
    """0, 0, a type, how many axes, then each of them in four bytes, big-endian, then the numbers."""
    name = printable(str(path))
    with decoding(name, "IDX files are as MNIST has them, also .gz"):
        data = path.read_bytes()
        data = gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data
        if not data.startswith(IDX_MAGIC):
            raise DataError(f"{name} is no IDX file", "IDX files are as MNIST has them, also .gz")
        dtype, axes = np.dtype(IDX_TYPES[data[2]]), data[3]
        shape = tuple(int(n) for n in np.frombuffer(data, ">u4", axes, 4))
        size, begin = prod(shape) * dtype.itemsize, 4 + 4 * axes
        if len(data) - begin != size:
            raise DataError(f"{name} says {by(shape)}, but holds {len(data) - begin:,} bytes", "copy it again")
        return np.frombuffer(data, dtype, prod(shape), begin).reshape(shape)


def _folder(path: Path, name: str) -> Read:
    """A folder a class, by their names in order; with `train` and `test` or `validation` in it, both are read."""
    if (path / "train").is_dir():
        tests = [each for each in (path / "validation", path / "val", path / "test") if each.is_dir()]
        return Read(_classes(path / "train", name), _classes(tests[0], name) if tests else None)
    return Read(_classes(path, name))


def _classes(path: Path, name: str) -> Labelled:
    folders = sorted(each for each in path.iterdir() if each.is_dir() and each.name[0] != ".")
    files = [
        (file, label)
        for label, each in enumerate(folders)
        for file in sorted(each.iterdir())
        if file.suffix.lower() in PICTURES
    ]
    if not files:
        raise DataError(f"{name} has no folder of pictures for each class", "put pictures into name/class/picture.png")
    pictures = [_picture(file) for file, _ in files]
    for (file, _), each in zip(files, pictures, strict=True):
        if each.shape != pictures[0].shape:
            raise DataError(
                f"{printable(str(file))} is {by(each.shape)}, but {printable(str(files[0][0]))} is"
                f" {by(pictures[0].shape)}",
                "make all pictures the same size",
            )
    labels = np.array([label for _, label in files], np.int64)
    return Labelled(name, np.stack(pictures), labels, tuple(printable(each.name) for each in folders))


def _picture(file: Path) -> Array:
    """Levels (C, rows, columns): one channel where it has no colours."""
    from cnnstep.inputs.images import decode

    name, data = content(str(file))
    assert isinstance(data, bytes)  # noqa: S101 - of a file that exists
    grey, has_colours = decode(data, name, rgb=False, axes=2)
    return decode(data, name, rgb=True, axes=2)[0] if has_colours else grey


def _csv(path: Path, name: str) -> Read:
    """A label, then the levels of an image, a line; a first line of names is left out."""
    with decoding(name, "a line is a label, then numbers, with commas between them"):
        data = path.read_bytes()
        first, _, rest = data.partition(b"\n")
        if not first.split(b",")[0].strip().strip(b'"').lstrip(b"-").isdigit():
            data = rest
        values = table(data, name)[0]
    rows = values.reshape(-1, values.shape[-1])
    if rows.shape[1] < 2:
        raise DataError(f"{name} has one number a line", "a line is a label, then the numbers of an image")
    return Read(_checked(name, _levels(rows[:, 1:]), rows[:, 0]))


def _levels(values: Array) -> Array:
    """Whole numbers from 0 to 255, of whatever type, are levels; beyond 1, for those may be bits."""
    if not (values.min() >= 0 and 1 < values.max() <= 255):
        return values
    levels = values.astype(np.uint8)
    return levels if np.array_equal(levels, values) else values


def _checked(name: str, x: Array, labels: Array) -> Labelled:
    """As many labels as images, whole numbers; one-hot rows become classes."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    elif labels.ndim == 2 and np.array_equal(labels.sum(axis=1), np.ones(len(labels))):
        labels = labels.argmax(axis=1)
    if labels.ndim != 1 or len(labels) != len(x) or not len(x):
        raise DataError(
            f"{name} has {len(x):,} images and labels of {by(labels.shape) or 'one number'}",
            "give each image one label",
        )
    wrong = np.flatnonzero(labels != np.rint(labels))
    if len(wrong):
        raise DataError(f"image {wrong[0]:,} of {name} has the label {labels[wrong[0]]:g}", "labels are whole numbers")
    return Labelled(name, _levels(as_numbers(x, name, single=inf)), labels.astype(np.int64))


Reader: TypeAlias = Callable[[Path, str], Read]
KINDS: Mapping[bytes, Reader] = {ZIP_MAGIC: _npz, IDX_MAGIC: _idx, GZIP_MAGIC: _idx}
"""The first two bytes of a file → what reads it; anything else is a table."""
