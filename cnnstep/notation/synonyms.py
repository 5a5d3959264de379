"""Other words for ours: what textbooks, other libraries and hurried fingers write."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

NONE: Mapping[str, str] = MappingProxyType({})
ACTIVATIONS = {
    "swish": "silu", "lrelu": "leaky-relu", "hswish": "hardswish", "logistic": "sigmoid", "sigm": "sigmoid",
    "heaviside": "step", "linear": "identity", "none": "identity", "tansig": "tanh",
}  # fmt: skip
KERNELS = {
    "blur": "box", "boxblur": "box", "mean": "box", "gaussian": "gaussian3", "gauss": "gaussian3", "edges": "edge",
    "outline": "edge", "laplacian": "laplace", "laplacianofgaussian": "log", "sobel": "sobel-x",
    "prewitt": "prewitt-x", "scharr": "scharr-x", "sharp": "sharpen", "verticaledge": "vertical",
    "horizontaledge": "horizontal",
}  # fmt: skip
POOLINGS = {
    "maximum": "max", "maxpool": "max", "maxpool2d": "max", "avg": "average", "mean": "average", "avgpool": "average",
    "avgpool2d": "average", "averagepool": "average", "minimum": "min", "l2": "lp",
}  # fmt: skip
NETWORKS = {
    "lenet": "lenet5", "vgg": "vgg16", "resnet18v1": "resnet18", "mobilenet": "mobilenetv2", "inception": "googlenet",
}  # fmt: skip
LOSSES = {
    "crossentropy": "cross-entropy", "crossentropyloss": "cross-entropy", "ce": "cross-entropy",
    "nll": "cross-entropy", "categoricalcrossentropy": "cross-entropy", "bce": "binary-cross-entropy",
    "bceloss": "binary-cross-entropy", "bcewithlogitsloss": "binary-cross-entropy", "l2": "mse", "mseloss": "mse",
    "meansquarederror": "mse", "l1": "mae", "l1loss": "mae", "meanabsoluteerror": "mae", "huberloss": "huber",
    "smoothl1": "huber",
}  # fmt: skip


def meant(word: str, known: Iterable[str], also: Mapping[str, str] = NONE) -> str:
    """Our word for this one, whatever its case, hyphens and underscores; the word itself where none is known."""
    names = {_bare(name): name for name in known}
    other = also.get(_bare(word), "")
    return word if word in names.values() else names.get(_bare(word), other) or word


def _bare(word: str) -> str:
    return re.sub(r"[-_\s]", "", word.lower())
