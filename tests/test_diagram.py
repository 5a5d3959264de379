"""A network as one picture: its numbers against plain loops, its layout against its canvas."""

import io
import re
import xml.etree.ElementTree as ET
from itertools import combinations
from math import exp, fsum

import numpy as np
import pytest
from PIL import Image

import cnnstep
from cnnstep.networks.described import describe
from cnnstep.render.figures.diagram import CANVAS, FLAT, draw_diagram
from cnnstep.render.figures.paint import picture
from cnnstep.render.figures.shapes import Frame, Label, Plot
from cnnstep.render.theme import DARK, WHITE
from cnnstep.views.networks.blocks import MOST, blocks
from cnnstep.views.page.diagram import Bars, Link, Maps, Spot, Strip
from cnnstep.views.page.roles import Palette
from cnnstep.views.page.scene import Beside

CHAIN = "conv 4@3x3 stride 2 padding 1 relu | maxpool 2 | conv 5@3x3 same"
NETWORKS = {
    "lenet5": "net lenet5 sample:digit",
    "lenet5, 1998": "net lenet5-1998 sample:digit",
    "tinyvgg": "net tinyvgg sample:picture --resize 64x64 --rgb",
    "alexnet": "net alexnet sample:picture --resize 67x67 --rgb",
    "vgg16": "net vgg16 sample:picture --resize 32x32 --rgb",
    "resnet18": "net resnet18 sample:picture --resize 32x32 --rgb",
    "mobilenetv2": "net mobilenetv2 sample:picture --resize 32x32 --rgb",
    "googlenet": "net googlenet sample:picture --resize 32x32 --rgb",
    "resnet": "net resnet sample:digit",
    "unet": "net unet sample:digit",
    "typed": 'net "conv vertical | relu | maxpool 2" sample:five',
    "a residual block": 'net "conv 4@3x3 same relu as a | conv 4@3x3 same | add a | relu" sample:digit',
    "signal": 'net "conv 4@9 relu | maxpool 4 | conv 6@5 relu | flatten | dense 3 | softmax" sample:beep',
    "film": 'net "conv 3@3x3x3 relu | maxpool 2" sample:film',
    "units": 'net "dense 16 relu | dense 8 tanh | dense 3 | softmax" "1 2 3 4"',
    "one layer": "net relu sample:five",
    "long": f'net "{" | ".join(["dense 5 relu"] * 30)}" "1 2 3"',
    "a cell": 'why lenet5 sample:digit "c3[5,3,4]"',
    "a cell at the edge": f'why "{CHAIN}" sample:digit "c3[4,0,0]"',
    "back to a pixel": 'why lenet5 sample:digit "softmax[3]" --deeper',
    "back to a pixel from far": 'why mobilenetv2 sample:picture "batchnorm-48[0,0,0]" --resize 32x32 --rgb --deeper',
    "a cell of units": 'why "conv 2@3x3 | relu | maxpool 2 | flatten | dense 4 | dense 3" sample:five "f3[2]"',
    "a cell before its activation": 'net lenet5 sample:digit --at "c3[0,3,4]"',
}


@pytest.fixture(scope="module")
def drawn():
    """The diagram of a command, made once."""
    known = {}

    def diagram(line):
        if line not in known:
            known[line] = cnnstep.view(line).diagram()
        return known[line]

    return diagram


@pytest.fixture(params=NETWORKS)
def network(request, drawn):
    return drawn(NETWORKS[request.param])


def column(diagram, name):
    return next(each for each in diagram.columns if each.name == name)


def spots(diagram, at):
    return [mark for mark in diagram.marks[at] if isinstance(mark, Spot)]


def cells(spot, size):
    """The rows and columns of a box, from fractions back to positions."""
    top, left, bottom, right = spot.box
    return range(round(top * size[0]), round(bottom * size[0])), range(round(left * size[1]), round(right * size[1]))


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


def window(place, kernel, stride, before):
    return range(place * stride - before, place * stride - before + kernel)


