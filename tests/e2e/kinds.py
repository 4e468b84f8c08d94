"""What a step of each kind is given, so that what it makes really runs in the local SageMaker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .world import BUCKET, IMAGE, ROLE

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
ECHO, BROKEN, SLOW = "echo", "echo-broken", "echo-slow"
"""Models: one that answers, one whose container does not come up, one that never answers."""
CONFIG = "echo-config"
ENDPOINT = "echo-endpoint"
PIPELINE = "a-pipeline"
_CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
_STOPPING = {"MaxRuntimeInSeconds": 3600}
_VARIANT = {"VariantName": "main", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
_MONITORED = {"EndpointInput": {"EndpointName": ENDPOINT, "LocalPath": "/opt/ml/processing/in"}}
_REPORTS = {"MonitoringOutputs": [
    {"S3Output": {"S3Uri": f"s3://{BUCKET}/reports", "LocalPath": "/opt/ml/processing/reports"}}]}


@dataclass(frozen=True)
class Case:
    """``inputs`` makes the component's inputs of a name and a mode (succeed, fail, last).

    ``other`` are inputs that make another request of the same name. ``status`` is that of success, None where there is none.
    """

    kind: str
    inputs: Callable[[str, str], Mapping[str, Any]]
    name_input: str
    status: str | None = None
    other: Mapping[str, Any] | None = None

    @property
    def component(self) -> str:
        return f"v2/{self.kind}"

    @property
    def status_output(self) -> str | None:
        words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.kind).strip("_")
        return f"{words}_status" if self.status else None


def variant(model: str) -> dict[str, Any]:
    """A production variant of an endpoint configuration that serves the model."""
    return {**_VARIANT, "ModelName": model}


def _training(mode: str, **more: str) -> dict[str, Any]:
    return {"algorithm_specification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"}, "role_arn": ROLE,
            "output_data_config": {"S3OutputPath": f"s3://{BUCKET}/models"}, "resource_config": _CLUSTER,
            "stopping_condition": _STOPPING, "hyper_parameters": {"mode": mode, **more}}


def _tuning(mode: str) -> dict[str, Any]:
    return {
        "hyper_parameter_tuning_job_config": {
            "Strategy": "Random", "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1},
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
            "ParameterRanges": {"IntegerParameterRanges": [{"Name": "x", "MinValue": "1", "MaxValue": "9"}]}},
        "training_job_definition": {
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File", "MetricDefinitions": [
                {"Name": "score", "Regex": "score=([0-9.]+)"}]},
            "RoleArn": ROLE, "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"}, "ResourceConfig": _CLUSTER,
            "StoppingCondition": _STOPPING, "StaticHyperParameters": {"mode": mode}}}


def _processing(mode: str) -> dict[str, Any]:
    return {"app_specification": {"ImageUri": IMAGE}, "role_arn": ROLE, "environment": {"MODE": mode},
            "processing_resources": {"ClusterConfig": _CLUSTER},
            "processing_output_config": {"Outputs": [{"OutputName": "out", "S3Output": {
                "S3Uri": f"s3://{BUCKET}/processed", "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "EndOfJob"}}]}}


def _transform(mode: str) -> dict[str, Any]:
    model = {"succeed": ECHO, "fail": BROKEN, "last": SLOW}[mode]
    return {"model_name": model, "transform_resources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            "transform_input": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/letters"}}},
            "transform_output": {"S3OutputPath": f"s3://{BUCKET}/capitals"}}


def _labeling() -> dict[str, Any]:
    functions = "arn:aws:lambda:us-east-1:432418664414:function"
    return {"label_attribute_name": "animal", "role_arn": ROLE,
            "input_config": {"DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{BUCKET}/pets.manifest"}}},
            "output_config": {"S3OutputPath": f"s3://{BUCKET}/labels"},
            "human_task_config": {
                "WorkteamArn": f"{ARN}:workteam/private-crowd/pets", "TaskTitle": "Cat or dog?", "TaskDescription": "Choose.",
                "UiConfig": {"UiTemplateS3Uri": f"s3://{BUCKET}/template.html"}, "NumberOfHumanWorkersPerDataObject": 1,
                "PreHumanTaskLambdaArn": f"{functions}:PRE-ImageMultiClass", "TaskTimeLimitInSeconds": 60,
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": f"{functions}:ACS-ImageMultiClass"}}}


def _definition(kind: str, **job_input: Any) -> dict[str, Any]:
    analysis = {"ConfigUri": f"s3://{BUCKET}/analysis.json"} if kind in ("model_bias", "model_explainability") else {}
    problem = {"ProblemType": "Regression"} if kind == "model_quality" else {}
    return {f"{kind}_app_specification": {"ImageUri": IMAGE, **analysis, **problem}, "role_arn": ROLE,
            f"{kind}_job_input": {**_MONITORED, **job_input}, f"{kind}_job_output_config": _REPORTS,
            "job_resources": {"ClusterConfig": _CLUSTER}}


def _schedule(expression: str) -> dict[str, Any]:
    return {"monitoring_schedule_config": {
        "ScheduleConfig": {"ScheduleExpression": expression}, "MonitoringJobDefinition": {
            "MonitoringInputs": [_MONITORED], "MonitoringOutputConfig": _REPORTS, "RoleArn": ROLE,
            "MonitoringResources": {"ClusterConfig": _CLUSTER}, "MonitoringAppSpecification": {"ImageUri": IMAGE}}}}


_MIME_TYPES = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
_TRUTH = {"GroundTruthS3Input": {"S3Uri": f"s3://{BUCKET}/truth"}}
_DEFINITIONS = (("data_quality", {}), ("model_quality", _TRUTH), ("model_bias", _TRUTH), ("model_explainability", {}))
_BASELINE = {"ConstraintsResource": {"S3Uri": f"s3://{BUCKET}/constraints.json"}}
_FEATURES = [{"FeatureName": "digit", "FeatureType": "Integral"}, {"FeatureName": "at", "FeatureType": "String"}]

JOBS = (
    Case("TrainingJob", lambda name, mode: {"training_job_name": name, **_training(mode)}, "training_job_name", "Completed"),
    Case("ProcessingJob", lambda name, mode: {"processing_job_name": name, **_processing(mode)}, "processing_job_name",
         "Completed"),
    Case("TransformJob", lambda name, mode: {"transform_job_name": name, **_transform(mode)}, "transform_job_name",
         "Completed"),
    Case("HyperParameterTuningJob", lambda name, mode: {"hyper_parameter_tuning_job_name": name[:32], **_tuning(mode)},
         "hyper_parameter_tuning_job_name", "Completed"),
    Case("LabelingJob", lambda name, mode: {"labeling_job_name": name, **_labeling()}, "labeling_job_name", "Completed"),
)
RECORDS = (
    Case("Model", lambda name, mode: {
        "model_name": name, "execution_role_arn": ROLE, "primary_container": {"Image": IMAGE}}, "model_name",
        other={"primary_container": {"Image": IMAGE, "Environment": {"A": "1"}}}),
    Case("EndpointConfig", lambda name, mode: {"endpoint_config_name": name, "production_variants": [variant(ECHO)]},
         "endpoint_config_name", other={"production_variants": [{**variant(ECHO), "InitialInstanceCount": 2}]}),
    *(Case(f"{''.join(word.title() for word in kind.split('_'))}JobDefinition",
           lambda name, mode, kind=kind, job_input=job_input: {
               "job_definition_name": name, **_definition(kind, **job_input)},
           "job_definition_name", other={f"{kind}_baseline_config": _BASELINE})
      for kind, job_input in _DEFINITIONS),
)
SERVICES = (
    Case("Endpoint", lambda name, mode: {"endpoint_name": name, "endpoint_config_name": CONFIG}, "endpoint_name", "InService",
         other={"endpoint_config_name": f"{CONFIG}-2"}),
    Case("MonitoringSchedule", lambda name, mode: {"monitoring_schedule_name": name, **_schedule("cron(0 * ? * * *)")},
         "monitoring_schedule_name", "Scheduled", other=_schedule("cron(0 0 ? * * *)")),
)
STATES = (
    Case("ModelPackageGroup", lambda name, mode: {"model_package_group_name": name}, "model_package_group_name", "Completed"),
    Case("ModelPackage", lambda name, mode: {
        "model_package_name": name, "inference_specification": {"Containers": [{"Image": IMAGE}], **_MIME_TYPES}},
        "model_package_name", "Completed"),
    Case("InferenceComponent", lambda name, mode: {
        "inference_component_name": name, "endpoint_name": ENDPOINT, "variant_name": "main", "specification": {
            "ModelName": ECHO, "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 512}},
        "runtime_config": {"CopyCount": 1}}, "inference_component_name", "InService"),
    Case("Pipeline", lambda name, mode: {
        "pipeline_name": name, "role_arn": ROLE, "pipeline_definition": '{"Version": "2020-12-01"}'},
        "pipeline_name", "Active"),
    Case("PipelineExecution", lambda name, mode: {"pipeline_name": PIPELINE, "pipeline_execution_display_name": name},
         "pipeline_execution_display_name", "Succeeded"),
    Case("FeatureGroup", lambda name, mode: {
        "feature_group_name": name, "record_identifier_feature_name": "digit", "event_time_feature_name": "at",
        "feature_definitions": _FEATURES, "role_arn": ROLE,
        "offline_store_config": {"S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/features"}}}, "feature_group_name", "Created"),
)
CASES = {case.kind: case for case in (*JOBS, *RECORDS, *SERVICES, *STATES)}


def prepare(sagemaker: Any, s3: Any) -> None:
    """What the cases refer to: data, models, an endpoint configuration, an endpoint and a pipeline."""
    s3.put_object(Bucket=BUCKET, Key="letters/a.txt", Body=b"abc")
    s3.put_object(Bucket=BUCKET, Key="pets.manifest", Body=b'{"source": "cat"}\n{"source": "dog"}\n')
    for name, mode in ((ECHO, "succeed"), (BROKEN, "unhealthy"), (SLOW, "last")):
        container = {"Image": IMAGE, "Environment": {"MODE": mode}}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    for name, model in ((CONFIG, ECHO), (f"{CONFIG}-2", ECHO), (f"{CONFIG}-broken", BROKEN)):
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant(model)])
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=CONFIG)
    sagemaker.create_pipeline(PipelineName=PIPELINE, PipelineDefinition='{"Version": "2020-12-01"}', RoleArn=ROLE)
