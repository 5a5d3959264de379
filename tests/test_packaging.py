"""The wheel has all it needs, and runs in an empty environment."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_has_the_samples_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    samples = {path.name for path in (ROOT / "samples").iterdir() if path.suffix not in {".py", ""}}
    assert {f"cnnstep/samples/{name}" for name in samples} == {n for n in names if n.startswith("cnnstep/samples/")}
    assert "cnnstep/py.typed" in names
    assert {"cnnstep/networks/weights/lenet5.npz", "cnnstep/networks/weights/lenet5.md"} <= names
    assert {f"cnnstep/render/figures/fonts/{name}" for name in ("regular.woff", "bold.woff", "OFL.txt")} <= names
    assert {
        f"cnnstep/render/{name}"
        for name in (
            "markup.css",
            "formats/page.html",
            "formats/page.js",
            "formats/cells.js",
            "formats/network.html",
            "formats/numbers.js",
            "formats/layers.js",
            "formats/panels.js",
            "formats/network.js",
        )
    } <= names
    lessons = {
        f"cnnstep/classroom/lessons/{path.name}" for path in (ROOT / "cnnstep" / "classroom" / "lessons").iterdir()
    }
    assert lessons
    assert lessons <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert all(name.startswith(("cnnstep/", "cnnstep-")) for name in names)


def test_the_wheel_runs_in_an_empty_environment(wheel, tmp_path, environment):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel]
    subprocess.run(install, check=True, capture_output=True, cwd=tmp_path)
    saves = ("conv", *(word for suffix in ("gif", "svg", "html", "cast", "md") for word in ("--save", f"a.{suffix}")))
    for args in (("conv",), ("show",), ("samples",), ("conv", "sample:picture", "--color", "always"), saves):
        done = subprocess.run(
            [python, "-m", "cnnstep", *args], check=True, capture_output=True, cwd=tmp_path, env=environment
        )
        assert done.stdout
    script = python.parent / "cnnstep"
    done = subprocess.run(
        [script, "size", "--in", "32", "--k", "5"], check=True, capture_output=True, cwd=tmp_path, env=environment
    )
    assert "→ 28×28" in done.stdout.decode() or b"-> 28x28" in done.stdout


def test_the_runtime_dependencies_are_the_four():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(name.partition(">=")[0] for name in project["dependencies"]) == ["click", "numpy", "pillow", "rich"]
    assert all(">=" in name and "<" not in name for name in project["dependencies"])
