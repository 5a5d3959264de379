"""Questions about what layers cost: parameters, multiply-adds, and how far a cell sees."""

from functools import partial

from cnnstep.classroom.dice import Dice
from cnnstep.classroom.drafts import Draft, Line, Wrong, line

WEIGHTS = "every filter has kernel·kernel·channels weights and one bias"


def filters(dice: Dice) -> Draft:
    """The parameters of a convolution."""
    c, f, k, n = dice.of([1, 3, 6, 16]), dice.of([4, 6, 8, 16, 32, 64]), dice.of([3, 5, 7]), dice.of([28, 32, 64])
    size = partial(line, "size", **{"in": f"{c}x{n}x{n}", "k": k, "filters": f})
    return Draft(
        f"A convolution has {f} filters of {k}×{k}, each with a bias, and reads {c}×{n}×{n}. "
        "How many parameters does it learn?",
        size(),
        "parameters",
        {
            "bias": size(no_bias=True),
            "bias once": k * k * c * f + 1,
            "channels": size(**{"in": f"1x{n}x{n}"}),
            "filters": size(filters=1),
        },
        (WEIGHTS, f"{k}·{k}·{c} + 1 = {k * k * c + 1} a filter", f"{k * k * c + 1}·{f} filters"),
        "The size of the input does not matter: the same weights are used in every place.",
    )


def dense(dice: Dice) -> Draft:
    """The parameters of a dense layer on maps."""
    c, n, units = dice.of([4, 6, 8, 16]), dice.whole(4, 9), dice.of([10, 20, 84, 100, 120])
    inputs = c * n * n
    net = line("net", f"dense {units}", **{"in": f"{c}x{n}x{n}"})
    return Draft(
        f"A dense layer of {units} units reads {c} maps of {n}×{n}. How many parameters does it learn, "
        "biases included?",
        net,
        "parameters",
        {
            "bias": inputs * units,
            "bias once": inputs * units + 1,
            "flat": (c + 1) * units,
            "unit": inputs + 1,
            "one map": line("net", f"dense {units}", **{"in": f"1x{n}x{n}"}),
        },
        (
            "every unit has a weight for each cell of every map, and a bias",
            f"{c}·{n}·{n} = {inputs} weights a unit",
            f"({inputs} + 1)·{units}",
        ),
        "A dense layer shares nothing, so it grows with the size of the input.",
    )


