"""What the stages of a loss say: a label, a formula, why, and the formula with the numbers of one prediction."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from cnnstep.engine.losses import GRADIENT, LOSS

Exact: TypeAlias = Mapping[str, Fraction]


class LossWords(NamedTuple):
    """A row: what a stage is called, its formula, why it is done, and how one number comes about.

    `template` names the numbers of a prediction: x, t, n, and the earlier stages by their names; `true` works them out
    where that can be exact.
    """

    label: str
    formula: str
    why: str
    template: str = ""
    true: Callable[[Exact], Fraction | None] = lambda _: None


DIFFERENCE = LossWords("x − t", "d = x − t", "how far each prediction is off", "{x} − {t}", lambda n: n["x"] - n["t"])
SQUARE = LossWords(
    "d²", "d²", "never negative; large errors count more", "{difference}²", lambda n: n["difference"] ** 2
)
PULL = "∂L/∂x"
DOWNHILL = "gradient descent moves each prediction against it"
WORDS: dict[str, dict[str, LossWords]] = {
    "cross-entropy": {
        "softmax": LossWords("p", "p = e^x / Σ e^x", "shares of 1: the probabilities of the classes", "e^{x} / Σ e^x"),
        "log": LossWords("−ln p", "−ln p", "0 where p is 1, without bound where p goes to 0", "ln Σ e^x − {x}"),
        "weigh": LossWords("−t·ln p", "−t·ln p", "of a class only its own probability counts",
                           "{t}·{log}", lambda n: n["t"] * n["log"]),
        LOSS: LossWords("L", "L = −Σ t·ln p", "one number: 0 only where all of p is on the target"),
        GRADIENT: LossWords(PULL, "∂L/∂x = p − t", f"softmax and logarithm together: {DOWNHILL}",
                            "{softmax} − {t}", lambda n: n["softmax"] - n["t"]),
    },
    "binary-cross-entropy": {
        "sigmoid": LossWords("p", "p = σ(x)", "the probability of yes", "1 / (1 + e^(−{x}))"),
        "log": LossWords("loss of each", "−t·ln p − (1 − t)·ln(1 − p)", "−ln of the probability of the right answer",
                         "−{t}·ln({sigmoid}) − (1 − {t})·ln(1 − {sigmoid})"),
        LOSS: LossWords("L", "L = Σ / n", "the mean over all predictions"),
        GRADIENT: LossWords(PULL, "∂L/∂x = (p − t) / n", DOWNHILL, "({sigmoid} − {t}) / {n}",
                            lambda n: (n["sigmoid"] - n["t"]) / n["n"]),
    },
    "mse": {
        "difference": DIFFERENCE, "square": SQUARE,
        LOSS: LossWords("L", "L = Σ d² / n", "the mean squared error"),
        GRADIENT: LossWords(PULL, "∂L/∂x = 2·d / n", DOWNHILL, "2·{difference} / {n}",
                            lambda n: 2 * n["difference"] / n["n"]),
    },
    "sse": {
        "difference": DIFFERENCE, "square": SQUARE,
        LOSS: LossWords("L", "L = Σ d²", "the summed squared error"),
        GRADIENT: LossWords(PULL, "∂L/∂x = 2·d", DOWNHILL, "2·{difference}", lambda n: 2 * n["difference"]),
    },
    "mae": {
        "difference": DIFFERENCE,
        "magnitude": LossWords("|d|", "|d|", "every error counts as it is", "|{difference}|",
                               lambda n: abs(n["difference"])),
        LOSS: LossWords("L", "L = Σ |d| / n", "the mean absolute error"),
        GRADIENT: LossWords(PULL, "∂L/∂x = sign(d) / n", f"0 where d is 0; {DOWNHILL}", "sign({difference}) / {n}",
                            lambda n: Fraction((n["difference"] > 0) - (n["difference"] < 0)) / n["n"]),
    },
    "huber": {
        "difference": DIFFERENCE,
        "huber": LossWords("h", "d²/2 where |d| ≤ δ, else δ·(|d| − δ/2)", "a square near 0, a straight line far away",
                           "h({difference})",
                           lambda n: n["difference"] ** 2 / 2 if abs(n["difference"]) <= n["delta"]
                           else n["delta"] * (abs(n["difference"]) - n["delta"] / 2)),
        LOSS: LossWords("L", "L = Σ h / n", "the mean"),
        GRADIENT: LossWords(PULL, "∂L/∂x = max(−δ, min(δ, d)) / n", f"at most δ; {DOWNHILL}",
                            "max(−{delta}, min({delta}, {difference})) / {n}",
                            lambda n: max(-n["delta"], min(n["delta"], n["difference"])) / n["n"]),
    },
    "hinge": {
        "margin": LossWords("m", "m = x − x[target] + 1", "how far each other score is from losing by 1",
                            "{x} − {right} + 1", lambda n: n["x"] - n["right"] + 1),
        "hinge": LossWords("max(0, m)", "max(0, m)", "a lead of 1 or more costs nothing", "max(0, {margin})",
                           lambda n: max(Fraction(0), n["margin"])),
        LOSS: LossWords("L", "L = Σ max(0, m)", "one number: 0 where the target leads every other score by 1"),
        GRADIENT: LossWords(PULL, "∂L/∂x", "1 for every score that is too close, minus their number for the target",
                            "1 where m > 0, else 0:"),
    },
    "binary-hinge": {
        "margin": LossWords("m", "m = 1 − t·x", "how far each prediction is from the right side of the margin",
                            "1 − {t}·{x}", lambda n: 1 - n["t"] * n["x"]),
        "hinge": LossWords("max(0, m)", "max(0, m)", "beyond the margin nothing is lost", "max(0, {margin})",
                           lambda n: max(Fraction(0), n["margin"])),
        LOSS: LossWords("L", "L = Σ max(0, m) / n", "the mean over all predictions"),
        GRADIENT: LossWords(PULL, "∂L/∂x = −t / n where m > 0, else 0", DOWNHILL, "−{t} / {n} or 0"),
    },
}  # fmt: skip
"""Row of `LOSSES` → the words of its stages."""
