"""Hidden answers stay hidden: one rule, for every walk, in the terminal, the player, the page and the notebook."""

import io
import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from zlib import decompress

import numpy as np
import pytest

from cnnstep import (
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Fitting,
    Flatten,
    Normalization,
    Pad,
    Pooling,
    Softmax,
    TransposedConvolution,
    Unpooling,
    Upsampling,
    view,
)
from cnnstep.engine.gradients.routing import Routed
from cnnstep.engine.joins import Addition, Concatenation
from cnnstep.engine.loss import LossFunction
from cnnstep.engine.transposed import Added
from cnnstep.player.frame import PlayerScreen
from cnnstep.player.session import Session
from cnnstep.player.timeline import Timeline
from cnnstep.render.formats.pages import html
from cnnstep.render.formats.saving import Job
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Page, plain
from cnnstep.render.markup import blocks
from cnnstep.views.frames import Steady
from cnnstep.views.gradients import gradient_view
from cnnstep.views.operations import view_of
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.hiding import LEVELS, hide
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Picture
from cnnstep.views.view import Chosen
from cnnstep.views.wording.numbers import short
from tests.test_commands import every

RNG = np.random.default_rng(5)
X = (RNG.normal(size=(2, 6, 7)) * 10).round(2)  # so few decimals that grids print them all
MANY = (RNG.normal(size=(7, 5, 5)) * 10).round(2)
PAGE = Page(100, Glyphs())


def drawn(shape):
    """The same numbers in whatever order the tests run."""
    return np.random.default_rng(6).normal(size=shape)


