"""The head of every stepping screen: what slides over what, how, and why the output has its size."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnstep.engine.gathers import WeightedSum, WindowWalk
from cnnstep.geometry import by
from cnnstep.scenes import arithmetic
from cnnstep.scenes.scene import Block, Role, Span, chunks, words


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
        return self.channels[number] if self.channels else f"channel {number}"

    def filter(self, number: int) -> str:
        """`edge`, or nothing for a kernel without a name."""
        return self.filters[number] if number < len(self.filters) else ""


def title(walk: WindowWalk, names: Names, step: WeightedSum | None = None) -> list[Block]:
    """Sizes, settings and the size arithmetic; for a step also which one of how many."""
    sizes = walk.bound.sizes
    x, kernel = [a.input for a in sizes.axes], [a.kernel for a in sizes.axes]
    channels, filters = sizes.channels or 1, sizes.filters or 1
    bank = by(kernel) if channels == filters == 1 else by([filters, channels // sizes.groups, *kernel])
    flow = f"{arithmetic.shapes(x, channels)} ∗ {bank} → {arithmetic.shapes(sizes.output, filters)}"
    count = f"step {step.number + 1:,} of {sizes.windows * filters:,}" if step else ""
    return [
        words(
            Span(f"{names.operation}   ", Role.TITLE),
            Span(chunks([flow, *arithmetic.settings(sizes), *names.notes])),
            indent=1,
        ),
        words(Span(chunks([*arithmetic.in_short(sizes.axes), count]), Role.LABEL), indent=1),
    ]
