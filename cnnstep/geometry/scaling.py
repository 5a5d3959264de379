"""One axis of upsampling: which cells of the input a cell of the output reads, and with which weights; in integers."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple


class ScaledAxis(NamedTuple):
    """One axis that upsampling makes longer: output = input·factor.

    nearest: cell o reads cell ⌊o / factor⌋ of the input.
    linear: it stands at s = (o + ½) / factor − ½ of the input, kept within 0 … input − 1, and reads the cells on
    both sides of s: (1 − t)·x[⌊s⌋] + t·x[⌊s⌋ + 1], with t = s − ⌊s⌋. One cell where t is 0.
    (PyTorch, Upsample with align_corners=False; ONNX, Resize with half_pixel.)
    """

    input: int
    factor: int
    is_linear: bool = False

    @property
    def output(self) -> int:
        """Cells of the result."""
        return self.input * self.factor

    @property
    def divisor(self) -> int:
        """What all weights are divided by, which makes them whole: 4 for 3/4 and 1/4, 3 for 2/3 and 1/3."""
        if not self.is_linear:
            return 1
        return self.factor if self.factor % 2 else 2 * self.factor

    @property
    def kernel(self) -> int:
        """Cells that a cell of the output reads at most."""
        return 2 if self.is_linear and self.factor > 1 and self.input > 1 else 1

    @property
    def extent(self) -> int:
        """Cells from the first that is read to the last: neighbours."""
        return self.kernel

    @property
    def before(self) -> int:
        """Padding before the input: none, for nothing outside of it is read."""
        return 0

    @property
    def after(self) -> int:
        """Padding after the input: none."""
        return 0

    def position(self, index: int) -> Fraction:
        """Where a cell of the output stands among those of the input; before the first and after the last, too."""
        return Fraction(2 * index + 1, 2 * self.factor) - Fraction(1, 2)

    @property
    def pace(self) -> Fraction:
        """How many cells further on its next neighbour looks: a fraction of one."""
        return Fraction(1, self.factor)

    def taps(self, cell: int) -> Sequence[int]:
        """The input positions that a cell reads or lies between, also those outside the input."""
        if not self.is_linear:
            return (cell // self.factor,)
        return range(floor(self.position(cell)), ceil(self.position(cell)) + 1)

    def window(self, index: int) -> range:
        """The input positions that cell `index` reads, which all lie inside the input."""
        first, share = self._split(index)
        return range(first, first + (2 if share else 1))

    def weights(self, index: int) -> tuple[int, ...]:
        """The weight of each cell of its window, to be divided by `divisor`."""
        _, share = self._split(index)
        return (self.divisor - share, share) if share else (self.divisor,)

    def _split(self, index: int) -> tuple[int, int]:
        """The first cell that is read, and the weight of the one after it."""
        if not self.is_linear:
            return index // self.factor, 0
        whole = 2 * self.factor
        # s in units of 1 / (2·factor), where it is a whole number
        first, rest = divmod(min(max(2 * index + 1 - self.factor, 0), whole * (self.input - 1)), whole)
        return first, rest * self.divisor // whole

    def is_read(self, position: int) -> bool:
        """Whether any cell of the output reads this position: inside the input every one is."""
        return 0 <= position < self.input

    @property
    def unread(self) -> int:
        """Cells at the end that are never read: none."""
        return 0

    @property
    def settings(self) -> dict[str, Any]:
        """What sets its size, by the names of the options."""
        return {"factor": self.factor}
