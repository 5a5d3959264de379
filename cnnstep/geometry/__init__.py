"""Every size rule of a convolutional network, in integers alone: no NumPy here."""

from cnnstep.geometry.axes import AnyAxis, Axis, TransposedAxis, by, extent, padding_text
from cnnstep.geometry.field import Field
from cnnstep.geometry.fitting import (
    Padding,
    PerAxis,
    at_least,
    check_groups,
    check_settings,
    sliding_axes,
    spread,
    spread_padding,
    transposed_axes,
)
from cnnstep.geometry.sizes import FLOAT32, FLOPS, Sizes, channels_first

__all__ = [
    "FLOAT32",
    "FLOPS",
    "AnyAxis",
    "Axis",
    "Field",
    "Padding",
    "PerAxis",
    "Sizes",
    "TransposedAxis",
    "at_least",
    "by",
    "channels_first",
    "check_groups",
    "check_settings",
    "extent",
    "padding_text",
    "sliding_axes",
    "spread",
    "spread_padding",
    "transposed_axes",
]
