"""What a player shows: the scene of the step, a timeline under it, or the keys over it."""

from collections.abc import Sequence

from cnnstep.player.session import Session
from cnnstep.player.timeline import CELL, KEYS, Timeline
from cnnstep.render.lines.fitting import Known, fitted
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Line, Page, Piece, width_of
from cnnstep.views.frames import Steady, samples
from cnnstep.views.page.hiding import LEVELS, hide
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Scene, words
from cnnstep.views.view import View

BAR = 24
SHORTEST = 6
SAMPLES = 6


class PlayerScreen:
    """Draws sessions; remembers for each view how wide its numbers have been."""

    def __init__(self, page: Page, rows: int) -> None:
        self._page, self._rows = page, rows
        self._views: tuple[View, ...] = ()

    def lines(self, session: Session) -> list[Line]:
        """All lines of the screen; in the last one is the timeline, or the mode that it is in, over it what changed."""
        if session.views is not self._views:
            self._meet(session.views)
        below = [bar(session, self._page)]
        if session.mode:
            said = Span(session.said, Role.CURRENT) if session.said else Span(session.mode.keys, Role.HINT)
            below = [self._line([said]), self._line(session.mode.told(session))]
        room = max(1, self._rows - len(below))
        body = self._keys()[:room] if session.timeline.helps else self._scene(session, room)
        return [*body, *[[] for _ in range(room - len(body))], *below]

    def _meet(self, views: tuple[View, ...]) -> None:
        """Leave room for later numbers, so that nothing jumps."""
        self._views = views
        self._steady = [Steady() for _ in views]
        for view, steady in zip(views, self._steady, strict=True):
            steady.learn(map(view.scene, samples(view.walk, SAMPLES)))
        self._known = [Known() for _ in views]

    def _scene(self, session: Session, room: int) -> list[Line]:
        timeline = session.timeline
        scene = self._steady[timeline.track](session.view.scene(session.step))
        if session.mode:
            scene = session.mode.marked(scene, session)
        return fitted(hide(scene, timeline.hides), self._page, room, self._known[timeline.track])

    def _line(self, told: Sequence[Span]) -> Line:
        """Phrases in one line; `Screen` cuts off what is too much."""
        return [Piece(" "), *(Piece(self._page.glyphs.fit(span.text), span.role) for span in told)]

    def _keys(self) -> list[Line]:
        return keys_lines([(key.written, key.meaning) for key in KEYS], self._page)


def keys_lines(keys: Sequence[tuple[str, str]], page: Page) -> list[Line]:
    """How keys are written, and what they do."""
    wide = max(len(written) for written, _ in keys) + 3
    rows = [words(Span(f"{written:<{wide}}", Role.KERNEL), told)._replace(hang=wide) for written, told in keys]
    return list(lines(Scene((words(Span("keys", Role.TITLE), indent=1), *rows)), page))


def bar(session: Session, page: Page) -> Line:
    """Position, playing or paused, speed; or what is being typed, or what has changed, or could not be."""
    fit, timeline = page.glyphs.fit, session.timeline
    said = session.said or timeline.said
    before = f"{timeline.names[timeline.track]}  " if len(timeline.walks) > 1 else ""
    state = "playing" if timeline.is_playing else "paused"
    walk = timeline.current
    position = f"{walk.first + timeline.step + 1:,} of {walk.total:,}"
    hints = ["? keys", "q leave"] if timeline.has_keys else ["Ctrl-C leave"]
    reads = timeline.reads[timeline.track] if timeline.reads and not timeline.is_playing else ""
    facts = [reads or f"{timeline.speed:g} a second", LEVELS[timeline.hides].name, *hints]
    if timeline.typed:
        what = f"cell {timeline.typed[1:]}" if timeline.typed.startswith(CELL) else f"step {timeline.typed}"
        facts = [f"go to {what}_", "Enter"]
    elif said:
        facts = [said]
    start = [Piece(f" {fit(before)}{state}  ", Role.TITLE), Piece(f"{position}  ", Role.CURRENT)]
    rest = [fit(fact) for fact in facts if fact]
    room = page.width - width_of(start) - 1
    while len(rest) > 1 and sum(map(len, rest)) + 2 * len(rest) > room:
        rest.pop()
    told = "  ".join(rest)
    length = min(BAR, room - len(told) - 2)
    rail = [*_rail(timeline, length, page), Piece("  ")] if length >= SHORTEST else []
    return [*start, *rail, Piece(told[: max(0, room)], Role.PLAIN if said or timeline.typed else Role.LABEL)]


def _rail(timeline: Timeline, length: int, page: Page) -> Line:
    """How far it has come."""
    last = max(1, len(timeline.current) - 1)
    done = round(timeline.step / last * (length - 1))
    fit = page.glyphs.fit
    return [
        Piece(fit("━") * done, Role.CURRENT),
        Piece(fit("●"), Role.CURRENT),
        Piece(fit("─") * (length - 1 - done), Role.LABEL),
    ]
