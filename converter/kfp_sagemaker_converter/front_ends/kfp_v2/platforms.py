"""The platform document: the Kubernetes settings that kfp-kubernetes adds to a pipeline."""

from __future__ import annotations

from typing import Any

from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import Platform, Setting
from kfp_sagemaker_converter.source import Location


def platform_of(text: StructuredText, name: str, words: Any, at: Location) -> Platform:
    """The platform document ``platforms.<name>``. What is not of its shape is left to its words."""
    words = words if isinstance(words, dict) else {}
    deployment = words.get("deploymentSpec")
    executors = deployment.get("executors") if isinstance(deployment, dict) else None
    settings = {}
    for label, of_executor in executors.items() if isinstance(executors, dict) else ():
        if isinstance(of_executor, dict):
            settings[label] = tuple(
                Setting(executor=label, name=key, value=value, location=text.at(of_executor, key))
                for key, value in of_executor.items()
            )
    pipeline = words.get("pipelineConfig")
    pipeline_settings = pipeline if isinstance(pipeline, dict) else {}
    return Platform(name=name, settings=settings, pipeline_settings=pipeline_settings, location=at, words=words)
