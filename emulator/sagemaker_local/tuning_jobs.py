"""A tuning job's records: its training jobs, what Describe shows of them, and the list of them.

How training jobs are chosen is the execution's business; here they are created, counted and compared.
"""

from __future__ import annotations

import copy
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_local import jobs
from sagemaker_local.backend import Backend, find
from sagemaker_local.errors import ServiceError, validation_error
from sagemaker_local.jobs import BUSY, RunningJob
from sagemaker_local.kinds import KIND_BY_NAME, Kind
from sagemaker_local.listing import PAGE, one_page
from sagemaker_local.records import Record
from sagemaker_local.tags import as_list
from sagemaker_local.tuning_definitions import definitions, training_request
from sagemaker_local.tuning_events import ParentTrainingJob, TuningDefinition
from sagemaker_local.validation import check_request

TUNING_JOB = KIND_BY_NAME["HyperParameterTuningJob"]
TRAINING_JOB = KIND_BY_NAME["TrainingJob"]

COUNTERS = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
OBJECTIVE_COUNTERS = ("Succeeded", "Pending", "Failed")
COUNTED_AS = {"Stopping": "InProgress", "Failed": "NonRetryableError"}

Create = Callable[[Kind, Callable[[Backend, Record], None], Backend, dict[str, Any]], Mapping[str, Any]]
"""What carries out a Create request: the kind, what to do with the new record, the backend and the request."""


def start(create: Create, backend: Backend, record: Record) -> None:
    """Stores a new tuning job and hands it to the execution. Called with the records' lock held.

    Raises ValidationException for a parent of a warm start that is not there, still runs or has another objective.
    """
    job = TuningJob(create, backend, record, _parents(backend, record.request))
    record.work = job
    record.computed = job.computed
    backend.records.put(record)
    backend.execution.start_tuning_job(job)


def list_training_jobs(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """Answers ListTrainingJobsForHyperParameterTuningJob."""
    with backend.records.lock:
        job: TuningJob = find(backend, TUNING_JOB, params["HyperParameterTuningJobName"]).work
        found = copy.deepcopy(job.summaries())
    wanted, by = params.get("StatusEquals"), params.get("SortBy", "Name")
    if by == "FinalObjectiveMetricValue":  # lists only those that have one (API reference, SortBy)
        found = [each for each in found if value_of(each) is not None]
        found.sort(key=lambda each: value_of(each) or 0.0)
    else:
        member = {"Name": "TrainingJobName", "Status": "TrainingJobStatus"}.get(by, by)
        found.sort(key=lambda each: each[member])
    if params.get("SortOrder") == "Descending":
        found.reverse()
    chosen = [each for each in found if wanted is None or each["TrainingJobStatus"] == wanted]
    page, token = one_page(chosen, params.get("NextToken"), params.get("MaxResults", PAGE))
    return {"TrainingJobSummaries": page, "NextToken": token}


def value_of(summary: Mapping[str, Any]) -> float | None:
    """The final objective of a HyperParameterTrainingJobSummary."""
    found: float | None = summary.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value")
    return found


def best_of(summaries: Sequence[Mapping[str, Any]], objective_type: str) -> Mapping[str, Any] | None:
    """The summary with the best objective of that type; of equals the first."""
    compared = [
        each
        for each in summaries
        if each.get("ObjectiveStatus") == "Succeeded"
        and each["FinalHyperParameterTuningJobObjectiveMetric"].get("Type", objective_type) == objective_type
    ]
    choose = max if objective_type == "Maximize" else min
    return choose(compared, key=lambda each: value_of(each) or 0.0, default=None)


@dataclass(frozen=True)
class ChildTrainingJob:
    """Implements :class:`sagemaker_local.tuning_events.StartedTrainingJob` on the training job's record."""

    backend: Backend
    record: Record
    definition: TuningDefinition
    tuned_hyperparameters: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def status(self) -> str:
        return str(self.record.status)

    @property
    def ended(self) -> bool:
        return self.record.status not in BUSY

    @property
    def objective(self) -> float | None:
        with self.backend.records.lock:
            metrics = self.record.described.get("FinalMetricDataList", ()) if self.ended else ()
        values = (each["Value"] for each in metrics if each["MetricName"] == self.definition.metric_name)
        return next((value for value in values if value == value), None)  # NaN is no objective

    def objective_values(self) -> list[float]:
        work: RunningJob = self.record.work
        return work.metric_values(self.definition.metric_name)

    def stop(self) -> None:
        self.record.work.request_stop()

    def summary(self) -> dict[str, Any]:
        """The HyperParameterTrainingJobSummary. A failed job has no objective, whatever it wrote before."""
        view, value = self.record.view(), self.objective
        members = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "CreationTime", "TrainingStartTime")
        found = {member: view[member] for member in (*members, "TrainingEndTime", "FailureReason") if member in view}
        found["TunedHyperParameters"] = dict(self.tuned_hyperparameters)
        if self.definition.name is not None:
            found["TrainingJobDefinitionName"] = self.definition.name
        if not self.ended:
            found["ObjectiveStatus"] = "Pending"
        elif value is None or self.status == "Failed":
            found["ObjectiveStatus"] = "Failed"
        else:
            found["ObjectiveStatus"] = "Succeeded"
            found["FinalHyperParameterTuningJobObjectiveMetric"] = {
                "Type": self.definition.objective_type,
                "MetricName": self.definition.metric_name,
                "Value": value,
            }
        return found