WALKS = {
    "convolution": lambda: view_of(Convolution(drawn((2, 2, 3, 3)).round(2), bias=0.37).walk(X)),
    "many channels": lambda: view_of(Convolution(drawn((2, 7, 3, 3)).round(2), padding=1).walk(MANY)),
    "box": lambda: view_of(Convolution(np.ones((3, 3)), axes=2).walk(X)),
    "max": lambda: view_of(Pooling(2).walk(X)),
    "average": lambda: view_of(Pooling(3, 2, kind="average").walk(X)),
    "median": lambda: view_of(Pooling(3, 2, kind="median").walk(X)),
    "lp": lambda: view_of(Pooling(2, kind="lp").walk(X)),
    "unpool": lambda: view_of(Unpooling(Pooling(2)).walk((drawn((2, 3, 3)).round(3), X))),
    "pad": lambda: view_of(Pad(2, "reflect").walk(X)),
    "nearest": lambda: view_of(Upsampling(2).walk(X)),
    "bilinear": lambda: view_of(Upsampling(3, "bilinear").walk(X)),
    "tanh": lambda: view_of(Activation("tanh").walk(X / 8)),
    "relu": lambda: view_of(Activation("relu").walk(X)),
    "dropout": lambda: view_of(Dropout(0.3).walk(X)),
    "flatten": lambda: view_of(Flatten().walk(X)),
    "dense": lambda: view_of(Dense(drawn((3, X.size)).round(3)).walk(X)),
    "loss": lambda: view_of(LossFunction("mse", [1, 5, 6.5]).walk([3, 5, 4])),
    "cross-entropy": lambda: view_of(LossFunction("cross-entropy", 1).walk(drawn(5).round(3))),
    "fitting": lambda: view_of(Fitting(drawn((2, 2, 2, 3)).round(2), "random").walk(X)),
    "softmax": lambda: view_of(Softmax().walk(drawn(12).round(3))),
    "batchnorm": lambda: view_of(BatchNormalization([0.3, 1.2], 2.3, 1.7, 1.1).walk(X)),
    "layernorm": lambda: view_of(Normalization(1.7, 1.1, kind="layer").walk(X)),
    "batchnorm in training": lambda: view_of(Normalization(1.7, 1.1, kind="batch").walk(drawn((2, 2, 3, 3)).round(2))),
    "normalize": lambda: view_of(Normalization(1.7, 1.1).walk(X)),
    "transposed": lambda: view_of(TransposedConvolution(drawn((2, 1, 2, 2)).round(2), 2).walk(X)),
    "transposed, many channels": lambda: view_of(TransposedConvolution(drawn((7, 6, 2, 2)).round(2), 2).walk(MANY)),
    "addition": lambda: view_of(Addition().walk((X, drawn(X.shape).round(3)))),
    "addition of three": lambda: view_of(Addition().walk((X, drawn(X.shape).round(3), X * 0.37))),
    "concatenation": lambda: view_of(Concatenation().walk((X, drawn(X.shape).round(3)))),
    "kernel gradient": lambda: backward("kernel"),
    "kernel gradient by window": lambda: backward("kernel", by="window"),
    "input gradient": lambda: backward("input"),
    "input gradient by cell": lambda: backward("input", by="cell"),
    "reflected input gradient": lambda: backward(
        "input", Convolution(drawn((2, 2, 3, 3)), padding=1, pad_mode="reflect")
    ),
    "bias gradient": lambda: backward("bias"),
    "transposed kernel gradient": lambda: backward("kernel", TransposedConvolution(drawn((2, 1, 2, 2)).round(2), 2)),
    "transposed input gradient": lambda: backward("input", TransposedConvolution(drawn((2, 1, 2, 3)).round(2), 2)),
    "dense weights gradient": lambda: backward("weights", Dense(drawn((3, X.size)).round(3))),
    "dense input gradient": lambda: backward("input", Dense(drawn((3, X.size)).round(3))),
    "pad gradient": lambda: backward("input", Pad(2, "reflect")),
    "bilinear gradient": lambda: backward("input", Upsampling(2, "bilinear")),
    "gradient of tanh": lambda: backwards(Activation("tanh"), X / 8),
    "gradient of dropout": lambda: backwards(Dropout(0.3), X),
    "gradient of flatten": lambda: backwards(Flatten(), X),
    "gradient of unpool": lambda: backwards(Unpooling(Pooling(2)), (drawn((2, 3, 3)).round(3), X)),
    "gradient of max": lambda: backwards(Pooling(3, 2), X),
    "gradient of average": lambda: backwards(Pooling(3, 2, kind="average"), X),
    "gradient of lp": lambda: backwards(Pooling(3, 2, kind="lp"), X),
    "gradient of median": lambda: backwards(Pooling(2, kind="median"), X),
    "gradient of softmax": lambda: backwards(Softmax(), drawn(12).round(3)),
    "gradient of normalize": lambda: backwards(Normalization(1.7, 1.1), X),
    "gradient of batchnorm": lambda: backwards(BatchNormalization([0.3, 1.2], 2.3, 1.7, 1.1), X),
    "gradient of a scale": lambda: backwards(Normalization([1.7, 1.2], 1.1), X, "scale"),
    "gradient of a shift": lambda: backwards(Normalization([1.7, 1.2], [1.1, 0.3]), X, "shift"),
    "separable": lambda: line("conv", "--kernel", "0.37 1.21; -0.83 2.19", "--pointwise", "2"),
    "matrix": lambda: line("conv", "--kernel", "0.37 1.21; -0.83 2.19", "--as-matrix"),
    "layer": lambda: line("net", "conv 6@3x3 | conv 3@2x2 | relu", "--layer", "2", before_input=2),
    "join": lambda: line("net", "conv 2@3x3 same as a | tanh | add a", "--layer", "3", before_input=2),
    "branches": lambda: line("net", "conv 2@3x3 same as a | tanh | concat a | dense 4", before_input=2),
    "occlusion": lambda: line("inspect", "conv 2@2x2 tanh | dense 3", "--occlude", "2", before_input=2),
    "network": lambda: line("net", "conv 6@3x3 | tanh | maxpool 2 | dense 4 | softmax", before_input=2),
}


def backwards(operation, x, of="input"):
    """The view of a gradient, of upstream numbers that are told apart."""
    return view_of(operation.gradient(of, x).walk(drawn(operation.output(x).shape).round(3) * 10))


DISTINCT = "; ".join(" ".join(map(str, row)) for row in X[0].round(2).tolist())


