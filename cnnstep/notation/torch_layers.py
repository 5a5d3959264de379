"""The layers of PyTorch that we have: each a function with PyTorch's names and defaults that returns our words for it.

Source: the pages of torch.nn.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cnnstep.errors import NotationError


def _size(value: Any, axes: int = 1) -> str:
    """`3` of a number, or `3x3` for two axes; `3x5` of a pair; a word as it is."""
    return "x".join(map(str, value)) if isinstance(value, tuple | list) else "x".join([str(value)] * axes)


def _words(*always: str, **settings: tuple[Any, Any]) -> str:
    """Words, then the settings that differ from their usual value: `stride=(2, 1)` becomes `stride 2`."""
    told = (
        f"{name.replace('_', '-')} {_size(value)}"
        for name, (value, usual) in settings.items()
        if value not in (usual, (usual,), (usual,) * 2, (usual,) * 3)
    )
    return " ".join(filter(None, (*always, *told)))


def _reads(channels: int | None) -> str:
    return "" if channels is None else f"inputs {channels}"


def _convolution(
    axes: int, in_channels: int | None, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
    dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros",
) -> str:  # fmt: skip
    slides = {"stride": (stride, 1), "dilation": (dilation, 1), "groups": (groups, 1)}
    bank, reads, nobias = f"{out_channels}@{_size(kernel_size, axes)}", _reads(in_channels), "" if bias else "nobias"
    if padding_mode == "zeros":
        return _words("conv", bank, nobias, padding=(padding, 0), **slides) + f" {reads}".rstrip()
    return f"pad {_size(padding)} {padding_mode} | " + _words("conv", bank, nobias, **slides) + f" {reads}".rstrip()


def _transposed(
    axes: int, in_channels: int | None, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
    output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1,
) -> str:  # fmt: skip
    bank = f"{out_channels}@{_size(kernel_size, axes)}"
    return _words(
        "transposed", bank, "" if bias else "nobias", _reads(in_channels), stride=(stride, 1), padding=(padding, 0),
        output_padding=(output_padding, 0), groups=(groups, 1), dilation=(dilation, 1),
    )  # fmt: skip


def _maximum(
    kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, return_indices: bool = False,
    ceil_mode: bool = False,
) -> str:  # fmt: skip
    del return_indices  # `unpool` finds them by the layer's name
    window = ("maxpool", _size(kernel_size), "ceil" * ceil_mode)
    return _words(*window, stride=(stride or kernel_size, kernel_size), padding=(padding, 0), dilation=(dilation, 1))


def _average(
    kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True,
    divisor_override: None = None,
) -> str:  # fmt: skip
    if divisor_override or (count_include_pad and padding not in (0, (0, 0))):
        raise NotationError(
            "our avgpool divides by the cells that are not padding", "write count_include_pad=False, or no padding"
        )
    window = ("avgpool", _size(kernel_size), "ceil" * ceil_mode)
    return _words(*window, stride=(stride or kernel_size, kernel_size), padding=(padding, 0))


def _adaptive(word: str, output_size: Any) -> str:
    if output_size not in (1, (1,), (1, 1)):
        raise NotationError("only one number a channel is read", "write 1 as its output_size")
    return word


def _linear(in_features: int | None, out_features: int, bias: bool = True) -> str:
    return _words("dense", str(out_features), "" if bias else "nobias", _reads(in_features))


def _flatten(start_dim: int = 1, end_dim: int = -1) -> str:
    if (start_dim, end_dim) != (1, -1):
        raise NotationError("only all of an image is flattened", "write Flatten()")
    return "flatten"


def _batchnorm(
    num_features: int | None, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True,
    track_running_stats: bool = True, *, bias: bool = True,
) -> str:  # fmt: skip
    del num_features, momentum
    if not (affine and track_running_stats and bias):
        raise NotationError("our batchnorm has a scale, a shift and running averages", "leave affine=False out")
    return _words("batchnorm", epsilon=(eps, 1e-5))


def _upsample(size: None = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None,
              recompute_scale_factor: None = None) -> str:  # fmt: skip
    del recompute_scale_factor
    if size is not None or align_corners or scale_factor not in range(1, 1000):
        raise NotationError("it takes a whole scale_factor, and no align_corners", "write Upsample(scale_factor=2)")
    return f"upsample {int(scale_factor)} {mode}"


def _pad(mode: str, padding: Any) -> str:
    if isinstance(padding, int):
        return f"pad {padding} {mode}".rstrip()
    left, right, top, bottom = padding
    return f"pad {top}:{bottom}x{left}:{right} {mode}".rstrip()


def _dropout(p: float = 0.5, inplace: bool = False) -> str:
    del inplace
    return f"dropout {p}"


def _softmax(dim: int | None = None) -> str:
    del dim
    return "softmax"


def _leaky(negative_slope: float = 0.01, inplace: bool = False) -> str:
    del inplace
    return f"leaky-relu {negative_slope}"


def _prelu(num_parameters: int = 1, init: float = 0.25) -> str:
    if num_parameters != 1:
        raise NotationError("our prelu has one slope here", "write PReLU()")
    return f"prelu {init}"


def _elu(alpha: float = 1.0, inplace: bool = False) -> str:
    del inplace
    return f"elu {alpha}"


def _gelu(approximate: str = "none") -> str:
    return "gelu" if approximate == "none" else "gelu-tanh"


def _hardtanh(min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> str:
    del inplace
    if (min_val, max_val) != (-1, 1):
        raise NotationError("our hard-tanh reaches from -1 to 1", "write Hardtanh()")
    return "hard-tanh"


def _softplus(beta: float = 1.0, threshold: float = 20.0) -> str:
    del threshold
    if beta != 1:
        raise NotationError("our softplus has a beta of 1", "write Softplus()")
    return "softplus"


def _identity(*_: Any, **__: Any) -> str:
    return "identity"


def _plain(word: str, inplace: bool = False) -> str:
    del inplace
    return word


AXES = (1, 2, 3)
PLAIN = {
    "ReLU": "relu", "ReLU6": "relu6", "SELU": "selu", "SiLU": "silu", "Hardswish": "hardswish", "Mish": "mish",
    "Sigmoid": "sigmoid", "Hardsigmoid": "hard-sigmoid", "Tanh": "tanh",
}  # fmt: skip
LAYERS: Mapping[str, Callable[..., str]] = {
    **{f"Conv{n}d": partial(_convolution, n) for n in AXES},
    **{f"ConvTranspose{n}d": partial(_transposed, n) for n in AXES},
    **{f"MaxPool{n}d": _maximum for n in AXES},
    **{f"AvgPool{n}d": _average for n in AXES},
    **{f"AdaptiveAvgPool{n}d": partial(_adaptive, "globalavgpool") for n in AXES},
    **{f"AdaptiveMaxPool{n}d": partial(_adaptive, "globalmaxpool") for n in AXES},
    **{f"BatchNorm{n}d": _batchnorm for n in AXES},
    **{name: partial(_plain, word) for name, word in PLAIN.items()},
    "Hardtanh": _hardtanh, "Softplus": _softplus, "Identity": _identity,
    "LeakyReLU": _leaky, "PReLU": _prelu, "ELU": _elu, "GELU": _gelu,
    "Linear": _linear, "Flatten": _flatten, "Softmax": _softmax, "Dropout": _dropout, "Upsample": _upsample,
    "ZeroPad2d": partial(_pad, ""), "ReflectionPad2d": partial(_pad, "reflect"),
    "ReplicationPad2d": partial(_pad, "replicate"), "CircularPad2d": partial(_pad, "circular"),
}  # fmt: skip
"""Name in PyTorch → our words for a call of it."""
