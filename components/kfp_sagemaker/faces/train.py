"""``v1/train``: the flat face on CreateTrainingJob, input for input that of the component it succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.algorithm_images import resolve_algorithm
from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.card import duration
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.hyperparameters import encode_hyperparameters
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.faces.pointer import pointer
from kfp_sagemaker.faces.vpc import half_a_vpc, vpc_inputs
from kfp_sagemaker.kfp_io import ArtifactContent
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.resources.training_job import TRAINING_JOB
from kfp_sagemaker.service_model.validate import Unresolved

_OPERATION = "CreateTrainingJob"


def _metric_definitions(patterns: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Name": name, "Regex": pattern} for name, pattern in patterns.items()]


INPUTS = (
    Input("role", InputType.STRING, "ARN of the IAM role that the job runs as.", target=f"{_OPERATION}.RoleArn"),
    Input("image", InputType.STRING, "URI of the training image; wins over algorithm_name.", default="",
          target=f"{_OPERATION}.AlgorithmSpecification.TrainingImage"),
    Input("channels", InputType.ARRAY, "Input data: a list of Channel objects as in the API.",
          target=f"{_OPERATION}.InputDataConfig"),
    Input("model_artifact_path", InputType.STRING, "S3 URI under which the job puts model.tar.gz.",
          target=f"{_OPERATION}.OutputDataConfig.S3OutputPath"),
    Input("hyperparameters", InputType.OBJECT,
          "Hyperparameters. Text stays as it is, other values become compact JSON (6, 0.1, true).", default="{}",
          target=f"{_OPERATION}.HyperParameters", encode=encode_hyperparameters),
    Input("instance_type", InputType.STRING, "ML instance type.", default="ml.m4.xlarge",
          target=f"{_OPERATION}.ResourceConfig.InstanceType"),
    Input("instance_count", InputType.INTEGER, "Number of instances.", default="1",
          target=f"{_OPERATION}.ResourceConfig.InstanceCount"),
    Input("volume_size", InputType.INTEGER, "Storage of each instance in GiB.", default="30",
          target=f"{_OPERATION}.ResourceConfig.VolumeSizeInGB"),
    Input("max_run_time", InputType.INTEGER, "Seconds the job may run.", default="86400",
          target=f"{_OPERATION}.StoppingCondition.MaxRuntimeInSeconds"),
    *CONNECTION_INPUTS,
    Input("job_name", InputType.STRING, "Name of the job; empty: a name that a retried step finds again.", default="",
          target=f"{_OPERATION}.TrainingJobName", advanced=True),
    Input("algorithm_name", InputType.STRING, "A built-in algorithm (xgboost, k-means ...), or an algorithm's name or ARN.",
          default="", advanced=True),
    Input("metric_definitions", InputType.OBJECT, "Metrics to read off the logs: name to regular expression.", default="{}",
          target=f"{_OPERATION}.AlgorithmSpecification.MetricDefinitions", encode=_metric_definitions, advanced=True),
    Input("training_input_mode", InputType.STRING, "How channels reach the container: File, Pipe or FastFile.", default="File",
          target=f"{_OPERATION}.AlgorithmSpecification.TrainingInputMode", advanced=True),
    Input("resource_encryption_key", InputType.STRING, "KMS key for the instances' storage.", default="",
          target=f"{_OPERATION}.ResourceConfig.VolumeKmsKeyId", advanced=True),
    Input("output_encryption_key", InputType.STRING, "KMS key for the outputs in S3.", default="",
          target=f"{_OPERATION}.OutputDataConfig.KmsKeyId", advanced=True),
    *vpc_inputs(f"{_OPERATION}.VpcConfig"),
    Input("network_isolation", InputType.BOOL, "Give the container no network.", default="True",
          target=f"{_OPERATION}.EnableNetworkIsolation", advanced=True),
    Input("traffic_encryption", InputType.BOOL, "Encrypt the traffic between instances.", default="False",
          target=f"{_OPERATION}.EnableInterContainerTrafficEncryption", advanced=True),
    Input("spot_instance", InputType.BOOL, "Use managed spot instances; needs checkpoint_config.", default="False",
          target=f"{_OPERATION}.EnableManagedSpotTraining", advanced=True),
    Input("max_wait_time", InputType.INTEGER, "With spot_instance: seconds for waiting and running together.", default="86400",
          advanced=True),
    Input("checkpoint_config", InputType.OBJECT, "Where checkpoints go: CheckpointConfig as in the API.", default="{}",
          target=f"{_OPERATION}.CheckpointConfig", advanced=True),
    Input("debug_hook_config", InputType.OBJECT, "DebugHookConfig as in the API (existing Debugger customers).", default="{}",
          target=f"{_OPERATION}.DebugHookConfig", advanced=True),
    Input("debug_rule_config", InputType.ARRAY, "DebugRuleConfigurations as in the API (existing Debugger customers).",
          default="[]", target=f"{_OPERATION}.DebugRuleConfigurations", advanced=True),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateTrainingJob request; ``values["region"]`` is needed for built-in algorithms only."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    request = requests[_OPERATION]
    problems += [*half_a_vpc(values), *_algorithm(request, values), *_spot(request, values)]
    if is_empty(values.get("channels")):
        problems.append(Violation("channels", "at least one channel is required", f"{_OPERATION}.InputDataConfig"))
    # The model's minimum is 0, for jobs with instance groups, which only extra_request can ask for.
    if values.get("instance_count") == 0:
        problems.append(Violation("instance_count", "the minimum is 1", f"{_OPERATION}.ResourceConfig.InstanceCount", 0))
    return Built(requests, tuple(problems))


def _algorithm(request: dict[str, Any], values: Mapping[str, Any]) -> list[Violation]:
    image, name = values.get("image"), values.get("algorithm_name")
    if image is None and name is None:
        return [Violation("image", "give an image or an algorithm_name", f"{_OPERATION}.AlgorithmSpecification")]
    if image is not None or name is None:
        return []
    specification = request.setdefault("AlgorithmSpecification", {})
    region = values.get("region")
    if isinstance(name, Unresolved) or isinstance(region, Unresolved):
        specification["TrainingImage"] = name if isinstance(name, Unresolved) else region
        return []
    try:
        uri = resolve_algorithm(name, region or "")
    except ValueError as error:
        return [Violation("algorithm_name" if region else "region", str(error), value=name if region else None)]
    specification["TrainingImage" if uri else "AlgorithmName"] = uri or name
    return []


def _spot(request: dict[str, Any], values: Mapping[str, Any]) -> list[Violation]:
    if values.get("spot_instance") is not True:
        return []
    problems = []
    wait, run, checkpoints = values.get("max_wait_time"), values.get("max_run_time"), values.get("checkpoint_config", {})
    request.setdefault("StoppingCondition", {})["MaxWaitTimeInSeconds"] = wait
    if isinstance(wait, int) and isinstance(run, int) and wait < run:
        problems.append(Violation("max_wait_time", f"must not be less than max_run_time, which is {run}",
                                  f"{_OPERATION}.StoppingCondition.MaxWaitTimeInSeconds", wait))
    if not isinstance(checkpoints, Unresolved) and is_empty(checkpoints.get("S3Uri")):
        problems.append(Violation("checkpoint_config", "S3Uri is required with spot_instance: an interrupted job without "
                                  "checkpoints starts from the beginning", f"{_OPERATION}.CheckpointConfig.S3Uri"))
    return problems


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeTrainingJob response."""
    described = ended.described
    model_url = (described.get("ModelArtifacts") or {}).get("S3ModelArtifacts", "")
    image = (described.get("AlgorithmSpecification") or {}).get("TrainingImage", "")
    arn = described.get("TrainingJobArn", "")
    metrics = {metric["MetricName"]: metric["Value"] for metric in described.get("FinalMetricDataList") or []}
    trained, billed = described.get("TrainingTimeInSeconds"), described.get("BillableTimeInSeconds")
    figures = {name: f"{value:g}" for name, value in metrics.items()}
    numbers: dict[str, Any] = dict(metrics)
    if billed is not None:
        numbers["billable_seconds"] = billed
        figures["Billable time"] = duration(billed)
    if described.get("EnableManagedSpotTraining") and trained and billed is not None:
        numbers["spot_savings_percent"] = round(100 * (1 - billed / trained), 1)
        figures["Spot savings"] = f"{numbers['spot_savings_percent']} %"
    if model_url:
        figures["Model"] = f"`{model_url}`"
    return Collected(
        parameters={"model_artifact_url": model_url, "job_name": described.get("TrainingJobName", ""), "training_image": image,
                    "arn": arn},
        artifacts={"model": pointer(arn, model_url), "metrics": ArtifactContent("", numbers)},
        figures=figures,
    )


TRAIN = Face(
    id="v1/train",
    display_name="SageMaker - Training Job",
    description="Runs a SageMaker training job and waits for its end.",
    resources=(TRAINING_JOB,),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("model_artifact_url", OutputType.STRING, "S3 URI of the trained model (model.tar.gz)."),
        Output("job_name", OutputType.STRING, "Name of the training job."),
        Output("training_image", OutputType.STRING, "URI of the image that ran."),
        Output("arn", OutputType.STRING, "ARN of the training job."),
        Output("model", OutputType.MODEL, "Pointer to the model: metadata resourceName and modelDataUrl."),
        Output("metrics", OutputType.METRICS, "Final metrics, billable_seconds, and spot_savings_percent for spot jobs."),
        CARD,
    ),
    build=build,
    collect=collect,
)
