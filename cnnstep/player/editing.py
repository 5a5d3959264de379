"""A number of the input, or of what is learned, that is edited under the keys: the cell, and what is typed for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeGuard

from cnnstep.engine.gradients.numeric import variable
from cnnstep.engine.settings import editable
from cnnstep.engine.steps import Index, Source
from cnnstep.errors import CnnstepError
from cnnstep.notation import one_number
from cnnstep.player.timeline import MOST_DIGITS
from cnnstep.views.page.grid import Box, Grid
from cnnstep.views.page.roles import Part, Role, Span
from cnnstep.views.page.scene import Beside, Panel, Scene
from cnnstep.views.view import View
from cnnstep.views.wording.numbers import short, signed

if TYPE_CHECKING:
    from cnnstep.player.session import Session

from cnnstep.player.modes import TYPING


class Target(NamedTuple):
    """What can be edited, and what its cells are called."""

    of: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Editing:
    """A cell of the input, or of what is learned, and the number that is typed for it."""

    target: int = 0
    cell: Index = ()
    typed: str = ""
    keys: ClassVar[str] = "e close   a number, Enter   arrows, f: another cell   Tab: weights   u undo"

    @classmethod
    def of(cls, session: "Session") -> "Editing | None":
        """At the cell of the input that matters most to the step that is shown; None where nothing can be edited."""
        if not targets(session.view):
            return None
        bound = session.view.bound
        try:
            source = session.step.main_source(bound.input.shape)
        except TypeError:
            source = Source((0,) * bound.input.ndim)
        cell = source.cell if len(source.cell) == bound.input.ndim else (0,) * bound.input.ndim
        return cls(cell=tuple(max(0, min(at, n - 1)) for at, n in zip(cell, bound.input.shape, strict=True)))

    def press(self, key: str, session: "Session") -> "Session":
        """Move, type, apply, undo or close."""
        if key == "enter" and self.typed:
            return self._applied(session)
        if key == "u":
            return session.undone()
        return replace(session, mode=self._after(key, session))

    def _after(self, key: str, session: "Session") -> "Editing | None":
        if key in TYPING:
            return replace(self, typed=(self.typed + key)[:MOST_DIGITS])
        if key == "backspace":
            return replace(self, typed=self.typed[:-1])
        if key == "tab":
            return self._on(session, (self.target + 1) % len(targets(session.view)))
        if key in MOVES:
            return self._moved(session, *MOVES[key])
        return None if key in {"e", "enter", "escape"} else self

    def told(self, session: "Session") -> Sequence[Span]:
        """The cell, its number, and what is typed."""
        now = signed(short(_numbers(session.view, targets(session.view)[self.target].of)[self.cell].item()))
        typed = f" → {self.typed}_" if self.typed else ""
        return [Span("e  ", Role.TITLE), Span(f"{self._name(session)} = {now}{typed}", Role.CURRENT)]

    def marked(self, scene: Scene, session: "Session") -> Scene:
        """The scene with the cell framed, where it shows it."""
        part = PARTS.get(targets(session.view)[self.target].of)
        lead, (row, column) = self.cell[:-2], (0, 0, *self.cell)[-2:]
        channels = getattr(session.step, "channels", range(1))
        here = ((channels.start,), (session.step.index[0], 0))[part is Part.WEIGHTS]
        if part is None or lead not in {here, ()}:
            return scene
        return Scene(
            tuple(
                block._replace(panels=tuple(_framed(p, row, column) if _holds(p, part) else p for p in block.panels))
                if isinstance(block, Beside)
                else block
                for block in scene.blocks
            )
        )

    def _name(self, session: "Session") -> str:
        """The cell as screens name it."""
        return f"{targets(session.view)[self.target].symbol}[{','.join(map(str, self._place(session)))}]"

    def _place(self, session: "Session") -> Index:
        """The cell as screens name it: without a channel where there is one only."""
        shape = _numbers(session.view, targets(session.view)[self.target].of).shape
        first = next((axis for axis, n in enumerate(shape) if n > 1), len(shape) - 1)
        return self.cell[min(first, max(0, len(shape) - 2)) :]

    def _applied(self, session: "Session") -> "Session":
        target = targets(session.view)[self.target]
        try:
            value = one_number(self.typed.replace(",", "."), "the number")
        except CnnstepError as error:
            return replace(session, said=error.message, mode=replace(self, typed=""))
        of, cell = target.of, self.cell
        changed = session.changed(
            lambda view: view.with_number(of, cell, value),
            self._name(session),
            lambda view: signed(short(_numbers(view, of)[cell].item())),
        )
        return replace(changed, mode=replace(self, typed=""))

    def _on(self, session: "Session", target: int) -> "Editing":
        shape = _numbers(session.view, targets(session.view)[target].of).shape
        return Editing(target, (0,) * len(shape))

    def _moved(self, session: "Session", axis: int, step: int) -> "Editing":
        shape = _numbers(session.view, targets(session.view)[self.target].of).shape
        if len(shape) < -axis:
            return self
        cell = list(self.cell)
        cell[axis] = (cell[axis] + step) % shape[axis]
        return replace(self, cell=tuple(cell), typed="")


PARTS = {"input": Part.INPUT, "kernel": Part.WEIGHTS, "weights": Part.WEIGHTS}


def _framed(grid: Grid, row: int, column: int) -> Grid:
    """With a frame around one cell, over the others, if it is shown."""
    box = Box.cell(row - grid.first[0], column - grid.first[1])
    is_shown = 0 <= box.top < len(grid.cells) and 0 <= box.left < len(grid.cells[0])
    return grid._replace(boxes=(box, *grid.boxes)) if is_shown else grid


def _holds(panel: Panel, part: Part) -> TypeGuard[Grid]:
    return isinstance(panel, Grid) and panel.part is part


MOVES = {"up": (-2, -1), "down": (-2, 1), "left": (-1, -1), "right": (-1, 1), "f": (-3, 1), "F": (-3, -1)}
"""Key → the axis, from the last, and how far."""


def targets(view: View) -> list[Target]:
    """What of a view can be edited: its input, and what is learned."""
    x, w, _ = view.vocabulary.symbols
    symbols = {"input": x, "kernel": w, "weights": w, "bias": "b"}
    return [Target(of, symbols.get(of, of)) for of in editable(view.operation)]


def _numbers(view: View, of: str) -> Any:
    return view.bound.input if of == "input" else variable(view.operation, of, view.bound.given)[0]
