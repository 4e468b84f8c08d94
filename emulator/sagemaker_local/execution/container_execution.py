"""Implements :class:`sagemaker_local.events.Execution` with containers: a thread for each job, deployment and clean-up."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sagemaker_local.events import EndpointEvents, ExecutionSettings, JobEvents, ScheduleEvents, Services
from sagemaker_local.execution.context import POLL_SECONDS, Context, JobFailed, JobStopped, Limits
from sagemaker_local.execution.labeling_job import run_labeling_job, write_labels
from sagemaker_local.execution.live_endpoints import LiveEndpoints
from sagemaker_local.execution.processing_job import run_processing_job
from sagemaker_local.execution.training_job import run_training_job
from sagemaker_local.execution.transform_job import run_transform_job
from sagemaker_local.execution.tuning_job import run_tuning_job
from sagemaker_local.runners.choose import choose_runner
from sagemaker_local.runners.container import Runner
from sagemaker_local.runners.process import LIMITS as PROCESS_LIMITS
from sagemaker_local.tuning_events import TuningJobEvents

RUN_JOB: Mapping[str, Callable[[Context, JobEvents, Path], None]] = {
    "TrainingJob": run_training_job,
    "ProcessingJob": run_processing_job,
    "TransformJob": run_transform_job,
    "LabelingJob": run_labeling_job,
}
WITHOUT_CONTAINER = frozenset({"LabelingJob"})

_session_lock = threading.Lock()

logger = logging.getLogger(__name__)


def create_execution(services: Services, settings: ExecutionSettings, limits: Limits | None = None) -> ContainerExecution:
    """An execution on the runner that ``settings`` asks for. Raises ValueError and RuntimeError as ``choose_runner`` does."""
    runner = choose_runner(settings.runner)
    return ContainerExecution(
        services, runner, settings.data_directory, settings.images, limits, settings.labels, settings.file_systems
    )


class ContainerExecution:
    """Jobs and endpoints in containers of ``runner``, with their files below ``data_directory`` while they run."""

    def __init__(
        self,
        services: Services,
        runner: Runner,
        data_directory: Path,
        images: Mapping[str, Path],
        limits: Limits | None = None,
        labels: Path | None = None,
        file_systems: Mapping[str, Path] = MappingProxyType({}),
    ) -> None:
        data_directory.mkdir(parents=True, exist_ok=True)
        self._directory = Path(tempfile.mkdtemp(prefix="containers-", dir=data_directory)).resolve()
        s3, logs = make_clients(services)
        self._context = Context(
            services, runner, dict(images), self._directory, limits or Limits(), s3, logs,
            labels=labels, file_systems=dict(file_systems),
        )  # fmt: skip
        self._endpoints = LiveEndpoints(self._context)
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()

    @property
    def description(self) -> str:
        runner = self._context.runner
        return f"containers by {runner.name}" + (f": {PROCESS_LIMITS}" if runner.one_job_at_a_time else "")

    def start_job(self, events: JobEvents) -> None:
        self._in_thread(events.name, lambda: report_failure(events, lambda: self._run_job(events)))

    def start_tuning_job(self, events: TuningJobEvents) -> None:
        self._in_thread(events.name, lambda: report_failure(events, lambda: run_tuning_job(self._context, events)))

    def _run_job(self, events: JobEvents) -> None:
        context = self._context
        directory = Path(tempfile.mkdtemp(prefix="job-", dir=self._directory))
        directory.chmod(0o755)  # a container's program may have another user
        try:
            alone = context.runner.one_job_at_a_time and events.kind not in WITHOUT_CONTAINER
            with OneJob(context, events) if alone else nullcontext():
                RUN_JOB[events.kind](context, events, directory)
        finally:
            remove(directory)

    def start_endpoint(self, endpoint: EndpointEvents) -> None:
        self._in_thread(endpoint.name, lambda: self._deploy(endpoint, self._endpoints.create, "Failed"))

    def update_endpoint(self, endpoint: EndpointEvents) -> None:
        self._in_thread(endpoint.name, lambda: self._deploy(endpoint, self._endpoints.update, "RolledBack"))

    def _deploy(self, endpoint: EndpointEvents, deploy: Callable[[EndpointEvents], None], on_failure: str) -> None:
        try:
            deploy(endpoint)
        except Exception as error:
            logger.exception("%s: the local SageMaker itself failed", endpoint.name)
            endpoint.finish(on_failure, failure_reason=f"InternalServerError: {type(error).__name__}: {error}")

    def delete_endpoint(self, endpoint_name: str) -> None:
        self._endpoints.delete(endpoint_name)

    def invoke_endpoint(
        self, endpoint_name: str, body: bytes, headers: Mapping[str, str], target_variant: str | None
    ) -> tuple[int, bytes, Mapping[str, str]]:
        return self._endpoints.invoke(endpoint_name, body, headers, target_variant)

    def finish_labeling_job(self, events: JobEvents, labels: Sequence[Any]) -> None:
        try:
            write_labels(self._context, events, labels)
        except JobFailed as error:
            raise ValueError(str(error)) from error

    def change_schedule(self, events: ScheduleEvents) -> None:
        """Nothing is monitored here."""
        events.finish(events.status)

    def delete_schedule(self, schedule_name: str) -> None:
        """Nothing runs for a schedule."""

    def close(self) -> None:
        self._context.closing.set()
        self._endpoints.close()
        while threads := self._running_threads():  # again, since a tuning job may just have started a training job
            for thread in threads:
                thread.join()
        self._context.runner.close()
        remove(self._directory)

    def _running_threads(self) -> list[threading.Thread]:
        with self._lock:
            return list(self._threads)

    def _in_thread(self, name: str, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=run, name=name, daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()


def report_failure(events: JobEvents, work: Callable[[], None]) -> None:
    """Do the work of a job; when it raises, end the job accordingly."""
    try:
        work()
    except JobFailed as error:
        events.finish("Failed", failure_reason=str(error))
    except JobStopped as error:
        events.finish("Stopped", secondary_status=str(error) or None)
    except Exception as error:
        logger.exception("%s: the local SageMaker itself failed", events.name)
        events.finish("Failed", failure_reason=f"InternalServerError: {type(error).__name__}: {error}")


class OneJob:
    """The turn of a job where only one can run; waiting for it ends with a stop request, by JobStopped."""

    def __init__(self, context: Context, events: JobEvents) -> None:
        self._context, self._events = context, events

    def __enter__(self) -> None:
        while not self._context.one_job.acquire(timeout=POLL_SECONDS):
            if self._events.stop_requested.is_set() or self._context.closing.is_set():
                raise JobStopped

    def __exit__(self, *_: object) -> None:
        self._context.one_job.release()


def make_clients(services: Services) -> tuple[Any, Any]:
    """boto3 clients of S3 and CloudWatch Logs for the execution's own calls."""
    from botocore.config import Config

    options = {
        "endpoint_url": services.endpoint_url,
        "region_name": services.region,
        "aws_access_key_id": services.access_key_id,
        "aws_secret_access_key": services.secret_access_key,
        "config": Config(s3={"addressing_style": "path"}, max_pool_connections=50, retries={"total_max_attempts": 3}),
    }
    with _session_lock:
        return _session().client("s3", **options), _session().client("logs", **options)


@cache
def _session() -> Any:
    """One for all executions of the process: a session reads the service models anew."""
    import boto3

    return boto3.session.Session()


def remove(directory: Path) -> None:
    """Remove a directory; what cannot be removed is a warning."""
    shutil.rmtree(directory, onerror=lambda _, path, error: logger.warning("left behind: %s: %s", path, error[1]))
