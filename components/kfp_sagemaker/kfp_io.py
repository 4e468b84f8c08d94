"""KFP's executor contract: the executor input that a step is given, and the outputs it leaves.

Source: ExecutorInput and ExecutorOutput of kfp's pipeline_spec.proto, and what the launcher does with them. Types of
parameters are not interpreted here (faces do that), and nothing here knows SageMaker.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.errors import InvalidInput, Violation

#: URI scheme to local directory, as kfp.dsl.types.artifact_types maps them.
_LOCAL_ROOTS = {"s3://": "/s3/", "gs://": "/gcs/", "minio://": "/minio/", "oci://": "/oci/"}


@dataclass(frozen=True)
class Artifact:
    """An output artifact as KFP assigned it."""

    name: str
    uri: str
    type: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the artifact's content lies in the pod."""
        return local_path(self.uri)


@dataclass(frozen=True)
class ExecutorInput:
    """What the launcher passes for ``{{$}}``."""

    parameters: Mapping[str, Any]
    parameter_files: Mapping[str, str]
    artifacts: Mapping[str, Artifact]
    output_file: str


@dataclass(frozen=True)
class ArtifactContent:
    """What a step puts into an output artifact: text for its file, and metadata. The URI stays the assigned one."""

    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def local_path(uri: str) -> str:
    """The path that KFP maps ``uri`` to in the pod; a URI of another scheme is its own path."""
    for scheme, root in _LOCAL_ROOTS.items():
        if uri.startswith(scheme):
            return root + uri[len(scheme) :]
    return uri


def strict_json(text: str) -> Any:
    """``text`` as JSON, refusing NaN and Infinity, which JSON does not have.

    Raises ValueError (also for nesting too deep to read).
    """

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def parse_executor_input(text: str) -> ExecutorInput:
    """Read the JSON of ``--executor-input``. Raises InvalidInput naming every part that has the wrong shape."""
    try:
        document = strict_json(text)
    except ValueError as error:
        # The text itself is not shown: it holds environment variables too.
        raise InvalidInput("--executor-input", [Violation("--executor-input", f"not JSON: {error}")]) from None
    problems: list[Violation] = []

    def member(parent: Any, where: str, name: str) -> dict[str, Any]:
        value = parent.get(name) if isinstance(parent, dict) else None
        if value is None:
            return {}
        if not isinstance(value, dict):
            problems.append(Violation("--executor-input", f"{where}{name} must be an object", value=value))
            return {}
        return value

    if not isinstance(document, dict):
        raise InvalidInput("--executor-input", [Violation("--executor-input", "must be a JSON object", value=document)])
    inputs, outputs = member(document, "", "inputs"), member(document, "", "outputs")
    declared_parameters, declared_artifacts = (member(outputs, "outputs.", name) for name in ("parameters", "artifacts"))
    files = {name: member(declared_parameters, "outputs.parameters.", name).get("outputFile", "")
             for name in declared_parameters}
    artifacts: dict[str, Artifact] = {}
    for name in declared_artifacts:
        listed = member(declared_artifacts, "outputs.artifacts.", name).get("artifacts") or [{}]
        first = listed[0] if isinstance(listed, list) else listed
        if not isinstance(first, dict) or not _is_path(first.get("uri", "")):
            problem = f"outputs.artifacts.{name} must list artifacts with a uri"
            problems.append(Violation("--executor-input", problem, value=listed))
            continue
        of_artifact = f"outputs.artifacts.{name}."
        artifacts[name] = Artifact(
            name, first.get("uri", ""), member(first, of_artifact, "type"), member(first, of_artifact, "metadata"))
    output_file = outputs.get("outputFile") or ""
    for name, path in [*files.items(), ("outputFile", output_file)]:
        if not _is_path(path):
            problems.append(Violation("--executor-input", f"outputs: the file of {name} must be a path", value=path))
    parameters = member(inputs, "inputs.", "parameterValues")
    given = member(inputs, "inputs.", "artifacts")
    for name in given:
        listed = member(given, "inputs.artifacts.", name).get("artifacts") or []
        whole = isinstance(listed, list) and all(isinstance(each, dict) and _is_path(each.get("uri", "")) for each in listed)
        if not whole:
            problem = f"inputs.artifacts.{name} must list artifacts with a uri"
            problems.append(Violation("--executor-input", problem, value=listed))
    if problems:
        raise InvalidInput("--executor-input", problems)
    return ExecutorInput(parameters, files, artifacts, output_file)


def _is_path(value: Any) -> bool:
    """Whether the file system takes ``value`` for a path: text without NUL, in a form that has bytes."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def task_root(executor_input: ExecutorInput) -> str | None:
    """The directory that is this task's own in this run, or None when run by hand without outputs.

    KFP 2.15 on puts the executor output file into the task root, whose last part is a salt that stays the same when the
    pod is retried. Older launchers use one constant path for all steps, so that the parent of the card artifact serves.
    """
    card = executor_input.artifacts.get("card")
    parent = posixpath.dirname(local_path(card.uri)) if card and card.uri else ""
    directory = posixpath.dirname(executor_input.output_file)
    if parent and not (directory.startswith(parent) or (directory and parent.startswith(directory))):
        return parent
    if directory and not parent and directory.startswith("/tmp/"):
        return None
    return directory or None


def write_outputs(
    executor_input: ExecutorInput, parameters: Mapping[str, Any], artifacts: Mapping[str, ArtifactContent]
) -> None:
    """Write every declared output: parameter files, artifact files, and the executor output last.

    Parent directories are made. An output that the step does not have is written empty, because the launcher fails a step
    for a declared parameter without a file. The executor output repeats parameters, since the back end prefers it.
    """
    values = {name: parameters.get(name, "") for name in executor_input.parameter_files}
    for name, path in executor_input.parameter_files.items():
        value = values[name]
        _write(path, value if isinstance(value, str) else json.dumps(value))
    merged: dict[str, Any] = {}
    for name, artifact in executor_input.artifacts.items():
        content = artifacts.get(name, ArtifactContent(""))
        if artifact.path:
            _write(artifact.path, content.text)
        merged[name] = {"artifacts": [{
            "name": artifact.name, "uri": artifact.uri, "type": dict(artifact.type),
            "metadata": {**artifact.metadata, **content.metadata},
        }]}
    if executor_input.output_file:
        _write(executor_input.output_file, json.dumps({"parameterValues": values, "artifacts": merged}))


def _write(path: str, text: str) -> None:
    if not path:
        return
    parent = os.path.dirname(path)
    if parent:
        os.makedirs(parent, exist_ok=True)
    # A killed process must not leave half a file where the launcher looks for a whole one.
    partial = f"{path}.partial"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(partial, path)
