"""Faults on the wire, as a boto3 client meets them, and faults of jobs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from sagemaker_local import LocalSageMaker
from sagemaker_local.fault_rules import parse_rules
from sagemaker_local.faults import FaultScript

BUCKET = "sagemaker-us-east-1-123456789012"

CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "sagemaker": ("DescribeModel", "describe_model", {"ModelName": "base-model"}),
    "s3": ("s3:PutObject", "put_object", {"Bucket": BUCKET, "Key": "k", "Body": b"x" * 3_000_000}),
    "logs": ("logs:DescribeLogGroups", "describe_log_groups", {}),
    "sts": ("sts:GetCallerIdentity", "get_caller_identity", {}),
    "resourcegroupstaggingapi": ("tagging:GetResources", "get_resources", {}),
}

ANSWERS = [
    ("throttle", "sagemaker", "ThrottlingException", 400),
    ("throttle", "logs", "ThrottlingException", 400),
    ("throttle", "resourcegroupstaggingapi", "ThrottlingException", 400),
    ("throttle", "s3", "SlowDown", 503),
    ("throttle", "sts", "Throttling", 400),
    ("server_error", "sagemaker", "InternalFailure", 500),
    ("server_error", "s3", "InternalError", 500),
    ("server_error", "sts", "InternalFailure", 500),
    ("access_denied", "sagemaker", "AccessDeniedException", 400),
    ("access_denied", "s3", "AccessDenied", 403),
    ("expired_token", "sagemaker", "ExpiredTokenException", 400),
    ("expired_token", "s3", "ExpiredToken", 400),
    ("capacity", "sagemaker", "ResourceLimitExceeded", 400),
]


@pytest.fixture(autouse=True)
def no_faults_left(local: LocalSageMaker) -> Iterator[None]:
    yield
    local.faults.clear()


def script(local: LocalSageMaker, *entries: dict[str, Any]) -> None:
    """Puts rules in force by the admin call."""
    call = urllib.request.Request(f"{local.url}/_local/faults", json.dumps(entries).encode(), method="POST")
    with urllib.request.urlopen(call) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(("fault", "service", "code", "http_status"), ANSWERS)
def test_an_error_has_the_services_form(
    local: LocalSageMaker, client: Callable[..., Any], fault: str, service: str, code: str, http_status: int
) -> None:
    operation, method, params = CALLS[service]
    script(local, {"operation": operation, "fault": fault, "count": 1})
    connected = client(local, service)

    with pytest.raises(ClientError) as caught:
        getattr(connected, method)(**params)

    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == http_status
    assert local.calls[-1].fault == fault
    assert local.calls[-1].error_code == code
    assert getattr(connected, method)(**params)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_denied_access_names_who_what_and_where(local: LocalSageMaker, sagemaker: Any) -> None:
    script(local, {"operation": "DescribeModel", "fault": "access_denied"})
    with pytest.raises(ClientError, match=r"User: arn:aws:\S+ is not authorized to perform: sagemaker:DescribeModel on"):
        sagemaker.describe_model(ModelName="base-model")


def test_a_message_can_be_given(local: LocalSageMaker, sagemaker: Any) -> None:
    script(local, {"operation": "DescribeModel", "fault": "capacity", "message": "limit for ml.p5.48xlarge is 0"})
    with pytest.raises(ClientError, match=r"limit for ml\.p5\.48xlarge is 0"):
        sagemaker.describe_model(ModelName="base-model")


def test_throttling_is_ridden_out_by_a_client_that_retries(local: LocalSageMaker, client: Callable[..., Any]) -> None:
    script(local, {"operation": "Describe*", "fault": "throttle", "count": 1})
    before = len(local.calls)
    patient = client(local, retries={"mode": "standard", "total_max_attempts": 2})

    assert patient.describe_model(ModelName="base-model")["ModelName"] == "base-model"

    assert [call.http_status for call in local.calls[before:]] == [400, 200]


@pytest.mark.parametrize(("fault", "created"), [("drop_connection", False), ("lost_response", True)])
def test_a_dropped_connection_comes_before_or_after_the_operation(
    local: LocalSageMaker, sagemaker: Any, make_request: Callable[..., Any], fault: str, created: bool
) -> None:
    script(local, {"operation": "CreateModel", "name": f"dropped-{created}", "fault": fault})

    with pytest.raises(ConnectionClosedError):
        sagemaker.create_model(**make_request("Model", f"dropped-{created}"))

    assert bool(sagemaker.list_models(NameContains=f"dropped-{created}")["Models"]) is created
    call = next(call for call in local.calls if call.fault == fault)
    assert call.http_status == (200 if created else None)


def test_a_slow_answer_is_late_and_right(local: LocalSageMaker, sagemaker: Any) -> None:
    script(local, {"operation": "DescribeModel", "fault": "slow", "seconds": 0.3})
    assert sagemaker.describe_model(ModelName="base-model")["ModelName"] == "base-model"
    seconds = local.calls[-1].seconds
    assert seconds is not None
    assert seconds >= 0.29


def test_faults_can_be_seen_and_cleared_by_the_admin_call(local: LocalSageMaker, sagemaker: Any) -> None:
    script(local, {"operation": "DescribeModel", "fault": "throttle"})
    with pytest.raises(ClientError):
        sagemaker.describe_model(ModelName="base-model")
    with urllib.request.urlopen(f"{local.url}/_local/faults") as answer:
        (shown,) = json.load(answer)
    assert (shown["operation"], shown["fault"], shown["hits"]) == ("DescribeModel", "throttle", 1)

    with urllib.request.urlopen(urllib.request.Request(f"{local.url}/_local/faults", method="DELETE")):
        assert sagemaker.describe_model(ModelName="base-model")["ModelName"] == "base-model"


def test_a_script_with_mistakes_is_refused_by_the_admin_call(local: LocalSageMaker) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        script(local, {"operation": "DescribeModel", "fault": "flood"})
    assert caught.value.code == 400
    assert "Rule 1: fault is 'flood'; known are" in json.load(caught.value)["error"]


@pytest.mark.parametrize(
    ("rule", "statuses", "reason"),
    [
        (
            {"fault": "job_failure", "reason": "AlgorithmError: out of memory"},
            ["Downloading", "Training", "Failed"],
            "AlgorithmError: out of memory",
        ),
        ({"fault": "capacity", "job": "job-*"}, ["Downloading", "Training", "Failed"], "CapacityError: Unable to provision"),
        (
            {"fault": "spot_interruption", "after": 0},
            ["Downloading", "Training", "Interrupted", "Starting", "Training", "Uploading", "Completed"],
            "",
        ),
        (
            {"fault": "slow", "status": "Training", "seconds": 0.01},
            ["Downloading", "Training", "Uploading", "Completed"],
            "",
        ),
        ({"fault": "job_failure", "job": "other"}, ["Downloading", "Training", "Uploading", "Completed"], ""),
    ],
)
def test_faults_of_jobs_show_in_their_life(
    local: LocalSageMaker,
    sagemaker: Any,
    make_request: Callable[..., Any],
    until: Callable[..., Any],
    rule: dict[str, Any],
    statuses: list[str],
    reason: str,
) -> None:
    name = f"job-{len(local.calls)}"
    script(local, rule)
    sagemaker.create_training_job(**make_request("TrainingJob", name))

    def ended() -> dict[str, Any] | None:
        described: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
        return described if described["TrainingJobStatus"] != "InProgress" else None

    shown = until(ended)

    assert [transition["Status"] for transition in shown["SecondaryStatusTransitions"]] == ["Starting", *statuses]
    assert shown.get("FailureReason", "").startswith(reason)


def test_a_count_is_used_up_and_a_probability_is_the_same_every_time() -> None:
    def struck(rule: dict[str, Any]) -> list[bool]:
        faults = FaultScript()
        faults.add(parse_rules([{"operation": "Describe*", "fault": "throttle", **rule}]))
        return [bool(faults.call_faults("sagemaker", "DescribeModel", None)) for _ in range(200)]

    assert struck({"count": 2}) == [True, True] + [False] * 198
    assert struck({}) == [True] * 200
    assert struck({"probability": 0.0}) == [False] * 200
    some = struck({"probability": 0.1})
    assert 5 < sum(some) < 40
    assert some == struck({"probability": 0.1})
    assert some != struck({"probability": 0.1, "seed": 1})
    assert sum(struck({"probability": 0.5, "count": 3})) == 3


@pytest.mark.parametrize(
    ("rule", "service", "operation", "name", "strikes"),
    [
        ({"operation": "Describe*"}, "sagemaker", "DescribeModel", "m", True),
        ({"operation": "Describe*"}, "logs", "DescribeLogGroups", None, False),
        ({"operation": "*"}, "sagemaker-runtime", "InvokeEndpoint", "e", True),
        ({"operation": "*"}, "s3", "GetObject", None, False),
        ({"operation": "*:*"}, "s3", "GetObject", None, True),
        ({"operation": "s3:Get*"}, "s3", "GetObject", "bucket/key", True),
        ({"operation": "s3:Get*", "name": "bucket/*.gz"}, "s3", "GetObject", "bucket/key", False),
        ({"operation": "DescribeModel", "name": "m*"}, "sagemaker", "DescribeModel", "model", True),
        ({"operation": "DescribeModel", "name": "m*"}, "sagemaker", "DescribeModel", None, False),
    ],
)
def test_a_rule_names_calls_by_globs(
    rule: dict[str, Any], service: str, operation: str, name: str | None, strikes: bool
) -> None:
    faults = FaultScript()
    faults.add(parse_rules([{"fault": "throttle", **rule}]))
    assert bool(faults.call_faults(service, operation, name)) is strikes


def test_slowness_and_one_other_fault_go_together() -> None:
    faults = FaultScript()
    slow: dict[str, Any] = {"fault": "slow", "seconds": 1}
    entries: list[dict[str, Any]] = [{"fault": "throttle"}, slow, {"fault": "server_error", "count": 1}]
    faults.add(parse_rules([{"operation": "*", **entry} for entry in entries]))
    assert [rule.fault for rule in faults.call_faults("sagemaker", "DescribeModel", None)] == ["throttle", "slow"]
    assert [hits for _, hits in faults.hits()] == [1, 1, 0]
