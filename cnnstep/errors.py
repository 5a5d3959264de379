"""What can go wrong, said in one line with the numbers, and a hint that would work."""


class CnnstepError(Exception):
    """Anything a user can mend: `message` names the numbers, `hint` says what would work.

    `pointer` is a text, and where in it the wrong word begins and how long it is.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", pointer: tuple[str, int, int] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.pointer = pointer


class GeometryError(CnnstepError):
    """Sizes that do not fit each other: a kernel larger than its input, groups that do not divide."""


class DataError(CnnstepError):
    """An input that cannot be read as numbers: a damaged image, a ragged table, NaN."""


class OutputError(CnnstepError):
    """A file that cannot be written: it exists already, the disk is full, its suffix is unknown."""


class NotationError(CnnstepError):
    """Words on the command line that do not parse: `--stride two`, `--padding 1:`."""

    exit_code = 2
