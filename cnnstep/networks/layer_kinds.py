"""The kinds of layers: one row a word, with all that a network must know of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial

from cnnstep.engine.activations import RULES
from cnnstep.engine.fast import layers
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.softmax import Softmax
from cnnstep.networks import batches, planners
from cnnstep.networks.plans import Planner
from cnnstep.notation.layers import Form
from cnnstep.notation.synonyms import ACTIVATIONS


class Sees(Enum):
    """What one cell of a layer's output reads of its inputs: the rule of its receptive field."""

    CELL = auto()
    WINDOW = auto()
    EVERYTHING = auto()


class Head(Enum):
    """What becomes of a layer where a classifier head is rewritten as convolutions."""

    STAYS = auto()
    GOES = auto()
    BECOMES_CONVOLUTION = auto()
    ENDS = auto()
    """It stays after the last dense layer, and is refused before it."""
    REFUSED = auto()
    STAYS_ON_CHANNELS = auto()
    """It has numbers for each channel or unit: it stays, unless flatten has made one row of all channels."""
    HAS_A_SIZE = auto()
    """Its parameters have the size of its input: it is refused everywhere, a larger picture has another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerKind:
    """A row of the table. Whatever could be silently wrong has no default."""

    form: Form
    plan: Planner
    sees: Sees
    keeps_channels: bool
    """Whether channel 0 is still what it was: red stays red."""
    head: Head
    batch: batches.Compiler | None
    """Its way with many images at once, forward and backward; None where it goes image by image, and cannot learn."""
    letter: str = ""
    """How it is counted, as in LeNet's paper: c1, s2, f6."""
    reads_before: bool = False
    """Whether it reads what the layer that it names has read, instead of what that gives."""
    passes_on: bool = False
    """Whether its output is nothing but the numbers of its input."""
    stacks: bool = False
    """Whether its output is the channels of its inputs, one after another."""


_window = partial(LayerKind, sees=Sees.WINDOW, head=Head.STAYS)
_pooling = partial(_window, letter="s", batch=batches.pooling, keeps_channels=True)


def _activation(name: str) -> LayerKind:
    return LayerKind(
        form=Form(
            optional="parameter", example=name, is_activation=True,
            also=tuple(other for other, word in ACTIVATIONS.items() if word == name and other != "linear")),
        plan=planners.activation(name), sees=Sees.CELL, keeps_channels=True, head=Head.STAYS, batch=batches.activation,
        passes_on=name == "identity",
    )  # fmt: skip


