"""What a stage says: its formula, its reason, and the formula with the numbers in it."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from cnnstep.engine.stages import Stage, StagedWalk
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Words
from cnnstep.views.wording.numbers import exact, formatter, short, signed
from cnnstep.views.wording.sums import MANY, bracketed, exactly, relation

Exact: TypeAlias = Callable[[dict[str, Fraction]], Fraction | None]

FEW = 8
SMALLEST_IN_FULL = 1e-9


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


def sentence(walk: StagedWalk, step: Stage, told: dict[str, Told], *, indent: int = 2) -> Words:
    """The formula, with the numbers of this stage in it; or those of the cell that was asked for."""
    if step.focus is not None and step.after is not None:
        return Words((tuple(_focused(walk, step)),), indent=indent)
    spans = [Span(f"{told[step.name].formula}"), *EXAMPLES[step.name](walk, step)]
    return Words((tuple(spans),), indent=indent)


def _focused(walk: StagedWalk, step: Stage) -> list[Span]:
    """The whole way of one cell, from the input to the output."""
    index = step.focus or ()
    inner = index[-step.before.ndim :]
    x, value = walk.bound.x.reshape(walk.output_shape)[index].item(), short(step.after[inner].item())  # type: ignore[index]
    numbers = _texts(step.settings)
    told = WAYS[step.name].format(x=bracketed(short(x)), **numbers)
    name = "p" if step.name == "divide" else "y"
    shown = index[1:] if len(index) > 1 and not index[0] else index
    return [Span(f"{name}[{','.join(map(str, shown))}] = {told} ≈ "), Span(signed(value), Role.TOTAL)]


def _texts(numbers: dict[str, float]) -> dict[str, str]:
    """Numbers as they stand in a formula; epsilon with all its zeros."""
    texts = {name: bracketed(short(number)) for name, number in numbers.items()}
    if numbers.get("epsilon", 0) >= SMALLEST_IN_FULL:
        texts["epsilon"] = f"{numbers['epsilon']:.12f}".rstrip("0")
    return texts


WAYS = {
    "divide": "e^({x} − {maximum}) / {sum}",
    "move": "{scale}·({x} − {mean}) / √({variance} + {epsilon}) + {shift}",
}
"""The stage that makes the output → how a cell gets there from the input."""


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
        return [Span(" = " if step.value == 1 else " ≈ "), Span("1", Role.TOTAL)]
    sign = relation(sum(map(exact, texts), Fraction(0)), "1")
    return [Span(f" ≈ {' + '.join(texts)} {sign} "), Span("1", Role.TOTAL)]


def _each(template: str, exactly: Exact | None = None) -> Any:
    """Tell what becomes of the first cell: the template names the numbers, `exactly` works them out again."""

    def tell(_: StagedWalk, step: Stage) -> list[Span]:
        if step.after is None:
            return []
        before, after = step.before.ravel()[0].item(), step.after.ravel()[0].item()
        numbers = _texts({**step.settings, "x": before})
        numbers["bare"] = signed(short(before))
        printed = {name: exact(short(value)) for name, value in {**step.settings, "x": before}.items()}
        sign = _sign(exactly(printed), short(after)) if exactly else "≈"
        return [Span(f"   first: {template.format(**numbers)} {sign} "), Span(signed(short(after)), Role.TOTAL)]

    return tell


def _sign(true: Fraction | None, text: str) -> str:
    """≈ also where the true value is a root or a power of e, or of too many numbers to know."""
    return "≈" if true is None else relation(true, text)


def _mean(_: StagedWalk, step: Stage) -> list[Span]:
    total = exactly(step.before.ravel().tolist())
    shown = short(int(total) if total.denominator == 1 else float(total))
    value = short(step.value)
    sign = relation(exact(shown) / step.before.size, value)
    first = relation(total, shown)
    return [Span(f" {first} {signed(shown)} / {step.before.size:,} {sign} "), Span(signed(value), Role.TOTAL)]


def _variance(_: StagedWalk, step: Stage) -> list[Span]:
    values, mean = step.before.ravel().tolist(), short(step.settings["mean"])
    squares, value = short(((step.before - step.settings["mean"]) ** 2).sum().item()), short(step.value)
    true = sum(((Fraction(x) - exact(mean)) ** 2 for x in values), Fraction(0)) if len(values) <= MANY else None
    return [
        Span(f" {_sign(true, squares)} {signed(squares)} / {len(values):,} "),
        Span(f"{relation(exact(squares) / len(values), value)} "),
        Span(signed(value), Role.TOTAL),
        Span(f"   with μ = {signed(mean)}"),
    ]


EXAMPLES: dict[str, Any] = {
    "maximum": _maximum,
    "shift": _each("{x} − {maximum}", lambda n: n["x"] - n["maximum"]),
    "exponential": _each("e^({bare})", lambda n: Fraction(1) if n["x"] == 0 else None),
    "sum": _sum,
    "divide": _each("{x} / {sum}", lambda n: n["x"] / n["sum"]),
    "check": _check,
    "mean": _mean,
    "variance": _variance,
    "normalise": _each(
        "({x} − {mean}) / √({variance} + {epsilon})", lambda n: Fraction(0) if n["x"] == n["mean"] else None
    ),
    "scale": _each("{scale}·{x}", lambda n: n["scale"] * n["x"]),
    "move": _each("{x} + {shift}", lambda n: n["x"] + n["shift"]),
}
"""Stage → its formula with numbers."""
