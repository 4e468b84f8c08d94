"""``v1/deploy``: numbered variants, further ones, and what an endpoint can have beside them."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.deploy import DEPLOY
from kfp_sagemaker.faces.face import Ended
from kfp_sagemaker.faces.prepare import Run, prepare
from kfp_sagemaker.names import RunLabels
from kfp_sagemaker.service_model.validate import UNRESOLVED

FIRST = {"VariantName": "variant-name-1", "ModelName": "m", "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge",
         "InitialVariantWeight": 1.0}
FURTHER = {"VariantName": "fourth", "ModelName": "d", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2,
           "RoutingConfig": {"RoutingStrategy": "RANDOM"}}
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}


def requests(**inputs: Any) -> Any:
    return prepare(DEPLOY, {"model_name_1": "m", **inputs}).requests


def variants(**inputs: Any) -> Any:
    return requests(**inputs)["CreateEndpointConfig"]["ProductionVariants"]


def refused(**inputs: Any) -> dict[str, str]:
    """Input to problem."""
    with pytest.raises(InvalidInput) as raised:
        requests(**inputs)
    return {violation.input: violation.problem for violation in raised.value.violations}


class TestVariants:
    def test_the_least_is_the_first_with_its_defaults(self) -> None:
        assert variants() == [FIRST]

    def test_the_numbered_ones_are_those_with_a_model_and_the_further_ones_follow(self) -> None:
        made = variants(model_name_3="c", production_variants=[FURTHER, {**FURTHER, "VariantName": "fifth"}])

        assert [variant["VariantName"] for variant in made] == ["variant-name-1", "variant-name-3", "fourth", "fifth"]
        assert made[2] == FURTHER

    @pytest.mark.parametrize(("text", "number"), [("0", 0.0), ("0.25", 0.25), (" 1e2 ", 100.0), ("3", 3.0)])
    def test_a_weight_is_the_decimal_that_a_text_says(self, text: str, number: float) -> None:
        assert variants(initial_variant_weight_1=text)[0]["InitialVariantWeight"] == number

    @pytest.mark.parametrize("text", ["half", "1,5", "nan", "Infinity", "1e999", "0x10", "sNaN"])
    def test_another_text_is_no_weight(self, text: str) -> None:
        assert set(refused(initial_variant_weight_1=text)) == {"initial_variant_weight_1"}

    def test_a_serverless_one_has_no_instances(self) -> None:
        assert variants(serverless_config_1=SERVERLESS) == [
            {"VariantName": "variant-name-1", "ModelName": "m", "InitialVariantWeight": 1.0, "ServerlessConfig": SERVERLESS}]

    def test_instances_that_a_serverless_one_was_given_are_a_warning_unless_they_are_defaults(self) -> None:
        given = {"model_name_1": "m", "serverless_config_1": SERVERLESS, "initial_instance_count_1": 1}

        assert prepare(DEPLOY, given).warnings == ()
        warnings = prepare(DEPLOY, {**given, "instance_type_1": "ml.m5.large", "initial_instance_count_1": 2}).warnings
        assert {warning.input for warning in warnings} == {"instance_type_1", "initial_instance_count_1"}

    def test_what_is_known_later_passes_the_check(self) -> None:
        given = {"model_name_1": UNRESOLVED, "model_name_2": UNRESOLVED, "initial_variant_weight_2": UNRESOLVED,
                 "instance_type_1": UNRESOLVED, "endpoint_config_tags": UNRESOLVED}

        assert prepare(DEPLOY, given).warnings == ()
        assert prepare(DEPLOY, {**given, "production_variants": UNRESOLVED}).warnings == ()


class TestRefusals:
    @pytest.mark.parametrize(("inputs", "named"), [
        ({"model_name_1": ""}, {"model_name_1"}),
        ({"model_name_1": "", "production_variants": [FURTHER]}, {"model_name_1"}),
        ({"initial_instance_count_1": 0}, {"initial_instance_count_1"}),
        ({"model_name_3": "c", "initial_variant_weight_3": "-1"}, {"initial_variant_weight_3"}),
        ({"model_name_2": "a b", "model_name_3": "c", "variant_name_3": "c d"}, {"model_name_2", "variant_name_3"}),
        ({"model_name_3": "c", "production_variants": [{**FURTHER, "InitialInstanceCount": 0}]}, {"production_variants"}),
        ({"production_variants": [FURTHER] * 10}, {"production_variants"}),
        ({"serverless_config_1": {"MemorySizeInMB": 1, "MaxConcurrency": 1}}, {"serverless_config_1"}),
        ({"endpoint_config_tags": {"team": 3}}, {"endpoint_config_tags"}),
        ({"tags": {"team": 3}}, {"tags"}),
        ({"tags": {"team": 3}, "endpoint_config_tags": {"team": "vision"}}, {"tags"}),
        ({"deployment_config": {"BlueGreenUpdatePolicy": {}}}, {"deployment_config"}),
        ({"data_capture_config": {"EnableCapture": True}}, {"data_capture_config"}),
    ])
    def test_name_the_input_whatever_its_place_in_the_request(self, inputs: dict[str, Any], named: set[str]) -> None:
        assert set(refused(**inputs)) == named


CAPTURE = {"InitialSamplingPercentage": 20, "DestinationS3Uri": "s3://b/c", "CaptureOptions": [{"CaptureMode": "Input"}]}
ROLLING = {"RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1}, "WaitIntervalInSeconds": 60}}
TAG = {"Key": "team", "Value": "vision"}


class TestRequests:
    @pytest.mark.parametrize(("operation", "member", "inputs", "value"), [
        ("CreateEndpointConfig", "KmsKeyId", {"resource_encryption_key": "alias/key"}, "alias/key"),
        ("CreateEndpointConfig", "DataCaptureConfig", {"data_capture_config": CAPTURE}, CAPTURE),
        ("CreateEndpointConfig", "AsyncInferenceConfig",
         {"async_inference_config": {"OutputConfig": {"S3OutputPath": "s3://b/o"}}}, {"OutputConfig": {"S3OutputPath": "s3://b/o"}}),
        ("CreateEndpoint", "DeploymentConfig", {"deployment_config": ROLLING}, ROLLING),
        ("UpdateEndpoint", "DeploymentConfig", {"deployment_config": ROLLING}, ROLLING),
        ("UpdateEndpoint", "EndpointConfigName", {"endpoint_config_name": "mine"}, "mine"),
        ("CreateEndpoint", "Tags", {"tags": {"team": "vision"}}, [TAG]),
        ("CreateEndpointConfig", "Tags", {"tags": {"team": "vision"}}, [TAG]),
        ("CreateEndpointConfig", "Tags", {"endpoint_config_tags": {"team": "vision"}, "tags": {"a": "b"}}, [TAG]),
        ("CreateEndpoint", "Tags", {"endpoint_config_tags": {"a": "b"}, "tags": {"team": "vision"}}, [TAG]),
    ])
    def test_where_an_input_goes(self, operation: str, member: str, inputs: dict[str, Any], value: Any) -> None:
        assert requests(**inputs)[operation][member] == value

    def test_both_are_tagged_with_the_run_beside_their_own(self) -> None:
        run = Run("identity", RunLabels("pipeline", "run", "task"))
        made = prepare(DEPLOY, {"model_name_1": "m", "endpoint_config_tags": {"team": "vision"}}, run=run).requests
        for operation, own in (("CreateEndpointConfig", {"team"}), ("CreateEndpoint", set())):
            assert {tag["Key"] for tag in made[operation]["Tags"]} == {
                *own, "kfp:pipeline", "kfp:run-id", "kfp:task", "kfp-sagemaker:version"}

    def test_what_the_step_may_do_is_no_part_of_a_request(self) -> None:
        names = requests(update_endpoint=True, delete_old_config=True)
        assert names == requests()

    @pytest.mark.parametrize(("inputs", "may_update", "deletes_replaced"), [
        ({}, False, False), ({"update_endpoint": "True"}, True, False), ({"delete_old_config": "yes"}, False, True)])
    def test_an_update_and_a_deletion_have_to_be_asked_for(
        self, inputs: dict[str, Any], may_update: bool, deletes_replaced: bool
    ) -> None:
        prepared = prepare(DEPLOY, {"model_name_1": "m", **inputs})

        assert (prepared.may_update, prepared.deletes_replaced) == (may_update, deletes_replaced)


def test_a_serverless_variant_on_the_card() -> None:
    described = {"EndpointName": "e", "ProductionVariants": [
        {"VariantName": "v", "CurrentWeight": 1.0, "CurrentServerlessConfig": SERVERLESS}]}

    assert DEPLOY.collect(Ended(described, {})).figures["Variant v"] == "serverless, 2048 MB, weight 1.0"
