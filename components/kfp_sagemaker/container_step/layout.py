"""Where everything of a moved step lies: in S3, in the job, and in the executor input that the program there is given.

How the task root gets into the job: KFP's local path of it (``/s3/<bucket>/.../<task>/<salt>``) is a link to the directory
that the job uploads to exactly that URI, so that whatever the program writes lands where KFP expects it.
"""

from __future__ import annotations

import copy
import os
import posixpath
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.container_step.placeholders import artifact_path
from kfp_sagemaker.container_step.step_spec import SETTING_PREFIX, Service, StepSpec, UriMode
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.kfp_io import local_path
from kfp_sagemaker.names import identity_of
from kfp_sagemaker.s3_uri import split_uri

#: What KFP adds to the outputs of a step when it publishes logs; it is not the program's.
EXECUTOR_LOGS = "executor-logs"
#: Below the task root, what is this library's own. No artifact of KFP has a dot in its name.
OWN_FOLDER = "kfp-sagemaker.files"
#: In that, where training jobs upload to, each below its own name, and where checkpoints are unless said otherwise.
OUTPUT_FOLDER, CHECKPOINT_FOLDER = "output", "checkpoints"

_FIX_OF_ROOT = ("SageMaker reads and writes S3 only. Set the pipeline root of the run, or defaultPipelineRoot of the "
                "pipeline, to s3://BUCKET/PREFIX")


@dataclass(frozen=True)
class Mounts:
    """Directories of a job: of an input by its name, and the one that is uploaded."""

    inputs: str
    output: str

    def input(self, name: str) -> str:
        """Where the input of that name is."""
        return f"{self.inputs}/{name}"


MOUNTS = {
    Service.PROCESSING: Mounts("/opt/ml/processing/input", "/opt/ml/processing/output"),
    Service.TRAINING: Mounts("/opt/ml/input/data", "/opt/ml/model"),
}


@dataclass(frozen=True)
class InputArtifact:
    """One input artifact: its objects, and its paths as staged in the job and as the program is told."""

    name: str
    bucket: str
    key: str
    staged: str
    path: str


@dataclass(frozen=True)
class Layout:
    """The places of one step.

    ``task_root`` is an S3 URI; ``linked`` the path in the job that leads to the output mount, the mount itself in mode local.
    ``slots`` are the buckets of input artifacts and the names of the job's inputs for them. ``executor_input`` is what the
    program is given. ``output_file`` and ``parameter_files`` are relative to the task root.
    """

    identity: str
    task_root: str
    linked: str
    mounts: Mounts
    slots: Mapping[str, str]
    inputs: tuple[InputArtifact, ...]
    executor_input: Mapping[str, Any]
    output_file: str
    parameter_files: Mapping[str, str]
    uri_mode: UriMode

    @property
    def own(self) -> str:
        """S3 URI of this library's own folder."""
        return f"{self.task_root}/{OWN_FOLDER}"


def lay_out(spec: StepSpec, given: Mapping[str, Any], uri_mode: UriMode, staging_uri: str = "") -> Layout:
    """The layout for an executor input (JSON). Raises InvalidInput naming each artifact that a job cannot reach."""
    mounts = MOUNTS[spec.service]
    problems = [*_out_of_reach(given)]
    task_root, identity = _task_root(given, staging_uri)
    if not task_root and not problems:
        directory = posixpath.dirname(_outputs(given).get("outputFile") or "")
        problems.append(Violation(f"{SETTING_PREFIX}staging_uri", f"the step's own place is {directory or 'not known'}. "
                                  f"{_FIX_OF_ROOT}, or give this input such a URI"))
    if task_root and not split_uri(task_root)[1]:
        # What an earlier attempt left there is deleted (leavings): never of a whole bucket.
        problems.append(Violation("outputs", "the step's own place is a whole bucket: give the pipeline root a prefix",
                                  value=task_root))
    if task_root:
        problems += _outside(given, task_root)
    if problems:
        raise InvalidInput("step", problems)
    linked = local_path(task_root) if uri_mode is UriMode.KFP else mounts.output
    slots = _slots(given)
    inputs = tuple(_input_artifacts(given, slots, mounts, uri_mode))
    job_input, output_file, files = _for_job(spec, given, task_root, linked, inputs, uri_mode)
    return Layout(identity, task_root, linked, mounts, slots, inputs, job_input, output_file, files, uri_mode)


