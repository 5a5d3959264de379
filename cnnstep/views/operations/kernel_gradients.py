"""Gradients of kernels: all that a weight met; or what a window adds to all weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import WeightedSum
from cnnstep.engine.scatters import Added
from cnnstep.engine.steps import Step
from cnnstep.geometry import by
from cnnstep.views.operations.elementwise import input_panels
from cnnstep.views.operations.surroundings import overview
from cnnstep.views.operations.transposed import TransposedView, addition
from cnnstep.views.operations.weighted_sum import WeightedSumView
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Panel, Scene, Words, answer, beside, stack
from cnnstep.views.panels import maps
from cnnstep.views.panels.extracts import WHOLE
from cnnstep.views.panels.grids import input_grid, map_grid
from cnnstep.views.panels.planes import ONE_ROW, Plane, planes
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic, sums
from cnnstep.views.wording.arithmetic import count, shape
from cnnstep.views.wording.numbers import exact, short, signed

DESCENT = "gradient descent moves each weight against its gradient"
STRONGEST = 4


def planes_of(output: Array, symbol: str) -> list[list[Block]]:
    """A gradient of kernels (F, C/groups, *window), plane by plane: of each filter and channel, or each filter."""
    flat = output.reshape(-1, *output.shape[-2:])
    lead = output.shape[:-2]
    captions = [f"{symbol}{where(place, lead)} {by(flat.shape[1:])}" for place in np.ndindex(*lead)]
    few = list(zip(flat, captions, strict=True))[: maps.FEW]
    found: list[Panel] = [panel for values, text in few for panel in maps.channel(values, text, several=len(flat) > 1)]
    return [[beside(*found)]]


def where(place: Sequence[int], lead: Sequence[int]) -> str:
    """`, filter 0, channel 1`; nothing of axes where there is one of a kind."""
    names = ("filter", "channel", "frame")
    return "".join(f", {name} {i}" for name, i, n in zip(names, place, lead, strict=False) if n > 1)


def called(step: Step, symbol: str, lead: Sequence[int], index: Sequence[int] | None = None) -> str:
    """`∂L/∂w[1,1]`, or `∂L/∂w[0,2,1,1]` where there are several filters or channels."""
    place = step.index if index is None else index
    shown = place[len(lead) :] if prod(lead) == 1 else place
    return f"{symbol}[{','.join(map(str, shown))}]"


@dataclass(frozen=True, eq=False)
class KernelGradientView(WeightedSumView):
    """A walk over the weights of a convolution: one step is one weight."""

    noun = "gradient"

    def title(self, step: WeightedSum | None = None) -> list[Block]:
        """Upstream → weights, and what one step adds up."""
        return self.head(flow(self), [f"each weight met {count(prod(self.bound.met.factors.shape[1:]), 'cell')}"], step)

    def scene(self, step: WeightedSum) -> Scene:
        """The cells that the weight met, times the upstream values; of very many the strongest."""
        if all(n <= most for n, most in zip(step.patch.shape[:0:-1], WHOLE[::-1], strict=False)):
            return super().scene(step)
        plane, *_ = planes(self.walk, step)
        around = beside(
            overview(self.walk, step, plane, read=self.input_noun), map_grid(self.walk, step, self.caption(step))
        )
        return stack(self.title(step), [around], [beside(self._strongest(step))], [self.sentence(step)])

    def cell(self, step: Step) -> str:
        """The weight by its place in the kernel; with filter and channel where there are several."""
        return called(step, self.vocabulary.y, self.bound.grid[:2])

    def caption(self, step: WeightedSum) -> str:
        """Which kernel's gradient it is."""
        grid = self.bound.grid
        return f"{self.output_noun}{where(step.index, grid[: len(grid) - 2])}"

    @property
    def input_noun(self) -> str:
        """What weights met: the input; of a transposed convolution ∂L/∂y."""
        return self.vocabulary.upstream if self._reads_upstream else self.vocabulary.input

    @property
    def labels(self) -> Sequence[str]:
        """The weights have no names of their own."""
        return ()

    def result(self) -> list[list[Block]]:
        """The whole gradient, kernel by kernel."""
        return whole(self)

    def remarks(self) -> list[str]:
        """What it cost, and what it is for."""
        products = self.walk.total * prod(self.bound.met.factors.shape[1:])
        told = f"{count(self.walk.total, 'weight')}, {count(products, 'product')}; {maps.extent(self.walk.output)}"
        return [told, *about(self)]

    def kernel_caption(self, step: WeightedSum) -> str:  # noqa: ARG002 - as those whose kernels have names
        """What the weights are called."""
        return self.vocabulary.x if self._reads_upstream else self.vocabulary.upstream

    @property
    def _reads_upstream(self) -> bool:
        return self.bound.met.read is self.bound.g

    def _strongest(self, step: WeightedSum) -> Grid:
        """The largest of very many products."""
        chosen = np.argsort(-np.abs(step.products.astype(np.float64).ravel()), kind="stable")[:STRONGEST]
        places = [np.unravel_index(number, step.products.shape)[1:] for number in chosen]
        named = [",".join(str(window[int(i)]) for window, i in zip(step.window, p, strict=True)) for p in places]
        cells, weights, products = (a.ravel()[chosen] for a in (step.patch, step.weights, step.products))
        listed = (
            maps.Listed("patch", cells, Role.WINDOW),
            maps.Listed(self.kernel_caption(step), weights, Role.KERNEL),
            maps.Listed("product", products, Role.PRODUCT, Reveals.PRODUCTS),
        )
        return maps.columns(f"the {len(named)} strongest of {step.products.size:,} products", "cell", named, listed)


