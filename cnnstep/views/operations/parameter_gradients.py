"""The gradient of a scale, a shift or a slope: the sum over all cells that it was used in."""

from dataclasses import dataclass
from fractions import Fraction

from cnnstep.engine.arrays import Array
from cnnstep.engine.gradients.parameters import Weighed
from cnnstep.geometry import by
from cnnstep.views.operations.upstream import GradientView
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.roles import Importance, Reveals, Role, Span
from cnnstep.views.page.scene import NBSP, Block, Panel, Picture, Scene, Words, answer, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.pictures import SMALL
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import exact, formatter, short, signed, trimmed
from cnnstep.views.wording.sums import LINES, bracketed, exactly, relation, stated

MOST_TERMS = 64
FILM = 4
USES = {
    "scale": ("z", "γ multiplies z = (x − μ) / √(σ² + ε) in every cell"),
    "shift": ("1", "β is added in every cell"),
    "slope": ("min(x, 0)", "the slope multiplies what is below zero"),
}
"""What is learned → what a cell has it multiplied by, and why its gradient is a sum."""


@dataclass(frozen=True, eq=False)
class ParameterGradientView(GradientView):
    """A walk over sums: one step is one number that is learned."""

    def title(self, step: Weighed | None = None) -> list[Block]:
        """The sizes, and why each is a sum."""
        used, why = USES[self.gradient.of]
        formula = f"∂L/∂{self.symbol} = Σ {self.upstream}{'' if used == '1' else f' · {used}'}"
        return self.head([self.flow, formula], [why], step)

    def scene(self, step: Weighed) -> Scene:
        """The upstream values of its cells, what each is multiplied by, and their sum."""
        is_signal = step.upstream[0].ndim < 2
        panels = [self._panel(step.upstream, self.upstream, step)]
        if step.factors is not None:
            panels.append(self._panel(step.factors, USES[self.gradient.of][0], step))
            panels.append(_as_products(self._panel(step.terms, "products", step)))
        return stack(self.title(step), *maps.laid(panels, is_signal=is_signal), [self.sentence(step), _cells(step)])

    def sentence(self, step: Weighed, lines: int = LINES) -> Words:
        """`∂L/∂γ[0] = 2·0.5 + (−1)·1.5 = −0.5`, or of many cells what they come to."""
        value, terms = short(step.value), step.terms.ravel().tolist()
        unseen = (f"the sum of {count(len(terms), 'term')}", exactly(terms))
        told = [_listed(step), unseen] if len(terms) <= MOST_TERMS else [unseen]
        wordings = tuple(
            (
                Span(f"{self.cell(step)}{NBSP}= "),
                Span(text, reveals=Reveals.PRODUCTS),
                Span(f" {relation(total, value)}{NBSP}"),
                answer(signed(value)),
            )
            for text, total in told
        )
        return stated(wordings, lines=lines)

    def remarks(self) -> list[str]:
        """What gradient descent does with it."""
        return [maps.extent(self.walk.output), f"gradient descent moves each {self.symbol} against its gradient"]

    def _panel(self, values: Array, symbol: str, step: Weighed) -> Panel:
        """The first channel that it is used in; of a film its first frame, of a batch the first image."""
        which = f", channel {step.number}" if len(self.bound.x) > 1 else ""
        cells = values[0] if values.ndim <= FILM else values[0].reshape(-1, *values.shape[-2:])
        panel = next(iter(maps.channel(cells, f"{symbol} {by(cells.shape)}{which}", several=True)))
        return panel._replace(columns=SMALL) if isinstance(panel, Picture) else panel


def _as_products(panel: Panel) -> Panel:
    if not isinstance(panel, Grid):
        return panel._replace(reveals=Reveals.PRODUCTS)
    cells = tuple(
        tuple(cell._replace(role=Role.PRODUCT, reveals=Reveals.PRODUCTS) for cell in row) for row in panel.cells
    )
    return panel._replace(cells=cells, reveals=Reveals.PRODUCTS, importance=Importance.STEP)


def _cells(step: Weighed) -> Words:
    channels = f" of {count(len(step.upstream), 'channel')}" if len(step.upstream) > 1 else ""
    return words(Span(f"it serves {count(step.terms.size, 'cell')}{channels}", Role.LABEL))


def _listed(step: Weighed) -> tuple[str, Fraction]:
    """Every term, and what the printed numbers come to."""
    g = step.upstream.ravel().tolist()
    left = [trimmed(formatter(g)(value)) for value in g]
    if step.factors is None:
        first, *others = left
        return f" +{NBSP}".join([signed(first), *map(bracketed, others)]), sum(map(exact, left), Fraction(0))
    factors = step.factors.ravel().tolist()
    right = [trimmed(formatter(factors)(value)) for value in factors]
    told = f" +{NBSP}".join(f"{bracketed(a)}·{bracketed(b)}" for a, b in zip(left, right, strict=True))
    return told, sum((exact(a) * exact(b) for a, b in zip(left, right, strict=True)), Fraction(0))
