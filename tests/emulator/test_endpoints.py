"""An endpoint's life: creation, update, rollback, deletion, and invoking it in each state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local import LocalSageMaker
from sagemaker_local.scripted import HOLD, EndpointScript, ScriptedExecution, Step

SCRIPTS = {
    "held-config": EndpointScript((Step("Creating", HOLD),)),
    "held-update": EndpointScript((Step("Updating", HOLD), Step("RollingBack", HOLD))),
    "failing-config": EndpointScript(status="Failed", failure_reason="The container did not pass the ping health check."),
    "bad-update": EndpointScript((Step("RollingBack"),), status="RolledBack", failure_reason="The new fleet is unhealthy."),
    "outage": EndpointScript(status="OutOfService"),
}


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    return ScriptedExecution(endpoints=SCRIPTS, deletions={"held-*": HOLD})


@pytest.fixture(scope="module")
def configs(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    for name in (*SCRIPTS, "second-config"):
        sagemaker.create_endpoint_config(**make_request("EndpointConfig", name))


@pytest.fixture
def described(sagemaker: Any, until: Callable[..., Any]) -> Callable[[str, str], dict[str, Any]]:
    """What Describe shows of an endpoint once it is in a status."""

    def wait(name: str, status: str) -> dict[str, Any]:
        def shown() -> dict[str, Any] | None:
            answer: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
            return answer if answer["EndpointStatus"] == status else None

        found: dict[str, Any] = until(shown)
        return found

    return wait


@pytest.fixture
def create(sagemaker: Any, configs: None, described: Callable[..., Any]) -> Callable[[str, str, str], dict[str, Any]]:
    def run(name: str, config: str, status: str) -> dict[str, Any]:
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        found: dict[str, Any] = described(name, status)
        return found

    return run


def test_creation_ends_in_service(create: Callable[..., Any], execution: ScriptedExecution, described: Any) -> None:
    creating = create("created", "held-config", "Creating")
    assert creating["PendingDeploymentSummary"]["EndpointConfigName"] == "held-config"
    assert "ProductionVariants" not in creating

    execution.release("created")
    serving = described("created", "InService")

    assert serving["EndpointConfigName"] == "held-config"
    assert "PendingDeploymentSummary" not in serving
    (variant,) = serving["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentWeight"], variant["CurrentInstanceCount"]) == ("main", 1.0, 2)
    assert variant["DeployedImages"][0]["SpecifiedImage"] == "local/serve:1"


def test_a_failed_creation_can_only_be_deleted(sagemaker: Any, create: Callable[..., Any], until: Any) -> None:
    failed = create("failed", "failing-config", "Failed")
    assert failed["FailureReason"] == "The container did not pass the ping health check."
    with pytest.raises(ClientError, match="It can only be deleted"):
        sagemaker.update_endpoint(EndpointName="failed", EndpointConfigName="base-config")

    sagemaker.delete_endpoint(EndpointName="failed")

    until(lambda: sagemaker.list_endpoints(NameContains="failed")["Endpoints"] == [])


def test_an_update_swaps_the_configuration(sagemaker: Any, create: Callable[..., Any], described: Any) -> None:
    create("updated", "base-config", "InService")

    answer = sagemaker.update_endpoint(EndpointName="updated", EndpointConfigName="second-config")

    assert answer["EndpointArn"].endswith(":endpoint/updated")
    assert described("updated", "InService")["EndpointConfigName"] == "second-config"


def test_while_updating_the_old_configuration_serves(
    local: LocalSageMaker,
    client: Callable[..., Any],
    sagemaker: Any,
    create: Callable[..., Any],
    described: Any,
    execution: ScriptedExecution,
) -> None:
    create("updating", "base-config", "InService")
    sagemaker.update_endpoint(EndpointName="updating", EndpointConfigName="held-update")

    shown = described("updating", "Updating")

    assert shown["EndpointConfigName"] == "base-config"
    assert shown["PendingDeploymentSummary"]["EndpointConfigName"] == "held-update"
    assert client(local, "sagemaker-runtime").invoke_endpoint(EndpointName="updating", Body=b"x")["Body"].read() == b"x"
    for operation in ("update_endpoint", "delete_endpoint"):
        config = {"EndpointConfigName": "base-config"} if operation == "update_endpoint" else {}
        with pytest.raises(ClientError, match='Cannot update in-progress endpoint "arn:aws:sagemaker:'):
            getattr(sagemaker, operation)(EndpointName="updating", **config)
    execution.release("updating")
    assert described("updating", "RollingBack")["EndpointConfigName"] == "base-config"
    execution.release("updating")
    assert described("updating", "InService")["EndpointConfigName"] == "held-update"


def test_a_failed_update_keeps_the_old_configuration_and_says_why(
    sagemaker: Any, create: Callable[..., Any], described: Any, until: Callable[..., Any]
) -> None:
    create("rolled-back", "base-config", "InService")
    sagemaker.update_endpoint(EndpointName="rolled-back", EndpointConfigName="bad-update")

    kept = until(lambda: (shown := described("rolled-back", "InService")).get("FailureReason") and shown)

    assert kept["FailureReason"] == "The new fleet is unhealthy."
    assert kept["EndpointConfigName"] == "base-config"
    sagemaker.update_endpoint(EndpointName="rolled-back", EndpointConfigName="second-config")
    assert "FailureReason" not in described("rolled-back", "InService")


def test_an_update_needs_its_configuration(sagemaker: Any, create: Callable[..., Any]) -> None:
    create("unchanged", "base-config", "InService")
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        sagemaker.update_endpoint(EndpointName="unchanged", EndpointConfigName="absent")
    assert sagemaker.describe_endpoint(EndpointName="unchanged")["EndpointStatus"] == "InService"


def test_while_creating_it_cannot_be_deleted(sagemaker: Any, create: Callable[..., Any], execution: Any) -> None:
    create("busy", "held-config", "Creating")
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        sagemaker.delete_endpoint(EndpointName="busy")
    execution.release("busy")


def test_deletion_is_shown_until_it_is_done(
    sagemaker: Any, create: Callable[..., Any], execution: ScriptedExecution, until: Callable[..., Any]
) -> None:
    create("held-deletion", "base-config", "InService")
    sagemaker.delete_endpoint(EndpointName="held-deletion")
    assert sagemaker.describe_endpoint(EndpointName="held-deletion")["EndpointStatus"] == "Deleting"
    with pytest.raises(ClientError, match="Cannot create already existing endpoint"):
        sagemaker.create_endpoint(EndpointName="held-deletion", EndpointConfigName="base-config")

    execution.release("held-deletion")

    until(lambda: sagemaker.list_endpoints(NameContains="held-deletion")["Endpoints"] == [])
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="held-deletion")


def test_a_config_whose_model_was_deleted_cannot_be_deployed(
    sagemaker: Any, make_request: Callable[..., Any], configs: None
) -> None:
    sagemaker.create_model(**make_request("Model", "short-lived"))
    variant = {**make_request("EndpointConfig", "x")["ProductionVariants"][0], "ModelName": "short-lived"}
    sagemaker.create_endpoint_config(**make_request("EndpointConfig", "orphan", ProductionVariants=[variant]))
    sagemaker.delete_model(ModelName="short-lived")
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.create_endpoint(EndpointName="orphaned", EndpointConfigName="orphan")
    assert sagemaker.list_endpoints(NameContains="orphaned")["Endpoints"] == []


CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 50,
    "DestinationS3Uri": "s3://bucket/captured",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}
ASYNC = {"OutputConfig": {"S3OutputPath": "s3://bucket/answers"}}
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
CANARY = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "WaitIntervalInSeconds": 60,
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 25},
        }
    },
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
}


def test_capture_async_and_serverless_configurations_are_shown(
    sagemaker: Any, make_request: Callable[..., Any], create: Callable[..., Any], described: Any
) -> None:
    variant = {"VariantName": "main", "ModelName": "base-model", "ServerlessConfig": SERVERLESS}
    shadow = {**make_request("EndpointConfig", "x")["ProductionVariants"][0], "VariantName": "shadow"}
    members = {"DataCaptureConfig": CAPTURE, "AsyncInferenceConfig": ASYNC, "ShadowProductionVariants": [shadow]}
    request = make_request("EndpointConfig", "with-everything", ProductionVariants=[variant], **members)
    sagemaker.create_endpoint_config(**request)

    shown = create("with-everything", "with-everything", "InService")

    assert shown["DataCaptureConfig"]["CaptureStatus"] == "Started"
    assert shown["DataCaptureConfig"]["DestinationS3Uri"] == "s3://bucket/captured"
    assert shown["AsyncInferenceConfig"] == ASYNC
    assert shown["ProductionVariants"][0]["CurrentServerlessConfig"] == SERVERLESS
    assert shown["ShadowProductionVariants"][0]["VariantName"] == "shadow"

    sagemaker.update_endpoint(EndpointName="with-everything", EndpointConfigName="second-config")
    plain = described("with-everything", "InService")
    assert not plain.keys() & members.keys()


def test_the_last_deployment_configuration_is_shown(sagemaker: Any, create: Callable[..., Any], described: Any) -> None:
    assert "LastDeploymentConfig" not in create("canary", "base-config", "InService")
    for members, last in [({"DeploymentConfig": CANARY}, CANARY), ({"RetainDeploymentConfig": True}, CANARY), ({}, None)]:
        sagemaker.update_endpoint(EndpointName="canary", EndpointConfigName="second-config", **members)
        assert described("canary", "InService").get("LastDeploymentConfig") == last


def test_any_status_of_the_service_can_be_scripted(create: Callable[..., Any]) -> None:
    assert create("out", "outage", "OutOfService")["EndpointStatus"] == "OutOfService"
