"""A kernel that slides, or is added cell by cell: its options, and the operation that they describe."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from cnnstep import notation
from cnnstep.cli.base import Parsed, bundle, number, numbers, sizes, whole
from cnnstep.cli.options import Source
from cnnstep.errors import GeometryError
from cnnstep.geometry import Padding, extent

if TYPE_CHECKING:
    from cnnstep.engine.convolution import Convolution
    from cnnstep.engine.kernels import Kernel
    from cnnstep.engine.transposed import TransposedConvolution
    from cnnstep.inputs.reading import Input
    from cnnstep.views.view import View

USUAL = {1: "difference", 2: "vertical", 3: "frame-difference"}
"""The kernel that is taken where none is named."""


@dataclass(frozen=True, slots=True)
class Window:
    """The kernels and how they slide."""

    kernel: tuple[str, ...]
    stride: tuple[int, ...]
    padding: Any
    dilation: tuple[int, ...]
    groups: int
    bias: tuple[float, ...]
    flip: bool
    seed: int
    depthwise: bool
    as_matrix: bool
    pad_mode: str | None = None
    pad_value: float | None = None
    causal: bool = False

    @property
    def mode(self) -> str:
        """The padding mode; a value alone means `constant`."""
        return self.pad_mode or ("zeros" if self.pad_value is None else "constant")

    def read(self, source: Source) -> "Input":
        """Read the input; one row of numbers is a signal unless a kernel or a setting has two axes."""
        shown = source.read("sample:halves")
        if source.reading.axes is not None or shown.axes > 1:
            return shown
        several = (self.stride, self.dilation, self.padding if isinstance(self.padding, tuple) else ())
        has_rows = any(len(each) > 1 for each in several) or any(_rows(name) > 1 for name in self.kernel)
        return replace(shown, values=shown.values[:, None]) if has_rows else shown

    def convolution(self, shown: "Input") -> "Convolution":
        """The convolution that the options describe."""
        from cnnstep.engine.convolution import Convolution

        kernels, channels = self._kernels(shown), len(shown.values)
        filters = sum(len(each.weights) if each.weights.ndim > shown.axes else 1 for each in kernels)
        if self.depthwise and filters > 1 and filters % channels:
            raise GeometryError(
                f"{filters} kernels do not fit {channels} channels one by one", f"give 1 kernel, or {channels} of them"
            )
        return Convolution(
            kernels,
            padding=self._causal_padding(shown, kernels[0]) if self.causal else self.padding,
            pad_mode=self.mode,
            pad_value=self.pad_value or 0,
            **self._settings(shown),
        )

    def transposed(self, shown: "Input", output_padding: tuple[int, ...]) -> "TransposedConvolution":
        """The transposed convolution that the options describe."""
        from cnnstep.engine.transposed import TransposedConvolution

        return TransposedConvolution(
            self._kernels(shown), padding=self.padding, output_padding=output_padding, **self._settings(shown)
        )

    def matrix_wise(self, view: "View") -> "View":
        """The same view, or with --as-matrix that of one matrix product."""
        if not self.as_matrix:
            return view
        from cnnstep.views.operations.matrix_product import MatrixView

        return MatrixView.of(view)

    def _kernels(self, shown: "Input") -> "list[Kernel]":
        """The kernels that were named, for this many axes, or the usual one."""
        from cnnstep.inputs.kernels import read_kernel

        depth = 1 if self.depthwise else max(1, len(shown.values) // self.groups)
        return [read_kernel(name, self.seed, shown.axes, depth) for name in self.kernel or (USUAL[shown.axes],)]

    def _settings(self, shown: "Input") -> dict[str, Any]:
        """What both operations take; a depthwise one has as many groups as channels."""
        channels = len(shown.values)
        if self.depthwise and self.groups not in {1, channels}:
            raise GeometryError(f"--depthwise makes {channels} groups, not {self.groups}", "leave --groups out")
        settings = {name: getattr(self, name) for name in ("stride", "dilation", "bias", "flip")}
        return {**settings, "groups": channels if self.depthwise else self.groups, "axes": shown.axes}

    def _causal_padding(self, shown: "Input", kernel: "Kernel") -> Padding:
        """All padding before the signal: each output sample reads itself and what came before it."""
        if shown.axes != 1:
            raise GeometryError(f"causal padding is for a signal, not for {shown.axes} axes", "leave --causal out")
        if self.padding != ((0, 0),):
            raise GeometryError("--causal sets the padding itself", "leave --padding out")
        return ((extent(kernel.weights.shape[-1], self.dilation[0]) - 1, 0),)


def _rows(name: str) -> int:
    """How many rows a kernel has; 1 where it cannot be told, so that its own error comes later."""
    from cnnstep.inputs.kernels import read_kernel

    try:
        return int(read_kernel(name).weights.shape[-2])
    except GeometryError:
        return 1


def kernel_words() -> list[str]:
    """The names of kernels, for completion."""
    from cnnstep.engine.kernels import names

    return names()


STRIDE = click.option("--stride", "--s", "-s", "stride", type=sizes("stride"), default=(1,),
                      help="Cells from one window to the next.  [default: 1]")  # fmt: skip
PADDING = click.option(
    "--padding", "--p", "-p", "padding", type=Parsed("P", notation.padding), default=((0, 0),),
    help="Cells around the input (transposed: cut off): N, NxM, before:after, same, valid, full.",
)  # fmt: skip
DILATION = click.option("--dilation", "--d", "-d", "dilation", type=sizes("dilation"), default=(1,),
                        help="Cells from one kernel cell to the next.  [default: 1]")  # fmt: skip
GROUPS = click.option("--groups", type=whole("groups"), default=1, show_default=True,
                      help="Channels are dealt into groups that do not meet.")  # fmt: skip
SEED = click.option("--seed", type=whole("seed", 0), default=0, show_default=True, help="For random kernels.")
SLIDING = (
    click.option(
        "--kernel", "--k", "-k", "kernel", type=Parsed("KERNEL", str, kernel_words), multiple=True,
        help='A name (see `cnnstep kernels`), a matrix "1 0 -1; 1 0 -1; 1 0 -1" (/9 at its end divides, ;; begins that '
        "of the next channel), or a file. Repeat it for several filters.",
    ),
    STRIDE,
    PADDING,
    DILATION,
    GROUPS,
    click.option("--bias", type=numbers("bias", "B"), default=(0,),
                 help='Added to each sum: one number, or one a filter: "-0.1,0.05".  [default: 0]'),
    click.option("--flip", is_flag=True, help="Turn the kernel by 180 degrees: the convolution of mathematics."),
    SEED,
    click.option("--as-matrix", is_flag=True, help="Show the same operation as one matrix product."),
    click.option("--depthwise", is_flag=True, help="A kernel for each channel on its own: --groups CHANNELS."),
)  # fmt: skip
PAD_MODE = click.option("--pad-mode", type=Parsed("MODE", str),
                        help="zeros, constant, reflect, replicate or circular.")  # fmt: skip
PAD_VALUE = click.option("--pad-value", type=number("pad-value", "N"), help="What stands in the padding, instead of 0.")
FILLING = (
    PAD_MODE,
    PAD_VALUE,
    click.option("--causal", is_flag=True, help="On a signal: pad so that no sample is read before its time."),
)  # fmt: skip
"""What stands in the padding; where padding cuts away, there is nothing to fill."""
window_options = bundle("window", Window, *SLIDING, *FILLING)
transposed_options = bundle("window", Window, *SLIDING)
