"""A processing job from Starting to its end.

Source: Developer Guide, "How Amazon SageMaker Runs Your Processing Container Image", "Configures the Processing
Container's Input and Output"; ProcessingInput, ProcessingOutput of the API reference. A job that exceeds
MaxRuntimeInSeconds ends Stopped.

What it does not do: dataset definitions (Athena, Redshift), Pipe mode, writing to a feature store.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from sagemaker_local.events import JobEvents
from sagemaker_local.execution.container_group import GroupEnd, run_group
from sagemaker_local.execution.context import Context, JobFailed, client_environment, enter, fail_by_script
from sagemaker_local.execution.instances import Instance, processing_instances, processing_resource_config
from sagemaker_local.execution.job_image import job_image, refuse_more_than_the_runner_can
from sagemaker_local.execution.log_streams import LogStreams
from sagemaker_local.execution.s3_download import download_source
from sagemaker_local.execution.s3_upload import DirectoryUpload, repeating
from sagemaker_local.runners.container import ContainerSpec

LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
PROCESSING = PurePosixPath("/opt/ml/processing")
MESSAGE_CHARACTERS = 1024

logger = logging.getLogger(__name__)


def run_processing_job(context: Context, events: JobEvents, directory: Path) -> None:
    """Run the job and report its end. Raises JobFailed and JobStopped for what ends it before its containers have run."""
    enter(context, events, "Starting")
    fail_by_script(events)
    request = events.request
    instances = processing_instances(request["ProcessingResources"]["ClusterConfig"])
    refuse_more_than_the_runner_can(context, len(instances))
    enter(context, events, "Downloading")
    opt_mls = [directory / instance.host / "ml" for instance in instances]
    for index, (instance, opt_ml) in enumerate(zip(instances, opt_mls, strict=True)):
        write_configuration(opt_ml, events, instance, instances)
        provide_inputs(context, request, opt_ml, index, len(instances))
    uploads = {mode: output_uploads(context, request, opt_mls, mode) for mode in ("Continuous", "EndOfJob")}
    enter(context, events, "Training")
    with closing(LogStreams(context.logs, LOG_GROUP, context.limits.log_flush)) as logs:
        end = run_containers(context, events, instances, opt_mls, logs, uploads["Continuous"])
    events.advance("Uploading")
    for upload in (*uploads["Continuous"], *(uploads["EndOfJob"] if end.failure is None else ())):
        upload()
    fail_by_script(events, uploaded=True)
    report_end(context, events, end, read_message(opt_mls))


def write_configuration(opt_ml: Path, events: JobEvents, instance: Instance, instances: Sequence[Instance]) -> None:
    """``/opt/ml/config``: the request as Describe shows it, and the hosts. Output directories exist from the start."""
    request = events.request
    for name in ("config", "output", "processing"):
        (opt_ml / name).mkdir(parents=True, exist_ok=True)
    for output in outputs(request):
        local_directory(opt_ml, output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
    shown = ("AppSpecification", "Environment", "ExperimentConfig", "NetworkConfig", "ProcessingInputs", "RoleArn",
             "ProcessingOutputConfig", "ProcessingResources", "StoppingCondition")  # fmt: skip
    job = {"ProcessingJobArn": events.arn, "ProcessingJobName": events.name}
    files = {
        "processingjobconfig": job | {name: request[name] for name in shown if name in request},
        "resourceconfig": processing_resource_config(instance, instances),
    }
    for name, content in files.items():
        (opt_ml / f"config/{name}.json").write_text(json.dumps(content), encoding="utf-8")


def local_directory(opt_ml: Path, local_path: str) -> Path:
    """Where a LocalPath is on this machine. Raises JobFailed for one outside ``/opt/ml/processing``."""
    path = PurePosixPath(local_path)
    if not path.is_relative_to(PROCESSING) or ".." in path.parts:
        raise JobFailed(f"ClientError: the LocalPath {local_path} must begin with {PROCESSING}/")
    return opt_ml / path.relative_to(PROCESSING.parent)


def provide_inputs(context: Context, request: Mapping[str, Any], opt_ml: Path, index: int, count: int) -> None:
    """Download the inputs of one instance. Those with AppManaged are left to the program."""
    for each in request.get("ProcessingInputs") or ():
        source, name = each.get("S3Input"), each["InputName"]
        if each.get("AppManaged"):
            continue
        if source is None:
            raise JobFailed(f"ClientError: Data download failed: input {name}: only S3Input is available here")
        if source.get("S3InputMode", "File") != "File":
            raise JobFailed(f"ClientError: Data download failed: input {name}: only the S3InputMode File is available here")
        place = local_directory(opt_ml, source["LocalPath"])
        gunzip = source.get("S3CompressionType") == "Gzip"
        download_source(context.s3, source, place, request["RoleArn"], index, count, gunzip=gunzip)


def outputs(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The outputs to S3 that are uploaded for the program."""
    every = (request.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
    return [output for output in every if "S3Output" in output and not output.get("AppManaged")]


def output_uploads(context: Context, request: Mapping[str, Any], opt_mls: Sequence[Path], mode: str) -> list[DirectoryUpload]:
    """What uploads the outputs of one S3UploadMode, of every instance."""
    return [
        DirectoryUpload(context.s3, local_directory(opt_ml, output["S3Output"]["LocalPath"]), output["S3Output"]["S3Uri"])
        for output in outputs(request)
        if output["S3Output"].get("S3UploadMode", "EndOfJob") == mode
        for opt_ml in opt_mls
    ]


def run_containers(
    context: Context,
    events: JobEvents,
    instances: Sequence[Instance],
    opt_mls: Sequence[Path],
    logs: LogStreams,
    continuous: Sequence[Callable[[], None]],
) -> GroupEnd:
    """Run one container per instance; outputs in Continuous mode follow while they run."""
    moment = int(time.time())

    def on_line(index: int, line: str) -> None:
        logs.write(f"{events.name}/{instances[index].host}-{moment}", line)

    for note in notes(events.request):
        logger.warning("%s: %s", events.name, note)
        on_line(0, f"[local] {note}")
    begun = time.monotonic()
    limit = (events.request.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds", math.inf)

    def find_cause() -> str | None:
        if events.stop_requested.is_set() or context.closing.is_set():
            return "Stopped"
        if time.monotonic() - begun < limit:
            return None
        events.advance("Stopping")
        return "MaxRuntimeExceeded"

    specifications = [container_spec(context, events, *pair) for pair in zip(instances, opt_mls, strict=True)]
    with repeating(context.limits.synchronisation, continuous):
        return run_group(
            context.runner, specifications, on_line, find_cause, grace=context.limits.stop_grace, closing=context.closing
        )


def notes(request: Mapping[str, Any]) -> list[str]:
    """What of the request is accepted but not carried out, one sentence each."""
    every = (request.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
    return [
        f"output {output['OutputName']}: nothing is written to the feature group "
        f"{output['FeatureStoreOutput'].get('FeatureGroupName')}: there is no feature store here"
        for output in every
        if output.get("FeatureStoreOutput")
    ]


def container_spec(context: Context, events: JobEvents, instance: Instance, opt_ml: Path) -> ContainerSpec:
    """The container of one instance. Without entrypoint and arguments the image's own are used."""
    request = events.request
    application = request["AppSpecification"]
    isolated = bool((request.get("NetworkConfig") or {}).get("EnableNetworkIsolation"))
    return ContainerSpec(
        f"{events.name}-{instance.host}",
        instance.host,
        job_image(context, application.get("ImageUri")),
        {"/opt/ml": opt_ml},
        {**client_environment(context, isolated=isolated), **(request.get("Environment") or {})},
        tuple(application.get("ContainerEntrypoint") or ()),
        tuple(application.get("ContainerArguments") or ()),
        "none" if isolated else "host",
    )


def read_message(opt_mls: Sequence[Path]) -> str | None:
    """The start of the first ``/opt/ml/output/message`` that an instance wrote: ExitMessage, in every terminal state."""
    for opt_ml in opt_mls:
        path = opt_ml / "output/message"
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as text:
                return text.read(MESSAGE_CHARACTERS)
    return None


def report_end(context: Context, events: JobEvents, end: GroupEnd, message: str | None) -> None:
    """Finish with what the containers' end means."""
    if end.cause == "MaxRuntimeExceeded":
        reason = "ClientError: The processing job ran longer than its MaxRuntimeInSeconds."
        events.finish("Stopped", failure_reason=reason, exit_message=message)
    elif end.cause:
        events.finish("Stopped", exit_message=message)
    elif end.failure is not None:
        reason = f"AlgorithmError: See job logs for more information, exit code: {end.failure}"
        events.finish("Failed", failure_reason=reason, exit_message=message)
    else:
        context.closing.wait(events.faults.slow.get("Uploading", 0.0))
        events.finish("Completed", exit_message=message)
