"""Rules that the service enforces beyond its model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from create_requests import REQUESTS
from sagemaker_local.kinds import KIND_BY_NAME

IMAGE = {"TrainingImage": "i", "TrainingInputMode": "File"}
CHANNEL = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/i"}}}


def processing_input(**place: Any) -> dict[str, Any]:
    return {"InputName": "in", "S3Input": {"S3Uri": "s3://b/i", "S3DataType": "S3Prefix", **place}}


def processing_output(path: str) -> dict[str, Any]:
    return {"OutputName": "out", "S3Output": {"S3Uri": "s3://b/o", "LocalPath": path, "S3UploadMode": "EndOfJob"}}


def variant(**members: Any) -> list[dict[str, Any]]:
    return [{"VariantName": "v", "ModelName": "base-model", **members}]


def schedule(expression: str = "cron(0 * ? * * *)", **members: str) -> dict[str, Any]:
    config = {"ScheduleConfig": {"ScheduleExpression": expression}, "MonitoringJobDefinitionName": "absent", **members}
    return {"MonitoringScheduleConfig": config}


CREDENTIALS = {"TrainingRepositoryCredentialsProviderArn": "arn:aws:lambda:us-east-1:123456789012:function:f"}
NETWORK = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}

TASK = REQUESTS["LabelingJob"]["HumanTaskConfig"]
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
    (
        "TrainingJob",
        {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxRuntimeInSeconds": 100, "MaxWaitTimeInSeconds": 100},
            "ResourceConfig": {**REQUESTS["TrainingJob"]["ResourceConfig"], "KeepAlivePeriodInSeconds": 60},
        },
        "KeepAlivePeriodInSeconds cannot be specified with EnableManagedSpotTraining",
    ),
    (
        "TrainingJob",
        {"AlgorithmSpecification": {**IMAGE, "TrainingImageConfig": {"TrainingRepositoryAccessMode": "Vpc"}}},
        "VpcConfig is required when TrainingRepositoryAccessMode is Vpc",
    ),
    (
        "TrainingJob",
        {"AlgorithmSpecification": {**IMAGE, "TrainingImageConfig": {
            "TrainingRepositoryAccessMode": "Platform", "TrainingRepositoryAuthConfig": CREDENTIALS}}},
        "TrainingRepositoryAuthConfig can be specified only when",
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
        "TransformJob",
        {"ModelName": "absent"},
        'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/absent"',
    ),
    ("TransformJob", {"MaxPayloadInMB": 101}, "cannot exceed 100"),
    ("TransformJob", {"MaxPayloadInMB": 20, "MaxConcurrentTransforms": 6}, "its product with MaxConcurrentTransforms"),
    ("LabelingJob", {"LabelAttributeName": "cat-metadata"}, "It cannot end with -metadata"),
    ("LabelingJob", {"InputConfig": {"DataSource": {}}}, "Exactly one of S3DataSource and SnsDataSource"),
    (
        "LabelingJob",
        {"HumanTaskConfig": {**TASK, "PreHumanTaskLambdaArn": f"{TASK['PreHumanTaskLambdaArn']}SemanticSegmentation"}},
        "It must end with -ref",
    ),
    ("LabelingJob", {"HumanTaskConfig": {**TASK, "UiConfig": {}}}, "Exactly one of UiTemplateS3Uri and HumanTaskUiArn"),
    ("Workteam", {"MemberDefinitions": [{}]}, "Exactly one of CognitoMemberDefinition and OidcMemberDefinition"),
    (
        "Workteam",
        {"MemberDefinitions": [*REQUESTS["Workteam"]["MemberDefinitions"], {"OidcMemberDefinition": {"Groups": ["g"]}}]},
        "cannot hold both Cognito and OIDC members",
    ),
    ("DataQualityJobDefinition", {"DataQualityJobInput": {}}, "Exactly one of EndpointInput and BatchTransformInput"),
    ("MonitoringSchedule", {"MonitoringScheduleConfig": {}}, "Exactly one of MonitoringJobDefinition and Monitoring"),
    ("MonitoringSchedule", schedule(), "MonitoringType is required with MonitoringJobDefinitionName"),
    ("MonitoringSchedule", schedule("hourly"), "ScheduleExpression hourly is invalid. It must be NOW or a cron expression"),
    ("MonitoringSchedule", schedule("NOW"), "DataAnalysisStartTime and DataAnalysisEndTime are required"),
    (
        "Endpoint",
        {"EndpointConfigName": "absent"},
        'Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/absent"',
    ),
]

NOW = {"ScheduleExpression": "NOW", "DataAnalysisStartTime": "-PT1H", "DataAnalysisEndTime": "-PT0H"}

KEPT: list[tuple[str, dict[str, Any]]] = [
    (
        "TrainingJob",
        {
            "AlgorithmSpecification": {**IMAGE, "TrainingImageConfig": {
                "TrainingRepositoryAccessMode": "Vpc", "TrainingRepositoryAuthConfig": CREDENTIALS}},
            "VpcConfig": NETWORK,
        },
    ),
    ("TransformJob", {"MaxPayloadInMB": 20, "MaxConcurrentTransforms": 5}),
    ("TransformJob", {"MaxPayloadInMB": 0, "MaxConcurrentTransforms": 200}),
    ("LabelingJob", {"LabelAttributeName": "cat-ref"}),
    (
        "LabelingJob",
        {"HumanTaskConfig": {
            **TASK, "PreHumanTaskLambdaArn": f"{TASK['PreHumanTaskLambdaArn']}VerificationSemanticSegmentation"}},
    ),
    (
        "MonitoringSchedule",
        {
            "MonitoringScheduleConfig": {
                **REQUESTS["MonitoringSchedule"]["MonitoringScheduleConfig"],
                "ScheduleConfig": NOW,
            }
        },
    ),
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


def create(client: Any, kind: str, members: dict[str, Any]) -> dict[str, Any]:
    """Sends a Create request; members that are None are left out."""
    methods = {operation: name for name, operation in client.meta.method_to_api_mapping.items()}
    present = {name: value for name, value in members.items() if value is not None}
    answer: dict[str, Any] = getattr(client, methods[f"Create{kind}"])(**present)
    return answer


@pytest.mark.parametrize(("kind", "changes", "sentence"), BROKEN)
def test_a_request_that_breaks_a_rule_is_refused(
    sagemaker: Any, make_request: Callable[..., Any], kind: str, changes: dict[str, Any], sentence: str
) -> None:
    request = {**make_request(kind, "broken"), **changes}

    with pytest.raises(ClientError) as caught:
        create(sagemaker, kind, request)

    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert sentence in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(("kind", "changes"), KEPT)
def test_a_request_that_keeps_the_rules_is_accepted(
    sagemaker: Any, make_request: Callable[..., Any], kind: str, changes: dict[str, Any]
) -> None:
    name = f"kept-{KEPT.index((kind, changes))}"
    members = {**make_request(kind, name), **changes}

    created = create(sagemaker, kind, members)

    assert created[KIND_BY_NAME[kind].arn_member].endswith(f"/{name}")
