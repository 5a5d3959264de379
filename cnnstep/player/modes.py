"""What takes the keys of a player while it is open: settings, a number that is edited, an answer; each is pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from cnnstep.engine.settings import adjustable, in_words, unit
from cnnstep.player.timeline import DIGITS, MOST_DIGITS
from cnnstep.views.differences import NAMES
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Scene
from cnnstep.views.view import View

if TYPE_CHECKING:
    from cnnstep.player.session import Session

TYPING = DIGITS | frozenset(".-,/")
"""What a number is typed with."""
BEFORE = 2
"""Settings that stay in sight before the chosen one."""


class Mode(Protocol):
    """What takes the keys while it is open, what stands in the last line, and which keys there are.

    The key that closes it is the first: a narrow screen cuts off the last.
    """

    keys: ClassVar[str]

    def press(self, key: str, session: "Session") -> "Session":
        """What a key makes of the session."""

    def told(self, session: "Session") -> Sequence[Span]:
        """What can be changed, and the keys."""

    def marked(self, scene: Scene, session: "Session") -> Scene:
        """The scene with what is changed marked."""


class Unmarked:
    """A mode that marks nothing in the scene."""

    __slots__ = ()

    def marked(self, scene: Scene, session: "Session") -> Scene:  # noqa: ARG002 - as a mode that does
        """The scene as it is."""
        return scene


@dataclass(frozen=True, slots=True)
class Adjusting(Unmarked):
    """The settings of what is played, one of them chosen."""

    chosen: int = 0
    keys: ClassVar[str] = "x close   ← → choose   ↑ ↓ change   u undo"

    @classmethod
    def of(cls, session: "Session") -> "Adjusting | None":
        """At the first setting, if there is one."""
        return cls() if adjustable(session.view.operation, session.view.bound) else None

    def press(self, key: str, session: "Session") -> "Session":
        """Choose, change, undo or close."""
        names = adjustable(session.view.operation, session.view.bound)
        if key in {"left", "right"}:
            step = 1 if key == "right" else -1
            return replace(session, mode=Adjusting((self.chosen + step) % len(names)))
        if key in {"up", "down"}:
            name, step = names[self.chosen], 1 if key == "up" else -1
            return session.changed(
                lambda view: view.with_setting(name, step * unit(view.operation, name, view.bound)),
                _called(session.view, name),
                lambda view: in_words(view.operation, name, view.bound),
            )
        if key == "u":
            return session.undone()
        return replace(session, mode=None) if key in {"x", "enter", "escape"} else session

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


@dataclass(frozen=True, slots=True)
class Answering(Unmarked):
    """An answer that is typed while the value is hidden."""

    typed: str = ""
    keys: ClassVar[str] = "type the value, then Enter   m shows it   Esc: not now"

    def press(self, key: str, session: "Session") -> "Session":
        """Type, take back, or Enter; any other key does what it always does."""
        if key in TYPING:
            return replace(session, mode=Answering((self.typed + key)[:MOST_DIGITS]))
        if key == "backspace":
            return replace(session, mode=Answering(self.typed[:-1]))
        if key == "enter" and self.typed and session.judge:
            is_right, said = session.judge(session.view, session.step, self.typed)
            timeline = replace(session.timeline, hides=0) if is_right else session.timeline
            return replace(session, timeline=timeline, mode=None, said=said)
        if key in {"enter", "escape"}:
            said = "" if key == "escape" else "type the value that is hidden, then Enter; m shows it"
            return replace(session, mode=None, said=said)
        return replace(session, mode=None).press(key)

    def told(self, session: "Session") -> Sequence[Span]:
        """What is typed."""
        name = session.view.cell(session.step)
        return [Span("? ", Role.TITLE), Span(f"{name} = {self.typed}_", Role.CURRENT)]
