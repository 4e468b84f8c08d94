"""The job of a moved step: everything that is decided before anything is sent. Pure.

The container step is a face like ``v1/process`` and ``v1/train``: the same inputs, requests, names, tags and checks.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kfp_sagemaker.container_step.command import Command, resolved_command, resolved_image
from kfp_sagemaker.container_step.kinds_of_job import impossible
from kfp_sagemaker.container_step.layout import CHECKPOINT_FOLDER, MOUNTS, OUTPUT_FOLDER, Layout, lay_out
from kfp_sagemaker.container_step.long_arguments import Carried, carry
from kfp_sagemaker.container_step.mounts import channels, environment_of_files, mount_problems, without_a_vpc
from kfp_sagemaker.container_step.placeholders import Filling
from kfp_sagemaker.container_step.script import NAME, SLOT, script_text
from kfp_sagemaker.container_step.settings import face_inputs, filled_settings, setting_of_input
from kfp_sagemaker.container_step.step_spec import JobSettings, SecretPolicy, Service, StepSpec, UriMode
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.assemble import merged
from kfp_sagemaker.faces.face import Face
from kfp_sagemaker.faces.prepare import Prepared, Run, prepare
from kfp_sagemaker.faces.process import PROCESS
from kfp_sagemaker.faces.train import TRAIN
from kfp_sagemaker.names import RunLabels, run_labels

#: The faces, by what runs the step. Their outputs are the user's, so that none is declared here.
FACES: Mapping[Service, Face] = {
    Service.PROCESSING: replace(PROCESS, id="step", display_name="Step as processing job", outputs=()),
    Service.TRAINING: replace(TRAIN, id="step", display_name="Step as training job", outputs=()),
}
#: Characters of an element of a container's entry point or arguments, and elements; both jobs have the same.
_ELEMENT, _ELEMENTS = 256, 100
_OUTPUT = "task"
#: The faces' inputs of which there are too many when input artifacts lie in too many buckets.
_OF_BUCKETS = ("input_config", "channels")
#: Where a job keeps checkpoints unless it is told otherwise, and the variable that tells a program of it.
CHECKPOINTS, CHECKPOINT_VARIABLE = "/opt/ml/checkpoints", "KFP_SAGEMAKER_CHECKPOINT_DIR"


@dataclass(frozen=True)
class Job:
    """A moved step in its run. ``script`` is the text that the job starts; None: the command itself.

    ``files`` are what the script needs beside it, by name.
    """

    spec: StepSpec
    settings: JobSettings
    layout: Layout
    image: str
    command: Command
    script: str | None
    files: Mapping[str, bytes]
    labels: RunLabels

    @property
    def face(self) -> Face:
        """The face on the kind of job that runs it."""
        return FACES[self.spec.service]

    @property
    def script_folder(self) -> str:
        """S3 URI of the folder with the script, named for its content."""
        digest = hashlib.sha256((self.script or "").encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self.layout.own}/{SLOT}-{digest[:32]}/"

    def manifest_uri(self, bucket: str) -> str:
        """S3 URI of the list of the input artifacts' objects in ``bucket``. It stays the same when the step is tried again."""
        return f"{self.layout.own}/{self.layout.slots[bucket]}.manifest"


def plan_job(spec: StepSpec, given: Mapping[str, Any]) -> Job:
    """The job for an executor input (JSON). Raises InvalidInput with what is wrong, naming the artifact or setting."""
    direct = not spec.shell or not spec.command
    mode = UriMode.LOCAL if direct else spec.uri_mode
    declared = frozenset(name for members in spec.inputs.values() for name in members)
    settings = filled_settings(spec.job, Filling(given, declared))
    layout = lay_out(spec, given, mode, settings.staging_uri)
    names = _names(layout)
    filling = Filling(layout.executor_input, declared, names)
    if wrong := mount_problems(spec):
        raise InvalidInput("step", wrong)
    command = _with_checkpoints(resolved_command(spec, filling), settings)
    if direct:
        _refuse_what_needs_a_script(spec, command)
    carried = Carried(command) if direct else carry(spec, command, layout.mounts.input(SLOT))
    script = None if direct else script_text(spec, carried.command, layout)
    image, labels = resolved_image(spec, filling), run_labels(f"{layout.task_root}/x")
    return Job(spec, settings, layout, image, command, script, carried.files, labels)


