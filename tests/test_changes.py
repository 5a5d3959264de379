"""A page whose numbers can be changed, in a real browser: what it then writes is what the engine says of those numbers."""

from fractions import Fraction
from itertools import chain
from math import fsum

import numpy as np
import pytest

from cnnstep.views.wording.cells import CellFormat
from cnnstep.views.wording.numbers import exact, formatter, short

pytest.importorskip("selenium.webdriver", reason="selenium drives the browser")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.test_page import browser as browser  # the fixtures
from tests.test_page import count, press, pytestmark  # noqa: F401 - the mark skips where there is no browser
from tests.test_page import page as page

EVERYTHING = """
const shown = [];
const text = (found) => found.textContent.replaceAll("\\u00a0", " ");
for (let n = 0; n < steps.length; n++) {
  show(n);
  const tables = [...stage.querySelectorAll("table")].map((table) => [...table.querySelectorAll("td")].map(text));
  const marks = [...stage.querySelectorAll(".sign")].map(text);
  const frames = [...stage.querySelectorAll(".frame.over")].map((frame) => frame.style.cssText);
  const sums = [...stage.querySelectorAll("p:has(> .total), p[data-reveals=working]")].map(text);
  shown.push({tables, marks, frames, sums});
}
show(0);
return shown;
"""
GRIDS = EVERYTHING.replace('All("table")', 'All("table:not(.sheet)")')
WORKED_OUT = GRIDS.replace("frames, sums}", "frames, sums: sums.slice(0, 1)}")
"""Without the derivative and the bars, which only the engine knows."""


def set_number(opened, of, place, text):
    """Go to the first step in which the cell stands, click it, and type."""
    opened.execute_script(
        "for (let n = 0; n < steps.length; n++) { show(n); if (stage.querySelector(arguments[0])) break; }",
        f'td.change[data-of="{of}"][data-place="{place}"]',
    )
    opened.find_element(By.CSS_SELECTOR, f'td.change[data-of="{of}"][data-place="{place}"]').click()
    field = opened.find_element(By.CSS_SELECTOR, "td.change input")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(text, Keys.ENTER)


def chip(opened):
    return opened.find_element(By.ID, "chip").is_displayed()


