"""Questions about kernels that are spread: with holes between their weights, or added to a larger output."""

from functools import partial

from cnnstep.classroom.dice import Dice, matrix
from cnnstep.classroom.drafts import Draft, line
from cnnstep.classroom.topics.windows import PRODUCTS, kernel_of, ones, unsigned


def transposed_size(dice: Dice) -> Draft:
    """How large a transposed convolution makes its input."""
    n, k, s, p = dice.whole(4, 32), dice.of([2, 3, 4, 5]), dice.of([2, 3]), dice.of([0, 1])
    size = partial(line, "size", **{"in": n, "k": k, "s": s, "p": p})
    return Draft(
        f"A transposed convolution with a {k}×{k} kernel, stride {s} and padding {p} reads {n}×{n}. "
        "How wide is its output?",
        size(transposed=True),
        "output.1",
        {
            "forward": size(),
            "steps": n * s + k - 2 * p,
            "padding": size(transposed=True, p=0),
            "padding once": (n - 1) * s + k - p,
            "last kernel": (n - 1) * s - 2 * p,
            "stride": size(transposed=True, s=1),
        },
        (
            "output = (input − 1)·stride + kernel − 2·padding",
            f"the last kernel begins {n - 1}·{s} = {(n - 1) * s} cells after the first",
            f"{(n - 1) * s} + {k} − 2·{p}",
        ),
        "It is the way back: a convolution with these settings makes the input's size of it.",
        also="output",
    )


def overlap(dice: Dice) -> Draft:
    """A cell on which several kernels are added."""
    x, w = dice.rows(2, 2, 1, 5), kernel_of(dice, 2)
    row, column = dice.of([(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)])
    transposed = partial(line, "transposed", matrix(x), kernel=matrix(w))
    path = f"map.0.{row}.{column}"
    return Draft(
        f"Stride 1: every cell of the input adds its kernel to the output. What is y[{row},{column}] in the end?",
        transposed(at="1,1"),
        path,
        {
            "flip": transposed(at="1,1", flip=True),
            "stride": transposed(at="1,1", stride=2),
            "minus": transposed(at="1,1", kernel=unsigned(w)),
        },
        (
            f"which cells of the input reach y[{row},{column}]? x[i,j] is added to the rows i and i + 1",
            "each of them counts times one weight of the kernel",
            "add those products up",
        ),
        "Where kernels overlap, their products are summed.",
        figure=transposed(at="0,0"),
    )


def output_padding(dice: Dice) -> Draft:
    """Backwards: which output padding reaches this size."""
    n, k, s = dice.whole(5, 32), dice.of([3, 4, 5]), dice.of([2, 3, 4])
    p, extra = dice.of([0, 1]), dice.whole(1, s - 1)
    out = (n - 1) * s + k - 2 * p + extra
    size = partial(line, "size", **{"in": n, "k": k, "s": s, "p": p, "d": 1}, transposed=True, out=out)
    return Draft(
        f"A transposed convolution ({k}×{k}, stride {s}, padding {p}) is to make {out}×{out} of {n}×{n}. "
        "Which output padding does that?",
        size(),
        "solutions.output_padding.0.first",
        {"padding": out - (n - 1) * s - k, "steps": out - n * s - k + 2 * p, "padding once": out - (n - 1) * s - k + p},
        (
            "output = (input − 1)·stride + kernel − 2·padding + output padding",
            f"without it: {n - 1}·{s} + {k} − 2·{p} = {out - extra}",
            f"{out} − {out - extra}",
        ),
        "Several sizes become the same through a stride; the output padding says which one is meant.",
    )


def extent(dice: Dice) -> Draft:
    """How much a dilated kernel covers."""
    k, d = dice.whole(2, 9), dice.whole(2, 7)
    chain = f"conv 1@{k}x{k} dilation {d}"
    return Draft(
        f"A {k}×{k} kernel has dilation {d}. How many cells does it cover along one side?",
        line("explain", chain, "c1", **{"in": "1x64x64"}),
        "field.0.size",
        {"holes": k * d, "dilation": k, "ends": d * (k - 1), "holes between": k + d - 1},
        (
            f"between neighbours of the kernel there are {d} − 1 = {d - 1} cells that are not read",
            f"from the first to the last weight there are {k - 1} gaps of {d}",
            f"{d}·({k} − 1) + 1",
        ),
        "Dilation makes a kernel see further with the same number of weights.",
    )


def dilated_cell(dice: Dice) -> Draft:
    """A cell of a dilated convolution."""
    x, w = dice.rows(4, 4, 0, 9), kernel_of(dice, 2)
    at = f"{dice.whole(0, 1)},{dice.whole(0, 1)}"
    conv = partial(line, "conv", matrix(x), kernel=matrix(w), dilation=2, at=at)
    return Draft(
        f"The kernel has dilation 2. What is y[{at}]?",
        conv(),
        "steps.0.value",
        {
            "dilation": conv(dilation=1),
            "flip": conv(flip=True),
            "minus": conv(kernel=unsigned(w)),
            "weights": conv(kernel=ones(2, 2)),
        },
        ("every other cell is read, in both directions", "four cells of the input are framed", PRODUCTS),
        "The cells between are skipped, not averaged.",
        figure=conv(),
        blank="patch",
    )


def dilation_for(dice: Dice) -> Draft:
    """Backwards: which dilation makes this size."""
    n, k, d = dice.whole(24, 64), dice.of([3, 5]), dice.of([2, 3, 4, 5])
    out = n - d * (k - 1)
    return Draft(
        f"A {k}×{k} kernel with stride 1 and no padding makes {out}×{out} of {n}×{n}. What is its dilation?",
        line("size", **{"in": n, "k": k, "s": 1, "p": 0, "out": out}),
        "solutions.dilation.0.first",
        {"holes": (n - out) // k, "between": d - 1, "whole extent": n - out + 1},
        (
            "output = input − extent + 1, and extent = dilation·(kernel − 1) + 1",
            f"the kernel covers {n} − {out} + 1 = {n - out + 1} cells",
            f"({n - out + 1} − 1) / ({k} − 1)",
        ),
        "The dilation is how far one weight is from the next.",
    )
