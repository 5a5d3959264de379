"""The whole line that was meant: where a word is no command, an option is none, or a value does not do."""

from collections.abc import Iterator, Sequence

import click

from cnnstep.cli.lines import Line
from cnnstep.errors import NotationError, Setting, again, nearest, quoted
from cnnstep.inputs.samples import named
from cnnstep.notation import bank_shape
from cnnstep.notation.synonyms import ACTIVATIONS, KERNELS, LOSSES, NETWORKS, meant

REST = "…"
WORDS: dict[str, str] = {
    **dict.fromkeys(("convolution", "convolve", "conv1d", "conv2d", "conv3d", "crosscorrelation"), "conv …"),
    **dict.fromkeys(("maxpool", "maxpool2d", "maxpooling", "pooling", "max"), "pool …"),
    **dict.fromkeys(("avgpool", "avgpool2d", "averagepool", "averagepooling", "average"), "pool … --kind average"),
    **dict.fromkeys(("globalavgpool", "gap"), "pool … --global --kind average"),
    **dict.fromkeys(("unpooling", "maxunpool"), "unpool …"),
    **dict.fromkeys(("padding", "zeropad"), "pad …"),
    **dict.fromkeys(("activation", "nonlinearity"), "activate …"),
    **dict.fromkeys(("deconv", "deconvolution", "convtranspose", "convtranspose2d", "upconv"), "transposed …"),
    **dict.fromkeys(("upsampling", "resize"), "upsample …"),
    **dict.fromkeys(("fc", "linear", "fullyconnected"), "dense …"),
    **dict.fromkeys(("batchnorm2d", "bn"), "batchnorm …"),
    **dict.fromkeys(("backprop", "backpropagation", "backward"), "gradients …"),
    **dict.fromkeys(("eval", "test", "accuracy"), "evaluate …"),
    **dict.fromkeys(("network", "model", "summary"), "net …"),
    **dict.fromkeys(("predict", "classify", "recognize"), "net lenet5 …"),
    **dict.fromkeys(("receptivefield", "receptive"), "field …"),
    **dict.fromkeys(("kernel", "filters", "filter"), "kernels …"),
    **dict.fromkeys(("sample", "pictures", "images"), "samples …"),
    **dict.fromkeys(("image", "picture"), "show …"),
    **dict.fromkeys(("man", "manual", "docs", "topics", "tutorial"), "help …"),
    "version": "--version",
}
"""A word that is no command → the line that is meant; … stands for what else was typed."""
OPTIONS = {
    **dict.fromkeys(("kernelsize", "ksize", "filter", "weights", "poolsize", "windowsize"), "kernel"),
    "strides": "stride", "step": "stride", "pad": "padding", "dilate": "dilation", "dilationrate": "dilation",
    **dict.fromkeys(("type", "mode", "method", "loss"), "kind"),
    **dict.fromkeys(("lr", "learningrate", "eta"), "rate"),
    **dict.fromkeys(("epoch", "iterations"), "epochs"), "batchsize": "batch", "optim": "optimizer",
    **dict.fromkeys(("output", "o", "out", "write"), "save"), "overwrite": "force", "color": "rgb",
    **dict.fromkeys(("label", "class", "y"), "target"), "interactive": "play", "normalize": "unit",
}  # fmt: skip
"""Other names for options."""
INPUTS = ("input", "image", "in", "source", "file")
"""Names for what is no option, but stands on its own."""
FILTERS = ("--filters", "--out-channels", "--out_channels")
SIZES = ("--kernel-size", "--kernel_size", "--ksize", "--size")
KERNEL = ("--kernel", "--k", "-k")
USUAL_WINDOW = (3, 3)
VALUES = {
    "conv": "--kernel", "transposed": "--kernel", "dense": "--units", "dropout": "--rate", "pad": "--padding",
    "upsample": "--factor", "loss": "--target", "size": "--stride", "unpool": "--window", "train": "--data",
}  # fmt: skip
"""Command → the option whose value a word too many is taken for."""
ALIKE, NEAR = 0.6, 0.7
"""How much alike a command, and an option, must be to be meant."""


def no_command(word: str, rest: Sequence[str], commands: Sequence[str]) -> NotationError:
    """The error for a word that is no command, with the line that is meant."""
    lines = {**dict(_named()), **WORDS, **{name: f"{name} …" for name in commands}}
    found = meant(word, lines, {**LOSSES, **KERNELS, **ACTIVATIONS, **NETWORKS})
    if found not in lines:
        found = nearest(word.lower(), lines, cutoff=ALIKE)
    if not found:
        return NotationError(f"no command is called {quoted(word)}", "`cnnstep help` lists what there is")
    words = [each for part in lines[found].split() for each in (rest if part == REST else [part])]
    return NotationError(f"no command is called {quoted(word)}", f"did you mean {line(*words)}?")


