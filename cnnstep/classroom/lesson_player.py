"""A lesson as a conversation, line by line: it goes over SSH, on any system, and through a pipe."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from shlex import split

from cnnstep.classroom.desk import Desk
from cnnstep.classroom.lesson_pages import Board, advice, figure_of, hint, verdict_of
from cnnstep.classroom.lessons import Exercise, Figure, Lesson, Screen
from cnnstep.classroom.markup import spans
from cnnstep.classroom.progress import Event, Kind, Standing
from cnnstep.classroom.questions import Question, Verdict
from cnnstep.errors import CnnstepError
from cnnstep.render.lines.layout import lines
from cnnstep.render.lines.page import Line, Piece
from cnnstep.views.page.roles import Role, Span
from cnnstep.views.page.scene import Block, Scene, words

RUN = ":"


@dataclass(slots=True)
class LessonPlayer:
    """A lesson, the screen that is shown (counted from 0), and what was said to the learner."""

    lesson: Lesson
    desk: Desk
    number: int = 0
    has_left: bool = False
    said: list[Block] = field(default_factory=list)
    hints: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, list[Block]] = field(default_factory=dict)
    """What was said to the last answer of each question that is answered, or given up."""
    _questions: dict[str, Question] = field(default_factory=dict)
    _figures: dict[int, Figure | None] = field(default_factory=dict)
    _shown: int | None = None
    _is_away: bool = False

    def play(self) -> Standing:
        """Show screen after screen until the end, or until someone leaves."""
        with suppress(EOFError):
            while not self.has_left and self.number < len(self.lesson.screens):
                if not self._is_away:
                    self._draw()
                self._heed(self.desk.ask(self._bar(), bool(self.asked) and not self._is_away).strip())
        if self.number >= len(self.lesson.screens):
            self._note(Kind.DONE)
        return self.standing

    @property
    def screen(self) -> Screen:
        """The screen that is shown."""
        return self.lesson.screens[min(self.number, len(self.lesson.screens) - 1)]

    @property
    def standing(self) -> Standing:
        """How far it has come, with former sessions."""
        return Standing.of(self.desk.progress.of(self.lesson.id))

    @property
    def asked(self) -> Exercise | None:
        """The question that waits for an answer."""
        exercise = self.screen.exercise
        return exercise if exercise and exercise.id not in self.verdicts else None

    def _heed(self, typed: str) -> None:
        """Do what was typed: a key, a command, an answer."""
        was_away, self._is_away = self._is_away, False
        if was_away:
            self._shown = None
        if was_away and not typed:
            return
        if typed in KEYS:
            KEYS[typed](self)
        elif typed.startswith((RUN, "cnnstep ")):
            self._run(typed.removeprefix(RUN).strip())
        elif self.screen.exercise:
            self._answer(self.screen.exercise, typed)
        else:
            run = Span(": conv", Role.KERNEL)
            self._say(words("There is no question here: Enter goes on, ", run, " runs a command.", indent=1))

    def on(self) -> None:
        """To the next screen; not past a question that no one has answered yet."""
        if self.asked and self.asked.id not in self.standing.right:
            self._say(words("Type your answer; ? gives a hint, s shows the answer.", indent=1))
        else:
            self._go(self.number + 1)

    def back(self) -> None:
        """To the screen before."""
        if self.number:
            self._go(self.number - 1)
        else:
            self._say(words("This is the first screen.", indent=1))

    def hint(self) -> None:
        """One more hint, or what the keys do."""
        exercise = self.asked
        if exercise is None:
            self._say(
                words(*(Span(*told) for key, meaning in HELP for told in ((key, Role.KERNEL), (meaning,))), indent=1)
            )
        elif self.hints.get(exercise.id, 0) < len(exercise.hints):
            self.hints[exercise.id] = self.hints.get(exercise.id, 0) + 1
            self.said = [] if self.desk.is_cleared else [hint(exercise, self.hints[exercise.id])]
        else:
            self._say(words("There are no more hints; s shows the answer.", indent=1))

    def skip(self) -> None:
        """Give a question up: its answer and why; a screen without one is passed."""
        exercise = self.asked
        if exercise is None:
            self._go(self.number + 1)
        elif question := self._question(exercise):
            self._note(Kind.SKIPPED, exercise)
            self._close(exercise, verdict_of(exercise, question, is_right=False))

    def mark(self) -> None:
        """Mark the screen, to come back to; or take the mark away."""
        is_marked = self.number + 1 in self.standing.marks
        self._note(Kind.UNMARKED if is_marked else Kind.MARKED)
        self._say(words("The mark is gone." if is_marked else "Marked: it is listed at the end.", indent=1))

    def leave(self) -> None:
        """End; the next time goes on here."""
        self.has_left = True

    def _go(self, number: int) -> None:
        self.number, self.said = number, []

    def _say(self, *told: Block) -> None:
        self.said = list(told)

    def _close(self, exercise: Exercise, *told: Block) -> None:
        self.verdicts[exercise.id] = list(told)
        self._shown, self.said = None, []

    def _run(self, line: str) -> None:
        """Run a command of the program in between; errors are one line, as always, and the lesson goes on."""
        try:
            line_words = split(line)
        except ValueError:
            self._say(words("A quotation mark is open: close it.", indent=1))
            return
        if line_words:
            self.desk.run(line_words[1:] if line_words[0] == "cnnstep" else line_words)
            self._is_away = True
        else:
            self._say(words("Type a command after the colon, as in ", Span(": conv sample:five --at 1,2", Role.KERNEL)))

    def _answer(self, exercise: Exercise, typed: str) -> None:
        question = self._question(exercise)
        if question is None:
            return
        answer = exercise.chosen(typed)
        if answer is None:
            self._say(words(f"Type the number of your choice, 1 to {len(exercise.choices)}.", indent=1))
            return
        try:
            verdict = question.judge(answer)
        except CnnstepError as trouble:
            self._say(words(trouble.message, indent=1), advice(trouble))
            return
        self._note(Kind.RIGHT if verdict.is_right else Kind.WRONG, exercise, typed)
        if verdict.is_right:
            self._close(exercise, verdict_of(exercise, question, is_right=True))
        else:
            self._say(words(*_wrong(verdict), indent=1))

    def _question(self, exercise: Exercise) -> Question | None:
        """The question with its key; where that cannot be computed it is said, and the question is closed."""
        if exercise.id not in self._questions:
            try:
                self._questions[exercise.id] = exercise.question(self.desk.road)
            except CnnstepError as trouble:
                self._close(exercise, words(trouble.message, indent=1), advice(trouble))
                return None
        return self._questions[exercise.id]

    def _note(self, kind: Kind, exercise: Exercise | None = None, typed: str = "") -> None:
        """Remember what happened, and say once where it cannot be kept."""
        was_fine = self.desk.progress.trouble is None
        asked = (exercise.id, typed, self.hints.get(exercise.id, 0)) if exercise else ("", "", 0)
        self.desk.progress.add(Event(self.lesson.id, kind, min(self.number + 1, len(self.lesson.screens)), *asked))
        if was_fine and (trouble := self.desk.progress.trouble):
            self.said += [words(trouble.message, indent=1), advice(trouble)]

    def _draw(self) -> None:
        """The screen, on a terminal always anew; elsewhere only when it is another, and else what was said."""
        is_new, self._shown = self._shown != self.number, self.number
        if is_new and self.standing.screen != self.number + 1:
            self._note(Kind.SEEN)
        if self.asked and self._question(self.asked) is None:
            self._shown = self.number
        page = self.desk.page
        if is_new or self.desk.is_cleared:
            self.desk.show(self._board().lines(page, self.desk.rows))
        else:
            self.desk.show(list(lines(Scene(tuple(self.said)), page)))
        self.said = []

    def _board(self) -> Board:
        exercise = self.screen.exercise
        verdict = self.verdicts.get(exercise.id, []) if exercise else []
        hints = self.hints.get(exercise.id, 0) if exercise and not verdict else 0
        if self.number not in self._figures:
            self.desk.wait()
            self._figures[self.number] = figure_of(self.screen, self.desk.road)
        return Board(self.screen, self._figures[self.number], hints, [*verdict, *self.said], not verdict)

    def _bar(self) -> Line:
        """What stands above the prompt, so that waiting looks like a lesson."""
        start = f" lesson {self.lesson.id}  {self.number + 1} of {len(self.lesson.screens)}  "
        marked = "marked  " * (self.number + 1 in self.standing.marks)
        keys = BACK if self._is_away else ASKING if self.asked else TELLING
        told = list(keys)
        while len("  ".join(told)) > max(0, self.desk.page.width - len(start) - len(marked)) and told:
            told.pop()
        return [Piece(start, Role.TITLE), Piece(marked, Role.CURRENT), Piece("  ".join(told), Role.LABEL)]


def _wrong(verdict: Verdict) -> Sequence[str | Span]:
    if verdict.mistake:
        return ("Not yet: ", *spans(verdict.mistake, Role.TITLE), ".")
    return ("Not yet. ? gives a hint, s shows the answer.",)


KEYS: dict[str, Callable[[LessonPlayer], None]] = {
    "": LessonPlayer.on, "b": LessonPlayer.back, "?": LessonPlayer.hint, "s": LessonPlayer.skip, "m": LessonPlayer.mark,
    "q": LessonPlayer.leave,
}  # fmt: skip
BACK = ("Enter back to the lesson",)
TELLING = ("Enter on", "? keys", "q leave", "b back", ": command", "m mark")
ASKING = ("? hint", "s give up", "q leave", "b back", ": command", "m mark")
"""What the keys do, those first that stay where there is little room."""
HELP = (
    ("Enter", " the next screen; "), ("b", " the screen before; "), ("s", " gives a question up, which stays open; "),
    (": conv --at 1,2", " runs any command; "), ("m", " marks a screen, or takes the mark away; "),
    ("q", " leaves, and the next time goes on here. "),
)  # fmt: skip
