"""Questions about sizes: how large an output is, what the padding adds, where a stride leads."""

from fractions import Fraction
from functools import partial

from cnnstep.classroom.dice import Dice, matrix
from cnnstep.classroom.drafts import Draft, line, said

FORMULA = "output = ⌊(input − kernel + 2·padding) / stride⌋ + 1"
WHOLE_WINDOWS = "Only whole windows count, so what the stride does not reach is dropped."


def one_size(dice: Dice) -> Draft:
    """A square input, one kernel."""
    n, k, s, p = dice.whole(12, 64), dice.of([3, 5, 7]), dice.of([1, 2, 2, 3]), dice.of([0, 0, 1, 2])
    size = partial(line, "size", **{"in": n, "k": k, "s": s, "p": p})
    free = n - k + 2 * p
    return Draft(
        f"A {k}×{k} kernel slides over a {n}×{n} input with stride {s} and padding {p}. How wide is the output?",
        size(),
        "output.1",
        {
            "+ 1": free // s,
            "floor": Fraction(free, s) + 1,
            "ceil": size(ceil=True),
            "padding once": (n - k + p) // s + 1,
            "padding": size(p=0),
            "stride": size(s=1),
        },
        (FORMULA, f"({n} − {k} + 2·{p}) / {s} = {free} / {s}; round down", f"{free // s} + 1"),
        WHOLE_WINDOWS,
        also="output",
    )


def rectangle(dice: Dice) -> Draft:
    """Rows and columns, with dilation."""
    rows, columns = dice.whole(24, 96), dice.whole(24, 96)
    k, s, p, d = dice.of([3, 5]), dice.of([2, 3]), dice.of([1, 2]), dice.of([1, 2, 3])
    size = partial(line, "size", **{"in": f"{rows}x{columns}", "k": k, "s": s, "p": p, "d": d})
    extent = d * (k - 1) + 1
    return Draft(
        f"A {k}×{k} kernel with stride {s}, padding {p} and dilation {d} slides over {rows} rows and {columns} "
        "columns. How large is the output, rows x columns?",
        size(),
        "output",
        {
            "ceil": size(ceil=True),
            "padding": size(p=0),
            "stride": size(s=1),
            "dilation": size(d=1),
            "other axis": size(**{"in": f"{columns}x{rows}"}),
        },
        (
            f"{FORMULA}, and a dilated kernel is as wide as dilation·(kernel − 1) + 1",
            f"the kernel covers {d}·({k} − 1) + 1 = {extent} cells",
            f"⌊({rows} − {extent} + 2·{p}) / {s}⌋ + 1 rows, and as many columns for {columns}",
        ),
        WHOLE_WINDOWS,
    )


def two_layers(dice: Dice) -> Draft:
    """A convolution, then pooling."""
    n, channels, filters = dice.whole(20, 64), dice.of([1, 3]), dice.of([4, 6, 8, 16, 32])
    k, s, p, w = dice.of([3, 5]), dice.of([1, 2]), dice.of([0, 1, 2]), dice.of([2, 3])

    def net(stride: int = s, padding: int = p, pool: str = f" | maxpool {w}", depth: int = filters) -> tuple[str, ...]:
        chain = f"conv {depth}@{k}x{k} stride {stride} padding {padding}{pool}"
        return line("net", chain, **{"in": f"{channels}x{n}x{n}"})

    return Draft(
        f"{channels}×{n}×{n} goes through {filters} filters of {k}×{k}, stride {s}, padding {p}, and then through "
        f"{w}×{w} max pooling. What comes out, channels x rows x columns?",
        net(),
        "layers.1.output",
        {
            "depth": net(depth=channels),
            "padding": net(padding=0),
            "stride": net(stride=1),
            "pool": net(pool=" | relu"),
        },
        (
            "the convolution makes one map a filter; pooling leaves their number as it is",
            f"{FORMULA}, first for the convolution",
            f"the pooling moves by its own width, {w}: divide by {w} and round down",
        ),
        "Filters decide how many maps there are, kernel, stride and padding how large each is.",
    )


def padded(dice: Dice) -> Draft:
    """How large the input is with its padding."""
    rows, columns, p = dice.whole(4, 40), dice.whole(4, 40), dice.whole(1, 5)
    # a kernel of one cell sees every cell of what was padded
    size = partial(line, "size", **{"in": f"{rows}x{columns}", "k": 1, "p": p})
    return Draft(
        f"{rows} rows and {columns} columns are padded by {p} on every side. How large is that, rows x columns?",
        size(),
        "output",
        {"padding": size(p=0), "other axis": size(**{"in": f"{columns}x{rows}"}), "padding once": size(p=f"{p}:0")},
        (
            "padding stands on both sides of each axis",
            f"{p} cells above and {p} below make {2 * p} more rows",
            f"{rows} + {2 * p} rows, {columns} + {2 * p} columns",
        ),
        "Padding p makes each axis 2·p longer.",
    )


NEAREST = {"reflect": "the edge is the mirror, and is not repeated", "replicate": "the cell at the edge is repeated",
           "circular": "the matrix goes on from its other side"}  # fmt: skip


