"""A loss: predictions and targets, stage after stage, one number, and its gradient."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cnnstep.engine.losses import GRADIENT, LOSS, LOSSES
from cnnstep.engine.stages import Stage
from cnnstep.views.operations.stages import StagesView
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import Block, Scene, Words, answer, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.losses import WORDS, LossWords
from cnnstep.views.wording.numbers import exact, formatter, short, signed
from cnnstep.views.wording.sums import LINES, bracketed, relation, stated

FEW = 8


@dataclass(frozen=True, eq=False)
class LossView(StagesView):
    """A walk through the stages of a loss."""

    noun = "loss"

    @property
    def row(self) -> dict[str, LossWords]:
        """The words of its stages."""
        return WORDS[next(name for name, rule in LOSSES.items() if rule is self.bound.rule)]

    def title(self, step: Stage | None = None) -> list[Block]:
        """Its kind, how many predictions, and which stage of how many."""
        kind = self.facts()["kind"]
        facts = [kind, f"{count(self.bound.x.size, 'prediction')} → one number"]
        stage = [f"stage {self.row[step.name].formula}"] if step else []
        return self.head(facts, [*stage, *([] if step else [self.bound.rule.use])], step)

    def scene(self, step: Stage) -> Scene:
        """Predictions, targets, what the stages so far have made of them; the formula with numbers; why."""
        why = words(Span(self.row[step.name].why, Role.LABEL))
        return stack(self.title(step), self._list(step), [self.sentence(step), why])

    def scenes(self) -> Iterator[Scene]:
        """Where no stage is asked for, all of them on one screen: the table once, and a line for each."""
        if self.asked is not None or self.chosen.display != "full":
            yield from super().scenes()
            return
        last = self.walk[-1]
        yield stack(self.title(), self._list(last), [*map(self.sentence, self.walk), *maps.lines(self.remarks())])

    def sentence(self, step: Stage, lines: int = LINES) -> Words:
        """The formula, with the numbers of one prediction in it, or all terms of the sum."""
        row = self.row[step.name]
        spans = self._sum(step, row) if step.name == LOSS else self._one(step, row)
        return stated((tuple(spans),), lines=lines)

    def remarks(self) -> list[str]:
        """The gradient, and where it points."""
        gradient = self.facts()["gradient"]
        shown = ", ".join(signed(short(value)) for value in gradient[:FEW])
        more = f" … ({len(gradient):,})" if len(gradient) > FEW else ""
        use = "a step against it makes the loss smaller" if any(gradient) else "nothing is left to learn from"
        return [f"gradient ∂L/∂x = {shown}{more}: {use}"]

    def _sum(self, step: Stage, row: LossWords) -> list[Span]:
        """`L = −Σ t·ln p = 0.417 + 0 + 0 = 0.417`."""
        # not what comes before the step: where the loss is asked for as a cell, that is the input
        values, value = self.bound.known()[self.bound.stages[step.number - 1]].tolist(), short(step.value)
        divisor = len(values) if self.bound.rule.is_mean else 1
        if len(values) > FEW:
            return [Span(f"{row.formula} ≈ "), answer(signed(value))]
        shown = list(map(formatter(values), values))
        first = "=" if all(exact(text) == Fraction(v) for text, v in zip(shown, values, strict=True)) else "≈"
        body = " + ".join([signed(shown[0]), *map(bracketed, shown[1:])])
        body = f"({body}) / {divisor}" if divisor != 1 else body
        sign = relation(sum(map(exact, shown), Fraction(0)) / divisor, value)
        worked = Span(body, reveals=Reveals.WORKING)
        return [Span(f"{row.formula} {first} "), worked, Span(f" {sign} "), answer(signed(value))]

    @property
    def example(self) -> int:
        """The prediction whose numbers stand in the formulas: the one that is pulled most."""
        known = self.bound.known()
        # of hinge a class that is not the target: of the target itself no margin is asked
        strength = np.where(known["t"] == 1, -np.inf, known["margin"]) if "right" in known else abs(known[GRADIENT])
        return int(strength.argmax())

    def _one(self, step: Stage, row: LossWords) -> list[Span]:
        """What becomes of one prediction."""
        assert step.after is not None  # noqa: S101 - only the sum is one number
        known, at = self.bound.known(), self.example
        value = short(step.after[at].item())
        numbers = {name: each if isinstance(each, int | float) else each[at].item() for name, each in known.items()}
        texts = {name: short(number) for name, number in numbers.items()}
        told = row.template.format(**{name: bracketed(text) for name, text in texts.items()})
        true = row.true({name: exact(text) for name, text in texts.items()})
        sign = "≈" if true is None else relation(true, value)
        worked = Span(f"{told} {sign} ", reveals=Reveals.WORKING)
        return [Span(f"{row.formula}   of prediction {at}: "), worked, answer(signed(value))]

    def _list(self, step: Stage) -> list[Block]:
        """A row for everything that is known; of many predictions a column each."""
        lines = self._lines(step)
        if self.bound.x.size > FEW:
            return super()._list(step)
        box = (Box.cell(0, self.example),)
        return [beside(label, grid._replace(boxes=box)) for label, grid in maps.rows(lines)]

    def _lines(self, step: Stage) -> list[maps.Listed]:
        """The predictions, the targets, and what each stage so far has made of them."""
        known = self.bound.known()
        lines = [maps.Listed("x", self.bound.x, Role.INPUT), maps.Listed("t", self.bound.t, Role.KERNEL)]
        for number, name in enumerate(self.bound.stages[: step.number + 1]):
            if name == LOSS or (name == GRADIENT and step.name != GRADIENT):
                continue
            look = (Role.CURRENT, Reveals.VALUE) if number == step.number else (Role.OUTPUT, Reveals.NOTHING)
            lines.append(maps.Listed(self.row[name].label, known[name], *look))
        return lines
