"""Where a player stands and what a key does to that: pure, a key in, a timeline out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, NamedTuple, TypeAlias

from cnnstep.engine.walks import Walk
from cnnstep.errors import CnnstepError
from cnnstep.notation import place
from cnnstep.render.theme import FigureOptions
from cnnstep.views.layers import Origin

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
PAGE = 10
MOST_DIGITS = 16
LEAVING = ("q", "Q", "ctrl-c")
DIGITS = frozenset("0123456789")
CELL = "g"
"""Begins a typed place; a typed number alone is a step."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The walks, where each of them stands, and the state of play."""

    walks: tuple[Walk[Any, Any], ...]
    steps: tuple[int, ...]
    track: int = 0
    names: tuple[str, ...] = ("",)
    is_playing: bool = False
    speed: float = FigureOptions().fps
    typed: str = ""
    hides: int = 0
    helps: bool = False
    said: str = ""
    has_left: bool = False
    has_keys: bool = True
    reads: tuple[str, ...] = ()
    """What each walk reads, where that is not always the one before it."""
    origin: Callable[[int, int], Origin] | None = None
    trail: tuple[tuple[int, int], ...] = ()
    """Where it has stood before it went back through the layers: walks and steps."""

    @property
    def current(self) -> Walk[Any, Any]:
        """The walk that is shown."""
        return self.walks[self.track]

    @property
    def row(self) -> int:
        """Steps in a row of the grid; a list of cells has rows of one."""
        return self.current.shape[-1] if len(self.current.shape) > 1 else 1

    @property
    def filter(self) -> int:
        """Steps in a filter, or a channel."""
        return prod(self.current.shape[1:])

    @property
    def step(self) -> int:
        """Where it stands."""
        return self.steps[self.track]

    @property
    def is_at_end(self) -> bool:
        """Whether no step follows."""
        return self.step == len(self.current) - 1

    def press(self, key: str) -> "Timeline":
        """What a key makes of it."""
        now = replace(self, said="")
        if now.helps and key not in LEAVING:
            return replace(now, helps=False)
        if now.typed or key in DIGITS:
            return now.type(key)
        action = ACTIONS.get(key)
        return action(now) if action else now

    def tick(self) -> "Timeline":
        """One step on while it plays; at the end it stops."""
        if not self.is_playing:
            return self
        moved = self if self.is_at_end else self.to(self.step + 1)
        return replace(moved, is_playing=not moved.is_at_end)

    def to(self, step: int) -> "Timeline":
        """Stand at a step of this walk."""
        steps = (*self.steps[: self.track], step, *self.steps[self.track + 1 :])
        return replace(self, steps=steps)

    def move(self, by: int) -> "Timeline":
        """Go forth or back, as far as there are steps."""
        step = max(0, min(len(self.current) - 1, self.step + by))
        edge = "this is the first step" if by < 0 else "this is the last step"
        return self.to(step) if step != self.step else replace(self, said=edge)

    def jump(self, by: int, what: str) -> "Timeline":
        """Go to the same cell of another row or filter, or stay."""
        step = self.step + by
        if 0 <= step < len(self.current):
            return self.to(step)
        return replace(self, said=f"there is no {'previous' if by < 0 else 'next'} {what}")

    def hop(self, by: int) -> "Timeline":
        """Go to the same cell of another filter."""
        if len(self.current.shape) < 2 or self.current.shape[0] == 1:
            return replace(self, said="there is only one filter or channel")
        return self.jump(by * self.filter, "filter or channel")

    def switch(self, by: int) -> "Timeline":
        """Show another layer of a network."""
        if len(self.walks) == 1:
            return replace(self, said="there is only one layer")
        return replace(self, track=(self.track + by) % len(self.walks), is_playing=False)

    def why(self) -> "Timeline":
        """Go to its largest contribution in the previous layer."""
        if self.origin is None:
            return replace(self, said="only numbers of a network come from a layer before")
        found = self.origin(self.track, self.step)
        if found.layer is None:
            return replace(self, said=found.place)
        trail = (*self.trail, (self.track, self.step))
        gone = replace(self, track=found.layer, trail=trail, is_playing=False, said=f"at {found.place}")
        return gone.to(found.step)

    def back(self) -> "Timeline":
        """Return to where it stood."""
        if not self.trail:
            return replace(self, said="nowhere to go back to")
        track, step = self.trail[-1]
        return replace(self, track=track, trail=self.trail[:-1], is_playing=False).to(step)

    def toggle(self) -> "Timeline":
        """Play or pause; from the end, play from the beginning."""
        if self.is_playing or len(self.current) == 1:
            return replace(self, is_playing=False)
        return replace(self.to(0) if self.is_at_end else self, is_playing=True)

    def speed_up(self, by: int) -> "Timeline":
        """The next speed of the table, or the one before it."""
        speeds = [speed for speed in SPEEDS[::by] if speed * by > self.speed * by]
        word = "faster" if by > 0 else "slower"
        return replace(self, speed=speeds[0]) if speeds else replace(self, said=f"it cannot play {word}")

    def hide(self, level: int) -> "Timeline":
        """Hide the value, or the products too; whatever is hidden, the key for the value shows all again."""
        is_shown = self.hides == level or (self.hides and level == 1)
        return replace(self, hides=0 if is_shown else level)

    def type(self, key: str) -> "Timeline":
        """A key of a number or a place; Enter goes there."""
        if key == "enter":
            is_cell = self.typed.startswith(CELL)
            return replace(self.visit(self.typed[1:]) if is_cell else self.go(self.typed), typed="")
        if key == "backspace":
            return replace(self, typed=self.typed[:-1])
        if key in DIGITS:
            return replace(self, typed=(self.typed + key)[:MOST_DIGITS])
        if key in {",", "space"} and self.typed.startswith(CELL):
            return replace(self, typed=self.typed if self.typed[-1] in f"{CELL}," else f"{self.typed},")
        # any other key ends the typing and does what it always does
        left = replace(self, typed="")
        return left if key in {"escape", CELL} else left.press(key)

    def go(self, typed: str) -> "Timeline":
        """To the step of this number, counted from 1 as on the screen."""
        wanted, total = int(typed) - 1, self.current.total
        return self.at(wanted if 0 <= wanted < total else None, f"step {typed}", f"they count from 1 to {total:,}")

    def visit(self, typed: str) -> "Timeline":
        """To the cell of this place; without a filter, in that where it stands."""
        grid = self.current.shape
        try:
            cell = place(typed.rstrip(","))
            near = (self.step + self.current.first) // self.filter
            wanted = self.current.number((near, *cell) if len(cell) == len(grid) - 1 else cell)
        except CnnstepError:
            wanted = None
        axes = grid[1:] if len(grid) > 1 and (grid[0] == 1 or typed.count(",") < len(grid) - 1) else grid
        last = ",".join(str(n - 1) for n in axes)
        return self.at(wanted, f"cell {typed or '(none)'}", f"the last is {last}")

    def at(self, number: int | None, what: str, range_: str) -> "Timeline":
        """At a step of the walk, if it is among those that are played."""
        if number is None:
            return replace(self, said=f"there is no {what}: {range_}")
        first, length = self.current.first, len(self.current)
        if 0 <= number - first < length:
            return self.to(number - first)
        return replace(self, said=f"{what} is not among the steps {first + 1:,} to {first + length:,}")


