"""Imports go down the list of rooms only, and stay light where they must."""

import ast
import re
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
    "networks": {"errors", "geometry", "notation", "engine", "inputs"},
    "learning": {"errors", "geometry", "notation", "engine", "inputs", "networks"},
    "views": {"errors", "display", "geometry", "notation", "engine", "networks", "learning"},
    "frameworks": {"errors", "geometry", "notation", "engine", "networks", "views"},
    "render": {"errors", "geometry", "notation", "engine", "networks", "views"},
    "player": {"errors", "geometry", "notation", "engine", "networks", "views", "render"},
    "notebook": {"errors", "geometry", "notation", "engine", "views", "render"},
    "classroom": {"errors", "geometry", "notation", "engine", "networks", "learning", "views", "render", "player"},
    "cli": {
        "errors",
        "geometry",
        "notation",
        "engine",
        "inputs",
        "networks",
        "learning",
        "views",
        "frameworks",
        "render",
        "player",
        "classroom",
    },
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
    "learning": {"numpy"},
    "views": {"numpy"},
    "frameworks": {"numpy"},
    "render": {"numpy", "PIL", "rich"},
    "player": {"numpy", "rich"},
    "notebook": {"numpy"},
    "classroom": {"numpy"},
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


def test_the_fast_engine_knows_no_steps():
    known = {"errors", "geometry", "engine.arrays", "engine.border", "engine.fast"}
    for path in (PACKAGE / "engine" / "fast").glob("*.py"):
        for name in imports(path):
            ours = name.removeprefix("cnnstep.")
            assert ours == name or any(ours == room or ours.startswith(f"{room}.") for room in known), f"{path}: {name}"


def test_every_module_has_a_room():
    assert {room_of(path) for path in MODULES} - {"__init__", "__main__"} <= set(ROOMS)


def test_no_function_and_no_module_grows_out_of_sight():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 250, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{path}: {node.name}"


READS = {
    "split", "rsplit", "partition", "rpartition", "splitlines", "startswith", "endswith", "removeprefix", "removesuffix",
    "replace", "strip", "lstrip", "rstrip", "find", "rfind", "isdigit", "isnumeric", "isdecimal", "translate", "match",
    "search", "fullmatch", "sub", "findall", "finditer",
}  # fmt: skip
"""Methods of texts and patterns that look into a text, or change it."""
DISPLAYED = {"text", "caption"}
WRAPS, SIGNS, ESCAPES, NO_TEXT = (
    "where a line breaks",
    "signs as a font or a file has them",
    "escaping",
    "a name or a path",
)
MAY_READ = {
    "views/operations/__init__.py view_of": NO_TEXT,
    "views/operations/pooling.py _glued": WRAPS,
    "views/page/scene.py chunks": WRAPS,
    "views/page/scene.py hint": WRAPS,
    "views/wording/numbers.py formatter": "the same",
    "views/wording/cells.py factor": "the same",
    "views/wording/numbers.py visible": "how a number prints: the one module of that",
    "views/wording/numbers.py trimmed": "the same",
    "views/wording/numbers.py exact": "the same",
    "views/wording/numbers.py signed": "the same",
    "views/wording/numbers.py is_negative": "the same",
    "views/wording/numbers.py absolute": "the same",
    "views/wording/numbers.py _plain": "the same",
    "views/wording/sums.py _term": WRAPS,
    "render/capabilities.py capabilities": "a variable of the environment",
    **{f"render/capabilities.py {name}": "what a terminal answers" for name in ("ask", "_answer", "_cell")},
    "render/figures/fonts.py signed_text": SIGNS,
    "render/figures/grids.py draw_grid": "whether a caption is blank",
    "render/figures/vectors.py as_svg": WRAPS,
    "render/figures/vectors.py _label": "spaces beside each other, and labels that are blank",
    "render/figures/words.py _line": WRAPS,
    "render/figures/words.py broken": WRAPS,
    "render/figures/words.py _broken": WRAPS,
    "render/figures/words.py _joined": WRAPS,
    "render/figures/words.py _words": WRAPS,
    "render/files.py is_stdout": NO_TEXT,
    "render/files.py _replace": NO_TEXT,
    "render/files.py _publish": NO_TEXT,
    "render/formats/pages.py _filled": "names of pictures in markup",
    "render/formats/saving.py save": NO_TEXT,
    "render/formats/texts.py _words": ESCAPES,
    "render/formats/texts.py escaped": ESCAPES,
    "render/formats/numbers.py protected": "what a spreadsheet would take for a formula",
    "render/formats/texts.py _grid": SIGNS,
    "render/glyphs.py fit": SIGNS,
    "render/glyphs.py _power": SIGNS,
    "render/lines/layout.py _wrap": WRAPS,
    "render/lines/layout.py _breaks": WRAPS,
    "render/lines/page.py plain": "no spaces at the end of a line",
    "render/lines/panels.py _row": "whether a caption is blank",
    "render/lines/tables.py lay_table": "no spaces at the end of a line",
    "render/lines/tables.py _text": "no spaces at the end of a line",
    "render/protocols.py _band": "signs that repeat",
    "render/terminal.py _wished": "a variable of the environment",
}
"""Functions of views and render that look into a text, and why: none of them decides anything by what it says."""


