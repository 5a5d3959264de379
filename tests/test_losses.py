"""Losses: against their definitions in plain loops, central differences, and PyTorch where it is installed."""

import json
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstep import replay
from cnnstep.engine.loss import LossFunction
from cnnstep.engine.losses import GRADIENT, LOSS, LOSSES
from cnnstep.errors import CnnstepError, GeometryError
from cnnstep.views.operations import view_of
from cnnstep.views.vocabulary import Vocabulary
from cnnstep.views.wording.losses import WORDS

NUMBERS = st.floats(-20, 20).map(lambda x: round(x, 3))


def softmax(x):
    most = max(x)
    powers = [exp(each - most) for each in x]
    return [each / sum(powers) for each in powers]


def cross_entropy(x, t):
    return -sum(weight * log(p) for p, weight in zip(softmax(x), t, strict=True) if weight)


def hinge(x, t):
    right = t.index(1)
    return sum(max(0, each - x[right] + 1) for n, each in enumerate(x) if n != right)


def mean(each):
    return lambda x, t: sum(map(each, x, t)) / len(x)


def huber(x, t, delta=1):
    d = abs(x - t)
    return d * d / 2 if d <= delta else delta * (d - delta / 2)


def binary(x, t):
    yes, no = 1 / (1 + exp(-x)), 1 / (1 + exp(x))  # 1 − yes would lose its digits
    return -t * log(yes) - (1 - t) * log(no)


BY_HAND = {
    "cross-entropy": cross_entropy,
    "binary-cross-entropy": mean(binary),
    "mse": mean(lambda x, t: (x - t) ** 2),
    "sse": lambda x, t: sum((a - b) ** 2 for a, b in zip(x, t, strict=True)),
    "mae": mean(lambda x, t: abs(x - t)),
    "huber": mean(huber),
    "hinge": hinge,
    "binary-hinge": mean(lambda x, t: max(0, 1 - t * x)),
}
TARGETS = {
    "cross-entropy": lambda n: st.integers(0, n - 1),
    "hinge": lambda n: st.integers(0, n - 1),
    "binary-cross-entropy": lambda n: st.lists(st.sampled_from([0, 0.25, 1]), min_size=n, max_size=n),
    "binary-hinge": lambda n: st.lists(st.sampled_from([-1, 1]), min_size=n, max_size=n),
}


def values(n):
    return st.lists(NUMBERS, min_size=n, max_size=n)


@st.composite
def compared(draw, kind):
    n = draw(st.integers(1, 12))
    return draw(values(n)), draw(TARGETS.get(kind, values)(n))


def as_list(target, n):
    return [1 if k == target else 0 for k in range(n)] if isinstance(target, int) else list(target)


def test_every_loss_is_checked_and_told():
    assert set(BY_HAND) == set(LOSSES) == set(WORDS)
    for kind, rule in LOSSES.items():
        names = [stage.name for stage in rule.stages]
        assert names[-2:] == [LOSS, GRADIENT]
        assert list(WORDS[kind]) == names


@pytest.mark.parametrize("kind", LOSSES)
@given(st.data())
def test_a_loss_is_its_definition(kind, data):
    x, target = data.draw(compared(kind))
    walk = LossFunction(kind, target).walk(x)
    wanted = BY_HAND[kind](x, as_list(target, len(x)))
    assert walk.output.item() == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    np.testing.assert_array_equal(replay(walk).astype(float), walk.output)
    assert walk.bound.facts()["value"] == walk.output.item()


@pytest.mark.parametrize("kind", LOSSES)
@given(st.data())
def test_a_gradient_is_the_slope(kind, data):
    x, target = data.draw(compared(kind))
    loss = LossFunction(kind, target)
    bound, step = loss.bind(x), 1e-5
    for number, slope in enumerate(bound.facts()["gradient"]):
        around = [[*x[:number], x[number] + side, *x[number + 1 :]] for side in (-step, 0, step)]
        before, here, after = (loss.output(each).item() for each in around)
        left, right = (here - before) / step, (after - here) / step
        # at a corner it is one of the slopes between both sides
        assert min(left, right) - 1e-3 <= slope <= max(left, right) + 1e-3


