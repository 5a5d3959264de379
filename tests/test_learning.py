"""A kernel that learns: against plain loops and finite differences, d2l's example, and rates around the stable one."""

import json
import shlex
from itertools import pairwise
from math import isinf

import numpy as np
import pytest

from cnnstep import Convolution, kernels, replay, view
from cnnstep.errors import CnnstepError
from cnnstep.learning.curvature import EXACT, TOLERANCE, largest_eigenvalue, stable_rate
from cnnstep.learning.fitting import MOST_UPDATES, Fitting
from cnnstep.views.operations import view_of
from cnnstep.views.wording.learning import decimal

EDGE = [[1, 1, 0, 0, 0, 0, 1, 1]] * 6
FITTINGS = {
    "sse": ({}, (1, 7, 6), (2, 3)),
    "mse": ({"loss": "mse"}, (1, 7, 6), (3, 2)),
    "channels": ({}, (3, 6, 5), (1, 3, 2, 2)),
    "filters": ({"loss": "mse"}, (2, 6, 5), (4, 2, 2, 2)),
    "groups": ({"groups": 2}, (4, 6, 5), (4, 2, 2, 2)),
    "shared in groups": ({"groups": 3}, (3, 5, 5), (2, 2)),
    "stride and padding": ({"stride": (2, 1), "padding": ((1, 0), (2, 1)), "loss": "mse"}, (2, 7, 6), (2, 2, 3, 3)),
    "dilation and mirror": ({"dilation": 2, "padding": 1, "pad_mode": "reflect"}, (1, 7, 8), (2, 3)),
    "constant padding": ({"padding": 1, "pad_mode": "constant", "pad_value": 3}, (1, 5, 5), (2, 2)),
    "signal": ({"axes": 1, "stride": 2}, (2, 12), (1, 2, 3)),
    "film": ({"axes": 3}, (1, 3, 4, 5), (2, 2, 2)),
}
every = pytest.mark.parametrize("name", FITTINGS)


def fitting(name, **more):
    settings, shape, kernel = FITTINGS[name]
    rng = np.random.default_rng(len(name))
    x = rng.normal(size=shape)
    return Fitting(rng.normal(size=kernel), **{"start": "random", "seed": 2, **settings, **more}), x


def by_hand(operation, x, weights, target):
    """The loss of weights: a sum over every output, by a plain loop."""
    y = operation.convolution(weights).output(x)
    total = 0.0
    for a, b in zip(y.ravel().tolist(), target.ravel().tolist(), strict=True):
        total = total + (a - b) ** 2
    return total / (y.size if operation.loss == "mse" else 1)


@every
def test_losses_and_updates_are_those_of_a_plain_loop(name):
    operation, x = fitting(name)
    walk = operation.walk(x)
    target = operation.convolution(operation.like).output(x)
    found = walk.bound.facts()
    assert len(found["losses"]) == len(walk) + 1 == 11
    for step in walk:
        assert step.losses[0] == pytest.approx(by_hand(operation, x, step.before, target), rel=1e-9)
        assert step.losses[1] == pytest.approx(by_hand(operation, x, step.after, target), rel=1e-9)
        assert step.losses == tuple(found["losses"][step.number : step.number + 2])
        np.testing.assert_allclose(step.error, step.prediction - target, atol=1e-12)
        np.testing.assert_array_equal(step.after, step.before - found["rate"] * step.gradient)
        assert step.value == step.after[step.weight]


@every
def test_the_gradient_is_that_of_finite_differences(name):
    operation, x = fitting(name)
    target = operation.convolution(operation.like).output(x)
    step = operation.walk(x)[2]
    for place in np.ndindex(step.before.shape):
        nudge = np.zeros(step.before.shape)
        nudge[place] = 1e-5
        up, down = (by_hand(operation, x, step.before + sign * nudge, target) for sign in (1, -1))
        assert step.gradient[place] == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-6)


@every
def test_the_steps_make_the_learned_kernel(name):
    operation, x = fitting(name)
    walk = operation.walk(x)
    np.testing.assert_array_equal(replay(walk), walk.output)
    assert operation.output_shape(x.shape) == walk.output_shape == walk.output.shape
    np.testing.assert_array_equal(walk[7].before, walk[6].after)
    assert walk[-1].after.tolist() == walk.output.tolist()


def hessian(operation, x, start):
    """Second differences of a quadratic: exact but for rounding."""
    target = operation.convolution(operation.like).output(x)
    units = list(np.eye(start.size).reshape(-1, *start.shape))
    zero = np.zeros(start.shape)

    def loss(weights):
        return by_hand(operation, x, weights, target)

    return np.array([[loss(a + b) - loss(a) - loss(b) + loss(zero) for a in units] for b in units])


@every
def test_the_largest_curvature_is_that_of_the_hessian(name):
    operation, x = fitting(name)
    bound = operation.bind(x)
    largest = np.linalg.eigvalsh(hessian(operation, x, bound.blank()))[-1]
    assert bound.curvature == pytest.approx(largest, rel=1e-9)
    assert bound.stable_rate == 2 / bound.curvature


