"""`--gradient`: the backward pass of what a command has made."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnnstep.cli.base import Decorator, Parsed
from cnnstep.errors import NotationError, Setting

if TYPE_CHECKING:
    from cnnstep.views.report import Report
    from cnnstep.views.view import View


def _learnables() -> list[str]:
    """Everything that has a gradient somewhere, for completion."""
    from cnnstep.engine.gradients import GRADIENTS

    return sorted({of for each in GRADIENTS.values() for of in each})


OPTIONS: tuple[Decorator, ...] = (
    click.option("--gradient", type=Parsed("OF", str.strip, _learnables),
                 help="Go backwards: the gradient of the input or of what it learns (kernel, weights, bias, "
                 "scale, shift), step by step."),
    click.option("--upstream", type=Parsed("G", str), help="The upstream gradient, a matrix or a file shaped like the "
                 "output.  [default: ones: L is the sum of the outputs]"),
    click.option("--by", type=Parsed("ORDER", str.strip),
                 help="The order of its steps, where there are several: weight, window or cell."),
    click.option("--check", is_flag=True, help="The gradient beside the numeric one, cell by cell."),
)  # fmt: skip


class Backward(NamedTuple):
    """Which gradient, of which upstream gradient, in which order; and whether it is checked by differences."""

    gradient: str
    upstream: str | None
    by: str | None
    check: bool

    @classmethod
    def taken(cls, asked: dict[str, Any]) -> "Backward | None":
        """Take its options out of all that were asked for; raises NotationError where one of them stands alone."""
        options = {name: asked.pop(name, None) for name in cls._fields}
        if options["gradient"] is not None:
            return cls(**options)
        for name, value in options.items():
            if value:
                raise NotationError(
                    f"--{name} is about a gradient, and none was asked for", ("add ", Setting("gradient", "input"))
                )
        return None

    def of(self, shown: "View | Report") -> "View | Report":
        """The view of the gradient, or the report of its check; raises NotationError for what is no operation."""
        from cnnstep.views.gradients import gradient_view
        from cnnstep.views.report import Report

        if isinstance(shown, Report):
            raise NotationError("a report has no gradient, only an operation", ("leave out ", Setting("gradient")))
        if not shown.walk.operation:  # a comparison has none, but two
            raise NotationError("two commands have no gradient together", ("leave out ", Setting("gradient")))
        if shown.without:
            raise NotationError(
                f"--gradient and --{shown.without} exclude each other", ("leave out ", Setting(shown.without))
            )
        view = gradient_view(shown, self.gradient, self._read, self.by or "")
        if not self.check:
            return view
        from cnnstep.views.reports.gradient_check import checked

        return checked(view)

    @property
    def _read(self) -> Callable[[int], Any] | None:
        """What reads the upstream gradient for an output of so many axes; None where it is ones."""
        if self.upstream is None:
            return None
        from cnnstep.inputs.kernels import read_upstream

        source = self.upstream
        return lambda axes: read_upstream(source, axes)
