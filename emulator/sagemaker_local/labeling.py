"""The end of a labeling job by a call of somebody who stands for the workers; AWS has no such operation."""

from __future__ import annotations

import json

from sagemaker_local.backend import Backend, find
from sagemaker_local.errors import validation_error
from sagemaker_local.jobs import BUSY
from sagemaker_local.kinds import KIND_BY_NAME
from sagemaker_local.labels import parse_labels


def finish_labeling_job(backend: Backend, name: str, body: bytes) -> None:
    """Ends the job with the labels of the body: a JSON list or JSON Lines, in the order of the input manifest.

    The object ``{"failure_reason": text}`` makes the job fail instead. Raises ServiceError for an unknown job, one that is
    not waiting for labels, and labels that do not fit.
    """
    kind = KIND_BY_NAME["LabelingJob"]
    record = find(backend, kind, name)
    if record.status not in BUSY - {"Stopping"}:
        raise validation_error(f"The request was rejected because the {kind.words} is in status {record.status}.")
    text = body.decode("utf-8", "replace")
    reason = _failure_reason(text)
    if reason is not None:
        record.work.finish("Failed", failure_reason=reason)
        return
    try:
        backend.execution.finish_labeling_job(record.work, parse_labels(text))
    except ValueError as error:
        raise validation_error(str(error)) from error


def _failure_reason(text: str) -> str | None:
    try:
        whole = json.loads(text)
    except ValueError:
        return None
    return str(whole["failure_reason"]) if isinstance(whole, dict) and whole.keys() == {"failure_reason"} else None