@every
def test_below_the_stable_rate_it_converges_and_beyond_it_it_diverges(name):
    operation, x = fitting(name)
    limit = operation.bind(x).stable_rate
    holds, breaks = (fitting(name, rate=share * limit, updates=300)[0].bind(x) for share in (0.99, 1.01))
    losses = holds.descent.losses
    assert holds.grows_from is None
    assert losses[-1] < 1e-2 * losses[0]
    assert all(after <= before * (1 + 1e-9) + 1e-20 for before, after in pairwise(losses))
    grown = breaks.descent.losses
    assert grown[-1] > 1e3 * min(grown)
    assert grown[breaks.grows_from] > grown[breaks.grows_from - 1]
    assert all(after <= before for before, after in pairwise(grown[: breaks.grows_from]))


@pytest.mark.parametrize("seed", range(4))
def test_power_iteration_is_as_near_as_it_says(seed):
    matrix = np.random.default_rng(seed).normal(size=(90, EXACT + 6))
    found = largest_eigenvalue(lambda v: matrix @ v.ravel(), lambda g: matrix.T @ g, (2, (EXACT + 6) // 2))
    assert found == pytest.approx(np.linalg.eigvalsh(matrix.T @ matrix)[-1], rel=TOLERANCE)


def test_where_nothing_is_curved_every_rate_holds():
    assert isinf(stable_rate(0))
    bound = Fitting([[1]]).bind([[0, 0], [0, 0]])
    assert (bound.curvature, bound.rate, bound.grows_from, bound.facts()["stable_rate"]) == (0, 0.03, None, None)
    assert largest_eigenvalue(lambda v: v * 0, lambda g: g, (EXACT + 1,)) == 0


def test_the_lesson_is_that_of_dive_into_deep_learning():
    """X = ones((6, 8)), X[:, 2:6] = 0, K = [[1, -1]], lr = 3e-2, the squared error summed; from zero, in ten updates."""
    x = np.ones((6, 8))
    x[:, 2:6] = 0
    w, losses = np.zeros(2), []
    for _ in range(11):
        error = w[0] * x[:, :-1] + w[1] * x[:, 1:] - (x[:, :-1] - x[:, 1:])
        losses.append((error**2).sum())
        gradient = [2 * (error * x[:, :-1]).sum(), 2 * (error * x[:, 1:]).sum()]
        w, before = w - 0.03 * np.array(gradient), w
    shown = view("learn --updates 10")
    found = shown.facts()
    assert found["losses"] == pytest.approx(losses)
    assert found["learned"] == pytest.approx(before[None])
    assert found["learned"] == pytest.approx(np.array([[0.99, -0.98]]), abs=0.01)
    assert found["stable_rate"] == pytest.approx(2 / 60)


def test_a_random_start_is_that_of_its_seed():
    first, again, other = (view(f"learn --from random --seed {seed}").walk[0].before for seed in (1, 1, 2))
    assert first.tolist() == again.tolist() != other.tolist()
    hidden = view("learn --like 1@3x3 --from random")
    assert abs(hidden.walk[0].before - hidden.bound.like).max() > 0.01


def test_divisors_count():
    bound = view("learn --like box --updates 300").bound
    assert bound.like == pytest.approx(np.full((1, 1, 3, 3), 1 / 9))
    started = view('learn --like "2 2 /4" --from "1 3 /2"').bound
    assert started.blank().tolist() == [[[[0.5, 1.5]]]]


def test_pictures_are_levels_from_0_to_1():
    shown = view("learn sample:digit --like sobel-x --updates 400")
    assert shown.bound.x.max() == 1
    assert abs(shown.walk.output - kernels["sobel-x"].weights).max() < 0.3
    assert view("learn --updates 10").bound.x.dtype.kind == "i"


def test_colours_learn_a_kernel_each():
    bound = view("learn sample:flower --rgb --like edge --updates 2").bound
    assert bound.output_shape == (1, 3, 3, 3)
    assert bound.facts()["learned"].shape == (1, 3, 3, 3)


def test_a_target_of_ones_own(tmp_path, run):
    x = np.random.default_rng(3).normal(size=(9, 8))
    kernel = np.array([[1.5, -2], [0.25, 3]])
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "map.npy", Convolution(kernel, 2, 1).output(x))
    args = ("--stride", "2", "--padding", "1", "--from", "0 0; 0 0", "--updates", "400")
    result = run("learn", str(tmp_path / "x.npy"), "--target", str(tmp_path / "map.npy"), *args, "--json")
    found = json.loads(result.stdout)
    assert found["learned"] == pytest.approx(kernel, abs=1e-3)
    assert found["like"] is None


def test_a_saved_kernel_is_a_kernel(run, tmp_path):
    target = str(tmp_path / "learned.npy")
    assert run("learn", "--save", target).exit_code == 0
    assert view(["conv", "--kernel", target]).walk.output == pytest.approx(
        view('conv --kernel "1 -1"').walk.output, abs=1
    )


@pytest.mark.filterwarnings("error")
def test_a_descent_that_overflows_stops_and_says_so(run):
    result = run("learn", "--rate", "1", "--updates", "500")
    told = " ".join(result.output.split())
    assert "the loss grows from update 1 on, and beyond 1e100 in update 74" in told
    assert "a rate below 0.03333 would have held" in told
    found = json.loads(run("learn", "--rate", "1", "--updates", "500", "--json").stdout)
    assert found["grows_from"] == 1
    assert len(found["losses"]) == 74 < found["updates"]
    assert np.isfinite(found["losses"]).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "line", ["learn '1e-200 1e-200' --like 1", "learn --rate 1e-300", "learn '1e90 1' --like 1", "learn 0 --like 1"]
)
def test_odd_numbers_say_nothing_odd(run, line):
    result = run(*shlex.split(line))
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_rate_that_is_too_large_need_not_show():
    told = view("learn --rate 0.04").remarks()[-1]
    assert told.startswith("rate 0.04 is beyond it: from here the loss did not grow in 10 updates")
    assert view("learn --rate 0.04 --from random").bound.grows_from == 2


