"""Networks that have a name, in the notation of chains, each with the input that it takes."""

from typing import NamedTuple


class Architecture(NamedTuple):
    """Its layers as a file has them, the shape of its input (C, H, W), where it comes from, and what to know."""

    chain: str
    input: tuple[int, ...]
    source: str
    notes: tuple[str, ...] = ()


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
    ),
    "vgg16": Architecture(
        f"{_blocks((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))} | flatten | dense 4096 relu | dropout 0.5"
        " | dense 4096 relu | dropout 0.5 | dense 1000 | softmax",
        (3, 224, 224),
        "Simonyan, Zisserman 2014, configuration D",
    ),
    "tinyvgg": Architecture(
        "conv 10@3x3 relu | conv 10@3x3 relu | maxpool 2 | conv 10@3x3 relu | conv 10@3x3 relu | maxpool 2"
        " | flatten | dense 10 | softmax",
        (3, 64, 64),
        "the network of CNN Explainer, Wang et al. 2020",
    ),
}
