"""Where branches meet: a cell of the sum with its terms, or a channel with the input that it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any

from cnnstep.engine.joins import Copied, Summed
from cnnstep.geometry import by
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Panel, Scene, Words, answer, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import input_grid, map_grid
from cnnstep.views.panels.planes import cell_plane
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import LINES, bracketed, relation, stated

FEW = 3
"""So many inputs are shown in numbers."""


@dataclass(frozen=True, eq=False)
class JoinView(View):
    """A walk over the cells of what several inputs have become."""

    def called_input(self, number: int) -> str:
        """What an input is called, counted from 0: its node in a network."""
        names = self.vocabulary.inputs
        return names[number] if number < len(names) else f"x{number + 1}"

    def remarks(self) -> list[str]:
        """What came together."""
        told = ", ".join(f"{self.called_input(n)} {shape(x.shape)}" for n, x in enumerate(self.bound.inputs))
        return [f"from {told}", *super().remarks()]

    def scene(self, step: Any) -> Scene:
        """The cells that are read, where they stand, and what they become."""
        panels: list[Panel] = [self._input(number, cell) for number, cell in self.read_cells(step)]
        several = len(self.walk.shape) > 1 and self.walk.shape[0] > 1
        caption = f"{self.output_noun} of channel {step.index[0]}" if several else self.output_noun
        output = map_grid(self.walk, step, caption)
        rows = maps.laid([*panels, output], is_signal=self.bound.x.ndim < 3)
        return stack(self.title(step), *rows, [self.sentence(step), *self.notes(step)])

    def read_cells(self, step: Any) -> Sequence[tuple[int, tuple[int, ...]]]:
        """The inputs that a step reads, counted from 0, and the cell of each."""
        raise NotImplementedError

    def notes(self, step: Any) -> list[Block]:  # noqa: ARG002 - as those that have more to say
        """What stands below the sentence."""
        return []

    def _input(self, number: int, cell: tuple[int, ...]) -> Panel:
        x = self.bound.inputs[number]
        return input_grid(cell_plane(x, cell), f"{self.called_input(number)} {shape(x.shape)}")


@dataclass(frozen=True, eq=False)
class AdditionView(JoinView):
    """A walk through a sum of several inputs."""

    noun = "sum"

    def title(self, step: Summed | None = None) -> list[Block]:
        """The sizes, and that all are alike."""
        inputs = self.bound.inputs
        told = " + ".join(self.called_input(number) for number in range(len(inputs)))
        return self.head([f"{told} → {shape(inputs[0].shape)}"], ["cell by cell: the size stays"], step)

    def read_cells(self, step: Summed) -> Sequence[tuple[int, tuple[int, ...]]]:
        """The same place in each."""
        return [(number, step.index) for number in range(len(step.terms))][:FEW]

    def sentence(self, step: Summed, lines: int = LINES) -> Words:
        """`y[0,1,1] = c2 + a = 3 + (−1) = 2`."""
        texts, value = [short(term) for term in step.terms], short(step.value)
        told = " + ".join([signed(texts[0]), *map(bracketed, texts[1:])])
        first = "=" if all(exact(t) == Fraction(x) for t, x in zip(texts, step.terms, strict=True)) else "≈"
        names = " + ".join(self.called_input(number) for number in range(len(texts)))
        end = relation(sum(map(exact, texts), Fraction(0)), value)
        spans = (
            Span(f"{self.cell(step)} = {names} {first} "),
            Span(told, reveals=Reveals.WORKING),
            Span(f" {end}{NBSP}"),
            answer(signed(value)),
        )
        return stated((spans,), lines=lines)

    def notes(self, step: Summed) -> list[Block]:
        """How much each contributes: of the sum where all terms have one sign, else of the sum of their magnitudes."""
        if not step.shares:
            return []
        same = min(step.terms) >= 0 or max(step.terms) <= 0
        told = ", ".join(self._share(step, number) for number in range(len(step.terms)))
        return [words(Span(f"shares{'' if same else ' of the magnitudes'}: {told}", Role.LABEL, Reveals.WORKING))]

    def breakdown(self, step: Summed) -> list[Block]:
        """The sum, and the share of each branch."""
        return [self.sentence(step)._replace(hang=4), *self.notes(step)]

    def brief(self, step: Summed) -> str:
        """The branch that contributes most, and the others."""
        if not step.shares:
            return f"{len(step.terms)} terms, all of them 0" if not any(step.terms) else f"of {len(step.terms)} terms"
        order = sorted(range(len(step.terms)), key=lambda number: -step.shares[number])
        others = [self._share(step, number) for number in order[1:]]
        more = f" and {len(others) - FEW} more" if len(others) > FEW else ""
        return f"follows {self._share(step, order[0])}, not {', '.join(others[:FEW])}{more}"

    def _share(self, step: Summed, number: int) -> str:
        return f"{self.called_input(number)} {step.shares[number]:.0%}"


@dataclass(frozen=True, eq=False)
class ConcatenationView(JoinView):
    """A walk through channels that were stacked."""

    noun = "stack"

    def title(self, step: Copied | None = None) -> list[Block]:
        """Which channels come from where."""
        inputs = self.bound.inputs
        channels = [len(x) for x in inputs]
        told = " + ".join(map(str, channels))
        where = ", ".join(
            f"{end - count}{f'–{end - 1}' * (count > 1)} from {self.called_input(number)}"
            for number, (count, end) in enumerate(zip(channels, accumulate(channels), strict=True))
        )
        out = by(self.walk.output_shape)
        return self.head([f"{told} channels → {out}"], [f"channels {where}"], step)

    def read_cells(self, step: Copied) -> Sequence[tuple[int, tuple[int, ...]]]:
        """The one cell that is copied."""
        return [(step.input, step.source)]

    def sentence(self, step: Copied, lines: int = LINES) -> Words:
        """`y[5,1,1] = a[1,1,1] = 3`."""
        value = short(step.value)
        sign = "=" if exact(value) == Fraction(step.value) else "≈"
        source = f"{self.called_input(step.input)}[{','.join(map(str, step.source))}]"
        return stated(((Span(f"{self.cell(step)} = {source} {sign} "), answer(signed(value))),), lines=lines)

    def brief(self, step: Copied) -> str:
        """Where it comes from."""
        return f"copied from {self.called_input(step.input)}, input {step.input + 1} of {len(self.bound.inputs)}"