@pytest.mark.parametrize(
    ("rate", "told"),
    [(1 / 30, "0.03333"), (0.3, "0.3"), (2 / 3, "0.6666"), (1.234567e-5, "0.00001234"), (40, "40"), (123456.7, "123456"),
     (1e20, "100000000000000000000"), (1e-300, "1.000e-300")],
)  # fmt: skip
def test_rates_are_decimals_and_no_larger_than_they_are(rate, told):
    assert decimal(rate) == told
    assert float(told) <= rate


def test_one_setting_changed_in_a_view():
    shown = view_of(Fitting([[1, -1]], rate=0.03).walk(EDGE))
    assert shown.with_setting("rate", 0.01).bound.rate == pytest.approx(0.04)
    assert len(shown.with_setting("updates", 5).walk) == 15
    assert shown.with_setting("loss", 1).bound.task.loss == "mse"
    assert view_of(Fitting([[1, -1]]).walk(EDGE)).with_setting("rate", 0.001).bound.rate == pytest.approx(
        1 / 60 + 0.001
    )


REFUSED = {
    "rate": (lambda: Fitting([[1]], rate=0), "the rate must be above 0, and at most 1,000,000, not 0"),
    "huge rate": (lambda: Fitting([[1]], rate=1e9), "at most 1,000,000, not 1e+09"),
    "negative": (lambda: Fitting([[1]], rate=-0.1), "the rate must be above 0, and at most 1,000,000, not -0.1"),
    "NaN": (lambda: Fitting([[1]], rate=float("nan")), "at most 1,000,000, not nan"),
    "updates": (lambda: Fitting([[1]], updates=0), "updates must be a whole number from 1 to 10,000, not 0"),
    "half an update": (lambda: Fitting([[1]], updates=2.5), "not 2.5"),
    "many updates": (lambda: Fitting([[1]], updates=MOST_UPDATES + 1), "not 10001"),
    "loss": (lambda: Fitting([[1]], loss="mae"), "a kernel is not fitted by the loss 'mae'"),
    "nothing": (Fitting, "either to the output of a known one or to a target"),
    "both": (lambda: Fitting([[1]], target=[[1]]), "either to the output of a known one or to a target"),
    "start": (lambda: Fitting([[1]], "ones"), "a kernel does not start from 'ones'"),
    "no size": (lambda: Fitting(target=EDGE).walk(EDGE), "a target does not say how large the kernel is"),
    "target": (
        lambda: Fitting(start=[[0, 0]], target=[[1, 2]]).walk(EDGE),
        "the target is 1×2, but the prediction of a 1×2 kernel is 1×6×7",
    ),
    "other size": (
        lambda: Fitting([[1, -1]], [[0, 0, 0]]).walk(EDGE),
        "the output of the known kernel is 1×6×7, but the prediction of a 1×3 kernel is 1×6×6",
    ),
    "large start": (lambda: Fitting([[1]], np.zeros((7, 2))).walk(EDGE), "a 7×2 kernel does not fit in a 6×8 input"),
    "costs": (
        lambda: Fitting(np.ones((31, 31)), padding=15, updates=9999).walk(np.ones((400, 400))),
        "9,999 updates of 961 weights for 160,000 outputs take",
    ),
    "overflow": (lambda: Fitting([[1]], rate=1e6).walk([[1e60]]), "the first update leads to numbers beyond 1e+100"),
    "groups": (lambda: Fitting([[1]], groups=2).walk(np.ones((3, 2, 2))), "2 groups do not divide 3 channels"),
    "text": (lambda: Fitting([["a"]]).walk(EDGE), "not numbers that fit 64 bits"),
    "NaN target": (lambda: Fitting(start=[[0]], target=np.full((6, 8), np.nan)).walk(EDGE), "the target holds nan"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_its_numbers(name):
    make, message = REFUSED[name]
    with pytest.raises(CnnstepError) as refused:
        make()
    assert message in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("line", ["learn --updates 10", "learn --loss mse", "learn sample:digit --like sobel-x"])
def test_the_whole_fits_a_screen(run, line):
    shown = run(*line.split()).output.splitlines()
    assert len(shown) <= (23 if "sample" not in line else 24)
    assert any("largest stable rate" in each for each in shown)
