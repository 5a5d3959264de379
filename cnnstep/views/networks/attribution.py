"""Where a number came from: one cell of a layer with its activation, its sum, what it reads, what it can see."""

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from cnnstep.engine.activation import Activated
from cnnstep.engine.activations import RULES
from cnnstep.engine.dense import BoundDense
from cnnstep.engine.gathers import Gather, Pooled, WeightedSum, total_of
from cnnstep.engine.stages import Stage
from cnnstep.engine.steps import Index, Step
from cnnstep.networks.attribution import Origin, trail
from cnnstep.networks.run import Run
from cnnstep.views.networks.network import Told, layers_of, show_layer
from cnnstep.views.networks.receptive_field import receptive_field_picture
from cnnstep.views.networks.trails import SUM, owes, trail_scene
from cnnstep.views.operations import dense
from cnnstep.views.operations import pooling as pooled
from cnnstep.views.operations.activation import is_exact
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import NBSP, Beside, Block, Box, Panel, Scene, Words, stack, words
from cnnstep.views.panels.grids import matrix, patch_grid
from cnnstep.views.view import Show
from cnnstep.views.wording import sums
from cnnstep.views.wording.arithmetic import names
from cnnstep.views.wording.numbers import formatter, short, signed

MOST_CHANNELS = 5
WIDEST_WINDOW = 7
PICTURE = 20


def show(run: Run, number: int, cell: Index, told: Told, *, deeper: bool) -> Show:
    """Show one cell of layer `number` as a question: where did it come from? `deeper` goes back to a pixel."""
    path = list(trail(run, number, cell))
    first = path[0]
    base = show_layer(run, number, told)
    scene = trail_scene(run, path, told.network) if deeper else _scene(run, path, told)
    back = next((each for each in path[1:] if each.layer.name != first.layer.name), None)
    further = f'--why "{back.address}" (one layer further back), --deeper (back to a pixel), ' if back else ""
    return base._replace(
        operation="origin",
        facts={"network": told.network, "why": first.address, "trail": [_fact(each) for each in path]},
        scene=lambda _: scene,
        hint=f"{'' if deeper else further}--play (w goes back, Backspace returns)",
        layers=lambda: layers_of(run, told, number),
    )


def _fact(each: Origin) -> dict[str, Any]:
    """One layer of a trail for machines."""
    return {
        "layer": each.layer.number,
        "name": each.layer.name,
        "text": each.layer.text,
        "cell": list(each.cell),
        "value": each.value,
        "source": list(each.source),
    }


def _scene(run: Run, path: list[Origin], told: Told) -> Scene:
    """The cell, the activation that made it, and what that was made of."""
    first = path[0]
    block = [each for each in path if each.layer.name == first.layer.name]
    core = block[-1]
    named = Span(f"{first.address} = {signed(short(first.value))}   ", Role.TITLE)
    title = words(named, _where(run, block, told), indent=1)
    own = SUM if len(block) > 1 else core.address
    lines: list[Block] = [_line(run, each, told, each.address) for each in block[:-1]]
    return stack([title], [*lines, *parts(core.step, run, core, told, own)], _surroundings(run, core))


def _where(run: Run, block: list[Origin], told: Told) -> str:
    made = ", ".join(each.layer.brief for each in reversed(block))
    numbers = "–".join(dict.fromkeys(str(block[i].layer.number) for i in (-1, 0)))
    untrained = "untrained " * run.network.is_drawn
    return f"{made}   {untrained}{told.network} on {told.name}, layer{NBSP}{numbers}"


def _line(run: Run, each: Origin, told: Told, own: str) -> Words:
    """The step in one line, as its own screen would say it, under its full name."""
    if isinstance(each.step, Activated):
        return _activated(each.layer.word, each.step, own)
    scene = show_layer(run, each.layer.number, told).line(each.step)
    sentence = next(block for block in scene.blocks if isinstance(block, Words))
    return _named(sentence, each, own)._replace(indent=2, hang=4)


def _activated(name: str, step: Activated, own: str) -> Words:
    """`c3[5,3,4] = tanh(0.5) ≈ 0.4621`."""
    x, value = short(step.x), short(step.value)
    true = is_exact(RULES[name], x, step)
    sign = "≈" if true is None else sums.relation(true, value)
    return words(f"{own} = {name}({signed(x)}) {sign}{NBSP}", Span(signed(value), Role.TOTAL))


def _named(sentence: Words, each: Origin, name: str) -> Words:
    """`c3[5,3,4]` where the step alone says `y[5,3,4]`."""
    own = sums.place(each.step)
    wordings = tuple((w[0]._replace(text=w[0].text.replace(own, name, 1)), *w[1:]) for w in sentence.wordings)
    return sentence._replace(wordings=wordings)


