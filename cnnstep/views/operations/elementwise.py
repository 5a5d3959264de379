"""Steps that look at one cell: the input with the cell framed, the output as far as it has come; flatten, dropout."""

from dataclasses import dataclass
from typing import Any

from cnnstep.engine.arrays import Array
from cnnstep.engine.dropout import Dropped
from cnnstep.engine.gathers import Mapped
from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.views.operations.surroundings import is_photo, photo
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Panel, Picture, Scene, Words, answer, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.extracts import WHOLE
from cnnstep.views.panels.grids import input_grid, map_grid
from cnnstep.views.panels.pictures import input_picture
from cnnstep.views.panels.planes import cell_plane, sheet
from cnnstep.views.view import View
from cnnstep.views.wording.arithmetic import count, shape
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import LINES, bracketed, stated


def input_panels(x: Array, index: Index, noun: str = "input") -> list[Panel]:
    """The input around one cell, and the cell's place in a large one."""
    plane, place = cell_plane(x, index), sheet(x.shape, index)
    lead = [f"channel {place.lead[0]}"] if place.lead and len(x) > 1 else []
    lead += [f"frame {place.lead[1]}"] if len(place.lead) > 1 else []
    panels: list[Panel] = [input_grid(plane, ", ".join([f"{noun} {place.size}", *lead]))]
    if place.rows > WHOLE[0]:
        panels.append(input_picture(x[place.lead][None], plane.box))
    return panels


@dataclass(frozen=True, eq=False)
class ElementwiseView(View):
    """A walk whose steps each read one cell and write one."""

    def remarks(self) -> list[str]:
        """How many cells there are, and their range."""
        output = self.walk.output
        return [f"{by(output.shape)} = {count(output.size, 'cell')}; {maps.extent(output)}"]

    def scene(self, step: Mapped) -> Scene:
        """The cell, and what becomes of it."""
        return stack(self.title(step), *self.surroundings(step), [self.sentence(step), *self.notes(step)])

    def notes(self, step: Any) -> list[Block]:  # noqa: ARG002 - as those that have more to say
        """What stands below the sentence."""
        return []

    def breakdown(self, step: Any) -> list[Block]:
        """What becomes of the cell."""
        return [self.sentence(step)._replace(hang=4)]

    def brief(self, step: Mapped) -> str:
        """The function and its argument, where it changes anything."""
        return f"{self.output_noun} of {signed(short(step.x))}" if step.x != step.value else "the same number"

    def surroundings(self, step: Any) -> list[list[Block]]:
        """The input around the cell, its place in a large one, and the output."""
        several = len(self.walk.shape) > 1 and self.walk.shape[0] > 1
        noun = f"{self.output_noun} of channel {step.index[0]}" if several else self.output_noun
        output = map_grid(self.walk, step, noun)
        around, *pictures = panels = input_panels(self.bound.x, step.source)
        if is_photo(self.walk) and pictures and isinstance(seen := pictures[0], Picture):
            return photo(self.walk, step, seen, noun, (around, output))
        if min(self.bound.x.ndim, len(self.walk.shape)) < 3:
            return [[beside(*panels)], [beside(output)]]
        return [[beside(*panels, output)]]


