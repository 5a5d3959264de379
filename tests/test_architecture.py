"""Imports go down the list of rooms only, and stay light where they must."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cnnstep"

ROOMS = {
    "errors": set(),
    "display": set(),
    "geometry": {"errors"},
    "notation": {"errors", "geometry"},
    "engine": {"errors", "display", "geometry", "notation"},
    "inputs": {"errors", "geometry", "notation", "engine"},
    "networks": {"errors", "geometry", "notation", "engine"},
    "views": {"errors", "display", "geometry", "notation", "engine", "networks"},
    "render": {"errors", "geometry", "notation", "engine", "networks", "views"},
    "player": {"errors", "geometry", "notation", "engine", "networks", "views", "render"},
    "notebook": {"errors", "geometry", "notation", "engine", "views", "render"},
    "cli": {"errors", "geometry", "notation", "engine", "inputs", "networks", "views", "render", "player"},
}
"""Room → the rooms it may import; rooms that are not built yet keep their place."""

LIBRARIES = {
    "errors": set(),
    "display": set(),
    "geometry": set(),
    "notation": set(),
    "engine": {"numpy"},
    "inputs": {"numpy", "PIL"},
    "networks": {"numpy"},
    "views": {"numpy"},
    "render": {"numpy", "PIL", "rich"},
    "player": {"numpy", "rich"},
    "notebook": {"numpy"},
    "cli": {"click"},
}
RUNTIME = {"numpy", "click", "rich", "PIL"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    """Every module that a file imports, also inside functions; those for types alone are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {id(n) for node in ast.walk(tree) if is_type_checking(node) for n in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_type_checking(node):
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if room_of(p) not in {"__init__", "__main__"}],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_imports_go_down_the_list(path):
    room = room_of(path)
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "cnnstep":
            other = rest.partition(".")[0]
            assert other in ROOMS[room] | {room, "__version__"}, f"{room} must not import {other}"
        elif top not in sys.stdlib_module_names:
            assert top in LIBRARIES[room], f"{room} must not import {top}"


def test_every_module_has_a_room():
    assert {room_of(path) for path in MODULES} - {"__init__", "__main__"} <= set(ROOMS)


def test_no_function_and_no_module_grows_out_of_sight():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 250, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{path}: {node.name}"


def loaded(*args):
    """Modules in memory after a command."""
    code = f"import sys; sys.argv[1:] = {list(args)!r}\nfrom cnnstep.cli import main\n"
    code += "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
    code += "print('|'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    return set(done.stderr.split("|"))


@pytest.mark.parametrize(
    ("args", "never"),
    [
        (("size", "--in", "32", "--k", "5"), {"numpy", "rich", "PIL", "cnnstep.engine", "json"}),
        (("size", "--in", "32", "--k", "5", "--json"), {"numpy", "rich", "PIL"}),
        (("size", "--in", "32", "--k", "5", "--color", "always"), {"numpy", "rich", "PIL"}),
        (("size", "--in", "32", "--k", "5", "--out", "14"), {"numpy", "rich", "PIL"}),
        (("--help",), {"numpy", "rich", "PIL", "cnnstep.cli.conv"}),
        (("conv", "--help"), {"numpy", "rich", "PIL"}),
        (("conv", "sample:five"), {"rich", "PIL", "numpy.random", "cnnstep.networks", "cnnstep.engine.activations"}),
        (("pool", "sample:five"), {"rich", "PIL", "numpy.random", "cnnstep.networks", "cnnstep.engine.activations"}),
    ],
)
def test_commands_load_only_what_they_use(args, never):
    assert not never & loaded(*args)


def test_importing_the_library_costs_nothing():
    code = "import sys, cnnstep; assert not {'numpy', 'click', 'rich', 'PIL'} & set(sys.modules); cnnstep.Convolution"
    subprocess.run([sys.executable, "-c", code], check=True)
