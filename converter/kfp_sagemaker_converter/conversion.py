"""From the text of a pipeline to the converted pipeline and its report: pure, without files, network or clock.

    conversion = convert(Path("pipeline.yaml").read_text(), "pipeline.yaml", configuration)
    conversion.documents   # IR and platform document, as kfp loads them; none when the input was refused
    conversion.report      # what was kept exactly, approximately, not

``with_python`` alone runs a process: the compiler, on the DSL source that it wrote.

Not here: writing files (``output_folder``), compiling DSL source (``front_ends.kfp_v2.source``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kfp_sagemaker.container_step.encoding import Bundle
from kfp_sagemaker.container_step.ir import COMMAND

from kfp_sagemaker_converter.back_ends.kfp.check import problems_of
from kfp_sagemaker_converter.back_ends.kfp.heading import heading_of
from kfp_sagemaker_converter.back_ends.kfp.iam_policies import iam_policies
from kfp_sagemaker_converter.back_ends.kfp.target import about_bundles, about_settings, target_of
from kfp_sagemaker_converter.back_ends.kfp.write import write
from kfp_sagemaker_converter.back_ends.kfp.yaml_text import yaml_of
from kfp_sagemaker_converter.back_ends.python.source import python_source
from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.detect import Detected, detect
from kfp_sagemaker_converter.diagnostics import EXIT_ERROR, Diagnostic, Refused, in_order
from kfp_sagemaker_converter.front_ends.component_yaml.library import Library
from kfp_sagemaker_converter.front_ends.component_yaml.read import read_component
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import Container, Document, Format, Pipeline
from kfp_sagemaker_converter.passes.constants import too_large
from kfp_sagemaker_converter.passes.move import plan
from kfp_sagemaker_converter.passes.placement import ALL, AUTO, Choice
from kfp_sagemaker_converter.passes.report_of import report_of
from kfp_sagemaker_converter.passes.setting_names import setting_names
from kfp_sagemaker_converter.passes.sources_outside_s3 import unreachable
from kfp_sagemaker_converter.report import Report
from kfp_sagemaker_converter.rules import output as rules
from kfp_sagemaker_converter.rules import placement as placement_rules
from kfp_sagemaker_converter.source import Location


@dataclass(frozen=True)
class Conversion:
    """A converted pipeline. ``bundles`` have to be in S3 before it runs; ``python`` is its DSL source, where asked for."""

    report: Report
    document: Document | None = None
    documents: tuple[Mapping[str, Any], ...] = ()
    bundles: tuple[Bundle, ...] = ()
    python: str = ""

    @property
    def text(self) -> str:
        """The converted pipeline as YAML; empty when there is none."""
        return yaml_of(self.documents, heading_of(self.documents[0])) if self.documents else ""


def convert(
    text: str,
    file: str,
    configuration: Configuration | None = None,
    choice: Choice | None = None,
    found: Iterable[Diagnostic] = (),
    library: Library | None = None,
) -> Conversion:
    """Convert the pipeline in ``text``; ``file`` is its name in messages. Nothing is raised for what the text may be.

    ``choice`` is what the command line says about placement; without it, the configuration's. ``found`` is what there was to
    say before. ``library`` has the components that a graph may refer to.
    """
    configuration = configuration or Configuration()
    choice = choice or Choice(configuration.placement)
    try:
        detected = detect(text, file)
    except Refused as refused:
        return _refused(file, Format.UNKNOWN, [*found, *refused.diagnostics])
    try:
        document, findings = _read(detected, file, library or Library())
    except Refused as refused:
        return _refused(file, detected.format, [*found, *refused.diagnostics])
    return convert_document(document, configuration, choice, [*found, *findings])


def _refused(file: str, detected: Format, diagnostics: Iterable[Diagnostic]) -> Conversion:
    return Conversion(Report(file, detected, diagnostics=in_order(diagnostics)))


def _read(detected: Detected, file: str, library: Library) -> tuple[Document, list[Diagnostic]]:
    front_end = _FRONT_ENDS.get(detected.format)
    if front_end is None or detected.text is None:
        raise Refused([detected.refusal(file)])
    return front_end(detected.text, library)


#: The front end for each format that is text already; DSL source has to be compiled first.
_FRONT_ENDS: Mapping[Format, Callable[[StructuredText, Library], tuple[Document, list[Diagnostic]]]] = {
    Format.KFP_V2_IR: lambda text, _: read_ir(text),
    Format.COMPONENT_YAML: read_component,
}


def convert_document(
    document: Document, configuration: Configuration, choice: Choice, found: Iterable[Diagnostic] = ()
) -> Conversion:
    """Convert what a front end read. Of a single component, ``auto`` moves the step whatever it passes: it was asked for."""
    pipeline = document.pipeline
    if document.is_component and choice.mode == AUTO:
        choice = replace(choice, mode=ALL)
    names = setting_names(pipeline, _converted_before(pipeline))
    planned = plan(pipeline, configuration, choice, names)
    target, about_target = target_of(pipeline, configuration, names)
    written = write(pipeline, {one.step.component.name: one for one in planned.moved}, target)
    diagnostics = [*found, *planned.diagnostics, *unreachable(planned.steps, pipeline), *too_large(planned.steps)]
    if planned.moved:
        diagnostics += [*about_target, *about_settings(pipeline, names, written.added_parameters)]
        diagnostics += about_bundles(planned, written.labels, written.bundles)
    elif planned.steps and placement_rules.already_on_sagemaker.code not in {one.code for one in planned.diagnostics}:
        diagnostics.append(placement_rules.nothing_moves(pipeline.location, ""))
    problems = problems_of(written.documents, pipeline, planned.decisions)
    diagnostics += [rules.internal_error(pipeline.location, "", problem) for problem in problems]
    report = report_of(document, planned, diagnostics, written.added_parameters, target.launcher_image)
    report = replace(report, iam_policies=iam_policies(pipeline, planned.moved, configuration))
    if report.exit_status == EXIT_ERROR:
        return Conversion(report, document)
    return Conversion(report, document, written.documents, tuple(written.bundles.values()))


def with_python(conversion: Conversion) -> Conversion:
    """The conversion with its DSL source, or with a diagnostic why there is none. Compiles, which takes some seconds."""
    if not conversion.documents or conversion.document is None:
        return conversion
    report = conversion.report
    at = Location(report.file)
    source, found = python_source(conversion.text, report.added_parameters, at)
    if found is not None:
        report = replace(report, diagnostics=in_order([*report.diagnostics, found]))
    return replace(conversion, report=report, python=source)


def _converted_before(pipeline: Pipeline) -> bool:
    """Whether steps of the pipeline run on SageMaker by this converter's doing."""
    return any(isinstance(one, Container) and one.command == COMMAND for one in pipeline.executors.values())