def test_smoothing_takes_from_the_class_and_gives_to_all():
    bound = LossFunction("cross-entropy", 1, smoothing=0.3).bind([1, 2, 3])
    np.testing.assert_allclose(bound.t, [0.1, 0.8, 0.1])
    assert bound.output().item() == pytest.approx(cross_entropy([1, 2, 3], [0.1, 0.8, 0.1]))


def test_nothing_overflows():
    assert LossFunction("cross-entropy", 1).output([10_000, -10_000]).item() == 20_000
    assert LossFunction("cross-entropy", 0).bind([10_000, -10_000]).facts()["gradient"] == [0, 0]
    assert LossFunction("binary-cross-entropy", [0, 1]).output([10_000, -10_000]).item() == 10_000


def test_pytorch_says_the_same():
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    rng = np.random.default_rng(5)
    x, t = rng.normal(size=(2, 6)) * 3
    truths = rng.integers(0, 2, 6)
    theirs = {
        ("cross-entropy", 4): lambda z: functional.cross_entropy(z, torch.tensor(4)),
        ("binary-cross-entropy", tuple(truths.tolist())): lambda z: functional.binary_cross_entropy_with_logits(
            z, torch.tensor(truths, dtype=torch.float64)
        ),
        ("mse", tuple(t)): lambda z: functional.mse_loss(z, torch.tensor(t)),
        ("sse", tuple(t)): lambda z: functional.mse_loss(z, torch.tensor(t), reduction="sum"),
        ("mae", tuple(t)): lambda z: functional.l1_loss(z, torch.tensor(t)),
        ("huber", tuple(t)): lambda z: functional.huber_loss(z, torch.tensor(t)),
        ("hinge", 2): lambda z: functional.multi_margin_loss(z, torch.tensor(2)) * 6,
    }
    for (kind, target), theirs_of in theirs.items():
        z = torch.tensor(x, requires_grad=True)
        theirs_of(z).backward()
        bound = LossFunction(kind, target).bind(x)
        assert bound.output().item() == pytest.approx(theirs_of(z).item(), rel=1e-9)
        np.testing.assert_allclose(bound.facts()["gradient"], z.grad.numpy(), atol=1e-9)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["2 1 0.1", "--target", "3"], "target 3 is no class of 3, which count from 0"),
        (["2 1 0.1", "--target", "-1"], "target -1 is no class of 3, which count from 0"),
        (["2 1 0.1", "--target", "0.5 0.4"], "2 targets do not fit 3 predictions"),
        (["2 1", "--target", "0.5 0.4"], "the target probabilities add up to 0.9, not 1"),
        (["2 1", "--target", "1.5 -0.5"], "the target 1.5 is not from 0 to 1"),
        (["2 1", "--target", "1 0", "--kind", "hinge"], "the target 0 is not −1 or 1"),
        (["2 1", "--target", "0", "--smoothing", "1"], "smoothing must be from 0 to below 1, not 1"),
        (["2 1", "--target", "1 2", "--kind", "huber", "--delta", "0"], "delta must be above 0, not 0"),
        (["2 1", "--target", "0", "--kind", "entropie"], "no loss is called 'entropie'"),
        (["2 1"], "a loss compares with a target"),
        (["1 2; 3 4", "--target", "0"], "a loss takes one list of predictions, not 1×2×2"),
    ],
)
def test_what_does_not_fit_is_one_line(run, line, said):
    result = run("loss", *line)
    assert result.exit_code in {1, 2}
    assert said in result.stderr


def test_documents_are_unrounded(run):
    told = json.loads(run("loss", "2 1 0.1", "--target", "0", "--json").stdout)
    assert told["kind"] == "cross-entropy"
    assert told["value"] == pytest.approx(0.41703001627783376, abs=1e-15)
    assert sum(told["gradient"]) == pytest.approx(0, abs=1e-15)


def test_the_lesson_fits_a_screen(run):
    assert len(run("loss").stdout.splitlines()) <= 23


def test_a_target_that_is_missing_raises_before_anything_else():
    with pytest.raises(GeometryError):
        LossFunction("cross-entropy", 2).bind([1])
    with pytest.raises(CnnstepError):
        LossFunction("nothing")


def test_settings_move_by_rows_of_the_table():
    view = view_of(LossFunction("mse", [1, 2]).walk([3, 4]), Vocabulary("loss"))
    assert view.with_setting("kind", 1).operation.kind == "sse"
