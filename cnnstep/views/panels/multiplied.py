"""Patch × kernel = products: the numbers of a step, and colours in the place of those that would make a wall."""

from collections.abc import Sequence

from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.roles import Reveals, Role
from cnnstep.views.page.scene import Block, Mark, Panel, beside
from cnnstep.views.panels.planes import slices
from cnnstep.views.panels.printed import Printed

MOST_DIGITS = 18  # products of two channels of 3×3: of more only the strongest slice has digits
WALL = 49  # numbers of a slice that no one reads: more than 7×7


class Multiplied:
    """Patch × kernel = products, all slices of a step in the same three formats, under these captions.

    Of a step of many numbers the slice with the largest sum has digits, the others are colours.
    """

    def __init__(self, step: WeightedSum, captions: Sequence[str]) -> None:
        self.captions, self.padding = captions, slices(step.is_padding[None])
        self.patch = Printed.of(step.patch, has_brackets=bool(step.is_padding.any()))
        self.weights, self.products = Printed.of(step.weights), Printed.of(step.products)
        is_value = step.products.size == 1 and step.divisor == 1 and not step.bias
        self.reveals = Reveals.VALUE if is_value else Reveals.PRODUCTS
        self.totals = [total_of(each) for each in self.products.pieces]

    @property
    def strongest(self) -> int:
        """The slice with the largest sum in magnitude."""
        return max(range(len(self.totals)), key=lambda number: abs(self.totals[number]))

    def is_heat(self, number: int) -> bool:
        """Whether a slice is shown as colours."""
        pieces = self.products.pieces
        return pieces[number].size > WALL or (pieces.size > MOST_DIGITS and number != self.strongest)

    def panels(self, number: int) -> tuple[Panel, ...]:
        """One slice; = if every printed product is the product of the printed numbers, else ≈."""
        arrays = self.patch, self.weights, self.products
        grids = self._grids(number, self.captions)
        if self.is_heat(number):
            grids = tuple(each.heat(number, grid) for each, grid in zip(arrays, grids, strict=True))
        cells = zip(*(each.read(number) for each in arrays), strict=True)
        patch, weights, products = grids
        return patch, Mark("×"), weights, Mark("=" if all(x * w == p for x, w, p in cells) else "≈"), products

    def aligned(self) -> list[Block]:
        """A long window on a signal: patch, kernel and products under each other."""
        least, wide = max(self.patch.width, self.weights.width, self.products.width), max(map(len, self.captions))
        return [
            beside(Mark(text, Role.LABEL, width=wide), row._replace(least=least))
            for text, row in zip(self.captions, self._grids(0, ("", "", "")), strict=True)
        ]

    def _grids(self, number: int, captions: Sequence[str]) -> tuple[Grid, ...]:
        return (
            self.patch.patch(number, captions[0], self.padding[number % len(self.padding)]),
            self.weights.grid(number, captions[1], Role.KERNEL),
            self.products.grid(number, captions[2], Role.PRODUCT, self.reveals),
        )
