"""Questions about one window: a convolution's cell, several channels, pooling."""

from functools import partial

from cnnstep.classroom.dice import Dice, Rows, matrix
from cnnstep.classroom.drafts import Draft, Line, line, said

PRODUCTS = "multiply each cell of the window by the weight in the same place, and add up"
CORRELATION = "A convolution layer multiplies in place: its kernel is not turned."


def kernel_of(dice: Dice, side: int) -> Rows:
    """Weights of both signs, no two rows of which are the same as when turned."""
    return dice.until(
        lambda: dice.rows(side, side, -2, 3),
        lambda w: any(v < 0 for r in w for v in r) and w != [r[::-1] for r in w[::-1]],
    )


def unsigned(w: Rows) -> str:
    """The kernel without its minus signs."""
    return matrix([[abs(v) for v in row] for row in w])


def ones(height: int, width: int) -> str:
    """A kernel that only adds."""
    return matrix([[1] * width] * height)


def one_cell(dice: Dice) -> Draft:
    """A kernel of 2×2, nothing else."""
    x, w = dice.rows(3, 4, 0, 9), kernel_of(dice, 2)
    y, c = dice.whole(0, 1), dice.whole(0, 2)
    conv = partial(line, "conv", matrix(x), kernel=matrix(w), at=f"{y},{c}")
    return Draft(
        f"The kernel lies on the framed window. What is y[{y},{c}]?",
        conv(),
        "steps.0.value",
        {"flip": conv(flip=True), "minus": conv(kernel=unsigned(w)), "weights": conv(kernel=ones(2, 2))},
        (
            PRODUCTS,
            f"the first two products are {x[y][c]}·({said(w[0][0])}) and {x[y][c + 1]}·({said(w[0][1])})",
            f"the last two are {x[y + 1][c]}·({said(w[1][0])}) and {x[y + 1][c + 1]}·({said(w[1][1])})",
        ),
        CORRELATION,
        figure=conv(),
    )


def settings(dice: Dice) -> Draft:
    """Three by three, with stride, padding and bias."""
    x, w = dice.rows(5, 5, 0, 5), kernel_of(dice, 3)
    bias, at = dice.of([-3, -2, 2, 4]), dice.of(["0,0", "0,1", "1,0", "1,2", "2,1"])
    conv = partial(line, "conv", matrix(x), kernel=matrix(w), stride=2, padding=1, bias=bias, at=at)
    return Draft(
        f"Stride 2, padding 1, bias {said(bias)}. What is y[{at}]?",
        conv(),
        "steps.0.value",
        {
            "bias": conv(bias=0),
            "turned": conv(bias=-bias),
            "flip": conv(flip=True),
            "stride": conv(stride=1),
            "padding": conv(padding=0),
            "minus": conv(kernel=unsigned(w)),
            "weights": conv(kernel=ones(3, 3)),
        },
        (
            PRODUCTS + "; the bias comes last",
            "cells of the padding count as 0, so their products are 0",
            f"row by row: add the products of the first, the second and the third row, then {said(bias)}",
        ),
        CORRELATION,
        figure=conv(),
        blank="patch",
    )


def which_bias(dice: Dice) -> Draft:
    """Backwards: the bias that leads to this number."""
    x, w, bias = dice.rows(2, 3, 0, 6), dice.rows(2, 3, -2, 3), dice.of([-5, -4, -3, -2, 2, 3, 4, 5])
    total = sum(a * b for rows in zip(x, w, strict=True) for a, b in zip(*rows, strict=True))
    conv = partial(line, "conv", matrix(x), kernel=matrix(w))
    return Draft(
        f"With a bias this filter makes {said(total + bias)} of the window. Which bias is it?",
        conv(bias=bias, at="0,0"),
        "steps.0.bias",
        {"turned": -bias, "value": total + bias, "weights": total + bias - sum(map(sum, x))},
        (
            "the value is the sum of the products plus the bias",
            "add up the products first",
            f"they add up to {said(total)}",
        ),
        "A bias shifts every cell of a map by the same number.",
        figure=conv(at="0,0"),
    )


def two_channels(dice: Dice) -> Draft:
    """One filter over two channels."""
    return _channels(dice, 2, 0)


def three_channels(dice: Dice) -> Draft:
    """One filter over three channels, with a bias."""
    return _channels(dice, 3, dice.of([-3, 2, 5]))


