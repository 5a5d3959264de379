"""The page of a network in a real browser: any cell of it is worked out as the engine says, by mouse and by keys."""

import re
from html import unescape

import numpy as np
import pytest

import cnnstep
from cnnstep.networks.attribution import trail
from cnnstep.networks.receptive_field import seen_by
from cnnstep.render.markup import blocks
from cnnstep.views.networks.attribution import AttributionView
from cnnstep.views.page.scene import Scene, Words
from cnnstep.views.page.tables import Table

pytest.importorskip("selenium.webdriver", reason="selenium drives the browser")
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.test_page import browser as browser  # the fixtures
from tests.test_page import page as page
from tests.test_page import press, pytestmark  # noqa: F401 - the mark skips where there is no browser
from tests.test_page_room import screen as screen

LENET = ("net", "lenet5", "sample:digit")
NETS = {
    "lenet5": LENET,
    "drawn weights": ("net", "conv 4@3x3 relu | maxpool 2 | flatten | dense 3 | softmax", "sample:digit", "--unit"),
    "integers": ("net", "conv vertical | relu | maxpool 2 stride 2 | dense 1", "sample:five"),
    "a residual block": (
        "net", "conv 4@3x3 same relu as a | conv 4@3x3 same | add a | relu", "sample:digit", "--unit",
    ),
    "stacked channels": (
        "net", "conv 3@3x3 same relu as a | maxpool 3 stride 1 padding 1 | concat a | conv 2@1x1", "sample:flower",
        "--rgb", "--unit",
    ),
    "groups, dilation, stride": (
        "net", "conv 6@3x3 groups 3 dilation 2 stride 2 padding 1 | avgpool 2 padding 1 | globalavgpool | flatten | dense 2",
        "sample:flower", "--rgb", "--unit",
    ),
    "batch normalisation": (
        "net", "conv 3@3x3 nobias | batchnorm | leaky-relu | avgpool 3 | flatten | dense 12 sigmoid | dense 4 | softmax",
        "sample:digit", "--unit",
    ),
    "a signal": ("net", "conv tone | relu | maxpool 4", "sample:beep", "--unit"),
    "other kinds": ("net", "pad 1 | conv 2@3x3 | layernorm | upsample 2 | relu", "sample:five"),
}  # fmt: skip
UNKNOWN = {"pad", "layernorm", "upsample"}
OPENED = """
open(arguments[0], arguments[1]);
const text = (each) => each.textContent.replaceAll("\\u00a0", " ").trim();
return {
  sentences: [...panel.querySelectorAll(".sentence, .largest")].map(text),
  rows: [...panel.querySelectorAll(".contributions tbody tr")].map((row) => [row.cells[0], row.cells[2]].map(text)), title: text(panel.querySelector(".title")),
  trail: trailOf(arguments[0], arguments[1]).map(({number, cell}) => [number, cell]),
};
"""


def network(args):
    """The view of the same network, whose steps the engine works out."""
    return cnnstep.view(" ".join(f'"{each}"' if " " in each else each for each in args))


def plain(block):
    """The text of a block, as a page shows it."""
    [html] = blocks(Scene((block,)))
    return unescape(re.sub("<[^>]*>", "", html)).replace("\xa0", " ").strip()


def worked_out(view, number, cell):
    """The sentences of `cnnstep why`, what each channel adds, and the way back to a pixel."""
    why = AttributionView.of(view.run, number, cell, view.about)
    shown = why.scene(why.walk.made_of(cell)).blocks
    told = [plain(each) for each in shown if isinstance(each, Words)]
    rows = [[entry.text for entry in row[:2]] for each in shown if isinstance(each, Table) for row in each.rows]
    return told, rows, [(each.layer.number, list(each.cell)) for each in trail(view.run, number, cell)]


def cells_of(view, layer, many):
    """Some cells of a layer: the first, the last, the largest, others by chance."""
    output = view.run.walk(layer.number).output
    random = np.random.default_rng(layer.number)
    chosen = {0, output.size - 1, int(abs(output).argmax()), *random.integers(0, output.size, many).tolist()}
    return [tuple(map(int, np.unravel_index(each, output.shape))) for each in sorted(chosen)]


@pytest.mark.parametrize("name", NETS)
def test_a_cell_is_worked_out_as_the_engine_says(page, name):
    opened, view = page(*NETS[name]), network(NETS[name])
    names = [layer.name for layer in view.run.layers]
    for layer in view.run.layers:
        if layer.name in names[layer.number :]:
            continue  # it belongs to the activation behind it
        for cell in cells_of(view, layer, 4):
            found = opened.execute_script(OPENED, layer.number, cell)
            told, rows, way = worked_out(view, layer.number, cell)
            assert [(number, place) for number, place in found["trail"]] == way
            assert told[0].startswith(found["title"])
            *sentences, largest = found["sentences"]
            if any(view.run.layers[n - 1].word in UNKNOWN for n, _ in way if view.run.layers[n - 1].name == layer.name):
                assert found["title"].partition(" = ")[2] in sentences[-1]
                continue
            assert sentences == told[1:-1]
            assert found["rows"] == rows
            assert told[-1].endswith(largest)


