"""A step that is a weighted sum: the input with its window, patch × kernel = products, the sum, the map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.geometry import by
from cnnstep.views.operations.surroundings import SHORT, is_large, map_caption, overview, surroundings
from cnnstep.views.page.marks import Importance, Reveals
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, Box, Grid, Mark, Panel, Scene, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import beginning, map_grid, matrix, patch_grid
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.panels.planes import Plane, planes, slices
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.numbers import Formatter, exact, formatter, short, signed
from cnnstep.views.wording.titles import flow, head

MOST_CHANNELS = 4
MOST_SUMS = 5
WIDEST_WINDOW = 7
TINY = 13
FEW_FRAMES = 3
USUAL_SIDE = 3


@dataclass(frozen=True, eq=False)
class WeightedSumView(View):
    """A walk of weighted sums over windows: a convolution."""

    noun = "feature map"

    def title(self, step: WeightedSum | None = None) -> list[Block]:
        """Input ∗ kernel → output, settings, the size arithmetic."""
        sizes = self.bound.sizes
        facts = [flow(sizes), *arithmetic.settings(sizes)]
        total = sizes.windows * (sizes.filters or 1)
        return head(self.vocabulary, facts, arithmetic.in_short(sizes.axes), step, total)

    def scene(self, step: WeightedSum) -> Scene:
        """Everything about one window."""
        body = self._one_piece(step) if len(slices(step.patch)) == 1 else self._pieces(step)
        return stack(self.title(step), *body, [sums.sentence(step, name=self.cell(step))])

    def line(self, step: WeightedSum) -> Scene:
        """The sum alone."""
        return Scene((sums.sentence(step, lines=1, indent=0, name=self.cell(step)),))

    def result(self) -> list[list[Block]]:
        """The feature maps; what they cost, and what was never read."""
        sizes = self.bound.sizes
        filters = sizes.filters or 1
        times = f" × {arithmetic.count(filters, 'filter')}" if filters > 1 else ""
        cost = (
            f"{arithmetic.count(sizes.windows, 'window')} of {arithmetic.count(sizes.products, 'product')}{times}"
            f" = {sizes.multiply_adds:,} multiply-adds; {maps.extent(self.walk.output)}"
        )
        facts = [cost, *_saved_by_groups(sizes), *_saved_by_points(sizes), *arithmetic.unread(sizes.axes)]
        return maps.whole(self.walk.output, self.output_noun, facts, self.bound.bank.names)

    def breakdown(self, step: WeightedSum) -> list[Block]:
        """The sums of the channels that the filter is connected with, the largest first."""
        connected = [number for number, weights in enumerate(step.weights) if weights.any()] or [0]
        totals = sorted(((n, total_of(step.products[n])) for n in connected), key=lambda pair: -abs(pair[1]))
        name = self.cell(step)
        if step.divisor != 1 or len(totals) < 2:
            return [sums.sentence(step, name=name)]
        shown = totals[:MOST_SUMS] if len(totals) > MOST_SUMS + 1 else totals
        rest = total_of(step.products[[number for number, _ in totals[len(shown) :]]])
        others = f"the other {len(totals) - len(shown)} channels" if len(shown) < len(totals) else ""
        labels = [f"channel {step.channels[number]}" for number, _ in shown]
        spans = sums.strongest_first(step, [total for _, total in shown], rest, others, labels, name)
        return [sums.stated((spans,), hang=4, lines=99)]

    def reads(self, step: WeightedSum) -> list[Panel]:
        """The products of the strongest channel, the strongest of them framed."""
        if step.products.ndim != 3 or max(step.products.shape[1:]) > WIDEST_WINDOW:
            return []
        chosen, row, column = step.strongest()
        caption = f"products of channel {step.channels[chosen]}"
        grid = matrix(caption, step.products[chosen], Role.PRODUCT, reveals=Reveals.PRODUCTS)
        return [grid._replace(boxes=(Box(row, column, row + 1, column + 1),), importance=Importance.STEP)]

    def brief(self, step: WeightedSum) -> str:
        """The product that contributes most."""
        return largest_product(step)

    def _one_piece(self, step: WeightedSum) -> Iterator[list[Block]]:
        yield from surroundings(self.walk, step, self.output_noun)
        heads = ("patch", self._kernel_caption(step), "products")
        if len(self.bound.axes) == 1 and step.patch.size > SHORT:
            yield _aligned(step, heads)
        else:
            yield [beside(*_multiplication(step, 0, _formats(step), heads))]

    def _pieces(self, step: WeightedSum) -> Iterator[list[Block]]:
        """A row for each channel, and for each frame of a film."""
        several = planes(self.walk, step)
        context: list[Panel] = [map_grid(self.walk, step, map_caption(self.walk, step, self.output_noun))]
        x = self.bound.x
        if len(several) > 1 or x.ndim == 4:
            context[:0] = [overview(self.walk, step, plane, TINY) for plane in several[:FEW_FRAMES]]
        elif is_large(several[0].axes) and x.ndim == 3:
            shown = x if len(x) == 3 and self.vocabulary.channels else x[:1]
            context.insert(0, input_picture(shown, several[0].box, columns=TINY))
        elif is_large(several[0].axes):
            yield [Beside((overview(self.walk, step, several[0]),))]
        yield [Beside(tuple(context))]
        yield self._rows(step, self._labels(step, several), "channels" if len(several) == 1 else "slices")

    def _rows(self, step: WeightedSum, labels: Sequence[str], noun: str) -> list[Block]:
        """Patch × kernel = products of a few slices, the strongest among them; of the others the sum."""
        products, formats = slices(step.products), _formats(step)
        totals = [total_of(each) for each in products]
        strongest = max(range(len(totals)), key=lambda number: abs(totals[number]))
        shown = list(range(len(labels)))
        if len(labels) > MOST_CHANNELS:
            first = range(MOST_CHANNELS - 1)
            shown = [*(first if strongest in first else first[:-1]), *([] if strongest in first else [strongest])]
        texts = [short(total) for total in totals]
        wide, most = max(len(labels[number]) for number in shown), max(map(len, texts))
        heads = ("patch", self._kernel_caption(step), "products")
        rows: list[Block] = []
        for number in shown:
            label = Mark(labels[number], Role.LABEL, width=wide)
            total = Mark(texts[number], Role.TOTAL, "Σ", most, follows=True, reveals=Reveals.PRODUCTS)
            panels = (label, *_multiplication(step, number, formats, heads), total)
            importance = Importance.STEP if number == strongest else Importance.MORE
            rows.append(Beside(tuple(_weighing(panel, importance) for panel in panels), continues=bool(rows)))
        if len(shown) < len(labels):
            rest = np.delete(products, shown, axis=0)
            rows.append(_rest(rest, noun if len(step.channels) > 1 else "frames"))
        return rows

    def _labels(self, step: WeightedSum, several: Sequence[Plane]) -> list[str]:
        """What the rows are called: channels, frames, or both."""
        frames = [f"frame {plane.frame}" if plane.frame is not None else "" for plane in several]
        named = [self.vocabulary.channel(number) for number in step.channels] if len(step.channels) > 1 else [""]
        return [", ".join(filter(None, (channel, frame))) for channel in named for frame in frames]

    def _kernel_caption(self, step: WeightedSum) -> str:
        divisor = f" / {short(step.divisor)}" if step.divisor != 1 else ""
        return " ".join(filter(None, (self.vocabulary.weights, self.bound.bank.names[step.index[0]]))) + divisor


def largest_product(step: WeightedSum) -> str:
    """`0.79·(−0.07) ≈ −0.06, of 150 products`: of those in the channels that the filter is connected with."""
    place = step.strongest()
    x, weight, product = (short(array[place]) for array in (step.patch, step.weights, step.products))
    equals = sums.relation(exact(x) * exact(weight), product)
    each = [products.size for products, weights in zip(step.products, step.weights, strict=True) if weights.any()]
    of = sum(each) or step.products.size
    return f"{signed(x)}·{sums.bracketed(weight)} {equals} {signed(product)}, of {of:,} products"


def _weighing(panel: Panel, importance: Importance) -> Panel:
    return panel._replace(importance=importance)


def _rest(products: Array, noun: str) -> Block:
    """What the slices that are not shown add up to."""
    text = short(total_of(products))
    sign = sums.relation(sums.exactly(products.ravel().tolist()), text)
    total = Span(signed(text), Role.TOTAL, Reveals.PRODUCTS)
    return words(f"{len(products)} more {noun}: Σ {sign} ", total, importance=Importance.MORE)


def _aligned(step: WeightedSum, heads: Sequence[str]) -> list[Block]:
    """A long window on a signal: patch, kernel and products under each other."""
    least, wide = max(_formats(step).widths), max(map(len, heads))
    panels = _grids(step, 0, _formats(step), ("", "", ""))
    rows = [panel._replace(least=least) for panel in panels]
    return [beside(Mark(text, Role.LABEL, width=wide), row) for text, row in zip(heads, rows, strict=True)]


@dataclass(frozen=True, slots=True)
class _Formats:
    """How the three grids of a step print, the same for all of its channels."""

    patch: Formatter
    weights: Formatter
    products: Formatter
    widths: tuple[int, int, int]


def _formats(step: WeightedSum) -> _Formats:
    shown = [beginning(slices(array)) for array in (step.patch, step.weights, step.products)]
    lists = [array.ravel().tolist() for array in shown]
    patch, weights, products = (formatter(values) for values in lists)
    brackets = [2 * bool(step.is_padding.any()), 0, 0]
    widths = [
        max(len(show(v)) for v in values) + extra
        for show, values, extra in zip((patch, weights, products), lists, brackets, strict=True)
    ]
    return _Formats(patch, weights, products, (widths[0], widths[1], widths[2]))


def _multiplication(step: WeightedSum, number: int, formats: _Formats, captions: Sequence[str]) -> tuple[Panel, ...]:
    """Patch × kernel = products of one slice."""
    patch, weights, products = _grids(step, number, formats, captions)
    arrays = [slices(array)[number] for array in (step.patch, step.weights, step.products)]
    return patch, Mark("×"), weights, Mark(_equals(arrays, formats)), products


def _grids(step: WeightedSum, number: int, formats: _Formats, captions: Sequence[str]) -> tuple[Grid, Grid, Grid]:
    patch, weights, products = (slices(array)[number] for array in (step.patch, step.weights, step.products))
    padding = slices(step.is_padding[None])
    first, second, third = formats.widths
    is_value = step.products.size == 1 and step.divisor == 1 and not step.bias
    reveals = Reveals.VALUE if is_value else Reveals.PRODUCTS
    found = (
        patch_grid(captions[0], patch, padding[number % len(padding)], formats.patch, first),
        matrix(captions[1], weights, Role.KERNEL, show=formats.weights, least=second),
        matrix(captions[2], products, Role.PRODUCT, show=formats.products, least=third, reveals=reveals),
    )
    one, two, three = (grid._replace(importance=Importance.STEP) for grid in found)
    return one, two, three


def _equals(arrays: Sequence[Array], formats: _Formats) -> str:
    """= if every printed product is the product of the printed numbers, else ≈."""
    cells = zip(*(beginning(array).ravel().tolist() for array in arrays), strict=True)
    true = all(exact(formats.patch(a)) * exact(formats.weights(w)) == exact(formats.products(p)) for a, w, p in cells)
    return "=" if true else "≈"


def _saved_by_points(sizes: Any) -> list[str]:
    """What a 1×1 kernel saves against a 3×3 one."""
    if any(axis.kernel > 1 for axis in sizes.axes) or (sizes.channels or 1) == 1 or not sizes.multiply_adds:
        return []
    window, times = by([USUAL_SIDE] * len(sizes.axes)), USUAL_SIDE ** len(sizes.axes)
    whole = times * sizes.multiply_adds
    return [f"pointwise: only channels are mixed; a {window} kernel takes {times} times as many, {whole:,}"]


def _saved_by_groups(sizes: Any) -> list[str]:
    """What groups save against a convolution that mixes all channels."""
    if sizes.groups == 1 or not sizes.multiply_adds:
        return []
    full = sizes.multiply_adds * sizes.groups
    depthwise = ", one a channel (depthwise)" if sizes.groups == sizes.channels else ""
    return [f"{sizes.groups} groups{depthwise}: a full convolution takes {sizes.groups} times as many, {full:,}"]
