"""`--code`: scripts that make the same numbers; here those in NumPy are run, the others where their frameworks are."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnstep.cli.group import view
from cnnstep.engine.activations import RULES
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.gradients import GRADIENTS
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.losses import LOSSES as LOSS_RULES
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.transposed import TransposedConvolution
from cnnstep.errors import GeometryError, OutputError
from cnnstep.frameworks import ALSO, FRAMEWORKS
from cnnstep.frameworks.activations import ACTIVATIONS
from cnnstep.frameworks.losses import LOSSES as LOSS_WORDS
from cnnstep.frameworks.numpy_gradients import GRADIENTS as FORMULAS
from cnnstep.frameworks.refusals import ALL, REFUSALS
from cnnstep.frameworks.script import FEW, values_text
from cnnstep.frameworks.writing import INLINE, framework_called, script
from cnnstep.networks.described import network
from cnnstep.views.operations import VIEWS, view_of
from tests.scripts import LOSSES, NETWORKS, OPERATIONS, code, gradients, ran

ROOT = Path(__file__).parent.parent
EVERY = (*OPERATIONS, *LOSSES, *NETWORKS)


@pytest.mark.parametrize("line", EVERY)
def test_numpy_makes_the_same_numbers(line):
    names, printed = ran(code(line, "numpy"))
    assert printed.endswith("These are the numbers of cnnstep.\n")
    np.testing.assert_allclose(names["y"], view(line).walk.output.reshape(names["y"].shape), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize(("line", "of"), gradients((*OPERATIONS, *LOSSES)))
def test_numpy_makes_the_same_gradients(line, of):
    ran(code(line, "numpy", of))


def random_operation(rng):
    """A convolution, a transposed one or a pooling, and how many channels it reads."""
    axes, channels = int(rng.integers(1, 4)), int(rng.choice([1, 2, 4]))
    groups, window = int(rng.choice([1, channels])), rng.integers(1, 4, axes).tolist()
    settings = {
        "stride": int(rng.integers(1, 4)),
        "padding": [tuple(map(int, rng.integers(0, 3, 2))) for _ in range(axes)],
        "dilation": int(rng.integers(1, 3)),
        "axes": axes,
    }
    flip, which = bool(rng.integers(2)), rng.choice(3)
    if which == 0:
        bank = rng.integers(-5, 6, (groups * 2, channels // groups, *window))
        return Convolution(bank, groups=groups, flip=flip, **settings), channels
    if which == 1:
        bank = rng.integers(-5, 6, (channels, 2, *window))
        return TransposedConvolution(bank, groups=groups, bias=1, flip=flip, **settings), channels
    kind = str(rng.choice(["max", "min", "average", "lp", "median"]))
    return Pooling(window, kind=kind, ceil=flip, **settings), channels


def random_operations(rng, count):
    """Operations with windows, of all sorts of settings, each with an input that it takes."""
    while count:
        try:
            operation, channels = random_operation(rng)
            walk = operation.walk(rng.integers(-9, 10, (channels, *rng.integers(4, 8, operation.axes))))
        except GeometryError:  # such a window does not fit, or a pool would see nothing
            continue
        count -= 1
        yield walk


def test_numpy_over_many_settings():
    rng = np.random.default_rng(14)
    for walk in random_operations(rng, 60):
        ran(script(view_of(walk), "numpy"))
        for of in (*walk.operation.learnable, "input"):
            gradient = walk.operation.gradient(of, walk.bound.given)
            ran(script(view_of(gradient.walk(rng.integers(-4, 5, walk.output_shape))), "numpy"))


def test_a_batch_of_images_is_a_batch_already():
    x = np.random.default_rng(1).integers(0, 9, (4, 3, 5, 6))
    walk = Normalization([1, 2, 3], [0, 1, 0], kind="batch").walk(x)
    names, _ = ran(script(view_of(walk), "numpy"))
    assert names["y"].shape == x.shape
    for framework in FRAMEWORKS:
        assert "None]" not in script(view_of(walk), framework)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("line", EVERY)
def test_a_script_is_python_or_refused_with_a_reason(line, framework):
    try:
        text = code(line, framework)
    except OutputError as error:
        reason = error.message
        assert any(row.what in reason and row.reason in reason and row.framework == framework for row in REFUSALS)
        return
    assert text.isascii()
    assert "cnnstep" not in "".join(ast.unparse(node) for node in ast.walk(ast.parse(text)) if is_import(node))
    assert max(map(len, text.splitlines())) < 2_000


def is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


@pytest.mark.parametrize("line", ["conv sample:five", LOSSES[0], "net lenet5 sample:digit"])
def test_the_assertion_fails_when_a_number_is_changed(line):
    for text in changed(code(line, "numpy")):
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            ran(text)


def changed(text):
    """The script with another input, and with another result to compare with."""
    where = text.index("\n", text.rindex(", dtype=np.float64)\n"))  # behind the last array
    for change in ("x = x * 1.001", "expected = expected + 1e-6"):
        yield f"{text[:where]}\n{change}\n{text[where:]}"


def test_every_operation_is_written_or_refused():
    """In each framework; what stands in the table of views is all there is."""
    gradient = {each.noun for each in subclasses(Gradient)}
    everywhere = {"fitting", "occlusion"}
    for name in FRAMEWORKS:
        written = set(framework_called(name).emitters)
        refused = {row.what for row in REFUSALS if row.framework == name}
        assert set(VIEWS) - gradient - everywhere - written <= refused
    assert len([row for row in REFUSALS if row.framework == ALL]) == len(everywhere)


def subclasses(kind):
    from importlib import import_module

    for rows in GRADIENTS.values():
        for where in rows.values():
            import_module(f"cnnstep.engine.gradients.{where.partition('.')[0]}")
    found = [kind]
    for each in found:
        found.extend(each.__subclasses__())
    return found


def test_every_row_of_the_engine_has_its_words():
    assert set(ACTIVATIONS) == set(RULES)
    assert set(LOSS_WORDS) == set(LOSS_RULES)
    joins = {"addition", "concatenation"}
    functions = {(noun if noun in VIEWS else "activation", of) for noun in GRADIENTS for of in GRADIENTS[noun]}
    assert set(FORMULAS) == {row for row in functions if row[0] not in joins}


def test_every_refusal_is_told():
    text = (ROOT / "docs" / "code.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\w+) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    rows = [(row.framework or "all", row.what, row.reason) for row in REFUSALS]
    assert [row for row in told if row in rows] == rows


@pytest.mark.parametrize("values", [
    np.arange(FEW + 1), np.arange(-3, FEW), np.linspace(0, 1, FEW + 1), np.float32(np.linspace(0, 1, FEW + 1)),
    np.array([[1, 2], [3, 4]]), np.array(3), np.array([0.1, 1e-300, -0.0]), np.array([2**70, 1], object),
    np.array([1, np.inf]), np.full(FEW + 1, 2**63, np.uint64),
], ids=["bytes", "signed", "fractions", "single", "list", "one", "small", "big", "infinite", "unsigned"])  # fmt: skip
def test_numbers_come_back_as_they_were(values):
    import base64

    from cnnstep.frameworks.script import PACKED

    names = {"np": np, "base64": base64}
    exec(PACKED, names)
    made = np.array(eval(values_text(values), names), np.float64)
    assert made.shape == values.shape
    assert np.array_equal(made, values.astype(np.float64))


class TestCommand:
    def test_the_script_stands_alone_on_the_output(self, run):
        result = run("conv", "sample:five", "--code", "torch", "--color", "always")
        assert result.exit_code == 0
        assert result.stdout == code("conv sample:five", "torch")
        assert result.stderr == ""

    @pytest.mark.parametrize("more", ["--at 1,1", "--steps 2", "--view lines", "--ascii"])
    def test_steps_and_looks_do_not_change_it(self, run, more):
        assert run("conv", "sample:five", "--code", "jax", *more.split()).stdout == code("conv sample:five", "jax")

    def test_a_cell_does_not_make_a_layer_of_a_network(self, run):
        line = ("net", "conv 2@3x3 | relu", "sample:five")
        assert run(*line, "--at", "1[0,0,0]", "--code", "numpy").stdout == run(*line, "--code", "numpy").stdout

    @pytest.mark.parametrize("word", [*FRAMEWORKS, *ALSO, "PyTorch"])
    def test_words_for_frameworks(self, run, word):
        known = ALSO.get(word.lower(), word)
        assert run("pool", "sample:five", "--code", word).stdout == code("pool sample:five", known)

    def test_it_is_saved_and_nothing_is_replaced(self, run, tmp_path):
        target = tmp_path / "code.py"
        first = run("conv", "sample:five", "--code", "numpy", "--save", str(target))
        assert (first.exit_code, first.stdout) == (0, "")
        assert first.stderr == f"Wrote {target}: a script for numpy\n"
        assert target.read_text(encoding="utf-8") == code("conv sample:five", "numpy")
        again = run("pool", "--code", "numpy", "--save", str(target))
        assert (again.exit_code, "--force" in again.stderr) == (1, True)
        assert target.read_text(encoding="utf-8") == code("conv sample:five", "numpy")
        assert run("pool", "--code", "numpy", "--save", str(target), "--force").exit_code == 0
        assert target.read_text(encoding="utf-8") == code("pool", "numpy")
        assert [path.name for path in tmp_path.iterdir()] == ["code.py"]

    def test_it_runs_in_an_empty_folder(self, run, tmp_path):
        folder, empty = tmp_path / "a", tmp_path / "b"
        folder.mkdir()
        empty.mkdir()
        target = folder / "code.py"
        assert run("net", "lenet5", "sample:digit", "--code", "numpy", "--save", str(target)).exit_code == 0
        done = subprocess.run(
            [sys.executable, "-I", target], capture_output=True, encoding="utf-8", cwd=empty, check=True
        )
        assert done.stdout.endswith("These are the numbers of cnnstep.\n")
        assert done.stderr == ""

    @pytest.mark.parametrize(("line", "told"), [
        ("conv --code foo", "no code is written for 'foo'"),
        ("conv --code torhc", "did you mean torch?"),
        ("conv --code torch --json", "takes no --json"),
        ("conv --code torch --play", "takes no --play"),
        ("conv --code torch --animate", "takes no --animate"),
        ("conv --code torch --save code.txt", "no name for a script"),
        ("kernels --code torch", "no option '--code'"),
        ("size --in 32 --k 5 --code torch", "no option '--code'"),
        ("net lenet5 --code torch", "no operation here"),
        ("conv --gradient kernel --check --code torch", "no operation here"),
        ("loss --curve mse --code torch", "no operation here"),
        ("learn sample:five --like sobel-x --code torch", "many updates"),
        ("pool --kind median --code keras", "use --code numpy"),
        ("conv --save code.py", "add --code"),
    ])  # fmt: skip
    def test_refusals_are_one_line(self, run, line, told):
        result = run(*line.split())
        assert result.exit_code in {1, 2}
        assert result.stdout == ""
        assert told in result.stderr
        assert len(result.stderr.splitlines()) == 2

    def test_large_networks_are_loaded_from_their_file(self, run, tmp_path, monkeypatch):
        spec = "flatten | dense 700 | dense 3"
        assert sum(each.size for each in network(spec, (1, 28, 28)).weights.values()) > INLINE
        line = ("net", spec, "sample:digit")
        text = run(*line, "--code", "numpy").stdout
        assert len(text) < 100_000
        command = re.search(r"cnnstep net .* --save weights\.npz", text)[0]
        monkeypatch.chdir(tmp_path)
        import shlex

        assert run(*shlex.split(command)[1:]).exit_code == 0
        ran(text)


def test_the_name_of_a_file_is_no_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = 'a"""+__import__("os").system("touch made")+"""\\x.txt'
    Path(name).write_text("input 1x5x5\nflatten\ndense 2\n", encoding="utf-8")
    text = script(view(["net", name, "five"]), "numpy")
    assert ast.get_docstring(ast.parse(text)).startswith(f"{name} in NumPy")
    subprocess.run([sys.executable, "-c", text], check=True, capture_output=True)
    assert not Path("made").exists()
