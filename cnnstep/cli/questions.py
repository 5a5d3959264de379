"""What `cnnstep net` can be asked."""

from collections.abc import Mapping
from typing import NamedTuple

from cnnstep.cli.base import Ink
from cnnstep.cli.options import Asked
from cnnstep.errors import NotationError
from cnnstep.inputs.how import Reading
from cnnstep.notation.addresses import Address

EVERY = "*"
"""What --explain means without a layer."""
STEPS, PLAY = "--at, --steps or --view", "--play or --animate"
TAKES: Mapping[str, frozenset[str]] = {
    "--list": frozenset(),
    "the table": frozenset({"--in"}),
    "--explain": frozenset({"--in"}),
    "--field": frozenset({"INPUT", "--in"}),
    "--as-conv": frozenset({"INPUT", "--in", "--weights"}),
    "--why": frozenset({"INPUT", "--weights", PLAY}),
    "a run": frozenset({"INPUT", "--weights", "--layer", STEPS, PLAY}),
}
"""Kind of question → what may be given with it."""


class Wanted(NamedTuple):
    """What is to be known of a network."""

    shape: tuple[int, ...] | None
    explain: str | None
    everything: bool
    layer: str | None
    field: Address | None
    as_conv: bool
    why: Address | None
    deeper: bool
    weights: str | None
    seed: int


class Question(NamedTuple):
    """What was typed."""

    chain: str | None
    source: str | None
    wanted: Wanted
    asked: Asked
    reading: Reading
    ink: Ink

    def kind(self, *, has_size: bool) -> str:
        """Which row of TAKES it is; raises NotationError for two of them, and for what it does not take."""
        from cnnstep.render.formats.saving import SHEETS

        wanted, asked = self.wanted, self.asked
        named = [name for name, value in self._named().items() if value]
        if len(named) > 1:
            raise NotationError(f"{' and '.join(named)} are two questions", "ask one after the other")
        if wanted.deeper and not wanted.why:
            raise NotationError("--deeper goes with --why", 'add --why "c1[0,0,0]"')
        only_runs = any(target.suffix.lower() not in SHEETS for target in asked.save)
        runs = self.source or wanted.layer or wanted.weights or only_runs or asked.has_steps
        is_table = wanted.shape or (has_size and not runs)
        kind = named[0] if named else "the table" if is_table else "a run"
        extra = [name for name, value in self._given().items() if value and name not in TAKES[kind]]
        if extra:
            others = " and ".join(extra)
            raise NotationError(f"{kind} takes no {extra[0]}", f"leave out {others}, or ask without {kind}")
        return kind

    def _named(self) -> dict[str, object]:
        wanted = self.wanted
        return {
            "--list": wanted.everything,
            "--explain": wanted.explain,
            "--field": wanted.field,
            "--as-conv": wanted.as_conv,
            "--why": wanted.why,
        }

    def _given(self) -> dict[str, object]:
        wanted, asked = self.wanted, self.asked
        return {
            "INPUT": self.source,
            "--in": wanted.shape,
            "--weights": wanted.weights,
            "--layer": wanted.layer,
            STEPS: asked.at or asked.steps or asked.view != "full",
            PLAY: asked.play or asked.animate,
        }
