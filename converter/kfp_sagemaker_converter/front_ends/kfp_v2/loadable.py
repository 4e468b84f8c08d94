"""What kfp's loader asks of IR where the proto is content with less: executors, and types for what a pipeline takes and gives.

Without them the source loads in no kfp 2 (kfp.dsl.structures.ComponentSpec.from_ir_dicts), and neither would what is made of
it. What stands inside the pipeline is not looked at here, for the loader does not look at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.model import Words
from kfp_sagemaker_converter.rules import pipeline as rules
from kfp_sagemaker_converter.source import Location

_TITLE = re.compile(r"(system|google)\.[^.@]+")
_VERSION = re.compile(r"[^.@]+\.[^.@]+\.[^.@]+")
#: ParameterType.ParameterTypeEnum of pipeline_spec.proto, without the unspecified one.
_PARAMETER_TYPES = frozenset(
    ("NUMBER_DOUBLE", "NUMBER_INTEGER", "STRING", "BOOLEAN", "LIST", "STRUCT", "TASK_FINAL_STATUS", "TASK_CONFIG")
)


def check_loadable(ir: Words, at: Location) -> None:
    """See whether kfp would load this IR of today's words.

    Raises:
        Refused: it would not; with everything that is in its way.
    """
    problems = [*_of_executors(ir), *_of_interface("root", ir.get("root") or {})]
    # The loader takes the interface of a component that is called as the pipeline, should there be one.
    name = _component_name(str((ir.get("pipelineInfo") or {}).get("name", "")))
    problems += _of_interface(f"components.{name}", (ir.get("components") or {}).get(name) or {})
    if problems:
        raise Refused([rules.not_a_pipeline_spec(at, "", problem) for problem in problems])


def _component_name(pipeline: str) -> str:
    """kfp.dsl.utils.sanitize_component_name."""
    return "comp-" + re.sub("-+", "-", re.sub("[^-0-9a-z]+", "-", pipeline.lower())).strip("-")


def _of_executors(ir: Words) -> Iterator[str]:
    executors = (ir.get("deploymentSpec") or {}).get("executors")
    if not isinstance(executors, dict):
        yield "deploymentSpec: executors is no mapping" if executors is not None else "deploymentSpec: executors is missing"


def _of_interface(path: str, component: Words) -> Iterator[str]:
    for definitions in ("inputDefinitions", "outputDefinitions"):
        interface = component.get(definitions) or {}
        for name, parameter in (interface.get("parameters") or {}).items():
            written = (parameter or {}).get("parameterType")
            if written not in _PARAMETER_TYPES:
                yield f"{path}.{definitions}.parameters.{name}: {_said(written)} is no parameterType"
        for name, artifact in (interface.get("artifacts") or {}).items():
            for problem in _of_artifact_type((artifact or {}).get("artifactType") or {}):
                yield f"{path}.{definitions}.artifacts.{name}.artifactType: {problem}"


def _of_artifact_type(schema: Mapping[str, Any]) -> Iterator[str]:
    title, version = schema.get("schemaTitle", ""), schema.get("schemaVersion")
    if not _TITLE.fullmatch(title):
        yield f"{_said(title)} is no schemaTitle such as system.Dataset"
    if version is None or (version and not _VERSION.fullmatch(version)):
        yield f"{_said(version)} is no schemaVersion such as 0.0.1"


def _said(value: Any) -> str:
    return "nothing" if value is None or value == "" else repr(value)
