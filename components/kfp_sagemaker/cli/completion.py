"""``kfp-sagemaker completion``: the shell's script for completing this command."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_PROGRAM = "kfp-sagemaker"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes this command in SHELL.

    bash, zsh: eval "$(kfp-sagemaker completion bash)". fish: kfp-sagemaker completion fish | source
    """
    shell_class = get_completion_class(shell)
    assert shell_class is not None  # click knows all three.
    click.echo(shell_class(context.find_root().command, {}, _PROGRAM, "_KFP_SAGEMAKER_COMPLETE").source())