X = "3 1 4 1 5; 9 2 6 5 3; 5 8 9 7 9; 3 2 3 8 4"
Y = "3 1 4 1 5; 9 -20 6 5 3; 5 8 9 7 9; 3 2 3 8 4"
Z = "3 1 4 1 5; 9 2.5 6 5 3; 5 8 9 7 9; 3 2 3 8 4"
K, L = "1 0 -1; 2 0 -2; 1 0 -1", "1 0 -1; 2 7 -2; 1 0 -1"
TWO, OTHER = "1 2 3; 4 5 6; 7 8 9 ;; 9 8 7; 6 5 4; 3 2 1", "1 2 3; 4 5 6; 7 8 9 ;; 9 8 7; 6 -0.5 4; 3 2 1"
WALKS = {
    "conv, an input cell": (("conv", X, "--kernel", K), ("conv", Y, "--kernel", K), [("x", 6, "-20")]),
    "conv, a weight": (("conv", X, "--kernel", K), ("conv", X, "--kernel", L), [("0", 4, "7")]),
    "conv, a fraction": (("conv", X, "--kernel", K), ("conv", Z, "--kernel", K), [("x", 6, "2,5")]),
    "conv, stride, padding, bias": (
        ("conv", X, "--kernel", K, "--stride", "2", "--padding", "1", "--bias", "3"),
        ("conv", Y, "--kernel", L, "--stride", "2", "--padding", "1", "--bias", "3"),
        [("x", 6, "−20"), ("0", 4, "7")],
    ),
    "conv, dilation and a mode": (
        ("conv", X, "--kernel", "1 2; 3 4", "--dilation", "2", "--padding", "1", "--pad-mode", "reflect"),
        ("conv", Y, "--kernel", "1 2; 3 9", "--dilation", "2", "--padding", "1", "--pad-mode", "reflect"),
        [("x", 6, "-20"), ("0", 3, "9")],
    ),
    "conv, a padding value": (
        ("conv", X, "--kernel", "1 2; 3 4", "--padding", "1", "--pad-mode", "constant", "--pad-value", "5"),
        ("conv", Y, "--kernel", "1 2; 3 4", "--padding", "1", "--pad-mode", "constant", "--pad-value", "5"),
        [("x", 6, "-20")],
    ),
    "conv, a divisor": (
        ("conv", X, "--kernel", "gaussian3"), ("conv", Z, "--kernel", "gaussian3"), [("x", 6, "2.5")]
    ),
    "conv, fractions": (
        ("conv", "0.1234 0.2 0.3; 0.4 0.55 0.6; 1.75 8.5 9.0625", "--kernel", "0.3127 1.7213; 2.9011 -1.1"),
        ("conv", "0.1234 0.2 0.3; 0.4 33.125 0.6; 1.75 8.5 9.0625", "--kernel", "0.3127 1.7213; 2.9011 -1.1"),
        [("x", 4, "33.125")],
    ),
    "conv, channels": (
        ("conv", TWO, "--kernel", "1 0; 0 1 ;; 2 1; 0 1"), ("conv", OTHER, "--kernel", "1 0; 0 1 ;; 2 -3; 0 1"),
        [("x", 13, "-0.5"), ("0", 5, "-3")],
    ),
    "conv, groups": (
        ("conv", TWO, "--depthwise", "--kernel", "1 2; 3 4"), ("conv", OTHER, "--depthwise", "--kernel", "1 2; 3 4"),
        [("x", 13, "-0.5")],
    ),
    "max pooling": (("pool", X), ("pool", Y), [("x", 6, "-20")]),
    "max pooling, padding and a tie": (
        ("pool", X, "--window", "3", "--stride", "2", "--padding", "1"),
        ("pool", X.replace("2 6 5 3", "9 6 5 3"), "--window", "3", "--stride", "2", "--padding", "1"),
        [("x", 6, "9")],
    ),
    "min pooling, channels": (
        ("pool", TWO, "--kind", "min", "--stride", "1"), ("pool", OTHER, "--kind", "min", "--stride", "1"),
        [("x", 13, "-0.5")],
    ),
    "average pooling": (
        ("pool", X, "--kind", "average", "--window", "3", "--stride", "1"),
        ("pool", Z, "--kind", "average", "--window", "3", "--stride", "1"),
        [("x", 6, "2.5")],
    ),
    "average pooling, padding counted": (
        ("pool", X, "--kind", "average", "--padding", "1", "--include-padding"),
        ("pool", Y, "--kind", "average", "--padding", "1", "--include-padding"),
        [("x", 6, "-20")],
    ),
    "dense": (
        ("dense", "1 2 3", "--weights", "1 0 -1; 0.5 2 0.25", "--bias", "1,2"),
        ("dense", "1 -7 3", "--weights", "1 0 -1; 0.5 2 4.125", "--bias", "1,2"),
        [("x", 1, "-7"), ("1", 2, "4.125")],
    ),
    **{
        f"{name}": (
            ("activate", "-6 12 0.5; 2 -8 3", name), ("activate", "-6 12 0.5; 2 1.25 -0.75", name),
            [("x", 4, "1.25"), ("x", 5, "-.75")],
        )
        for name in ("relu", "relu6", "leaky-relu", "elu", "silu", "softplus", "sigmoid", "tanh")
    },
    "relu, channels": (("activate", TWO, "relu"), ("activate", OTHER, "relu"), [("x", 13, "-0.5")]),
    "relu, a list": (("activate", "1 -2 3", "relu"), ("activate", "1 -2 -3", "relu"), [("x", 2, "-3")]),
    "relu, whole": (("activate", "-6 12; 2 -8", "relu"), ("activate", "-6 12; 2 30", "relu"), [("x", 3, "30")]),
    "softmax": (("softmax", "2 1 0.1"), ("softmax", "2 3.5 0.1"), [("x", 1, "3.5")]),
    "softmax, whole": (("softmax", "2 1 0 -1"), ("softmax", "2 1 7 -1"), [("x", 2, "7")]),
}  # fmt: skip


@pytest.mark.parametrize("name", WALKS)
def test_changed_numbers_are_those_of_the_engine(page, name):
    before, after, edits = WALKS[name]
    shown = EVERYTHING if before[0] in {"conv", "pool"} else WORKED_OUT
    wanted = page(*after).execute_script(shown)
    opened = page(*before)
    assert not chip(opened)
    at_first = opened.execute_script(EVERYTHING)
    for of, place, text in edits:
        set_number(opened, of, place, text)
    assert chip(opened)
    found = opened.execute_script(shown)
    assert found == wanted
    assert found != at_first
    opened.find_element(By.ID, "reset").click()
    assert not chip(opened)
    assert opened.execute_script(EVERYTHING) == at_first


