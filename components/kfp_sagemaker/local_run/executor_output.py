"""What a step that exited with 0 has produced, read as KFP's launcher reads it (launcher_v2.go)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.kfp_io import local_path, strict_json
from kfp_sagemaker.local_run.errors import StepFailed
from kfp_sagemaker.local_run.executor_input import protojson_numbers
from kfp_sagemaker.local_run.run_layout import RunLayout, StepPlaces


@dataclass(frozen=True)
class OutputArtifact:
    """An artifact as it is recorded."""

    name: str
    type: Mapping[str, Any]
    uri: str
    metadata: Mapping[str, Any]
    custom_path: str = ""

    @property
    def path(self) -> str:
        """Where the step left it, in the step's own file system."""
        return self.custom_path or local_path(self.uri)


@dataclass(frozen=True)
class StepOutputs:
    """Everything that a step hands on."""

    parameters: Mapping[str, Any]
    artifacts: Mapping[str, OutputArtifact]


def read_outputs(component: Any, given: Mapping[str, Any], places: StepPlaces, layout: RunLayout) -> StepOutputs:
    """The outputs of a step whose executor input was ``given``.

    Raises:
        StepFailed: executor_output.json cannot be read, a declared output parameter was not written or is not of
            its type, or an artifact's URI lies outside the pipeline root.
    """
    written = _executor_output(places)
    parameters = {}
    for name, definition in component.output_definitions.parameters.items():
        parameters[name] = _parameter(name, definition.parameter_type, written.get("parameterValues", {}), places)
    artifacts = {}
    for name, assigned in given["outputs"]["artifacts"].items():
        merged = _merged(assigned["artifacts"][0], written.get("artifacts", {}).get(name))
        if layout.remote and not _below(merged.uri, layout.root):
            raise StepFailed(
                f"output artifact {name!r} has the URI {merged.uri}, which is outside the pipeline root {layout.root}: "
                "KFP's launcher fails such a step; keep the assigned URI and put the other location into metadata"
            )
        artifacts[name] = merged
    return StepOutputs(parameters, artifacts)


def _executor_output(places: StepPlaces) -> Mapping[str, Any]:
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    path = places.here(places.executor_output)
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        json_format.Parse(text, pipeline_spec_pb2.ExecutorOutput())
        written = strict_json(text)
    except (json_format.ParseError, ValueError) as error:
        raise StepFailed(f"executor_output.json is not an ExecutorOutput: {error}") from None
    return {
        "parameterValues": written.get("parameterValues", written.get("parameter_values", {})),
        "artifacts": written.get("artifacts", {}),
    }


def _parameter(name: str, kind: int, values: Mapping[str, Any], places: StepPlaces) -> Any:
    from kfp.pipeline_spec import pipeline_spec_pb2

    type_name = pipeline_spec_pb2.ParameterType.ParameterTypeEnum.Name(kind)
    if name in values:
        value = protojson_numbers(values[name])
        return float(value) if type_name == "NUMBER_DOUBLE" and isinstance(value, int) else value
    path = places.parameters / name
    if not path.is_file():
        raise StepFailed(f"output parameter {name!r} was not written: KFP's launcher fails a step that leaves one out")
    text = path.read_bytes().decode(errors="replace")  # not read_text, which changes line ends
    if type_name == "STRING":
        return text
    try:
        if type_name == "NUMBER_INTEGER":
            return int(text)
        if type_name == "NUMBER_DOUBLE":
            return float(text)
        return json.loads(text.lower() if type_name == "BOOLEAN" else text)
    except ValueError:
        raise StepFailed(f"output parameter {name!r} is {text[:200]!r}, which is no {type_name}") from None


def _merged(assigned: Mapping[str, Any], written: Mapping[str, Any] | None) -> OutputArtifact:
    """The artifact as assigned, with the URI, metadata and path that the step wrote for the first of its list."""
    listed = (written or {}).get("artifacts") or [{}]
    change = listed[0]
    return OutputArtifact(
        name=assigned["name"],
        type=assigned["type"],
        uri=change.get("uri") or assigned["uri"],
        metadata={**assigned["metadata"], **protojson_numbers(change.get("metadata") or {})},
        custom_path=change.get("custom_path") or change.get("customPath") or "",
    )


def _below(uri: str, root: str) -> bool:
    """Whether the launcher takes the URI: other schemes than the root's it only warns about."""
    return not uri.startswith("s3://") or uri.startswith(f"{root}/")
