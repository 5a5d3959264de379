"""A dense unit: all inputs times its weights; of many, the strongest, and the rest as a sum that is true."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.geometry.numbering import place_of
from cnnstep.views.operations.weighted_sum import largest_product
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.roles import Reveals, Role
from cnnstep.views.page.scene import Beside, Block, Panel, Scene, Words, beside, stack
from cnnstep.views.panels import maps
from cnnstep.views.panels.extracts import WHOLE
from cnnstep.views.panels.grids import map_grid
from cnnstep.views.panels.pictures import input_picture, map_picture
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.arithmetic import shape

FEW = 9
STRONGEST = 4
PICTURE = 10
SMALLEST_PICTURE = WHOLE[0] // 2


@dataclass(frozen=True, eq=False)
class DenseView(View):
    """A walk over the units of a dense layer."""

    noun = "units"

    def title(self, step: WeightedSum | None = None) -> list[Block]:
        """The sizes, and how many parameters there are."""
        units, inputs = self.bound.weights.shape
        several = len(self.bound.shape) > 1
        read = f"{arithmetic.count(inputs, 'input')} in row-major order" if several else ""
        parameters = f"{units * inputs + units:,} parameters = ({inputs} + 1)·{units}"
        facts = [f"{shape(self.bound.shape)} → {units}", read]
        return self.head(facts, [parameters], step)

    def scene(self, step: WeightedSum) -> Scene:
        """The unit among the others, its products, its sum."""
        output = beside(map_grid(self.walk, step, self.output_noun))
        few = step.patch.size <= FEW
        body = (
            [_all_products(step, self.vocabulary.x)]
            if few
            else [*self._pictures(step), [*map(beside, self.reads(step))]]
        )
        return stack(self.title(step), [output], *body, [self.sentence(step)])

    def sentence(self, step: WeightedSum, lines: int = sums.LINES) -> Words:
        """Every product of a few; else the strongest, and the rest as one number."""
        return sentence(step, lines=lines, name=self.cell(step))

    def remarks(self) -> list[str]:
        """What all units cost."""
        units, inputs = self.bound.weights.shape
        each = f"{arithmetic.count(units, 'unit')} of {arithmetic.count(inputs, 'product')}"
        return [f"{each} = {units * inputs:,} multiply-adds; {maps.extent(self.walk.output)}"]

    def reads(self, step: WeightedSum) -> list[Panel]:
        """The strongest contributions."""
        return [strongest_grid(self.bound, step, self.vocabulary.x)]

    def brief(self, step: WeightedSum) -> str:
        """The product that contributes most."""
        return largest_product(step)

    def _pictures(self, step: WeightedSum) -> list[list[Block]]:
        """Where the input is a picture, the weights and the products are pictures too."""
        *channels, rows, columns = self.bound.shape if len(self.bound.shape) > 1 else (1, self.bound.x.size)
        if min(rows, columns) <= SMALLEST_PICTURE or channels not in ([], [1]):
            return []
        weights, products = (array.astype(np.float64).reshape(rows, columns) for array in (step.weights, step.products))
        pictures = (
            input_picture(self.bound.x.reshape(1, rows, columns), columns=PICTURE, caption="x"),
            map_picture(weights, "weights", columns=PICTURE)._replace(legend=None),
            map_picture(products, "products", columns=PICTURE)._replace(
                legend=None, role=Role.PRODUCT, reveals=Reveals.PRODUCTS
            ),
        )
        return [[Beside(pictures)]]


def _all_products(step: WeightedSum, x: str) -> list[Block]:
    """Inputs, weights and products under each other."""
    listed = (
        maps.Listed(x, step.patch, Role.WINDOW),
        maps.Listed("w", step.weights, Role.KERNEL),
        maps.Listed(f"{x}·w", step.products, Role.PRODUCT, Reveals.PRODUCTS),
    )
    return [beside(*row) for row in maps.rows(listed)]


def _order(step: WeightedSum) -> list[int]:
    """The inputs with the strongest products, strongest first."""
    strength = np.abs(step.products.astype(np.float64).ravel())
    order: list[int] = np.argsort(-strength, kind="stable")[:STRONGEST].tolist()
    return order


def strongest_grid(bound: Any, step: WeightedSum, symbol: str = "x") -> Grid:
    """A table of the strongest contributions."""
    chosen = _order(step)
    x, weights, products = (array.ravel()[chosen] for array in (step.patch, step.weights, step.products))
    places = [f"{symbol}[{','.join(map(str, place_of(number, bound.shape)))}]" for number in chosen]
    listed = (
        maps.Listed(symbol, x, Role.WINDOW),
        maps.Listed("weight", weights, Role.KERNEL),
        maps.Listed("product", products, Role.PRODUCT, Reveals.PRODUCTS),
    )
    return maps.columns(f"the {len(chosen)} strongest of {step.patch.size:,} products", "input", places, listed)


def sentence(step: WeightedSum, *, lines: int = sums.LINES, name: str = "") -> Words:
    """Every product of a few; else the strongest, and the rest as one partial sum."""
    if step.patch.size <= FEW:
        return sums.sentence(step, lines=lines, name=name)
    chosen = _order(step)
    strong = step.products.ravel()[chosen].tolist()
    rest = np.delete(step.products.ravel(), chosen)
    spans = sums.strongest_first(step, strong, total_of(rest), f"the other {rest.size:,}", name=name)
    return sums.stated((spans,), hang=7, lines=99)
