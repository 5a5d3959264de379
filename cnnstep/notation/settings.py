"""The settings of layers in words: `stride 2`, `same`, `nobias`."""

from collections.abc import Callable
from typing import Any

from cnnstep.geometry.axes import RULES
from cnnstep.notation import padding, sizes, whole
from cnnstep.notation.matrices import one_number

FLAGS = ("ceil", "depthwise", "nobias")
VALUES: dict[str, str] = {
    **dict.fromkeys(RULES, "padding"),
    **dict.fromkeys(("nearest", "linear", "bilinear", "trilinear"), "kind"),
    **dict.fromkeys(("zeros", "reflect", "replicate", "circular"), "mode"),
}
"""Words that say by themselves which setting they are a value of."""
READERS: dict[str, Callable[[str], Any]] = {
    "kernel": str,
    "window": lambda text: sizes(text, "window"),
    "units": lambda text: whole(text, "units"),
    "rate": lambda text: one_number(text, "rate"),
    "parameter": lambda text: one_number(text, "parameter"),
    "stride": lambda text: sizes(text, "stride"),
    "padding": padding,
    "dilation": lambda text: sizes(text, "dilation"),
    "groups": lambda text: whole(text, "groups"),
    "kind": str,
    "mode": str,
    "factor": lambda text: sizes(text, "factor"),
    "output-padding": lambda text: sizes(text, "output-padding", 0),
    "reads": str,
    "inputs": lambda text: whole(text, "inputs"),
    "epsilon": lambda text: one_number(text, "epsilon"),
}
"""What a word is read by."""
