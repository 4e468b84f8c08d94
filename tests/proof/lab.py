"""A laboratory: a test's view of a local SageMaker with scripted jobs, whose call log judges.

Not here: the processes of the steps (:mod:`.steps`), and the gates at which a call is held (:mod:`.gates`).
"""

from __future__ import annotations

import functools
import itertools
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.resource import Life, Resource, State
from sagemaker_local import LocalSageMaker
from sagemaker_local.calls import Call
from sagemaker_local.events import Services
from sagemaker_local.fault_rules import parse_rules
from sagemaker_local.scripted import HOLD, EndpointScript, JobScript, ScheduleScript, ScriptedExecution, Step
from waiting import until

from .component_table import COMPONENTS, JOBS, MANIFEST_URL, MODEL_URL, TRIAL
from .gates import Gates
from .steps import Task

FIGURES = {
    "LabelingJobOutput": {"OutputDatasetS3Uri": MANIFEST_URL},
    "ModelArtifacts": {"S3ModelArtifacts": MODEL_URL},
    "FinalMetricDataList": [{"MetricName": "accuracy", "Value": 0.97, "Timestamp": 1_700_000_000}],
    "BestTrainingJob": {
        "TrainingJobName": TRIAL, "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{TRIAL}",
        "CreationTime": 1_700_000_000, "TrainingJobStatus": "Completed", "ObjectiveStatus": "Succeeded",
        "TunedHyperParameters": {"depth": "6", "eta": "0.1"},
        "FinalHyperParameterTuningJobObjectiveMetric": {"Type": "Maximize", "MetricName": "accuracy", "Value": 0.97}},
}
FINISHED = JobScript(steps=(), describe=FIGURES)
"""A job that ends at once."""
RUNNING = JobScript(steps=(Step("Training", HOLD),), describe=FIGURES)
"""A job that runs until it is released or stopped."""


class Stage:
    """The execution that the server has: whichever is on now. Each test brings its own."""

    def __init__(self) -> None:
        self.now = ScriptedExecution()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.now, name)


_LABS = itertools.count(1)
RESOURCES = {resource.kind: resource for name in component_ids("v1") for resource in find_face(name).resources}


@functools.cache
def session_with(access_key_id: str, secret_access_key: str, region: str) -> boto3.Session:
    """One for all tests: a session reads botocore's models anew."""
    return boto3.Session(aws_access_key_id=access_key_id, aws_secret_access_key=secret_access_key, region_name=region)


