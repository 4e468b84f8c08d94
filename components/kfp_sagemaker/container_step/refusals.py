"""What is known to be wrong with a step's settings before it runs: what the step or SageMaker would refuse then.

Placeholders fit everything. Not here: what depends on a run, such as input artifacts in too many buckets (``job``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kfp_sagemaker.container_step.job import FACES, training_inputs
from kfp_sagemaker.container_step.kinds_of_job import impossible
from kfp_sagemaker.container_step.mounts import mount_problems, without_a_vpc
from kfp_sagemaker.container_step.settings import face_inputs, setting_of_input
from kfp_sagemaker.container_step.step_spec import JobSettings, MountKind, SecretPolicy, Service, StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.assemble import merged
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.service_model.validate import UNRESOLVED, Unresolved

_LATER = "{{$"
#: Settings of training jobs that are counted with.
_NUMBERS = ("max_wait_time", "max_run_time", "keep_alive")
#: Inputs of the job's component that the step gives itself when it runs.
_OF_THE_STEP = {
    Service.PROCESSING: {"output_config": UNRESOLVED},
    Service.TRAINING: {"channels": UNRESOLVED, "model_artifact_path": UNRESOLVED},
}
#: Where a step without a place of its own keeps what is named by nobody, in a run that is not known yet.
_SOMEWHERE = "s3://bucket/run"


def refusals(spec: StepSpec) -> list[Violation]:
    """Everything that is wrong with settings, secrets and mounts of ``spec``, by the settings' names; warnings among it.

    Only ``service``, ``job``, ``secrets`` and ``mounts`` count.
    """
    job = spec.job
    found = [one for one in impossible(spec.service, job, {}) if _LATER not in str(one.value)]
    found += mount_problems(spec)
    found += [Violation(name, "must be in S3, s3://bucket/prefix", value=uri) for name in ("staging_uri", "checkpoint_s3_uri")
              if (uri := getattr(job, name)) and _LATER not in uri and not uri.startswith("s3://")]
    found += [Violation(f"secret {one.variable}", "is in AWS Secrets Manager: give its arn", value=one.arn)
              for one in spec.secrets if one.policy is SecretPolicy.SECRETS_MANAGER and not one.arn.startswith("arn:")]
    if job.network_isolation:
        problem = "is read from AWS Secrets Manager by the job, which network_isolation keeps from it"
        by_arn = [one.variable for one in spec.secrets if one.policy is SecretPolicy.SECRETS_MANAGER]
        by_arn += [one.path for one in spec.mounts if one.kind is MountKind.SECRETS_MANAGER]
        found += [Violation(f"secret {name}", problem) for name in by_arn]
    found += without_a_vpc(spec.mounts, job.subnets)
    try:
        violations = prepare(FACES[spec.service], _inputs(spec.service, job)).warnings
    except InvalidInput as refused:
        violations = tuple(refused.violations)
    named = [replace(one, input=setting_of_input(one.input, job)) for one in violations]
    # What is said of the setting is plainer than what is said of a member of the request.
    plain = {one.input for one in named if not one.member}
    told = {one.input for one in found}
    return found + [one for one in named if one.input not in told and not (one.member and one.input in plain)]


def _inputs(service: Service, job: JobSettings) -> dict[str, Any]:
    inputs = {**face_inputs(job), **_OF_THE_STEP[service], "image": UNRESOLVED}
    if service is Service.TRAINING and not any(_LATER in str(getattr(job, name)) for name in _NUMBERS):
        extra = inputs.get("extra_request")
        inputs |= training_inputs(job, _SOMEWHERE)
        if isinstance(extra, Mapping):
            inputs["extra_request"] = merged(inputs["extra_request"], extra)
        elif extra:
            inputs["extra_request"] = extra
    inputs = {name: _known(value) for name, value in inputs.items()}
    # The region is the pod's when none is given.
    inputs["region"] = inputs["region"] or UNRESOLVED
    # Either may turn a refusal into none.
    if any(isinstance(inputs.get(name), Unresolved) for name in ("validation", "extra_request")):
        inputs["validation"] = "warn"
    return inputs


def _known(value: Any) -> Any:
    """The value with what is known at run time only as Unresolved."""
    if isinstance(value, str):
        return UNRESOLVED if _LATER in value else value
    if isinstance(value, Mapping):
        return UNRESOLVED if any(_LATER in str(key) for key in value) else {key: _known(one) for key, one in value.items()}
    return [_known(one) for one in value] if isinstance(value, list | tuple) else value
