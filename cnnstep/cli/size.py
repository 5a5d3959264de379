"""`cnnstep size`. Never loads NumPy: it answers as fast as it starts."""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnnstep import notation
from cnnstep.cli.base import Command, Ink, Parsed, bundle, echo_json, ink_options, numbers, one
from cnnstep.errors import GeometryError, NotationError
from cnnstep.geometry import (
    AnyAxis,
    Axis,
    Sizes,
    by,
    check_groups,
    extent,
    sliding_axes,
    spread,
    spread_padding,
    transposed_axes,
)

if TYPE_CHECKING:
    from cnnstep.geometry.solving import Solution
    from cnnstep.render.terminal import Terminal

EXAMPLES = (
    ("cnnstep size --in 32 --k 5 --p 0 --s 1", "32 becomes 28"),
    ("cnnstep size --in 3x32x32 --k 3 --padding same --filters 12", "with parameters"),
    ("cnnstep size --in 480x640 --k 3 --s 2", "a rectangle, and what is left over"),
    ("cnnstep size --in 32 --k 5 --s 1 --out 32", "which padding keeps the size?"),
    ("cnnstep size --in 7 --k 3 --s 2 --transposed", "the way back up"),
)
LOWEST = {"kernel": 1, "padding": 0, "stride": 1, "dilation": 1}
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
    output_padding: tuple[int, ...]
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
            return transposed_axes(*settings, self.dilation or 1, self.output_padding)
        return sliding_axes(*settings, self.dilation or 1, ceil=self.ceil)

    def unknown(self) -> list[str]:
        """What --out solves for: the kernel if it is missing, else each setting that was left out."""
        missing = [name for name in LOWEST if getattr(self, name) is None]
        return missing[:1] if missing[:1] == ["kernel"] else missing


def checked(**typed: Any) -> Settings:
    """Refuse options that contradict each other."""
    settings = Settings(**typed)
    if len(settings.size) > 3:
        raise NotationError(f"in {by(settings.size)} has more than 3 numbers", "write --in 32, 32x48, or 3x32x32")
    if settings.transposed and settings.ceil:
        raise NotationError("--ceil is for sliding windows, not for --transposed", "leave one of them out")
    if any(settings.output_padding) and not settings.transposed:
        raise NotationError("--output-padding goes with --transposed", "add --transposed, or leave it out")
    check_groups(settings.groups, settings.channels, settings.filters)
    if settings.out is None and settings.kernel is None:
        raise NotationError("the kernel's size is missing", "add --kernel 3, or --out 28 to solve for it")
    return settings


settings_options = bundle(
    "settings",
    checked,
    click.option("--in", "size", type=numbers("in"), required=True, help="32, 32x48, or 3x32x32 (channels first)."),
    click.option("--kernel", "--k", "kernel", type=numbers("kernel"), help="The window: N or NxM."),
    click.option("--padding", "--p", "padding", type=Parsed("P", notation.padding),
                 help="N, NxM, before:after (0:1x1:2), same, valid or full.  [default: 0]"),
    click.option("--stride", "--s", "stride", type=numbers("stride"), help="N or NxM.  [default: 1]"),
    click.option("--dilation", "--d", "dilation", type=numbers("dilation"), help="N or NxM.  [default: 1]"),
    click.option("--filters", type=one("filters"), help="How many filters, for parameters and multiply-adds."),
    click.option("--groups", type=one("groups"), default=1, help="Channels and filters in groups.  [default: 1]"),
    click.option("--transposed", is_flag=True, help="A transposed convolution."),
    click.option("--output-padding", type=numbers("output-padding", 0), default=(0,),
                 help="Cells added at the end of a transposed convolution."),
    click.option("--ceil", is_flag=True, help="Round up, as pooling can (PyTorch's ceil_mode)."),
    click.option("--out", type=numbers("out"), help="Solve for what was left out of --k --p --s --d."),
)  # fmt: skip


