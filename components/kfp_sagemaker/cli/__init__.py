"""``kfp-sagemaker``: what people run. Steps do not come through here, since a pod starts without click.

A subcommand is a small file, imported when it is called. Those of this package stand in a table; those of other packages
are found by the entry-point group ``kfp_sagemaker.commands``.
"""

from __future__ import annotations

import importlib
import os
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from kfp_sagemaker.errors import EXIT_USER_ERROR, StepError
from kfp_sagemaker.version import VERSION

#: Subcommand to module and help. The help stands here so that showing it imports none of them.
_OWN = {
    "completion": ("kfp_sagemaker.cli.completion", "Print the script that completes this command in a shell."),
    "components": ("kfp_sagemaker.cli.components", "List the components."),
    "iam": ("kfp_sagemaker.cli.iam", "Print the IAM policy that steps of components need."),
    "plan": ("kfp_sagemaker.cli.plan", "Print the requests that a component would send."),
    "specs": ("kfp_sagemaker.cli.specs", "Write the component.yaml files for an image of yours."),
    "stop": ("kfp_sagemaker.cli.stop", "Stop the jobs that a pipeline run has left."),
}
#: Help of subcommands that come with this distribution by entry point.
_HELP = {
    "check": "Tell what would become of pipelines when they are converted.",
    "convert": "Convert pipelines so that their steps run on SageMaker.",
    "explain": "Explain a diagnostic of convert and check.",
    "init": "Write a commented kfp-sagemaker.yaml for a pipeline.",
    "local": "A SageMaker on this machine, and pipelines that run against it.",
    "profiles": "List the instance types that steps can run on.",
}

_GROUP = "kfp_sagemaker.commands"
_INTERRUPTED = 130


def _registered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=_GROUP)}


class _Commands(click.Group):
    """Subcommands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_OWN, *_registered()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _OWN:
            command: click.Command = getattr(importlib.import_module(_OWN[cmd_name][0]), cmd_name)
            return command
        entry = _registered().get(cmd_name)
        return None if entry is None else entry.load()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        registered = _registered()
        rows = []
        for name in self.list_commands(ctx):
            distribution = registered[name].dist if name in registered else None
            come_from = f"From the package {distribution.name}." if distribution else ""
            rows.append((name, _OWN[name][1] if name in _OWN else _HELP.get(name, come_from)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StepError as error:
            click.echo(str(error), err=True)
            raise click.exceptions.Exit(error.exit_status) from None
        except KeyboardInterrupt:
            raise click.exceptions.Exit(_INTERRUPTED) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            # A traceback is no message; whoever needs it asks for it.
            if os.environ.get("KFP_SAGEMAKER_DEBUG"):
                raise
            text = f"internal error: {type(error).__name__}: {error} (set KFP_SAGEMAKER_DEBUG=1 for the traceback)"
            click.echo(text, err=True)
            # Not 1, which is of what went its way: a run that failed, a report with something to do.
            raise click.exceptions.Exit(EXIT_USER_ERROR) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="kfp-sagemaker")
def main() -> None:
    """Kubeflow Pipelines components whose steps run on Amazon SageMaker.

    For completion in your shell: eval "$(kfp-sagemaker completion bash)", or zsh; fish: kfp-sagemaker completion fish | source
    """
