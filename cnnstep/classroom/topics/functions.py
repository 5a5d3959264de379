"""Questions about what comes after the maps: activations, softmax, losses."""

from fractions import Fraction
from functools import partial
from math import exp, fsum

from cnnstep.classroom.dice import Dice, matrix
from cnnstep.classroom.drafts import Draft, Wrong, line, said

FORMULAS = {"sigmoid": "1 / (1 + e^(−x))", "tanh": "(e^x − e^(−x)) / (e^x + e^(−x))"}


def relu(dice: Dice) -> Draft:
    """Relu, or its leaky kin."""
    x = dice.until(lambda: dice.row(4, -9, 9), lambda x: min(x) < 0 < max(x))
    at = dice.of([n for n, value in enumerate(x) if value < 0] or [0])
    kind, slope = dice.of([("relu", None), ("leaky-relu", "0.1"), ("leaky-relu", "0.2")])
    activate = partial(line, "activate", matrix(x), at=at)
    wrong: dict[str, Wrong] = {"magnitude": abs(x[at]), "no relu": x[at], "leaky": activate("leaky-relu", slope="0.1")}
    if slope:
        wrong["relu"] = activate("relu")
    return Draft(
        f"{kind}{f' with slope {slope} below 0' if slope else ''}: what is y[{at}]?",
        activate(kind, slope=slope),
        "steps.0.value",
        wrong,
        (
            f"what does {kind} do with numbers below 0, and what with the others?",
            f"x[{at}] is {said(x[at])}",
            f"below 0 it is {f'{slope}·x' if slope else '0'}, from 0 on x itself",
        ),
        "Without a nonlinearity stacked linear layers collapse into one.",
        places=1 if slope else None,
        figure=activate(kind, slope=slope),
    )


def smooth(dice: Dice) -> Draft:
    """Sigmoid or tanh."""
    kind, other = dice.of([("sigmoid", "tanh"), ("tanh", "sigmoid")])
    x = Fraction(dice.of([n for n in range(-12, 13) if n]), 4)
    activate = partial(line, "activate", f"{float(x):g}", at=0)
    return Draft(
        f"What is {kind}({said(x)})?",
        activate(kind),
        "steps.0.value",
        {"other function": activate(other), "sign": line("activate", f"{-float(x):g}", kind, at=0), "no relu": x},
        (
            f"{kind}(x) = {FORMULAS[kind]}",
            f"e^(−x) = e^({said(-x)}) ≈ {exp(-x):.3f}",
            f"put it into {FORMULAS[kind]}",
        ),
        f"{kind} presses every number between {'0' if kind == 'sigmoid' else '−1'} and 1.",
        places=2,
    )


def backwards(dice: Dice) -> Draft:
    """What went into a leaky relu."""
    slope, x = dice.of([("0.1", 10), ("0.2", 5), ("0.25", 4)]), dice.whole(-40, -1)
    leaky = partial(line, "activate", slope=slope[0], at=0)
    y = Fraction(x, slope[1])
    return Draft(
        f"leaky-relu with slope {slope[0]} below 0 made {said(y)} of a cell. What was in the cell?",
        leaky(str(x), "leaky-relu"),
        "steps.0.x",
        {"inverse": y, "sign": -x, "twice": y / slope[1]},
        (
            "can a number from 0 on become negative?",
            f"below 0: y = {slope[0]}·x",
            f"x = {said(y)} / {slope[0]}",
        ),
        "A leaky relu can be undone; relu cannot: all negatives become 0.",
    )


def two_logits(dice: Dice) -> Draft:
    """The probability of one of two classes."""
    return _softmax(dice, dice.until(lambda: dice.row(2, -4, 5), lambda z: abs(z[0] - z[1]) < 4))


def more_logits(dice: Dice) -> Draft:
    """One of three or four."""
    return _softmax(dice, dice.row(dice.of([3, 4]), -1, 3))


def large_logits(dice: Dice) -> Draft:
    """Logits whose exponentials no calculator has: only their differences matter."""
    shift = dice.of([800, 900, 1000])
    return _softmax(dice, [shift + z for z in dice.row(3, 0, 3)])


