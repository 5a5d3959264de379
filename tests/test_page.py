"""The page in a real browser: it plays, is stepped by keys, shows the right numbers, and asks no one for anything."""

import json
import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium drives the browser")
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Debian's chromium and chromium-driver open the page")
PATIENCE = 20


@pytest.fixture(scope="module")
def browser(loopback):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for argument in (
            "headless=new",
            "no-sandbox",
            "disable-gpu",
            "disable-dev-shm-usage",
            f"user-data-dir={profile}",
        ):
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        os.environ["SE_OFFLINE"] = "true"
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
        driver.set_window_size(1280, 900)
        yield driver
        with suppress(Exception):
            driver.quit()


@pytest.fixture
def page(run, tmp_path, browser):
    """Save a walk as a page, open it, and wait until it is ready."""

    def open_page(*args, media=()):
        path = tmp_path / "page.html"
        result = run(*args, "--save", str(path), "--force")
        assert result.exit_code == 0, result.stderr
        features = [{"name": name, "value": value} for name, value in media]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        for kind in ("browser", "performance"):
            browser.get_log(kind)
        browser.get(path.as_uri())
        WebDriverWait(browser, PATIENCE).until(lambda b: b.execute_script("return document.body.dataset.ready"))
        return browser

    yield open_page
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def press(browser, *keys):
    browser.find_element(By.TAG_NAME, "body").send_keys(*keys)


def count(browser):
    return browser.find_element(By.ID, "count").text


def texts(browser, selector):
    return [found.text for found in browser.find_elements(By.CSS_SELECTOR, selector)]


def numbers(cells):
    return [float(text.replace("−", "-").strip("()")) for text in cells]


def test_every_step_shows_the_numbers_of_the_json(run, page):
    matrix = ("conv", "3 1 4 1; 5 9 2 6; 5 3 5 8", "--kernel", "2 -1; 0 3", "--padding", "1")
    steps = json.loads(run(*matrix, "--steps", "all", "--json").stdout)["steps"]
    browser = page(*matrix)
    for number, step in enumerate(steps):
        assert count(browser) == f"step {number + 1} of {len(steps)}"
        flat = [[v for row in step[name][0] for v in row] for name in ("patch", "weights", "products")]
        tables = browser.find_elements(By.CSS_SELECTOR, ".row.linked table")
        shown = [numbers(cell.text for cell in table.find_elements(By.TAG_NAME, "td")) for table in tables]
        assert shown == flat
        assert numbers(texts(browser, "p .total")) == [step["value"]]
        assert numbers(texts(browser, "td.current")) == [step["value"]]
        press(browser, Keys.ARROW_RIGHT)


def test_keys(page):
    browser = page("conv", "sample:halves")
    moves = [
        (Keys.ARROW_RIGHT, 2), (Keys.ARROW_DOWN, 6), (Keys.ARROW_LEFT, 5), (Keys.ARROW_UP, 1), (Keys.END, 16), (Keys.HOME, 1),
        (Keys.PAGE_DOWN, 11), (Keys.PAGE_UP, 1), ("l", 2), ("h", 1), (" ", 2), ("j", 6), ("k", 2), ("p", 1), ("n", 2),
    ]  # fmt: skip
    for key, step in moves:
        press(browser, key)
        assert count(browser) == f"step {step} of 16"
    assert browser.current_url.endswith("#2")


def test_the_page_has_the_keys_of_the_player():
    from cnnstep.player.timeline import KEYS

    script = (Path(__file__).parent.parent / "cnnstep" / "render" / "formats" / "page.js").read_text(encoding="utf-8")
    known = script[script.index("const keys = {") : script.index("function faster(")]
    letters = {name for key in KEYS for name in key.names if len(name) == 1}
    missing = {"=", "_", "f", "F", "g", "?", "q", "Q", "w"}  # other spellings, filters, places, layers, a browser's own
    assert all(
        re.search(rf"(^|[ {{,]){re.escape(key)}:|\"{re.escape(key)}\":", known, re.MULTILINE)
        for key in letters - missing
    )


