"""The kernels and the samples, to look at and choose from."""

from collections.abc import Iterable, Iterator, Sequence

from cnnstep.engine.convolution import Convolution
from cnnstep.engine.kernels import Kernel
from cnnstep.geometry import by
from cnnstep.inputs.reading import Input
from cnnstep.scenes.grids import matrix
from cnnstep.scenes.numbers import short, signed
from cnnstep.scenes.pictures import input_picture, map_picture
from cnnstep.scenes.scene import Beside, Block, Grid, Picture, Role, Scene, Span, Words, stack, words

A_ROW = 4
THUMBNAIL = 22
BEFORE_AND_AFTER = 36


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


def kernel(chosen: Kernel, picture: Input | None) -> Scene:
    """One kernel, what its numbers add up to, and what it does to a picture."""
    name = chosen.name or "kernel"
    title = words(Span(name, Role.TITLE), f"   {by(chosen.weights.shape)}   {chosen.meaning}", indent=1)
    effect = [] if picture is None else [Beside(tuple(_effect(chosen, picture)))]
    source = picture.name if picture else "sample:picture"
    hint = f"next: cnnstep conv {source} --kernel {name}" if picture else f"next: cnnstep kernels {name} {source}"
    return stack(
        [title],
        [Beside((kernel_grid(chosen),))],
        [words(_balance(chosen), indent=1)],
        effect,
        [words(Span(hint, Role.HINT), indent=1)],
    )


def samples(inputs: Iterable[tuple[Input, str]]) -> Scene:
    """Every sample as a thumbnail, with what it is good for."""
    listed = list(inputs)
    pictures = [
        input_picture(i.values, columns=THUMBNAIL, caption=f"{i.name.partition(':')[2]} {by(i.values.shape[1:])}")
        for i, _ in listed
    ]
    lines = [_meaning(sample.name, meaning, 15) for sample, meaning in listed]
    hint = "next: cnnstep show sample:digit, cnnstep conv sample:picture --kernel edge"
    return stack(
        [words(Span("samples", Role.TITLE), "   for INPUT", indent=1)],
        [Beside(tuple(pictures))],
        lines,
        [words(Span(hint, Role.HINT), indent=1)],
    )


def kernel_grid(shown: Kernel) -> Grid:
    """A kernel's integers, and what they are divided by."""
    divisor = f" / {short(shown.divisor)}" if shown.divisor != 1 else ""
    plane = shown.weights.reshape(-1, shown.weights.shape[-1])
    return matrix(f"{shown.name}{divisor}", plane, Role.KERNEL)


def _meaning(name: str, meaning: str, width: int = 12) -> Words:
    return Words(((Span(f"{name:<{width}}", Role.KERNEL), Span(f" {meaning}")),), indent=1, hang=width + 1)


def _balance(chosen: Kernel) -> str:
    """What the sum of the weights says about flat areas."""
    total = chosen.weights.sum().item()
    gain = total / chosen.divisor
    divided = f" / {short(chosen.divisor)} = {signed(short(gain))}" if chosen.divisor != 1 else ""
    says = {0: "where all cells are equal the result is 0", 1: "flat areas keep their brightness"}
    what = says.get(gain, f"flat areas become {signed(short(gain))} times as bright")
    return f"The numbers add up to {signed(short(total))}{divided}: {what}."


def _effect(chosen: Kernel, picture: Input) -> Iterator[Picture]:
    after = Convolution(chosen, padding="same", pad_mode="replicate").output(picture.values)[0]
    yield input_picture(picture.values, columns=BEFORE_AND_AFTER, caption=f"before {by(picture.values.shape[1:])}")
    yield map_picture(after, f"after {by(after.shape)}", columns=BEFORE_AND_AFTER)
