"""A labeling job: nobody labels here, so it waits for labels from a call or a file, and writes the output manifest.

Source: Developer Guide, "Input Data" and "Output Data" of Ground Truth. What it does not do: auto-labeling, streaming jobs
(SnsDataSource, which have no manifest), the annotations of single workers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sagemaker_local.events import JobEvents
from sagemaker_local.execution.context import POLL_SECONDS, Context, JobFailed, JobStopped, enter
from sagemaker_local.execution.s3_download import as_job_failure, split_uri
from sagemaker_local.labels import finished, output_manifest, output_manifest_uri, parse_labels


def run_labeling_job(context: Context, events: JobEvents, directory: Path) -> None:
    """Wait until the job is stopped or a call finishes it, or finish it with ``<job>.json`` of the folder of labels.

    Raises JobFailed, for a manifest or a file of labels that cannot be used too, and JobStopped.
    """
    enter(context, events, "Starting")
    if events.faults.fail_with is not None:
        raise JobFailed(events.faults.fail_with)
    if "S3DataSource" in events.request["InputConfig"]["DataSource"]:
        read_manifest(context, events.request)
    enter(context, events, "InProgress")
    file = context.labels / f"{events.name}.json" if context.labels is not None else None
    while file is None or not file.is_file():
        if context.closing.is_set() or events.stop_requested.wait(POLL_SECONDS):
            raise JobStopped
        if events.ended:
            return
    try:
        write_labels(context, events, parse_labels(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise JobFailed(f"ClientError: the labels in {file} cannot be used: {error}") from error


def write_labels(context: Context, events: JobEvents, labels: Sequence[Any]) -> None:
    """Write the output manifest and end the job. Raises ValueError when the labels do not fit, JobFailed for S3."""
    request = events.request
    if "S3DataSource" not in request["InputConfig"]["DataSource"]:
        raise ValueError("A labeling job with an SnsDataSource has no manifest whose objects labels could be given for.")
    manifest = output_manifest(request, read_manifest(context, request), labels, datetime.now(UTC))
    uri = output_manifest_uri(request)
    bucket, key = split_uri(uri)
    with as_job_failure(f"Failed to write the output manifest {uri}"):
        context.s3.put_object(Bucket=bucket, Key=key, Body=manifest.encode())
    events.finish("Completed", describe=finished(request, labels))


def read_manifest(context: Context, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects of the input manifest. Raises JobFailed."""
    uri = request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    bucket, key = split_uri(uri)
    with as_job_failure(f"Failed to read the input manifest {uri}"):
        text = context.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8", "replace")
    try:
        objects = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise JobFailed(f"ClientError: the input manifest {uri} is not in JSON Lines format: {error}") from error
    if not objects or not all(isinstance(item, dict) and ("source-ref" in item or "source" in item) for item in objects):
        raise JobFailed(f"ClientError: every line of the input manifest {uri} must be an object with source-ref or source")
    return objects
