"""Which signs an output can show, and what stands in for those it cannot."""

import re

from cnnstep.notation import printable

STAND_INS: dict[str, tuple[str, ...]] = {
    "×": ("x",), "·": ("*",), "∙": ("·", "."), "−": ("-",), "∗": ("*",), "→": ("->",), "≈": ("~=",), "≥": (">=",),
    "Σ": ("sum",), "⌊": ("floor(",), "⌋": (")",), "⌈": ("ceil(",), "⌉": (")",), "…": ("...",), "–": ("-",),
    "⋯": ("…", "~"), "┏": ("+",), "┓": ("+",), "┗": ("+",), "┛": ("+",), "┃": ("|",), "◆": ("X",),
    "█": ("#",), "▀": ("'",), "▄": ("_",), "─": ("-",), "│": ("|",), "━": ("=",), "●": ("*",),
    "┌": ("+",), "┐": ("+",), "└": ("+",), "┘": ("+",), "├": ("+",), "┤": ("+",), "┼": ("+",), "┴": ("+",),
    "╯": ("┘", "/"), "╰": ("└", "\\"),
    "←": ("<-",), "↑": ("^",), "↓": ("v",),
    "∞": ("inf",), "√": ("root ",), "σ": ("sigma",), "Φ": ("Phi",), "φ": ("phi",), "′": ("'",), "γ": ("gamma",),
    "β": ("beta",), "μ": ("mu",), "α": ("alpha",), "δ": ("delta",), "λ": ("lambda",), "π": ("pi",), "∂": ("d",),
    "±": ("+-",), "½": ("1/2",), "ĝ": ("g^",), "\N{COMBINING CIRCUMFLEX ACCENT}": ("^",), "⊗": ("(x)",), "⋮": (":",),
    **{sign: (str(digit),) for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    "ε": ("epsilon",), "≤": ("<=",), "ᵀ": ("T",),
    "°": (" degrees",),
    "\N{NO-BREAK SPACE}": ("\N{NO-BREAK SPACE}",),
}  # fmt: skip
BLOCK = "▀"
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
POWER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")


class Glyphs:
    """Text made fit for an encoding: signs that it lacks are replaced, anything else is escaped."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.encoding = encoding
        self._table = str.maketrans(
            {sign: next(filter(self.can_show, (sign, *others)), others[-1]) for sign, others in STAND_INS.items()}
        )
        self.has_blocks = self.can_show(BLOCK)

    def can_show(self, text: str) -> bool:
        """Whether every character of the text can be shown."""
        try:
            text.encode(self.encoding)
        except (UnicodeError, LookupError):
            return False
        return True

    def fit(self, text: str) -> str:
        """Text that this output can show."""
        text = text if text.isprintable() else "".join(c if c == "\xa0" else printable(c) for c in text)
        fitted = POWER.sub(self._power, text).translate(self._table)
        if self.can_show(fitted.replace("\xa0", " ")):
            return fitted
        return "".join(map(self._shown, fitted))

    def _power(self, found: re.Match[str]) -> str:
        """A power as a whole: 10^-3."""
        return found[0] if self.can_show(found[0]) else f"^{found[0].translate(POWERS)}"

    def _shown(self, character: str) -> str:
        shown = character == "\xa0" or self.can_show(character)
        return character if shown else character.encode("ascii", "backslashreplace").decode()