def state(opened):
    """What is open: the cell, the way back with the step that is shown, the whole of the panel."""
    title = opened.find_element(By.CSS_SELECTOR, "#step .title").text.partition(" = ")[0]
    buttons = opened.find_elements(By.CSS_SELECTOR, "#trail button")
    current = [button.text for button in buttons if button.get_attribute("aria-current")]
    return title, [button.text for button in buttons], current


def element(opened, name):
    """What stands in the picture that is seen."""
    found = opened.find_elements(By.CSS_SELECTOR, f'[data-name="{name}"]')
    return next(each for each in found if each.is_displayed())


def over(opened, name, row, column, rows, columns):
    """Move the pointer over a cell of a map."""
    area = element(opened, name)
    wide, high = area.rect["width"], area.rect["height"]
    across, down = ((column + 0.5) / columns - 0.5) * wide, ((row + 0.5) / rows - 0.5) * high
    return ActionChains(opened).move_to_element_with_offset(area, round(across), round(down))


def rectangles(opened, group):
    """The frames on the picture that is seen: x, y, width, height."""
    script = """return [...shown().querySelectorAll(`.${arguments[0]} rect.line`)].map((each) =>
      ["x", "y", "width", "height"].map((side) => Number(each.getAttribute(side))))"""
    return opened.execute_script(script, group)


LONG = [
    "softmax[7]",
    "f7[7]",
    "f6[69]",
    "c5[76,0,0]",
    "s4[14,4,3]",
    "c3[14,8,6]",
    "s2[2,11,6]",
    "c1[2,23,12]",
    "input[0,24,15]",
]


def test_it_opens_on_the_answer_and_goes_back_to_a_pixel(page):
    opened = page(*LENET)
    assert state(opened) == ("softmax[7]", LONG, LONG[:1])
    for number in (5, 8, 2):
        opened.find_elements(By.CSS_SELECTOR, "#trail button")[number].click()
        assert state(opened) == (LONG[number], LONG, LONG[number : number + 1])
    press(opened, Keys.BACKSPACE)
    assert state(opened)[2] == LONG[1:2]
    opened.find_element(By.CSS_SELECTOR, "#step .largest button").click()
    assert state(opened)[0] == LONG[2]
    assert opened.current_url.endswith("#f6[69]")


def test_pointing_at_a_map_shows_what_its_cell_reads(page):
    opened = page(*LENET)
    over(opened, "map-5-5", 3, 4, 10, 10).perform()
    assert opened.find_element(By.ID, "spot").text == "c3[5,3,4] = 1"
    field, *windows, _ = rectangles(opened, "hovered")
    maps = opened.execute_script(
        "return areas(shown()).filter((each) => each.number === 3).map(({x, y, width, height}) => [x, y, width, height])"
    )
    [[x, y, wide, high]] = opened.execute_script(
        "return areas(shown()).filter((each) => !each.number).map(({x, y, width, height}) => [x, y, width, height])"
    )
    rows, columns = seen_by(network(LENET).run.layers, 4, (5, 3, 4))
    seen = [
        x + columns.start / 32 * wide, y + rows.start / 32 * high, len(columns) / 32 * wide, len(rows) / 32 * high,
    ]  # fmt: skip
    assert field == pytest.approx(seen, abs=0.1)
    wanted = [[x + 4 / 14 * wide, y + 3 / 14 * high, 5 / 14 * wide, 5 / 14 * high] for x, y, wide, high in maps]
    assert len(windows) == 6
    assert np.abs(np.subtract(windows, wanted)).max() < 0.1
    assert state(opened)[0] == "softmax[7]"
    over(opened, "map-5-0", 3, 4, 10, 10).perform()
    assert len(rectangles(opened, "hovered")) == 1 + 6 + 1
    ActionChains(opened).move_to_element(opened.find_element(By.ID, "trail")).perform()
    assert rectangles(opened, "hovered") == []
    assert opened.find_element(By.ID, "spot").text.startswith("softmax[7] = ")


def test_a_click_opens_a_cell_and_backspace_comes_back(page):
    opened = page(*LENET)
    over(opened, "map-5-5", 3, 4, 10, 10).click().perform()
    short = ["c3[5,3,4]", "s2[0,3,4]", "c1[0,6,9]", "input[0,10,9]"]
    assert state(opened) == ("c3[5,3,4]", short, short[:1])
    assert len(rectangles(opened, "chosen")) == 1 + 6 + 1
    over(opened, "units-11", 0, 0, 28, 3).click().perform()
    assert state(opened)[0] == "f6[0]"
    over(opened, "bar-13-9", 0, 0, 1, 1).click().perform()
    assert state(opened)[0] == "softmax[9]"
    for title in ("f6[0]", "c3[5,3,4]", "softmax[7]", "softmax[7]"):
        press(opened, Keys.BACKSPACE)
        assert state(opened)[0] == title


