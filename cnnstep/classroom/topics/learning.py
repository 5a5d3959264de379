"""Questions about learning: gradients on their way back, and what an update makes of a weight."""

from fractions import Fraction
from functools import partial

from cnnstep.classroom.dice import Dice, matrix
from cnnstep.classroom.drafts import Draft, line, said


def pooling_gradient(dice: Dice) -> Draft:
    """Through max pooling, where two cells may be equal."""
    top, rest = dice.whole(6, 9), dice.rows(2, 4, 0, 5)
    upstream = dice.until(lambda: dice.row(2, -5, 5), lambda g: 0 not in g)
    window = dice.whole(0, 1)
    first, second = (0, 2 * window), dice.of([(0, 2 * window + 1), (1, 2 * window), (1, 2 * window + 1)])
    at = dice.of([first, second])
    for row, column in (first, second):
        rest[row][column] = top
    pool = partial(line, "pool", matrix(rest), window=2, gradient="input")
    row, column = at
    told = pool(upstream=matrix([upstream]), at=f"0,{window}")
    return Draft(
        f"2×2 max pooling, backwards: the upstream gradient ∂L/∂y is {said(upstream[0])} and {said(upstream[1])}. "
        f"What is ∂L/∂x[{row},{column}]?",
        told,
        f"map.0.{row}.{column}",
        {
            "tie": upstream[window],
            "halved": Fraction(upstream[window], 2),
            "upstream": pool(at=f"0,{window}"),
            "other window": upstream[1 - window],
        },
        (
            "max pooling passes the gradient on to the cell that it kept, and 0 to the others",
            f"the largest of that window is {top}",
            f"{top} stands there twice: the first one, row by row, was kept",
        ),
        "What was not kept has no influence on the output, so its gradient is 0.",
        figure=line("pool", matrix(rest), window=2, at=f"0,{window}"),
    )


def weight_gradient(dice: Dice) -> Draft:
    """Of one weight of a kernel."""
    x, w = dice.rows(3, 3, 0, 6), dice.rows(2, 2, -2, 2)
    g = dice.until(lambda: dice.rows(2, 2, -3, 3), lambda g: len({v for r in g for v in r}) > 2)
    at = f"{dice.whole(0, 1)},{dice.whole(0, 1)}"
    conv = partial(line, "conv", matrix(x), kernel=matrix(w), gradient="kernel", at=at)
    return Draft(
        f"The upstream gradient ∂L/∂y is given. What is ∂L/∂w[{at}], the gradient of that weight?",
        conv(upstream=matrix(g)),
        "steps.0.value",
        {
            "upstream": conv(),
            "sign": conv(upstream=matrix([[-v for v in r] for r in g])),
            "turned gradient": conv(upstream=matrix([r[::-1] for r in g[::-1]])),
        },
        (
            "the weight met four cells of the input, one for every output cell",
            "each of those cells counts times the gradient of the output cell it went to",
            "it is a convolution of the input with ∂L/∂y",
        ),
        "A shared weight collects the gradients of all places where it was used.",
        figure=conv(upstream=matrix(g)),
    )


def input_gradient(dice: Dice) -> Draft:
    """Of one cell of the input, which several windows have read."""
    x, w = dice.rows(3, 3, 0, 6), dice.until(lambda: dice.rows(2, 2, -2, 3), lambda w: w != [r[::-1] for r in w[::-1]])
    g = dice.rows(2, 2, -3, 3)
    at = dice.of(["1,1", "0,1", "1,0", "1,2", "2,1"])
    conv = partial(line, "conv", matrix(x), gradient="input", by="cell", at=at)
    told = conv(kernel=matrix(w), upstream=matrix(g))
    return Draft(
        f"The kernel is {matrix(w)}, the upstream gradient ∂L/∂y is {matrix(g)} (stride 1). What is ∂L/∂x[{at}]?",
        told,
        "steps.0.value",
        {
            "flip": conv(kernel=matrix([r[::-1] for r in w[::-1]]), upstream=matrix(g)),
            "upstream": conv(kernel=matrix(w)),
            "sign": conv(kernel=matrix(w), upstream=matrix([[-v for v in r] for r in g])),
        },
        (
            f"which windows have read x[{at}]?",
            "in each of them it met another weight: y[i,j] multiplied x[i+a,j+b] by w[a,b]",
            "add up weight · ∂L/∂y over those windows",
        ),
        "The way back is a convolution with the kernel turned by 180 degrees.",
    )


