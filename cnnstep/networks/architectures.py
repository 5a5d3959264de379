"""Networks that have a name, in the notation of chains, each with the input that it takes."""

from typing import NamedTuple

from cnnstep.networks import branches, foreign
from cnnstep.networks.foreign import OURS, Foreign
from cnnstep.notation.preprocessing import Preprocessing

IMAGENET = Preprocessing((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Means and standard deviations of the levels of its pictures. Source: torchvision's models."""


class Architecture(NamedTuple):
    """Its layers as a file has them, the shape of its input (C, H, W), where it comes from, and what to know.

    `preprocessing` is what becomes of a picture before it; `foreign` is what its weights are called in PyTorch;
    `weights` is a file of `networks/weights/` with those that come with it, for that input.
    """

    chain: str
    input: tuple[int, ...]
    source: str
    notes: tuple[str, ...] = ()
    preprocessing: Preprocessing | None = None
    foreign: Foreign = OURS
    weights: str = ""


def _blocks(*blocks: tuple[int, int]) -> str:
    """VGG's: so many 3×3 convolutions of so many filters, then a maximum of 2×2."""
    return " | ".join(
        f"{' | '.join([f'conv {filters}@3x3 same relu'] * count)} | maxpool 2" for count, filters in blocks
    )


ARCHITECTURES: dict[str, Architecture] = {
    "lenet5": Architecture(
        "conv 6@5x5 tanh | avgpool 2 stride 2 | conv 16@5x5 tanh | avgpool 2 stride 2 | conv 120@5x5 tanh"
        " | flatten | dense 84 tanh | dense 10 | softmax",
        (1, 32, 32),
        "as it is taught today, after LeCun, Bottou, Bengio, Haffner 1998",
        weights="lenet5.npz",
    ),
    "lenet5-1998": Architecture(
        "conv 6@5x5 scaled-tanh | subsample 2 scaled-tanh | conv 16@5x5 reads lenet scaled-tanh"
        " | subsample 2 scaled-tanh | conv 120@5x5 scaled-tanh | flatten | dense 84 scaled-tanh | dense 10",
        (1, 32, 32),
        "LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, 1998",
        (
            "c3: each filter reads 3, 4 or all 6 maps (the paper's Table I): 1,516 parameters instead of 2,416",
            "the paper learns 60,000, all up to f6: its output compares f6 with ten fixed bitmaps (RBF), ours is dense",
            "the paper counts connections with biases: c1 28·28·6·(25 + 1) = 122,304, s2 5,880, c3 151,600 …: 340,908",
        ),
    ),
    "alexnet": Architecture(
        "conv 96@11x11 stride 4 relu | maxpool 3 stride 2 | conv 256@5x5 same groups 2 relu | maxpool 3 stride 2"
        " | conv 384@3x3 same relu | conv 384@3x3 same groups 2 relu | conv 256@3x3 same groups 2 relu"
        " | maxpool 3 stride 2 | flatten | dense 4096 relu | dropout 0.5 | dense 4096 relu | dropout 0.5"
        " | dense 1000 | softmax",
        (3, 227, 227),
        "Krizhevsky, Sutskever, Hinton 2012",
        (
            "groups 2: its two graphics cards; its local response normalisation, which learns nothing, is left out",
            "the paper says 224×224, which does not give its 55×55 maps; 227×227 does",
        ),
        IMAGENET,
    ),
    "vgg16": Architecture(
        f"{_blocks((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))} | flatten | dense 4096 relu | dropout 0.5"
        " | dense 4096 relu | dropout 0.5 | dense 1000 | softmax",
        (3, 224, 224),
        "Simonyan, Zisserman 2014, configuration D",
        preprocessing=IMAGENET,
        foreign=foreign.VGG16,
    ),
    "tinyvgg": Architecture(
        "conv 10@3x3 relu | conv 10@3x3 relu | maxpool 2 | conv 10@3x3 relu | conv 10@3x3 relu | maxpool 2"
        " | flatten | dense 10 | softmax",
        (3, 64, 64),
        "the network of CNN Explainer, Wang et al. 2020",
    ),
    "resnet18": Architecture(
        branches.RESNET18,
        (3, 224, 224),
        "He, Zhang, Ren, Sun 2015, as torchvision has it",
        ("where the maps are halved, the shortcut is halved too: by a 1×1 convolution with stride 2",),
        IMAGENET,
        foreign.RESNET18,
    ),
    "mobilenetv2": Architecture(
        branches.MOBILENETV2,
        (3, 224, 224),
        "Sandler et al. 2018, as torchvision has it",
        ("a block is wide inside, and narrow and linear at its ends, which are added: relu6 would lose too much",),
        IMAGENET,
        foreign.MOBILENETV2,
    ),
    "googlenet": Architecture(
        branches.GOOGLENET,
        (3, 224, 224),
        "Szegedy et al. 2014, as torchvision has it",
        (
            "googlenet-2014, the paper's, has 6,998,552 parameters: biases, and 5×5 instead of 3×3 in third branches",
            "a bias would be subtracted by batch normalisation, which has two parameters a channel instead",
            "torchvision's weights are learned from levels of −1 to 1, its transform_input",
            "left out: two classifiers for training, whose arrays aux1 and aux2 are ignored in files of weights",
        ),
        Preprocessing((0.5,), (0.5,)),
        foreign.GOOGLENET,
    ),
    "googlenet-2014": Architecture(
        branches.GOOGLENET_2014,
        (3, 224, 224),
        "Szegedy et al.: Going Deeper with Convolutions",
        (
            "googlenet, torchvision's, has 6,624,904 parameters: 3×3 instead of 5×5, batch normalisation, no biases",
            "left out: local response normalisation, which learns nothing, and two classifiers for training",
        ),
        IMAGENET,
    ),
    "resnet": Architecture(
        branches.RESNET,
        (1, 32, 32),
        "three residual blocks, after He, Zhang, Ren, Sun 2015",
        ("add: each block learns what to change of its input, and gradients pass the sum as they are",),
    ),
    "unet": Architecture(
        branches.UNET,
        (1, 32, 32),
        "two levels, after Ronneberger, Fischer, Brox 2015",
        (
            "concat: what is known of places (before pooling) beside what is known of the whole (after it)",
            "the paper pads nothing, so that it must crop what it joins; here same keeps the sizes",
        ),
    ),
}
