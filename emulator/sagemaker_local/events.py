"""The seam between the API (requests, records, statuses) and the execution (containers).

The API hands a job or an endpoint over as an object of the shapes below (of a tuning job: in tuning_events.py); the execution
reports back through it. Neither half imports the other. Nothing here does anything: these are types only.

All methods may be called from any thread. An execution never raises out of a ``start_*`` or ``update_*`` method for something
that the job's owner did (a missing image, a failing container): that is a ``finish``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sagemaker_local.tuning_events import TuningJobEvents


@dataclass(frozen=True)
class Services:
    """Where the local services are, for the clients that an execution makes of its own (S3, CloudWatch Logs).

    The key pair marks a call as the execution's own: the front door injects no fault into it, and the call log says so.
    Containers get the key pair of :meth:`sagemaker_local.LocalSageMaker.environment` instead, for they are the user's.
    """

    endpoint_url: str
    region: str
    account_id: str
    access_key_id: str = "LOCALSAGEMAKEREXECUTION"
    secret_access_key: str = "local"
    client_environment: Mapping[str, str] = field(default_factory=dict)
    """Variables (endpoint, region, key pair) for what runs in a container and talks to AWS."""


@dataclass(frozen=True)
class ExecutionSettings:
    """What an execution needs to be told.

    ``images`` maps an image URI to the folder that stands for it; ``runner`` is the name of the wanted runner or ``"auto"``;
    under ``data_directory`` an execution may keep what it wants; in ``labels``, a folder, ``<labeling job>.json`` holds the
    labels that finish a labeling job; ``file_systems`` maps ids of file systems to the folders that stand for them.
    """

    data_directory: Path
    images: Mapping[str, Path] = field(default_factory=dict)
    runner: str = "auto"
    labels: Path | None = None
    file_systems: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class JobFaults:
    """What a fault script wants to happen to one job (see :mod:`sagemaker_local.faults`)."""

    fail_with: str | None = None
    """FailureReason: the job ends Failed with it instead of running its container."""
    fail_after_upload: bool = False
    """A processing or training job ends so only when its container has run and what that left is in S3."""
    interrupt_after: float | None = None
    """Seconds in Training after which the spot instance is taken away once (Interrupted, then Starting or Stopped)."""
    slow: Mapping[str, float] = field(default_factory=dict)
    """Secondary status to the seconds that it lasts longer; a stop request ends the wait."""


class JobEvents(Protocol):
    """One training, processing, transform or labeling job, from the execution's side."""

    @property
    def name(self) -> str: ...

    @property
    def arn(self) -> str: ...

    @property
    def kind(self) -> str:
        """``"TrainingJob"``, ``"ProcessingJob"``, ``"TransformJob"`` or ``"LabelingJob"``."""
        ...

    @property
    def request(self) -> Mapping[str, Any]:
        """The Create request with the service's defaults filled in."""
        ...

    @property
    def models(self) -> Mapping[str, Mapping[str, Any]]:
        """CreateModel request, with the service's defaults, of the model that a transform job names."""
        ...

    @property
    def warm_pool(self) -> str:
        """Of a training job: the name of the warm pool that it runs on, the same for all jobs that do; empty for none."""
        ...

    @property
    def stop_requested(self) -> threading.Event:
        """Set by Stop*; the execution then ends the job with the status Stopped."""
        ...

    @property
    def faults(self) -> JobFaults: ...

    @property
    def ended(self) -> bool:
        """Whether the job has ended; a labeling job may by a call while its execution waits."""
        ...

    def advance(self, secondary_status: str, message: str = "") -> None:
        """Enter a SecondaryStatus of the TrainingJob model: Downloading, Training, Uploading, Stopping, Interrupted ...

        Other kinds of job show no secondary status; they take the same words, and every kind takes its start time from the
        first status after Initializing, Starting and Pending. An empty message becomes the service's usual one.
        """
        ...

    def report_metric(self, name: str, value: float) -> None:
        """A value of a metric definition (training) that was just read in the log."""
        ...

    def finish(
        self,
        status: str,
        *,
        secondary_status: str | None = None,
        failure_reason: str | None = None,
        exit_message: str | None = None,
        describe: Mapping[str, Any] | None = None,
    ) -> None:
        """End the job with Completed, Failed or Stopped. Only the first call counts.

        ``secondary_status`` (training) is the status itself unless given, e.g. MaxRuntimeExceeded. ``describe`` is merged into
        what Describe returns: ModelArtifacts, FinalMetricDataList, BillableTimeInSeconds, TrainingTimeInSeconds ...
        """
        ...


