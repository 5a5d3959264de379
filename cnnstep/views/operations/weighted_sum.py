"""A step that is a weighted sum: the input with its window, patch × kernel = products, the sum, the map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnstep.engine.arrays import Array
from cnnstep.engine.gathers import Gather, WeightedSum, WindowWalk
from cnnstep.geometry import Axis
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Block, Mark, Panel, Scene, beside, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.panels.curves import signal_curve
from cnnstep.views.panels.grids import MOST_SHOWN, WHOLE, beginning, input_grid, map_grid, matrix, patch_grid
from cnnstep.views.panels.pictures import SMALL, input_picture
from cnnstep.views.panels.planes import Plane, planes, slices
from cnnstep.views.view import Show
from cnnstep.views.wording import sums
from cnnstep.views.wording.numbers import Formatter, exact, formatter, short, signed
from cnnstep.views.wording.titles import Names, title

MOST_CHANNELS = 4
TINY = 13
FEW_FRAMES = 3
SHORT = 6
LOW = 5


def show(walk: WindowWalk, names: Names) -> Show:
    """Show a walk of weighted sums."""
    return Show(
        walk,
        names.kind,
        walk.bound.sizes.as_dict(),
        title=lambda step=None: title(walk, names, step),
        scene=lambda step: scene(walk, step, names),
        line=lambda step: Scene((sums.sentence(step, lines=1, indent=0),)),
        result=lambda: maps.result(walk, names),
    )


def scene(walk: WindowWalk, step: WeightedSum, names: Names) -> Scene:
    """Everything about one window."""
    body = _one_piece(walk, step, names) if len(slices(step.patch)) == 1 else _pieces(walk, step, names)
    return stack(title(walk, names, step), *body, [sums.sentence(step)])


def surroundings(walk: WindowWalk, step: Gather, noun: str, *, empty_padding: bool = False) -> Iterator[list[Block]]:
    """The input around a window, where that is in the whole, and the map as far as it has come."""
    channel, (plane, *_) = step.channels.start, planes(walk, step)
    which = f", channel {channel}" if len(walk.bound.x) > 1 else ""
    panels: list[Panel] = []
    is_signal = len(walk.bound.axes) == 1
    most = SHORT if is_signal and _is_large(plane.axes) else MOST_SHOWN  # a long patch stands there anyway
    if all(axis.extent <= most for axis in plane.axes):
        panels.append(input_grid(plane, f"input {plane.size}{which}", empty_padding=empty_padding))
    if _is_large(plane.axes) or not panels:
        panels.append(_overview(walk, step, plane))
    output = map_grid(walk, step, _map_caption(walk, step, noun))
    if is_signal:  # a row needs all of the width
        for panel in (*panels, output):
            yield [Beside((panel,))]
    else:
        yield [Beside((*panels, output))]


def _overview(walk: WindowWalk, step: Gather, plane: Plane, columns: int = SMALL) -> Panel:
    """The whole input, small, with the window's place."""
    channel = step.channels.start
    if len(walk.bound.axes) == 1:
        begin, end = plane.box.left, plane.box.right
        ends = (max(0.0, begin), min(1.0, end))
        what = f"channel {channel}" if len(walk.bound.x) > 1 else "signal"
        return signal_curve(walk.bound.x[channel], f"{what} of {plane.size} samples", ends)._replace(rows=LOW)
    x = walk.bound.x[channel : channel + 1]
    if plane.frame is None:
        return input_picture(x, plane.box, columns=columns)
    frame = min(max(plane.frame, 0), x.shape[1] - 1)
    caption = f"frame {plane.frame}" + (" (padding)" if frame != plane.frame else "")
    return input_picture(x[:, frame], plane.box, columns=columns, caption=caption)


def _map_caption(walk: WindowWalk, step: Gather, noun: str) -> str:
    """`feature map of filter 1`, `pooled map of channel 2, frame 3`."""
    of = ("channel" if walk.bound.sizes.filters is None else "filter") if walk.shape[0] > 1 else ""
    parts = [f"{of} {step.index[0]}"] * bool(of)
    parts += [f"frame {step.index[1]}"] * (len(walk.bound.axes) == 3)
    return f"{noun} of {', '.join(parts)}" if parts else noun


def _one_piece(walk: WindowWalk, step: WeightedSum, names: Names) -> Iterator[list[Block]]:
    yield from surroundings(walk, step, "feature map")
    heads = ("patch", _kernel_caption(step, names), "products")
    if len(walk.bound.axes) == 1 and step.patch.size > SHORT:
        yield _aligned(step, heads)
    else:
        yield [_multiplication(step, 0, _formats(step), heads)]