def pad_mode(dice: Dice) -> Draft:
    """What stands in a padded cell."""
    x, mode = dice.rows(3, 4, 1, 9), dice.of(list(NEAREST))
    row, column = dice.of([(0, 2), (0, 3), (2, 1), (3, 0), (4, 3), (5, 3), (3, 6), (2, 7), (1, 4)])
    pad = partial(line, "pad", matrix(x), padding=2, pad_mode=mode, at=f"{row},{column}")
    others = {"reflect": "reflect", "edge": "replicate", "wrapped": "circular", "zeros": "zeros"}
    return Draft(
        f"The matrix is padded by 2 on every side in the mode {mode}. What stands in y[{row},{column}], "
        "counted from 0 in the padded map?",
        pad(),
        "steps.0.value",
        {name: pad(pad_mode=each) for name, each in others.items() if each != mode},
        (
            f"{mode}: {NEAREST[mode]}",
            f"in the matrix this is row {row - 2}, column {column - 2}: a negative one lies before it",
            "the padded map has 7 rows and 8 columns; the matrix begins at y[2,2]",
        ),
        f"{mode}: {NEAREST[mode]}.",
        figure=pad(),
    )


def padding_for(dice: Dice) -> Draft:
    """Backwards: which padding gives this size."""
    n, k, d = dice.whole(16, 96), dice.of([3, 5, 7, 9]), dice.of([1, 1, 2, 3])
    out = n - dice.of([0, 0, 2])
    extent = d * (k - 1) + 1
    size = partial(line, "size", **{"in": n, "k": k, "s": 1, "d": d, "out": out})
    return Draft(
        f"A {k}×{k} kernel with stride 1 and dilation {d} is to make {out}×{out} of {n}×{n}. Which padding, "
        "on every side?",
        size(),
        "solutions.padding.0.first",
        {
            "padding twice": out - n + extent - 1,
            "dilation": Fraction(out - n + k - 1, 2),
            "ends": Fraction(out - n + extent, 2),
        },
        (
            "output = input − kernel + 2·padding + 1 with stride 1: solve it for the padding",
            f"the kernel covers {d}·({k} − 1) + 1 = {extent} cells",
            f"2·padding = {out} − {n} + {extent} − 1",
        ),
        "With stride 1 the padding (kernel − 1) / 2 keeps the size.",
    )


def window_start(dice: Dice) -> Draft:
    """Where a window begins."""
    s, p, k = dice.of([2, 3, 4]), dice.of([0, 1, 2]), dice.of([3, 5])
    at = dice.whole(2, 9)
    x = " ".join(["0"] * (s * (at + 2) + k))
    conv = partial(line, "conv", x, kernel=" ".join(["1"] * k), stride=s, padding=p, at=at)
    return Draft(
        f"A kernel of {k} cells moves along a signal with stride {s} and padding {p}. Of which sample, counted from 0, "
        f"does y[{at}] read first? (Padding lies before 0.)",
        conv(),
        "steps.0.window.0.0",
        {"stride": conv(stride=1), "padding": conv(padding=0), "from 1": conv(at=at - 1), "padding added": s * at + p},
        (
            "each step moves the window by the stride",
            f"the first window begins at −padding = {said(-p)}",
            f"{at}·{s} − {p}",
        ),
        "Window i begins at i·stride − padding.",
    )


def unread(dice: Dice) -> Draft:
    """What no window reads."""
    k, s = dice.of([3, 4, 5]), dice.of([2, 3, 4])
    n = dice.until(lambda: dice.whole(20, 90), lambda n: (n - k) % s > 0)
    left = (n - k) % s
    return Draft(
        f"A {k}×{k} kernel slides over {n}×{n} with stride {s} and no padding. How many columns at the right does "
        "no window read?",
        line("size", **{"in": n, "k": k, "s": s}),
        "unread.1",
        {"ends": left - 1, "stride": line("size", **{"in": n, "k": k, "s": 1}), "ceil": s - left},
        (
            "how many windows fit, and where does the last one end?",
            f"the windows begin at 0, {s}, {2 * s} … and are {k} wide",
            f"it is what is left when {n} − {k} = {n - k} is divided by {s}",
        ),
        "The rest of (input − kernel) / stride is never read, unless padding helps.",
    )


def stride_for(dice: Dice) -> Draft:
    """Backwards: which stride gives this size."""

    def draw() -> tuple[int, int, int, int]:
        return dice.whole(20, 120), dice.of([3, 4, 5]), dice.of([0, 1, 2]), dice.of([2, 3, 4, 5])

    def size(n: int, k: int, p: int, s: int) -> int:
        return (n - k + 2 * p) // s + 1

    n, k, p, s = dice.until(
        draw, lambda d: [size(*d[:3], t) for t in range(1, 60)].count(size(*d)) == 1 and size(*d) > 1
    )
    out = size(n, k, p, s)
    return Draft(
        f"A {k}×{k} kernel with padding {p} makes {out}×{out} of {n}×{n}. What is the stride?",
        line("size", **{"in": n, "k": k, "p": p, "out": out}),
        "solutions.stride.0.first",
        {"cells": (n - k + 2 * p) // out, "padding": (n - k) // (out - 1), "ratio": Fraction(n, out)},
        (
            FORMULA,
            f"{out} − 1 = {out - 1} steps cover at most {n} − {k} + 2·{p} = {n - k + 2 * p} cells",
            f"{n - k + 2 * p} / {out - 1}, rounded down",
        ),
        "The output has one cell more than there are steps.",
    )
