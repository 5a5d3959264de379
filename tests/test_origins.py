"""Where a number came from: every layer's cells against plain loops, and every printed sum read back."""

import json
import re
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from cnnstep import replay
from cnnstep.inputs.kernels import read_kernel
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.attribution import origin, trail
from cnnstep.networks.layer_kinds import KINDS
from cnnstep.networks.network import Network, assemble
from cnnstep.networks.run import Run
from cnnstep.notation.chain import chain

SMALL = {
    "lenet5": (1, 32, 32),
    "lenet5-1998": (1, 32, 32),
    "alexnet": (3, 67, 67),
    "vgg16": (3, 32, 32),
    "tinyvgg": (3, 20, 20),
}
"""Inputs that are small enough to be quick, and large enough for every layer."""


def run_of(chained, shape, seed=0):
    layers = assemble(chain(chained, KINDS), shape, read_kernel)
    return Run(Network(layers), np.random.default_rng(seed).normal(size=shape))


LENET = run_of(ARCHITECTURES["lenet5"].chain, (1, 32, 32))


def padded(x, axes):
    return np.pad(x, [(0, 0), *((axis.before, axis.after + axis.stride) for axis in axes)])


def convolved(layer, weights, x, cell):
    """One cell, written as the loops of a textbook."""
    f, i, j = cell
    axes, groups = layer.plan.sizes.axes, layer.plan.sizes.groups
    depth, filters = x.shape[0] // groups, layer.output[0] // groups
    values, total = padded(x, axes), float(weights["bias"][f])
    for c in range(depth):
        for u in range(axes[0].kernel):
            for v in range(axes[1].kernel):
                row, column = i * axes[0].stride + u * axes[0].dilation, j * axes[1].stride + v * axes[1].dilation
                total += float(weights["weight"][f, c, u, v]) * float(values[f // filters * depth + c, row, column])
    return total


def subsampled(layer, weights, x, cell):
    c, i, j = cell
    total = sum(x[c, 2 * i + u, 2 * j + v] for u in range(2) for v in range(2))
    return weights["weight"][c] * total + weights["bias"][c]


def pooled(layer, _, x, cell):
    c, i, j = cell
    (rows, columns) = layer.plan.sizes.axes
    window = [
        x[c, i * rows.stride + u, j * columns.stride + v] for u in range(rows.kernel) for v in range(columns.kernel)
    ]
    return max(window) if layer.word == "maxpool" else sum(window) / len(window)


def dense(_, weights, x, cell):
    (u,) = cell
    return sum(w * v for w, v in zip(weights["weight"][u], x.ravel(), strict=True)) + weights["bias"][u]


LOOPS = {
    "conv": convolved,
    "subsample": subsampled,
    "maxpool": pooled,
    "avgpool": pooled,
    "dense": dense,
    "relu": lambda _, __, x, cell: max(0.0, x[cell]),
    "tanh": lambda _, __, x, cell: float(np.tanh(x[cell])),
    "scaled-tanh": lambda _, __, x, cell: 1.7159 * float(np.tanh(2 * x[cell] / 3)),
    "flatten": lambda _, __, x, cell: x.ravel()[cell[0]],
    "softmax": lambda _, __, x, cell: float(np.exp(x[cell]) / np.exp(x).sum()),
}


@pytest.mark.parametrize("name", SMALL)
def test_loops_agree_on_every_layer_of_every_architecture(name):
    run = run_of(ARCHITECTURES[name].chain, SMALL[name])
    rng = np.random.default_rng(1)
    x = run.x
    for layer in run.layers:
        walk, weights = run.walk(layer.number), run.network.weights_of(layer.number)
        for _ in range(4):
            cell = tuple(int(rng.integers(n)) for n in layer.output)
            found = walk.at(cell)[0].value
            assert found == pytest.approx(walk.output[cell], rel=1e-9, abs=1e-12)
            if layer.word != "dropout":
                assert found == pytest.approx(LOOPS[layer.word](layer, weights, x, cell), rel=1e-9, abs=1e-12)
        if np.prod(walk.shape) <= 3000:
            np.testing.assert_allclose(replay(walk).astype(float), walk.output, rtol=1e-9, atol=1e-12)
        x = walk.output


def test_a_trail_ends_at_a_pixel_and_every_stop_owes_most_to_the_next():
    path = list(trail(LENET, 13, (3,)))
    assert [each.layer.number for each in path] == list(range(13, 0, -1))
    assert all(0 <= i < n for i, n in zip(path[-1].source, (1, 32, 32), strict=True))
    for each, before in pairwise(path):
        assert each.source == before.cell
        assert before.value == pytest.approx(LENET.walk(before.layer.number).output[before.cell])


@pytest.mark.parametrize(("number", "cell"), [(4, (5, 3, 4)), (1, (2, 5, 6)), (7, (3, 0, 0))])
def test_the_largest_product_is_the_largest(number, cell):
    found = origin(LENET, number, cell)
    layer = LENET.layers[number - 1]
    x = LENET.walk(number - 1).output if number > 1 else LENET.x
    weights = LENET.network.weights_of(number)["weight"][cell[0]]
    products = {
        (c, cell[1] + u, cell[2] + v): abs(weights[c, u, v] * x[c, cell[1] + u, cell[2] + v])
        for c in range(layer.input[0])
        for u in range(5)
        for v in range(5)
    }
    assert found.source == max(products, key=lambda place: products[place])


def test_padding_contributes_nothing():
    run = run_of("conv 1@3x3 same", (1, 4, 4))
    assert origin(run, 1, (0, 0, 0)).source in {(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)}


def test_a_maximum_comes_from_one_cell_a_mean_from_all():
    x = np.array([[[1.0, -9.0], [3.0, 2.0]]])
    for word, expected in (("maxpool", (0, 1, 0)), ("avgpool", (0, 0, 1))):
        layers = assemble(chain(f"{word} 2", KINDS), x.shape, read_kernel)
        assert origin(Run(Network(layers), x), 1, (0, 0, 0)).source == expected


NUMBER = r"[−-]?\d[\d.]*(?:e-?\d+)?"


@pytest.mark.parametrize("cell", ["c3[5,3,4]", "c5[7,0,0]", "f6[12]", "c1[2,5,6]", "s2[0,4,4]", "f7[9]"])
def test_what_is_printed_adds_up(run, cell):
    shown = " ".join(run("why", "lenet5", "sample:digit", cell).stdout.split())
    assert shown.startswith(cell)
    name = re.escape(cell) if cell[0] == "s" or cell == "f7[9]" else "sum"
    if "│" in shown:
        rows = re.findall(rf"(?:channel \d+|\d+ others|bias) ({NUMBER}) ", shown)
        sum_, (sign, result) = " + ".join(rows), re.search(rf" sum (=|≈) ({NUMBER}) ", shown).groups()
    else:
        sum_, _, sign, result = re.search(rf" {name} = (.+?)(?: / (\d))? (=|≈) ({NUMBER}) ", shown).groups()
    terms = re.sub(r"row sums|\([a-z][^)]*\)|bias", "", sum_).replace("−", "-").replace("(", "").replace(")", "")
    signed = re.findall(r"[-+]?\s*[-+]?\d[\d.]*(?:e-?\d+)?", terms)
    total = sum(Fraction(re.sub(r"^\+\s*|\s", "", term)) for term in signed)
    value = Fraction(result.replace("−", "-"))
    assert (total == value) == (sign == "=")
    assert abs(total - value) < Fraction(1, 500)
    told = json.loads(run("why", "lenet5", "sample:digit", cell, "--json").stdout)
    assert told["why"] == cell
    assert len(told["trail"]) == told["trail"][0]["number"]


def test_a_why_screen_fits_80_by_24(run):
    for cell in ("c3[5,3,4]", "c5[7,0,0]", "f6[12]", "c1[2,5,6]", "s2[0,4,4]", "softmax[3]", "flatten[4]"):
        lines = run("why", "lenet5", "sample:digit", cell).stdout.splitlines()
        assert len(lines) <= 24, cell
        assert max(map(len, lines)) <= 80


def test_deeper_goes_back_to_a_pixel(run):
    shown = run("why", "lenet5", "sample:digit", "softmax[3]", "--deeper").stdout
    assert len(shown.splitlines()) <= 25
    assert "a pixel" in shown
    assert re.search(r"input\[0,\d+,\d+\]", shown)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("c3[5,3,40]",), "5,3,40 is outside the 16×10×10 output"),
        (("c9[1]",), "there is no layer 'c9'"),
        (("c3",), "2 words are not a cell and an input"),
        (("c3[x]",), "'c3[x]' is not a cell of a layer"),
        (("99[1]",), "there is no layer 99: the network has 13"),
        (("c3[1,1,1]", "--at", "1[0,0,0]"), "has no option"),
        (("input[0,3,4]",), "input[0,3,4] is a pixel"),
        (("--deeper",), "is no cell of a layer"),
    ],
)
def test_mistakes(run, args, said):
    result = run("why", "lenet5", "sample:digit", *args)
    assert result.exit_code in {1, 2}
    assert said.lower() in result.stderr.lower()
    assert "Hint: " in result.stderr
