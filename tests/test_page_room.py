"""How a page uses the room of a screen, and that its cells answer to the mouse and to keys alike."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("selenium.webdriver", reason="selenium drives the browser")
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.test_page import browser as browser  # the fixtures
from tests.test_page import count, press, pytestmark  # noqa: F401 - the mark skips where there is no browser
from tests.test_page import page as page

CONV = ("conv", "sample:five", "--stride", "2", "--padding", "1")
PICTURE = ("conv", "sample:picture", "--kernel", "edge", "--steps", "20")
WALKS = {
    "small": CONV,
    "channels": ("conv", "sample:flower", "--rgb", "--kernel", "edge", "--steps", "9"),
    "a photo": PICTURE,
    "many channels": ("net", "lenet5", "sample:digit", "--layer", "c3", "--steps", "9"),
    "a function": ("activate", "-1 2 3; 4 -5 6", "tanh"),
}
BOXES = """
const box = (each) => { const r = each.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
return [...document.querySelectorAll(arguments[0])].map(box);
"""


@pytest.fixture
def screen(browser):
    """Make the screen so many pixels wide and high; as it was afterwards."""

    def resize(wide, high):
        size = {"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": wide < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    yield resize
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def boxes(opened, selector):
    return opened.execute_script(BOXES, selector)


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)], ids=str)
@pytest.mark.parametrize("name", WALKS)
def test_two_columns_in_the_middle(page, screen, name, size):
    screen(*size)
    opened = page(*WALKS[name])
    [where], [work] = boxes(opened, ".where"), boxes(opened, ".work")
    assert where[2] < work[0]
    assert where[1] == pytest.approx(work[1])
    [(left, *_)], right = boxes(opened, "#stage .head"), max(box[2] for box in boxes(opened, ".row > *, .work"))
    assert left >= 20
    assert right <= size[0]
    assert abs(left - (size[0] - right)) < 60
    [(*_, bottom)], [(_, bar, *_)] = boxes(opened, "#stage"), boxes(opened, "nav")
    assert bottom <= bar


@pytest.mark.parametrize("name", WALKS)
def test_a_phone_shows_the_cell_of_the_step_and_one_row_of_buttons(page, screen, name):
    screen(390, 844)
    opened = page(*WALKS[name])
    press(opened, Keys.END)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= 390
    [nav] = boxes(opened, "nav")
    shown = [box for box in boxes(opened, "nav > *") if box[2] > box[0]]
    assert nav[3] - nav[1] < 64
    assert all(nav[1] <= top and bottom <= nav[3] and left >= 0 and right <= 390 for left, top, right, bottom in shown)
    opened.execute_script("scrollTo(0, 1e6)")
    [(left, top, right, bottom)] = boxes(opened, "td.current")
    assert 0 <= left <= right <= 390
    assert 0 <= top <= bottom <= nav[1]


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (390, 844)], ids=str)
def test_digits_stand_in_the_middle_of_their_cells(page, screen, size):
    screen(*size)
    opened = page("conv", "8 8 8; 8 8 8; 8 8 8", "--kernel", "8 8; 8 8")
    picture = np.asarray(Image.open(BytesIO(opened.get_screenshot_as_png())).convert("L")).astype(int)
    for left, top, right, bottom in boxes(opened, "table[data-part=patch] td"):
        cell = picture[round(top) + 3 : round(bottom) - 3, round(left) + 3 : round(right) - 3]
        rows = np.flatnonzero((abs(cell - cell[0, 0]) > 70).any(axis=1))
        middle = round(top) + 3 + (rows[0] + rows[-1] + 1) / 2
        assert abs(middle - (top + bottom) / 2) <= 1.5


def ghosts(opened):
    """The dashed frames on the input: top, left, rows, columns."""
    script = """return [...document.querySelectorAll('.ghost.over')].map((each) =>
        ['--top', '--left', '--rows', '--columns'].map((side) => Number(each.style.getPropertyValue(side))))"""
    return opened.execute_script(script)


def window(opened, step):
    """The frame on the input in the step itself."""
    script = """show(arguments[0]); const each = document.querySelector('table[data-part=input] ~ .frame');
        return ['--top', '--left', '--rows', '--columns'].map((side) => Number(each.style.getPropertyValue(side)))"""
    return opened.execute_script(script, step)


def output(opened, number):
    return opened.find_elements(By.CSS_SELECTOR, "table[data-part=output] td")[number]


@pytest.mark.parametrize("args", [CONV, ("pool", "sample:five"), WALKS["a function"]], ids=lambda args: args[0])
def test_pointing_at_a_cell_of_the_output_frames_its_window(page, args):
    opened = page(*args)
    wanted = [window(opened, step) for step in range(4)]
    window(opened, 1)
    ActionChains(opened).move_to_element(output(opened, 3)).perform()
    assert ghosts(opened) == [wanted[3]]
    assert count(opened).startswith("step 2 of ")
    assert opened.find_element(By.CSS_SELECTOR, "td.current").get_attribute("title") != "step 4"
    assert output(opened, 3).get_attribute("title") == count(opened).replace("step 2", "step 4")
    ActionChains(opened).move_to_element(opened.find_element(By.ID, "slider")).perform()
    assert ghosts(opened) == []


def test_a_window_that_a_photo_shows_elsewhere_is_moved(page):
    opened = page(*PICTURE)
    at = "return document.querySelector('table[data-part=input]').parentElement.dataset.first"
    opened.execute_script("show(8)")
    first = int(opened.execute_script(at).split(",")[1])
    ActionChains(opened).move_to_element(output(opened, 5)).perform()
    column = int(opened.find_element(By.CSS_SELECTOR, "td.current").get_property("cellIndex"))
    [(top, left, rows, columns)] = ghosts(opened)
    assert (top, left + first, rows, columns) == (0, 8 + 6 - column, 3, 3)
    pictured = opened.find_elements(By.CSS_SELECTOR, "img ~ .ghost")
    assert [each.value_of_css_property("border-top-style") for each in pictured] == ["dashed"] * 2


def test_cells_by_keys(page):
    opened = page(*CONV)
    opened.execute_script("document.querySelector('td.current').focus()")
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_DOWN):
        opened.switch_to.active_element.send_keys(key)
    assert count(opened) == "step 1 of 9"
    assert ghosts(opened) == [[2, 2, 3, 3]]
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert count(opened) == "step 5 of 9"
    assert ghosts(opened) == []
    assert opened.execute_script("return document.activeElement.matches('td.current')")
    opened.switch_to.active_element.send_keys(Keys.ESCAPE)
    opened.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert count(opened) == "step 6 of 9"


def test_every_grid_is_one_stop_of_tab(page):
    opened = page("conv", "sample:flower", "--rgb", "--kernel", "edge", "--steps", "9")
    stops = "return [...stage.querySelectorAll('table')].map((t) => t.querySelectorAll('td[tabindex=\"0\"]').length)"
    assert set(opened.execute_script(stops)) == {1}
    opened.execute_script("stage.querySelector('table[data-part=patch] td').focus()")
    assert len(opened.find_elements(By.CSS_SELECTOR, "td.hot")) == 3
    names = opened.execute_script(
        "return [...stage.querySelectorAll('table')].map((t) => t.getAttribute('aria-label'))"
    )
    assert names == [
        "feature map 22×30, frame over rows 0 to 0, columns 0 to 0",
        *["patch", "kernel edge", "products"] * 3,
    ]


def test_both_counters_agree(page):
    opened = page("conv", "sample:halves", "--steps", "5:9")
    press(opened, Keys.ARROW_RIGHT)
    assert count(opened) == "step 7 of 16"
    assert "step 7 of 16" in opened.find_element(By.CLASS_NAME, "head").text.replace("\xa0", " ")
