"""Draw the pictures in docs/ with the program itself: `make gallery`."""

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from cnnstep.cli.group import cli

DOCS = Path(__file__).parent.parent / "docs"
NUMBERS = "1 2 0 1 3; 0 1 3 2 1; 2 1 0 0 2; 1 3 1 2 0; 0 2 2 1 1"
GALLERY: dict[str, tuple[str, ...]] = {
    "conv.gif": ("conv", "sample:halves", "--kernel", "vertical", "--canvas", "720x480"),
    "conv.svg": ("conv", "sample:halves", "--kernel", "vertical", "--at", "1,1"),
    "stride.svg": ("conv", NUMBERS, "--kernel", "1 0; 0 -1", "--stride", "2", "--at", "1,0"),
    "padding.svg": ("conv", NUMBERS, "--kernel", "edge", "--padding", "same", "--at", "0,0"),
    "dilation.svg": ("conv", NUMBERS, "--kernel", "1 0 -1; 2 0 -2; 1 0 -1", "--dilation", "2", "--at", "0,0"),
    "transposed.svg": ("transposed", "1 2; 3 4", "--kernel", "1 2 1; 2 4 2; 1 2 1", "--stride", "2", "--at", "1,0"),
    "pooling.svg": ("pool", NUMBERS, "--window", "3", "--stride", "2", "--at", "0,1"),
    "channels.svg": ("conv", "sample:flower", "--rgb", "--kernel", "edge", "--kernel", "sharpen", "--at", "1,8,14"),
}
"""Picture → the command that draws it."""


def draw(name: str, folder: Path) -> Path:
    """Draw one picture."""
    target = folder / name
    with redirect_stdout(StringIO()):
        cli.main([*GALLERY[name], "--save", str(target), "--force"], standalone_mode=False)
    return target


if __name__ == "__main__":
    for each in GALLERY:
        draw(each, DOCS)
