"""The report of a conversion, out of the plan and all that was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic, in_order
from kfp_sagemaker_converter.model import Container, Document
from kfp_sagemaker_converter.passes.move import Moved, Plan
from kfp_sagemaker_converter.report import Outcome, Report, StepReport


def report_of(
    document: Document,
    planned: Plan,
    diagnostics: Iterable[Diagnostic],
    added: Mapping[str, Mapping[str, Any]],
    launcher_image: str,
) -> Report:
    """The report. ``added`` are the definitions of the pipeline parameters that were added."""
    ordered = in_order(diagnostics)
    codes: dict[str, list[str]] = {}
    for diagnostic in ordered:
        codes.setdefault(diagnostic.subject, []).append(diagnostic.code)
    moved = {one.step.name: one for one in planned.moved}
    steps = []
    for decision in planned.decisions:
        step = decision.step
        about = StepReport(
            name=step.name,
            location=step.executor.location,
            outcome=Outcome.MOVED if decision.moves else Outcome.KEPT,
            reason=decision.reason,
            component=step.component.name,
            tasks=tuple(use.path for use in step.uses),
            image=step.executor.image if isinstance(step.executor, Container) else "",
            codes=tuple(dict.fromkeys(codes.get(step.name, ()))),
        )
        steps.append(_with_job(about, moved[step.name]) if step.name in moved else about)
    return Report(
        file=document.file,
        format=document.format,
        pipeline=document.pipeline.name,
        steps=tuple(steps),
        diagnostics=ordered,
        images=planned.images,
        added_parameters={name: words.get("defaultValue") for name, words in added.items()},
        cluster_needs=_cluster_needs(launcher_image) if planned.moved else (),
    )


def _with_job(about: StepReport, moved: Moved) -> StepReport:
    return replace(
        about,
        target_image=about.image if "{{" in moved.spec.image else moved.spec.image,
        service=moved.spec.service.value,
        instance_type=moved.choice.instance_type,
        why_instance=moved.choice.why,
    )


def _cluster_needs(launcher_image: str) -> tuple[str, ...]:
    return (
        "A pipeline root in S3 that KFP's launcher can read and write, with credentials for it in the cluster.",
        "Credentials for SageMaker in the pods of moved steps, for instance a service account with an IAM role (IRSA).",
        f"The image {launcher_image}, where the cluster can pull it.",
        "A role for the jobs that reads and writes the pipeline root and pulls the images from ECR.",
    )
