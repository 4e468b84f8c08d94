"""Settings that are known to be wrong before a step runs: alone, together, and with secrets and volumes."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.container_step.refusals import refusals
from kfp_sagemaker.container_step.step_spec import (
    JobSettings,
    Mount,
    MountKind,
    Secret,
    SecretPolicy,
    Service,
    StepSpec,
)

LATER = "{{$.inputs.parameters['x']}}"
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token"
BY_ARN = Secret("TOKEN", SecretPolicy.SECRETS_MANAGER, ARN)
IN_A_VPC = {"subnets": "subnet-0123abcd", "security_group_ids": "sg-0123abcd"}


def told(service: Service, settings: dict[str, Any], **more: Any) -> list[str]:
    return [str(one) for one in refusals(StepSpec("", service=service, job=JobSettings(**settings), **more))]


@pytest.mark.parametrize("service", list(Service))
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"role": LATER, "max_run_time": LATER, "volume_size": LATER, "tags": {"a": LATER}},
        {"tags": {str(number): "" for number in range(40)}, **IN_A_VPC},
        {"more": {"wait_for_capacity": 600}},
        {"more": {"extra_request": LATER}},
    ],
)
def test_what_may_be_right_is_not_refused(service: Service, settings: dict[str, Any]) -> None:
    assert told(service, settings) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"spot_instance": True},
        {"spot_instance": True, "max_wait_time": 90_000, "checkpoint_s3_uri": "s3://b/c"},
        {"spot_instance": True, "max_wait_time": LATER},
        {"keep_alive": 600},
        {"keep_alive": LATER},
        {"registry_access": "Vpc", **IN_A_VPC},
        {"max_run_time": 1_000_000},
        {"more": {"extra_request": {"RetryStrategy": {"MaximumRetryAttempts": 2}}}},
    ],
)
def test_what_training_jobs_have_is_not_refused(settings: dict[str, Any]) -> None:
    assert told(Service.TRAINING, settings) == []


@pytest.mark.parametrize(
    ("service", "settings", "problem"),
    [
        (Service.PROCESSING, {"max_run_time": 1_000_000}, "the maximum is 777600"),
        (Service.PROCESSING, {"spot_instance": True}, "spot_instance = True: only training jobs have it"),
        (Service.PROCESSING, {"instance_type": "ml.p4d.24xlarge"}, "is not for processing jobs"),
        (Service.PROCESSING, {"tags": {str(number): "" for number in range(60)}}, "60 items, the maximum is 50"),
        (Service.PROCESSING, {"subnets": "subnet-0123abcd", "security_group_ids": ""}, "security_group"),
        (Service.PROCESSING, {"staging_uri": "gs://bucket"}, "staging_uri = 'gs://bucket': must be in S3"),
        (Service.TRAINING, {"spot_instance": True, "max_wait_time": 60}, "max_run_time"),
        (Service.TRAINING, {"spot_instance": True, "max_wait_time": 90_000, "max_run_time": 172_800}, "max_run_time"),
        (Service.TRAINING, {"max_wait_time": 60}, "is for spot instances"),
        (Service.TRAINING, {"spot_instance": True, "keep_alive": 600}, "warm pools have no spot instances"),
        (Service.TRAINING, {"checkpoint_s3_uri": "/tmp"}, "checkpoint_s3_uri = '/tmp': must be in S3"),
        (Service.TRAINING, {"keep_alive": 10_000_000}, "KeepAlivePeriodInSeconds"),
        (Service.TRAINING, {"more": {"extra_request": {"NoSuch": 1}}}, "NoSuch"),
    ],
)
def test_what_the_step_or_sagemaker_would_refuse(service: Service, settings: dict[str, Any], problem: str) -> None:
    found = told(service, settings)
    assert any(problem in one for one in found), found


@pytest.mark.parametrize(
    ("settings", "more", "problem"),
    [
        ({"network_isolation": True}, {"secrets": (BY_ARN,)}, "secret TOKEN: is read from AWS Secrets Manager"),
        ({"network_isolation": True}, {"mounts": (Mount("/s", MountKind.SECRETS_MANAGER, ARN),)}, "secret /s: is read from"),
        ({}, {"secrets": (Secret("TOKEN", SecretPolicy.SECRETS_MANAGER, "token"),)}, "give its arn"),
        ({"subnets": ""}, {"mounts": (Mount("/data", MountKind.EFS, "fs-0123abcd"),)}, "which is reached through a VPC"),
        ({}, {"mounts": (Mount("data", MountKind.DIRECTORY),)}, "volume at data"),
    ],
)
def test_what_secrets_and_volumes_need(settings: dict[str, Any], more: dict[str, Any], problem: str) -> None:
    (found,) = told(Service.TRAINING, settings, **more)
    assert problem in found


def test_a_setting_is_told_once() -> None:
    (found,) = told(Service.TRAINING, {"subnets": "subnet-0123abcd", "security_group_ids": ""})
    assert found == "security_group_ids: required when vpc_subnets is given: a VPC needs both, or neither"


def test_secrets_in_the_environment_need_no_network() -> None:
    secrets = (Secret("TOKEN", SecretPolicy.ENVIRONMENT),)
    assert told(Service.PROCESSING, {"network_isolation": True}, secrets=secrets) == []
