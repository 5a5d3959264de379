"""`cnnstep compare`."""

import click

from cnnstep.cli.backward import Backward
from cnnstep.cli.options import Shown, asked_options, cnnstep_command
from cnnstep.errors import CnnstepError, NotationError

EXAMPLES = (
    ('cnnstep compare "conv --stride 1" "conv --stride 2"', "the same picture, two strides"),
    ('cnnstep compare "conv --kernel emboss" "conv --kernel emboss --flip" --play', "step both with the keys"),
    ('cnnstep compare "conv --padding same" "conv" --view map', "padded and not"),
    ('cnnstep compare "pool sample:five" "pool sample:five --kind average"', "max and average"),
    ('cnnstep compare "dense five --units 9" "conv five"', "fully connected and convolution"),
    ('cnnstep compare "net lenet5 digit" "net lenet5 digit --crop 4,0,24,28"', "a digit, and the same one shifted"),
    ('cnnstep compare "explain lenet5 c1" "explain lenet5 c3"', "two layers, in arithmetic"),
    ('cnnstep compare "conv --stride 1" "conv --stride 2" --save both.gif', "a film"),
)
SIDES = ("first", "second")


@cnnstep_command("compare", EXAMPLES, asked_options)
@click.argument("lines", metavar='"COMMAND" "COMMAND"', nargs=-1)
def command(lines: tuple[str, ...]) -> Shown:
    """Two commands in one frame, stepped together, and what differs."""
    from cnnstep.cli.group import view
    from cnnstep.views.comparison import compared
    from cnnstep.views.report import Report

    if len(lines) != len(SIDES):
        raise NotationError(
            f"two commands are compared, not {len(lines)}; each stands between quotes",
            'type cnnstep compare "conv --stride 1" "conv --stride 2"',
        )
    shown = []
    for side, line in zip(SIDES, lines, strict=True):
        try:
            shown.append(view(line))
        except CnnstepError as error:
            raise type(error)(f"the {side} command: {error.message}", error.advice) from None
    both = compared(*shown)
    return both.hinting(f"cnnstep {lines[0]} (one of them alone)") if isinstance(both, Report) else both


for option in command.params:
    if isinstance(option, click.Option):  # they are refused with their reason, so help does not offer them
        option.hidden = option.name in {"code", *Backward._fields}
