"""The command line: one thin file a command, loaded only when it is called."""

import sys


def main() -> None:
    """Run cnnstep on the arguments of the process."""
    try:
        from cnnstep.cli.group import cli

        cli.main(prog_name="cnnstep")
    except KeyboardInterrupt:
        sys.exit(130)
