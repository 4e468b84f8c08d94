"""A training job from Starting to its end.

How it works: each attempt downloads the channels, restores the checkpoints and runs one container per instance; an
interruption of a spot job starts another attempt. Then what the containers left is uploaded and the end is reported.
Source: Developer Guide, "How Amazon SageMaker Runs Your Training Image", "Managed Spot Training".

What it does not do: GPUs, debugger rules, algorithms by AlgorithmName, RetryStrategy. Of a warm pool it keeps the cache
directory.
"""

from __future__ import annotations

import logging
import math
import shutil
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sagemaker_local.events import JobEvents
from sagemaker_local.execution.container_group import GroupEnd, run_group
from sagemaker_local.execution.context import Context, JobStopped, client_environment, enter, fail_by_script
from sagemaker_local.execution.instances import Instance, training_instances
from sagemaker_local.execution.job_image import job_image, refuse_more_than_the_runner_can
from sagemaker_local.execution.log_streams import LogStreams
from sagemaker_local.execution.metrics import MetricValues
from sagemaker_local.execution.s3_download import as_job_failure, download, list_prefix
from sagemaker_local.execution.s3_upload import DirectoryUpload, entries, repeating, upload_archive
from sagemaker_local.execution.training_inputs import (
    checkpoint_directory,
    mounted_channels,
    prepare_directories,
    provide_channels,
    write_configuration,
)
from sagemaker_local.runners.container import ContainerSpec

logger = logging.getLogger(__name__)

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
FAILURE_CHARACTERS = 1024
"""Of /opt/ml/output/failure, in FailureReason (Developer Guide, "How Amazon SageMaker Processes Training Output")."""

WARM_POOL_CACHE = "sagemaker/warmpoolcache"
"""Below ``/opt/ml``: what a program leaves there the next job on the warm pool finds."""

SPOT_SHARE = 0.3
"""BillableTimeInSeconds of a spot job as a part of its training time: what a usual spot price comes to."""


@dataclass
class TrainingRun:
    """What is known of a training job while it runs. Times are of the monotonic clock, in seconds."""

    context: Context
    events: JobEvents
    directory: Path
    instances: list[Instance]
    metrics: MetricValues
    started: float = field(default_factory=time.monotonic)
    trained: float = 0.0
    """Seconds in Training of earlier attempts."""
    interruption_due: bool = False

    @property
    def request(self) -> Mapping[str, Any]:
        return self.events.request

    def working(self, instance: Instance) -> Path:
        """The directory of an instance; ``ml`` in it is its ``/opt/ml``."""
        return self.directory / instance.host

    def opt_ml(self, instance: Instance) -> Path:
        return self.working(instance) / "ml"


def run_training_job(context: Context, events: JobEvents, directory: Path) -> None:
    """Run the job and report its end. Raises JobFailed and JobStopped for what ends it before its containers have run."""
    enter(context, events, "Starting")
    fail_by_script(events)
    request = events.request
    run = TrainingRun(
        context,
        events,
        directory,
        training_instances(request.get("ResourceConfig") or {}),
        MetricValues(request["AlgorithmSpecification"].get("MetricDefinitions") or (), events.report_metric),
    )
    refuse_more_than_the_runner_can(context, len(run.instances))
    spot = bool(request.get("EnableManagedSpotTraining"))
    run.interruption_due = spot and events.faults.interrupt_after is not None
    if events.faults.interrupt_after is not None and not spot:
        logger.warning("%s: not interrupted as the faults say: it is not a spot job (EnableManagedSpotTraining)", events.name)
    end = run_attempt(run)
    while end.cause == "Interrupted":
        run.interruption_due = False
        wait_after_interruption(run)
        end = run_attempt(run)
    report_end(run, end, spot=spot)


