"""Scripts of `--code` are run in PyTorch, Keras and JAX (`make reference` installs them), many in one process.

That is a process of its own: who has JAX in theirs may not fork, and other tests open terminals.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from cnnstep.errors import OutputError
from cnnstep.frameworks.writing import script
from cnnstep.views.operations import view_of
from tests.scripts import LOSSES, NETWORKS, OPERATIONS, code, gradients
from tests.test_code import changed, random_operations

NEEDED = {"torch": ("torch",), "keras": ("torch", "keras"), "jax": ("jax",)}
EVERY_GRADIENT = gradients((*OPERATIONS, *LOSSES))
FEWER = {"jax": 3}
"""Every so many gradients, where each is compiled."""
RUN = """
import contextlib, io, json, sys
failed = {}
for name, text in json.load(sys.stdin):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(text, "code.py", "exec"), {})
    except Exception as error:
        failed[name] = f"{type(error).__name__}: {error}"
json.dump(failed, sys.stdout)
"""


def needs(framework):
    missing = [name for name in NEEDED[framework] if find_spec(name) is None]
    reason = f"{' and '.join(missing)} is not installed; `make reference` installs it"
    return pytest.param(framework, marks=pytest.mark.skipif(bool(missing), reason=reason))


every = pytest.mark.parametrize("framework", [needs(name) for name in NEEDED])


def written(scripts):
    """Scripts with what they are of, those that are refused left out: test_code.py looks at these."""
    for name, make in scripts:
        try:
            yield str(name), make()
        except OutputError:
            continue


def failures(scripts):
    """Those whose numbers differ, by what they are of; how many are run."""
    texts = list(written(scripts))
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    run = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(texts),
        capture_output=True,
        env=environment,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout), len(texts)


@every
def test_operations_losses_and_networks(framework):
    lines = (*OPERATIONS, *LOSSES, *NETWORKS)
    failed, count = failures((line, lambda line=line: code(line, framework)) for line in lines)
    assert not failed
    assert count > 0.85 * len(lines)


@every
def test_gradients(framework):
    chosen = EVERY_GRADIENT[:: FEWER.get(framework, 1)]
    failed, count = failures((pair, lambda pair=pair: code(pair[0], framework, pair[1])) for pair in chosen)
    assert not failed
    assert count > 0.85 * len(chosen)


def shown(walk, rng):
    """The views of an operation, and of its gradients."""
    yield view_of(walk)
    for of in (*walk.operation.learnable, "input"):
        gradient = walk.operation.gradient(of, walk.bound.given)
        yield view_of(gradient.walk(rng.integers(-4, 5, walk.output_shape)))


@every
def test_many_settings(framework):
    rng = np.random.default_rng(15)
    views = [view for walk in random_operations(rng, 40 // FEWER.get(framework, 1) ** 2) for view in shown(walk, rng)]
    failed, count = failures((number, lambda view=view: script(view, framework)) for number, view in enumerate(views))
    assert not failed
    assert count


@every
@pytest.mark.parametrize("line", ["conv sample:five --padding same", LOSSES[0]])
def test_a_changed_number_is_found(framework, line):
    texts = list(changed(code(line, framework)))
    failed, count = failures((number, lambda text=text: text) for number, text in enumerate(texts))
    assert len(failed) == count == len(texts)
    assert all(told.startswith("AssertionError") and "Not equal to tolerance" in told for told in failed.values())
