"""Where the gradient of one parameter came from: its largest contributions, the way to the loss, and an update."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum, prod
from typing import Any

from cnnstep.engine.steps import Index
from cnnstep.geometry import by
from cnnstep.networks.backpropagation import Backpropagation, loss_of
from cnnstep.networks.layer import Layer
from cnnstep.networks.network import Network
from cnnstep.networks.weight_gradients import Contribution, Passing, Uses, find_parameter, forward_trail, updated, uses
from cnnstep.views.networks.network import About
from cnnstep.views.page.roles import Importance, Role, Span
from cnnstep.views.page.scene import Beside, Block, Mark, Panel, stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.panels.pictures import SMALL, map_picture
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.learning import decimal
from cnnstep.views.wording.numbers import exact, formatter, short, signed
from cnnstep.views.wording.sums import relation

MOST = 5
SUM = "its sum"
COLUMNS = (
    Column("output", 1, is_left=True, role=Role.TITLE),
    Column("cell it met", 2, is_left=True),
    Column("x", 3),
    Column("· ∂L/∂output", 4),
    Column("= product", 0, role=Role.PRODUCT),
)
TRAIL = (
    Column("", 1, role=Role.LABEL, name="number"),
    Column("layer", 2, is_left=True, role=Role.TITLE),
    Column("cell", 0, is_left=True),
    Column("∂L/∂cell", 1),
    Column("its largest part", 3, is_left=True, role=Role.PLAIN),
)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One parameter of a network, its gradient, and the target that the loss was of."""

    network: Network
    found: Backpropagation
    about: About
    layer: Layer
    part: str
    index: Index
    target: int

    @property
    def name(self) -> str:
        """`c1.weight`; raises GeometryError for what there is not."""
        return find_parameter(self.layer, self.part, self.index)

    @property
    def address(self) -> str:
        """`c1.weight[0,0,2,2]`."""
        return _cell(self.name, self.index)

    @property
    def gradient(self) -> float:
        """∂L/∂w."""
        return float(self.found.parameters[self.name][self.index])

    @property
    def weight(self) -> float:
        """The parameter as it is."""
        return float(self.network.weights[self.name][self.index])

    @property
    def uses(self) -> Uses | None:
        """The places where it was used."""
        return uses(self.network, self.found, self.layer, self.part, self.index)


def report(asked: Question, rate: float | None, *, is_deep: bool = False) -> Report:
    """The largest contributions to the gradient, or with `is_deep` the way to the loss; with a rate the update."""
    met = asked.uses
    listed = met.largest(MOST) if met else []
    trail = [*forward_trail(asked.network, asked.found, asked.layer.number, listed[0].output)] if listed else []
    told = _trail(asked, listed[0], trail) if is_deep and listed else _sum(asked, met, listed)
    moved = _update(asked, rate) if rate is not None else None
    update = [words(text, indent=1) for text in _moved(asked, moved)] if moved else []
    pictures = [] if is_deep or met is None else _pictures(asked, met)
    scene = stack([_title(asked)], told, update, pictures)
    return Report(scene, _document(asked, met, listed, trail, moved))


def _title(asked: Question) -> Block:
    untrained = "untrained " * asked.network.is_drawn
    told = f"   {untrained}{asked.about.network} on {asked.about.name}, target {asked.target}, {asked.layer.brief}"
    value = Span(signed(short(asked.gradient)), Role.TOTAL)
    head = Span(f"∂L/∂{asked.address} = ", Role.TITLE)
    return words(head, value, told, indent=1, importance=Importance.STEP)


def _sum(asked: Question, met: Uses | None, listed: Sequence[Contribution]) -> list[Block]:
    """Every number in one format, so that a reader can add them up."""
    if met is None:
        return [words(f"{asked.layer.word}: its gradient is known, but not listed place by place", indent=1)]
    places = met.products.size
    if not listed:
        return [words(f"all {count(places, 'product')} are 0: nothing contributes", indent=1)]
    products, total = [each.product for each in listed], asked.gradient
    rest = fsum([*met.products.reshape(-1).tolist(), *(-each for each in products)])
    show = formatter([*products, rest, total] if places > len(listed) else [*products, total])
    shown = [show(each) for each in products]
    xs, upstream = (formatter(numbers) for numbers in zip(*((each.x, each.upstream) for each in listed), strict=True))
    rows: list[tuple[Any, ...]] = [
        (_cell(asked.layer.name, each.output), _source(asked, each), signed(xs(each.x)),
         signed(upstream(each.upstream)), signed(text))
        for each, text in zip(listed, shown, strict=True)
    ]  # fmt: skip
    if places > len(listed):
        rows.append((f"the other {places - len(listed):,}", "", "", "", signed(show(rest))))
        shown.append(show(rest))
    sign = relation(sum(map(exact, shown), Fraction(0)), show(total))
    rows.append((f"all {places:,}", "", "", sign, signed(show(total))))
    divided = f", divided by {short(met.divisor)}" if met.divisor != 1 else ""
    why = f"the cell that it met × the gradient of what came of it{divided}, {_added(asked, met)}"
    return [words(why, indent=1), table(COLUMNS, rows, has_total=True)]


def _added(asked: Question, met: Uses) -> str:
    outputs = met.upstream.shape[1:]
    if not prod(outputs) > 1:
        return "once: its output is one number"
    if len(met.x) > 1:
        return f"over {by(outputs)} windows of {len(met.x)} cells that share it"
    return f"over {by(outputs)} places of {asked.layer.name}: shared weights add up"


