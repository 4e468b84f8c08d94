"""What a moved step carries: its original container, its inputs and outputs, and the settings of its job. Data only.

A setting may be a constant or a placeholder, which is filled in when the step runs. How it travels is in ``encoding``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: Prefix of the inputs that the launcher reads and the user's program does not see.
SETTING_PREFIX = "sagemaker_"


def run_time(setting: str) -> str:
    """The placeholder of a setting that a pipeline passes when it runs: ``{{$.inputs.parameters['sagemaker_role']}}``."""
    return f"{{{{$.inputs.parameters['{SETTING_PREFIX}{setting}']}}}}"


class Service(StrEnum):
    """Which kind of job runs the step."""

    PROCESSING = "processing"
    TRAINING = "training"


class UriMode(StrEnum):
    """What an artifact's URI is in the job.

    ``kfp``: the one that KFP assigned, with KFP's local path linked to the job's mounts; needs ``sh`` and root in the image.
    ``local``: the path of the mount; URIs that the program reports are translated back, those in text are not.
    """

    KFP = "kfp"
    LOCAL = "local"


class SecretPolicy(StrEnum):
    """How a secret environment variable reaches the job.

    ``environment``: the pod has it (``secretAsEnv``), and the launcher copies it into the job's environment, which Describe
    shows. ``secrets_manager``: the job itself reads it from AWS Secrets Manager when it starts; needs the AWS CLI, or Python
    with boto3, in the image.
    """

    ENVIRONMENT = "environment"
    SECRETS_MANAGER = "secrets_manager"


@dataclass(frozen=True)
class Secret:
    """A secret environment variable. ``arn`` names the secret in AWS Secrets Manager, ``key`` a member of its JSON text.

    ``optional``: the pod may be without it.
    """

    variable: str
    policy: SecretPolicy
    arn: str = ""
    key: str = ""
    optional: bool = False


class MountKind(StrEnum):
    """What stands in a job for a volume that the step's pod mounts.

    ``directory``: an empty directory. ``files``: copies of the files that the launcher's pod has at ``source``, by way of S3.
    ``environment``: the same by way of the job's environment, which Describe shows. ``secrets_manager``: the members of the
    JSON text of the secret ``source`` (an ARN), read by the job itself; needs Python with boto3, or with the AWS CLI beside
    it, in the image. ``s3``: the objects below the prefix ``source``, to be read only. ``efs`` and ``fsx``: ``directory`` of
    the file system ``source``. The last three need a training job.
    """

    DIRECTORY = "directory"
    FILES = "files"
    ENVIRONMENT = "environment"
    SECRETS_MANAGER = "secrets_manager"
    S3 = "s3"
    EFS = "efs"
    FSX = "fsx"


@dataclass(frozen=True)
class Mount:
    """A volume of the pod, at ``path`` in the job too. ``optional``: the pod may be without the files at ``source``."""

    path: str
    kind: MountKind
    source: str = ""
    directory: str = "/"
    read_only: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Resources:
    """What the step asks for, as the IR has it: Kubernetes quantities (``500m``, ``4Gi``), or placeholders.

    Of several quantities with spaces between them, such as a request and a limit, the largest counts.
    ``accelerator_type`` (``nvidia-tesla-t4``) is empty where the candidates are all of a kind that will do.
    """

    cpu: str = ""
    memory: str = ""
    accelerator_count: str = ""
    accelerator_type: str = ""


@dataclass(frozen=True)
class Candidate:
    """An instance type that a step with run-time resources may run on; ``memory`` is in GiB."""

    instance_type: str
    cpu: float
    memory: float
    accelerators: int = 0


@dataclass(frozen=True)
class JobSettings:
    """The settings of the job. Text may hold placeholders; a number may be one.

    ``volume_size`` is in GiB, times are in seconds, ``subnets`` and ``security_group_ids`` are lists separated by commas.
    ``staging_uri`` (``s3://bucket/prefix``) is where a step without an S3 task root of its own keeps what the job needs.
    ``candidates`` are tried in their order, against ``resources``, when ``instance_type`` turns out empty.
    ``more`` are further inputs of ``v1/process`` or ``v1/train``, whichever runs the step: ``timeout``, ``wait_for_capacity``,
    ``assume_role``, ``extra_request`` ...
    For training only: ``spot_instance`` with ``max_wait_time`` (0: twice the longest run time); checkpoints, with spot
    instances or by themselves, from ``checkpoint_local_path`` (empty: ``/opt/ml/checkpoints``) to ``checkpoint_s3_uri``
    (empty: below the task root); ``keep_alive`` (warm pool); ``registry_access`` ``Vpc``, maybe with
    ``registry_credentials_arn`` (private registries).
    """

    role: str = run_time("role")
    region: str = run_time("region")
    instance_type: str = run_time("instance_type")
    instance_count: int | str = 1
    volume_size: int | str = 30
    max_run_time: int | str = 86400
    subnets: str = run_time("subnets")
    security_group_ids: str = run_time("security_group_ids")
    staging_uri: str = run_time("staging_uri")
    network_isolation: bool = False
    traffic_encryption: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    resource_encryption_key: str = ""
    output_encryption_key: str = ""
    resources: Resources = Resources()
    candidates: tuple[Candidate, ...] = ()
    spot_instance: bool = False
    max_wait_time: int | str = 0
    checkpoint_s3_uri: str = ""
    checkpoint_local_path: str = ""
    keep_alive: int | str = 0
    registry_access: str = ""
    registry_credentials_arn: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StepSpec:
    """A moved step.

    ``inputs`` and ``outputs`` are the component's ``inputDefinitions`` and ``outputDefinitions`` as in the IR, without
    descriptions. ``env`` is the container's environment, in its order. ``shell`` False says that the image has no ``sh``: the
    command is then started directly, which needs ``uri_mode`` local and elements of at most 256 characters in one line.
    ``large_outputs`` are output parameters that moved steps alone read, so that their values may travel by way of S3: those
    of more than so many bytes of JSON do. ``large_inputs`` are parameters whose values may come from there.
    """

    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    service: Service = Service.PROCESSING
    job: JobSettings = JobSettings()
    secrets: tuple[Secret, ...] = ()
    mounts: tuple[Mount, ...] = ()
    uri_mode: UriMode = UriMode.KFP
    shell: bool = True
    large_outputs: Mapping[str, int] = field(default_factory=dict)
    large_inputs: tuple[str, ...] = ()
