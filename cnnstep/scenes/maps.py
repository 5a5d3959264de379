"""The whole result after the steps: every number of a small map, a picture of a large one."""

from collections.abc import Iterator

from cnnstep.engine.gathers import WindowWalk
from cnnstep.geometry import by
from cnnstep.scenes import arithmetic
from cnnstep.scenes.grids import WHOLE, legend, matrix
from cnnstep.scenes.numbers import extremes, short, signed
from cnnstep.scenes.pictures import SMALL, WIDE, map_picture
from cnnstep.scenes.scene import Beside, Block, Grid, Picture, Role, words
from cnnstep.scenes.titles import Names

FEW = 8


def result(walk: WindowWalk, names: Names) -> list[list[Block]]:
    """The feature maps; what they cost, and what was never read."""
    return [[Beside(tuple(_panels(walk, names)))], list(_facts(walk))]


def _panels(walk: WindowWalk, names: Names) -> Iterator[Grid | Picture]:
    small = all(n <= most for n, most in zip(walk.shape[1:], WHOLE, strict=True))
    for number, values in enumerate(walk.output[:FEW]):
        name = names.filter(number) if walk.shape[0] > 1 else ""
        which = f" {number} {name}".rstrip() if walk.shape[0] > 1 else ""
        caption = f"feature map{which} {by(values.shape)}"
        if small:
            grid = matrix(caption, values, Role.OUTPUT)
            low, high = extremes(values)
            yield Grid(caption, grid.cells, legend=legend(low, high) if low < 0 else None)
        else:
            yield map_picture(values, caption, columns=WIDE if walk.shape[0] == 1 else max(SMALL, WIDE // 2 - 2))


def _facts(walk: WindowWalk) -> Iterator[Block]:
    sizes = walk.bound.sizes
    filters = sizes.filters or 1
    times = f" × {arithmetic.count(filters, 'filter')}" if filters > 1 else ""
    low, high = (signed(short(end)) for end in extremes(walk.output))
    yield words(
        f"{arithmetic.count(sizes.windows, 'window')} of {arithmetic.count(sizes.products, 'product')}{times}"
        f" = {sizes.multiply_adds:,} multiply-adds; values {low} to {high}",
        indent=1,
    )
    if filters > FEW:
        yield words(f"the first {FEW} of {filters} maps are shown", indent=1)
    for text in arithmetic.unread(sizes.axes):
        yield words(text, indent=1)
