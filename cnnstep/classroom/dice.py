"""Numbers that are drawn, the same on every machine and with every Python: not by `random`, whose draws may change."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TypeAlias, TypeVar

import numpy as np

from cnnstep.engine.settings import matrix_in_words

T = TypeVar("T")
Rows: TypeAlias = list[list[int]]


class Dice:
    """Draws from a text: the same text, the same numbers."""

    def __init__(self, text: str) -> None:
        self._text, self._drawn = text, 0

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        self._drawn += 1
        digest = sha256(f"{self._text}\n{self._drawn}".encode("utf-8", "surrogatepass")).digest()
        return low + int.from_bytes(digest, "big") % (high - low + 1)

    def of(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.whole(0, len(choices) - 1)]

    def row(self, length: int, low: int, high: int) -> list[int]:
        """Whole numbers, of which not all are alike."""
        return self.until(
            lambda: [self.whole(low, high) for _ in range(length)], lambda row: length == 1 or len(set(row)) > 1
        )

    def rows(self, height: int, width: int, low: int, high: int) -> Rows:
        """A matrix whose rows are such rows."""
        return [self.row(width, low, high) for _ in range(height)]

    def until(self, draw: Callable[[], T], is_wanted: Callable[[T], bool]) -> T:
        """Draw until it is as it is wanted."""
        while not is_wanted(drawn := draw()):
            pass
        return drawn


def matrix(rows: Sequence[object]) -> str:
    """Rows as they are typed, `1 2; 3 4`, and channels of them, `1 2; 3 4;; 5 6; 7 8`."""
    return matrix_in_words(np.array(rows))