@click.command("size", cls=Command, examples=EXAMPLES)
@settings_options
@ink_options
def command(settings: Settings, ink: Ink) -> None:
    """Work out the size of an output, step by step, and what the layer costs."""
    from cnnstep.views.reports import size

    terminal = ink._replace(colour="never").terminal()  # its screen has no colours, so that Rich is never loaded
    if settings.out is not None:
        _solve(settings, settings.out, ink, terminal)
        return
    sizes = Sizes.checked(settings.axes(), settings.channels, settings.filters, settings.groups)
    if ink.json:
        echo_json(_document(settings, sizes))
    else:
        rule = settings.padding if isinstance(settings.padding, str) else None
        terminal.show(size.scene(sizes, rule))


def _document(settings: Settings, sizes: Sizes[AnyAxis]) -> dict[str, Any]:
    return {
        "operation": "transposed" if settings.transposed else "convolution",
        **sizes.as_dict(),
        "ceil": settings.ceil,
        "output_padding": [getattr(axis, "output_padding", 0) for axis in sizes.axes],
    }


def _solve(settings: Settings, out: Sequence[int], ink: Ink, terminal: "Terminal") -> None:
    """Answer `--out`: for each setting that was left out, all values that reach the size."""
    from cnnstep.views.reports import size

    target = spread(out, 2, "out")
    unknown = settings.unknown()
    if not unknown:
        raise NotationError("nothing is left to solve for", "leave out one of --kernel --padding --stride --dilation")
    found = {name: [_solution(settings, name, axis, wanted) for axis, wanted in enumerate(target)] for name in unknown}
    if ink.json:
        document = {
            "operation": "solve",
            "input": list(settings.spatial),
            "output": list(target),
            "solutions": {name: [solution.as_dict() for solution in each] for name, each in found.items()},
        }
        echo_json(document)
        return
    solvable = {name: each for name, each in found.items() if any(s.first is not None for s in each)}
    for name, solutions in (solvable or found).items():
        uneven = [_uneven(settings, axis, wanted) if name == "padding" else "" for axis, wanted in enumerate(target)]
        terminal.show(size.solved(name, solutions, target, uneven))
    best = next((name for name, each in solvable.items() if len(set(each)) == 1), None)
    if best is not None:
        value = solvable[best][0].first or 0
        changed: dict[str, Any] = {best: _typed(best, value)}
        solved = settings._replace(**changed)
        sizes = Sizes.checked(solved.axes(), solved.channels, solved.filters, solved.groups)
        terminal.show(size.scene(sizes, None, f"next: --{best} {value} instead of --out {by(out).replace('×', 'x')}"))


def _uneven(settings: Settings, axis: int, wanted: int) -> str:
    """Different cells before and after that reach the size, where the total is odd."""
    if settings.transposed or settings.kernel is None:
        return ""
    n, k = settings.spatial[axis], spread(settings.kernel, 2, "kernel")[axis]
    s, d = (spread(each or 1, 2, "stride")[axis] for each in (settings.stride, settings.dilation))
    total = (wanted - 1) * s + extent(k, d) - n
    sides = (total // 2, total - total // 2)
    reached = total > 0 and Axis(n, k, s, *sides, d, settings.ceil).output == wanted
    return f"{sides[0]}:{sides[1]}" if reached and total % 2 else ""


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
        try:
            tried: dict[str, Any] = {name: _typed(name, value)}
            return alone._replace(**tried).axes()[0].output
        except GeometryError:
            return 0

    padded = sum(sum(sides) for sides in alone.padding or ()) if not isinstance(alone.padding, str) else 0
    far = 2 * (alone.spatial[0] + padded + wanted + 1) * prod((getattr(alone, key) or (1,))[0] for key in PER_AXIS)
    lowest = LOWEST[name]
    while name in {"stride", "dilation"} and lowest <= max(settings.output_padding) and not size_for(lowest):
        lowest += 1  # an output padding needs a larger stride or dilation than itself
    return solve(size_for, wanted, lowest, far)


def _typed(name: str, value: int) -> tuple[Any, ...]:
    """A value as its option would give it."""
    return ((value, value),) if name == "padding" else (value,)