class TuningJob(RunningJob):
    """Implements :class:`sagemaker_local.tuning_events.TuningJobEvents` on a record."""

    def __init__(self, create: Create, backend: Backend, record: Record, parents: Sequence[Record]) -> None:
        super().__init__(backend.records, record, backend.faults.job_faults(record.name), {})
        self._create = create
        self._backend = backend
        self._definitions = definitions(record.request)
        self._parents = [child for parent in parents for child in parent.work.with_objective()]
        self._best_of_parents = [best for parent in parents if (best := _best_known(parent)) is not None]
        self._children: list[ChildTrainingJob] = []

    @property
    def definitions(self) -> tuple[TuningDefinition, ...]:
        return self._definitions

    @property
    def parents(self) -> list[ParentTrainingJob]:
        return self._parents

    def start_training_job(
        self, definition: TuningDefinition, tuned_hyperparameters: Mapping[str, str]
    ) -> ChildTrainingJob:
        def begin(backend: Backend, record: Record) -> None:
            record.described["TuningJobArn"] = self.arn
            self._children.append(ChildTrainingJob(backend, record, definition, dict(tuned_hyperparameters)))
            jobs.start(backend, record)

        with self._lock:
            name = f"{self.name}-{len(self._children) + 1:03}-{uuid.uuid4().hex[:8]}"
            request = training_request(definition, name, tuned_hyperparameters)
            if self._record.tags:
                request["Tags"] = as_list(self._record.tags)
            check_request("sagemaker", "CreateTrainingJob", request)
            self._create(TRAINING_JOB, begin, self._backend, request)
            return self._children[-1]

    def summaries(self) -> list[dict[str, Any]]:
        """A HyperParameterTrainingJobSummary of every training job, the oldest first. The lock is held."""
        return [child.summary() for child in self._children]

    def with_objective(self) -> list[ParentTrainingJob]:
        """The training jobs that a child of a warm start learns from."""
        return [
            ParentTrainingJob(child.definition.metric_name, child.tuned_hyperparameters, value)
            for child in self._children
            if (value := value_of(child.summary())) is not None
        ]

    def computed(self) -> dict[str, Any]:
        """What Describe and the list of tuning jobs show and the training jobs decide. The lock is held."""
        config = self.request["HyperParameterTuningJobConfig"]
        found = self.summaries()
        statuses = Counter(COUNTED_AS.get(each["TrainingJobStatus"], each["TrainingJobStatus"]) for each in found)
        objectives = Counter(each["ObjectiveStatus"] for each in found)
        end = self._record.described.get("HyperParameterTuningEndTime")
        begun = [each["TrainingStartTime"] for each in found if "TrainingStartTime" in each]
        ends = [each["TrainingEndTime"] for each in found if "TrainingEndTime" in each]
        now = end if end is not None else max([self._record.last_modified_time, *begun, *ends])
        members: dict[str, Any] = {
            "Strategy": config["Strategy"],
            "ResourceLimits": config["ResourceLimits"],
            "TrainingJobStatusCounters": {counter: statuses[counter] for counter in COUNTERS},
            "ObjectiveStatusCounters": {counter: objectives[counter] for counter in OBJECTIVE_COUNTERS},
            "LastModifiedTime": now,
            "ConsumedResources": {"RuntimeInSeconds": round(now - self._record.creation_time)},
        }
        kind = self._definitions[0].objective_type
        best = best_of(found, kind)
        if best is not None:
            members["BestTrainingJob"] = best
        warm_start = self.request.get("WarmStartConfig")
        if warm_start is not None and warm_start["WarmStartType"] == "IdenticalDataAndAlgorithm":
            own = [{**best, "TuningJobName": self.name}] if best is not None else []
            overall = best_of([*own, *self._best_of_parents], kind)
            if overall is not None:
                members["OverallBestTrainingJob"] = overall
        return members


def _parents(backend: Backend, request: Mapping[str, Any]) -> list[Record]:
    """The records of the parents. Raises ValidationException for one that cannot be a parent."""
    found = []
    for parent in request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ()):
        name = parent.get("HyperParameterTuningJobName", "")
        try:
            record = find(backend, TUNING_JOB, name)
        except ServiceError as error:
            raise validation_error(f"{error.message} It is a parent in WarmStartConfig.") from error
        if record.status in BUSY:
            raise validation_error(f"The parent tuning job {name} is in status {record.status}. It must have ended.")
        objectives = {(each.objective_type, each.metric_name) for each in record.work.definitions}
        for each in definitions(request):
            if (each.objective_type, each.metric_name) not in objectives:
                raise validation_error(
                    f"The parent tuning job {name} must have the same objective: {each.objective_type} {each.metric_name}."
                )
        found.append(record)
    return found


def _best_known(parent: Record) -> dict[str, Any] | None:
    view = parent.view()
    overall, best = view.get("OverallBestTrainingJob"), view.get("BestTrainingJob")
    return overall if overall is not None else {"TuningJobName": parent.name, **best} if best is not None else None
