"""Every size rule of a convolutional network, in integers alone: no NumPy here."""

from cnnstep.geometry.axes import AnyAxis, Axis, TransposedAxis, WindowAxis, by, extent, padding_text
from cnnstep.geometry.field import Field
from cnnstep.geometry.fitting import (
    Padding,
    PerAxis,
    at_least,
    check_groups,
    check_settings,
    scaled_axes,
    sliding_axes,
    spread,
    spread_padding,
    transposed_axes,
)
from cnnstep.geometry.scaling import ScaledAxis
from cnnstep.geometry.sizes import FLOAT32, FLOPS, Sizes, channels_first

__all__ = [
    "FLOAT32",
    "FLOPS",
    "AnyAxis",
    "Axis",
    "Field",
    "Padding",
    "PerAxis",
    "ScaledAxis",
    "Sizes",
    "TransposedAxis",
    "WindowAxis",
    "at_least",
    "by",
    "channels_first",
    "check_groups",
    "check_settings",
    "extent",
    "padding_text",
    "scaled_axes",
    "sliding_axes",
    "spread",
    "spread_padding",
    "transposed_axes",
]
