"""What kfp 2.14, the oldest that a converted pipeline is promised to load in, does not know: fields, and since when it does.

From the protos of kfp-pipeline-spec 2.14.0, 2.15.0, 2.16.0 and 2.17.0. Executors and their settings are not here: to kfp
they are structures of any kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.rules import pipeline as rules

_OF_PIPELINE_CONFIG = dict.fromkeys(
    ("activeDeadlineSeconds", "resourceTtlOnCompletion", "resourceTtlOnFailure", "resourceTtlOnSuccess"), "2.17"
)


def newer_fields(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A diagnostic for each."""
    for component in (pipeline.root, *pipeline.components.values()):
        for parameter in component.inputs.parameters.values():
            if "literals" in parameter.words:
                yield rules.needs_kfp(parameter.location, component.name, f"The list of values of {parameter.name}", "2.16")
            if parameter.type == "TASK_CONFIG":
                yield rules.needs_kfp(parameter.location, component.name, f"The type of {parameter.name}, TaskConfig,", "2.15")
        if "taskConfigPassthroughs" in component.words:
            yield rules.needs_kfp(component.location, component.name, "What the component takes of its TaskConfig", "2.15")
    for platform in pipeline.platforms.values():
        for name in platform.pipeline_settings:
            if version := _OF_PIPELINE_CONFIG.get(name):
                yield rules.needs_kfp(platform.location, "", f"The setting {name} of the pipeline", version)