@singledispatch
def parts(step: Step, run: Run, each: Origin, told: Told, own: str) -> list[Block]:  # noqa: ARG001 - as its kinds
    """What a cell is made of."""
    return [_line(run, each, told, own)]


@parts.register
def _weighted(step: WeightedSum, run: Run, each: Origin, told: Told, own: str) -> list[Block]:
    """The sums of the channels, the largest first."""
    totals = _by_channel(step)
    if isinstance(run.walk(each.layer.number).bound, BoundDense):
        return [_line(run, each, told, own)]
    if step.divisor != 1 or len(totals) < 2:
        return [_named(sums.sentence(step), each, own)]
    shown = totals[:MOST_CHANNELS] if len(totals) > MOST_CHANNELS + 1 else totals
    rest = total_of(step.products[[number for number, _ in totals[len(shown) :]]])
    others = f"the other {len(totals) - len(shown)} channels" if len(shown) < len(totals) else ""
    labels = [f"channel {step.channels[number]}" for number, _ in shown]
    spans = sums.strongest_first(step, [total for _, total in shown], rest, others, labels)
    return [_named(Words((spans,), indent=2, hang=4), each, own)]


@parts.register
def _pooled(step: Pooled, run: Run, each: Origin, told: Told, own: str) -> list[Block]:  # noqa: ARG001 - as its kinds
    """Every cell of a small window."""
    return [_named(pooled.sentence(step), each, own)]


@parts.register
def _stages(step: Stage, run: Run, each: Origin, told: Told, own: str) -> list[Block]:  # noqa: ARG001 - as its kinds
    """The stages, as the layer's own screen shows them."""
    shown = show_layer(run, each.layer.number, told)
    return [*shown.scene(step).blocks[len(shown.title(step)) + 1 : -1]]  # without the title and the last remark


def _by_channel(step: WeightedSum) -> list[tuple[int, float]]:
    """The sum of each channel that the filter is connected with, the largest first."""
    connected = [number for number, weights in enumerate(step.weights) if weights.any()] or [0]
    totals = [(number, total_of(step.products[number])) for number in connected]
    return sorted(totals, key=lambda pair: -abs(pair[1]))


def _surroundings(run: Run, each: Origin) -> list[Block]:
    """The window in the layer before, and what of the input can reach the cell."""
    panels = [*receptive_field_picture(run, each.layer.number, each.cell, PICTURE), *inside(each.step, run, each)]
    told = [words(_largest(run, each), indent=2)]
    return [Beside(tuple(panels)), *told] if panels else list(told)


@singledispatch
def inside(step: Step, run: Run, each: Origin) -> Iterator[Panel]:  # noqa: ARG001 - as its kinds
    """What a step reads, as panels."""
    yield from ()


@inside.register
def _window(step: WeightedSum, run: Run, each: Origin) -> Iterator[Panel]:
    """Channel sums, and the window of the strongest channel; or the strongest inputs of a unit."""
    walk = run.walk(each.layer.number)
    if isinstance(walk.bound, BoundDense):
        yield dense.strongest_grid(walk, step)
        return
    if step.products.ndim == 3 and max(step.products.shape[1:]) <= WIDEST_WINDOW:
        chosen, row, column = step.strongest()
        grid = matrix(f"products of channel {step.channels[chosen]}", step.products[chosen], Role.PRODUCT)
        yield grid._replace(boxes=(Box(row, column, row + 1, column + 1),))


@inside.register
def _pool(step: Pooled, run: Run, each: Origin) -> Iterator[Panel]:  # noqa: ARG001 - as its kinds
    if step.patch.ndim == 3 and max(step.patch.shape[1:]) <= WIDEST_WINDOW:
        values = step.patch[0].ravel().tolist()
        show = formatter(values)
        yield patch_grid("window", step.patch[0], step.is_padding, show, max(len(show(v)) for v in values))


def _largest(run: Run, each: Origin) -> str:
    """What contributes most, and where it stands."""
    before = run.network.name(each.node)
    source = f"{before}[{','.join(map(str, each.source))}]"
    is_dense = isinstance(run.walk(each.layer.number).bound, BoundDense)
    window = f"reads {_window_words(each.step, before)}; " if isinstance(each.step, Gather) and not is_dense else ""
    return f"{window}{owes(each, source)}"


def _window_words(step: Gather, before: str) -> str:
    """The positions on each axis; those outside are padding."""
    axes = names(len(step.window))
    told = ", ".join(f"{axis} {signed(str(p.start))} to {p[-1]}" for axis, p in zip(axes, step.window, strict=True))
    padding = " and the padding around it" if step.is_padding.any() else ""
    return f"{told} of {before}{padding}"
