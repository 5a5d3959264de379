"""From a view to its script."""

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from math import prod
from typing import Any

import numpy as np

from cnnstep.engine.arrays import Array
from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.losses import GRADIENT
from cnnstep.frameworks import FRAMEWORKS
from cnnstep.frameworks.framework import Framework
from cnnstep.frameworks.nodes import Lines, Node, axes_told, in_ascii, single
from cnnstep.frameworks.refusals import check
from cnnstep.frameworks.script import Check, Numbers, Script
from cnnstep.networks.layer import Layer
from cnnstep.networks.run import Run
from cnnstep.views.networks.network import NetworkView
from cnnstep.views.view import View

INLINE = 500_000
"""So many weights stand in a script (6 MB of text at most); more are loaded from what `--save weights.npz` writes."""
USE = "It needs {needs}, and nothing else: python code.py"
END = "Its last lines compare the result with cnnstep's own numbers."
LOADED = "It reads its {count:,} weights from weights.npz, beside it: cnnstep net {typed} --save weights.npz"


def framework_called(word: str) -> Framework:
    """The row of a framework, whose file is loaded now."""
    module, _, name = FRAMEWORKS[word].partition(".")
    found: Framework = getattr(import_module(f"cnnstep.frameworks.{module}"), name)
    return found


def script(view: View, word: str) -> str:
    """The script that makes the numbers of a view in a framework; raises OutputError where that framework cannot."""
    framework = framework_called(word)
    if isinstance(view, NetworkView):
        return of_network(view, framework).text()
    operation: Any = view.operation
    if isinstance(operation, Gradient):
        node = single(operation.forward, operation.met, operation.of)
        return of_gradient(node, view.bound.input, view.walk.output, framework).text()
    node = single(operation, view.bound)
    if node.operation.noun == "loss":
        return of_loss(node, framework).text()
    return of_operation(node, view.walk.output, framework).text()


def of_operation(node: Node, output: Array, framework: Framework) -> Script:
    """The script of an operation that stands alone."""
    arrays = [*_inputs(node), *_constants(node), _expected(output)]
    return _made(node.operation.noun, framework, arrays, _alone(node, framework), [Check("y", "expected")])


def of_loss(node: Node, framework: Framework) -> Script:
    """The script of a loss, and of its gradient."""
    known, node = node.bound.known(), node._replace(of="input")
    total, gradient = np.array(known["loss"]), np.asarray(known[GRADIENT], np.float64)
    arrays = [*_inputs(node), *_constants(node), Numbers("upstream", np.array(1), "what arrives at the loss itself")]
    arrays += [_expected(total), _expected(gradient, "expected_gradient")]
    body = framework.gradient(node, _alone(node, framework))
    checks = [Check("y", "expected"), Check("gradient", "expected_gradient")]
    return _made(f"{node.operation.kind} loss", framework, arrays, body, checks)


def of_gradient(node: Node, upstream: Array, output: Array, framework: Framework) -> Script:
    """The script of a gradient, by autograd or by its formula."""
    told = "the gradient of the loss by each output"
    g = upstream.reshape(()) if node.operation.noun == "loss" else upstream
    arrays = [*_inputs(node), *_constants(node), Numbers("upstream", g, told), _expected(output)]
    body = framework.gradient(node, _alone(node, framework))
    noun = f"gradient of {node.operation.noun}, by its {node.of}"
    return _made(noun, framework, arrays, body, [Check("gradient", "expected")])


