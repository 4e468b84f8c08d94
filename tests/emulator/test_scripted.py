"""The execution that plays scripts, from the side of the API: it reports what it is told to, through the events alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sagemaker_local.events import Execution, JobEvents, JobFaults
from sagemaker_local.scripted import HOLD, EndpointScript, JobScript, ScriptedExecution, Step
from waiting import PATIENCE


@dataclass
class Job:
    """A job that notes what is reported."""

    name: str = "job"
    arn: str = "arn"
    kind: str = "TrainingJob"
    request: Mapping[str, Any] = field(default_factory=dict)
    faults: JobFaults = field(default_factory=JobFaults)
    stop_requested: threading.Event = field(default_factory=threading.Event)
    statuses: list[str] = field(default_factory=list)
    metrics: list[tuple[str, float]] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def advance(self, secondary_status: str, message: str = "") -> None:
        self.statuses.append(secondary_status)

    def report_metric(self, name: str, value: float) -> None:
        self.metrics.append((name, value))

    def finish(self, status: str, **result: Any) -> None:
        self.result = {"status": status, **{name: value for name, value in result.items() if value}}
        self.ended.set()


@dataclass
class Deployment:
    """A deployment that notes what is reported."""

    name: str
    arn: str = "arn"
    config: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    statuses: list[tuple[str, str | None]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def advance(self, status: str) -> None:
        self.statuses.append((status, None))

    def finish(self, status: str, *, failure_reason: str | None = None) -> None:
        self.statuses.append((status, failure_reason))
        self.ended.set()


def test_it_is_an_execution() -> None:
    execution: Execution = ScriptedExecution()
    events: JobEvents = Job()
    assert events.name == "job"
    assert execution.description == "scripted statuses, nothing runs"


@pytest.mark.parametrize(
    ("scripts", "faults", "statuses", "result"),
    [
        ({}, JobFaults(), ["Downloading", "Training", "Uploading"], {"status": "Completed"}),
        ({"other": JobScript((), "Failed")}, JobFaults(), ["Downloading", "Training", "Uploading"], {"status": "Completed"}),
        (
            {"j*": JobScript((Step("Pending"),), "Failed", failure_reason="no room", describe={"A": 1})},
            JobFaults(),
            ["Pending"],
            {"status": "Failed", "failure_reason": "no room", "describe": {"A": 1}},
        ),
        ({}, JobFaults(fail_with="bad"), ["Downloading", "Training"], {"status": "Failed", "failure_reason": "bad"}),
        ({"*": JobScript(())}, JobFaults(fail_with="bad"), ["Training"], {"status": "Failed", "failure_reason": "bad"}),
        (
            {"*": JobScript((Step("Training"),))},
            JobFaults(interrupt_after=0),
            ["Training", "Interrupted", "Starting", "Training"],
            {"status": "Completed"},
        ),
    ],
)
def test_a_job_plays_its_script(
    scripts: dict[str, JobScript], faults: JobFaults, statuses: list[str], result: dict[str, Any]
) -> None:
    job = Job(faults=faults)
    ScriptedExecution(jobs=scripts).start_job(job)
    assert job.ended.wait(PATIENCE)
    assert job.statuses == statuses
    assert job.result == result


def test_a_held_step_lasts_until_it_is_released() -> None:
    execution = ScriptedExecution(jobs={"*": JobScript((Step("Training", HOLD), Step("Uploading", HOLD)))})
    job = Job()
    execution.start_job(job)
    execution.release("job")
    assert not job.ended.is_set()
    execution.release("job")
    assert job.ended.wait(PATIENCE)
    assert job.statuses == ["Training", "Uploading"]


@pytest.mark.parametrize("seconds", [HOLD, 3600])
@pytest.mark.parametrize(("heeds_stop", "status"), [(True, "Stopped"), (False, "Completed")])
def test_a_stop_request_ends_a_step_unless_the_script_is_deaf(heeds_stop: bool, status: str, seconds: float) -> None:
    execution = ScriptedExecution(jobs={"*": JobScript((Step("Training", seconds),), heeds_stop=heeds_stop)})
    job = Job()
    execution.start_job(job)
    job.stop_requested.set()
    if not heeds_stop:
        assert not job.ended.wait(0.1)
        execution.close()
    assert job.ended.wait(PATIENCE)
    assert job.result["status"] == status


def test_a_slow_status_lasts_longer(until: Callable[..., Any]) -> None:
    job = Job(faults=JobFaults(slow={"Downloading": 3600.0}))
    execution = ScriptedExecution()
    execution.start_job(job)
    until(lambda: job.statuses == ["Downloading"])
    assert not job.ended.is_set()
    execution.close()
    assert job.ended.wait(PATIENCE)


def test_an_endpoint_plays_the_script_of_its_configuration() -> None:
    script = EndpointScript((Step("RollingBack"),), "RolledBack", "unhealthy")
    execution = ScriptedExecution(endpoints={"bad-*": script})
    good, bad = (Deployment("e", config={"EndpointConfigName": name}) for name in ("good", "bad-1"))
    execution.start_endpoint(good)
    execution.update_endpoint(bad)
    assert good.ended.wait(PATIENCE)
    assert bad.ended.wait(PATIENCE)
    assert good.statuses == [("InService", None)]
    assert bad.statuses == [("RollingBack", None), ("RolledBack", "unhealthy")]