def artifacts_of(given: Mapping[str, Any], side: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and artifact of all artifacts of a side, those of lists one by one; without KFP's own."""
    for name, listed in (((given.get(side) or {}).get("artifacts")) or {}).items():
        if side == "outputs" and name == EXECUTOR_LOGS:
            continue
        artifacts = (listed or {}).get("artifacts") or []
        for artifact in artifacts if isinstance(artifacts, list) else [artifacts]:
            yield name, artifact


def _outputs(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return given.get("outputs") or {}


def _out_of_reach(given: Mapping[str, Any]) -> Iterator[Violation]:
    for side, what in (("inputs", "input"), ("outputs", "output")):
        for name, artifact in artifacts_of(given, side):
            uri = str(artifact.get("uri", ""))
            if uri.startswith("s3://") and all(split_uri(uri)):
                if {".", ".."} & set(uri.split("/")):
                    yield Violation(name, f"this {what} artifact is at {uri}, whose key cannot be a path")
                continue
            fix = _FIX_OF_ROOT if side == "outputs" or uri.startswith("minio://") else (
                "SageMaker reads S3 only: copy it there and import it from there, or leave this step in the cluster")
            yield Violation(name, f"this {what} artifact is at {uri or 'no URI'}. {fix}")


def _outside(given: Mapping[str, Any], task_root: str) -> Iterator[Violation]:
    for name, artifact in artifacts_of(given, "outputs"):
        uri = str(artifact.get("uri", ""))
        if uri and not uri.startswith(f"{task_root}/"):
            yield Violation(name, f"KFP put this output artifact at {uri}, away from the others at {task_root}: "
                                  "a job has one place for all outputs; leave this step in the cluster")


def _task_root(given: Mapping[str, Any], staging_uri: str) -> tuple[str, str]:
    """The S3 URI of the task root (empty: there is none), and the identity of the step."""
    file = str(_outputs(given).get("outputFile") or "")
    directory = posixpath.dirname(file)
    from_file = f"s3://{directory.removeprefix('/s3/')}" if directory.startswith("/s3/") else ""
    parents = [posixpath.dirname(str(artifact.get("uri", ""))) for _, artifact in artifacts_of(given, "outputs")]
    parent = next((each for each in parents if each.startswith("s3://")), "")
    # Artifacts come first, since their URIs are what counts. Since KFP 2.15 the file is in the task root too, before at one
    # constant path for all steps.
    root = parent or from_file
    if root:
        return root, identity_of(root)
    own = directory if directory and not directory.startswith("/tmp/") else os.environ.get("KFP_POD_UID", "")
    identity = identity_of(own or f"by hand {time.time_ns()} {os.getpid()}")
    return (f"{staging_uri.rstrip('/')}/{identity[:32]}" if staging_uri.startswith("s3://") else ""), identity


def place_of(given: Mapping[str, Any]) -> str:
    """Where KFP put the step's outputs, as far as that can be told: an S3 URI or a directory, for messages."""
    parents = [posixpath.dirname(str(artifact.get("uri", ""))) for _, artifact in artifacts_of(given, "outputs")]
    return next((each for each in parents if each), posixpath.dirname(str(_outputs(given).get("outputFile") or "")))


def _slots(given: Mapping[str, Any]) -> dict[str, str]:
    buckets = sorted({split_uri(str(artifact["uri"]))[0] for _, artifact in artifacts_of(given, "inputs")})
    return {bucket: f"artifacts-{index}" if index else "artifacts" for index, bucket in enumerate(buckets)}


def _input_artifacts(
    given: Mapping[str, Any], slots: Mapping[str, str], mounts: Mounts, uri_mode: UriMode
) -> Iterator[InputArtifact]:
    for name, artifact in artifacts_of(given, "inputs"):
        bucket, key = split_uri(str(artifact["uri"]).rstrip("/"))
        staged = f"{mounts.input(slots[bucket])}/{key}"
        path = artifact_path(artifact).rstrip("/") if uri_mode is UriMode.KFP else staged
        yield InputArtifact(name, bucket, key, staged, path)


def _for_job(
    spec: StepSpec, given: Mapping[str, Any], task_root: str, linked: str, inputs: tuple[InputArtifact, ...], mode: UriMode
) -> tuple[dict[str, Any], str, dict[str, str]]:
    """The executor input for the program in the job, and the files that it writes, relative to the task root."""
    job_input: dict[str, Any] = copy.deepcopy(dict(given))
    inputs_given = job_input["inputs"] = job_input.get("inputs") or {}
    values = inputs_given["parameterValues"] = inputs_given.get("parameterValues") or {}
    declared = (spec.inputs.get("parameters") or {})
    for name in [name for name in values if name.startswith(SETTING_PREFIX) and name not in declared]:
        del values[name]
    for name, definition in declared.items():
        if name not in values and definition.get("defaultValue") is not None:
            values[name] = definition["defaultValue"]
    outputs = job_input["outputs"] = job_input.get("outputs") or {}
    if EXECUTOR_LOGS not in (spec.outputs.get("artifacts") or {}):
        (outputs.get("artifacts") or {}).pop(EXECUTOR_LOGS, None)
    if mode is UriMode.LOCAL:
        by_key = {(each.bucket, each.key): each.staged for each in inputs}
        for _, artifact in artifacts_of(job_input, "inputs"):
            artifact.pop("customPath", None)
            artifact["uri"] = by_key[split_uri(str(artifact["uri"]).rstrip("/"))]
        for _, artifact in artifacts_of(job_input, "outputs"):
            artifact["uri"] = linked + str(artifact["uri"]).removeprefix(task_root)
    file = str(outputs.get("outputFile") or "")
    relative = posixpath.relpath(file, linked) if file.startswith(f"{linked}/") else "executor_output.json"
    outputs["outputFile"] = f"{linked}/{relative}"
    # Beside the artifacts, because a program may expect the directory, and only this one is sure to be there.
    files = {name: f"kfp-sagemaker.{name}.parameter" for name in outputs.get("parameters") or {}}
    for name, path in files.items():
        outputs["parameters"][name] = {"outputFile": f"{linked}/{path}"}
    return job_input, relative, files
