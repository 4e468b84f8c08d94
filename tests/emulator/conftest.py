"""A running local SageMaker per test module, real boto3 clients for it, and a valid Create request of every kind."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from create_requests import REQUESTS
from sagemaker_local import LocalSageMaker, Settings, start
from sagemaker_local.kinds import KIND_BY_NAME
from sagemaker_local.scripted import ScriptedExecution


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One for all, since a session keeps the service models that it has read."""
    return boto3.Session(aws_access_key_id="someone", aws_secret_access_key="a-secret", region_name="us-east-1")


@pytest.fixture(scope="session")
def client(session: boto3.Session) -> Callable[..., Any]:
    """A client that says exactly what the server answers: no check of its own, no retries (unless asked for)."""

    def make(local: LocalSageMaker, service: str = "sagemaker", **config: Any) -> Any:
        settled = {"parameter_validation": False, "retries": {"total_max_attempts": 1}, "read_timeout": 30, **config}
        untyped: Any = session
        return untyped.client(service, endpoint_url=local.url, config=Config(**settled))

    return make


@pytest.fixture(scope="session")
def make_request() -> Callable[..., dict[str, Any]]:
    """A valid Create request of a kind, with some members replaced."""

    def make(kind: str, name: str, **members: Any) -> dict[str, Any]:
        return {KIND_BY_NAME[kind].name_member: name, **copy.deepcopy(REQUESTS[kind]), **members}

    return make


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    """What the module's server runs; a module that needs scripts makes its own."""
    return ScriptedExecution()


@pytest.fixture(scope="module")
def local(
    execution: ScriptedExecution, client: Callable[..., Any], make_request: Callable[..., dict[str, Any]]
) -> Iterator[LocalSageMaker]:
    with start(Settings(seconds_to_settle=0.05), execution) as running:
        sagemaker = client(running)
        sagemaker.create_model(**make_request("Model", "base-model"))
        sagemaker.create_endpoint_config(**make_request("EndpointConfig", "base-config"))
        sagemaker.create_endpoint(**make_request("Endpoint", "base-endpoint"))
        yield running


@pytest.fixture(scope="module")
def sagemaker(local: LocalSageMaker, client: Callable[..., Any]) -> Any:
    return client(local)