def test_it_plays_to_the_end_and_stops(page):
    browser = page("conv", "sample:halves", "--fps", "30")
    press(browser, Keys.ENTER)
    WebDriverWait(browser, PATIENCE).until(lambda b: count(b) == "step 16 of 16")
    WebDriverWait(browser, PATIENCE).until(lambda b: b.find_element(By.ID, "play").text == "▶ play")
    assert "step 16 of 16" in browser.execute_script("return document.getElementById('spoken').textContent")


def test_scrubbing_and_buttons(page):
    browser = page("conv", "sample:halves")
    slider = browser.find_element(By.ID, "slider")
    browser.execute_script("arguments[0].value = 9; arguments[0].dispatchEvent(new Event('input'))", slider)
    assert count(browser) == "step 10 of 16"
    assert slider.get_attribute("aria-valuetext") == "step 10 of 16"
    for name, step in (("back", 9), ("next", 10), ("last", 16), ("first", 1)):
        browser.find_element(By.ID, name).click()
        assert count(browser) == f"step {step} of 16"


def test_hovering_shows_what_belongs_together_and_a_click_goes_there(page):
    browser = page("conv", "sample:halves")
    product = browser.find_elements(By.CSS_SELECTOR, "td.product")[5]
    webdriver.ActionChains(browser).move_to_element(product).perform()
    hot = browser.find_elements(By.CSS_SELECTOR, "td.hot")
    assert [cell.get_attribute("class").split()[0] for cell in hot] == ["window", "window", "kernel", "product"]
    output = browser.find_elements(By.CSS_SELECTOR, "td.pending")[6]
    output.click()
    assert count(browser) == "step 8 of 16"


def test_answers_are_hidden_also_from_screen_readers(page):
    browser = page("conv", "sample:halves")
    press(browser, Keys.ARROW_RIGHT)
    everything = "return document.querySelector('main').textContent"
    assert "= 30" in browser.execute_script(everything).replace("\xa0", " ")
    press(browser, "m")
    assert texts(browser, "p .total") == texts(browser, "td.current") == ["?"]
    assert "?" not in texts(browser, "td.product")
    assert "= 30" not in browser.execute_script(everything).replace("\xa0", " ")
    press(browser, "M", Keys.ARROW_RIGHT)
    assert set(texts(browser, "td.product")) == {"?"}
    assert "= 30" not in browser.execute_script(everything).replace("\xa0", " ")
    press(browser, "m")
    assert texts(browser, "p .total") == ["30"]
    assert "?" not in texts(browser, "td.product")


def test_a_hidden_choice_is_not_framed(page):
    browser = page("pool", "1 2; 3 9")
    frames = "return document.querySelectorAll('.linked .frame, .held:has(table:not(.focus)) .frame').length"
    assert browser.execute_script(frames) == 1
    press(browser, "m")
    assert browser.execute_script(frames) == 0
    assert "it stands in" not in browser.find_element(By.ID, "stage").text


def corner(browser, element):
    return browser.execute_script("const r = arguments[0].getBoundingClientRect(); return [r.left, r.top]", element)


