"""`cnnstep completion`."""

import os
import sys

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from cnnstep.cli.base import Command

EXAMPLES = (
    ('eval "$(cnnstep completion bash)"', "in ~/.bashrc"),
    ('eval "$(cnnstep completion zsh)"', "in ~/.zshrc"),
    ("cnnstep completion fish | source", "in ~/.config/fish/config.fish"),
    ("cnnstep completion powershell | Out-String | Invoke-Expression", "in $PROFILE"),
)
POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $line, $cursor)
    $env:%(complete_var)s = "powershell_complete"
    $env:COMP_LINE = $line.ToString()
    $env:COMP_WORD = $word
    %(prog_name)s | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, "ParameterValue", $help)
    }
    Remove-Item Env:%(complete_var)s, Env:COMP_LINE, Env:COMP_WORD
}
"""


class PowershellComplete(ShellComplete):
    """Completion for PowerShell, which click lacks."""

    name = "powershell"
    source_template = POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being typed, and that one."""
        word = os.environ.get("COMP_WORD", "")
        words = os.environ.get("COMP_LINE", "").split()[1:]
        return (words[:-1] if word and words else words), word

    def format_completion(self, item: CompletionItem) -> str:
        """A value, a tab, its help."""
        return f"{item.value}\t{item.help or ''}"


class QuietBash(BashComplete):
    """Bash's completion without the check of its version, which needs a bash on this machine."""

    @staticmethod
    def _check_version() -> None:
        """Every bash since 4.4 of 2016 will do."""


SHELLS: dict[str, type[ShellComplete]] = {
    "bash": QuietBash,
    "zsh": ZshComplete,
    "fish": FishComplete,
    "powershell": PowershellComplete,
}


def complete(group: click.Group, instruction: str) -> int:
    """Answer a shell that asks for completions; click's own table does not know PowerShell."""
    shell, _, _ = instruction.partition("_")
    if shell not in SHELLS:
        return 1
    sys.stdout.write(SHELLS[shell](group, {}, "cnnstep", "_CNNSTEP_COMPLETE").complete() + "\n")
    return 0


@click.command("completion", cls=Command, examples=EXAMPLES)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script that completes commands, options, kernels and samples in SHELL."""
    group = ctx.find_root().command
    click.echo(SHELLS[shell](group, {}, "cnnstep", "_CNNSTEP_COMPLETE").source())
