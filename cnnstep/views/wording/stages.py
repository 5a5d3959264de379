"""What a stage says: its formula, its reason, and the formula with the numbers in it; one table an operation."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from cnnstep.engine.stages import Stage
from cnnstep.views.page.roles import Span
from cnnstep.views.page.scene import answer
from cnnstep.views.wording.numbers import exact, formatter, short, signed, trimmed
from cnnstep.views.wording.sums import MANY, bracketed, exactly, relation

Numbers: TypeAlias = Mapping[str, Fraction]
Teller: TypeAlias = Callable[[Stage, int, str], list[Span]]
"""A stage, the cell that serves as the example and what that is called → the formula with numbers in it."""

FEW = 8
SMALLEST_IN_FULL = 1e-9


class StageWords(NamedTuple):
    """A row: what a stage is called on the screen, its formula, why it is done, and the formula with numbers.

    `way` is how a cell of the output gets there from the input, of the stage that makes it.
    """

    label: str
    formula: str
    why: str
    tell: Teller
    way: str = ""


def texts(numbers: Mapping[str, float]) -> dict[str, str]:
    """Numbers as they stand in a formula, negative ones in brackets."""
    return {name: bracketed(text) for name, text in printed(numbers).items()}


def printed(numbers: Mapping[str, float]) -> dict[str, str]:
    """Numbers as they are printed; epsilon with all its zeros."""
    found = {name: short(number) for name, number in numbers.items()}
    if numbers.get("epsilon", 0) >= SMALLEST_IN_FULL:
        found["epsilon"] = trimmed(f"{numbers['epsilon']:.12f}")
    return found


def _maximum(step: Stage, _: int, __: str) -> list[Span]:
    value = short(step.value)
    shown = [signed(short(v)) for v in step.before.ravel()[: FEW + 1].tolist()]
    body = f"max({', '.join(shown)})" if len(shown) <= FEW else f"the largest of {step.before.size:,} numbers"
    return [Span(f" = {body} {relation(Fraction(step.value), value)} "), answer(signed(value))]


def _sum(step: Stage, _: int, __: str) -> list[Span]:
    values, value = step.before.ravel().tolist(), short(step.value)
    if len(values) > FEW:
        return [Span(f" = the sum of {len(values):,} numbers ≈ "), answer(signed(value))]
    first = "=" if all(exact(t) == Fraction(v) for t, v in zip(_listed(values), values, strict=True)) else "≈"
    return [Span(f" {first} {_added(values, value)} "), answer(signed(value))]


def _check(step: Stage, _: int, __: str) -> list[Span]:
    values = step.before.ravel().tolist()
    if len(values) > FEW:
        return [Span(" = " if step.value == 1 else " ≈ "), answer("1")]
    return [Span(f" ≈ {_added(values, '1')} "), answer("1")]


def _listed(values: list[float]) -> list[str]:
    return list(map(formatter(values), values))


def _added(values: list[float], total: str) -> str:
    """`0.1 + 0.2 =`, with ≈ where the printed numbers do not add up to the total."""
    shown = _listed(values)
    told = " + ".join([signed(shown[0]), *map(bracketed, shown[1:])])
    return f"{told} {relation(sum(map(exact, shown), Fraction(0)), total)}"


def _each(template: str, true: Callable[[Numbers], Fraction | None] = lambda _: None) -> Teller:
    """Tell what becomes of one cell: the template names the numbers, `true` works them out where that can be exact."""

    def tell(step: Stage, at: int, cell: str) -> list[Span]:
        if step.after is None:
            return []
        before, after = step.before.ravel()[at].item(), short(step.after.ravel()[at].item())
        known = {**step.at(at), "x": before}
        shown = template.format(bare=signed(short(before)), **texts(known))
        # from the numbers as they are printed: = must hold for whoever works it out from them
        found = true({name: exact(short(value)) for name, value in known.items()})
        return [Span(f"   {cell}: {shown} {_sign(found, after)} "), answer(signed(after))]

    return tell


def _sign(true: Fraction | None, text: str) -> str:
    """≈ also where the true value is a root or a power of e, or of too many numbers to know."""
    return "≈" if true is None else relation(true, text)


def _mean(step: Stage, _: int, __: str) -> list[Span]:
    total = exactly(step.before.ravel().tolist())
    shown, value = short(int(total) if total.denominator == 1 else float(total)), short(step.value)
    sign = relation(exact(shown) / step.before.size, value)
    return [Span(f" {relation(total, shown)} {signed(shown)} / {step.before.size:,} {sign} "), answer(signed(value))]


def _variance(step: Stage, _: int, __: str) -> list[Span]:
    values, mean = step.before.ravel().tolist(), short(step.settings["mean"])
    squares, value = short(((step.before - step.settings["mean"]) ** 2).sum().item()), short(step.value)
    true = sum(((Fraction(x) - exact(mean)) ** 2 for x in values), Fraction(0)) if len(values) <= MANY else None
    sign = relation(exact(squares) / len(values), value)
    told = f" {_sign(true, squares)} {signed(squares)} / {len(values):,} {sign} "
    return [Span(told), answer(signed(value)), Span(f"   with μ = {signed(mean)}")]


STAGES: dict[str, dict[str, StageWords]] = {
    "softmax": {
        "maximum": StageWords("max", "m = max(z)", "the largest logit, to be subtracted from all", _maximum),
        "shift": StageWords(
            "z − m",
            "z − m",
            "the result stays the same, and e^ of it cannot overflow: none is above 0",
            _each("{x} − {maximum}", lambda n: n["x"] - n["maximum"]),
        ),
        "exponential": StageWords(
            "e^(z − m)",
            "e^(z − m)",
            "all become positive, and differences become ratios",
            # of all the powers that can stand here only e^0 has a value that can be written out
            _each("e^({bare})", lambda n: Fraction(1) if n["x"] == 0 else None),
        ),
        "sum": StageWords("Σ", "s = Σ e^(z − m)", "what they must be divided by to add up to 1", _sum),
        "divide": StageWords(
            "p",
            "p = e^(z − m) / s",
            "shares of the whole: the probabilities",
            _each("{x} / {sum}", lambda n: n["x"] / n["sum"]),
            "e^({x} − {maximum}) / {sum}",
        ),
        "check": StageWords("Σ p", "Σ p", "what all the probabilities add up to", _check),
    },
    "normalization": {
        "mean": StageWords("x", "μ = Σ x / n", "the mean of {whole}", _mean),
        "variance": StageWords("x", "σ² = Σ (x − μ)² / n", "the variance: the standard deviation squared", _variance),
        "normalise": StageWords(
            "z",
            "z = (x − μ) / √(σ² + ε)",
            "mean 0 and variance 1; ε keeps the root away from 0",
            _each(
                "({x} − {mean}) / √({variance} + {epsilon})",
                lambda n: Fraction(0) if n["x"] == n["mean"] else None,
            ),
        ),
        "scale": StageWords(
            "γ·z",
            "γ·z",
            "the scale γ is learned: the standard deviation",
            _each("{scale}·{x}", lambda n: n["scale"] * n["x"]),
        ),
        "shift": StageWords(
            "y",
            "y = γ·z + β",
            "the shift β is learned: the mean",
            _each("{x} + {shift}", lambda n: n["x"] + n["shift"]),
            "{scale}·({x} − {mean}) / √({variance} + {epsilon}) + {shift}",
        ),
    },
    "softmax gradient": {
        "product": StageWords(
            "g·p", "g·p", "each class counts as much as it is probable", _each("{x}·{p}", lambda n: n["x"] * n["p"])
        ),
        "sum": StageWords("Σ", "s = Σ g·p", "the mean of the upstream gradient: what all classes have in common", _sum),
        "centre": StageWords(
            "g − s",
            "g − s",
            "the probabilities share 1: one gains what the others lose, and only differences count",
            _each("{x} − {sum}", lambda n: n["x"] - n["sum"]),
        ),
        "multiply": StageWords(
            "∂L/∂z",
            "∂L/∂z = p·(g − s)",
            "nearly 0 where p is nearly 0; where one p is nearly 1, s is its g, and nothing is left",
            _each("{p}·{x}", lambda n: n["p"] * n["x"]),
            "{p}·({x} − {sum})",
        ),
    },
    "normalization gradient": {
        "scale": StageWords(
            "ĝ",
            "ĝ = γ·g",
            "z was multiplied by γ: so is its gradient",
            _each("{scale}·{x}", lambda n: n["scale"] * n["x"]),
        ),
        "mean": StageWords("ĝ", "m = Σ ĝ / n", "each cell moves the mean μ, which is taken from all of {whole}", _mean),
        "centre": StageWords(
            "ĝ − m",
            "ĝ − m",
            "the first two terms: through the cell itself, and through the mean",
            _each("{x} − {mean}", lambda n: n["x"] - n["mean"]),
        ),
        "product": StageWords(
            "(ĝ − m)·z",
            "(ĝ − m)·z",
            "how far the gradient would stretch {whole}: what goes along with z",
            _each("{x}·{z}", lambda n: n["x"] * n["z"]),
        ),
        "covariance": StageWords(
            "c",
            "c = Σ (ĝ − m)·z / n",
            "each cell moves the variance σ², which divides {whole}",
            _mean,
        ),
        "subtract": StageWords(
            "ĝ − m − z·c",
            "ĝ − m − z·c",
            "the third term: through the variance",
            _each("{x} − {z}·{covariance}", lambda n: n["x"] - n["z"] * n["covariance"]),
        ),
        "divide": StageWords(
            "∂L/∂x",
            "∂L/∂x = (ĝ − m − z·c) / √(σ² + ε)",
            "adds up to 0 over {whole}: moving all of it alike changes nothing",
            _each("{x} / √({variance} + {epsilon})"),
            "({scale}·{x} − {mean} − {z}·{covariance}) / √({variance} + {epsilon})",
        ),
    },
}
"""Operation → the words of its stages."""
