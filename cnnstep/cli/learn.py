"""`cnnstep learn`."""

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnnstep import notation
from cnnstep.cli.base import Parsed, bundle, number, whole
from cnnstep.cli.options import SAMPLES, Shown, Source, cnnstep_command, source_options, step_options, viewed
from cnnstep.cli.windows import DILATION, GROUPS, PAD_MODE, PAD_VALUE, PADDING, SEED, STRIDE, kernel_words
from cnnstep.cli.words import is_bare
from cnnstep.errors import NotationError, Setting
from cnnstep.inputs import Reading

if TYPE_CHECKING:
    from cnnstep.inputs.reading import Input

EXAMPLES = (
    ("cnnstep learn", "what there is to learn"),
    ("cnnstep learn --updates 10", "the first lesson: an edge, and 1 -1 found from zero"),
    ("cnnstep learn --at 0", "its first update"),
    ("cnnstep learn --rate 0.04 --from random", "a rate that is too large"),
    ("cnnstep learn sample:digit --like sobel-x --updates 500", "a known kernel from what it does"),
    ('cnnstep learn "1 4 9 16 25" --target "3 5 7 9" --from "0 0"', "from a target of your own"),
    ("cnnstep learn --save learn.gif", "a film of it"),
)
LESSON, LIKE, RATE = "; ".join(["1 1 0 0 0 0 1 1"] * 6), "1 -1", 0.03
"""The edge and the kernel of Dive into Deep Learning, 7.2.4."""
STARTS = ("zeros", "random")


class Sliding(NamedTuple):
    """How the kernel slides."""

    stride: tuple[int, ...]
    padding: Any
    dilation: tuple[int, ...]
    groups: int
    pad_mode: str | None
    pad_value: float | None

    @property
    def settings(self) -> dict[str, Any]:
        """The same for an operation; a padding value alone means `constant`."""
        mode = self.pad_mode or ("zeros" if self.pad_value is None else "constant")
        return {**self._asdict(), "pad_mode": mode, "pad_value": self.pad_value or 0}


update_options = step_options(Parsed("N", notation.place), "One update, counted from 0.")
sliding_options = bundle("sliding", Sliding, STRIDE, PADDING, DILATION, GROUPS, PAD_MODE, PAD_VALUE)


@cnnstep_command("learn", EXAMPLES, update_options, source_options)
@click.option(
    "--like",
    type=Parsed("KERNEL", str, kernel_words),
    help="The kernel to be found, as --kernel of conv: its output is the target.",
)
@click.option("--target", type=Parsed("MAP", str, SAMPLES), help="The target itself: a file, or a matrix.")
@click.option(
    "--from",
    "start",
    type=Parsed("START", str, lambda: list(STARTS)),
    default="zeros",
    show_default=True,
    help='zeros, random, or a kernel: "0 0". It fixes the size.',
)
@click.option(
    "--rate",
    type=number("rate", "R"),
    help="The learning rate.  [default: half of the largest stable one; 0.03 in the lesson]",
)
@click.option("--updates", type=whole("updates"), default=10, show_default=True, help="How often the weights move.")
@click.option(
    "--loss",
    type=click.Choice(["sse", "mse"]),
    default="sse",
    show_default=True,
    help="The sum of the squared errors, or their mean.",
)
@SEED
@sliding_options  # fmt: skip
def command(
    source: Source, like: str | None, target: str | None, start: str, rate: float | None, updates: int, loss: str,
    seed: int, sliding: Sliding,
) -> Shown:  # fmt: skip
    """Learn a kernel by gradient descent: from what it makes of INPUT, one update of the weights at a time.

    Levels of pictures are 0 to 1. Without INPUT it is a 6x8 edge, and the kernel to be found "1 -1". There is no bias.
    Without anything it lists what can be learned.
    """
    from cnnstep.learning.fitting import Fitting

    if is_bare(click.get_current_context()):
        from cnnstep.views.reports.lists import learnable

        return learnable()
    is_lesson = source.name is None and like is None and target is None
    if source.name and like is None and target is None:
        raise NotationError(
            "a kernel learns from a target", ("add ", Setting("like", "sobel-x"), ", or ", Setting("target", "map.npy"))
        )
    if like is not None and target is not None:
        raise NotationError("--like makes the target, --target gives it", "leave one of them out")
    read = source.read(LESSON)
    shown = read.levelled()
    fitting = Fitting(
        _kernel(LIKE if is_lesson else like, seed, shown, sliding.groups),
        # of another seed than a random kernel that is to be found: it would start from that
        start if start in STARTS else _start(start, seed + 1, shown, sliding.groups),
        RATE if is_lesson and rate is None and loss == "sse" else rate, updates, loss,
        target=_target(target, shown), axes=shown.axes, seed=seed + 1, **sliding.settings,
    )  # fmt: skip
    notes = ["levels 0–1"] * (read is not shown)
    return viewed(fitting.walk(shown.values), "learn", shown.channels, notes)


def _kernel(name: str | None, seed: int, shown: "Input", groups: int) -> Any:
    """A kernel for the input's axes and channels."""
    from cnnstep.inputs.kernels import read_kernel

    depth = max(1, len(shown.values) // groups)
    return None if name is None else read_kernel(name, seed, shown.axes, depth)


def _start(text: str, seed: int, shown: "Input", groups: int) -> Any:
    """The weights to start from, as they count: divided."""
    kernel = _kernel(text, seed, shown, groups)
    return kernel.weights / kernel.divisor


def _target(source: str | None, shown: "Input") -> Any:
    """The target: maps with as many axes as the input; levels of a picture as those of the input."""
    from cnnstep.inputs.reading import read

    return None if source is None else read(source, Reading(axes=shown.axes)).levelled().values
