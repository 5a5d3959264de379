"""The page of a network: how long it takes to write, its size, and its first paint where Chromium is installed."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.timing import best, row

LARGEST, SLOWEST = 1_000_000, 0.3
COMMAND = ("-m", "cnnstep", "net", "lenet5", "sample:digit", "--force", "--save")
PAINT = """
const told = (list) => list.getEntriesByName("first-contentful-paint").forEach((each) => arguments[0](each.startTime));
new PerformanceObserver(told).observe({type: "paint", buffered: true});
"""


def main() -> None:
    """Print what the page of LeNet-5 costs, and what it may."""
    row("the page of lenet5", "takes", "at most", "")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "net.html"
        command = [sys.executable, *COMMAND, str(path)]
        row("written", f"{best(lambda: subprocess.run(command, check=True, capture_output=True)):.2f} s", "", "")
        row("size", f"{path.stat().st_size / 1e6:.2f} MB", f"{LARGEST / 1e6:.0f} MB", "")
        if painted := first_paint(path.as_uri()):
            row("first paint in Chromium", f"{painted * 1000:.0f} ms", f"{SLOWEST * 1000:.0f} ms", "")


def first_paint(address: str) -> float:
    """Seconds from the address to the first paint, as the browser tells them; 0 where there is none."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        return 0.0
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{argument}")
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(driver)) as browser:

        def painted() -> float:
            browser.get("about:blank")
            browser.get(address)
            return float(browser.execute_async_script(PAINT)) / 1000

        painted()
        return min(painted() for _ in range(3))
