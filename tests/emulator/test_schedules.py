"""Monitoring schedules: Pending while something changes, then Scheduled, Stopped or what a script says."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from create_requests import REQUESTS
from sagemaker_local.scripted import HOLD, ScheduleScript, ScriptedExecution

EVERY_STATUS = ("Pending", "Failed", "Scheduled", "Stopped")


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    scripts = {
        "held-*": ScheduleScript(HOLD),
        "failing": ScheduleScript(status="Failed", failure_reason="The role cannot be assumed."),
        **{f"ends-{status}": ScheduleScript(status=status) for status in EVERY_STATUS},
    }
    return ScriptedExecution(schedules=scripts, deletions={"held-deletion": HOLD})


@pytest.fixture
def described(sagemaker: Any, until: Callable[..., Any]) -> Callable[[str, str], dict[str, Any]]:
    """What Describe shows of a schedule once it is in a status."""

    def wait(name: str, status: str) -> dict[str, Any]:
        def shown() -> dict[str, Any] | None:
            answer: dict[str, Any] = sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
            return answer if answer["MonitoringScheduleStatus"] == status else None

        found: dict[str, Any] = until(shown)
        return found

    return wait


@pytest.fixture
def create(sagemaker: Any, make_request: Callable[..., Any], described: Any) -> Callable[..., dict[str, Any]]:
    def run(name: str, status: str = "Scheduled", **members: Any) -> dict[str, Any]:
        sagemaker.create_monitoring_schedule(**make_request("MonitoringSchedule", name, **members))
        found: dict[str, Any] = described(name, status)
        return found

    return run


def test_a_new_schedule_is_pending_and_then_scheduled(
    create: Callable[..., Any], execution: ScriptedExecution, described: Any
) -> None:
    pending = create("held-new", "Pending")
    assert (pending["MonitoringType"], pending["EndpointName"]) == ("DataQuality", "watched")
    execution.release("held-new")
    assert described("held-new", "Scheduled")["LastModifiedTime"] > pending["LastModifiedTime"]


def test_an_update_replaces_the_configuration_and_is_pending(
    sagemaker: Any, create: Callable[..., Any], execution: ScriptedExecution, described: Any
) -> None:
    create("held-update", "Pending")
    execution.release("held-update")
    described("held-update", "Scheduled")
    config = copy.deepcopy(REQUESTS["MonitoringSchedule"]["MonitoringScheduleConfig"])
    config["ScheduleConfig"]["ScheduleExpression"] = "cron(0 12 ? * * *)"

    answer = sagemaker.update_monitoring_schedule(MonitoringScheduleName="held-update", MonitoringScheduleConfig=config)

    assert answer["MonitoringScheduleArn"].endswith(":monitoring-schedule/held-update")
    described("held-update", "Pending")
    execution.release("held-update")
    assert described("held-update", "Scheduled")["MonitoringScheduleConfig"] == config


def test_stop_and_start(sagemaker: Any, create: Callable[..., Any], described: Any) -> None:
    create("paused")
    sagemaker.stop_monitoring_schedule(MonitoringScheduleName="paused")
    described("paused", "Stopped")
    sagemaker.start_monitoring_schedule(MonitoringScheduleName="paused")
    described("paused", "Scheduled")


def test_a_failed_schedule_says_why_and_can_be_updated(
    sagemaker: Any, create: Callable[..., Any], execution: ScriptedExecution, described: Any
) -> None:
    assert create("failing", "Failed")["FailureReason"] == "The role cannot be assumed."
    execution.schedules["failing"] = ScheduleScript()
    sagemaker.update_monitoring_schedule(
        MonitoringScheduleName="failing", **copy.deepcopy(REQUESTS["MonitoringSchedule"])
    )
    assert "FailureReason" not in described("failing", "Scheduled")


@pytest.mark.parametrize(
    ("verb", "done"), [("update", "updated"), ("start", "started"), ("stop", "stopped"), ("delete", "deleted")]
)
def test_a_pending_schedule_cannot_be_changed(sagemaker: Any, create: Callable[..., Any], verb: str, done: str) -> None:
    create(f"held-{verb}-early", "Pending")
    members = copy.deepcopy(REQUESTS["MonitoringSchedule"]) if verb == "update" else {}
    with pytest.raises(ClientError, match=f"Monitoring schedule in status Pending cannot be {done}"):
        getattr(sagemaker, f"{verb}_monitoring_schedule")(MonitoringScheduleName=f"held-{verb}-early", **members)


def test_a_deletion_takes_its_time(
    sagemaker: Any, create: Callable[..., Any], execution: ScriptedExecution, until: Callable[..., Any], described: Any
) -> None:
    create("held-deletion", "Pending")
    execution.release("held-deletion")
    described("held-deletion", "Scheduled")

    sagemaker.delete_monitoring_schedule(MonitoringScheduleName="held-deletion")

    described("held-deletion", "Pending")
    execution.release("held-deletion")
    until(lambda: not sagemaker.list_monitoring_schedules(NameContains="held-deletion")["MonitoringScheduleSummaries"])
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_monitoring_schedule(MonitoringScheduleName="held-deletion")


def test_a_schedule_needs_its_job_definition(sagemaker: Any, make_request: Callable[..., Any], create: Any) -> None:
    config = {
        "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
        "MonitoringJobDefinitionName": "bias",
        "MonitoringType": "ModelBias",
    }
    with pytest.raises(ClientError, match=r"Job Definition .*:model-bias-job-definition/bias not found"):
        create("by-name", MonitoringScheduleConfig=config)

    sagemaker.create_model_bias_job_definition(**make_request("ModelBiasJobDefinition", "bias"))
    assert create("by-name", MonitoringScheduleConfig=config)["MonitoringType"] == "ModelBias"

    found = sagemaker.list_monitoring_schedules(MonitoringJobDefinitionName="bias", MonitoringTypeEquals="ModelBias")
    assert [each["MonitoringScheduleName"] for each in found["MonitoringScheduleSummaries"]] == ["by-name"]


@pytest.mark.parametrize("status", EVERY_STATUS)
def test_every_status_of_the_service_can_be_scripted(sagemaker: Any, create: Callable[..., Any], status: str) -> None:
    assert set(sagemaker.meta.service_model.shape_for("ScheduleStatus").enum) == set(EVERY_STATUS)
    assert create(f"ends-{status}", status)["MonitoringScheduleStatus"] == status
