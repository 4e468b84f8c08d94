"""Every component with the least it needs, and what it makes: a new component gets all proofs by a row here.

``test_every_component_is_in_the_table`` holds the table to ``faces.registry``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.faces.face import Face
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.resource import Life, Resource

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"
MODEL_URL = "s3://bucket/models/some-job/output/model.tar.gz"
MANIFEST_URL = "s3://bucket/labels/some-job/manifests/output/output.manifest"
MODEL, CONFIG, ENDPOINT = "ready-model", "ready-config", "ready-endpoint"
TRIAL = "ready-trial"
DEFINITION, SCHEDULE = "ready-definition", "ready-schedule"


@dataclass(frozen=True)
class Component:
    """``inputs`` are the least that is valid; ``needs`` are requests to be sent before, in order.

    ``outputs`` are parameters that a successful step leaves, as patterns in which ``{name}`` is the resource's.
    ``name_input`` names the resource; ``different`` is an input value that makes another request.
    """

    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    name_input: str
    different: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def face(self) -> Face:
        return find_face(self.id)

    @property
    def resource(self) -> Resource:
        return self.face.resource

    @property
    def creates(self) -> tuple[str, ...]:
        """The Create operations of a step that finds nothing there."""
        return () if self.face.deletes else tuple(resource.create for resource in self.face.resources)

    @property
    def last(self) -> str:
        """The operation that makes (or removes) what the component is about."""
        return self.resource.delete if self.face.deletes else self.resource.create


_ARN = "arn:aws:sagemaker:us-east-1:123456789012"
_MODEL = ("CreateModel", {"ModelName": MODEL, "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}})
_VARIANT = {"VariantName": "main", "ModelName": MODEL, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
_CONFIG = ("CreateEndpointConfig", {"EndpointConfigName": CONFIG, "ProductionVariants": [_VARIANT]})
_ENDPOINT = ("CreateEndpoint", {"EndpointName": ENDPOINT, "EndpointConfigName": CONFIG})
_MONITORED = {"EndpointName": ENDPOINT, "LocalPath": "/opt/ml/processing/endpoint"}
_TRUTH = {"S3Uri": "s3://bucket/truth"}
_CONTAINER = {"ImageUri": IMAGE}
_CLARIFY = {**_CONTAINER, "ConfigUri": "s3://bucket/config.json"}
_SCHEDULE = {
    "MonitoringJobDefinitionName": DEFINITION,
    "MonitoringType": "DataQuality",
    "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
}


def _definition(kind: str, application: Mapping[str, Any], **job_input: Any) -> dict[str, Any]:
    """The inputs that a job definition of that kind (``data_quality``) needs, but for its name."""
    return {
        f"{kind}_app_specification": application,
        f"{kind}_job_input": {"EndpointInput": _MONITORED, **job_input},
        f"{kind}_job_output_config": {"MonitoringOutputs": [
            {"S3Output": {"S3Uri": "s3://bucket/reports", "LocalPath": "/opt/ml/processing/reports"}}]},
        "job_resources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
        "role_arn": ROLE,
    }


def _definition_row(kind: str, application: Mapping[str, Any], **job_input: Any) -> Component:
    return Component(
        f"v1/{kind}_job_definition",
        _definition(kind, application, **job_input),
        {"job_definition_name": "{name}", "arn": f"{_ARN}:{kind.replace('_', '-')}-job-definition/{{name}}"},
        "job_definition_name",
        {f"{kind}_baseline_config": {"ConstraintsResource": {"S3Uri": "s3://bucket/constraints.json"}}},
    )


_DEFINITION = ("CreateDataQualityJobDefinition", {
    "JobDefinitionName": DEFINITION,
    **{"".join(f"{word.title()}" for word in name.split("_")): value
       for name, value in _definition("data_quality", _CONTAINER).items()},
})
_CHANNEL = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://bucket/data", "S3DataType": "S3Prefix"}}}
_TRIAL = ("CreateTrainingJob", {
    "TrainingJobName": TRIAL,
    "RoleArn": ROLE,
    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    "HyperParameters": {"depth": "6", "eta": "0.1", "seed": "1", "_tuning_objective_metric": "accuracy"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
})

COMPONENTS = {component.id: component for component in (
    Component(
        "v1/delete_endpoint",
        {"endpoint_name": ENDPOINT, "delete_endpoint_config": True, "delete_models": True},
        {"endpoint_name": ENDPOINT, "arn": f"{_ARN}:endpoint/{ENDPOINT}"},
        "endpoint_name",
        needs=(_MODEL, _CONFIG, _ENDPOINT),
    ),
    Component(
        "v1/delete_model", {"model_name": MODEL}, {"arn": f"{_ARN}:model/{MODEL}", "deleted": [f"{_ARN}:model/{MODEL}"]},
        "model_name", needs=(_MODEL,)),
    Component(
        "v1/delete_monitoring_schedule",
        {"monitoring_schedule_name": SCHEDULE},
        {"arn": f"{_ARN}:monitoring-schedule/{SCHEDULE}", "deleted": [f"{_ARN}:monitoring-schedule/{SCHEDULE}"]},
        "monitoring_schedule_name",
        needs=(_DEFINITION, ("CreateMonitoringSchedule", {
            "MonitoringScheduleName": SCHEDULE, "MonitoringScheduleConfig": _SCHEDULE})),
    ),
    Component(
        "v1/deploy",
        {"model_name_1": MODEL, "instance_type_1": "ml.m5.large"},
        {"endpoint_name": "{name}", "arn": f"{_ARN}:endpoint/{{name}}"},
        "endpoint_name",
        {"initial_instance_count_1": 2},
        needs=(_MODEL,),
    ),
    _definition_row("data_quality", _CONTAINER),
    _definition_row("model_quality", {**_CONTAINER, "ProblemType": "Regression"}, GroundTruthS3Input=_TRUTH),
    _definition_row("model_bias", _CLARIFY, GroundTruthS3Input=_TRUTH),
    _definition_row("model_explainability", _CLARIFY),
    Component(
        "v1/endpoint_config",
        {"production_variants": [_VARIANT]},
        {"endpoint_config_name": "{name}", "arn": f"{_ARN}:endpoint-config/{{name}}"},
        "endpoint_config_name",
        {"kms_key_id": "alias/key"},
        needs=(_MODEL,),
    ),
    Component(
        "v1/monitoring_schedule",
        {"monitoring_schedule_config": _SCHEDULE},
        {"monitoring_schedule_name": "{name}", "arn": f"{_ARN}:monitoring-schedule/{{name}}"},
        "monitoring_schedule_name",
        {"monitoring_schedule_config": {**_SCHEDULE, "ScheduleConfig": {"ScheduleExpression": "cron(0 0 ? * * *)"}}},
        needs=(_DEFINITION,),
    ),
    Component(
        "v1/endpoint",
        {"production_variants": [_VARIANT]},
        {"endpoint_name": "{name}", "arn": f"{_ARN}:endpoint/{{name}}"},
        "endpoint_name",
        {"production_variants": [{**_VARIANT, "InitialInstanceCount": 2}]},
        needs=(_MODEL,),
    ),
    Component(
        "v1/ground_truth",
        {
            "region": "us-east-1",
            "role": ROLE,
            "manifest_location": "s3://bucket/pets.manifest",
            "output_location": "s3://bucket/labels",
            "task_type": "image classification",
            "worker_type": "private",
            "workteam_arn": f"{_ARN}:workteam/private-crowd/pets",
            "ui_template": "s3://bucket/template.html",
            "label_attribute_name": "animal",
            "title": "Cat or dog?",
            "description": "Choose the animal.",
            "num_workers_per_object": 1,
            "time_limit": 60,
        },
        {"job_name": "{name}", "arn": f"{_ARN}:labeling-job/{{name}}", "output_manifest_location": MANIFEST_URL,
         "active_learning_model_arn": "", "label_attribute_name": "animal"},
        "job_name",
        {"title": "What is it?"},
    ),
    Component(
        "v1/batch_transform",
        {"model_name": MODEL, "input_location": "s3://bucket/input", "output_location": "s3://bucket/output"},
        {"job_name": "{name}", "arn": f"{_ARN}:transform-job/{{name}}", "output_location": "s3://bucket/output"},
        "job_name",
        {"split_type": "Line"},
        needs=(_MODEL,),
    ),
    Component(
        "v1/hyperparameter_tuning",
        {
            "role": ROLE,
            "image": IMAGE,
            "channels": [_CHANNEL],
            "output_location": "s3://bucket/models",
            "metric_name": "accuracy",
            "metric_type": "Maximize",
            "metric_definitions": {"accuracy": "accuracy=(.*)"},
            "continuous_parameters": [{"Name": "eta", "MinValue": 0.01, "MaxValue": 0.3}],
            "integer_parameters": [{"Name": "depth", "MinValue": 3, "MaxValue": 9}],
            "static_parameters": {"seed": 1},
            "max_num_jobs": 4,
            "max_parallel_jobs": 2,
        },
        {"hpo_job_name": "{name}", "arn": f"{_ARN}:hyper-parameter-tuning-job/{{name}}", "best_job_name": TRIAL,
         "best_hyperparameters": {"depth": 6, "eta": 0.1, "seed": "1"}, "model_artifact_url": MODEL_URL,
         "training_image": IMAGE},
        "job_name",
        {"max_num_jobs": 5},
        needs=(_TRIAL,),
    ),
    Component(
        "v1/model",
        {"model_name": "the-model", "role": ROLE, "image": IMAGE, "model_artifact_url": "s3://bucket/model.tar.gz"},
        {"model_name": "{name}", "arn": f"{_ARN}:model/{{name}}"},
        "model_name",
        {"model_artifact_url": "s3://bucket/other.tar.gz"},
    ),
    Component(
        "v1/process",
        {
            "role": ROLE,
            "image": IMAGE,
            "output_config": [{"OutputName": "split", "S3Output": {
                "S3Uri": "s3://bucket/split", "LocalPath": "/opt/ml/processing/split", "S3UploadMode": "EndOfJob"}}],
        },
        {"job_name": "{name}", "arn": f"{_ARN}:processing-job/{{name}}", "output_artifacts": {"split": "s3://bucket/split"}},
        "job_name",
        {"instance_count": 2},
    ),
    Component(
        "v1/train",
        {
            "role": ROLE,
            "image": IMAGE,
            "channels": [_CHANNEL],
            "model_artifact_path": "s3://bucket/models",
        },
        {"job_name": "{name}", "arn": f"{_ARN}:training-job/{{name}}", "training_image": IMAGE,
         "model_artifact_url": MODEL_URL},
        "job_name",
        {"hyperparameters": {"depth": 6}},
    ),
    Component(
        "v1/workteam",
        {"team_name": "pets", "description": "Those who know pets", "user_pool": "us-east-1_pets", "user_groups": "cats, dogs",
         "client_id": "client"},
        {"workteam_arn": f"{_ARN}:workteam/private-crowd/{{name}}", "arn": f"{_ARN}:workteam/private-crowd/{{name}}"},
        "team_name",
        {"description": "Those who know birds"},
    ),
)}

#: Components by what they are about, for parametrization.
JOBS = [name for name in component_ids("v1") if find_face(name).resource.life is Life.JOB]
JOBS_WITH_LOGS = [name for name in JOBS if find_face(name).resource.log_group]
MAKERS = [name for name in component_ids("v1") if not find_face(name).deletes]
RECORDS = [name for name in MAKERS if find_face(name).resource.life is Life.RECORD]
SERVICES = [name for name in MAKERS if find_face(name).resource.life is Life.SERVICE]
DELETERS = [name for name in component_ids("v1") if find_face(name).deletes]
