"""The kernels and the samples, to look at and choose from."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.gathers import total_of
from cnnstep.engine.kernels import Kernel
from cnnstep.geometry import by
from cnnstep.views.page.grid import Grid
from cnnstep.views.page.roles import Palette, Role, Span
from cnnstep.views.page.scene import Beside, Block, Gap, Picture, Words, chunks, stack, words
from cnnstep.views.panels.grids import legend, matrix
from cnnstep.views.panels.pictures import input_picture, levels, map_picture, overview
from cnnstep.views.report import Report
from cnnstep.views.wording.numbers import Number, exact, extremes, short, signed
from cnnstep.views.wording.sums import relation

A_ROW = 4
THUMBNAIL = 22
BEFORE_AND_AFTER = 36
CROP = (28, 36)
BORDER = "(after padding same, with the border repeated)"


def kernels(listed: Sequence[Kernel]) -> Report:
    """Every kernel's matrix and meaning, a few at a time."""
    names = chunks([each.name for each in listed])
    parts: list[list[Block]] = [[words(Span("kernels", Role.TITLE), f"   for --kernel NAME:   {names}", indent=1)]]
    for begin in range(0, len(listed), A_ROW):
        group = listed[begin : begin + A_ROW]
        parts += [
            [Beside(tuple(kernel_grid(kernel) for kernel in group))],
            [_meaning(k.name, k.meaning) for k in group],
        ]
    return Report(stack(*parts), _document(listed), "cnnstep kernels edge sample:picture (to see it at work)")


def _document(listed: Sequence[Kernel]) -> dict[str, Any]:
    rows = [
        {"name": each.name, "weights": each.weights, "divisor": each.divisor, "finds": each.meaning} for each in listed
    ]
    return {"kernels": rows}


def kernel(chosen: Kernel, picture: Array | None) -> Report:
    """One kernel, what its numbers add up to, and what it does to a picture (channels, rows, columns)."""
    name = chosen.name or "kernel"
    title = words(Span(name, Role.TITLE), f"   {by(chosen.weights.shape)}   {chosen.meaning}", indent=1)
    matrix_and_balance: list[Block] = [Beside((kernel_grid(chosen),)), Gap(), words(_balance(chosen), indent=1)]
    effect = [] if picture is None else _effect(chosen, picture)
    hint = "cnnstep kernels (those that have a name)"
    if chosen.name:
        sample = {1: "sample:beep", 3: "sample:film"}.get(chosen.weights.ndim, "sample:picture")
        look = f"cnnstep kernels {chosen.name} {sample}, " * (sample == "sample:picture" and picture is None)
        hint = f"{look}cnnstep conv {sample} --kernel {chosen.name}"
    return Report(stack([title], matrix_and_balance, effect), _document([chosen]), hint)


def samples(listed: Sequence[tuple[str, str, str, Array]]) -> Report:
    """Every sample (what stands before its name, the name, what it is good for, its values) as a thumbnail."""
    pictures = [overview(values, f"{name} {by(values.shape[1:])}", THUMBNAIL)[0] for _, name, _, values in listed]
    lines = [_meaning(prefix + name, meaning, 15) for prefix, name, meaning, _ in listed]
    title = words(Span("samples", Role.TITLE), "   for INPUT", indent=1)
    document = [
        {"name": prefix + name, "channels": len(values), "size": list(values.shape[1:]), "meaning": meaning}
        for prefix, name, meaning, values in listed
    ]
    hint = "cnnstep show sample:digit, cnnstep conv sample:picture --kernel edge"
    return Report(stack([title], [Beside(tuple(pictures))], lines), {"samples": document}, hint)


def kernel_grid(shown: Kernel) -> Grid:
    """A kernel's integers, and what they are divided by."""
    divisor = f" / {short(shown.divisor)}" if shown.divisor != 1 else ""
    plane = shown.weights.reshape(-1, shown.weights.shape[-1])
    low, high = extremes(plane)
    return matrix(f"{shown.name}{divisor}", plane, Role.KERNEL)._replace(legend=legend(low, high) if low < 0 else None)