def test_by_keys_alone(page):
    opened = page(*LENET)
    opened.execute_script("picture.focus()")
    moves = [
        (Keys.PAGE_UP, "f6"), (Keys.PAGE_UP, "c5"), (Keys.PAGE_UP, "s4"), (Keys.ARROW_RIGHT, "s4"), (Keys.PAGE_UP, "c3"),
        (Keys.ARROW_DOWN, "c3"), (Keys.PAGE_DOWN, "s4"), (Keys.PAGE_UP, "c3"),
    ]  # fmt: skip
    for key, layer in moves:
        opened.switch_to.active_element.send_keys(key)
        assert opened.find_element(By.ID, "spot").text.partition("[")[0] == layer
    here = opened.find_element(By.ID, "spot").text.partition(" = ")[0]
    assert state(opened)[0] == "softmax[7]"
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert state(opened)[0] == here
    row = int(here.split(",")[1])
    opened.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert int(opened.find_element(By.ID, "spot").text.split(",")[1]) == row - 1
    opened.switch_to.active_element.send_keys(Keys.BACKSPACE)
    assert state(opened)[0] == "softmax[7]"
    assert opened.execute_script("return document.activeElement.id") == "picture"


def test_what_is_not_drawn_is_passed_on_the_way(page):
    opened = page(*LENET)
    *layer, answer = rectangles(opened, "chosen")
    assert len(layer) == 1  # all of f6, which f7 reads; f7 itself stands in the column of softmax
    assert layer[0][0] < answer[0]
    opened = page("net", "conv 3@3x3 same | batchnorm | relu | maxpool 2", "sample:digit", "--unit")
    over(opened, "map-3-1", 10, 12, 28, 28).perform()
    [window, _] = rectangles(opened, "hovered")
    [wide] = opened.execute_script("return areas(shown()).filter((each) => !each.number).map(({width}) => width)")
    assert window[2] == pytest.approx(3 / 28 * wide, abs=0.1)


def test_arrows_go_on_in_the_next_map(page):
    opened = page(*LENET)
    opened.execute_script("picture.focus(); open(2, [0, 5, 27])")
    opened.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert opened.find_element(By.ID, "spot").text.startswith("c1[1,5,0] = ")
    opened.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    assert opened.find_element(By.ID, "spot").text.startswith("c1[0,5,27] = ")


@pytest.mark.parametrize(("scheme", "number"), [("light", 0), ("dark", 1)])
def test_light_and_dark_have_a_picture_each(page, scheme, number):
    opened = page(*LENET, media=[("prefers-color-scheme", scheme)])
    seen = [each.is_displayed() for each in opened.find_elements(By.CSS_SELECTOR, "#picture svg")]
    assert seen == [number == 0, number == 1]
    over(opened, "map-5-5", 3, 4, 10, 10).click().perform()
    assert state(opened)[0] == "c3[5,3,4]"


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (390, 844)], ids=str)
def test_it_fits_the_screen(page, screen, size):
    screen(*size)
    opened = page(*LENET)
    opened.execute_script("open(5, [5, 3, 4])")
    assert opened.execute_script("return document.documentElement.scrollWidth") <= size[0]
    if size[0] > 1000:
        bottom = "return [...panel.querySelectorAll('.sentence')].at(-1).getBoundingClientRect().bottom"
        assert opened.execute_script(bottom) < size[1]


def test_tables_have_names_and_heads(page):
    opened = page(*LENET)
    opened.execute_script("open(5, [5, 3, 4])")
    tree = opened.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = [(n["role"]["value"], n["name"]["value"]) for n in tree if not n["ignored"] and "name" in n]
    digits = {f"{part} of channel 0" for part in ("patch", "kernel", "products")}
    assert {name for role, name in named if role == "table"} == digits | {"what each channel adds"}
    heads = [name for role, name in named if role == "rowheader"]
    assert sorted(heads) == sorted([*"01234" * 3, *(f"channel {n}" for n in range(6)), "bias", "sum"])
    assert {name for role, name in named if role == "image"} >= digits


def test_lenet_is_less_than_a_megabyte(run, tmp_path):
    for more in ([], ["--untrained"]):
        path = tmp_path / "net.html"
        result = run(*LENET, *more, "--save", str(path), "--force")
        assert "a page of 13 layers" in result.stderr
        assert path.stat().st_size < 1_000_000


def test_a_network_of_too_many_numbers_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chain = ("net", "flatten | dense 2000 | dense 10", "sample:digit")
    result = run(*chain, "--save", "net.html")
    assert result.exit_code == 2
    assert "1,590,010 weights" in result.stderr
    assert "6 MB: more than 5 MB" in result.stderr
    for hint in ("--save net.png", "--layer 1 --steps 100 --save page.html"):
        assert hint in result.stderr
        assert run(*chain, *hint.split()).exit_code == 0
