"""What `cnnstep net` shows without steps: the table, a layer's arithmetic, words, a field, dense layers rewritten."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import prod
from shlex import quote
from typing import Any

from cnnstep.cli.described import COLOURS, SAMPLES, Described
from cnnstep.cli.questions import EVERY, Question
from cnnstep.engine.kernels import MOST_WEIGHTS
from cnnstep.errors import NotationError
from cnnstep.networks.classifier_head import Moved, Rewritten, rewrite
from cnnstep.networks.forward import Forward
from cnnstep.networks.names import find
from cnnstep.networks.network import Layer, Network
from cnnstep.networks.receptive_field import fields
from cnnstep.networks.run import Run
from cnnstep.views.networks import classifier_head as tail
from cnnstep.views.networks import in_words as lesson
from cnnstep.views.networks import layer_arithmetic as explained
from cnnstep.views.networks import receptive_field as field
from cnnstep.views.networks import table as architecture
from cnnstep.views.networks.predictions import sheet as answers_sheet
from cnnstep.views.reports.sheet import Sheet
from cnnstep.views.wording.arithmetic import channels_last

PLANE = 3
MORE = 4
"""How many answers more, on each axis, a larger picture gives."""


def _table(question: Question, described: Described) -> Sheet:
    """What the layers give, learn, cost and see."""
    layers = _layers(question, described)
    another = "--explain (all of it in words), --explain 1 (the arithmetic of a layer)"
    notes = (*described.notes, *described.size_notes(layers[0].input), *channels_last(layers[0].input))
    made = architecture.sheet(described.name, layers, notes)
    return made._replace(hint=f"{another}, {_run_it(question, described)}")


def _explained(question: Question, described: Described) -> Sheet:
    """A layer in arithmetic, or all of them in words."""
    layers, run_it = _layers(question, described), _run_it(question, described)
    if question.wanted.explain == EVERY:
        page = lesson.sheet(described.name, layers, described.notes)
        return page._replace(hint=f"--explain {layers[0].name} (the arithmetic of a layer), {run_it}")
    layer = find(layers, question.wanted.explain or EVERY).first
    return explained.sheet(described.name, layers, layer)._replace(hint=run_it)


def _layers(question: Question, described: Described) -> list[Layer]:
    """The layers for the shape that is told, or that the network is made for."""
    size = question.wanted.shape or described.input
    if size is None:
        raise NotationError("--explain needs to know what arrives", "add --in 1x32x32 (channels, rows, columns)")
    return described.layers(size, question.wanted.seed)


def _run_it(question: Question, described: Described) -> str:
    """How to send something through the same network."""
    size = question.wanted.shape
    if described.input is None or (size and size != described.input):
        return _resized(question, size or ())
    sample = SAMPLES.get(described.input[0]) if len(described.input) == PLANE else None
    weights = (each for layer in _layers(question, described) for each in layer.plan.parameters.values())
    smaller = " --resize 64x64" if any(prod(each.shape) > MOST_WEIGHTS for each in weights) else ""
    return f"cnnstep net {quote(question.chain or '')} {sample or '--layer 1'}{smaller} (run it)"


def _resized(question: Question, size: tuple[int, ...]) -> str:
    """A sample in the size that was asked for."""
    if len(size) != PLANE or size[0] not in SAMPLES:
        return "an INPUT instead of --in (run it)"
    rgb = " --rgb" if size[0] == COLOURS else ""
    chain = quote(question.chain or "")
    return f"cnnstep net {chain} {SAMPLES[size[0]]} --resize {size[2]}x{size[1]}{rgb} (run it)"


def _field(question: Question, described: Described) -> Sheet:
    wanted = question.wanted
    assert wanted.field is not None  # noqa: S101 - asked for it
    x = _input(question, described)
    layers = described.layers(x.shape, wanted.seed)
    layer = find(layers, wanted.field.layer).first
    made = field.sheet(described.name, x, layers, layer, wanted.field.cell)
    others = [each for each in layers if each.name != layer.name and len(each.output) > 1] or [layers[-1]]
    other = next((each for each in reversed(others) if each.number < layer.number), others[-1])
    places = ",".join(["*", *["0"] * (len(other.output) - 1)])
    cell = ",".join(str(place or 0) for place in wanted.field.cell)
    return made._replace(hint=f'--field "{other.name}[{places}]" (another), --why "{layer.name}[{cell}]" (its number)')


def _as_conv(question: Question, described: Described) -> Sheet:
    """The network as it is, rewritten, and rewritten on a larger picture, where softmax has no list to stand on."""
    wanted, x = question.wanted, _input(question, described)
    layers = described.layers(x.shape, wanted.seed)
    rewritten = rewrite(layers, described.words)
    network = described.network(layers, wanted.seed, wanted.weights)
    after = Run(_assembled(network, rewritten, described, x.shape), x)
    size = _larger(layers)
    picture = _input(question, described, size)
    maps = [each for each in rewritten if each.layer.word != "softmax"]
    larger = Run(_assembled(network, maps, described, picture.shape), picture)
    made = tail.sheet(described.name, rewritten, tail.Runs(Run(network, x), after, larger))
    return made._replace(
        hint=f"cnnstep net {quote(question.chain or '')}{_in(question)} --explain (what its layers are for)"
    )


def _assembled(
    network: Network, rewritten: Sequence[Rewritten], described: Described, shape: tuple[int, ...]
) -> Network:
    words = [each.words for each in rewritten if each.words]
    return Moved(network, rewritten, replace(described, words=words).layers(shape, network.seed))


def _larger(layers: Sequence[Layer]) -> tuple[int, ...]:
    """A size that gives a few answers more on each axis."""
    first = next(layer for layer in layers if layer.word == "dense")
    seen = fields(layers)[first.number - 2] if first.number > 1 else None
    jumps = [each.jump for each in seen] if seen else [1] * len(layers[0].input[1:])
    return tuple(n + MORE * jump for n, jump in zip(layers[0].input[1:], jumps, strict=True))


def _input(question: Question, described: Described, size: tuple[int, ...] = ()) -> Any:
    """INPUT, a sample or noise, of this size or the one that the network is made for."""
    shape = question.wanted.shape or described.input
    if shape and size:
        shape = (shape[0], *size)
    reading = question.reading
    if size and not shape:
        reading = replace(reading, resize=size[::-1] if len(size) > 1 else (size[0], 1))
    made_for = replace(described, input=shape)
    shown = made_for.read(question.source, reading, question.wanted.seed)
    x, is_batch = made_for.laid(shown)
    if is_batch:
        raise NotationError(
            f"{shown.name} holds {len(x):,} images, and this asks about one", "save one of them as .npy"
        )
    return x


def _in(question: Question) -> str:
    """The shape again, as it was typed."""
    return f" --in {'x'.join(map(str, question.wanted.shape))}" if question.wanted.shape else ""


SHEETS_OF: Mapping[str, Callable[[Question, Described], Sheet]] = {
    "the table": _table,
    "--explain": _explained,
    "--field": _field,
    "--as-conv": _as_conv,
}
"""Kind of question → its sheet."""


def answers_of(question: Question, network: Network, name: str, images: Any, notes: list[str]) -> Sheet:
    """The answers to a batch, N images in one array."""
    asked, wanted = question.asked, question.wanted
    if asked.has_steps or wanted.layer or wanted.why:
        raise NotationError(
            f"{name} holds {len(images):,} images, and steps are those of one", "save one of them as .npy"
        )
    answers = Forward(network)(images)
    chain = question.chain or "net"
    made = answers_sheet(chain, name, answers.reshape(len(answers), -1), notes)
    save = "" if asked.save else "--save answers.csv, or "
    return made._replace(hint=f"{save}cnnstep net {quote(chain)} (what its layers are)")
