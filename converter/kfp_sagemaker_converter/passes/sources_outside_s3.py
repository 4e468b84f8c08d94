"""What a pipeline refers to that no job reaches, or that only Vertex AI knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Constant, Container, Importer
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.rules import output as rules

_VERTEX_ONLY = re.compile(r"\{\{\$\.(?:pipeline_google_cloud_[a-z_]+|json_escape\[\d\]|pipeline_job_create_time_utc)[^}]*\}\}")


def unreachable(steps: Sequence[Step]) -> Iterator[Diagnostic]:
    """Importers of URIs outside S3, and placeholders of Vertex AI."""
    for step in steps:
        if isinstance(step.executor, Importer):
            uris = [step.executor.uri, *_constants(step)]
            for uri in uris:
                if "://" in uri and not uri.startswith("s3://"):
                    yield rules.artifact_outside_s3(step.executor.location, step.name, step.name, uri)
        words = (*step.executor.command, *step.executor.args) if isinstance(step.executor, Container) else ()
        for placeholder in sorted({match[0] for word in (*words, *_constants(step)) for match in _VERTEX_ONLY.finditer(word)}):
            yield rules.foreign_placeholder(step.executor.location, step.name, step.name, placeholder)


def _constants(step: Step) -> list[str]:
    return [
        given.source.value
        for use in step.uses
        for given in use.task.inputs.values()
        if isinstance(given.source, Constant) and isinstance(given.source.value, str)
    ]
