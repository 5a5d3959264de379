"""Networks that learn: optimisers, augmentation, data, training, evaluation, and the weights that ship."""

import gzip
import json
import math

import numpy as np
import pytest
from PIL import Image

import cnnstep
from cnnstep.errors import CnnstepError
from cnnstep.inputs.datasets import digits, read_images
from cnnstep.learning.augmentation import AMOUNTS, changed
from cnnstep.learning.data import Images, fitted, split
from cnnstep.learning.evaluation import Evaluation
from cnnstep.learning.optimisers import OPTIMISERS, move
from cnnstep.learning.schedules import SCHEDULES
from cnnstep.learning.training import DivergedError, Plan, Trainer
from cnnstep.player.live import LEAVE

TINY = "conv 2@3x3 relu | maxpool 2 | flatten | dense 3 | softmax"
NORMED = "conv 2@3x3 | batchnorm | relu | flatten | dense 3"


def images(count, seed=3, shape=(1, 8, 8)):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    x = random.random((count, *shape)).astype(np.float32) * 0.3
    for each, label in zip(x, labels, strict=True):
        each[:, :, 2 * label : 2 * label + 2] += 0.7
    return Images(x, labels)


def trainer(chain=TINY, plan=None, count=24):
    net = cnnstep.network(chain, input=(1, 8, 8), seed=1)
    return Trainer(net, images(count), images(12, 4), plan or Plan(epochs=3, batch=8, augment="none"))


def bytes_of(each):
    return {name: values.tobytes() for name, values in each.items()}


PLAIN = {
    "sgd": lambda g, s, t: g,
    "momentum": lambda g, s, t: s.__setitem__("m", 0.9 * s["m"] + g) or s["m"],
    "nesterov": lambda g, s, t: s.__setitem__("m", 0.9 * s["m"] + g) or g + 0.9 * s["m"],
    "rmsprop": lambda g, s, t: s.__setitem__("v", 0.99 * s["v"] + 0.01 * g * g) or g / (math.sqrt(s["v"]) + 1e-8),
    "adam": lambda g, s, t: (
        s.__setitem__("m", 0.9 * s["m"] + 0.1 * g)
        or s.__setitem__("v", 0.999 * s["v"] + 0.001 * g * g)
        or (s["m"] / (1 - 0.9**t)) / (math.sqrt(s["v"] / (1 - 0.999**t)) + 1e-8)
    ),
}
PLAIN["adamw"] = PLAIN["adam"]


@pytest.mark.parametrize("decay", [0, 0.1])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers_are_their_formulas(name, decay):
    w, memory = np.array([2.0]), {part: np.zeros(1) for part in OPTIMISERS[name].memory}
    plain, state = 2.0, {"m": 0.0, "v": 0.0}
    for update, g in enumerate([0.5, -1.0, 0.25, 3.0], 1):
        move(name, w, np.array([g]), memory, rate=0.1, decay=decay, update=update)
        if name == "adamw":
            plain -= 0.1 * decay * plain
        plain -= 0.1 * PLAIN[name](g if name == "adamw" else g + decay * plain, state, update)
        assert w[0] == pytest.approx(plain, rel=1e-12)


def test_schedules_begin_at_one_and_fall():
    assert [SCHEDULES[name].factor(0) for name in SCHEDULES] == [1, 1, 1]
    assert [round(SCHEDULES["step"].factor(t), 4) for t in (0.3, 0.5, 0.9, 1)] == [1, 0.1, 0.01, 0.01]
    assert SCHEDULES["cosine"].factor(0.5) == pytest.approx(0.5)
    assert SCHEDULES["cosine"].factor(1) == pytest.approx(0)


