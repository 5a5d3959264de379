"""Every gradient of every operation: against differences, as the transpose, step by step, against PyTorch."""

import dataclasses
from importlib import import_module
from itertools import product
from pkgutil import iter_modules

import numpy as np
import pytest

import cnnstep.engine
from cnnstep import Activation, Normalization, Pooling, Softmax, replay
from cnnstep.engine.gradients import GRADIENTS, INPUT
from cnnstep.engine.joins import Addition, Concatenation
from cnnstep.engine.steps import Operation
from cnnstep.errors import CnnstepError
from tests.gradients import CASES, LATER

EPSILON = 1e-6
FIELDS = {"slope": "parameter"}
"""What is learned → the field of the operation that holds it, where that has another name."""
LINEAR = {
    "convolution", "transposed", "dense", "unpooling", "upsampling", "pad", "dropout", "flatten", "addition",
    "concatenation",
}  # fmt: skip


def rows():
    """Every case of every operation with everything that it has a gradient of."""
    for noun, cases in CASES.items():
        for name, case in cases():
            known = (*case.operation.learnable, INPUT) if noun in GRADIENTS else (INPUT,)
            for of in known:
                marks = [pytest.mark.skip(reason="its gradients are still to come")] if noun not in GRADIENTS else []
                yield pytest.param(case, of, id=f"{noun}: {name}: {of}", marks=marks)


every = pytest.mark.parametrize(("case", "of"), [*rows()])


def test_every_operation_has_cases():
    """An operation of the engine that is not in the table has no test of its gradients."""
    for module in iter_modules(cnnstep.engine.__path__):
        import_module(f"cnnstep.engine.{module.name}")
    found = {made.noun for made in concrete(Operation) if made.__module__.count(".") == 2}
    assert found == set(CASES)


def concrete(kind):
    """The classes of the package that say what they are called."""
    for made in kind.__subclasses__():
        yield from concrete(made)
        if "noun" in vars(made) and made.__module__.startswith("cnnstep.engine."):
            yield made


def test_every_operation_has_gradients():
    nouns = {case.operation.noun for cases in CASES.values() for _, case in cases()}
    assert nouns == set(CASES)
    assert nouns - set(GRADIENTS) <= LATER, "operations without a row of GRADIENTS"
    functions = {row for row in GRADIENTS if row not in nouns}
    assert functions == {"prelu"}
    assert all(INPUT in GRADIENTS[noun] for noun in nouns & set(GRADIENTS))


def test_what_is_learned():
    learned = {
        noun: case.operation.learnable for noun, cases in CASES.items() for _, case in cases() if noun in GRADIENTS
    }
    assert learned["convolution"] == ("kernel", "bias")
    assert learned["normalization"] == learned["batchnorm"] == ("scale", "shift")
    assert learned["pooling"] == learned["softmax"] == learned["loss"] == ()
    assert Activation("relu").learnable == ()
    assert Activation("prelu").learnable == ("slope",)


def settled(case, of, like):
    """What is varied, as one row of floats; and a function from such a row to the output."""
    operation = case.operation
    if of == INPUT and isinstance(case.x, tuple):
        varied = [case.x[n].astype(float) for n in case.varied]

        def made(row):
            parts = np.split(row, np.cumsum([part.size for part in varied])[:-1])
            inputs = [part.reshape(whole.shape) for part, whole in zip(parts, varied, strict=True)]
            return operation.output((*inputs, *case.x[len(inputs) :]))

        return np.concatenate([part.ravel() for part in varied]), made
    if of == INPUT:
        return case.x.ravel(), lambda row: operation.output(row.reshape(case.x.shape))
    field = FIELDS.get(of, of)
    held = getattr(operation, field)
    held = getattr(operation, "parameters", None) if held is None else held
    now = np.broadcast_to(np.asarray(held, dtype=float).reshape(-1) if np.size(held) != 1 else held, like.size)

    def changed(row):
        value = row.reshape(like.shape) if like.size > 1 or field in {"kernel", "weights"} else row.item()
        return dataclasses.replace(operation, **{field: value}).output(case.x)

    return now.astype(float), changed


def upstream(shape, seed=11):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def whole(shape, seed=12):
    return np.random.default_rng([seed, *shape]).integers(-9, 10, shape)


