"""A job's statuses over time, as the execution reports them: what Describe shows while a job runs and after it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sagemaker_local import warm_pools
from sagemaker_local.backend import Backend, find
from sagemaker_local.events import JobFaults
from sagemaker_local.kinds import KIND_BY_NAME
from sagemaker_local.records import Record, Records

BUSY = frozenset({"Initializing", "InProgress", "Stopping"})

MESSAGES: Mapping[str, str] = {
    "Pending": "Training job waiting for capacity",
    "Starting": "Starting the training job",
    "Downloading": "Downloading input data",
    "DownloadingTrainingImage": "Downloading the training image",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Interrupted": "Training job interrupted: the spot capacity was reclaimed",
    "Restarting": "Restarting the training job",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job wait time exceeded MaxWaitTimeInSeconds provided",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
}
"""StatusMessage of a SecondaryStatusTransition, unless the execution gives one."""

NOT_STARTED = frozenset({"Initializing", "Starting", "Pending"})


def start(backend: Backend, record: Record) -> None:
    """Stores a new job and hands it to the execution. Called with the records' lock held.

    Raises the model's not-found error for a transform job whose model is not there.
    """
    models = {}
    if record.kind.name == "TransformJob":
        name = record.request["ModelName"]
        models[name] = find(backend, KIND_BY_NAME["Model"], name).request
    pool = warm_pools.move_to(backend.records, record) if record.kind.name == "TrainingJob" else ""
    job = RunningJob(backend.records, record, backend.faults.job_faults(record.name), models, pool)
    record.work = job
    backend.records.put(record)
    job.advance("Starting")
    backend.execution.start_job(job)


class RunningJob:
    """Implements :class:`sagemaker_local.events.JobEvents` on a record."""

    def __init__(
        self,
        records: Records,
        record: Record,
        faults: JobFaults,
        models: Mapping[str, Mapping[str, Any]] | None = None,
        warm_pool: str = "",
    ) -> None:
        self._lock = records.lock
        self._record = record
        self._faults = faults
        self._models = models or {}
        self._warm_pool = warm_pool
        self._stop_requested = threading.Event()
        self._secondary_status: str | None = None
        self._metrics: dict[str, list[float]] = defaultdict(list)

    @property
    def name(self) -> str:
        return self._record.name

    @property
    def arn(self) -> str:
        return self._record.arn

    @property
    def kind(self) -> str:
        return self._record.kind.name

    @property
    def request(self) -> Mapping[str, Any]:
        return self._record.request

    @property
    def models(self) -> Mapping[str, Mapping[str, Any]]:
        return self._models

    @property
    def warm_pool(self) -> str:
        return self._warm_pool

    @property
    def stop_requested(self) -> threading.Event:
        return self._stop_requested

    @property
    def faults(self) -> JobFaults:
        return self._faults

    @property
    def ended(self) -> bool:
        with self._lock:
            return self._record.status not in BUSY

    def request_stop(self) -> None:
        """What Stop* does: the status is Stopping at once, the execution ends the job. Twice is the same as once."""
        self.advance("Stopping")
        self._stop_requested.set()

    def advance(self, secondary_status: str, message: str = "") -> None:
        with self._lock:
            if self._record.status not in BUSY or secondary_status == self._secondary_status:
                return
            now = self._record.touch()
            if secondary_status == "Stopping":
                self._record.status = "Stopping"
            elif secondary_status not in NOT_STARTED:
                if self._record.status == "Initializing":
                    self._record.status = "InProgress"
                if self._record.kind.start_time_member is not None:
                    self._record.described.setdefault(self._record.kind.start_time_member, now)
            self._enter(secondary_status, message, now)

    def finish(
        self,
        status: str,
        *,
        secondary_status: str | None = None,
        failure_reason: str | None = None,
        exit_message: str | None = None,
        describe: Mapping[str, Any] | None = None,
    ) -> None:
        with self._lock:
            if self._record.status not in BUSY:
                return
            now = self._record.touch()
            described = self._record.described
            self._record.status = status
            self._enter(secondary_status or status, failure_reason or "", now)
            kind = self._record.kind
            if kind.end_time_member is not None:
                described[kind.end_time_member] = now
            if self.kind == "TrainingJob" and "TrainingStartTime" in described:
                seconds = max(1, round(now - described["TrainingStartTime"]))
                described.update(TrainingTimeInSeconds=seconds, BillableTimeInSeconds=seconds)
            if failure_reason is not None:
                described["FailureReason"] = failure_reason
            if exit_message is not None:
                described["ExitMessage"] = exit_message
            described.update(describe or {})
            if self.kind == "TrainingJob":
                warm_pools.retain(self._record)

    def report_metric(self, name: str, value: float) -> None:
        with self._lock:
            self._metrics[name].append(value)

    def metric_values(self, name: str) -> list[float]:
        """The values that were reported for a metric, in their order."""
        with self._lock:
            return list(self._metrics[name])

    def _enter(self, secondary_status: str, message: str, now: float) -> None:
        self._secondary_status = secondary_status
        if self.kind != "TrainingJob":
            return
        transitions = self._record.described.setdefault("SecondaryStatusTransitions", [])
        if transitions:
            transitions[-1]["EndTime"] = now
        transitions.append(
            {"Status": secondary_status, "StartTime": now, "StatusMessage": message or MESSAGES.get(secondary_status, "")}
        )
        if self._record.status not in BUSY:
            transitions[-1]["EndTime"] = now
        self._record.described["SecondaryStatus"] = secondary_status
