"""A recording for asciinema: what a terminal of 80 columns and 24 rows is sent, and when.

asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a header, then `[seconds, "o", text]`; a mark
`[seconds, "m", label]` stands at each row of the output.
"""

import json
from typing import Any, BinaryIO

from cnnstep.engine.steps import Step
from cnnstep.render.formats.job import Job
from cnnstep.render.formats.progress import watched
from cnnstep.render.glyphs import Glyphs
from cnnstep.render.lines.fitting import fitted
from cnnstep.render.lines.page import Page
from cnnstep.render.screen import Screen
from cnnstep.render.styles import Styles
from cnnstep.views.frames import Filming
from cnnstep.views.wording.arithmetic import count
from cnnstep.views.wording.sums import place

COLUMNS, ROWS = 80, 24
DEPTH = "256"
BEGIN, END = "\x1b[?25l", f"\x1b[{ROWS};1H\x1b[?25h"


def cast(job: Job, stream: BinaryIO) -> str:
    """One event a step, with only what changed."""
    header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": job.view.facts()["operation"]}
    _write(stream, {**header, "env": {"TERM": "xterm-256color", "SHELL": "/bin/sh"}})
    screen, page = Screen(COLUMNS, ROWS, Styles(DEPTH)), Page(COLUMNS, Glyphs(), blocks=True)
    frames = job.frames
    filming = Filming(frames)
    _write(stream, [0.0, "o", BEGIN])
    for number, frame in enumerate(watched(frames)):
        seconds = round(number / job.look.fps, 6)
        if _begins_row(frame.step):
            _write(stream, [seconds, "m", place(frame.step)])
        _write(stream, [seconds, "o", screen.draw(fitted(filming.scene(frame), page, ROWS))])
    _write(stream, [round(len(frames) / job.look.fps, 6), "o", END])
    return f"a recording of {count(len(frames), 'step')}, {COLUMNS}×{ROWS}"


def _begins_row(step: Step) -> bool:
    return step.number == 0 or step.index[-1] == 0


def _write(stream: BinaryIO, event: Any) -> None:
    stream.write(json.dumps(event).encode() + b"\n")
