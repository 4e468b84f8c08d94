"""A transform job from Starting to its end: the model's container is started, asked for every payload, and what it answers
goes to S3, one object with the ending ``.out`` for each object of the input.

Source: Developer Guide, "Custom Inference Code with Batch Transform", "Batch Transform"; CreateTransformJob, TransformInput
and TransformOutput of the API reference. As there, an object with a record that fails gets no output, the others get
theirs, and the job fails at the end.

What it does not do: augmented manifests, RecordIO and TFRecord, data capture; one container stands for all instances.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sagemaker_local.events import JobEvents
from sagemaker_local.execution.context import POLL_SECONDS, Context, JobFailed, JobStopped, enter
from sagemaker_local.execution.data_processing import DataProcessing, parse_data_processing
from sagemaker_local.execution.log_streams import LogStreams
from sagemaker_local.execution.model_container import NotHealthy, end_container, provide_model, start_model, wait_for_ping
from sagemaker_local.execution.s3_download import S3Object, as_job_failure, list_source, split_uri
from sagemaker_local.execution.transform_invocations import Model, Refused, offered_parameters, transform
from sagemaker_local.execution.transform_payloads import Parameters, asked_parameters, payloads, settle_parameters
from sagemaker_local.runners.container import Container

LOG_GROUP = "/aws/sagemaker/TransformJobs"
SPLIT_TYPES = ("None", "Line")
DATA_TYPES = ("S3Prefix", "ManifestFile")
SEE_LOGS = "See job logs for more information"


@dataclass
class Transformed:
    """An object of the input, the file that its output is gathered in, and the side whose fault a failure is."""

    source: S3Object
    file: Path
    failure: str | None = None


@dataclass(frozen=True)
class Run:
    """What the steps of one job share."""

    context: Context
    events: JobEvents
    directory: Path
    processing: DataProcessing
    logs: LogStreams
    stream: str
    objects: list[Transformed] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        return self.events.stop_requested.is_set() or self.context.closing.is_set()

    def note(self, text: str, about: Transformed | None = None) -> None:
        """Write to the data log, a stream beside the container's."""
        prefix = f"{about.source.bucket}/{about.source.key}: " if about else ""
        for line in text.splitlines() or [""]:
            self.logs.write(f"{self.stream}/data-log", f"[sagemaker logs]: {prefix}{line}")

    def fail(self, item: Transformed, refused: Refused) -> None:
        """Note why an object gets no output."""
        item.failure = refused.side
        self.note(f"{refused.reason}\n\nMessage:\n{refused.message}" if refused.message else refused.reason, item)


def run_transform_job(context: Context, events: JobEvents, directory: Path) -> None:
    """Run the job and report its end. Raises JobFailed and JobStopped."""
    enter(context, events, "Starting")
    if events.faults.fail_with is not None:
        raise JobFailed(events.faults.fail_with)
    request = events.request
    model = events.models[request["ModelName"]]
    processing = check_request(request)
    enter(context, events, "Downloading")
    source = request["TransformInput"]["DataSource"]["S3DataSource"]
    objects = list_source(context.s3, source["S3Uri"], source["S3DataType"], str(model.get("ExecutionRoleArn", "")))
    provide_model(context, model, directory / "ml")
    enter(context, events, "Training")
    stream = f"{events.name}/i-{secrets.token_hex(8)}0-{int(time.time())}"
    with closing(LogStreams(context.logs, LOG_GROUP, context.limits.log_flush)) as logs:
        run = Run(context, events, directory, processing, logs, stream)
        run.objects.extend(Transformed(each, directory / f"{number}.out") for number, each in enumerate(objects))
        transform_with(run, model)
    enter(context, events, "Uploading")
    upload(run)
    failures = [item.failure for item in run.objects if item.failure]
    if failures:
        raise JobFailed(f"{'AlgorithmError' if 'AlgorithmError' in failures else 'ClientError'}: {SEE_LOGS}")
    events.finish("Completed")


def check_request(request: Mapping[str, Any]) -> DataProcessing:
    """Refuse what cannot be done here. Raises JobFailed."""
    given = request["TransformInput"]
    for name, value, possible in (
        ("S3DataType", given["DataSource"]["S3DataSource"]["S3DataType"], DATA_TYPES),
        ("SplitType", given.get("SplitType", "None"), SPLIT_TYPES),
    ):
        if value not in possible:
            raise JobFailed(f"ClientError: the {name} {value} is not available here; use {' or '.join(possible)}")
    try:
        return parse_data_processing(request.get("DataProcessing") or {})
    except ValueError as error:
        raise JobFailed(f"ClientError: {error}") from error


def environment(request: Mapping[str, Any]) -> dict[str, str]:
    """The variables that a batch transform adds to the model's; the last three only where the request sets them."""
    asked = {
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": request.get("MaxPayloadInMB"),
        "SAGEMAKER_BATCH_STRATEGY": asked_parameters(request).get("BatchStrategy"),
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": request.get("MaxConcurrentTransforms"),
    }
    given = {name: str(value) for name, value in asked.items() if value is not None}
    return {**(request.get("Environment") or {}), "SAGEMAKER_BATCH": "true", **given}


