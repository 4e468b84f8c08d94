"""One request of a transform job to its model: filters, headers, time limit, retries, and what a failure is called.

Source: ModelClientConfig of the API reference; the words of failures are those of the data logs that users show
(aws/sagemaker-tensorflow-serving-container#93, aws/amazon-sagemaker-examples#1620).
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker_local.execution.data_processing import (
    DataProcessing,
    job_output,
    known_format,
    model_input,
    read_records,
)
from sagemaker_local.execution.model_container import PING_SECONDS, send
from sagemaker_local.runners.container import Container

TIMEOUT_SECONDS = 600
RETRIES = 3
"""Defaults of ModelClientConfig."""


@dataclass(frozen=True)
class Refused:
    """A payload without an answer. ``side`` is ``ClientError`` or ``AlgorithmError``, ``message`` what the container said."""

    side: str
    reason: str
    message: str = ""


@dataclass(frozen=True)
class Model:
    """A healthy container, and how a job wants it asked."""

    container: Container
    request: Mapping[str, Any]
    processing: DataProcessing
    cancelled: Callable[[], bool]


def offered_parameters(container: Container) -> Mapping[str, Any]:
    """What ``GET /execution-parameters`` answers; nothing from a container that does not offer it."""
    try:
        status, body, _ = send(container, "GET", "/execution-parameters", b"", {}, PING_SECONDS)
        offered = json.loads(body) if status == http.HTTPStatus.OK else {}
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    return offered if isinstance(offered, dict) else {}


def transform(model: Model, payload: bytes) -> bytes | Refused:
    """The output that a payload gives."""
    if model.processing.does_nothing:
        answer = invoke(model, payload)
        return answer if isinstance(answer, Refused) else answer[0]
    given, wanted = model.request["TransformInput"], model.request["TransformOutput"]
    media_type = given.get("ContentType")
    try:
        form = known_format(media_type, "ContentType")
        lines = given.get("SplitType") == "Line" or "jsonlines" in str(media_type)
        records = read_records(form, payload, lines=lines)
        answer = invoke(model, model_input(model.processing, form, records))
        if isinstance(answer, Refused):
            return answer
        body, answered = answer
        answer_form = known_format(wanted.get("Accept") or answered or media_type, "Accept")
        return job_output(model.processing, form, records, answer_form, body)
    except ValueError as error:
        return Refused("ClientError", f"ClientError: {error}")


def invoke(model: Model, body: bytes) -> tuple[bytes, str | None] | Refused:
    """Body and Content-Type of the answer to ``POST /invocations``; what is not the request's fault is tried again."""
    config = model.request.get("ModelClientConfig") or {}
    timeout = float(config.get("InvocationsTimeoutInSeconds", TIMEOUT_SECONDS))
    headers = {
        "Content-Type": model.request["TransformInput"].get("ContentType"),
        "Accept": model.request["TransformOutput"].get("Accept"),
    }
    sent = {name: value for name, value in headers.items() if value}
    refused = Refused("AlgorithmError", "Unable to get response from algorithm")
    for _ in range(1 + config.get("InvocationsMaxRetries", RETRIES)):
        if model.cancelled():
            break
        try:
            status, answer, received = send(model.container, "POST", "/invocations", body, sent, timeout)
        except (OSError, http.client.HTTPException):
            if model.container.wait(0) is not None:
                break
            continue
        if 200 <= status < 300:
            return answer, next((value for name, value in received.items() if name.lower() == "content-type"), None)
        refused = _refused(status, answer.decode("utf-8", "replace"))
        if refused.side == "ClientError":
            break
    return refused


def _refused(status: int, message: str) -> Refused:
    if 400 <= status < 500:
        return Refused("ClientError", f"ClientError: {status}", message)
    return Refused("AlgorithmError", f"Bad HTTP status received from algorithm: {status}", message)
