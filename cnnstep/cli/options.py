"""Options that commands share, each group of them handed over as one value; and what makes a command."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import click

from cnnstep import notation
from cnnstep.cli.backward import OPTIONS, Backward
from cnnstep.cli.base import TYPED, Command, Decorator, Example, Parsed, ScreenOptions, bundle, screen_options, under
from cnnstep.cli.scripts import CODE, without_steps
from cnnstep.cli.steps import ANIMATING, PLAYING, which_steps
from cnnstep.cli.words import words_of
from cnnstep.errors import NotationError, Setting, again, as_option
from cnnstep.inputs import Reading
from cnnstep.inputs.samples import named
from cnnstep.notation import quoted
from cnnstep.notation.networks import Address, address, is_address
from cnnstep.render.files import is_stdout
from cnnstep.render.formats import listed
from cnnstep.render.formats.progress import Waiting
from cnnstep.render.theme import FigureOptions

if TYPE_CHECKING:
    from cnnstep.engine.walks import Walk
    from cnnstep.inputs.reading import Input
    from cnnstep.views.report import Report
    from cnnstep.views.view import View

USUAL_LOOK = FigureOptions()
Shown: TypeAlias = "View | Report"


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
    look: FigureOptions = USUAL_LOOK
    backward: Backward | None = None
    code: str | None = None
    blank: str | None = None

    def __post_init__(self) -> None:
        if self.at is not None and self.steps is not None:
            raise NotationError("--at and --steps exclude each other", "leave one of them out")
        if self.play and self.animate:
            raise NotationError("--play waits for keys, --animate takes none", "leave one of them out")
        if self.blank and (self.play or self.animate):
            raise NotationError("--blank is for paper", "leave it out; m and M hide in --play")

    @classmethod
    def typed(cls, **asked: Any) -> "Asked":
        """What was asked for, with the look of figures and films in one value, and the gradient in another."""
        backward = Backward.taken(asked)
        look = FigureOptions(**{name: asked.pop(name) for name in FigureOptions._fields})
        return without_steps(cls(**asked, look=look, backward=backward))

    @property
    def has_steps(self) -> bool:
        """Whether steps were asked for."""
        return bool(self.at or self.steps or self.view != "full" or self.play or self.animate or self.blank)

    @property
    def to_stdout(self) -> bool:
        """Whether a file goes where the screen would go."""
        return any(is_stdout(target) for target in self.save)


class Source(NamedTuple):
    """INPUT as it was typed, and how it is to be read."""

    name: str | None = None
    reading: Reading = Reading()

    @classmethod
    def of(cls, source: str | None, **reading: Any) -> "Source":
        """The values of the options."""
        return cls(source, Reading(**reading))

    def read(self, usual: str) -> "Input":
        """The input, or the usual one where none was named."""
        from cnnstep.inputs.reading import read

        if self.name == "-":
            return read("-", self.reading)  # no sign of life over what someone types
        with Waiting("reading the input"):
            return read(self.name or usual, self.reading)

    def changed(self, **reading: Any) -> "Source":
        """The same, read in another way."""
        return self._replace(reading=self.reading._replace(**reading))

    @property
    def typed(self) -> str:
        """The same as it would be typed again, each word with a space before it."""
        given = [(name, value) for name, value in self.reading._asdict().items() if value]
        words = [again(self.name)] if self.name else []
        return "".join(f" {word}" for word in (*words, *(as_option(Setting(*each)) for each in given)))


class Answer(NamedTuple):
    """What a command returned, a View or a Report, and what was asked of it."""

    shown: Any
    asked: Asked
    screen: ScreenOptions
    is_chosen: bool = False
    """Whether the command itself has chosen the steps that are shown."""
    typed: tuple[str, ...] = ()
    """The command and its words, as they were typed."""


SAMPLES = words_of("inputs.samples", "SAMPLES", "sample:")
INPUT = Parsed("INPUT", named, SAMPLES)
NETWORKS = words_of("networks.architectures", "ARCHITECTURES")
network_argument = click.argument("chain", metavar="LAYERS", required=False, type=Parsed("LAYERS", str, NETWORKS))


READING = under(
    "Reading",
    click.option("--rgb", is_flag=True, help="Read three channels, red, green and blue, instead of grey."),
    click.option("--unit", is_flag=True, help="Levels from 0 to 1 instead of 0 to 255."),
    click.option("--crop", type=Parsed("X,Y,W,H", notation.crop), help="Cut a piece out of the input first."),
    click.option("--axes", type=click.IntRange(1, 3), metavar="N",
                 help="Read a signal (1), a picture (2), or a film or volume (3).  [default: by the input]"),
    click.option("--resize", type=Parsed("WxH", notation.resize), help="Resize the input."),
)  # fmt: skip
source_options = bundle(
    "source",
    Source.of,
    click.argument("source", metavar="[INPUT]", required=False, type=INPUT),
    *READING,
)


def cell_options(metavar: str, example: str, *, every: bool = False, parts: bool = False) -> Decorator:
    """A cell of a network and INPUT, in either order, and how to read it; with `every`, `*` stands for every place.

    With `parts` the cell may be one of what a layer learns: `c1.weight[0,0,2,2]`.
    """

    def of(words: Sequence[str], **reading: Any) -> tuple[Address | None, Source]:
        """The word with brackets behind a name is the cell, the other one the input."""
        cells = [word for word in words if is_address(word)]
        others = [word for word in words if word not in cells]
        if len(cells) > 1 or len(others) > 1:
            raise NotationError(
                f"{len(words)} words are not a cell and an input", f'name one cell, such as "{example}"'
            )
        if others and not cells:
            raise NotationError(f"{quoted(others[0])} is no cell of a layer", f'name one: "{example}"')
        cell = address(cells[0], "", every=every, parts=parts) if cells else None
        return cell, Source.of(others[0] if others else None, **reading)

    words = click.argument("words", metavar=metavar, nargs=-1, type=Parsed("CELL", named, SAMPLES))
    return bundle("cell_and_source", of, words, *READING)


SAVING = under(
    "Files",
    click.option("--save", type=Parsed("FILE", Path), multiple=True,
                 help=f"Write {listed()}; -.json is stdout. Repeat it for several files."),
    click.option("--force", is_flag=True, help="Replace files that exist."),
    click.option("--fps", type=Parsed("N", notation.fps), default=USUAL_LOOK.fps, help="Steps a second.  [default: 2]"),
    click.option("--canvas", type=Parsed("WxH", notation.canvas), help="Pixels of films, steps and networks.  "
                 "[default: 960x540, networks 1280x720]"),
    click.option("--loop", type=Parsed("N", notation.loop), default=0,
                 help="How often a film plays.  [default: for ever]"),
    click.option("--detail", is_flag=True, help="Films fill products one by one, with their sum so far."),
    click.option("--dark", is_flag=True, help="Figures, films and pages on dark paper."),
)  # fmt: skip
saving_options = bundle("asked", Asked.typed, *SAVING)
"""For a report, which has no steps."""
playing_options = bundle("asked", Asked.typed, *PLAYING, *SAVING)
"""For one step, which the command itself names."""


def step_options(place: Parsed, meaning: str, more: Sequence[Decorator] = ()) -> Decorator:
    """Which steps are shown and saved, with `--at` for places of this kind, and how they are played and saved."""
    return bundle("asked", Asked.typed, *which_steps(place, meaning), *PLAYING, *ANIMATING, *SAVING, *CODE, *more)


asked_options = step_options(
    Parsed("Y,X", notation.place), "One step: the output cell in row Y, column X (or filter,row,column), from 0.",
    under("Gradients", *OPTIONS),
)  # fmt: skip


def cnnstep_command(
    name: str, examples: Sequence[Example], *options: Decorator
) -> Callable[[Callable[..., "Shown | None"]], click.Command]:
    """Make a command of a function, with these options behind its own, and those of the screen.

    The function returns what is shown: the group delivers that. `asked` is the group's too, and one of the options
    must make it; a function that names it sees it as well.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        wants_asked = "asked" in signature(function).parameters
        own = vars(function).pop("__click_params__", [])  # click reads the list from its end: they come first in help

        @wraps(function)
        def command(screen: ScreenOptions, asked: Asked, **values: Any) -> Answer:
            if wants_asked:
                values["asked"] = asked
            ctx = click.get_current_context()
            typed = (ctx.info_name or name, *ctx.meta[TYPED])
            return Answer(function(**values), asked, screen, wants_asked, typed)

        decorated: Callable[..., Any] = command
        for each in reversed((*options, screen_options)):
            decorated = each(decorated)
        vars(decorated)["__click_params__"] += own
        return click.command(name, cls=Command, examples=examples)(decorated)

    return decorate


def viewed(walk: "Walk[Any, Any]", title: str, channels: Sequence[str] = (), notes: Sequence[str] = ()) -> "View":
    """The view of a walk, with what a command calls it."""
    from cnnstep.views.operations import view_of
    from cnnstep.views.vocabulary import Vocabulary

    return view_of(walk, Vocabulary(title, channels, notes))
