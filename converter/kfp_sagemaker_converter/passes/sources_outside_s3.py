"""What a pipeline refers to that no job reaches, or that only Vertex AI knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import ComponentInput, Constant, Container, Importer, Pipeline
from kfp_sagemaker_converter.passes.steps import Step, Use
from kfp_sagemaker_converter.rules import output as rules

_VERTEX_ONLY = re.compile(r"\{\{\$\.(?:pipeline_google_cloud_[a-z_]+|json_escape\[\d\]|pipeline_job_create_time_utc)[^}]*\}\}")


def unreachable(steps: Sequence[Step], pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Importers of URIs outside S3, those that are defaults among them, and placeholders of Vertex AI."""
    for step in steps:
        if isinstance(step.executor, Importer):
            uris = (step.executor.uri, *_constants(step), *_defaults(step, pipeline))
            for uri in dict.fromkeys(uris):
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


def _defaults(step: Step, pipeline: Pipeline) -> Iterator[str]:
    """What the step's tasks get when a run says nothing else."""
    for use in step.uses:
        for given in use.task.inputs.values():
            if isinstance(given.source, ComponentInput):
                value = _default(pipeline, use, given.source.name)
                if isinstance(value, str):
                    yield value


def _default(pipeline: Pipeline, use: Use, name: str) -> object:
    """The default of the input ``name`` of the DAG that a task is in, as the tasks around it pass it on; None without one."""
    around = [pipeline.root]
    tasks = []
    for one in use.path.split("/")[:-1]:
        task = around[-1].dag.tasks.get(one) if around[-1].dag else None
        inner = pipeline.components.get(task.component) if task else None
        if task is None or inner is None:
            return None
        tasks.append(task)
        around.append(inner)
    while True:
        parameter = around.pop().inputs.parameters.get(name)
        given = tasks.pop().inputs.get(name) if tasks else None
        if given is None:
            return parameter.default if parameter else None
        if isinstance(given.source, Constant):
            return given.source.value
        if not isinstance(given.source, ComponentInput):
            return None
        name = given.source.name
