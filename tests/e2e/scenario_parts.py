"""What scenarios are made of: a case's step and its end, what workers and faults do, and looks at what is there."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from proof.steps import Ended
from sagemaker_local.calls import Call
from sagemaker_local.fault_rules import parse_rules

from .eventually import eventually
from .kinds import Case
from .step import Step
from .world import NAMESPACE, World

LOG_GROUPS = {"TrainingJob": "/aws/sagemaker/TrainingJobs", "HyperParameterTuningJob": "/aws/sagemaker/TrainingJobs",
              "ProcessingJob": "/aws/sagemaker/ProcessingJobs"}


def name_of(case: Case, scenario: str) -> str:
    """A resource's name: of the longest kinds, and within 32 characters for tuning jobs."""
    return f"{case.kind.lower()[:18]}-{scenario}"


def task_of(world: World, case: Case, scenario: str, mode: str = "succeed", **inputs: Any) -> Step:
    given = {**case.inputs(name_of(case, scenario), mode), **inputs}
    number = len(list((world.directory / "steps").glob(f"{case.kind}-{scenario}-*")))
    return world.task(case.component, f"{case.kind}-{scenario}-{number}", **given)


def end_of(task: Step) -> Ended:
    """Waits for the last process of the task. No step shows a traceback."""
    process = task.programs[-1]
    status = process.wait()
    ended = Ended(status, "", process.stderr)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended


def creations(world: World, case: Case, name: str) -> list[Call]:
    """The successful calls that made the resource."""
    operation = "StartPipelineExecution" if case.kind == "PipelineExecution" else f"Create{case.kind}"
    return [call for call in world.local.calls if (call.operation, call.http_status) == (operation, 200)
            and call.caller == "client" and name in call.parameters.values()]


def updates(world: World, case: Case, name: str) -> list[Call]:
    """The successful calls that changed the resource."""
    return [call for call in world.local.calls if (call.operation, call.http_status) == (f"Update{case.kind}", 200)
            and call.caller == "client" and name in call.parameters.values()]


def describe(world: World, case: Case, name: str) -> Mapping[str, Any] | None:
    """What the local SageMaker has under that name, or None."""
    sagemaker = world.aws()
    method = next(name for name, called in sagemaker.meta.method_to_api_mapping.items() if called == f"Describe{case.kind}")
    member = "JobDefinitionName" if case.kind.endswith("JobDefinition") else f"{case.kind}Name"
    try:
        found: Mapping[str, Any] = getattr(sagemaker, method)(**{member: name})
    except sagemaker.exceptions.ClientError:
        return None
    return found


def status(world: World, case: Case, name: str) -> str | None:
    return (describe(world, case, name) or {}).get(f"{case.kind}Status")


def label(world: World, case: Case, name: str, labels: Any) -> None:
    """Stands for the workers of a labeling job; of other kinds, nothing."""
    if case.kind != "LabelingJob":
        return

    def finished() -> bool:
        body = json.dumps(labels).encode()
        try:
            urllib.request.urlopen(urllib.request.Request(
                f"{world.local.url}/_local/labeling-jobs/{name}/finish", data=body, method="POST"))
        except urllib.error.HTTPError:
            return False  # it is not created yet
        return True

    eventually(finished, f"{name} is created, to be labeled")


def fault(world: World, **rule: Any) -> None:
    world.local.faults.add(parse_rules([rule]))


def object_of(world: World, case: Case, name: str) -> dict[str, Any] | None:
    """The custom resource that stands for the SageMaker resource of that name."""
    return next((item for item in world.cluster.objects(NAMESPACE, case.kind) if name in item["spec"].values()), None)


def log_of(world: World, case: Case, name: str) -> str:
    """What a job, or the training jobs of a tuning job, have printed; empty before that."""
    logs, group = world.aws("logs"), LOG_GROUPS[case.kind]
    try:
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)["logStreams"]
    except logs.exceptions.ResourceNotFoundException:
        return ""
    events = [event for stream in streams for event in logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"])["events"]]
    return "\n".join(event["message"] for event in events)


def starts_long_job(world: World, case: Case, task: Step, name: str, **environment: str) -> Any:
    """Starts the step of a job that lasts, and returns its process when the job is there and at work.

    A container that is just starting would not hear that it is asked to end, and be given two minutes.
    """
    process = task.start(**environment)
    eventually(lambda: creations(world, case, name) or not process.runs, f"{name} is created")
    if case.kind in LOG_GROUPS:
        eventually(lambda: "lasting" in log_of(world, case, name) or not process.runs, f"the container of {name} is at work")
    assert process.runs, process.stderr
    return process
