"""What a network makes: small maps in numbers, others as thumbnails, probabilities as bars; of many images a class."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.geometry import by
from cnnstep.networks.layer import Layer
from cnnstep.networks.run import Run
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Panel, Picture, Words, beside, stack, words
from cnnstep.views.page.tables import Bar, Column, Entry, Table, table
from cnnstep.views.panels import maps
from cnnstep.views.panels.extracts import WHOLE
from cnnstep.views.panels.pictures import SMALL, input_picture, map_picture
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.numbers import extremes, formatter, signed

CHANNELS = 4
FEW = 2
STRIP = 30
INPUT = 16
MOST_BARS = 10
FIRST = 3
LONGEST, SHORT = 40, 26
LONGEST_LABEL = 24
MOST_SHOWN = 14
SMALLEST = 1e-9
PROBABILITIES = (
    Column("", 0, role=Role.LABEL, name="class"),
    Column("", 1, name="probability"),
    Column("", 2, bar=LONGEST, name="bar"),
)
COLUMNS = (
    Column("image", 0, role=Role.LABEL),
    Column("class", 1, role=Role.TOTAL),
    Column("largest", 2),
    Column("", 3, bar=30, name="share of the largest value"),
)


def thumbnails(run: Run, labels: Sequence[str] = ()) -> list[list[Block]]:
    """What every layer has made, with its activation, a few channels of each; `labels` are names of classes."""
    rows: list[list[Block]] = []
    taken: list[Panel] = []
    for layer in _shown(run):
        made = _layer(run, layer, labels)
        if isinstance(made, list) and len(made) == 1:
            taken += made
            continue
        rows += [[beside(*taken)]] if taken else []
        taken = []
        rows.append([beside(*made)] if isinstance(made, list) else list(made))
    return [*rows, [beside(*taken)]] if taken else rows


def answer(run: Run, labels: Sequence[str] = ()) -> list[list[Block]]:
    """What the last layer has made."""
    last = run.layers[-1]
    output = run.walk(last.number).output
    if output.size <= maps.MOST_LISTED and not WORDING[last.word].gives_probabilities:
        return maps.panels(output, last.name)
    made = _layer(run, last, labels)
    return [[beside(*made)] if isinstance(made, list) else list(made)]


def ends(run: Run, labels: Sequence[str] = ()) -> list[list[Block]]:
    """What comes in, small, and the answer."""
    seen: list[list[Block]] = []
    if is_picture(run.x):
        seen = [[beside(input_picture(run.x, columns=INPUT, caption=f"input {by(run.x.shape)}"))]]
    return seen + answer(run, labels)


def is_picture(x: Array) -> bool:
    """Whether an input can be seen: one channel, or three colours."""
    return x.ndim == len(WHOLE) + 1 and len(x) in {1, 3}


def in_short(run: Run, labels: Sequence[str] = ()) -> list[list[Block]]:
    """The largest probabilities in a line; of any other answer what it is in full."""
    last = run.layers[-1]
    if not WORDING[last.word].gives_probabilities:
        return answer(run, labels)
    values = run.walk(last.number).output.reshape(-1)
    names = labels if len(labels) == values.size else ()
    first, *others = (
        f"{_class(number, names)} {values[number]:.2%}"
        for number in np.argsort(-values, kind="stable")[:FIRST].tolist()
    )
    told = Span(first, Role.TOTAL), f", then {', '.join(others)}" if others else ""
    return [[words(f"{last.name} {by(values.shape)}: " if last.name else "", *told, indent=1)]]


def span(output: Array) -> str:
    """The range of some numbers: `−1 … 1`."""
    low, high = extremes(output)
    show = formatter([float(f"{end:.3g}") for end in (low, high)])
    return f"{signed(show(low))} … {signed(show(high))}" if low < high else f"only {signed(show(low))}"


def _shown(run: Run) -> Iterator[Layer]:
    """Every layer of a few numbers; of larger ones what stands after the activation. Flatten shows nothing new."""
    for _, group in groupby(run.layers, key=lambda layer: layer.name):
        layers = [layer for layer in group if layer.word != "flatten"]
        yield from layers if all(map(_is_small, layers)) else layers[-1:]


def _is_small(layer: Layer) -> bool:
    """Whether all of its numbers can be shown."""
    most = (FEW, *WHOLE)
    return len(layer.output) == len(most) and all(n <= m for n, m in zip(layer.output, most, strict=True))


def _layer(run: Run, layer: Layer, labels: Sequence[str]) -> list[Panel] | tuple[Block, ...]:
    """Panels to stand in a row, or blocks of their own."""
    output = run.walk(layer.number).output
    is_small = _is_small(layer)
    caption = f"{layer.name}{f' {layer.word}' * is_small} {by(output.shape)}"
    if WORDING[layer.word].gives_probabilities:
        return bars(output, caption, labels)
    if output.ndim == 1 and output.size <= maps.MOST_LISTED:
        return tuple(block for part in maps.panels(output, layer.name) for block in part)
    if output.ndim > 3 or is_small:
        captions = [caption, *(f"channel {number}" for number in range(1, CHANNELS))]
        panels = [next(maps.channel(*each, several=True)) for each in zip(output[:CHANNELS], captions, strict=False)]
        return [panel._replace(legend=None) if isinstance(panel, Picture) else panel for panel in panels]
    if output.ndim < 3 or output[0].size == 1:
        strip = rows_of(output.reshape(-1))
        return [map_picture(strip, caption, columns=strip.shape[1])._replace(legend=None)]
    return list(_pictures(output, layer.name))


def _pictures(output: Array, name: str) -> Iterator[Panel]:
    """A few maps on one scale, so that their shades can be compared."""
    scale = extremes(output)
    for number, values in enumerate(output[:CHANNELS]):
        more = f" +{len(output) - CHANNELS}" if number == CHANNELS - 1 and len(output) > CHANNELS else ""
        text = f"{name}[{number}]{'' if number else f' {by(output.shape)}'}{more}"
        yield map_picture(values, text, columns=min(SMALL, values.shape[1]), scale=scale)._replace(legend=None)


def rows_of(values: Array) -> Array:
    """A long row of numbers broken into rows; what is missing at the end is 0."""
    columns = min(STRIP, values.size)
    return np.pad(values.astype(np.float64), (0, -values.size % columns)).reshape(-1, columns)


def planes_of(output: Array) -> Array:
    """An output as maps (channels, rows, columns): of a film its middle frames, of a list its numbers in rows."""
    if output.ndim < 3 or output[0].size == 1:
        return rows_of(output.reshape(-1))[None]
    return output if output.ndim == 3 else output[:, output.shape[1] // 2]


def bars(
    answers: Array, caption: str, labels: Sequence[str] = (), *, longest: int = LONGEST, are_shares: bool = True
) -> tuple[Words, Table, Words]:
    """Probabilities, or other answers, as bars in the order of the classes; of many, the largest.

    `labels` are the classes' names.
    """
    values = answers.reshape(-1).tolist()
    order = sorted(range(len(values)), key=lambda number: -values[number])
    chosen = sorted(order[:MOST_BARS]) if len(values) <= MOST_BARS else order[:MOST_BARS]
    which = f", the {MOST_BARS} largest" if len(values) > MOST_BARS else ""
    most = max(*values, SMALLEST)
    roles = {order[0]: Role.TOTAL}
    names = labels if len(labels) == len(values) else ()
    columns = _with_labels(PROBABILITIES, names)
    shown = table(
        tuple(column._replace(bar=min(column.bar, longest)) for column in columns),
        [
            (
                str(number), *(_cut(name) for name in names[number : number + 1]), f"{values[number]:.4f}",
                Bar("", max(0.0, values[number] / most), roles.get(number, Role.OUTPUT)),
            )
            for number in chosen
        ],
    )  # fmt: skip
    largest = format(values[order[0]], ".2%" if are_shares else ".4f")
    told = words(f"the largest is {_class(order[0], names)}, with {largest}", indent=1)
    return words(Span(f"{caption}{which}", Role.LABEL), indent=1), shown, told


def _with_labels(columns: tuple[Column, ...], labels: Sequence[str], before: int = 1) -> tuple[Column, ...]:
    """Columns with one for the names of classes, if they have names; the bars make room for it."""
    if not labels:
        return columns
    # on a narrow page the bars go, and the names stay
    others = [each._replace(bar=min(each.bar, SHORT), rank=each.rank + (each.rank >= before)) for each in columns]
    return (*others[:before], Column("", before, is_left=True, name="label"), *others[before:])


def _class(number: int, labels: Sequence[str]) -> str:
    return f"class {number}: {_cut(labels[number])}" if labels else f"class {number}"


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


def predictions(network: str, name: str, answers: Array, notes: Sequence[str], labels: Sequence[str] = ()) -> Report:
    """The answers (N, classes) to a batch, one row an image; `labels` are the classes' names."""
    labels = labels if len(labels) == answers.shape[1] else ()
    classes, largest = answers.argmax(axis=1).tolist(), answers.max(axis=1).tolist()
    flow = f"{name}: {count(len(answers), 'image')} → {by(answers.shape)}, as matrix products in float32"
    lines: list[Block] = [words(text, indent=1) for text in (_often(classes, labels), *notes)]
    if len(answers) > MOST_SHOWN:
        lines.insert(0, words(f"the first {MOST_SHOWN} of {len(answers):,}; --save answers.csv writes all", indent=1))
    most = max(*largest[:MOST_SHOWN], SMALLEST)
    rows: list[tuple[str | int | Entry, ...]] = [
        (number, str(each), *([_cut(labels[each])] if labels else []), f"{value:.4f}", Bar("", max(0.0, value / most)))
        for number, (each, value) in enumerate(zip(classes[:MOST_SHOWN], largest[:MOST_SHOWN], strict=True))
    ]
    scene = stack([heading(network, flow)], [table(_with_labels(COLUMNS, labels, 2), rows)], lines)
    document = {"operation": "answers", "network": network, "input": name, "classes": classes, "answers": answers}
    named = [labels[each] for each in classes] if labels else []
    return Report(scene, document | {"label": named or None}, rows=_whole(answers, named))


def _often(classes: Sequence[int], labels: Sequence[str]) -> str:
    """How many images are of each class; of many classes, the most frequent."""
    often = Counter(classes).most_common()
    told = [f"{count(n, 'image')} predicted as {_class(each, labels)}" for each, n in sorted(often[:MOST_BARS])]
    return ", ".join(told) + (f", and {len(often) - MOST_BARS} classes more" if len(often) > MOST_BARS else "")


def _whole(answers: Array, named: Sequence[str]) -> Table:
    """Every answer in full, a column a class."""
    classes = (Column(str(each), each + 2) for each in range(answers.shape[1]))
    columns = (Column("image", 0), Column("class", 1), *([Column("label", 1)] if named else []), *classes)
    rows = [
        (str(n), str(int(each.argmax())), *named[n : n + 1], *map(repr, each.tolist()))
        for n, each in enumerate(answers)
    ]
    return table(columns, rows)
