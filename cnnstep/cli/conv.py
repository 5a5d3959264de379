"""`cnnstep conv`."""

import click

from cnnstep.cli.options import Shown, Source, asked_options, cnnstep_command, source_options, viewed
from cnnstep.cli.windows import Window, window_options

EXAMPLES = (
    ("cnnstep conv", "the first lesson: one vertical edge"),
    ("cnnstep conv image.png --kernel edge --stride 2", "your own picture"),
    ("cnnstep conv sample:five --at 1,2", "one cell"),
    ("cnnstep conv sample:halves --padding same", "the map keeps its size"),
    ("cnnstep conv sample:flower --rgb --kernel sobel-x", "three channels, one kernel for all"),
    ('cnnstep conv sample:flower --rgb --kernel "1 0;; 0 1;; 1 1"', "a kernel for each channel"),
    ('cnnstep conv "1 2 3; 4 5 6; 7 8 9" --kernel "0 1; 1 0"', "your own numbers"),
    ("cnnstep conv sample:beep --kernel tone --view map", "a sound"),
    ("cnnstep conv sample:five --as-matrix --at 1,1", "the same as one matrix product"),
    ("cnnstep conv sample:five --gradient kernel", "backwards: how L changes with each weight"),
    ("cnnstep conv sample:picture --save map.png", "take the result away"),
)


@cnnstep_command("conv", EXAMPLES, asked_options, source_options)
@window_options
@click.option("--pointwise", metavar="W",
              help="Depthwise first, then mix the channels 1x1: a row of weights a filter, "
              "or how many filters (depthwise-separable).")  # fmt: skip
def command(source: Source, window: Window, pointwise: str | None) -> Shown:
    """Convolve INPUT (a picture, a table, a matrix, - for stdin), one window at a time.

    INPUT is the 6x6 sample:halves, and the kernel `vertical`, unless you say otherwise. Like every
    deep-learning framework, this is cross-correlation; --flip turns the kernel.
    """
    shown = window.read(source)
    if pointwise is not None:
        from cnnstep.cli.separable import separable

        return separable(shown, window, pointwise)
    convolution = window.convolution(shown)
    walk = convolution.walk(shown.values)
    notes = ["causal"] * window.causal
    depth = len(shown.values) // convolution.groups
    told = click.get_current_context().params
    if convolution.bank.shared and depth > 1 and not (told.get("at") or told.get("gradient")):
        notes.append(f"the same kernel in all {depth} channels: ;; between kernels gives each its own")
    return window.matrix_wise(viewed(walk, "conv", shown.channels, notes))
