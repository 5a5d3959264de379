"""Layers as PyTorch writes and prints them, in our notation: `nn.Conv2d(1, 6, kernel_size=5)` is `conv 6@5x5`.

Also a whole `Sequential(...)`, as it is written or printed. The layers are those of `torch_layers`.
"""

import ast
import re
from collections.abc import Iterator
from inspect import signature
from typing import Any

from cnnstep.errors import NotationError, did_you_mean, quoted
from cnnstep.notation.torch_layers import LAYERS

UNKNOWN = ("…", "_", "?")
"""What stands for a size that someone leaves open."""
CONTAINER = "Sequential"
NAME = r"(?:(?:torch\.)?nn\.)?([A-Z]\w*)"


def translated(text: str) -> str:
    """A text with layers of PyTorch in our words, `|` between them; any other text as it is.

    Raises NotationError, with a caret under it, for a layer or a setting that we do not have.
    """
    calls = "|".join((*LAYERS, CONTAINER))
    if not re.search(rf"\b(?:{calls})\s*\(", text):
        return text
    return " | ".join(_parts(text))


def _parts(text: str) -> Iterator[str]:
    """Layer after layer; what stands between them is taken to be in our words already."""
    ours = at = 0
    while at < len(text):
        match = re.compile(rf"\b{NAME}\s*(\()?").match(text, at)
        word = match[1] if match else ""
        if not match or (word not in {*LAYERS, CONTAINER} and not match[2]):
            at += 1
            continue
        yield from _ours(text[ours:at])
        if word == CONTAINER:
            ours = at = match.end()
            continue
        end = _closing(text, match.end()) if match[2] else match.end()
        yield _layer(word, text, match.start(), end)
        ours = at = end
    yield from _ours(text[ours:])


def _ours(text: str) -> Iterator[str]:
    """What stands between two layers, without what only parts them."""
    words = re.sub(r"\(\w+\):|->|→", " ", text).strip(" \t\r\n,|")
    if words.count(")") > words.count("("):  # those of a Sequential
        words = words.strip(" \t\r\n,|)")
    if words:
        yield words


def _closing(text: str, start: int) -> int:
    """Behind the bracket that closes the one before `start`."""
    depth, at = 1, start
    while depth and at < len(text):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at


def _layer(name: str, text: str, start: int, end: int) -> str:
    """One call in our words."""
    pointer = (text, start, end - start)
    if name not in LAYERS:
        told = f"{did_you_mean(name, LAYERS)}`cnnstep help python` names those of PyTorch that are read"
        raise NotationError(f"{quoted(name)} is no layer that cnnstep has", told, pointer)
    layer = LAYERS[name]
    try:
        given, named = _arguments(text[start:end])
        return layer(*given, **named)
    except (TypeError, ValueError, SyntaxError):
        takes = [
            f"{each.name}" if each.default is each.empty else f"{each.name}={each.default!r}"
            for each in signature(layer).parameters.values()
        ]
        hint = f"it is {name}({', '.join(takes)})"
        raise NotationError(f"{name} has other arguments than these", hint, pointer) from None
    except NotationError as error:
        raise NotationError(f"{name}: {error.message}", error.advice, pointer) from None


def _arguments(call: str) -> tuple[list[Any], dict[str, Any]]:
    """The values between the brackets of a call, in their order and by their names."""
    for sign in UNKNOWN:
        call = re.sub(rf"(?<![\w.]){re.escape(sign)}(?!\w)", "None", call)
    parsed = ast.parse(call.strip(), mode="eval").body
    if not isinstance(parsed, ast.Call):
        return [], {}
    # PyTorch prints padding=same without quotes
    words = {each.arg: each.value.id for each in parsed.keywords if isinstance(each.value, ast.Name)}
    named = {each.arg or "": words.get(each.arg) or ast.literal_eval(each.value) for each in parsed.keywords}
    return [ast.literal_eval(each) for each in parsed.args], named
