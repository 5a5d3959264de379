"""Normalisation: by the statistics of the input stage by stage, or by those of training cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any, ClassVar

from cnnstep.engine.arrays import Array
from cnnstep.engine.batch_normalization import Scaled
from cnnstep.engine.stages import Stage
from cnnstep.geometry import by
from cnnstep.geometry.numbering import place_of
from cnnstep.views.operations.elementwise import ElementwiseView
from cnnstep.views.operations.stages import StagesView, marked, new
from cnnstep.views.page.roles import Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Panel, Picture, Words, answer, beside, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.pictures import spread
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.stages import StageWords, printed, texts
from cnnstep.views.wording.sums import LINES, bracketed, relation, stated

PLANE = 3
WIDEST = 72
"""Columns for pictures side by side."""
WHOLES = {
    "instance": ("the channel", "channel"),
    "layer": ("all of the input", "channel"),
    "batch": ("the channel, over all images", "image"),
}
"""Kind → what shares its statistics, and what the first of three axes counts."""


@dataclass(frozen=True, eq=False)
class NormalizationView(StagesView):
    """A walk through a normalisation, whose stages may read several channels, or several images, at once."""

    made: ClassVar[str] = "y"
    """What the output is called."""

    @property
    def kind(self) -> str:
        """What shares its statistics."""
        kind: str = self.operation.facts()["kind"]
        return kind

    @property
    def is_batch(self) -> bool:
        """Whether the input is several images, N×C×H×W."""
        axis: int | None = self.bound.axis
        return axis == 1

    @property
    def wording(self) -> dict[str, StageWords]:
        """The words of the stages, which name what shares its statistics."""
        whole = WHOLES[self.kind][0] if self.kind != "batch" or self.is_batch else "the channel, in a batch of one"
        return {name: row._replace(why=row.why.format(whole=whole)) for name, row in super().wording.items()}

    def place(self, step: Stage, cell: int) -> tuple[int, ...]:
        """With the channel where the images of a batch have several."""
        place = place_of(cell, step.before.shape)
        return (place[0], step.channel or 0, *place[1:]) if self.is_batch else place

    def body(self, step: Stage) -> list[list[Block]]:
        """The channel before and after; of several channels, or images, those of one."""
        if step.before.ndim < PLANE:
            return StagesView.body(self, step)
        if step.after is None:
            return [[beside(*self._planes(step.before, self.read(step), step, spread(len(step.before))))]]
        asked = 0 if step.focus is None else self.bound.row(step.focus)[1][0]
        before = self._planes(step.before, self.read(step), step, [asked])
        after = self._planes(step.after, self.wording[step.name].label, step, [asked])
        return [[beside(*before, *map(new, after))]]

    def _planes(self, values: Array, caption: str, step: Stage, shown: list[int]) -> Iterator[Panel]:
        """Some channels, or images, with the cell that was asked for."""
        for number in shown:
            where = f"{caption} of {WHOLES[self.kind][1]} {number}" if len(values) > 1 else caption
            for panel in maps.channel(values[number], f"{where} {by(values.shape[1:])}", several=True):
                sized = panel._replace(columns=WIDEST // max(2, len(shown))) if isinstance(panel, Picture) else panel
                yield marked(sized, step, values.shape[1:])

    def result(self) -> list[list[Block]]:
        """The whole output; of a batch the channels of a few images."""
        if not self.is_batch:
            return StagesView.result(self)
        output = self.walk.output
        shown = spread(len(output))
        names = {n: f"{self.made} of image {n}, channel" for n in shown}
        images = [row for n in shown for row in maps.panels(output[n], names[n], self.labels)]
        left_out = [f"{len(shown)} of {len(output)} images are shown"] * (len(shown) < len(output))
        return [*images, maps.lines([*self.remarks(), *left_out])]


@dataclass(frozen=True, eq=False)
class BatchNormalizationView(ElementwiseView):
    """A walk through a batch normalisation at inference: the whole way of a cell, and the same as one multiply-add."""

    def title(self, step: Scaled | None = None) -> list[Block]:
        """The sizes, the formula, and why the size stays."""
        size = shape(self.bound.x.shape)
        facts = [f"{size} → {size}", "y = γ·(x − μ) / √(σ² + ε) + β"]
        return self.head(facts, ["each cell on its own, by the numbers of its channel"], step)

    def sentence(self, step: Scaled, lines: int = LINES) -> Words:
        """`y[0,1] = 2·(6 − 4) / √(4 + 0.00001) + 1 ≈ 3`."""
        told = texts(_numbers(step))
        way = f"{told['scale']}·({told['x']} − {told['mean']}) / {_root(told)} + {told['shift']}"
        value, known = short(step.value), _printed(step)
        root = _exact_root(known["variance"] + known["epsilon"])
        distance = known["x"] - known["mean"]
        true = None
        if root or not distance or not known["scale"]:
            true = known["scale"] * distance / (root or 1) + known["shift"]
        sign = "≈" if true is None else relation(true, value)
        first = "=" if _is_exact(step, "x", "mean", "variance", "scale", "shift", "epsilon") else "≈"
        return stated(
            ((Span(f"{self.cell(step)}{NBSP}{first} {way} {sign}{NBSP}"), answer(signed(value))),), lines=lines
        )

    def notes(self, step: Scaled) -> list[Block]:
        """The way in its stages, and all of it at once as a·x + b."""
        return [words(Span(line, Role.LABEL), reveals=Reveals.WORKING) for line in (*_way(step), *_at_once(step))]

    def brief(self, step: Any) -> str:
        """`1.5·6 + (−5)`."""
        factor, offset = bracketed(short(step.factor)), bracketed(short(step.offset))
        return f"{factor}·{bracketed(short(step.x))} + {offset}"

    def remarks(self) -> list[str]:
        """What it costs, beside the number of cells and their range."""
        return ["μ and σ² are those of training: one multiply-add a cell, a·x + b", *super().remarks()]


def _numbers(step: Scaled) -> dict[str, float]:
    names = ("x", "mean", "variance", "scale", "shift", "epsilon")
    return {name: getattr(step, name) for name in names}


def _printed(step: Scaled) -> dict[str, Fraction]:
    """The numbers of a step as a reader has them."""
    return {name: exact(text) for name, text in printed(_numbers(step)).items()}


def _is_exact(step: Scaled, *names: str) -> bool:
    """Whether these numbers are printed without rounding."""
    return all(_printed(step)[name] == exact(repr(_numbers(step)[name])) for name in names)


def _root(told: dict[str, str]) -> str:
    return f"√({told['variance']} + {told['epsilon']})"


def _exact_root(square: Fraction) -> Fraction | None:
    """The root of a fraction, where it is one."""
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    return root if root * root == square else None


def _way(step: Scaled) -> list[str]:
    """Normalise, scale, shift: a line each; each goes on from the number that the line before it prints."""
    told = texts(_numbers(step))
    normal = (step.x - step.mean) / (step.variance + step.epsilon) ** 0.5
    z, scaled, value = short(normal), short(normal * step.scale), short(step.value)
    known, shown = _printed(step), exact(z)
    root = _exact_root(known["variance"] + known["epsilon"])
    distance = known["x"] - known["mean"]
    true = distance / (root or 1) if root or not distance else None
    signs = (
        "≈" if true is None else relation(true, z),
        relation(known["scale"] * shown, scaled),
        relation(exact(scaled) + known["shift"], value),
    )
    return [
        f"normalise: z = ({told['x']} − {told['mean']}) / {_root(told)} {signs[0]} {signed(z)}",
        f"scale: γ·z = {told['scale']}·{bracketed(z)} {signs[1]} {signed(scaled)}",
        f"shift: γ·z + β = {bracketed(scaled)} + {told['shift']} {signs[2]} {signed(value)}",
    ]


def _at_once(step: Scaled) -> list[str]:
    """The two numbers that all of it comes down to, and the cell by them."""
    told, known = texts(_numbers(step)), _printed(step)
    a, b, value = short(step.factor), short(step.offset), short(step.value)
    root = _exact_root(known["variance"] + known["epsilon"])
    first = relation(known["scale"] / root, a) if root else "≈" if known["scale"] else "="
    second = relation(known["shift"] - known["mean"] * exact(a), b)
    last = relation(exact(a) * known["x"] + exact(b), value)
    offset = f"{told['shift']} − {told['mean']}·{bracketed(a)} {second} {signed(b)}"
    return [
        f"at once: a = γ / √(σ² + ε) {first} {signed(a)}, b = β − μ·a = {offset}",
        f"so that a·x + b = {bracketed(a)}·{told['x']} + {bracketed(b)} {last} {signed(value)}",
    ]
