"""What a command can do where nothing was asked: the losses, and what a kernel can learn from."""

from cnnstep.engine.losses import LOSSES
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Words, stack
from cnnstep.views.report import Report, heading

LEARNABLE = (
    ("--updates 10", "an edge of 6×8, and the kernel 1 −1 found from zero: the first lesson"),
    ("--at 0", "its first update, weight by weight; --play steps with the keys"),
    ("--rate 0.04 --from random", "a learning rate that is too large"),
    ("sample:digit --like sobel-x", "a kernel of the table, from what it makes of a picture"),
    ('"1 4 9 16 25" --target "3 5 7 9" --from "0 0"', "a target of your own"),
    ("sample:flower --rgb --like 2@3x2 --from random", "two filters of three channels at once"),
)
"""What stands behind `cnnstep learn`, and what it does."""


def losses() -> Report:
    """The kinds of loss: what each compares with, and what it is for."""
    lines = [_line(kind, f"{loss.use}; target: {' or '.join(loss.targets)}", 20) for kind, loss in LOSSES.items()]
    document = {"losses": [{"kind": kind, "targets": list(loss.targets), "use": loss.use}
                           for kind, loss in LOSSES.items()]}  # fmt: skip
    hint = 'cnnstep loss "2 1 0.1" --target 0 (step by step), --kind mse (another), --curve mse (drawn)'
    title = heading("loss", "for --kind; x is compared with a target")
    return Report(stack([title], lines), document, hint)


def learnable() -> Report:
    """What a kernel can learn from."""
    lines = [line for what, meaning in LEARNABLE for line in (_line(f"cnnstep learn {what}", "", 0), _below(meaning))]
    document = {"examples": [{"command": f"cnnstep learn {what}", "meaning": meaning} for what, meaning in LEARNABLE]}
    title = heading("learn", "a kernel by gradient descent: INPUT, and what it should make of it")
    return Report(stack([title], lines), document, "cnnstep learn --updates 10, cnnstep train lenet5 (a network)")


def _line(name: str, meaning: str, width: int) -> Words:
    return Words(
        ((Span(f"{name:<{width}}", Role.KERNEL), Span(f" {meaning}")),), indent=1, hang=width + 1, is_labelled=True
    )


def _below(meaning: str) -> Words:
    return Words(((Span(meaning),),), indent=5, hang=0)
