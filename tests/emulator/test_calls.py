"""The call log: what it keeps of a call, in which order, and what it never keeps."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local import LocalSageMaker
from sagemaker_local.calls import MOST_CALLS, CallLog

BUCKET = "sagemaker-us-east-1-123456789012"


def test_a_call_is_kept_with_all_that_matters(local: LocalSageMaker, sagemaker: Any) -> None:
    sagemaker.describe_model(ModelName="base-model")
    good = local.calls[-1]
    with pytest.raises(ClientError):
        sagemaker.describe_model(ModelName="absent")
    bad = local.calls[-1]

    assert (good.service, good.operation, good.name) == ("sagemaker", "DescribeModel", "base-model")
    assert good.parameters == {"ModelName": "base-model"}
    assert (good.http_status, good.error_code, good.fault, good.caller) == (200, None, None, "client")
    assert (bad.http_status, bad.error_code) == (400, "ValidationException")
    assert bad.order == good.order + 1
    assert bad.time >= good.time
    assert good.seconds is not None
    assert good.user_agent.startswith("Boto3/")


@pytest.mark.parametrize(
    ("service", "method", "params", "operation", "name"),
    [
        ("s3", "put_object", {"Bucket": BUCKET, "Key": "a/ü b", "Body": b"secret body"}, "PutObject", f"{BUCKET}/a/ü b"),
        ("s3", "list_objects_v2", {"Bucket": BUCKET}, "ListObjectsV2", BUCKET),
        ("s3", "list_buckets", {}, "ListBuckets", None),
        ("s3", "create_multipart_upload", {"Bucket": BUCKET, "Key": "k"}, "CreateMultipartUpload", f"{BUCKET}/k"),
        ("logs", "create_log_group", {"logGroupName": "/group"}, "CreateLogGroup", "/group"),
        ("sts", "get_caller_identity", {}, "GetCallerIdentity", None),
        ("iam", "list_roles", {}, "ListRoles", None),
    ],
)
def test_calls_of_other_services_are_named_too(
    local: LocalSageMaker,
    client: Callable[..., Any],
    service: str,
    method: str,
    params: dict[str, Any],
    operation: str,
    name: str | None,
) -> None:
    getattr(client(local, service), method)(**params)
    call = local.calls[-1]
    assert (call.service, call.operation, call.name, call.http_status) == (service, operation, name, 200)


def test_an_error_of_another_service_has_its_code(local: LocalSageMaker, client: Callable[..., Any]) -> None:
    s3, logs = client(local, "s3"), client(local, "logs")
    failing: list[tuple[Callable[[], Any], str]] = [
        (lambda: s3.get_object(Bucket=BUCKET, Key="absent"), "NoSuchKey"),
        (lambda: s3.head_object(Bucket=BUCKET, Key="absent"), "404"),
        (lambda: logs.get_log_events(logGroupName="/absent", logStreamName="s"), "ResourceNotFoundException"),
    ]
    for call, code in failing:
        with pytest.raises(ClientError):
            call()
        assert local.calls[-1].error_code == code


def test_the_log_is_read_by_http_from_any_point(local: LocalSageMaker, sagemaker: Any) -> None:
    before = local.calls[-1].order
    sagemaker.list_models()
    with urllib.request.urlopen(f"{local.url}/_local/calls?after={before}") as answer:
        (call,) = json.load(answer)
    assert (call["operation"], call["order"], call["http_status"]) == ("ListModels", before + 1, 200)


def test_no_credential_and_no_payload_is_kept(local: LocalSageMaker, client: Callable[..., Any]) -> None:
    client(local, "s3").put_object(Bucket=BUCKET, Key="k", Body=b"the-payload")
    client(local, "sts").assume_role_with_web_identity(
        RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="s", WebIdentityToken="the-identity-token"
    )
    with urllib.request.urlopen(f"{local.url}/_local/calls") as answer:
        text = answer.read().decode()
    assert "AssumeRoleWithWebIdentity" in text
    assert "arn:aws:iam::123456789012:role/r" in text
    for secret in ("the-payload", "the-identity-token", "a-secret", "Signature", "AWS4-HMAC"):
        assert secret not in text


def test_a_call_in_progress_is_there_and_the_oldest_are_forgotten() -> None:
    log = CallLog()
    first = log.begin("s3", "GetObject", None, {}, "client")
    assert [(call.http_status, call.seconds) for call in log.all()] == [(None, None)]
    for _ in range(MOST_CALLS):
        log.begin("s3", "GetObject", None, {}, "client")
    log.end(first, 200, None, None)
    calls = log.all()
    assert len(calls) == MOST_CALLS
    assert calls[0].order == first.order + 1
