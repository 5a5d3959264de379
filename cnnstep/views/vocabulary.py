"""What a command knows of a view and a walk does not: its nouns and their symbols, which steps it shows, and how."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnstep.engine.walks import Walk
from cnnstep.errors import GeometryError


class Vocabulary(NamedTuple):
    """What a command or a network knows and a walk does not.

    `title` is what the operation is called at the head of a screen, `channels` the input's channels where they
    have names, `notes` what else stands in the title, `inputs` what several inputs are called and
    `input` what a single one is. Of a gradient `upstream` is the symbol of what comes back, and `loss` says what L is.
    """

    title: str = ""
    channels: Sequence[str] = ()
    notes: Sequence[str] = ()
    weights: str = "kernel"
    output: str = ""
    symbols: tuple[str, str, str] = ("x", "w", "y")
    inputs: Sequence[str] = ()
    input: str = "input"
    upstream: str = "∂L/∂y"
    loss: str = ""

    def channel(self, number: int) -> str:
        """`red`, or `channel 3`."""
        return self.channels[number] if number < len(self.channels) else f"channel {number}"

    @property
    def x(self) -> str:
        """The symbol of the input."""
        return self.symbols[0]

    @property
    def y(self) -> str:
        """The symbol of the output."""
        return self.symbols[2]


SYMBOLS = {
    "input": "∂L/∂x", "kernel": "∂L/∂w", "weights": "∂L/∂w", "bias": "∂L/∂b", "scale": "∂L/∂γ", "shift": "∂L/∂β",
}  # fmt: skip
"""Of what → its gradient's symbol."""
READS_UPSTREAM = {
    "input gradient": "kernel", "input gradient by cell": "turned kernel",
    "transposed input gradient": "kernel", "dense input gradient": "weights",
}  # fmt: skip
"""Gradients whose steps read ∂L/∂y as an operation reads its input → what they call the weights."""


def backwards(before: Vocabulary, of: str, noun: str) -> Vocabulary:
    """What things are called on the way back: of what the gradient is, and what machines call its operation."""
    symbol = SYMBOLS.get(of, f"∂L/∂{of}")
    title, symbols = f"{before.title}, gradient of the {of}", (before.x, before.symbols[1], symbol)
    words = before._replace(title=title, output=symbol, symbols=symbols)
    if noun not in READS_UPSTREAM:
        return words
    return words._replace(input=words.upstream, symbols=(words.upstream, *symbols[1:]), weights=READS_UPSTREAM[noun])


class Display(NamedTuple):
    """How many steps are shown when no one says (None: as many as the view shows first), and whether apart."""

    unasked: int | None
    is_spaced: bool = True


DISPLAYS = {"full": Display(None), "lines": Display(16, is_spaced=False), "map": Display(0)}


class Chosen(NamedTuple):
    """Which steps are shown: that of a cell, or a slice; and how: a screen each, a line each, or the map alone."""

    at: Any = None
    steps: slice | None = None
    display: str = "full"

    def of(self, walk: Walk[Any, Any]) -> Sequence[Any] | None:
        """The steps that were asked for; None where no one said. Raises GeometryError where there are none."""
        if self.at is not None:
            return walk.at(self.at)
        if self.steps is None:
            return None
        found = walk[self.steps]
        if not len(found):
            raise GeometryError(f"there are no such steps: the walk has {len(walk):,}, counted from 0", "use --steps 5")
        return found
