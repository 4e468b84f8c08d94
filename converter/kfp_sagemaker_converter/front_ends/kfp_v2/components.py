"""``components`` and ``root``: interfaces, and what stands behind them."""

from __future__ import annotations

from typing import Any

from kfp_sagemaker_converter.front_ends.kfp_v2.dag import dag_of
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import Artifact, Component, Interface, Parameter, Words
from kfp_sagemaker_converter.source import Location


def component_of(text: StructuredText, name: str, words: Words, at: Location) -> Component:
    """The component that ``words`` describe."""
    dag = words.get("dag")
    return Component(
        name=name,
        inputs=_interface(text, words.get("inputDefinitions") or {}),
        outputs=_interface(text, words.get("outputDefinitions") or {}),
        dag=dag_of(text, dag, text.at(words, "dag")) if dag is not None else None,
        executor=words.get("executorLabel"),
        location=at,
        words=words,
    )


def _interface(text: StructuredText, definitions: dict[str, Any]) -> Interface:
    parameters = definitions.get("parameters") or {}
    artifacts = definitions.get("artifacts") or {}
    return Interface(
        {name: _parameter(name, words or {}, text.at(parameters, name)) for name, words in parameters.items()},
        {name: _artifact(name, words or {}, text.at(artifacts, name)) for name, words in artifacts.items()},
    )


def _parameter(name: str, words: Words, at: Location) -> Parameter:
    return Parameter(
        name=name,
        type=str(words.get("parameterType", "")),
        has_default="defaultValue" in words,
        default=words.get("defaultValue"),
        optional=bool(words.get("isOptional")) or "defaultValue" in words,
        description=str(words.get("description", "")),
        location=at,
        words=words,
    )


def _artifact(name: str, words: Words, at: Location) -> Artifact:
    schema = words.get("artifactType") or {}
    return Artifact(
        name=name,
        schema_title=str(schema.get("schemaTitle", "")),
        is_list=bool(words.get("isArtifactList")),
        optional=bool(words.get("isOptional")),
        description=str(words.get("description", "")),
        location=at,
        words=words,
    )
