"""Gradients in stages: of softmax, whose probabilities share 1, and of a normalisation, in its three terms."""

from dataclasses import dataclass
from typing import Any

from cnnstep.engine.stages import Stage
from cnnstep.views.operations.normalization import NormalizationView
from cnnstep.views.operations.stages import StagesView
from cnnstep.views.page.roles import Role
from cnnstep.views.panels import maps

READS = {
    "mean": "ĝ",
    "centre": "ĝ",
    "product": "ĝ − m",
    "covariance": "(ĝ − m)·z",
    "subtract": "ĝ − m",
    "divide": "ĝ − m − z·c",
}
"""Stage of a normalisation's gradient → what it reads, where that is not the upstream gradient."""


@dataclass(frozen=True, eq=False)
class SoftmaxGradientView(StagesView):
    """Upstream gradient of the probabilities → that of the logits."""

    symbol = "g"
    noun = "∂L/∂z"

    def remarks(self) -> list[str]:
        """What all of them add up to."""
        return [
            "g = ∂L/∂p; ∂L/∂z adds up to 0: all logits moved alike change no probability",
            maps.extent(self.walk.output),
        ]

    def _lines(self, step: Stage) -> list[maps.Listed]:
        """The upstream gradient, the probabilities, and what each stage so far has made of them."""
        g, *made = super()._lines(step)
        return [g, maps.Listed("p", self.bound.p, Role.KERNEL), *made]


@dataclass(frozen=True, eq=False)
class NormalizationGradientView(NormalizationView):
    """Upstream gradient of what was normalised → that of the input."""

    symbol = "g"
    noun = made = "∂L/∂x"

    @property
    def kind(self) -> str:
        """What shares its statistics."""
        forward: Any = self.operation
        kind: str = forward.forward.kind
        return kind

    def read(self, step: Stage) -> str:
        """What a stage reads: the upstream gradient g, or what a stage before has made."""
        return self.symbol if step.focus is not None else READS.get(step.name, self.symbol)

    def remarks(self) -> list[str]:
        """What the letters are, and the range."""
        return ["g = ∂L/∂y, z = (x − μ) / √(σ² + ε)", maps.extent(self.walk.output)]