MANY = 64
"""How many branches meet at most, beside the one that goes on."""
POOL = frozenset({"stride", "padding", "dilation", "ceil"})
INSTANCE_NORM = LayerKind(
    form=Form(example="instancenorm", also=("instancenorm2d", "instancenorm1d")), plan=planners.instance_normalization,
    sees=Sees.EVERYTHING, keeps_channels=True, head=Head.REFUSED, batch=batches.normalization,
)  # fmt: skip
KINDS: dict[str, LayerKind] = {
    "conv": _window(
        form=Form("kernel", "", frozenset({"stride", "padding", "dilation", "groups", "depthwise", "reads",
                                       "nobias", "inputs"}), True,
                  "conv edge same, or conv 6@5x5 stride 2 relu", ("conv1d", "conv2d", "conv3d", "convolution")),
        plan=planners.convolution, letter="c", batch=batches.convolution, keeps_channels=False),
    "maxpool": _pooling(
        form=Form("", "window", POOL, example="maxpool 2 stride 2",
                  also=("max", "pool", "maxpooling", "maxpool2d", "maxpool1d")),
        plan=planners.pooling("max")),
    "avgpool": _pooling(
        form=Form("", "window", POOL, example="avgpool 2",
                  also=("avg", "average", "mean", "averagepool", "avgpool2d", "avgpool1d")),
        plan=planners.pooling("average")),
    "subsample": _window(
        form=Form("", "window", frozenset({"stride"}), True, "subsample 2"),
        plan=planners.subsampling, letter="s", batch=batches.convolution, keeps_channels=True),
    "transposed": _window(
        form=Form("kernel", "", frozenset({"stride", "padding", "dilation", "groups", "output-padding", "nobias",
                                       "inputs"}),
                  True, "transposed 4@2x2 stride 2", ("convtranspose", "convtranspose2d", "deconv", "upconv")),
        plan=planners.transposed, letter="c", batch=batches.transposed, keeps_channels=False),
    "pad": _window(
        form=Form("padding", "", frozenset({"mode"}), example="pad 1", also=("zeropad2d", "reflectionpad2d")),
        plan=planners.padding, batch=batches.padding, keeps_channels=True),
    "upsample": _window(
        form=Form("", "factor", frozenset({"kind"}), example="upsample 2", also=("upsampling", "resize")),
        plan=planners.upsampling, letter="u", batch=batches.upsampling, keeps_channels=True),
    "unpool": _window(
        form=Form(example="unpool p", also=("maxunpool", "maxunpool2d", "unpooling"), joins=1),
        plan=planners.unpooling, letter="u", batch=batches.unpooling, keeps_channels=True, reads_before=True),
    "add": LayerKind(
        form=Form(ends_with_activation=True, example="add a", also=("sum", "plus", "residual", "skip"), joins=MANY),
        plan=planners.addition, sees=Sees.CELL, keeps_channels=False, head=Head.STAYS,
        batch=lambda _: layers.Addition()),
    "concat": LayerKind(
        form=Form(example="concat a", also=("cat", "concatenate", "stack"), joins=MANY),
        plan=planners.concatenation, sees=Sees.CELL, keeps_channels=False, head=Head.STAYS,
        batch=lambda _: layers.Concatenation(), stacks=True),
    "globalavgpool": _pooling(
        form=Form(example="globalavgpool", also=("gap",)), plan=planners.pooling("average", whole=True)),
    "globalmaxpool": _pooling(form=Form(example="globalmaxpool"), plan=planners.pooling("max", whole=True)),
    "flatten": LayerKind(
        form=Form(example="flatten"), plan=planners.simple(Flatten), sees=Sees.CELL, keeps_channels=False,
        head=Head.GOES, batch=lambda _: layers.Flatten(), passes_on=True),
    "dense": LayerKind(
        form=Form("units", "", frozenset({"nobias", "inputs"}), True, "dense 10", ("fc", "linear")),
        plan=planners.dense, sees=Sees.EVERYTHING, keeps_channels=False, head=Head.BECOMES_CONVOLUTION,
        batch=batches.dense, letter="f"),
    "softmax": LayerKind(
        form=Form(example="softmax"), plan=planners.simple(Softmax), sees=Sees.EVERYTHING, keeps_channels=False,
        head=Head.ENDS, batch=lambda _: layers.Softmax()),
    "dropout": LayerKind(
        form=Form("rate", example="dropout 0.5"), plan=planners.dropout, sees=Sees.CELL, keeps_channels=True,
        head=Head.STAYS, batch=batches.dropout),
    "batchnorm": LayerKind(
        form=Form(settings=frozenset({"epsilon"}), example="batchnorm", also=("batchnorm2d", "batchnorm1d", "bn")),
        plan=planners.batch_normalization,
        sees=Sees.CELL, keeps_channels=True, head=Head.STAYS_ON_CHANNELS, batch=batches.batch_normalization),
    "layernorm": LayerKind(
        form=Form(example="layernorm", also=("ln",)), plan=planners.layer_normalization,
        sees=Sees.EVERYTHING, keeps_channels=True, head=Head.HAS_A_SIZE, batch=batches.normalization),
    "instancenorm": INSTANCE_NORM,
    "normalize": replace(INSTANCE_NORM, form=Form(example="normalize")),
    **{name: _activation(name) for name in RULES},
}  # fmt: skip
"""Word → its kind; a second row, in `views/networks/layer_wording.py`, says it to learners."""


def names(words: Sequence[str], inputs: Sequence[tuple[int, ...]]) -> list[str]:
    """A name for each layer, as in LeNet's paper: c1, s2, c3; an activation has that of its input, which it belongs to.

    `words` are those of the layers, `inputs` the nodes that each reads, counted from 1; 0 is the network's input.
    Of several activations of one layer only the first belongs to it.
    """
    found: list[str] = []
    counted = 0
    for word, (first, *_) in zip(words, inputs, strict=True):
        kind = KINDS[word]
        if kind.letter:
            counted += 1
            found.append(f"{kind.letter}{counted}")
        elif kind.form.is_activation and first and found[first - 1] not in found[first:]:
            found.append(found[first - 1])
        else:
            before = sum(name.partition("-")[0] == word or name == word for name in set(found))
            found.append(f"{word}-{before + 1}" if before else word)
    return found
