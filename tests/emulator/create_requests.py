"""A valid Create request of every kind, without its name: what the tests of the API begin with."""

from __future__ import annotations

from typing import Any

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
    "ModelPackageGroup": {"ModelPackageGroupDescription": "Those that read digits"},
    "ModelPackage": {
        "ModelPackageDescription": "Reads digits",
        "InferenceSpecification": {
            "Containers": [{"Image": "local/serve:1", "ModelDataUrl": "s3://bucket/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    },
    "InferenceComponent": {
        "EndpointName": "base-endpoint",
        "VariantName": "main",
        "Specification": {
            "ModelName": "base-model",
            "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024},
        },
    },
    "Pipeline": {"PipelineDefinition": '{"Version": "2020-12-01", "Steps": []}', "RoleArn": ROLE},
    "FeatureGroup": {
        "RecordIdentifierFeatureName": "digit",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": [
            {"FeatureName": "digit", "FeatureType": "Integral"},
            {"FeatureName": "at", "FeatureType": "String"},
        ],
        "OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": "s3://bucket/features"}},
        "RoleArn": ROLE,
    },
}
"""What every kind needs but its name (a pipeline execution is not created by one); the server has what the requests name."""
