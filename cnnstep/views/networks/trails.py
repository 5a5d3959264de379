"""Back to a pixel: what each layer's number owes most to, a row for each layer."""

from functools import singledispatch
from typing import Any

from cnnstep.engine.elementwise import Mapped
from cnnstep.engine.gathers import Pooled, WeightedSum
from cnnstep.engine.stages import Stage
from cnnstep.engine.steps import Step
from cnnstep.networks.attribution import Origin
from cnnstep.networks.receptive_field import fields
from cnnstep.networks.run import Run
from cnnstep.notation.networks import INPUT
from cnnstep.views.networks.receptive_field import PLANE, receptive_field_picture
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Box, Scene, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import bracketed

SMALL = 12
SUM = "sum"
COLUMNS = (
    Column("", 0, role=Role.LABEL, name="number"),
    Column("layer", 4, is_left=True, role=Role.TITLE),
    Column("cell", 1, is_left=True),
    Column("value", 2),
    Column("made of", 3, is_left=True, role=Role.PLAIN),
)


def trail_scene(run: Run, path: list[Origin], network: str) -> Scene:
    """A row for each layer, from the cell back to a pixel, and what the cells on the way can see."""
    first, last = path[0], path[-1]
    title = Span(f"{first.address} = {signed(short(first.value))}   ", Role.TITLE)
    untrained = "untrained " * run.network.is_drawn
    head = words(title, f"{untrained}{network}: largest contributions back to a pixel", indent=1)
    path = [each for each in path if not each.layer.kind.passes_on]
    rows: list[tuple[Any, ...]] = [
        (
            str(each.layer.number),
            each.layer.brief,
            each.address if number == 0 or path[number - 1].layer.name != each.layer.name else f"  its {SUM}",
            signed(short(each.value)),
            made_of(each.step, each),
        )
        for number, each in enumerate(path)
    ]
    pixel = run.x[last.source].item()
    rows.append(("", INPUT, f"{INPUT}[{','.join(map(str, last.source))}]", signed(short(pixel)), "a pixel"))
    windows = [each for each in path if each.layer.plan.sizes and fields(run.layers)[each.layer.number - 1]]
    chosen = [*windows[:1], *([windows[len(windows) // 2]] if len(windows) > 2 else []), *windows[1:][-1:]]
    pictures = [panel for each in chosen for panel in receptive_field_picture(run, each.layer.number, each.cell, SMALL)]
    if run.x.ndim == PLANE:
        row, column = last.source[1:]
        high, wide = run.x.shape[1:]
        box = Box(row / high, column / wide, (row + 1) / high, (column + 1) / wide)
        pictures.append(input_picture(run.x, box, columns=SMALL, caption="the pixel"))
    return stack([head], [table(COLUMNS, rows)], [Beside(tuple(pictures))] if pictures else [])


def owes(each: Origin, source: str) -> str:
    """What the value owes most to, unless nothing contributes at all."""
    if isinstance(each.step, WeightedSum) and not each.step.products.any():
        return f"all {each.step.products.size:,} products are 0; the first is {source}"
    return (
        f"furthest from 0 is {source}: {made_of(each.step, each)}"
        if isinstance(each.step, WeightedSum)
        else (f"it comes from {source}: {made_of(each.step, each)}")
    )


@singledispatch
def made_of(step: Step, each: Origin) -> str:  # noqa: ARG001 - as its kinds
    """What made the value, in a few signs."""
    return "the cell in the same place"


@made_of.register
def _made_of_products(step: WeightedSum, _: Origin) -> str:
    place = step.strongest()
    x, weight, product = (short(array[place]) for array in (step.patch, step.weights, step.products))
    equals = "=" if exact(x) * exact(weight) == exact(product) else "≈"
    return f"{signed(x)}·{bracketed(weight)} {equals} {signed(product)}, of {_connected(step):,} products"


def _connected(step: WeightedSum) -> int:
    """Products in the channels that the filter is connected with."""
    each = [products.size for products, weights in zip(step.products, step.weights, strict=True) if weights.any()]
    return sum(each) or step.products.size


@made_of.register
def _made_of_window(step: Pooled, _: Origin) -> str:
    if step.kind == "max":
        return f"the largest of {step.divisor}"
    return f"the furthest from 0 of {step.divisor}"


@made_of.register
def _made_of_cell(step: Mapped, each: Origin) -> str:
    return f"{each.layer.word} of {signed(short(step.x))}" if step.x != step.value else "the same number"


@made_of.register
def _made_of_stage(_: Stage, __: Origin) -> str:
    return "the same place, among the others"