@every
def test_against_central_differences(case, of):
    g = upstream(case.operation.output(case.x).shape)
    found = case.operation.gradient(of, case.x).output(g)
    row, forward = settled(case, of, found)
    expected = np.empty(row.size)
    for i in range(row.size):
        step = np.zeros(row.size)
        step[i] = EPSILON
        expected[i] = ((forward(row + step) - forward(row - step)) * g).sum() / (2 * EPSILON)
    np.testing.assert_allclose(found.ravel().astype(float), expected, rtol=1e-7, atol=1e-7)


@every
def test_it_is_the_transpose_of_the_forward_change(case, of):
    """<gradient(g), d> == <g, the forward pass's change along d>: exact where all numbers are integers."""
    y = case.operation.output(case.x)
    g = upstream(y.shape)
    found = case.operation.gradient(of, case.x).output(g)
    row, forward = settled(case, of, found)
    d = upstream(row.shape, 13)
    change = (forward(row + EPSILON * d) - forward(row - EPSILON * d)) / (2 * EPSILON)
    assert (found.ravel() * d).sum() == pytest.approx((g * change).sum(), rel=1e-7, abs=1e-7)
    if case.operation.noun in LINEAR and of == INPUT:
        g, d = whole(y.shape), whole(row.shape).astype(float)
        found = case.operation.gradient(of, case.x).output(g)
        change = forward(d) - forward(d * 0)
        assert (found.ravel() * d).sum() == pytest.approx((g * change).sum(), rel=1e-12, abs=1e-10)


@every
def test_the_steps_make_the_whole(case, of):
    operation = case.operation.gradient(of, case.x)
    shape = case.operation.output(case.x).shape
    for g in (upstream(shape), whole(shape)):
        walk = operation.walk(g)
        assert walk.output_shape == walk.output.shape == operation.output_shape(shape)
        np.testing.assert_allclose(replay(walk).astype(float), walk.output.astype(float), rtol=1e-13, atol=1e-13)
        assert all(walk.bound.step(step.number, step.index).as_dict() == step.as_dict() for step in walk[:2])


WHOLE = {"flatten", "addition", "concatenation", "unpooling"}
"""Operations whose gradients never have a fraction, where nothing that came in has one."""


@every
def test_of_integers_the_steps_make_exactly_the_whole(case, of):
    several = case.x if isinstance(case.x, tuple) else (case.x,)
    x = tuple(np.round(each * 7).astype(int) for each in several)
    x = x if isinstance(case.x, tuple) else x[0]
    walk = case.operation.gradient(of, x).walk(whole(case.operation.output(x).shape))
    found, output = replay(walk), walk.output
    assert output.dtype.kind in "iuO" or case.operation.noun not in WHOLE
    if output.dtype.kind in "iuO":
        assert found.tolist() == output.tolist()
    else:
        np.testing.assert_allclose(found.astype(float), output, rtol=1e-13, atol=1e-13)


def loop(x, g, window, stride, before, share):
    """A pooling's gradient, counted out: `share` says of a window's cells what each gets of 1."""
    made = np.zeros(x.shape, dtype=object)
    for channel, *cell in np.ndindex(g.shape):
        places = []
        for offsets in product(range(window), repeat=x.ndim - 1):
            place = [i * stride - before + k for i, k in zip(cell, offsets, strict=True)]
            if all(0 <= p < n for p, n in zip(place, x.shape[1:], strict=True)):
                places.append((channel, *place))
        values = [x[place].item() for place in places]
        for place, part in zip(places, share(values), strict=True):
            made[place] += g[(channel, *cell)].item() * part
    return made


def first(best):
    return lambda values: [int(i == values.index(best(values))) for i in range(len(values))]