def _channels(dice: Dice, count: int, bias: int) -> Draft:
    x, w = [dice.rows(2, 2, 0, 6) for _ in range(count)], [kernel_of(dice, 2) for _ in range(count)]
    conv = partial(line, "conv", matrix(x), kernel=matrix(w), bias=bias, at="0,0")
    each = [
        sum(a * b for rows in zip(*pair, strict=True) for a, b in zip(*rows, strict=True))
        for pair in zip(x, w, strict=True)
    ]
    return Draft(
        f"One filter reads {count} channels{f', bias {said(bias)}' if bias else ''}. What is y[0,0]?",
        conv(),
        "steps.0.value",
        {
            "first": line("conv", matrix(x[0]), kernel=matrix(w[0]), bias=bias, at="0,0"),
            "bias": conv(bias=0),
            "bias each": conv(bias=bias * count),
            "flip": conv(flip=True),
            "weights": conv(kernel=matrix([[[1] * 2] * 2] * count)),
        },
        (
            "every channel has its own kernel; the sum goes over all channels",
            f"channel 0 adds up to {said(each[0])}",
            f"channel {count - 1} adds up to {said(each[-1])}",
        ),
        "However many channels a filter reads, it makes one map.",
        figure=conv(),
    )


def groups(dice: Dice) -> Draft:
    """Two filters, each of which reads its own half of the channels."""
    x, w = [dice.rows(2, 2, 0, 6) for _ in range(2)], [kernel_of(dice, 2) for _ in range(2)]
    bank = [*map(matrix, w)]
    which = dice.whole(0, 1)
    conv = partial(line, "conv", matrix(x), groups=2, at=f"{which},0,0")

    def alone(channel: int, kernel: int) -> Line:
        return line("conv", matrix(x[channel]), kernel=matrix(w[kernel]), at="0,0")

    told = conv(kernel=bank)
    return Draft(
        f"Two channels in two groups: filter 0 reads channel 0, filter 1 reads channel 1. What is y[{which},0,0]?",
        told,
        "steps.0.value",
        {
            "groups": line("conv", matrix(x), kernel=matrix(w[which]), at="0,0"),
            "filter": alone(which, 1 - which),
            "group": alone(1 - which, which),
            "weights": conv(kernel=[ones(2, 2)] * 2),
        },
        (
            "in groups a filter reads only the channels of its own group",
            f"filter {which} meets channel {which} and nothing else",
            PRODUCTS,
        ),
        "With as many groups as channels it is called depthwise.",
        figure=told,
        blank="patch",
    )


def largest(dice: Dice) -> Draft:
    """Max pooling."""
    x = dice.rows(4, 4, 0, 9)
    at = f"{dice.whole(0, 1)},{dice.whole(0, 1)}"
    pool = partial(line, "pool", matrix(x), window=2, at=at)
    return Draft(
        f"2×2 max pooling. What is y[{at}]?",
        pool(),
        "steps.0.value",
        {"mean": pool(kind="average"), "stride": pool(stride=1), "least": pool(kind="min")},
        ("which four cells are in the frame?", "only one of them is kept", "the largest"),
        "Max pooling keeps one number of a window and forgets where it stood.",
        figure=pool(),
        blank="patch",
    )


def average(dice: Dice) -> Draft:
    """Average pooling at the padded edge."""
    x, at = dice.rows(4, 4, 0, 9), dice.of(["0,0", "0,1", "1,0", "0,2", "2,0", "2,2"])
    pool = partial(line, "pool", matrix(x), kind="average", window=2, stride=2, padding=1, at=at)
    return Draft(
        f"2×2 average pooling with stride 2 and padding 1, which is not counted. What is y[{at}]?",
        pool(),
        "steps.0.value",
        {
            "counted padding": pool(include_padding=True),
            "max": pool(kind="max"),
            "padding": pool(padding=0),
            "stride": pool(stride=1),
        },
        (
            "the mean of those cells in the frame that are cells of the input",
            "how many are they: one, two or four?",
            "their sum, divided by how many they are",
        ),
        "Frameworks differ here: some count padding as zeros, then the edge becomes darker.",
        places=2,
        figure=pool(),
        blank="patch",
    )


def two_pools(dice: Dice) -> Draft:
    """Two poolings after each other, which do not commute."""
    # the mean of the largest, and the largest of the means
    x = dice.rows(4, 4, 0, 12)

    def net(first: str, second: str) -> Line:
        return line("net", f"{first} 2 | {second} 2", matrix(x), at="2[0,0,0]")

    one, other = dice.of([("avgpool", "maxpool"), ("maxpool", "avgpool")])
    words = {"avgpool": "2×2 average pooling", "maxpool": "2×2 max pooling"}
    return Draft(
        f"{words[one]}, and then {words[other]}: which number is left of these 4×4?",
        net(one, other),
        "steps.0.value",
        {"order": net(other, one), "mean": net("avgpool", "avgpool"), "max": net("maxpool", "maxpool")},
        (
            f"{words[one]} makes 2×2 of 4×4",
            "work out the four numbers of its map",
            f"then {words[other]} makes one number of those four",
        ),
        "The order matters: the largest of the means is not the mean of the largest.",
        places=2,
        figure=line("net", f"{one} 2", matrix(x), at="1[0,0,0]"),
        blank="patch",
    )
