"""Flatten and dropout: where a cell goes, and whether it stays."""

from cnnstep.engine.dropout import DropoutWalk, Dropped
from cnnstep.engine.elementwise import Mapped, MappedWalk
from cnnstep.views.operations import elementwise as mapped
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Block, Scene, Words, stack, words
from cnnstep.views.view import Show
from cnnstep.views.wording.arithmetic import shape
from cnnstep.views.wording.numbers import exact, short, signed
from cnnstep.views.wording.sums import bracketed, place
from cnnstep.views.wording.titles import Names, head


def show_flatten(walk: MappedWalk, names: Names) -> Show:
    """Show where every cell goes."""
    x = walk.bound.x

    def title(step: Mapped | None = None) -> list[Block]:
        return head(
            names, [f"{shape(x.shape)} → {x.size}"], [f"{x.size} = {'·'.join(map(str, x.shape))}"], step, len(walk)
        )

    order = "channels first, then rows, then columns: the last axis runs fastest (row-major order)"
    return Show(
        walk,
        names.kind,
        {"input": list(x.shape), "output": [x.size]},
        title=title,
        scene=lambda step: stack(
            title(step), *mapped.surroundings(walk, step, "output"), [_there(walk, step), _back(walk, step)]
        ),
        line=lambda step: Scene((_there(walk, step, indent=0),)),
        result=lambda: mapped.result(walk, names, "output", [order]),
    )


def _there(walk: MappedWalk, step: Mapped, *, indent: int = 2) -> Words:
    """`y[7] = x[0,1,2] = 40, for (0·6 + 1)·5 + 2 = 7`."""
    shape, source = walk.bound.x.shape, step.source
    sum_text = str(source[0])
    for number, (index, size) in enumerate(zip(source[1:], shape[1:], strict=True)):
        sum_text = f"({sum_text})·{size} + {index}" if number else f"{sum_text}·{size} + {index}"
    why = f", for {sum_text} = {step.index[0]}" if len(shape) > 1 else ""
    value = short(step.value)
    sign = "=" if exact(value) == exact(repr(step.value)) else "≈"
    text = f"y[{step.index[0]}] = x[{','.join(map(str, source))}] {sign} "
    return Words(((Span(text), Span(signed(value), Role.TOTAL), Span(why)),), indent=indent)


def _back(walk: MappedWalk, step: Mapped) -> Block:
    """The way back: quotients and remainders."""
    shape, number = walk.bound.x.shape, step.index[0]
    parts, rest = [], number
    for size, index in zip(reversed(shape[1:]), reversed(step.source[1:]), strict=True):
        parts.append(f"{rest} = {rest // size}·{size} + {index}")
        rest //= size
    text = (
        f"and back: {'; '.join(parts)}, so x[{','.join(map(str, step.source))}]" if parts else "one axis stays as it is"
    )
    return words(Span(text, Role.LABEL))


def show_dropout(walk: DropoutWalk, names: Names, rate: float, *, inference: bool) -> Show:
    """Show which cells are dropped, and why the rest is scaled."""
    x = walk.bound.x
    size = shape(x.shape)
    why = "inference: nothing happens" if inference else f"kept if its draw from 0 to 1 is {_told(rate)} or more"

    def title(step: Dropped | None = None) -> list[Block]:
        return head(names, [f"{size} → {size}", f"rate {_told(rate)}"], [why], step, len(walk))

    return Show(
        walk,
        names.kind,
        {"rate": rate, "inference": inference, "input": list(x.shape), "output": list(walk.shape)},
        title=title,
        scene=lambda step: stack(
            title(step), *mapped.surroundings(walk, step, "output"), [_fate(step, rate, inference=inference)]
        ),
        line=lambda step: Scene((_fate(step, rate, inference=inference, indent=0),)),
        result=lambda: mapped.result(walk, names, "output", _why(walk, rate, inference=inference)),
    )


def _fate(step: Dropped, rate: float, *, inference: bool, indent: int = 2) -> Words:
    x, value, draw = bracketed(short(step.x)), short(step.value), _draw(step.draw, rate)
    there = f"{place(step)}{NBSP}= "
    if inference:
        told = [Span(f"{there}x = ")]
    elif step.is_kept:
        equals = "=" if exact(short(step.x)) / (1 - exact(_told(rate))) == exact(value) else "≈"
        told = [Span(f"draw {draw} ≥ {_told(rate)}: "), Span("kept and scaled", Role.CURRENT)]
        told += [Span(f", {there}"), Span(f"{x} / (1 − {_told(rate)})", Role.PRODUCT), Span(f" {equals} ")]
    else:
        told = [Span(f"draw {draw} < {_told(rate)}: "), Span("dropped", Role.CURRENT), Span(f", {there}")]
    return Words(((*told, Span(signed(value), Role.TOTAL)),), indent=indent)


def _told(rate: float) -> str:
    """The rate as it was said: rounded it could seem to be 1, or on the wrong side of a draw."""
    return f"{rate:.15g}"


def _draw(draw: float, rate: float) -> str:
    """The draw with as many decimals as it takes to tell it from the rate."""
    decimals = next(n for n in range(4, 20) if (float(f"{draw:.{n}f}") >= rate) == (draw >= rate) or n == 19)
    return f"{draw:.{decimals}f}"


def _why(walk: DropoutWalk, rate: float, *, inference: bool) -> list[str]:
    if inference:
        return ["at inference dropout lets everything through as it is: y = x"]
    total = len(walk)
    kept = int(walk.bound.kept().sum())
    share = f"{kept:,} of {total:,} cells kept, {total - kept:,} dropped"
    scale = (
        f"kept cells are divided by 1 − {_told(rate)} = {short(1 - rate)}, so that sums stay on average what they were"
    )
    return [share, scale, "another --seed drops others; at inference (--inference) nothing is dropped or scaled"]
