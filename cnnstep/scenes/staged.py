"""Stages: many numbers at once, stage after stage, each with its formula and its reason."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnstep.engine.stages import Stage, StagedWalk
from cnnstep.geometry import by
from cnnstep.scenes import maps
from cnnstep.scenes.arithmetic import shape
from cnnstep.scenes.grids import matrix
from cnnstep.scenes.numbers import exact, formatter, short, signed
from cnnstep.scenes.scene import Beside, Block, Mark, Picture, Role, Scene, Span, Words, stack, words
from cnnstep.scenes.show import Show
from cnnstep.scenes.sums import bracketed, exactly, relation
from cnnstep.scenes.titles import Names, head

Array: TypeAlias = NDArray[Any]
Exact: TypeAlias = Callable[[dict[str, Fraction]], Fraction]

FEW = 8
SHOWN = 6
THUMBNAIL = 26


class Told(NamedTuple):
    """What a stage is called on the screen, its formula, and why it is done."""

    label: str
    formula: str
    why: str


SOFTMAX: dict[str, Told] = {
    "maximum": Told("max", "m = max(z)", "the largest logit, to be taken away from all"),
    "shift": Told("z − m", "z − m", "the result stays the same, and e^ of it cannot overflow: none is above 0"),
    "exponential": Told("e^(z − m)", "e^(z − m)", "all become positive, and differences become ratios"),
    "sum": Told("Σ", "s = Σ e^(z − m)", "what they must be divided by to add up to 1"),
    "divide": Told("p", "p = e^(z − m) / s", "shares of the whole: the probabilities"),
    "check": Told("Σ p", "Σ p", "they add up to 1, up to the last digit of a computer's number"),
}
NORMALIZE: dict[str, Told] = {
    "mean": Told("x", "μ = Σ x / n", "where the channel's numbers lie"),
    "variance": Told("x", "σ² = Σ (x − μ)² / n", "how far they lie apart"),
    "normalise": Told("z", "z = (x − μ) / √(σ² + ε)", "mean 0 and variance 1; ε keeps the root away from 0"),
    "scale": Told("γ·z", "γ·z", "γ is learned: how far apart they shall lie"),
    "move": Told("y", "y = γ·z + β", "β is learned: where they shall lie"),
}


def show(walk: StagedWalk, names: Names, told: dict[str, Told], facts: dict[str, Any]) -> Show:
    """Show a walk of stages."""
    return Show(
        walk,
        names.kind,
        {"input": list(walk.bound.x.shape), "output": list(walk.output_shape), **facts},
        title=lambda: _title(walk, names),
        scene=lambda step: _scene(walk, step, names, told),
        line=lambda step: Scene((_sentence(walk, step, told, indent=0),)),
        result=lambda: _result(walk, names),
    )


def _title(walk: StagedWalk, names: Names, step: Stage | None = None) -> list[Block]:
    size = shape(walk.bound.x.shape)
    where = f"channel {step.channel}" if step and step.channel is not None and len(walk.bound.x) > 1 else ""
    facts = [f"{size} → {size}", f"{len(walk.bound.stages)} stages", where]
    reason = f"stage {step.name}" if step else ""
    return head(names, facts, [reason] if reason else [], step, len(walk))


def _scene(walk: StagedWalk, step: Stage, names: Names, told: dict[str, Told]) -> Scene:
    is_list = walk.bound.x.ndim == 1
    body = [_rows(walk, step, told)] if is_list else _before_and_after(walk, step, told)
    return stack(
        _title(walk, names, step), *body, [_sentence(walk, step, told), words(Span(told[step.name].why, Role.LABEL))]
    )


def _rows(walk: StagedWalk, step: Stage, told: dict[str, Told]) -> list[Block]:
    """A row for the input and for each stage so far that has made new numbers."""
    x = walk.bound.x
    chosen = _chosen(x)
    lines = [("z", x, Role.INPUT)]
    stages = [walk.bound.step(n, (n,)) for n in range(step.number + 1)]
    lines += [
        (told[stage.name].label, stage.after, Role.CURRENT if stage.number == step.number else Role.OUTPUT)
        for stage in stages
        if stage.after is not None
    ]
    wide = max(len(label) for label, _, _ in lines)
    blocks: list[Block] = []
    shows = [formatter(values[chosen].tolist()) for _, values, _ in lines]
    least = max(
        len(show(v)) for show, (_, values, _) in zip(shows, lines, strict=True) for v in values[chosen].tolist()
    )
    for text, (label, values, role) in zip(shows, lines, strict=True):
        caption = "" if len(chosen) == len(x) or blocks else f"the {len(chosen)} largest of {len(x):,}"
        grid = matrix(caption, values[chosen][None], role, show=text, least=least)
        blocks.append(Beside((Mark(label, Role.LABEL, width=wide), grid)))
    return blocks


def _chosen(x: Array) -> list[int]:
    """All of a few, or the largest of many, in their order."""
    if x.size <= FEW:
        return list(range(x.size))
    largest: list[int] = sorted(np.argsort(-x, kind="stable")[:SHOWN].tolist())
    return largest


def _before_and_after(walk: StagedWalk, step: Stage, told: dict[str, Told]) -> list[list[Block]]:
    """The channel before the stage, and after it."""
    label = told[step.name].label
    several = len(walk.bound.x) > 1
    before = [(step.before, "x" if step.after is None else "before")]
    after = [] if step.after is None else [(step.after, label)]
    panels = [
        panel._replace(columns=THUMBNAIL) if isinstance(panel, Picture) else panel
        for values, caption in (*before, *after)
        for panel in maps.channel(values, f"{caption} {by(values.shape)}", several=several)
    ]
    return [[Beside(tuple(panels))]] if step.before.ndim > 1 else [[Beside((panel,))] for panel in panels]


def _sentence(walk: StagedWalk, step: Stage, told: dict[str, Told], *, indent: int = 2) -> Words:
    """The formula, with the numbers of this stage in it."""
    spans = [Span(f"{told[step.name].formula}"), *EXAMPLES[step.name](walk, step)]
    return Words((tuple(spans),), indent=indent)


def _of_all(step: Stage, sign: str, value: float) -> list[Span]:
    texts = [signed(short(v)) for v in step.before.ravel().tolist()[: FEW + 1]]
    body = f"{sign}({', '.join(texts)})" if len(texts) <= FEW else f"{sign} of {step.before.size:,} numbers"
    return [Span(f" = {body} = "), Span(signed(short(value)), Role.TOTAL)]


def _maximum(_: StagedWalk, step: Stage) -> list[Span]:
    exactly_so = exact(short(step.value)) == Fraction(step.value)
    spans = _of_all(step, "max", step.value)
    return spans if exactly_so else [Span(spans[0].text[:-2] + "≈ "), spans[1]]


def _sum(_: StagedWalk, step: Stage) -> list[Span]:
    values = step.before.ravel().tolist()
    value = short(step.value)
    if len(values) > FEW:
        return [Span(f" = the sum of {len(values):,} numbers ≈ "), Span(signed(value), Role.TOTAL)]
    show = formatter(values)
    texts = [show(v) for v in values]
    sign = relation(sum(map(exact, texts), Fraction(0)), value)
    first = "=" if all(exact(t) == Fraction(v) for t, v in zip(texts, values, strict=True)) else "≈"
    return [Span(f" {first} {' + '.join(texts)} {sign} "), Span(signed(value), Role.TOTAL)]


def _check(_: StagedWalk, step: Stage) -> list[Span]:
    values = step.before.ravel().tolist()
    show = formatter(values)
    texts = [show(v) for v in values]
    if len(values) > FEW:
        return [Span(" = "), Span(f"{step.value:.15g}", Role.TOTAL)]
    sign = relation(sum(map(exact, texts), Fraction(0)), "1")
    return [Span(f" ≈ {' + '.join(texts)} {sign} "), Span("1", Role.TOTAL)]


def _each(template: str, exactly: Exact | None = None) -> Any:
    """Tell what becomes of the first cell: the template names the numbers, `exactly` works them out again."""

    def tell(_: StagedWalk, step: Stage) -> list[Span]:
        if step.after is None:
            return []
        before, after = step.before.ravel()[0].item(), step.after.ravel()[0].item()
        numbers = {name: bracketed(short(value)) for name, value in {**step.settings, "x": before}.items()}
        printed = {name: exact(short(value)) for name, value in {**step.settings, "x": before}.items()}
        sign = relation(exactly(printed), short(after)) if exactly else "≈"
        return [Span(f"   first: {template.format(**numbers)} {sign} "), Span(signed(short(after)), Role.TOTAL)]

    return tell


def _mean(_: StagedWalk, step: Stage) -> list[Span]:
    total = exactly(step.before.ravel().tolist())
    shown = short(int(total) if total.denominator == 1 else float(total))
    value = short(step.value)
    sign = relation(exact(shown) / step.before.size, value)
    first = relation(total, shown)
    return [Span(f" {first} {signed(shown)} / {step.before.size:,} {sign} "), Span(signed(value), Role.TOTAL)]


def _variance(_: StagedWalk, step: Stage) -> list[Span]:
    mean, value = short(step.settings["mean"]), short(step.value)
    squares = ((step.before - step.settings["mean"]) ** 2).sum().item()
    return [
        Span(f"   with μ = {signed(mean)}: ≈ {signed(short(squares))} / {step.before.size:,} ≈ "),
        Span(signed(value), Role.TOTAL),
    ]


EXAMPLES: dict[str, Any] = {
    "maximum": _maximum,
    "shift": _each("{x} − {maximum}", lambda n: n["x"] - n["maximum"]),
    "exponential": _each("e^({x})"),
    "sum": _sum,
    "divide": _each("{x} / {sum}", lambda n: n["x"] / n["sum"]),
    "check": _check,
    "mean": _mean,
    "variance": _variance,
    "normalise": _each("({x} − {mean}) / √({variance} + {epsilon})"),
    "scale": _each("{scale}·{x}", lambda n: n["scale"] * n["x"]),
    "move": _each("{x} + {shift}", lambda n: n["x"] + n["shift"]),
}
"""Stage → its formula with numbers."""


def _result(walk: StagedWalk, names: Names) -> list[list[Block]]:
    output = walk.output
    facts = [maps.extent(output)]
    if walk.bound.x.ndim == 1:
        order: list[int] = np.argsort(-output, kind="stable")[:3].tolist()
        best = ", ".join(f"p[{i}] ≈ {signed(short(output[i].item()))}" for i in order)
        facts = [f"largest: {best}"]
        if output.size == 2:
            gap = walk.bound.x[0].item() - walk.bound.x[1].item()
            facts.append(
                f"two classes: p[0] = sigmoid(z[0] − z[1]) = sigmoid({signed(short(gap))}) ≈ {short(output[0].item())}"
            )
    return [*maps.panels(output, "output", names), [*maps.lines(facts), *maps.left_out(output, "map")]]
