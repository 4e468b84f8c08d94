"""``kfp-sagemaker check``: all that ``convert`` does, but for writing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kfp_sagemaker_converter.cli import run
from kfp_sagemaker_converter.renderers.json_report import json_report


@click.command()
@run.files_argument
@run.shared_options
@click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON, one object after another.")
def check(
    files: tuple[str, ...],
    configuration: Path | None,
    everything: bool,
    only: tuple[str, ...],
    keep: tuple[str, ...],
    function: str,
    fetch: bool,
    as_json: bool,
) -> None:
    """Tell what would become of pipelines; write nothing.

    Takes the same files and options as convert, and exits with the same status.
    """
    asked = run.Asked(files, configuration, everything, only, keep, function, fetch)
    done = run.conversions(asked)
    for _, conversion in done:
        if as_json:
            click.echo(json_report(conversion.report), nl=False)
        else:
            run.show(conversion.report)
    sys.exit(run.worst([conversion.report.exit_status for _, conversion in done]))
