"""What training jobs and the training jobs of a tuning job have in common: their inputs, and the rules about them.

``target`` is where a training job is described: ``CreateTrainingJob``, or a member of the request of a tuning job.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.algorithm_images import resolve_algorithm
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.faces.vpc import half_a_vpc, vpc_inputs
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.service_model.validate import Unresolved


def algorithm_and_data_inputs(target: str) -> tuple[Input, ...]:
    """Who runs what on which data."""
    return (
        Input("role", InputType.STRING, "ARN of the IAM role that the job runs as.", target=f"{target}.RoleArn"),
        Input("image", InputType.STRING, "URI of the training image; wins over algorithm_name.", default="",
              target=f"{target}.AlgorithmSpecification.TrainingImage"),
        Input("channels", InputType.ARRAY, "Input data: a list of Channel objects as in the API.",
              target=f"{target}.InputDataConfig"),
    )


def instance_inputs(target: str, *, advanced: bool = False) -> tuple[Input, ...]:
    """On what it runs, and for how long."""
    return (
        Input("instance_type", InputType.STRING, "ML instance type.", default="ml.m4.xlarge",
              target=f"{target}.ResourceConfig.InstanceType", advanced=advanced),
        Input("instance_count", InputType.INTEGER, "Number of instances.", default="1",
              target=f"{target}.ResourceConfig.InstanceCount", advanced=advanced),
        Input("volume_size", InputType.INTEGER, "Storage of each instance in GiB.", default="30",
              target=f"{target}.ResourceConfig.VolumeSizeInGB", advanced=advanced),
        Input("max_run_time", InputType.INTEGER, "Seconds the job may run.", default="86400",
              target=f"{target}.StoppingCondition.MaxRuntimeInSeconds", advanced=advanced),
    )


def advanced_inputs(target: str) -> tuple[Input, ...]:
    """The rest."""
    return (
        Input("algorithm_name", InputType.STRING,
              "A built-in algorithm (xgboost, k-means ...), or an algorithm's name or ARN.", default="", advanced=True),
        Input("metric_definitions", InputType.OBJECT, "Metrics to read off the logs: name to regular expression.",
              default="{}", target=f"{target}.AlgorithmSpecification.MetricDefinitions", encode=_metric_definitions,
              advanced=True),
        Input("training_input_mode", InputType.STRING, "How channels reach the container: File, Pipe or FastFile.",
              default="File", target=f"{target}.AlgorithmSpecification.TrainingInputMode", advanced=True),
        Input("resource_encryption_key", InputType.STRING, "KMS key for the instances' storage.", default="",
              target=f"{target}.ResourceConfig.VolumeKmsKeyId", advanced=True),
        Input("output_encryption_key", InputType.STRING, "KMS key for the outputs in S3.", default="",
              target=f"{target}.OutputDataConfig.KmsKeyId", advanced=True),
        *vpc_inputs(f"{target}.VpcConfig"),
        Input("network_isolation", InputType.BOOL, "Give the container no network.", default="True",
              target=f"{target}.EnableNetworkIsolation", advanced=True),
        Input("traffic_encryption", InputType.BOOL, "Encrypt the traffic between instances.", default="False",
              target=f"{target}.EnableInterContainerTrafficEncryption", advanced=True),
        Input("spot_instance", InputType.BOOL, "Use managed spot instances; needs checkpoint_config.", default="False",
              target=f"{target}.EnableManagedSpotTraining", advanced=True),
        Input("max_wait_time", InputType.INTEGER, "With spot_instance: seconds for waiting and running together.",
              default="86400", advanced=True),
        Input("checkpoint_config", InputType.OBJECT, "Where checkpoints go: CheckpointConfig as in the API.", default="{}",
              target=f"{target}.CheckpointConfig", advanced=True),
    )


def _metric_definitions(patterns: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Name": name, "Regex": pattern} for name, pattern in patterns.items()]


def complete(training: dict[str, Any], values: Mapping[str, Any], target: str) -> list[Violation]:
    """Put into ``training`` what inputs mean together (the image of an algorithm, spot's time limit); what is wrong."""
    problems = [*half_a_vpc(values), *_algorithm(training, values, target), *_spot(training, values, target)]
    if is_empty(values.get("channels")):
        problems.append(Violation("channels", "at least one channel is required", f"{target}.InputDataConfig"))
    # The model's minimum is 0, for jobs with instance groups, which only extra_request can ask for.
    if values.get("instance_count") == 0:
        problems.append(Violation("instance_count", "the minimum is 1", f"{target}.ResourceConfig.InstanceCount", 0))
    return problems


def _algorithm(training: dict[str, Any], values: Mapping[str, Any], target: str) -> list[Violation]:
    member = f"{target}.AlgorithmSpecification.TrainingImage"
    image, name = values.get("image"), values.get("algorithm_name")
    if image is None and name is None:
        return [Violation("image", "give an image or an algorithm_name", member)]
    if image is not None or name is None:
        return []
    specification = training.setdefault("AlgorithmSpecification", {})
    region = values.get("region")
    if isinstance(name, Unresolved) or isinstance(region, Unresolved):
        specification["TrainingImage"] = name if isinstance(name, Unresolved) else region
        return []
    try:
        uri = resolve_algorithm(name, region or "")
    except ValueError as error:
        return [Violation("algorithm_name" if region else "region", str(error), member, name if region else None)]
    specification["TrainingImage" if uri else "AlgorithmName"] = uri or name
    return []


def _spot(training: dict[str, Any], values: Mapping[str, Any], target: str) -> list[Violation]:
    if values.get("spot_instance") is not True:
        return []
    problems = []
    wait, run, checkpoints = values.get("max_wait_time"), values.get("max_run_time"), values.get("checkpoint_config", {})
    training.setdefault("StoppingCondition", {})["MaxWaitTimeInSeconds"] = wait
    if isinstance(wait, int) and isinstance(run, int) and wait < run:
        problems.append(Violation("max_wait_time", f"must not be less than max_run_time, which is {run}",
                                  f"{target}.StoppingCondition.MaxWaitTimeInSeconds", wait))
    if not isinstance(checkpoints, Unresolved) and is_empty(checkpoints.get("S3Uri")):
        problems.append(Violation("checkpoint_config", "S3Uri is required with spot_instance: an interrupted job without "
                                  "checkpoints starts from the beginning", f"{target}.CheckpointConfig.S3Uri"))
    return problems
