"""``kfp-sagemaker stop --run``: the jobs of one run are stopped, found by their tag; all else is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from click.testing import CliRunner, Result
from kfp_sagemaker.cli import main
from kfp_sagemaker.service_model import model
from sagemaker_local import LocalSageMaker, Settings, start
from sagemaker_local.fault_rules import parse_rules
from sagemaker_local.scripted import HOLD, JobScript, ScriptedExecution, Step

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
RUN, OTHER_RUN = "run-1", "run-2"
RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalSageMaker]:
    execution = ScriptedExecution(jobs={"ended*": JobScript(), "*": JobScript(steps=(Step("Training", HOLD),))})
    with start(Settings(), execution) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def sagemaker(local: LocalSageMaker) -> Any:
    return boto3.session.Session().client("sagemaker")


def train(sagemaker: Any, name: str, run: str | None) -> None:
    tags = [{"Key": "kfp:run-id", "Value": run}] if run else []
    sagemaker.create_training_job(
        TrainingJobName=name, RoleArn=ROLE, Tags=tags, ResourceConfig=RESOURCES,
        AlgorithmSpecification={"TrainingImage": "image:1", "TrainingInputMode": "File"},
        OutputDataConfig={"S3OutputPath": "s3://bucket/out"}, StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


def process(sagemaker: Any, name: str, run: str) -> None:
    sagemaker.create_processing_job(
        ProcessingJobName=name, RoleArn=ROLE, Tags=[{"Key": "kfp:run-id", "Value": run}],
        AppSpecification={"ImageUri": "image:1"}, ProcessingResources={"ClusterConfig": RESOURCES},
    )


def stop(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["stop", "--run", RUN, *arguments], standalone_mode=False)


def stopped(local: LocalSageMaker) -> list[str]:
    return sorted(call.name for call in local.calls if call.operation.startswith("Stop"))


def test_the_jobs_of_the_run_are_stopped_and_no_others(local: LocalSageMaker, sagemaker: Any) -> None:
    train(sagemaker, "a", RUN)
    train(sagemaker, "b", OTHER_RUN)
    train(sagemaker, "c", None)
    process(sagemaker, "d", RUN)
    result = stop("--json")
    assert result.exception is None, result.output
    assert stopped(local) == ["a", "d"]
    assert {(outcome["arn"].rpartition("/")[2], outcome["result"]) for outcome in json.loads(result.stdout)} == {
        ("a", "stopped"), ("d", "stopped")}


def test_what_has_ended_and_what_is_no_job_is_left(local: LocalSageMaker, sagemaker: Any) -> None:
    train(sagemaker, "ended-1", RUN)
    sagemaker.create_model(ModelName="kept", PrimaryContainer={"Image": "image:1"}, ExecutionRoleArn=ROLE,
                           Tags=[{"Key": "kfp:run-id", "Value": RUN}])
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName="ended-1", WaiterConfig={"Delay": 0.1, "MaxAttempts": 900})
    result = stop()
    assert "already ended" in result.stdout
    assert "left             arn:aws:sagemaker:us-east-1:123456789012:model/kept" in result.stdout
    assert stopped(local) == []
    assert sagemaker.describe_model(ModelName="kept")["ModelName"] == "kept"


def test_more_jobs_than_a_page_holds(local: LocalSageMaker, sagemaker: Any) -> None:
    for number in range(120):
        process(sagemaker, f"job-{number}", RUN)
    stop()
    assert len(stopped(local)) == 120


def test_a_dry_run_only_says_it(local: LocalSageMaker, sagemaker: Any) -> None:
    train(sagemaker, "a", RUN)
    assert "would be stopped" in stop("--dry-run").stdout
    assert stopped(local) == []


def test_no_credentials_at_all_is_told_as_a_step_tells_it(local: LocalSageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    fresh = botocore.session.get_session()  # the one of this process has found the credentials of other tests
    monkeypatch.setattr(model, "session", lambda: fresh)
    result = CliRunner().invoke(main, ["stop", "--run", RUN])
    assert result.exit_code == 2
    assert "no AWS credentials found" in result.output
    assert "AWS_ACCESS_KEY_ID" in result.output


def test_a_run_without_resources_says_so(local: LocalSageMaker) -> None:
    assert "Nothing is tagged kfp:run-id=run-1 in us-east-1." in stop().stdout


@pytest.mark.parametrize("operation", ["tagging:GetResources", "StopTrainingJob"])
def test_a_denial_is_told_and_ends_with_status_1(local: LocalSageMaker, sagemaker: Any, operation: str) -> None:
    train(sagemaker, "a", RUN)
    local.faults.add(parse_rules([{"operation": operation, "fault": "access_denied"}]))
    result = CliRunner().invoke(main, ["stop", "--run", RUN])
    assert result.exit_code == 1
    assert f"may not {'tag' if operation.startswith('tagging') else 'sagemaker'}:" in result.output
    assert "Traceback" not in result.output
