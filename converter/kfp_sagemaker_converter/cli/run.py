"""What ``convert`` and ``check`` share: from what stands on the command line to conversions."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.configuration.read import FILE_NAME, read_configuration
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.detect import detect
from kfp_sagemaker_converter.diagnostics import EXIT_ERROR, EXIT_NEEDS_REVIEW, Diagnostic, Refused, in_order
from kfp_sagemaker_converter.front_ends.component_yaml.library import ComponentFile, Fetch, library
from kfp_sagemaker_converter.front_ends.kfp_v2.source import WithoutPipeline, compiled
from kfp_sagemaker_converter.front_ends.kfp_v2.source_lines import SourceLines, source_lines
from kfp_sagemaker_converter.model import Format
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from kfp_sagemaker_converter.renderers.text import diagnostic_line, text
from kfp_sagemaker_converter.report import Report
from kfp_sagemaker_converter.rules import configuration as configuration_rules
from kfp_sagemaker_converter.source import Location
from kfp_sagemaker_converter.sources import SourceFile, read_sources

F = TypeVar("F", bound=Callable[..., Any])

files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...")
configuration_option = click.option(
    "--config",
    "configuration",
    type=click.Path(path_type=Path),
    help=f"The configuration. [{FILE_NAME} in the working directory, if there]",
)
all_option = click.option(
    "--all", "everything", is_flag=True, help="Move every step that can, parameter-only ones too, unless a rule keeps it."
)
only_option = click.option("--only", multiple=True, metavar="STEP", help="Move these steps only: names or images, * and ?.")
keep_option = click.option("--keep", multiple=True, metavar="STEP", help="Leave these steps in the cluster.")
fetch_option = click.option("--fetch", is_flag=True, help="Fetch the components that a graph refers to by URL.")
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
    fetch: bool


def shared_options(command: F) -> F:
    """Give a command the options of :class:`Asked`."""
    for option in (fetch_option, function_option, keep_option, only_option, all_option, configuration_option):
        command = option(command)
    return command


def _configuration(asked: Asked) -> tuple[Configuration, list[Diagnostic]]:
    """The configuration that was asked for, or the one in the working directory, or none.

    Raises:
        Refused: it is wrong.
    """
    path = asked.configuration or Path(FILE_NAME)
    if asked.configuration is None and not path.is_file():
        return Configuration(), []
    return read_configuration(path)


def conversions(asked: Asked) -> list[tuple[SourceFile, Conversion]]:
    """Every file with its conversion, in order; files of a folder that are or have no pipeline at all are left out.

    Ends the program when the configuration is wrong, or when nothing is left.
    """
    try:
        configuration, findings = _configuration(asked)
    except Refused as refused:
        for found in refused.diagnostics:
            click.echo(diagnostic_line(found), err=True)
        sys.exit(EXIT_ERROR)
    for found in findings:
        click.echo(diagnostic_line(found), err=True)
    done = list(_conversions(asked, configuration))
    if not done:
        raise click.UsageError(f"{', '.join(asked.files)}: no file that could be a pipeline")
    return _without_rules_for_others(done)


def _without_rules_for_others(done: list[tuple[SourceFile, Conversion]]) -> list[tuple[SourceFile, Conversion]]:
    """A rule of the configuration is for one of the pipelines that are converted together: it need not match in each."""
    code = configuration_rules.rule_without_steps.code
    unmatched = [
        {one for one in conversion.report.diagnostics if one.code == code}
        for _, conversion in done if conversion.document is not None
    ]  # fmt: skip
    in_none = set.intersection(*unmatched) if unmatched else set()

    def kept(report: Report) -> Report:
        return replace(report, diagnostics=tuple(one for one in report.diagnostics if one.code != code or one in in_none))

    return [(source, replace(conversion, report=kept(conversion.report))) for source, conversion in done]


def _conversions(asked: Asked, configuration: Configuration) -> Iterator[tuple[SourceFile, Conversion]]:
    choice = Choice(ALL if asked.everything else configuration.placement, asked.only, asked.keep)
    sources = read_sources(asked.files)
    files = (ComponentFile(one.file, one.text) for one in sources if one.problem is None)
    given = library(files, configuration.components, _fetch() if asked.fetch else None)
    for source in sources:
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
        if found.format is Format.KFP_V2_SOURCE:
            conversion = _from_source(source, asked.function, configuration, choice)
            if conversion is not None:
                yield source, conversion
        else:
            yield source, convert(source.text, source.file, configuration, choice, library=given)


def _fetch() -> Fetch:
    # Not at the top: it costs the start of every other command.
    from kfp_sagemaker_converter.front_ends.component_yaml.fetch import fetcher

    return fetcher()


def _from_source(source: SourceFile, function: str, configuration: Configuration, choice: Choice) -> Conversion | None:
    """The conversion of source; None of one that was found in a folder and has no pipeline."""
    click.echo(f"{source.file} is source: compiling it runs its code, without credentials in its environment.", err=True)
    try:
        with tempfile.TemporaryDirectory(prefix="kfp-sagemaker-") as folder:
            path = source.path
            if path is None or path.suffix != ".py":  # which alone Python imports
                path = Path(folder) / "given.py"
                path.write_text(source.text, encoding="utf-8")
            made = compiled(path, function, source.file)
    except Refused as refused:
        if source.searched and isinstance(refused, WithoutPipeline):
            click.echo(f"{source.file} has no pipeline, and is left out.", err=True)
            return None
        return Conversion(Report(source.file, Format.KFP_V2_SOURCE, diagnostics=refused.diagnostics))
    conversion = convert(made.text, _compiled_name(source), configuration, choice, [made.ran])
    pipeline = conversion.document.pipeline if conversion.document else None
    lines = source_lines(source.text, pipeline, made.calls)
    return replace(conversion, report=_in_source(conversion.report, source, lines))


def _compiled_name(source: SourceFile) -> str:
    return f"{source.file} (compiled)"


def _in_source(report: Report, source: SourceFile, lines: SourceLines) -> Report:
    """The report of compiled source, with lines of the source instead of the IR's."""

    def at(subject: str, location: Location) -> Location:
        if location.file != _compiled_name(source):
            return location
        return Location(source.file, lines.line(subject, location.line))

    diagnostics = (replace(one, location=at(one.subject, one.location)) for one in report.diagnostics)
    steps = tuple(replace(step, location=at(step.name, step.location)) for step in report.steps)
    return replace(report, file=source.file, format=Format.KFP_V2_SOURCE, steps=steps, diagnostics=in_order(diagnostics))


def show(report: Report) -> None:
    """Print a report: for people on a terminal, as plain lines into a pipe or file."""
    if sys.stdout.isatty():
        from kfp_sagemaker_converter.renderers.terminal import print_report

        print_report(report)
    else:
        click.echo(text(report), nl=False)


def worst(statuses: list[int]) -> int:
    """The exit status of several conversions."""
    for status in (EXIT_ERROR, EXIT_NEEDS_REVIEW):
        if status in statuses:
            return status
    return 0
