"""Stages are free: an invented operation whose output is one number, a loss, is walked, shown and told to machines."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from cnnstep import replay
from cnnstep.engine.stages import Stage, Staged
from cnnstep.engine.steps import Operation
from cnnstep.render.documents import as_text, document
from cnnstep.views.operations import VIEWS, view_of
from cnnstep.views.page.roles import Span
from cnnstep.views.page.scene import Words
from cnnstep.views.view import Chosen
from cnnstep.views.vocabulary import Vocabulary
from cnnstep.views.wording import stages as wording
from cnnstep.views.wording.stages import StageWords
from tests.test_hidden import text


@dataclass(frozen=True, slots=True)
class SquaredError(Operation["Met"]):
    """mean((x − t)²): as many numbers as there are in, one out."""

    targets: tuple[float, ...]
    noun: ClassVar[str] = "squared error"

    def output_shape(self, input_shape):
        return (1,)

    def bind(self, x):
        return Met(np.asarray(x, dtype=np.float64), np.array(self.targets))


@dataclass(frozen=True, slots=True, eq=False)
class Met(Staged):
    x: Any
    targets: Any
    stages: ClassVar[tuple[str, ...]] = ("difference", "square", "mean")
    output_stage: ClassVar[str] = "mean"

    @property
    def grid(self):
        return (len(self.stages),)

    @property
    def output_shape(self):
        return (1,)

    def output(self):
        return np.array([np.mean((self.x - self.targets) ** 2)])

    def step(self, number, index):
        difference = self.x - self.targets
        squares = difference**2
        before, after, value = (
            (self.x, difference, difference[-1].item()),
            (difference, squares, squares[-1].item()),
            (squares, None, squares.mean().item()),
        )[number]
        name = self.stages[number]
        return Stage(number, index, value, name, None, before, after, {}, name == self.output_stage)


@pytest.fixture
def walk(monkeypatch):
    def row(label, formula, why):
        return StageWords(label, formula, why, lambda step, at, cell: [Span(f" = {step.value:g}")])

    rows = {
        "difference": row("x − t", "x − t", "how far off"),
        "square": row("(x − t)²", "(x − t)²", "never negative"),
        "mean": row("L", "L = Σ (x − t)² / n", "one number"),
    }
    monkeypatch.setitem(wording.STAGES, SquaredError.noun, rows)
    monkeypatch.setitem(VIEWS, SquaredError.noun, "stages.StagesView")
    return SquaredError((1.0, 2.0, 5.0)).walk([3.0, 2.0, 1.0])


def test_the_output_has_a_shape_of_its_own(walk):
    assert walk.output.shape == walk.output_shape == (1,)
    np.testing.assert_allclose(replay(walk).astype(float), [(4 + 0 + 16) / 3])
    np.testing.assert_allclose(walk.output, [(4 + 0 + 16) / 3])
    assert [step.name for step in walk] == ["difference", "square", "mean"]


def test_it_is_shown_and_told(walk):
    view = view_of(walk, Vocabulary("loss"))
    shown = "\n".join(text(scene) for scene in view.choosing(Chosen(steps=slice(None))).scenes())
    assert all(f"stage {name}   step {number} of 3" in shown for number, name in enumerate(walk.bound.stages, 1))
    assert "L = Σ (x - t)² / n = 6.66667" in shown
    assert any(isinstance(block, Words) for block in view.scene(walk.bound.visit((0,))).blocks)
    told = json.loads(as_text(document(view)))
    assert told["operation"] == "squared error"
    assert (told["input"], told["output"]) == ([3], [1])
    assert told["map"] == pytest.approx([20 / 3])
