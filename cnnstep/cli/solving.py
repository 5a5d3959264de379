"""`cnnstep size --out`: which settings lead to a size. Never loads NumPy."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstep.cli.size import LOWEST, Settings
from cnnstep.errors import NotationError, Setting, as_option
from cnnstep.geometry import WindowAxis, padding_text, spread, spread_padding
from cnnstep.geometry.solving import Solution, solve, usual
from cnnstep.views.page.scene import Scene
from cnnstep.views.report import Report
from cnnstep.views.reports import size
from cnnstep.views.wording.arithmetic import channels_last

PER_AXIS = ("kernel", "stride", "dilation")


def solved_for(settings: Settings, out: Sequence[int]) -> Report:
    """Answer `--out`: first what people use, then for each setting that was left out all values that reach the size."""
    target = spread(out, 2, "out")
    unknown = settings.unknown()
    if not unknown:
        raise NotationError("nothing is left to solve for", "leave out one of --kernel --stride --padding --dilation")
    found = {name: [_solution(settings, name, axis, wanted) for axis, wanted in enumerate(target)] for name in unknown}
    answer = _usual(settings, target) or _alone(found)
    solved = settings._replace(**answer)
    document = {
        "operation": "solve",
        "input": list(settings.spatial),
        "output": list(target),
        "solutions": {name: [solution.as_dict() for solution in each] for name, each in found.items()},
        "answer": solved.document(solved.sizes()) if answer else None,
    }
    chosen = _chosen(answer, solved.axes()) if answer else []
    told = size.solved({_dashed(name): each for name, each in found.items()}, target, chosen)
    if not answer:
        return Report(told, document, is_plain=True)
    worked = size.scene(solved.sizes(), None, [*channels_last(settings.size)], solved.full)
    hint = f"{' '.join(map(as_option, chosen))} instead of --out {'x'.join(map(str, out))}"
    return Report(Scene((*told.blocks, *worked.blocks)), document, hint, is_plain=True)


def _usual(settings: Settings, target: Sequence[int]) -> dict[str, Any]:
    """The first of the usual settings that gives the size, or nothing."""
    if settings.kernel is None:
        return {}
    large, small = max(settings.spatial[0], target[0]), min(settings.spatial[0], target[0])
    tried = usual(settings.kernel, settings.unknown(), max(settings.dilation or (1,)), large // small)
    return next((each for each in tried if settings._replace(**each).outputs() == [*target]), {})


def _alone(found: Mapping[str, Sequence[Solution]]) -> dict[str, Any]:
    """The first setting that gives the size on its own, with the same value on each axis, or nothing."""
    same = {name: each[0].first for name, each in found.items() if len(set(each)) == 1}
    return next(({name: _typed(name, value)} for name, value in same.items() if value is not None), {})


def _chosen(answer: Mapping[str, Any], axes: Sequence[WindowAxis]) -> list[Setting]:
    """What to type for an answer: the settings that are not what they are by themselves; the first where all are."""
    typed = {name: padding_text(axes) if name == "padding" else answer[name][0] for name in LOWEST if name in answer}
    unusual = [name for name in typed if answer[name] != _typed(name, LOWEST[name])]
    return [Setting(_dashed(name), typed[name]) for name in unusual or [*typed][:1]]


def _solution(settings: Settings, name: str, axis: int, wanted: int) -> Solution:
    """Solve one axis on its own; the size only grows or only shrinks with each setting."""
    each: dict[str, Any] = {
        key: (spread(value, 2, key)[axis],) for key in PER_AXIS if (value := getattr(settings, key))
    }
    if isinstance(settings.padding, tuple):
        each["padding"] = (spread_padding(settings.padding, 2)[axis],)
    alone = settings._replace(size=(settings.spatial[axis],), **each)

    def size_for(value: int) -> int:
        tried: dict[str, Any] = {name: _typed(name, value)}
        return next(iter(alone._replace(**tried).outputs()), 0)

    stride, dilation = ((getattr(alone, key) or (1,))[0] for key in ("stride", "dilation"))
    if name == "output_padding":  # it stays below the stride or the dilation
        return solve(size_for, wanted, 0, max(stride, dilation) - 1, is_bounded=True)
    padded = sum(sum(sides) for sides in alone.padding or ()) if not isinstance(alone.padding, str) else 0
    far = 2 * (alone.spatial[0] + padded + wanted + 1) * (alone.kernel or (1,))[0] * stride * dilation
    lowest = LOWEST[name]
    while name in {"stride", "dilation"} and lowest <= max(settings.output_padding or (0,)) and not size_for(lowest):
        lowest += 1  # an output padding needs a larger stride or dilation than itself
    return solve(size_for, wanted, lowest, far)


def _typed(name: str, value: int) -> tuple[Any, ...]:
    """A value as its option would give it."""
    return ((value, value),) if name == "padding" else (value,)


def _dashed(name: str) -> str:
    return name.replace("_", "-")