def _meaning(name: str, meaning: str, width: int = 12) -> Words:
    return Words(
        ((Span(f"{name:<{width}}", Role.KERNEL), Span(f" {meaning}")),), indent=1, hang=width + 1, is_labelled=True
    )


def _balance(chosen: Kernel) -> str:
    """What the sum of the weights says about flat areas."""
    total = total_of(chosen.weights)
    gain = total / chosen.divisor
    sign = relation(exact(short(total)) / exact(short(chosen.divisor)), short(gain))
    divided = f" / {short(chosen.divisor)} {sign} {signed(short(gain))}" if chosen.divisor != 1 else ""
    says: dict[float, str] = {0: "where all cells are equal the result is 0", 1: "flat areas keep their brightness"}
    what = says.get(gain, f"flat areas become {signed(short(gain))} times as bright")
    return f"The numbers add up to {signed(short(total))}{divided}: {what}."


def _effect(chosen: Kernel, picture: Array) -> list[Block]:
    """Before and after: a crop of what stays a picture, else the whole, whose shades mean signs."""
    after = Convolution(chosen, padding="same", pad_mode="replicate", groups=len(picture)).output(picture)
    if total_of(chosen.weights) != chosen.divisor:
        before = input_picture(picture, columns=BEFORE_AND_AFTER, caption=f"before {by(picture.shape[1:])}")
        values = after.sum(axis=0)
        whole = map_picture(values, f"after {by(values.shape)}", columns=BEFORE_AND_AFTER)
        return [Beside((before, whole)), words(BORDER, indent=1)]
    scale, (down, along) = levels(picture, picture), _most_detailed(picture[0])
    crops = [_crop(each[:, down, along], name, scale) for each, name in ((picture, "before"), (after, "after"))]
    told = [BORDER, _clipped(extremes(after), scale)]
    if (whole_size := by(picture.shape[1:])) != (size := by([down.stop - down.start, along.stop - along.start])):
        told.insert(0, f"a crop of {size} at row {down.start}, column {along.start} of {whole_size}")
    return [Beside(tuple(crops)), *(words(text, indent=1) for text in filter(None, told))]


def _clipped(reached: tuple[Number, Number], scale: tuple[Number, Number]) -> str:
    """What does not fit the scale of a picture."""
    if scale[0] <= reached[0] and reached[1] <= scale[1]:
        return ""
    (low, high), (darkest, brightest) = ([signed(short(value)) for value in pair] for pair in (reached, scale))
    return f"the whole map reaches {low} to {high}; it is clipped to {darkest}–{brightest}, as a picture is"


def _crop(values: Array, name: str, scale: tuple[Number, Number]) -> Picture:
    """A part of a picture, a cell a dot, clipped to the scale of the whole; in colour if it has three channels."""
    low, high = scale
    values = np.clip(values, low, high)
    if len(values) == 3:
        shades = (values - low) / ((high - low) or 1)
        return Picture(name, shades.transpose(1, 2, 0), values.shape[1:], Palette.COLOUR, values.shape[2])
    return map_picture(values[0], name, columns=values.shape[2], scale=scale)


def _most_detailed(plane: Array) -> tuple[slice, slice]:
    """The tile of a picture (rows, columns) in which neighbours differ most."""
    sides = [min(side, size) for side, size in zip(CROP, plane.shape, strict=True)]
    change = np.abs(np.diff(plane.astype(np.float64), axis=1, prepend=plane[:, :1]))
    tiles = [size // side for side, size in zip(sides, plane.shape, strict=True)]
    whole = change[: tiles[0] * sides[0], : tiles[1] * sides[1]]
    detail = whole.reshape(tiles[0], sides[0], tiles[1], sides[1]).sum(axis=(1, 3))
    at = np.unravel_index(detail.argmax(), detail.shape)
    down, along = (slice(int(i) * side, (int(i) + 1) * side) for i, side in zip(at, sides, strict=True))
    return down, along
