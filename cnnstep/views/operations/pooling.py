"""A pooling step: the window, the cells that count, the one that is chosen, the map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cnnstep.engine.gathers import Pooled
from cnnstep.geometry import by
from cnnstep.views.operations.surroundings import surroundings
from cnnstep.views.page.marks import Importance, Reveals
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Block, Box, Mark, Panel, Scene, Words, answer, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.grids import patch_grid
from cnnstep.views.panels.planes import slices
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.numbers import exact, formatter, short, signed, trimmed
from cnnstep.views.wording.sums import bracketed, exactly, place, relation, stated
from cnnstep.views.wording.titles import head

LARGEST_PATCH = 24
WIDEST_WINDOW = 7
OWN_STRIDE = " (= window)"
LINES = 2
MOST_LISTED = 64
MOST_POWER = 6


@dataclass(frozen=True, eq=False)
class PoolingView(View):
    """A walk of pooling steps."""

    noun = "pooled map"

    def title(self, step: Pooled | None = None) -> list[Block]:
        """Input → output, the window, its settings, the size arithmetic."""
        sizes = self.bound.sizes
        x, window = [a.input for a in sizes.axes], by([a.kernel for a in sizes.axes])
        flow = f"{arithmetic.shapes(x, sizes.channels)} → {arithmetic.shapes(sizes.output, sizes.channels)}"
        stride, *others = arithmetic.settings(sizes)
        stride += OWN_STRIDE if all(axis.stride == axis.kernel for axis in sizes.axes) else ""
        facts = [flow, f"window {window}", stride, *others]
        total = sizes.windows * (sizes.channels or 1)
        return head(self.vocabulary, facts, arithmetic.in_short(sizes.axes), step, total)

    def scene(self, step: Pooled) -> Scene:
        """The window, the cells that count, the one that is chosen, the map."""
        is_ignored = not step.counted[step.is_padding[None]].any()
        around = surroundings(self.walk, step, self.output_noun, empty_padding=is_ignored)
        told = [sentence(step, name=self.cell(step))]
        return stack(self.title(step), *around, _window(step, empty=is_ignored), told, _why(step))

    def line(self, step: Pooled) -> Scene:
        """What the value is made of."""
        return Scene((sentence(step, lines=1, indent=0, name=self.cell(step)),))

    def result(self) -> list[list[Block]]:
        """The pooled maps, and what they cost."""
        sizes = self.bound.sizes
        cells = arithmetic.count(sizes.products, "cell")
        channels = f" in each of {sizes.channels} channels" if (sizes.channels or 1) > 1 else ""
        windows = arithmetic.count(sizes.windows, "window")
        cost = f"{windows} of {cells}{channels}: no learnable parameters; {maps.extent(self.walk.output)}"
        facts = [cost, *arithmetic.unread(sizes.axes)]
        return maps.whole(self.walk.output, self.output_noun, facts, self.vocabulary.channels)

    def breakdown(self, step: Pooled) -> list[Block]:
        """Every cell of a small window."""
        return [sentence(step, name=self.cell(step))]

    def reads(self, step: Pooled) -> list[Panel]:
        """The window, where it is small."""
        if step.patch.ndim != 3 or max(step.patch.shape[1:]) > WIDEST_WINDOW:
            return []
        values = step.patch[0].ravel().tolist()
        show = formatter(values)
        return [patch_grid("window", step.patch[0], step.is_padding, show, max(len(show(v)) for v in values))]

    def brief(self, step: Pooled) -> str:
        """Which cell of how many."""
        return f"the largest {'in magnitude ' * (step.kind != 'max')}of {step.divisor}"


def _window(step: Pooled, *, empty: bool) -> list[Block]:
    """The patch with what is chosen framed, and the value."""
    if max(step.patch.shape) > LARGEST_PATCH:
        return []
    pieces, padding = slices(step.patch), slices(step.is_padding[None])
    text = formatter(step.patch.ravel().tolist())
    wide = max(len(text(v)) for v in step.patch.ravel().tolist()) + 2 * bool(step.is_padding.any())
    frames: list[list[Box]] = [[] for _ in pieces]
    for chosen in step.chosen:
        row, column = (chosen[-2] if step.patch.ndim > 2 else 0), chosen[-1]
        frames[chosen[1] if step.patch.ndim > 3 else 0].append(Box(row, column, row + 1, column + 1))
    grids = [
        patch_grid("patch" if not i else "", piece, padding[i], text, wide, empty_padding=empty)._replace(
            boxes=tuple(frames[i]), reveals=Reveals.WORKING, importance=Importance.STEP
        )
        for i, piece in enumerate(pieces)
    ]
    value = Mark(signed(short(step.value)), Role.TOTAL, step.kind, follows=True, reveals=Reveals.VALUE)
    return [beside(*grids, Mark("→"), value)]


def sentence(step: Pooled, *, lines: int = LINES, indent: int = 2, name: str = "") -> Words:
    """`y[0,1] = max(1, 3, 4, 6) = 6`, or what kind of number it is where the window is large."""
    tell = TELL[step.kind]
    told = [tell(step, None)]
    if step.divisor <= MOST_LISTED:
        listed = step.patch[step.counted].tolist()
        show = formatter(listed)
        told.insert(0, tell(step, [signed(trimmed(show(value))) for value in listed]))
    called = name or place(step)
    spans = tuple(_spans(step, each, called) for each in told)
    return stated(spans, indent=indent, hang=len(called) + 1, lines=lines)


def _spans(step: Pooled, told: tuple[str, Fraction | None], name: str) -> tuple[Span, ...]:
    """What the value is made of; = only where it is exactly what was printed."""
    text, printed = told
    value = short(step.value)
    sign = "≈" if printed is None else relation(printed, value)
    working = Reveals.WORKING if step.kind == "median" else Reveals.NOTHING  # sorted, anyone sees the middle
    return Span(f"{name}{NBSP}= "), Span(text, reveals=working), Span(f" {sign}{NBSP}"), answer(signed(value))


Phrase = tuple[str, Fraction | None]


def _extreme(step: Pooled, texts: Sequence[str] | None) -> Phrase:
    if texts is None:
        word = {"max": "largest", "min": "smallest"}[step.kind]
        return f"the{NBSP}{word}{NBSP}of{NBSP}{step.divisor}{NBSP}cells", Fraction(step.value)
    printed = [exact(text) for text in texts]
    return f"{step.kind}({', '.join(texts)})", max(printed) if step.kind == "max" else min(printed)


def _average(step: Pooled, texts: Sequence[str] | None) -> Phrase:
    total = exactly(_counted(step))
    shown = short(int(total) if total.denominator == 1 else float(total))
    quotient = exact(shown) / step.divisor
    if texts is None:
        equals = relation(total, shown)
        return (
            f"the{NBSP}sum{NBSP}of{NBSP}{step.divisor}{NBSP}cells{NBSP}/{NBSP}{step.divisor}"
            f" {equals}{NBSP}{signed(shown)}{NBSP}/{NBSP}{step.divisor}"
        ), quotient
    printed = sum(map(exact, texts), Fraction(0))
    body = f" +{NBSP}".join(bracketed(text) for text in texts)
    equals = relation(printed, shown)
    divided = f"{NBSP}/{NBSP}{step.divisor}"
    return f"({body}){divided} {equals}{NBSP}{signed(shown)}{divided}", quotient


def _lp(step: Pooled, texts: Sequence[str] | None) -> Phrase:
    power = short(step.power)
    numbers = [exact(text) for text in texts] if texts else list(map(Fraction, _counted(step)))
    whole = step.power == int(step.power) and step.power <= MOST_POWER
    total = sum(abs(number) ** int(step.power) for number in numbers) if whole else None
    shown = "" if total is None else short(int(total) if Fraction(total).denominator == 1 else float(total))
    raised = "" if power == "1" else "²" if power == "2" else f"^{power}"
    absolute = [f"|{text}|{raised}" for text in texts or []]
    body = f" +{NBSP}".join(absolute) if texts else f"Σ{NBSP}|x|{raised}{NBSP}of{NBSP}{step.divisor}{NBSP}cells"
    if power == "1":
        return body, Fraction(total or 0)
    if total is None:
        return _root(body, power), None
    if total and shown == "0":
        return _root(body, power), None
    value = exact(short(step.value))
    is_true = value ** int(step.power) == exact(shown)
    equals = relation(Fraction(total), shown)
    return f"{_root(body, power)} {equals}{NBSP}{_root(signed(shown), power)}", value if is_true else None


def _root(inner: str, power: str) -> str:
    return f"√({inner})" if power == "2" else f"({inner})^(1/{power})"


def _median(step: Pooled, texts: Sequence[str] | None) -> Phrase:
    if texts is None:
        middles = [Fraction(step.patch.item(*place)) for place in step.chosen]
        return f"the{NBSP}middle{NBSP}of{NBSP}{step.divisor}{NBSP}sorted{NBSP}cells", sum(middles, Fraction(0)) / len(
            middles
        )
    ordered = sorted(_counted(step))
    below, above = (len(ordered) - 1) // 2, len(ordered) // 2
    show = formatter(ordered)
    printed = [trimmed(show(value)) for value in ordered]
    middle = (exact(printed[below]) + exact(printed[above])) / 2
    listed = f"middle{NBSP}of{NBSP}({', '.join(map(signed, printed))})"
    if below == above:
        return listed, middle
    return f"{listed} ={NBSP}({signed(printed[below])}{NBSP}+{NBSP}{bracketed(printed[above])}){NBSP}/{NBSP}2", middle


def _counted(step: Pooled) -> list[Any]:
    values: list[Any] = step.patch[step.counted].tolist()
    return values


TELL: dict[str, Callable[[Pooled, Sequence[str] | None], Phrase]] = {
    "max": _extreme,
    "min": _extreme,
    "average": _average,
    "lp": _lp,
    "median": _median,
}
"""Kind → what its value is made of, of these printed cells or of too many to print."""


def _why(step: Pooled) -> list[Block]:
    """Which cell was chosen, what a tie does, what padding is, and what is divided by."""
    size = step.counted.size
    beyond = size - step.divisor
    told = []
    if step.kind in {"max", "min"}:
        where = f"frame {step.chosen[0][1]}, " if step.patch.ndim > 3 else ""
        where += f"row {step.chosen[0][-2]}, " if step.patch.ndim > 2 else ""
        tie = f"; {step.ties} cells tie, the first in reading order is taken" if step.ties > 1 else ""
        told.append(f"it stands in {where}column {step.chosen[0][-1]} of the window{tie}")
    if step.kind == "average" and step.is_padding.any():
        zeros = int(step.counted[step.is_padding[None]].sum())
        told.append(
            f"divided by {step.divisor}: {arithmetic.count(zeros, 'zero')} of the padding counted"
            if zeros
            else f"divided by {step.divisor}, not {size}: padding is not counted (--include-padding counts it)"
        )
    elif beyond:
        told.append(
            f"{arithmetic.count(beyond, 'cell')} of the window outside the input: padding is ignored, it is not a zero"
        )
    return [words("; ".join(told), reveals=Reveals.WORKING)] if told else []
