"""Networks that have a name, in the notation of chains, each with the input that it takes."""

from typing import NamedTuple


class Architecture(NamedTuple):
    """A chain of layers, the shape of its input (channels, rows, columns), and where it comes from."""

    chain: str
    input: tuple[int, ...]
    source: str


ARCHITECTURES: dict[str, Architecture] = {
    "lenet5": Architecture(
        "conv 6@5x5 tanh | avgpool 2 stride 2 | conv 16@5x5 tanh | avgpool 2 stride 2 | conv 120@5x5 tanh"
        " | flatten | dense 84 tanh | dense 10 | softmax",
        (1, 32, 32),
        "as it is taught today, after LeCun, Bottou, Bengio, Haffner 1998",
    ),
}