def of_network(view: NetworkView, framework: Framework) -> Script:
    """The script of a network: layer after layer."""
    run = view.run
    nodes = [_layer(run, layer) for layer in run.layers]
    count = sum(each.values.size for node in nodes for each in node.constants.values())
    first, last = framework.enter("h0", "x", run.x.ndim) or ["h0 = x"], nodes[-1].output
    body = [*first]
    for layer, node in zip(run.layers, nodes, strict=True):
        body += ["", f"# layer {layer.number}: {layer.text} -> {in_ascii(layer.output)}", *emitted(node, framework)]
    body += ["", f"y = {framework.leave(last, len(run.layers[-1].output))}"]
    arrays = [Numbers("x", run.x, axes_told(run.x.ndim))]
    for layer, node in zip(run.layers, nodes, strict=True):
        arrays += _constants(node, layer if count > INLINE else None)
    arrays.append(_expected(view.walk.output))
    more = [LOADED.format(count=count, typed=view.about.typed)] if count > INLINE else []
    return _made(view.about.network, framework, arrays, body, [Check("y", "expected")], more)


def _layer(run: Run, layer: Layer) -> Node:
    """A layer as a node of its network."""
    walk = run.walk(layer.number)
    prefix = re.sub(r"\W", "_", layer.name) + "_"
    inputs = tuple(f"h{node}" for node in layer.inputs)
    return Node(run.network.operation(layer.number), walk.bound, inputs, f"h{layer.number}", layer.shapes, prefix)


def emitted(node: Node, framework: Framework) -> Lines:
    """The lines of one operation; raises OutputError where the framework has none."""
    check(node, framework.word)
    return [row for line in framework.emitters[node.operation.noun](node) for row in line.splitlines()]


def _alone(node: Node, framework: Framework) -> Lines:
    """The body of an operation: its input laid out as the framework has it, the operation, and its output back."""
    rank = len(node.shape)
    if node.operation.noun == "loss" or not framework.enter("h", "x", rank):
        return emitted(node, framework)
    names = ("h",) if len(node.inputs) == 1 else tuple(f"h{number}" for number in range(1, len(node.inputs) + 1))
    if node.is_batch:
        return [f"h = {node.x}", *emitted(node._replace(inputs=names, output="h"), framework), "y = h"]
    pairs = zip(names, node.inputs, node.shapes, strict=True)
    entered = [line for h, x, shape in pairs for line in framework.enter(h, x, len(shape))]
    out = len(node.bound.output_shape)
    lines = emitted(node._replace(inputs=names, output="h"), framework)
    return [*entered, *lines, f"y = {framework.leave('h', out)}"]


def _inputs(node: Node) -> list[Numbers]:
    """What an operation reads."""
    given = node.bound.given if isinstance(node.bound.given, tuple) else (node.bound.given,)
    each = zip(node.inputs, given, strict=True)
    return [Numbers(name, np.asarray(values), axes_told(np.ndim(values))) for name, values in each]


def _constants(node: Node, stored: Layer | None = None) -> list[Numbers]:
    """What an operation works with; of a large network by the names that its file of weights has."""
    found = []
    for name, each in node.constants.items():
        known: Mapping[str, Any] = stored.plan.parameters if stored else {}
        is_there = each.stored in known and known[each.stored].shape == each.values.shape
        where = f"{stored.name}.{each.stored}" if stored and is_there else ""
        found.append(Numbers(name, each.values, each.axes, where))
    return found


def _expected(values: Array, name: str = "expected") -> Numbers:
    return Numbers(name, values, "cnnstep's own numbers", is_plain=True)


def _made(
    noun: str, framework: Framework, arrays: Sequence[Numbers], body: Lines, checks: Sequence[Check],
    more: Sequence[str] = (),
) -> Script:  # fmt: skip
    """The whole, with its head and the size of its numbers, which its tolerance is a share of."""
    given, result = arrays[0].values, arrays[-1].values
    head = f"{noun} in {framework.title}: {in_ascii(given.shape)} -> {in_ascii(arrays[-len(checks)].values.shape)}."
    told = "\n".join([head, "", USE.format(needs=framework.needs), *more, END, ""])
    sizes = [
        np.abs(each.values.astype(np.float64)).max()
        for each in (arrays[0], *arrays[-len(checks) :])
        if prod(each.values.shape)
    ]
    is_single = result.dtype == np.float32
    return Script(told, framework, arrays, body, checks, float(max(sizes, default=1)) or 1.0, is_single)