def run_attempt(run: TrainingRun) -> GroupEnd:
    """Download, train; the containers' end."""
    context, events, request = run.context, run.events, run.request
    enter(context, events, "Downloading")
    specifications, checkpoints = [], []
    with ExitStack() as stack:
        for instance in run.instances:
            shutil.rmtree(run.working(instance), ignore_errors=True)
            prepare_directories(run.opt_ml(instance))
            bring_cache(run, instance)
            write_configuration(run.opt_ml(instance), request, instance, run.instances)
            for pipe in provide_channels(context.s3, request, run.opt_ml(instance), instance, run.instances):
                stack.callback(pipe.close)
            place = checkpoint_directory(request, run.working(instance))
            if place:
                checkpoints.append(restore_checkpoints(context, request["CheckpointConfig"]["S3Uri"], place[1]))
            specifications.append(container_spec(run, instance, place))
        enter(context, events, "Training")
        logs = stack.enter_context(closing(LogStreams(context.logs, LOG_GROUP, context.limits.log_flush)))
        moment = int(time.time())

        def on_line(index: int, line: str) -> None:
            run.metrics.read(line)
            logs.write(f"{events.name}/{run.instances[index].host}-{moment}", line)

        begun = time.monotonic()
        try:
            with repeating(context.limits.synchronisation, checkpoints):
                end = run_group(
                    context.runner,
                    specifications,
                    on_line,
                    lambda: find_cause(run, begun),
                    grace=context.limits.stop_grace,
                    closing=context.closing,
                )
        finally:
            run.trained += time.monotonic() - begun
            for instance in run.instances:
                keep_cache(run, instance)
    for upload in checkpoints:
        upload()
    return end


def bring_cache(run: TrainingRun, instance: Instance) -> None:
    """What earlier jobs on the warm pool left in its cache."""
    kept, cache = kept_cache(run, instance), run.opt_ml(instance) / WARM_POOL_CACHE
    if run.events.warm_pool:
        cache.mkdir(parents=True)
        if kept.is_dir():
            shutil.copytree(kept, cache, symlinks=True, dirs_exist_ok=True)


def keep_cache(run: TrainingRun, instance: Instance) -> None:
    kept, cache = kept_cache(run, instance), run.opt_ml(instance) / WARM_POOL_CACHE
    if run.events.warm_pool and cache.is_dir():
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(cache, kept, symlinks=True)


def kept_cache(run: TrainingRun, instance: Instance) -> Path:
    """Where the cache of an instance of the warm pool is between jobs."""
    return run.context.directory / "warm-pools" / run.events.warm_pool / instance.host


def find_cause(run: TrainingRun, begun: float) -> str | None:
    """Why a job whose attempt began training at ``begun`` is to be ended now, if there is a reason."""
    events, stopping, now = run.events, run.request.get("StoppingCondition") or {}, time.monotonic()
    if events.stop_requested.is_set() or run.context.closing.is_set():
        return "Stopped"
    cause = None
    if run.trained + now - begun >= stopping.get("MaxRuntimeInSeconds", math.inf):
        cause = "MaxRuntimeExceeded"
    elif now - run.started >= max_wait(run):
        cause = "MaxWaitTimeExceeded"
    if cause:
        events.advance("Stopping")
    elif run.interruption_due and now - begun >= (events.faults.interrupt_after or 0.0):
        return "Interrupted"
    return cause


def max_wait(run: TrainingRun) -> float:
    """Seconds that a spot job may last with all its waiting; without limit for others."""
    limit = (run.request.get("StoppingCondition") or {}).get("MaxWaitTimeInSeconds")
    return float(limit) if limit and run.request.get("EnableManagedSpotTraining") else math.inf


def wait_after_interruption(run: TrainingRun) -> None:
    """Interrupted, then Starting ("Managed Spot Training Lifecycle"). Raises JobStopped, also for MaxWaitTimeExceeded."""
    enter(run.context, run.events, "Interrupted")
    if time.monotonic() - run.started >= max_wait(run):
        raise JobStopped("MaxWaitTimeExceeded")
    enter(run.context, run.events, "Starting")