def _source(asked: Question, each: Contribution) -> str:
    if each.source is None:
        return "1" if asked.part == "bias" else "padding"
    return _cell(asked.network.name(asked.layer.inputs[0]), each.source)


def _cell(name: str, cell: Sequence[int]) -> str:
    return f"{name}[{','.join(map(str, cell))}]"


def _pictures(asked: Question, met: Uses) -> list[Block]:
    """What it met, the gradients that came back, and their products, where they are maps."""
    if met.products.ndim != 3 or len(met.products) > 1 or min(met.products.shape[1:]) < 2:
        return []
    filter_, before = met.output[0], asked.network.name(asked.layer.inputs[0])
    maps = (
        (f"cells of {before}" if asked.part != "bias" else "1 each", met.x[0]),
        (f"∂{asked.layer.name}[{filter_}] {by(met.x.shape[1:])}", met.upstream[0]),
        ("products", met.products[0]),
    )
    columns = min(SMALL, met.x.shape[2])
    first, second, third = (map_picture(m, caption, columns=columns)._replace(legend=None) for caption, m in maps)
    panels: tuple[Panel, ...] = (first, Mark("×"), second, Mark("="), third)
    return [Beside(panels)]


def _trail(asked: Question, first: Contribution, trail: Sequence[Passing]) -> list[Block]:
    """The largest contribution, then cell after cell to the loss."""
    layers = asked.network.layers
    called = [asked.network.name(each.number) for each in trail]
    told = (
        f"its largest contribution is {_source(asked, first)} = {signed(short(first.x))} times ∂L/∂"
        f"{_cell(asked.layer.name, first.output)}; that gradient comes from:"
    )
    rows = [
        (str(each.number), layers[each.number - 1].brief,
         SUM if name in called[place + 1 :] else _cell(name, each.cell),
         signed(short(each.gradient)), _part(asked, each))
        for place, (each, name) in enumerate(zip(trail, called, strict=True))
    ]  # fmt: skip
    return [words(told, indent=1), table(TRAIL, rows)]


def _part(asked: Question, each: Passing) -> str:
    """What it is multiplied by, and how many other parts there are."""
    if not each.node:
        probability = float(asked.found.probabilities[_flat(asked, each.cell)])
        right = _flat(asked, each.cell) == asked.target
        return f"p − 1 = {short(probability)} − 1: the loss" if right else "p − 0: the loss"
    product = f"{signed(short(each.factor))} · ({signed(short(each.upstream))})"
    return product if each.parts == 1 else f"{product}, of {each.parts:,}"


def _flat(asked: Question, cell: Index) -> int:
    number = 0
    for at, size in zip(cell, asked.found.outputs[-1].shape, strict=True):
        number = number * size + at
    return number


def _update(asked: Question, rate: float) -> dict[str, Any]:
    """What a step of gradient descent makes of the parameter, and of the loss: of it alone, and of all."""
    weights = asked.network.weights
    new = asked.weight - rate * asked.gradient
    alone = {**weights, asked.name: weights[asked.name].astype(float)}
    alone[asked.name][asked.index] = new
    x = asked.found.outputs[0]
    return {
        "rate": rate, "old": asked.weight, "gradient": asked.gradient, "new": new, "loss": asked.found.value,
        "loss_alone": loss_of(asked.network, x, asked.target, alone),
        "loss_all": loss_of(asked.network, x, asked.target, updated(weights, asked.found, rate)),
    }  # fmt: skip


def _moved(asked: Question, moved: dict[str, Any]) -> Iterator[str]:
    old, gradient = (short(moved[each]) for each in ("old", "gradient"))
    rate, new = decimal(moved["rate"]), f"{moved['new']:.6g}"
    sign = relation(exact(old) - exact(rate) * exact(gradient), new)
    yield f"update: w − rate · ∂L/∂w = {signed(old)} − {rate} · ({signed(gradient)}) {sign} {signed(new)}"
    learned = sum(each.learned for each in asked.network.layers)
    alone = signed(f"{moved['loss_alone'] - moved['loss']:+.2g}")  # too little to be seen in the loss itself
    before, every = (f"{moved[each]:.6g}" for each in ("loss", "loss_all"))
    yield f"loss {before}: {alone} by this one alone; {before} → {every} if all {learned:,} parameters move"


def _document(
    asked: Question, met: Uses | None, listed: Sequence[Contribution], trail: Sequence[Passing], moved: Any
) -> dict[str, Any]:
    return {
        "operation": "weight gradient", "network": asked.about.network, "input": asked.about.name,
        "address": asked.address, "target": asked.target, "loss": asked.found.value, "weight": asked.weight,
        "gradient": asked.gradient, "places": int(met.products.size) if met else None,
        "contributions": [
            {"output": list(each.output), "source": None if each.source is None else list(each.source), "x": each.x,
             "upstream": each.upstream, "product": each.product}
            for each in listed
        ],
        "forward": [
            {"number": each.number, "cell": list(each.cell), "gradient": each.gradient, "node": each.node,
             "reached": list(each.reached), "factor": each.factor, "upstream": each.upstream, "parts": each.parts}
            for each in trail
        ],
        "update": moved,
    }  # fmt: skip
