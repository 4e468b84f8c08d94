"""InvokeEndpoint: what reaches the container, what comes back, and the errors in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local import LocalSageMaker
from sagemaker_local.scripted import ScriptedExecution

received: list[tuple[str, bytes, dict[str, str], str | None]] = []


def container(name: str, body: bytes, headers: Mapping[str, str], variant: str | None) -> tuple[int, bytes, dict[str, str]]:
    received.append((name, body, dict(headers), variant))
    if body == b"refuse":
        raise ConnectionRefusedError("connection refused")
    if body == b"sleep":
        raise TimeoutError
    if variant == "absent":
        raise LookupError(variant)
    status = int(body) if body.isdigit() else 200
    return status, b"answer:" + body, {"Content-Type": "text/csv", "x-Amzn-Invoked-Production-Variant": "main"}


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    return ScriptedExecution(answer=container)


@pytest.fixture(scope="module")
def runtime(local: LocalSageMaker, client: Callable[..., Any], sagemaker: Any, until: Callable[..., Any]) -> Any:
    sagemaker.create_endpoint(EndpointName="served", EndpointConfigName="base-config")
    until(lambda: sagemaker.describe_endpoint(EndpointName="served")["EndpointStatus"] == "InService")
    return client(local, "sagemaker-runtime")


def test_request_and_answer_are_passed_on(runtime: Any) -> None:
    answer = runtime.invoke_endpoint(
        EndpointName="served",
        Body=b"1,2",
        ContentType="text/csv",
        Accept="text/csv",
        CustomAttributes="trace=1",
        TargetVariant="main",
    )

    assert answer["Body"].read() == b"answer:1,2"
    assert answer["ContentType"] == "text/csv"
    assert answer["InvokedProductionVariant"] == "main"
    name, body, headers, variant = received[-1]
    assert (name, body, variant) == ("served", b"1,2", "main")
    assert headers == {
        "Content-Type": "text/csv",
        "Accept": "text/csv",
        "X-Amzn-SageMaker-Custom-Attributes": "trace=1",
        "X-Amzn-SageMaker-Target-Variant": "main",
    }


@pytest.mark.parametrize(
    ("params", "code", "http_status", "message"),
    [
        ({"EndpointName": "absent", "Body": b""}, "ValidationError", 400, "Endpoint absent of account 123456789012 not found"),
        ({"EndpointName": "served", "Body": b"500"}, "ModelError", 424, "Received server error (500) from primary"),
        ({"EndpointName": "served", "Body": b"404"}, "ModelError", 424, "Received client error (404) from primary"),
        ({"EndpointName": "served", "Body": b"refuse"}, "ModelNotReadyException", 429, "connection refused"),
        ({"EndpointName": "served", "Body": b"sleep"}, "ModelError", 424, "Invocation timed out"),
        ({"EndpointName": "served", "Body": b"x", "TargetVariant": "absent"}, "ValidationError", 400, "variant absent"),
        ({"EndpointName": "served", "Body": b"x" * 6291457}, "ValidationError", 413, "exceeds the limit of 6291456 bytes"),
    ],
)
def test_errors_are_those_of_the_service(
    runtime: Any, params: dict[str, Any], code: str, http_status: int, message: str
) -> None:
    with pytest.raises(ClientError) as caught:
        runtime.invoke_endpoint(**params)

    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == http_status
    assert message in caught.value.response["Error"]["Message"]


def test_the_containers_own_error_is_kept(runtime: Any) -> None:
    with pytest.raises(runtime.exceptions.ModelError) as caught:
        runtime.invoke_endpoint(EndpointName="served", Body=b"503")
    assert caught.value.response["OriginalStatusCode"] == 503
    assert caught.value.response["OriginalMessage"] == "answer:503"
    assert caught.value.response["LogStreamArn"].endswith(":log-group:/aws/sagemaker/Endpoints/served")


def test_other_ways_to_invoke_are_not_offered(runtime: Any) -> None:
    with pytest.raises(ClientError, match="does not offer SageMaker Runtime InvokeEndpointAsync"):
        runtime.invoke_endpoint_async(EndpointName="served", InputLocation="s3://bucket/in")
