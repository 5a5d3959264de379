"""A network as a table: what each layer gives, learns, costs and sees."""

from collections.abc import Sequence
from typing import Any

from cnnstep.geometry import by
from cnnstep.networks.costs import Fields, cost, fields
from cnnstep.networks.network import Layer
from cnnstep.scenes.arithmetic import count
from cnnstep.scenes.scene import NBSP, Block, Role, Scene, Span, Words, stack, words

BAR = 10
FEWEST = 3
HEADS = ("", "layer", "output", "parameters", "field", "multiply-adds", "jump", "share of parameters")
MEANINGS = (
    "field: what a cell sees of the input; jump: input cells between neighbours",
    "wider screens show what it costs",
)
LEFT = frozenset({1, 2, 7})
"""Columns of words, which begin at the left; the first columns are the last to go on a narrow screen."""


def table(name: str, layers: Sequence[Layer]) -> Scene:
    """The layers in rows, totals, and what the columns mean."""
    total = sum(cost(layer).parameters for layer in layers)
    rows: list[tuple[str, ...]] = [("", "input", by(layers[0].input), "", "1×1", "", "1", "")]
    rows += [_row(layer, seen, total) for layer, seen in zip(layers, fields(layers), strict=True)]
    return stack(_head(name, layers), _lines(rows), _told(layers, total))


def document(name: str, layers: Sequence[Layer]) -> dict[str, Any]:
    """The same for machines."""
    return {
        "operation": "network",
        "name": name,
        "input": list(layers[0].input),
        "layers": [fact(layer, seen) for layer, seen in zip(layers, fields(layers), strict=True)],
        "parameters": sum(cost(layer).parameters for layer in layers),
        "multiply_adds": sum(cost(layer).multiply_adds for layer in layers),
    }


def fact(layer: Layer, seen: Fields | None) -> dict[str, Any]:
    """What a layer is, costs and sees; no field where a cell sees the whole input."""
    spent = cost(layer)
    return {
        "number": layer.number,
        "layer": layer.text,
        "kind": layer.word,
        "input": list(layer.input),
        "output": list(layer.output),
        "parameters": spent.parameters,
        "multiply_adds": spent.multiply_adds,
        "field": None if seen is None else [field._asdict() for field in seen],
    }


def _row(layer: Layer, seen: Fields | None, total: int) -> tuple[str, ...]:
    spent = cost(layer)
    share = spent.parameters / total if total else 0
    bar = f"{share:4.0%} {'█' * round(share * BAR)}".rstrip() if spent.parameters else ""
    return (
        str(layer.number),
        layer.text,
        by(layer.output),
        f"{spent.parameters:,}" if spent.parameters else "",
        "all" if seen is None else by([field.size for field in seen]),
        f"{spent.multiply_adds:,}" if spent.multiply_adds else "",
        "" if seen is None else _once([field.jump for field in seen]),
        bar,
    )


def _once(numbers: Sequence[int]) -> str:
    """One number where all axes have the same."""
    return str(numbers[0]) if len(set(numbers)) == 1 else by(numbers)


def _lines(rows: Sequence[tuple[str, ...]]) -> list[Block]:
    """A line for each row; all lines of a wording are equally long, so that all of them drop the same columns."""
    table = [HEADS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADS))]
    blocks: list[Block] = []
    for number, row in enumerate(table):
        padded = [
            text.ljust(width, NBSP) if column in LEFT else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        spans = [Span(f"{text}  ", _role(number, column)) for column, text in enumerate(padded)]
        wordings = tuple(tuple(spans[:most]) for most in range(len(HEADS), FEWEST - 1, -1))
        blocks.append(Words(wordings, indent=1, lines=1, table=True))
    return blocks


def _role(row: int, column: int) -> Role:
    if row == 0 or column == 0:
        return Role.LABEL
    return Role.TITLE if column == 1 and row > 1 else Role.OUTPUT


def _head(name: str, layers: Sequence[Layer]) -> list[Block]:
    flow = f"{by(layers[0].input)} → {by(layers[-1].output)}"
    return [words(Span(f"{name}   ", Role.TITLE), f"{flow}   {count(len(layers), 'layer')}", indent=1)]


def _told(layers: Sequence[Layer], total: int) -> list[Block]:
    multiplied = sum(cost(layer).multiply_adds for layer in layers)
    return [
        words(Span(f"{total:,} parameters", Role.TOTAL), f", {multiplied:,} multiply-adds", indent=1),
        Words(tuple((Span(text, Role.LABEL),) for text in MEANINGS), indent=1, lines=1),
    ]
