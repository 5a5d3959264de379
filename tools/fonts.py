"""Make the two fonts in cnnstep/render/figures/fonts from Noto Sans and, for signs it lacks, Noto Sans Math.

pip install fonttools
python tools/fonts.py FOLDER-WITH-NOTO-FONTS
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent.parent / "cnnstep" / "render" / "figures" / "fonts"
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180)}
GREEK = set(range(0x391, 0x3CA))
SIGNS = set(map(ord, "×·∙−∗→←↑↓≈≥≤Σ∑⌊⌋⌈⌉…–—⋯⋮∞√′∂⁰⁴⁵⁶⁷⁸⁹⁻ᵀ◆▶⊙‘’“”"))
FONTS = {"regular": "NotoSans-Regular.ttf", "bold": "NotoSans-Bold.ttf"}
SPARE = ("NotoSansMath-Regular.ttf", "NotoSansSymbols2-Regular.ttf")


def subset(source: Path, characters: Iterable[int], target: Path) -> set[int]:
    """Keep these characters of a font, without layout rules, and return those it has."""
    font = TTFont(source)
    kept = set(characters) & set(font.getBestCmap())
    options = Options(layout_features=[], hinting=False, notdef_outline=True, glyph_names=False)
    options.drop_tables += ["MATH", "GDEF", "GSUB", "GPOS", "DSIG", "STAT"]
    worker = Subsetter(options)
    worker.populate(unicodes=kept)
    worker.subset(font)
    font.save(target)
    return kept


def draw_minus(font: TTFont) -> None:
    """The bar of the plus: Noto Sans has no minus, and that of Noto Sans Math is thinner than bold digits."""
    plus, minus = (font.getBestCmap()[ord(sign)] for sign in "+−")
    across = {y for _, y in font["glyf"][plus].coordinates}
    low, high = sorted(across)[1:3]
    left, right = font["glyf"][plus].xMin, font["glyf"][plus].xMax
    pen = TTGlyphPen(None)
    pen.moveTo((left, low))
    for corner in ((left, high), (right, high), (right, low)):
        pen.lineTo(corner)
    pen.closePath()
    font["glyf"][minus], font["hmtx"][minus] = pen.glyph(), (font["hmtx"][plus][0], left)


def make(name: str, folder: Path) -> None:
    """One font: what Noto Sans has, then what the spare fonts have."""
    with TemporaryDirectory() as made:
        wanted, parts = LATIN | GREEK | SIGNS, []
        for number, source in enumerate((FONTS[name], *SPARE)):
            part = Path(made) / f"{number}.ttf"
            wanted -= subset(folder / source, wanted, part)
            parts.append(str(part))
        font = Merger().merge(parts)
        draw_minus(font)
        font["name"].names = [record for record in font["name"].names if record.nameID in {0, 1, 2, 4, 6, 13, 14}]
        font.flavor = "woff"
        font.save(TARGET / f"{name}.woff")
        print(name, "lacks", "".join(map(chr, sorted(wanted))))


if __name__ == "__main__":
    for each in FONTS:
        make(each, Path(sys.argv[1]))
