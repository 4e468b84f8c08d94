"""An execution without containers: jobs and endpoints go through the statuses that a script lists, at the times it lists.

For tests of clients, which need to meet every status. A step lasts its seconds, or (``HOLD``) until ``release`` is called with
the job's name, so that a test need not race with it. Faults of the fault script are honoured.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from sagemaker_local.events import EndpointEvents, JobEvents, ScheduleEvents
from sagemaker_local.labels import finished
from sagemaker_local.tuning_events import TuningJobEvents

HOLD = float("inf")
POLL = 0.02
"""Seconds between looks at a stop request while a step lasts."""

Answer = tuple[int, bytes, Mapping[str, str]]
Scripted = TypeVar("Scripted")


@dataclass(frozen=True)
class Step:
    """A status that a job or an endpoint is in for so many seconds."""

    status: str
    seconds: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class JobScript:
    """The secondary statuses of a job, then how it ends. ``describe`` is merged into what Describe returns."""

    steps: tuple[Step, ...] = (Step("Downloading"), Step("Training"), Step("Uploading"))
    status: str = "Completed"
    secondary_status: str | None = None
    failure_reason: str | None = None
    exit_message: str | None = None
    describe: Mapping[str, Any] = field(default_factory=dict)
    training_jobs: tuple[Mapping[str, str], ...] = ()
    """Of a tuning job: the tuned hyperparameters of the training jobs that it starts, one for each. What becomes of the third
    says the script that its name matches, e.g. ``tune-003-*``; its objective is that of FinalMetricDataList there."""
    before_end: Callable[[str], None] | None = None
    """Called with the job's name when the steps have passed or it is stopped, before it ends: to write what it leaves, say."""
    heeds_stop: bool = True
    """False: the job goes on to its own end after a stop request, as one that ends in that moment."""


@dataclass(frozen=True)
class EndpointScript:
    """Busy statuses of a creation or an update, then its end: InService, Failed, RolledBack or any EndpointStatus."""

    steps: tuple[Step, ...] = ()
    status: str = "InService"
    failure_reason: str | None = None


@dataclass(frozen=True)
class ScheduleScript:
    """How long (seconds, or HOLD) a change of a monitoring schedule takes, and the status that it ends in.

    None is the one that the change leads to: Scheduled, or Stopped after a stop request.
    """

    seconds: float = 0.0
    status: str | None = None
    failure_reason: str | None = None


def echo(endpoint_name: str, body: bytes, headers: Mapping[str, str], target_variant: str | None) -> Answer:
    """An endpoint that answers with what it is sent."""
    variant = target_variant or "scripted"
    return 200, body, {"Content-Type": headers.get("Content-Type", ""), "x-Amzn-Invoked-Production-Variant": variant}


