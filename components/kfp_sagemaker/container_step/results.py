"""What the job has left in S3, brought to where KFP's launcher reads a step's outputs.

Artifacts stay where they are: they lie at the URIs that KFP assigned. Parameters and the executor output become files in the
pod, the executor output last and only if the program wrote one.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfp_sagemaker.container_step.job import Job
from kfp_sagemaker.container_step.large_values import Reference, folder_of, reference_to, value_in_file
from kfp_sagemaker.container_step.layout import artifacts_of
from kfp_sagemaker.container_step.parameter_text import whole_json
from kfp_sagemaker.container_step.python_steps import chooses_paths
from kfp_sagemaker.container_step.staging import Objects
from kfp_sagemaker.container_step.step_spec import Service, UriMode
from kfp_sagemaker.errors import AccessDenied, RemoteFailure
from kfp_sagemaker.kfp_io import strict_json
from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.s3_uri import split_uri

_logger = logging.getLogger(__name__)


def collect(job: Job, given: Mapping[str, Any], described: Mapping[str, Any], objects: Objects, patience: Patience) -> None:
    """Write the step's outputs; ``given`` is the executor input as KFP passed it, ``described`` the job that has ended.

    Raises RemoteFailure for an executor output that is none, or that names content which stayed in the job.
    """
    if job.spec.service is Service.TRAINING:
        _move_to_task_root(job, described, objects, patience)
    outputs = given.get("outputs") or {}
    files = {name: _read(job, path, objects, patience) for name, path in job.layout.parameter_files.items()}
    written = _executor_output(job, _read(job, job.layout.output_file, objects, patience))
    values = (written or {}).get("parameterValues")
    values = values if isinstance(values, dict) else {}
    for name, content in files.items():
        if content is None and name not in values:
            _logger.warning("the program has not written its output parameter %s; KFP fails a step that leaves one out", name)
    for name, reference in _large(job, files, values).items():
        patience.ride_out(lambda made=reference: objects.put(made.uri, made.content))  # type: ignore[misc]
        _logger.info("output %s: %d bytes, handed on by way of %s", name, len(reference.content), reference.uri)
        if name in values:
            values[name] = reference.value
        if files.get(name) is not None:
            text = reference.value if isinstance(reference.value, str) else whole_json(reference.value)
            files[name] = text.encode()
    for name, content in files.items():
        if content is not None:
            _write(outputs["parameters"][name]["outputFile"], content)
    if written is not None:
        output = json.dumps(written, ensure_ascii=False).encode("utf-8", "surrogatepass")
        _write(str(outputs.get("outputFile") or ""), output)


def _large(job: Job, files: Mapping[str, bytes | None], values: Mapping[str, Any]) -> dict[str, Reference]:
    """What stands for output parameters that are too large for KFP. The executor output counts before a file, as for KFP."""
    folder = folder_of(job.layout.task_root, job.labels.run_id)
    types = {name: str(each.get("parameterType")) for name, each in (job.spec.outputs.get("parameters") or {}).items()}
    found = {}
    for name, most in job.spec.large_outputs.items():
        value = values.get(name, value_in_file(files.get(name) or b"", types[name]))
        reference = reference_to(value, types[name], most, folder)
        if reference is not None:
            found[name] = reference
    return found


def _read(job: Job, path: str, objects: Objects, patience: Patience) -> bytes | None:
    return patience.ride_out(lambda: objects.get(f"{job.layout.task_root}/{path}"))


def _move_to_task_root(job: Job, described: Mapping[str, Any], objects: Objects, patience: Patience) -> None:
    """A training job puts what it leaves below its own name; S3 moves it, so that nothing of it comes here."""
    uri = str((described.get("ModelArtifacts") or {}).get("S3ModelArtifacts") or "").rstrip("/")
    if not uri.startswith("s3://"):
        return
    bucket, prefix = split_uri(uri)
    left = {f"s3://{bucket}/{key}": f"{job.layout.task_root}/{key.removeprefix(prefix).lstrip('/')}"
            for key in patience.ride_out(lambda: objects.keys(bucket, prefix))}
    for source, target in left.items():
        patience.ride_out(lambda source=source, target=target: objects.copy(source, target))  # type: ignore[misc]
    try:
        # Only when all are copied: a step that is killed before then, and runs again, finds them here.
        for source in left:
            patience.ride_out(lambda source=source: objects.delete(source))  # type: ignore[misc]
    except AccessDenied as error:
        _logger.warning("what the job left at %s exists twice, since it may not be deleted there: %s", uri, error)


def _executor_output(job: Job, content: bytes | None) -> dict[str, Any] | None:
    if content is None:
        return None
    try:
        written = strict_json(content.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise RemoteFailure(f"the program's executor output is not JSON: {error}") from None
    if not isinstance(written, dict):
        raise RemoteFailure("the program's executor output is not a JSON object")
    for name, artifact in artifacts_of({"outputs": written}, "outputs"):
        path = artifact.get("custom_path") or artifact.get("customPath")
        if path and not chooses_paths(job.spec):
            raise RemoteFailure(f"output artifact {name}: its content was left at {path}, which stays in the job; write it "
                                "to the artifact's own path")
        if path and os.path.exists(path):
            # KFP's launcher would take what this pod has there for the artifact.
            artifact.pop("custom_path", None)
            artifact.pop("customPath", None)
        if job.layout.uri_mode is UriMode.LOCAL and isinstance(artifact.get("uri"), str):
            artifact["uri"] = _translated(job, artifact["uri"])
    return written


def _translated(job: Job, uri: str) -> str:
    """The S3 URI of a path in the job, in mode local; other URIs as they are."""
    layout = job.layout
    places = {layout.mounts.output: layout.task_root}
    places |= {layout.mounts.input(slot): f"s3://{bucket}" for bucket, slot in layout.slots.items()}
    for place in sorted(places, key=len, reverse=True):
        if uri == place or uri.startswith(f"{place}/"):
            return places[place] + uri[len(place):]
    return uri


def _write(path: str, content: bytes) -> None:
    if path:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        Path(path).write_bytes(content)
