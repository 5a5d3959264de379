"""What the tests share: a runner, golden files, a clean environment."""

from __future__ import annotations

import builtins
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings

from cnnstep.cli.group import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnnstep.views.page.scene import Scene

GOLDEN = Path(__file__).parent / "golden"
SWAYS_OUTPUT = (
    "NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "TERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE",
    "JPY_PARENT_PID", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONCOERCECLOCALE",
)  # fmt: skip

for kind in ("SIGINT", "SIGQUIT", "SIGHUP", "SIGTERM"):
    # A process inherits what is ignored (after `&` in a script, or nohup), but no handler: what the tests start is stopped.
    if (number := getattr(signal, kind, None)) and signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-golden", action="store_true", help="write the golden files anew")
    parser.addoption("--every", type=int, default=1, metavar="N", help="run one of N tests, always the same ones")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """By their names, so that every file has its share, and all workers choose the same ones."""
    every = config.getoption("every")
    left_out = [item for item in items if crc32(item.nodeid.encode()) % every]
    items[:] = [item for item in items if crc32(item.nodeid.encode()) % every == 0]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where lessons keep progress: never that of whoever runs the tests."""
    return str(tmp_path_factory.mktemp("state"))


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    for name in SWAYS_OUTPUT:
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, state)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(autouse=True)
def _fractions_alike_on_every_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 3.12 on `sum` corrects the rounding of fractions, on 3.11 it does not: the program calls `math.fsum`."""

    def checked(values: Iterable[Any], /, start: Any = 0) -> Any:
        total = add_up(values, start)
        caller = sys._getframe(1).f_globals["__name__"]
        assert type(total) is not float or not caller.startswith("cnnstep"), f"{caller}: fsum, not sum"
        return total

    add_up = builtins.sum
    monkeypatch.setattr(builtins, "sum", checked)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run cnnstep in this process: `run("size", "--in", "32")`."""

    def call(*args: str, columns: int = 80, stdin: bytes | None = None, **env: str) -> Result:
        return CliRunner().invoke(cli, list(args), input=stdin, env={"COLUMNS": str(columns), **env})

    return call


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with a golden file, or write it with --renew-golden."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if request.config.getoption("--renew-golden"):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"{path.name} is missing: run `make golden` and look at it"
        assert text == path.read_text(encoding="utf-8")

    return check


@pytest.fixture
def environment() -> dict[str, str]:
    """An environment for subprocesses, without what sways the output."""
    return {name: value for name, value in os.environ.items() if name not in SWAYS_OUTPUT}


@pytest.fixture(scope="session")
def loopback() -> None:
    """Browsers and notebooks are reached over the loopback device: without it their tests are skipped."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
    except OSError as trouble:
        pytest.skip(f"nothing is reached at 127.0.0.1: {trouble}")


@pytest.fixture
def screens_of() -> Callable[[str], list[Scene]]:
    """The scenes of a command's first steps, and of its whole result."""
    from cnnstep import view
    from cnnstep.views.report import Report
    from cnnstep.views.vocabulary import Chosen
    from tests.test_commands import COMMANDS

    def call(name: str, steps: int = 3) -> list[Scene]:
        shown = view(COMMANDS[name])
        if isinstance(shown, Report):
            return [shown.scene]
        stepped = shown.choosing(Chosen(steps=slice(steps)))
        return [*stepped.scenes(), *shown.choosing(Chosen(display="map")).scenes()]

    return call
