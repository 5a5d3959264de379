"""From the options of a sliding kernel to its operation: which axes, which kernels, which padding."""

from typing import TYPE_CHECKING, Any

from cnnstep.cli.options import Window
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.kernels import Kernel
from cnnstep.errors import GeometryError
from cnnstep.geometry import Padding, extent
from cnnstep.inputs.how import Reading
from cnnstep.inputs.kernels import read_kernel
from cnnstep.inputs.reading import Input, read

if TYPE_CHECKING:
    from cnnstep.engine.transposed import TransposedConvolution
    from cnnstep.views.view import View

USUAL = {1: "difference", 2: "vertical", 3: "frame-difference"}
"""The kernel that is taken where none is named."""


def read_input(source: str | None, window: Window, reading: Reading) -> Input:
    """Read the input; one row of numbers is a signal unless a kernel or a setting has two axes."""
    shown = read(source or "sample:halves", reading)
    if reading.axes is None and shown.axes == 1 and _needs_rows(window):
        return Input(shown.name, shown.values[:, None], shown.has_colours, shown.channels)
    return shown


def _needs_rows(window: Window) -> bool:
    several = (window.stride, window.dilation, window.padding if isinstance(window.padding, tuple) else ())
    return any(len(each) > 1 for each in several) or any(_rows(name) > 1 for name in window.kernel)


def _rows(name: str) -> int:
    """How many rows a kernel has; 1 where it cannot be told, so that its own error comes later."""
    try:
        weights = read_kernel(name).weights
    except GeometryError:
        return 1
    return int(weights.shape[-2])


def kernels_for(shown: Input, window: Window) -> list[Kernel]:
    """The kernels that were named, for this many axes, or the usual one."""
    depth = 1 if window.depthwise else max(1, len(shown.values) // window.groups)
    return [read_kernel(name, window.seed, shown.axes, depth) for name in window.kernel or (USUAL[shown.axes],)]


def convolution_for(shown: Input, window: Window) -> Convolution:
    """The convolution that the options describe."""
    kernels = kernels_for(shown, window)
    filters, channels = sum(len(k.weights) if k.weights.ndim > shown.axes else 1 for k in kernels), len(shown.values)
    if window.depthwise and filters > 1 and filters % channels:
        raise GeometryError(
            f"{filters} kernels do not fit {channels} channels one by one", f"give 1 kernel, or {channels} of them"
        )
    return Convolution(
        kernels,
        window.stride,
        causal_padding(shown, kernels[0], window) if window.causal else window.padding,
        window.dilation,
        groups_for(shown, window),
        window.bias,
        axes=shown.axes,
        pad_mode=window.mode,
        pad_value=window.pad_value or 0,
        flip=window.flip,
    )


def matrix_wise(view: "View", window: Window) -> "View":
    """The same view, or with --as-matrix that of one matrix product."""
    if not window.as_matrix:
        return view
    from cnnstep.views.operations.matrix_product import MatrixView

    return MatrixView.of(view)


def groups_for(shown: Input, window: Window) -> int:
    """As many groups as channels for a depthwise convolution."""
    if not window.depthwise:
        return window.groups
    if window.groups not in {1, len(shown.values)}:
        raise GeometryError(f"--depthwise makes {len(shown.values)} groups, not {window.groups}", "leave --groups out")
    return len(shown.values)


def causal_padding(shown: Input, kernel: Kernel, window: Window) -> Padding:
    """All padding before the signal: each output sample reads itself and what came before it."""
    if shown.axes != 1:
        raise GeometryError(f"causal padding is for a signal, not for {shown.axes} axes", "leave --causal out")
    typed: Any = window.padding
    if typed != ((0, 0),):
        raise GeometryError("--causal sets the padding itself", "leave --padding out")
    return ((extent(kernel.weights.shape[-1], window.dilation[0]) - 1, 0),)


def transposed_for(shown: Input, window: Window, output_padding: tuple[int, ...]) -> "TransposedConvolution":
    """The transposed convolution that the options describe."""
    from cnnstep.engine.transposed import TransposedConvolution

    return TransposedConvolution(
        kernels_for(shown, window),
        window.stride,
        window.padding,
        window.dilation,
        groups_for(shown, window),
        window.bias,
        output_padding,
        axes=shown.axes,
        flip=window.flip,
    )