@pytest.mark.parametrize("amount", AMOUNTS)
def test_augmentation_is_the_same_for_the_same_seed(amount):
    x = images(9, shape=(1, 12, 12)).x.clip(0, 1)
    made = [changed(x, AMOUNTS[amount], np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert made[0].tobytes() == made[1].tobytes()
    assert (made[0].tobytes() != made[2].tobytes()) == (amount != "none")
    assert made[0].shape == x.shape
    assert 0 <= made[0].min() <= made[0].max() <= 1 + 1e-6


@pytest.mark.parametrize("plan", [Plan(epochs=2, batch=8, augment="light", dropout=0.3), Plan(epochs=2, batch=5)])
def test_the_same_seed_learns_the_same_weights_to_the_byte(plan):
    found = []
    for _ in range(2):
        each = trainer(plan=plan)
        list(each.epochs())
        found.append(bytes_of(each.weights))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_learns(name):
    each = trainer(plan=Plan(epochs=25, batch=8, augment="none", optimizer=name, rate=0.01 if "ad" in name else None))
    history = list(each.epochs())
    assert history[-1].train.loss < history[0].train.loss
    assert history[-1].validation.accuracy > 0.6


@pytest.mark.parametrize("chain", [TINY, NORMED])
def test_a_saved_training_goes_on_as_it_would_have(chain):
    plan = Plan(epochs=4, batch=8, augment="light")
    whole = trainer(chain, plan)
    list(whole.epochs())
    first = trainer(chain, plan)
    list(first.epochs(lambda each, _: each.number < 5))  # in the middle of an epoch
    saved = {name: values.copy() for name, values in first.state().items()}
    second = trainer(chain, plan)
    for name, values in second.weights.items():
        values[...] = saved[name]
    second.restore(saved, "w.npz")
    list(second.epochs())
    assert bytes_of(second.weights) == bytes_of(whole.weights)


def test_running_statistics_follow_the_batches():
    each = trainer(NORMED, Plan(epochs=1, batch=24, augment="none"))
    conv = each.network.operation(1)
    made = np.stack([conv.output(x.astype(np.float64)) for x in each.train.x])
    each.update()
    for part, values in (("running_mean", made.mean((0, 2, 3))), ("running_var", made.var((0, 2, 3), ddof=1))):
        begun = 0 if part == "running_mean" else 1
        (name,) = (name for name in each.weights if name.endswith(part))
        assert np.allclose(each.weights[name], 0.9 * begun + 0.1 * values, atol=1e-5)


def test_a_rate_that_is_too_large_names_the_epoch_the_layer_and_another():
    each = trainer(plan=Plan(epochs=50, batch=8, optimizer="sgd", schedule="constant", rate=1e30, augment="none"))
    with pytest.raises(DivergedError, match=r"epoch \d+, update \d+: the loss is .*(c1|f3|f4|output)") as told:
        list(each.epochs())
    assert "rate=0.1" in told.value.hint


def test_the_last_update_may_be_the_one_that_is_too_large():
    each = trainer(plan=Plan(epochs=1, batch=24, optimizer="sgd", schedule="constant", rate=3e38, augment="none"))
    with pytest.raises(DivergedError, match="epoch"):
        list(each.epochs())


def test_evaluation_counts():
    found = Evaluation(np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]), np.array([0, 1, 1]))
    assert found.confusion.tolist() == [[1, 0], [1, 1]]
    assert found.score.accuracy == pytest.approx(2 / 3)
    assert found.score.loss == pytest.approx(-(math.log(0.9) + math.log(0.8) + math.log(0.3)) / 3)
    assert found.mistakes(5) == [2]


def test_the_digits_that_ship():
    found = digits()
    assert found.train.x.shape == (1934, 32, 32)
    assert found.test.x.shape == (946, 32, 32)
    assert set(found.train.labels) == set(range(10))


def idx(values):
    kind = {"uint8": 8, "float32": 13}[values.dtype.name]
    shape = b"".join(n.to_bytes(4, "big") for n in values.shape)
    return bytes([0, 0, kind, values.ndim]) + shape + values.astype(values.dtype.newbyteorder(">")).tobytes()


