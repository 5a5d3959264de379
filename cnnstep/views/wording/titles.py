"""The head of every stepping screen: what is done to what, how, and why the output has its size."""

from collections.abc import Sequence

from cnnstep.engine.steps import Step
from cnnstep.geometry import Sizes, by
from cnnstep.views.page.marks import Importance
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, chunks, words
from cnnstep.views.vocabulary import Vocabulary
from cnnstep.views.wording import arithmetic


def head(
    vocabulary: Vocabulary, facts: Sequence[str], reasons: Sequence[str] = (), step: Step | None = None, total: int = 0
) -> list[Block]:
    """The operation with its facts; below why, and for a step which one of how many."""
    count = [f"step {step.number + 1:,} of {total:,}"] if step else []
    told = Span(chunks([*facts, *vocabulary.notes]))
    lines: list[Block] = [words(Span(f"{vocabulary.title}   ", Role.TITLE), told, indent=1, importance=Importance.STEP)]
    if below := chunks([*reasons, *count]):
        lines.append(words(Span(below, Role.LABEL), indent=1))
    return lines


def flow(sizes: Sizes, sign: str = "∗") -> str:  # type: ignore[type-arg]  # axes of any kind
    """Input ∗ kernels → output: `3×32×32 ∗ 6×3×5×5 → 6×28×28`."""
    x, kernel = [a.input for a in sizes.axes], [a.kernel for a in sizes.axes]
    channels, filters, groups = sizes.channels or 1, sizes.filters or 1, sizes.groups
    bank = [filters, channels // groups] if sign == "∗" else [channels, filters // groups]
    shown = by(kernel) if channels == filters == 1 else by([*bank, *kernel])
    return f"{arithmetic.shapes(x, channels)} {sign} {shown} → {arithmetic.shapes(sizes.output, filters)}"
