"""`cnnstep size`. Never loads NumPy: it answers as fast as it starts."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import click

from cnnstep import notation
from cnnstep.cli.base import TYPED, Parsed, sizes, whole
from cnnstep.cli.mending import line
from cnnstep.cli.options import cnnstep_command, saving_options
from cnnstep.errors import GeometryError, NotationError, Setting
from cnnstep.geometry import (
    Sizes,
    WindowAxis,
    by,
    check_groups,
    sliding_axes,
    spread,
    transposed_axes,
)
from cnnstep.geometry.sizes import with_kernel
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import channels_last, count

EXAMPLES = (
    ("cnnstep size 32 5", "32 becomes 28"),
    ("cnnstep size --in 3x32x32 --k 3 --padding same --filters 12", "with parameters"),
    ("cnnstep size --in 480x640 --k 3 --s 2", "a rectangle, and what is left over"),
    ("cnnstep size --in 32 --k 5 --s 1 --out 32", "which padding keeps the size?"),
    ("cnnstep size --in 7 --k 3 --s 2 --transposed", "the way back up"),
    ("cnnstep size --in 32x112x112 --k 3 --padding 1 --filters 64 --depthwise", "what a separable one saves"),
)
LOWEST = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
"""Settings that --out can solve for, in the order in which they are told."""
NO_POOLING = ("transposed", "depthwise", "pointwise")
WIDE = 3
"""The kernel that a 1×1 one is compared with, the commonest."""


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
    depthwise: bool = False
    pointwise: bool = False
    bias: bool = True
    batch: int = 1

    @property
    def channels(self) -> int | None:
        """The first of three numbers."""
        return self.size[0] if len(self.size) == 3 else None

    @property
    def spatial(self) -> tuple[int, ...]:
        """Rows and columns; one number stands for both."""
        return spread(self.size[-2:], 2, "in")

    def axes(self) -> tuple[WindowAxis, ...]:
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

    def sizes(self) -> Sizes[WindowAxis]:
        """Sizes and costs, all checked; a shape whose channels seem to stand last is told so."""
        try:
            sizes = Sizes.checked(self.axes(), self.channels, self.filters, self.groups)
            return sizes._replace(has_bias=self.bias, batch=self.batch)
        except GeometryError as error:
            notes = (f"; {note}" for note in channels_last(self.size))
            raise GeometryError(error.message, (*error.advice, *notes)) from None

    @property
    def full(self) -> Sizes[WindowAxis] | None:
        """What a depthwise or pointwise layer is compared with: as many filters over all channels, 3×3 at least."""
        if self.depthwise:
            return self.sizes().full
        return with_kernel(self.sizes(), WIDE) if self.pointwise else None

    def document(self, sizes: Sizes[WindowAxis]) -> dict[str, Any]:
        """The sizes and costs for machines."""
        full = self.full
        separable = sizes.separable if self.depthwise and not self.transposed else ()
        return {
            "operation": "transposed" if self.transposed else "convolution",
            **sizes.as_dict(),
            **sizes.costs(),
            "full": _together([full]) if full else None,
            "separable": _together(separable) if separable else None,
            "ceil": self.ceil,
            "output_padding": [getattr(axis, "output_padding", 0) for axis in sizes.axes],
        }

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
    if settings.ceil and (other := next((name for name in NO_POOLING if getattr(settings, name)), None)):
        raise NotationError(f"--ceil is for sliding windows, not for --{other}", "leave one of them out")
    if any(settings.output_padding or ()) and not settings.transposed:
        raise NotationError("--output-padding goes with --transposed", "add --transposed, or leave it out")
    if settings.depthwise:
        settings = _depthwise(settings)
    elif settings.pointwise:
        settings = _pointwise(settings)
    check_groups(settings.groups, settings.channels, settings.filters)
    if settings.out is None and settings.kernel is None:
        raise NotationError("the kernel's size is missing", "add --kernel 3, or --out 28 to solve for it")
    return settings


def _depthwise(settings: Settings) -> Settings:
    """A group for each channel, and as many filters unless told otherwise."""
    channels, filters = settings.channels, settings.filters
    if settings.pointwise:
        raise NotationError(
            "--depthwise and --pointwise are two layers",
            ("leave out ", Setting("pointwise"), ": --depthwise tells what both cost together"),
        )
    if channels is None:
        raise NotationError("--depthwise needs the channels", ("write ", Setting("in", (32, *settings.spatial))))
    if settings.groups not in {1, channels}:
        raise NotationError(
            f"--depthwise over {count(channels, 'channel')} has {count(channels, 'group')}, not {settings.groups}",
            ("leave out ", Setting("groups")),
        )
    if filters is not None and filters % channels:
        most = filters - filters % channels + channels
        lower = (Setting("filters", most - channels), " or ") if most > channels else ()
        raise NotationError(
            f"--depthwise needs as many filters as channels, {channels}, or a multiple, not {filters}",
            ("use ", *lower, Setting("filters", most)),
        )
    return settings._replace(groups=channels, filters=filters or channels)


def _pointwise(settings: Settings) -> Settings:
    """A 1×1 kernel, whose channels and filters are known."""
    if set(settings.kernel or (1,)) != {1}:
        raise NotationError(
            f"--pointwise is a 1×1 kernel, not {by(spread(settings.kernel or (), 2, 'kernel'))}",
            ("leave out ", Setting("kernel"), " or ", Setting("pointwise")),
        )
    if settings.channels is None or settings.filters is None:
        known = settings.channels or 32
        raise NotationError(
            "--pointwise mixes channels: it needs the channels and the filters",
            ("write ", Setting("in", (known, *settings.spatial)), " ", Setting("filters", settings.filters or 64)),
        )
    return settings._replace(kernel=(1,))


def _together(parts: Sequence[Sizes[Any]]) -> dict[str, int]:
    """What some layers cost together."""
    return {name: sum(getattr(part, name) for part in parts) for name in ("parameters", "multiply_adds", "flops")}


@cnnstep_command("size", EXAMPLES, saving_options)
@click.argument("first", metavar="[IN]", required=False, type=sizes("in"))
@click.argument("second", metavar="[KERNEL]", required=False, type=sizes("kernel"))
@click.option("--in", "size", type=sizes("in"), help="32, 32x48, or 3x32x32 (channels first).")
@click.option("--kernel", "--k", "-k", "kernel", type=sizes("kernel"), help="The window: N or NxM.")
@click.option("--padding", "--p", "-p", "padding", type=Parsed("P", notation.padding),
              help="N, NxM, before:after (0:1x1:2), same, valid or full.  [default: 0]")  # fmt: skip
@click.option("--stride", "--s", "-s", "stride", type=sizes("stride"), help="N or NxM.  [default: 1]")
@click.option("--dilation", "--d", "-d", "dilation", type=sizes("dilation"), help="N or NxM.  [default: 1]")
@click.option("--filters", type=whole("filters"), help="How many filters, for parameters and multiply-adds.")
@click.option("--groups", type=whole("groups"), default=1, help="Channels and filters in groups.  [default: 1]")
@click.option("--depthwise", is_flag=True, help="Filters of one channel each: what they save.")
@click.option("--pointwise", is_flag=True, help="A 1x1 kernel, so that --k may be left out: what it saves.")
@click.option("--no-bias", "bias", is_flag=True, flag_value=False, default=True, help="Filters without a bias.")
@click.option("--batch", type=whole("batch"), default=1, help="So many images at once.  [default: 1]")
@click.option("--transposed", is_flag=True, help="A transposed convolution.")
@click.option("--output-padding", type=sizes("output-padding", 0),
              help="Cells added at the end of a transposed convolution.  [default: 0]")  # fmt: skip
@click.option("--ceil", is_flag=True, help="Round up, as pooling can (PyTorch's ceil_mode).")
@click.option("--out", type=sizes("out"), help="Solve for what was left out of --k --s --p --d.")
def command(first: tuple[int, ...] | None, second: tuple[int, ...] | None, **typed: Any) -> Report:
    """Work out the size of an output, step by step, and what the layer costs. IN and KERNEL are --in and --kernel."""
    from cnnstep.views.reports import size

    for name, option, number in (("size", "--in", first), ("kernel", "--kernel", second)):
        if number and typed[name]:
            raise NotationError(f"{option} is told twice", f"leave {option} out")
        typed[name] = number or typed[name]
    if typed["size"] is None:
        words = click.get_current_context().meta[TYPED]
        raise NotationError("the size of the input, --in, is missing", f"type {line('size', '--in', '32', *words)}")
    settings = checked(Settings(**typed))
    if settings.out is not None:
        from cnnstep.cli.solving import solved_for

        return solved_for(settings, settings.out)
    sizes = settings.sizes()
    rule = settings.padding if isinstance(settings.padding, str) else None
    scene = size.scene(sizes, rule, [*channels_last(settings.size)], settings.full)
    return Report(scene, settings.document(sizes), size.further(sizes), is_plain=True)
