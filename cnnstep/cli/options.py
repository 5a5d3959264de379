"""Options that commands share, each group of them handed over as one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cnnstep import notation
from cnnstep.cli.base import Decorator, Parsed, bundle, numbers, one, under
from cnnstep.errors import NotationError
from cnnstep.inputs.how import Reading
from cnnstep.notation import quoted
from cnnstep.notation.addresses import Address, address, is_address
from cnnstep.render.files import is_stdout
from cnnstep.render.look import Look

VIEWS = ("full", "lines", "map")
USUAL_LOOK = Look()


@dataclass(frozen=True, slots=True)
class Window:
    """The kernels and how they slide."""

    kernel: tuple[str, ...]
    stride: tuple[int, ...]
    padding: Any
    dilation: tuple[int, ...]
    groups: int
    bias: tuple[float, ...]
    flip: bool
    seed: int
    depthwise: bool
    as_matrix: bool
    pad_mode: str | None = None
    pad_value: float | None = None
    causal: bool = False

    @property
    def mode(self) -> str:
        """The padding mode; a value alone means `constant`."""
        return self.pad_mode or ("zeros" if self.pad_value is None else "constant")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which steps, in which view, and where to save them."""

    at: Any = None
    steps: slice | None = None
    view: str = "full"
    save: tuple[Path, ...] = ()
    force: bool = False
    play: bool = False
    animate: bool = False
    look: Look = USUAL_LOOK

    def __post_init__(self) -> None:
        if self.at is not None and self.steps is not None:
            raise NotationError("--at and --steps exclude each other", "leave one of them out")
        if self.play and self.animate:
            raise NotationError("--play waits for keys, --animate takes none", "leave one of them out")

    @property
    def has_steps(self) -> bool:
        """Whether steps were asked for."""
        return bool(self.at or self.steps or self.view != "full" or self.play or self.animate)

    @property
    def to_stdout(self) -> bool:
        """Whether a file goes where the screen would go."""
        return any(is_stdout(target) for target in self.save)


def _asked(*, fps: float, canvas: tuple[int, int] | None, loop: int, dark: bool, **asked: Any) -> Asked:
    """What was asked for, with the look of figures and films in one value."""
    return Asked(**asked, look=Look(fps, canvas, loop, dark))


def kernel_words() -> list[str]:
    """The names of kernels, for completion."""
    from cnnstep.engine.kernels import names

    return names()


def _sample_words() -> list[str]:
    from cnnstep.inputs.samples import PREFIX, SAMPLES

    return [PREFIX + name for name in SAMPLES]


def _network_words() -> list[str]:
    from cnnstep.networks.architectures import ARCHITECTURES

    return list(ARCHITECTURES)


network_argument = click.argument("chain", metavar="LAYERS", required=False, type=Parsed("LAYERS", str, _network_words))


def words_argument(metavar: str) -> Decorator:
    """A cell of a network and an input, in either order."""
    return click.argument("words", metavar=metavar, nargs=-1, type=Parsed("CELL", str, _sample_words))


def cell_and_input(words: Sequence[str], example: str, *, every: bool = False) -> tuple[Address | None, str | None]:
    """The word with brackets behind a name is the cell, the other one the input."""
    cells = [word for word in words if is_address(word)]
    others = [word for word in words if word not in cells]
    if len(cells) > 1 or len(others) > 1:
        raise NotationError(f"{len(words)} words are not a cell and an input", f'name one cell, such as "{example}"')
    if others and not cells and len(words) == 1:
        raise NotationError(f"{quoted(others[0])} is no cell of a layer", f'name one: "{example}"')
    cell = address(cells[0], "", every=every) if cells else None
    return cell, (others[0] if others else None)


source_argument = click.argument("source", metavar="[INPUT]", required=False, type=Parsed("INPUT", str, _sample_words))

