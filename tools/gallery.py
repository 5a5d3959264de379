"""Draw the pictures in docs/ with the program itself, on white and on dark paper: `make gallery`."""

import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from cnnstep.cli.group import cli

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "gallery.md"
SCALE = 0.65
"""Pixels of a page for each of a figure: of all figures the same, so that their text is equally large."""
NETWORK, STEP = 1280, 960
"""Widths of figures."""


class Drawn(NamedTuple):
    """A figure: its file on white paper, how wide it is, what it shows, and the command that draws it."""

    file: str
    wide: int
    told: str
    command: str

    @property
    def papers(self) -> dict[str, tuple[str, ...]]:
        """Its file on each paper, with the options that draw it."""
        name = Path(self.file)
        return {self.file: (), f"{name.stem}-dark{name.suffix}": ("--dark",)}

    def draw(self, folder: Path) -> Iterator[Path]:
        """Draw it on both papers."""
        for file, options in self.papers.items():
            with redirect_stdout(StringIO()):
                args = [*shlex.split(self.command), *options, "--save", str(folder / file), "--force"]
                cli.main(args, standalone_mode=False)
            yield folder / file

    def shown(self, folder: str) -> str:
        """The figure in a page: the browser takes the paper that its reader prefers."""
        light, dark = self.papers
        return (
            f'<picture><source media="(prefers-color-scheme: dark)" srcset="{folder}{dark}">'
            f'<img src="{folder}{light}" width="{self.wide * SCALE:.0f}" alt="{self.told}"></picture>'
        )


README = (
    Drawn("net.svg", NETWORK, "a handwritten 7 on its way through LeNet-5, layer by layer to class 7 with 97.9 %",
          "net lenet5 sample:digit"),
    Drawn("sum.gif", STEP, "products fill one by one, their sum grows and becomes the next cell of the map",
          "conv sample:halves --kernel vertical --steps 4:6 --detail"),
    Drawn("strip.svg", NETWORK, "a photo, its edges, what is positive of them, the largest of every four",
          'net "conv edge | relu | maxpool 2" sample:picture --rgb --resize 160x120 --canvas 1280x560'),
)  # fmt: skip
"""What the README shows."""
GALLERY = (
    Drawn("stride.svg", STEP, "Stride 2: the window skips a column",
          'conv sample:five --kernel "1 0; 0 -1" --stride 2 --at 1,0'),
    Drawn("padding.svg", STEP, "Padding keeps the size: at the corner the window reads zeros",
          "conv sample:five --kernel edge --padding same --at 0,0"),
    Drawn("dilation.svg", STEP, "Dilation 2: nine numbers from a field of 5×5",
          "conv sample:five --kernel sobel-x --dilation 2 --at 0,0"),
    Drawn("transposed.svg", STEP, "A transposed convolution adds its kernel to the output, once for each number",
          'transposed "1 2; 3 4" --kernel "1 2 1; 2 4 2; 1 2 1" --stride 2 --at 1,0'),
    Drawn("pooling.svg", STEP, "Max pooling keeps the largest number of each window",
          "pool sample:five --window 3 --stride 2 --at 0,1"),
    Drawn("channels.svg", STEP, "Two channels, one sum",
          'conv "1 2 0; 0 1 3; 2 1 0;; 3 0 1; 1 1 0; 0 2 2" --kernel "1 0; 0 -1;; 0 1; 2 0" --at 0,0'),
    Drawn("why.svg", NETWORK, "Where a number came from: the windows that a cell reads, and its field on the input",
          'why lenet5 sample:digit "c3[5,3,4]"'),
)  # fmt: skip
"""What its own page shows."""


def page() -> str:
    """The page of the gallery, in Markdown."""
    head = "# Gallery\n\nEach line draws its picture, with `--dark` on dark paper. `make gallery` draws them all.\n"
    parts = (
        f"\n## {each.told}\n\n```\ncnnstep {each.command} --save {each.file}\n```\n\n{each.shown('')}\n"
        for each in GALLERY
    )
    return head + "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    for figure in (*README, *GALLERY):
        list(figure.draw(DOCS))
