"""`cnnstep size`. Never loads NumPy: it answers as fast as it starts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnnstep import notation
from cnnstep.cli.base import Parsed, option, sizes, whole
from cnnstep.cli.options import cnnstep_command, saving_options
from cnnstep.errors import GeometryError, NotationError, Setting
from cnnstep.geometry import (
    AnyAxis,
    Sizes,
    by,
    check_groups,
    padding_text,
    sliding_axes,
    spread,
    spread_padding,
    transposed_axes,
)
from cnnstep.views.page.scene import Scene
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import channels_last

if TYPE_CHECKING:
    from cnnstep.geometry.solving import Solution

EXAMPLES = (
    ("cnnstep size --in 32 --k 5 --p 0 --s 1", "32 becomes 28"),
    ("cnnstep size --in 3x32x32 --k 3 --padding same --filters 12", "with parameters"),
    ("cnnstep size --in 480x640 --k 3 --s 2", "a rectangle, and what is left over"),
    ("cnnstep size --in 32 --k 5 --s 1 --out 32", "which padding keeps the size?"),
    ("cnnstep size --in 7 --k 3 --s 2 --transposed", "the way back up"),
)
LOWEST = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
"""Settings that --out can solve for, in the order in which they are told."""
PER_AXIS = ("kernel", "stride", "dilation")


class Settings(NamedTuple):
    """What was typed; None where an option was left out."""

    size: tuple[int, ...]
    kernel: tuple[int, ...] | None
    padding: Any
    stride: tuple[int, ...] | None
    dilation: tuple[int, ...] | None
    filters: int | None
    groups: int
    transposed: bool
    output_padding: tuple[int, ...] | None
    ceil: bool
    out: tuple[int, ...] | None

    @property
    def channels(self) -> int | None:
        """The first of three numbers."""
        return self.size[0] if len(self.size) == 3 else None

    @property
    def spatial(self) -> tuple[int, ...]:
        """Rows and columns; one number stands for both."""
        return spread(self.size[-2:], 2, "in")

    def axes(self) -> tuple[AnyAxis, ...]:
        """The axes, with what was left out at its default."""
        settings = (self.spatial, self.kernel or 1, self.stride or 1, 0 if self.padding is None else self.padding)
        if self.transposed:
            return transposed_axes(*settings, self.dilation or 1, self.output_padding or 0)
        return sliding_axes(*settings, self.dilation or 1, ceil=self.ceil)

    def unknown(self) -> list[str]:
        """What --out solves for: the kernel if it is missing, else each setting that was left out."""
        missing = [name for name in LOWEST if getattr(self, name) is None]
        if not self.transposed or self.padding == "same":
            missing = [name for name in missing if name != "output_padding"]
        return missing[:1] if missing[:1] == ["kernel"] else missing

    def sizes(self) -> Sizes[AnyAxis]:
        """Sizes and costs, all checked; a shape whose channels seem to stand last is told so."""
        try:
            return Sizes.checked(self.axes(), self.channels, self.filters, self.groups)
        except GeometryError as error:
            notes = (f"; {note}" for note in channels_last(self.size))
            raise GeometryError(error.message, (*error.advice, *notes)) from None

    def outputs(self) -> list[int]:
        """The sizes that come of these settings; none where they do not fit."""
        try:
            return [axis.output for axis in self.axes()]
        except GeometryError:
            return []


def checked(settings: Settings) -> Settings:
    """Refuse options that contradict each other."""
    if len(settings.size) > 3:
        raise NotationError(f"in {by(settings.size)} has more than 3 numbers", "write --in 32, 32x48, or 3x32x32")
    if settings.transposed and settings.ceil:
        raise NotationError("--ceil is for sliding windows, not for --transposed", "leave one of them out")
    if any(settings.output_padding or ()) and not settings.transposed:
        raise NotationError("--output-padding goes with --transposed", "add --transposed, or leave it out")
    check_groups(settings.groups, settings.channels, settings.filters)
    if settings.out is None and settings.kernel is None:
        raise NotationError("the kernel's size is missing", "add --kernel 3, or --out 28 to solve for it")
    return settings


@cnnstep_command("size", EXAMPLES, saving_options)
@click.option("--in", "size", type=sizes("in"), required=True, help="32, 32x48, or 3x32x32 (channels first).")
@click.option("--kernel", "--k", "kernel", type=sizes("kernel"), help="The window: N or NxM.")
@click.option("--padding", "--p", "padding", type=Parsed("P", notation.padding),
              help="N, NxM, before:after (0:1x1:2), same, valid or full.  [default: 0]")  # fmt: skip
@click.option("--stride", "--s", "stride", type=sizes("stride"), help="N or NxM.  [default: 1]")
@click.option("--dilation", "--d", "dilation", type=sizes("dilation"), help="N or NxM.  [default: 1]")
@click.option("--filters", type=whole("filters"), help="How many filters, for parameters and multiply-adds.")
@click.option("--groups", type=whole("groups"), default=1, help="Channels and filters in groups.  [default: 1]")
@click.option("--transposed", is_flag=True, help="A transposed convolution.")
@click.option("--output-padding", type=sizes("output-padding", 0),
              help="Cells added at the end of a transposed convolution.  [default: 0]")  # fmt: skip
@click.option("--ceil", is_flag=True, help="Round up, as pooling can (PyTorch's ceil_mode).")
@click.option("--out", type=sizes("out"), help="Solve for what was left out of --k --s --p --d.")
def command(**typed: Any) -> Report:
    """Work out the size of an output, step by step, and what the layer costs."""
    from cnnstep.views.reports import size

    settings = checked(Settings(**typed))
    if settings.out is not None:
        return _solve(settings, settings.out)
    sizes = settings.sizes()
    rule = settings.padding if isinstance(settings.padding, str) else None
    scene, hint = size.scene(sizes, rule, [*channels_last(settings.size)]), size.further(sizes)
    return Report(scene, _document(settings, sizes), hint, is_plain=True)


def _document(settings: Settings, sizes: Sizes[AnyAxis]) -> dict[str, Any]:
    return {
        "operation": "transposed" if settings.transposed else "convolution",
        **sizes.as_dict(),
        "ceil": settings.ceil,
        "output_padding": [getattr(axis, "output_padding", 0) for axis in sizes.axes],
    }


def _solve(settings: Settings, out: Sequence[int]) -> Report:
    """Answer `--out`: first what people use, then for each setting that was left out all values that reach the size."""
    from cnnstep.views.reports import size

    target = spread(out, 2, "out")
    unknown = settings.unknown()
    if not unknown:
        raise NotationError("nothing is left to solve for", "leave out one of --kernel --stride --padding --dilation")
    found = {name: [_solution(settings, name, axis, wanted) for axis, wanted in enumerate(target)] for name in unknown}
    answer = _usual(settings, target) or _alone(found)
    solved = settings._replace(**answer)
    document = {
        "operation": "solve",
        "input": list(settings.spatial),
        "output": list(target),
        "solutions": {name: [solution.as_dict() for solution in each] for name, each in found.items()},
        "answer": _document(solved, solved.sizes()) if answer else None,
    }
    chosen = _chosen(answer, solved.axes()) if answer else []
    told = size.solved({_dashed(name): each for name, each in found.items()}, target, chosen)
    if not answer:
        return Report(told, document, is_plain=True)
    worked = size.scene(solved.sizes(), None, [*channels_last(settings.size)])
    hint = f"{' '.join(map(option, chosen))} instead of --out {'x'.join(map(str, out))}"
    return Report(Scene((*told.blocks, *worked.blocks)), document, hint, is_plain=True)


def _usual(settings: Settings, target: Sequence[int]) -> dict[str, Any]:
    """The first of the usual settings that gives the size, or nothing."""
    from cnnstep.geometry.solving import usual

    if settings.kernel is None:
        return {}
    large, small = max(settings.spatial[0], target[0]), min(settings.spatial[0], target[0])
    tried = usual(settings.kernel, settings.unknown(), max(settings.dilation or (1,)), large // small)
    return next((each for each in tried if settings._replace(**each).outputs() == [*target]), {})


def _alone(found: Mapping[str, Sequence["Solution"]]) -> dict[str, Any]:
    """The first setting that gives the size on its own, with the same value on each axis, or nothing."""
    same = {name: each[0].first for name, each in found.items() if len(set(each)) == 1}
    return next(({name: _typed(name, value)} for name, value in same.items() if value is not None), {})


def _chosen(answer: Mapping[str, Any], axes: Sequence[AnyAxis]) -> list[Setting]:
    """What to type for an answer: the settings that are not what they are by themselves; the first where all are."""
    typed = {name: padding_text(axes) if name == "padding" else answer[name][0] for name in LOWEST if name in answer}
    unusual = [name for name in typed if answer[name] != _typed(name, LOWEST[name])]
    return [Setting(_dashed(name), typed[name]) for name in unusual or [*typed][:1]]


def _solution(settings: Settings, name: str, axis: int, wanted: int) -> "Solution":
    """Solve one axis on its own; the size only grows or only shrinks with each setting."""
    from cnnstep.geometry.solving import solve

    each: dict[str, Any] = {
        key: (spread(value, 2, key)[axis],) for key in PER_AXIS if (value := getattr(settings, key))
    }
    if isinstance(settings.padding, tuple):
        each["padding"] = (spread_padding(settings.padding, 2)[axis],)
    alone = settings._replace(size=(settings.spatial[axis],), **each)

    def size_for(value: int) -> int:
        tried: dict[str, Any] = {name: _typed(name, value)}
        return next(iter(alone._replace(**tried).outputs()), 0)

    stride, dilation = ((getattr(alone, key) or (1,))[0] for key in ("stride", "dilation"))
    if name == "output_padding":  # it stays below the stride or the dilation
        return solve(size_for, wanted, 0, max(stride, dilation) - 1, is_bounded=True)
    padded = sum(sum(sides) for sides in alone.padding or ()) if not isinstance(alone.padding, str) else 0
    far = 2 * (alone.spatial[0] + padded + wanted + 1) * (alone.kernel or (1,))[0] * stride * dilation
    lowest = LOWEST[name]
    while name in {"stride", "dilation"} and lowest <= max(settings.output_padding or (0,)) and not size_for(lowest):
        lowest += 1  # an output padding needs a larger stride or dilation than itself
    return solve(size_for, wanted, lowest, far)


def _typed(name: str, value: int) -> tuple[Any, ...]:
    """A value as its option would give it."""
    return ((value, value),) if name == "padding" else (value,)


def _dashed(name: str) -> str:
    return name.replace("_", "-")
