"""A stamp: one input cell, times the kernel, added to what already stands in the output."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.scatters import Stamp, StampWalk
from cnnstep.engine.steps import place_of
from cnnstep.geometry import Axis, by
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Cell, Grid, Mark, Scene, Words, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import MOST_SHOWN, WHOLE, input_grid, matrix
from cnnstep.views.panels.planes import ONE_ROW, Plane, slices
from cnnstep.views.view import Show
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.numbers import Formatter, exact, formatter, short, signed
from cnnstep.views.wording.sums import bracketed, relation
from cnnstep.views.wording.titles import Names, head

MIRROR = "the transpose of a convolution, not its inverse: it undoes the shape, not the values"


def show(walk: StampWalk, names: Names) -> Show:
    """Show a walk of stamps."""
    return Show(
        walk,
        names.kind,
        walk.bound.sizes.as_dict(),
        title=lambda step=None: _title(walk, names, step),
        scene=lambda step: _scene(walk, step, names),
        line=lambda step: Scene((_sentence(step, indent=0),)),
        result=lambda: _result(walk, names),
    )


def _title(walk: StampWalk, names: Names, step: Stamp | None = None) -> list[Block]:
    sizes = walk.bound.sizes
    x, kernel = [a.input for a in sizes.axes], [a.kernel for a in sizes.axes]
    channels, filters = sizes.channels or 1, sizes.filters or 1
    bank = by(kernel) if channels == filters == 1 else by([channels, filters // sizes.groups, *kernel])
    flow = f"{arithmetic.shapes(x, channels)} ∗ᵀ {bank} → {arithmetic.shapes(sizes.output, filters)}"
    extra = [axis.output_padding for axis in sizes.axes]
    facts = [flow, *arithmetic.settings(sizes), f"output padding {by(sorted(set(extra)))}" if any(extra) else ""]
    return head(names, facts, arithmetic.in_short(sizes.axes), step, len(walk))


def _scene(walk: StampWalk, step: Stamp, names: Names) -> Scene:
    filters = f", for filter {step.filters.start}" if len(step.filters) > 1 else ""
    return stack(
        _title(walk, names, step),
        *_surroundings(walk, step),
        *_stamping(step, filters),
        [_sentence(step), *_cut(step)],
    )


def _surroundings(walk: StampWalk, step: Stamp) -> list[list[Block]]:
    """The input with the cell framed, and the output with the stamp framed."""
    panels = input_panels(walk.bound.x, step.index)
    if max(axis.extent for axis in walk.bound.axes) > MOST_SHOWN:
        return [[Beside(tuple(panels))]]
    output = input_grid(_output_plane(walk, step), f"output so far {_size(walk)}")
    panels.append(_with_news(output)._replace(unread_rows=frozenset(), unread_columns=frozenset()))
    if len(walk.bound.axes) == 1:
        return [[Beside((panel,))] for panel in panels]
    return [[Beside(tuple(panels))]]


def _with_news(output: Grid) -> Grid:
    """The cells of the stamp are what is new."""
    news = {(row, column) for box in output.boxes for row in box.rows for column in box.columns}
    cells = tuple(
        tuple(
            cell._replace(role=Role.CURRENT) if (row, column) in news and cell.role == Role.INPUT else cell
            for column, cell in enumerate(line)
        )
        for row, line in enumerate(output.cells)
    )
    return output._replace(cells=cells)


def _size(walk: StampWalk) -> str:
    return by([axis.output for axis in walk.bound.axes])


def _output_plane(walk: StampWalk, step: Stamp) -> Plane:
    """The output after the step; what the padding cuts away of the stamp stands beside it in brackets."""
    axes = [
        Axis(axis.output, axis.kernel, axis.stride, axis.before, axis.after, axis.dilation) for axis in walk.bound.axes
    ]
    lead = [positions[len(positions) // 2] for positions in step.window[:-2]]

    def read(rows: range, columns: range) -> tuple[Array, Array]:
        window = [*(range(p, p + 1) for p in lead), *([rows] if len(axes) > 1 else []), columns]
        after = walk.bound.partial(step.number + 1, step.channel, window)[0].reshape(len(rows), len(columns))
        inside = walk.bound.inside(window).reshape(len(rows), len(columns))
        return after, ~inside

    if len(axes) == 1:
        return Plane((ONE_ROW, _bare(axes[0], step.window[0])), (range(1), step.window[0]), read)
    down, along = (_bare(axis, positions) for axis, positions in zip(axes[-2:], step.window[-2:], strict=True))
    return Plane((down, along), (step.window[-2], step.window[-1]), read)


def _bare(axis: Axis, window: range) -> Axis:
    """The output's axis with only as much around it as the stamp hangs over."""
    return Axis(axis.input, 1, 1, max(0, -window[0]), max(0, window[-1] + 1 - axis.input))