@dataclass(frozen=True, eq=False)
class FlattenView(ElementwiseView):
    """Where every cell goes."""

    def title(self, step: Mapped | None = None) -> list[Block]:
        """The sizes, and how one becomes the other."""
        x = self.bound.x
        reason = f"{x.size} = {'·'.join(map(str, x.shape))}"
        return self.head([f"{shape(x.shape)} → {x.size}"], [reason], step)

    def remarks(self) -> list[str]:
        """The order."""
        order = "channels first, then rows, then columns: the last axis runs fastest (row-major order)"
        return [order, *super().remarks()]

    def sentence(self, step: Mapped, lines: int = LINES) -> Words:
        """`y[7] = x[0,1,2] = 40, for (0·6 + 1)·5 + 2 = 7`."""
        sizes, source = self.bound.x.shape, step.source
        place = str(source[0])
        for number, (index, size) in enumerate(zip(source[1:], sizes[1:], strict=True)):
            place = f"({place})·{size} + {index}" if number else f"{place}·{size} + {index}"
        why = f", for {place} = {step.index[0]}" if len(sizes) > 1 else ""
        value = short(step.value)
        sign = "=" if exact(value) == exact(repr(step.value)) else "≈"
        text = f"{self.cell(step)} = x[{','.join(map(str, source))}] {sign} "
        return stated(((Span(text), answer(signed(value)), Span(why)),), lines=lines)

    def notes(self, step: Mapped) -> list[Block]:
        """The way back: quotients and remainders."""
        parts, rest = [], step.index[0]
        for size, index in zip(reversed(self.bound.x.shape[1:]), reversed(step.source[1:]), strict=True):
            parts.append(f"{rest} = {rest // size}·{size} + {index}")
            rest //= size
        source = ",".join(map(str, step.source))
        told = f"and back: {'; '.join(parts)}, so x[{source}]" if parts else "one axis stays as it is"
        return [words(Span(told, Role.LABEL))]


@dataclass(frozen=True, eq=False)
class DropoutView(ElementwiseView):
    """Which cells are dropped, and why the rest is scaled."""

    @property
    def rate(self) -> float:
        """How likely a cell is dropped; nothing is at inference."""
        rate: float = self.facts()["rate"]
        return rate

    def title(self, step: Dropped | None = None) -> list[Block]:
        """The sizes, the rate, and which cells are kept."""
        size = shape(self.bound.x.shape)
        rate = _written(self.rate)
        kept = f"kept if its draw from 0 to 1 is {rate} or more"
        why = "inference: nothing happens" if self.facts()["inference"] else kept
        return self.head([f"{size} → {size}", f"rate {rate}"], [why], step)

    def remarks(self) -> list[str]:
        """How many were kept, and why they are scaled."""
        if self.facts()["inference"]:
            return ["at inference dropout lets everything through as it is: y = x", *super().remarks()]
        total, kept = len(self.walk), int(self.bound.kept().sum())
        share = f"{kept:,} of {total:,} cells kept, {total - kept:,} dropped"
        divisor = f"1 − {_written(self.rate)} = {short(1 - self.rate)}"
        scale = f"kept cells are divided by {divisor}, so that the expected value of a sum stays what it was"
        other = "another --seed drops others; at inference (--inference) nothing is dropped or scaled"
        return [share, scale, other, *super().remarks()]

    def sentence(self, step: Dropped, lines: int = LINES) -> Words:
        """`draw 0.4170 < 0.5: dropped, y[1,1] = 0`."""
        x, value, rate = bracketed(short(step.x)), short(step.value), _written(self.rate)
        draw, there = _draw(step.draw, self.rate), f"{self.cell(step)}{NBSP}= "
        if self.facts()["inference"]:
            told = [Span(f"{there}x = ")]
        elif step.is_kept:
            equals = "=" if exact(short(step.x)) / (1 - exact(rate)) == exact(value) else "≈"
            told = [Span(f"draw {draw} ≥ {rate}: "), Span("kept and scaled", Role.CURRENT, Reveals.WORKING)]
            told += [Span(f", {there}"), Span(f"{x} / (1 − {rate}) {equals} ", reveals=Reveals.WORKING)]
        else:
            told = [Span(f"draw {draw} < {rate}: "), Span("dropped", Role.CURRENT, Reveals.WORKING)]
            told += [Span(f", {there}")]
        return stated(((*told, answer(signed(value))),), lines=lines)


def _written(rate: float) -> str:
    """The rate as it was said: rounded it could seem to be 1, or on the wrong side of a draw."""
    return f"{rate:.15g}"


def _draw(draw: float, rate: float) -> str:
    """The draw with as many decimals as it takes to tell it from the rate."""
    decimals = next(n for n in range(4, 20) if (float(f"{draw:.{n}f}") >= rate) == (draw >= rate) or n == 19)
    return f"{draw:.{decimals}f}"