class EndpointEvents(Protocol):
    """One creation or one update of an endpoint, from the execution's side."""

    @property
    def name(self) -> str: ...

    @property
    def arn(self) -> str: ...

    @property
    def config(self) -> Mapping[str, Any]:
        """The CreateEndpointConfig request that the endpoint is to follow, with the service's defaults."""
        ...

    @property
    def models(self) -> Mapping[str, Mapping[str, Any]]:
        """CreateModel request, with the service's defaults, of every model that the variants name."""
        ...

    def advance(self, status: str) -> None:
        """Show another busy EndpointStatus than Creating or Updating, e.g. RollingBack."""
        ...

    def finish(self, status: str, *, failure_reason: str | None = None) -> None:
        """End the deployment.

        ``"InService"``; or ``"Failed"`` (of a creation), ``"RolledBack"`` (of an update: what served before still serves). Any
        other EndpointStatus is shown as it is, so that a scripted execution can show every one. Only the first call counts.
        """
        ...


class ScheduleEvents(Protocol):
    """One change of a monitoring schedule, which is Pending until it is done, from the execution's side."""

    @property
    def name(self) -> str: ...

    @property
    def status(self) -> str:
        """The MonitoringScheduleStatus that the change leads to when all goes well: Scheduled or Stopped."""
        ...

    def finish(self, status: str, *, failure_reason: str | None = None) -> None:
        """End the change with that status or another one. Only the first call counts."""
        ...


class Execution(Protocol):
    """Runs what the API accepted. Made by ``sagemaker_local.execution.create_execution(Services, ExecutionSettings)``."""

    @property
    def description(self) -> str:
        """One line for people: the runner that was chosen and its limits."""
        ...

    def start_job(self, events: JobEvents) -> None:
        """Return at once; the job runs in threads of its own."""
        ...

    def start_tuning_job(self, events: TuningJobEvents) -> None:
        """Return at once; the search runs in a thread of its own, and its training jobs by ``start_job``."""
        ...

    def start_endpoint(self, endpoint: EndpointEvents) -> None:
        """Return at once; bring the variants' containers up, wait for /ping, then ``endpoint.finish``."""
        ...

    def update_endpoint(self, endpoint: EndpointEvents) -> None:
        """Return at once; blue/green: the new containers up and healthy, then swap, the old ones down; else keep the old."""
        ...

    def delete_endpoint(self, endpoint_name: str) -> None:
        """Return when the endpoint's containers are gone (it is called in a thread of its own). Unknown names are no error."""
        ...

    def invoke_endpoint(
        self, endpoint_name: str, body: bytes, headers: Mapping[str, str], target_variant: str | None
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Status, body and headers of the container's answer to ``POST /invocations``.

        ``headers`` are those meant for the container (Content-Type, Accept, X-Amzn-SageMaker-*). The answer's headers hold
        ``x-Amzn-Invoked-Production-Variant``. Raises ConnectionError or TimeoutError when no container answers, and
        LookupError for an unknown endpoint or variant.
        """
        ...

    def finish_labeling_job(self, events: JobEvents, labels: Sequence[Any]) -> None:
        """End a labeling job with the labels of its objects, in the order of the input manifest, None for no label.

        A label is a JSON value, or ``{"label": value, "metadata": {...}}``. Raises ValueError, with the job still running,
        when the labels do not fit the manifest or it cannot be read.
        """
        ...

    def change_schedule(self, events: ScheduleEvents) -> None:
        """Return at once; carry a change of a monitoring schedule out, then ``events.finish``."""
        ...

    def delete_schedule(self, schedule_name: str) -> None:
        """Return when nothing of the schedule is left (it is called in a thread of its own). Unknown names are no error."""
        ...

    def close(self) -> None:
        """Stop everything that runs and return when it has stopped."""
        ...
