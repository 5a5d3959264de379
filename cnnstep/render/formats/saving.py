"""`--save NAME.SUFFIX`: the suffix decides what is written."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeAlias, TypeVar

from cnnstep.engine.walks import Walk
from cnnstep.errors import NotationError, OutputError
from cnnstep.notation import printable
from cnnstep.render.files import check_target, is_stdout, whole_file, wrote
from cnnstep.render.formats import FORMATS, REPORTS, TRAININGS, Formats
from cnnstep.render.formats.progress import Waiting
from cnnstep.render.theme import FigureOptions
from cnnstep.views.frames import MOST_FRAMES, Frames, at_most, frames_of
from cnnstep.views.page.diagram import Diagram
from cnnstep.views.page.scene import Scene
from cnnstep.views.report import Report
from cnnstep.views.view import View

if TYPE_CHECKING:
    from cnnstep.views.networks.network import NetworkView

T = TypeVar("T")

RECORDING = ".cast"
"""What is saved of steps, also where a network is one picture."""
MOST_LINES = 100_000
MOST_IN_A_PAGE = 2_000


class Job(NamedTuple):
    """A view or a report to save, how it is to look, and the name of the file."""

    shown: View | Report
    look: FigureOptions = FigureOptions()
    target: Path = Path()

    @property
    def view(self) -> View:
        """The view, where steps are saved."""
        assert isinstance(self.shown, View)  # noqa: S101 - what needs steps is in the table of views alone
        return self.shown

    @property
    def walk(self) -> Walk[Any, Any]:
        """The walk that is shown."""
        return self.view.walk

    @property
    def frames(self) -> Frames:
        """The steps that were asked for, or all."""
        return frames_of(self.view)

    @property
    def archive(self) -> str:
        """Which of the view's named arrays the target's name speaks of; empty where it speaks of none."""
        return next((name for name in self.view.archives if name in self.target.stem.lower()), "")

    @property
    def has_diagram(self) -> bool:
        """Whether it is a network, or a cell of one, which are drawn as one picture."""
        return isinstance(self.shown, View) and self.shown.diagram is not None

    @property
    def network(self) -> "NetworkView | None":
        """The whole network, where it is one."""
        from cnnstep.views.networks.network import NetworkView  # not needed for anything else

        return self.shown if isinstance(self.shown, NetworkView) else None

    @property
    def diagram(self) -> Diagram | None:
        """The picture of a network, or of a cell of one."""
        return self.shown.diagram() if isinstance(self.shown, View) and self.shown.diagram else None

    @property
    def is_one_step(self) -> bool:
        """Whether exactly one step was asked for."""
        return self.view.asked is not None and len(self.view.asked) == 1

    def scenes(self) -> Iterator[Scene]:
        """Everything there is to see."""
        return iter((self.shown.scene,)) if isinstance(self.shown, Report) else self.shown.scenes()

    def one_picture(self) -> tuple[Scene, str]:
        """The first step that was asked for, the whole where none was, or a report; and what it is."""
        if isinstance(self.shown, Report):
            return self.shown.scene, "a figure"
        steps = self.view.asked
        if not steps:
            return self.view.picture(), "the whole"
        return self.view.picture(steps[0]), f"step {steps[0].number + 1:,} of {len(self.walk):,}"


Writer: TypeAlias = Callable[[Job, BinaryIO], str]
Check: TypeAlias = Callable[[Job, Path], None]


def save(job: Job, targets: Sequence[Path], *, force: bool) -> list[str]:
    """Write every target, and return a line about each; nothing is begun unless all of them can be."""
    formats = [format_of(target, _known(job.shown)) for target in targets]
    for number, (target, each) in enumerate(zip(targets, formats, strict=True)):
        if target in targets[:number]:
            raise NotationError(f"{printable(str(target))} is to be saved twice", "name every file once")
        check_target(target, force=force)
        if each.check:
            CHECKS[each.check](job, target)
        if each.is_binary and is_stdout(target) and sys.stdout.isatty():
            raise OutputError(f"{target.suffix} is bytes that a terminal cannot show", f"add > figure{target.suffix}")
    reports: list[str] = []
    for target, each in zip(targets, formats, strict=True):
        with whole_file(target, force=force) as stream, Waiting(f"writing {printable(str(target))}"):
            module, _, name = each.writer.partition(".")  # its file is loaded when it is used
            writer: Writer = getattr(import_module(f"cnnstep.render.formats.{module}"), name)
            what = writer(job._replace(target=target), stream)
        reports += wrote(target, what)
    return reports


def _known(shown: View | Report) -> Formats:
    if isinstance(shown, Report):
        return REPORTS if shown.arrays is None else TRAININGS
    return FORMATS


def format_of(target: Path, known: Mapping[str, T], option: str = "--save") -> T:
    """The row of a suffix; raises NotationError for one that is not known."""
    if not target.name:
        raise NotationError(f"{option} needs the name of a file", f"write {option} name{next(iter(known))}")
    found = known.get(target.suffix.lower())
    if found is None:
        raise NotationError(
            f"{printable(str(target))} does not end in a format that can be saved",
            f"end the name in {', '.join(known)}",
        )
    return found


def _fits(job: Job, _: Path) -> None:
    """The whole output is needed."""
    job.walk.check_size()


def _fits_picture(job: Job, target: Path) -> None:
    if not job.is_one_step:
        _fits(job, target)


def _fits_npy(job: Job, target: Path) -> None:
    _fits(job, target)
    if job.walk.output.dtype == object:
        raise OutputError("the output has integers of more than 64 bits, which .npy cannot hold", "save it as .csv")


def _has_archive(job: Job, target: Path) -> None:
    """Named arrays are told apart by the file's name."""
    known = job.view.archives
    if not known:
        raise OutputError("only networks can be saved as .npz", "save the output as .npy: cnnstep net has .npz")
    if not job._replace(target=target).archive:
        raise NotationError(
            f"{printable(str(target))} does not say what it is to hold",
            f"name it {' or '.join(f'{n}.npz' for n in known)}",
        )


def _at_most(most: int) -> Check:
    """Ask which part of a long walk is wanted."""
    return lambda job, target: at_most(most, target.suffix, job.view)


def _fits_film(job: Job, target: Path) -> None:
    if not job.has_diagram or target.suffix == RECORDING:
        at_most(MOST_FRAMES, target.suffix, job.view)


def _fits_page(job: Job, target: Path) -> None:
    if job.network:
        from cnnstep.render.formats.network_pages import check

        check(job.network)
    else:
        at_most(MOST_IN_A_PAGE, target.suffix, job.view)


CHECKS: dict[str, Check] = {
    "fits": _fits,
    "fits a picture": _fits_picture,
    "fits .npy": _fits_npy,
    "has an archive": _has_archive,
    "fits a film": _fits_film,
    "fits a page": _fits_page,
    "fits lines": _at_most(MOST_LINES),
}
"""What must hold before a format begins, by the name that its row calls it."""