def one_update(dice: Dice) -> Draft:
    """The gradient is given."""
    x, w, error = dice.whole(1, 4), dice.whole(-3, 3), dice.of([-4, -3, -2, 2, 3, 4])
    rate = dice.of([Fraction(1, 100), Fraction(1, 20), Fraction(1, 10)])
    gradient = 2 * error * x
    learn = partial(line, "learn", str(x), target=w * x - error, **{"from": f"{w};"}, updates=1, at=0)
    step = rate * gradient
    return Draft(
        f"A weight is {said(w)}, its gradient ∂L/∂w is {said(gradient)}, the learning rate {said(rate)}. "
        "What is the weight after the update?",
        learn(rate=float(rate)),
        "steps.0.value",
        {"uphill": w + step, "rate": w - gradient, "step": -step, "step up": step},
        (
            "w ← w − rate·∂L/∂w",
            f"rate·∂L/∂w = {said(rate)}·({said(gradient)}) = {said(step)}",
            f"{said(w)} − ({said(step)})",
        ),
        "The step goes against the gradient, downhill.",
        places=2,
    )


def _learnt(dice: Dice) -> tuple[list[int], int, list[int], Fraction]:
    """Inputs, one weight, targets, and a rate that does not leap over the valley."""
    x, w = dice.until(lambda: dice.row(2, 1, 4), lambda x: sum(v * v for v in x) < 20), dice.whole(-2, 3)
    errors = dice.until(lambda: dice.row(2, -3, 3), lambda e: e[0] * x[0] + e[1] * x[1] != 0)
    return x, w, [w * v - e for v, e in zip(x, errors, strict=True)], Fraction(1, 100)


def _told(x: list[int], w: int, t: list[int], rate: Fraction) -> str:
    inputs, targets = (" and ".join(map(said, numbers)) for numbers in (x, t))
    return (
        f"One weight, w = {said(w)}, predicts y = w·x. The inputs are {inputs}, the targets {targets}. "
        f"L = Σ (y − t)², the rate is {said(rate)}."
    )


def whole_update(dice: Dice) -> Draft:
    """The gradient has to be worked out."""
    x, w, t, rate = _learnt(dice)
    learn = line("learn", matrix([x]), target=matrix([t]), **{"from": w}, rate=float(rate), updates=1, at=0)
    errors = [w * v - u for v, u in zip(x, t, strict=True)]
    half = sum(e * v for e, v in zip(errors, x, strict=True))
    return Draft(
        f"{_told(x, w, t, rate)} What is w after one update?",
        learn,
        "steps.0.value",
        {
            "two": w - rate * half,
            "input": w - rate * 2 * sum(errors),
            "uphill": w + rate * 2 * half,
            "rate": w - 2 * half,
            "step": -rate * 2 * half,
        },
        (
            "∂L/∂w = Σ 2·(y − t)·x",
            f"the errors y − t are {said(errors[0])} and {said(errors[1])}",
            f"∂L/∂w = {said(2 * half)}; w ← w − rate·∂L/∂w",
        ),
        "Every example pulls at the same weight; the update follows the sum of their pulls.",
        places=2,
    )


def two_updates(dice: Dice) -> Draft:
    """The gradient of the second update is another one."""
    x, w, t, rate = _learnt(dice)
    learn = partial(line, "learn", matrix([x]), target=matrix([t]), **{"from": w}, rate=float(rate), updates=2)
    first = 2 * sum((w * v - u) * v for v, u in zip(x, t, strict=True))
    moved = w - rate * first
    return Draft(
        f"{_told(x, w, t, rate)} What is w after two updates?",
        learn(at=1),
        "steps.0.value",
        {"one update": learn(at=0), "same gradient": moved - rate * first, "uphill": w + 2 * rate * first},
        (
            "∂L/∂w = Σ 2·(y − t)·x, anew for each update",
            f"the first gradient is {said(first)}, and w becomes {said(moved)}",
            f"with w = {said(moved)} the errors are smaller: work out the gradient again",
        ),
        "As the error shrinks the steps become smaller.",
        places=3,
    )
