"""What ``convert`` and ``check`` share: from what stands on the command line to conversions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.configuration.read import FILE_NAME, read_configuration
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.diagnostics import EXIT_ERROR, EXIT_NEEDS_REVIEW, Diagnostic, Refused, in_order
from kfp_sagemaker_converter.front_ends.kfp_v2.source import compiled, line_of_step
from kfp_sagemaker_converter.front_ends.read import CONVERTED, detect
from kfp_sagemaker_converter.model import Format
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from kfp_sagemaker_converter.report import Report
from kfp_sagemaker_converter.source import Location
from kfp_sagemaker_converter.sources import SourceFile, read_sources

files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...")
configuration_option = click.option(
    "--config",
    "configuration",
    type=click.Path(path_type=Path),
    help=f"The configuration. [{FILE_NAME} in the working directory, if there]",
)
all_option = click.option("--all", "everything", is_flag=True, help="Move every step that can, parameter-only ones too.")
only_option = click.option("--only", multiple=True, metavar="STEP", help="Move these steps only: names or images, * and ?.")
keep_option = click.option("--keep", multiple=True, metavar="STEP", help="Leave these steps in the cluster.")
function_option = click.option("--function", default="", help="The pipeline function, when Python source has several.")


@dataclass(frozen=True)
class Asked:
    """The options of both commands."""

    files: tuple[str, ...]
    configuration: Path | None
    everything: bool
    only: tuple[str, ...]
    keep: tuple[str, ...]
    function: str


def configuration_of(asked: Asked) -> tuple[Configuration, list[Diagnostic]]:
    """The configuration that was asked for, or the one in the working directory, or none.

    Raises:
        Refused: it is wrong.
    """
    path = asked.configuration or Path(FILE_NAME)
    if asked.configuration is None and not path.is_file():
        return Configuration(), []
    return read_configuration(path)


def conversions(asked: Asked, configuration: Configuration) -> Iterator[tuple[SourceFile, Conversion]]:
    """Every file with its conversion, in order; files of a folder that are no pipeline at all are left out."""
    choice = Choice(ALL if asked.everything else configuration.placement, asked.only, asked.keep)
    for source in read_sources(asked.files):
        if source.problem is not None:
            yield source, Conversion(Report(source.file, Format.UNKNOWN, diagnostics=(source.problem,)))
            continue
        try:
            found = detect(source.text, source.file)
        except Refused as refused:
            yield source, Conversion(Report(source.file, Format.UNKNOWN, diagnostics=refused.diagnostics))
            continue
        if source.searched and found.format is Format.UNKNOWN:
            continue
        if found.format in CONVERTED and found.format is Format.KFP_V2_SOURCE:
            yield source, _from_source(source, asked.function, configuration, choice)
        else:
            yield source, convert(source.text, source.file, configuration, choice)


def _from_source(source: SourceFile, function: str, configuration: Configuration, choice: Choice) -> Conversion:
    click.echo(f"{source.file} is source: compiling it runs its code, without credentials in its environment.", err=True)
    path = source.path
    try:
        if path is None:
            path = Path("stdin.py")
            raise Refused([])
        text, ran = compiled(path, function)
    except Refused as refused:
        return Conversion(Report(source.file, Format.KFP_V2_SOURCE, diagnostics=refused.diagnostics))
    conversion = convert(text, source.file, configuration, choice, [ran])
    return replace(conversion, report=_in_source(conversion.report, source))


def _in_source(report: Report, source: SourceFile) -> Report:
    """The report of compiled source, with the lines of the functions that its steps come from instead of the IR's."""

    def at(subject: str, location: Location) -> Location:
        return replace(location, line=line_of_step(source.text, subject))

    diagnostics = (replace(one, location=at(one.subject, one.location)) for one in report.diagnostics)
    steps = tuple(replace(step, location=at(step.name, step.location)) for step in report.steps)
    return replace(report, format=Format.KFP_V2_SOURCE, steps=steps, diagnostics=in_order(diagnostics))


def worst(statuses: list[int]) -> int:
    """The exit status of several conversions."""
    for status in (EXIT_ERROR, EXIT_NEEDS_REVIEW):
        if status in statuses:
            return status
    return 0


def as_options(**given: Any) -> Asked:
    """The options as click passes them."""
    return Asked(**given)