@pytest.mark.parametrize(("row", "column_"), [(0, 0), (3, 5), (6, 6)])
def test_windows_stand_where_a_plain_loop_reads(drawn, row, column_):
    diagram = drawn(f'why "{CHAIN}" sample:digit "c3[1,{row},{column_}]"')
    *_, windows, last = diagram.marks
    assert [spot.item for spot in windows] == [0, 1, 2, 3]
    source = diagram.columns[windows[0].column]
    assert source.name == "s2"
    read = window(row, 3, 1, 1), window(column_, 3, 1, 1)
    assert all(cells(spot, (7, 7)) == read for spot in windows)
    target = last[-1]
    assert (diagram.columns[target.column].name, target.item) == ("c3", 1)
    assert cells(target, (7, 7)) == (range(row, row + 1), range(column_, column_ + 1))
    assert [link for link in last if isinstance(link, Link)] == [Link(spot, target) for spot in windows]


@pytest.mark.parametrize(("row", "column_"), [(2, 3), (5, 5)])
def test_the_field_is_what_changes_the_cell(drawn, row, column_):
    chain = "conv 4@3x3 stride 2 padding 1 | avgpool 2 | conv 5@3x3 same"
    network = cnnstep.network(chain, input=(1, 28, 28))
    x = np.zeros((28 * 28 + 1, 1, 28, 28))
    for number in range(28 * 28):  # a picture for each pixel, with that one lit
        x[number, 0, number // 28, number % 28] = 1
    answers = network.output(x)[:, 1, row, column_]
    changed = np.argwhere(~np.isclose(answers[:-1], answers[-1], atol=1e-7).reshape(28, 28))
    (field,) = spots(drawn(f'why "{chain}" sample:digit "c3[1,{row},{column_}]"'), 0)
    rows, columns = cells(field, (28, 28))
    inside = [range(max(0, each.start), min(28, each.stop)) for each in (rows, columns)]
    assert [(low, high + 1) for low, high in zip(changed.min(0), changed.max(0), strict=True)] == [
        (each.start, each.stop) for each in inside
    ]


def test_a_field_reaches_into_the_padding(drawn):
    diagram = drawn(f'why "{CHAIN}" sample:digit "c3[4,0,0]"')
    (field,) = spots(diagram, 0)
    assert (field.box.top, field.box.left) < (0, 0)
    margins = diagram.columns[0].body.margins
    assert margins == (-field.box.top, -field.box.left, 0, 0)
    assert "of them in the padding" in diagram.sentence


def test_filters_that_read_some_maps_have_windows_on_those(drawn):
    diagram = drawn('why lenet5-1998 sample:digit "c3[1,3,4]"')
    assert [spot.item for spot in spots(diagram, 1)] == [1, 2, 3]  # the paper's Table I
    assert "a 5×5 window of 3 maps of s2" in diagram.sentence


def test_a_dense_cell_reads_all(drawn):
    diagram = drawn('why lenet5 sample:digit "f6[3]"')
    (target,) = (mark for mark in diagram.marks[-1] if isinstance(mark, Spot))
    assert (diagram.columns[target.column].name, target.item) == ("f6", 3)
    assert spots(diagram, 0) == [Spot(target.column - 1)]
    assert "reads all 120 numbers of c5, and sees the whole input" in diagram.sentence


def test_shades_are_outputs_with_zero_fixed(drawn):
    view = cnnstep.view(NETWORKS["lenet5"])
    for each in view.diagram().columns[1:-1]:
        output = view.run.output(each.node)
        far = max(abs(float(output.min())), abs(float(output.max())))
        assert each.body.palette == Palette.DIVERGING
        found = [each.body.shades] if isinstance(each.body, Strip) else [one.shades for one in each.body.maps]
        assert np.allclose(np.concatenate([one.ravel() for one in found]) * far, output.ravel())


def test_magnitudes_are_grey_from_zero(drawn):
    view = cnnstep.view(NETWORKS["tinyvgg"])
    first = view.diagram().columns[1]
    output = view.run.output(first.node)
    assert first.body.palette == Palette.GREY
    assert np.allclose(first.body.maps[3].shades * output.max(), output[3])
    assert [legend.low for legend in view.diagram().legends] == ["0"]


def test_bars_are_probabilities(drawn):
    view = cnnstep.view(NETWORKS["lenet5"])
    bars = view.diagram().columns[-1].body
    logits = [float(value) for value in view.run.output(len(view.run.layers) - 1)]
    powers = [exp(value - max(logits)) for value in logits]
    assert [bar.value for bar in bars.bars] == pytest.approx([power / fsum(powers) for power in powers])
    assert (bars.best, bars.chance, bars.ends) == (7, 1 / 10, (0, 1))


@pytest.mark.parametrize(("chain", "body"), [("flatten | relu", Strip), ("flatten | dense 2", Bars), ("softmax", Bars)])
def test_answers_are_bars_and_pixels_in_a_row_are_none(drawn, chain, body):
    source = '"1 2 3"' if chain == "softmax" else "sample:five"
    assert isinstance(drawn(f'net "{chain}" {source}').columns[-1].body, body)


def test_the_largest_of_many_classes(drawn):
    bars = drawn(NETWORKS["vgg16"]).columns[-1].body
    assert (len(bars.bars), bars.more, bars.chance) == (10, 990, 1 / 1000)


def test_sixteen_maps_and_the_chosen_one(drawn):
    maps = drawn(NETWORKS["vgg16"]).columns[1].body
    assert ([each.channel for each in maps.maps], maps.more) == (list(range(16)), 48)
    cell = drawn('why vgg16 sample:picture "c2[60,3,4]" --resize 32x32 --rgb')
    chosen = column(cell, "c2").body
    assert ([each.channel for each in chosen.maps], chosen.more) == ([*range(15), 60], 48)
    assert cell.marks[-1][-1].item == 15


BLOCKS = {
    "lenet5": "input, c1, s2, c3, s4, c5, f6, f7 → softmax",
    "vgg16": "input, c1 c2 s3, c4 c5 s6, c7 … s10, c11 … s14, c15 … s18, f19, f20, f21 → softmax",
    "resnet18": "input, c1 s2, c3 … c6, c7 … c11, c12 … c16, c17 … c21, s22, f23 → softmax",
    "unet": "input, c1 c2, s3 c4 c5, s6 c7 c8, c9 c10 c11, c12 … c15",
    "a residual block": "input, c1, c2, add",
    "typed": "input, c1 conv vertical, relu, s2 maxpool 2",
}


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks(drawn, name):
    assert ", ".join(each.name for each in drawn(NETWORKS[name]).columns) == BLOCKS[name]


@pytest.mark.parametrize("name", ["vgg16", "resnet18", "unet", "googlenet", "mobilenetv2", "lenet5", "resnet"])
def test_every_layer_stands_in_one_column_and_what_is_read_from_afar_ends_one(name):
    found = describe(name)
    layers = found.layers(found.input, 0)
    columns = blocks(layers)
    assert [node for each in columns for node in each] == list(range(len(layers) + 1))
    assert len(columns) <= MOST
    for layer in layers:
        for node in layer.inputs:
            here, there = (next(n for n, each in enumerate(columns) if one in each) for one in (layer.number, node))
            assert here == there or node == columns[there][-1]


def test_arrows_go_over_what_is_skipped(drawn):
    assert drawn(NETWORKS["unet"]).arrows == ((0, 1), (1, 2), (1, 5), (2, 3), (2, 4), (3, 4), (4, 5))


def labels(diagram, canvas=CANVAS):
    part = draw_diagram(diagram, WHITE, canvas)
    return part, [shape for shape in part.shapes if isinstance(shape, Label) and shape.text]


def test_text_is_large_enough_and_lies_apart_inside_the_canvas(network):
    part, texts = labels(network)
    assert (part.width, part.height) == CANVAS
    assert min(label.size for label in texts) >= 18
    for label in texts:
        assert 0 <= label.x <= part.width - label.width + 0.01, label.text
        assert 0 <= label.y <= part.height - label.height + 0.01, label.text
    for a, b in combinations(texts, 2):
        apart = a.x + a.width <= b.x + 0.01 or b.x + b.width <= a.x + 0.01
        assert apart or a.y + a.height <= b.y + 0.01 or b.y + b.height <= a.y + 0.01, (a.text, b.text)


def test_without_bars_a_canvas_may_be_flat(drawn):
    part, texts = labels(drawn(NETWORKS["typed"]), (CANVAS[0], FLAT))
    assert (part.width, part.height) == (CANVAS[0], FLAT)
    assert min(label.size for label in texts) >= 18
    assert max(label.y + label.height for label in texts) <= FLAT


def test_frames_lie_inside_the_canvas(network):
    part = draw_diagram(network, WHITE)
    for frame in (shape for shape in part.shapes if isinstance(shape, Frame)):
        assert 0 <= frame.x <= part.width - frame.width
        assert 0 <= frame.y <= part.height - frame.height


def test_a_frame_of_a_film_is_that_of_the_window(drawn):
    diagram = drawn('why "conv 3@3x3x3 relu | maxpool 2" sample:film "s2[0,2,3,4]"')
    assert [each.lines[0] for each in diagram.columns] == [
        "1×8×16×24, frame 4",
        "3×6×14×22, frame 5",
        "3×3×7×11, frame 2",
    ]


def test_the_paper_is_used(network):
    pixels = picture(draw_diagram(network, WHITE), WHITE.ground, 99, CANVAS)
    assert (pixels == np.array(WHITE.ground)).all(axis=2).mean() < 0.85


@pytest.mark.parametrize("name", ["lenet5", "lenet5, 1998", "tinyvgg", "alexnet", "vgg16", "resnet18", "unet"])
def test_less_than_eighty_percent_are_bare(drawn, name):
    pixels = picture(draw_diagram(drawn(NETWORKS[name]), WHITE), WHITE.ground, 99, CANVAS)
    assert (pixels == np.array(WHITE.ground)).all(axis=2).mean() < 0.8


def test_the_film_ends_in_the_whole_picture(network):
    *_, last = network.growing()
    shapes = [list(draw_diagram(each, WHITE).shapes) for each in (last, network)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("canvas", ["1280x720", "960x540", "700x900"])
def test_files_are_as_large_as_the_canvas(run, tmp_path, canvas):
    wide, high = map(int, canvas.split("x"))
    for suffix in ("png", "svg", "gif"):
        result = run("net", "lenet5", "sample:digit", "--canvas", canvas, "--save", str(tmp_path / f"net.{suffix}"))
        assert result.exit_code == 0, result.stderr
    assert opened(tmp_path / "net.png").size == opened(tmp_path / "net.gif").size == (wide, high)
    root = ET.fromstring((tmp_path / "net.svg").read_bytes())
    assert (root.get("width"), root.get("height")) == (str(wide), str(high))


def test_the_svg_is_whole_and_names_its_maps(run, tmp_path):
    run("net", "lenet5", "sample:digit", "--save", str(tmp_path / "net.svg"), "--dark")
    text = (tmp_path / "net.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\s\"']+", text)) == {"http://www.w3.org/2000/svg"}
    assert all(source.startswith("data:") for source in re.findall(r'(?:href|src)="([^"]+)"', text))
    names = re.findall(r'data-name="([^"]+)"', text)
    assert names[:3] == ["map-0-0", "map-2-0", "map-2-1"]
    assert len(names) == len(set(names)) == 1 + 6 + 6 + 16 + 16 + 1 + 1 + 10


def test_a_cell_of_a_named_layer_is_the_same_picture(drawn):
    """The step as numbers would be a figure of 2,000 by 3,000 pixels."""
    one, other = (drawn(f'net lenet5 sample:digit {layer} --at "c3[0,3,4]"') for layer in ("", "--layer c3"))
    assert (one.sentence, one.marks) == (other.sentence, other.marks)


@pytest.mark.parametrize("rgb", ["", "--rgb"])
def test_a_field_in_the_padding_is_drawn_whole(rgb):
    picture = "sample:flower --resize 24x24"
    report = cnnstep.view(f'field "conv 6@5x5 same | maxpool 2" "s2[*,0,0]" {picture} {rgb}')
    (panel,) = next(block for block in report.scene.blocks if isinstance(block, Beside)).panels
    assert panel.size == (26, 26)  # two rows and columns of padding
    assert panel.box == pytest.approx((0, 0, 6 / 26, 6 / 26))
    is_padding = np.isnan(panel.pixels.reshape(26, 26, -1)).any(axis=2)
    assert is_padding[:2].all()
    assert is_padding[:, :2].all()
    assert not is_padding[2:, 2:].any()
    shown = cnnstep.view(f'field "conv 6@5x5 same | maxpool 2" "s2[*,0,0]" {picture} {rgb}')
    assert shown._repr_mimebundle_()


def test_class_numbers_are_no_magnitudes():
    report = cnnstep.view("net lenet5 sample:digit --as-conv")
    grids = [panel for block in report.scene.blocks if isinstance(block, Beside) for panel in block.panels[1:]]
    assert {cell.shade for grid in grids for row in grid.cells for cell in row} == {None}


def test_dark_paper(run, tmp_path):
    run("net", "lenet5", "sample:digit", "--save", str(tmp_path / "net.png"), "--dark")
    assert opened(tmp_path / "net.png").convert("RGB").getpixel((0, 0)) == DARK.ground


def test_the_first_frame_is_the_input_and_the_last_stays(run, tmp_path):
    run("net", "lenet5", "sample:digit", "--save", str(tmp_path / "net.gif"), "--fps", "4")
    film = opened(tmp_path / "net.gif")
    stays = []
    for number in range(film.n_frames):
        film.seek(number)
        stays.append(film.info["duration"])
    assert stays == [250] * 7 + [2000]


def test_small_maps_have_their_numbers_in_the_cells(drawn):
    diagram = drawn(NETWORKS["typed"])
    view = cnnstep.view(NETWORKS["typed"])
    written = [label.text for label in labels(diagram)[1] if label.fill is not None]
    values = [view.run.output(each.node).ravel().tolist() for each in diagram.columns]
    assert [float(text.replace("−", "-")) for text in written] == [value for each in values for value in each]
    assert not [label for label in labels(drawn(NETWORKS["lenet5"]))[1] if label.fill is not None]


def test_a_line_takes_the_place_of_an_arrow(drawn):
    plain, linked = (
        sum(isinstance(shape, Plot) for shape in draw_diagram(drawn(f"{NETWORKS['typed']} {cell}"), WHITE).shapes)
        for cell in ("", '--at "2[0,1,1]"')
    )
    assert (plain, linked) == (3, 3)  # three arrows; an arrow, and two lines to the corners of a large cell


def test_the_answer_stays_where_the_name_of_the_input_is_long(drawn):
    part, texts = labels(drawn(NETWORKS["lenet5"])._replace(source="a picture " * 30, title="a network " * 9))
    shown = [label.text for label in texts[:3]]
    assert [text.endswith("…") for text in shown] == [True, True, False]
    assert shown[2] == "→ class 7 (97.9%)"
    assert max(label.x + label.width for label in texts) <= part.width


def test_names_of_classes(drawn, tmp_path):
    (tmp_path / "labels.txt").write_text("\n".join(f"kind {n}" for n in range(10)), encoding="utf-8")
    diagram = cnnstep.view(f"{NETWORKS['lenet5']} --labels {tmp_path / 'labels.txt'}").diagram()
    assert diagram.columns[-1].body.bars[7].name == "kind 7"
    assert diagram.told.endswith("→ kind 7 (97.9%)")


def test_what_the_weights_are(drawn):
    assert drawn(NETWORKS["lenet5"]).status == "trained"
    assert drawn(f"{NETWORKS['lenet5']} --seed 4").status == "untrained, seed 4"
    assert drawn("net relu sample:five").status == ""


def test_panels_are_asked_for(run, tmp_path):
    refused = run("net", "lenet5", "sample:digit", "--panels")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 2)
    assert "--save panels.png" in refused.stderr
    assert run("net", "lenet5", "sample:digit", "--panels", "--save", str(tmp_path / "panels.png")).exit_code == 0
    assert opened(tmp_path / "panels.png").size[0] > CANVAS[0]


def test_a_network_that_is_too_large_is_drawn_up_to_the_cell(drawn):
    diagram = drawn('why vgg16 sample:picture "c1[0,5,5]" --resize 230x230 --rgb')
    assert [each.name for each in diagram.columns] == ["input", "c1"]
    assert diagram.told == "sample:picture (up to c1)"


def test_bodies_are_what_layers_give(network):
    for each in network.columns:
        assert isinstance(each.body, Maps | Strip | Bars)
