"""A script: numbers, the operations that work on them, and an assertion against cnnstep's own numbers; as text."""

from base64 import encodebytes
from collections.abc import Sequence
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.frameworks.framework import Framework
from cnnstep.frameworks.nodes import Lines, in_ascii, written

FEW = 300
"""So many numbers stand in a script as numbers, more as the bytes that hold them."""
WIDTH = 110
TOLERANCE, SINGLE = 1e-9, 1e-5
"""Of results in float64 and float32: both sides round, in another order."""
LOADED = 'with np.load("weights.npz") as file:\n    weights = dict(file)'
PACKED = '''def numbers(text, dtype, shape):
    """The array whose bytes stand in `text`, in base64."""
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape).astype(np.float64)'''


class Numbers(NamedTuple):
    """An array of a script: its variable, its values, what it is, and its name in the file that it is loaded from."""

    name: str
    values: Array
    told: str = ""
    stored: str = ""
    is_plain: bool = False
    """Whether it stays NumPy's: what results are compared with."""


class Check(NamedTuple):
    """A result, and the variable of what it is compared with."""

    result: str
    expected: str


class Script(NamedTuple):
    """All parts of a script, in their order."""

    head: str
    framework: Framework
    arrays: Sequence[Numbers]
    body: Lines
    checks: Sequence[Check]
    scale: float
    is_single: bool = False

    def text(self) -> str:
        """The whole script, in ASCII."""
        packed = any(len(each.values.reshape(-1)) > FEW and not each.stored for each in self.arrays)
        loaded = any(each.stored for each in self.arrays)
        parts = [
            f'"""{_docstring(self.head)}"""',
            "\n".join([*(["import base64"] if packed else []), *self.framework.imports]),
            *([f"\n{PACKED}\n"] if packed else []),
            *([LOADED] if loaded else []),
            "\n".join(line for each in self.arrays for line in self._defined(each)),
            "\n".join(self.body),
            "\n".join(self._ends()),
        ]
        return "\n\n".join(parts).encode("ascii", "backslashreplace").decode() + "\n"

    def _defined(self, each: Numbers) -> Lines:
        """An array, under a comment that says what it is."""
        literal = "np.array({}, dtype=np.float64)" if each.is_plain else self.framework.literal
        made = literal.format(f'weights["{each.stored}"]' if each.stored else values_text(each.values))
        return [
            f"# {each.name}: {in_ascii(each.values.shape)}{f' ({each.told})' if each.told else ''}",
            f"{each.name} = {made}",
        ]

    def _ends(self) -> Lines:
        """The results, the assertion and the print."""
        tolerance = SINGLE if self.is_single else TOLERANCE
        near = f"rtol={tolerance:.0e}, atol={tolerance * self.scale:.0e}"
        made = self.framework.as_numpy
        lines = [f"{each.result} = {made.format(each.result)}" for each in self.checks] if made else []
        prints = [f"print({each.result})" for each in self.checks]
        told = "# Both sides add up in another order, so that the last digits may differ: this is the tolerance."
        asserts = [f"np.testing.assert_allclose({each.result}, {each.expected}, {near})" for each in self.checks]
        return [*lines, *prints, told, *asserts,
                'print("These are the numbers of cnnstep.")']  # fmt: skip


def _docstring(text: str) -> str:
    """Text that ends no docstring and means nothing in it: names of files stand there."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def values_text(values: Array) -> str:
    """An array as Python reads it: lists of numbers, or the bytes of many."""
    plain = np.array(values.tolist(), np.float64) if values.dtype == object else np.asarray(values)
    if plain.size <= FEW and np.isfinite(plain).all():
        return _listed(plain.tolist(), plain.ndim)
    small = np.ascontiguousarray(plain, smallest(plain))
    return f'numbers("""\n{encodebytes(small.tobytes()).decode()}""", "{small.dtype.str}", {written(small.shape)})'


def smallest(values: Array) -> np.dtype[Any]:
    """The smallest type that holds every value as it is."""
    if values.dtype.kind in "iub" and values.size:
        found = np.promote_types(np.min_scalar_type(values.min()), np.min_scalar_type(values.max()))
        return found.newbyteorder("<") if found.kind in "iu" else np.dtype("<f8")
    single = values.astype(np.float32)
    return np.dtype("<f4" if np.array_equal(single, values) else "<f8")


def _listed(values: Any, axes: int, indent: int = 1) -> str:
    """Nested lists, a row a line, or several where it is long."""
    if axes <= 1:
        return f"\n{' ' * 4 * indent}".join(wrap(repr(values), WIDTH))
    rows = f",\n{' ' * 4 * indent}".join(_listed(each, axes - 1, indent + 1) for each in values)
    return f"[\n{' ' * 4 * indent}{rows},\n{' ' * 4 * (indent - 1)}]"
