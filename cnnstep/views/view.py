"""A view: a walk with its vocabulary, and everything that shows it; no output needs to know of which kind it is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, ClassVar, Self

from cnnstep.display import Displayed
from cnnstep.engine.arrays import MOST_CELLS
from cnnstep.engine.settings import changed, with_number
from cnnstep.engine.steps import Index, Operation, Step
from cnnstep.engine.walks import Walk
from cnnstep.views.layers import Figure, Layers
from cnnstep.views.page.diagram import Diagram
from cnnstep.views.page.roles import Importance, Role, Span
from cnnstep.views.page.scene import Block, Gap, Panel, Scene, Words, chunks, hint, stack, words
from cnnstep.views.panels import maps
from cnnstep.views.vocabulary import DISPLAYS, Chosen, Vocabulary
from cnnstep.views.wording.sums import LINES, place


@dataclass(frozen=True, eq=False)
class View(Displayed, ABC):
    """A walk with its vocabulary: `title(step)`, `scene(step)`, `sentence(step)`, `result()`, and its chosen steps."""

    walk: Walk[Any, Any]
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    chosen: Chosen = field(default_factory=Chosen)
    address: str = "{}"
    """How a cell is named where one is asked for: `{}`, or `2[{}]` in layer 2."""
    layers: Callable[[], Layers] | None = None
    """The layers of the network that it is, or is one of."""
    diagram: Callable[[], Diagram] | None = None
    """The network that it is, or a cell of one, as one picture."""
    archives: Mapping[str, Callable[[], Mapping[str, Any]]] = field(default_factory=dict)
    """What can be saved as named arrays: `weights`, `activations`."""
    advice: str = ""
    """What to type next, where the usual is not what is wanted."""
    most: int | None = None
    """How many steps are shown where no one asks for any; None: as many as its kind shows."""
    called: str = ""
    """What the step's cell is called, where it has another name than that of its index: `c3[5,3,4]`."""
    first: ClassVar[int] = 3
    """How many steps are shown in full where no one says."""
    noun: ClassVar[str] = "output"
    """What the output is called, where the vocabulary has no word of its own."""
    place_noun: ClassVar[str] = "cell"
    """What a place that can be asked for is called."""
    without: ClassVar[str] = ""
    """The option that makes it more than one operation, which alone has gradients."""

    @abstractmethod
    def title(self, step: Any = None) -> list[Block]:
        """The head of a screen, of one step or of the whole."""

    @abstractmethod
    def scene(self, step: Any) -> Scene:
        """Everything about one step."""

    @abstractmethod
    def sentence(self, step: Any, lines: int = LINES) -> Words:
        """What the value of a step is made of, and the value at its end, in so many lines."""

    def picture(self, step: Any = None) -> Scene:
        """What a figure shows of a step, or of the whole."""
        return stack(self.title(), *self.result()) if step is None else self.scene(step)

    def details(self, step: Any) -> Iterator[Scene]:
        """What a film shows of a step, from its first product to its value."""
        yield self.picture(step)

    def line(self, step: Any) -> Scene:
        """One step in one line."""
        return Scene((self.sentence(step, lines=1)._replace(indent=0),))

    def result(self) -> list[list[Block]]:
        """The whole output, and what there is to say about it."""
        return maps.whole(self.walk.output, self.output_noun, self.remarks(), self.labels)

    def remarks(self) -> list[str]:
        """What there is to say about the whole output."""
        return [maps.extent(self.walk.output)]

    def head(self, facts: Sequence[str], reasons: Sequence[str] = (), step: Step | None = None) -> list[Block]:
        """The operation with its facts; below why its output has its size, and for a step which one of how many."""
        told = Span(chunks([*facts, *self.vocabulary.notes]))
        title = words(Span(f"{self.vocabulary.title}   ", Role.TITLE), told, indent=1, importance=Importance.STEP)
        below = chunks(
            [*reasons, self.vocabulary.loss, f"step {step.number + 1:,} of {self.walk.total:,}" if step else ""]
        )
        return [title, *([words(Span(below, Role.LABEL), indent=1)] if below else [])]

    @property
    def bound(self) -> Any:
        """The operation with its input."""
        return self.walk.bound

    @property
    def operation(self) -> Operation[Any]:
        """The operation that is walked."""
        assert self.walk.operation is not None  # noqa: S101 - a view is made of an operation's own walk
        return self.walk.operation

    @property
    def output_noun(self) -> str:
        """What the output is called."""
        return self.vocabulary.output or self.noun

    @property
    def labels(self) -> Sequence[str]:
        """The names of the output's channels, where they have any."""
        return self.vocabulary.channels

    def cell(self, step: Step) -> str:
        """What the step's cell is called: `y[1,1]`, or `y[2,1,1]` for filter 2."""
        return self.called or place(step, self.vocabulary.y)

    def breakdown(self, step: Any) -> list[Block]:
        """What the value of a step is made of, in a network's own words for the cell."""
        return [self.sentence(step)]

    def reads(self, step: Any) -> list[Panel]:  # noqa: ARG002 - as those that read more
        """What a step reads, as panels to stand beside a picture."""
        return []

    def brief(self, step: Any) -> str:  # noqa: ARG002 - as those that have more to say
        """What made the value, in a few signs."""
        return "the cell in the same place"

    def facts(self) -> dict[str, Any]:
        """What machines are told beside the steps: settings, sizes, costs."""
        return {**self.operation.facts(), **self.bound.facts()}

    def strongest(self) -> int:
        """The step that finds the largest number in magnitude: the one that a network opens on."""
        each_finds_one = self.bound.grid == self.walk.output_shape
        return int(abs(self.walk.output).argmax()) if each_finds_one and len(self.walk) else 0

    def figures(self) -> Sequence[Figure]:
        """What a picture of it shows; where there are none, its output."""
        return ()

    def with_setting(self, name: str, change: float) -> Self:
        """The view of the operation with one setting changed; raises GeometryError with the reason where it cannot be.

        A number changes by `change`, a word or a kernel by so many rows of its table.
        """
        operation = changed(self.operation, name, change, self.bound)
        return self._alone(operation.walk(self.bound.given))

    def with_number(self, of: str, cell: Index, value: float) -> Self:
        """The view with one number replaced: of its input, or of what the operation learns; raises CnnstepError."""
        operation, given = with_number(self.operation, self.bound, of, cell, value)
        return self._alone(operation.walk(given))

    def _alone(self, walk: Walk[Any, Any]) -> Self:
        """The view of another walk, which no network knows."""
        return replace(self, walk=walk, chosen=Chosen(), layers=None, diagram=None, archives={})

    def choosing(self, chosen: Chosen) -> "View":
        """The view that shows these steps."""
        chosen.of(self.walk)
        view = replace(self, chosen=chosen, diagram=None)
        if view.tells_all:
            self.walk.check_size()
        return view

    def stepping(self) -> "View":
        """The view whose steps are meant where steps are asked for: of a whole network that of a layer."""
        return self

    @property
    def asked(self) -> Sequence[Any] | None:
        """The steps that were asked for; None where no one said."""
        return self.chosen.of(self.walk)

    @property
    def tells_all(self) -> bool:
        """Whether the whole result stands at the end."""
        return self.asked is None or DISPLAYS[self.chosen.display].unasked == 0

    @property
    def steps(self) -> Sequence[Any]:
        """The steps that were asked for, or the first ones."""
        unasked = DISPLAYS[self.chosen.display].unasked
        first = min(self.first if unasked is None else unasked, MOST_CELLS if self.most is None else self.most)
        asked = self.asked
        return self.walk[:first] if asked is None or unasked == 0 else asked

    def scenes(self) -> Iterator[Scene]:
        """Some steps, then the whole result."""
        display, steps = DISPLAYS[self.chosen.display], self.steps
        if not display.is_spaced:
            yield Scene((*self.title(), Gap()))
        for position, step in enumerate(steps):
            if position and display.is_spaced:
                yield Scene((Gap(),))
            yield self.scene(step) if display.is_spaced else self.line(step)
        if self.tells_all:
            if len(steps):
                yield Scene((Gap(),))
            yield stack([] if len(steps) else self.title(), *self.result())

    def screens(self) -> Iterator[Scene]:
        """What is shown from the first line to the last: the scenes, and what to type next."""
        yield from self.scenes()
        yield Scene((hint(self.hint),))

    def briefer(self) -> Iterator["View"]:
        """Itself, then with fewer and fewer of the steps that no one has asked for, down to one."""
        yield self
        if self.asked is None:
            yield from (replace(self, most=most) for most in range(len(self.steps) - 1, 0, -1))

    @property
    def has_steps(self) -> bool:
        """Whether it shows steps, and not the result alone."""
        return len(self.steps) > 0

    @property
    def hint(self) -> str:
        """What to type next."""
        return self.advice or self._next()

    def _next(self) -> str:
        """What to add to the command to see more; nothing that stands there already."""
        at, steps, display = self.chosen
        displays = ", ".join(f"--view {name}" for name in DISPLAYS if name != display)
        cell = "" if prod(self.bound.places) == 1 else f"--at {self.address.format(self._another(at or ()))}"
        if at is not None:
            return f"{f'{cell} (another {self.place_noun}); or ' if cell else ''}without --at: {displays}"
        shown, cell = self.steps, f"{cell} (one {self.place_noun})" if cell else ""
        if not len(shown):
            return f"{displays}, or without --view: {cell}" if cell else displays
        done = shown[-1].number + 1
        further = f"--steps {done}:{min(done + 3, len(self.walk))} (go on)" if done < len(self.walk) else ""
        instead = ", ".join(filter(None, [cell, displays]))
        return f"{further}, {instead}" if further else f"without --steps: {instead}" if steps else instead

    def _another(self, at: tuple[int, ...]) -> str:
        """A cell in the middle of the last filter's map, or the first cell."""
        places = self.bound.places
        middle = (places[0] - 1, *(n // 2 for n in places[1:])) if len(places) > 1 else (places[0] // 2,)
        cell = middle if middle[-len(at) :] != at else (0,) * len(middle)
        return ",".join(map(str, cell if places[0] > 1 or len(cell) == 1 else cell[1:]))
