"""What PyTorch calls the weights of the networks that it has too: `layer1.0.conv1.weight` is our `c2.weight`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cnnstep.networks.layer import Layer


class Foreign(NamedTuple):
    """A name for each layer that learns, in their order, and how names begin that only training needs."""

    prefixes: tuple[str, ...] = ()
    training: tuple[str, ...] = ()

    def names(self, layers: Sequence["Layer"]) -> dict[str, str]:
        """Our full name of each array → theirs; none where the network is not theirs."""
        learning = [layer for layer in layers if layer.plan.parameters] if self.prefixes else []
        return {
            f"{layer.name}.{part}": f"{prefix}.{part}"
            for layer, prefix in zip(learning, self.prefixes, strict=True)
            for part in layer.plan.parameters
        }


OURS = Foreign()


def _normalized(*prefixes: str) -> list[str]:
    """A convolution and its batch normalisation, at each of these places."""
    return [f"{prefix}.{part}" for prefix in prefixes for part in ("conv", "bn")]


def _residual(stage: int, block: int) -> list[str]:
    """A basic block; the first one of the later stages projects its input."""
    at = f"layer{stage}.{block}"
    projection = [f"{at}.downsample.{n}" for n in (0, 1)] if stage > 1 and block == 0 else []
    return [*(f"{at}.{part}{n}" for n in (1, 2) for part in ("conv", "bn")), *projection]


def _inverted(number: int) -> list[str]:
    """An inverted residual; the first one does not expand."""
    at, steps = f"features.{number}.conv", 1 + (number > 1)
    return [f"{at}.{n}.{part}" for n in range(steps) for part in (0, 1)] + [f"{at}.{steps}", f"{at}.{steps + 1}"]


def _inception(name: str) -> list[str]:
    branches = ("branch1", "branch2.0", "branch2.1", "branch3.0", "branch3.1", "branch4.1")
    return _normalized(*(f"inception{name}.{branch}" for branch in branches))


VGG16 = Foreign((
    *(f"features.{n}" for n in (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)),
    *(f"classifier.{n}" for n in (0, 3, 6)),
))  # fmt: skip
RESNET18 = Foreign((
    "conv1", "bn1", *(name for stage in range(1, 5) for block in (0, 1) for name in _residual(stage, block)), "fc",
))  # fmt: skip
MOBILENETV2 = Foreign((
    "features.0.0", "features.0.1", *(name for number in range(1, 18) for name in _inverted(number)),
    "features.18.0", "features.18.1", "classifier.1",
))  # fmt: skip
GOOGLENET = Foreign((
    *_normalized("conv1", "conv2", "conv3"),
    *(name for each in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b") for name in _inception(each)), "fc",
), training=("aux1.", "aux2."))  # fmt: skip
"""Source of all: the state dicts of torchvision's models; aux1 and aux2 are GoogLeNet's classifiers for training."""