def flow(view: View) -> list[str]:
    """`∂L/∂y 3×3 → ∂L/∂w 3×3`, and what is not usual about the windows."""
    g, weights, axes = view.bound.g, view.bound.met.shape, view.bound.met.axes
    kernel = by(weights[2:]) if prod(weights[:2]) == 1 else by(weights)
    plain = all(a.stride == 1 and not a.before and not a.after and a.dilation == 1 for a in axes)
    return [
        f"{view.vocabulary.upstream} {shape(g.shape)} → {view.vocabulary.y} {kernel}",
        *([] if plain else arithmetic.settings(view.bound.sizes)),
    ]


def whole(view: View) -> list[list[Block]]:
    """All kernels, or the first ones, and what there is to say."""
    output = view.walk.output
    lines, kernels = view.remarks(), prod(output.shape[:-2])
    if kernels > maps.FEW:
        lines.append(f"the first {maps.FEW} of {kernels} kernels are shown; --save has all")
    return [*planes_of(output, view.output_noun), maps.lines(lines)]


def about(view: View) -> list[str]:
    """What a gradient is for; and that a kernel which serves several channels is not counted once."""
    forward: Any = view.operation
    bank, weights = forward.forward.bank, view.walk.output.shape
    times = prod(weights[:2]) // max(1, prod(bank.weights.shape[:2]))
    return [f"the kernel serves {times} channels: its own gradient is the sum of theirs" if times > 1 else DESCENT]


