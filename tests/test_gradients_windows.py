"""Gradients of what slides, copies or mixes: cell by cell against differences of L, which are exact for integers."""

import numpy as np
import pytest

from cnnstep import Convolution, Dense, Kernel, Pad, TransposedConvolution, Upsampling, kernels, replay
from cnnstep.engine.gradients.numeric import epsilon_of, numeric
from cnnstep.engine.scatters import Added
from cnnstep.errors import GeometryError

FOLDING = ("reflect", "replicate", "circular")


def whole(low, high, shape, seed=11):
    """The same numbers in whatever order the tests run."""
    return np.random.default_rng(seed).integers(low, high, shape)


def each(low, high, axes, seed):
    return tuple(whole(low, high, axes, seed).tolist())


def convolutions():
    """Random settings of all kinds; those that do not fit are left out."""
    for number in range(45):
        axes, groups = 1 + number % 3, 1 + number % 2
        channels, filters = groups * (1 + number % 3 % 2), groups * (1 + number % 5 % 2)
        mode = ("zeros", "constant", *FOLDING)[number % 5]
        window, stride, dilation = (each(1, high, axes, 7 * number + high) for high in (4, 5, 3))
        settings = {
            "stride": stride, "padding": tuple(map(tuple, whole(0, 3, (axes, 2), number).tolist())), "dilation": dilation, "groups": groups, "axes": axes,
            "flip": bool(number % 4 == 1), "pad_mode": mode, "pad_value": 3 if mode == "constant" else 0,
        }  # fmt: skip
        x, w = (
            whole(-5, 6, (channels, *each(3, 6, axes, number)), number),
            whole(-3, 4, (filters, channels // groups, *window), number),
        )
        try:
            Convolution(w, **settings).output(x)
        except GeometryError:
            continue
        yield number, x, w, 4 if number % 6 == 5 else 1, settings


CASES = list(convolutions())
cases = pytest.mark.parametrize("case", CASES, ids=[str(number) for number, *_ in CASES])


def one(shape, cell):
    step = np.zeros(shape, np.int64)
    step[cell] = 1
    return step


def differences(loss, shape):
    """L with one number larger by 1, less L: the gradient itself where L is linear."""
    base = loss(np.zeros(shape, np.int64))
    return np.array([loss(one(shape, cell)) - base for cell in np.ndindex(*shape)]).reshape(shape)


def check(operation, x, of, g, loss, shape, by=""):
    walk = operation.gradient(of, x, by).walk(g)
    made = walk.output
    assert made.shape == shape
    expected = differences(loss, shape)
    assert made.tolist() == expected.tolist() if made.dtype.kind in "iu" else np.allclose(made.astype(float), expected)
    again = replay(walk)
    assert again.tolist() == made.tolist() if made.dtype.kind in "iu" else np.allclose(again.astype(float), made)
    check_before(walk)


def check_before(walk):
    """What a step says of the output before it is what the steps before it have left."""
    output = walk.bound.blank()
    for step in walk:
        if not isinstance(step, Added):
            return
        places = np.ix_(
            step.filters, *(np.clip(p, 0, n - 1) for p, n in zip(step.window, output.shape[1:], strict=True))
        )
        left = np.where(step.inside, output[places], 0).astype(float)
        assert np.allclose(np.where(step.inside, step.before, 0).astype(float), left)
        step.write(output)


@cases
def test_kernels_and_bias_of_a_convolution(case):
    _, x, w, divisor, settings = case

    def made(weights, bias=0):
        return Convolution(Kernel(weights, divisor), bias=bias, **settings)

    operation = made(w, 2)
    g = whole(-3, 4, operation.output(x).shape)
    for by in ("weight", "window"):
        check(operation, x, "kernel", g, lambda step: (g * made(w + step).output(x)).sum(), w.shape, by)
    bias = np.zeros(len(w), np.int64)
    check(operation, x, "bias", g, lambda step: (g * made(w, bias + step).output(x)).sum(), bias.shape)


@cases
def test_the_input_of_a_convolution(case):
    _, x, w, divisor, settings = case
    operation = Convolution(Kernel(w, divisor), bias=1, **settings)
    g = whole(-3, 4, operation.output(x).shape)
    folds = settings["pad_mode"] in FOLDING and any(map(any, settings["padding"]))
    check(operation, x, "input", g, lambda step: (g * operation.output(x + step)).sum(), x.shape, "window")
    if folds:
        with pytest.raises(GeometryError, match="several windows read one cell"):
            operation.gradient("input", x, "cell")
    else:
        check(operation, x, "input", g, lambda step: (g * operation.output(x + step)).sum(), x.shape, "cell")


@cases
def test_a_transposed_convolution(case):
    number, x, w, divisor, settings = case
    axes, groups = settings["axes"], settings["groups"]
    taken = {name: settings[name] for name in ("stride", "padding", "dilation", "groups", "axes", "flip")}
    larger = [max(pair) for pair in zip(taken["stride"], taken["dilation"], strict=True)]
    taken["output_padding"] = tuple((number + axis) % most for axis, most in zip(range(axes), larger, strict=True))
    weights = whole(-3, 4, (len(x), len(w) // groups, *w.shape[2:]))

    def made(kernel, bias=0):
        return TransposedConvolution(Kernel(kernel, divisor), bias=bias, **taken)

    operation = made(weights, 1)
    try:
        g = whole(-3, 4, operation.output(x).shape)
    except GeometryError as error:
        assert "cuts away all" in error.message
        return
    for by in ("weight", "window"):
        check(operation, x, "kernel", g, lambda step: (g * made(weights + step).output(x)).sum(), weights.shape, by)
    check(operation, x, "input", g, lambda step: (g * operation.output(x + step)).sum(), x.shape)
    bias = np.zeros(len(g), np.int64)
    check(operation, x, "bias", g, lambda step: (g * made(weights, bias + step).output(x)).sum(), bias.shape)


@pytest.mark.parametrize("mode", ["zeros", "constant", *FOLDING])
@pytest.mark.parametrize("padding", [((2, 1), (0, 2)), 1, 0])
def test_padding_gives_back_what_it_copied(mode, padding):
    x = whole(-5, 6, (2, 4, 3))
    operation = Pad(padding, mode, 7 if mode == "constant" else 0)
    g = whole(-3, 4, operation.output(x).shape)
    check(operation, x, "input", g, lambda step: (g * operation.output(x + step)).sum(), x.shape)


@pytest.mark.parametrize("kind", ["nearest", "linear"])
@pytest.mark.parametrize(("factor", "shape"), [((2, 3), (2, 4, 3)), (3, (1, 5, 1)), (2, (2, 5)), (2, (1, 2, 3, 2))])
def test_upsampling_gives_back_what_it_read(kind, factor, shape):
    x = whole(-5, 6, shape)
    operation = Upsampling(factor, kind, axes=len(shape) - 1)
    g = whole(-3, 4, operation.output(x).shape)
    check(operation, x, "input", g, lambda step: (g * operation.output(x + step)).sum(), x.shape)


@pytest.mark.parametrize("shape", [(6,), (2, 3), (1, 2, 3)])
def test_a_dense_layer(shape):
    x, w, g = whole(-5, 6, shape), whole(-3, 4, (4, 6)), whole(-3, 4, 4)
    operation = Dense(w, [1, 2, 3, 4])
    assert operation.learnable == ("weights", "bias")
    check(operation, x, "weights", g, lambda step: (g * Dense(w + step).output(x)).sum(), w.shape)
    check(operation, x, "input", g, lambda step: (g * operation.output(x + step)).sum(), x.shape)
    check(operation, x, "bias", g, lambda step: (g * Dense(w, step).output(x)).sum(), (4,))
    assert operation.gradient("weights", x).output(g).tolist() == np.outer(g, x.ravel()).tolist()


def test_a_shared_kernel_has_a_gradient_for_each_channel():
    x, g = whole(0, 9, (3, 5, 5)), whole(-3, 4, (1, 3, 3))
    found = Convolution(kernels["vertical"]).gradient("kernel", x).output(g)
    assert found.shape == (1, 3, 3, 3)
    one_channel = Convolution(kernels["vertical"]).gradient("kernel", x.sum(axis=0)).output(g)
    assert found.sum(axis=1).tolist() == one_channel[:, 0].tolist()


def test_integers_stay_exact():
    x, g = np.array([[2**62, 1], [3, -(2**62)]]), np.array([[4]])
    assert Convolution([[1, 1], [1, 1]]).gradient("kernel", x).output(g).tolist() == [[[[2**64, 4], [12, -(2**64)]]]]
    assert Convolution([[2**62]]).gradient("input", [[1]]).output([[8]]).tolist() == [[[2**65]]]
    assert Dense([[1, 1]]).gradient("weights", [2**62, 1]).output([4]).tolist() == [[2**64, 4]]


@pytest.mark.parametrize("by", ["weight", "window"])
def test_any_step_of_a_large_walk_costs_its_window(by):
    x = np.arange(4_000_000, dtype=np.int32).reshape(2000, 2000)
    walk = Convolution(kernels["edge"]).gradient("kernel", x, by).walk(np.ones((1, 1998, 1998), int))
    step = walk[4]
    assert step.value == (1 if by == "window" else x[1:-1, 1:-1].sum())


def test_pytorch_agrees():
    torch = pytest.importorskip("torch")
    for number, x, w, divisor, settings in CASES:
        if settings["axes"] != 2 or settings["pad_mode"] == "constant" or settings["flip"] or divisor != 1:
            continue
        given, weights = (torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in (x, w))
        mode = {"zeros": "constant"}.get(settings["pad_mode"], settings["pad_mode"])
        (top, bottom), (left, right) = settings["padding"]
        padded = torch.nn.functional.pad(given[None], (left, right, top, bottom), mode=mode)
        options = {name: settings[name] for name in ("stride", "dilation", "groups")}
        y = torch.nn.functional.conv2d(padded, weights, **options)[0]
        g = np.random.default_rng(number).integers(-3, 4, tuple(y.shape))
        (y * torch.tensor(g)).sum().backward()
        operation = Convolution(w, **settings)
        assert np.allclose(operation.gradient("kernel", x).output(g).astype(float), weights.grad.numpy())
        assert np.allclose(operation.gradient("input", x).output(g).astype(float), given.grad.numpy())


def test_the_numeric_gradient_is_a_central_difference():
    x, g = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[[2.0]]])
    operation = Convolution(Kernel([[1, 2], [3, 4]], 8), bias=1)
    cells = list(np.ndindex(1, 1, 2, 2))
    assert numeric(operation, "kernel", x, g, cells).tolist() == [0.25, 0.5, 0.75, 1]
    assert numeric(operation, "input", x, g, list(np.ndindex(1, 2, 2))).tolist() == [0.25, 0.5, 0.75, 1]
    assert numeric(operation, "bias", x, g, [(0,)]).tolist() == [2]
    assert numeric(Dense([[1, 2]]), "weights", [3, 4], np.array([5]), [(0, 1)]).tolist() == [20]
    turned = TransposedConvolution(Kernel([[1, 2]], 2), flip=True)
    exact = turned.gradient("kernel", [[3]]).output([[[4, 6]]])
    assert numeric(turned, "kernel", [[3]], np.array([[[4, 6]]]), [(0, 0, 0, 0), (0, 0, 0, 1)]).tolist() == [9, 6]
    assert exact.tolist() == [[[[9, 6]]]]
    assert (epsilon_of(np.array([255])), epsilon_of(np.array([2.0**40]))) == (2**-13, 2**8)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convolution([[1]]).gradient("weights", [[1]]), "has no gradient of 'weights': it learns kernel and"),
        (lambda: Pad(1).gradient("kernel", [[1]]), "it learns nothing"),
        (lambda: Convolution([[1]]).gradient("kernel", [[1]], "cell"), "go by weight or window, not by cell"),
        (lambda: Convolution([[1]]).gradient("bias", [[1]], "cell"), "one order, none by cell"),
        (lambda: Convolution([[1]]).gradient("kernel", [[1]]).output([[1, 2]]), "1×2 does not fit an output of 1×1×1"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(GeometryError) as caught:
        make()
    assert message in caught.value.message
    assert caught.value.hint
