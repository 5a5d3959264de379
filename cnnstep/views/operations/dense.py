"""A dense unit: all inputs times its weights; of many, the strongest, and the rest as a sum that is true."""

import numpy as np

from cnnstep.engine.dense import DenseWalk
from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.engine.steps import place_of
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Block, Cell, Grid, Mark, Scene, Words, stack
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import WHOLE, map_grid, matrix
from cnnstep.views.panels.pictures import input_picture, map_picture
from cnnstep.views.view import Show
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import formatter
from cnnstep.views.wording.titles import Names, head

FEW = 9
STRONGEST = 4
PICTURE = 10


def show(walk: DenseWalk, names: Names) -> Show:
    """Show a walk over the units of a dense layer."""
    units, inputs = walk.bound.weights.shape
    facts = {"input": list(walk.bound.shape), "units": units, "parameters": units * inputs + units}
    return Show(
        walk,
        names.kind,
        {**facts, "output": [units], "multiply_adds": units * inputs},
        title=lambda step=None: _title(walk, names, step),
        scene=lambda step: _scene(walk, step, names),
        line=lambda step: Scene((sentence(step, lines=1, indent=0),)),
        result=lambda: _result(walk, names),
    )


def _title(walk: DenseWalk, names: Names, step: WeightedSum | None = None) -> list[Block]:
    units, inputs = walk.bound.weights.shape
    flow = f"{shape(walk.bound.shape)} → {units}"
    read = f"{arithmetic.count(inputs, 'input')} in row-major order" if len(walk.bound.shape) > 1 else ""
    parameters = f"{units * inputs + units:,} parameters = ({inputs} + 1)·{units}"
    return head(names, [flow, read], [parameters], step, len(walk))


def _scene(walk: DenseWalk, step: WeightedSum, names: Names) -> Scene:
    output = map_grid(walk, step, "units")
    few = step.patch.size <= FEW
    body = [_all_products(step)] if few else [*_pictures(walk, step), [Beside((strongest_grid(walk, step),))]]
    return stack(_title(walk, names, step), [Beside((output,))], *body, [sentence(step)])


def _all_products(step: WeightedSum) -> list[Block]:
    """Inputs, weights and products under each other."""
    rows = (("x", step.patch, Role.WINDOW), ("w", step.weights, Role.KERNEL), ("x·w", step.products, Role.PRODUCT))
    shows = [formatter(values.ravel().tolist()) for _, values, _ in rows]
    least = max(len(show(v)) for show, (_, values, _) in zip(shows, rows, strict=True) for v in values.ravel().tolist())
    return [
        Beside((Mark(label, Role.LABEL, width=3), matrix("", values, role, show=text, least=least)))
        for text, (label, values, role) in zip(shows, rows, strict=True)
    ]


def _pictures(walk: DenseWalk, step: WeightedSum) -> list[list[Block]]:
    """Where the input is a picture, the weights and the products are pictures too."""
    *channels, rows, columns = walk.bound.shape if len(walk.bound.shape) > 1 else (1, walk.bound.x.size)
    if min(rows, columns) <= WHOLE[0] // 2 or channels not in ([], [1]):
        return []
    shape = (rows, columns)
    products = step.products.astype(np.float64).reshape(shape)
    return [
        [
            Beside(
                (
                    input_picture(walk.bound.x.reshape(1, *shape), columns=PICTURE, caption="x"),
                    map_picture(step.weights.astype(np.float64).reshape(shape), "weights", columns=PICTURE)._replace(
                        legend=None
                    ),
                    map_picture(products, "products", columns=PICTURE)._replace(legend=None, role=Role.PRODUCT),
                )
            )
        ]
    ]


def _order(step: WeightedSum) -> list[int]:
    """The inputs with the strongest products, strongest first."""
    strength = np.abs(step.products.astype(np.float64).ravel())
    order: list[int] = np.argsort(-strength, kind="stable")[:STRONGEST].tolist()
    return order


def strongest_grid(walk: DenseWalk, step: WeightedSum) -> Grid:
    """A table of the strongest contributions."""
    chosen = _order(step)
    columns = [array.ravel()[chosen].tolist() for array in (step.patch, step.weights, step.products)]
    shows = [formatter(column) for column in columns]
    places = [_place(walk, number) for number in chosen]
    header = tuple(Cell(text, Role.LABEL) for text in ("input", "x", "weight", "product"))
    rows = tuple(
        (
            Cell(place, Role.LABEL),
            Cell(shows[0](x), Role.WINDOW),
            Cell(shows[1](w), Role.KERNEL),
            Cell(shows[2](p), Role.PRODUCT),
        )
        for place, x, w, p in zip(places, *columns, strict=True)
    )
    return Grid(f"the {len(chosen)} strongest of {step.patch.size:,} products", (header, *rows))


def _place(walk: DenseWalk, number: int) -> str:
    return f"x[{','.join(map(str, place_of(number, walk.bound.shape)))}]"


def sentence(step: WeightedSum, *, lines: int = sums.LINES, indent: int = 2) -> Words:
    """Every product of a few; else the strongest, and the rest as one partial sum."""
    if step.patch.size <= FEW:
        return sums.sentence(step, lines=lines, indent=indent)
    chosen = _order(step)
    strong = step.products.ravel()[chosen].tolist()
    rest = np.delete(step.products.ravel(), chosen)
    spans = sums.strongest_first(step, strong, total_of(rest), f"the other {rest.size:,}")
    return Words((spans,), indent=indent, hang=7)


def _result(walk: DenseWalk, names: Names) -> list[list[Block]]:
    units, inputs = walk.bound.weights.shape
    each = f"{arithmetic.count(units, 'unit')} of {arithmetic.count(inputs, 'product')}"
    cost = f"{each} = {units * inputs:,} multiply-adds; {maps.extent(walk.output)}"
    return maps.whole(walk.output, "units", names, [cost])