class Lab:
    """One test's view of a server that outlives it: its own scripts, faults and calls."""

    def __init__(self, local: LocalSageMaker, stage: Stage, gates: Gates, directory: Path) -> None:
        self.local, self.stage, self.gates, self._directory = local, stage, gates, directory
        #: A name that no other test gives, since some resources cannot be deleted.
        self.name = f"by-its-user-{next(_LABS)}"
        self.script = stage.now = ScriptedExecution(jobs={TRIAL: FINISHED, "*": FINISHED})
        self._began = max((call.order for call in local.call_log.all()), default=0)
        self._numbers = itertools.count(1)
        self._tasks: list[Task] = []
        own = Services(local.url, local.region, "123456789012")
        # The execution's own key pair: no fault strikes these calls, no gate holds them, and they do not count.
        self._session = session_with(own.access_key_id, own.secret_access_key, local.region)
        self.sagemaker: Any = self.client("sagemaker")

    def hold(self) -> None:
        """From now on jobs, endpoints, schedules and deletions last until they are released."""
        self.script.jobs["*"] = RUNNING
        self.script.endpoints["*"] = EndpointScript(steps=(Step("Creating", HOLD),))
        self.script.schedules["*"] = ScheduleScript(seconds=HOLD)
        self.script.deletions["*"] = HOLD

    def client(self, service: str) -> Any:
        make: Any = self._session.client
        return make(service, endpoint_url=self.local.url,
                    config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, **self.local.environment(), "KFP_SAGEMAKER_POLL_INTERVAL": "0.05",
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", **more}

    def task(self, component: str, **inputs: Any) -> Task:
        row = COMPONENTS[component]
        task = Task(row, {**row.inputs, **inputs}, self._directory / f"task-{next(self._numbers)}", self.environment())
        self._tasks.append(task)
        return task

    def prepare(self, component: str) -> None:
        """Make what the component needs."""
        for operation, request in COMPONENTS[component].needs:
            self.make(operation, **request)
            resource = next(resource for resource in RESOURCES.values() if resource.create == operation)
            if resource.life is Life.JOB:
                name = {resource.name_member: request[resource.name_member]}
                until(lambda resource=resource, name=name:  # type: ignore[misc]
                      resource.state(self._method(resource.describe)(**name)) is not State.BUSY, str(name))

    def make(self, operation: str, **request: Any) -> None:
        """Send a Create request, and wait until a service is as it should be."""
        self._method(operation)(**request)
        resource = next(resource for resource in RESOURCES.values() if resource.create == operation)
        if resource.life is Life.SERVICE:
            name = {resource.name_member: request[resource.name_member]}
            until(lambda: resource.state(self._method(resource.describe)(**name)) is State.SUCCEEDED, str(name))

    def describe(self, component: str, name: str) -> dict[str, Any]:
        resource = find_face(component).resource
        response: dict[str, Any] = self._method(resource.describe)(**{resource.name_member: name})
        return response

    def status(self, component: str, name: str) -> str:
        return str(self.describe(component, name).get(find_face(component).resource.status_member or "", "exists"))

    def tags(self, arn: str) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.sagemaker.list_tags(ResourceArn=arn)["Tags"]}

    def faults(self, *rules: Mapping[str, Any]) -> None:
        self.local.faults.add(parse_rules([dict(rule) for rule in rules]))

    def write_log(self, group: str, stream: str, *lines: str) -> None:
        logs = self.client("logs")
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        now = int(time.time() * 1000)
        logs.put_log_events(logGroupName=group, logStreamName=stream,
                            logEvents=[{"timestamp": now, "message": line} for line in lines])

    def calls(self, operation: str | None = None) -> list[Call]:
        """The calls that the processes made in this test, in order of arrival."""
        return [call for call in self.local.call_log.all(self._began)
                if call.caller == "client" and operation in (None, call.operation)]

    def carried_out(self, operation: str) -> list[Call]:
        return [call for call in self.calls(operation) if call.http_status == 200]

    def name_of(self, operation: str) -> str:
        """The name in the one call of ``operation`` that was carried out."""
        (call,) = self.carried_out(operation)
        return str(call.name)

    def until_called(self, operation: str, times: int = 1, status: int | None = 200) -> None:
        def enough() -> bool:
            return len([c for c in self.calls(operation) if c.seconds is not None and c.http_status == status]) >= times
        until(enough, f"{operation} called {times} times")

    def close(self) -> None:
        """End what a failed test left, empty the server, and hold the steps to what no step may do."""
        self.gates.clear()
        self.local.faults.clear()
        for task in self._tasks:
            for process in task.processes:
                process.end()
        called = self.calls()
        self._empty()
        looked_up = {action.partition(":")[2] for task in self._tasks for action in task.face.reads}
        listed = {call.operation for call in called if call.service == "sagemaker" and call.operation.startswith("List")}
        assert listed <= looked_up

    def _empty(self) -> None:
        self.script.close()  # What is held goes on to its end.
        for component in JOBS:
            resource = find_face(component).resource
            for name in {str(call.name) for call in self.local.call_log.all(self._began)
                         if call.operation == resource.create and call.http_status == 200}:
                until(lambda component=component, name=name: self.status(component, name)  # type: ignore[misc]
                      not in ("Initializing", "InProgress", "Stopping"), "a job at rest")
                if resource.delete:
                    self._method(resource.delete)(**{resource.name_member: name})
        for kind, plural in (("Endpoint", "endpoints"), ("EndpointConfig", "endpoint_configs"), ("Model", "models")):
            summaries = getattr(self.sagemaker, f"list_{plural}")(MaxResults=100)[f"{kind}s"]
            for summary in summaries:
                name = {f"{kind}Name": summary[f"{kind}Name"]}
                if kind == "Endpoint" and not self._at_rest(name):
                    continue
                self._method(f"Delete{kind}")(**name)
        until(lambda: not self.sagemaker.list_endpoints()["Endpoints"], "no endpoint left")
        for resource in RESOURCES.values():
            if resource.life is Life.JOB or not resource.delete:
                continue
            for call in self.local.call_log.all(self._began):
                if call.operation == resource.create and call.http_status == 200:
                    until(lambda resource=resource, call=call: self._is_gone(resource, str(call.name)),  # type: ignore[misc]
                          f"no {resource.kind} left")

    def _is_gone(self, resource: Resource, name: str) -> bool:
        """Whether it is not there; deletes what is, as soon as it may be deleted."""
        try:
            self._method(resource.delete)(**{resource.name_member: name})
        except ClientError as error:
            told = error.response["Error"]
            return any(told["Code"] == text.code and text.words in told["Message"] for text in resource.not_found)
        return False

    def _at_rest(self, name: Mapping[str, str]) -> bool:
        """Waits until an endpoint is not being created or updated; False when it is being deleted, or gone."""
        def settled() -> str | None:
            listed = self.sagemaker.list_endpoints(MaxResults=100)["Endpoints"]
            named = [str(one["EndpointStatus"]) for one in listed if one["EndpointName"] == name["EndpointName"]]
            status = named[0] if named else "Gone"
            return None if status in ("Creating", "Updating", "RollingBack", "SystemUpdating") else status
        return until(settled, "an endpoint at rest") not in ("Deleting", "Gone")

    def _method(self, operation: str) -> Callable[..., Any]:
        names: Mapping[str, str] = self.sagemaker.meta.method_to_api_mapping
        method: Callable[..., Any] = getattr(
            self.sagemaker, next(name for name, called in names.items() if called == operation))
        return method