SLIDING = (
    click.option(
        "--kernel", "--k", "kernel", type=Parsed("KERNEL", str, kernel_words), multiple=True,
        help='A name (see `cnnstep kernels`), a matrix "1 0 -1; 1 0 -1; 1 0 -1" (with /9 to divide), or a file. '
        "Repeat it for several filters.",
    ),
    click.option("--stride", "--s", "stride", type=numbers("stride"), default=(1,),
                 help="Cells from one window, or stamp, to the next.  [default: 1]"),
    click.option("--padding", "--p", "padding", type=Parsed("P", notation.padding), default=((0, 0),),
                 help="Cells around the input (stamps lose them): N, NxM, before:after, same, valid, full."),
    click.option("--dilation", "--d", "dilation", type=numbers("dilation"), default=(1,),
                 help="Cells from one kernel cell to the next.  [default: 1]"),
    click.option("--groups", type=one("groups"), default=1, show_default=True,
                 help="Channels are dealt into groups that do not meet."),
    click.option("--bias", type=Parsed("B", lambda text: notation.numbers(text, "bias")), default=(0,),
                 help='Added to each sum: one number, or one a filter: "-0.1,0.05".  [default: 0]'),
    click.option("--flip", is_flag=True, help="Turn the kernel by 180 degrees: the convolution of mathematics."),
    click.option("--seed", type=one("seed", 0), default=0, show_default=True, help="For random kernels."),
    click.option("--as-matrix", is_flag=True, help="Show the same operation as one matrix product."),
    click.option("--depthwise", is_flag=True, help="A kernel for each channel on its own: --groups CHANNELS."),
)  # fmt: skip
FILLING = (
    click.option("--pad-mode", type=Parsed("MODE", str), help="zeros, constant, reflect, replicate or circular."),
    click.option("--pad-value", type=Parsed("N", lambda text: notation.one_number(text, "pad-value")),
                 help="What stands in the padding, instead of 0."),
    click.option("--causal", is_flag=True, help="On a signal: pad so that no sample is read before its time."),
)  # fmt: skip
"""What stands in the padding; where padding cuts away, there is nothing to fill."""

window_options = bundle("window", Window, *SLIDING, *FILLING)
stamp_options = bundle("window", Window, *SLIDING)

reading_options = bundle(
    "reading",
    Reading,
    *under(
        "Reading",
        click.option("--rgb", is_flag=True, help="Read three channels, red, green and blue, instead of grey."),
        click.option("--unit", is_flag=True, help="Levels from 0 to 1 instead of 0 to 255."),
        click.option("--crop", type=Parsed("X,Y,W,H", notation.crop), help="Cut a piece out of the input first."),
        click.option(
            "--axes",
            type=click.IntRange(1, 3),
            metavar="N",
            help="Read a signal (1), a picture (2), or a film or volume (3).  [default: by the input]",
        ),
        click.option("--resize", type=Parsed("WxH", notation.resize), help="Resize the input."),
    ),
)


def step_options(place: Parsed, meaning: str) -> Decorator:
    """Which steps are shown and saved, with `--at` for places of this kind, and how they are played and saved."""
    return bundle(
        "asked",
        _asked,
        *under(
        "What to show",
        click.option("--at", type=place, help=meaning),
        click.option("--steps", type=Parsed("STEPS", notation.steps),
                     help="The first 5, a range 10:20, or all.  [default: 3, or 16 lines]"),
        click.option("--view", type=click.Choice(VIEWS), default="full", show_default=True,
                     help="A screen a step, a line a step, or only the map."),
        click.option("--play", is_flag=True, help="Step with the keys, forth and back; ? shows them."),
        click.option("--animate", is_flag=True, help="Play once, without keys."),
        ),
        *SAVING,
    )  # fmt: skip


SAVING = under(
    "Files",
    click.option("--save", type=Parsed("FILE", Path), multiple=True,
                 help="Write numbers (.npy .npz .csv .json .jsonl), a figure (.png .svg), a film (.gif .webp), a page "
                 "(.html), a recording (.cast) or text (.md .txt); -.json is stdout. Repeat it for several files."),
    click.option("--force", is_flag=True, help="Replace files that exist."),
    click.option("--fps", type=Parsed("N", notation.fps), default=Look().fps, help="Steps a second.  [default: 2]"),
    click.option("--canvas", type=Parsed("WxH", notation.canvas), help="Pixels of films and figures.  "
                 "[default: 960x540]"),
    click.option("--loop", type=Parsed("N", notation.loop), default=0,
                 help="How often a film plays.  [default: for ever]"),
    click.option("--dark", is_flag=True, help="Figures, films and pages on dark paper."),
)  # fmt: skip

asked_options = step_options(
    Parsed("Y,X", notation.place), "One step: the output cell in row Y, column X (or filter,row,column), from 0."
)
playing_options = bundle(
    "asked",
    _asked,
    *under(
        "What to show",
        click.option("--play", is_flag=True, help="Step with the keys, forth and back; ? shows them."),
    ),
    *SAVING,
)
"""For one step, which the command itself names."""
saving_options = bundle("asked", _asked, *SAVING)
"""For a report, which has no steps."""
