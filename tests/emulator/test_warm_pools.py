"""Warm pools as Describe, List, Update and Delete show them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local.scripted import HOLD, JobScript, ScriptedExecution, Step

RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
NETWORK = {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    return ScriptedExecution(jobs={
        "held-*": JobScript((Step("Training", HOLD),)),
        "wrong-*": JobScript(status="Failed", failure_reason="AlgorithmError: , exit code: 1"),
        "broken-*": JobScript(status="Failed", failure_reason="InternalServerError: host lost"),
        "*": JobScript(),
    })


@pytest.fixture
def own_size() -> int:
    """A volume size of the test's own, so that no pool of another test matches."""
    return 100 + next(_numbers)


@pytest.fixture
def train(sagemaker: Any, make_request: Callable[..., Any], until: Callable[..., Any], own_size: int) -> Callable[..., str]:
    """Runs a training job to its end, or (``held``) starts it; its name."""

    def run(seconds: int | None = 600, kind: str = "job", **members: Any) -> str:
        resources = {**RESOURCES, "VolumeSizeInGB": own_size, **members.pop("resources", {})}
        resources |= {} if seconds is None else {"KeepAlivePeriodInSeconds": seconds}
        name = f"{kind}-{next(_numbers)}"
        sagemaker.create_training_job(**make_request("TrainingJob", name, **{"ResourceConfig": resources, **members}))
        if kind != "held":
            until(lambda: describe(sagemaker, name)["TrainingJobStatus"] in ("Completed", "Failed", "Stopped"))
        return name

    return run


def describe(sagemaker: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
    return found


def pool(sagemaker: Any, name: str) -> dict[str, Any] | None:
    return describe(sagemaker, name).get("WarmPoolStatus")


def test_a_pool_moves_from_job_to_job(
    sagemaker: Any, execution: ScriptedExecution, train: Callable[..., str], until: Callable[..., Any]
) -> None:
    first = train()
    assert pool(sagemaker, first) == {"Status": "Available"}
    second = train(kind="held")
    reused = pool(sagemaker, first)
    assert reused is not None
    assert (reused["Status"], reused["ReusedByJob"]) == ("Reused", second)
    assert reused["ResourceRetainedBillableTimeInSeconds"] >= 0
    assert pool(sagemaker, second) == {"Status": "InUse"}
    execution.release(second)
    until(lambda: pool(sagemaker, second) == {"Status": "Available"})
    listed = sagemaker.list_training_jobs(WarmPoolStatusEquals="Available", MaxResults=100)["TrainingJobSummaries"]
    assert second in [each["TrainingJobName"] for each in listed]
    assert first not in [each["TrainingJobName"] for each in listed]


def test_a_job_without_a_period_ends_the_pool(sagemaker: Any, train: Callable[..., str]) -> None:
    first, second = train(), train(None)
    reused = pool(sagemaker, first)
    assert reused is not None
    assert reused["ReusedByJob"] == second
    assert pool(sagemaker, second) == {"Status": "Terminated"}


def test_a_job_without_a_pool_shows_none(sagemaker: Any, train: Callable[..., str]) -> None:
    assert pool(sagemaker, train(None)) is None


@pytest.mark.parametrize("change", [
    {"RoleArn": "arn:aws:iam::123456789012:role/other"}, {"resources": {"InstanceCount": 2}},
    {"resources": {"InstanceType": "ml.m5.xlarge"}}, {"resources": {"VolumeSizeInGB": 99}},
    {"resources": {"VolumeKmsKeyId": "key"}}, {"VpcConfig": {**NETWORK, "SecurityGroupIds": ["sg-2"]}},
    {"EnableNetworkIsolation": True}, {"EnableInterContainerTrafficEncryption": True},
])  # fmt: skip
def test_a_job_that_differs_does_not_get_the_pool(sagemaker: Any, train: Callable[..., str], change: dict[str, Any]) -> None:
    first = train(VpcConfig=NETWORK)
    train(**{"VpcConfig": NETWORK, **change})
    assert pool(sagemaker, first) == {"Status": "Available"}
    train(VpcConfig={**NETWORK, "Subnets": ["subnet-2", "subnet-1"]}, HyperParameters={"another": "1"})
    assert pool(sagemaker, first) != {"Status": "Available"}


@pytest.mark.parametrize(("kind", "status"), [("wrong", "Available"), ("broken", "Terminated")])
def test_a_pool_is_kept_when_the_cluster_is_well(sagemaker: Any, train: Callable[..., str], kind: str, status: str) -> None:
    found = pool(sagemaker, train(kind=kind))
    assert found is not None
    assert found["Status"] == status


def test_a_stopped_job_leaves_a_pool(sagemaker: Any, train: Callable[..., str], until: Callable[..., Any]) -> None:
    name = train(kind="held")
    until(lambda: describe(sagemaker, name)["SecondaryStatus"] == "Training")
    sagemaker.stop_training_job(TrainingJobName=name)
    until(lambda: pool(sagemaker, name) == {"Status": "Available"})


def test_a_pool_ends_by_itself(sagemaker: Any, train: Callable[..., str], until: Callable[..., Any]) -> None:
    name = train(1)
    until(lambda: (pool(sagemaker, name) or {})["Status"] == "Terminated")
    assert pool(sagemaker, name) == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 1}
    assert describe(sagemaker, name)["TrainingJobStatus"] == "Completed"


def test_a_period_is_changed_and_a_pool_ended_by_update(sagemaker: Any, train: Callable[..., str]) -> None:
    name = train()
    update(sagemaker, name, 3600)
    assert describe(sagemaker, name)["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 3600
    with pytest.raises(ClientError, match="cannot be deleted while its warm pool is Available"):
        sagemaker.delete_training_job(TrainingJobName=name)
    update(sagemaker, name, 0)
    ended = pool(sagemaker, name)
    assert ended is not None
    assert ended["Status"] == "Terminated"
    with pytest.raises(ClientError, match="has no warm pool that is Available"):
        update(sagemaker, name, 60)
    with pytest.raises(ClientError, match="does not offer ProfilerConfig in UpdateTrainingJob"):
        sagemaker.update_training_job(TrainingJobName=name, ProfilerConfig={"DisableProfiler": True})
    sagemaker.delete_training_job(TrainingJobName=name)


def update(sagemaker: Any, name: str, seconds: int) -> None:
    sagemaker.update_training_job(TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": seconds})
