"""``kfp-sagemaker convert``: pipelines in, the same pipelines with their steps on SageMaker out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kfp_sagemaker_converter.cli import run
from kfp_sagemaker_converter.conversion import with_python
from kfp_sagemaker_converter.diagnostics import EXIT_ERROR
from kfp_sagemaker_converter.output_folder import files_of, write_files


@click.command()
@run.files_argument
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to."
)
@run.shared_options
@click.option("--python", is_flag=True, help="Also write pipeline.py: DSL source that compiles to pipeline.yaml.")
def convert(
    files: tuple[str, ...],
    output: Path,
    configuration: Path | None,
    everything: bool,
    only: tuple[str, ...],
    keep: tuple[str, ...],
    function: str,
    fetch: bool,
    python: bool,
) -> None:
    """Convert pipelines so that their steps run on SageMaker.

    FILE is a compiled KFP 2 pipeline (YAML or JSON), its Python source (which is compiled, and so executed), a component.yaml,
    a folder of these, or - for standard input. Of one file, pipeline.yaml, the report and the rest go to the output folder; of
    several, to a folder each in it.

    With --python, pipeline.py too. It is compiled with the installed kfp and compared with pipeline.yaml before it is written;
    when it cannot say the same, it is not written, and the report says why.

    Exits with 0 when everything was kept exactly, 1 when somebody has to look at the report, 2 when something was refused.
    """
    asked = run.Asked(files, configuration, everything, only, keep, function, fetch)
    done = run.conversions(asked)
    several = len(done) > 1
    given = [source.path for source, _ in done if source.path is not None]
    if python:
        done = [(source, with_python(conversion)) for source, conversion in done]
    for source, conversion in done:
        run.show(conversion.report)
        contents = files_of(conversion)
        if contents:
            folder = output / source.slug if several else output
            try:
                write_files(folder, contents, given)
            except OSError as error:
                click.echo(f"{error.filename or folder}: cannot be written: {error.strerror}", err=True)
                sys.exit(EXIT_ERROR)
            click.echo(f"  written to {folder}")
    sys.exit(run.worst([conversion.report.exit_status for _, conversion in done]))
