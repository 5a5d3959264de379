"""A framework: how its scripts begin and end, and what it writes for every operation; and what all of them share."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from cnnstep.engine.losses import LOSSES as KNOWN
from cnnstep.frameworks.activations import ACTIVATIONS, CORNERS
from cnnstep.frameworks.losses import LOSSES
from cnnstep.frameworks.nodes import Lines, Node, written


class Framework(NamedTuple):
    """A row: its name, what it needs, and how arrays become its own and come back.

    `literal` makes an array of it, `enter` and `leave` lay out a map of so many axes as it has them and as cnnstep has
    them, and `as_numpy` is what an assertion reads. `gradient` are the lines that differentiate a body by a variable.
    """

    word: str
    title: str
    needs: str
    imports: Sequence[str]
    literal: str
    enter: Callable[[str, str, int], Lines]
    leave: Callable[[str, int], str]
    as_numpy: str
    gradient: Callable[[Node, Lines], Lines]
    emitters: Mapping[str, Callable[[Node], Lines]]


def kernel_lines(node: Node, flip: str, layout: str = "{}") -> tuple[Lines, str]:
    """What turns, divides and lays out a kernel before it is used, and the variable that has it then."""
    kernel = used = node.named("kernel")
    axes = written(range(2, 2 + len(node.axes)))
    lines = []
    if node.operation.flip:
        used = f"{kernel}_used"
        lines.append(f"{used} = {flip.format(kernel, axes)}  # turned by 180 degrees")
    if divisor := node.divisor:
        lines.append(f"{kernel}_used = {used} / {divisor}")
        used = f"{kernel}_used"
    if (laid := layout.format(used)) != used:
        lines.append(f"{kernel}_used = {laid}")
        used = f"{kernel}_used"
    return lines, used


def activation_of(node: Node, framework: str, arrays: str, ones: int) -> str:
    """An activation; where its derivative is asked for, with its corners on cnnstep's side."""
    name, parameters = node.operation.name, node.bound.parameters
    a = node.each("slope", ones) if name == "prelu" else repr(float(parameters[0]))
    if node.of and name in CORNERS:
        corner = CORNERS[name].format(x=node.x, a=a, np=arrays)
        return f"{node.output} = {corner}  # its corners belong to the sides that cnnstep gives them to"
    return f"{node.output} = {getattr(ACTIVATIONS[name], framework).format(x=node.x, a=a)}"


def loss_words(node: Node) -> Any:
    """The row of a loss."""
    is_signs = node.operation.rule is not KNOWN[node.operation.kind]
    return LOSSES["binary-hinge" if is_signs else node.operation.kind]


def loss_of(node: Node, column: str) -> str:
    """A loss, or its gradient."""
    target = node.bound.t
    settings = {"n": target.size, "delta": float(node.operation.delta), "right": int(target.argmax())}
    name = "gradient" if column == "gradient" else node.output
    return f"{name} = {getattr(loss_words(node), column).format(**settings)}"


def philox(node: Node, laid: str = "kept") -> Lines:
    """Dropout with cnnstep's own draws: another generator would drop other cells."""
    operation, x, y, rate = node.operation, node.x, node.output, repr(float(node.operation.rate))
    if operation.inference:
        return [f"{y} = {x}  # nothing is dropped at inference"]
    return [
        f"draws = np.random.Philox(key={operation.seed}).random_raw({prod(node.shape)}) * 2.0**-64",
        f"kept = (draws >= {rate}).reshape({written(node.shape)})  # cnnstep's draws: another generator has others",
        f"{y} = {x} * {laid} / (1 - {rate})",
    ]