def _named() -> Iterator[tuple[str, str]]:
    """What has a name of its own, and the line that shows it; only a mistake loads the tables."""
    from cnnstep.engine.activations import RULES
    from cnnstep.engine.kernels import RECIPES
    from cnnstep.engine.losses import LOSSES
    from cnnstep.inputs.samples import PREFIX, SAMPLES
    from cnnstep.networks.architectures import ARCHITECTURES

    yield from ((name, f"show {PREFIX}{name} {REST}") for name in SAMPLES)
    yield from ((name, f"conv {REST} --kernel {name}") for name in RECIPES)
    yield from ((name, f"loss {REST} --kind {name}") for name in LOSSES)
    yield from ((name, f"activate {REST} {name}") for name in RULES)
    yield from ((name, f"net {name} {REST}") for name in ARCHITECTURES)


def no_option(command: click.Command, args: Sequence[str], wrong: str) -> NotationError:
    """The error for an option that a command does not have, with the line that is meant."""
    place = next(n for n, arg in enumerate(args) if arg.startswith(wrong))
    _, equals, value = args[place].partition("=")
    has_value = equals or any(not each.startswith("--") for each in args[place + 1 : place + 2])
    options = [each for each in command.params if has_value or getattr(each, "is_flag", False)]
    own = [name[2:] for each in options for name in each.opts if name.startswith("--")]
    bare, words = wrong.lstrip("-"), list(args)
    if {"kernel", "groups"} <= set(own) and wrong in (*FILTERS, *SIZES):
        words = _bank(args)
    elif bare in INPUTS and any(param.name == "source" for param in command.params):
        words[place : place + 1] = [value] * bool(equals)
    elif found := _option(bare, own):
        words[place] = f"--{found}{equals}{value}"
    else:
        hint = f"`cnnstep {command.name} --help` shows what it takes"
        return NotationError(f"{command.name} has no option {quoted(wrong)}", hint)
    hint = f"did you mean {line(command.name or '', *words)}?"
    return NotationError(f"{command.name} has no option {quoted(wrong)}", hint)


def too_many(command: click.Command, args: Sequence[str], extra: Sequence[str]) -> NotationError:
    """The error for words that a command has no place for; one of them may be the value of an option."""
    error = f"{command.name} has no place for {' '.join(map(quoted, extra))}"
    name = VALUES.get(command.name or "")
    names = {each for param in command.params if name in param.opts for each in param.opts}
    is_free = names.isdisjoint(arg.partition("=")[0] for arg in args)
    if name and is_free and len(extra) == 1 and extra[0] in args and named(extra[0]) == extra[0]:
        place = len(args) - 1 - args[::-1].index(extra[0])
        words = [*args[:place], name, extra[0], *args[place + 1 :]]
        return NotationError(error, f"did you mean {line(command.name or '', *words)}?")
    return NotationError(error, f"`cnnstep {command.name} --help` shows what it takes")


def _option(word: str, own: Sequence[str]) -> str:
    """The option of a command that is meant; empty where none is near."""
    found = meant(word, own, OPTIONS)
    return found if found in own else nearest(word, own, cutoff=NEAR)


def _bank(args: Sequence[str]) -> list[str]:
    """`--filters 4 --kernel-size 3` as a bank of kernels: `--kernel 4@3x3`."""
    told = (*FILTERS, *SIZES, *KERNEL)
    typed = Line.of(args, told)
    count, size, kernel = ("".join(typed.values(names)[:1]) for names in (FILTERS, SIZES, KERNEL))
    shape = bank_shape(f"{size or kernel}x{size or kernel}" if (size or kernel).isdecimal() else size or kernel)
    window = "x".join(map(str, shape[1] if shape else USUAL_WINDOW))
    return typed.without(told).ending("--kernel", f"{count if count.isdecimal() else 1}@{window}").words


def advised(advice: Sequence[str | Setting], args: Sequence[str]) -> str:
    """The whole line with what a hint advises first in place of what was typed; empty where it was not typed."""
    if any("`" in part for part in advice if isinstance(part, str)):
        return ""
    words = list(args)
    for setting in _first(advice):
        names = (f"--{setting.name}", f"--{setting.name[0]}", f"-{setting.name[0]}")
        typed = Line.of(words, names)
        if not setting.text or len(list(filter(None, typed.values(names)))) != 1:
            return ""
        words = typed.replacing(names, setting.text).words
    return f": {line(*words)}" if words != list(args) else ""


def _first(advice: Sequence[str | Setting]) -> Iterator[Setting]:
    """The settings that are advised together: those of the first alternative."""
    found = False
    for part in advice:
        if isinstance(part, Setting):
            found = True
            yield part
        elif found and part.strip():
            return


def line(*words: str) -> str:
    """A whole line, as it is typed, between backticks."""
    return f"`{again('cnnstep', *words)}`"
