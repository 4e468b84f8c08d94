"""The statuses, times and results of a job as Describe shows them while the execution reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local import LocalSageMaker
from sagemaker_local.scripted import HOLD, JobScript, ScriptedExecution, Step

ALL_SECONDARY = ("Downloading", "Training", "Uploading")

SCRIPTS = {
    "held-*": JobScript((Step("Downloading", HOLD), Step("Training", HOLD), Step("Uploading", HOLD))),
    "deaf-*": JobScript((Step("Training", HOLD),), heeds_stop=False),
    "failing-*": JobScript(status="Failed", failure_reason="AlgorithmError: exit code 3", exit_message="no more memory"),
    "overtime-*": JobScript(status="Stopped", secondary_status="MaxRuntimeExceeded"),
    "result-*": JobScript(
        describe={
            "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/out/model.tar.gz"},
            "FinalMetricDataList": [{"MetricName": "accuracy", "Value": 0.5, "Timestamp": 1.0}],
            "BillableTimeInSeconds": 77,
        }
    ),
    "messages-*": JobScript((Step("Training", message="Epoch 1"),), exit_message="done"),
}


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    return ScriptedExecution(jobs=SCRIPTS)


@pytest.fixture
def train(
    sagemaker: Any, make_request: Callable[..., Any], until: Callable[..., Any]
) -> Callable[..., dict[str, Any]]:
    """Creates a training job and returns what Describe shows once it is in the given (secondary) status."""

    def run(name: str, secondary_status: str) -> dict[str, Any]:
        sagemaker.create_training_job(**make_request("TrainingJob", name))
        found: dict[str, Any] = until(lambda: in_status(sagemaker, name, secondary_status))
        return found

    return run


def in_status(sagemaker: Any, name: str, secondary_status: str) -> dict[str, Any] | None:
    described: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
    return described if described["SecondaryStatus"] == secondary_status else None


def test_a_training_job_goes_through_its_secondary_statuses(
    sagemaker: Any, train: Callable[..., Any], execution: ScriptedExecution, until: Callable[..., Any]
) -> None:
    shown = train("held-1", "Downloading")
    started = shown["TrainingStartTime"]
    for status in ("Training", "Uploading"):
        assert shown["TrainingJobStatus"] == "InProgress"
        assert "TrainingEndTime" not in shown
        execution.release("held-1")
        shown = until(lambda status=status: in_status(sagemaker, "held-1", status))
    execution.release("held-1")
    ended = until(lambda: in_status(sagemaker, "held-1", "Completed"))

    assert ended["TrainingJobStatus"] == "Completed"
    assert ended["TrainingStartTime"] == started
    assert ended["TrainingEndTime"] >= started
    assert ended["TrainingTimeInSeconds"] >= 1
    assert ended["BillableTimeInSeconds"] == ended["TrainingTimeInSeconds"]
    transitions = ended["SecondaryStatusTransitions"]
    assert [transition["Status"] for transition in transitions] == ["Starting", *ALL_SECONDARY, "Completed"]
    assert all(transition["EndTime"] >= transition["StartTime"] for transition in transitions)
    assert all(transition["StatusMessage"] for transition in transitions)


def test_the_last_transition_of_a_running_job_is_open(train: Callable[..., Any], execution: ScriptedExecution) -> None:
    transitions = train("held-open", "Downloading")["SecondaryStatusTransitions"]
    assert "EndTime" in transitions[0]
    assert "EndTime" not in transitions[-1]


@pytest.mark.parametrize(
    ("name", "secondary_status", "status", "members"),
    [
        ("failing-1", "Failed", "Failed", {"FailureReason": "AlgorithmError: exit code 3"}),
        ("overtime-1", "MaxRuntimeExceeded", "Stopped", {}),
        (
            "result-1",
            "Completed",
            "Completed",
            {"ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/out/model.tar.gz"}, "BillableTimeInSeconds": 77},
        ),
    ],
)
def test_a_training_job_ends_as_the_execution_says(
    train: Callable[..., Any], name: str, secondary_status: str, status: str, members: dict[str, Any]
) -> None:
    ended = train(name, secondary_status)
    assert ended["TrainingJobStatus"] == status
    assert {member: ended[member] for member in members} == members
    assert ended["SecondaryStatusTransitions"][-1]["Status"] == secondary_status


def test_metrics_are_part_of_the_result(train: Callable[..., Any]) -> None:
    (metric,) = train("result-2", "Completed")["FinalMetricDataList"]
    assert (metric["MetricName"], metric["Value"]) == ("accuracy", 0.5)


def test_a_message_of_the_execution_replaces_the_usual_one(train: Callable[..., Any]) -> None:
    transitions = train("messages-1", "Completed")["SecondaryStatusTransitions"]
    assert [transition["StatusMessage"] for transition in transitions if transition["Status"] == "Training"] == ["Epoch 1"]


@pytest.mark.parametrize(
    ("name", "status", "members"),
    [
        ("plain", "Completed", {}),
        ("messages-1", "Completed", {"ExitMessage": "done"}),
        ("failing-1", "Failed", {"FailureReason": "AlgorithmError: exit code 3", "ExitMessage": "no more memory"}),
    ],
)
def test_a_processing_job_ends_as_the_execution_says(
    sagemaker: Any,
    make_request: Callable[..., Any],
    until: Callable[..., Any],
    name: str,
    status: str,
    members: dict[str, str],
) -> None:
    sagemaker.create_processing_job(**make_request("ProcessingJob", name))

    def ended() -> dict[str, Any] | None:
        described: dict[str, Any] = sagemaker.describe_processing_job(ProcessingJobName=name)
        return described if described["ProcessingJobStatus"] != "InProgress" else None

    shown = until(ended)

    assert shown["ProcessingJobStatus"] == status
    assert {member: shown[member] for member in members} == members
    assert shown["CreationTime"] <= shown["ProcessingStartTime"] <= shown["ProcessingEndTime"]
    assert shown["ProcessingEndTime"] == shown["LastModifiedTime"]


def test_a_transform_job_has_a_start_and_an_end(
    sagemaker: Any, make_request: Callable[..., Any], until: Callable[..., Any], execution: ScriptedExecution
) -> None:
    def shown() -> dict[str, Any]:
        described: dict[str, Any] = sagemaker.describe_transform_job(TransformJobName="held-transform")
        return described

    sagemaker.create_transform_job(**make_request("TransformJob", "held-transform"))
    running = until(lambda: shown() if "TransformStartTime" in shown() else None)
    assert running["TransformJobStatus"] == "InProgress"
    assert "TransformEndTime" not in running

    for _ in ALL_SECONDARY:
        execution.release("held-transform")
    ended = until(lambda: shown() if shown()["TransformJobStatus"] == "Completed" else None)

    assert ended["TransformEndTime"] >= ended["TransformStartTime"] == running["TransformStartTime"]


@pytest.mark.parametrize("status", ["InProgress", "Completed", "Failed", "Stopping", "Stopped"])
def test_every_status_of_a_transform_job_can_be_scripted(
    sagemaker: Any, execution: ScriptedExecution, make_request: Callable[..., Any], until: Any, status: str
) -> None:
    assert status in sagemaker.meta.service_model.shape_for("TransformJobStatus").enum
    name = f"transform-{status}"
    ends = JobScript(status=status, failure_reason="ClientError: no" if status == "Failed" else None)
    execution.jobs[name] = JobScript((Step(status, HOLD),)) if status in ("InProgress", "Stopping") else ends
    sagemaker.create_transform_job(**make_request("TransformJob", name))
    until(lambda: sagemaker.describe_transform_job(TransformJobName=name)["TransformJobStatus"] == status)


def test_stop_shows_stopping_at_once_and_then_stopped(
    sagemaker: Any, train: Callable[..., Any], until: Callable[..., Any], execution: ScriptedExecution
) -> None:
    train("deaf-1", "Training")

    sagemaker.stop_training_job(TrainingJobName="deaf-1")

    shown = sagemaker.describe_training_job(TrainingJobName="deaf-1")
    assert (shown["TrainingJobStatus"], shown["SecondaryStatus"]) == ("Stopping", "Stopping")
    sagemaker.stop_training_job(TrainingJobName="deaf-1")  # a second time is no error

    train("held-stop", "Downloading")
    sagemaker.stop_training_job(TrainingJobName="held-stop")
    ended = until(lambda: in_status(sagemaker, "held-stop", "Stopped"))
    assert ended["TrainingJobStatus"] == "Stopped"
    assert [transition["Status"] for transition in ended["SecondaryStatusTransitions"]][-2:] == ["Stopping", "Stopped"]


def test_a_job_may_end_otherwise_while_it_is_stopping(
    sagemaker: Any, train: Callable[..., Any], until: Callable[..., Any], execution: ScriptedExecution
) -> None:
    train("deaf-2", "Training")
    sagemaker.stop_training_job(TrainingJobName="deaf-2")
    execution.release("deaf-2")
    assert until(lambda: in_status(sagemaker, "deaf-2", "Completed"))["TrainingJobStatus"] == "Completed"


@pytest.mark.parametrize(("name", "status"), [("ended-1", "Completed"), ("failing-stop", "Failed")])
def test_a_job_that_ended_cannot_be_stopped(sagemaker: Any, train: Callable[..., Any], name: str, status: str) -> None:
    train(name, status)
    with pytest.raises(ClientError, match=f"request was rejected because the training job is in status {status}"):
        sagemaker.stop_training_job(TrainingJobName=name)


def test_the_name_of_a_job_that_ended_stays_taken(
    sagemaker: Any, train: Callable[..., Any], make_request: Callable[..., Any]
) -> None:
    train("failing-again", "Failed")
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        sagemaker.create_training_job(**make_request("TrainingJob", "failing-again"))


def test_a_running_job_cannot_be_deleted(sagemaker: Any, train: Callable[..., Any]) -> None:
    train("held-delete", "Downloading")
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="cannot be deleted while it is running"):
        sagemaker.delete_training_job(TrainingJobName="held-delete")


def test_every_status_of_the_service_can_be_scripted(
    local: LocalSageMaker, sagemaker: Any, execution: ScriptedExecution, make_request: Callable[..., Any], until: Any
) -> None:
    statuses = sagemaker.meta.service_model.shape_for("SecondaryStatus").enum
    for status in statuses:
        execution.jobs[f"status-{status}"] = JobScript((Step(status, HOLD),))
        sagemaker.create_training_job(**make_request("TrainingJob", f"status-{status}"))
        assert until(lambda status=status: in_status(sagemaker, f"status-{status}", status))