LOOPS = {
    "max": first(max),
    "min": first(min),
    "average": lambda values: [1 / len(values)] * len(values),
    "lp": lambda values: [v / sum(w * w for w in values) ** 0.5 if any(values) else 0 for v in values],
    "median": lambda values: (
        first(lambda v: sorted(v)[len(v) // 2])(values)
        if len(values) % 2
        else [(a + b) / 2 for a, b in zip(
            first(lambda v: sorted(v)[len(v) // 2])(values), first(lambda v: sorted(v)[len(v) // 2 - 1])(values),
            strict=True,
        )]
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LOOPS)
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("settings", [(2, 2, 0), (3, 1, 1), (3, 2, 1)], ids=str)
def test_pooling_against_plain_loops_with_ties(kind, axes, settings):
    x = np.random.default_rng(axes).integers(0, 4, (2, *(6,) * axes))
    pooling = Pooling(*settings, kind=kind, axes=axes)
    g = whole(pooling.output(x).shape)
    found, expected = pooling.gradient(INPUT, x).output(g), loop(x, g, *settings, LOOPS[kind])
    if kind in {"max", "min"}:
        assert found.tolist() == expected.tolist()
    else:
        np.testing.assert_allclose(found, expected.astype(float), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
@pytest.mark.parametrize("kind", ["max", "min", "median"])
def test_extreme_integers_find_their_cell(kind, dtype):
    ends = np.iinfo(dtype)
    x = np.array([[ends.max, ends.min, 3, ends.max, ends.min]], dtype)
    expected = {"max": [5, 0, 0, 0, 0], "min": [0, 5, 0, 0, 0], "median": [0, 0, 5, 0, 0]}[kind]
    assert Pooling(5, axes=1, kind=kind).gradient(INPUT, x).output([[5]]).tolist() == [expected]


def test_upstream_sums_do_not_wrap():
    g = np.full((1, 3, 3), 127, np.int8)
    x = np.zeros((1, 5, 5), np.int8)
    x[0, 2, 2] = 1
    assert Pooling(3, 1).gradient(INPUT, x).output(g)[0, 2, 2] == 9 * 127
    huge = np.full((2, 2), 2**62)
    assert Normalization().gradient("shift", np.arange(4).reshape(2, 2)).output(huge).tolist() == [4 * 2**62]


def test_conventions():
    """The first maximum on a tie, and 0 in relu's corner."""
    tied = Pooling(2).gradient(INPUT, np.ones((1, 2, 2))).output([[[8]]])
    assert tied.tolist() == [[[8, 0], [0, 0]]]
    assert Activation("relu").gradient(INPUT, [-1, 0, 1]).output([5, 5, 5]).tolist() == [0, 0, 5]


def test_softmax_against_its_jacobian():
    z, g = upstream((6,)), upstream((6,), 2)
    p = np.exp(z) / np.exp(z).sum()
    jacobian = [[p[i] * ((i == j) - p[j]) for j in range(6)] for i in range(6)]
    expected = [sum(g[i] * jacobian[i][j] for i in range(6)) for j in range(6)]
    np.testing.assert_allclose(Softmax().gradient(INPUT, z).output(g), expected, rtol=1e-12)


def test_normalization_against_its_jacobian():
    x, g = upstream((1, 6)), upstream((1, 6), 2)
    root = (x.var() + 1e-5) ** 0.5
    z = ((x - x.mean()) / root)[0]
    jacobian = [[((i == j) - 1 / 6 - z[i] * z[j] / 6) / root for j in range(6)] for i in range(6)]
    expected = [3 * sum(g[0, i] * jacobian[i][j] for i in range(6)) for j in range(6)]
    np.testing.assert_allclose(Normalization(3, 1).gradient(INPUT, x).output(g)[0], expected, rtol=1e-12, atol=1e-12)


def test_the_gradients_of_several_inputs_come_together_and_one_by_one():
    x = (np.arange(8).reshape(2, 2, 2), np.arange(4).reshape(1, 2, 2))
    g = whole((3, 2, 2))
    both = Concatenation().gradient(INPUT, x)
    assert both.output(g).tolist() == g.tolist()
    assert [part.output(g).tolist() for part in both.parts] == [g[:2].tolist(), g[2:].tolist()]
    assert [replay(part.walk(g)).tolist() for part in both.parts] == [g[:2].tolist(), g[2:].tolist()]
    assert [step.target for step in both.walk(g)][-1] == ((0, 1, 1), 1)
    same = Addition().gradient(INPUT, (x[0], x[0]))
    assert same.output(g[:2]).tolist() == [g[:2].tolist()] * 2
    assert [part.output(g[:2]).tolist() for part in same.parts] == [g[:2].tolist()] * 2


@pytest.mark.parametrize(
    ("of", "by", "g", "told"),
    [
        ("kernel", "", None, "pooling has no gradient of"),
        (INPUT, "weight", None, "these steps have one order, none by weight"),
        (INPUT, "", np.ones((3, 3)), "an upstream gradient of 3×3 does not fit an output of 1×2×2"),
        (INPUT, "", [[np.nan, 1], [1, 1]], "the upstream gradient holds nan"),
    ],
)
def test_errors(of, by, g, told):
    with pytest.raises(CnnstepError, match=told):
        Pooling(2).gradient(of, np.ones((4, 4)), by).output(g)
