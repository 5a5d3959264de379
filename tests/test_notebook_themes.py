"""What a notebook shows has the notebook's theme: computed colours in Chromium, whatever the system has."""

import pytest

import cnnstep
from cnnstep.render.theme import DARK, WHITE, colour
from cnnstep.views.page.roles import Palette

pytest.importorskip("selenium.webdriver", reason="selenium drives the browser")
from tests.test_page import browser as browser  # the fixture
from tests.test_page import pytestmark  # noqa: F401 - the mark skips where there is no browser

BODIES = {
    "JupyterLab, light": ('data-jp-theme-light="true"', WHITE),
    "JupyterLab, dark": ('data-jp-theme-light="false"', DARK),
    "VS Code, light": ('class="vscode-light"', WHITE),
    "VS Code, dark": ('class="vscode-dark"', DARK),
    "VS Code, high contrast": ('class="vscode-high-contrast"', DARK),
    "VS Code, light high contrast": ('class="vscode-high-contrast vscode-high-contrast-light"', WHITE),
    "classic": ('class="notebook_app"', WHITE),
    "another": ("", None),
}
COLOURS = """
const shown = (element, what) => getComputedStyle(element)[what].match(/\\d+/g).slice(0, 3).map(Number);
const root = document.querySelector(".cnnstep"), weight = document.querySelector("td.kernel");
return [shown(root, "backgroundColor"), shown(root, "color"), shown(weight, "backgroundColor")];
"""


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("name", BODIES)
def test_colours_are_those_of_the_notebook(browser, tmp_path, name, system):
    attributes, paper = BODIES[name]
    walk = cnnstep.Convolution(cnnstep.kernels["vertical"]).walk([[10, 10, 0]] * 3)
    page = tmp_path / "cell.html"
    html = walk._repr_mimebundle_()["text/html"]
    page.write_text(f"<!doctype html><meta charset=utf-8><body {attributes}>{html}</body>", encoding="utf-8")
    features = [{"name": "prefers-color-scheme", "value": system}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(page.as_uri())
    paper = paper or {"light": WHITE, "dark": DARK}[system]
    found = [tuple(each) for each in browser.execute_script(COLOURS)]
    assert found == [paper.ground, paper.named["ink"], colour(Palette.DIVERGING, 1, paper.stops)]
