"""A step that is a weighted sum: the input with its window, patch × kernel = products, the sum, the map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import WeightedSum, total_of
from cnnstep.geometry import by
from cnnstep.views.operations.contributions import contributions
from cnnstep.views.operations.sum_figure import figure, has_figure, whole
from cnnstep.views.operations.surroundings import (
    SHORT,
    is_large,
    is_photo,
    map_caption,
    overview,
    photo,
    surroundings,
    whole_output,
)
from cnnstep.views.page.columns import Columns
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import Beside, Block, Mark, Panel, Picture, Scene, Words, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import map_grid, matrix
from cnnstep.views.panels.multiplied import Multiplied
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.panels.planes import Plane, planes, slices
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.numbers import exact, short, signed

MOST_CHANNELS = 4
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
        facts = [arithmetic.flow(sizes), *arithmetic.settings(sizes), *self._border()]
        return self.head(facts, arithmetic.in_short(sizes.axes), step)

    def _border(self) -> list[str]:
        """What stands in the padding, if not zeros, and whether the kernel is turned."""
        facts = self.operation.facts()
        mode = facts.get("pad_mode", "zeros")
        pads = any(axis.before or axis.after for axis in self.bound.axes)
        fills = f"{mode} padding" if pads else f"{mode} changes nothing: nothing is padded"
        return [fills] * (mode != "zeros") + ["kernel flipped"] * bool(facts.get("flip"))

    def scene(self, step: WeightedSum) -> Scene:
        """Everything about one window."""
        body = self._one_piece(step) if len(slices(step.patch)) == 1 else self._pieces(step)
        return stack(self.title(step), *body, [self.sentence(step)])

    def picture(self, step: WeightedSum | None = None) -> Scene:
        """Of a step in one row: the window with its weights, products and sum, the map; of the whole all three."""
        if step is None:
            return whole(self) or super().picture()
        if not has_figure(self, step):
            return self._in_columns(step) if len(step.channels) > 1 else self.scene(step)
        return stack(self.title(step), [figure(self, step)], [self.sentence(step)])

    def _in_columns(self, step: WeightedSum) -> Scene:
        """Where the window lies beside what is multiplied: a figure is wide, and the channels are many rows."""
        *context, rows = self._pieces(step)
        return stack(self.title(step), [Columns((stack(*context), stack(rows)))], [self.sentence(step)])

    def details(self, step: WeightedSum) -> Iterator[Scene]:
        """One product after the other, then the cell."""
        if has_figure(self, step):
            for known in range(step.products.size + 1):
                told = sums.sentence(step, name=self.cell(step), known=known)
                yield stack(self.title(step), [figure(self, step, known)], [told])
        yield self.picture(step)

    def sentence(self, step: WeightedSum, lines: int = sums.LINES) -> Words:
        """The sum."""
        return sums.sentence(step, lines=lines, name=self.cell(step))

    @property
    def labels(self) -> Sequence[str]:
        """The names of the kernels."""
        names: Sequence[str] = self.bound.bank.names
        return names

    def remarks(self) -> list[str]:
        """What the feature maps cost, and what was never read."""
        sizes = self.bound.sizes
        filters = sizes.filters or 1
        times = f" × {arithmetic.count(filters, 'filter')}" if filters > 1 else ""
        cost = (
            f"{arithmetic.count(sizes.windows, 'window')} of {arithmetic.count(sizes.products, 'product')}{times}"
            f" = {sizes.multiply_adds:,} multiply-adds; {maps.extent(self.walk.output)}"
        )
        return [cost, *_saved_by_groups(sizes), *_saved_by_points(sizes), *arithmetic.unread(sizes.axes)]

    def breakdown(self, step: WeightedSum) -> list[Block]:
        """The sums of the channels that the filter is connected with, the largest first."""
        return [contributions(step, self.cell(step)) or self.sentence(step)]

    def reads(self, step: WeightedSum) -> list[Panel]:
        """The products of the strongest channel, the strongest of them framed."""
        if step.products.ndim != 3 or max(step.products.shape[1:]) > WIDEST_WINDOW:
            return []
        chosen, row, column = step.strongest()
        caption = f"products of channel {step.channels[chosen]}"
        grid = matrix(caption, step.products[chosen], Role.PRODUCT, reveals=Reveals.PRODUCTS)
        return [grid._replace(boxes=(Box.cell(row, column),), importance=Importance.STEP)]

    def brief(self, step: WeightedSum) -> str:
        """The product that contributes most."""
        return largest_product(step)

    @property
    def input_noun(self) -> str:
        """What is read is called."""
        return self.vocabulary.input

    def caption(self, step: WeightedSum) -> str:
        """What the map that a step writes to is called."""
        return map_caption(self.walk, step, self.output_noun)

    def _one_piece(self, step: WeightedSum) -> Iterator[list[Block]]:
        yield from surroundings(self.walk, step, self.caption(step), read=self.input_noun)
        multiplied = Multiplied(step, ("patch", self.kernel_caption(step), "products"))
        if len(self.bound.axes) == 1 and step.patch.size > SHORT:
            yield multiplied.aligned()
        else:
            yield [beside(*multiplied.panels(0))]

    def _pieces(self, step: WeightedSum) -> Iterator[list[Block]]:
        """A row for each channel, and for each frame of a film."""
        several = planes(self.walk, step)
        context: list[Panel] = [map_grid(self.walk, step, self.caption(step))]
        x = self.bound.x
        if len(several) > 1 or x.ndim == 4:
            context[:0] = [overview(self.walk, step, plane, TINY) for plane in several[:FEW_FRAMES]]
        elif is_photo(self.walk):
            yield from photo(self.walk, step, self._seen(several[0].box), self.caption(step), context)
            context = []
        elif is_large(several[0].axes) and x.ndim == 3:
            context.insert(0, self._seen(several[0].box)._replace(columns=TINY, caption=f"picture {several[0].size}"))
        elif is_large(several[0].axes):
            yield [beside(overview(self.walk, step, several[0]))]
        if context:
            yield [beside(*context)]
        yield self._rows(step, self._labels(step, several), "channels" if len(several) == 1 else "slices")

    def result(self) -> list[list[Block]]:
        """The whole output, of a photo beside the photo, of a long signal below the signal."""
        return whole_output(self, self._seen() if is_photo(self.walk) else None)

    def _seen(self, box: Box | None = None) -> Picture:
        """What is seen of the input: its colours, or its first channel."""
        x: Array = self.bound.x
        shown = x if len(x) == 3 and self.vocabulary.channels else x[:1]
        return input_picture(shown, box, caption=f"{self.input_noun} {by(x.shape[1:])}")

    def _rows(self, step: WeightedSum, labels: Sequence[str], noun: str) -> list[Block]:
        """Patch × kernel = products of a few slices, the strongest among them; of the others the sum."""
        multiplied = Multiplied(step, ("patch", self.kernel_caption(step), "products"))
        strongest = multiplied.strongest
        shown = list(range(len(labels)))
        if len(labels) > MOST_CHANNELS:
            shown = [*shown[: MOST_CHANNELS - 2], max(strongest, MOST_CHANNELS - 2)]
        texts = [signed(short(total)) for total in multiplied.totals]
        wide, most = max(len(labels[number]) for number in shown), max(map(len, texts))
        rows: list[Block] = []
        for number in shown:
            label = Mark(labels[number], Role.LABEL, width=wide)
            total = Mark(texts[number], Role.TOTAL, "Σ", most, follows=True, reveals=Reveals.PRODUCTS)
            importance = Importance.STEP if number == strongest else Importance.MORE
            panels = [p._replace(importance=importance) for p in (label, *multiplied.panels(number), total)]
            rows.append(Beside(tuple(panels), continues=bool(rows)))
        if len(shown) < len(labels):
            rest = np.delete(slices(step.products), shown, axis=0)
            rows.append(_rest(rest, noun if len(step.channels) > 1 else "frames"))
        return rows

    def _labels(self, step: WeightedSum, several: Sequence[Plane]) -> list[str]:
        """What the rows are called: channels, frames, or both."""
        frames = [f"frame {plane.frame}" if plane.frame is not None else "" for plane in several]
        named = [self.vocabulary.channel(number) for number in step.channels] if len(step.channels) > 1 else [""]
        return [", ".join(filter(None, (channel, frame))) for channel in named for frame in frames]

    def kernel_caption(self, step: WeightedSum) -> str:
        """What the weights are called."""
        return " ".join(filter(None, (self.vocabulary.weights, *self.labels[step.index[0] :][:1]))) + self._divided(
            step
        )

    def kernel_name(self, step: WeightedSum) -> str:
        """The name of the weights, where they have one."""
        name = "".join(self.labels[step.index[0] :][:1])
        return f"{name}{self._divided(step)}" if name else self.kernel_caption(step)

    def _divided(self, step: WeightedSum) -> str:
        return f" / {short(step.divisor)}" if step.divisor != 1 else ""


def largest_product(step: WeightedSum) -> str:
    """`0.79·(−0.07) ≈ −0.06, of 150 products`: of those in the channels that the filter is connected with."""
    place = step.strongest()
    x, weight, product = (short(array[place]) for array in (step.patch, step.weights, step.products))
    equals = sums.relation(exact(x) * exact(weight), product)
    each = [products.size for products, weights in zip(step.products, step.weights, strict=True) if weights.any()]
    of = sum(each) or step.products.size
    return f"{signed(x)}·{sums.bracketed(weight)} {equals} {signed(product)}, of {of:,} products"


def _rest(products: Array, noun: str) -> Block:
    """What the slices that are not shown add up to."""
    text = short(total_of(products))
    sign = sums.relation(sums.exactly(products.ravel().tolist()), text)
    total = Span(signed(text), Role.TOTAL, Reveals.PRODUCTS)
    return words(f"{len(products)} more {noun}: Σ {sign} ", total, importance=Importance.MORE)


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
