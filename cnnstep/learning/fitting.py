"""A kernel that learns: fitted by gradient descent, until its output is that of a known kernel, or a given map."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from math import isfinite
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cnnstep.engine.arrays import LARGEST, Array, as_number, as_numbers, channels_and_size, channels_first, frozen
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.kernels import Bank, Kernel, Kernels, random_weights
from cnnstep.engine.steps import Operation
from cnnstep.errors import DataError, GeometryError, NotationError, Setting, did_you_mean
from cnnstep.geometry import Padding, PerAxis, by
from cnnstep.learning.curvature import largest_eigenvalue, stable_rate
from cnnstep.learning.descent import Fitted, Task, descend

LOSSES = ("sse", "mse")
STARTS = ("zeros", "random")
USUAL_RATE = 0.03
"""Where nothing is curved, no rate is too large."""
LARGEST_RATE = 1_000_000
MOST_UPDATES = 10_000
MOST_KEPT = 50_000_000
MOST_PRODUCTS = 200_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Fitting(Operation[Fitted]):
    """Fit the weights w of a convolution y = x ∗ w to a target t by gradient descent: w ← w − rate · ∂L/∂w.

    L = Σ (y − t)², the sse, or its mean, the mse; there is no bias. t is the output of the known kernel `like`, or the
    `target` (F, *output). `start` is `zeros`, `random` (by the `seed`), or weights (*window) or (F, C/groups, *window).
    Without `rate`, half of the largest stable one, 2 / λ, with λ the largest curvature of L. The output is the learned
    weights (F, C/groups, *window); a step is an update. The other settings are those of `Convolution`.

    Raises GeometryError and DataError for what does not fit. Source: Zhang et al., Dive into Deep Learning, 7.2.4.
    """

    like: Kernels | None = None
    start: ArrayLike = "zeros"
    rate: float | None = None
    updates: int = 10
    loss: str = "sse"
    _: KW_ONLY
    target: ArrayLike | None = None
    stride: PerAxis = 1
    padding: Padding = 0
    dilation: PerAxis = 1
    groups: int = 1
    axes: int = 2
    pad_mode: str = "zeros"
    pad_value: float = 0
    seed: int = 0
    noun: ClassVar[str] = "fitting"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {"rate": (), "updates": (), "loss": LOSSES}
    telling: ClassVar[tuple[str, ...]] = ("loss", "pad_mode")

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            hint = f"{did_you_mean(self.loss, LOSSES)}the loss is one of {', '.join(LOSSES)}"
            raise NotationError(f"a kernel is not fitted by the loss {self.loss!r}", hint)
        if self.rate is not None and not 0 < self.rate <= LARGEST_RATE:
            told = f"the rate must be above 0, and at most {LARGEST_RATE:,}, not {self.rate:g}"
            raise GeometryError(told, ("use ", Setting("rate", USUAL_RATE)))
        if not 1 <= as_number(self.updates, "updates") <= MOST_UPDATES or self.updates != int(self.updates):
            raise GeometryError(
                f"updates must be a whole number from 1 to {MOST_UPDATES:,}, not {self.updates}",
                ("use ", Setting("updates", 10)),
            )
        if (self.like is None) == (self.target is None):
            raise GeometryError(
                "a kernel is fitted either to the output of a known one or to a target",
                ("give one of ", Setting("like", "sobel-x"), " and ", Setting("target", "map.npy")),
            )
        if isinstance(self.start, str) and self.start not in STARTS:
            raise NotationError(f"a kernel does not start from {self.start!r}", f"use one of {', '.join(STARTS)}")

    def convolution(self, kernel: Kernels, scale: float = 1) -> Convolution:
        """The convolution with a kernel and these settings, for an input that was divided by `scale`."""
        return Convolution(
            kernel, self.stride, self.padding, self.dilation, self.groups,
            axes=self.axes, pad_mode=self.pad_mode, pad_value=self.pad_value / scale if scale != 1 else self.pad_value,
        )  # fmt: skip

    def output_shape(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        """That of the weights."""
        return self._start(channels_and_size(input_shape, self.axes)[0]).shape

    def bind(self, x: ArrayLike) -> Fitted:
        """Meet an input, and descend: what an update does is known only from those before it."""
        values = channels_first(x, self.axes)
        start = self._start(len(values))
        target = self._target(values, start)
        self._check_costs(start, target)
        curvature = self._curvature(values, start.shape[2:], target.size)
        limit = stable_rate(curvature)
        rate = float(self.rate or (limit / 2 if isfinite(limit) else USUAL_RATE))
        task = Task(values, target, lambda weights: self.convolution(Kernel(weights)), self.loss)
        descent = descend(task, start, rate, self.updates)
        if len(descent.kernels) < 2:
            raise DataError(
                f"the first update leads to numbers beyond {LARGEST:g}",
                ("use ", Setting("rate", f"{limit / 2:.2g}"), ", and numbers that are not as large"),
            )
        return Fitted(task, descent, rate, curvature, limit, self._known(len(values)), self.updates)

    def _bank(self, channels: int) -> Bank | None:
        """The known kernel, laid out for the channels."""
        return None if self.like is None else self.convolution(self.like).bank.for_channels(channels, self.groups)

    def _known(self, channels: int) -> Array | None:
        """Its weights as they count: divided."""
        bank = self._bank(channels)
        if bank is None:
            return None
        return frozen(bank.weights / np.array(bank.divisors).reshape(-1, *(1,) * (bank.weights.ndim - 1)))

    def _start(self, channels: int) -> Array:
        """The weights before the first update, (F, C/groups, *window)."""
        bank = self._bank(channels)
        if isinstance(self.start, str):
            if bank is None:
                raise GeometryError(
                    f"a target does not say how large the kernel is that starts from {self.start}",
                    (
                        "write the start out: ",
                        Setting("from", "0 0 0; 0 0 0; 0 0 0"),
                        ", or ",
                        Setting("from", "1@3x3"),
                    ),
                )
            shape = bank.weights.shape
            return np.zeros(shape) if self.start == "zeros" else random_weights(shape, self.seed)
        weights = as_numbers(self.start, "the start").astype(np.float64)
        if weights.ndim == self.axes:
            maps = np.asarray(self.target)
            filters = len(bank.weights) if bank else len(maps) if maps.ndim > self.axes else 1
            weights = np.broadcast_to(weights, (filters, max(1, channels // self.groups), *weights.shape))
        laid = self.convolution(Kernel(weights)).bank.for_channels(channels, self.groups)
        return laid.weights.copy()

    def _target(self, values: Array, start: Array) -> Array:
        """What the prediction should be, in its shape."""
        expected = self.convolution(Kernel(start)).output_shape(values.shape)
        if self.like is not None:
            known, what = self.convolution(self.like).output(values), "the output of the known kernel"
            hint = "start from a kernel of the same size"
        else:
            known, what = as_numbers(self.target, "the target"), "the target"  # type: ignore[arg-type]  # one is given
            hint = f"give a target of {by(expected)}, or a kernel, stride or padding that lead to {by(known.shape)}"
        if expected not in {known.shape, (1, *known.shape)}:
            window = by(start.shape[2:])
            raise GeometryError(
                f"{what} is {by(known.shape)}, but the prediction of a {window} kernel is {by(expected)}", hint
            )
        return frozen(known.reshape(expected).astype(np.float64))

    def _check_costs(self, start: Array, target: Array) -> None:
        """Refuse what would take hours, or fill the memory."""
        products = 2 * self.updates * start[0].size * target.size
        if products > MOST_PRODUCTS or start.size * self.updates > MOST_KEPT:
            raise GeometryError(
                f"{self.updates:,} updates of {start.size:,} weights for {target.size:,} outputs take {products:,}"
                f" products and keep {start.size * self.updates:,} weights: too many",
                ("use a smaller ", Setting("updates"), ", or a smaller input: ", Setting("resize", (64, 48))),
            )

    def _curvature(self, x: Array, window: tuple[int, ...], outputs: int) -> float:
        """The largest eigenvalue of the Hessian 2·JᵀJ, with J·w = x ∗ w; of the mse divided by the number of outputs.

        The loss is a sum over filters, and all of a group see the same channels: one filter a group is enough.
        """
        scale = max(float(np.abs(x.astype(np.float64)).max()), abs(float(self.pad_value)))
        if not scale:
            return 0.0
        one, unit = np.zeros((self.groups, len(x) // self.groups, *window)), x / scale  # whose squares cannot overflow
        back = self.convolution(Kernel(one), scale).gradient("kernel", unit)
        found = largest_eigenvalue(lambda w: self.convolution(Kernel(w), scale).output(unit), back.output, one.shape)
        return 2 * found * scale**2 / (outputs if self.loss == "mse" else 1)
