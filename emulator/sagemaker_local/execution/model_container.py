"""The container of a production variant or a transform job: its model fetched, started with ``serve``, healthy when
``/ping`` answers 200.

Source: Developer Guide, "Use Your Own Inference Code with Hosting Services" and "with Batch Transform". Of a model with
several containers the first one runs; one container stands for all instances. It has a network of its own, without a
way out.
"""

from __future__ import annotations

import http.client
import logging
import secrets
import shutil
import tarfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sagemaker_local.execution.context import POLL_SECONDS, Context, JobFailed, client_environment
from sagemaker_local.execution.job_image import job_image
from sagemaker_local.execution.log_streams import LogStreams
from sagemaker_local.execution.s3_download import as_job_failure, download, list_prefix, list_source, split_uri
from sagemaker_local.runners.container import Container, ContainerError, ContainerSpec, OnLine

PING_SECONDS = 2.0
"""A /ping must be answered within this time (same chapter, "How Your Container Should Respond to Health Check Requests")."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class VariantContainer:
    """A container that serves a variant."""

    variant: str
    weight: float
    container: Container
    directory: Path

    def close(self, grace: float) -> None:
        """SIGTERM, then SIGKILL after ``grace`` seconds; its files are removed."""
        end_container(self.container, grace)
        shutil.rmtree(self.directory, ignore_errors=True)


class NotHealthy(Exception):
    """A container did not pass the ping health check; ``exit_code`` is that of one that has ended, else None."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


def end_container(container: Container, grace: float) -> None:
    """SIGTERM, then SIGKILL after ``grace`` seconds."""
    container.terminate()
    container.wait(grace)
    container.close()


def start_variant(
    context: Context,
    endpoint_name: str,
    variant: Mapping[str, Any],
    model: Mapping[str, Any],
    logs: LogStreams,
    directory: Path,
) -> VariantContainer:
    """Fetch the model and start its container, which need not be healthy yet. Raises JobFailed."""
    name = variant["VariantName"]
    stream = f"{name}/i-{secrets.token_hex(8)}0"
    opt_ml = directory / "ml"
    provide_model(context, model, opt_ml)
    container = start_model(
        context, f"{endpoint_name}-{name}", model, {}, opt_ml, partial(logs.write, stream)
    )
    return VariantContainer(name, float(variant.get("InitialVariantWeight", 1.0)), container, directory)


def provide_model(context: Context, model: Mapping[str, Any], opt_ml: Path) -> None:
    """Put the model data below ``opt_ml``. Raises JobFailed."""
    (opt_ml / "model").mkdir(parents=True)
    fetch_model(context, container_definition(model), str(model.get("ExecutionRoleArn", "")), opt_ml / "model")


def start_model(
    context: Context,
    name: str,
    model: Mapping[str, Any],
    environment: Mapping[str, str],
    opt_ml: Path,
    on_line: OnLine,
) -> Container:
    """Start a model's container, with more variables than the model's own. Raises JobFailed."""
    definition = container_definition(model)
    spec = ContainerSpec(
        name,
        "model",
        job_image(context, definition.get("Image")),
        {"/opt/ml": opt_ml},
        {**client_environment(context, isolated=True), **(definition.get("Environment") or {}), **environment},
        arguments=("serve",),
        network="endpoint",
    )
    try:
        return context.runner.start(spec, on_line)
    except ContainerError as error:
        raise JobFailed(f"ClientError: {error}") from error


def container_definition(model: Mapping[str, Any]) -> Mapping[str, Any]:
    """The PrimaryContainer, or the first of Containers."""
    several = model.get("Containers") or ()
    if len(several) > 1:
        logger.warning("model %s: only the first of its %d containers is run", model.get("ModelName"), len(several))
    definition: Mapping[str, Any] = model.get("PrimaryContainer") or (several[0] if several else {})
    return definition


def fetch_model(context: Context, definition: Mapping[str, Any], role: str, target: Path) -> None:
    """Put the model data where ``/opt/ml/model`` is: an archive unpacked, or the objects of an uncompressed source."""
    source = (definition.get("ModelDataSource") or {}).get("S3DataSource")
    if source and source.get("CompressionType") == "None":
        download(context.s3, list_source(context.s3, source["S3Uri"], "S3Prefix", role), target)
        return
    uri = definition.get("ModelDataUrl") or (source or {}).get("S3Uri")
    if not uri:
        return
    with as_job_failure(f"Could not find model data at {uri}"):
        bucket, key = split_uri(uri)
        if not any(entry.key == key for entry in list_prefix(context.s3, uri)):
            raise JobFailed(f"ClientError: Could not find model data at {uri}.")
        archive = target.parent / "model.tar.gz"
        context.s3.download_file(bucket, key, str(archive))
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise JobFailed(f"ClientError: Failed to extract model data archive from {uri}: {error}") from error
    finally:
        archive.unlink()


def wait_until_healthy(started: VariantContainer, timeout: float, cancelled: Callable[[], bool]) -> None:
    """Return when /ping answers 200. Raises JobFailed when the container ends or ``timeout`` seconds have passed."""
    name = started.variant
    try:
        wait_for_ping(started.container, timeout, cancelled)
    except NotHealthy as error:
        if error.exit_code is not None:
            raise JobFailed(
                f"The container for production variant {name} ended with exit code {error.exit_code} before it answered the "
                "ping health check. Please check CloudWatch logs for this endpoint."
            ) from error
        raise JobFailed(
            f"The primary container for production variant {name} did not pass the ping health check. Please check "
            "CloudWatch logs for this endpoint."
        ) from error


def wait_for_ping(container: Container, timeout: float, cancelled: Callable[[], bool]) -> None:
    """Return when /ping answers 200. Raises NotHealthy when the container ends, ``timeout`` seconds pass or ``cancelled``."""
    deadline = time.monotonic() + timeout
    while not ping(container):
        if (code := container.wait(0)) is not None:
            raise NotHealthy(code)
        if cancelled() or time.monotonic() > deadline:
            raise NotHealthy(None)
        threading.Event().wait(POLL_SECONDS)


def ping(container: Container) -> bool:
    """Whether ``GET /ping`` is answered with 200."""
    try:
        status, _, _ = send(container, "GET", "/ping", b"", {}, PING_SECONDS)
    except (OSError, http.client.HTTPException):
        return False
    return status == http.HTTPStatus.OK


def send(
    container: Container, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float
) -> tuple[int, bytes, dict[str, str]]:
    """One HTTP request to a container. Raises ConnectionError, TimeoutError or HTTPException."""
    if container.address is None:
        raise ConnectionError("the container has no address")
    host, port = container.address
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, body or None, dict(headers))
        response = connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())
    finally:
        connection.close()