def whole_network(dice: Dice) -> Draft:
    """The parameters of three layers."""
    f, k, n, units = dice.of([4, 6, 8]), dice.of([3, 5]), dice.of([12, 14, 16, 18, 20]), dice.of([5, 10])
    shape = {"in": f"1x{n}x{n}"}

    def net(pool: str = " | maxpool 2", bias: str = "") -> Line:
        return line("net", f"conv {f}@{k}x{k}{bias}{pool} | dense {units}", **shape)

    half = (n - k + 1) // 2
    inputs = f * half * half
    return Draft(
        f"1×{n}×{n} goes through {f} filters of {k}×{k} (stride 1, no padding), 2×2 max pooling and a dense layer of "
        f"{units} units. How many parameters has the network, biases included?",
        net(),
        "parameters",
        {
            "pooled": net(pool=""),
            "bias": k * k * f + inputs * units,
            "flat": (k * k + 1) * f + (f + 1) * units,
            "kept": (k * k + 1) * f + (f * (n // 2) ** 2 + 1) * units,
        },
        (
            "add up the layers; pooling learns nothing",
            f"the filters have ({k}·{k} + 1)·{f} = {(k * k + 1) * f}",
            f"the dense layer reads {f} maps of {half}×{half}",
        ),
        "Most parameters of a small network stand in its first dense layer.",
    )


def work(dice: Dice) -> Draft:
    """The multiply-adds of a convolution."""
    return _work(dice, stride=1)


def work_with_stride(dice: Dice) -> Draft:
    """The same with stride and padding."""
    return _work(dice, stride=dice.of([2, 3]), padding=dice.of([1, 2]))


def _work(dice: Dice, stride: int, padding: int = 0) -> Draft:
    c, f, k, n = dice.of([1, 3, 8]), dice.of([2, 4, 6, 8, 16]), dice.of([3, 5]), dice.whole(8, 32)
    size = partial(line, "size", **{"in": f"{c}x{n}x{n}", "k": k, "filters": f, "s": stride, "p": padding})
    out = (n - k + 2 * padding) // stride + 1
    wrong: dict[str, Wrong] = {
        "filters": size(filters=1),
        "channels": size(**{"in": f"1x{n}x{n}"}),
        "every cell": n * n * k * k * c * f,
        "flops": 2 * out * out * k * k * c * f,
        "padding": size(p=0),
        "stride": size(s=1),
    }
    return Draft(
        f"{f} filters of {k}×{k} slide over {c}×{n}×{n} with stride {stride} and padding {padding}. "
        "How many multiply-adds is that? (Biases aside.)",
        size(),
        "multiply_adds",
        wrong,
        (
            "windows · products a window · filters",
            f"there are {out}·{out} = {out * out} windows",
            f"{out * out} windows of {k}·{k}·{c} = {k * k * c} products, for each of {f} filters",
        ),
        "Every filter looks through every window, and a window reads all channels.",
    )


def separable(dice: Dice) -> Draft:
    """A depthwise convolution, then a pointwise one, in place of a full one."""
    c, f, n = dice.of([3, 4, 8, 16]), dice.of([8, 16, 32]), dice.of([8, 10, 14, 16])

    def net(depthwise: str = " depthwise", first: int = c) -> Line:
        chain = f"conv {first}@3x3 same{depthwise} | conv {f}@1x1"
        return line("net", chain, **{"in": f"{c}x{n}x{n}"})

    return Draft(
        f"A depthwise 3×3 convolution that keeps the size ({c} channels, one filter each), then {f} pointwise filters "
        f"of 1×1, over {c}×{n}×{n}. How many multiply-adds are the two layers together?",
        net(),
        "multiply_adds",
        {
            "groups": net(depthwise=""),
            "channels": n * n * (9 * c + f),
            "filters": n * n * (9 * c + c),
            "whole convolution": n * n * 9 * c * f,
            "flops": 2 * n * n * (9 * c + c * f),
        },
        (
            "a depthwise filter reads one channel, a pointwise one reads all of them",
            f"depthwise: {n}·{n} windows · 9 products · {c} channels",
            f"pointwise: {n}·{n} windows · {c} products · {f} filters; add both",
        ),
        f"A full 3×3 convolution would need {n * n * 9 * c * f:,}.",
    )


def two_fields(dice: Dice) -> Draft:
    """Two convolutions, one after the other."""
    return _field([dice.whole(2, 9), dice.whole(2, 9)], [1, 1])


def strided_fields(dice: Dice) -> Draft:
    """Strides in between, which make the later kernels reach further."""
    kernels = [dice.of([3, 5, 7]), dice.of([2, 3]), dice.of([3, 5, 7])]
    return _field(kernels, [dice.of([1, 2]), dice.of([2, 3]), 1])


def _field(kernels: list[int], strides: list[int]) -> Draft:
    def explain(strides: list[int]) -> Line:
        told = [f"conv 4@{k}x{k} stride {s}" for k, s in zip(kernels, strides, strict=True)]
        return line("explain", " | ".join(told), f"c{len(told)}", **{"in": "1x96x96"})

    seen = [f"{k}×{k} with stride {s}" for k, s in zip(kernels, strides, strict=True)]
    jump, grown = 1, [1]
    for k, s in zip(kernels, strides, strict=True):
        grown.append(grown[-1] + (k - 1) * jump)
        jump *= s
    return Draft(
        f"Convolutions follow each other: {', then '.join(seen)}. How many rows of the input does one cell at the end "
        "see?",
        explain(strides),
        "field.0.size",
        {
            "jump": explain([1] * len(strides)),
            "overlap": sum(kernels),
            "last layer": kernels[-1],
        },
        (
            "a layer adds (kernel − 1)·jump, where jump is the product of the strides before it",
            f"after the first layer a cell sees {grown[1]}",
            f"the last layer makes it {grown[-2]} + ({kernels[-1]} − 1)·{(grown[-1] - grown[-2]) // (kernels[-1] - 1)}",
        ),
        "Strides make every later kernel reach further.",
    )


def how_many(dice: Dice) -> Draft:
    """Backwards: how many small kernels see as much as one large one."""
    k, layers = dice.of([3, 5, 7]), dice.whole(2, 12)
    field = 1 + layers * (k - 1)
    chain = " | ".join([f"conv 4@{k}x{k}"] * layers)
    return Draft(
        f"How many {k}×{k} convolutions with stride 1, one after the other, see as much as one of {field}×{field}?",
        line("explain", chain, f"c{layers}", **{"in": "1x96x96"}),
        "number",
        {"overlap": field // k, "ends": layers + 1},
        (
            "the first one sees its kernel; how much does each further one add?",
            f"each adds {k} − 1 = {k - 1}",
            f"({field} − 1) / {k - 1}",
        ),
        "Several small kernels see as much as a large one, with fewer weights and more nonlinearities.",
    )
