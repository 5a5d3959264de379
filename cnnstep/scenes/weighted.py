"""A step that is a weighted sum: the input with its window, patch × kernel = products, the sum, the map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

from cnnstep.engine.gathers import WeightedSum, WindowWalk
from cnnstep.scenes import maps, sums
from cnnstep.scenes.grids import MOST_SHOWN, WHOLE, input_grid, map_grid, matrix, patch_grid
from cnnstep.scenes.numbers import Formatter, exact, formatter, short, signed
from cnnstep.scenes.pictures import input_picture
from cnnstep.scenes.scene import (
    Beside,
    Block,
    Box,
    Mark,
    Panel,
    Role,
    Scene,
    beside,
    stack,
    words,
)
from cnnstep.scenes.show import Show
from cnnstep.scenes.titles import Names, title

Array: TypeAlias = NDArray[Any]

MOST_CHANNELS = 4
TINY = 13


def show(walk: WindowWalk, names: Names) -> Show:
    """Show a walk of weighted sums."""
    return Show(
        walk,
        names.kind,
        walk.bound.sizes.as_dict(),
        title=lambda: title(walk, names),
        scene=lambda step: scene(walk, step, names),
        line=lambda step: Scene((sums.sentence(step, lines=1, indent=0),)),
        result=lambda: maps.result(walk, names),
    )


def scene(walk: WindowWalk, step: WeightedSum, names: Names) -> Scene:
    """Everything about one window."""
    body = _one_channel(walk, step, names) if len(step.channels) == 1 else _channels(walk, step, names)
    return stack(title(walk, names, step), *body, [sums.sentence(step)])


def _one_channel(walk: WindowWalk, step: WeightedSum, names: Names) -> Iterator[list[Block]]:
    channel = step.channels.start
    panels: list[Panel] = []
    if all(axis.extent <= MOST_SHOWN for axis in walk.bound.sizes.axes):
        panels.append(input_grid(walk, step))
    if _is_large(walk) or not panels:
        panels.append(input_picture(walk.bound.x[channel : channel + 1], _window_box(walk, step)))
    yield [Beside((*panels, map_grid(walk, step)))]
    yield [_multiplication(step, 0, _formats(step), ("patch", _kernel_caption(step, names), "products"))]


def _channels(walk: WindowWalk, step: WeightedSum, names: Names) -> Iterator[list[Block]]:
    context: list[Panel] = [map_grid(walk, step)]
    if _is_large(walk):
        x = walk.bound.x if len(walk.bound.x) == 3 and names.channels else walk.bound.x[:1]
        context.insert(0, input_picture(x, _window_box(walk, step), columns=TINY))
    yield [Beside(tuple(context))]
    formats = _formats(step)
    totals = [short(sums.total_of(products.ravel().tolist())) for products in step.products]
    labels = [names.channel(number) for number in step.channels]
    shown = len(labels) if len(labels) <= MOST_CHANNELS else MOST_CHANNELS - 1
    wide, most = max(map(len, labels[:shown])), max(map(len, totals))
    rows: list[Block] = []
    for number in range(shown):
        captions = ("patch", _kernel_caption(step, names), "products") if number == 0 else ("", "", "")
        row = _multiplication(step, number, formats, captions)
        label = Mark(labels[number], Role.LABEL, width=wide)
        total = Mark(totals[number], Role.TOTAL, caption="Σ" if number == 0 else "", width=most)
        rows.append(Beside((label, *row.panels, total)))
    if shown < len(labels):
        rest = step.products[shown:].ravel().tolist()
        text = short(sums.total_of(rest))
        relation = sums.relation(sums.exactly(rest), text)
        rows.append(words(f"{len(labels) - shown} more channels: Σ {relation} {signed(text)}"))
    yield rows


@dataclass(frozen=True, slots=True)
class _Formats:
    """How the three grids of a step print, the same for all of its channels."""

    patch: Formatter
    weights: Formatter
    products: Formatter
    widths: tuple[int, int, int]


def _formats(step: WeightedSum) -> _Formats:
    lists = [array.ravel().tolist() for array in (step.patch, step.weights, step.products)]
    patch, weights, products = (formatter(values) for values in lists)
    brackets = [2 * bool(step.is_padding.any()), 0, 0]
    widths = [
        max(len(show(v)) for v in values) + extra
        for show, values, extra in zip((patch, weights, products), lists, brackets, strict=True)
    ]
    return _Formats(patch, weights, products, (widths[0], widths[1], widths[2]))


def _multiplication(step: WeightedSum, channel: int, formats: _Formats, captions: Sequence[str]) -> Beside:
    patch, weights, products = step.patch[channel], step.weights[channel], step.products[channel]
    first, second, third = formats.widths
    return beside(
        patch_grid(captions[0], patch, step.is_padding, formats.patch, first),
        Mark("×"),
        matrix(captions[1], weights, Role.KERNEL, show=formats.weights, least=second),
        Mark(_equals(patch, weights, products, formats)),
        matrix(captions[2], products, Role.PRODUCT, show=formats.products, least=third),
    )


def _equals(patch: Array, weights: Array, products: Array, formats: _Formats) -> str:
    """= if every printed product is the product of the printed numbers, else ≈."""
    cells = zip(patch.ravel().tolist(), weights.ravel().tolist(), products.ravel().tolist(), strict=True)
    true = all(exact(formats.patch(a)) * exact(formats.weights(w)) == exact(formats.products(p)) for a, w, p in cells)
    return "=" if true else "≈"


def _kernel_caption(step: WeightedSum, names: Names) -> str:
    divisor = f" / {short(step.divisor)}" if step.divisor != 1 else ""
    return f"kernel {names.filter(step.index[0])}".rstrip() + divisor


def _is_large(walk: WindowWalk) -> bool:
    return any(axis.input > most for axis, most in zip(walk.bound.sizes.axes, WHOLE, strict=True))


def _window_box(walk: WindowWalk, step: WeightedSum) -> Box:
    (down, along), (rows, columns) = step.window, [axis.input for axis in walk.bound.sizes.axes]
    return Box(down.start / rows, along.start / columns, down.stop / rows, along.stop / columns)
