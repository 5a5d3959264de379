"""What layers and networks cost, against plain loops, published numbers and other people's counters."""

import json
from fractions import Fraction
from itertools import product

import pytest

from cnnstep.geometry import Sizes, sliding_axes
from cnnstep.geometry.sizes import with_kernel
from cnnstep.networks.architectures import ARCHITECTURES
from cnnstep.networks.described import describe
from cnnstep.views.networks.table import document
from cnnstep.views.wording.arithmetic import fraction, in_units, memory

MEBI = 2**20


def sizes_of(channels, filters, size, kernel, stride=1, padding=0, groups=1):
    return Sizes.checked(sliding_axes((size, size), kernel, stride, padding), channels, filters, groups)


def known(name, batch=1):
    """The document of a network with a name."""
    architecture = ARCHITECTURES[name]
    return document(name, describe(name).layers(architecture.input), batch)


def counted(channels, filters, size, kernel, stride, padding, groups, batch):
    """Products of a convolution, one by one, and the cells that it writes."""
    products = cells = 0
    starts = range(-padding, size + padding - kernel + 1, stride)
    for _, f, _, _ in product(range(batch), range(filters), starts, starts):
        group = f * groups // filters
        read = range(group * (channels // groups), (group + 1) * (channels // groups))
        products += sum(1 for _ in product(read, range(kernel), range(kernel)))
        cells += 1
    return products, cells


@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize(
    "layer",
    [(3, 4, 6, 3, 1, 0, 1, 1), (4, 6, 7, 3, 2, 1, 2, 3), (4, 4, 5, 3, 1, 1, 4, 2), (2, 3, 4, 1, 1, 0, 1, 5)],
    ids=["plain", "groups", "depthwise", "pointwise"],
)
def test_costs_are_what_loops_count(layer, has_bias):
    channels, filters, size, kernel, stride, padding, groups, batch = layer
    found = sizes_of(channels, filters, size, kernel, stride, padding, groups)._replace(has_bias=has_bias, batch=batch)
    products, cells = counted(*layer)
    weights = filters * (channels // groups) * kernel * kernel + filters * has_bias
    assert (found.multiply_adds, found.flops) == (products, 2 * products)
    assert (found.cells, found.activation_bytes) == (cells, 4 * cells)
    assert (found.parameters, found.parameter_bytes) == (weights, 4 * weights)


def test_what_is_not_known_costs_nothing_known():
    found = Sizes(sliding_axes((8, 8), 3))
    assert (found.flops, found.parameter_bytes, found.activation_bytes, found.batch) == (None, None, None, 1)
    assert Sizes(sliding_axes((8, 8), 2, 2), 5, batch=3).activation_bytes == 3 * 5 * 4 * 4 * 4  # pooling


@pytest.mark.parametrize(("kernel", "channels", "filters"), [(3, 32, 64), (5, 8, 24), (3, 512, 512)])
def test_a_separable_convolution_costs_what_the_paper_says(kernel, channels, filters):
    """Howard et al., MobileNets, 2017, section 3.1: 1/N + 1/Dk² of the products of a full one."""
    full = sizes_of(channels, filters, 14, kernel, padding="same")
    both = sum(part.multiply_adds for part in full.separable)
    assert Fraction(both, full.multiply_adds) == Fraction(1, filters) + Fraction(1, kernel**2)
    pointwise = sizes_of(channels, filters, 14, 1)
    assert Fraction(pointwise.multiply_adds, with_kernel(pointwise, kernel).multiply_adds) == Fraction(1, kernel**2)
    assert with_kernel(pointwise, kernel).output == pointwise.output
    depthwise = full._replace(groups=channels)
    assert Fraction(depthwise.multiply_adds, depthwise.full.multiply_adds) == Fraction(1, channels)


BLOCKS = [(32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2),
          *[(512, 512, 1)] * 5, (512, 1024, 2), (1024, 1024, 1)]  # fmt: skip
"""Channels, filters and stride of MobileNet's thirteen blocks: Howard et al. 2017, Table 1."""


def test_mobilenet_costs_what_its_table_says():
    """Howard et al. 2017, Table 4: 569 million multiply-adds and 4.2 million parameters; 4,866 and 29.3 without."""
    first = sizes_of(3, 32, 224, 3, 2, "same")._replace(has_bias=False)
    full, size = [first], 112
    for channels, filters, stride in BLOCKS:
        full.append(sizes_of(channels, filters, size, 3, stride, "same")._replace(has_bias=False))
        size //= stride
    separable = [first, *(part for each in full[1:] for part in each.separable)]
    dense = 1024 * 1000
    millions = [
        [(sum(getattr(part, cost) for part in parts) + dense) / 1e6 for cost in ("multiply_adds", "parameters")]
        for parts in (separable, full)
    ]
    # the second of the paper leaves the dense layer out: 4,866.3
    assert [round(millions[0][0]), round(millions[1][0] - dense / 1e6)] == [569, 4866]
    assert [round(each[1], 1) for each in millions] == [4.2, 29.3]


def test_vgg16_costs_what_is_published():
    """Sze et al., Efficient Processing of Deep Neural Networks, 2017, Table II; pytorch-summary's example of VGG-16."""
    vgg = known("vgg16")
    assert (vgg["multiply_adds"], vgg["flops"]) == (15_470_264_320, 30_940_528_640)
    assert (vgg["parameters"], vgg["parameter_bytes"]) == (138_357_544, 553_430_176)
    assert round(vgg["parameter_bytes"] / MEBI, 2) == 527.79
    # it counts outputs twice, for the way back, and has neither flatten nor softmax
    outputs = sum(layer["activation_bytes"] for layer in vgg["layers"] if layer["layer"] not in {"flatten", "softmax"})
    assert round(2 * outputs / MEBI, 2) == 218.59
    image = 4 * 3 * 224 * 224
    assert round(image / MEBI, 2) == 0.57
    assert vgg["activation_bytes"] == image + sum(layer["activation_bytes"] for layer in vgg["layers"])


def test_alexnet_costs_what_is_published():
    """Sze et al. 2017, Table II: 724 million multiply-adds, 61 million weights."""
    alexnet = known("alexnet")
    assert round(alexnet["multiply_adds"] / 1e6) == 724
    assert alexnet["parameter_bytes"] == 4 * 60_965_224


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_batch_multiplies_all_but_the_parameters(name):
    one, eight = known(name), known(name, 8)
    for cost in ("multiply_adds", "flops", "activation_bytes"):
        assert eight[cost] == 8 * one[cost]
        assert type(eight[cost]) is int
        assert [layer[cost] for layer in eight["layers"]] == [8 * layer[cost] for layer in one["layers"]]
    for cost in ("parameters", "parameter_bytes"):
        assert eight[cost] == one[cost] == sum(layer[cost] for layer in one["layers"])
    assert (one["batch"], eight["batch"]) == (1, 8)


def test_the_table_says_what_a_network_costs(run):
    shown = " ".join(run("net", "lenet5", "--batch", "10").stdout.split())
    assert "10 images of 1×32×32 → 10" in shown
    assert "4,165,200 multiply-adds 8,330,400 FLOPs = 2·4,165,200" in shown
    assert "parameters ≈ 241 KiB, activations ≈ 615.5 KiB (input + outputs)" in shown
    assert len(run("net", "lenet5").stdout.splitlines()) <= 23


def test_a_layer_says_what_it_costs(run):
    shown = " ".join(run("explain", "lenet5", "c3").stdout.split())
    assert "FLOPs 2·240,000 = 480,000" in shown
    assert "output 16·10·10·4 bytes = 6,400 bytes = 6.25 KiB" in shown
    assert "parameters 2,416·4 bytes = 9,664 bytes ≈ 9.438 KiB" in shown
    assert "parameters 0" not in run("explain", "lenet5", "s2").stdout


SAID = {
    "costs": ("--in 3x32x32 --k 3 --padding same --filters 12", [
        "FLOPs = 2·331,776 = 663,552 (biases aside; papers may mean multiply-adds)",
        "output as float32 = 12·32·32·4 bytes = 49,152 bytes = 48 KiB",
        "parameters as float32 = 336·4 bytes = 1,344 bytes ≈ 1.313 KiB"]),
    "batch": ("--in 3x32x32 --k 3 --padding same --filters 12 --batch 8", [
        "8 images of 3×32×32 → 12×32×32 8·1,024 = 8,192 windows", "= 336, the same for all images",
        "multiply-adds = 8,192 windows·27·12 filters = 2,654,208", "8·12·32·32·4 bytes = 393,216 bytes"]),
    "no bias": ("--in 3x32x32 --k 3 --filters 12 --no-bias", ["parameters = 3·3·3·12 = 27·12 = 324, no biases"]),
    "depthwise": ("--in 32x112x112 --k 3 --padding 1 --filters 64 --depthwise", [
        "32 depthwise filters, then 64 pointwise of 1×1", "depthwise 3×3 640 7,225,344 1/32 = 0.03125",
        "depthwise + pointwise 2,432 29,302,784 1/64 + 1/(3·3) ≈ 0.1267", "full 3×3 convolution 18,496 231,211,008 1"]),
    "pointwise": ("--in 64x56x56 --pointwise --filters 128", [
        "64×56×56 → 128×56×56", "pointwise 1×1 8,320 25,690,112 1/(3·3) ≈ 0.1111",
        "full 3×3 convolution 73,856 231,211,008 1"]),
    "transposed": ("--in 64x56x56 --depthwise --k 3 --s 2 --transposed", [
        "products an input cell", "depthwise 3×3 640 1,806,336 1/64 ≈ 0.01562"]),
    "solved": ("--in 64x56x56 --k 3 --s 2 --depthwise --out 28", ["padding 1 gives 28", "depthwise + pointwise 4,800"]),
    "pooling": ("--in 64x56x56 --k 2 --s 2", ["output as float32 = 64·28·28·4 bytes = 200,704 bytes"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_size_says_what_a_layer_costs(run, name):
    args, said = SAID[name]
    result = run("size", *args.split())
    shown = " ".join(result.stdout.split())
    for text in said:
        assert text in shown
    assert len(result.stdout.splitlines()) <= 24


def test_costs_as_a_document(run):
    args = ("size", "--in", "32x112x112", "--k", "3", "--p", "1", "--filters", "64", "--depthwise", "--batch", "2")
    found = json.loads(run(*args, "--no-bias", "--json").stdout)
    assert (found["groups"], found["batch"], found["bias"]) == (32, 2, False)
    assert (found["windows"], found["parameters"], found["parameter_bytes"]) == (2 * 112 * 112, 576, 2304)
    assert (found["multiply_adds"], found["flops"]) == (14_450_688, 28_901_376)
    assert found["activation_bytes"] == 4 * 2 * 64 * 112 * 112
    cells = 2 * 112 * 112
    full, both = cells * 32 * 9 * 64, cells * 32 * (9 + 64)
    assert found["full"] == {"parameters": 32 * 9 * 64, "multiply_adds": full, "flops": 2 * full}
    assert found["separable"] == {"parameters": 32 * 9 + 32 * 64, "multiply_adds": both, "flops": 2 * both}


REFUSED = {
    "no channels": ("--in 32 --k 3 --depthwise", "--depthwise needs the channels", "write --in 32x32x32"),
    "filters": ("--in 32x8x8 --k 3 --depthwise --filters 48", "or a multiple, not 48", "use --filters 32 or --filters 64"),
    "few filters": ("--in 32x8x8 --k 3 --depthwise --filters 8", "or a multiple, not 8", "use --filters 32"),
    "groups": ("--in 32x8x8 --k 3 --depthwise --groups 4", "over 32 channels has 32 groups, not 4", "leave out --groups"),
    "both": ("--in 32x8x8 --k 3 --depthwise --pointwise", "are two layers", "leave out --pointwise"),
    "kernel": ("--in 32x8x8 --k 3 --pointwise --filters 2", "is a 1×1 kernel, not 3×3", "leave out --kernel"),
    "nothing": ("--in 8x9 --pointwise", "needs the channels and the filters", "write --in 32x8x9 --filters 64"),
    "no filters": ("--in 7x8x9 --pointwise", "needs the channels and the filters", "write --in 7x8x9 --filters 64"),
    "ceil": ("--in 7x8x9 --k 3 --depthwise --ceil", "not for --depthwise", "leave one of them out"),
    "batch": ("--in 8 --k 3 --batch 0", "batch must be 1 or more, not 0", "write --batch 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_contradicts_is_refused(run, name):
    args, said, hint = REFUSED[name]
    result = run("size", *args.split())
    assert result.exit_code == 2
    assert said in result.stderr
    assert hint in result.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("lenet5", "sample:digit", "--batch", "3"), "type cnnstep net lenet5 --batch 3"),
        (("conv 3@3x3", "--batch", "3"), 'type cnnstep net "conv 3@3x3" --in 1x32x32 --batch 3'),
        (("lenet5", "--layer", "c3", "--batch", "3"), "type cnnstep net lenet5 --batch 3"),
        (("lenet5", "--as-conv", "--batch", "3"), "leave out --batch"),
        (("--list", "--batch", "3"), "leave out --batch"),
    ],
)
def test_only_the_table_takes_a_batch(run, args, said):
    result = run("net", *args)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 bytes"), (1, "1 byte"), (1023, "1,023 bytes"), (1024, "1,024 bytes = 1 KiB"), (2560, "2,560 bytes = 2.5 KiB"),
     (553_430_176, "553,430,176 bytes ≈ 527.8 MiB"), (3 * 2**30, "3,221,225,472 bytes = 3 GiB")],
)  # fmt: skip
def test_bytes_in_words(size, told):
    assert memory(size) == told


@pytest.mark.parametrize("size", [1, 1025, 1_048_575, 7 * 10**9 + 1, 10**30, 2**400 + 1])
def test_a_unit_is_exact_or_says_that_it_is_not(size):
    sign, number, unit = in_units(size).split()
    power = ("byte", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB").index(unit)
    off = abs(Fraction(number.replace(",", "")) * 1024**power - size)
    assert (off == 0) == (sign == "=")
    assert off * 1000 <= size


def test_shares_are_exact_or_say_that_they_are_not():
    assert [fraction(1, whole) for whole in (1, 4, 9, 64)] == ["= 1", "= 0.25", "≈ 0.1111", "≈ 0.01562"]