def test_numbers_are_printed_as_the_engine_prints_them(page):
    random = np.random.default_rng(0)
    lists = [
        [0.03125, 0.5], [1 / 32, 3 / 32, 5.5], [-0.03125, 1e-5], [0.00005, 3.0], [1e-7, 2e-7], [1e9, 2.5], [0.1 + 0.2],
        [2.5, 1e-14], [1234.5678, 0.00012], [-0.0001, 99999.0], [1.0, 2.0], [-2.0, 0.0], [0.1, 0.25, 3.0], [1e-4, 0.12345],
        *[(random.normal(size=4) * 10.0 ** random.integers(-6, 9)).tolist() for _ in range(200)],
        *[(random.integers(-64, 64, 4) / 2 ** random.integers(0, 9)).tolist() for _ in range(100)],
    ]  # fmt: skip
    opened = page("pool", "0.5 1 2; 3 4 5")
    printed = opened.execute_script("return arguments[0].map((each) => each.map(formatter(each)))", lists)
    assert printed == [list(map(formatter(each), each)) for each in lists]
    small = [each for each in lists if not CellFormat.of(each).power]  # a page that was changed has no factors
    cells = opened.execute_script(
        "return arguments[0].map((each) => each.map(cellFormat(each, true)).map(signed))", small
    )
    assert cells == [list(map(CellFormat.of(each), each)) for each in small]
    assert len(small) > len(lists) / 2
    alone = opened.execute_script("return arguments[0].map((each) => each.map(short))", lists)
    assert alone == [list(map(short, each)) for each in lists]
    sums = opened.execute_script("return arguments[0].map(added)", lists)
    assert sums == list(map(fsum, lists))
    texts = list(chain.from_iterable(printed))
    fractions = opened.execute_script("return arguments[0].map((each) => exact(each).map(String))", texts)
    assert [Fraction(*map(int, each)) for each in fractions] == list(map(exact, texts))


def test_by_keys_alone(page):
    opened = page("conv", X, "--kernel", K)
    cell = opened.find_element(By.CSS_SELECTOR, "td.change[tabindex='0']")
    opened.execute_script("arguments[0].focus()", cell)
    focused = "return [document.activeElement.dataset.of, document.activeElement.dataset.place].join()"
    opened.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    opened.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert opened.execute_script(focused) == "x,6"
    assert count(opened) == "step 1 of 6"
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    field = opened.switch_to.active_element
    assert field.get_attribute("aria-label") == "input number 7"
    field.send_keys("12", Keys.ESCAPE)
    assert not chip(opened)
    opened.switch_to.active_element.send_keys("8")
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert chip(opened)
    assert opened.execute_script(focused) == "x,6"
    assert "step 1 of 6: y[0,0] = " in opened.execute_script("return spoken.textContent")
    opened.switch_to.active_element.send_keys(Keys.ESCAPE)
    opened.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert count(opened) == "step 2 of 6"
    assert chip(opened)


@pytest.mark.parametrize("text", ["", "x", "1e9", "1/2", "--3", "0.0000001", "NaN"])
def test_what_is_no_number_changes_nothing(page, text):
    opened = page("pool", X)
    before = opened.execute_script(EVERYTHING)
    opened.find_element(By.CSS_SELECTOR, "td.change[data-place='6']").click()
    field = opened.find_element(By.CSS_SELECTOR, "td.change input")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(Keys.BACKSPACE, text, Keys.ENTER)
    assert field.get_attribute("aria-invalid") == "true"
    assert "a number" in opened.execute_script("return spoken.textContent")
    opened.find_element(By.ID, "next").click()
    assert not chip(opened)
    assert opened.execute_script(EVERYTHING) == before


def test_a_changed_value_is_hidden_too(page):
    opened = page("conv", X, "--kernel", K)
    set_number(opened, "x", 6, "77")
    press(opened, "m")
    assert "?" in opened.find_element(By.CSS_SELECTOR, "td.current").text
    assert opened.find_element(By.CSS_SELECTOR, "p .total").text == "?"
    press(opened, "m")
    assert "77·" in opened.find_element(By.CSS_SELECTOR, "p:has(> .total)").text


@pytest.mark.parametrize(
    "args",
    [
        ("conv", "sample:picture", "--steps", "9"), ("conv", "sample:halves", "--steps", "9"), ("conv", "1 2 3 4", "--kernel", "1 2"),
        ("pool", X, "--kind", "median"), ("activate", "1 2", "gelu"), ("softmax", "1 2 3 4 5 6 7 8 9"),
        ("dense", "sample:five", "--units", "2"), ("transposed", "1 2; 3 4"), ("conv", X, "--as-matrix"),
        ("conv", X, "--kernel", K, "--gradient", "kernel"), ("pool", "sample:flower", "--crop", "0,0,30,24"),
    ],
    ids=["a picture", "a part", "a signal", "median", "gelu", "many logits", "many inputs", "transposed", "a matrix",
         "a gradient", "too wide"],
)  # fmt: skip
def test_other_pages_are_as_they_were(page, args):
    opened = page(*args)
    assert opened.find_elements(By.CSS_SELECTOR, "td.change, #changing, #reset") == []
    assert opened.execute_script("return typeof changing") == "undefined"
