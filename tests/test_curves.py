"""Curves: ticks at round numbers, points where the function is, tangents as steep as it is, in every ink."""

import math

import numpy as np
import pytest

from cnnstep import activations, view
from cnnstep.render.figures.curves import draw_curve
from cnnstep.render.figures.shapes import Label, Plot
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.curves import curve_width, lay_curve
from cnnstep.render.lines.page import Page, plain
from cnnstep.render.markup import blocks
from cnnstep.render.theme import DARK, WHITE
from cnnstep.views.page.curve import Curve, Point, Scale, Tick
from cnnstep.views.page.hiding import hide
from cnnstep.views.page.roles import Reveals
from cnnstep.views.page.scene import Beside, Scene
from cnnstep.views.panels.curves import function_curves, line, signal_curve
from cnnstep.views.panels.scales import Ends, Powers, round_numbers
from tests.test_activations import PLAIN

PAGE, ASCII = Page(80, Glyphs()), Page(80, Glyphs("ascii"))

ROUND = {
    "both ends": ((-6, 6, 7), [-6, -4, -2, 0, 2, 4, 6]),
    "both ends by threes": ((-6, 6, 5), [-6, -3, 0, 3, 6]),
    "a quarter": ((0, 0.25, 6), [0, 0.05, 0.1, 0.15, 0.2, 0.25]),
    "no round end": ((-6971, 6998, 3), [-5000, 0, 5000]),
    "samples": ((0, 1999, 5), [0, 500, 1000, 1500]),
    "small": ((-3e-5, 7e-5, 4), [0, 5e-5]),
    "large": ((0, 3e12, 4), [0, 1e12, 2e12, 3e12]),
    "narrow": ((99, 100, 3), [99, 99.5, 100]),
}


@pytest.mark.parametrize("name", ROUND)
def test_round_numbers(name):
    (low, high, most), expected = ROUND[name]
    assert round_numbers(low, high, most) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("most", [3, 5, 7])
def test_ticks_are_few_evenly_apart_and_inside(most):
    rng = np.random.default_rng(3)
    for low, length in zip(rng.normal(size=200) * 50, 10 ** rng.uniform(-6, 6, 200), strict=True):
        numbers = round_numbers(low, low + length, most)
        assert 2 <= len(numbers) <= most
        assert low - length * 1e-6 <= numbers[0]
        assert numbers[-1] <= low + length * (1 + 1e-6)
        np.testing.assert_allclose(np.diff(numbers), numbers[1] - numbers[0], rtol=1e-6, atol=length * 1e-9)


def test_an_axis_of_powers():
    up = Powers.of(2e-5, 0.3)
    assert [tick.text for tick in up.scale(6).ticks] == ["1e-05", "0.0001", "0.001", "0.01", "0.1", "1"]
    assert [up.share(10.0**n) for n in (-5, -4, -3, -2, -1, 0)] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert up.share(0.002) == pytest.approx((math.log10(0.002) + 5) / 5)


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def data(scale, place):
    """What stands at a place of an axis, read from its first and its last tick as a reader would."""
    first, last = scale.ticks[0], scale.ticks[-1]
    low, high = number(first.text), number(last.text)
    return low + (place - first.place) / (last.place - first.place) * (high - low)


@pytest.mark.parametrize("x", [-9.5, -2, -0.3, 0.4, 1.1, 5.9])
@pytest.mark.parametrize("name", PLAIN)
def test_points_and_tangents(name, x):
    rule, f = activations[name], PLAIN[name]
    curve, derivative = function_curves(rule, rule.parameter.usual if rule.parameter else 0, [x])
    ((point,), (below,)) = curve.points, derivative.points
    steep = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    assert (data(curve.across, point.across), data(curve.up, point.up)) == pytest.approx((x, f(x)), abs=1e-9)
    assert (data(derivative.across, below.across), data(derivative.up, below.up)) == pytest.approx((x, steep), abs=1e-6)
    (x0, y0), (x1, y1) = ((data(curve.across, across), data(curve.up, up)) for across, up in point.tangent)
    assert x0 < x < x1 or point.across in {0, 1}
    assert (y1 - y0) / (x1 - x0) == pytest.approx(steep, abs=1e-6)
    assert y0 + (x - x0) * steep == pytest.approx(f(x), abs=1e-5)
    assert all(-1e-9 <= place <= 1 + 1e-9 for end in point.tangent for place in end)
    assert below.tangent == ()


@pytest.mark.parametrize("name", PLAIN)
def test_curves_pass_through_the_function(name):
    rule, f = activations[name], PLAIN[name]
    curve, _ = function_curves(rule, rule.parameter.usual if rule.parameter else 0, [])
    heights = curve.series[0].low
    for bin_number in (0, 77, 240, 301, 480):
        x = -6 + 12 * bin_number / 480
        assert data(curve.up, heights[bin_number]) == pytest.approx(f(x), abs=1e-9)
    assert heights.min() >= 0
    assert heights.max() <= 1


BOX = Curve(
    "y",
    (line(np.array([0.0, 1.0])),),
    Scale((Tick(0, "0"), Tick(0.5, "5"), Tick(1, "10")), "x"),
    Scale((Tick(0, "0"), Tick(1, "100"))),
    rows=8,
    is_square=True,
)