def reads_text(node):
    """Whether a node looks into a text: by a method, a slice, or a comparison of what is displayed."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in READS
    if isinstance(node, ast.Subscript):
        return is_displayed(node.value) or (isinstance(node.value, ast.Name) and node.value.id in DISPLAYED)
    return isinstance(node, ast.Compare) and any(map(is_displayed, [node.left, *node.comparators]))


def is_displayed(node):
    return isinstance(node, ast.Attribute) and node.attr in DISPLAYED


def readers_of_text(source):
    """The functions of a module that look into a text."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and any(map(reads_text, ast.walk(function))):
            yield function.name


def test_text_is_never_data():
    found = {
        f"{path.relative_to(PACKAGE).as_posix()} {name}"
        for room in ("views", "render")
        for path in (PACKAGE / room).rglob("*.py")
        for name in readers_of_text(path.read_text(encoding="utf-8"))
    }
    assert found == set(MAY_READ)


@pytest.mark.parametrize(
    "code", ["span.text.split()[0]", "panel.caption == 'kernel'", "re.sub('a', 'b', text)", "cell.text[1:]", "text[:3]"]
)
def test_whoever_reads_text_is_found(code):
    assert list(readers_of_text(f"def plural(span, text):\n    return {code}\n")) == ["plural"]


def test_contributing_names_the_rooms_that_there_are():
    text = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([a-z]+)(?:/|\.py)` \| (.*) \|$", text, re.MULTILINE)
    assert [room for room, _ in named] == list(ROOMS)
    for room, told in named:
        folder = PACKAGE / room
        for each in re.findall(r"`([\w/]+(?:\.py|/))`", told):
            assert (folder / each).exists() or (PACKAGE / each).exists(), f"{room}: {each}"
    for path in re.findall(r"`((?:cnnstep|tests|tools|samples)/[\w/]+\.py)`", text):
        assert (PACKAGE.parent / path).exists(), path


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
        (("learn", "--help"), {"numpy", "rich", "PIL", "cnnstep.learning"}),
        (("conv", "sample:five"), {"rich", "PIL", "numpy.random", "cnnstep.networks", "cnnstep.engine.activations"}),
        (("pool", "sample:five"), {"rich", "PIL", "numpy.random", "cnnstep.networks", "cnnstep.engine.activations"}),
    ],
)
def test_commands_load_only_what_they_use(args, never):
    assert not never & loaded(*args)


def test_importing_the_library_costs_nothing():
    code = "import sys, cnnstep; assert not {'numpy', 'click', 'rich', 'PIL'} & set(sys.modules); cnnstep.Convolution"
    subprocess.run([sys.executable, "-c", code], check=True)