USUAL = Convolution(drawn((2, 2, 3, 3)).round(2), stride=2)


def backward(of, operation=USUAL, by=""):
    """A gradient's view, of an upstream gradient whose numbers are told apart."""
    shown = view_of(operation.walk(X))
    return gradient_view(shown, of, drawn(shown.walk.output_shape).round(3), by)


def line(name, *options, before_input=1):
    """A view as it is typed, of numbers that are told apart."""
    words = [name, *options]
    return view([*words[:before_input], DISTINCT, *words[before_input:]])


def text(scene):
    return normal("\n".join(plain(line) for line in lines(scene, PAGE)))


def normal(shown):
    return shown.replace("−", "-").replace("\xa0", " ")


def times(value, shown):
    return len(re.findall(rf"(?<![\d.]){re.escape(value)}(?![\d.])", shown))


def is_in(value, shown):
    return times(value, shown) > 0


def cells(scene):
    return [cell for panel in panels(scene) if isinstance(panel, Grid) for row in panel.cells for cell in row]


def panels(scene):
    return [panel for block in scene.blocks if isinstance(block, Beside) for panel in block.panels]


class Masked(HTMLParser):
    """What is left of HTML when everything that reveals what is hidden has gone, as the page's script does it."""

    def __init__(self, hidden):
        super().__init__()
        self.hidden, self.open, self.shown, self.masked = hidden, [], [], 0

    def handle_starttag(self, tag, attrs):
        is_hidden = dict(attrs).get("data-reveals") in self.hidden
        self.masked += is_hidden and tag in {"td", "th", "span"}
        if tag not in {"img", "br", "meta", "link", "input"}:
            self.open.append(is_hidden)

    def handle_endtag(self, tag):
        self.open.pop()
        self.shown.append("\n")

    def handle_data(self, data):
        if not any(self.open):
            self.shown.append(data)


def masked(markup, level):
    parser = Masked({reveals.value for reveals in LEVELS[level].hidden})
    parser.feed(markup)
    return normal("".join(parser.shown)) + "?" * parser.masked


def in_terminal(shown, step, level):
    return text(hide(shown.scene(step), level))


def in_player(shown, step, level):
    timeline = Timeline((shown.walk,), (step.number,)).press(" mM"[level])
    lines = PlayerScreen(PAGE, 60).lines(Session((shown,), timeline))[:-1]
    return normal("\n".join(map(plain, lines)))


def in_page(shown, step, level):
    stream = io.BytesIO()
    html(Job(shown.choosing(Chosen(steps=slice(step.number, step.number + 1)))), stream)
    page = stream.getvalue().decode()
    assert json.loads(re.search(r'id="facts"[^>]*>(.*?)<', page)[1])["hidden"][level] == [
        reveals.value for reveals in LEVELS[level].hidden
    ]
    told = json.loads(decompress(b64decode(re.search(r'id="steps"[^>]*>\s*(.*?)\s*<', page)[1])))
    return masked("".join(told["blocks"][number] for area in told["steps"][0] for number in area), level)


def in_notebook(shown, step, level):
    return masked("".join(blocks(shown.scene(step))), level)