@pytest.fixture
def files(tmp_path):
    random = np.random.default_rng(0)
    x, y = random.integers(0, 256, (6, 8, 8), dtype=np.uint8), np.array([0, 1, 2, 0, 1, 2], np.uint8)
    x[0, 0, 0] = 255
    np.savez(tmp_path / "a.npz", x=x, y=y)
    np.savez(tmp_path / "keras.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(x))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(y))
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        data = idx(x[:2] if "images" in name else y[:2])
        (tmp_path / name).write_bytes(data)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(data, mtime=0))
    rows = (",".join(map(str, [label, *image.reshape(-1).tolist()])) for image, label in zip(x, y, strict=True))
    (tmp_path / "a.csv").write_text("\n".join(["label,pixels", *rows]), encoding="utf-8")
    for number, (image, label) in enumerate(zip(x, y, strict=True)):
        folder = tmp_path / "folder" / "abc"[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"{number}.png")
    return tmp_path, x, y


@pytest.mark.parametrize(
    "name", ["a.npz", "keras.npz", "train-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz", "a.csv", "folder"]
)
def test_data_of_every_kind_is_read(files, name):
    folder, x, y = files
    found = read_images(str(folder / name))
    made = fitted(found.train, (1, 10, 10), 3)
    assert made.x.shape == (len(made), 1, 10, 10)
    wanted = sorted(np.pad(each / 255, 1).astype(np.float32).tobytes() for each in x[: len(made)])
    assert sorted(each[0].tobytes() for each in made.x) == wanted
    assert sorted(made.labels) == sorted(y[: len(made)])
    assert (found.test is not None) == (name in {"keras.npz", "train-images-idx3-ubyte"})


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"x": np.zeros((3, 8, 8)), "y": np.array([0, 1])}, "3 images and labels of 2"),
        ({"x": np.zeros((3, 8, 8)), "y": np.array([0, 1, 7])}, "image 2 of .* has the label 7, and this network has"),
        ({"x": np.zeros((2, 99, 99)), "y": np.array([0, 1])}, "are 1×99×99, larger than 1×10×10"),
        ({"x": np.zeros((2, 5, 8, 8)), "y": np.array([0, 1])}, "are 5×8×8, and this network takes 1×10×10"),
        ({"x": np.zeros((2, 8, 8)), "y": np.array([0, 0.5])}, "image 1 of .* has the label 0.5"),
        ({"a": np.zeros((2, 8, 8))}, "has no arrays x and y; it has a 2×8×8"),
        ({"x": np.full((2, 8, 8), np.nan), "y": np.array([0, 1])}, "nan"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, arrays, told):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(CnnstepError, match=told):
        fitted(read_images(str(tmp_path / "a.npz")).train, (1, 10, 10), 3)


@pytest.mark.parametrize("data", [b"", b"\0\0\x08", b"\x1f\x8b", b"PK", b"a,b\nc,d", b"1\n2", b"\xff\xfe"])
def test_damaged_files_are_one_line(tmp_path, data):
    (tmp_path / "train-images").write_bytes(data)
    (tmp_path / "train-labels").write_bytes(data)
    with pytest.raises(CnnstepError):
        read_images(str(tmp_path / "train-images"))


def test_one_of_five_is_held_back():
    learned, held = split(images(30), 0)
    assert (len(learned), len(held)) == (24, 6)
    assert sorted(held.labels) == [0, 0, 1, 1, 2, 2]


SMALL = "conv 2@9x9 stride 4 relu | flatten | dense 10"


