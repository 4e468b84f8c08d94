"""What every job and endpoint is run with, and the end of one that cannot go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sagemaker_local.events import JobEvents, Services
from sagemaker_local.runners.container import Runner

POLL_SECONDS = 0.05
"""How often a running container, a stop request and a deadline are looked at."""


class JobFailed(Exception):
    """The job ends Failed; the message is its FailureReason, worded as the service words it."""


class JobStopped(Exception):
    """The job ends Stopped before its container has run."""


@dataclass(frozen=True)
class Limits:
    """Times in seconds, as the service has them; tests shorten them."""

    stop_grace: float = 120.0
    """From SIGTERM to SIGKILL (Developer Guide, "How Amazon SageMaker Runs Your Training Image")."""
    endpoint_stop_grace: float = 30.0
    startup_health_check: float = 480.0
    """Until /ping must have answered 200, unless the variant has a ContainerStartupHealthCheckTimeoutInSeconds."""
    invocation: float = 60.0
    synchronisation: float = 1.0
    """Between uploads of checkpoints and of outputs with S3UploadMode Continuous."""
    log_flush: float = 0.5


@dataclass(frozen=True)
class Context:
    """The services, the runner and the limits of one execution. ``s3`` and ``logs`` are boto3 clients."""

    services: Services
    runner: Runner
    images: Mapping[str, Path]
    directory: Path
    limits: Limits
    s3: Any
    logs: Any
    closing: threading.Event = field(default_factory=threading.Event)
    one_job: threading.Lock = field(default_factory=threading.Lock)
    labels: Path | None = None
    """The folder whose ``<labeling job>.json`` finishes that job."""
    file_systems: Mapping[str, Path] = field(default_factory=dict)


def client_environment(context: Context, *, isolated: bool) -> dict[str, str]:
    """Variables that every container has: the region; and, unless it has no network, what leads an AWS client here."""
    region = context.services.region
    here = {} if isolated else dict(context.services.client_environment)
    return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, **here}


def enter(context: Context, events: JobEvents, secondary_status: str) -> None:
    """Report a status and let it last as much longer as the faults say. Raises JobStopped when a stop request comes."""
    events.advance(secondary_status)
    end = time.monotonic() + events.faults.slow.get(secondary_status, 0.0)
    while not (events.stop_requested.is_set() or context.closing.is_set()) and time.monotonic() < end:
        events.stop_requested.wait(min(POLL_SECONDS, max(0.0, end - time.monotonic())))
    if events.stop_requested.is_set() or context.closing.is_set():
        raise JobStopped


def fail_by_script(events: JobEvents, *, uploaded: bool = False) -> None:
    """Raises JobFailed where the faults say so; ``uploaded``: what the container left is in S3."""
    faults = events.faults
    if faults.fail_with is not None and faults.fail_after_upload == uploaded:
        raise JobFailed(faults.fail_with)