Action: TypeAlias = Callable[[Timeline], Timeline]


class Key(NamedTuple):
    """A row of the table: how its keys are written, what they do, and how each does it; without, others do it."""

    written: str
    meaning: str
    actions: Mapping[tuple[str, ...], Action] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """All of its keys."""
        return tuple(name for names in self.actions for name in names)


KEYS: tuple[Key, ...] = (
    Key("→ l n space, ← h p", "one step on, one back",
        {("right", "l", "n", "space"): lambda t: t.move(1), ("left", "h", "p"): lambda t: t.move(-1)}),
    Key("↓ j, ↑ k", "one row down, one up",
        {("down", "j"): lambda t: t.jump(t.row, "row"), ("up", "k"): lambda t: t.jump(-t.row, "row")}),
    Key("PgDn, PgUp", "ten steps on, ten back",
        {("pagedown",): lambda t: t.move(PAGE), ("pageup",): lambda t: t.move(-PAGE)}),
    Key("Home, End", "the first step, the last",
        {("home",): lambda t: t.to(0), ("end",): lambda t: t.to(len(t.current) - 1)}),
    Key("12 Enter", "go to step 12, counted from 1; while the value is hidden: answer 12"),
    Key("g 1,2 Enter", "go to the cell in row 1, column 2, counted from 0",
        {(CELL,): lambda t: replace(t, typed=CELL)}),
    Key("Enter", "play, or pause", {("enter",): lambda t: t.toggle()}),
    Key("+, -", "faster, slower", {("+", "="): lambda t: t.speed_up(1), ("-", "_"): lambda t: t.speed_up(-1)}),
    Key("f, F", "the next filter or channel, the previous",
        {("f",): lambda t: t.hop(1), ("F",): lambda t: t.hop(-1)}),
    Key("Tab, Shift-Tab", "the next layer of a network, the previous",
        {("tab",): lambda t: t.switch(1), ("backtab",): lambda t: t.switch(-1)}),
    Key("w, Backspace", "why: to its largest contribution in the layer before; back",
        {("w",): lambda t: t.why(), ("backspace",): lambda t: t.back()}),
    Key("m, M", "hide the value, or the products too; show all again",
        {("m",): lambda t: t.hide(1), ("M",): lambda t: t.hide(2)}),
    Key("x", "what if? change stride, padding, kernel, kind …"),
    Key("e", "what if? change a number of the input, or a weight"),
    Key("u", "undo a change"),
    Key("?", "these keys", {("?",): lambda t: replace(t, helps=True)}),
    Key("q Ctrl-C", "leave", {LEAVING: lambda t: replace(t, has_left=True)}),
)  # fmt: skip
ACTIONS = {name: action for key in KEYS for names, action in key.actions.items() for name in names}