def prepared_job(job: Job, *, empty_buckets: frozenset[str] = frozenset(), region: str | None = None) -> Prepared:
    """The job's request. ``empty_buckets`` have no object of any input artifact. Raises InvalidInput with all violations."""
    inputs = {**face_inputs(job.settings), "image": job.image}
    inputs |= (_processing if job.spec.service is Service.PROCESSING else _training)(job, empty_buckets)
    run = Run(job.layout.identity, job.labels)
    problems = [*impossible(job.spec.service, job.settings, job.layout.slots, len(channels(job.spec.mounts)))]
    prepared = None
    try:
        prepared = prepare(job.face, inputs, run=run, region=region)
    except InvalidInput as error:
        told = {each.input for each in problems}
        too_many = _OF_BUCKETS if "input artifacts" in told else ()
        problems += [each for each in error.violations if each.input not in (*told, *too_many)]
    if prepared is None or problems:
        raise InvalidInput("step", [_as_passed(each, job.spec.job) for each in problems])
    return prepared


def _as_passed(violation: Violation, given: JobSettings) -> Violation:
    """The violation with the name that a pipeline knows the setting by."""
    return replace(violation, input=setting_of_input(violation.input, given))


def _keeps_checkpoints(settings: JobSettings) -> bool:
    return bool(settings.spot_instance or settings.checkpoint_s3_uri or settings.checkpoint_local_path)


def _with_checkpoints(command: Command, settings: JobSettings) -> Command:
    """The command with the variable by which a program finds its folder for checkpoints, unless it has one of that name."""
    if not _keeps_checkpoints(settings):
        return command
    place = {CHECKPOINT_VARIABLE: settings.checkpoint_local_path or CHECKPOINTS}
    return replace(command, environment={**place, **command.environment})


def _names(layout: Layout) -> dict[str, str]:
    """Values of the placeholders that name the run and its parts, read off the task root."""
    parent, _, salt = layout.task_root.rpartition("/")
    labels = run_labels(f"{layout.task_root}/x")
    root = layout.task_root.partition(f"/{labels.run_id}/")[0] if labels.run_id else parent
    run_names = dict.fromkeys(("pipeline_job_name", "pipeline_job_resource_name", "pipeline_job_uuid"), labels.run_id)
    return {**run_names, "pipeline_task_name": labels.task, "pipeline_task_uuid": salt,
            "pipeline_root": f"{root}/{labels.run_id}" if labels.run_id else root}


def _refuse_what_needs_a_script(spec: StepSpec, command: Command) -> None:
    """Raises InvalidInput for what cannot be said in a request and would need ``sh``, which is not to be used here."""
    why = ("this step keeps its image's own entry point, because it has no command: name that entry point as its command"
           if not spec.command else "its image is said to have no sh (shell: false)")
    problems = []
    for position, word in enumerate(command.words):
        if len(word) > _ELEMENT or "\n" in word:
            what = f"{len(word)} characters" if len(word) > _ELEMENT else "a line break"
            problems.append(Violation(f"element {position + 1} of the command",
                                      f"has {what}; a request takes {_ELEMENT} in one line, and the script that carries "
                                      f"more needs sh: {why}"))
    if len(command.words) > _ELEMENTS:
        problems.append(Violation("command", f"has {len(command.words)} elements; a request takes {_ELEMENTS}: {why}"))
    problems += [Violation(f"secret {secret.variable}", f"the job reads it with a script, which needs sh: {why}")
                 for secret in spec.secrets if secret.policy is SecretPolicy.SECRETS_MANAGER]
    problems += [Violation(f"volume at {mount.path}", f"a script puts it there, which needs sh: {why}")
                 for mount in spec.mounts]
    if problems:
        raise InvalidInput("step", problems)


def _start(job: Job) -> tuple[list[str], list[str]]:
    """Entry point and arguments of the container."""
    words = list(job.command.words)
    if job.script is not None:
        return ["sh", f"{job.layout.mounts.input(SLOT)}/{NAME}"], []
    return ([], words) if job.command.keeps_entrypoint else (words[:1], words[1:])


def _environment(job: Job) -> dict[str, str]:
    """What has to be in the request: the secrets that may, and without a script all the rest."""
    own = dict(job.command.environment) if job.script is None else {}
    secrets = [secret for secret in job.spec.secrets if secret.policy is SecretPolicy.ENVIRONMENT]
    missing = [secret.variable for secret in secrets if secret.variable not in os.environ and not secret.optional]
    if missing:
        problem = "this step's job is to have it in its environment, and the pod has no such variable (secretAsEnv)"
        raise InvalidInput("step", [Violation(f"secret {name}", problem) for name in missing])
    given = {secret.variable: os.environ[secret.variable] for secret in secrets if secret.variable in os.environ}
    return own | given | environment_of_files(job.spec)


def _buckets(job: Job, empty: frozenset[str]) -> list[str]:
    return [bucket for bucket in job.layout.slots if bucket not in empty]


