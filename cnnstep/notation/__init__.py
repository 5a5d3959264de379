"""Text to values: what people type, and nothing that needs NumPy.

`3x32x32` sizes, `0:1x2` padding, `1 0 -1; 1 0 -1 /2` matrices with a divisor, `1,60,80` places,
`10:20` steps, `conv edge same | relu` chains. Whatever does not parse is refused with the word that
is wrong and one that works.
"""

from cnnstep.errors import printable, quoted
from cnnstep.notation.matrices import Matrices, is_literal, matrices, number, numbers, one_number
from cnnstep.notation.settings import bank_shape, canvas, crop, fps, loop, padding, place, resize, sizes, steps, whole

__all__ = [
    "Matrices",
    "bank_shape",
    "canvas",
    "crop",
    "fps",
    "is_literal",
    "loop",
    "matrices",
    "number",
    "numbers",
    "one_number",
    "padding",
    "place",
    "printable",
    "quoted",
    "resize",
    "sizes",
    "steps",
    "whole",
]