def test_train_saves_what_weights_takes(run, tmp_path):
    save = [
        word
        for name in ("w.npz", "history.csv", "curve.svg", "filters.gif")
        for word in ("--save", str(tmp_path / name))
    ]
    result = run("train", SMALL, "--samples", "64", "--epochs", "2", *save)
    assert result.exit_code == 0, result.output
    assert sum(line.startswith((" epoch 1/2", " epoch 2/2")) for line in result.stdout.splitlines()) == 2
    weights = str(tmp_path / "w.npz")
    told = json.loads(run("evaluate", SMALL, "digits", "--weights", weights, "--json").stdout)
    assert told["images"] == 946
    assert told["correct"] == round(told["accuracy"] * 946) == np.trace(told["confusion"])
    assert len((tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()) == 3
    with Image.open(tmp_path / "filters.gif") as film:
        assert film.n_frames == 2
    went_on = run("train", SMALL, "--samples", "64", "--epochs", "3", "--resume", weights)
    assert went_on.stdout.startswith(" epoch 3/3")
    assert (
        "has learned for 2 epochs"
        in run("train", SMALL, "--samples", "64", "--epochs", "2", "--resume", weights).stderr
    )
    other = run("train", SMALL, "--samples", "128", "--epochs", "3", "--resume", weights)
    assert "had 2 updates an epoch, and here are 4" in other.stderr
    other = run("train", SMALL, "--samples", "64", "--epochs", "3", "--optimizer", "rmsprop", "--resume", weights)
    assert "not the state of a training by rmsprop" in other.stderr
    assert run("net", SMALL, "sample:digit", "--resize", "32x32", "--weights", weights).exit_code == 0


def test_overfitting_is_named(run):
    shown = " ".join(run("train", SMALL, "--samples", "20", "--epochs", "40", "--augment", "none").stdout.split())
    assert "it overfits" in shown
    assert "what narrows it: more images, --augment light, --decay 0.01, --dropout 0.5 with more epochs" in shown


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("lenet5", "--optimizer", "adan"), "did you mean adam?"),
        (("lenet5", "--augment", "much"), "there are none, light, strong"),
        (("lenet5", "--data", "nothing.npz"), "no such file: nothing.npz"),
        (("conv 2@3x3", "--samples", "10"), "end it in flatten"),
        (("lenet5", "--dropout", "1"), "dropout must be"),
        (("lenet5", "--rate", "0"), "rate must be"),
        (("lenet5", "--from", "a.npz", "--resume", "a.npz"), "leave one of them out"),
        (("lenet5", "--save", "a.xyz"), "does not end in a format"),
    ],
)
def test_train_refuses(run, args, told):
    result = run("train", *args)
    assert result.exit_code
    assert told in result.stderr


def test_the_weights_that_ship_know_handwriting(run):
    told = json.loads(run("evaluate", "lenet5", "digits", "--json").stdout)
    assert told["images"] == 946
    assert told["accuracy"] >= 0.98
    assert json.loads(run("net", "lenet5", "sample:digit", "--json").stdout)["answer"] == 7
    assert cnnstep.network("lenet5").given is not None
    assert cnnstep.network("lenet5", seed=0).is_drawn


def test_the_weights_that_ship_read_small_soft_grey_digits():
    from tools.measure_digits import drawn

    found = digits().test
    random = np.random.default_rng(5)
    pictures = np.stack([drawn(each, int(random.integers(-4, 4)), random) for each in found.x[::3]])
    answers = cnnstep.network("lenet5").output(np.pad(pictures, ((0, 0), (2, 2), (2, 2)))[:, None]).argmax(axis=1)
    assert (answers == found.labels[::3]).mean() >= 0.93


def test_screens_say_which_weights(run):
    assert "lenet5 has learned handwritten digits" in run("net", "lenet5", "sample:digit").stdout
    for args in (("--untrained",), ("--seed", "0")):
        assert "has learned nothing yet" in run("net", "lenet5", "sample:digit", *args).stdout
    assert "untrained lenet5" not in run("why", "lenet5", "sample:digit", "c3[5,3,4]").stdout
    assert "untrained lenet5" in run("why", "lenet5", "sample:digit", "c3[5,3,4]", "--untrained").stdout


class FakeLive:
    """A live screen that keeps what is drawn, and whose keys are told before."""

    def __init__(self, keys):
        self.keys, self.drawn = list(keys), []

    def draw(self, scene, state, told):
        self.drawn.append((scene, state))

    def pressed(self, seconds):
        return self.keys.pop(0) if self.keys else ([LEAVE] if seconds is None else [])


