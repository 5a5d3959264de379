"""What the commands of networks share: a network and its input as they were typed, and what is made of them."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, prod
from pathlib import Path

from cnnstep.cli.described import COLOURS, SAMPLES, Described
from cnnstep.cli.options import Source
from cnnstep.engine.arrays import Array
from cnnstep.engine.kernels import MOST_WEIGHTS
from cnnstep.errors import DataError, NotationError, Setting, again, printable
from cnnstep.inputs.labels import read_labels
from cnnstep.networks.classifier_head import Moved, Rewritten, renumbered, rewrite
from cnnstep.networks.described import describe
from cnnstep.networks.forward import Forward
from cnnstep.networks.layer import Layer
from cnnstep.networks.layer_kinds import Head
from cnnstep.networks.network import Network, upstream
from cnnstep.networks.parameters import full_names
from cnnstep.networks.receptive_field import arriving
from cnnstep.networks.run import Run
from cnnstep.render.formats.progress import Waiting
from cnnstep.views.networks import classifier_head, outputs, table, weight_names
from cnnstep.views.networks.network import About
from cnnstep.views.report import Report
from cnnstep.views.wording.arithmetic import channels_last

PLANE = 3
MORE = 4
"""How many answers more, on each axis, a larger picture gives."""
ONE_ALONE = "save one of them as .npy"


@dataclass(frozen=True)
class NetworkInput:
    """A network and the input that it meets, as they were typed."""

    chain: str
    source: Source
    shape: tuple[int, ...] | None = None
    seed: int = 0
    weights: str | None = None
    training: bool = False
    """Whether batch normalisation takes the statistics of what arrives."""
    labels: str | None = None
    untrained: bool = False
    """Whether weights are drawn, also where trained ones come with the network."""

    @cached_property
    def described(self) -> Described:
        """What the chain, the name or the file says."""
        found = describe(self.chain)
        typed = Described(**vars(found))
        return typed.in_training() if self.training else typed

    @property
    def typed(self) -> str:
        """The network, its input, how it is read and its weights, as they would be typed again."""
        weights = f" --weights {again(self.weights)}" if self.weights else f" --seed {self.seed}" * bool(self.seed)
        if not weights and self.untrained and self.described.weights:
            weights = " --untrained"
        return again(self.chain) + self.source.typed + weights + " --training" * self.training

    @property
    def size(self) -> str:
        """The shape again, as it was typed."""
        return f" --in {'x'.join(map(str, self.shape))}" if self.shape else ""

    def table(self, batch: int) -> str:
        """What to type for the table of a batch."""
        size = self.size or " --in 1x32x32" * (self.described.input is None)
        return f"type cnnstep net {again(self.chain)}{size} --batch {batch}"

    def layers(self) -> list[Layer]:
        """The layers for the shape that is told, or that the network is made for."""
        size = self.shape or self.described.input
        if size is None:
            raise NotationError("what arrives at the first layer is not known", ("add ", Setting("in", (1, 32, 32))))
        return self.described.layers(size, self.seed)

    def named(self, size: tuple[int, ...] = ()) -> tuple[str, Array]:
        """One image of this size, or of the one that the network is made for; its name says how it got it."""
        shape, source = self.shape or self.described.input, self.source
        if shape and size:
            shape = (shape[0], *size)
        elif size:
            source = source.changed(resize=size[::-1] if len(size) > 1 else (size[0], 1))
        made_for = replace(self.described, input=shape)
        shown = made_for.read(source, self.seed)
        x, is_batch = made_for.laid(shown)
        if is_batch:
            raise NotationError(f"{shown.name} holds {len(x):,} images, and this asks about one", ONE_ALONE)
        return shown.name, x

    def network(self, layers: list[Layer]) -> Network:
        """The layers with weights from a file, or drawn."""
        if self.weights is None:
            return Network(layers, self.seed, None if self.untrained else self.described.learned(layers))
        if self.weights != "-" and not Path(self.weights).is_file():
            missing = printable(self.weights) or "an empty name"
            raise DataError(f"no such file: {missing}", "--save weights.npz writes one")
        with Waiting("reading the weights"):
            return Network(layers, self.seed, self.described.fitted(layers, self.weights))

    def run(self) -> tuple[Run, About]:
        """The network on one input; raises NotationError for many images."""
        network, x, about, is_batch = self._met()
        if is_batch:
            raise NotationError(f"{about.name} holds {len(x):,} images, and steps are those of one", ONE_ALONE)
        return Run(network, x), about

    def run_or_predict(self) -> "tuple[Run, About] | Report":
        """The network on one input, or its predictions for many."""
        network, x, about, is_batch = self._met()
        if not is_batch:
            return Run(network, x), about
        if self.training:
            raise NotationError(f"{about.name} holds {len(x):,} images, and --training takes one here", ONE_ALONE)
        with Waiting("running the network"):
            found = Forward(network)(x)
        report = outputs.predictions(self.chain, about.name, found.reshape(len(found), -1), about.notes, about.labels)
        return report.hinting(f"--save answers.csv, or cnnstep net {again(self.chain)} (what its layers are)")

    def _met(self) -> tuple[Network, Array, About, bool]:
        described = self.described
        shown = described.read(self.source, self.seed)
        x, is_batch = described.laid(shown)
        shape = x.shape[is_batch:]
        layers = described.layers(shape, self.seed, is_typed=self.source.name is not None)
        labels = read_labels(self.labels, prod(layers[-1].output)) if self.labels is not None else ()
        network = self.network(layers)
        notes = [*described.size_notes(shape), *described.preparing_notes(shown), *shown.notes, *_unread(layers)]
        if network.is_drawn:
            notes.append(f"random weights are drawn from seed {self.seed}: this network has learned nothing yet")
        elif self.weights is None and network.given is not None:
            notes.append(f"{described.name} has learned handwritten digits; --untrained shows it before that")
        return network, x, About(shown.name, shown.channels, notes, described.name, self.typed, labels), is_batch


def _unread(layers: list[Layer]) -> list[str]:
    """What to know of layers that the output does not come from."""
    read = {layer.number for layer in upstream(layers, len(layers))}
    dead = [f"{layer.number} ({layer.text})" for layer in layers if layer.number not in read]
    if not dead:
        return []
    which = f"layer {dead[0]} changes" if len(dead) == 1 else f"layers {', '.join(dead)} change"
    return [f"{which} no answer: the output does not read it; add or concat join a branch"]


def table_of(given: NetworkInput, batch: int = 1) -> Report:
    """What the layers give, learn, cost and see, the costs those of a batch of images."""
    layers, described = given.layers(), given.described
    shape = layers[0].input
    notes = (
        *described.notes, *described.preparing_notes(), *described.size_notes(shape), *channels_last(shape),
        *_unread(layers),
    )  # fmt: skip
    explain = f"cnnstep explain {again(given.chain)}{given.size}"
    hint = f"{explain} (words), {further(given, layers)}"
    return table.report(described.name, layers, notes, batch).hinting(hint)


def names_of(given: NetworkInput) -> Report:
    """What its weights are called, here and in PyTorch."""
    layers, described = given.layers(), given.described
    shapes = {name: each.shape for name, each in full_names(layers).items()}
    hint = f"cnnstep net {again(given.chain)} INPUT --weights weights.npz (run it with them)"
    return weight_names.report(described.name, shapes, described.foreign.names(layers)).hinting(hint)


def further(given: NetworkInput, layers: list[Layer]) -> str:
    """How to send something through the same network."""
    size, made_for = given.shape, given.described.input
    run = f"cnnstep net {again(given.chain)}"
    if made_for is None or (size and size != made_for):
        if not size or len(size) != PLANE or size[0] not in SAMPLES:
            return f"{run} INPUT (run it)"
        rgb = " --rgb" if size[0] == COLOURS else ""
        return f"{run} {SAMPLES[size[0]]} --resize {size[2]}x{size[1]}{rgb} (run it)"
    sample = SAMPLES.get(made_for[0]) if len(made_for) == PLANE else None
    weights = (each for layer in layers for each in layer.plan.parameters.values())
    smaller = " --resize 64x64" if any(prod(each.shape) > MOST_WEIGHTS for each in weights) else ""
    return f"{run} {sample or '--layer 1'}{smaller} (run it)"


def as_convolutions(given: NetworkInput) -> Report:
    """The network as it is, rewritten, and rewritten on a larger picture, where softmax has no list to stand on."""
    _, x = given.named()
    layers = given.described.layers(x.shape, given.seed)
    rewritten = rewrite(layers, given.described.words)
    network = given.network(layers)

    def moved(made: list[Rewritten], x: Array) -> Run:
        words = renumbered(made)
        return Run(Moved(network, made, replace(given.described, words=words).layers(x.shape, given.seed)), x)

    _, picture = given.named(_larger(layers))
    maps = [each for each in rewritten if each.layer.kind.head is not Head.ENDS]
    runs = classifier_head.Runs(Run(network, x), moved(rewritten, x), moved(maps, picture))
    hint = f"cnnstep explain {again(given.chain)}{given.size} (what its layers are for)"
    return classifier_head.report(given.described.name, rewritten, runs).hinting(hint)


def _larger(layers: list[Layer]) -> tuple[int, ...]:
    """A size that gives a few answers more on each axis."""
    first = next(layer for layer in layers if layer.kind.head is Head.BECOMES_CONVOLUTION)
    seen = arriving(layers, first)
    jumps = [ceil(each.jump) for each in seen] if seen else [1] * len(layers[0].input[1:])
    return tuple(n + MORE * jump for n, jump in zip(layers[0].input[1:], jumps, strict=True))
