"""`cnnstep draw`."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnnstep.cli.base import Parsed, bundle, sizes
from cnnstep.cli.options import Asked, Shown, Source, cnnstep_command, network_argument
from cnnstep.errors import NotationError, again, printable

if TYPE_CHECKING:
    from cnnstep.cli.drawing import Reader
    from cnnstep.engine.arrays import Array
    from cnnstep.player.pad import Pad
    from cnnstep.views.report import Report

EXAMPLES = (
    ("cnnstep draw", "a digit, by mouse or keys: lenet5 reads it while you draw"),
    ("cnnstep draw --save seven.png", "s, Enter and w write it there"),
    ("cnnstep draw lenet5 --untrained", "a network that has learned nothing"),
    ("cnnstep draw lenet5 --weights w.npz", "what you have trained"),
)
SUFFIX = ".png"


def _target(text: str) -> Path:
    if not text.lower().endswith(SUFFIX) or text.startswith("-"):
        raise NotationError(f"a drawing is saved as {SUFFIX}, not as {printable(text)}", "write --save digit.png")
    return Path(text)


@dataclass(slots=True)
class Keeper:
    """Where drawings are saved: under a name that is free, unless files may be replaced."""

    target: Path
    is_forced: bool
    kept: Path | None = None
    _levels: "Array | None" = None

    def __call__(self, levels: "Array") -> str:
        """Write it, unless it stands there already; say where."""
        from cnnstep.render.formats.pictures import levels as write

        if levels is not self._levels:
            path = self.target if self.is_forced else self._free()
            write(levels, path, force=self.is_forced)
            self.kept, self._levels = path, levels
        return f"saved as {printable(str(self.kept))}"

    def _free(self) -> Path:
        """The name, or with the first number behind it that is free."""
        path, number = self.target, 1
        while path.exists():
            number += 1
            path = self.target.with_stem(f"{self.target.stem}-{number}")
        return path


@cnnstep_command("draw", EXAMPLES, bundle("asked", Asked))
@network_argument
@click.option("--save", type=Parsed("FILE", _target), help="Where it is written.  [default: digit.png]")
@click.option("--force", is_flag=True, help="Replace what is there; otherwise the next is digit-2.png, and so on.")
@click.option("--size", type=sizes("size"), help="Rows and columns of the pad.  [default: those of the input]")
@click.option("--weights", type=Parsed("FILE", str), help="What the network has learned: .npz or .safetensors.")
@click.option("--untrained", is_flag=True, help="Weights are random, also where lenet5 has learned them.")
@click.option("--labels", type=Parsed("FILE", str), help="Names of the classes, one a line.")
def command(
    chain: str | None, save: Path | None, force: bool, size: tuple[int, ...] | None, weights: str | None,
    untrained: bool, labels: str | None,
) -> Shown:  # fmt: skip
    """Draw on a pad, by mouse or keys, and see at once what LAYERS, a network, answers.

    Press and draw; or arrows move the cursor, and space lowers and lifts the pen. u undoes, c clears, s saves,
    Enter shows the drawing's way through the network, w where the answer came from, q leaves.
    """
    from cnnstep.cli.drawing import Reader, drawn
    from cnnstep.cli.networks import NetworkInput
    from cnnstep.render.files import check_target

    if save:
        check_target(save, force=force)
    given = NetworkInput(chain or "lenet5", Source(), weights=weights, labels=labels, untrained=untrained)
    reader = Reader.of(given, size)
    reader.check_terminal()
    keeper = Keeper(save or Path(f"digit{SUFFIX}"), force)
    return _left(reader, drawn(reader, keeper), keeper.kept)


def _left(reader: "Reader", pad: "Pad", kept: Path | None) -> Shown:
    """What was asked for at the end: the run, why, or only what to type to see it."""
    from cnnstep.cli.group import view
    from cnnstep.player.pad import Wish
    from cnnstep.views.report import Report

    if kept is None:
        return _told("nothing was saved").hinting("cnnstep draw (another one; s saves it)")
    labels = ["--labels", reader.given.labels] if reader.given.labels else []
    run = ["net", reader.given.chain, str(kept), *reader.options, *labels]
    if pad.wish is Wish.LEAVE:
        return _told(f"saved as {printable(str(kept))}").hinting(again("cnnstep", *run))
    if pad.wish is Wish.WHY:
        run = ["why", reader.given.chain, str(kept), reader.cell(pad.levels), "--deeper", *reader.options]
    click.echo(f"Wrote {printable(str(kept))}", err=True)
    shown = view(run)
    return shown if isinstance(shown, Report) else replace(shown, advice=f"{again('cnnstep', *run)} (the same again)")


def _told(text: str) -> "Report":
    from cnnstep.views.page.scene import Scene
    from cnnstep.views.report import Report, heading

    return Report(Scene((heading("draw", text),)), {"operation": "drawing", "told": text})