@pytest.mark.parametrize(
    "args",
    [
        ("pool", "sample:five"),
        ("conv", "sample:halves", "--padding", "1"),
        ("conv", "1 2 3; 4 5 6; 7 8 9", "--kernel", "1 0; 0 1"),
        ("transposed", "1 2; 3 4", "--kernel", "gaussian3", "--stride", "2"),
        ("conv", "sample:five", "--as-matrix"),
    ],
    ids=lambda args: f"{' '.join(args[:2])} {len(args)}",
)
def test_frames_lie_over_their_cells(page, args):
    browser = page(*args, media=[("prefers-reduced-motion", "reduce")])
    for _ in range(3):
        press(browser, Keys.ARROW_RIGHT)
        for held in browser.find_elements(By.CSS_SELECTOR, ".held:has(table.focus):has(.frame)"):
            cells = held.find_elements(By.CSS_SELECTOR, "td")
            columns = len(held.find_elements(By.CSS_SELECTOR, "tr:first-child td"))
            frame = held.find_element(By.CSS_SELECTOR, ".frame")
            row, column = (
                int(browser.execute_script("return arguments[0].style.getPropertyValue(arguments[1])", frame, side))
                for side in ("--top", "--left")
            )
            first = cells[row * columns + column]
            assert all(abs(a - b) < 3 for a, b in zip(corner(browser, frame), corner(browser, first), strict=True))


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 25, 32)")])
def test_light_and_dark(page, scheme, ground):
    browser = page("conv", "sample:five", media=[("prefers-color-scheme", scheme)])
    assert browser.execute_script("return getComputedStyle(document.body).backgroundColor") == ground


def test_it_is_spoken(page):
    browser = page("conv", "sample:halves")
    press(browser, Keys.ARROW_RIGHT)
    assert "step 2 of 16: y[0,1] = " in browser.execute_script("return document.getElementById('spoken').textContent")
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = [(n["role"]["value"], n["name"]["value"]) for n in tree if not n["ignored"] and "name" in n]
    assert [name for role, name in named if role == "grid"] == [
        "input 6×6, frame over rows 0 to 2, columns 1 to 3",
        "feature map 4×4, frame over rows 0 to 0, columns 1 to 1",
        "patch",
        "kernel vertical",
        "products",
    ]
    sizes = (6, 4, 3, 3, 3)
    rows = [str(row) for size in sizes for row in range(size)]
    assert [name for role, name in named if role == "rowheader"] == rows
    assert [name for role, name in named if role == "columnheader" and name] == rows
    assert len(browser.find_elements(By.CSS_SELECTOR, "td[aria-current]")) == 1


def test_a_name_from_outside_is_text(page, tmp_path):
    path = tmp_path / "<img src=x onerror=alert(1)>.csv"
    path.write_text("1,2\n3,4\n", encoding="utf-8")
    browser = page("net", "conv 1x1", str(path), "--layer", "1")
    assert not browser.find_elements(By.CSS_SELECTOR, "#stage img")


@pytest.mark.parametrize(
    "args",
    [
        ("pool", "sample:five"), ("activate", "-1 2 3; 4 -5 6", "tanh"), ("dense", "sample:digit", "--units", "3"),
        ("softmax", "2 1 0.1"), ("transposed", "1 2; 3 4", "--kernel", "gaussian3", "--stride", "2"),
        ("conv", "sample:beep", "--kernel", "tone", "--steps", "20"), ("conv", "sample:flower", "--rgb", "--steps", "20"),
        ("conv", "sample:picture", "--kernel", "edge", "--steps", "20"), ("normalize", "sample:five"),
    ],
    ids=lambda args: " ".join(args[:2]),
)  # fmt: skip
def test_every_operation_plays(page, args):
    browser = page(*args)
    press(browser, Keys.END)
    slider = browser.find_element(By.ID, "slider")
    last = int(slider.get_attribute("max")) + 1
    assert slider.get_attribute("value") == str(last - 1)
    assert count(browser).startswith(f"step {last} of ")
    assert count(browser) in browser.find_element(By.CLASS_NAME, "head").text.replace("\xa0", " ")
    assert browser.find_element(By.ID, "stage").text


def test_a_thousand_steps_are_less_than_a_megabyte(run, tmp_path):
    for args in (
        ("sample:picture", "--kernel", "edge"),
        ("sample:flower", "--rgb", "--kernel", "edge", "--kernel", "sharpen"),
    ):
        path = tmp_path / "page.html"
        assert run("conv", *args, "--steps", "1000", "--save", str(path), "--force").exit_code == 0
        assert path.stat().st_size < 1_000_000
