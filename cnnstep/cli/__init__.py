"""The command line: one thin file a command, loaded only when it is called."""

import os
import sys


def main() -> None:
    """Run cnnstep on the arguments of the process."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell, as in `cnnstep conv >&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - until the process ends
    try:
        from cnnstep.cli.group import cli

        cli.main(prog_name="cnnstep")
    except KeyboardInterrupt:
        sys.exit(130)
