"""A running local SageMaker per test module, real boto3 clients for it, and a valid Create request of every kind."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from sagemaker_local import LocalSageMaker, Settings, start
from sagemaker_local.kinds import KIND_BY_NAME
from sagemaker_local.scripted import ScriptedExecution

ROLE = "arn:aws:iam::123456789012:role/sagemaker"

MONITORED = ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")
ENDPOINT_INPUT = {"EndpointName": "watched", "LocalPath": "/opt/ml/processing/in"}
MONITORING_OUTPUT = {
    "MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://bucket/monitor", "LocalPath": "/opt/ml/processing/out"}}]
}
MONITORING_RESOURCES = {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}}


def _job_definition(monitored: str) -> dict[str, Any]:
    truth = {"GroundTruthS3Input": {"S3Uri": "s3://bucket/truth"}} if monitored in ("ModelQuality", "ModelBias") else {}
    analysis = {"ConfigUri": "s3://bucket/analysis.json"} if monitored in ("ModelBias", "ModelExplainability") else {}
    return {
        f"{monitored}AppSpecification": {"ImageUri": "local/monitor:1", **analysis},
        f"{monitored}JobInput": {"EndpointInput": ENDPOINT_INPUT, **truth},
        f"{monitored}JobOutputConfig": MONITORING_OUTPUT,
        "JobResources": MONITORING_RESOURCES,
        "RoleArn": ROLE,
    }


REQUESTS: dict[str, dict[str, Any]] = {
    "TrainingJob": {
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": "local/train:1", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    },
    "HyperParameterTuningJob": {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1},
            "ParameterRanges": {"IntegerParameterRanges": [{"Name": "x", "MinValue": "1", "MaxValue": "9"}]},
        },
        "TrainingJobDefinition": {
            "RoleArn": ROLE,
            "AlgorithmSpecification": {
                "TrainingImage": "local/train:1",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": "score=([-0-9.]+)"}],
            },
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
    },
    "ProcessingJob": {
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": "local/process:1"},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
        },
    },
    "Model": {"PrimaryContainer": {"Image": "local/serve:1"}, "ExecutionRoleArn": ROLE},
    "EndpointConfig": {
        "ProductionVariants": [
            {"VariantName": "main", "ModelName": "base-model", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
        ]
    },
    "Endpoint": {"EndpointConfigName": "base-config"},
    "TransformJob": {
        "ModelName": "base-model",
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    },
    "LabelingJob": {
        "LabelAttributeName": "label",
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://bucket/in.manifest"}}},
        "OutputConfig": {"S3OutputPath": "s3://bucket/labels/"},
        "RoleArn": ROLE,
        "HumanTaskConfig": {
            "WorkteamArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/team",
            "UiConfig": {"UiTemplateS3Uri": "s3://bucket/template.liquid"},
            "PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass",
            "TaskTitle": "Cats",
            "TaskDescription": "Is it a cat?",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 60,
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:ACS-ImageMultiClass"
            },
        },
    },
    "Workteam": {
        "MemberDefinitions": [
            {"CognitoMemberDefinition": {"UserPool": "us-east-1_abc", "UserGroup": "labelers", "ClientId": "client"}}
        ],
        "Description": "Those who label",
    },
    **{f"{monitored}JobDefinition": _job_definition(monitored) for monitored in MONITORED},
    "MonitoringSchedule": {
        "MonitoringScheduleConfig": {
            "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
            "MonitoringJobDefinition": {
                "MonitoringInputs": [{"EndpointInput": ENDPOINT_INPUT}],
                "MonitoringOutputConfig": MONITORING_OUTPUT,
                "MonitoringResources": MONITORING_RESOURCES,
                "MonitoringAppSpecification": {"ImageUri": "local/monitor:1"},
                "RoleArn": ROLE,
            },
        }
    },
}
"""What every kind needs but its name; ``base-model`` and ``base-config`` exist in the server."""


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
    with start(Settings(), execution) as running:
        sagemaker = client(running)
        sagemaker.create_model(**make_request("Model", "base-model"))
        sagemaker.create_endpoint_config(**make_request("EndpointConfig", "base-config"))
        yield running


@pytest.fixture(scope="module")
def sagemaker(local: LocalSageMaker, client: Callable[..., Any]) -> Any:
    return client(local)


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], Any]], Any]:
    """Calls a function until it gives something true, and returns that; fails after 10 seconds."""

    def wait(condition: Callable[[], Any]) -> Any:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError("what the test waits for did not come about in 10 seconds")

    return wait