def _processing(job: Job, empty: frozenset[str]) -> dict[str, Any]:
    """Inputs of the face on CreateProcessingJob."""
    mounts, (entrypoint, arguments) = MOUNTS[Service.PROCESSING], _start(job)

    def processing_input(name: str, uri: str, kind: str) -> dict[str, Any]:
        return {"InputName": name, "S3Input": {"S3Uri": uri, "LocalPath": mounts.input(name), "S3DataType": kind,
                                               "S3InputMode": "File", "S3DataDistributionType": "FullyReplicated"}}

    inputs = [processing_input(SLOT, job.script_folder, "S3Prefix")] if job.script is not None else []
    inputs += [processing_input(job.layout.slots[bucket], job.manifest_uri(bucket), "ManifestFile")
               for bucket in _buckets(job, empty)]
    output = {"S3Uri": job.layout.task_root, "LocalPath": mounts.output, "S3UploadMode": "EndOfJob"}
    return {
        "container_entrypoint": entrypoint,
        "container_arguments": arguments,
        "environment": _environment(job),
        "input_config": inputs,
        "output_config": [{"OutputName": _OUTPUT, "S3Output": output}],
    }


def _training(job: Job, empty: frozenset[str]) -> dict[str, Any]:
    """Inputs of the face on CreateTrainingJob. What the job leaves is copied to the task root afterwards."""
    settings, (entrypoint, arguments) = job.settings, _start(job)

    def channel(name: str, uri: str, kind: str) -> dict[str, Any]:
        source = {"S3Uri": uri, "S3DataType": kind, "S3DataDistributionType": "FullyReplicated"}
        return {"ChannelName": name, "DataSource": {"S3DataSource": source}, "InputMode": "File"}

    s3_channels = [channel(SLOT, job.script_folder, "S3Prefix")]
    s3_channels += [channel(job.layout.slots[bucket], job.manifest_uri(bucket), "ManifestFile")
                 for bucket in _buckets(job, empty)]
    if wrong := without_a_vpc(job.spec.mounts, settings.subnets):
        raise InvalidInput("step", [_as_passed(each, job.spec.job) for each in wrong])
    specification = {"ContainerEntrypoint": entrypoint, "ContainerArguments": arguments}
    own: dict[str, Any] = {
        "AlgorithmSpecification": {name: value for name, value in specification.items() if value},
        "OutputDataConfig": {"CompressionType": "NONE"},
        "Environment": _environment(job),
    }
    inputs = training_inputs(settings, job.layout.own)
    request = merged({name: value for name, value in own.items() if value}, inputs["extra_request"])
    return {
        **inputs,
        "channels": [*s3_channels, *channels(job.spec.mounts)],
        "model_artifact_path": f"{job.layout.own}/{OUTPUT_FOLDER}",
        "extra_request": merged(request, settings.more.get("extra_request") or {}),
    }


def training_inputs(settings: JobSettings, own: str) -> dict[str, Any]:
    """Inputs of the face on CreateTrainingJob for settings that only training jobs have, without placeholders.

    ``own`` is the folder (S3 URI) of what nobody gave a place. ``extra_request`` is without that of the settings. Raises
    InvalidInput for a number that is none.
    """
    specification: dict[str, Any] = {}
    if settings.registry_access == "Vpc":
        image_config: dict[str, Any] = {"TrainingRepositoryAccessMode": settings.registry_access}
        if settings.registry_credentials_arn:
            image_config["TrainingRepositoryAuthConfig"] = {
                "TrainingRepositoryCredentialsProviderArn": settings.registry_credentials_arn}
        specification["TrainingImageConfig"] = image_config
    request: dict[str, Any] = {"AlgorithmSpecification": specification} if specification else {}
    keep_alive = _number("keep_alive", settings.keep_alive)
    if keep_alive:
        request["ResourceConfig"] = {"KeepAlivePeriodInSeconds": keep_alive}
    inputs: dict[str, Any] = {"extra_request": request}
    if settings.spot_instance:
        wait = _number("max_wait_time", settings.max_wait_time) or 2 * _number("max_run_time", settings.max_run_time)
        inputs |= {"spot_instance": True, "max_wait_time": wait}
    if _keeps_checkpoints(settings):
        place = {"S3Uri": settings.checkpoint_s3_uri or f"{own}/{CHECKPOINT_FOLDER}"}
        local = {"LocalPath": settings.checkpoint_local_path} if settings.checkpoint_local_path else {}
        inputs["checkpoint_config"] = {**place, **local}
    return inputs


def _number(name: str, value: int | str) -> int:
    """A number that may have come as text. Raises InvalidInput."""
    try:
        return int(float(value or 0))
    except (ValueError, OverflowError):
        raise InvalidInput("step", [Violation(name, "expected a number of seconds", value=value)]) from None


