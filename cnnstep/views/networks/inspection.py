"""What a network has learned: saliency, Grad-CAM, ablation, sparsity; beside each the same of the untrained network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.networks import inspection
from cnnstep.networks.inspection import Answer
from cnnstep.networks.layer import Layer
from cnnstep.networks.network import Network
from cnnstep.views.networks.gradients import classes_note
from cnnstep.views.networks.network import About
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Block, Panel, stack, words
from cnnstep.views.page.tables import Bar, Column, table
from cnnstep.views.panels.pictures import input_picture, map_picture
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.numbers import short, signed

PLANE = 3
WIDE = 22
NUMBERS = 5
SPARSE = (
    Column("", 0, role=Role.LABEL, name="number"),
    Column("layer", 1, is_left=True, role=Role.TITLE),
    Column("output", 3, is_left=True),
    Column("are 0", 1),
    Column("", 4, bar=24, name="share"),
    Column("untrained", 2),
)


@dataclass(frozen=True, slots=True, eq=False)
class Inspected:
    """A network on an input, the class that is explained, and the same network untrained where this one is not."""

    network: Network
    x: Array
    about: About
    target: int

    @property
    def beside(self) -> Network | None:
        """The same layers, untrained."""
        return inspection.untrained(self.network)

    def title(self, what: str) -> Block:
        """What is looked at, and the class."""
        return heading(f"{'untrained ' * self.network.is_drawn}{self.about.network}", f"{self.about.name}: {what}")

    def notes(self) -> list[Block]:
        """What there is to say about its weights."""
        told = [*classes_note(self.network), *self.about.notes]
        if self.network.is_drawn:
            told.append("what an untrained network shows is due to its layers and to the picture, not to learning")
        return [words(text, indent=1) for text in told]

    def document(self, kind: str, **found: Any) -> dict[str, Any]:
        """What all of them say."""
        known = {"network": self.about.network, "input_name": self.about.name, "is_untrained": self.network.is_drawn}
        return {"operation": kind, **known, "class": self.target, **found}

    def probability(self, answer: Answer) -> str:
        """`p[7] = 0.93`."""
        return f"p[{self.target}] = {short(float(answer.probabilities[self.target]))}"


def saliency(asked: Inspected) -> Report:
    """|∂logit/∂x| of both networks."""
    maps = [inspection.saliency(each, asked.x, asked.target) for each in _networks(asked)]
    check_picture(asked.x)
    told = f"|∂logit/∂x|: how much a pixel changes the logit of class {asked.target}, not its probability"
    row, column = (int(n) for n in np.unravel_index(maps[0].argmax(), maps[0].shape))
    most = f"most at row {row}, column {column}: {short(float(maps[0].max()))} for each step of the pixel"
    scene = stack([asked.title("saliency")], _pictures(asked, maps), [line(told), line(most)], asked.notes())
    beside = maps[1] if len(maps) > 1 else None
    return Report(scene, asked.document("saliency", map=maps[0], untrained_map=beside))


def grad_cam(asked: Inspected, layer: Layer) -> Report:
    """relu(Σ α[k]·A[k]) of both networks, and the channels that count most."""
    found = [inspection.grad_cam(each, asked.x, asked.target, layer) for each in _networks(asked)]
    check_picture(asked.x)
    order = np.argsort(-np.abs(found[0].weights))[:NUMBERS].tolist()
    weights = ", ".join(f"{layer.called}[{k}] {signed(f'{found[0].weights[k]:.2g}')}" for k in order)
    told = [
        f"Grad-CAM {by(layer.output[1:])}: relu(Σ α[k]·{layer.called}[k]), α[k] = mean of ∂logit/∂{layer.called}[k]",
        f"of {layer.output[0]} channels the largest α[k]: {weights}",
    ]
    if not found[0].map.any():
        told.append("it is 0 everywhere: no sum of the maps speaks for this class")
    maps = [each.map for each in found]
    scene = stack(
        [asked.title(f"where {layer.called} speaks for class {asked.target}")], _pictures(asked, maps),
        [line(text) for text in told], asked.notes(),
    )  # fmt: skip
    beside = maps[1] if len(maps) > 1 else None
    return Report(scene, asked.document("grad-cam", layer=layer.text, map=maps[0], untrained_map=beside,
                                        alpha=found[0].weights))  # fmt: skip


def _networks(asked: Inspected) -> list[Network]:
    return [asked.network, *([asked.beside] if asked.beside else [])]


def check_picture(x: Array) -> None:
    """Refuse what is no picture."""
    if x.ndim != PLANE:
        raise GeometryError(f"a map of {by(x.shape[1:])} is no picture", "this asks about rows and columns")


def _pictures(asked: Inspected, maps: Sequence[Array]) -> list[Block]:
    """The input, the map, and that of the untrained network; where legends leave no room, their ranges in words."""
    names = ["untrained" if asked.network.is_drawn else "trained", "untrained"]
    panels: list[Panel] = [input_picture(asked.x, columns=WIDE, caption=f"input {by(asked.x.shape[1:])}")]
    for name, each in zip(names, maps, strict=False):
        picture = map_picture(each, f"{name} {by(each.shape)}", columns=WIDE)
        panels.append(picture._replace(legend=None) if len(maps) > 1 else picture)
    return [Beside(tuple(panels)), *([line(scales(names, maps))] if len(maps) > 1 else [])]


def scales(names: Sequence[str], maps: Sequence[Array]) -> str:
    """Where the shades of each map begin and end."""
    ranges = [
        f"{name} {signed(f'{each.min():.3g} … {each.max():.3g}')}" for name, each in zip(names, maps, strict=True)
    ]
    return f"each on its own scale: {'; '.join(ranges)}"


def line(text: str) -> Block:
    """One remark."""
    return words(text, indent=1)


def ablation(asked: Inspected, layer: Layer, channel: int) -> Report:
    """The probabilities before and after one channel is set to 0."""
    before = inspection.answer(asked.network, asked.x)
    after = inspection.ablated(asked.network, asked.x, layer, channel)
    what = f"{layer.called}[{channel}] set to 0"
    kept = before.outputs[layer.number][channel]
    columns = (
        Column("", 0, role=Role.LABEL, name="class"), Column("p", 0), Column("", 2, bar=20, name="share"),
        Column("without it", 0), Column("", 1, bar=20, name="share without it"),
    )  # fmt: skip
    order = sorted(np.argsort(-np.maximum(before.probabilities, after.probabilities), kind="stable")[:10].tolist())
    most = max(before.probabilities.max(), after.probabilities.max())
    rows = []
    for number in order:
        cells: list[Any] = [str(number)]
        for each in (before, after):
            value = float(each.probabilities[number])
            role = Role.TOTAL if number == each.largest else Role.OUTPUT
            cells += [f"{value:.4f}", Bar("", value / most, role)]
        rows.append(tuple(cells))
    changed = before.largest != after.largest
    told = f"the answer {f'changes from class {before.largest} to class {after.largest}' if changed else 'stays'}"
    size = f"it had {by(kept.shape) or 'one number'}, mean {signed(short(float(kept.mean())))}: {told}"
    scene = stack([asked.title(what)], [table(columns, rows)], [line(size)], asked.notes())
    document = asked.document(
        "ablation", layer=layer.text, channel=channel, before=before.probabilities, after=after.probabilities
    )
    return Report(scene, document)


def sparsity(asked: Inspected) -> Report:
    """Which share of each layer's output is 0."""
    shares = inspection.sparsity(inspection.answer(asked.network, asked.x).outputs)
    beside = asked.beside
    others = inspection.sparsity(inspection.answer(beside, asked.x).outputs) if beside else [None] * len(shares)
    layers = asked.network.layers
    rows: list[tuple[Any, ...]] = [
        (str(number or ""), layers[number - 1].brief if number else "input",
         by(layers[number - 1].output if number else asked.x.shape), f"{share:.1%}", Bar("", share),
         *([] if other is None else [f"{other:.1%}"]))
        for number, (share, other) in enumerate(zip(shares, others, strict=True))
    ]  # fmt: skip
    relus = [shares[layer.number] for layer in layers[: len(shares) - 1] if layer.word == "relu"]
    why = "only activations that cut off, such as relu, make 0 of other numbers; tanh and sigmoid do not"
    told = f"after relu {min(relus):.0%} to {max(relus):.0%} of the numbers are 0" if relus else why
    shown = table(SPARSE if beside else SPARSE[:-1], rows)
    scene = stack([asked.title("sparsity, which share of the numbers is 0")], [shown], [line(told)], asked.notes())
    facts = [
        {"number": number, "share": share, "untrained_share": other}
        for number, (share, other) in enumerate(zip(shares, others, strict=True))
    ]
    return Report(scene, asked.document("sparsity", layers=facts))