def _stamping(step: Stamp, filters: str) -> list[list[Block]]:
    """Before + x · kernel = after."""
    if max(step.inside.shape) > WHOLE[1]:
        return []
    arrays = [slices(array[:1]) for array in (step.before, step.weights, step.after)]
    shows = [formatter(array.ravel().tolist()) for array in arrays]
    wide = [max(len(text(v)) for v in array.ravel().tolist()) for text, array in zip(shows, arrays, strict=True)]
    inside = slices(step.inside[None])
    blocks: list[Block] = []
    for number in range(len(inside)):
        captions = ("there before", f"kernel{filters}", "there now") if number == 0 else ("", "", "")
        before, weights, after = (array[number] for array in arrays)
        blocks.append(
            beside(
                _known(captions[0], before, inside[number], shows[0], wide[0], Role.OUTPUT),
                Mark("+"),
                Mark(bracketed(short(step.value)), Role.WINDOW),
                Mark("×"),
                matrix(captions[1], weights, Role.KERNEL, show=shows[1], least=wide[1]),
                Mark(_equals(step, before, weights, after, shows, inside[number])),
                _known(captions[2], after, inside[number], shows[2], wide[2], Role.CURRENT),
            )
        )
    return [blocks]


def _equals(step: Stamp, before: Array, weights: Array, after: Array, shows: Sequence[Formatter], inside: Array) -> str:
    """= if every printed sum is that of the printed numbers, else ≈."""
    x = exact(short(step.value))
    cells = zip(before[inside].tolist(), weights[inside].tolist(), after[inside].tolist(), strict=True)
    was, weight, now = shows
    return "=" if all(exact(was(b)) + x * exact(weight(w)) == exact(now(a)) for b, w, a in cells) else "≈"


def _known(caption: str, values: Array, inside: Array, text: Any, least: int, role: Role) -> Grid:
    """Numbers of the output; what is cut away is left out."""
    cells = tuple(
        tuple(
            Cell(text(v) if known else "cut", role if known else Role.PADDING) for v, known in zip(*line, strict=True)
        )
        for line in zip(values.tolist(), inside.tolist(), strict=True)
    )
    return Grid(caption, cells, least=least)


def _sentence(step: Stamp, *, indent: int = 2) -> Words:
    """`x[1,1] = 5 is stamped; at y[2,2]: 7 + 5·2 = 17`, for the cell where most is there already."""
    value = short(step.value)
    index = step.index[1:] if len(step.index) > 1 and not step.index[0] else step.index
    source = f"x[{','.join(map(str, index))}]"
    if not step.inside.any():
        return Words(((Span(f"{source} = {signed(value)} stamps nothing: all of it is cut away"),),), indent=indent)
    counts = step.inside & (step.products[0] != 0)
    strength = np.where(counts, np.abs(step.before[0].astype(np.float64)), -1)
    if not strength.max() > 0:
        strength = np.where(step.inside, np.abs(step.products[0].astype(np.float64)), -1)
    place = place_of(int(strength.argmax()), strength.shape)
    target = [positions[i] for positions, i in zip(step.window, place, strict=True)]
    where = [step.filters.start, *target] if step.filters.start else target
    numbers = [array[(0, *place)] for array in (step.before, step.weights, step.after)]
    before, weight, after = (short(v if isinstance(v, int) else float(v)) for v in numbers)
    printed = exact(before) + exact(value) * exact(weight)
    cells = int(step.inside.sum())
    return Words(
        (
            (
                Span(f"{source} = {signed(value)} is stamped on {arithmetic.count(cells, 'cell')}; "),
                Span(f"y[{','.join(map(str, where))}] = {signed(before)} + {bracketed(value)}·{bracketed(weight)}"),
                Span(f" {relation(printed, after)}{NBSP}"),
                Span(signed(after), Role.TOTAL),
            ),
        ),
        indent=indent,
    )


def _cut(step: Stamp) -> list[Block]:
    outside = int((~step.inside).sum())
    return [words(f"{arithmetic.count(outside, 'cell')} of the stamp cut away by the padding")] if outside else []


def _result(walk: StampWalk, names: Names) -> list[list[Block]]:
    sizes = walk.bound.sizes
    stamps = arithmetic.count(len(walk), "stamp")
    products = sizes.products // max(1, (sizes.channels or 1) // sizes.groups) * ((sizes.filters or 1) // sizes.groups)
    each = arithmetic.count(products, "product")
    cost = f"{stamps} of {each} = {sizes.multiply_adds:,} multiply-adds; {maps.extent(walk.output)}"
    return maps.whole(walk.output, "output", names, [cost, MIRROR])