@pytest.mark.parametrize("surface", [in_terminal, in_player, in_page, in_notebook])
@pytest.mark.parametrize("name", WALKS)
def test_the_value_is_nowhere(name, surface):
    """More often than among the numbers that are given, the value does not stand there."""
    shown = WALKS[name]()
    telling = [step for step in shown.walk[:60] if answers(step)]
    for step in (telling[0], telling[len(telling) // 2], telling[-1]):
        assert hide(scene := shown.scene(step), 0) is scene
        for level in (1, 2):
            visible = surface(shown, step, level)
            assert "?" in visible
            assert all(times(value, visible) <= expected(step, value, visible) for value in answers(step)), visible


def answers(step):
    """The value, where it can be told from a size; of a transposed convolution, what stands in the output after it."""
    values = step.after[:, step.inside].ravel().tolist() if isinstance(step, Added) else [step.value]
    # of a pooling's gradient the upstream value is given: what is hidden is where it goes
    given = {short(step.value)} if isinstance(step, Routed) else set()
    return [short(value) for value in values if len(short(value)) > 3 and short(value) not in given]


def expected(step, value, visible):
    """How often it may stand there: as often as any other of the numbers that the step reads, if it is one of them."""
    read = next(getattr(step, name) for name in ("patch", "before", "x", "terms", "value") if hasattr(step, name))
    peers = {short(number) for number in np.ravel(read).tolist()}
    return max((times(peer, visible) for peer in peers - {value} or peers), default=0) if value in peers else 0


def test_what_was_chosen_is_not_framed():
    walk = Pooling(2).walk(X)
    scene = hide(view_of(walk).scene(walk[3]), 1)
    grids = [panel for panel in panels(scene) if isinstance(panel, Grid)]
    assert [len(grid.boxes) for grid in grids if grid.caption.startswith("patch")] == [0]
    assert "it stands in" not in text(scene)


@pytest.mark.parametrize("name", ["convolution", "many channels"])
def test_the_products_are_hidden_second(name):
    shown = WALKS[name]()
    scene = shown.scene(shown.walk[7])
    others = {normal(cell.text) for cell in cells(scene) if cell.role != Role.PRODUCT}
    products = {normal(cell.text) for cell in cells(scene) if cell.role == Role.PRODUCT} - others
    assert len(products) >= 9
    first, second = (text(hide(scene, level)) for level in (1, 2))
    assert all(is_in(product, first) for product in products)
    assert not any(is_in(product, second) for product in products)


def test_pictures_and_legends_of_what_is_hidden_are_empty():
    large, small = Normalization(2, 1).walk(drawn((1, 30, 40))), Normalization().walk(X[:1])
    for walk in (large, small):
        scene = view_of(walk).scene(walk[2])
        panel = [block for block in hide(scene, 1).blocks if isinstance(block, Beside)][-1].panels[-1]
        assert panel.legend is None
        assert isinstance(panel, Grid) or not panel.pixels.any()
    dense = Dense(drawn((3, 1200))).walk(drawn((1, 30, 40)))
    scene = view_of(dense).scene(dense[0])
    pictures = [
        [p for b in hide(scene, n).blocks if isinstance(b, Beside) for p in b.panels if isinstance(p, Picture)]
        for n in (1, 2)
    ]
    assert [bool(each[-1].pixels.any()) for each in pictures] == [True, False]


@every
@pytest.mark.parametrize(("width", "height"), [(20, 5), (40, 12), (80, 3), (80, 23)])
def test_the_sum_is_never_lost(name, width, height, screens_of):
    page, steady = Page(width, Glyphs()), Steady()
    for scene in screens_of(name):
        drawn = fitted(steady(scene), page, height)
        assert len(drawn) <= height
        assert width < 40 or all(len(plain(line)) <= width for line in drawn)
        if any(span.role == Role.TOTAL for b in scene.blocks if hasattr(b, "wordings") for span in b.wordings[0]):
            assert any(piece.role == Role.TOTAL and piece.text.strip() for line in drawn for piece in line)


@every
def test_a_steady_scene_keeps_its_size(name, screens_of):
    steady = Steady()
    scenes = screens_of(name)[:3]
    for scene in (*scenes, *scenes):
        steady(scene)
    for scene in scenes:
        wide = steady(scene)
        assert text(steady(wide)) == text(wide)


@pytest.mark.parametrize(("kind", "total"), [("average", "12 / 4"), ("lp", "√(46)")])
def test_the_total_of_a_pool_is_hidden_with_its_products(kind, total):
    # 1 2 / 4 5: with the total on the screen only a division, or a root, would be left
    shown = view(f"pool sample:five --kind {kind} --at 0,0")
    told = [
        "\n".join(map(plain, lines(hide(shown.scene(shown.steps[0]), level), PAGE))) for level in range(len(LEVELS))
    ]
    assert [total in text for text in told] == [True, True, False]
