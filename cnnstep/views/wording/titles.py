"""The head of every stepping screen: what is done to what, how, and why the output has its size."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnstep.engine.gathers import WindowWalk
from cnnstep.engine.steps import Step
from cnnstep.geometry import by
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, chunks, words
from cnnstep.views.wording import arithmetic


@dataclass(frozen=True, slots=True)
class Names:
    """What a command knows and a walk does not: how operation, channels and filters are called."""

    operation: str
    kind: str
    channels: Sequence[str] = ()
    filters: Sequence[str] = ()
    notes: Sequence[str] = ()

    def channel(self, number: int) -> str:
        """`red`, or `channel 3`."""
        return self.channels[number] if number < len(self.channels) else f"channel {number}"

    def filter(self, number: int) -> str:
        """`edge`, or nothing for a kernel without a name."""
        return self.filters[number] if number < len(self.filters) else ""


def head(
    names: Names, facts: Sequence[str], reasons: Sequence[str] = (), step: Step | None = None, total: int = 0
) -> list[Block]:
    """The operation with its facts; below why, and for a step which one of how many."""
    count = [f"step {step.number + 1:,} of {total:,}"] if step else []
    lines: list[Block] = [
        words(Span(f"{names.operation}   ", Role.TITLE), Span(chunks([*facts, *names.notes])), indent=1)
    ]
    if below := chunks([*reasons, *count]):
        lines.append(words(Span(below, Role.LABEL), indent=1))
    return lines


def title(walk: WindowWalk, names: Names, step: Step | None = None) -> list[Block]:
    """The head of a convolution: input ∗ kernel → output, settings, the size arithmetic."""
    sizes = walk.bound.sizes
    x, kernel = [a.input for a in sizes.axes], [a.kernel for a in sizes.axes]
    channels, filters = sizes.channels or 1, sizes.filters or 1
    bank = by(kernel) if channels == filters == 1 else by([filters, channels // sizes.groups, *kernel])
    flow = f"{arithmetic.shapes(x, channels)} ∗ {bank} → {arithmetic.shapes(sizes.output, filters)}"
    facts = [flow, *arithmetic.settings(sizes)]
    return head(names, facts, arithmetic.in_short(sizes.axes), step, sizes.windows * filters)
