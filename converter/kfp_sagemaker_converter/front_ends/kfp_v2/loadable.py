"""What kfp's loader asks of IR where the proto is content with less: executors, and types for what a pipeline takes and gives.

Without them the source loads in no kfp 2 (kfp.dsl.structures.ComponentSpec.from_ir_dicts), and neither would what is made of
it. What stands inside the pipeline is not looked at here, for the loader does not look at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.front_ends.names import resource_name
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import Words
from kfp_sagemaker_converter.rules import pipeline as rules
from kfp_sagemaker_converter.source import Location

_Problem: TypeAlias = tuple[Location, str]

_TITLE = re.compile(r"(system|google)\.[^.@]+")
_VERSION = re.compile(r"[^.@]+\.[^.@]+\.[^.@]+")


def check_loadable(text: StructuredText, ir: Words, at: Location) -> None:
    """See whether kfp would load this IR of today's words. ``at`` is where the IR begins.

    Raises:
        Refused: it would not; with everything that is in its way.
    """
    problems = [*_of_executors(text, ir), *_of_interface(text, "root", ir.get("root") or {})]
    # The loader takes the interface of a component that is called as the pipeline, should there be one.
    name = f"comp-{resource_name(ir['pipelineInfo']['name'])}"
    problems += _of_interface(text, f"components.{name}", (ir.get("components") or {}).get(name) or {})
    if problems:
        raise Refused([rules.not_a_pipeline_spec(where if where.line else at, "", what) for where, what in problems])


def _of_executors(text: StructuredText, ir: Words) -> Iterator[_Problem]:
    deployment = ir.get("deploymentSpec") or {}
    executors = deployment.get("executors")
    if not isinstance(executors, dict):
        problem = "executors is missing" if executors is None else "executors is no mapping"
        yield text.at(deployment, "executors"), f"deploymentSpec: {problem}"


def _of_interface(text: StructuredText, path: str, component: Words) -> Iterator[_Problem]:
    types = _parameter_types()
    for definitions in ("inputDefinitions", "outputDefinitions"):
        interface = component.get(definitions) or {}
        parameters, artifacts = (interface.get(kind) or {} for kind in ("parameters", "artifacts"))
        for name, parameter in parameters.items():
            if (written := (parameter or {}).get("parameterType")) not in types:
                yield text.at(parameters, name), f"{path}.{definitions}.parameters.{name}: {_wrong('parameterType', written)}"
        for name, artifact in artifacts.items():
            for problem in _of_artifact_type((artifact or {}).get("artifactType") or {}):
                yield text.at(artifacts, name), f"{path}.{definitions}.artifacts.{name}.artifactType: {problem}"


def _parameter_types() -> set[str]:
    # Imported here: kfp takes two seconds.
    from kfp.pipeline_spec.pipeline_spec_pb2 import ParameterType

    return set(ParameterType.ParameterTypeEnum.keys()) - {"PARAMETER_TYPE_ENUM_UNSPECIFIED"}


def _of_artifact_type(schema: Mapping[str, Any]) -> Iterator[str]:
    title, version = schema.get("schemaTitle", ""), schema.get("schemaVersion")
    if not _TITLE.fullmatch(title):
        yield _wrong("schemaTitle", title, "system.Dataset")
    if version is None or (version and not _VERSION.fullmatch(version)):
        yield _wrong("schemaVersion", version, "0.0.1")


def _wrong(what: str, written: Any, example: str = "") -> str:
    if written in (None, ""):
        return f"{what} is missing"
    return f"{written!r} is no {what}{example and ' such as '}{example}"