def restore_checkpoints(context: Context, uri: str, directory: Path) -> DirectoryUpload:
    """Fetch what lies at ``uri``, if anything, and return what keeps it in step with the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    with as_job_failure(f"Checkpoint download failed: {uri}"):
        objects = list_prefix(context.s3, uri.rstrip("/") + "/")
    download(context.s3, objects, directory)
    upload = DirectoryUpload(context.s3, directory, uri)
    upload.mark_present()
    return upload


def container_spec(run: TrainingRun, instance: Instance, checkpoints: tuple[str, Path] | None) -> ContainerSpec:
    """The container of one instance. Without entrypoint and arguments its command is ``train``."""
    events, request = run.events, run.request
    algorithm = request["AlgorithmSpecification"]
    entrypoint = tuple(algorithm.get("ContainerEntrypoint") or ())
    arguments = tuple(algorithm.get("ContainerArguments") or ())
    isolated = bool(request.get("EnableNetworkIsolation"))
    directories = {"/opt/ml": run.opt_ml(instance), **mounted_channels(request, run.context.file_systems)}
    if checkpoints and not checkpoints[1].is_relative_to(run.opt_ml(instance)):
        directories[checkpoints[0]] = checkpoints[1]
    return ContainerSpec(
        f"{events.name}-{instance.host}",
        instance.host,
        job_image(run.context, algorithm.get("TrainingImage")),
        directories,
        {
            **client_environment(run.context, isolated=isolated),
            "TRAINING_JOB_NAME": events.name,
            "TRAINING_JOB_ARN": events.arn,
            **(request.get("Environment") or {}),
        },
        entrypoint,
        arguments or (() if entrypoint else ("train",)),
        "none" if isolated else "host",
    )


def report_end(run: TrainingRun, end: GroupEnd, *, spot: bool) -> None:
    """Upload what the containers left, then finish."""
    events = run.events
    events.advance("Uploading")
    artifacts = upload_results(run, with_model=end.failure is None)
    fail_by_script(events, uploaded=True)
    seconds = max(2 if spot else 1, math.ceil(run.trained))
    describe: dict[str, Any] = {
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": max(1, int(seconds * SPOT_SHARE)) if spot else seconds,
        **({"FinalMetricDataList": metrics} if (metrics := run.metrics.final()) else {}),
        **({"ModelArtifacts": {"S3ModelArtifacts": artifacts}} if artifacts else {}),
    }
    if end.cause is None and end.failure is None:
        hold(run, "Uploading")
        events.finish("Completed", describe=describe)
    elif end.cause is None:
        reason = f"AlgorithmError: {read_failure(run)}, exit code: {end.failure}"
        events.finish("Failed", failure_reason=reason, describe=describe)
    else:
        events.finish("Stopped", secondary_status=end.cause, describe=describe)


def hold(run: TrainingRun, status: str) -> None:
    """Let a status last as the faults say, also when a stop request comes: the work is done."""
    run.context.closing.wait(run.events.faults.slow.get(status, 0.0))


def upload_results(run: TrainingRun, *, with_model: bool) -> str | None:
    """``model.tar.gz`` and ``output.tar.gz``, or the plain objects for CompressionType NONE; the model's URI."""
    output = run.request["OutputDataConfig"]
    base = f"{output['S3OutputPath'].rstrip('/')}/{run.events.name}/output"
    models = [run.opt_ml(instance) / "model" for instance in run.instances]
    data = [run.opt_ml(instance) / "output/data" for instance in run.instances]
    if output.get("CompressionType") == "NONE":
        for directory in data:
            DirectoryUpload(run.context.s3, directory, f"{base}/data")()
        for directory in models if with_model else ():
            DirectoryUpload(run.context.s3, directory, f"{base}/model")()
        return f"{base}/model/" if with_model else None
    if entries(data):
        upload_archive(run.context.s3, data, f"{base}/output.tar.gz")
    if with_model:
        upload_archive(run.context.s3, models, f"{base}/model.tar.gz")
    return f"{base}/model.tar.gz" if with_model else None


def read_failure(run: TrainingRun) -> str:
    """The start of the first ``/opt/ml/output/failure`` that an instance wrote."""
    for instance in run.instances:
        path = run.opt_ml(instance) / "output/failure"
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as text:
                return text.read(FAILURE_CHARACTERS).strip()
    return ""
