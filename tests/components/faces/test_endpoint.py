"""``v1/endpoint`` and ``v1/delete_endpoint``: the API's fields, on one config and one endpoint."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.endpoint import ENDPOINT_FACE, collect
from kfp_sagemaker.faces.face import Ended
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.faces.registry import find_face

VARIANT = {"VariantName": "main", "ModelName": "digits", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
SHADOW = {**VARIANT, "VariantName": "shadow"}
ROLE = "arn:aws:iam::111122223333:role/r"
LEAST = {"endpoint_name": "digits", "production_variants": [VARIANT]}


def requests(**inputs: Any) -> Any:
    return prepare(ENDPOINT_FACE, {**LEAST, **inputs}).requests


def test_the_least() -> None:
    made = requests(endpoint_config_name="digits-1")
    assert made == {
        "CreateEndpointConfig": {"EndpointConfigName": "digits-1", "ProductionVariants": [VARIANT]},
        "CreateEndpoint": {"EndpointName": "digits", "EndpointConfigName": "digits-1"},
        "UpdateEndpoint": {"EndpointName": "digits", "EndpointConfigName": "digits-1"},
    }
    assert list(made) == ["CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint"]


CAPTURE = {"InitialSamplingPercentage": 20, "DestinationS3Uri": "s3://b/c", "CaptureOptions": [{"CaptureMode": "Input"}]}
DEPLOYMENT = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}
VPC = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}


@pytest.mark.parametrize(("operation", "member", "inputs", "value"), [
    ("CreateEndpointConfig", "ProductionVariants", {"production_variants": f"[{VARIANT}]".replace("'", '"')}, [VARIANT]),
    ("CreateEndpointConfig", "DataCaptureConfig", {"data_capture_config": CAPTURE}, CAPTURE),
    ("CreateEndpointConfig", "AsyncInferenceConfig", {"async_inference_config": {"OutputConfig": {"S3OutputPath": "s3://b/o"}}},
     {"OutputConfig": {"S3OutputPath": "s3://b/o"}}),
    ("CreateEndpointConfig", "KmsKeyId", {"kms_key_id": "alias/key"}, "alias/key"),
    ("CreateEndpointConfig", "ShadowProductionVariants", {"shadow_production_variants": [SHADOW]}, [SHADOW]),
    ("CreateEndpointConfig", "ExecutionRoleArn", {"execution_role_arn": ROLE}, ROLE),
    ("CreateEndpointConfig", "VpcConfig", {"vpc_config": VPC}, VPC),
    ("CreateEndpointConfig", "EnableNetworkIsolation", {"enable_network_isolation": True}, True),
    ("CreateEndpoint", "DeploymentConfig", {"deployment_config": DEPLOYMENT}, DEPLOYMENT),
    ("UpdateEndpoint", "DeploymentConfig", {"deployment_config": DEPLOYMENT}, DEPLOYMENT),
    ("UpdateEndpoint", "RetainAllVariantProperties", {"retain_all_variant_properties": True}, True),
    ("UpdateEndpoint", "ExcludeRetainedVariantProperties",
     {"exclude_retained_variant_properties": [{"VariantPropertyType": "DesiredWeight"}]},
     [{"VariantPropertyType": "DesiredWeight"}]),
    ("UpdateEndpoint", "RetainDeploymentConfig", {"retain_deployment_config": True}, True),
    ("CreateEndpointConfig", "Tags", {"tags": {"team": "vision"}}, [{"Key": "team", "Value": "vision"}]),
    ("CreateEndpoint", "Tags", {"tags": {"team": "vision"}}, [{"Key": "team", "Value": "vision"}]),
])
def test_where_an_input_goes(operation: str, member: str, inputs: dict[str, Any], value: Any) -> None:
    assert requests(**inputs)[operation][member] == value


def test_update_takes_no_tags() -> None:
    assert "Tags" not in requests(tags={"team": "vision"})["UpdateEndpoint"]


def test_the_config_is_named_after_what_it_holds_and_all_three_name_the_same() -> None:
    first, same, other = requests(), requests(), requests(production_variants=[{**VARIANT, "InitialInstanceCount": 2}])
    names = {request["EndpointConfigName"] for request in first.values()}
    assert len(names) == 1
    assert names == {same["CreateEndpointConfig"]["EndpointConfigName"]}
    assert other["CreateEndpointConfig"]["EndpointConfigName"] not in names


def test_a_nameless_endpoint_gets_one_name_in_both_requests() -> None:
    made = requests(endpoint_name="")
    assert made["CreateEndpoint"]["EndpointName"] == made["UpdateEndpoint"]["EndpointName"]
    assert made["CreateEndpoint"]["EndpointName"].startswith("Endpoint-")


def test_who_named_what() -> None:
    assert prepare(ENDPOINT_FACE, LEAST).named_by_user == {"Endpoint"}
    assert prepare(ENDPOINT_FACE, {**LEAST, "endpoint_config_name": "c"}).named_by_user == {"Endpoint", "EndpointConfig"}


@pytest.mark.parametrize(("inputs", "refused"), [
    ({"production_variants": []}, {"production_variants"}),
    ({"production_variants": [{**VARIANT, "InitialInstanceCount": -1}]}, {"production_variants"}),
    ({"endpoint_name": "my endpoint"}, {"endpoint_name"}),
    ({"endpoint_config_name": "my config"}, {"endpoint_config_name"}),
    ({"data_capture_config": {"InitialSamplingPercentage": 101}}, {"data_capture_config"}),
    ({"extra_request": {"ProductionVariants": []}}, {"extra_request"}),
    ({"extra_request": {"CreateEndpoint": []}}, {"extra_request"}),
    ({"extra_request": {"CreateEndpoint": {"Colour": "red"}}}, {"extra_request"}),
    ({"extra_request": {"UpdateEndpoint": {"EndpointName": "other"}}}, {"extra_request"}),
])
def test_refusals_name_the_input(inputs: dict[str, Any], refused: set[str]) -> None:
    with pytest.raises(InvalidInput) as raised:
        requests(**inputs)
    assert {violation.input for violation in raised.value.violations} == refused


def test_a_problem_in_both_requests_is_told_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        requests(endpoint_name="my endpoint")
    assert len(raised.value.violations) == 1


def test_outputs_of_a_described_endpoint() -> None:
    described = {
        "EndpointName": "digits", "EndpointArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint/digits",
        "EndpointConfigName": "digits-1",
        "ProductionVariants": [{"VariantName": "main", "CurrentInstanceCount": 2, "CurrentWeight": 1.0}],
    }
    collected = collect(Ended(described, {}))
    assert collected.parameters == {
        "endpoint_name": "digits", "arn": described["EndpointArn"], "endpoint_config_name": "digits-1"}
    assert collected.figures["Variant main"] == "2 instances, weight 1.0"


class TestDeletion:
    FACE = find_face("v1/delete_endpoint")

    @pytest.mark.parametrize(("inputs", "operations"), [
        ({}, ["DeleteEndpoint"]),
        ({"delete_endpoint_config": True}, ["DeleteEndpoint", "DeleteEndpointConfig"]),
        ({"delete_models": "yes"}, ["DeleteEndpoint", "DeleteModel"]),
        ({"delete_endpoint_config": True, "delete_models": True}, ["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]),
    ])
    def test_deletes_what_was_asked_for(self, inputs: dict[str, Any], operations: list[str]) -> None:
        made = prepare(self.FACE, {"endpoint_name": "digits", **inputs}).requests
        assert list(made) == operations
        assert made["DeleteEndpoint"] == {"EndpointName": "digits"}

    @pytest.mark.parametrize(("inputs", "refused"), [
        ({}, "endpoint_name"),
        ({"endpoint_name": "my endpoint"}, "endpoint_name"),
        ({"endpoint_name": "e", "delete_models": "perhaps"}, "delete_models"),
    ])
    def test_refusals(self, inputs: dict[str, Any], refused: str) -> None:
        with pytest.raises(InvalidInput) as raised:
            prepare(self.FACE, inputs)
        assert {violation.input for violation in raised.value.violations} == {refused}

    def test_nothing_there_is_no_arn(self) -> None:
        collected = self.FACE.collect(Ended({"deleted": []}, {"DeleteEndpoint": {"EndpointName": "digits"}}))
        assert collected.parameters == {"endpoint_name": "digits", "deleted": [], "arn": ""}
