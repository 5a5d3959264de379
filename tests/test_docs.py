"""The README tells the truth: every command runs, every screen and every line of Python is compared."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstep import __version__, network
from cnnstep.render.formats import FORMATS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(kind, "\n".join(line[len(pad) :] for line in body.splitlines())) for pad, kind, body in BLOCK.findall(TEXT)]
SCREENS = [body for kind, body in BLOCKS if kind == "console"]
EXAMPLES = [line for kind, body in BLOCKS if kind == "sh" for line in body.splitlines()]
MENTIONS = {" ".join(m.split()) for m in re.findall(r"`(cnnstep [a-z]+ [^`]+)`", BLOCK.sub("", TEXT))}
INLINE = sorted(MENTIONS - set(EXAMPLES))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    Image.fromarray(np.arange(400, dtype=np.uint16).astype(np.uint8).reshape(20, 20)).save(tmp_path / "image.png")
    (tmp_path / "answers").mkdir()
    for path in ("answers.csv", "answers/anna.csv"):
        (tmp_path / path).write_text(
            "topic,conv\nlevel,1\ncount,5\nseed,anna\nquestion,answer\nconv-1-1,7\n", encoding="utf-8"
        )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def words(command):
    program, *args = shlex.split(command)
    assert program == "cnnstep"
    return args


def test_every_format_is_told():
    rows = re.findall(r"^\| ((?:`\.\w+`(?:, )?)+) \|", TEXT, re.MULTILINE)
    assert sorted(suffix for row in rows for suffix in re.findall(r"\.\w+", row)) == sorted(FORMATS)


def test_there_are_ten_examples_and_a_screen():
    assert len(EXAMPLES) == 10
    assert len(SCREENS) >= 2


@pytest.mark.parametrize("command", [*EXAMPLES, *INLINE])
def test_commands_run(run, folder, command):
    result = run(*words(command))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.splitlines()[0])
def test_screens_are_real(run, request, screen):
    first, *shown = screen.splitlines()
    output = run(*words(first.removeprefix("$ "))).output
    if request.config.getoption("--renew-golden"):
        text = README.read_text(encoding="utf-8")
        README.write_text(
            text.replace(f"```console\n{screen}\n```", f"```console\n{first}\n{output}```"), encoding="utf-8"
        )
    else:
        assert output.splitlines() == shown


def test_the_network_in_a_file_works(run, folder):
    (text,) = (body for kind, body in BLOCKS if kind == "cnn")
    (folder / "my.cnn").write_text(text, encoding="utf-8")
    assert "3×32×32 → 10" in run("net", "my.cnn").stdout
    assert run("net", "my.cnn", "sample:picture").exit_code == 0


@pytest.mark.parametrize("number", [i for i, (kind, _) in enumerate(BLOCKS) if kind == "python"])
def test_the_python_lines_work(number):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(BLOCKS[number][1], {})
    assert out.getvalue().splitlines() == BLOCKS[number + 1][1].splitlines()


def test_the_package_docstring_works():
    import doctest

    import cnnstep

    assert doctest.testmod(cnnstep).failed == 0
    assert doctest.testmod(cnnstep).attempted > 0


def test_every_command_and_kernel_has_its_place():
    from cnnstep.cli.group import COMMANDS

    for name in COMMANDS:
        assert f"cnnstep {name}" in TEXT


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_files_that_are_named_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
    for path in re.findall(r"`((?:cnnstep|tests|samples|benchmarks)/[\w/.]*)`", text):
        assert (ROOT / path).exists(), path


def examples_in_help():
    from importlib import import_module

    from cnnstep.cli.group import COMMANDS
    from cnnstep.cli.group import EXAMPLES as GROUP

    modules = [import_module(f"cnnstep.cli.{name}") for name in COMMANDS]
    tables = [GROUP, *(module.EXAMPLES for module in modules)]
    return sorted({command for examples in tables for command, _ in examples})


@pytest.mark.parametrize("command", [c for c in examples_in_help() if c.startswith("cnnstep") and "|" not in c])
def test_the_examples_of_the_help_run(run, folder, command):
    Image.new("L", (100, 100)).save("image.png")
    np.savez("mnist.npz", x=np.zeros((20, 28, 28), np.uint8), y=np.arange(20) % 10)
    if "--weights w.npz" in command:  # which is saved by the example before
        np.savez("w.npz", **network("lenet5").weights)
    result = run(*words(command))
    if command.startswith("cnnstep draw"):  # which needs a terminal
        assert "nothing to draw on: the output is not a terminal" in result.stderr
        return
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("command", [*EXAMPLES[:1], "cnnstep size --in 32 --k 5", "cnnstep kernels edge"])
def test_the_next_thing_to_type_is_on_the_screen(run, command):
    assert "next: " in run(*words(command)).output


def test_what_is_not_released_has_no_released_number():
    """The version is `1.2.0.dev0` while the changes begin with `Unreleased`, `1.2.0` where they say `1.2.0 (date)`."""
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## (.+)$", changes, re.MULTILINE)[1]
    version, _, is_development = __version__.partition(".dev")
    assert first == "Unreleased" if is_development else re.fullmatch(rf"{version} \(\d{{4}}-\d\d-\d\d\)", first)
