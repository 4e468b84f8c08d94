"""The executor input of a step, and its command with every placeholder filled (KFP's driver and launcher)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kfp_sagemaker.container_step.parameter_text import value_text, whole_json
from kfp_sagemaker.kfp_io import local_path
from kfp_sagemaker.local_run.run_layout import RunLayout, StepPlaces

_WHOLE = "{{$}}"
_RESOURCE_NAME = "{{$.pipeline_job_resource_name}}"
_ARTIFACT_PATH = re.compile(r"\{\{\$\.(inputs|outputs)\.artifacts\['([^']+)'\]\.path\}\}")


def executor_input(component: Any, arguments: Mapping[str, Any], places: StepPlaces) -> dict[str, Any]:
    """The ``ExecutorInput`` message as the JSON object that ``{{$}}`` becomes.

    ``arguments`` holds Python values and ``dsl.Artifact`` (or lists of them) by input name. Defaults of the
    component are merged in, and numbers are written as protojson writes them: 6 and not 6.0.
    """
    inputs = component.input_definitions
    parameters: dict[str, Any] = {}
    for name, definition in inputs.parameters.items():
        if name not in arguments and definition.HasField("default_value"):
            parameters[name] = _plain(definition.default_value)
    artifacts: dict[str, Any] = {}
    for name, value in arguments.items():
        if name in inputs.artifacts:
            if value is not None:
                artifacts[name] = {"artifacts": [_artifact(artifact) for artifact in _flat(value)]}
        else:  # declared parameters, and the pipelinechannel--* ones that the compiler adds for f-strings
            parameters[name] = protojson_numbers(value)
    outputs = component.output_definitions
    return {
        "inputs": {"parameterValues": parameters, "artifacts": artifacts},
        "outputs": {
            "parameters": {name: {"outputFile": str(places.parameters / name)} for name in outputs.parameters},
            "artifacts": {
                name: {
                    "artifacts": [
                        {
                            "name": name,
                            "type": _type(definition.artifact_type),
                            "uri": f"{places.uri}/{name}",
                            "metadata": {},
                        }
                    ]
                }
                for name, definition in outputs.artifacts.items()
            },
            "outputFile": places.executor_output,
        },
    }


def _flat(value: Any) -> Iterator[Any]:
    """The artifacts of a value: what loops in loops left is a list of lists here, and one list in an ``ArtifactList``."""
    if isinstance(value, list):
        for each in value:
            yield from _flat(each)
    else:
        yield value


def _plain(value: Any) -> Any:
    from google.protobuf import json_format

    return protojson_numbers(json_format.MessageToDict(value))


def protojson_numbers(value: Any) -> Any:
    """A JSON value with integral floats as integers, at any depth."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: protojson_numbers(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [protojson_numbers(item) for item in value]
    return value


def _type(schema: Any) -> dict[str, str]:
    from google.protobuf import json_format

    return dict(json_format.MessageToDict(schema))


def _artifact(artifact: Any) -> dict[str, Any]:
    given = {
        "name": artifact.name,
        "type": {"schemaTitle": artifact.schema_title, "schemaVersion": artifact.schema_version},
        "uri": artifact.uri,
        "metadata": protojson_numbers(artifact.metadata),
    }
    custom_path = getattr(artifact, "custom_path", "")  # not in every kfp that we run with
    if custom_path:
        given["customPath"] = custom_path
    return given


def filled_command(command: Sequence[str], given: dict[str, Any], layout: RunLayout, task: str) -> list[str]:
    """The command with its placeholders replaced; inputs of ``given`` that hold placeholders are replaced in place.

    kfp.local finds the placeholders. What it would write as Python's JSON is given to it as KFP's launcher writes it.
    """
    from kfp.local import placeholder_utils

    def path(match: re.Match[str]) -> str:
        artifacts = given[match.group(1)]["artifacts"].get(match.group(2))
        return local_path(artifacts["artifacts"][0]["uri"]) if artifacts else match.group(0)

    values = given["inputs"]["parameterValues"]  # kfp.local knows all names of a run but this one
    values.update({
        name: value.replace(_RESOURCE_NAME, layout.run_id) for name, value in values.items() if isinstance(value, str)
    })
    texts = {name: value if value is None else value_text(value) for name, value in values.items()}
    whole = f"executor-input-{uuid.uuid4()}"
    filled: list[str] = placeholder_utils.replace_placeholders(
        full_command=[_ARTIFACT_PATH.sub(path, element.replace(_RESOURCE_NAME, layout.run_id).replace(_WHOLE, whole))
                      for element in command],
        executor_input_dict={**given, "inputs": {**given["inputs"], "parameterValues": texts}},
        pipeline_resource_name=f"{layout.run_id}",
        task_resource_name=task,
        pipeline_root=layout.root,
        unique_pipeline_id=layout.run_id,
    )
    values.update({name: texts[name] for name, value in values.items() if isinstance(value, str)})
    return [word.replace(whole, whole_json(given)) for word in filled]
