"""A kernel that learns: one update of it, and the whole descent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.learning.descent import Update
from cnnstep.views.layers import Figure
from cnnstep.views.learning.panels import difference, loss_curve, moved, thumbnail, weights_grids
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import Block, Scene, Words, answer, beside, stack
from cnnstep.views.panels import maps
from cnnstep.views.panels.planes import slices
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.learning import decimal, losses, stability
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import LINES, bracketed, relation, stated

CURVE_BESIDE, CURVE_ALONE = (30, 5), (28, 5)


@dataclass(frozen=True, eq=False)
class FittingView(View):
    """A walk over the updates of gradient descent."""

    noun = "learned kernel"
    place_noun = "update"

    def title(self, step: Update | None = None) -> list[Block]:
        """The sizes, the rate and the loss; below, what an update does."""
        bound = self.bound
        shape = by(bound.task.target.shape if len(bound.task.target) > 1 else bound.task.target.shape[1:])
        kernel = by(bound.output_shape if max(bound.output_shape[:2]) > 1 else bound.output_shape[2:])
        facts = [f"{kernel} kernel → {shape} target", f"rate {decimal(bound.rate)}", count(self.walk.total, "update")]
        total = "Σ (y − t)²" + ("" if bound.task.loss == "sse" else f" / {bound.task.target.size:,}")
        return self.head(facts, ["w ← w − rate·∂L/∂w", f"L = {total} ({bound.task.loss})"], step)

    def scene(self, step: Update) -> Scene:
        """Input, error and loss; prediction − target = error where it is largest; old − rate·gradient = new."""
        where = np.unravel_index(int(np.abs(step.error).argmax()), step.error.shape)
        place = tuple(int(n) for n in where)
        task = self.bound.task
        context = [
            thumbnail(task.x[:1] if len(task.x) != 3 else task.x, "input", place, is_input=True),
            thumbnail(step.error[place[0]][None], "error y − t", place, reach=float(np.abs(task.target).max())),
            loss_curve(self.bound.descent.losses, step.number + 1, *CURVE_BESIDE),
        ]
        return stack(
            self.title(step),
            [beside(*context)],
            [beside(*difference(step, task.target, place))],
            [beside(*moved(step, self.bound.rate, self._slice(step)))],
            [self.sentence(step)],
        )

    def scenes(self) -> Iterator[Scene]:
        """Where no update is asked for, the whole descent on one screen."""
        if self.asked is None and self.chosen.display == "full":
            yield stack(self.title(), *self.result())
        else:
            yield from super().scenes()

    def sentence(self, step: Update, lines: int = LINES) -> Words:
        """What becomes of the weight that moves most."""
        before, gradient = (short(array[step.weight].item()) for array in (step.before, step.gradient))
        rate, value = decimal(self.bound.rate), short(step.value)
        sign = relation(exact(before) - exact(rate) * exact(gradient), value)
        spans = (
            Span(f"update {step.number + 1}   " if lines == 1 else ""),
            Span(f"{self.cell(step)} = {signed(before)} − {rate}·"),
            Span(bracketed(gradient), Role.PRODUCT, Reveals.PRODUCTS),
            Span(f" {sign} "),
            answer(signed(value)),
        )
        return stated((spans,), lines=lines)

    def line(self, step: Update) -> Scene:
        """The loss before and after, and what becomes of a weight."""
        sentence = self.sentence(step, lines=1)
        told = Span(f"   L {losses(*step.losses)}", Role.LABEL)
        return Scene((sentence._replace(indent=0, wordings=((*sentence.wordings[0], told),)),))

    def result(self) -> list[list[Block]]:
        """The input, the target, the learned weights beside those that they should be; the loss; the rates."""
        task, bound = self.bound.task, self.bound
        learned = weights_grids(bound.descent.kernels[-1], "learned", self.vocabulary.channels)
        like = [] if bound.like is None else weights_grids(bound.like, "like", self.vocabulary.channels)
        shown = [*self._maps("input", task.x), *self._maps("target", task.target)]
        both = [panel for pair in zip(learned, like, strict=True) for panel in pair] if like else learned
        curve = loss_curve(bound.descent.losses, len(bound.descent.losses) - 1, *CURVE_ALONE)
        return [[beside(*shown)], [beside(curve, *both)], maps.lines(self.remarks())]

    def remarks(self) -> list[str]:
        """How near it has come, and the largest stable rate."""
        bound, found = self.bound, self.bound.descent
        told = [f"loss {losses(found.losses[0], found.losses[-1])}"]
        if bound.like is not None and bound.grows_from is None:
            far = short(float(np.abs(found.kernels[-1] - bound.like).max()))
            told = [f"{told[0]}; learned and known weights differ by at most {far}"]
        return [*told, *stability(bound)]

    def figures(self) -> Sequence[Figure]:
        """Input, target, prediction and learned weights."""
        task, weights = self.bound.task, self.bound.descent.kernels[-1]
        predicted = task.convolution(weights).output(task.x)
        named = {"input": task.x, "target": task.target, "prediction": predicted, "learned kernel": weights}
        return [Figure(title, slices(values)) for title, values in named.items()]

    def cell(self, step: Any) -> str:
        """The weight: `w[0,1]`, or `w[2,0,0,1]` where there are several filters or channels."""
        single = max(self.bound.output_shape[:2]) == 1
        return f"{self.vocabulary.symbols[1]}[{','.join(map(str, step.weight[2:] if single else step.weight))}]"

    def _next(self) -> str:
        """Of the whole descent: how to look at its updates."""
        if self.asked is not None or self.chosen.display != "full":
            return super()._next()
        return "--at 0 (the first update), --steps all, --view lines, --play (with keys)"

    def _slice(self, step: Update) -> str:
        """Which of several kernels the weight is of."""
        filters, depth = self.bound.output_shape[:2]
        named = [f"filter {step.weight[0]}"] * (filters > 1)
        named += [self.vocabulary.channel(step.weight[1])] * (depth > 1)
        return ", ".join(named)

    def _maps(self, noun: str, values: Array) -> list[Any]:
        """Small maps as numbers, others as thumbnails."""
        first, size = values[0], by(values.shape[1:])
        if first.ndim == 2 and max(first.shape[0], first.shape[1]) <= 8 and len(values) == 1:
            return list(maps.channel(first, f"{noun} {size}", several=False))
        place = (0,) * values.ndim
        is_input = noun == "input"
        return [thumbnail(values if is_input and len(values) == 3 else values[:1], noun, place, is_input=is_input)]