def _pieces(walk: WindowWalk, step: WeightedSum, names: Names) -> Iterator[list[Block]]:
    """A row for each channel, and for each frame of a film."""
    several = planes(walk, step)
    context: list[Panel] = [map_grid(walk, step, _map_caption(walk, step, "feature map"))]
    if len(several) > 1 or walk.bound.x.ndim == 4:
        context[:0] = [_overview(walk, step, plane, TINY) for plane in several[:FEW_FRAMES]]
    elif _is_large(several[0].axes) and walk.bound.x.ndim == 3:
        x = walk.bound.x if len(walk.bound.x) == 3 and names.channels else walk.bound.x[:1]
        context.insert(0, input_picture(x, several[0].box, columns=TINY))
    elif _is_large(several[0].axes):
        yield [Beside((_overview(walk, step, several[0]),))]
    yield [Beside(tuple(context))]
    formats = _formats(step)
    totals = [short(sums.total_of(products.ravel().tolist())) for products in slices(step.products)]
    labels = _labels(step, several, names)
    shown = len(labels) if len(labels) <= MOST_CHANNELS else MOST_CHANNELS - 1
    wide, most = max(map(len, labels[:shown])), max(map(len, totals))
    heads = ("patch", _kernel_caption(step, names), "products")
    rows: list[Block] = []
    for number in range(shown):
        captions = [text if number == 0 else " " * len(text) for text in heads]  # blank ones are as wide
        row = _multiplication(step, number, formats, captions)
        label = Mark(labels[number], Role.LABEL, width=wide)
        total = Mark(totals[number], Role.TOTAL, caption="Σ" if number == 0 else "", width=most)
        rows.append(Beside((label, *row.panels, total)))
    if shown < len(labels):
        rest = slices(step.products)[shown:].ravel().tolist()
        text = short(sums.total_of(rest))
        relation = sums.relation(sums.exactly(rest), text)
        noun = "frames" if len(step.channels) == 1 else "channels" if len(several) == 1 else "slices"
        rows.append(words(f"{len(labels) - shown} more {noun}: Σ {relation} {signed(text)}"))
    yield rows


def _labels(step: WeightedSum, several: Sequence[Plane], names: Names) -> list[str]:
    """What the rows are called: channels, frames, or both."""
    frames = [f"frame {plane.frame}" if plane.frame is not None else "" for plane in several]
    channels = [names.channel(number) for number in step.channels] if len(step.channels) > 1 else [""]
    return [", ".join(filter(None, (channel, frame))) for channel in channels for frame in frames]


def _aligned(step: WeightedSum, heads: Sequence[str]) -> list[Block]:
    """A long window on a signal: patch, kernel and products under each other."""
    formats = _formats(step)
    least, wide = max(formats.widths), max(map(len, heads))
    padding = slices(step.is_padding[None])[0]
    rows = (
        patch_grid("", slices(step.patch)[0], padding, formats.patch, least),
        matrix("", slices(step.weights)[0], Role.KERNEL, show=formats.weights, least=least),
        matrix("", slices(step.products)[0], Role.PRODUCT, show=formats.products, least=least),
    )
    return [beside(Mark(text, Role.LABEL, width=wide), row) for text, row in zip(heads, rows, strict=True)]


@dataclass(frozen=True, slots=True)
class _Formats:
    """How the three grids of a step print, the same for all of its channels."""

    patch: Formatter
    weights: Formatter
    products: Formatter
    widths: tuple[int, int, int]


def _formats(step: WeightedSum) -> _Formats:
    shown = [beginning(slices(array)) for array in (step.patch, step.weights, step.products)]
    lists = [array.ravel().tolist() for array in shown]
    patch, weights, products = (formatter(values) for values in lists)
    brackets = [2 * bool(step.is_padding.any()), 0, 0]
    widths = [
        max(len(show(v)) for v in values) + extra
        for show, values, extra in zip((patch, weights, products), lists, brackets, strict=True)
    ]
    return _Formats(patch, weights, products, (widths[0], widths[1], widths[2]))


def _multiplication(step: WeightedSum, channel: int, formats: _Formats, captions: Sequence[str]) -> Beside:
    patch, weights, products = (slices(array)[channel] for array in (step.patch, step.weights, step.products))
    padding = slices(step.is_padding[None])
    first, second, third = formats.widths
    return beside(
        patch_grid(captions[0], patch, padding[channel % len(padding)], formats.patch, first),
        Mark("×"),
        matrix(captions[1], weights, Role.KERNEL, show=formats.weights, least=second),
        Mark(_equals(patch, weights, products, formats)),
        matrix(captions[2], products, Role.PRODUCT, show=formats.products, least=third),
    )


def _equals(patch: Array, weights: Array, products: Array, formats: _Formats) -> str:
    """= if every printed product is the product of the printed numbers, else ≈."""
    cells = zip(*(beginning(array).ravel().tolist() for array in (patch, weights, products)), strict=True)
    true = all(exact(formats.patch(a)) * exact(formats.weights(w)) == exact(formats.products(p)) for a, w, p in cells)
    return "=" if true else "≈"


def _kernel_caption(step: WeightedSum, names: Names) -> str:
    divisor = f" / {short(step.divisor)}" if step.divisor != 1 else ""
    return f"kernel {names.filter(step.index[0])}".rstrip() + divisor


def _is_large(axes: Sequence[Axis]) -> bool:
    return any(axis.input > most for axis, most in zip(axes, WHOLE, strict=True))