def live_of(keys, plan=None):
    from cnnstep.cli.live import LiveTraining

    clock = iter(range(1000))
    screen, each = FakeLive(keys), trainer(plan=plan)
    told = LiveTraining(screen, "net", lambda: next(clock))
    list(each.epochs(told))
    return each, screen, told


def text_of(scene):
    from cnnstep.render.terminal import plain_text

    return plain_text([scene])


def test_the_live_screen_fits_and_says_how_fast():
    each, screen, told = live_of([])
    assert each.is_over
    assert not told.was_ended
    shown = text_of(screen.drawn[-1][0])
    assert len(shown.splitlines()) <= 23
    assert "images a second" in shown
    assert "accuracy in % (validation dotted)" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_keys_pause_show_one_update_and_end():
    plan = Plan(epochs=9, batch=8, augment="none")
    each, screen, told = live_of([[], ["p"], ["s"], [], ["s"], [], ["p"], [LEAVE]], plan)
    states = [state for _, state in screen.drawn]
    assert states[0] == "learning"
    assert "paused" in states
    updates = [text_of(scene) for scene, _ in screen.drawn if text_of(scene).startswith(" update ")]
    assert any(line.startswith(" update 3 ") for line in updates)
    assert any(line.startswith(" update 4 ") for line in updates)
    assert all("4 update" in shown and len(shown.splitlines()) <= 23 for shown in updates)
    assert told.was_ended
    assert not each.is_over


def test_an_update_is_shown_with_its_own_numbers():
    from cnnstep.views.learning.live import Before, update

    each = trainer(plan=Plan(epochs=2, batch=8, augment="none", optimizer="sgd", schedule="constant", rate=0.5))
    before = Before.of(each)
    loss = each.update()
    g, after = each.gradients[before.name], each.weights[before.name]
    assert np.allclose(before.weights - 0.5 * g, after, atol=1e-7)
    place = np.unravel_index(np.abs(g).argmax(), g.shape)
    shown = " ".join(text_of(update(each, before, loss)).split())
    assert f"loss {loss:.4f}" in shown
    assert f"{before.name}[{','.join(map(str, map(int, place)))}]" in shown


def test_a_loss_far_above_guessing_is_told(run):
    shown = " ".join(
        run("train", "lenet5", "--samples", "40", "--epochs", "1", "--optimizer", "sgd", "--rate", "1e6").stdout.split()
    )
    assert "far above 2.30, that of guessing" in shown
    assert "try --rate 0.1" in shown


@pytest.mark.parametrize(
    "chain",
    [
        TINY,
        NORMED,
        "conv 2@3x3 scaled-tanh | subsample 2 scaled-tanh | flatten | dense 3",
        "conv 4@3x3 same relu as a | conv 4@3x3 same groups 2 nobias | batchnorm | add a | relu | globalavgpool | flatten | dense 3",
        "conv 2@3x3 stride 2 | transposed 2@2x2 | layernorm | flatten | dense 3 | softmax",
    ],
)
def test_what_was_learned_is_what_answers(chain):
    each = trainer(chain, Plan(epochs=2, batch=8, augment="none"))
    history = list(each.epochs())
    saved = {name: values.copy() for name, values in each.weights.items()}
    again = cnnstep.network(chain, input=(1, 8, 8), weights=saved)
    found = again.output(each.validation.x).argmax(axis=1)
    assert (found == each.validation.labels).mean() == pytest.approx(history[-1].validation.accuracy)


def test_missing_connections_stay_missing():
    net = cnnstep.network("lenet5-1998", seed=0)
    each = Trainer(net, images(6, shape=(1, 32, 32)), images(3, shape=(1, 32, 32)), Plan(epochs=1, batch=3, decay=0.01))
    list(each.epochs())
    (mask,) = (p.mask for layer in net.layers for p in layer.plan.parameters.values() if p.mask is not None)
    assert not each.weights["c3.weight"][~mask].any()
    assert each.weights["c3.weight"][mask].all()