def _softmax(dice: Dice, z: list[int]) -> Draft:
    at, top = dice.whole(0, len(z) - 1), max(z)
    powers = [exp(v - top) for v in z]
    softmax = partial(line, "softmax", matrix(z))
    return Draft(
        f"What is the probability p[{at}]?",
        softmax(steps="4:5"),
        f"steps.0.after.{at}",
        {
            "not normalised": Fraction(powers[at]),
            "exponent": Fraction(z[at], sum(z) or 1),
            "class": f"steps.0.after.{at - 1}",
        },
        (
            "p = e^z / Σ e^z; subtracting the same from all logits changes nothing",
            f"subtract the largest: {', '.join(said(v - top) for v in z)}",
            f"e^ of them: {', '.join(f'{p:.3f}' for p in powers)}; divide one by the sum of all",
        ),
        "Only differences between logits matter; the probabilities add up to 1.",
        places=2,
        figure=softmax(steps="0:1"),
    )


def squared_error(dice: Dice) -> Draft:
    """The mean squared error."""
    x, errors = dice.row(3, 0, 9), dice.row(3, -3, 3)
    t = [a - e for a, e in zip(x, errors, strict=True)]
    loss = partial(line, "loss", matrix(x), target=matrix(t))
    squares = [e * e for e in errors]
    return Draft(
        "What is the mean squared error of these predictions x and targets t?",
        loss(kind="mse", steps="2:3"),
        "steps.0.value",
        {
            "sum": sum(squares),
            "absolute": Fraction(sum(map(abs, errors)), 3),
            "target": Fraction(sum(v * v for v in x), 3),
        },
        (
            "the mean of (x − t)²",
            f"the errors x − t are {', '.join(map(said, errors))}",
            f"their squares are {', '.join(map(str, squares))}; take the mean",
        ),
        "Squares make one large error count for more than several small ones.",
        places=2,
        figure=loss(kind="mse", steps="0:1"),
    )


def cross_entropy(dice: Dice) -> Draft:
    """The cross-entropy of logits."""
    z, target = dice.row(3, -1, 3), dice.whole(0, 2)
    powers = [exp(v) for v in z]
    loss = partial(line, "loss", matrix(z))
    return Draft(
        f"The logits are x, and class {target} is right. What is the cross-entropy?",
        loss(target=target, steps="3:4"),
        "steps.0.value",
        {
            "log": Fraction(powers[target] / fsum(powers)),
            "class": loss(target=(target + 1) % 3, steps="3:4"),
            "exponent": -z[target],
        },
        (
            "softmax first; the loss is −ln of the probability of the right class",
            f"e^x are {', '.join(f'{p:.3f}' for p in powers)}",
            f"p[{target}] = {powers[target]:.3f} / {fsum(powers):.3f}; take −ln of it",
        ),
        "A loss near 0 means: sure, and right.",
        places=2,
        figure=loss(target=target, steps="0:1"),
    )


def loss_gradient(dice: Dice) -> Draft:
    """The gradient of the cross-entropy."""
    z, target, at = dice.row(3, -1, 3), dice.whole(0, 2), dice.whole(0, 2)
    powers = [exp(v) for v in z]
    share = Fraction(powers[at] / fsum(powers))
    loss = partial(line, "loss", matrix(z), target=target)
    t = int(at == target)
    return Draft(
        f"The logits are x, and class {target} is right. What is ∂L/∂x[{at}] of the cross-entropy?",
        loss(steps="4:5"),
        f"gradient.{at}",
        {"target": share, "sign": t - share, "target of all": share - 1, "class": f"gradient.{at - 1}"},
        (
            "for softmax with cross-entropy the gradient is p − t",
            f"p[{at}] = {powers[at]:.3f} / {fsum(powers):.3f}",
            f"t[{at}] is {t}: {'class ' + str(target) + ' is the right one' if t else 'it is not the right class'}",
        ),
        "The right class is pulled up, all others are pushed down by their probability.",
        places=2,
        figure=loss(steps="0:1"),
    )