def transform_with(run: Run, model: Mapping[str, Any]) -> None:
    """Start the model and gather its answers to every object's payloads. Raises JobFailed and JobStopped."""
    context, events = run.context, run.events
    if events.request.get("DataCaptureConfig"):
        run.note("DataCaptureConfig: no data is captured here")
    container = start_model(
        context,
        events.name,
        model,
        environment(events.request),
        run.directory / "ml",
        partial(run.logs.write, run.stream),
    )
    pool: ThreadPoolExecutor | None = None
    try:
        wait_for_ping(container, context.limits.startup_health_check, lambda: run.cancelled)
        parameters = find_parameters(run, container)
        pool = ThreadPoolExecutor(parameters.concurrent, thread_name_prefix=events.name)
        asked = Model(container, events.request, run.processing, lambda: run.cancelled)
        gather(run, ask_in_order(pool, parameters.concurrent, asked, every_payload(run, parameters)))
    except NotHealthy as error:
        if run.cancelled:
            raise JobStopped from error
        ended = f" before it ended with exit code {error.exit_code}" if error.exit_code is not None else ""
        run.note(f"The container did not pass the ping health check{ended}.")
        raise JobFailed(f"AlgorithmError: {SEE_LOGS}") from error
    finally:
        close(container, pool, 0 if context.closing.is_set() else context.limits.endpoint_stop_grace)


def find_parameters(run: Run, container: Container) -> Parameters:
    """How payloads are to be made, which the data log begins with. Raises JobFailed."""
    offered = offered_parameters(container)
    try:
        parameters = settle_parameters(asked_parameters(run.events.request), offered)
    except (TypeError, ValueError) as error:
        run.note(f"The answer to /execution-parameters cannot be used: {error}")
        raise JobFailed(f"AlgorithmError: {SEE_LOGS}") from error
    run.note(parameters.words)
    return parameters


def close(container: Container, pool: ThreadPoolExecutor | None, grace: float) -> None:
    """End the container first: a request that still waits for its answer ends with it."""
    end_container(container, grace)
    if pool is not None:
        pool.shutdown(cancel_futures=True)


def every_payload(run: Run, parameters: Parameters) -> Iterator[tuple[Transformed, bytes]]:
    """Fetch one object after the other; gives its payloads. One that cannot be read is noted as failed."""
    local = run.directory / "input"
    for item in run.objects:
        item.file.touch()
        with as_job_failure(f"Data download failed: {item.source.uri}"):
            run.context.s3.download_file(item.source.bucket, item.source.key, str(local))
        try:
            for payload in payloads(local, run.events.request["TransformInput"], parameters):
                if item.failure:
                    break
                yield item, payload
        except (ValueError, OSError, EOFError) as error:
            run.fail(item, Refused("ClientError", f"ClientError: {error}"))


Answer = tuple[Transformed, "Future[bytes | Refused]"]


def ask_in_order(
    pool: ThreadPoolExecutor, concurrent: int, model: Model, work: Iterator[tuple[Transformed, bytes]]
) -> Iterator[Answer]:
    """Ask for some payloads at a time; gives the answers in the payloads' order."""
    waiting: deque[Answer] = deque()
    for item, payload in work:
        waiting.append((item, pool.submit(transform, model, payload)))
        if len(waiting) >= concurrent:
            yield waiting.popleft()
    yield from waiting


def gather(run: Run, answers: Iterator[Answer]) -> None:
    """Append every answer to its object's file. Raises JobStopped at a stop request."""
    line_ends = run.events.request["TransformOutput"].get("AssembleWith") == "Line"
    for item, future in answers:
        answer = wait_for(run, future)
        if isinstance(answer, Refused):
            if not item.failure:
                run.fail(item, answer)
            continue
        with item.file.open("ab") as file:
            file.write(answer)
            if line_ends and not answer.endswith(b"\n"):
                file.write(b"\n")


def wait_for(run: Run, future: Future[bytes | Refused]) -> bytes | Refused:
    """The answer, once it is there. Raises JobStopped when a stop request comes first."""
    while not run.cancelled:
        if wait([future], POLL_SECONDS).done:
            return future.result()
    raise JobStopped


def upload(run: Run) -> None:
    """Put the output of every object that did not fail to ``<S3OutputPath>/<relative key>.out``. Raises JobFailed."""
    bucket, prefix = split_uri(run.events.request["TransformOutput"]["S3OutputPath"])
    for item in run.objects:
        if item.failure:
            continue
        key = "/".join(part for part in (prefix.rstrip("/"), f"{item.source.relative_path}.out") if part)
        with as_job_failure(f"Failed to upload s3://{bucket}/{key}"):
            run.context.s3.upload_file(str(item.file), bucket, key)
