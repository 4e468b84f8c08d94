"""The kinds of custom resources that components are made of, and words for the members of their requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.endpoint_config import ENDPOINT_CONFIG
from kfp_sagemaker.resources.feature_group import FEATURE_GROUP
from kfp_sagemaker.resources.hyper_parameter_tuning_job import HYPER_PARAMETER_TUNING_JOB
from kfp_sagemaker.resources.inference_component import INFERENCE_COMPONENT
from kfp_sagemaker.resources.job_definitions import (
    DATA_QUALITY_JOB_DEFINITION,
    MODEL_BIAS_JOB_DEFINITION,
    MODEL_EXPLAINABILITY_JOB_DEFINITION,
    MODEL_QUALITY_JOB_DEFINITION,
)
from kfp_sagemaker.resources.labeling_job import LABELING_JOB
from kfp_sagemaker.resources.model import MODEL
from kfp_sagemaker.resources.model_package import MODEL_PACKAGE
from kfp_sagemaker.resources.model_package_group import MODEL_PACKAGE_GROUP
from kfp_sagemaker.resources.monitoring_schedule import MONITORING_SCHEDULE
from kfp_sagemaker.resources.pipeline import PIPELINE
from kfp_sagemaker.resources.pipeline_execution import PIPELINE_EXECUTION
from kfp_sagemaker.resources.processing_job import PROCESSING_JOB
from kfp_sagemaker.resources.resource import Resource
from kfp_sagemaker.resources.training_job import TRAINING_JOB
from kfp_sagemaker.resources.transform_job import TRANSFORM_JOB


@dataclass(frozen=True)
class Kind:
    """A kind as a component.

    ``v1`` is the component on the same kind on the SageMaker API (empty: there is none), whose outputs ``also`` the component
    has. ``all_optional`` and ``sends_false`` (a false truth value is sent, not left out) keep the inputs what they were in the
    components before these. ``matters`` are members that are not required, and yet no advanced inputs.
    """

    resource: Resource
    description: str
    v1: str = ""
    also: tuple[str, ...] = ()
    all_optional: bool = False
    sends_false: bool = False
    matters: tuple[str, ...] = ()


def _definition(resource: Resource, words: str) -> Kind:
    monitoring_type = resource.kind.removesuffix("JobDefinition")
    return Kind(resource, f"Creates a SageMaker {words} job definition by a custom resource of ACK.",
                f"v1/{words.replace(' ', '_')}_job_definition", all_optional=True,
                matters=(f"{monitoring_type}BaselineConfig",))


_MODEL = Kind(MODEL, "Creates a SageMaker model by a custom resource of ACK.", "v1/model", ("model",), all_optional=True,
              sends_false=True, matters=("PrimaryContainer", "ExecutionRoleArn"))

#: By component id. Both names of the model are those of directories that there were.
KINDS: Mapping[str, Kind] = {
    "v2/DataQualityJobDefinition": _definition(DATA_QUALITY_JOB_DEFINITION, "data quality"),
    "v2/Endpoint": Kind(
        ENDPOINT, "Creates a SageMaker endpoint, or updates the one of that name, by a custom resource of ACK.", "v1/endpoint",
        all_optional=True, matters=("DeploymentConfig",)),
    "v2/EndpointConfig": Kind(
        ENDPOINT_CONFIG, "Creates a SageMaker endpoint config by a custom resource of ACK.", "v1/endpoint_config",
        all_optional=True, matters=("DataCaptureConfig", "AsyncInferenceConfig", "KmsKeyId")),
    "v2/FeatureGroup": Kind(
        FEATURE_GROUP, "Creates a SageMaker feature group by a custom resource of ACK.",
        matters=("OnlineStoreConfig", "OfflineStoreConfig", "RoleArn")),
    "v2/HyperParameterTuningJob": Kind(
        HYPER_PARAMETER_TUNING_JOB, "Runs a SageMaker hyperparameter tuning job by a custom resource of ACK.",
        "v1/hyperparameter_tuning", ("best_job_name", "best_hyperparameters", "metrics"),
        matters=("TrainingJobDefinition", "TrainingJobDefinitions")),
    "v2/InferenceComponent": Kind(
        INFERENCE_COMPONENT, "Creates or updates a SageMaker inference component by a custom resource of ACK.",
        matters=("VariantName", "RuntimeConfig")),
    "v2/LabelingJob": Kind(
        LABELING_JOB, "Runs a SageMaker Ground Truth labeling job by a custom resource of ACK.", "v1/ground_truth",
        ("output_manifest_location",), matters=("LabelCategoryConfigS3Uri",)),
    "v2/Model": _MODEL,
    "v2/ModelBiasJobDefinition": _definition(MODEL_BIAS_JOB_DEFINITION, "model bias"),
    "v2/ModelExplainabilityJobDefinition": _definition(MODEL_EXPLAINABILITY_JOB_DEFINITION, "model explainability"),
    "v2/ModelPackage": Kind(
        MODEL_PACKAGE, "Registers a version of a model in the SageMaker model registry by a custom resource of ACK.",
        matters=("ModelPackageGroupName", "ModelPackageName", "InferenceSpecification", "ModelApprovalStatus")),
    "v2/ModelPackageGroup": Kind(
        MODEL_PACKAGE_GROUP, "Creates a group of the SageMaker model registry by a custom resource of ACK.",
        matters=("ModelPackageGroupDescription",)),
    "v2/ModelQualityJobDefinition": _definition(MODEL_QUALITY_JOB_DEFINITION, "model quality"),
    "v2/Modelv2": _MODEL,
    "v2/MonitoringSchedule": Kind(
        MONITORING_SCHEDULE,
        "Creates a SageMaker monitoring schedule, or updates the one of that name, by a custom resource of ACK.",
        "v1/monitoring_schedule", all_optional=True),
    "v2/Pipeline": Kind(
        PIPELINE, "Creates or updates a pipeline of SageMaker Pipelines by a custom resource of ACK.",
        matters=("PipelineDefinition",)),
    "v2/PipelineExecution": Kind(
        PIPELINE_EXECUTION, "Runs a pipeline of SageMaker Pipelines by a custom resource of ACK, and waits for its end.",
        matters=("PipelineParameters",)),
    "v2/ProcessingJob": Kind(
        PROCESSING_JOB, "Runs a SageMaker processing job by a custom resource of ACK.", "v1/process", ("output_artifacts",),
        matters=("ProcessingInputs", "ProcessingOutputConfig", "Environment", "StoppingCondition")),
    "v2/TrainingJob": Kind(
        TRAINING_JOB, "Runs a SageMaker training job by a custom resource of ACK.", "v1/train",
        ("model_artifact_url", "training_image", "model"), all_optional=True, sends_false=True,
        matters=("InputDataConfig", "HyperParameters", "Environment")),
    "v2/TransformJob": Kind(
        TRANSFORM_JOB, "Runs a SageMaker batch transform job by a custom resource of ACK.", "v1/batch_transform",
        ("output_location",)),
}

#: Defaults that are not empty.
DEFAULTS: Mapping[str, str] = {"MaxPayloadInMB": "6"}

#: What a member is, by its name or by kind and name. A sentence without its end.
DESCRIPTIONS: Mapping[str, str] = {
    "AdditionalInferenceSpecifications": "More ways to serve the model",
    "AlgorithmSpecification": "Training image or algorithm, input mode and metrics",
    "AppSpecification": "Image, entry point and arguments of the container",
    "AsyncInferenceConfig": "Asynchronous inference",
    "Autotune": "Let SageMaker choose ranges and settings",
    "BatchStrategy": "MultiRecord or SingleRecord: how many records a request to the model has",
    "CertifyForMarketplace": "Whether the package is to be certified for AWS Marketplace",
    "CheckpointConfig": "Where checkpoints go",
    "ClientToken": "Name of the request; empty: derived from the step, so that a retried one makes no second package",
    "Containers": "Containers of an inference pipeline, in place of primary_container",
    "CustomerMetadataProperties": "Metadata of your own, name to text",
    "DataCaptureConfig": "Capture of requests and responses in S3",
    "DataProcessing": "Which parts of the input go to the model, and how the output is joined with it",
    "DataQualityAppSpecification": "Container that checks the data",
    "DataQualityBaselineConfig": "Baseline that the jobs compare with",
    "DataQualityJobInput": "What is monitored",
    "DataQualityJobOutputConfig": "Where the reports go in S3",
    "DebugHookConfig": "Debugger's tensors (existing Debugger customers)",
    "DebugRuleConfigurations": "Debugger's rules (existing Debugger customers)",
    "DeploymentConfig": "How an update replaces what serves, and when it is rolled back",
    "Description": "Text about it",
    "Domain": "Domain of the model",
    "DriftCheckBaselines": "Baselines for drift of the model",
    "EnableInterContainerTrafficEncryption": "Encrypt the traffic between instances",
    "EnableManagedSpotTraining": "Use managed spot instances",
    "EnableNetworkIsolation": "Give the container no network",
    "Endpoint.EndpointConfigName": "Name of the endpoint config that it serves",
    "EndpointConfigName": "Name of the endpoint config; empty: derived from what it holds",
    "Endpoint.EndpointName": "Name of the endpoint: created, or updated when it is there",
    "EndpointName": "Name of the endpoint",
    "Environment": "Environment variables of the container, name to text",
    "EventTimeFeatureName": "The feature that tells when a record came to be",
    "ExecutionRoleArn": "ARN of the IAM role that it runs as",
    "ExperimentConfig": "Experiment and trial that it belongs to",
    "FeatureDefinitions": "Names and types of the features",
    "FeatureGroupName": "Name of the feature group; empty: derived from what it holds",
    "HumanTaskConfig": "Who labels, what they see, and how their answers become one",
    "HyperParameterTuningJobConfig": "Strategy, objective, limits and ranges of the search",
    "HyperParameterTuningJobName": "Name of the tuning job; empty: a name that a retried step finds again",
    "HyperParameters": "Hyperparameters. Text stays as it is, other values become compact JSON (6, 0.1, true)",
    "InferenceComponentName": "Name of the inference component: created, or updated when it is there",
    "InferenceExecutionConfig": "How the containers of an inference pipeline are called",
    "InferenceSpecification": "Images, instance types and content types with which the model serves",
    "InfraCheckConfig": "Check of the instances before the job starts",
    "InputConfig": "What is labeled",
    "InputDataConfig": "Input data: a list of channels",
    "JobDefinitionName": "Name of the job definition; empty: derived from what it holds",
    "JobResources": "Instances and storage of the jobs",
    "KmsKeyId": "KMS key for the instances' storage",
    "LabelAttributeName": "Name of the label in the output manifest",
    "LabelCategoryConfigS3Uri": "S3 URI of the label categories",
    "LabelingJobAlgorithmsConfig": "Automated labeling",
    "LabelingJobName": "Name of the labeling job; empty: a name that a retried step finds again",
    "MaxConcurrentTransforms": "Parallel requests to each instance; 0: as many as the model says",
    "MaxPayloadInMB": "Largest payload of a request in MB",
    "MetadataProperties": "Commit, project and repository that the model comes from",
    "ModelApprovalStatus": "Approved, Rejected or PendingManualApproval",
    "ModelBiasAppSpecification": "Clarify's container and its configuration",
    "ModelBiasBaselineConfig": "Baseline that the jobs compare with",
    "ModelBiasJobInput": "What is monitored",
    "ModelBiasJobOutputConfig": "Where the reports go in S3",
    "ModelClientConfig": "Time-out and retries of requests to the model",
    "ModelExplainabilityAppSpecification": "Clarify's container and its configuration",
    "ModelExplainabilityBaselineConfig": "Baseline that the jobs compare with",
    "ModelExplainabilityJobInput": "What is monitored",
    "ModelExplainabilityJobOutputConfig": "Where the reports go in S3",
    "ModelMetrics": "Reports about the model's quality, bias and data",
    "Model.ModelName": "Name of the model; empty: derived from what it holds",
    "TransformJob.ModelName": "Name of the model",
    "ModelPackageDescription": "Text about the version",
    "ModelPackageGroupDescription": "Text about the group",
    "ModelPackage.ModelPackageGroupName": "Group that the version belongs to",
    "ModelPackageGroup.ModelPackageGroupName": "Name of the group; empty: derived from what it holds",
    "ModelPackageName": "Name of a package outside any group",
    "ModelQualityAppSpecification": "Container that checks the predictions, and the kind of problem",
    "ModelQualityBaselineConfig": "Baseline that the jobs compare with",
    "ModelQualityJobInput": "What is monitored, and the truth to compare with",
    "ModelQualityJobOutputConfig": "Where the reports go in S3",
    "MonitoringScheduleConfig": "When to monitor, and by which job definition (its name and type, or all of it)",
    "MonitoringScheduleName": "Name of the schedule: created, or updated when it is there",
    "NetworkConfig": "Network of the jobs",
    "OfflineStoreConfig": "Store in S3",
    "OnlineStoreConfig": "Store for single records",
    "OutputConfig": "Where the labels go in S3",
    "OutputDataConfig": "Where the model goes in S3",
    "ParallelismConfiguration": "How many steps run at once",
    "PipelineDefinition": "The pipeline as SageMaker's JSON text",
    "PipelineDescription": "Text about the pipeline",
    "PipelineDisplayName": "Name that people see",
    "PipelineExecutionDescription": "Text about the execution",
    "PipelineExecutionDisplayName":
        "Name of the execution, and of its custom resource: another execution needs another one. Empty: derived from the step",
    "Pipeline.PipelineName": "Name of the pipeline: created, or updated when it is there",
    "PipelineExecution.PipelineName": "Name or ARN of the pipeline that runs",
    "PipelineParameters": "Parameters of the execution: a list of Name and Value",
    "PipelineVersionId": "Version of the pipeline that runs; 0: the latest",
    "PrimaryContainer": "Image, model data and environment of the one container",
    "ProcessingInputs": "Input data: a list of ProcessingInput objects",
    "ProcessingJobName": "Name of the processing job; empty: a name that a retried step finds again",
    "ProcessingOutputConfig": "Where the outputs go",
    "ProcessingResources": "Instances and storage",
    "ProductionVariants": "What serves: a list of ProductionVariant objects",
    "ProfilerConfig": "Profiler (existing Debugger customers)",
    "ProfilerRuleConfigurations": "Profiler's rules (existing Debugger customers)",
    "RecordIdentifierFeatureName": "The feature that tells records apart",
    "RemoteDebugConfig": "Access to the container of a running job",
    "ResourceConfig": "Instances and storage",
    "RetryStrategy": "How often SageMaker itself tries again after an internal error",
    "RoleArn": "ARN of the IAM role that it runs as",
    "RuntimeConfig": "Number of copies",
    "SamplePayloadUrl": "S3 URI of sample payloads",
    "SelectiveExecutionConfig": "Steps of an earlier execution to run again",
    "SkipModelValidation": "All or None: whether the model is registered without validation",
    "SourceAlgorithmSpecification": "Algorithm that the model was made with",
    "Specification": "Model or container, and what each copy needs",
    "StoppingCondition": "Limit on how long a job runs",
    "StoppingConditions": "When labeling ends before all is labeled",
    "Tags": "Tags: a list of Key and Value",
    "Task": "Machine learning task of the model",
    "TensorBoardOutputConfig": "Where TensorBoard's data go",
    "ThroughputConfig": "Throughput of the online store",
    "TrainingJobDefinition": "The training jobs: image, data, instances and limits",
    "TrainingJobDefinitions": "Several kinds of training jobs, in place of training_job_definition",
    "TrainingJobName": "Name of the training job; empty: a name that a retried step finds again",
    "TransformInput": "Input data",
    "TransformJobName": "Name of the transform job; empty: a name that a retried step finds again",
    "TransformOutput": "Where the results go in S3",
    "TransformResources": "Instances",
    "ValidationSpecification": "Transform jobs that validate the model",
    "VariantName": "Variant of the endpoint that it runs on",
    "VpcConfig": "Subnets and security groups",
    "WarmStartConfig": "Tuning jobs to learn from",
}
