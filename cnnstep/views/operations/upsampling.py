"""A cell of an upsampled map: a copy of the nearest cell, or the weighted mean of its neighbours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.upsampling import NAMES
from cnnstep.geometry import ScaledAxis, by
from cnnstep.views.operations.copies import copied, copy_sentence
from cnnstep.views.operations.weighted_sum import WeightedSumView
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import Block, Scene, Words, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import map_grid
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.arithmetic import AXIS_NAMES, SINGULAR, count
from cnnstep.views.wording.numbers import short, signed

MOST_LISTED = 6
"""Factors up to this have the kernel that would do the same written out."""


@dataclass(frozen=True, eq=False)
class UpsamplingView(WeightedSumView):
    """A walk over the cells of an upsampled map."""

    noun = "upsampled map"

    @property
    def labels(self) -> Sequence[str]:
        """The names of the channels: upsampling has no filters."""
        return self.vocabulary.channels

    def title(self, step: WeightedSum | None = None) -> list[Block]:
        """Input → output, the factor, the kind, the size arithmetic."""
        axes, channels = self.bound.sizes.axes, self.bound.sizes.channels
        flow = f"{arithmetic.shapes([a.input for a in axes], channels)} → "
        flow += arithmetic.shapes(self.bound.sizes.output, channels)
        kind = NAMES[len(axes)] if self.bound.is_linear else "nearest"
        return self.head([flow, f"factor {by(_factors(axes))}", kind], arithmetic.in_short(axes), step)

    def scene(self, step: WeightedSum) -> Scene:
        """The cells that are read and their weights; where one alone is read, it is copied."""
        if step.products.size > 1:
            return Scene((*super().scene(step).blocks, *self._way(step)))
        output = map_grid(self.walk, step, self.caption(step))
        around = copied(self.bound.x, self._source(step), output)
        return stack(self.title(step), *around, [self.sentence(step), *self._way(step)])

    def sentence(self, step: WeightedSum, lines: int = sums.LINES) -> Words:
        """`y[1,1] = (1·9 + 2·3 + 4·3 + 5·1) / 16 = 32 / 16 = 2`, or `y[1,1] = x[0,0] = 1`."""
        if step.products.size > 1:
            return super().sentence(step, lines)
        return copy_sentence(self.cell(step), self._source(step), step.value, lines)

    def brief(self, step: WeightedSum) -> str:
        """The product that contributes most, or that there is one cell."""
        return super().brief(step) if step.products.size > 1 else "a copy of the cell"

    def picture(self, step: WeightedSum | None = None) -> Scene:
        """Its scene: how a place in the output finds its place in the input is the point."""
        return View.picture(self, step)

    def remarks(self) -> list[str]:
        """What it costs, and the transposed convolution that would do the same."""
        sizes = self.bound.sizes
        cells = count(sizes.windows, "cell")
        channels = f" in each of {sizes.channels} channels" if (sizes.channels or 1) > 1 else ""
        work = "all copies"
        if sizes.multiply_adds:
            work = f"up to {count(sizes.products, 'product')} each, {sizes.multiply_adds:,} multiply-adds"
        cost = f"{cells}{channels}, {work}: no learnable parameters; {maps.extent(self.walk.output)}"
        return [cost, *_as_transposed(sizes.axes, is_linear=self.bound.is_linear)]

    def _source(self, step: WeightedSum) -> tuple[int, ...]:
        """The one cell that is read."""
        return step.main_source(self.bound.x.shape).cell

    def kernel_caption(self, step: WeightedSum) -> str:
        """What the weights are called."""
        return f"weights / {step.divisor}"

    def _way(self, step: WeightedSum) -> Iterator[Words]:
        """From the place in the output to that in the input, axis by axis."""
        axes, reveals = self.bound.axes, Reveals.NOTHING if step.products.size > 1 else Reveals.WORKING
        for name, axis, cell in zip(AXIS_NAMES[len(axes)], axes, step.index[1:], strict=True):
            tell = _blend if axis.is_linear else _floor
            yield words(Span(tell(axis, cell, SINGULAR[name]), Role.LABEL), reveals=reveals)


def _floor(axis: ScaledAxis, cell: int, noun: str) -> str:
    """`row ⌊3 / 2⌋ = 1`."""
    return f"{noun} ⌊{cell} / {axis.factor}⌋ = {axis.window(cell).start}"


def _blend(axis: ScaledAxis, cell: int, noun: str) -> str:
    """`row (1 + 0.5) / 2 − 0.5 = 0.25: 3/4 of row 0, 1/4 of row 1`."""
    s = axis.position(cell)
    printed = short(float(s))
    way = f"{noun} ({cell} + 0.5) / {axis.factor} − 0.5 {sums.relation(s, printed)} {signed(printed)}"
    window, weights = axis.window(cell), axis.weights(cell)
    if len(window) > 1:
        shares = (Fraction(weight, axis.divisor) for weight in weights)
        read = ", ".join(f"{share} of {noun} {place}" for share, place in zip(shares, window, strict=True))
        return f"{way}: {read}"
    side = ", before the first" if s < 0 else ", after the last" if s > axis.input - 1 else ""
    return f"{way}{side}: {noun} {window.start}"


def _factors(axes: Sequence[ScaledAxis]) -> list[int]:
    """One for all, or one each."""
    factors = [axis.factor for axis in axes]
    return factors[:1] if len(set(factors)) == 1 else factors


def _as_transposed(axes: Sequence[ScaledAxis], *, is_linear: bool) -> Iterator[str]:
    """Which fixed kernel makes a transposed convolution of it."""
    factors = _factors(axes)
    if max(factors) == 1 or (is_linear and all(axis.kernel == 1 for axis in axes)):
        return
    if not is_linear:
        kernel = (
            f"{by([axis.factor for axis in axes])} kernel of ones" if len(axes) > 1 else f"kernel of {factors[0]} ones"
        )
        yield f"the same as a transposed convolution of each channel with a {kernel} and stride {by(factors)}"
    elif len(factors) == 1 and factors[0] <= MOST_LISTED:
        kernel = " ".join(map(str, triangle(axes[0])))
        yield (
            f"but for the edges, the same as a transposed convolution of each channel with the kernel"
            f" {kernel} / {axes[0].divisor} along each axis, stride {factors[0]} and padding {factors[0] // 2}"
        )


def triangle(axis: ScaledAxis) -> list[int]:
    """The weights with which one cell of the input is added to the output, to be divided by the axis' divisor."""
    three = axis._replace(input=3)  # the cell in the middle, with a neighbour on either side
    cells = [i for i in range(three.output) if 1 in three.window(i)]
    return [three.weights(i)[three.window(i).index(1)] for i in cells]
