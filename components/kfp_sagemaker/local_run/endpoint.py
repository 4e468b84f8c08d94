"""The SageMaker that a run's steps talk to: a local one started for the run, or one that runs already."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kfp_sagemaker.local_run.errors import InputRefused

INSTALL_HINT = "install what local runs need with: pip install 'kfp-sagemaker[local]'"


@dataclass(frozen=True)
class Endpoint:
    """A local SageMaker with S3 and CloudWatch Logs at the same URL."""

    url: str
    region: str
    environment: Mapping[str, str]
    """``AWS_*`` variables with which an SDK finds it and nothing else."""
    description: str


@contextlib.contextmanager
def started_endpoint(
    images: Mapping[str, Path],
    region: str,
    runner: str,
    faults: Path | None,
    labels: Path | None,
    file_systems: Mapping[str, Path],
) -> Iterator[Endpoint]:
    """A local SageMaker for the time of the context; ``region`` is the AWS region that it plays, empty: us-east-1.

    Raises:
        InputRefused: the extra ``local`` is not installed, or the emulator refuses its settings.
    """
    try:
        import sagemaker_local
        from sagemaker_local.settings import Settings
    except ImportError as error:
        raise InputRefused([f"{error}; {INSTALL_HINT}"]) from None
    try:
        settings = Settings(
            images=images, region=region or Settings.region, runner=runner, faults=faults, labels=labels,
            file_systems=file_systems,
        )  # fmt: skip
        emulator = sagemaker_local.start(settings)
    except ImportError as error:  # what it needs is imported when it starts
        raise InputRefused([f"{error}; {INSTALL_HINT}"]) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise InputRefused([f"the local SageMaker does not start: {error}"]) from None
    try:
        environment = {**_without_profile(), **emulator.environment()}
        yield Endpoint(emulator.url, emulator.region, environment, emulator.execution.description)
    finally:
        emulator.stop()


def running_endpoint(url: str, region: str = "") -> Endpoint:
    """A local SageMaker that was started elsewhere; credentials are made up, so that none of the user's are sent.

    ``region`` is the AWS region to send requests for; empty: that of the environment, else us-east-1.

    Raises:
        InputRefused: the URL is no http(s) URL, or is AWS itself.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputRefused([f"--endpoint-url {url}: expected http://HOST:PORT of a local SageMaker"])
    if parts.hostname.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
        raise InputRefused([f"--endpoint-url {url} is AWS itself: a local run uses a local SageMaker only"])
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    environment = {
        **_without_profile(),
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    return Endpoint(url, region, environment, "already running")


@contextlib.contextmanager
def users_aws_settings_hidden() -> Iterator[None]:
    """Within the context no ``AWS_*`` variable but the region is set, and no profile is read.

    For the AWS clients of this very process: a profile that does not exist would stop them, one that does could
    lead them elsewhere.
    """
    kept = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in kept:
        if name not in {"AWS_REGION", "AWS_DEFAULT_REGION"}:
            del os.environ[name]
    os.environ.update(_without_profile())
    try:
        yield
    finally:
        for name in _without_profile():
            del os.environ[name]
        os.environ.update(kept)


def _without_profile() -> dict[str, str]:
    """Settings that keep the user's profiles and the instance's role out of a local run."""
    return {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def step_environment(endpoint: Endpoint) -> dict[str, str]:
    """The environment that every step starts from: this process's without its ``AWS_*``, and the endpoint's.

    ``KFP_SAGEMAKER_POLL_INTERVAL`` (seconds) is the lower bound of the components' polling interval: local jobs
    take seconds.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**own, "KFP_SAGEMAKER_POLL_INTERVAL": "0.5", **endpoint.environment}


def s3_client(endpoint: Endpoint) -> Any:
    """An S3 client for the endpoint, with path-style addresses: a bucket is no host name there."""
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint.url,
        region_name=endpoint.region,
        aws_access_key_id=endpoint.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=endpoint.environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=endpoint.environment.get("AWS_SESSION_TOKEN"),
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3}),
    )
