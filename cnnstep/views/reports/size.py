"""`cnnstep size` as words: the formula, the learner's numbers in it, each step, the result, the cost."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cnnstep.errors import Setting
from cnnstep.geometry import Axis, Sizes, TransposedAxis, WindowAxis, by
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Gap, Scene, Words, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.wording import arithmetic
from cnnstep.views.wording.arithmetic import count, fraction, memory

if TYPE_CHECKING:
    from cnnstep.geometry.solving import Solution

RESULT = "= "
COMPARED = (
    Column("", 0, is_left=True, role=Role.TITLE, name="layer"),
    Column("parameters", 2),
    Column("multiply-adds", 1),
    Column("share (multiply-adds)", 0, is_left=True),
)
SAME_WITH_STRIDE = "(TensorFlow's rule; PyTorch has same for stride 1 only, and there they agree)"


def scene(
    sizes: Sizes[WindowAxis], rule: str | None, notes: Sequence[str] = (), full: Sizes[WindowAxis] | None = None
) -> Scene:
    """Why the output has its size, what the layer costs, and what the full convolution would that it stands for."""
    axes, blind = sizes.axes, []
    if any(isinstance(axis, Axis) and max(axis.before, axis.after) >= axis.extent for axis in axes):
        blind.append("the padding is as wide as the window: the outermost see only padding")
    below = map(words, (*arithmetic.unread(axes), *blind))
    same = _same(sizes) if rule == "same" else ()
    cost = (*_result(sizes), *_cost(sizes), *below, *(_compared(sizes, full) if full else ()))
    return Scene((*map(words, notes), *same, *_derivation(axes), *cost, Gap()))


def solved(found: Mapping[str, Sequence["Solution"]], target: Sequence[int], chosen: Sequence[Setting]) -> Scene:
    """The settings that people choose to reach a size, then what else does: all values of each setting on its own."""
    solvable = {name for name, solutions in found.items() if any(each.first is not None for each in solutions)}
    told = solvable or (found if len(chosen) < 2 else ())
    each = {name: _alone(name, solutions, target) for name, solutions in found.items() if name in told}
    answer = [_together(chosen, target)] if chosen else []
    if len(chosen) == 1:
        own = each.pop(name := chosen[0].name, [])
        answer = own if name in solvable and len(set(found[name])) == 1 else answer
    groups = [*([answer] if answer else []), *each.values()]
    parts: list[list[Block]] = [[*map(words, group), Gap()] for group in groups]
    return Scene(tuple(block for part in parts for block in part))


def _together(chosen: Sequence[Setting], target: Sequence[int]) -> str:
    """`stride 2 with padding 1 gives 16`; of a padding with two sides that no single number does it."""
    first, *others = (f"{each.name} {each.typed}" for each in chosen)
    size = target[0] if len(set(target)) == 1 else by(target)
    if not others and ":" in first:
        return f"no single padding gives {size}, but --{first} does (before:after)"
    return f"{first}{' with ' * bool(others)}{' and '.join(others)} gives {size}"


def _alone(name: str, solutions: Sequence["Solution"], target: Sequence[int]) -> list[str]:
    """All whole values of one setting that give the size, axis by axis where those differ."""
    same = len(set(solutions)) == len(set(target)) == 1
    told: list[str] = []
    for axis, solution, wanted in zip(arithmetic.names(len(target)), solutions, target, strict=True):
        label = "" if same else f"{axis}: "
        sizes = " and ".join(f"{size} ({name} {value})" for value, size in solution.nearest)
        nearest = f"; nearest {'is' if len(solution.nearest) == 1 else 'are'} {sizes}" if sizes else ""
        none = f"none: no {name} gives {wanted}{nearest}"
        told.append(f"{label}{none if solution.first is None else f'{name} {_values(solution)} gives {wanted}'}")
    return told[: 1 if same else None]


def _values(solution: "Solution") -> str:
    first, last = solution.first or 0, solution.last
    if last is None:
        return f"{first}, and every larger one"
    if last - first > 3:
        return f"{first} to {last}"
    return ", ".join(str(value) for value in range(first, last + 1))


def _same(sizes: Sizes[WindowAxis]) -> Iterator[Block]:
    """What `same` did, once where the axes are alike."""
    alike = len(set(sizes.axes)) == 1
    for name, axis in zip(arithmetic.names(len(sizes.axes)), sizes.axes, strict=True):
        ends = "at the bottom and right" if alike else arithmetic.ENDS.get(name, "at the end")
        odd = f", the odd cell {ends}" if axis.before != axis.after else ""
        total = f"{count(axis.before + axis.after, 'cell')} of padding, {axis.before} + {axis.after}{odd}"
        yield words(f"same: {'' if alike else name + ': '}{_aim(axis)} = {axis.output} needs {total}")
        if alike:
            break
    if all(isinstance(axis, Axis) for axis in sizes.axes):
        plain = all(axis.stride == 1 for axis in sizes.axes)
        yield words("(with stride 1 this is PyTorch's same)" if plain else SAME_WITH_STRIDE)
    yield Gap()


def _aim(axis: WindowAxis) -> str:
    if isinstance(axis, TransposedAxis):
        return f"input·stride = {axis.input}·{axis.stride}"
    return f"⌈input / stride⌉ = ⌈{axis.input} / {axis.stride}⌉"


def _derivation(axes: Sequence[WindowAxis]) -> Iterator[Block]:
    """The formula once, then each axis: step by step, or in one line where the axes differ."""
    for formula in dict.fromkeys(map(arithmetic.formula, axes)):
        yield words(f"output = {formula}")
    if len(set(axes)) == 1:
        for text in arithmetic.worked(axes[0]):
            yield words(f"{'':7}{RESULT}{text}")
        return
    names = arithmetic.names(len(axes))
    for name, axis in zip(names, axes, strict=True):
        yield Words(((Span(f"{name:<{max(map(len, names))}} = {' = '.join(arithmetic.worked(axis))}"),),), hang=10)


def _result(sizes: Sizes[WindowAxis]) -> Iterator[Block]:
    x = [axis.input for axis in sizes.axes]
    before = by(x if sizes.channels is None else (sizes.channels, *x))
    depth = sizes.filters or sizes.channels
    after = by(sizes.output if depth is None else (depth, *sizes.output))
    yield Gap()
    images = f"{count(sizes.batch, 'image')} of " if sizes.batch > 1 else ""
    each = f"{sizes.batch:,}·{sizes.windows // sizes.batch:,} = " if images else ""
    cost = f"{each}{count(sizes.windows, _noun(sizes))} of {count(sizes.products, 'product')}"
    yield words(Span(f"{images}{before} → {after}", Role.TOTAL), f"      {cost}")


def _cost(sizes: Sizes[WindowAxis]) -> Iterator[Block]:
    channels, filters = sizes.channels, sizes.filters
    if channels is None and filters is None:
        return
    if channels is None:
        shape = "x".join(str(axis.input) for axis in sizes.axes)
        yield words(f"for parameters and multiply-adds, give the channels too: --in 3x{shape}")
        return
    if filters is None:
        yield words(f"each of the {channels} channels on its own, as pooling does; --filters F makes it a convolution")
    else:
        yield from map(words, (*_counted(sizes, filters), _flops(sizes)))
    yield from map(words, _memory(sizes, filters or channels))


def _counted(sizes: Sizes[WindowAxis], filters: int) -> Iterator[str]:
    """Products, parameters and multiply-adds, each with its arithmetic."""
    depth = f"{sizes.channels}" if sizes.groups == 1 else f"{sizes.channels}/{sizes.groups}"
    window = f"{_kernel(sizes)}·{depth}"
    article = "an" if isinstance(sizes.axes[0], TransposedAxis) else "a"
    yield f"products {article} {_noun(sizes)} = {window} = {sizes.products:,}"
    weights = f"({window} + 1)·{filters} = {sizes.products + 1:,}·{filters}"
    if not sizes.has_bias:
        weights = f"{window}·{filters} = {sizes.products:,}·{filters}"
    notes = [", no biases"] * (not sizes.has_bias) + [", the same for all images"] * (sizes.batch > 1)
    yield f"parameters = {weights} = {sizes.parameters:,}{''.join(notes)}"
    work = f"{count(sizes.windows, _noun(sizes))}·{sizes.products:,}·{count(filters, 'filter')}"
    yield f"multiply-adds = {work} = {sizes.multiply_adds:,}"


def _flops(sizes: Sizes[WindowAxis]) -> str:
    """A multiply-add is a product and a sum; what adds a bias is not counted, as it is not in multiply-adds."""
    return f"FLOPs = 2·{sizes.multiply_adds:,} = {sizes.flops:,} (biases aside; papers may mean multiply-adds)"


def _memory(sizes: Sizes[WindowAxis], depth: int) -> Iterator[str]:
    """Bytes of the output and of the parameters, as float32."""
    images = [f"{sizes.batch:,}"] * (sizes.batch > 1)
    cells = "·".join([*images, str(depth), *map(str, sizes.output)])
    yield f"output as float32 = {cells}·4 bytes = {memory(sizes.activation_bytes or 0)}"
    if sizes.parameters is not None:
        yield f"parameters as float32 = {sizes.parameters:,}·4 bytes = {memory(sizes.parameter_bytes or 0)}"


def _kernel(sizes: Sizes[WindowAxis]) -> str:
    return "·".join(str(axis.kernel) for axis in sizes.axes)


def _compared(sizes: Sizes[WindowAxis], full: Sizes[WindowAxis]) -> Iterator[Block]:
    """A depthwise or pointwise layer, and the full convolution that it stands for, in rows."""
    yield Gap()
    kernel, other = (by([axis.kernel for axis in each.axes]) for each in (sizes, full))
    if kernel != other:
        rows = [_row(f"pointwise {kernel}", [sizes], f"1/({_kernel(full)})", full)]
    else:
        rows = [_row(f"depthwise {kernel}", [sizes], f"1/{sizes.channels}", full)]
        if not isinstance(sizes.axes[0], TransposedAxis):
            share = f"1/{sizes.filters} + 1/({_kernel(full)})"
            rows.append(_row("depthwise + pointwise", sizes.separable, share, full))
            depthwise = count(sizes.channels or 1, "depthwise filter")
            yield words(f"separable, as in MobileNet: {depthwise}, then {sizes.filters} pointwise of 1×1")
    whole = (f"full {other} convolution", full.parameters or 0, full.multiply_adds or 0, "1")
    yield table(COMPARED, [*rows, whole])


def _row(name: str, parts: Sequence[Sizes[Any]], share: str, full: Sizes[Any]) -> tuple[str | int, ...]:
    """What some layers cost together, and their share of the products of the full convolution."""
    learned, multiplied = (sum(getattr(p, cost) for p in parts) for cost in ("parameters", "multiply_adds"))
    return name, learned, multiplied, f"{share} {fraction(multiplied, full.multiply_adds or 1)}"


def _noun(sizes: Sizes[WindowAxis]) -> str:
    """A transposed convolution adds for every cell of the input where the others look through a window."""
    return "input cell" if isinstance(sizes.axes[0], TransposedAxis) else "window"


def further(sizes: Sizes[WindowAxis]) -> str:
    """What to add next; nothing that stands there already."""
    size = "x".join(str(axis.input) for axis in sizes.axes)
    if isinstance(sizes.axes[0], TransposedAxis):
        back = "x".join(map(str, sizes.output))
        return f"--in {back} without --transposed goes the other way"
    is_pointwise = all(axis.kernel == 1 for axis in sizes.axes)
    costs = "--filters 12 (what it costs)" if sizes.channels else f"--in 3x{size} --filters 12 (what it costs)"
    offers = [
        costs if sizes.filters is None else "",
        "--stride 2 (half the size)" if all(axis.stride == 1 for axis in sizes.axes) else "",
        "--padding same (keep it)"
        if not (is_pointwise or any(axis.before + axis.after for axis in sizes.axes))
        else "",
        "--dilation 2" if sizes.filters and not is_pointwise and all(axis.dilation == 1 for axis in sizes.axes) else "",
    ]
    return f"{', '.join(filter(None, offers)) or '--json (for a program)'}"
