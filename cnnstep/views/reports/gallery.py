"""The kernels and the samples, to look at and choose from."""

from collections.abc import Iterator, Sequence

from cnnstep.engine.arrays import Array
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.kernels import Kernel
from cnnstep.geometry import by
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Beside, Block, Gap, Grid, Picture, Scene, Words, stack, words
from cnnstep.views.panels.grids import legend, matrix
from cnnstep.views.panels.overviews import overview
from cnnstep.views.panels.pictures import input_picture, levels, map_picture
from cnnstep.views.wording.numbers import exact, extremes, short, signed
from cnnstep.views.wording.sums import relation, total_of

A_ROW = 4
THUMBNAIL = 22
BEFORE_AND_AFTER = 36
BORDER = "(after padding same, with the border repeated)"


def kernels(listed: Sequence[Kernel]) -> Scene:
    """Every kernel's matrix and meaning, a few at a time."""
    parts: list[list[Block]] = [[words(Span("kernels", Role.TITLE), "   for --kernel NAME", indent=1)]]
    for begin in range(0, len(listed), A_ROW):
        group = listed[begin : begin + A_ROW]
        parts += [
            [Beside(tuple(kernel_grid(kernel) for kernel in group))],
            [_meaning(k.name, k.meaning) for k in group],
        ]
    hint = "next: cnnstep kernels edge sample:picture (to see it at work)"
    return stack(*parts, [words(Span(hint, Role.HINT), indent=1)])


def kernel(chosen: Kernel, picture: Array | None) -> Scene:
    """One kernel, what its numbers add up to, and what it does to a picture (channels, rows, columns)."""
    name = chosen.name or "kernel"
    title = words(Span(name, Role.TITLE), f"   {by(chosen.weights.shape)}   {chosen.meaning}", indent=1)
    effect: list[Block] = []
    if picture is not None:
        effect = [Beside(tuple(_effect(chosen, picture))), words(BORDER, indent=1)]
    sample = {1: "sample:beep", 3: "sample:film"}.get(chosen.weights.ndim, "sample:picture")
    effect_of = f"cnnstep kernels {name} {sample}, " * (sample == "sample:picture")
    hint = f"next: {effect_of}cnnstep conv {sample} --kernel {name}"
    matrix_and_balance: list[Block] = [Beside((kernel_grid(chosen),)), Gap(), words(_balance(chosen), indent=1)]
    return stack([title], matrix_and_balance, effect, [words(Span(hint, Role.HINT), indent=1)])


def samples(listed: Sequence[tuple[str, str, Array]]) -> Scene:
    """Every sample (its name, what it is good for, its values) as a thumbnail."""
    pictures = [
        overview(values, f"{name.partition(':')[2]} {by(values.shape[1:])}", THUMBNAIL)[0] for name, _, values in listed
    ]
    lines = [_meaning(name, meaning, 15) for name, meaning, _ in listed]
    hint = "next: cnnstep show sample:digit, cnnstep conv sample:picture --kernel edge"
    title = words(Span("samples", Role.TITLE), "   for INPUT", indent=1)
    return stack([title], [Beside(tuple(pictures))], lines, [words(Span(hint, Role.HINT), indent=1)])


def kernel_grid(shown: Kernel) -> Grid:
    """A kernel's integers, and what they are divided by."""
    divisor = f" / {short(shown.divisor)}" if shown.divisor != 1 else ""
    plane = shown.weights.reshape(-1, shown.weights.shape[-1])
    low, high = extremes(plane)
    return matrix(f"{shown.name}{divisor}", plane, Role.KERNEL)._replace(legend=legend(low, high) if low < 0 else None)


def _meaning(name: str, meaning: str, width: int = 12) -> Words:
    return Words(((Span(f"{name:<{width}}", Role.KERNEL), Span(f" {meaning}")),), indent=1, hang=width + 1)


def _balance(chosen: Kernel) -> str:
    """What the sum of the weights says about flat areas."""
    total = total_of(chosen.weights.ravel().tolist())
    gain = total / chosen.divisor
    sign = relation(exact(short(total)) / exact(short(chosen.divisor)), short(gain))
    divided = f" / {short(chosen.divisor)} {sign} {signed(short(gain))}" if chosen.divisor != 1 else ""
    says: dict[float, str] = {0: "where all cells are equal the result is 0", 1: "flat areas keep their brightness"}
    what = says.get(gain, f"flat areas become {signed(short(gain))} times as bright")
    return f"The numbers add up to {signed(short(total))}{divided}: {what}."


def _effect(chosen: Kernel, picture: Array) -> Iterator[Picture]:
    """Before and after, on the same scale where the kernel only blurs."""
    after = Convolution(chosen, padding="same", pad_mode="replicate").output(picture)[0]
    yield input_picture(picture, columns=BEFORE_AND_AFTER, caption=f"before {by(picture.shape[1:])}")
    scale = levels(picture, picture) if chosen.weights.min() >= 0 else None
    yield map_picture(after, f"after {by(after.shape)}", columns=BEFORE_AND_AFTER, scale=scale)
