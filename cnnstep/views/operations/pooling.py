"""A pooling step: the window, the cells that count, the one that is chosen, the map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple, Self

from cnnstep.engine.gathers import Pooled
from cnnstep.geometry import by
from cnnstep.views.operations.surroundings import map_caption, surroundings, whole_output
from cnnstep.views.page.grid import Box
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Mark, Panel, Scene, Words, answer, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.planes import slices
from cnnstep.views.panels.printed import Printed
from cnnstep.views.view import View
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.numbers import exact, formatter, short, signed, trimmed
from cnnstep.views.wording.sums import bracketed, exactly, place, relation, stated

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
        return self.head(facts, arithmetic.in_short(sizes.axes), step)

    def with_setting(self, name: str, change: float) -> Self:
        """With another kind the title says another."""
        made = super().with_setting(name, change)
        kind = made.operation.facts()["kind"]
        return replace(made, vocabulary=made.vocabulary._replace(title=f"pool {kind}")) if name == "kind" else made

    def scene(self, step: Pooled) -> Scene:
        """The window, the cells that count, the one that is chosen, the map."""
        is_ignored = not step.counted[step.is_padding[None]].any()
        caption = map_caption(self.walk, step, self.output_noun)
        around = surroundings(self.walk, step, caption, empty_padding=is_ignored)
        window = patch_row(step, empty=is_ignored)
        return stack(self.title(step), *around, window, [self.sentence(step)], _why(step))

    def sentence(self, step: Pooled, lines: int = LINES) -> Words:
        """What the value is made of."""
        return sentence(step, lines=lines, name=self.cell(step))

    def result(self) -> list[list[Block]]:
        """The whole output; that of a long signal below the input."""
        return whole_output(self)

    def remarks(self) -> list[str]:
        """What the pooled maps cost, and what was never read."""
        sizes = self.bound.sizes
        cells = arithmetic.count(sizes.products, "cell")
        channels = f" in each of {sizes.channels} channels" if (sizes.channels or 1) > 1 else ""
        windows = arithmetic.count(sizes.windows, "window")
        cost = f"{windows} of {cells}{channels}: no learnable parameters; {maps.extent(self.walk.output)}"
        return [cost, *arithmetic.unread(sizes.axes)]

    def reads(self, step: Pooled) -> list[Panel]:
        """The window, where it is small."""
        if step.patch.ndim != 3 or max(step.patch.shape[1:]) > WIDEST_WINDOW:
            return []
        window = Printed.of(step.patch).patch(0, "window", step.is_padding)
        return [window._replace(importance=Importance.CONTEXT)]

    def brief(self, step: Pooled) -> str:
        """Which cell of how many."""
        return f"the largest {'in magnitude ' * (step.kind != 'max')}of {step.divisor}"


def patch_row(step: Pooled, *, empty: bool) -> list[Beside]:
    """The patch with what is chosen framed, and the value."""
    if max(step.patch.shape) > LARGEST_PATCH:
        return []
    padding, patch = slices(step.is_padding[None]), Printed.of(step.patch, has_brackets=bool(step.is_padding.any()))
    frames: list[list[Box]] = [[] for _ in padding]
    for chosen in step.chosen:
        row, column = (chosen[-2] if step.patch.ndim > 2 else 0), chosen[-1]
        frames[chosen[1] if step.patch.ndim > 3 else 0].append(Box.cell(row, column))
    grids = [
        patch.patch(number, "" if number else "patch", padding[number], empty_padding=empty)._replace(
            boxes=tuple(boxes), reveals=Reveals.WORKING
        )
        for number, boxes in enumerate(frames)
    ]
    value = Mark(signed(short(step.value)), Role.TOTAL, step.kind, follows=True, reveals=Reveals.VALUE)
    return [beside(*grids, Mark("→"), value)]


def sentence(step: Pooled, *, lines: int = LINES, name: str = "") -> Words:
    """`y[0,1] = max(1, 3, 4, 6) = 6`, or what kind of number it is where the window is large."""
    tell = TELL[step.kind]
    told = [tell(step, None)]
    if step.divisor <= MOST_LISTED:
        listed = step.patch[step.counted].tolist()
        show = formatter(listed)
        told.insert(0, tell(step, [signed(trimmed(show(value))) for value in listed]))
    called, value = name or place(step), short(step.value)
    signs = ["≈" if phrase.printed is None else relation(phrase.printed, value) for phrase in told]
    working = Reveals.WORKING if step.kind == "median" else Reveals.PATCH  # sorted, anyone sees the middle
    wordings = tuple(
        (
            Span(f"{called}{NBSP}= "), Span(phrase.text, reveals=working), *phrase.total,
            Span(f" {sign}{NBSP}"), answer(signed(value)),
        )
        for phrase, sign in zip(told, signs, strict=True)
    )  # fmt: skip
    return stated(wordings, hang=len(called) + 1, lines=lines)


class Phrase(NamedTuple):
    """What the value is made of, what the printed numbers come to where that is known, and the total before the end."""

    text: str
    printed: Fraction | None
    total: tuple[Span, ...] = ()


def _total(sign: str, text: str) -> tuple[Span, ...]:
    """` = 12 / 4`: with it only the division is left, so it is hidden with the products."""
    return (Span(f" {sign}{NBSP}"), Span(text, reveals=Reveals.PRODUCTS))


def _glued(text: str) -> str:
    return text.replace(" ", NBSP)


def _extreme(step: Pooled, texts: Sequence[str] | None) -> Phrase:
    if texts is None:
        word = {"max": "largest", "min": "smallest"}[step.kind]
        return Phrase(_glued(f"the {word} of {step.divisor} cells"), Fraction(step.value))
    printed = [exact(text) for text in texts]
    return Phrase(f"{step.kind}({', '.join(texts)})", max(printed) if step.kind == "max" else min(printed))


def _average(step: Pooled, texts: Sequence[str] | None) -> Phrase:
    exact_sum = exactly(_counted(step))
    shown = short(int(exact_sum) if exact_sum.denominator == 1 else float(exact_sum))
    printed = exact_sum if texts is None else sum(map(exact, texts), Fraction(0))
    listed = f" +{NBSP}".join(map(bracketed, texts or []))
    body = f"({listed})" if texts else _glued(f"the sum of {step.divisor} cells")
    divided = _glued(f" / {step.divisor}")
    total = _total(relation(printed, shown), f"{signed(shown)}{divided}")
    return Phrase(f"{body}{divided}", exact(shown) / step.divisor, total)


def _lp(step: Pooled, texts: Sequence[str] | None) -> Phrase:
    power = short(step.power)
    numbers = [exact(text) for text in texts] if texts else list(map(Fraction, _counted(step)))
    raised = {"1": "", "2": "²"}.get(power, f"^{power}")
    listed = f" +{NBSP}".join(f"|{text}|{raised}" for text in texts or [])
    body = listed or _glued(f"Σ |x|{raised} of {step.divisor} cells")
    if step.power != int(step.power) or step.power > MOST_POWER:
        return Phrase(_root(body, power), None)
    total = sum((abs(number) ** int(step.power) for number in numbers), Fraction(0))
    if power == "1":
        return Phrase(body, total)
    shown = short(int(total) if total.denominator == 1 else float(total))
    if total and shown == "0":
        return Phrase(_root(body, power), None)
    value = exact(short(step.value))
    is_true = value ** int(step.power) == exact(shown)
    before = _total(relation(total, shown), _root(signed(shown), power))
    return Phrase(_root(body, power), value if is_true else None, before)


def _root(inner: str, power: str) -> str:
    return f"√({inner})" if power == "2" else f"({inner})^(1/{power})"


def _median(step: Pooled, texts: Sequence[str] | None) -> Phrase:
    if texts is None:
        middles = [Fraction(step.patch.item(*place)) for place in step.chosen]
        return Phrase(_glued(f"the middle of {step.divisor} sorted cells"), sum(middles, Fraction(0)) / len(middles))
    ordered = sorted(_counted(step))
    below, above = (len(ordered) - 1) // 2, len(ordered) // 2
    show = formatter(ordered)
    printed = [trimmed(show(value)) for value in ordered]
    middle = (exact(printed[below]) + exact(printed[above])) / 2
    listed = f"{_glued('middle of ')}({', '.join(map(signed, printed))})"
    if below == above:
        return Phrase(listed, middle)
    return Phrase(f"{listed} {_glued(f'= ({signed(printed[below])} + {bracketed(printed[above])}) / 2')}", middle)


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
    size, told = step.counted.size, []
    if step.kind in {"max", "min"}:
        axes = zip(("frame", "row", "column")[1 - step.patch.ndim :], step.chosen[0][1:], strict=True)
        tie = f"; {step.ties} cells tie, the first in reading order is taken" if step.ties > 1 else ""
        told.append(f"it stands in {', '.join(f'{axis} {place}' for axis, place in axes)} of the window{tie}")
    if step.kind == "average" and step.is_padding.any():
        zeros = int(step.counted[step.is_padding[None]].sum())
        counted = f"divided by {step.divisor}: {arithmetic.count(zeros, 'zero')} of the padding counted"
        ignored = f"divided by {step.divisor}, not {size}: padding is not counted (--include-padding counts it)"
        told.append(counted if zeros else ignored)
    elif beyond := size - step.divisor:
        outside = f"{arithmetic.count(beyond, 'cell')} of the window outside the input"
        told.append(f"{outside}: padding is ignored, it is not a zero")
    return [words("; ".join(told), reveals=Reveals.WORKING)] if told else []
