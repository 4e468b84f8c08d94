"""What only one of the two kinds of job can have: spot instances, warm pools, private registries, many inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from kfp_sagemaker.container_step.job import plan_job
from kfp_sagemaker.container_step.step_spec import (
    StepSpec,
)
from kfp_sagemaker.errors import InvalidInput

from .executor_inputs import ROOT, executor_input
from .job_requests import SPEC, TRAINING, request, with_job

VPC = {"subnets": "subnet-1", "security_group_ids": "sg-1"}
CREDENTIALS = "arn:aws:lambda:eu-west-1:123456789012:function:f"


def test_a_spot_job_keeps_checkpoints_below_the_task_root_and_waits_twice_as_long_as_it_runs() -> None:
    made = request(with_job(TRAINING, instance_type="ml.p4d.24xlarge", spot_instance=True, max_run_time=3600))
    assert made["EnableManagedSpotTraining"] is True
    assert made["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    assert made["CheckpointConfig"] == {"S3Uri": f"{ROOT}/kfp-sagemaker.files/checkpoints"}
    assert made["ResourceConfig"]["InstanceType"] == "ml.p4d.24xlarge"


@pytest.mark.parametrize(
    ("settings", "checkpoints", "folder"),
    [
        ({"spot_instance": True}, {"S3Uri": f"{ROOT}/kfp-sagemaker.files/checkpoints"}, "/opt/ml/checkpoints"),
        ({"checkpoint_s3_uri": "s3://b/points"}, {"S3Uri": "s3://b/points"}, "/opt/ml/checkpoints"),
        ({"checkpoint_local_path": "/work/points"},
         {"S3Uri": f"{ROOT}/kfp-sagemaker.files/checkpoints", "LocalPath": "/work/points"}, "/work/points"),
        ({}, None, ""),
    ],
)
def test_a_program_is_told_where_its_checkpoints_are_kept(
    settings: dict[str, Any], checkpoints: dict[str, str] | None, folder: str
) -> None:
    spec = with_job(TRAINING, **settings)
    assert request(spec).get("CheckpointConfig") == checkpoints
    told = f"export KFP_SAGEMAKER_CHECKPOINT_DIR={folder}\n"
    assert (told in (plan_job(spec, executor_input()).script or "")) == bool(folder)
    direct = replace(spec, command=("program",), shell=False)
    assert request(direct).get("Environment") == ({"KFP_SAGEMAKER_CHECKPOINT_DIR": folder} if folder else None)


def test_a_program_may_have_a_variable_for_its_checkpoints_already() -> None:
    spec = replace(with_job(TRAINING, spot_instance=True), env=(("KFP_SAGEMAKER_CHECKPOINT_DIR", "/mine"),))
    assert "export KFP_SAGEMAKER_CHECKPOINT_DIR=/mine\n" in (plan_job(spec, executor_input()).script or "")


def test_a_training_job_keeps_its_instances() -> None:
    assert request(with_job(TRAINING, keep_alive="600"))["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 600


@pytest.mark.parametrize("credentials", ["", CREDENTIALS])
def test_a_training_job_pulls_from_a_private_registry(credentials: str) -> None:
    made = request(with_job(TRAINING, registry_access="Vpc", registry_credentials_arn=credentials, **VPC))
    by = {"TrainingRepositoryAuthConfig": {"TrainingRepositoryCredentialsProviderArn": credentials}} if credentials else {}
    assert made["AlgorithmSpecification"]["TrainingImageConfig"] == {"TrainingRepositoryAccessMode": "Vpc", **by}


MANY = executor_input(artifacts={f"a{number}": f"s3://bucket-{number}/k" for number in range(11)})


def test_a_training_job_has_inputs_for_the_artifacts_of_more_than_ten_buckets() -> None:
    assert len(request(TRAINING, MANY)["InputDataConfig"]) == 12


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (with_job(SPEC, spot_instance=True), "spot_instance = True: only training jobs have it: set service: training"),
        (with_job(SPEC, keep_alive=60), "keep_alive = 60: only training jobs have it"),
        (with_job(SPEC, checkpoint_s3_uri="s3://b/c"), "checkpoint_s3_uri = 's3://b/c': only training"),
        (with_job(SPEC, checkpoint_local_path="/c"), "checkpoint_local_path = '/c': only training"),
        (with_job(SPEC, registry_access="Vpc"), "registry_access = 'Vpc': only training"),
        (with_job(SPEC, registry_credentials_arn=CREDENTIALS), "registry_credentials_arn = 'arn:"),
        (with_job(SPEC, instance_type="ml.p4d.24xlarge"),
         "instance_type = 'ml.p4d.24xlarge': is not for processing jobs: set service: training, or choose another type"),
        (with_job(TRAINING, spot_instance=True, keep_alive=60), "keep_alive = 60: warm pools have no spot instances"),
        (with_job(TRAINING, max_wait_time=90_000), "max_wait_time = 90000: is for spot instances: set spot_instance too"),
        (with_job(TRAINING, registry_access="vpc"), "registry_access = 'vpc': must be one of Platform, Vpc"),
        (with_job(TRAINING, registry_access="Vpc"), "registry_access = 'Vpc': a private registry is reached through a VPC"),
        (with_job(TRAINING, registry_credentials_arn=CREDENTIALS), "needs registry_access: Vpc"),
        (with_job(TRAINING, keep_alive="soon"), "keep_alive = 'soon': expected a number of seconds"),
    ],
)
def test_what_a_kind_of_job_cannot_have_is_refused(spec: StepSpec, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        request(spec)
    assert problem in str(refused.value)


def test_too_many_buckets_are_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidInput) as refused:
        request(SPEC, MANY)
    assert ("input artifacts: lie in 11 buckets (bucket-0, bucket-1, bucket-10 ...), and a processing job takes those of 9: "
            "set service: training, which takes those of 19") in str(refused.value)
    assert len(refused.value.violations) == 1


def test_all_that_a_kind_of_job_cannot_have_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        request(with_job(SPEC, keep_alive=60, spot_instance=True, volume_size=99_999))
    assert {each.input for each in refused.value.violations} == {"keep_alive", "spot_instance", "volume_size"}