@dataclass(frozen=True, eq=False)
class WindowsGradientView(TransposedView):
    """A walk over windows, each of which adds its patch, times its upstream value, to the gradient of all weights."""

    noun = "gradient"

    def title(self, step: Added | None = None) -> list[Block]:
        """Upstream → weights, and what one step adds."""
        weights = count(prod(self.walk.output_shape[1:]), "weight")
        return self.head(flow(self), [f"each window adds to {weights}"], step)

    def scene(self, step: Added) -> Scene:
        """The window and its upstream value, and what they add to the gradient of one kernel."""
        shown, channel = self._strongest(step)
        divisor = np.broadcast_to(self.bound.met.divisors, self.walk.output_shape)[step.channel].flat[0].item()
        caption = "patch" + (f" / {short(divisor)}" if divisor != 1 else "")
        caption += f", channel {channel}" if len(self.bound.x) > 1 else ""
        return stack(self.title(step), *self._around(step, channel), *addition(shown, caption), [self.sentence(step)])

    def sentence(self, step: Added, lines: int = sums.LINES) -> Words:
        """`∂L/∂y[1,1] = 1 times the patch, added to 9 weights; ∂L/∂w[0,2] = 10 + 1·7 = 17`."""
        shown, channel = self._strongest(step)
        place = np.unravel_index(int(np.abs(shown.after[0].astype(np.float64)).argmax()), shown.inside.shape)
        inside = tuple(int(i) for i in place)
        before, weight, after = (short(a[(0, *inside)]) for a in (shown.before, shown.weights, shown.after))
        value = short(step.value)
        channels = self.walk.output_shape[1]
        target = (step.filters.start, inside[0] + (channel - self.bound.met.channel(step.channel)), *inside[1:])
        name = called(step, self.vocabulary.y, self.walk.output_shape[:2], target)
        printed = exact(before) + exact(value) * exact(weight)
        sign = sums.relation(printed, after)
        symbol = self.vocabulary.x if self.bound.met.factors is not self.bound.g else self.vocabulary.upstream
        source = called(step, symbol, self.bound.grid[:1])
        weights = count(channels * prod(shown.inside.shape[1:]), "weight")
        times = f"{source} {sums.relation(exact(value), value)} {signed(value)} times the patch, added to {weights}; "
        told = (
            Span(times),
            Span(f"{name} = {signed(before)} + {sums.bracketed(value)}·{sums.bracketed(weight)} {sign}{NBSP}"),
            answer(signed(after)),
        )
        return sums.stated((told,), lines=lines)

    @property
    def labels(self) -> Sequence[str]:
        """The weights have no names of their own."""
        return ()

    def result(self) -> list[list[Block]]:
        """The whole gradient, kernel by kernel."""
        return whole(self)

    def remarks(self) -> list[str]:
        """What it cost, and what it is for."""
        each = prod(self.walk.output_shape[1:])
        told = f"{count(self.walk.total, 'window')} of {count(each, 'product')} = {self.walk.total * each:,}"
        return [f"{told}; {maps.extent(self.walk.output)}", *about(self)]

    def _strongest(self, step: Added) -> tuple[Added, int]:
        """The step with one channel alone, that which has most; and which channel of the input it is."""
        channels = self.walk.output_shape[1]
        totals = np.abs(step.after[0].astype(np.float64)).reshape(channels, -1).max(axis=1)
        chosen = int(totals.argmax())
        part = slice(chosen, chosen + 1)
        one = replace(
            step,
            inside=step.inside[part],
            weights=step.weights[:, part],
            products=step.products[:, part],
            before=step.before[:, part],
        )
        return one, self.bound.met.channel(step.channel) + chosen

    def _around(self, step: Added, channel: int) -> list[list[Block]]:
        """What is read with the window framed, and what the window is multiplied by."""
        met, vocabulary = self.bound.met, self.vocabulary
        plane = self._plane(self.bound.window(step.index[1:]), channel)
        reads_upstream = met.read is self.bound.g
        names = (vocabulary.upstream, vocabulary.x) if reads_upstream else (vocabulary.input, vocabulary.upstream)
        read = input_grid(plane, f"{names[0]} {plane.size}" + f", channel {channel}" * (len(met.read) > 1))
        panels: list[Panel] = [read, *input_panels(met.factors, step.index, names[1])[:1]]
        return maps.laid(panels, is_signal=len(met.axes) == 1)

    def _plane(self, window: Sequence[range], channel: int) -> Plane:
        """The sheet of a channel on which the window lies."""
        met, axes = self.bound.met, self.bound.met.axes
        lead = [range(positions[0], positions[0] + 1) for positions in window[:-2]]

        def read(rows: range, columns: range) -> tuple[Array, Array]:
            cells = met.border.read(met.read[channel : channel + 1], [*lead, rows, columns][-len(axes) :])
            values, is_padding = (part.reshape(len(rows), len(columns)) for part in cells)
            return values, is_padding

        (down, along), (rows, columns) = (ONE_ROW, *axes)[-2:], (range(1), *window)[-2:]
        return Plane((down, along), (rows, columns), read)
