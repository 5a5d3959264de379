"""The filters of a network: those of one channel in numbers, others channel by channel."""

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.errors import GeometryError
from cnnstep.geometry import by
from cnnstep.views.networks.inspection import Inspected
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import Beside, Block, stack, words
from cnnstep.views.panels.grids import matrix
from cnnstep.views.panels.pictures import map_picture
from cnnstep.views.panels.planes import slices
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.cells import CellFormat

CONV = "conv"
WIDEST = 7
MOST_FILTERS = 6
MOST_BY_CHANNEL = 8
MOST_CHANNELS = 6


def filters(asked: Inspected) -> Report:
    """The filters of the first convolution in numbers, those of the next one channel by channel."""
    weights = asked.network.weights
    found = [each for each in asked.network.layers if each.word == CONV and f"{each.name}.weight" in weights]
    if not found:
        raise GeometryError(f"{asked.about.network} has no convolution", "ask another network: lenet5")
    parts: list[list[Block]] = [[asked.title(f"filters of {' and '.join(each.name for each in found[:2])}")]]
    beside = asked.beside.weights if asked.beside else {}
    for layer in found[:2]:
        name = f"{layer.name}.weight"
        is_small = weights[name].ndim == 4 and weights[name].shape[1] == 1 and weights[name].shape[-1] <= WIDEST
        parts += (_numbers if is_small else _by_channel)(layer.name, weights[name], beside.get(name))
    document = asked.document(
        "filters", layers=[{"number": each.number, "name": each.name, "weights": weights[f"{each.name}.weight"]}
                           for each in found[:2]],
    )  # fmt: skip
    return Report(stack(*parts, asked.notes()), document)


def _numbers(name: str, weights: Array, beside: Array | None) -> list[list[Block]]:
    """Filters of one channel with their numbers, on one scale; of the untrained network as pictures."""
    numbers = weights.astype(np.float64)
    show = CellFormat.of(numbers.ravel().tolist())
    grids = [
        matrix(f"{name}[{k}] {by(plane.shape)}", plane, Role.KERNEL, show=show)
        for k, plane in enumerate(numbers[:MOST_FILTERS, 0])
    ]
    told = f", the first {MOST_FILTERS} of {len(weights)}" * (len(weights) > MOST_FILTERS)
    lines: list[Block] = [words(f"{name}: {count(len(weights), 'filter')}{told}", indent=1)]
    parts: list[list[Block]] = [lines, [Beside(tuple(grids))]]
    if beside is not None:
        pictures = [
            map_picture(plane, f"untrained {name}[{k}]", columns=12)._replace(legend=None)
            for k, plane in enumerate(beside[:MOST_FILTERS, 0].astype(np.float64))
        ]
        parts.append([Beside(tuple(pictures))])
    return parts


def _by_channel(name: str, weights: Array, beside: Array | None) -> list[list[Block]]:
    """Each filter as its kernels side by side, channel after channel."""
    told = f"the first {MOST_BY_CHANNEL} of {len(weights)}" if len(weights) > MOST_BY_CHANNEL else "all"
    many = f", the first {MOST_CHANNELS} channels" * (weights.shape[1] > MOST_CHANNELS)
    text = f"{name}: {count(len(weights), 'filter')} of {by(weights.shape[1:])}, {told}; channels side by side{many}"
    sets = [("", weights), *([("untrained ", beside)] if beside is not None else [])]
    parts: list[list[Block]] = [[words(text, indent=1)]]
    for which, each in sets:
        pictures = [
            map_picture(_strip(kernels), f"{which}{name}[{k}]", columns=36)._replace(legend=None)
            for k, kernels in enumerate(each[: MOST_BY_CHANNEL if not which else 2].astype(np.float64))
        ]
        parts.append([Beside(tuple(pictures))])
    return parts


def _strip(kernels: Array) -> Array:
    """Kernels (channels, *window) beside each other, a column of zeros between them."""
    planes = slices(kernels)[:MOST_CHANNELS]
    padded = np.pad(planes, ((0, 0), (0, 0), (0, 1)))
    return np.concatenate(list(padded), axis=1)[:, :-1]
