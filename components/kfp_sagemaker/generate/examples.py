"""Inputs for the example in each component's README: the least that makes a real request, checked in the tests.

Written down for the components on the SageMaker API, and for custom resources that none of them makes. The others follow: the
same face has the same example, and a custom resource says what the request of the component on the same kind says.
"""

from __future__ import annotations

from typing import Any

from kfp_sagemaker.faces.custom_resource_kinds import KINDS
from kfp_sagemaker.faces.face import Face
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.names import HASH_CHARACTERS, is_empty
from kfp_sagemaker.service_model.model import snake_case

_ROLE = "arn:aws:iam::111122223333:role/SageMakerExecution"
_IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/digits:1"
# The accounts of these images differ by region, https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html.
_MONITOR = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
_CLARIFY = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
_MONITORED = {"EndpointName": "digits", "LocalPath": "/opt/ml/processing/endpoint"}
_REPORTS = {"MonitoringOutputs": [{
    "S3Output": {"S3Uri": "s3://my-bucket/monitoring/", "LocalPath": "/opt/ml/processing/reports"},
}]}
_MONITORING_RESOURCES = {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}}

#: Inputs by component id.
EXAMPLES: dict[str, dict[str, Any]] = {
    "v1/batch_transform": {
        "model_name": "digits-1",
        "input_location": "s3://my-bucket/digits/test/",
        "output_location": "s3://my-bucket/digits/predictions/",
        "content_type": "text/csv",
        "split_type": "Line",
        "assemble_with": "Line",
        "instance_type": "ml.m5.large",
    },
    "v1/delete_endpoint": {"endpoint_name": "digits", "delete_endpoint_config": True, "delete_models": True},
    "v1/endpoint": {
        "endpoint_name": "digits",
        "production_variants": [{
            "VariantName": "main", "ModelName": "digits-1", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1,
        }],
    },
    "v1/hyperparameter_tuning": {
        "role": _ROLE,
        "image": _IMAGE,
        "channels": [{
            "ChannelName": "train",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://my-bucket/split/train/"}},
        }],
        "output_location": "s3://my-bucket/models/",
        "metric_name": "validation:accuracy",
        "metric_type": "Maximize",
        "metric_definitions": {"validation:accuracy": "accuracy=([0-9.]+)"},
        "continuous_parameters": [{"Name": "learning_rate", "MinValue": 0.001, "MaxValue": 0.1, "ScalingType": "Logarithmic"}],
        "integer_parameters": [{"Name": "epochs", "MinValue": 5, "MaxValue": 20}],
        "static_parameters": {"batch_size": 32},
        "max_num_jobs": 12,
        "max_parallel_jobs": 3,
        "instance_type": "ml.m5.large",
    },
    "v1/ground_truth": {
        "role": _ROLE,
        "region": "us-east-1",
        "manifest_location": "s3://my-bucket/digits/unlabeled.manifest",
        "output_location": "s3://my-bucket/digits/labels/",
        "task_type": "image classification",
        "worker_type": "private",
        "workteam_arn": "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/digit-readers",
        "label_attribute_name": "digit",
        "label_category_config": "s3://my-bucket/digits/categories.json",
        "ui_template": "s3://my-bucket/digits/template.liquid.html",
        "title": "Which digit is this?",
        "description": "Choose the digit that the image shows.",
        "num_workers_per_object": 3,
        "time_limit": 300,
    },
    "v1/model": {
        "model_name": "digits-1",
        "role": _ROLE,
        "image": _IMAGE,
        "model_artifact_url": "s3://my-bucket/digits/model.tar.gz",
    },
    "v1/process": {
        "role": _ROLE,
        "image": _IMAGE,
        "container_arguments": ["--holdout", "0.2"],
        "input_config": [{
            "InputName": "digits",
            "S3Input": {
                "S3Uri": "s3://my-bucket/digits/", "LocalPath": "/opt/ml/processing/input/digits", "S3DataType": "S3Prefix",
                "S3InputMode": "File",
            },
        }],
        "output_config": [{
            "OutputName": "split",
            "S3Output": {
                "S3Uri": "s3://my-bucket/split/", "LocalPath": "/opt/ml/processing/output/split", "S3UploadMode": "EndOfJob",
            },
        }],
        "instance_type": "ml.m5.large",
    },
    "v1/workteam": {
        "team_name": "digit-readers",
        "description": "People who label handwritten digits",
        "user_pool": "us-east-1_readers",
        "user_groups": "digits, letters",
        "client_id": "4tqg1example",
    },
    "v1/train": {
        "role": _ROLE,
        "image": _IMAGE,
        "channels": [{
            "ChannelName": "train",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://my-bucket/split/train/"}},
        }],
        "model_artifact_path": "s3://my-bucket/models/",
        "hyperparameters": {"epochs": 10, "learning_rate": 0.1},
        "instance_type": "ml.m5.large",
    },
    "v1/deploy": {
        "endpoint_name": "digits",
        "model_name_1": "digits-1",
        "instance_type_1": "ml.m5.large",
        "update_endpoint": True,
        "deployment_config": {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "digits-errors"}]}},
    },
    "v1/endpoint_config": {
        "production_variants": [{
            "VariantName": "main", "ModelName": "digits-1", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1,
        }],
    },
    "v1/data_quality_job_definition": {
        "data_quality_app_specification": {"ImageUri": _MONITOR},
        "data_quality_job_input": {"EndpointInput": _MONITORED},
        "data_quality_job_output_config": _REPORTS,
        "job_resources": _MONITORING_RESOURCES,
        "role_arn": _ROLE,
        "data_quality_baseline_config": {"ConstraintsResource": {"S3Uri": "s3://my-bucket/baseline/constraints.json"}},
    },
    "v1/model_quality_job_definition": {
        "model_quality_app_specification": {"ImageUri": _MONITOR, "ProblemType": "MulticlassClassification"},
        "model_quality_job_input": {
            "EndpointInput": {**_MONITORED, "InferenceAttribute": "0"},
            "GroundTruthS3Input": {"S3Uri": "s3://my-bucket/truth/"},
        },
        "model_quality_job_output_config": _REPORTS,
        "job_resources": _MONITORING_RESOURCES,
        "role_arn": _ROLE,
    },
    "v1/model_bias_job_definition": {
        "model_bias_app_specification": {"ImageUri": _CLARIFY, "ConfigUri": "s3://my-bucket/clarify/bias.json"},
        "model_bias_job_input": {
            "EndpointInput": {**_MONITORED, "InferenceAttribute": "0"},
            "GroundTruthS3Input": {"S3Uri": "s3://my-bucket/truth/"},
        },
        "model_bias_job_output_config": _REPORTS,
        "job_resources": _MONITORING_RESOURCES,
        "role_arn": _ROLE,
    },
    "v1/model_explainability_job_definition": {
        "model_explainability_app_specification": {"ImageUri": _CLARIFY, "ConfigUri": "s3://my-bucket/clarify/shap.json"},
        "model_explainability_job_input": {"EndpointInput": _MONITORED},
        "model_explainability_job_output_config": _REPORTS,
        "job_resources": _MONITORING_RESOURCES,
        "role_arn": _ROLE,
    },
    "v1/monitoring_schedule": {
        "monitoring_schedule_name": "digits",
        "monitoring_schedule_config": {
            "MonitoringJobDefinitionName": "digits-data-quality",
            "MonitoringType": "DataQuality",
            "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
        },
    },
    "v1/delete_model": {"model_name": "digits-1"},
    "v1/delete_monitoring_schedule": {"monitoring_schedule_name": "digits"},
    "v2/Endpoint": {"endpoint_name": "digits", "endpoint_config_name": "digits-1"},
    "v2/FeatureGroup": {
        "feature_group_name": "digits",
        "record_identifier_feature_name": "image",
        "event_time_feature_name": "seen_at",
        "feature_definitions": [
            {"FeatureName": "image", "FeatureType": "String"},
            {"FeatureName": "seen_at", "FeatureType": "String"},
            {"FeatureName": "mean_ink", "FeatureType": "Fractional"},
        ],
        "offline_store_config": {"S3StorageConfig": {"S3Uri": "s3://my-bucket/features/"}},
        "role_arn": _ROLE,
    },
    "v2/InferenceComponent": {
        "inference_component_name": "digits-copies",
        "endpoint_name": "digits",
        "variant_name": "main",
        "specification": {
            "ModelName": "digits-1",
            "ComputeResourceRequirements": {"NumberOfCpuCoresRequired": 1, "MinMemoryRequiredInMb": 1024},
        },
        "runtime_config": {"CopyCount": 2},
    },
    "v2/ModelPackage": {
        "model_package_group_name": "digits",
        "inference_specification": {
            "Containers": [{"Image": _IMAGE, "ModelDataUrl": "s3://my-bucket/digits/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "model_approval_status": "PendingManualApproval",
    },
    "v2/ModelPackageGroup": {
        "model_package_group_name": "digits", "model_package_group_description": "Models that read handwritten digits",
    },
    "v2/Pipeline": {
        "pipeline_name": "nightly-digits",
        "role_arn": _ROLE,
        "pipeline_definition": '{"Version": "2020-12-01", "Steps": []}',
    },
    "v2/PipelineExecution": {
        "pipeline_name": "nightly-digits", "pipeline_parameters": [{"Name": "epochs", "Value": "10"}],
    },
}


def example_of(face: Face) -> dict[str, Any]:
    """The example's inputs for a component."""
    if face.id in EXAMPLES:
        return EXAMPLES[face.id]
    if face.id not in KINDS:
        return EXAMPLES[face.alternative]
    v1 = find_face(face.alternative)
    resource = face.resource
    request = dict(prepare(v1, EXAMPLES[v1.id]).requests[resource.create])
    if len(str(request[resource.name_member]).rpartition("-")[2]) == HASH_CHARACTERS:
        del request[resource.name_member]  # Derived.
    given = {snake_case(member): value for member, value in request.items()}
    defaults = {declared.name: declared.default for declared in face.inputs}
    return {name: value for name, value in given.items() if not is_empty(value) and str(value) != defaults[name]}