class ScriptedExecution:
    """Implements :class:`sagemaker_local.events.Execution`.

    ``jobs`` maps globs of job names to scripts, ``endpoints`` globs of endpoint configuration names, ``schedules`` globs of
    monitoring schedule names, ``deletions`` globs of endpoint and schedule names to the seconds (or HOLD) that a deletion
    lasts; the first that matches counts, else the defaults do.
    """

    def __init__(
        self,
        jobs: Mapping[str, JobScript] | None = None,
        endpoints: Mapping[str, EndpointScript] | None = None,
        deletions: Mapping[str, float] | None = None,
        answer: Callable[[str, bytes, Mapping[str, str], str | None], Answer] = echo,
        schedules: Mapping[str, ScheduleScript] | None = None,
    ) -> None:
        self.jobs = dict(jobs or {})
        self.endpoints = dict(endpoints or {})
        self.deletions = dict(deletions or {})
        self.schedules = dict(schedules or {})
        self.answer = answer
        self._closed = threading.Event()
        self._released: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(0))

    @property
    def description(self) -> str:
        return "scripted statuses, nothing runs"

    def release(self, name: str) -> None:
        """Ends the next step (or the present one) of the job, endpoint or schedule of that name that lasts HOLD."""
        self._released[name].release()

    def start_job(self, events: JobEvents) -> None:
        script = _first_match(self.jobs, events.name) or JobScript()
        threading.Thread(target=self._run_job, args=(events, script), name=events.name, daemon=True).start()

    def start_tuning_job(self, events: TuningJobEvents) -> None:
        script = _first_match(self.jobs, events.name) or JobScript()
        threading.Thread(target=self._run_tuning_job, args=(events, script), name=events.name, daemon=True).start()

    def start_endpoint(self, endpoint: EndpointEvents) -> None:
        script = _first_match(self.endpoints, endpoint.config["EndpointConfigName"]) or EndpointScript()
        threading.Thread(target=self._run_endpoint, args=(endpoint, script), name=endpoint.name, daemon=True).start()

    update_endpoint = start_endpoint

    def delete_endpoint(self, endpoint_name: str) -> None:
        self._wait(endpoint_name, _first_match(self.deletions, endpoint_name) or 0.0, threading.Event())

    def invoke_endpoint(
        self, endpoint_name: str, body: bytes, headers: Mapping[str, str], target_variant: str | None
    ) -> Answer:
        return self.answer(endpoint_name, body, headers, target_variant)

    def finish_labeling_job(self, events: JobEvents, labels: Sequence[Any]) -> None:
        """Writes no manifest; Describe shows the counters and where it would be."""
        events.finish("Completed", describe=finished(events.request, labels))

    def change_schedule(self, events: ScheduleEvents) -> None:
        script = _first_match(self.schedules, events.name) or ScheduleScript()
        threading.Thread(target=self._run_schedule, args=(events, script), name=events.name, daemon=True).start()

    def delete_schedule(self, schedule_name: str) -> None:
        self._wait(schedule_name, _first_match(self.deletions, schedule_name) or 0.0, threading.Event())

    def close(self) -> None:
        self._closed.set()

    def _run_job(self, events: JobEvents, script: JobScript) -> None:
        stop = events.stop_requested if script.heeds_stop else threading.Event()
        for step in self._with_faults(events, script):
            events.advance(step.status, step.message)
            if events.faults.fail_with is not None and step.status == "Training":
                events.finish("Failed", failure_reason=events.faults.fail_with)
                return
            self._wait(events.name, step.seconds, stop)
            if stop.is_set():
                break
        if script.before_end is not None:
            script.before_end(events.name)
        if stop.is_set():
            events.finish("Stopped")
            return
        events.finish(
            script.status,
            secondary_status=script.secondary_status,
            failure_reason=script.failure_reason,
            exit_message=script.exit_message,
            describe={**self._usual_end(events, script), **script.describe},
        )

    def _run_tuning_job(self, events: TuningJobEvents, script: JobScript) -> None:
        """The training jobs start in turn for the definitions, all at once; the end does not wait for theirs."""
        for number, tuned_hyperparameters in enumerate(script.training_jobs):
            events.start_training_job(events.definitions[number % len(events.definitions)], tuned_hyperparameters)
        self._run_job(events, script)

    def _usual_end(self, events: JobEvents, script: JobScript) -> Mapping[str, Any]:
        """A labeling job that completes has an output manifest, which Describe names."""
        labelled = events.kind == "LabelingJob" and script.status == "Completed"
        return finished(events.request, ()) if labelled else {}

    def _with_faults(self, events: JobEvents, script: JobScript) -> list[Step]:
        faults, steps = events.faults, []
        for step in script.steps:
            lasting = Step(step.status, step.seconds + faults.slow.get(step.status, 0.0), step.message)
            if step.status == "Training" and faults.interrupt_after is not None:
                steps += [Step("Training", faults.interrupt_after), Step("Interrupted"), Step("Starting")]
            steps.append(lasting)
        if faults.fail_with is not None and all(step.status != "Training" for step in steps):
            steps.append(Step("Training"))
        return steps

    def _run_endpoint(self, endpoint: EndpointEvents, script: EndpointScript) -> None:
        for step in script.steps:
            endpoint.advance(step.status)
            self._wait(endpoint.name, step.seconds, threading.Event())
        endpoint.finish(script.status, failure_reason=script.failure_reason)

    def _run_schedule(self, events: ScheduleEvents, script: ScheduleScript) -> None:
        self._wait(events.name, script.seconds, threading.Event())
        events.finish(script.status or events.status, failure_reason=script.failure_reason)

    def _wait(self, name: str, seconds: float, stop: threading.Event) -> None:
        if seconds == HOLD:
            while not (stop.is_set() or self._closed.is_set() or self._released[name].acquire(timeout=POLL)):
                pass
            return
        end = time.monotonic() + seconds
        while not (stop.is_set() or self._closed.is_set()) and time.monotonic() < end:
            stop.wait(min(POLL, max(0.0, end - time.monotonic())))


def _first_match(scripts: Mapping[str, Scripted], name: str) -> Scripted | None:
    return next((script for pattern, script in scripts.items() if fnmatchcase(name, pattern)), None)
