"""`cnnstep completion`."""

import os
from typing import cast

import click
from click.shell_completion import CompletionItem, FishComplete, ShellComplete, ZshComplete, split_arg_string

from cnnstep.cli.base import Command
from cnnstep.errors import CnnstepError

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
BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' line="${COMP_LINE:0:COMP_POINT}" kind value
    COMPREPLY=()
    while IFS=, read -r kind value; do
        if [[ $kind == plain ]]; then COMPREPLY+=("$value"); else compopt -o default; fi
    done < <(COMP_LINE="$line" COMP_WORD="${line##*[[:space:]]}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class LineComplete(ShellComplete):
    """A shell that hands over its line, and the word at its end that is being typed."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being typed, and that one."""
        word = os.environ.get("COMP_WORD", "")
        words = split_arg_string(os.environ.get("COMP_LINE", ""))[1:]
        # after a space no word is being typed: all that stand there are whole
        return (words[:-1] if word and words else words), word


class Powershell(LineComplete):
    """PowerShell, which click lacks."""

    name = "powershell"
    source_template = POWERSHELL

    def format_completion(self, item: CompletionItem) -> str:
        """A value, a tab, its help."""
        return f"{item.value}\t{item.help or ''}"


class Bash(LineComplete):
    """Bash, which takes a word apart at : and =, and replaces only the last piece of `sample:ha`."""

    name = "bash"
    source_template = BASH

    def format_completion(self, item: CompletionItem) -> str:
        """What kind it is, and what of it stands after the last place where bash breaks the word."""
        word = os.environ.get("COMP_WORD", "")
        # click completes only what follows `--kernel=`: its option goes in front again before pieces are cut off
        option, equals, _ = word.partition("=") if word.startswith("-") else ("", "", "")
        breaks = set(":=") & set(os.environ.get("COMP_WORDBREAKS", ":="))
        # the \0, which is in no word, stands for no break at all
        begin = max(word.rfind(sign) for sign in (*breaks, "\0")) + 1
        return f"{item.type},{(option * bool(equals) + equals + item.value)[begin:]}"


SHELLS: dict[str, type[ShellComplete]] = {each.name: each for each in (Bash, ZshComplete, FishComplete, Powershell)}


def complete(group: click.Group, instruction: str) -> int:
    """Answer a shell that asks for completions, or its script; nothing where the line makes no sense so far."""
    shell, _, what = instruction.partition("_")
    try:
        asked = SHELLS[shell](group, {}, "cnnstep", "_CNNSTEP_COMPLETE")
        click.echo({"source": asked.source, "complete": asked.complete}[what]())
    except (KeyError, ValueError, CnnstepError):
        return 1
    return 0


@click.command("completion", cls=Command, examples=EXAMPLES)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script that completes commands, options, kernels and samples in SHELL."""
    complete(cast("click.Group", ctx.find_root().command), f"{shell}_source")
