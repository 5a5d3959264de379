"""A dense unit: all inputs times its weights; of many, the strongest, and the rest as a sum that is true."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.geometry.axes import place_of
from cnnstep.views.operations.weighted_sum import largest_product
from cnnstep.views.page.marks import Importance, Reveals
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Block, Cell, Grid, Mark, Panel, Scene, Words, stack
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import WHOLE, map_grid, matrix
from cnnstep.views.panels.pictures import input_picture, map_picture
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import formatter
from cnnstep.views.wording.titles import head

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
        return head(self.vocabulary, facts, [parameters], step, len(self.walk))

    def scene(self, step: WeightedSum) -> Scene:
        """The unit among the others, its products, its sum."""
        few = step.patch.size <= FEW
        output = map_grid(self.walk, step, self.output_noun)
        table = [Beside((strongest_grid(self.bound, step),))]
        body = [_all_products(step)] if few else [*self._pictures(step), table]
        return stack(self.title(step), [Beside((output,))], *body, [sentence(step, name=self.cell(step))])

    def line(self, step: WeightedSum) -> Scene:
        """The sum alone."""
        return Scene((sentence(step, lines=1, indent=0, name=self.cell(step)),))

    def result(self) -> list[list[Block]]:
        """All units, and what they cost."""
        units, inputs = self.bound.weights.shape
        each = f"{arithmetic.count(units, 'unit')} of {arithmetic.count(inputs, 'product')}"
        cost = f"{each} = {units * inputs:,} multiply-adds; {maps.extent(self.walk.output)}"
        return maps.whole(self.walk.output, self.output_noun, [cost])

    def breakdown(self, step: WeightedSum) -> list[Block]:
        """The strongest products, and the rest as one number."""
        return [sentence(step, name=self.cell(step))]

    def reads(self, step: WeightedSum) -> list[Panel]:
        """The strongest contributions."""
        return [strongest_grid(self.bound, step)]

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


def _all_products(step: WeightedSum) -> list[Block]:
    """Inputs, weights and products under each other."""
    rows = (
        ("x", step.patch, Role.WINDOW, Reveals.NOTHING),
        ("w", step.weights, Role.KERNEL, Reveals.NOTHING),
        ("x·w", step.products, Role.PRODUCT, Reveals.PRODUCTS),
    )
    shows = [formatter(values.ravel().tolist()) for _, values, _, _ in rows]
    least = max(len(show(v)) for show, row in zip(shows, rows, strict=True) for v in row[1].ravel().tolist())
    return [
        Beside(
            (
                Mark(label, Role.LABEL, width=3),
                matrix("", values, role, show=text, least=least, reveals=reveals)._replace(importance=Importance.STEP),
            )
        )
        for text, (label, values, role, reveals) in zip(shows, rows, strict=True)
    ]


def _order(step: WeightedSum) -> list[int]:
    """The inputs with the strongest products, strongest first."""
    strength = np.abs(step.products.astype(np.float64).ravel())
    order: list[int] = np.argsort(-strength, kind="stable")[:STRONGEST].tolist()
    return order


def strongest_grid(bound: Any, step: WeightedSum) -> Grid:
    """A table of the strongest contributions."""
    chosen = _order(step)
    columns = [array.ravel()[chosen].tolist() for array in (step.patch, step.weights, step.products)]
    shows = [formatter(column) for column in columns]
    places = [f"x[{','.join(map(str, place_of(number, bound.shape)))}]" for number in chosen]
    header = tuple(Cell(text, Role.LABEL) for text in ("input", "x", "weight", "product"))
    rows = tuple(
        (
            Cell(place, Role.LABEL),
            Cell(shows[0](x), Role.WINDOW),
            Cell(shows[1](w), Role.KERNEL),
            Cell(shows[2](p), Role.PRODUCT, reveals=Reveals.PRODUCTS),
        )
        for place, x, w, p in zip(places, *columns, strict=True)
    )
    caption = f"the {len(chosen)} strongest of {step.patch.size:,} products"
    return Grid(caption, (header, *rows), importance=Importance.STEP)


def sentence(step: WeightedSum, *, lines: int = sums.LINES, indent: int = 2, name: str = "") -> Words:
    """Every product of a few; else the strongest, and the rest as one partial sum."""
    if step.patch.size <= FEW:
        return sums.sentence(step, lines=lines, indent=indent, name=name)
    chosen = _order(step)
    strong = step.products.ravel()[chosen].tolist()
    rest = np.delete(step.products.ravel(), chosen)
    spans = sums.strongest_first(step, strong, total_of(rest), f"the other {rest.size:,}", name=name)
    return sums.stated((spans,), indent=indent, hang=7, lines=99)
