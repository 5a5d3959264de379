"""What takes the keys of a player while it is open: settings, a number that is edited, an answer; each is pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from cnnstep.engine.gradients.numeric import variable
from cnnstep.engine.settings import adjustable, editable, in_words
from cnnstep.engine.steps import Index, Source
from cnnstep.errors import CnnstepError
from cnnstep.notation import one_number
from cnnstep.player.timeline import DIGITS, MOST_DIGITS
from cnnstep.views.comparison import NAMES
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.view import View
from cnnstep.views.wording.numbers import short, signed

if TYPE_CHECKING:
    from cnnstep.player.session import Session

TYPING = DIGITS | frozenset(".-,/")
"""What a number is typed with."""
BEFORE = 2
"""Settings that stay in sight before the chosen one."""


class Panel(Protocol):
    """What takes the keys while it is open, what stands in the last line, and which keys there are."""

    keys: ClassVar[str]

    def press(self, key: str, session: "Session") -> "Session":
        """What a key makes of the session."""

    def told(self, session: "Session") -> Sequence[Span]:
        """What can be changed, and the keys."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of what is played, one of them chosen."""

    chosen: int = 0
    keys: ClassVar[str] = "← → choose   ↑ ↓ change   u undo   x close"

    def press(self, key: str, session: "Session") -> "Session":
        """Choose, change, undo or close."""
        names = adjustable(session.view.operation, session.view.bound)
        if key in {"left", "right"}:
            step = 1 if key == "right" else -1
            return replace(session, panel=Settings((self.chosen + step) % len(names)))
        if key in {"up", "down"}:
            name, step = names[self.chosen], 1 if key == "up" else -1
            return session.changed(
                lambda view: view.with_setting(name, step),
                _called(session.view, name),
                lambda view: in_words(view.operation, name, view.bound),
            )
        if key == "u":
            return session.undone()
        return replace(session, panel=None) if key in {"x", "enter", "escape"} else session

    def told(self, session: "Session") -> Sequence[Span]:
        """Every setting, the chosen one first after those before it."""
        operation, bound = session.view.operation, session.view.bound
        names = adjustable(operation, bound)
        first = max(0, self.chosen - BEFORE)
        told = [Span("x  ", Role.TITLE)]
        for place, name in enumerate(names[first:], first):
            text = f"{_called(session.view, name)} {in_words(operation, name, bound)}"
            told.append(Span(f"[{text}]  ", Role.CURRENT) if place == self.chosen else Span(f"{text}  ", Role.LABEL))
        return told


def _called(view: View, setting: str) -> str:
    """What a learner calls a setting."""
    return NAMES.get(setting, view.operation.called(setting))


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
    keys: ClassVar[str] = "arrows f F: another cell   Tab: weights, input   a number, Enter   u undo   e close"

    @classmethod
    def of(cls, session: "Session") -> "Editing":
        """At the cell of the input that matters most to the step that is shown."""
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
        return replace(session, panel=self._after(key, session))

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
            return replace(session, said=error.message, panel=replace(self, typed=""))
        of, cell = target.of, self.cell
        changed = session.changed(
            lambda view: view.with_number(of, cell, value),
            self._name(session),
            lambda view: signed(short(_numbers(view, of)[cell].item())),
        )
        return replace(changed, panel=replace(self, typed=""))

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


MOVES = {"up": (-2, -1), "down": (-2, 1), "left": (-1, -1), "right": (-1, 1), "f": (-3, 1), "F": (-3, -1)}
"""Key → the axis, from the last, and how far."""


def targets(view: View) -> list[Target]:
    """What of a view can be edited: its input, and what is learned."""
    x, w, _ = view.vocabulary.symbols
    symbols = {"input": x, "kernel": w, "weights": w, "bias": "b"}
    return [Target(of, symbols.get(of, of)) for of in editable(view.operation)]


def _numbers(view: View, of: str) -> Any:
    return view.bound.input if of == "input" else variable(view.operation, of, view.bound.given)[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is typed while the value is hidden."""

    typed: str = ""
    keys: ClassVar[str] = "type the value, then Enter   m shows it   Esc: not now"

    def press(self, key: str, session: "Session") -> "Session":
        """Type, take back, or Enter; any other key does what it always does."""
        if key in TYPING:
            return replace(session, panel=Answer((self.typed + key)[:MOST_DIGITS]))
        if key == "backspace":
            return replace(session, panel=Answer(self.typed[:-1]))
        if key == "enter" and self.typed and session.judge:
            is_right, said = session.judge(session.view, session.step, self.typed)
            timeline = replace(session.timeline, hides=0) if is_right else session.timeline
            return replace(session, timeline=timeline, panel=None, said=said)
        if key in {"enter", "escape"}:
            said = "" if key == "escape" else "type the value that is hidden, then Enter; m shows it"
            return replace(session, panel=None, said=said)
        return replace(session, panel=None).press(key)

    def told(self, session: "Session") -> Sequence[Span]:
        """What is typed."""
        name = session.view.cell(session.step)
        return [Span("? ", Role.TITLE), Span(f"{name} = {self.typed}_", Role.CURRENT)]