@pytest.mark.parametrize("page", [PAGE, ASCII, Page(40, Glyphs())], ids=["80", "ascii", "40"])
@pytest.mark.parametrize("place", [(0, 0), (0.25, 0.6), (1, 1), (0.99, 0.01)])
def test_points_stand_where_they_are_on_a_terminal(page, place):
    laid = lay_curve(BOX._replace(points=(Point(*place, None, drops=True),)), page, page.width)
    rows = [plain(line) for line in laid.body]
    sign = page.glyphs.fit("◆")
    ((row, column),) = [(n, text.index(sign)) for n, text in enumerate(rows) if sign in text]
    left, wide = len("100│"), laid.width - len("100│") - len(" x")
    assert abs(row + 0.5 - (1 - place[1]) * 8) <= 0.5
    assert column == left + min(wide - 1, int(place[0] * wide))
    assert all(text[column] != " " for text in rows[row:])
    assert " " not in rows[row][left:column]


def test_no_number_touches_another():
    for columns in range(8, 60):
        curve = BOX._replace(across=Ends(-12, 12).scale(7, "x", line=True), is_square=False, columns=columns)
        laid = lay_curve(curve, PAGE, 78)
        numbers = plain(laid.below[-1]).split()
        assert set(numbers) <= {tick.text for tick in curve.across.ticks}
        assert "0" in numbers
        assert curve_width(curve, PAGE, 78) == laid.width


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize(
    "command", ["activate --curve sigmoid --depth 5", "activate 1 --curve mish", "loss --curve mse"]
)
def test_curves_keep_to_the_page(run, command, width):
    shown = run(*command.split(), "--ascii", columns=width).output
    assert shown.isascii()
    assert max(map(len, shown.splitlines())) <= width


def test_the_derivative_is_as_high_as_its_panel():
    row, _ = (block for block in view("activate --curve sigmoid --depth 5").scene.blocks if isinstance(block, Beside))
    _, derivative, gradients = row.panels
    assert derivative.rows >= 8
    assert derivative.up.ticks[-1] == Tick(1, "0.25")
    assert derivative.series[0].high.max() == pytest.approx(1)
    layers = view("activate --curve sigmoid --depth 5").document["layers"]
    found = [math.log10(layer["gradient"]) for layer in layers]
    low, high = (math.log10(number(tick.text)) for tick in (gradients.up.ticks[0], gradients.up.ticks[-1]))
    assert [low + point.up * (high - low) for point in gradients.points] == pytest.approx(found)
    assert [point.across for point in gradients.points] == [0, 0.25, 0.5, 0.75, 1]


def test_no_gradient_is_drawn_where_none_is_left():
    dead = view(["activate", "-1", "--curve", "relu", "--depth", "3"])
    row, _ = (block for block in dead.scene.blocks if isinstance(block, Beside))
    assert len(row.panels) == 2


def strokes(curve, paper):
    (plot,) = (shape for shape in draw_curve(curve, paper).shapes if isinstance(shape, Plot))
    return plot, plot.strokes


@pytest.mark.parametrize("paper", [WHITE, DARK], ids=["white", "dark"])
def test_figures_show_points_with_their_lines(paper):
    curve, _ = function_curves(activations["tanh"], 0, [1.0], rows=10)
    plot, drawn = strokes(curve, paper)
    drop, tangent, *diamonds = (stroke for stroke in drawn if stroke.reveals == Reveals.WORKING)
    side = 10 * 28
    x, y = 10 + side * 7 / 12, 10 + side * (1 - math.tanh(1)) / 2
    np.testing.assert_allclose(drop.points, [(10, y), (x, y), (x, 10 + side)])
    (x0, y0), (x1, y1) = tangent.points
    assert y0 + (x - x0) * (y1 - y0) / (x1 - x0) == pytest.approx(y)
    assert -(y1 - y0) / (x1 - x0) == pytest.approx((1 - math.tanh(1) ** 2) * 12 / 2)
    for diamond in diamonds:
        assert np.mean(diamond.points, axis=0) == pytest.approx((x, y))
    assert {diamond.ink for diamond in diamonds} == {paper.highlight, paper.named["window"]}
    assert plot.width == plot.height == side + 20


def test_figures_have_their_numbers_beside_the_ticks():
    part = draw_curve(BOX, WHITE)
    (plot,) = (shape for shape in part.shapes if isinstance(shape, Plot))
    labels = {shape.text: shape for shape in part.shapes if isinstance(shape, Label)}
    across = [labels[text].x + labels[text].width / 2 - plot.x - 10 for text in ("5", "10")]
    assert across == pytest.approx([112, 224])
    assert labels["100"].y + labels["100"].height / 2 - plot.y - 10 == pytest.approx(0)
    assert labels["x"].x > labels["10"].x + labels["10"].width


def test_a_hidden_point_leaves_the_curve_alone():
    curve, _ = function_curves(activations["tanh"], 0, [1.0])
    ((hidden,),) = (block.panels for block in hide(Scene((Beside((curve,)),)), 1).blocks)
    assert hidden == curve._replace(points=())
    page = "".join(blocks(Scene((Beside((curve,)),))))
    assert page.count('data-reveals="working"') == 4  # the drop lines, the tangent, the point and its frame
    assert "data-reveals" not in "".join(blocks(Scene((Beside((hidden,)),))))


def test_a_long_signal_keeps_its_peaks():
    values = np.zeros(2000)
    values[1234], values[500] = 7, -3
    (series,) = signal_curve(values, "wave").series
    assert (np.argmax(series.high), np.argmin(series.low)) == (1234 * 240 // 2000, 500 * 240 // 2000)
    assert (series.low.min(), series.high.max()) == (0, 1)
