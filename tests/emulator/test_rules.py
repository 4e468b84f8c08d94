"""Rules that the service enforces beyond its model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

IMAGE = {"TrainingImage": "i", "TrainingInputMode": "File"}
CHANNEL = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/i"}}}


def processing_input(**place: Any) -> dict[str, Any]:
    return {"InputName": "in", "S3Input": {"S3Uri": "s3://b/i", "S3DataType": "S3Prefix", **place}}


def processing_output(path: str) -> dict[str, Any]:
    return {"OutputName": "out", "S3Output": {"S3Uri": "s3://b/o", "LocalPath": path, "S3UploadMode": "EndOfJob"}}


def variant(**members: Any) -> list[dict[str, Any]]:
    return [{"VariantName": "v", "ModelName": "base-model", **members}]


INPUT = processing_input(LocalPath="/opt/ml/processing/in")
ON_SERVER = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}

BROKEN: list[tuple[str, dict[str, Any], str]] = [
    (
        "TrainingJob",
        {"AlgorithmSpecification": {**IMAGE, "AlgorithmName": "a"}},
        "Exactly one of TrainingImage and AlgorithmName",
    ),
    ("TrainingJob", {"AlgorithmSpecification": {"TrainingInputMode": "File"}}, "Exactly one of TrainingImage"),
    ("TrainingJob", {"AlgorithmSpecification": None}, "AlgorithmSpecification is required"),
    ("TrainingJob", {"ResourceConfig": None}, "ResourceConfig is required"),
    ("TrainingJob", {"ResourceConfig": {"InstanceCount": 1}}, "must specify InstanceType and InstanceCount"),
    ("TrainingJob", {"EnableManagedSpotTraining": True}, "Invalid MaxWaitTimeInSeconds"),
    (
        "TrainingJob",
        {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxRuntimeInSeconds": 100, "MaxWaitTimeInSeconds": 99},
        },
        "Invalid MaxWaitTimeInSeconds",
    ),
    ("TrainingJob", {"InputDataConfig": [CHANNEL, CHANNEL]}, "ChannelName must be unique in InputDataConfig: train"),
    ("ProcessingJob", {"ProcessingInputs": [processing_input(LocalPath="/data")]}, "must start with /opt/ml/processing/"),
    ("ProcessingJob", {"ProcessingInputs": [processing_input()]}, "LocalPath is required for the input in"),
    ("ProcessingJob", {"ProcessingInputs": [{"InputName": "in"}]}, "Exactly one of S3Input and DatasetDefinition"),
    ("ProcessingJob", {"ProcessingInputs": [INPUT, INPUT]}, "InputName must be unique in ProcessingInputs: in"),
    (
        "ProcessingJob",
        {"ProcessingOutputConfig": {"Outputs": [processing_output("/opt/ml/model")]}},
        "LocalPath /opt/ml/model of the output out is invalid",
    ),
    ("Model", {"PrimaryContainer": None}, "Either PrimaryContainer or Containers must be specified"),
    ("Model", {"Containers": [{"Image": "i"}]}, "PrimaryContainer and Containers cannot both"),
    ("Model", {"PrimaryContainer": {"Environment": {}}}, "must specify Image or ModelPackageName"),
    ("EndpointConfig", {"ProductionVariants": variant()}, "InstanceType or ServerlessConfig is required"),
    (
        "EndpointConfig",
        {"ProductionVariants": variant(**ON_SERVER, ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1})},
        "ServerlessConfig excludes InstanceType",
    ),
    ("EndpointConfig", {"ProductionVariants": variant(**ON_SERVER) * 2}, "VariantName must be unique"),
    (
        "EndpointConfig",
        {"ProductionVariants": [{"VariantName": "v", **ON_SERVER}]},
        "ModelName is required for the variant v",
    ),
    (
        "EndpointConfig",
        {"ProductionVariants": variant(**ON_SERVER, ModelName="absent")},
        'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/absent"',
    ),
    (
        "Endpoint",
        {"EndpointConfigName": "absent"},
        'Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/absent"',
    ),
]

KEPT: list[tuple[str, dict[str, Any]]] = [
    (
        "TrainingJob",
        {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxRuntimeInSeconds": 100, "MaxWaitTimeInSeconds": 100},
        },
    ),
    ("TrainingJob", {"AlgorithmSpecification": {"AlgorithmName": "a", "TrainingInputMode": "File"}}),
    ("TrainingJob", {"RoleArn": "arn:aws:iam::999999999999:role/of-another-account"}),
    ("ProcessingJob", {"ProcessingInputs": [{**processing_input(), "AppManaged": True}]}),
    ("ProcessingJob", {"ProcessingOutputConfig": {"Outputs": [processing_output("/opt/ml/processing/out")]}}),
    ("Model", {"PrimaryContainer": None, "Containers": [{"Image": "i"}, {"Image": "j"}]}),
    (
        "EndpointConfig",
        {"ProductionVariants": variant(ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1})},
    ),
]

CREATE = {
    "TrainingJob": "create_training_job",
    "ProcessingJob": "create_processing_job",
    "Model": "create_model",
    "EndpointConfig": "create_endpoint_config",
    "Endpoint": "create_endpoint",
}


@pytest.mark.parametrize(("kind", "changes", "sentence"), BROKEN)
def test_a_request_that_breaks_a_rule_is_refused(
    sagemaker: Any, make_request: Callable[..., Any], kind: str, changes: dict[str, Any], sentence: str
) -> None:
    request = {**make_request(kind, "broken"), **changes}

    with pytest.raises(ClientError) as caught:
        getattr(sagemaker, CREATE[kind])(**{name: value for name, value in request.items() if value is not None})

    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert sentence in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(("kind", "changes"), KEPT)
def test_a_request_that_keeps_the_rules_is_accepted(
    sagemaker: Any, make_request: Callable[..., Any], kind: str, changes: dict[str, Any]
) -> None:
    name = f"kept-{KEPT.index((kind, changes))}"
    members = {**make_request(kind, name), **changes}

    created = getattr(sagemaker, CREATE[kind])(**{key: value for key, value in members.items() if value is not None})

    assert created[f"{kind}Arn"].endswith(f"/{name}")
